"""How good tags are: F1 and its kin by theme and language, each with a bootstrap interval over lineages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from resclassify.dataset import Example, Pair, examples, fingerprint, truth_of
from resclassify.taxonomy import load_taxonomy

Bools = NDArray[np.bool_]
_ROUNDS = 2000


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

    Measures: `micro_f1`, `macro_f1`, `subset_accuracy` (all themes of a clause right), and `precision/THEME`,
    `recall/THEME`, `f1/THEME`; `agreement` in slice "all": the share of clauses whose two languages get the same tags.
    `supports` counts the true tags by slice and theme.
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
        overall = [name for name in ("micro_f1", "macro_f1", "subset_accuracy", "agreement") if name in self.figures["all"]]
        lines = [f"{self.data}: {self.clauses} clauses of {self.lineages} lineages, data {self.fingerprint[:12]}", ""]
        lines += ["| | " + " | ".join(slices) + " |", "|---" * (len(slices) + 1) + "|"]
        lines += [f"| {name} | " + " | ".join(str(self.figures[s].get(name, "")) for s in slices) + " |" for name in overall]
        for theme in themes:
            counts = {s: self.supports[s][theme] for s in slices}
            cells = [f"{self.figures[s][f'f1/{theme}']} (n={counts[s]})" if counts[s] else "- (n=0)" for s in slices]
            lines.append(f"| F1 {theme} | " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"


def evaluate(items: Sequence[Example], decided: Bools, *, data: str, marked: str, rounds: int = _ROUNDS) -> Report:
    """A report on `decided`, shape (n, themes), against the tags of `items`; `marked` is their data's fingerprint.

    Intervals are percentiles over `rounds` resamplings of whole lineages (Efron and Tibshirani 1993), since clauses of one
    lineage are no independent witnesses. The same input gives the same report.
    """
    truth = truth_of(items)
    langs = np.array([item.lang for item in items])
    names, groups = np.unique([item.lineage for item in items], return_inverse=True)
    slices = {"all": np.ones(len(items), dtype=bool), **{lang: langs == lang for lang in ("ar", "en") if (langs == lang).any()}}
    draws = _draws(len(names), rounds)
    figures = {name: _figures(truth, decided, groups, draws, mask) for name, mask in slices.items()}
    if len(slices) == 3:
        figures["all"]["agreement"] = _agreement(items, decided, groups, draws)
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


def _estimate(values: NDArray[np.float64]) -> Estimate:
    low, high = np.nanpercentile(values[1:], [2.5, 97.5]) if len(values) > 1 else (values[0], values[0])
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
        figures = {
            "micro_f1": _estimate(micro),
            "macro_f1": _estimate(np.nansum(f1, axis=1) / (~np.isnan(f1)).sum(axis=1)),
            "subset_accuracy": _estimate(counts[:, 0] / counts[:, 1]),
        }
        for column, theme in enumerate(load_taxonomy().ids):
            for name, values in (("precision", precision), ("recall", recall), ("f1", f1)):
                figures[f"{name}/{theme}"] = _estimate(np.nan_to_num(values[:, column]))
    return figures


def _agreement(items: Sequence[Example], decided: Bools, groups: NDArray[np.intp], draws: NDArray[np.float64]) -> Estimate:
    sides: dict[str, dict[str, int]] = {}
    for position, item in enumerate(items):
        sides.setdefault(item.id, {})[item.lang] = position
    both = [(found["ar"], found["en"]) for found in sides.values() if len(found) == 2]
    same = np.array([[float((decided[one] == decided[other]).all()), 1.0] for one, other in both])
    counts = _summed(same, groups[[one for one, _ in both]], draws)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _estimate(counts[:, 0] / counts[:, 1])


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
    return _estimate(micro[0] - micro[1])


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
