"""Letters as they stand on the page, from left to right, to the order in which they are read.

A PDF holds shapes at places. This undoes what the Unicode bidirectional algorithm did when the page was set: runs of
Latin letters and numbers keep their order inside a line of Arabic, all else is turned round, brackets are mirrored back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ARABIC = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MIRRORED = str.maketrans("()[]{}«»<>⁽⁾", ")(][}{»«><⁾⁽")
_OPENING, _CLOSING = "([{«⁽", ")]}»⁾"
_NUMBER = r"[0-9٠-٩⁰¹²³⁴-⁹]+(?:[.,:/٫٬][0-9٠-٩]+)*[%٪]?"
_LATIN = r"[A-Za-zÀ-ɏ](?:[^\u0590-\u08ff]*[A-Za-zÀ-ɏ0-9])?(?:\([A-Z]+\))?"
_KEPT = re.compile(rf"(?:{_LATIN})|(?:{_NUMBER})")
_ARABIC_RUN = re.compile(r"[\u0620-\u08ff](?:[^A-Za-zÀ-ɏ]*[\u0620-\u08ff])?")
# Between two brackets that touch it, a number or a letter is enclosed, whatever way the brackets are named.
_ENCLOSED = re.compile(r"[()]([0-9٠-٩]{1,4}|[\u0621-\u064a]{1,2})[()]")
_RAISED = re.compile(r"[⁽⁾]([⁰¹²³⁴-⁹]{1,3})[⁽⁾]")


def has_arabic(text: str) -> bool:
    """Whether a letter of `text` is written from right to left."""
    return _ARABIC.search(text) is not None


def logical(cells: Sequence[str], *, right_to_left: bool) -> str:
    """A line in reading order from its `cells`, one for each glyph from left to right (a ligature's letters in one).

    `right_to_left` is the direction of the line as a whole.
    """
    if not right_to_left:
        shown = "".join(cells)
        return _ARABIC_RUN.sub(lambda match: logical(list(match[0]), right_to_left=True), shown) if has_arabic(shown) else shown
    first = [cell[:1] for cell in cells]
    row = "".join(
        letter if len(cell) == 1 else "\u0644" if has_arabic(cell) else "x" for cell, letter in zip(cells, first, strict=True)
    )
    out: list[str] = []
    end = len(row)
    for match in reversed(list(_KEPT.finditer(row))):
        out += reversed(cells[match.end() : end])
        out.append("".join(cells[match.start() : match.end()]))
        end = match.start()
    out += reversed(cells[:end])
    return "".join(out)


def mirrored(text: str, depth: int) -> tuple[str, int]:
    """A right-to-left line with its brackets the right way round, and how many stand open after it.

    Producers disagree on whether a bracket is named by its shape or by its meaning, so the reading is taken that leaves
    fewer brackets without a partner, `depth` being those open from the line before.
    """
    text = _ENCLOSED.sub(r"(\1)", _RAISED.sub(r"⁽\1⁾", text))
    turned = _ENCLOSED.sub(r"(\1)", _RAISED.sub(r"⁽\1⁾", _outside_latin(text)))
    (bad_as_is, left_as_is), (bad_turned, left_turned) = _unmatched(text, depth), _unmatched(turned, depth)
    if min(bad_as_is, bad_turned) > 2:
        return _alternated(text, depth)
    return (turned, left_turned) if bad_turned <= bad_as_is else (text, left_as_is)


def _outside_latin(text: str) -> str:
    """`text` mirrored, but for what stands inside runs of Latin letters."""
    kept, start = [], 0
    for match in _KEPT.finditer(text):
        kept += [text[start : match.start()].translate(_MIRRORED), match[0]]
        start = match.end()
    return "".join([*kept, text[start:].translate(_MIRRORED)])


def _alternated(text: str, depth: int) -> tuple[str, int]:
    """Brackets opened and closed in turn, for a line in which both ways of naming them are mixed."""
    out = []
    for letter in text:
        if letter in _OPENING + _CLOSING:
            wrong = (letter in _OPENING) == (depth > 0)
            out.append(letter.translate(_MIRRORED) if wrong else letter)
            depth = 1 - min(depth, 1)
        else:
            out.append(letter)
    return "".join(out), depth


def _unmatched(text: str, depth: int) -> tuple[int, int]:
    bad = 0
    for letter in text:
        if letter in _OPENING:
            depth += 1
            bad += depth > 2
        elif letter in _CLOSING:
            bad += depth == 0
            depth = max(depth - 1, 0)
    return bad * 2 + depth, min(depth, 1)
