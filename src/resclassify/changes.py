"""Changes made to a clause by program: those that leave its themes as they are, and parts that add one theme or none.

Every function that leaves something to chance takes a `random.Random`, so that the same seed gives the same text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resclassify.lexicon import script
from resclassify.noise import misread
from resclassify.types import Kind, Lang

_SCAN_RATE = 0.01
_LANGS: tuple[Lang, ...] = ("en", "ar")
_CLOSING = re.compile(r"[\s,;.:،؛]*$")
_ARABIC_WORD = re.compile("[ء-ي]{4,}")
_JOIN = re.compile("(?<=[بتثجحخسشصضطظعغفقكلمنهيئ])(?=[آ-ي])")
_BARE_CONSONANT = re.compile("(?<=[بتثجحخدذرزسشصضطظعغفقكلمنهوي])(?![ً-ْٰ])")
_VOWEL_SIGNS = ("َ", "ُ", "ِ", "ْ", "َّ")
_HAMZAS = str.maketrans("أإآ", "ااا")
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PLAIN_QUOTES = str.maketrans("‘’‚‛“”„‟«»", '\'\'\'\'""""""')
_QUOTED = re.compile('"([^"]*)"')
# The 2030 Agenda is a name.
_YEAR = re.compile(r"(?<![\w/.])(?!2030)(?:19|20)[0-9]{2}(?![\w/])")
_UNITS: Mapping[Lang, tuple[str, ...]] = {
    "en": ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "ar": ("الحادية", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة", "السابعة", "الثامنة", "التاسعة"),
}
_SESSION: Mapping[Lang, re.Pattern[str]] = {
    "en": re.compile(rf"\b([A-Za-z]+ty-)({'|'.join(_UNITS['en'])})(?= (?:\w+ )?session)"),
    "ar": re.compile(rf"(دور(?:ة|ته|تها|تهم) )({'|'.join(_UNITS['ar'])})(?= و)"),
}
# In Arabic all are feminine and without the article, so that one can stand in another's place.
_COUNTRIES: Mapping[Lang, tuple[str, ...]] = {
    "en": ("Kenya", "Tunisia", "Peru", "Nepal", "Italy", "Ghana", "Chile", "Malta", "Uganda", "Uruguay", "Türkiye"),
    "ar": ("كينيا", "تونس", "بيرو", "نيبال", "إيطاليا", "غانا", "شيلي", "مالطة", "أوغندا", "أوروغواي", "تركيا"),
}
_COUNTRY: Mapping[Lang, re.Pattern[str]] = {
    "en": re.compile(rf"(?<!\w)()({'|'.join(_COUNTRIES['en'])})(?!\w)"),
    "ar": re.compile(rf"(?<!\w)([وبلف]{{0,2}})({'|'.join(_COUNTRIES['ar'])})(?!\w)"),
}
# What a clause is given, before and after alike, where it has nothing that a change could change.
_SETTING: Mapping[Lang, str] = {
    "en": ", as recalled in Kenya at the seventy-fourth session, in 2019, under the item entitled “Other matters”",
    "ar": "، على النحو المشار إليه في كينيا في الدورة الرابعة والسبعين، في عام 2019، في إطار البند المعنون ”مسائل أخرى“",
}
_NEUTRAL: Mapping[tuple[Kind, Lang], str] = {
    ("operative", "en"): ", and decides to return to the question at its next session",
    ("operative", "ar"): "، مع العودة إلى المسألة في الدورة المقبلة",
    ("preambular", "en"): ", and noting the discussions held at the previous session",
    ("preambular", "ar"): "، مع الإشارة إلى المناقشات التي جرت في الدورة السابقة",
}
# Of the Arabic ones none shows the gender of the body that speaks.
_FRAMES: Mapping[tuple[Kind, Lang], str] = {
    ("operative", "en"): ", and calls for steps to {}",
    ("operative", "ar"): "، مع الدعوة إلى {}",
    ("preambular", "en"): ", and stressing the need to {}",
    ("preambular", "ar"): "، مع التشديد على ضرورة {}",
}
DEEDS: Mapping[str, tuple[Mapping[Lang, str], ...]] = {
    "prevention": (
        {"en": "address the root causes of trafficking in persons", "ar": "معالجة الأسباب الجذرية للاتجار بالأشخاص"},
        {"en": "warn young people of the false promises of traffickers", "ar": "تحذير الشباب من وعود المتجرين الكاذبة"},
        {"en": "discourage the demand that fosters the exploitation of people", "ar": "كبح الطلب الذي يشجع على استغلال الناس"},
    ),
    "prosecution": (
        {"en": "prosecute and punish traffickers in persons", "ar": "مقاضاة المتجرين بالأشخاص ومعاقبتهم"},
        {"en": "bring war criminals to trial", "ar": "تقديم مجرمي الحرب إلى المحاكمة"},
        {"en": "investigate gangs that sell children", "ar": "التحقيق مع العصابات التي تبيع الأطفال"},
    ),
    "victim_protection": (
        {"en": "give survivors of rape shelter and compensation", "ar": "توفير المأوى والتعويض للناجيات من الاغتصاب"},
        {
            "en": "identify victims of forced labour and help them to recover",
            "ar": "تحديد ضحايا العمل القسري ومساعدتهم على التعافي",
        },
        {"en": "protect the privacy of victims of trafficking in persons", "ar": "حماية خصوصية ضحايا الاتجار بالأشخاص"},
    ),
    "migration": (
        {"en": "ease the entry and the stay of migrant workers", "ar": "تيسير دخول العمال المهاجرين وإقامتهم"},
        {"en": "open regular pathways for migration", "ar": "فتح مسارات نظامية للهجرة"},
        {"en": "receive refugees and examine their claims to asylum", "ar": "استقبال اللاجئين والنظر في طلبات لجوئهم"},
    ),
    "technology": (
        {"en": "regulate online platforms and social media", "ar": "تنظيم عمل المنصات الإلكترونية ووسائل التواصل الاجتماعي"},
        {"en": "oversee the use of artificial intelligence", "ar": "مراقبة استخدام الذكاء الاصطناعي"},
        {"en": "improve access to the Internet and digital skills", "ar": "تحسين إمكانية الوصول إلى الإنترنت والمهارات الرقمية"},
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change that leaves the themes of a clause as they are: for clauses in `langs`, and of `kind` where it is given.

    A clause in which there is nothing to change is no case; with `in_setting`, it is first set where there is.
    """

    name: str
    langs: tuple[Lang, ...]
    apply: Callable[[str, random.Random], str]
    kind: Kind | None = None
    in_setting: bool = False


