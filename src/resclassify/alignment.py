"""Which clauses of one version are the ancestors of each clause of another, in one language or across the two.

An optimal assignment (Crouse 2016, the shortest augmenting path method, as scipy has it) over similarity of words and of
vectors, with position as a weak prior; then splits and merges, which an assignment of one to one cannot see.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from resclassify.arabic import western_digits
from resclassify.types import Clause
from resclassify.vectors import Encoder
from resclassify.wording import NUMBER, sense

Floats = NDArray[np.float64]
Bag = Counter[tuple[str, ...]]
# Fitted by reading on two series of resolutions (pipelines/measure_alignment.py).
_LEAST = 0.30
_SURE = 0.75
_COSINE_FLOOR, _COSINE_SHARE = 0.55, 0.35
_GAP_EVIDENCE, _FREE_EVIDENCE = 0.7, 0.85
_POSITION = 0.06
_KIND = 0.05
_PART_COVERED, _PART_ADDS = 0.55, 0.20
# Across languages only vectors and numbers can tell.
_LEAST_ACROSS = 0.4
_NUMBERS_SHARE = 0.2
_GAP_EVIDENCE_ACROSS = 0.3
_GAIN_ACROSS = 0.04
_GAIN_WITHIN, _PART_LIKE = 0.03, 0.2
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Alignment:
    """`ancestors[i]`: the numbers of the old clauses that new clause i comes from, in order; empty where there is none.
    `similarity[i]`: how alike it is to the first that was found, 0 to 1.
    """

    ancestors: tuple[tuple[int, ...], ...]
    similarity: tuple[float, ...]


def align(old: Sequence[Clause], new: Sequence[Clause], encoder: Encoder) -> Alignment:
    """The ancestors of each clause of `new` in `old`, both of one document each.

    The same input gives the same alignment. Of two languages, clauses are aligned by the encoder and the numbers they name.
    """
    if not old or not new:
        return Alignment(((),) * len(new), (0.0,) * len(new))
    languages = {Counter(clause.lang for clause in side).most_common(1)[0][0] for side in (old, new)}
    return (_align_across if len(languages) > 1 else _align_within)(old, new, encoder)


def _align_within(old: Sequence[Clause], new: Sequence[Clause], encoder: Encoder) -> Alignment:
    bags = [_bag(clause.text) for clause in [*old, *new]]
    weight = _weights(bags)
    old_bags, new_bags = bags[: len(old)], bags[len(old) :]
    common, old_sizes, new_sizes = _overlaps(old_bags, new_bags, weight)
    likeness = 2 * common / (old_sizes[None, :] + new_sizes[:, None])
    cosines = _cosines_of_unsure(old, new, likeness, encoder)
    raised = (1 - _COSINE_SHARE) * likeness + _COSINE_SHARE * np.clip((cosines - _COSINE_FLOOR) / (1 - _COSINE_FLOOR), 0, 1)
    likeness = np.maximum(likeness, raised)
    other_kind = _other_kind(old, new)
    scores = likeness - _POSITION * _distances(len(old), len(new)) - _KIND * other_kind
    ancestors = _assigned(scores, likeness, _LEAST)
    _fill_gaps(ancestors, likeness + cosines, _GAP_EVIDENCE, _FREE_EVIDENCE)
    _add_parts(ancestors, np.where(other_kind > 0, 0, common), old_sizes, new_sizes, old_bags, new_bags, weight)
    _add_neighbours(ancestors, old, new, encoder, (np.zeros(1), np.zeros(1)), likeness >= _PART_LIKE, _GAIN_WITHIN)
    return _alignment(ancestors, likeness)


def _cosines_of_unsure(old: Sequence[Clause], new: Sequence[Clause], likeness: Floats, encoder: Encoder) -> Floats:
    """The cosines of the clauses that words do not settle; 0 elsewhere."""
    rows = np.flatnonzero(likeness.max(axis=1) < _SURE)
    columns = np.flatnonzero(likeness.max(axis=0) < _SURE)
    found = np.zeros_like(likeness)
    if rows.size and columns.size:
        texts = [old[column].text for column in columns.tolist()] + [new[row].text for row in rows.tolist()]
        vectors = encoder.vectors(texts).astype(np.float64)
        found[np.ix_(rows, columns)] = vectors[len(columns) :] @ vectors[: len(columns)].T
    return found


def _fill_gaps(ancestors: list[list[int]], evidence: Floats, in_gap: float, anywhere: float) -> None:
    """Links clauses without ancestor to such without descendant where the evidence, shape (new, old), is at least `anywhere`; or
    `in_gap`, which is less, where both stand in the same gap between neighbours that are aligned, since one place holds one
    matter, be it with another document.
    """
    while True:
        open_rows = np.array([[not found] for found in ancestors])
        free = np.ones(evidence.shape[1], dtype=bool)
        free[[j for found in ancestors for j in found]] = False
        likely = ((evidence >= anywhere) | (_same_gap(ancestors, evidence.shape[1]) & (evidence >= in_gap))) & open_rows & free
        if not likely.any():
            return
        i, j = np.unravel_index(np.where(likely, evidence, -np.inf).argmax(), evidence.shape)
        ancestors[int(i)].append(int(j))


def _same_gap(ancestors: Sequence[Sequence[int]], old: int) -> NDArray[np.bool_]:
    """Whether each of `old` clauses stands between the ancestors of a new clause's neighbours, shape (new, old)."""
    before, after = [-1], [old]
    for found in ancestors[:-1]:
        before.append(max(found, default=before[-1]))
    for found in reversed(ancestors[1:]):
        after.append(min(found, default=after[-1]))
    places = np.arange(old)
    return np.asarray((np.array(before)[:, None] < places) & (places < np.array(after[::-1])[:, None]))


