"""Alignments made by hand, by reference: which clause comes from which, without their text; and how near the program comes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from resclassify.alignment import align
from resclassify.comparison import Comparison, Status
from resclassify.dataset import LANGS, Pair, read_rows
from resclassify.errors import LabelError
from resclassify.types import Clause
from resclassify.vectors import Encoder

_LETTERS = {"preambular": "P", "operative": "O", None: "A"}
_RESAMPLES = 2000
_LEAST_CLAUSES = 20


@dataclass(frozen=True, slots=True)
class HandAlignment:
    """What a reader said of one clause. Clauses are named by kind and place from 1 (`clause_names`); `new` is None for a clause
    that was dropped, `old` empty for one that is new. `hashes` are `dataset.text_hash` of `new` and then of each of `old`.
    """

    series: str
    reader: str
    old_symbol: str
    new_symbol: str
    new: str | None
    old: tuple[str, ...]
    status: Status
    moved: bool
    hashes: tuple[str, ...]


def clause_names(clauses: Iterable[Clause]) -> list[str]:
    """The clauses' names, in order: P01 for the first preambular one, O01 for the first operative one, A01 in an annex."""
    count: Counter[str] = Counter()
    names = []
    for clause in clauses:
        letter = _LETTERS[clause.kind]
        count[letter] += 1
        names.append(f"{letter}{count[letter]:02d}")
    return names


def read_alignments(path: Path) -> list[HandAlignment]:
    """The alignments of a JSONL table.

    Raises LabelError, naming file and line, for a row that is none.
    """
    found = []
    for row, place in read_rows(path):
        try:
            found.append(HandAlignment(**{**row, "old": tuple(row["old"]), "hashes": tuple(row["hashes"])}))
        except (TypeError, KeyError) as error:
            raise LabelError(f"{place}: is no alignment ({error}); see data/README.md for the fields") from error
    return found


def to_jsonl(alignments: Iterable[HandAlignment]) -> str:
    """One JSON object a line, as `read_alignments` reads it."""
    return "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in alignments)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near a comparison comes to a reader over `clauses` of the new version: F1 over links, over clauses that are new and
    over those that were dropped (None where neither found any). `rows`: whether each clause's ancestors and its status are right.
    """

    clauses: int
    links: float
    new: float | None
    dropped: float | None
    same_exact: bool
    rows: tuple[tuple[bool, bool], ...]

    def share(self, column: int) -> tuple[float, float, float]:
        """The share of rows that are right in a column, and the ends of its 95 % bootstrap interval over clauses."""
        right = np.array([row[column] for row in self.rows], dtype=float)
        drawn = np.random.default_rng(0).integers(0, len(right), (_RESAMPLES, len(right)))
        low, high = np.quantile(right[drawn].mean(axis=1), (0.025, 0.975))
        return float(right.mean()), float(low), float(high)


def agreement(comparison: Comparison, said: Sequence[HandAlignment]) -> Agreement:
    """How near a comparison comes to what one reader said of the same two versions."""
    names: dict[str, str] = {}
    for side in (comparison.old, comparison.new):
        clauses = [item.clause for item in side]
        names |= {f"{clause.document}{clause.id}": name for clause, name in zip(clauses, clause_names(clauses), strict=True)}

    def name(clause: Clause) -> str:
        return names[f"{clause.document}{clause.id}"]

    found = {
        name(change.new.clause): ({name(item.clause) for item in change.old}, change.status)
        for change in comparison.changes
        if change.new
    }
    gone = {name(change.old[0].clause) for change in comparison.changes if change.new is None}
    gold = {item.new: (set(item.old), item.status) for item in said if item.new}
    rows = tuple((gold[clause][0] == found[clause][0], gold[clause][1] == found[clause][1]) for clause in gold)
    links = [{(clause, old) for clause, (olds, _) in side.items() for old in olds} for side in (gold, found)]
    fresh = [{clause for clause, (olds, _) in side.items() if not olds} for side in (gold, found)]
    same = [{clause for clause, (_, status) in side.items() if status == "same"} for side in (gold, found)]
    dropped = {old for item in said if item.new is None for old in item.old}
    return Agreement(len(gold), _f1(*links) or 0.0, _f1(*fresh), _f1(dropped, gone), same[0] == same[1], rows)


def _f1(gold: Set[Any], found: Set[Any]) -> float | None:
    return 2 * len(gold & found) / (len(gold) + len(found)) if gold or found else None


def grouped(alignments: Iterable[HandAlignment]) -> Mapping[tuple[str, str, str], list[HandAlignment]]:
    """The alignments of each reader and pair of versions: (old symbol, new symbol, reader)."""
    groups: dict[tuple[str, str, str], list[HandAlignment]] = defaultdict(list)
    for item in alignments:
        groups[item.old_symbol, item.new_symbol, item.reader].append(item)
    return groups


def agreement_table(found: Mapping[tuple[str, str, str], Agreement]) -> str:
    """Markdown: a row a pair of versions and reader."""
    lines = [
        "| versions | reader | clauses | ancestors right | F1 of links | F1 new | F1 dropped | status right | `same` exact |",
        "|---" * 9 + "|",
    ]
    for (old, new, reader), item in found.items():
        shares = ["{:.3f} [{:.3f}, {:.3f}]".format(*item.share(column)) for column in (0, 1)]
        figures = ["-" if value is None else f"{value:.3f}" for value in (item.links, item.new, item.dropped)]
        exact = "yes" if item.same_exact else "no"
        cells = [f"{old} → {new}", reader, str(item.clauses), shares[0], *figures, shares[1], exact]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def languages_found(pairs: Iterable[Pair], encoder: Encoder) -> tuple[int, int, int, int]:
    """Of labelled pairs, the documents that have both languages in at least twenty clauses: how many they are, how many links
    the two languages have, how many were found, and how many were found that are none. Ids are "DOCUMENT#CLAUSE".
    """
    documents: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.ar and pair.en and "#" in pair.id:
            documents[pair.id.split("#")[0]].append(pair)
    whole = [found for found in documents.values() if len(found) >= _LEAST_CLAUSES]
    right = wrong = 0
    for found in whole:
        sides = [
            [Clause(pair.id, pair.id, pair.kind, None, lang, 0, len(pair.text(lang)), pair.text(lang)) for pair in found]
            for lang in LANGS
        ]
        for i, ancestors in enumerate(align(sides[0], sides[1], encoder).ancestors):
            right += i in ancestors
            wrong += len([j for j in ancestors if j != i])
    return len(whole), sum(map(len, whole)), right, wrong
