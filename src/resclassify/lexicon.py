"""The words and marks that UN resolutions open their paragraphs with, in Arabic and English, scans included.

Everything here answers one question about one paragraph: what does it look like by its first words or marks?
Position and sequence are judged elsewhere (`layout`, `segmentation`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from resclassify.types import Lang

QUOTES = "\"'“”„«»‘’"
_LEADING = re.compile(rf"^[\s{QUOTES}…\[]+")
_LEFT_OVER = re.compile(r"^[\s\d.*•_\-–—]+")
_ARABIC = re.compile(r"[\u0621-\u064a\u0671-\u06d3]")
_LATIN = re.compile(r"[A-Za-zÀ-ž]")
_MARKS = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_FOLD = str.maketrans("أإآٱىةؤئکی", "اااايهويكي")
# Letters that differ only by their dots, which scans lose or add; ن and ي differ from ب in the middle of words alone.
_RASM = str.maketrans("تثنيجخذزشضظغق", "ببببححدرسصطعف")

PREAMBULAR_EN = frozenset(
    """
    acknowledging acting adhering affirming agreeing alarmed anticipating appalled applauding appreciating approving
    asserting aware bearing believing calling cognizant commemorating commending committed committing concerned
    condemning confident confirming congratulating conscious considering continuing convinced contemplating declaring
    dedicated deploring desiring desirous determined determining devoted disturbed drawing emphasizing emphasising
    encouraged encouraging endorsing expecting expressing fulfilling grateful grieved guided hailing having heartened
    highlighting honouring hoping inspired insisting intending inviting keeping lamenting lauding looking marking
    mindful motivated noting observing outraged paying perturbed praising preoccupied proclaiming profoundly pursuing
    reaffirming realizing realising recalling recognizing recognising recommending recommitting reconfirming re-
    emphasizing referring reflecting regretting reiterating rejecting relying remaining remembering reminding renewing
    repeating resolved resolving respecting responding restating saddened saluting satisfied seeking seized sharing
    shocked standing stressing striving supporting taking thanking troubled trusting underlining underscoring
    understanding urging upholding viewing voicing welcoming whereas wishing reasserting proceeding reviewing
    following being distressed dismayed deprecating denouncing demanding deciding concluding
    commencing
    """.split()
)
OPERATIVE_EN = frozenset(
    """
    accepts acknowledges adopts advises affirms agrees appeals applauds appoints appreciates approves asks asserts
    assures authorizes authorises begins calls cautions commemorates commends commits concludes concurs condemns
    confirms congratulates considers continues convenes declares decides demands denounces deplores designates
    determines directs draws elects emphasizes emphasises enables encourages endorses entrusts envisages establishes
    exhorts expects expresses extends extols gives grants hails highlights honours hopes implores insists instructs
    intends invites issues joins keeps lauds lays launches looks maintains mandates marks notes notifies objects
    observes opens orders pays pledges praises proclaims proposes prolongs promotes ratifies reaffirms realizes
    reasserts recalls recognizes recognises recommends recommits reconfirms re-emphasizes reemphasizes refers regards
    regrets reiterates rejects remains reminds renews repeats replaces requests requires reserves resolves restates
    salutes seeks selects sets shares solicits stands states strengthens stresses suggests supports takes terminates
    thanks transmits trusts underlines underscores undertakes upholds urges views voices warns welcomes wishes
    """.split()
)
_ADVERBS_EN = frozenset(
    """
    also further again once fully deeply strongly gravely seriously urgently solemnly categorically unequivocally
    firmly profoundly particularly especially extremely keenly equally once-again furthermore moreover additionally
    finally reaffirmingly vehemently warmly expressly hereby increasingly greatly highly duly still specifically
    therefore accordingly likewise similarly earnestly energetically resolutely sincerely unreservedly utterly
    nevertheless in addition
    """.split()
)
PREAMBULAR_AR = frozenset(
    _word
    for _stem in """
    شير وكد ؤكد رحب سلم لاحظ قر قرر درك ساور ساورها قلق قلقها قلقه ضع كرر عرب حيط شدد شجع دين اخذ ستذكر سترشد عترف ثني
    نوه اسف ثير شعر عي غيب نظر عتبر ومن ءمن ؤمن حث دعو شيد قدر برز ذكر سجل علن عقد ري ستنكر تطلع شجب صمم تصرف تصرفه
    همه همها حدوه حدوها زعج زعجه زعجها ثلج سعي لتزم ثق بدي عتزم علم ستنير هتدي ستند قتنع سلط جزع جزعها جزعه عيد هيب
    ضعها عربها اسفها وليها ولي عول تابع ستعرض حتفل حيي دد جدد جدده وافق ستلهم تذكر عمل ؤيد ويد رغب واصل روع روعها روعه
    هول هولها هوله حزن حزنها حزنه شغل شغلها شغله سره سرها قلقهم تعهد دعم لمس وجه حظ فهم ردد صدم صدمها صدمه كد ناشد رفض
    طلب بين بقي زال تخذ ستحضر دور وقع نطلق كرس
    """.split()
    for _word in ("ت" + _stem, "ي" + _stem)
)
OPERATIVE_AR = frozenset(
    _word
    for _stem in """
    وكد ؤكد شدد حث هيب شجع دعو طلب قرر رحب حيط لاحظ عرب شير كرر دين ثني ؤيد ويد وصي عتمد اذن ناشد سلم قر عيد عترف طالب
    علن شيد اسف ستنكر تعهد نوه حيي جدد عهد عين نشي مدد خول وافق كلف بقي وعز برز تطلع صادق شجب قترح درك عتبر ضع وجه ذكر
    رفض حذر ستذكر خلص نظر ستعرض تمني واصل عد فوض امر دعم ستمر ري سجل لتمس عتزم ؤمن لتزم عقد حدد نهي قدر شكر هني وعد
    تخذ سترعي شاطر ختتم قبل حتفظ حل نتخب شدد بدي ضطلع ثمن لح سلط تابع كفل مكن
    """.split()
    for _word in ("ت" + _stem, "ي" + _stem)
)
# Preambular openings that are no verb: "convinced", "aware", "desiring", "having considered" …
_NOUNS_AR = frozenset(
    """
    اقتناعا ادراكا ايمانا رغبه تصميما حرصا وعيا تسليما اعترافا تاكيدا عملا استنادا مسترشده مسترشدا عقدا عاقده عازمه
    مدركه مقتنعه اذ ادراكها اقتناعها حرصها رغبتها تقديرا التزاما تمسكا مراعاه اعتقادا سعيا تصميمها انطلاقا وفاء
    استذكارا
    """.split()
)
_PAST_AR = frozenset(
    """
    نظرت نظر درست درس احاطت احاط اطلعت اطلع استعرضت استعرض عقدت عقد تلقت تلقي استمعت استمع ناقشت ناقش لاحظت لاحظ قررت
    قرر اخذت اخذ وضعت وضع ساءها ساءه هالها هاله راعها راعه افزعها افزعه اثار اتخذت اعتمدت حددت عقدها قامت
    """.split()
)
_IDH = ("واذ", "اذ")
_NOT_IDH = frozenset("او ولا وما ومن وفي وهي وهو وال".split())
# Nouns and particles within a misreading of a verb of the lists above.
_NEVER = frozenset("committee committees state nations notice تقرير التقرير بعيد بعيدا قرار انظر نحن بحث تبني".split())
_BODIES_EN = (
    "general assembly", "security council", "economic and social council", "human rights council", "trusteeship council",
    "commission on the status of women", "commission on human rights",
    "commission on crime prevention and criminal justice", "commission on narcotic drugs",
    "commission for social development", "commission on population and development",
    "united nations environment assembly", "third committee", "conference of the parties",
    "conference of the states parties", "executive board",
)  # fmt: skip
_BODY_NOUN_EN = re.compile(r"\b(assembly|council|commission|committee|conference|board|congress|meeting|forum|body)\b", re.I)
_CHAPEAU_EN = re.compile(r"^(?:[TIF1][hHbn][eEco]|T\S[eE])\s+([^,،:]{4,130}?)\s*([,،:]|$)")
_BODIES_AR = (
    "الجمعيه العامه", "مجلس الامن", "المجلس الاقتصادي والاجتماعي", "مجلس حقوق الانسان", "لجنه وضع المراه",
    "لجنه حقوق الانسان", "لجنه منع الجريمه والعداله الجنائيه", "لجنه المخدرات", "لجنه التنميه الاجتماعيه",
    "جمعيه الامم المتحده للبيئه", "اللجنه الثالثه", "مؤتمر الاطراف", "مؤتمر الدول الاطراف",
)  # fmt: skip
_CHAPEAU_AR = re.compile(r"^(\S{1,4})\s+([^،,:؛]{6,90}?)\s*([،,:؛.]|$)")

_DIGITS = "0-9٠-٩۰-۹"
_BIS = r"bis|ter|quater|quinquies|alt|مكرر\S?(?:\s(?:ثانيا|ثالثا|رابعا))?"
_MARK = re.compile(
    rf"""^[\s{QUOTES}…\[]*
    (?:
      [(\[]?(?P<draft>(?:OP|PP|O\.P\.|P\.P\.)\s?(?P<draft_value>\d{{1,3}})(?:\s?(?:{_BIS}))?)\b\s*[.:)\]\-–]*\s+
    | [\-–—−•.]\s?(?P<framed>[{_DIGITS}]{{1,3}})\s*[\-–—−ـ.]?\s*(?=\S)
    | (?P<plain>[{_DIGITS}]{{1,3}})(?P<bis>\s?(?:{_BIS}))?\s*(?:\\?[.．]\s?[\-–—−]?|[\-–—−ـ]|\\?\))(?!\d)\s*(?=\S)
    )""",
    re.X,
)
# A number whose mark is lost or misread; it counts only before an operative verb and in its turn.
_LOOSE_MARK = re.compile(rf"^[\s{QUOTES}]*[(\[]?\s?(?P<plain>[{_DIGITS}lIOSا|]{{1,3}})\s?[)\].,:،_\-–—−ـ'’*/]*\s*(?=\S)")
_MISREAD_DIGITS = str.maketrans("lI|اOS", "111105")
_LONE_MARK = re.compile(
    rf"^[\s{QUOTES}]*(?:[\-–—−]?\s?(?P<number>[{_DIGITS}]{{1,3}})\s?[.\-–—−)]?|\(\s?(?:[a-z]{{1,4}}|[\u0621-\u064a]{{1,2}})\s?\))$"
)
_SUB = re.compile(
    rf"^(?:\s*['‘’](?P<prime>\d{{1,2}})['‘’]|[\s{QUOTES}]*(?:"
    rf"\(\s*(?P<letter>[a-zA-Z]{{1,2}}|[ivxIVX]{{1,5}}|[\u0621-\u064a]{{1,3}}|[{_DIGITS}]{{1,2}})\s*\)"
    r"|(?P<letter2>[a-z]|[ivx]{1,4}|[أ-ي])(?:\)|\.(?=\s)|\s?[\-–—](?=\s))"
    r"|(?P<bullet>[•●▪◦\uf0b7\u2043*]|[\-–—](?=\s))))\s*(?=\S)"
)
_SECTION = re.compile(
    r"^(?:(?:P(?i:art)|S(?i:ection)|C(?i:hapter))\s+)?(?:[IVX]{1,5}|[A-H])(?:\s*[.:\-–—]\s+\S.{0,100}|\.)?$"
    r"|^(?:P(?i:art)|S(?i:ection)|C(?i:hapter)|A(?i:rticle)|R(?i:ule))\s+(?:\d{1,3}|(?i:one|two|three|four|five))(?:\s*[.:\-–—]\s*\S.{0,100})?$"
    r"|^(?:أولا|ثانيا|ثالثا|رابعا|خامسا|سادسا|سابعا|ثامنا|تاسعا|عاشرا|ألف|باء|جيم|دال)ً?(?:\s*[.:\-–—]\s*\S.{0,100})?$"
    r"|^(?:الجزء|الباب|الفصل|الفرع|المادة)\s+\S{1,12}(?:\s*[.:\-–—]\s*\S.{0,100})?$"
)
_ANNEX = re.compile(
    r"^(annex|appendix|enclosure|attachment|المرفق|مرفق|التذييل|تذييل|ضميمة|الضميمة)"
    r"(\s+([IVXLC]+|[A-Z]|\d{1,2}|[\u0621-\u064a]+))?(\s*[:.\-–—]\s*\S.{0,120}|\s*\*?)$",
    re.I,
)
_BACK = re.compile(
    r"^\W*(\d{1,4}(st|nd|rd|th)\s+(plenary\s+)?meeting|resumed\b|\d{1,2}\s+\w+\s+(19|20)\d\d\W*$"
    r"|(adopted|rejected)\s+(by|without|unanimously|at)\b|\[?\s*adopted\b|recorded vote|in favour|against:|abstaining|abstentions"
    r"|الجلسة(\s+العامة)?\s+\d|\d+\s+\S+/\S+\s+(19|20)\d\d\W*$|اعتمد|\[?\s*اعتمد|المؤيدون|المعارضون|الممتنعون|تصويت مسجل)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A list mark at the start of a paragraph: the number as printed, its value, and where the text after it begins."""

    printed: str
    value: int
    end: int
    kind: str = "number"


