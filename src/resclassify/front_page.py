"""What the first page of a UN document says of it: symbol, body, session, agenda item, date, distribution, title."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from resclassify import lexicon
from resclassify.layout import clean
from resclassify.types import Lang, Line, Metadata

_SYMBOL = re.compile(
    r"(?<![\w/])((?:A|S|E|ST|TD|UNEP|HSP|CEDAW|CCPR|CRC|CTOC|CAC|DP|FCCC)(?:/[\w.()\-]+){1,7}(?:(?<=\d)\s\((?:19|20)\d\d\))?)"
)
_BODIES = (
    ("Human Rights Council", ("human rights council", "مجلس حقوق الإنسان")),
    ("Security Council", ("security council", "مجلس الأمن")),
    ("Economic and Social Council", ("economic and social council", "المجلس الاقتصادي والاجتماعي")),
    ("General Assembly", ("general assembly", "الجمعية العامة")),
)
_BODY_OF_SYMBOL = (
    ("A/HRC", "Human Rights Council"),
    ("A/", "General Assembly"),
    ("S/", "Security Council"),
    ("E/", "Economic and Social Council"),
)
_AGENDA = re.compile(
    r"^(?:agenda\s+items?|items?)\s+(\d+(?:\s*(?:\([a-z]\)))?(?:\s*(?:,|and)\s*\d+(?:\s*\([a-z]\))?)*)"
    r"|^(?:البند|البنود|البندان|بند)\s+(\d+(?:\s*\([^)]\))?(?:\s*(?:،|و)\s*\d+(?:\s*\([^)]\))?)*)",
    re.I,
)
_DISTRIBUTION = re.compile(r"^(?:distr\.?|التوزيع|توزيع)\s*[:.]?\s*([^\W\d_]+)", re.I)
_MONTHS_EN = "january february march april may june july august september october november december".split()
_MONTHS_AR = (
    ("كانون الثاني", "يناير"), ("شباط", "فبراير"), ("آذار", "مارس"), ("نيسان", "أبريل"), ("أيار", "مايو"), ("حزيران", "يونيه"),
    ("تموز", "يوليه"), ("آب", "أغسطس"), ("أيلول", "سبتمبر"), ("تشرين الأول", "أكتوبر"), ("تشرين الثاني", "نوفمبر"),
    ("كانون الأول", "ديسمبر"),
)  # fmt: skip
_DATE_EN = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS_EN)})\s+((?:19|20)\d\d)\b", re.I)
_DATE_AR = re.compile(r"(?<!\d)(\d{1,2})\s+(?:([^\d/]{2,14}?)\s*/\s*)?([^\d\s/]{3,10})\s+((?:19|20)\d\d)")
_WESTERN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_UNITS_EN = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
).split()
_TENS_EN = {"twent": 20, "thirt": 30, "fort": 40, "fift": 50, "sixt": 60, "sevent": 70, "eight": 80, "ninet": 90}
_SESSION_EN = re.compile(r"^\W*((?:[a-z]+ty-)?[a-z]+)\s+(?:special\s+|emergency\s+special\s+)?session\b", re.I)
_SESSION_OF_YEAR = re.compile(r"^\W*((?:19|20)\d\d)\s+session\b|^\W*(?:ال)?دورة\s+(?:عام\s+)?((?:19|20)\d\d)\b", re.I)
_UNITS_AR = (
    ("حادي", "اولي", "اول"),
    ("ثاني",),
    ("ثالث",),
    ("رابع",),
    ("خامس",),
    ("سادس",),
    ("سابع",),
    ("ثامن",),
    ("تاسع",),
    ("عاشر",),
)
_TENS_AR = {"عشر": 10, "عشرون": 20, "عشرين": 20, "ثلاثون": 30, "ثلاثين": 30, "اربعون": 40, "اربعين": 40, "خمسون": 50, "خمسين": 50,
            "ستون": 60, "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90, "تسعين": 90}  # fmt: skip
_NOT_TITLE = re.compile(
    r"^\W*(resolution adopted|adopted by|\[?on the (report|recommendation)|draft resolution"
    r"|revised draft|agenda item|item \d|distr\b|original\b|قرار اتخذ|مشروع قرار|البند"
    r"|\[?بناء على|اتخذ|اعتمد|التوزيع|الأصل|\(?see\b)",
    re.I,
)
_NUMBERED_TITLE = re.compile(r"^\W*(?:resolution\s+)?(?:\d{1,4}/\d{1,4}|\d{1,4}\s*\([IVXLC]+\))\s*[.\-–]?\s+(?=\S)", re.I)


def read_metadata(lines: Sequence[Line]) -> Metadata:
    """Metadata from the lines of a document, those before the opening formula."""
    front = _front(lines)
    whole = "\n".join(front)
    symbol = _SYMBOL.search(whole)
    return Metadata(
        symbol=_bare(symbol[1]) if symbol else None,
        body=_body(front, symbol[1] if symbol else ""),
        session=_first(front, _session),
        agenda_item=_first(front, _agenda_item),
        date=_first(front, _date),
        distribution=_first(front, _distribution),
        language=_language(lines),
        title=_title(front),
    )


def _bare(symbol: str) -> str:
    """`symbol` without the full stop or bracket of the sentence that it was printed in."""
    symbol = symbol.rstrip(".")
    return symbol if symbol.count("(") >= symbol.count(")") else symbol.rstrip(".)")


def _front(lines: Sequence[Line]) -> list[str]:
    """Paragraphs before the opening formula; lines that a PDF wrapped (they have a size and no gap) are one."""
    front: list[str] = []
    last: Line | None = None
    for line in lines[:120]:
        text = clean(line.text)
        if lexicon.chapeau_end(text) is not None or (lexicon.opens_preambular(text) and text.endswith((",", "،"))):
            break
        if not text or line.style == "footnote":
            continue
        if last is not None and _wraps(last, line, front[-1], text):
            front[-1] = f"{front[-1]} {text}"
        else:
            front.append(text)
        last = line
    return front[:40] if len(front) == min(len(lines), 120) else front


def _wraps(above: Line, line: Line, before: str, text: str) -> bool:
    sized = above.size is not None and line.size is not None and abs(above.size - line.size) < 0.5 and not line.gap
    fielded = any(find(part) for find in (_session, _agenda_item, _distribution) for part in (before, text))
    own = (
        fielded
        or _NOT_TITLE.match(text) is not None
        or _NUMBERED_TITLE.match(text) is not None
        or _SYMBOL.match(text) is not None
    )
    return sized and len(before.split()) >= 5 and not own and not before.endswith(("]", ":"))


def _first(front: Sequence[str], find: Callable[[str], str | None]) -> str | None:
    return next((found for text in front if (found := find(text))), None)


def _body(front: Sequence[str], symbol: str) -> str | None:
    for prefix, body in _BODY_OF_SYMBOL:
        if symbol.startswith(prefix):
            return body
    for text in front:
        folded = lexicon.fold(text)
        for body, names in _BODIES:
            if any(lexicon.fold(name) in folded for name in names) and len(text.split()) <= 14:
                return body
    return None


def _language(lines: Sequence[Line]) -> Lang | None:
    letters = " ".join(line.text for line in lines[:400])
    if not any(character.isalpha() for character in letters):
        return None
    return "ar" if lexicon.is_arabic(letters) else "en"


def _agenda_item(text: str) -> str | None:
    match = _AGENDA.match(text)
    return " ".join((match[1] or match[2]).split()) if match else None


def _distribution(text: str) -> str | None:
    match = _DISTRIBUTION.match(text)
    return match[1].capitalize() if match else None


def _date(text: str) -> str | None:
    """The first date in `text`, as YYYY-MM-DD."""
    text = text.translate(_WESTERN_DIGITS)
    match = _DATE_EN.search(text)
    if match:
        return _iso(match[3], _MONTHS_EN.index(match[2].lower()) + 1, match[1])
    match = _DATE_AR.search(text)
    if match:
        for month, (levantine, western) in enumerate(_MONTHS_AR, 1):
            if lexicon.fold((match[2] or "").strip()) == lexicon.fold(levantine) or lexicon.fold(match[3]) == lexicon.fold(
                western
            ):
                return _iso(match[4], month, match[1])
    return None


def _iso(year: str, month: int, day: str) -> str | None:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None


def _session(text: str) -> str | None:
    """The session that `text` names, in digits: its number, or its year where sessions are named by years."""
    match = _SESSION_OF_YEAR.match(text.translate(_WESTERN_DIGITS))
    if match:
        return match[1] or match[2]
    match = _SESSION_EN.match(text)
    if match:
        number = _ordinal_en(match[1].lower())
        return str(number) if number else None
    words = [word.removeprefix("و").removeprefix("ال").rstrip("ةه،,") for word in lexicon.fold(text).split()]
    if not words or words[0] != "دور" or len(words) > 8:
        return None
    units = next((value for word in words[1:] for value, forms in enumerate(_UNITS_AR, 1) if word in forms), 0)
    tens = next((_TENS_AR[word] for word in words[1:] if word in _TENS_AR), 0)
    hundreds = 100 if any(word.startswith(("ماي", "مئ")) or word == "ميه" for word in words[1:]) else 0
    return str(units + tens + hundreds) if units + tens + hundreds else None


def _ordinal_en(word: str) -> int:
    tens, _, unit = word.rpartition("-")
    if unit in _UNITS_EN:
        base = next((value for stem, value in _TENS_EN.items() if tens.startswith(stem)), 0)
        return base + _UNITS_EN.index(unit) + 1
    return next((value for stem, value in _TENS_EN.items() if unit == stem + "ieth"), 0)


def _title(front: Sequence[str]) -> str | None:
    """The last line before the opening formula that can be a title; a numbered title ("79/154. …") wins."""
    for text in front:
        if _NUMBERED_TITLE.match(text) and len(text.split()) > 2:
            return _NUMBERED_TITLE.sub("", text)
    for text in reversed(front[2:]):
        if len(text.split()) >= 2 and not _NOT_TITLE.match(text) and not text.endswith((":", "]")) and not _date(text):
            return text
    return None