def add_vowel_signs(text: str, rng: random.Random) -> str:
    """`text` with a vowel sign on a third of its Arabic consonants; which one is chance, so it says nothing of the word."""
    return _BARE_CONSONANT.sub(lambda _: rng.choice(_VOWEL_SIGNS) if rng.random() < 1 / 3 else "", text)


def stretch(text: str, rng: random.Random) -> str:
    """`text` with a tatweel in each Arabic word of four letters or more, at a place where two letters join."""

    def stretched(match: re.Match[str]) -> str:
        joins = [join.start() for join in _JOIN.finditer(match[0])]
        if not joins:
            return match[0]
        place = rng.choice(joins)
        return f"{match[0][:place]}ـ{match[0][place:]}"

    return _ARABIC_WORD.sub(stretched, text)


def eastern_digits(text: str, _: random.Random) -> str:
    """`text` with its digits as Arabic-Indic ones."""
    return text.translate(_EASTERN)


def drop_hamzas(text: str, _: random.Random) -> str:
    """`text` with every alef bare, as many type it."""
    return text.translate(_HAMZAS)


def put_number(text: str, rng: random.Random) -> str:
    """`text` with a clause number before it."""
    number = rng.randint(2, 40)
    return f"{number} - {text}" if script(text) == "ar" else f"{number}. {text}"


def other_session(text: str, _: random.Random) -> str:
    """`text` with the ordinal of each session, from twenty-first to ninety-ninth, another one of the same ten."""
    return _with_next(text, _SESSION, _UNITS)


def other_country(text: str, _: random.Random) -> str:
    """`text` with each country of the table another one."""
    return _with_next(text, _COUNTRY, _COUNTRIES)


def _with_next(text: str, patterns: Mapping[Lang, re.Pattern[str]], values: Mapping[Lang, tuple[str, ...]]) -> str:
    known = values[script(text)]
    return patterns[script(text)].sub(lambda match: match[1] + known[(known.index(match[2]) + 1) % len(known)], text)


def other_year(text: str, _: random.Random) -> str:
    """`text` with each year three years later."""
    return _YEAR.sub(lambda match: str(int(match[0]) + 3), text)


def other_quotes(text: str, _: random.Random) -> str:
    """`text` with typographic quotation marks and apostrophes as plain ones, or, where there are none, the other way about."""
    plain = text.translate(_PLAIN_QUOTES)
    if plain != text:
        return plain
    marked = r"”\1“" if script(text) == "ar" else r"“\1”"
    return _QUOTED.sub(marked, text).replace("'", "’")


def other_spaces(text: str, rng: random.Random) -> str:
    """`text` with white space of other kinds between words, and some at its ends."""
    return " " + "".join(rng.choice(("  ", "\n", "\t", "\u00a0")) if letter == " " else letter for letter in text) + "\n"


def misread_some(text: str, rng: random.Random) -> str:
    """`text` as a scan gives it that misreads one letter in a hundred."""
    return misread(text, rng, _SCAN_RATE)


CHANGES = (
    Change("vowel signs added", ("ar",), add_vowel_signs),
    Change("tatweel inserted", ("ar",), stretch),
    Change("Arabic-Indic digits", ("ar",), eastern_digits, in_setting=True),
    Change("hamza dropped", ("ar",), drop_hamzas),
    Change("clause number put before", _LANGS, put_number, kind="operative"),
    Change("session replaced", _LANGS, other_session, in_setting=True),
    Change("country replaced", _LANGS, other_country, in_setting=True),
    Change("year replaced", _LANGS, other_year, in_setting=True),
    Change("quotation marks replaced", _LANGS, other_quotes, in_setting=True),
    Change("white space varied", _LANGS, other_spaces),
    Change("scan noise of 1 %", _LANGS, misread_some),
)


def append(text: str, part: str) -> str:
    """`text` with `part` at its end, before the closing punctuation."""
    return _CLOSING.sub(lambda closing: part + closing[0], text, count=1)


def in_setting(text: str) -> str:
    """`text` with a mention of a country, a session, a year and a quoted title at its end."""
    return append(text, _SETTING[script(text)])


def add_neutral(text: str, kind: Kind) -> str:
    """`text` with a further part that carries no theme."""
    return append(text, _NEUTRAL[kind, script(text)])


def add_theme(text: str, kind: Kind, theme: str, number: int) -> str:
    """`text` with a further part that carries `theme` alone: the one in DEEDS that `number` falls on."""
    lang = script(text)
    return append(text, _FRAMES[kind, lang].format(DEEDS[theme][number % len(DEEDS[theme])][lang]))
