"""How good tags are: F1 and its kin by theme and language, each with a bootstrap interval over lineages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from resclassify.dataset import Example, Pair, examples, fingerprint, truth_of
from resclassify.errors import LabelError
from resclassify.taxonomy import load_taxonomy

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
_ROUNDS = 2000
_BINS = 10
_OVERALL = (
    "micro_f1",
    "macro_f1",
    "subset_accuracy",
    "agreement",
    "decision_agreement",
    "macro_average_precision",
    "outside_review",
    "right_outside_review",
)
_BY_THEME = {"f1": "F1", "average_precision": "average precision", "ece": "calibration error"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the ends of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by slice ("all", "ar", "en") and measure; what they were measured on.

    Measures of tags: `micro_f1`, `macro_f1`, `subset_accuracy` (all themes of a clause right), and `precision/THEME`,
    `recall/THEME`, `f1/THEME`. In slice "all": `agreement`, the share of clauses whose two languages get the same tags, and
    `decision_agreement`, the same for single decisions. Of probabilities, where they were given: `macro_average_precision`,
    `average_precision/THEME` and `ece/THEME`, the expected calibration error in ten bins of as many clauses each (Naeini,
    Cooper and Hauskrecht 2015; its interval lies above it, since chance alone makes an error). Of the review band, where it
    was given: `outside_review`, the share of clauses that need no review, and `right_outside_review`, the share of those that
    have all themes right.
    A measure that is not defined (no such tag, no such claim) is left out. `supports` counts the true tags by slice and theme.
    """

    data: str
    fingerprint: str
    clauses: int
    lineages: int
    figures: Mapping[str, Mapping[str, Estimate]]
    supports: Mapping[str, Mapping[str, int]]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    def metrics(self) -> dict[str, float]:
        """Every figure under one flat name ("en/f1/migration"), as an experiment log wants them."""
        return {f"{part}/{name}": estimate.value for part, values in self.figures.items() for name, estimate in values.items()}

    def to_markdown(self) -> str:
        """Two tables: overall figures, then F1 by theme, a column for each slice."""
        slices = list(self.figures)
        themes = load_taxonomy().ids
        overall = [name for name in _OVERALL if name in self.figures["all"]]
        lines = [f"{self.data}: {self.clauses} clauses of {self.lineages} lineages, data {self.fingerprint[:12]}", ""]
        lines += ["| | " + " | ".join(slices) + " |", "|---" * (len(slices) + 1) + "|"]
        lines += [f"| {name} | " + " | ".join(str(self.figures[s].get(name, "")) for s in slices) + " |" for name in overall]
        for measure, heading in _BY_THEME.items():
            for theme in themes:
                name = f"{measure}/{theme}"
                if name not in self.figures["all"] and measure != "f1":
                    continue
                counts = {s: f" (n={self.supports[s][theme]})" if measure == "f1" else "" for s in slices}
                cells = [f"{self.figures[s].get(name, '-')}{counts[s]}" for s in slices]
                lines.append(f"| {heading} {theme} | " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"


def evaluate(
    items: Sequence[Example],
    decided: Bools,
    *,
    data: str,
    marked: str,
    probabilities: Floats | None = None,
    uncertain: Bools | None = None,
    rounds: int = _ROUNDS,
) -> Report:
    """A report on `decided`, shape (n, themes), against the tags of `items`; `marked` is their data's fingerprint.

    `probabilities`, of the same shape, and `uncertain`, shape (n,), add the measures that need them.

    Intervals are percentiles over `rounds` resamplings of whole lineages (Efron and Tibshirani 1993), since clauses of one
    lineage are no independent witnesses. The same input gives the same report.
    With a dozen lineages such an interval holds the truth in some 90 of 100 cases, not 95. Raises LabelError for no items.
    """
    if not items:
        raise LabelError(f"{data}: there is no clause to measure on; name data that has some")
    truth = truth_of(items)
    langs = np.array([item.lang for item in items])
    names, groups = np.unique([item.lineage for item in items], return_inverse=True)
    slices = {"all": np.ones(len(items), dtype=bool), **{lang: langs == lang for lang in ("ar", "en") if (langs == lang).any()}}
    draws = _draws(len(names), rounds)
    figures = {}
    for name, mask in slices.items():
        figures[name] = _figures(truth, decided, groups, draws, mask)
        if probabilities is not None:
            figures[name] |= _ranking(truth[mask], probabilities[mask], groups[mask], draws)
        if uncertain is not None:
            figures[name] |= _review(truth, decided, ~uncertain & mask, mask, groups, draws)
    if len(slices) == 3:
        figures["all"] |= _agreement(items, decided, groups, draws)
    themes = load_taxonomy().ids
    supports = {name: dict(zip(themes, truth[mask].sum(axis=0).tolist(), strict=True)) for name, mask in slices.items()}
    return Report(data, marked, len({item.id for item in items}), len(names), figures, supports)


def _draws(groups: int, rounds: int) -> NDArray[np.float64]:
    """How often each group is drawn in each round, shape (rounds + 1, groups); the first row is the sample itself."""
    generator = np.random.default_rng(20241113)
    drawn = generator.multinomial(groups, np.full(groups, 1 / groups), size=rounds)
    return np.vstack([np.ones((1, groups)), drawn]).astype(np.float64)


def _summed(values: NDArray[np.float64], groups: NDArray[np.intp], draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over drawn groups, shape (rounds + 1, columns), of `values` (n, columns)."""
    by_group = np.zeros((draws.shape[1], values.shape[1]))
    np.add.at(by_group, groups, values)
    return draws @ by_group


def _estimate(values: NDArray[np.float64]) -> Estimate | None:
    """The figure of the sample and its interval over the draws in which it is defined; None where it is not in the sample."""
    if np.isnan(values[0]):
        return None
    drawn = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (values[0], values[0])
    return Estimate(*(round(float(value), 4) for value in (values[0], low, high)))


def _figures(
    truth: Bools, decided: Bools, groups: NDArray[np.intp], draws: NDArray[np.float64], mask: Bools
) -> dict[str, Estimate]:
    keep = mask[:, None]
    hits, false, missed = (
        _summed((part & keep).astype(np.float64), groups, draws) for part in (truth & decided, decided & ~truth, truth & ~decided)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = hits / (hits + false), hits / (hits + missed)
        f1 = np.where(hits + false + missed > 0, 2 * hits / (2 * hits + false + missed), np.nan)
        micro = 2 * hits.sum(1) / (2 * hits.sum(1) + false.sum(1) + missed.sum(1))
        right = np.stack([(truth == decided).all(axis=1) & mask, mask], axis=1).astype(np.float64)
        counts = _summed(right, groups, draws)
        figures: dict[str, Estimate | None] = {
            "micro_f1": _estimate(micro),
            "macro_f1": _estimate(np.nansum(f1, axis=1) / (~np.isnan(f1)).sum(axis=1)),
            "subset_accuracy": _estimate(counts[:, 0] / counts[:, 1]),
        }
        for column, theme in enumerate(load_taxonomy().ids):
            for name, values in (("precision", precision), ("recall", recall), ("f1", f1)):
                figures[f"{name}/{theme}"] = _estimate(values[:, column])
    return {name: estimate for name, estimate in figures.items() if estimate is not None}


def _ranking(truth: Bools, probabilities: Floats, groups: NDArray[np.intp], draws: Floats) -> dict[str, Estimate]:
    """Average precision and calibration error of each theme."""
    figures: dict[str, Estimate | None] = {}
    precisions = []
    for column, theme in enumerate(load_taxonomy().ids):
        values = _average_precision(truth[:, column], probabilities[:, column], groups, draws)
        precisions.append(values)
        figures[f"average_precision/{theme}"] = _estimate(values)
        figures[f"ece/{theme}"] = _estimate(_calibration_error(truth[:, column], probabilities[:, column], groups, draws))
    figures["macro_average_precision"] = _estimate(np.mean(precisions, axis=0))
    return {name: estimate for name, estimate in figures.items() if estimate is not None}


def _average_precision(truth: Bools, probabilities: Floats, groups: NDArray[np.intp], draws: Floats) -> Floats:
    """The mean over true tags of the precision at their rank, in each draw."""
    order = np.argsort(-probabilities, kind="stable")
    hit = truth[order].astype(np.float64)
    values = np.full(len(draws), np.nan)
    for number, draw in enumerate(draws):
        weight = draw[groups[order]]
        hits = weight * hit
        if hits.sum() > 0:
            values[number] = float((np.cumsum(hits) / np.maximum(np.cumsum(weight), 1e-12) * hits).sum() / hits.sum())
    return values


def _calibration_error(truth: Bools, probabilities: Floats, groups: NDArray[np.intp], draws: Floats) -> Floats:
    """In each draw the mean over bins, by their size, of how far the mean probability is from the share of true tags."""
    bins = bins_of(probabilities)
    gaps = np.zeros((len(truth), bins.max() + 1))
    gaps[np.arange(len(truth)), bins] = probabilities - truth
    sizes = _summed(np.ones((len(truth), 1)), groups, draws)[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.abs(_summed(gaps, groups, draws)).sum(axis=1) / sizes)


def bins_of(probabilities: Floats) -> NDArray[np.intp]:
    """The bin of each probability, 0 to 9: bins of as many clauses each, from the least likely to the most."""
    ranks = np.argsort(np.argsort(probabilities, kind="stable"), kind="stable")
    return np.asarray(ranks * min(_BINS, len(probabilities)) // max(1, len(probabilities)))


def _review(
    truth: Bools, decided: Bools, trusted: Bools, mask: Bools, groups: NDArray[np.intp], draws: Floats
) -> dict[str, Estimate]:
    right = (truth == decided).all(axis=1)
    counts = _summed(np.stack([mask, trusted, trusted & right], axis=1).astype(np.float64), groups, draws)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {"outside_review": counts[:, 1] / counts[:, 0], "right_outside_review": counts[:, 2] / counts[:, 1]}
    estimates = {name: _estimate(values) for name, values in found.items()}
    return {name: estimate for name, estimate in estimates.items() if estimate is not None}


def _agreement(items: Sequence[Example], decided: Bools, groups: NDArray[np.intp], draws: Floats) -> dict[str, Estimate]:
    """How often the two languages of a clause get the same set of tags, and the same single decisions."""
    sides: dict[str, dict[str, int]] = {}
    for position, item in enumerate(items):
        sides.setdefault(item.id, {})[item.lang] = position
    both = [(found["ar"], found["en"]) for found in sides.values() if len(found) == 2]
    if not both:
        return {}
    same = np.array([decided[one] == decided[other] for one, other in both])
    rows = np.stack([same.all(axis=1), same.mean(axis=1), np.ones(len(same))], axis=1)
    counts = _summed(rows, groups[[one for one, _ in both]], draws)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {"agreement": counts[:, 0] / counts[:, 2], "decision_agreement": counts[:, 1] / counts[:, 2]}
    return {name: estimate for name, values in found.items() if (estimate := _estimate(values)) is not None}


def paired_difference(items: Sequence[Example], decided: Bools, other: Bools, *, rounds: int = _ROUNDS) -> Estimate:
    """Micro-F1 of `decided` less that of `other` on the same items, with its interval over resampled lineages."""
    truth = truth_of(items)
    names, groups = np.unique([item.lineage for item in items], return_inverse=True)
    draws = _draws(len(names), rounds)
    micro = []
    for tags in (decided, other):
        hits, wrong = (_summed(part.astype(np.float64), groups, draws).sum(1) for part in (truth & tags, truth ^ tags))
        with np.errstate(invalid="ignore", divide="ignore"):
            micro.append(2 * hits / (2 * hits + wrong))
    difference = _estimate(micro[0] - micro[1])
    if difference is None:
        raise LabelError("no clause has a theme, true or claimed; there is nothing to compare")
    return difference


def report_by_source(pairs: Sequence[Pair], decided: Bools, names: Mapping[str, str]) -> str:
    """Markdown: a report for each source of `pairs` that `names` gives a name to; `decided` in the order of `examples`."""
    sides = examples(pairs)
    source_of = {pair.id: pair.source for pair in pairs}
    parts = []
    for source, name in names.items():
        held = np.array([source_of[item.id] == source for item in sides])
        items = [item for item, keep in zip(sides, held, strict=True) if keep]
        marked = fingerprint(pair for pair in pairs if pair.source == source)
        parts.append(evaluate(items, decided[held], data=name, marked=marked).to_markdown())
    return "\n".join(parts)
