"""PDF by PDFium: lines in reading order, Arabic in logical order, small print and superscripts told by their size.

PDFium says which letter stands where; the order of letters is found here from their places, since the order that PDFium
gives turns the letters of Arabic ligatures round ("األمم" for "الأمم") and tears symbols ("/78/999A").
"""

from __future__ import annotations

import ctypes
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from resclassify.errors import InputError
from resclassify.readers import bidi
from resclassify.types import Line

_SUPERSCRIPT = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_REASONS = {
    raw.FPDF_ERR_PASSWORD: "is encrypted; save it without a password",
    raw.FPDF_ERR_SECURITY: "is protected in a way that cannot be read; save it without protection",
}
_TRUNCATED = "is truncated or no PDF; fetch it again"
_OCR = "run OCR over it (ocrmypdf {}-l ara+eng IN.pdf OUT.pdf) and give the result"
_NOTE_AT_END = re.compile(r"^(.*\S)\s*([(⁽]\s*(?:\d{1,3}|[⁰¹²³⁴-⁹]{1,3})\s*[)⁾])$")
_SYMBOL = re.compile(r"^[A-Z]{1,5}(?:/[\w.()\-]{1,16}){2,6}\*?$")
_HEAD = re.compile(r"^(?:[A-Z]{1,5}(?:/[\w.()\-]{1,16}){2,6}.{0,140}[^\s.,;:،؛]|.{0,140}\s[A-Z]{1,5}(?:/[\w.()\-]{1,16}){2,6})$")
_COLUMN_GAP = 60.0  # Points; no space inside a justified line is as wide.
_LAM_ALEF = {frozenset("لا"): "لا", frozenset("لأ"): "لأ", frozenset("لإ"): "لإ", frozenset("لآ"): "لآ"}


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A printed letter (a ligature's letters in one): its place, from its origin to its advance, in points."""

    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A printed line, or the part of it in one column; `base` counts up from the foot of the page."""

    text: str
    left: float
    right: float
    base: float
    size: float


def read_lines(content: bytes, name: str) -> list[Line]:
    """Lines of a PDF, top to bottom, page by page.

    Raises InputError for a file that is encrypted, cut off or damaged, and for one without a text layer that can be read.
    """
    if b"%%EOF" not in content[-4096:] and b"startxref" not in content[-4096:]:
        # PDFium mends some files that were cut off, and pages are then lost in silence.
        raise InputError(f"{name}: the PDF {_TRUNCATED}")
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise InputError(f"{name}: the PDF {_REASONS.get(getattr(error, 'err_code', 0), _TRUNCATED)}") from error
    try:
        pages = [_read_page(document[number], number) for number in range(len(document))]
    except pdfium.PdfiumError as error:
        raise InputError(f"{name}: the PDF is damaged ({error}); fetch it again") from error
    finally:
        document.close()
    lines = [line for found, _ in pages for line in found]
    _check_text(lines, [bool(picture) and sum(len(line.text) for line in found) < 40 for found, picture in pages], name)
    return lines


def _check_text(lines: Sequence[Line], scanned: Sequence[bool], name: str) -> None:
    """Refuses a document whose text layer is missing, or cannot be the text that people see."""
    text = "".join(line.text for line in lines)
    if scanned and sum(scanned) * 2 >= len(scanned):
        raise InputError(f"{name}: the PDF is a scan without a text layer; {_OCR.format('')}")
    if len(text) < 40:
        raise InputError(f"{name}: the PDF holds no text; {_OCR.format('')}")
    printed = [letter for letter in text if not letter.isspace()]
    unknown = sum(unicodedata.category(letter) in ("Co", "Cn", "Cc") or letter == "\ufffd" for letter in printed)
    if unknown > 0.3 * len(printed):
        raise InputError(f"{name}: the PDF does not say which letters its shapes are; {_OCR.format('--force-ocr ')}")


def _read_page(page: pdfium.PdfPage, number: int) -> tuple[list[Line], bool]:
    """The lines of a page, and whether a picture covers most of it."""
    area = page.get_width() * page.get_height()
    pictures = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    covered = any(_area(picture) > 0.4 * area for picture in pictures)
    layer = page.get_textpage()
    glyphs = list(_glyphs(layer))
    layer.close()
    lines = list(_page_lines(_rows(glyphs), number, page.get_height()))
    page.close()
    return lines, covered


def _area(picture: pdfium.PdfObject) -> float:
    left, bottom, right, top = picture.get_bounds()
    return float((right - left) * (top - bottom))


def _glyphs(layer: pdfium.PdfTextPage) -> Iterator[_Glyph]:
    """The letters of a page in the order of its content; those that share a place (ligatures) as one."""
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    pending: _Glyph | None = None
    flow = 1.0
    for index in range(layer.count_chars()):
        code = raw.FPDFText_GetUnicode(layer.raw, index)
        if raw.FPDFText_IsGenerated(layer.raw, index) == 1 or code in (0, 10, 13) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        raw.FPDFText_GetLooseCharBox(layer.raw, index, box)
        raw.FPDFText_GetCharOrigin(layer.raw, index, x, y)
        letter = "-" if code in (2, 0xFFFE) else chr(code)  # PDFium's sign for a hyphen at the end of a line.
        size = raw.FPDFText_GetFontSize(layer.raw, index) * _scale(layer, index)
        glyph = _Glyph(letter, min(box.left, box.right), max(box.left, box.right), y.value, size)
        if pending is not None and _same_place(pending, glyph):
            pending = replace(pending, text=pending.text + letter)
            continue
        if pending is not None:
            flow = glyph.left - pending.left if abs(glyph.base - pending.base) < 1 else flow
            yield _unfolded(pending, flow)
        pending = glyph
    if pending is not None:
        yield _unfolded(pending, flow)


def _scale(layer: pdfium.PdfTextPage, index: int) -> float:
    """How much the text matrix of a letter enlarges it; boxes will not do, since fonts of one size differ in height."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(layer.raw, index, matrix):
        return 1.0
    return float((matrix.b * matrix.b + matrix.d * matrix.d) ** 0.5) or 1.0


def _same_place(one: _Glyph, other: _Glyph) -> bool:
    same = abs(one.left - other.left) < 0.01 and abs(one.right - other.right) < 0.01 and abs(one.base - other.base) < 0.01
    return same and not one.text.isspace() and not unicodedata.combining(other.text) and one.text[-1] != other.text


def _unfolded(glyph: _Glyph, flow: float) -> _Glyph:
    """`glyph` with the letters of a ligature in order: PDFium turns them round where it takes the line for Arabic."""
    if len(glyph.text) == 1:
        return glyph
    known = _LAM_ALEF.get(frozenset(glyph.text))
    if known is not None:
        return replace(glyph, text=known)
    arabic = bidi.has_arabic(glyph.text) and flow < 0 and not glyph.text.startswith("ال")
    return replace(glyph, text=glyph.text[::-1] if arabic else glyph.text)


def _rows(glyphs: Sequence[_Glyph]) -> list[_Row]:
    """Printed lines from the top of the page down; parts of a line that stand far apart are rows of their own."""
    whole = "".join(glyph.text for glyph in glyphs)
    page_is_arabic = len(re.findall(r"[\u0621-\u064a\ufe70-\ufefc]", whole)) > 0.3 * sum(letter.isalpha() for letter in whole)
    rows: list[_Row] = []
    depth = 0
    for printed in _printed_lines(glyphs):
        pieces = _pieces(printed)
        for piece in reversed(pieces) if page_is_arabic else pieces:
            row, depth = _row(piece, page_is_arabic, depth)
            rows.append(row)
    return _by_columns(rows, page_is_arabic)


def _printed_lines(glyphs: Sequence[_Glyph]) -> list[list[_Glyph]]:
    """Glyphs that stand on one line, from the top down; a raised one belongs to the line it is raised from."""
    runs: list[list[_Glyph]] = []
    for glyph in glyphs:
        if (
            runs
            and abs(runs[-1][0].base - glyph.base) < 0.05 * glyph.size
            and abs(runs[-1][0].size - glyph.size) < 0.1 * glyph.size
        ):
            runs[-1].append(glyph)
        elif not glyph.text.isspace():
            runs.append([glyph])
    lines: list[list[_Glyph]] = []
    for run in sorted(runs, key=lambda run: (-round(run[0].size), -run[0].base)):
        home = next((line for line in lines if _on_line(line[0], run[0])), None)
        if home is None:
            lines.append(list(run))
        else:
            home.extend(run)
    return sorted(lines, key=lambda line: -line[0].base)


def _on_line(line: _Glyph, glyph: _Glyph) -> bool:
    rise = glyph.base - line.base
    raised = glyph.size < 0.85 * line.size and -0.1 * line.size < rise < 0.6 * line.size
    return raised or abs(rise) < 0.2 * line.size


def _pieces(line: Sequence[_Glyph]) -> list[list[_Glyph]]:
    """A printed line cut where a column's white space stands, letters from left to right."""
    ordered = sorted((glyph for glyph in line if not glyph.text.isspace()), key=lambda glyph: (glyph.left, glyph.right))
    pieces: list[list[_Glyph]] = []
    edge = 0.0
    for glyph in ordered:
        if not pieces or glyph.left - edge > _COLUMN_GAP:
            pieces.append([])
            edge = glyph.right
        pieces[-1].append(glyph)
        edge = max(edge, glyph.right)
    spaces = [glyph for glyph in line if glyph.text.isspace()]
    for piece in pieces:
        start, end = piece[0].left, max(glyph.right for glyph in piece)
        piece += [space for space in spaces if start <= (space.left + space.right) / 2 <= end]
        piece.sort(key=lambda glyph: ((glyph.left + glyph.right) / 2, glyph.left))
    return pieces


def _row(glyphs: Sequence[_Glyph], page_is_arabic: bool, depth: int) -> tuple[_Row, int]:
    """One row of text in reading order, superscript calls marked, and the brackets that stand open after it."""
    printed = [glyph for glyph in glyphs if not glyph.text.isspace()]
    size = _commonest(printed)
    base = median(glyph.base for glyph in printed if glyph.size >= 0.9 * size)
    cells: list[str] = []
    edge = glyphs[0].left
    for glyph in glyphs:
        if unicodedata.combining(glyph.text[0]) and cells:
            cells[-1] += glyph.text
            continue
        if glyph.left - edge > 0.16 * size and cells and not cells[-1].isspace() and not glyph.text.isspace():
            cells.append(" ")
        raised = glyph.size < 0.85 * size and glyph.base > base + 0.1 * size
        cells.append(glyph.text.translate(_SUPERSCRIPT) if raised else unicodedata.normalize("NFKC", glyph.text))
        edge = max(edge, glyph.right)
    text = "".join(cells)
    arabic = bidi.has_arabic(text) and page_is_arabic
    text = " ".join(bidi.logical(cells, right_to_left=arabic).split())
    if arabic:
        text, depth = bidi.mirrored(text, depth)
    elif page_is_arabic:
        # The mark of a footnote in Latin letters stands at its right, where an Arabic line begins.
        text = _NOTE_AT_END.sub(r"\2 \1", text)
    return _Row(text, printed[0].left, max(glyph.right for glyph in printed), base, size), depth


def _commonest(glyphs: Sequence[_Glyph]) -> float:
    sizes: dict[float, float] = {}
    for glyph in glyphs:
        sizes[round(glyph.size, 1)] = sizes.get(round(glyph.size, 1), 0.0) + len(glyph.text)
    return max(sizes, key=lambda size: (sizes[size], size))


def _by_columns(rows: list[_Row], page_is_arabic: bool) -> list[_Row]:
    """Rows column by column where a page is set in two columns throughout; a masthead of a few rows is none."""
    if sum(abs(one.base - other.base) < 2 for one, other in itertools.pairwise(rows)) < 8:
        return rows
    middle = (min(row.left for row in rows) + max(row.right for row in rows)) / 2
    ordered: list[_Row] = []
    columns: tuple[list[_Row], list[_Row]] = ([], [])
    for row in rows:
        if row.left < middle - 10 and row.right > middle + 10:
            ordered += [*columns[page_is_arabic], *columns[not page_is_arabic], row]
            columns = ([], [])
        else:
            columns[(row.left + row.right) / 2 > middle].append(row)
    return [*ordered, *columns[page_is_arabic], *columns[not page_is_arabic]]


def _page_lines(rows: Sequence[_Row], page: int, height: float) -> Iterator[Line]:
    """Lines of one page: gaps and footnotes found by distance and size."""
    if not rows:
        return
    weights: dict[float, int] = {}
    for row in rows:
        weights[round(row.size, 1)] = weights.get(round(row.size, 1), 0) + len(row.text)
    body = max(weights, key=lambda size: weights[size])
    steps = [step for above, below in itertools.pairwise(rows) if 2 < (step := above.base - below.base) < 40]
    # The distance inside paragraphs, not the middle one: where paragraphs are short, most distances are gaps.
    step = sorted(steps)[len(steps) // 4] if steps else 14.0
    previous: _Row | None = None
    footnotes = False
    heads = _running_head(rows, height, body, step) if page else set()
    for row in rows:
        if row in heads:
            yield Line(row.text, page=page, gap=True, size=row.size, style="furniture")
            continue
        gap = previous is None or not -2 < previous.base - row.base < 1.3 * step
        footnotes = row.size < 0.92 * body and row.base < 0.6 * height and (footnotes or _starts_note(row.text))
        yield Line(row.text, page=page, gap=gap, size=row.size, style="footnote" if footnotes else None)
        previous = row


def _running_head(rows: Sequence[_Row], height: float, body: float, step: float) -> set[_Row]:
    """What stands beside a symbol, or in small print, at the top of a page that is not the first."""
    top = [row for row in rows if row.base > 0.86 * height]
    symbols = [row.base for row in top if _SYMBOL.match(row.text)]
    small = {row for row in top if row.size < 0.92 * body and row.base > 0.9 * height}
    beside = {row for row in top if any(abs(row.base - base) < 3 for base in symbols)}
    # Set with a tab between them, symbol and title are one row; white space below tells it from a clause that goes on.
    alone = top and (len(rows) == 1 or rows[0].base - rows[1].base > 1.3 * step)
    return small | beside | ({rows[0]} if alone and _HEAD.match(rows[0].text) else set())


def _starts_note(text: str) -> bool:
    return text.lstrip("(⁽[ ")[:1].isdigit() or text[:1] in "⁰¹²³⁴⁵⁶⁷⁸⁹*"