def fold(text: str) -> str:
    """`text` as it is compared: lower case, without Arabic marks, with the letters that scans and typists mix made one."""
    return _MARKS.sub("", text).translate(_FOLD).lower()


def rasm(word: str) -> str:
    """A folded Arabic word without dots: what scans keep of a word even where they misread its letters."""
    return word.translate(_RASM)


def is_arabic(text: str) -> bool:
    """Whether more letters of `text` are Arabic than Latin."""
    return len(_ARABIC.findall(text)) > len(_LATIN.findall(text))


def script(text: str) -> Lang:
    """The language whose letters `text` is written in: "ar" or "en"."""
    return "ar" if is_arabic(text) else "en"


def strip_opening(text: str) -> str:
    """`text` without quotation marks and brackets before its first word."""
    return _LEADING.sub("", text)


@lru_cache(maxsize=8)
def _undotted(lexicon: frozenset[str]) -> frozenset[str]:
    return frozenset(rasm(word) for word in lexicon)


@lru_cache(maxsize=65536)
def _near(word: str, lexicon: frozenset[str], arabic: bool) -> bool:
    """Whether `word` is in the lexicon, or within the edit distance that scans make (1; 2 from eight letters on)."""
    if word in lexicon:
        return True
    if len(word) < (4 if arabic else 5) or word in _NEVER:
        return False
    if arabic and rasm(word) in _undotted(lexicon):
        return True
    reach = 2 if len(word) >= 8 else 1
    return any(
        abs(len(entry) - len(word)) <= reach and Levenshtein.distance(word, entry, score_cutoff=reach) <= reach
        for entry in lexicon
    )


