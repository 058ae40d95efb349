"""The three written versions of one resolution in `data/samples/series`, what each became by hand, and clauses of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from conftest import ROOT

from resclassify.readers import read
from resclassify.segmentation import segment
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, Kind, Lang, TaggedClause
from resclassify.vectors import Encoder, load_encoder

SERIES = ROOT / "data/samples/series"
VERSIONS = ("A_RES_81_901", "A_RES_83_902", "A_RES_85_903")
STEPS = tuple(pairwise(VERSIONS))
LANGS: tuple[Lang, ...] = ("en", "ar")


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    return load_encoder()


@lru_cache(maxsize=8)
def version(name: str, lang: Lang) -> tuple[Clause, ...]:
    return tuple(segment(read(SERIES / f"{name}.{lang}.txt")))


def place(clause: Clause) -> str:
    """Kind and position of a clause, as the gold names it."""
    return clause.id.rsplit("#", 1)[-1]


@lru_cache(maxsize=4)
def gold(old: str, new: str) -> tuple[dict[str, Any], ...]:
    lines = (SERIES / "alignment.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return tuple(record for record in records if (record["old_document"], record["new_document"]) == (old, new))


def bare(texts: Iterable[str], lang: Lang = "en", kind: Kind | None = "operative", document: str = "d") -> list[Clause]:
    """Clauses of a document that has nothing but them."""
    return [
        Clause(document, f"{document}#O{at:02d}", kind, str(at), lang, 0, len(text), text)
        for at, text in enumerate(texts, start=1)
    ]


def tagged(clauses: Sequence[Clause], themes: Mapping[int, Sequence[str]] | None = None) -> list[TaggedClause]:
    """The clauses with the themes that their position (from 0) has; none without."""
    ids = load_taxonomy().ids
    found = []
    for at, clause in enumerate(clauses):
        own = tuple(theme for theme in ids if theme in (themes or {}).get(at, ()))
        found.append(TaggedClause(clause, own, {theme: 0.9 if theme in own else 0.1 for theme in ids}))
    return found
