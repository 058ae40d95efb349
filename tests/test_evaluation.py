"""Measures against values worked out by hand."""

import numpy as np
import pytest

from resclassify.dataset import Example
from resclassify.evaluation import evaluate, paired_difference

THEMES = ("prevention", "prosecution", "victim_protection", "migration", "technology")


def _item(identity: str, lang: str, *themes: str, lineage: str = "") -> Example:
    return Example(identity, lang, "text", themes, lineage or identity)  # type: ignore[arg-type]


def _decided(*rows: tuple[str, ...]) -> np.ndarray:
    return np.array([[theme in row for theme in THEMES] for row in rows])


ITEMS = [
    _item("a", "en", "prevention"),
    _item("a", "ar", "prevention"),
    _item("b", "en", "prosecution", "migration"),
    _item("b", "ar", "prosecution", "migration"),
    _item("c", "en"),
    _item("c", "ar"),
]
DECIDED = _decided(("prevention",), (), ("prosecution",), ("prosecution", "migration"), (), ("technology",))


def test_figures_are_those_worked_out_by_hand() -> None:
    report = evaluate(ITEMS, DECIDED, data="hand", marked="f", rounds=50)
    # hits 1 + 1 + 2 = 4, false 1 (technology), missed 2: micro-F1 8 / 11.
    assert report.figures["all"]["micro_f1"].value == pytest.approx(8 / 11, abs=1e-4)
    assert report.figures["all"]["precision/prevention"].value == 1
    assert report.figures["all"]["recall/prevention"].value == 0.5
    assert report.figures["all"]["f1/prosecution"].value == 1
    assert report.figures["all"]["subset_accuracy"].value == pytest.approx(3 / 6)
    assert report.figures["en"]["micro_f1"].value == pytest.approx(4 / 5)
    assert report.figures["ar"]["micro_f1"].value == pytest.approx(4 / 6, abs=1e-4)
    assert report.figures["all"]["agreement"].value == 0
    assert report.supports["en"]["migration"] == 1
    assert (report.clauses, report.lineages) == (3, 3)


def test_a_theme_without_tags_and_without_claims_does_not_count_in_macro_f1() -> None:
    report = evaluate(ITEMS[:2], _decided(("prevention",), ("prevention",)), data="hand", marked="f", rounds=10)
    assert report.figures["all"]["macro_f1"].value == 1


def test_intervals_hold_the_figure_and_repeat() -> None:
    first, second = (evaluate(ITEMS * 5, np.vstack([DECIDED] * 5), data="x", marked="f") for _ in range(2))
    assert first == second
    for values in first.figures.values():
        for estimate in values.values():
            assert estimate.low <= estimate.value <= estimate.high


def test_clauses_of_one_lineage_widen_the_interval() -> None:
    generator = np.random.default_rng(0)
    wrong = generator.random(60) < 0.4
    decided = np.vstack([_decided(("migration",))] * 240) ^ np.repeat(wrong, 4)[:, None]
    alone = [_item(str(n), "en", "migration") for n in range(240)]
    kin = [_item(str(n), "en", "migration", lineage=str(n // 4)) for n in range(240)]
    widths = []
    for items in (alone, kin):
        estimate = evaluate(items, decided, data="x", marked="f").figures["all"]["recall/migration"]
        widths.append(estimate.high - estimate.low)
    assert widths[1] > 1.5 * widths[0]


def test_paired_difference_is_that_of_the_two_micro_f1() -> None:
    perfect = _decided(*(item.themes for item in ITEMS))
    difference = paired_difference(ITEMS, perfect, DECIDED)
    assert difference.value == pytest.approx(1 - 8 / 11, abs=1e-4)
    assert paired_difference(ITEMS, DECIDED, DECIDED).high == 0


def test_markdown_names_the_data_and_every_theme() -> None:
    text = evaluate(ITEMS, DECIDED, data="hand-made", marked="0123456789abcdef", rounds=10).to_markdown()
    assert "hand-made" in text
    assert "0123456789ab" in text
    assert all(theme in text for theme in THEMES)
