"""The verb that opens a clause, in both languages, and its rung on a ladder of strength: what a body does by the clause.

The ladder orders what drafters choose between, from taking note to deciding; no list of the kind is official. Verbs that
stand for each other in practice share a rung. An intensifier ("strongly", "بقوة", "with deep concern") lifts a verb above its
own rung, not to the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from rapidfuzz.distance import Levenshtein

from resclassify.lexicon import QUOTES, fold, is_arabic, list_mark, opens_preambular, rasm, strip_opening
from resclassify.types import Lang

# rung: {name: (what English openings begin with, in the third person; what Arabic ones begin with, folded and without the
# letter of person)}. A name of two words is looked for first.
_LADDER: tuple[dict[str, tuple[str, str]], ...] = (
    {"takes note": ("takes note", "حيط علما|خذ علما|اخذ علما|حاط علما")},
    {
        "notes": ("notes|observes", "لاحظ|لحظ"),
        "considers": ("considers|examines|considered|examined|heard|received|reviewed", "نظر|ستعرض|عتبر|درس|نظرت|درست|طلع|النظر"),
    },
    {
        "recalls": ("recalls|refers|commemorates", "شير|ستذكر|ذكر بقرار"),
        "bears in mind": ("bears|takes into|keeps", "ضع في|اخذ في|ضع نصب"),
        "is guided": ("guided|acts|pursuant|inspired", "سترشد|تصرف|عملا|استنادا|مسترشده|مسترشدا|ستلهم|انطلاقا"),
        "is aware": ("aware|conscious|mindful|cognizant|realizes|realises", "درك|عي|ادراكا|وعيا|ادراكها|مدركه|غيب عن"),
    },
    {
        "recognizes": ("recognizes|recognises|accepts", "سلم|عترف|قر|تسليما|اعترافا"),
        "acknowledges": ("acknowledges|concurs|agrees", "نوه|تفق"),
    },
    {
        "welcomes": ("welcomes|hails", "رحب"),
        "commends": ("commends|congratulates|applauds|praises|salutes|pays tribute|lauds|honours", "ثني|شيد|هني|حيي"),
        "expresses appreciation": (
            "expresses appreciation|expresses gratitude|appreciates|thanks|grateful|satisfied|encouraged",
            "عرب عن تقدير|عرب عن امتنان|عرب عن شكر|شكر|قدر|عرب عن ارتياح|شجعها|شجعه",
        ),
    },
    {
        "expresses": (
            "expresses|voices|hopes|wishes|desires|looks|expects",
            "عرب|تطلع|امل|رغب|تمني|رغبه|رغبتها|توقع",
        ),
        "expresses concern": (
            "expresses concern|expresses alarm|concerned|alarmed|disturbed|troubled|worried|shocked|saddened|appalled"
            "|dismayed|distressed|horrified|outraged",
            "عرب عن قلق|عرب عن جزع|ساور|ثير|قلق|جزع|شعر|هول|روع|فزع|زعج|صدم|حزن|ولم",
        ),
        "regrets": ("regrets", "اسف|عرب عن اسف"),
        "is convinced": (
            "convinced|persuaded|believes|confident|trusts|considering",
            "قتنع|ءمن|ومن|ثق|عتقد|ري|اقتناعا|ايمانا|اقتناعها|مقتنعه|اعتقادا",
        ),
        "is determined": (
            "determined|resolved|committed|commits|pledges|undertakes|intends",
            "تعهد|لتزم|صمم|عقد العزم|عتزم|تصميما|عازمه|عزما|تصميمها|التزاما|حرصا",
        ),
    },
    {
        "affirms": ("affirms|confirms|states|declares|asserts", "علن|صرح|تاكيدا"),
        "reaffirms": (
            "reaffirms|reiterates|reconfirms|recommits|renews|restates|re-emphasizes|reemphasizes|repeats",
            "عيد تاكيد|عيد التاكيد|وكد من جديد|ءكد من جديد|وكد مجددا|ءكد مجددا|كرر|جدد|عيد",
        ),
    },
    {
        # "تؤكد" stands for all of "affirms", "stresses" and "emphasizes", for the last two most often.
        "emphasizes": ("emphasizes|emphasises", "وكد|ءكد"),
        "stresses": ("stresses", "شدد"),
        "underlines": ("underlines|underscores", ""),
        "highlights": ("highlights|draws attention|draws|points|reminds|cautions|warns", "برز|لفت|سترعي|وجه|ذكر|حذر|نبه"),
    },
    {
        "deplores": ("deplores|deprecates|denounces|rejects", "ستنكر|شجب|رفض|ندد|عرب عن استيا"),
        "condemns": ("condemns", "دين"),
    },
    {
        "supports": ("supports|endorses|stands", "ويد|ءيد|دعم|قر اتفاق|ساند|ناصر"),
        "continues": ("continues|remains|seeks|strives|promotes", "واصل|بقي|ستمر|سعي"),
    },
    {"invites": ("invites|solicits|suggests|proposes|offers", "دعو|دعا|لتمس|قترح|عرض")},
    {"encourages": ("encourages", "شجع"), "recommends": ("recommends|advises|strengthens", "وصي")},
    {"calls upon": ("calls|appeals|implores|exhorts", "هيب|ناشد|وجه نداء")},
    {"urges": ("urges|insists", "حث|حض|لح|صر")},
    {"requests": ("requests|asks", "طلب")},
    {"demands": ("demands|requires", "طالب|قتضي|شترط")},
    {
        "decides": (
            "decides|resolves|determines|adopts|appoints|elects|designates|establishes|extends|concludes|terminates|opens|sets"
            "|approves|convenes|proclaims|renews the mandate|reserves",
            "قرر|عتمد|وافق|عين|نشي|مدد|خلص|نتخب|حدد|نهي|عقد|جدد ولايه",
        ),
        "authorizes": ("authorizes|authorises|empowers|grants", "اذن|ءذن|خول|فوض|مكن"),
        "directs": ("directs|instructs|orders|mandates|entrusts", "وعز|كلف|امر|عهد|ءمر"),
    },
)
_STEP = 10
_INTENSIFIED = 5
_FELT_STRONGLY = "concern|alarm|dismay|distress|regret|appreciation|gratitude|thanks|satisfaction"
_LIFTED = re.compile(
    r"^(?:(?:also|further|once|again|and|having|being|in this regard) )*(?:\w+ )?(?:strongly|firmly|categorically|vehemently"
    r"|unequivocally|gravely|urgently|solemnly|deeply|profoundly|seriously|extremely)\b|\bin the strongest\b"
    rf"|\bwith (?:\w+ ){{0,2}}(?:{_FELT_STRONGLY})\b"
    rf"|\b(?:deep|deepest|grave|serious|utmost|strong|strongest|profound|great|firm) (?:and \w+ )?"
    rf"(?:{_FELT_STRONGLY}|support|condemnation|conviction)\b"
)
_FELT_STRONGLY_AR = "قلق|جزع|تقدير|امتنان|شكر|اسف|استياء|ارتياح|اسي|حزن|انزعاج|تاثر|دعم"
_LIFTED_AR = re.compile(
    r"(?:^|\s)(?:بقوه|بشده|باقوي|باشد|بحزم|بشكل قاطع|بصوره قاطعه|قطعيا|(?<!شعر )بقلق|(?:ب|مع )(?:ال)?(?:تقدير|ارتياح|اسف|جزع)"
    rf"|مع القلق|ب?(?:بالغ|عميق|شديد|عظيم) (?:ال)?(?:{_FELT_STRONGLY_AR})"
    rf"|\S?(?:ال)?(?:{_FELT_STRONGLY_AR})\S* (?:ال)?(?:بالغ|عميق|شديد))"
)
# What follows is what others do, not how strongly the clause speaks.
_OF_OTHERS = frozenset("that to ان بان لان الي".split())
_SKIPPED = frozenset(
    """
    also further again once fully deeply strongly gravely seriously urgently solemnly categorically unequivocally firmly
    profoundly particularly especially extremely keenly equally once-again furthermore moreover additionally finally
    vehemently warmly expressly hereby increasingly greatly highly duly still specifically therefore accordingly likewise
    similarly earnestly energetically resolutely sincerely utterly nevertheless in this regard and with
    """.split()
)
# "Reiterates its call upon" asks: the noun decides.
_REPEATED = re.compile(
    r"^(?:reiterat|renew|repeat|reaffirm)\w*\s+(?:once again\s+)?(?:its|his|their|the)\s+(?:\w+\s+)?"
    r"(call|appeal|request|invitation|demand|encouragement|recommendation|concern|decision|urging|condemnation)s?\b"
)
_ASKED = {
    "call": "calls upon",
    "appeal": "calls upon",
    "request": "requests",
    "invitation": "invites",
    "demand": "demands",
    "encouragement": "encourages",
    "recommendation": "recommends",
    "concern": "expresses concern",
    "decision": "decides",
    "urging": "urges",
    "condemnation": "condemns",
}
_REPEATED_AR = {
    "دعوت": "calls upon",
    "نداء": "calls upon",
    "مناشدت": "calls upon",
    "طلب": "requests",
    "مطالبت": "demands",
    "حث": "urges",
    "تشجيع": "encourages",
    "توصي": "recommends",
    "قلق": "expresses concern",
    "ادانت": "condemns",
}
_EXPRESSED = re.compile(
    r"^express\w*\s+(?:\w+\s+){0,5}?(appreciation|gratitude|thanks|satisfaction|concern|alarm|dismay|regret)\b"
)
_FELT = {
    "appreciation": "expresses appreciation",
    "gratitude": "expresses appreciation",
    "thanks": "expresses appreciation",
    "satisfaction": "expresses appreciation",
    "concern": "expresses concern",
    "alarm": "expresses concern",
    "dismay": "expresses concern",
    "regret": "regrets",
}
_ODD_PARTICIPLES = {"bearing": "bears", "keeping": "keeps", "taking": "takes", "noting": "notes"}
_BEFORE_VERB_AR = [said.split() for said in ("لا يزال", "لا تزال", "وبعد ان", "لا", "ما", "قد", "وقد", "هي", "هو")]
_BETWEEN_AR = frozenset("ايضا كذلك بالغ ببالغ عميق عظيم".split())
_PRONOUN_AR = re.compile("(?:ها|ه)$")
# Nouns that headings and annexes open with, within a misreading of a verb.
_NOUNS_AR = frozenset("تقرير تحسين تدريب تعاون تعليم تجريم تقديم تمويل توصيه تسجيل تطبيق تقييم تكوين توعيه تعدد".split())
_EDGES = ".,;:،؛()[]" + QUOTES
_MISREAD_FROM = 4
_NEAR_WORDS = 6


@dataclass(frozen=True, slots=True)
class Verb:
    """What a clause does by its first words: the verb's English name, and its strength (higher asks or settles more)."""

    name: str
    strength: int

    @property
    def label(self) -> str:
        """The name, with "strongly" where an intensifier lifts the verb above its rung."""
        if self.strength % _STEP == 0:
            return self.name
        return f"is strongly {self.name[3:]}" if self.name.startswith("is ") else f"strongly {self.name}"


