"""Scores to probabilities, probabilities to tags, and which clauses a person should look at; each language by its own figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from resclassify.types import Lang

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_LANGS: tuple[Lang, ...] = ("ar", "en")
_FEWEST = 20
# Where clauses of one language are few, its lines are drawn towards those of both: as if so many clauses of both were seen.
_PRIOR_CLAUSES = 100.0
_SHARES = [share / 100 for share in range(30, 101, 2)]


@dataclass(frozen=True, slots=True)
class Scale:
    """One language's figures. Per theme: `probability = 1 / (1 + exp(-(slope * score + offset)))` (Platt 1999), and the
    threshold from which the theme is a tag. `trusted` is the confidence in a whole set of tags from which no review is asked for.
    """

    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    thresholds: tuple[float, ...]
    trusted: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scale for each language. `scores` and `probabilities` have shape (n, themes), `langs` names the language of each row."""

    scales: Mapping[Lang, Scale]

    def probabilities(self, scores: Floats, langs: Sequence[Lang]) -> Floats:
        """Probabilities, shape (n, themes), from raw scores of the same shape."""
        slopes, offsets = (self._by_row(name, langs, scores.shape[1]) for name in ("slopes", "offsets"))
        return np.asarray(1.0 / (1.0 + np.exp(-(scores * slopes + offsets))))

    def decide(self, probabilities: Floats, langs: Sequence[Lang]) -> Bools:
        """Tags, shape (n, themes)."""
        return probabilities >= self._by_row("thresholds", langs, probabilities.shape[1])

    def uncertain(self, probabilities: Floats, langs: Sequence[Lang]) -> Bools:
        """Shape (n,): whether a person should look, since the set of tags is less sure than what can be trusted."""
        trusted = np.array([self.scales[lang].trusted for lang in langs])
        return confidence(probabilities, self.decide(probabilities, langs)) < trusted

    def to_json(self) -> str:
        return json.dumps({lang: asdict(scale) for lang, scale in self.scales.items()}, indent=1) + "\n"

    @classmethod
    def from_json(cls, content: str) -> Calibration:
        """Raises TypeError or KeyError for JSON of another shape."""
        found = json.loads(content)
        return cls({lang: _scale(**found[lang]) for lang in _LANGS})

    def _by_row(self, name: str, langs: Sequence[Lang], themes: int) -> Floats:
        rows = {lang: np.array(getattr(scale, name), dtype=np.float64) for lang, scale in self.scales.items()}
        return np.array([rows[lang] for lang in langs]).reshape(len(langs), themes)


def _scale(slopes: list[float], offsets: list[float], thresholds: list[float], trusted: float) -> Scale:
    return Scale(tuple(slopes), tuple(offsets), tuple(thresholds), trusted)


def confidence(probabilities: Floats, decided: Bools) -> Floats:
    """Shape (n,): the probability that all decisions on a clause are right, were they independent given the clause."""
    return np.asarray(np.where(decided, probabilities, 1 - probabilities).prod(axis=1))


def fit_calibration(
    scores: Floats, truth: Bools, langs: Sequence[Lang], *, allowed_error: float = 0.05, certainty: float = 0.9
) -> Calibration:
    """Calibration from scores (n, themes) of clauses that the scorer was not trained on, their true tags and languages.

    The line of a theme is Platt's, for each language, drawn towards that of both languages together where clauses are few.
    The threshold of a theme is half of the best F1 that its probabilities reach, which is the best threshold of calibrated
    probabilities (Lipton, Elkan and Naryanaswamy 2014); it is one for both languages.
    `trusted` is the lowest confidence such that, of clauses drawn like these with at least that confidence, at most
    `allowed_error` have a wrong tag, with probability `certainty` (selective classification with guaranteed risk, Geifman and
    El-Yaniv 2017, with the exact binomial bound). That holds for each language by itself and for independent clauses.
    """
    languages = np.array(langs)
    columns = range(scores.shape[1])
    both = [_platt(scores[:, column], truth[:, column]) for column in columns]
    lines = {lang: [_line(scores, truth, languages == lang, column, both[column]) for column in columns] for lang in _LANGS}
    ends = {lang: [tuple(round(line[end], 6) for line in lines[lang]) for end in (0, 1)] for lang in _LANGS}
    half = (0.5,) * len(columns)
    draft = Calibration({lang: Scale(slopes, offsets, half, 1.0) for lang, (slopes, offsets) in ends.items()})
    probabilities = draft.probabilities(scores, langs)
    thresholds = tuple(round(_best_f1(probabilities[:, column], truth[:, column]) / 2, 6) for column in columns)
    decided = probabilities >= np.array(thresholds)
    sure, right = confidence(probabilities, decided), (decided == truth).all(axis=1)
    scales = {}
    for lang, (slopes, offsets) in ends.items():
        mine = languages == lang if (languages == lang).sum() >= _FEWEST else np.ones(len(languages), dtype=bool)
        scales[lang] = Scale(slopes, offsets, thresholds, _trusted(sure[mine], right[mine], allowed_error, certainty))
    return Calibration(scales)


def _line(scores: Floats, truth: Bools, mine: Bools, column: int, both: tuple[float, float]) -> tuple[float, float]:
    """A language's slope and offset; the line of both languages weighs as much as `_PRIOR_CLAUSES` clauses."""
    if not mine.any():
        return both
    weight = np.where(mine, 1.0, 0.0) + _PRIOR_CLAUSES / len(mine)
    return _platt(scores[:, column], truth[:, column], weight)


def _platt(scores: Floats, truth: Bools, weight: Floats | None = None) -> tuple[float, float]:
    """Slope and offset of Platt's sigmoid with his smoothed targets, by a damped Newton method (Lin, Lin and Weng 2007)."""
    weight = np.ones(len(scores)) if weight is None else weight
    positives, negatives = float(weight[truth].sum()), float(weight[~truth].sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    line = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    design = np.stack([scores, np.ones_like(scores)], axis=1)

    def loss(ends: Floats) -> float:
        sums = design @ ends
        return float((weight * (np.logaddexp(0, sums) - target * sums)).sum())

    for _ in range(100):
        probability = 1 / (1 + np.exp(-design @ line))
        gradient = design.T @ (weight * (probability - target))
        hessian = (design.T * (weight * probability * (1 - probability))) @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        while loss(line - step) > loss(line) + 1e-12 and np.abs(step).max() > 1e-12:
            step = step / 2
        line = line - step
        if np.abs(step).max() < 1e-9:
            break
    return float(line[0]), float(line[1])


def _best_f1(probabilities: Floats, truth: Bools) -> float:
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    ordered = probabilities[order]
    distinct = np.append(ordered[1:] < ordered[:-1], True)
    return float(np.where(distinct, f1, 0.0).max())


def _trusted(sure: Floats, right: Bools, allowed: float, certainty: float) -> float:
    """The lowest confidence that passes the binomial bound, going from the surest share of clauses to all of them and stopping
    at the first that does not pass (fixed-sequence testing, Angelopoulos et al. 2021); above 1 where none does.
    """
    from scipy.stats import beta

    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(~right[order])
    trusted = 1.000001
    for share in _SHARES:
        last = max(0, int(share * len(order)) - 1)
        bound = beta.ppf(certainty, wrong[last] + 1, max(last + 1 - wrong[last], 1e-9))
        if bound > allowed:
            break
        trusted = round(float(sure[order][last]) - 1e-6, 6)
    return trusted
