"""Newly labelled clauses join the data: reviews, tables of labels, labels by reference; what was there before stays on its side.

A table is JSONL, CSV or Parquet, one clause a row: `text` in one language, or `en` and `ar`, and its `themes` (a list, or names
with spaces between; empty for none). Rows of one `lineage`, `symbol` or `document` stay together; a row without any stands alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resclassify import tables
from resclassify.dataset import (
    LANGS,
    Pair,
    Split,
    assign_lineages,
    assign_splits,
    fingerprint,
    keep_apart,
    leave_out_near,
    read_pairs,
    text_hash,
)
from resclassify.errors import InputError, LabelError, SettingsError
from resclassify.language import identify
from resclassify.production import CHALLENGER, DIGITS, read_challenger
from resclassify.references import join_documents, read_references
from resclassify.taxonomy import load_taxonomy
from resclassify.training import part
from resclassify.verdicts import ReviewedExample

# More than usual goes to the test side: the newest session is measured on it alone.
SHARES: Mapping[Split, float] = {"train": 0.65, "dev": 0.1, "test": 0.25}
RANDOM, QUEUE = "reviews of the random share", "reviews that the queue chose"
# Documents of which a tenth each are near-copies of the other's clauses are versions of one text.
_VERSIONS = 0.1
_GROUPS = ("lineage", "symbol", "document")


@dataclass(frozen=True, slots=True)
class Joining:
    """What there was and what came. `before` is the data as it was, `base` that part of it whose test side never grows; `joined`
    are all clauses that ever joined it, with those of this time; `given` are those of this time, on their sides.

    `known` counts clauses given whose words the base has already: they are left out, and so are the labels given to them.
    """

    base: tuple[Pair, ...]
    before: tuple[Pair, ...]
    joined: tuple[Pair, ...]
    given: tuple[Pair, ...]
    known: int

    @property
    def after(self) -> list[Pair]:
        """The data with what joined it."""
        return [*self.base, *self.joined]

    @property
    def fingerprints(self) -> tuple[str, str]:
        """The data's before and after."""
        return fingerprint(self.before), fingerprint(self.after)

    @property
    def frozen(self) -> list[Pair]:
        """The test that does not change when data grows."""
        return part(self.base, "test")

    @property
    def newest(self) -> tuple[str, list[Pair]]:
        """What the newest session is measured on, in words and in pairs: what is on the test side of this time's clauses, or
        where nothing is, on the dev side.

        Clauses that the queue chose are left out where there are others: they were chosen for what the champion was unsure of,
        so they would speak for the challenger.
        """
        for side in ("test", "dev"):
            held = part(self.given, side)
            fair = [pair for pair in held if pair.source != QUEUE]
            if held:
                return f"newest session, {side} side{'' if fair else ', chosen by the queue'}", fair or held
        return "newest session: nothing of it was kept from training", []

    def counts(self) -> Counter[str]:
        """How many of this time's clauses went to which side, by source ("votes.csv/train")."""
        return Counter(f"{pair.source}/{pair.split}" for pair in self.given)


def read_data(paths: Sequence[Path], documents: Path | None, acceptance: Sequence[str], failures: list[str]) -> list[Pair]:
    """The data that a model is trained and tested on: pairs, and labels by reference joined to the folder `documents`.

    Where labels by reference have a dev side, stopping and calibration are by real clauses alone, as in
    `pipelines/train_transformer.py`. What is wrong with documents that cannot be read joins `failures`. Raises LabelError for a
    file that is neither, SettingsError where documents are not named.
    """
    by_reference = [_is_references(path) for path in paths]
    own = [pair for path, is_one in zip(paths, by_reference, strict=True) if not is_one for pair in read_pairs(path)]
    real = [
        pair for path, is_one in zip(paths, by_reference, strict=True) if is_one for pair in _referred(path, documents, failures)
    ]
    used = [pair for pair in own if pair.split != "dev"] if part(real, "dev") else own
    return leave_out_near(keep_apart([*used, *real]), acceptance)