STRENGTHS = {name: (rung + 1) * _STEP for rung, names in enumerate(_LADDER) for name in names}


def opening_verb(text: str, lang: Lang | None = None) -> Verb | None:
    """The verb that opens a clause ("Also strongly urges …", "وإذ تشير …"); None where its first words are none of the ladder.

    Arabic is found also where a scan misread a letter of it. `lang` is told from the letters where it is not given.
    """
    mark = list_mark(text)
    body = fold(strip_opening(text[mark.end :] if mark else text))
    words = [word.strip(_EDGES) for word in body.split(None, 14)[:14]]
    words = [word for word in words if word]
    arabic = lang == "ar" or (lang is None and is_arabic(text[:80]))
    name = _arabic(words, opens_preambular(text)) if arabic else _english(words)
    if name is None:
        return None
    near = words[:1] + list(takewhile(lambda word: word not in _OF_OTHERS, words[1:_NEAR_WORDS]))
    lifted = (_LIFTED_AR if arabic else _LIFTED).search(" ".join(near))
    return Verb(name, STRENGTHS[name] + (_INTENSIFIED if lifted else 0))


def change_of(old: Verb | None, new: Verb | None) -> str | None:
    """How the strength changed: "strengthened", "weakened" or "same"; None where one of the two is no verb of the ladder."""
    if old is None or new is None:
        return None
    if old.strength == new.strength:
        return "same"
    return "strengthened" if new.strength > old.strength else "weakened"


