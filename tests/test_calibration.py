import numpy as np
import pytest

from resclassify.calibration import Calibration, fit_calibration


def _drawn(size: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose true probability is known: logistic with slope 2 and offset -1."""
    generator = np.random.default_rng(1)
    scores = generator.normal(size=(size, 2))
    return scores, generator.random((size, 2)) < 1 / (1 + np.exp(-(2 * scores - 1)))


def test_platt_finds_the_slope_and_offset_that_made_the_data() -> None:
    fitted = fit_calibration(*_drawn())
    assert fitted.slopes == pytest.approx((2, 2), abs=0.2)
    assert fitted.offsets == pytest.approx((-1, -1), abs=0.15)


def test_probabilities_match_frequencies() -> None:
    scores, truth = _drawn()
    probabilities = fit_calibration(scores, truth).probabilities(scores)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (probabilities >= low) & (probabilities < low + 0.2)
        assert truth[inside].mean() == pytest.approx(probabilities[inside].mean(), abs=0.05)


def test_outside_the_band_the_allowed_error_holds_on_the_data_it_was_fitted_on() -> None:
    scores, truth = _drawn()
    fitted = fit_calibration(scores, truth, allowed_error=0.02)
    probabilities = fitted.probabilities(scores)
    for column in range(2):
        outside = (probabilities[:, column] < fitted.band_low[column]) | (probabilities[:, column] >= fitted.band_high[column])
        wrong = fitted.decide(probabilities)[outside, column] != truth[outside, column]
        assert wrong.sum() <= 0.02 * len(truth)
        assert outside.any()


def test_separable_scores_need_no_review_and_give_no_extreme_numbers() -> None:
    scores = np.array([[-3.0], [-2.0], [2.0], [3.0]])
    truth = scores > 0
    fitted = fit_calibration(scores, truth)
    probabilities = fitted.probabilities(scores)
    assert (fitted.decide(probabilities) == truth).all()
    assert not fitted.uncertain(probabilities).any()
    assert np.isfinite(probabilities).all()


def test_json_round_trip() -> None:
    fitted = fit_calibration(*_drawn(200))
    assert Calibration.from_json(fitted.to_json()) == fitted
