"""What a label is worth: a simulation over time, in which each period's clauses are met, some reviewed, the model refitted.

For each period the model is measured on all of its clauses before any of them is reviewed (prequential evaluation, Dawid
1984), so that what is chosen for review never changes what is measured on. The learner is a logistic regression on the frozen
vectors of the shipped encoder: it learns in a second what fine-tuning learns in minutes, and both ways of choosing have it. It is
calibrated as models are, on a third of the documents that were labelled at the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from resclassify.calibration import fit_calibration
from resclassify.review_queue import NEAR, WEIGHTS, novelty, pick, random_places, rarity, uncertainty
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, Lang, TaggedClause

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Way = Literal["random", "queue"]
WAYS: tuple[Way, ...] = ("random", "queue")
_KEPT_DOCUMENTS, _HELD_DOCUMENTS = 0.8, 1 / 3
_RANDOM_SHARE = 0.2
_STRENGTH = 20.0


@dataclass(frozen=True)
class Record:
    """Labelled clauses over time: `vectors` (n, dimensions), `truth` (n, themes) in the
    taxonomy's order, and for each clause its period, 0 for what was
    labelled at the start, and the number of its document.
    """

    vectors: NDArray[np.float32]
    truth: Bools
    periods: NDArray[np.int_]
    documents: NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one run: labels spent in review; micro-F1 and macro average precision over the clauses of all periods, each measured
    before it was reviewed; and of the clauses that were reviewed, the share of which the tags were wrong.
    """

    spent: int
    micro_f1: float
    average_precision: float
    corrected: float


@dataclass(frozen=True)
class _Read:
    """What the learner makes of clauses: `probabilities` and `decided`, shape (n, themes), and `uncertain`, shape (n,)."""

    probabilities: Floats
    decided: Bools
    uncertain: Bools


def periods_of(years: Sequence[int], first_share: float, count: int) -> NDArray[np.int_]:
    """The period of each clause: 0 for the earliest `first_share`, then `count` more with like numbers of clauses; clauses of one
    year share a period.
    """
    values, sizes = np.unique(np.array(years), return_counts=True)
    reached = (np.cumsum(sizes) - sizes) / sizes.sum()
    period = np.where(reached < first_share, 0, 1 + np.floor((reached - first_share) / (1 - first_share) * count)).astype(int)
    # A year of many clauses may jump over a number.
    return np.asarray(np.unique(period[np.searchsorted(values, years)], return_inverse=True)[1])


def simulate(record: Record, way: Way, share: float, seed: int) -> Outcome:
    """One run on four fifths of the documents, at random by `seed`: in each period but the last, `share` of the clauses are
    reviewed, chosen at random or as the review queue would choose them.
    """
    rng = np.random.default_rng(seed)
    kept = np.isin(record.documents, _drawn(record.documents, _KEPT_DOCUMENTS, rng))
    start = np.flatnonzero(kept & (record.periods == 0))
    is_held = np.isin(record.documents[start], _drawn(record.documents[start], _HELD_DOCUMENTS, rng))
    held, known = start[is_held], start[~is_held]
    reads: list[_Read] = []
    met: list[NDArray[np.int_]] = []
    spent = corrected = 0
    last = int(record.periods.max())
    for period in range(1, last + 1):
        here = np.flatnonzero(kept & (record.periods == period))
        found = _read(record, known, held, here)
        reads.append(found)
        met.append(here)
        count = round(share * len(here)) if period < last else 0
        at_random = rng.permutation(len(here))
        chosen = at_random[:count] if way == "random" else _queued(record, known, here, found, count, at_random)
        spent += len(chosen)
        corrected += int((found.decided[chosen] != record.truth[here[chosen]]).any(axis=1).sum())
        known = np.concatenate([known, here[chosen]])
    truth = record.truth[np.concatenate(met)]
    decided, probabilities = (np.concatenate([getattr(read, name) for read in reads]) for name in ("decided", "probabilities"))
    return Outcome(
        spent,
        float(f1_score(truth, decided, average="micro")),
        float(average_precision_score(truth, probabilities, average="macro")),
        corrected / max(spent, 1),
    )