def read_labelled(path: Path, documents: Path | None, failures: list[str]) -> list[Pair]:
    """The clauses of a table, or of all tables of a folder, each in a lineage of its document and on no side yet.

    Raises LabelError or InputError, naming file and row, for what is no labelled clause; SettingsError where it is a table of
    references and documents are not named.
    """
    if path.is_dir():
        files = sorted(item for item in path.rglob("*") if item.suffix.lower() in tables.SUFFIXES)
        if not files:
            raise InputError(f"{path}: holds no table of labels ({' '.join(tables.SUFFIXES)}); name one, with text and themes")
        return [pair for file in files for pair in read_labelled(file, documents, failures)]
    if path.suffix.lower() not in tables.SUFFIXES:
        raise InputError(
            f"{path}: is no table ({' '.join(tables.SUFFIXES)}); a document has no labels, give a table of its clauses"
        )
    if _is_references(path):
        found = [replace(pair, split="none") for pair in _referred(path, documents, failures)]
    else:
        found = [_labelled(row, f"{path}: row {number}") for number, row in enumerate(tables.read_rows(path), 1)]
    if not found:
        raise LabelError(f"{path}: holds no labelled clause; give rows with text and themes")
    return [_named(pair, path.name) for pair in found]


def reviewed(items: Iterable[ReviewedExample]) -> list[Pair]:
    """What people settled on in review, each clause in a lineage of its document."""
    return [
        _named(
            Pair(
                id="",
                kind=item.clause.kind,
                en=item.clause.text if item.lang == "en" else "",
                ar=item.clause.text if item.lang == "ar" else "",
                themes=item.themes,
                source="",
                lineage=item.symbol or item.clause.document,
                split="none",
            ),
            RANDOM if item.random else QUEUE,
        )
        for item in items
    ]


def gather(
    base: Sequence[Pair],
    new: Sequence[Path],
    reviews: Sequence[ReviewedExample],
    models: Path,
    acceptance: Sequence[str],
    *,
    documents: Path | None,
    failures: list[str],
) -> Joining:
    """Tables of labels and reviews joined to the base and to what joined it with the last challenger of a models folder. Where
    a clause is in both, the review counts.

    Raises LabelError where they hold no clause that the base has not.
    """
    incoming = [pair for path in new for pair in read_labelled(path, documents, failures)]
    joining = join(base, joined_before(models), [*incoming, *reviewed(reviews)], acceptance)
    if not joining.given:
        known = f"all {joining.known} clauses given are in the data already" if joining.known else "no clause was reviewed"
        raise LabelError(f"nothing to learn from: {known}; give new ones after --new, or review some by `resclassify review`")
    return joining


def joined_before(models: Path) -> list[Pair]:
    """The clauses that joined the data with the last challenger, on their sides; none where there was no challenger.

    Raises LabelError where their file is missing.
    """
    if not (models / CHALLENGER).exists():
        return []
    path = models / joined_name(read_challenger(models).fingerprint)
    if not path.exists():
        remedy = f"put it back, or remove {models / CHALLENGER} to settle the sides of all new clauses afresh"
        raise LabelError(f"{path}: is missing, and it says which clauses joined the data and on which side; {remedy}")
    return read_pairs(path) if path.stat().st_size else []


def joined_name(fingerprint: str) -> str:
    """The name of the file in the models folder that holds the clauses that joined the data up to a challenger."""
    return f"{fingerprint[:DIGITS]}.joined.jsonl"


def join(base: Sequence[Pair], earlier: Sequence[Pair], incoming: Sequence[Pair], acceptance: Sequence[str]) -> Joining:
    """`incoming` clauses joined to the data, which is the `base` and what joined it `earlier`.

    No pair of the base changes, and none that joined earlier changes its side, but for one whose words the base has got since or
    that is near a clause on a later side of it: that one leaves for no side. A clause that joined earlier and is given again
    takes the themes given now. Clauses of one document, and of documents that are versions of one another, go to one side, that
    of their kin where there is some; a clause near one on another side, or near an `acceptance` text, is on no side.
    """
    words = {text_hash(pair.text(lang)) for pair in base for lang in LANGS if pair.text(lang)}
    unique = {pair.id: pair for pair in incoming}
    kept = [replace(pair, themes=unique[pair.id].themes) if pair.id in unique else pair for pair in earlier]
    kept = _apart(base, [pair for pair in kept if not _said(pair, words)], acceptance)
    there = {pair.id for pair in kept}
    fresh = [pair for pair in unique.values() if not _said(pair, words) and pair.id not in there]
    placed = _apart([*base, *kept], _placed([*base, *kept], fresh), acceptance)
    given = [pair for pair in (*kept, *placed) if pair.id in unique]
    known = len(unique) - len(given)
    return Joining(tuple(base), (*base, *earlier), (*kept, *placed), tuple(given), known)