def _english(words: list[str]) -> str | None:
    while words and words[0] in _SKIPPED:
        words = words[1:]
    if not words:
        return None
    if words[0] in ("having", "being"):
        words = words[1:] or words
    elif words[0] == "we" and len(words) > 1:
        words = [next((form for form in (words[1] + "s", words[1] + "es") if form in _english_table()), words[1]), *words[2:]]
    said = " ".join(words)
    repeated = _REPEATED.match(said)
    if repeated:
        return _ASKED[repeated[1]]
    expressed = _EXPRESSED.match(said)
    if expressed:
        return _FELT[expressed[1]]
    table = _english_table()
    verb = _third_person(words[0])
    rest = [word for word in words[1:] if word not in _SKIPPED]
    longer = (" ".join([verb, *rest[:more]]) for more in (2, 1))
    return next(filter(None, map(table.get, (*longer, words[0], verb))), None) or _nearest_english(verb)


def _third_person(word: str) -> str:
    """A participle as the third person ("recalling" as "recalls"), what is none as it is."""
    if word in _ODD_PARTICIPLES:
        return _ODD_PARTICIPLES[word]
    if not word.endswith("ing"):
        return word
    stem = word[:-3]
    known = {key.split()[0] for key in _english_table()}
    return next((form for form in (stem + "s", stem + "es", stem[:-1] + "s") if form in known), stem + "es")


