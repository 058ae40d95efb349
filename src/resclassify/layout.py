"""Lines as a reader found them to running text: one paragraph a line, broken paragraphs whole again.

`mend` is the one entrance. It cleans characters, takes out page furniture and footnotes (`footnotes`), finds out
whether lines were wrapped at a width, and joins what page breaks, footnote blocks and wrapping tore apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resclassify import lexicon
from resclassify.footnotes import clear_calls, drop_footnotes, drop_furniture
from resclassify.types import Line

_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\x00-\x08\x0e-\x1f\x7f-\x9f\ufffc]")
_SPACES = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_PRESENTATION = re.compile(r"[\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc]+")
_EMPHASIS = re.compile(
    r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?!\w)"
)
# Left over from bold; at the start of a line, with a space after them, they are the mark of a note.
_STARS = re.compile(r"(?<!^)\*\*|^\*\*(?!\*?\s)")
_MIRRORED = re.compile(r"(?<!\w)\)(\d{1,3})\((?!\w)")
_TERMINAL = (".", ";", ":", "؛", "؟", "!", "۔")
_COMMA = (",", "،")
_CLOSING = " \"'“”»’)]"


@dataclass(frozen=True, slots=True)
class Mended:
    """Running text (one paragraph a line) and the footnotes that were taken out of it."""

    text: str
    footnotes: tuple[str, ...]


def clean(text: str) -> str:
    """`text` without invisible characters and emphasis marks, presentation forms folded, runs of white space as one."""
    text = _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _MIRRORED.sub(r"(\1)", _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip())
    for _ in range(2):
        text = _EMPHASIS.sub(lambda match: match[2] or match[3] or match[4] or "", text)
    return _STARS.sub("", text).strip()


def mend(lines: Sequence[Line]) -> Mended:
    """Running text of a document from its lines."""
    present = [replace(line, text=text) for line in lines if (text := clean(line.text))]
    present, breaks = drop_furniture(_attach_marks(present))
    present, breaks, notes = drop_footnotes(present, breaks)
    present = clear_calls(present, notes)
    pairs = [(line, position in breaks) for position, line in enumerate(present) if line.text.strip()]
    return Mended("\n".join(_part(_join(pairs))), tuple(notes))


_LONE_CALL = re.compile(r"[⁽(]?[⁰¹²³⁴-⁹]{1,3}[⁾)]?$")


def _attach_marks(lines: Sequence[Line]) -> list[Line]:
    """`lines`, with list marks that stand on a line of their own put before the text that they count."""
    attached: list[Line] = []
    last = 0
    for line in lines:
        above = attached[-1] if attached else None
        mark = _mark_above(above.text, line.text, last) if above is not None else ""
        if above is not None and mark:
            attached[-1] = replace(line, text=mark + line.text, gap=above.gap, page=above.page)
        else:
            attached.append(line)
        item = lexicon.list_mark(attached[-1].text)
        if item is not None and item.kind != "preambular" and lexicon.opens_operative(attached[-1].text[item.end :]):
            last = item.value
    return attached


def _mark_above(above: str, text: str, last: int) -> str:
    """The mark that the line `above` is, as it stands before `text`; empty where it is none, or not that of `text`."""
    if _LONE_CALL.match(above):
        return f"{above} "
    if not lexicon.lone_mark(above, last):
        return ""
    number = above.strip(" -–—−.)")
    if number.isdecimal():
        return f"{number}. " if lexicon.opens_operative(text) else ""
    return f"{above} " if lexicon.sub_mark(text) is None else ""


def _width(lines: Sequence[Line]) -> int | None:
    """The width at which the lines were wrapped; None where each line is a paragraph of its own."""
    loose = sorted(len(line.text) for line in lines if not line.whole)
    if len(loose) < 6:
        return None
    width = loose[int(len(loose) * 0.95)]
    full = [line for line in lines if not line.whole and len(line.text) >= 0.7 * width]
    open_ended = sum(not line.text.endswith((*_TERMINAL, *_COMMA)) for line in full)
    return width if width <= 160 and open_ended >= 0.5 * len(full) else None


def _join(pairs: Sequence[tuple[Line, bool]]) -> list[str]:
    width = _width([line for line, _ in pairs])
    state = _State()
    paragraphs: list[str] = []
    last_line = Line("")
    for line, broken in pairs:
        if paragraphs and _belongs(paragraphs[-1], last_line, line, broken=broken, width=width, state=state):
            paragraphs[-1] = _glue(paragraphs[-1], line.text)
        else:
            state = state.after(line.text)
            paragraphs.append(line.text)
        last_line = line
    return paragraphs


_INNER_MARK = re.compile(r"(?<=[;؛.:,،])\s*(?=[\-–—]?\s?[\d٠-٩]{1,3}(?:\s?[\-–—]|\.(?=\s)))")


def _part(paragraphs: Sequence[str]) -> list[str]:
    """`paragraphs`, with an operative paragraph that was glued to the end of the one before on a line of its own again."""
    state = _State()
    parted: list[str] = []
    for paragraph in paragraphs:
        rest = paragraph
        state = state.after(rest)
        for gap in _INNER_MARK.finditer(paragraph):
            mark = lexicon.list_mark(paragraph[gap.end() :])
            if mark is None or mark.value != state.number + 1 or state.zone not in ("preamble", "operative"):
                continue
            if lexicon.opens_operative(paragraph[gap.end() + mark.end :]):
                parted.append(paragraph[len(paragraph) - len(rest) : gap.start()])
                rest = paragraph[gap.end() :]
                state = state.after(rest)
        parted.append(rest)
    return parted


def _glue(left: str, right: str) -> str:
    """Two pieces of one paragraph: no space after an opening bracket, or after a hyphen that the line was broken at."""
    hyphened = left.endswith("-") and left[-2:-1].isalpha() and right[:1].isalnum()
    return left + right if hyphened or left.endswith(("(", "[")) else f"{left} {right}"


@dataclass(frozen=True, slots=True)
class _State:
    """Where in a resolution the joining stands: `zone`, and the last list number met."""

    zone: str = "front"
    number: int = 0

    def after(self, text: str) -> _State:
        if lexicon.is_annex_heading(text) and self.zone != "front":
            return _State("annex")
        if lexicon.chapeau_end(text) is not None:
            return _State("preamble")
        mark = lexicon.item_mark(text, self.number)
        if mark is not None and self.zone in ("preamble", "operative", "annex") and self.expects(mark):
            return _State("annex" if self.zone == "annex" else "operative", mark.value)
        if self.zone == "front" and lexicon.opens_preambular(text) and text.endswith(_COMMA):
            return _State("preamble")
        return self

    def expects(self, mark: lexicon.Mark) -> bool:
        return self.number < mark.value <= self.number + 3 or mark.value == 1


def _belongs(paragraph: str, above: Line, line: Line, *, broken: bool, width: int | None, state: _State) -> bool:
    """Whether `line` goes on with `paragraph`, whose last line is `above`."""
    text = line.text
    if line.style == "heading" or above.style == "heading" or lexicon.is_annex_heading(text):
        return False
    bare = paragraph.rstrip(_CLOSING)
    ends_clause, ends_comma = bare.endswith(_TERMINAL), bare.endswith(_COMMA)
    wrapped = width is not None and not (line.whole or above.whole)
    if lexicon.is_section(text) or lexicon.is_section(paragraph):
        return False
    mark = lexicon.item_mark(text, state.number)
    if (
        mark is not None
        and (state.expects(mark) or mark.kind != "number")
        and (ends_clause or ends_comma or not wrapped or line.gap)
    ):
        return not (mark.kind != "number" or _plausible_item(text[mark.end :])) and not ends_clause
    if lexicon.sub_mark(text) is not None and (ends_clause or ends_comma or not wrapped or line.gap):
        return False
    if lexicon.chapeau_end(text) is not None or lexicon.chapeau_end(paragraph) == len(paragraph):
        return False
    if wrapped and not line.gap and not broken:
        return _wraps_on(paragraph, above, text, width or 0, ends_clause, ends_comma)
    if state.zone == "front" or ends_clause:
        return wrapped and not line.gap and not ends_clause
    return _continues(paragraph, text, ends_comma=ends_comma, torn=broken, whole=line.whole and above.whole, state=state)


def _plausible_item(rest: str) -> bool:
    return not rest[:1].islower()


def _wraps_on(paragraph: str, above: Line, text: str, width: int, ends_clause: bool, ends_comma: bool) -> bool:
    short = len(above.text) < 0.72 * width
    opens = lexicon.opens_preambular(text) or lexicon.opens_operative(text)
    if lexicon.is_arabic(text):
        # Where the next word would have fitted, the line was ended on purpose.
        forced = short or len(above.text) + 1 + len(text.split(None, 1)[0]) <= width
        return not (short and (ends_clause or ends_comma)) and not (opens and (ends_clause or (forced and ends_comma)))
    if (ends_clause or ends_comma) and opens:
        return False
    if ends_clause and short:
        return False
    return not (short and text[:1].isupper() and len(paragraph) < 0.72 * width)


def _continues(paragraph: str, text: str, *, ends_comma: bool, torn: bool, whole: bool, state: _State) -> bool:
    """Whether `text` continues a paragraph that ends without a full stop or semicolon, across a gap or a break."""
    if lexicon.is_back_matter(text):
        return False
    if lexicon.is_heading(paragraph) and len(paragraph.split()) <= 12 and not torn:
        return False
    if state.zone in ("preamble", "annex") and lexicon.opens_preambular(text):
        return False
    if lexicon.is_arabic(text):
        if state.zone == "preamble" and lexicon.opens_operative(text) and ends_comma:
            return False
        return not whole or not ends_comma
    lower = lexicon.strip_opening(text)[:1].islower() or text[:1] in "(&–—"
    if ends_comma:
        return lower or (state.zone != "preamble" and not whole) or (torn and not lexicon.opens_operative(text))
    return lower or torn or not lexicon.is_heading(text)
