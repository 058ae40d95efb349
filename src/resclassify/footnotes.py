"""What does not belong to the running text of a page: page furniture, footnotes, footnote calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from resclassify.lexicon import list_mark, opens_operative, opens_preambular
from resclassify.types import Line

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
CALL = re.compile(
    r"[ \u00a0]?(?:⁽\s?([⁰¹²³⁴-⁹\d]{1,3})\s?⁾|<sup>\s?\(?(\d{1,3})\)?\s?</sup>|([⁰¹²³⁴-⁹]{1,3})(?![⁰¹²³⁴-⁹])"
    r"|\[\^(\d{1,3})\](?!:)|\^\(?(\d{1,3})\)?\^?)"
)
# Calls in plain characters: "word(1)", "[1]", "word1", "word 1/".
_GLUED = re.compile(
    r"(?<=[\w”\"»)،,])\s?\((\d{1,3})\)(?=[\s،,.;؛:]|$)|\[(\d{1,3})\]"
    r"|(?<=[a-z\u0621-\u064a,;”\"’)])(\d{1,3})(?=[\s,.;:”،؛]|$)|(?<=[\w,;”)]) (\d{1,3})/(?=[\s,.;:]|$)"
)
_STAR_CALL = re.compile(r"(?<=[\w),;”،؛])\*{1,3}(?=[\s,.;:،؛]|$)")
_FURNITURE = re.compile(
    r"""^\W*(?:
      (?:page|صفحة|الصفحة)?\s*[\-–—]?\s*[\d٠-٩]{1,3}\s*(?:[/\\]|of|من)\s*[\d٠-٩]{1,3}
    | (?:page|صفحة|الصفحة)\s*[\d٠-٩]{1,3}
    | [\-–—|]?\s*[\d٠-٩]{1,3}\s*[\-–—|]?
    | \d{5}-\d{2}
    | (?:\d{1,3}\s*/\s*\d{1,3}\s+)?(?:\d{6}\s+)*\d{2}-\d{5}(?:\s*\([A-Z]\))?(?:\s+\d{1,3}\s*/\s*\d{1,3})?(?:\s+\d{6})*
    | (?:\d{1,3}\s*/?\s*\d{0,3}\s+)?GE\.\d\d-\d{5}.{0,20}
    | \*\s?[\d\s]{7,9}\*
    | please\s+recycle.{0,3} | الرجاء\s+إعادة\s+استعمال\s+الورق.{0,3} | يرجى\s+إعادة\s+الاستعمال.{0,3}
    | [_\-–—=*\s]{2,}
    | \#{1,6}
    )\W*$""",
    re.X | re.I,
)
_SYMBOL_LINE = re.compile(r"^\s*[A-Z]{1,4}(?:/[\w.()\-]{1,12}){1,6}\*?(?:\s+\d{1,3}\s*/\s*\d{1,3})?\s*$")
_HEAD_WITH_SYMBOL = re.compile(
    r"^(?:[A-Z]{1,4}(?:/[\w.()\-]{1,12}){1,6}\s+(?P<after>[A-Z\u0621-\u064a][^;؛]{2,90}[^\W_])"
    r"|(?P<before>[A-Z\u0621-\u064a][^;؛]{2,90}\w)\s+[A-Z]{1,4}(?:/[\w.()\-]{1,12}){1,6})$"
)
_NOTE_AT_START = re.compile(
    r"^\s*(?P<framed>[(\[⁽]\s*\^?(?P<n1>\d{1,3}|[⁰¹²³⁴-⁹]{1,3})\s*[)\]⁾]:?)\s*(?P<rest1>\S.*)$"
    r"|^\s*[(⁽](?P<n4>\d{1,3})\s+(?P<rest5>\S.*)$"
    r"|^\s*(?P<n2>[⁰¹²³⁴-⁹]{1,3})\s*(?P<rest2>\S.*)$"
    r"|^\s*(?P<n3>\d{1,3})(?:/|\s)\s*(?P<rest3>[^\s\-–—.].*)$"
    r"|^\s*(?P<star>\*{1,3})\s+(?P<rest4>\S.*)$",
    re.S,
)
_NOTE_AT_END = re.compile(r"^(?P<rest>.*\S)\s*[(⁽]\s*(?P<n>\d{1,3})\s*[)⁾]\s*\.?$", re.S)
_CITATION_EN = re.compile(
    r"^[\W_]*(see\b|ibid|united nations\b|resolutions?\s|general assembly (resolution|decision)|official records|report of"
    r"|[A-Z]{1,5}(/[\w.()\-]+){1,6}|https?:|available (at|from)|adopted (by|at)|treaty series"
    r"|((human rights|security|economic and social) )?council (resolution|decision)|decision\s|for the (text|full)"
    r"|international labour|league of nations|as (contained|of|at)\b|FCCC/|S/PRST|chap\.|annex\b|cf\.|formerly|issued"
    r"|on behalf of)",
    re.I,
)
_CITATION_AR = re.compile(
    r"^[\W_]*(المرجع نفسه|انظر|باسم الدول|القرار|القرارات|القراران|قرارا?\s|المقرر|الوثائق الرسمية|تقرير|المرفق"
    r"|المجلد|الوثيقة|منشورات|آخرها|بصيغته|مرفق|يمكن الاطلاع|متاح|صدر|United Nations|League of|[A-Z]{1,5}(/[\w.()\-]+){1,6})"
)
_NOTE_ENDS = re.compile(r"[.؛؟!][\s\"”»)*_]*(?:[(⁽]\d{1,3}[)⁾])?\s*$|^\W*\.\w.*[(⁽]\d{1,3}[)⁾]$")
_MONTH = re.compile("January|February|March|April|May|June|July|August|September|October|November|December")
_RUNNING_HEAD = re.compile(r"^\W*[A-Z]{1,5}(?:/[\w.()\-]{1,16}){2,6}\*?\b.{0,120}$")
_CITED = re.compile(
    r"\b(vol|vols|No|Nos|annex|chap|para|paras|sect|corr|Sales)\b\.?|Treaty Series"
    r"|المجلد|الرقم|المرفق|رقم المبيع|الفصل|[A-Z]{1,4}/[\w./()\-]*\d"
)


@dataclass(frozen=True, slots=True)
class _Note:
    number: int | None
    text: str
    framed: bool
    superscript: bool


def drop_furniture(lines: Sequence[Line]) -> tuple[list[Line], set[int]]:
    """`lines` without page furniture, and the positions (in the result) that a piece of furniture stood before.

    Furniture is what has the form of it (symbols, page and job numbers, rules), what a reader marked as such, and
    short lines that recur, digits aside, at the top or foot of pages.
    """
    edges = _page_edges(lines)
    recurring = _recurring(lines) | _headed_by_symbol(lines)
    shapes = Counter(_shape(lines[position]) for position in edges if len(lines[position].text) <= 120)
    kept: list[Line] = []
    breaks: set[int] = set()
    previous_page = lines[0].page if lines else 0
    for position, line in enumerate(lines):
        if line.page != previous_page:
            breaks.add(len(kept))
            previous_page = line.page
        at_edge = position in edges and shapes.get(_shape(line), 0) >= 2
        repeated = (at_edge or line.text in recurring) and not (list_mark(line.text) or opens_preambular(line.text))
        if line.style == "furniture" or _is_furniture(line.text) or repeated:
            breaks.add(len(kept))
            continue
        kept.append(line)
    return kept, breaks


def _shape(line: Line) -> str:
    return re.sub(r"[\d٠-٩]+", "#", line.text)


def _is_furniture(text: str) -> bool:
    return _FURNITURE.match(text) is not None or _SYMBOL_LINE.match(text) is not None


def _recurring(lines: Sequence[Line]) -> set[str]:
    """Running heads: lines that start with a symbol and come twice, or beside a page number, or short lines that stand
    apart, without a stop, and come thrice.
    """
    plain = [_is_furniture(line.text) for line in lines]
    counts: Counter[str] = Counter()
    apart: Counter[str] = Counter()
    beside: set[str] = set()
    for position, line in enumerate(lines):
        if len(line.text) > 160:
            continue
        counts[line.text] += 1
        framed = any(plain[max(position - 1, 0) : position + 2])
        apart[line.text] += framed or line.gap
        if framed:
            beside.add(line.text)
    return {
        text
        for text, count in counts.items()
        if ((count >= 2 or text in beside) and _RUNNING_HEAD.match(text) and not text.endswith((".", ";", "؛", ",")))
        or (apart[text] >= 3 and len(text.split()) >= 3 and len(text) <= 120 and text[-1].isalnum() and not text[:1].islower())
    }


def _headed_by_symbol(lines: Sequence[Line]) -> set[str]:
    """Running heads that hold the document's own symbol and its title, on left and right pages alike."""
    own = {line.text.rstrip("* ") for line in lines if _SYMBOL_LINE.match(line.text)}
    heads: dict[str, str] = {}
    for line in lines:
        found = _HEAD_WITH_SYMBOL.match(line.text)
        if found is not None:
            heads[line.text] = f"{found['before'] or found['after']}"
    symbols = {text: _symbol_at_edge(text) for text in heads}
    counts = Counter((symbols[line.text], heads[line.text]) for line in lines if line.text in heads)
    return {text for text, title in heads.items() if symbols[text] in own or counts[symbols[text], title] >= 2}


