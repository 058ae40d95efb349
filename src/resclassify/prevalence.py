"""How common a theme is among clauses that a model tagged, once the model's errors are allowed for; with a 95 % band.

The estimate is the adjusted count (Rogan and Gladen 1978; Forman 2008): (n / N - f) / (r - f), cut at 0 and 1, where n of N
clauses have the tag, r is the share of true clauses that the model tags and f the share of others that it tags, both
from an evaluation.

The band is for the share of *these N clauses* that truly carry the theme, not for clauses that might have been written. So
it needs no assumption on how themes gather in documents. It takes in that errors strike by chance and that r and f are known
from finitely many clauses. It takes for granted that errors are as frequent here as in the evaluation, and independent from
clause to clause given the truth.

Method: inversion of a test. For each possible number T of true clauses, n is the sum of two counts, of T and of N - T clauses,
each binomial with a rate that is itself known only by its confidence distribution (Schweder and Hjort 2016): beta mixtures,
so that n is a sum of beta-binomial counts. T is in the band where n is among the counts, 95 % in all, that speak for it most, in
the order of likelihood ratios (Feldman and Cousins 1998), which suits ends at 0 and 1. Counts are whole, so no rule without
chance reaches 95 % for small ones: ties are broken by `draws`, numbers between 0 and 1 (Stevens 1950). `draws_of` makes them from
the clauses' ids: the same clauses always have the same band. `resclassify.coverage` measures how often bands hold the truth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draws = tuple[float, float, float]
LEVEL = 0.95
# A model that tags true clauses hardly more often than others says nothing on how many are true.
LEAST_DISCRIMINATION = 0.1
# Beyond so many clauses only the rates are uncertain: the chance of single errors is below a tenth of a percentage point.
_MOST = 20_000
_STEPS = 60
_BINS = 500
_REACH = 6.0
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Rates:
    """What an evaluation found: of `positives` true clauses `hits` were tagged, of `negatives` others `false`.

    Counts need not be whole: clauses of one lineage count for less than as many independent ones.
    """

    hits: float
    positives: float
    false: float
    negatives: float

    @property
    def recall(self) -> float:
        return self.hits / self.positives

    @property
    def fallout(self) -> float:
        return self.false / self.negatives

    @property
    def tell(self) -> bool:
        """Whether the tags say anything on the number of true clauses."""
        return min(self.positives, self.negatives) > 0 and self.recall - self.fallout >= LEAST_DISCRIMINATION


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Shares of N clauses: the adjusted count, and the ends of its 95 % band."""

    value: float
    low: float
    high: float


def corrected(count: int, total: int, rates: Rates, draws: Draws = (0.5, 0.5, 0.5)) -> Prevalence | None:
    """The share of `total` clauses, `count` of which have the tag, that truly carry the theme; None where `rates` cannot tell.

    `draws` are three numbers in [0, 1) that break ties; 95 in 100 bands hold the truth where they are random. Raises ValueError
    for a count outside 0 to `total`.
    """
    if not 0 <= count <= total or total < 1:
        raise ValueError(f"a count of {count} of {total} clauses; it must be 0 to the number of clauses, and that 1 or more")
    if not rates.tell:
        return None
    if total > _MOST:
        count, total = round(count * _MOST / total), _MOST
    value = min(max((count / total - rates.fallout) / (rates.recall - rates.fallout), 0.0), 1.0)
    truths = _possible(count, total, rates)
    surprise = _surprise(count, truths, total, rates, draws)
    low, high = _ends(truths, surprise, value * total)
    return Prevalence(value, min(low / total, value), max(high / total, value))


def draws_of(names: Iterable[str]) -> Draws:
    """Three numbers in [0, 1) that depend on `names` alone, whatever their order, and look random."""
    digest = hashlib.sha256("\n".join(sorted(names)).encode("utf-8")).digest()
    one, two, three = (int.from_bytes(digest[8 * place : 8 * place + 8], "big") / 2**64 for place in range(3))
    return one, two, three


def mixed(rates: Mapping[str, Rates], weights: Mapping[str, float]) -> Rates:
    """The rates of clauses in several languages, `weights[lang]` of them in each, the theme being as common in each.

    One language's rates stay as they are; of several, the counts are those of one evaluation with the same mean and variance.
    """
    held = {lang: weight / sum(weights.values()) for lang, weight in weights.items() if weight > 0}
    if len(held) == 1:
        return rates[next(iter(held))]
    hits, positives = _joined([(held[lang], rates[lang].hits, rates[lang].positives) for lang in held])
    false, negatives = _joined([(held[lang], rates[lang].false, rates[lang].negatives) for lang in held])
    return Rates(hits, positives, false, negatives)


