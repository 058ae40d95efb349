"""Labels by reference: themes of real clauses without their text, and the join to documents that a person has."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from resclassify import tables
from resclassify.dataset import LANGS, SPLITS, Pair, Split, assign_lineages, assign_splits, keep_apart, read_rows, text_hash
from resclassify.errors import InputError, LabelError
from resclassify.exports import write_whole
from resclassify.language import identify
from resclassify.readers import SUFFIXES, read
from resclassify.segmentation import segment
from resclassify.settings import Settings
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Kind, Lang

_SERIES = 0.1
_POSITION = re.compile(r"#[A-Z](\d+)$")


@dataclass(frozen=True, slots=True)
class Reference:
    """One side of one labelled clause. `position` counts clauses of its kind in the document from 1 (of the sentences that
    were labelled, where the text is no resolution); `hash` is `dataset.text_hash` of the clause; `words` its length;
    `origin` says who wrote this side; `sure` is false where a colleague could well decide otherwise.
    """

    id: str
    source: str
    symbol: str
    kind: Kind | None
    position: int
    lang: Lang
    themes: tuple[str, ...]
    sure: bool
    origin: str
    words: int
    hash: str
    lineage: str
    split: Split


@dataclass(frozen=True, slots=True)
class Joined:
    """Pairs whose text was found, and how: sides found by hash, by place in the document, and not at all."""

    pairs: tuple[Pair, ...]
    by_hash: int
    by_place: int
    missing: int


def references_of(pair: Pair, *, symbol: str, position: int, sure: bool, origins: Mapping[Lang, str]) -> list[Reference]:
    """The references to both sides of a labelled pair."""
    return [
        Reference(
            id=pair.id,
            source=pair.source,
            symbol=symbol,
            kind=pair.kind,
            position=position,
            lang=lang,
            themes=pair.themes,
            sure=sure,
            origin=origins[lang],
            words=len(pair.text(lang).split()),
            hash=text_hash(pair.text(lang)),
            lineage=pair.lineage,
            split=pair.split,
        )
        for lang in LANGS
    ]


def write_references(references: Iterable[Reference], path: Path) -> None:
    """Writes a JSONL table of references."""
    lines = (json.dumps(asdict(reference), ensure_ascii=False) + "\n" for reference in references)
    write_whole("".join(lines).encode("utf-8"), path)


def read_references(path: Path) -> list[Reference]:
    """The references of a JSONL table.

    Raises LabelError, naming file and line, for a row that is none.
    """
    return [_reference(row, place) for row, place in read_rows(path)]


def _reference(row: dict[str, Any], place: str) -> Reference:
    try:
        reference = Reference(**{**row, "themes": tuple(row["themes"])})
    except (TypeError, KeyError) as error:
        raise LabelError(f"{place}: is no label ({error}); see data/README.md for the fields") from error
    known = load_taxonomy().ids
    for theme in reference.themes:
        if theme not in known:
            raise LabelError(f"{place}: unknown theme '{theme}'; see data/taxonomy.toml: {', '.join(known)}")
    if reference.split not in (*SPLITS, "none") or reference.lang not in LANGS:
        raise LabelError(f"{place}: unknown split or language; see data/README.md for the fields")
    return reference


@dataclass(frozen=True, slots=True)
class _Found:
    """A clause of a person's documents, and its place there where it has one."""

    text: str
    place: tuple[str, str | None, int] | None