def _symbol_at_edge(text: str) -> str:
    words = text.split()
    return words[0] if _SYMBOL_LINE.match(words[0]) else words[-1]


def _page_edges(lines: Sequence[Line]) -> set[int]:
    """Positions of the first two and last two lines of every page, where there is more than one page."""
    edges: set[int] = set()
    if not lines or lines[-1].page == lines[0].page:
        return edges
    start = 0
    for position in range(1, len(lines) + 1):
        if position == len(lines) or lines[position].page != lines[start].page:
            span = list(range(start, position))
            edges.update(span[:2] + span[-2:])
            start = position
    return edges


def note_calls(text: str) -> set[int]:
    """Numbers of the superscript footnote calls in `text`."""
    return {int("".join(group for group in match.groups() if group).translate(SUPERSCRIPTS)) for match in CALL.finditer(text)}


def _as_note(text: str, called: Container[int]) -> _Note | None:
    """The note that `text` may be; one with a list mark ("1. See …") only where it cites and its number was `called`."""
    mark = None if _framed(text) else list_mark(text)
    if mark is not None:
        rest = text[mark.end :]
        dotted = mark.kind == "number" and mark.value in called and _cites(rest) and not opens_operative(rest)
        return _Note(mark.value, rest, framed=True, superscript=False) if dotted else None
    match = _NOTE_AT_START.match(text)
    if match is not None:
        if match["star"]:
            return _Note(None, match["rest4"], framed=True, superscript=False)
        raw = match["n1"] or match["n2"] or match["n3"] or match["n4"]
        rest = match["rest1"] or match["rest2"] or match["rest3"] or match["rest5"] or ""
        digits = raw.translate(SUPERSCRIPTS)
        return _Note(int(digits), rest, framed=match["framed"] is not None, superscript=digits != raw)
    match = _NOTE_AT_END.match(text)
    right_to_left = text.lstrip()[:1] in ".*UABCDEFGHIJKLMNOPQRSTVWXYZ(" or _cites(text)
    if match is not None and len(text) < 300 and right_to_left:
        return _Note(int(match["n"]), match["rest"], framed=True, superscript=False)
    return None