def _joined(parts: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    means = [(weight, (count + 0.5) / (size + 1), size) for weight, count, size in parts]
    variance = sum(weight**2 * mean * (1 - mean) / (size + 2) for weight, mean, size in means)
    mean = sum(weight * mean for weight, mean, _ in means)
    size = mean * (1 - mean) / variance - 1
    share = sum(weight * count / part for weight, count, part in parts if part > 0)
    return share * size, size


def _possible(count: int, total: int, rates: Rates) -> NDArray[np.intp]:
    """Numbers of true clauses to try: all of a few; of many, steps of a fifth of a standard error about the estimate."""
    hits, false = ((part + 0.5) / (size + 1) for part, size in _pairs(rates))
    apart = max(hits - false, LEAST_DISCRIMINATION / 2)
    truth = min(max((count - total * false) / apart, 0.0), float(total))
    variance = truth * hits * (1 - hits) + (total - truth) * false * (1 - false) + 1
    variance += truth**2 * hits * (1 - hits) / (rates.positives + 2)
    variance += (total - truth) ** 2 * false * (1 - false) / (rates.negatives + 2)
    # The spread at the far end of the band is that of more, or of fewer, true clauses.
    reach = _REACH * (float(np.sqrt(variance)) + 1) / apart
    low, high = max(0, int(truth - reach)), min(total, int(truth + reach) + 1)
    step = max(1, -(-(high - low) // _STEPS))
    return np.unique(np.append(np.arange(low, high + 1, step), high))


def _pairs(rates: Rates) -> tuple[tuple[float, float], tuple[float, float]]:
    return (rates.hits, rates.positives), (rates.false, rates.negatives)


def _surprise(count: int, truths: NDArray[np.intp], total: int, rates: Rates, draws: Draws) -> Floats:
    """For each number of true clauses, how probable the counts are that speak for it more than `count` does, by the likelihood
    ratio against the number that suits a count best; of counts that speak for it as much, a share.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    width = -(-(total + 1) // _BINS)
    starts = np.arange(0, total + 1, width)
    right = np.add.reduceat(_counts(truths, total, rates.hits, rates.positives, draws[1]), starts, axis=1)
    wrong = np.add.reduceat(_counts(total - truths, total, rates.false, rates.negatives, draws[2]), starts, axis=1)
    length = next_fast_len(2 * len(starts) - 1, real=True)
    joint = np.clip(irfft(rfft(right, length, axis=1) * rfft(wrong, length, axis=1), length, axis=1), 0, None)
    # The bins i and j of the two counts hold sums from (i + j) * width on, about (width - 1) more on average.
    column = min(max(round((count - (width - 1)) / width), 0), length - 1)
    best = joint.max(axis=0)
    ratio = np.divide(joint, best, out=np.zeros_like(joint), where=best > 0)
    here = ratio[:, column][:, None]
    above = np.where(ratio > here + _EQUAL, joint, 0.0).sum(axis=1)
    equal = np.where(np.abs(ratio - here) <= _EQUAL, joint, 0.0).sum(axis=1)
    return np.asarray(above + draws[0] * equal)


def _counts(sizes: NDArray[np.intp], most: int, part: float, size: float, draw: float) -> Floats:
    """How probable each count 0 to `most` is of a number of clauses, for each of `sizes`; shape (sizes, most + 1).

    The rate's confidence distribution after `part` of `size` is, with ties broken by `draw`, a mixture of two betas.
    """
    return np.asarray(
        (1 - draw) * _beta_binomial(sizes, most, part + 1, size - part)
        + draw * _beta_binomial(sizes, most, part, size - part + 1)
    )


def _beta_binomial(sizes: NDArray[np.intp], most: int, a: float, b: float) -> Floats:
    from scipy.special import gammaln

    counts = np.arange(most + 1)
    if a <= 0 or b <= 0:
        return np.asarray(counts == (0 if a <= 0 else sizes[:, None]), dtype=np.float64)
    # A probability is a product of a factor of the count, one of what is left, and one of the size.
    hit = gammaln(counts + a) - gammaln(a) - gammaln(counts + 1.0)
    left = gammaln(counts + b) - gammaln(b) - gammaln(counts + 1.0)
    whole = gammaln(counts + a + b) - gammaln(a + b) - gammaln(counts + 1.0)
    rest = sizes[:, None] - counts
    logs = hit + left[np.maximum(rest, 0)] - whole[sizes][:, None]
    return np.where(rest >= 0, np.exp(logs), 0.0)


def _ends(truths: NDArray[np.intp], surprise: Floats, estimate: float) -> tuple[float, float]:
    """The least and the greatest number that is in the band; between two that were tried, where the surprise crosses 95 %."""
    inside = np.flatnonzero(surprise <= LEVEL)
    if not len(inside):
        return estimate, estimate
    ends = []
    for place, outward in ((int(inside[0]), -1), (int(inside[-1]), 1)):
        end, beyond = float(truths[place]), place + outward
        if 0 <= beyond < len(truths) and abs(truths[beyond] - truths[place]) > 1:
            share = (LEVEL - surprise[place]) / (surprise[beyond] - surprise[place])
            end += float(share) * float(truths[beyond] - truths[place])
        ends.append(end)
    return ends[0], ends[1]
