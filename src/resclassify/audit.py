"""Where the two languages of one text disagree: clauses without a partner, and pairs that are tagged with other themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from resclassify.alignment import align
from resclassify.exports import tagged_record
from resclassify.types import TaggedClause
from resclassify.vectors import Encoder

Cause = Literal["segmentation", "translation", "model"]
# Partners that are less alike than this hardly say the same.
_ALIKE = 0.6
# How much longer one side may be, against what is usual between the two texts, before something is missing on the other.
_LONGER = 1.6


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Clauses of the two texts that belong together and differ in their themes, or a clause that has no partner.

    `cause` is what most likely lies behind it: "segmentation" (no partner, or several on a side), "translation" (the two hardly
    say the same, or one says more) or "model" (the same said, tagged otherwise); a person decides.
    """

    left: tuple[TaggedClause, ...]
    right: tuple[TaggedClause, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    similarity: float
    cause: Cause


@dataclass(frozen=True, slots=True)
class Audit:
    """`pairs`: how many groups of clauses were aligned; `agreeing`: how many of them carry the same themes on both sides."""

    pairs: int
    agreeing: int
    disagreements: tuple[Disagreement, ...]


def audit(left: Sequence[TaggedClause], right: Sequence[TaggedClause], encoder: Encoder) -> Audit:
    """What differs between two texts that should say the same, such as the Arabic and the English of one resolution."""
    alignment = align([item.clause for item in left], [item.clause for item in right], encoder)
    groups = _groups(alignment.ancestors, len(left))
    usual = _usual_ratio(left, right, groups)
    found: list[Disagreement] = []
    aligned = agreeing = 0
    for lefts, rights in groups:
        ours, theirs = _themes(left, lefts), _themes(right, rights)
        similarity = max((alignment.similarity[i] for i in rights), default=0.0)
        whole = bool(lefts and rights)
        aligned += whole
        agreeing += whole and ours.keys() == theirs.keys()
        if whole and ours.keys() == theirs.keys():
            continue
        sides = tuple(left[j] for j in lefts), tuple(right[i] for i in rights)
        only_left, only_right = (
            tuple(theme for theme in one if theme not in other) for one, other in ((ours, theirs), (theirs, ours))
        )
        found.append(Disagreement(*sides, only_left, only_right, similarity, _cause(*sides, similarity, usual)))
    return Audit(aligned, agreeing, tuple(found))


def _groups(ancestors: Sequence[Sequence[int]], lefts: int) -> list[tuple[list[int], list[int]]]:
    """Numbers of the clauses that belong together, left and right, in the order of the left text; then what is right alone."""
    rights_of: dict[int, list[int]] = {j: [] for j in range(lefts)}
    for i, found in enumerate(ancestors):
        for j in found:
            rights_of[j].append(i)
    groups: list[tuple[list[int], list[int]]] = []
    seen: set[int] = set()
    for j in range(lefts):
        if j in seen:
            continue
        rights = rights_of[j]
        together = sorted({j, *(other for i in rights for other in ancestors[i])})
        seen.update(together)
        groups.append((together, sorted({i for other in together for i in rights_of[other]})))
    return groups + [([], [i]) for i, found in enumerate(ancestors) if not found]


def _themes(items: Sequence[TaggedClause], numbers: Sequence[int]) -> dict[str, None]:
    return dict.fromkeys(theme for number in numbers for theme in items[number].themes)


def _words(items: Sequence[TaggedClause]) -> int:
    return sum(len(item.clause.text.split()) for item in items)


def _usual_ratio(
    left: Sequence[TaggedClause], right: Sequence[TaggedClause], groups: Sequence[tuple[list[int], list[int]]]
) -> float:
    """The median of the words on the right to the words on the left, over clauses aligned one to one."""
    ratios = sorted(
        _words([right[rights[0]]]) / _words([left[lefts[0]]]) for lefts, rights in groups if len(lefts) == len(rights) == 1
    )
    return ratios[len(ratios) // 2] if ratios else 1.0


def _cause(left: Sequence[TaggedClause], right: Sequence[TaggedClause], similarity: float, usual: float) -> Cause:
    if len(left) != 1 or len(right) != 1:
        return "segmentation"
    longer = _words(right) / _words(left) / usual
    if similarity < _ALIKE or max(longer, 1 / longer) > _LONGER:
        return "translation"
    return "model"


def disagreement_record(found: Disagreement) -> dict[str, Any]:
    """A disagreement as JSON values."""
    return {
        "left": [tagged_record(item) for item in found.left],
        "right": [tagged_record(item) for item in found.right],
        "only_left": list(found.only_left),
        "only_right": list(found.only_right),
        "similarity": found.similarity,
        "cause": found.cause,
    }
