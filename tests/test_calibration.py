import numpy as np
import pytest
from scipy.stats import beta

from resclassify.calibration import Calibration, Scale, confidence, fit_calibration
from resclassify.types import Lang


def _drawn(size: int = 4000, seed: int = 1) -> tuple[np.ndarray, np.ndarray, list[Lang]]:
    """Scores whose true probability is known: logistic with slope 2 and offset -1 in Arabic, 1 and 0.5 in English."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(size, 2)) * 4
    langs: list[Lang] = ["ar" if row % 2 else "en" for row in range(size)]
    lines = np.where((np.arange(size) % 2)[:, None], 2 * scores - 1, scores + 0.5)
    return scores, generator.random((size, 2)) < 1 / (1 + np.exp(-lines)), langs


def test_platt_finds_the_slope_and_offset_that_made_the_data_in_each_language() -> None:
    fitted = fit_calibration(*_drawn())
    assert fitted.scales["ar"].slopes == pytest.approx((2, 2), abs=0.3)
    assert fitted.scales["ar"].offsets == pytest.approx((-1, -1), abs=0.3)
    assert fitted.scales["en"].slopes == pytest.approx((1, 1), abs=0.15)
    assert fitted.scales["en"].offsets == pytest.approx((0.5, 0.5), abs=0.2)


def test_probabilities_match_frequencies() -> None:
    scores, truth, langs = _drawn()
    probabilities = fit_calibration(scores, truth, langs).probabilities(scores, langs)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (probabilities >= low) & (probabilities < low + 0.2)
        assert truth[inside].mean() == pytest.approx(probabilities[inside].mean(), abs=0.06)


def test_a_threshold_is_half_of_the_best_f1() -> None:
    scores, truth, langs = _drawn()
    fitted = fit_calibration(scores, truth, langs)
    probabilities = fitted.probabilities(scores, langs)
    for column in range(2):
        f1 = [
            2
            * (truth[:, column] & (probabilities[:, column] >= cut)).sum()
            / (truth[:, column].sum() + (probabilities[:, column] >= cut).sum())
            for cut in np.linspace(0.05, 0.95, 181)
        ]
        assert fitted.scales["ar"].thresholds[column] == pytest.approx(max(f1) / 2, abs=0.01)
    assert fitted.scales["ar"].thresholds == fitted.scales["en"].thresholds


def test_the_promise_of_the_review_band_holds_on_data_drawn_alike() -> None:
    """Of clauses outside the band at most 5 in 100 are wrong, in at least 90 of 100 fits, save for what chance allows."""
    kept = 0
    for seed in range(60):
        scores, truth, langs = _drawn(600, seed)
        fitted = fit_calibration(scores, truth, langs)
        fresh, fresh_truth, fresh_langs = _drawn(20000, seed + 1000)
        probabilities = fitted.probabilities(fresh, fresh_langs)
        right = (fitted.decide(probabilities, fresh_langs) == fresh_truth).all(axis=1)
        outside = ~fitted.uncertain(probabilities, fresh_langs)
        of_lang = [outside & (np.array(fresh_langs) == lang) for lang in ("ar", "en")]
        kept += all(not mine.any() or (~right[mine]).mean() <= 0.05 for mine in of_lang)
    assert kept / 60 >= 0.75
    assert outside.mean() > 0.2


def test_where_nothing_can_be_promised_everything_is_for_review() -> None:
    generator = np.random.default_rng(3)
    scores, truth = generator.normal(size=(200, 2)), generator.random((200, 2)) < 0.5
    langs: list[Lang] = ["ar", "en"] * 100
    fitted = fit_calibration(scores, truth, langs)
    assert fitted.uncertain(fitted.probabilities(scores, langs), langs).all()


def test_a_language_without_clauses_takes_the_figures_of_the_other() -> None:
    scores, truth, _ = _drawn(400)
    fitted = fit_calibration(scores, truth, ["en"] * 400)
    assert fitted.scales["ar"].slopes == pytest.approx(fitted.scales["en"].slopes, rel=0.05)
    assert fitted.scales["ar"].trusted == fitted.scales["en"].trusted


def test_separable_scores_give_no_extreme_numbers() -> None:
    scores = np.array([[-3.0], [-2.0], [2.0], [3.0]])
    truth = scores > 0
    langs: list[Lang] = ["ar", "en", "ar", "en"]
    fitted = fit_calibration(scores, truth, langs)
    probabilities = fitted.probabilities(scores, langs)
    assert (fitted.decide(probabilities, langs) == truth).all()
    assert np.isfinite(probabilities).all()


def test_confidence_is_the_probability_that_all_decisions_are_right() -> None:
    probabilities = np.array([[0.9, 0.2], [0.5, 0.5]])
    decided = np.array([[True, False], [True, False]])
    assert confidence(probabilities, decided) == pytest.approx([0.72, 0.25])


def test_json_round_trip() -> None:
    fitted = fit_calibration(*_drawn(200))
    assert Calibration.from_json(fitted.to_json()) == fitted
    assert isinstance(fitted.scales["ar"], Scale)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    """With none wrong of 100, the 90 % upper bound on the error is 1 - 0.1 ** (1 / 100)."""
    assert beta.ppf(0.9, 1, 100) == pytest.approx(1 - 0.1 ** (1 / 100))


def test_platt_finds_the_line_where_a_theme_is_rare_and_most_scores_are_far_below() -> None:
    """Plain Newton steps from a slope of 1 jump back and forth on such scores and end at a slope of about 4."""
    for seed in range(4):
        generator = np.random.default_rng(seed)
        size = 3000
        scores = np.where(generator.random(size) < 0.85, generator.normal(-4.5, 1.2, size), generator.normal(0, 1.8, size))
        truth = generator.random(size) < 1 / (1 + np.exp(-(0.75 * scores - 0.5)))
        fitted = fit_calibration(scores[:, None], truth[:, None], ["en"] * size)
        assert fitted.scales["en"].slopes == pytest.approx((0.75,), abs=0.12)
        assert fitted.scales["en"].offsets == pytest.approx((-0.5,), abs=0.3)
