"""Shares corrected for a model's errors: estimates worked out by hand, bands that hold the truth, where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resclassify.coverage import Coverage, Setting, grid, simulate, table
from resclassify.prevalence import Rates, corrected, draws_of, mixed

RATES = Rates(hits=40, positives=50, false=10, negatives=200)


@pytest.mark.parametrize(
    ("count", "total", "share"),
    [
        (50, 200, (0.25 - 0.05) / 0.75),
        (10, 200, 0.0),
        (5, 200, 0.0),  # fewer tags than errors alone would make: no negative share
        (200, 200, 1.0),
        (85, 100, 1.0),
    ],
)
def test_the_estimate_is_the_adjusted_count_cut_at_both_ends(count: int, total: int, share: float) -> None:
    band = corrected(count, total, RATES)
    assert band is not None
    assert band.value == pytest.approx(share)


@given(st.integers(1, 400), st.data())
@settings(max_examples=60, deadline=None)
def test_a_band_holds_its_estimate_and_stays_within_nothing_and_all(total: int, content: st.DataObject) -> None:
    count = content.draw(st.integers(0, total))
    draws = content.draw(st.tuples(*[st.floats(0, 0.999)] * 3))
    band = corrected(count, total, RATES, draws)
    assert band is not None
    assert 0 <= band.low <= band.value <= band.high <= 1


def test_more_tags_never_lower_the_band() -> None:
    bands = [corrected(count, 120, RATES) for count in range(0, 121, 5)]
    lows, highs = ([getattr(band, end) for band in bands] for end in ("low", "high"))
    assert lows == sorted(lows)
    assert highs == sorted(highs)


def test_a_better_known_model_has_a_narrower_band_and_a_worse_model_a_wider_one() -> None:
    def width(rates: Rates) -> float:
        band = corrected(60, 300, rates)
        assert band is not None
        return band.high - band.low

    same_but_more = Rates(400, 500, 100, 2000)
    worse = Rates(30, 50, 30, 200)
    assert width(same_but_more) < width(RATES) < width(worse)


def test_a_band_of_many_clauses_is_left_with_the_uncertainty_of_the_rates() -> None:
    at_once, scaled = corrected(5_000, 20_000, RATES), corrected(50_000, 200_000, RATES)
    assert at_once is not None
    assert scaled is not None
    assert (scaled.low, scaled.high) == pytest.approx((at_once.low, at_once.high), abs=1e-9)
    assert scaled.high - scaled.low > 0.05


@pytest.mark.parametrize(
    "rates",
    [Rates(10, 50, 40, 200), Rates(10, 50, 25, 200), Rates(0, 0, 3, 200), Rates(5, 5, 0, 0)],
    ids=["as often on others", "hardly more often", "no true clause", "no other clause"],
)
def test_nothing_is_said_where_the_errors_cannot_tell(rates: Rates) -> None:
    assert corrected(30, 100, rates) is None


@pytest.mark.parametrize(("count", "total"), [(-1, 10), (11, 10), (0, 0)])
def test_a_count_that_cannot_be_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="number of clauses"):
        corrected(count, total, RATES)


def test_a_model_without_errors_on_few_clauses_still_has_a_band() -> None:
    band = corrected(30, 100, Rates(12, 12, 0, 90), (0.5, 0.5, 0.5))
    assert band is not None
    assert band.value == pytest.approx(0.3)
    assert band.low < 0.3 < band.high


@given(st.lists(st.text(max_size=8), max_size=6))
def test_draws_depend_on_the_names_alone_and_not_on_their_order(names: list[str]) -> None:
    draws = draws_of(names)
    assert draws == draws_of(reversed(names))
    assert all(0 <= draw < 1 for draw in draws)
    assert draws != draws_of([*names, "one more"])


def test_draws_look_uniform() -> None:
    drawn = np.array([draws_of([str(number)]) for number in range(2000)])
    assert np.abs(drawn.mean(axis=0) - 0.5).max() < 0.03
    assert np.abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.08


def test_the_rates_of_one_language_stay_as_they_are_and_of_two_lie_between() -> None:
    english, arabic = Rates(45, 50, 4, 200), Rates(35, 50, 20, 200)
    assert mixed({"en": english, "ar": arabic}, {"en": 30}) == english
    both = mixed({"en": english, "ar": arabic}, {"en": 30, "ar": 30})
    assert both.recall == pytest.approx((0.9 + 0.7) / 2)
    assert both.fallout == pytest.approx((0.02 + 0.1) / 2)
    # Two evaluations of fifty say more on a mean than one of fifty, and less than one of two hundred.
    assert 50 < both.positives < 200


@pytest.mark.parametrize(
    "setting",
    [
        Setting(0.02, 20, 0.85, 0.03, 50, 270),
        Setting(0.1, 100, 0.95, 0.01, 50, 270),
        Setting(0.5, 300, 0.7, 0.1, 30, 290),
        Setting(0.2, 50, 0.85, 0.03, 200, 1000),
    ],
    ids=str,
)
def test_bands_hold_the_truth_in_93_to_97_of_100_runs(setting: Setting) -> None:
    found = simulate(setting, 500, seed=7)
    low, high = found.interval
    # The Monte-Carlo interval of 500 runs is two points to each side: it must reach into 93 to 97.
    assert low <= 0.97
    assert high >= 0.93
    assert 0.92 <= found.share <= 0.98


def test_the_simulation_can_fail_where_rates_are_not_those_of_the_evaluation() -> None:
    """With rates that gather in documents the bands are too narrow, and the simulation shows it."""
    gathered = simulate(Setting(0.2, 300, 0.85, 0.1, 200, 1000, documents=5, likeness=0.3), 300, seed=7)
    assert gathered.share < 0.9


def test_raw_counts_are_biased_where_corrected_ones_are_not() -> None:
    found = simulate(Setting(0.05, 300, 0.85, 0.1, 200, 1000), 300, seed=7)
    assert found.raw_bias > 0.05
    assert abs(found.bias) < 0.02


def test_the_table_has_a_row_a_setting_and_an_interval_worked_out_by_hand() -> None:
    settings_ = grid((0.1, 0.2), (20,), ((0.9, 0.05, 40, 200),))
    assert [item.prevalence for item in settings_] == [0.1, 0.2]
    found = Coverage(settings_[0], runs=100, held=95, width=0.2, bias=0.0, raw_bias=0.01)
    assert found.interval == pytest.approx((0.8882, 0.9785), abs=1e-3)
    rows = table([found]).splitlines()
    assert len(rows) == 3
    assert "95.0 [88.8, 97.8]" in rows[2]