def _cites(text: str) -> bool:
    return bool(_CITATION_EN.match(text) or _CITATION_AR.match(text)) or len(_CITED.findall(text)) >= 2


def drop_footnotes(lines: Sequence[Line], breaks: set[int]) -> tuple[list[Line], set[int], list[str]]:
    """`lines` without footnotes; the positions that a break stood before, in the result; the footnotes' text.

    A footnote is known by its mark together with what it says (it cites), with a call of its number in the text
    above, or with its place in the sequence after a footnote on the line above.
    """
    kept: list[Line] = []
    new_breaks: set[int] = set()
    notes: list[str] = []
    calls: set[int] = set()
    glued: set[int] = set()
    last = 0
    inside = False
    for position, line in enumerate(lines):
        if position in breaks:
            new_breaks.add(len(kept))
        if line.style == "footnote":
            notes.append(line.text)
            new_breaks.add(len(kept))
            inside = False
            continue
        note = None if line.style == "heading" else _as_note(line.text, calls | glued)
        apart = inside or line.gap or position in breaks
        if note is not None and _is_note(note, calls, glued if apart else set(), last, inside):
            notes.append(line.text)
            last = note.number if note.number is not None else last
            inside = True
            new_breaks.add(len(kept))
            continue
        continues = inside and not line.gap and position not in breaks and not line.whole and not _ends(notes[-1])
        if continues and not list_mark(line.text):
            notes[-1] = f"{notes[-1]} {line.text}"
            continue
        inside = inside and line.style is None and position in breaks and not line.text
        calls |= note_calls(line.text)
        glued |= {int("".join(group for group in match.groups() if group)) for match in _GLUED.finditer(line.text)}
        kept.append(line)
    return kept, new_breaks, notes


def _framed(text: str) -> bool:
    return text.lstrip()[:1] in "([⁽"


def _ends(text: str) -> bool:
    return _NOTE_ENDS.search(text) is not None


def _is_note(note: _Note, calls: set[int], glued: set[int], last: int, inside: bool) -> bool:
    cites = _cites(note.text)
    if note.number is None:
        return cites or inside
    follows = last < note.number <= last + 3
    if note.superscript:
        return True
    worded = note.framed or cites or (note.text[:1].isupper() and not _MONTH.match(note.text))
    if note.number in calls and note.number > last and worded:
        return True
    if note.framed:
        return (cites and (follows or last == 0)) or (inside and note.number == last + 1)
    if cites and (follows or last == 0):
        return True
    in_turn = note.number == last + 1 and (inside or note.number in glued)
    return in_turn and worded and not opens_operative(note.text)


def clear_calls(lines: Sequence[Line], notes: Sequence[str]) -> list[Line]:
    """`lines` without the calls of footnotes: superscripts always, plain digits where they count on from note to note.

    A plain digit or "(3)" glued to a word is a call only where a footnote of that number was found and it is the
    next number in order, so that "G20", "COVID-19" and "resolution 1325" stay.
    """
    found = [note for text in notes if (note := _as_note(text, range(1000))) is not None]
    numbers = {note.number for note in found if note.number is not None}
    starred = any(note.number is None for note in found)
    expected = 1
    cleared: list[Line] = []
    for line in lines:
        for number in note_calls(line.text):
            expected = max(expected, number + 1)
        text = CALL.sub("", line.text)

        def decide(match: re.Match[str]) -> str:
            nonlocal expected
            number = int(match[1] or match[2] or match[3] or match[4])
            if number in numbers and expected <= number <= expected + 1:
                expected = number + 1
                return ""
            return match[0]

        if starred:
            text = _STAR_CALL.sub("", text)
        if numbers:
            text = _GLUED.sub(decide, text)
        cleared.append(line if text == line.text else replace(line, text=text))
    return cleared