@lru_cache(maxsize=1)
def _english_table() -> dict[str, str]:
    return {key: name for rung in _LADDER for name, (english, _) in rung.items() for key in english.split("|") if key}


@lru_cache(maxsize=1)
def _arabic_table() -> dict[str, str]:
    return {key: name for rung in _LADDER for name, (_, arabic) in rung.items() for key in arabic.split("|") if key}


@lru_cache(maxsize=4096)
def _nearest_english(word: str) -> str | None:
    """The verb of one word that a scan may have misread as `word`."""
    if len(word) < _MISREAD_FROM + 2:
        return None
    near = [key for key in _english_table() if " " not in key and Levenshtein.distance(word, key, score_cutoff=1) <= 1]
    return _english_table()[near[0]] if near else None


def _arabic(words: list[str], preambular: bool) -> str | None:
    misread = 2 if preambular else 1
    if len(words) > 1 and len(words[0]) <= _MISREAD_FROM + 1 and Levenshtein.distance(words[0], "واذ") <= misread:
        words = words[1:]
    elif words and words[0].startswith("واذ") and len(words[0]) > _MISREAD_FROM + 1:
        words = [words[0][3:], *words[1:]]
    opening = next((said for said in _BEFORE_VERB_AR if words[: len(said)] == said), [])
    words = words[len(opening) :]
    if not words:
        return None
    name, stem = _arabic_verb(words)
    rest = [word for word in words[1:] if word not in ("ايضا", "كذلك", "مره", "اخري")]
    if name == "reaffirms" and stem in ("كرر", "جدد") and rest:
        if rest[0] == "الاعراب":
            return _arabic_verb(["يعرب", *rest[1:]])[0]
        return next((verb for noun, verb in _REPEATED_AR.items() if rest[0].startswith(noun)), name)
    return name


def _arabic_verb(words: list[str]) -> tuple[str | None, str]:
    table = _arabic_table()
    rest = [word for word in words[1:] if word not in _BETWEEN_AR]
    for stem in _stems(words[0]):
        for length in (2, 1):
            for key in table:
                parts = key.split()
                if len(parts) == length + 1 and parts[0] == stem and _begins(rest, parts[1:]):
                    return table[key], stem
        if stem in table:
            return table[stem], stem
    misread = _nearest_arabic(words[0])
    return (table[misread], misread) if misread else (None, "")


def _begins(words: list[str], parts: list[str]) -> bool:
    return len(words) >= len(parts) and all(word.startswith(part) for word, part in zip(words, parts, strict=False))


def _stems(word: str) -> list[str]:
    """`word` without "and", without the letter of person and without the pronoun of the body, where it may have them."""
    bare = [word, word[1:]] if word.startswith("و") and len(word) > _MISREAD_FROM - 1 else [word]
    stems = [form[1:] for form in bare if form[:1] in "تينا" and len(form) > 2] + bare
    return stems + [_PRONOUN_AR.sub("", stem) for stem in stems if len(stem) >= _MISREAD_FROM]


@lru_cache(maxsize=4096)
def _nearest_arabic(word: str) -> str | None:
    """The stem that a scan may have misread as `word`: other dots, or one letter more, less or other."""
    single = [key for key in _arabic_table() if " " not in key]
    undotted = [key for key in single if any(rasm(stem) == rasm(key) for stem in _stems(word)[:1])]
    if undotted:
        return undotted[0]
    if len(word) < _MISREAD_FROM:
        return None
    if rasm(word[0]) != "ب" or word in _NOUNS_AR:
        return None
    near = [key for key in single if len(key) > 2 and Levenshtein.distance(word[1:], key, score_cutoff=1) <= 1]
    return near[0] if near else None
