"""What a label is worth: periods, figures worked out by hand, and a simulation on made-up clauses."""

import numpy as np
import pytest

from resclassify.learning_curve import Record, curve_table, labels_needed, needed_line, periods_of, simulate
from resclassify.taxonomy import load_taxonomy


def _record(seed: int = 0, count: int = 400) -> Record:
    """Clauses of which theme k shows in dimension k, the more plainly the later the theme."""
    rng = np.random.default_rng(seed)
    themes = len(load_taxonomy().ids)
    truth = rng.random((count, themes)) < 0.25
    vectors = rng.normal(0, 0.3, (count, 2 * themes))
    vectors[:, :themes] += truth * np.linspace(0.4, 1.2, themes)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    documents = np.arange(count) // 4
    return Record(vectors.astype(np.float32), truth, np.minimum(documents // 25, 3), documents)


def test_periods_follow_the_clauses_and_years_stay_whole() -> None:
    years = [2000] * 20 + [2001] * 10 + [2002] * 10 + [2003] * 30 + [2004] * 30
    periods = periods_of(years, 0.2, 3)
    found = {year: {int(period) for period, each in zip(periods, years, strict=True) if each == year} for year in set(years)}
    assert found == {2000: {0}, 2001: {1}, 2002: {1}, 2003: {1}, 2004: {2}}


@pytest.mark.parametrize(
    ("queue", "goal", "expected"),
    [
        ([0.5, 0.6, 0.7], 0.65, 0.25),
        ([0.5, 0.6, 0.7], 0.4, 0.1),
        ([0.5, 0.6, 0.7], 0.71, float("inf")),
        ([0.5, 0.6, 0.7], 0.6, 0.2),
    ],
)
def test_labels_needed_lie_on_straight_lines_between_shares(queue: list[float], goal: float, expected: float) -> None:
    assert labels_needed([0.1, 0.2, 0.3], queue, goal) == pytest.approx(expected)


def test_more_labels_teach_more_and_a_seed_gives_the_same_run() -> None:
    record = _record()
    few, many = (
        np.mean([simulate(record, "random", share, seed).average_precision for seed in range(4)]) for share in (0.0, 0.9)
    )
    assert many > few
    assert simulate(record, "queue", 0.2, 1) == simulate(record, "queue", 0.2, 1)
    assert simulate(record, "random", 0.2, 1) != simulate(record, "random", 0.2, 2)


def test_the_queue_finds_more_that_is_wrong_than_chance_does() -> None:
    record = _record()
    found = {way: np.mean([simulate(record, way, 0.1, seed).corrected for seed in range(6)]) for way in ("random", "queue")}
    assert found["queue"] > found["random"] + 0.05


def test_nothing_reviewed_spends_nothing() -> None:
    assert simulate(_record(), "queue", 0.0, 1).spent == 0


def test_tables_say_means_bands_and_what_is_needed() -> None:
    found = {"random": np.array([[0.5, 0.6], [0.5, 0.6]]), "queue": np.array([[0.6, 0.7], [0.6, 0.7]])}
    assert "| 10% | 7 | 0.500 [0.500, 0.500] | 0.600 [0.600, 0.600] | 0.100 [0.100, 0.100] |" in curve_table(
        [0.1, 0.2], found, [7, 14]
    )
    assert "reaches with 0.50 of them [0.50, 0.50]" in needed_line([0.1, 0.2], found)
