"""Labels by reference: themes of real clauses without their text, and the join to documents that a person has."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from resclassify import tables
from resclassify.dataset import (
    ALL_SPLITS,
    LANGS,
    SHARES,
    Pair,
    Split,
    assign_lineages,
    assign_splits,
    keep_apart,
    leave_out_near,
    read_rows,
    text_hash,
)
from resclassify.errors import InputError, LabelError
from resclassify.exports import write_whole
from resclassify.language import identify
from resclassify.readers import SUFFIXES, read
from resclassify.segmentation import segment
from resclassify.settings import Settings
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Kind, Lang

_SERIES = 0.1
# Once there is a test side, what comes later is mostly wanted for training.
_NEW_SHARES: Mapping[Split, float] = {"train": 0.8, "dev": 0.12, "test": 0.08}
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
    """Pairs whose text was found, and how: sides found by hash, by place in the document, and not at all; what is wrong
    with documents that could not be read.
    """

    pairs: tuple[Pair, ...]
    by_hash: int
    by_place: int
    missing: int
    failures: tuple[str, ...] = ()


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
        reference = Reference(**{**row, "themes": load_taxonomy().require(row["themes"], place)})
    except (TypeError, KeyError) as error:
        raise LabelError(f"{place}: is no label ({error}); see data/README.md for the fields") from error
    if reference.split not in ALL_SPLITS or reference.lang not in LANGS:
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
    twentieth of the labelled one. A pair with one side found has an empty other side. A document that cannot be read is
    passed over and named in `failures`. Raises InputError where the folder holds nothing to read, or no labelled clause.
    """
    by_hash: dict[str, str] = {}
    by_place: dict[tuple[str, str | None, int, Lang], str] = {}
    count = 0
    failures: list[str] = []
    for clause, lang in _clauses(folder, settings or Settings(), failures):
        count += 1
        by_hash.setdefault(text_hash(clause.text), clause.text)
        if clause.place:
            by_place.setdefault((*clause.place, lang), clause.text)
    if not count:
        first = f" ({failures[0]})" if failures else ""
        raise InputError(f"{folder}: holds no clause{first}; put documents ({' '.join(SUFFIXES)}) or tables of clauses there")
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
    if not sides:
        raise InputError(f"{folder}: none of its {count} clauses is a labelled one; see the symbols in the table of labels")
    first_side = {reference.id: reference for reference in reversed(references)}
    pairs = tuple(_pair(first_side[name], texts) for name, texts in sides.items())
    return Joined(pairs, found["hash"], found["place"], found["missing"], tuple(failures))


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


def _clauses(folder: Path, settings: Settings, failures: list[str]) -> Iterator[tuple[_Found, Lang]]:
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name the folder of your documents after --documents")
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        try:
            if path.suffix.lower() in tables.SUFFIXES:
                yield from _table_clauses(path)
            elif path.suffix.lower() in SUFFIXES:
                yield from _document_clauses(path, settings)
        except InputError as error:
            failures.append(str(error))


def _document_clauses(path: Path, settings: Settings) -> Iterator[tuple[_Found, Lang]]:
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
    rows: Sequence[Mapping[str, Any]],
    second_look: Mapping[str, Sequence[str]],
    acceptance: Sequence[str],
    before: Sequence[Reference] = (),
) -> tuple[list[Reference], int]:
    """References to labelled clauses `{id, source, symbol, kind, en, ar, ar_origin, themes, sure}`, and how many labels a
    second look changed. A side that has no text gets no reference; a row with `train_only` stays on the train side.

    Documents of which a tenth each are near-copies of the other's clauses are one lineage; a clause that is near another on
    a later side, or near one of the `acceptance` texts, is on no side. Clauses that are in `before` keep lineage and side;
    documents that are kin to theirs join them there, or are on no side where those are on several. Positions count the
    clauses of a kind in a document as they come; an id that ends in a number ("#P07") gives the number.
    """
    pairs, changed = [], 0
    looked = {reference.id: reference.themes for reference in before} | dict(second_look)
    for row in rows:
        themes = load_taxonomy().require(looked.get(row["id"], row["themes"]), row["id"])
        changed += set(themes) != set(row["themes"])
        texts = {lang: row.get(lang) or "" for lang in LANGS}
        pairs.append(Pair(row["id"], row["kind"], texts["en"], texts["ar"], themes, row["source"], row["symbol"], "train"))
    fixed = {row["symbol"] for row in rows if row.get("train_only")}
    pairs = leave_out_near(_settled_sides(pairs, [row["symbol"] for row in rows], before, fixed), acceptance)
    counted: Counter[tuple[str, str | None]] = Counter()
    references: list[Reference] = []
    for row, pair in zip(rows, pairs, strict=True):
        counted[row["symbol"], row["kind"]] += 1
        numbered = _POSITION.search(row["id"])
        position = int(numbered[1]) if numbered else counted[row["symbol"], row["kind"]]
        origins: dict[Lang, str] = {"en": "official", "ar": row.get("ar_origin", "")}
        found = references_of(pair, symbol=row["symbol"], position=position, sure=row["sure"], origins=origins)
        references += [reference for reference in found if pair.text(reference.lang)]
    return references, changed


def _settled_sides(
    pairs: Sequence[Pair], symbols: Sequence[str], before: Sequence[Reference], train: Collection[str]
) -> list[Pair]:
    known = {reference.id: (reference.lineage, reference.split) for reference in before}
    kin = assign_lineages(pairs, symbols, share=_SERIES)
    held: dict[str, set[Split]] = defaultdict(set)
    for pair, symbol in zip(kin, symbols, strict=True):
        if pair.id in known and known[pair.id][1] != "none":
            held[pair.lineage].add(known[pair.id][1])
        elif symbol in train:
            held[pair.lineage].add("train")
    settled: dict[str, Split] = {lineage: sides.pop() if len(sides) == 1 else "none" for lineage, sides in held.items()}
    split = assign_splits(kin, settled, _NEW_SHARES if before else SHARES)
    split = [replace(p, lineage=known[p.id][0], split=known[p.id][1]) if p.id in known else p for p in split]
    return keep_apart(split, known.keys())
