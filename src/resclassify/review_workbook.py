"""The queue as a workbook that a lawyer can fill in with a spreadsheet, and back.

The first sheet has a clause a row, Arabic from right to left, with a list of yes and no in the cells to be filled in; all other
cells are locked. The second says in both languages what the themes are and how to fill in the first. Text is always text: what
begins with = + - @ never becomes a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from resclassify.errors import InputError
from resclassify.review_tables import AFTER, BEFORE, NO, YES, Row, columns, heading
from resclassify.taxonomy import load_taxonomy

CLAUSES, THEMES = "clauses", "themes - الموضوعات"
_HEADINGS = {
    "id": "id / الرمز",
    "clause": "clause / الفقرة",
    "document": "document / الوثيقة",
    "number": "number / الرقم",
    "lang": "lang / اللغة",
    "text": "text / النص",
    "says": "says / رأي النموذج",
    "done": "done / تم",
    "note": "note / ملاحظة",
    "asked": "asked / سبب السؤال",
    "queue": "queue / القائمة",
    "model": "model / النموذج",
}
_WIDTHS = {"text": 90, "says": 28, "note": 40, "document": 18, "clause": 26, "id": 8, "number": 8, "lang": 6, "queue": 8}
_WIDTH = 14
_FILLED = ("done", "note")
_HOW = {
    "en": (
        "Read the clause, set yes or no under each theme, then set yes under 'done'. A row that is not done and not changed is "
        "not counted. Write under 'note' whatever should be kept. The other cells are locked; rows may be left for later."
    ),
    "ar": (
        "اقرأ الفقرة، ثم ضع yes أو no (نعم أو لا) تحت كل موضوع، ثم ضع yes تحت «تم». الصف الذي لم يتم ولم يتغير لا يُحتسب. "
        "اكتب تحت «ملاحظة» ما ينبغي حفظه. الخلايا الأخرى مقفلة، ويمكن ترك صفوف لوقت لاحق."
    ),
}
# What Excel takes into one cell.
_LONGEST = 32_767
_MADE = datetime(2000, 1, 1)
_STAMP = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_LEFT, _RIGHT = 1, 2
_MOST_BYTES = 200_000_000


def to_workbook(rows: Sequence[Row]) -> bytes:
    """An XLSX file of the rows of `review_tables.rows_of`; the same rows give the same bytes."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = CLAUSES
    names = columns()
    for column, name in enumerate(names, 1):
        _write(sheet.cell(1, column), _headings()[name], bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, _WIDTH)
    free = {*load_taxonomy().ids, *_FILLED}
    for number, row in enumerate(rows, 2):
        for column, name in enumerate(names, 1):
            arabic = row["lang"] == "ar" and name in ("text", "note")
            _write(sheet.cell(number, column), row[name], arabic=arabic, locked=name not in free)
    sheet.sheet_view.rightToLeft = 2 * sum(row["lang"] == "ar" for row in rows) > len(rows)
    sheet.freeze_panes = "A2"
    # Without a password: it keeps from slips, not from intent.
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    _add_choices(sheet, len(rows) + 1)
    _explain(book.create_sheet(THEMES))
    book.properties.creator = "resclassify"
    book.properties.created = _MADE
    sink = io.BytesIO()
    book.save(sink)
    return _timeless(sink.getvalue())


def _headings() -> dict[str, str]:
    return _HEADINGS | {theme.id: heading(theme) for theme in load_taxonomy().themes}


def _add_choices(sheet: Worksheet, last: int) -> None:
    """A list of yes and no in the cells of themes and of `done`."""
    choices = DataValidation(type="list", formula1=f'"{YES},{NO}"', allow_blank=True, showErrorMessage=True)
    choices.errorTitle, choices.error = "yes, no", "yes = نعم, no = لا"
    for column, name in enumerate(columns(), 1):
        if name not in (*BEFORE, *AFTER) or name == "done":
            letter = get_column_letter(column)
            choices.add(f"{letter}2:{letter}{max(last, 2)}")
    sheet.add_data_validation(choices)


def _explain(sheet: Worksheet) -> None:
    for column, width in enumerate((20, 22, 70, 22, 70), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _write(sheet.cell(1, 3), _HOW["en"])
    _write(sheet.cell(1, 5), _HOW["ar"], arabic=True)
    for number, theme in enumerate(load_taxonomy().themes, 3):
        _write(sheet.cell(number, 1), theme.id)
        for column, lang in ((2, "en"), (4, "ar")):
            arabic = lang == "ar"
            _write(sheet.cell(number, column), theme.names["ar" if arabic else "en"], bold=True, arabic=arabic)
            _write(sheet.cell(number, column + 1), theme.definitions["ar" if arabic else "en"], arabic=arabic)


def _write(cell: Any, value: str | int, *, bold: bool = False, arabic: bool = False, locked: bool = True) -> None:
    assert isinstance(cell, Cell)
    if isinstance(value, int):
        cell.value = value
    elif value:
        text = str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
        cell.value = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        # After the value is set, or openpyxl takes what begins with = for a formula.
        cell.data_type = "s"
        cell.quotePrefix = text[0] in "=+-@\t\r"
    cell.alignment = Alignment(
        wrap_text=True, vertical="top", horizontal="right" if arabic else None, readingOrder=_RIGHT if arabic else _LEFT
    )
    cell.protection = Protection(locked=locked)
    if bold:
        cell.font = Font(bold=True)
    elif not locked:
        cell.fill = PatternFill("solid", fgColor="FFF8E1")


def _timeless(content: bytes) -> bytes:
    """The file without the times at which it was written."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            held = old.read(name)
            if name == "docProps/core.xml":
                held = _STAMP.sub(rb"\g<1>" + _MADE.isoformat().encode() + b"Z", held)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, held)
    return sink.getvalue()


def rows_of_workbook(path: Path) -> list[tuple[str, dict[Any, Any]]]:
    """The rows of the sheet of clauses that are not blank, each with its place.

    Raises InputError for what is no workbook, is too big unpacked, or has no such sheet.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > _MOST_BYTES:
            raise InputError(f"{path}: unpacks to {size:,} bytes, over {_MOST_BYTES:,}; split the table")
        book = load_workbook(io.BytesIO(content), data_only=True)
    except InputError:
        raise
    except Exception as error:  # a damaged file raises whatever the reader of its parts does
        cause = " ".join(str(error).split())
        raise InputError(f"{path}: is no workbook that can be read ({cause}); save it as .xlsx") from error
    sheet = book[CLAUSES] if CLAUSES in book.sheetnames else book.worksheets[0] if book.worksheets else None
    if sheet is None:
        raise InputError(f"{path}: has no sheet '{CLAUSES}'; keep the sheet of the exported file")
    return [(f"{path}: row {number}", row) for number, row in _filled(sheet)]


def _filled(sheet: Worksheet) -> Iterator[tuple[int, dict[Any, Any]]]:
    lines = sheet.iter_rows(values_only=True)
    names = [str(name) if name is not None else f"column {at}" for at, name in enumerate(next(lines, ()), 1)]
    for number, values in enumerate(lines, 2):
        if any(value is not None and str(value).strip() for value in values):
            yield number, dict(zip(names, values, strict=True))
