import json
from pathlib import Path

import pytest
from conftest import ROOT

from resclassify.agreement import LabelledTwice, agreement, read_passes
from resclassify.errors import LabelError


def _row(first: str, second: str) -> LabelledTwice:
    return LabelledTwice("x", tuple(first.split()), tuple(second.split()), tuple(first.split()), "reason")


def test_kappa_is_that_worked_out_by_hand() -> None:
    # On technology: 3 both, 1 only first, 1 only second, 5 neither. Observed 0.8, by chance 0.4 * 0.4 + 0.6 * 0.6 = 0.52.
    rows = [_row("technology", "technology")] * 3 + [_row("technology", ""), _row("", "technology")] + [_row("", "")] * 5
    found = agreement(rows)
    assert found.kappa["technology"] == pytest.approx((0.8 - 0.52) / (1 - 0.52))
    # Krippendorff: 1 - (n - 1) * disagreements / (n0 * n1) = 1 - 19 * 2 / (12 * 8).
    assert found.alpha["technology"] == pytest.approx(1 - 19 * 2 / (12 * 8))
    assert found.kappa["migration"] == 1
    assert (found.clauses, found.same, found.micro_f1) == (10, 8, 0.75)


def test_a_difference_needs_a_reason(tmp_path: Path) -> None:
    row = {"id": "a", "first": ["technology"], "second": [], "settled": []}
    (tmp_path / "p.jsonl").write_text(json.dumps(row))
    with pytest.raises(LabelError, match=r"p\.jsonl:1: the passes differ and no reason"):
        read_passes(tmp_path / "p.jsonl")
    (tmp_path / "p.jsonl").write_text(json.dumps(row | {"reason": "rule 7"}))
    assert read_passes(tmp_path / "p.jsonl")[0].reason == "rule 7"


@pytest.mark.parametrize(("name", "least"), [("own", 300), ("acceptance", 90)])
def test_the_shipped_passes_are_whole_and_settle_what_they_say(name: str, least: int) -> None:
    from resclassify.dataset import read_pairs

    rows = read_passes(ROOT / f"data/passes/{name}.jsonl")
    assert len(rows) >= least
    for row in rows:
        if set(row.first) == set(row.second):
            assert set(row.settled) == set(row.first) or row.reason, row.id
    if name == "own":
        themes = {pair.id: pair.themes for pair in read_pairs(ROOT / "data/clauses")}
        for row in rows:
            assert row.id not in themes or set(themes[row.id]) == set(row.settled), row.id