def _align_across(old: Sequence[Clause], new: Sequence[Clause], encoder: Encoder) -> Alignment:
    vectors = encoder.vectors([clause.text for clause in [*old, *new]]).astype(np.float64)
    # Each language has a direction of its own in the space: its mean.
    means = [vectors[: len(old)].mean(axis=0), vectors[len(old) :].mean(axis=0)]
    cosines = _unit(vectors[len(old) :] - means[1]) @ _unit(vectors[: len(old)] - means[0]).T
    likeness = np.clip(cosines, 0, 1) + _NUMBERS_SHARE * _same_numbers(old, new)
    scores = likeness - 2 * _POSITION * _distances(len(old), len(new)) - _KIND * _other_kind(old, new)
    ancestors = _assigned(scores, likeness, _LEAST_ACROSS)
    _fill_gaps(ancestors, likeness, _GAP_EVIDENCE_ACROSS, math.inf)
    _add_neighbours(ancestors, old, new, encoder, means, likeness >= 0, _GAIN_ACROSS)
    return _alignment(ancestors, np.clip(likeness, 0, 1))


def _same_numbers(old: Sequence[Clause], new: Sequence[Clause]) -> Floats:
    """How far two clauses name the same numbers: from -0.5 (none of them) to 0.5 (all), 0 where neither names any."""
    mine, theirs = ([Counter(_NUMBER.findall(western_digits(clause.text))) for clause in side] for side in (new, old))
    found = np.zeros((len(new), len(old)))
    for i, these in enumerate(mine):
        for j, those in enumerate(theirs):
            if these or those:
                found[i, j] = 2 * (these & those).total() / (these.total() + those.total()) - 0.5
    return np.minimum(found, 0.5)


def _add_neighbours(
    ancestors: list[list[int]],
    old: Sequence[Clause],
    new: Sequence[Clause],
    encoder: Encoder,
    means: Sequence[NDArray[np.float64]],
    possible: NDArray[np.bool_],
    least: float,
) -> None:
    """Links a clause without partner to that of its neighbour where it is `possible`, shape (new, old), and both together are
    nearer to it than the neighbour alone, by `least`: one of the two texts, or its segmentation, has in one paragraph what the
    other has in two.
    """
    heirs = {j: i for i, found in enumerate(ancestors) for j in found}
    partners = {i: found[0] for i, found in enumerate(ancestors) if found}
    lone_new = [lone for lone in _lone(len(new), partners) if possible[lone[0], lone[2]]]
    lone_old = [lone for lone in _lone(len(old), heirs) if possible[lone[2], lone[0]]]

    def vectors(texts: Sequence[str], side: int) -> Floats:
        return _unit(encoder.vectors(texts, whole=True) - means[side])

    texts = [clause.text for clause in old], [clause.text for clause in new]
    for side, found in ((1, lone_new), (0, lone_old)):
        if not found:
            continue
        both = vectors([" ".join(texts[side][at] for at in sorted((lone, beside))) for lone, beside, _ in found], side)
        single = vectors([texts[side][beside] for _, beside, _ in found], side)
        partner = vectors([texts[1 - side][theirs] for _, _, theirs in found], 1 - side)
        gains = (both * partner).sum(axis=1) - (single * partner).sum(axis=1)
        best: dict[int, tuple[float, int]] = {}
        for gain, (lone, _, theirs) in zip(gains.tolist(), found, strict=True):
            best[lone] = max(best.get(lone, (least, -1)), (gain, theirs))
        for lone, (_, theirs) in best.items():
            if theirs >= 0:
                ancestors[lone if side else theirs].append(theirs if side else lone)


