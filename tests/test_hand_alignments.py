"""Alignments by hand: naming, reading, and figures worked out by hand."""

import json
from pathlib import Path

import pytest
from conftest import ROOT

from resclassify.comparison import ClauseChange, Comparison
from resclassify.errors import LabelError
from resclassify.hand_alignments import (
    HandAlignment,
    agreement,
    agreement_table,
    clause_names,
    grouped,
    read_alignments,
    to_jsonl,
)
from resclassify.types import Clause, TaggedClause


def _tagged(document: str, kind: str | None, number: int) -> TaggedClause:
    text = f"Clause {number} of {document}"
    return TaggedClause(Clause(document, f"{document}#{number}", kind, None, "en", 0, len(text), text), (), {})  # type: ignore[arg-type]


OLD = tuple(_tagged("old", kind, number) for number, kind in enumerate(["preambular", "operative", "operative", "operative"]))
NEW = tuple(_tagged("new", kind, number) for number, kind in enumerate(["preambular", "operative", "operative", None]))
COMPARISON = Comparison(
    OLD,
    NEW,
    (
        ClauseChange(NEW[0], (OLD[0],), "same"),
        ClauseChange(NEW[1], (OLD[1], OLD[2]), "reworded"),
        ClauseChange(NEW[2], (), "new"),
        ClauseChange(NEW[3], (OLD[3],), "expanded"),
        ClauseChange(None, (OLD[2],), "dropped"),
    ),
    frozenset(),
)


def _said(new: str | None, old: tuple[str, ...], status: str) -> HandAlignment:
    return HandAlignment("series", "a", "A/1", "A/2", new, old, status, False, ())  # type: ignore[arg-type]


def test_clauses_are_named_by_kind_and_place() -> None:
    assert clause_names(item.clause for item in NEW) == ["P01", "O01", "O02", "A01"]


def test_agreement_counts_ancestors_links_statuses_and_drops() -> None:
    said = [
        _said("P01", ("P01",), "same"),
        _said("O01", ("O01",), "reworded"),
        _said("O02", (), "new"),
        _said("A01", ("O03",), "reduced"),
        _said(None, ("O02",), "dropped"),
    ]
    found = agreement(COMPARISON, said)
    assert found.rows == ((True, True), (False, True), (True, True), (True, False))
    assert found.links == pytest.approx(2 * 3 / (3 + 4))
    assert (found.new, found.dropped, found.same_exact) == (1.0, 1.0, True)
    assert found.share(0)[0] == 0.75
    assert found.share(0)[1] < 0.75 < found.share(0)[2]
    assert "| A/1 → A/2 | a | 4 | 0.750 [" in agreement_table({("A/1", "A/2", "a"): found})


def test_where_nothing_is_new_there_is_no_figure_for_it() -> None:
    kept = Comparison(OLD[:1], NEW[:1], COMPARISON.changes[:1], frozenset())
    found = agreement(kept, [_said("P01", ("P01",), "reworded")])
    assert (found.new, found.dropped, found.same_exact) == (None, None, False)


def test_alignments_survive_writing_and_reading_and_faults_are_named(tmp_path: Path) -> None:
    path = tmp_path / "alignments.jsonl"
    said = [_said("O01", ("O01", "O02"), "reworded"), _said(None, ("P01",), "dropped")]
    path.write_text(to_jsonl(said), encoding="utf-8")
    assert read_alignments(path) == said
    path.write_text(json.dumps({"new": "O01", "old": []}) + "\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"alignments\.jsonl:1: is no alignment"):
        read_alignments(path)


def test_the_shipped_alignments_name_each_clause_once_and_hold_no_text() -> None:
    groups = grouped(read_alignments(ROOT / "data/alignments.jsonl"))
    assert len(groups) == 8
    for said in groups.values():
        named = [item.new for item in said if item.new]
        assert len(named) == len(set(named))
        assert all((item.status == "new") == (item.new is not None and not item.old) for item in said)
        assert all((item.status == "dropped") == (item.new is None) for item in said)
        assert all(len(item.hashes) == bool(item.new) + len(item.old) for item in said)