def _words(text: str, count: int) -> list[str]:
    return [word.strip(".,;:،؛()[]" + QUOTES) for word in fold(strip_opening(text)).split(None, count)[:count]]


def _after_adverbs(words: list[str]) -> str:
    for word in words:
        if word not in _ADVERBS_EN:
            return word
    return ""


def _opens_preambular_en(text: str) -> bool:
    words = _words(text, 4)
    if not strip_opening(text)[:1].isupper():
        return False
    first = _after_adverbs(words)
    if first in _NOUNS_ING:
        return False
    if _near(first, PREAMBULAR_EN, False):
        return True
    # Any other participle opens a paragraph, but a heading too ("Mapping of wells").
    ends = text.rstrip(QUOTES + " ").endswith((",", ";", ":"))
    return ends and len(first) > 5 and first.endswith("ing")


_NOUNS_ING = frozenset("training housing meeting funding trafficking monitoring reporting".split())


def _opens_preambular_ar(text: str) -> bool:
    words = [*_words(_LEFT_OVER.sub("", text), 4), "", ""]
    if len(words[0]) == 1 and words[1] in _IDH:
        words = [words[0] + words[1], *words[2:], ""]
    first, second = words[0], words[1]
    if not first:
        return False
    bare = first.removeprefix("و")
    if first in _IDH or bare in _NOUNS_AR or (second in ("منها", "منه") and _near(bare, _NOUNS_AR, True)):
        return True
    if first == "وقد":
        return _near(second, _PAST_AR, True)
    if first == "وبعد":
        return second in ("ان", "النظر", "الاطلاع", "دراسه", "استعراض")
    if _glued_idh(first):
        return True
    # Scans misread the short first word in any way; the verb after it then decides.
    return (
        len(first) <= 5
        and first[0] in "واردزلف"
        and first not in _NOT_IDH
        and min(Levenshtein.distance(first, idh) for idh in _IDH) <= 2
        and _near(words[2] if second in ("لا", "ما", "لم") else second, PREAMBULAR_AR, True)
    )


