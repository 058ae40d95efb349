"""Texts to pre-train on, as a person has them: pairs of translations, and texts of one language; plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import json
import random
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from resclassify.dataset import near_copies, text_hash
from resclassify.errors import InputError

TextPair = tuple[str, str]
_WORDS = (5, 120)


def read_translations(path: Path) -> Iterator[TextPair]:
    """Arabic and English of each row of a table with the columns `ar` and `en` (.tsv or .jsonl, or these with .gz).

    Raises InputError for a file that cannot be read or has no such columns.
    """
    for row in _rows(path):
        if row.get("ar") and row.get("en"):
            yield str(row["ar"]), str(row["en"])


def read_texts(path: Path) -> Iterator[str]:
    """The texts of a file: its lines (.txt), or the paragraphs of resolutions (.jsonl, `{paragraphs: [{text}]}`), also gzipped.

    Raises InputError for a file that cannot be read.
    """
    if _kind(path) == ".txt":
        yield from (line.strip() for line in _lines(path) if line.strip())
        return
    for row in _rows(path):
        paragraphs = row.get("paragraphs")
        if not isinstance(paragraphs, list):
            raise InputError(f"{path}: a row has no 'paragraphs'; each line is {{paragraphs: [{{text}}]}}")
        yield from (str(paragraph["text"]) for paragraph in paragraphs if paragraph.get("text"))


def read_alone(path: Path) -> Iterator[TextPair]:
    """The texts of a file as `read_texts` gives them, each beside itself."""
    return ((text, text) for text in read_texts(path))


def read_drawn(
    named: Sequence[str], read: Callable[[Path], Iterator[TextPair]], seed: int
) -> tuple[list[TextPair], list[TextPair]]:
    """All pairs of files that are named as FILE or FILE=COUNT, and those to train on: COUNT of each file, at random by `seed`.

    Raises InputError for a COUNT that is no number, and what `read` raises.
    """
    everything: list[TextPair] = []
    taken: list[TextPair] = []
    for name in named:
        file, _, count = name.partition("=")
        if count and not count.isdigit():
            raise InputError(f"{name}: '{count}' is no number; write FILE=COUNT, or FILE for all")
        found = list(read(Path(file)))
        everything += found
        fitting = [pair for pair in found if all(_WORDS[0] <= len(side.split()) <= _WORDS[1] for side in pair)]
        taken += random.Random(seed).sample(fitting, min(int(count), len(fitting))) if count else fitting
    return everything, taken


def kept_apart(pairs: Sequence[TextPair], held: Collection[str], acceptance: Sequence[str]) -> list[TextPair]:
    """`pairs` less those of which a side's `dataset.text_hash` is in `held` (clauses of the dev and test sides), and those near
    the acceptance set.
    """
    fitting = [pair for pair in pairs if not any(text_hash(side) in held for side in pair)]
    near = {at for side in (0, 1) for at, _, _ in near_copies([pair[side] for pair in fitting], acceptance)}
    return [pair for at, pair in enumerate(fitting) if at not in near]


def _kind(path: Path) -> str:
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix


def _lines(path: Path) -> Iterator[str]:
    opened: Callable[..., TextIO] = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as lines:
            yield from lines
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read ({error}); name a .tsv, .jsonl or .txt file, also gzipped") from error


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if _kind(path) == ".jsonl":
        yield from (_row(line, f"{path}:{number}") for number, line in enumerate(_lines(path), 1) if line.strip())
        return
    table = csv.DictReader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"ar", "en"} <= set(table.fieldnames or ()):
        raise InputError(f"{path}: has no columns 'ar' and 'en'; the first line names the columns, tabs between them")
    yield from table


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: is not JSON ({error}); write one object a line") from error
    if not isinstance(row, dict):
        raise InputError(f"{place}: is no JSON object; write one object a line")
    return row
