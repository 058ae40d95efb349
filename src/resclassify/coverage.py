"""Whether bands of corrected prevalence hold the truth as often as they say: simulation with rates from finite evaluations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from resclassify.intervals import wilson_interval
from resclassify.prevalence import Rates, corrected


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated: `total` clauses, each true with `prevalence`; a model with a `recall` and a `fallout` that are known
    from `positives` and `negatives` of an evaluation alone. `documents` above 0 lets errors gather: the rates of each of as
    many documents are beta distributed about the model's, with an intraclass correlation of `likeness`.
    """

    prevalence: float
    total: int
    recall: float
    fallout: float
    positives: int
    negatives: int
    documents: int = 0
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `runs` bands, `held` had the true share inside; `width` is their mean width, `bias` the mean error of the estimate."""

    setting: Setting
    runs: int
    held: int
    width: float
    bias: float
    raw_bias: float

    @property
    def share(self) -> float:
        return self.held / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Monte-Carlo interval of `share` (Wilson 1927)."""
        return wilson_interval(self.held, self.runs)


def simulate(setting: Setting, runs: int, seed: int) -> Coverage:
    """Bands of `runs` independent rounds: an evaluation, true clauses and tags are all drawn anew in each."""
    generator = np.random.default_rng([seed, *np.abs(np.frombuffer(repr(setting).encode(), dtype=np.uint8)).tolist()])
    held, widths, errors, raw = 0, [], [], []
    for _ in range(runs):
        rates = Rates(
            float(generator.binomial(setting.positives, setting.recall)),
            float(setting.positives),
            float(generator.binomial(setting.negatives, setting.fallout)),
            float(setting.negatives),
        )
        true, tagged = _clauses(setting, generator)
        one, two, three = generator.random(3)
        band = corrected(tagged, setting.total, rates, (float(one), float(two), float(three)))
        if band is None:
            continue
        share = true / setting.total
        held += band.low - 1e-9 <= share <= band.high + 1e-9
        widths.append(band.high - band.low)
        errors.append(band.value - share)
        raw.append(tagged / setting.total - share)
    return Coverage(setting, len(widths), held, float(np.mean(widths)), float(np.mean(errors)), float(np.mean(raw)))


def _clauses(setting: Setting, generator: np.random.Generator) -> tuple[int, int]:
    """How many clauses are true, and how many are tagged."""
    if not setting.documents:
        true = int(generator.binomial(setting.total, setting.prevalence))
        right = generator.binomial(true, setting.recall)
        return true, int(right + generator.binomial(setting.total - true, setting.fallout))
    spread = 1 / setting.likeness - 1
    sizes = np.full(setting.documents, setting.total // setting.documents)
    sizes[: setting.total % setting.documents] += 1
    trues = generator.binomial(sizes, setting.prevalence)
    hits = generator.beta(setting.recall * spread, (1 - setting.recall) * spread, setting.documents)
    false = generator.beta(setting.fallout * spread, (1 - setting.fallout) * spread, setting.documents)
    return int(trues.sum()), int((generator.binomial(trues, hits) + generator.binomial(sizes - trues, false)).sum())


def grid(prevalences: Iterable[float], totals: Iterable[int], models: Iterable[tuple[float, float, int, int]]) -> list[Setting]:
    """Every prevalence with every number of clauses and every model (recall, fallout, positives, negatives)."""
    held = list(totals), list(prevalences)
    return [
        Setting(prevalence, total, recall, fallout, positives, negatives)
        for recall, fallout, positives, negatives in models
        for total in held[0]
        for prevalence in held[1]
    ]


def table(found: Iterable[Coverage]) -> str:
    """Markdown, a row a setting, in the order given."""
    lines = [
        "| recall | fallout | known from | N | prevalence | runs | truth held, of 100 | width | bias, corrected | bias, raw |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for item in found:
        held, (low, high) = item.setting, item.interval
        gathered = f" in {held.documents} documents, {held.likeness:g}" if held.documents else ""
        lines.append(
            f"| {held.recall:g} | {held.fallout:g} | {held.positives} + {held.negatives} | {held.total}{gathered} "
            f"| {held.prevalence:g} "
            f"| {item.runs} | {100 * item.share:.1f} [{100 * low:.1f}, {100 * high:.1f}] | {item.width:.3f} | {item.bias:+.4f} "
            f"| {item.raw_bias:+.4f} |"
        )
    return "\n".join(lines) + "\n"