def _glued_idh(word: str) -> bool:
    """Whether `word` is "وإذ" and its verb in one ("وإذتشير"); after a misread "وإذ" the verb must be right."""
    for idh in _IDH:
        head, verb = word[: len(idh)], word[len(idh) :]
        if head == idh and len(verb) > 2 and _near(verb, PREAMBULAR_AR, True):
            return True
    head, verb = word[:3], word[3:]
    return head not in _NOT_IDH and Levenshtein.distance(head, "واذ") == 1 and head[0] == "و" and verb in PREAMBULAR_AR


def opens_preambular(text: str) -> bool:
    """Whether the first words are those of a preambular paragraph ("Recalling …", "وإذ تشير …")."""
    return _opens_preambular_ar(text) if is_arabic(text[:80]) else _opens_preambular_en(text)


def opens_operative(text: str) -> bool:
    """Whether the first words (after any list mark) are those of an operative paragraph ("Also urges …", "تهيب …")."""
    if is_arabic(text[:80]):
        first = _words(text, 1)
        return bool(first) and (first[0] in _SHORT_OPERATIVE_AR or _near(first[0], OPERATIVE_AR, True) or _misread_urge(first[0]))
    if not strip_opening(text)[:1].isupper():
        return False
    return _near(_after_adverbs(_words(text, 5)), OPERATIVE_EN, False)