def join_documents(references: Sequence[Reference], folder: Path, settings: Settings | None = None) -> Joined:
    """The labelled pairs whose text is in the documents of `folder` (files of any kind that is read, and tables).

    A clause is found by its hash; failing that, by its symbol, kind and position where its length is within a
    twentieth of the labelled one. A pair with one side found has an empty other side. Raises InputError where the
    folder holds nothing to read.
    """
    by_hash: dict[str, str] = {}
    by_place: dict[tuple[str, str | None, int, Lang], str] = {}
    count = 0
    for clause, lang in _clauses(folder, settings or Settings()):
        count += 1
        by_hash.setdefault(text_hash(clause.text), clause.text)
        if clause.place:
            by_place.setdefault((*clause.place, lang), clause.text)
    if not count:
        raise InputError(f"{folder}: holds no clause; put documents ({' '.join(SUFFIXES)}) or tables of clauses there")
    sides: dict[str, dict[Lang, str]] = defaultdict(dict)
    found = Counter[str]()
    for reference in references:
        text = by_hash.get(reference.hash)
        way = "hash"
        if text is None:
            text = by_place.get((reference.symbol, reference.kind, reference.position, reference.lang))
            way = "place" if text is not None and abs(len(text.split()) - reference.words) <= reference.words / 20 else "missing"
        found[way] += 1
        if text is not None and way != "missing":
            sides[reference.id][reference.lang] = text
    first = {reference.id: reference for reference in reversed(references)}
    pairs = tuple(_pair(first[name], texts) for name, texts in sides.items())
    return Joined(pairs, found["hash"], found["place"], found["missing"])


def _pair(reference: Reference, texts: Mapping[Lang, str]) -> Pair:
    return Pair(
        id=reference.id,
        kind=reference.kind,
        en=texts.get("en", ""),
        ar=texts.get("ar", ""),
        themes=reference.themes,
        source=reference.source,
        lineage=reference.lineage,
        split=reference.split,
    )


def _clauses(folder: Path, settings: Settings) -> Iterator[tuple[_Found, Lang]]:
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name the folder of your documents after --documents")
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        if path.suffix.lower() in tables.SUFFIXES:
            yield from _table_clauses(path)
        elif path.suffix.lower() in SUFFIXES:
            document = read(path, settings)
            symbol = document.metadata.symbol or path.stem
            positions = Counter[Kind | None]()
            for clause in segment(document):
                positions[clause.kind] += 1
                place = None if clause.annex else (symbol, clause.kind, positions[clause.kind])
                yield _Found(clause.text, place), clause.lang


def _table_clauses(path: Path) -> Iterator[tuple[_Found, Lang]]:
    """Texts of a table: column `text`, or columns `en` and `ar`."""
    for row in tables.read_rows(path):
        for lang in LANGS:
            if isinstance(row.get(lang), str) and row[lang].strip():
                yield _Found(row[lang], None), lang
        if isinstance(row.get("text"), str) and row["text"].strip():
            yield _Found(row["text"], None), identify(row["text"])


def reference_labels(
    rows: Sequence[Mapping[str, Any]], second_look: Mapping[str, Sequence[str]], acceptance: Sequence[str]
) -> tuple[list[Reference], int]:
    """References to labelled clauses `{id, source, symbol, kind, en, ar, ar_origin, themes, sure}`, and how many labels a
    second look changed.

    Documents of which a tenth each are near-copies of the other's clauses are one lineage; a clause that is near another on
    a later side, or near one of the `acceptance` texts, is on no side. Positions count the clauses of a kind in
    a document as they come; an id that ends in a number ("#P07") gives the number.
    """
    known = load_taxonomy().ids
    pairs, changed = [], 0
    for row in rows:
        themes = tuple(theme for theme in known if theme in second_look.get(row["id"], row["themes"]))
        changed += set(themes) != set(row["themes"])
        pairs.append(Pair(row["id"], row["kind"], row["en"], row["ar"], themes, row["source"], row["symbol"], "train"))
    pairs = assign_splits(assign_lineages(pairs, [row["symbol"] for row in rows], share=_SERIES))
    pairs = keep_apart(pairs, acceptance)
    counted: Counter[tuple[str, str | None]] = Counter()
    references: list[Reference] = []
    for row, pair in zip(rows, pairs, strict=True):
        counted[row["symbol"], row["kind"]] += 1
        numbered = _POSITION.search(row["id"])
        position = int(numbered[1]) if numbered else counted[row["symbol"], row["kind"]]
        origins: dict[Lang, str] = {"en": "official", "ar": row["ar_origin"]}
        references += references_of(pair, symbol=row["symbol"], position=position, sure=row["sure"], origins=origins)
    return references, changed
