"""Tables of bare clauses: JSONL, CSV or Parquet with a `text` column, and an `id` column that is kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from resclassify.errors import InputError
from resclassify.language import identify
from resclassify.types import Clause, Lang

SUFFIXES = (".jsonl", ".ndjson", ".csv", ".parquet")


def read_table(path: Path, lang: Lang | None = None, *, max_bytes: int | None = None) -> list[Clause]:
    """The clauses of a table, one a row, with the row's `id` (or its number, from 1) and no kind.

    Raises InputError, naming file and row, for a table that cannot be read, has no `text` column or an empty text.
    """
    try:
        if max_bytes is not None and path.stat().st_size > max_bytes:
            raise InputError(f"{path}: is over the limit of {max_bytes:,} bytes; split it, or raise max_bytes in the settings")
        rows = list(_rows(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
    if not rows:
        raise InputError(f"{path}: holds no row; give a table with a 'text' column")
    return [_clause(path, number, place, row, lang) for number, (place, row) in enumerate(rows, 1)]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a table, whatever its columns.

    Raises InputError for a table that cannot be read.
    """
    try:
        return [row for _, row in _rows(path)]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows with the place to name in a message ("line 3")."""
    if path.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            yield from ((f"row {n}", row) for n, row in enumerate(pq.read_table(path).to_pylist(), 1))
        except pa.ArrowException as error:
            raise InputError(f"{path}: is not a complete Parquet file ({str(error).splitlines()[0]}); write it again") from error
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    if path.suffix.lower() == ".csv":
        try:
            yield from _csv_rows(text)
        except csv.Error as error:
            raise InputError(f"{path}: is not a CSV table ({error}); save it again as CSV") from error
        return
    yield from _json_rows(path, text.split("\n"))


def _csv_rows(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    csv.field_size_limit(2**31 - 1)
    start = text[:2048].split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=start.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        yield f"line {reader.line_num}", row


def _json_rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}: line {number} is not JSON ({error}); write one object a line") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}: line {number} is no JSON object; write one object a line")
        yield f"line {number}", row


def _clause(path: Path, number: int, place: str, row: dict[str, Any], lang: Lang | None) -> Clause:
    if "text" not in row:
        raise InputError(f"{path}: {place} has no 'text'; its columns are: {', '.join(map(str, row))}")
    text = row["text"]
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{path}: {place} has an empty 'text'; fill it or take the row out")
    identity = row.get("id")
    return Clause(
        document=path.name,
        id=str(number) if identity in (None, "") else str(identity),
        kind=None,
        number=None,
        lang=lang or identify(text),
        start=0,
        end=len(text),
        text=text,
    )
