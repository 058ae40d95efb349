"""What people name on the command line, as files and their clauses."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from resclassify import tables
from resclassify.errors import InputError, NoClauseError
from resclassify.language import require_known
from resclassify.readers import SUFFIXES, read, read_bytes
from resclassify.segmentation import segment
from resclassify.settings import Settings
from resclassify.types import Clause, Document, Lang

STDIN = "-"


def input_paths(paths: Sequence[str]) -> Iterator[Path | None]:
    """Every file named or held by a folder named, in order; None stands for standard input ("-"). What is called README in a
    folder is about its documents and is none.

    Raises InputError for a folder that holds no document.
    """
    for name in paths:
        path = Path(name)
        if name == STDIN:
            yield None
        elif path.is_dir():
            found = sorted(item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES and item.is_file())
            found = [item for item in found if item.stem.lower() != "readme"]
            if not found:
                raise InputError(f"{path}: the folder holds no document ({' '.join(SUFFIXES)}); name another folder")
            yield from found
        else:
            yield path


def input_names(inputs: Sequence[Path | None]) -> list[str]:
    """A document's name is its file name; with its folder where two files share one."""
    plain = ["standard input" if path is None else path.name for path in inputs]
    return [name if path is None or plain.count(name) == 1 else path.as_posix() for path, name in zip(inputs, plain, strict=True)]


def read_clauses(path: Path | None, name: str, lang: Lang | None, settings: Settings) -> tuple[Document | None, list[Clause]]:
    """The clauses of an input, with the document that they stand in; a table of bare clauses has none.

    `lang` is taken for every clause where it is given. Raises InputError for what cannot be read and NoClauseError where there is
    no clause.
    """
    if path is not None and path.suffix.lower() in tables.SUFFIXES:
        return None, tables.read_table(path, lang, max_bytes=settings.max_bytes)
    if path is None:
        document = read_bytes(sys.stdin.buffer.read(settings.max_bytes + 1), name, settings)
    else:
        document = replace(read(path, settings), name=name)
    if lang is None:
        require_known(document.text, name)
    clauses = segment(document)
    if not clauses:
        raise NoClauseError(
            f"{name}: no clause found; give a resolution with its preambular and operative paragraphs, "
            "or a table of clauses (.jsonl, .csv, .parquet with a 'text' column)"
        )
    return document, clauses if lang is None else [replace(clause, lang=lang) for clause in clauses]