def _misread_urge(word: str) -> bool:
    """Whether `word` is "تحث", the one short verb that opens many paragraphs, with other dots."""
    return rasm(word) in _URGE and word not in _NEVER


_SHORT_OPERATIVE_AR = frozenset("تحث يحث حث تقر يقر تري يري تحت يحت تهب".split())
_URGE = frozenset(rasm(word) for word in ("تحث",))


def chapeau_end(text: str) -> int | None:
    """Where the opening formula ("The General Assembly,", "إن الجمعية العامة،") ends in `text`; None where there is none."""
    start = len(text) - len(strip_opening(text))
    body = text[start:]
    if is_arabic(body[:80]):
        match = _CHAPEAU_AR.match(body)
        if match is None or fold(match[1]) not in ("ان", "اذ", "ات", "انه", "ن", "لن", "اين", "ون", "إن"):
            return None
        named = fold(match[2])
        if any(_alike(named, known) for known in _BODIES_AR):
            return start + match.end()
        short = match.end() == len(body) and match[3] in ("،", ",", ":") and len(named.split()) <= 9
        return start + match.end() if short and named.split()[0].endswith(("جمعيه", "مجلس", "لجنه", "مؤتمر")) else None
    match = _CHAPEAU_EN.match(body)
    if match is None:
        return None
    named = match[1].lower()
    rest = body[match.end() :].strip()
    opening = rest[:1].upper() + rest[1:]
    if rest and not opens_preambular(opening) and not opens_operative(opening):
        return None
    if any(_alike(named, known) for known in _BODIES_EN) and (match[2] or not rest):
        return start + match.end()
    if match[2] and not rest and len(named.split()) <= 14 and _BODY_NOUN_EN.search(named):
        return start + match.end()
    return None