def _drawn(documents: NDArray[np.int_], share: float, rng: np.random.Generator) -> NDArray[np.int_]:
    every = np.unique(documents)
    return rng.choice(every, round(share * len(every)), replace=False)


def _read(record: Record, known: NDArray[np.int_], held: NDArray[np.int_], here: NDArray[np.int_]) -> _Read:
    scores = np.zeros((len(held) + len(here), record.truth.shape[1]))
    for theme in range(record.truth.shape[1]):
        labels = record.truth[known, theme]
        if labels.any() and not labels.all():
            learner = LogisticRegression(C=_STRENGTH, max_iter=500).fit(record.vectors[known], labels)
            scores[:, theme] = learner.decision_function(record.vectors[np.concatenate([held, here])])
    calibration = fit_calibration(scores[: len(held)], record.truth[held], ["en"] * len(held))
    langs: list[Lang] = ["en"] * len(here)
    probabilities = calibration.probabilities(scores[len(held) :], langs)
    return _Read(probabilities, calibration.decide(probabilities, langs), calibration.uncertain(probabilities, langs))


def _queued(
    record: Record, known: NDArray[np.int_], here: NDArray[np.int_], found: _Read, count: int, ranks: NDArray[np.int_]
) -> NDArray[np.int_]:
    """As `review_queue.queue` chooses, of one language and one model: its parts for other languages and models are 0."""
    names = load_taxonomy().ids
    bare = Clause("", "", None, None, "en", 0, 0, "")
    items = [
        TaggedClause(
            bare,
            tuple(name for name, tag in zip(names, tags, strict=True) if tag),
            dict(zip(names, row.tolist(), strict=True)),
            review=bool(review),
        )
        for row, tags, review in zip(found.probabilities, found.decided, found.uncertain, strict=True)
    ]
    parts = {
        "uncertainty": uncertainty(items),
        "rarity": rarity(found.probabilities),
        "novelty": novelty(record.vectors[here], record.vectors[known]),
    }
    scores = sum((WEIGHTS[name] * values for name, values in parts.items()), np.zeros(len(here)))
    alone: list[tuple[int, ...]] = [()] * len(here)
    places = random_places(count, _RANDOM_SHARE, 0)
    free = np.ones(len(here), dtype=bool)
    picked = pick(scores, free, record.vectors[here], alone, ranks.tolist(), places, near=NEAR)
    return np.array([at for at, _ in picked], dtype=int)


def labels_needed(shares: Sequence[float], queue: Sequence[float], goal: float) -> float:
    """The smallest share at which the queue's figure reaches `goal`, by straight lines between the `shares`; infinite where none
    does.
    """
    for at, value in enumerate(queue):
        if value >= goal:
            if at == 0:
                return shares[0]
            before = queue[at - 1]
            return shares[at - 1] + (shares[at] - shares[at - 1]) * (goal - before) / (value - before)
    return float("inf")


def curve_table(shares: Sequence[float], found: Mapping[Way, NDArray[np.float64]], spent: Sequence[int]) -> str:
    """Markdown: a figure by share reviewed, mean and band of 95 % over seeds, and the paired difference. `found[way]` is of shape
    (seeds, shares).
    """
    lines = ["| reviewed | labels | random | queue | queue less random, paired |", "|---" * 5 + "|"]
    for at, share in enumerate(shares):
        cells = [_band(found[way][:, at]) for way in WAYS] + [_band(found["queue"][:, at] - found["random"][:, at])]
        lines.append(f"| {share:.0%} | {spent[at]} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _band(values: Floats) -> str:
    low, high = np.quantile(values, (0.025, 0.975))
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def needed_line(shares: Sequence[float], found: Mapping[Way, NDArray[np.float64]]) -> str:
    """With how many of its labels the queue comes to what random choice reaches with all of them; arrays as in `curve_table`."""
    rows = zip(found["queue"], found["random"][:, -1], strict=True)
    needed = np.sort([labels_needed(shares, queue, goal) / shares[-1] for queue, goal in rows])
    low, middle, high = (needed[round(at * (len(needed) - 1))] for at in (0.025, 0.5, 0.975))
    return (
        f"What random choice reaches with all its labels the queue reaches with {middle:.2f} of them [{low:.2f}, {high:.2f}] "
        f"(median and band over seeds; inf: not with all)."
    )