def _lone(count: int, partners: Mapping[int, int]) -> list[tuple[int, int, int]]:
    """Of `count` clauses, those without partner: number, number of a neighbour that has one, number of its partner."""
    return [
        (lone, beside, partners[beside])
        for lone in range(count)
        if lone not in partners
        for beside in (lone - 1, lone + 1)
        if beside in partners
    ]


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _bag(text: str) -> Bag:
    """The words of a text and the pairs of words that stand beside each other, numbers left out."""
    keys = [key for key in sense(text) if key != NUMBER]
    return Counter([(key,) for key in keys] + list(pairwise(keys)))


def _weights(bags: Sequence[Bag]) -> dict[tuple[str, ...], float]:
    """How much a word tells: the logarithm of the clauses over those that have it (inverse document frequency)."""
    frequency = Counter(gram for bag in bags for gram in bag)
    return {gram: math.log((len(bags) + 1) / count) * (1.0 if len(gram) == 1 else 0.5) for gram, count in frequency.items()}


def _size(bag: Bag, weight: dict[tuple[str, ...], float]) -> float:
    return sum(weight[gram] * count for gram, count in bag.items())


def _overlaps(old: Sequence[Bag], new: Sequence[Bag], weight: dict[tuple[str, ...], float]) -> tuple[Floats, Floats, Floats]:
    """The weight that each new clause shares with each old one, shape (new, old), and the weight of each."""
    holders: dict[tuple[str, ...], list[int]] = {}
    for j, bag in enumerate(old):
        for gram in bag:
            holders.setdefault(gram, []).append(j)
    common = np.zeros((len(new), len(old)))
    for i, bag in enumerate(new):
        for gram, count in bag.items():
            for j in holders.get(gram, ()):
                common[i, j] += weight[gram] * min(count, old[j][gram])
    sizes = [np.array([max(_size(bag, weight), 1e-9) for bag in bags]) for bags in (old, new)]
    return common, sizes[0], sizes[1]


def _distances(old: int, new: int) -> Floats:
    """How far apart two clauses stand, each as a share of its document."""
    return np.abs(np.arange(new)[:, None] / max(new - 1, 1) - np.arange(old)[None, :] / max(old - 1, 1))


def _other_kind(old: Sequence[Clause], new: Sequence[Clause]) -> Floats:
    return np.array(
        [[float((mine.kind, bool(mine.annex)) != (theirs.kind, bool(theirs.annex))) for theirs in old] for mine in new]
    )


def _assigned(scores: Floats, likeness: Floats, least: float) -> list[list[int]]:
    """The best assignment of one to one; pairs that are less alike than `least` are left apart."""
    ancestors: list[list[int]] = [[] for _ in range(len(scores))]
    for i, j in zip(*linear_sum_assignment(-np.maximum(scores, 0)), strict=True):
        if likeness[i, j] >= least:
            ancestors[i].append(int(j))
    return ancestors


def _add_parts(
    ancestors: list[list[int]],
    common: Floats,
    old_sizes: Floats,
    new_sizes: Floats,
    old: Sequence[Bag],
    new: Sequence[Bag],
    weight: dict[tuple[str, ...], float],
) -> None:
    """Adds the links of splits (a new clause without ancestor that is a part of an old one) and of merges (an old clause
    without descendant that went into a new one), where the part is most of the clause and nobody else has it.
    """
    heirs = {j: i for i, found in enumerate(ancestors) for j in found}
    for i, found in enumerate(ancestors):
        if found:
            continue
        j = int(common[i].argmax())
        covered = common[i, j] / new_sizes[i]
        if j in heirs and covered >= _PART_COVERED:
            adds = _size((new[i] & old[j]) - new[heirs[j]], weight)
            if adds >= _PART_ADDS * min(old_sizes[j], new_sizes[i]):
                found.append(j)
    for j in sorted(set(range(len(old))) - heirs.keys()):
        i = int(common[:, j].argmax())
        if ancestors[i] and common[i, j] / old_sizes[j] >= _PART_COVERED:
            known = Counter[tuple[str, ...]]()
            for other in ancestors[i]:
                known |= old[other]
            if _size((old[j] & new[i]) - known, weight) >= _PART_ADDS * min(old_sizes[j], new_sizes[i]):
                ancestors[i].append(j)


def _alignment(ancestors: list[list[int]], likeness: Floats) -> Alignment:
    return Alignment(
        tuple(tuple(sorted(found)) for found in ancestors),
        tuple(round(float(likeness[i, found[0]]), 4) if found else 0.0 for i, found in enumerate(ancestors)),
    )