def _alike(named: str, known: str) -> bool:
    return Levenshtein.normalized_distance(named, known, score_cutoff=0.2) <= 0.2


def list_mark(text: str) -> Mark | None:
    """The list mark that `text` starts with ("7.", "- 7 -", "٧ -", "OP7", "12 bis."), or None."""
    match = _MARK.match(text)
    if match is None:
        return None
    if match["draft"]:
        kind = "preambular" if match["draft"].startswith("P") else "operative"
        return Mark(match["draft"], int(match["draft_value"]), match.end(), kind)
    printed = match["framed"] or match["plain"]
    return Mark(printed + (match["bis"] or ""), int(printed), match.end())


def item_mark(text: str, last: int) -> Mark | None:
    """`list_mark`, or where there is none a number with its stop lost or its digits misread ("3 Urges", "l2 -", "(4)").

    Such a number counts only before an operative verb and where it follows `last`.
    """
    mark = list_mark(text)
    if mark is not None:
        return mark
    match = _LOOSE_MARK.match(text)
    if match is None:
        return None
    digits = match["plain"].translate(_MISREAD_DIGITS)
    if not last < int(digits) <= last + 3 or not opens_operative(text[match.end() :]):
        return None
    return Mark(match["plain"], int(digits), match.end())


def lone_mark(text: str, last: int) -> bool:
    """Whether `text` is nothing but the mark of a sub-paragraph, or the list number that follows `last`."""
    match = _LONE_MARK.match(text)
    return match is not None and (match["number"] is None or int(match["number"]) == last + 1)


def sub_mark(text: str) -> Mark | None:
    """The mark of a sub-paragraph ("(a)", "(أ)", "(ii)", "'1'", "•") that `text` starts with; `value` is its level, 2 or 3."""
    match = _SUB.match(text)
    if match is None:
        return None
    if match["bullet"]:
        return Mark(match["bullet"], 2, match.end(), "bullet")
    if match["prime"]:
        return Mark(f"({match['prime']})", 3, match.end(), "sub")
    label = match["letter"] or match["letter2"]
    roman = re.fullmatch(r"[ivx]+", label) is not None and label not in ("v", "x")
    return Mark(f"({label})", 3 if roman and label != "i" else 2, match.end(), "sub")


def is_section(text: str) -> bool:
    """Whether `text` is the number of a section, with its title or without ("II", "Part One", "B. Finance", "أولا")."""
    return _SECTION.match(text.strip()) is not None and not text.rstrip().endswith((",", ";", "،", "؛"))


def is_annex_heading(text: str) -> bool:
    """Whether `text` is the heading of an annex."""
    return _ANNEX.match(strip_opening(text).strip(QUOTES + " ")) is not None


def is_back_matter(text: str) -> bool:
    """Whether `text` is what stands after the last clause: meeting, date, vote."""
    return len(text) < 400 and _BACK.match(strip_opening(text)) is not None


def is_heading(text: str) -> bool:
    """Whether `text` is short, without the punctuation that ends a clause, and opens like none."""
    bare = text.strip(QUOTES + " ")
    return (
        len(bare.split()) <= 18
        and not bare.endswith((",", ";", ".", ":", "،", "؛"))
        and list_mark(text) is None
        and not opens_operative(text)
        and not opens_preambular(text)
    )
