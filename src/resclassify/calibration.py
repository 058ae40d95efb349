"""Scores to probabilities, probabilities to tags, and the band in which a person should look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Per theme: `probability = 1 / (1 + exp(-(slope * score + offset)))` (Platt 1999), the threshold from which the
    theme is a tag, and the band of probabilities, lower end to upper end, in which the tag is uncertain.
    """

    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    thresholds: tuple[float, ...]
    band_low: tuple[float, ...]
    band_high: tuple[float, ...]

    def probabilities(self, scores: Floats) -> Floats:
        """Probabilities, shape (n, themes), from raw scores of the same shape."""
        return np.asarray(1.0 / (1.0 + np.exp(-(scores * np.array(self.slopes) + np.array(self.offsets)))))

    def decide(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Tags, shape (n, themes)."""
        return probabilities >= np.array(self.thresholds)

    def uncertain(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Shape (n,): whether the probability of any theme lies in its band."""
        inside = (probabilities >= np.array(self.band_low)) & (probabilities < np.array(self.band_high))
        return np.asarray(inside.any(axis=1))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, content: str) -> Calibration:
        return cls(**{key: tuple(values) for key, values in json.loads(content).items()})


def fit_calibration(scores: Floats, truth: NDArray[np.bool_], *, allowed_error: float = 0.02) -> Calibration:
    """Calibration from scores (n, themes) of clauses that the scorer was not trained on, and their true tags.

    The threshold of a theme is that of the best F1. Its band is the narrowest around the threshold outside of which at
    most `allowed_error` of the decisions on these clauses are wrong.
    """
    columns = range(scores.shape[1])
    lines = [_platt(scores[:, column], truth[:, column]) for column in columns]
    slopes, offsets = (tuple(round(line[end], 6) for line in lines) for end in (0, 1))
    half = (0.5,) * len(lines)
    probabilities = Calibration(slopes, offsets, half, half, half).probabilities(scores)
    thresholds = tuple(round(_best_threshold(probabilities[:, column], truth[:, column]), 6) for column in columns)
    bands = [_band(probabilities[:, column], truth[:, column], thresholds[column], allowed_error) for column in columns]
    return Calibration(slopes, offsets, thresholds, tuple(low for low, _ in bands), tuple(high for _, high in bands))


def _platt(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of Platt's sigmoid with his smoothed targets, by Newton's method (Lin, Lin and Weng 2007)."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    weights = np.array([1.0, np.log((positives + 1) / (negatives + 1))])
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    for _ in range(100):
        probability = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (probability - target)
        hessian = (design.T * (probability * (1 - probability))) @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        weights = weights - np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def _best_threshold(probabilities: Floats, truth: NDArray[np.bool_]) -> float:
    """The middle of the gap between probabilities at which F1 is highest."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(np.argmax(f1))
    above = probabilities[order[best]]
    below = probabilities[order[best + 1]] if best + 1 < len(order) else 0.0
    return float(np.clip((above + below) / 2, 0.05, 0.95))


def _band(probabilities: Floats, truth: NDArray[np.bool_], threshold: float, allowed: float) -> tuple[float, float]:
    wrong = (probabilities >= threshold) != truth
    distance = np.abs(_logit(probabilities) - _logit(np.array([threshold]))[0])
    budget = int(allowed * len(truth))
    far_wrong: Sequence[float] = sorted(distance[wrong], reverse=True)
    if len(far_wrong) <= budget:
        return threshold, threshold
    centre, reach = float(_logit(np.array([threshold]))[0]), float(far_wrong[budget])
    low, high = (1 / (1 + np.exp(-(centre + side * reach))) for side in (-1, 1))
    return max(0.0, round(float(low) - 1e-6, 6)), min(1.0, round(float(high) + 2e-6, 6))


def _logit(probabilities: Floats) -> Floats:
    clipped = np.clip(probabilities, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(clipped / (1 - clipped)))