def _placed(before: Sequence[Pair], fresh: Sequence[Pair]) -> list[Pair]:
    """New clauses on a side each: that of their kin, none where kin are on several, else as the shares ask."""
    everything = [*before, *fresh]
    kin = assign_lineages(everything, [pair.lineage for pair in everything], share=_VERSIONS)
    names: dict[str, set[str]] = defaultdict(set)
    sides: dict[str, set[Split]] = defaultdict(set)
    for pair, found in zip(before, kin, strict=False):
        names[found.lineage].add(pair.lineage)
        if pair.split != "none":
            sides[found.lineage].add(pair.split)
    settled: dict[str, Split] = {lineage: next(iter(held)) if len(held) == 1 else "none" for lineage, held in sides.items()}
    split = assign_splits(kin[len(before) :], settled, SHARES)
    return [replace(pair, lineage=min(names.get(pair.lineage, {pair.lineage}))) for pair in split]


def _apart(before: Sequence[Pair], pairs: Sequence[Pair], acceptance: Sequence[str]) -> list[Pair]:
    """`pairs` of which those near a clause on another side of `before`, or near the acceptance set, are on no side."""
    kept = keep_apart([*before, *pairs], {pair.id for pair in before})[len(before) :]
    return leave_out_near(kept, acceptance)


def _said(pair: Pair, words: set[str]) -> bool:
    """Whether a side of the pair is, word for word, among texts of these hashes."""
    return any(pair.text(lang) and text_hash(pair.text(lang)) in words for lang in LANGS)


def _named(pair: Pair, source: str) -> Pair:
    """The pair under an id of its words, so that the same clause is the same whenever and from wherever it comes."""
    digest = hashlib.sha256("/".join(text_hash(pair.text(lang)) for lang in LANGS).encode()).hexdigest()
    return replace(pair, id=f"N{digest[:16]}", source=source, lineage=pair.lineage or f"N{digest[:16]}")


def _is_references(path: Path) -> bool:
    """Whether the first row of a table holds a hash in place of its text."""
    if path.suffix.lower() not in (".jsonl", ".ndjson") or not path.is_file():
        return False
    first = next(iter(tables.read_rows(path)), {})
    return "hash" in first and not {"text", "en", "ar"} & first.keys()


def _referred(path: Path, documents: Path | None, failures: list[str]) -> list[Pair]:
    if documents is None:
        raise SettingsError(f"{path}: holds labels by reference; name the folder of the documents after --documents")
    found = join_documents(read_references(path), documents)
    failures += [failure for failure in found.failures if failure not in failures]
    return list(found.pairs)


def _labelled(row: Mapping[str, Any], place: str) -> Pair:
    texts = {lang: _text(row, lang, place) for lang in LANGS}
    text = _text(row, "text", place)
    if text and not any(texts.values()):
        texts["ar" if row.get("lang") == "ar" else "en" if row.get("lang") == "en" else identify(text)] = text
    if not any(texts.values()):
        raise LabelError(f"{place}: has no text; give it in 'text', or in 'en' and 'ar'")
    group = next((str(row[name]) for name in _GROUPS if row.get(name) not in (None, "")), "")
    kind = row.get("kind") if row.get("kind") in ("preambular", "operative") else None
    return Pair("", kind, texts["en"], texts["ar"], _themes(row, place), "", group, "none")


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    text = row.get(name) or ""
    if not isinstance(text, str):
        raise LabelError(f"{place}: '{name}' is no text; write the clause there")
    return text.strip()


def _themes(row: Mapping[str, Any], place: str) -> tuple[str, ...]:
    if "themes" not in row:
        raise LabelError(f"{place}: has no 'themes'; name them, or leave them empty where the clause carries none")
    themes = row["themes"] or []
    if isinstance(themes, str):
        themes = themes.replace(",", " ").replace(";", " ").split()
    if not isinstance(themes, list) or not all(isinstance(theme, str) for theme in themes):
        raise LabelError(f"{place}: 'themes' is no list of themes; write them as in `resclassify themes`")
    return load_taxonomy().require(themes, place)
