"""Which clauses most need a person, and why: the one queue of the terminal, of exported files and of the web page.

The rule. Each clause has five parts, from 0 to 1:

    uncertainty   1 - the probability that all its tags are right (`calibration.confidence`); at least 0.5 where it is for review
    languages     how far apart the probabilities of its other language are, of a theme that only one side carries
    models        the same between its tags and those of the last three other models in the store
    rarity        the highest of its probabilities, each times how much rarer that theme is than the commonest
    novelty       the share of clauses that are nearer than it to the text that the model was trained on

Its score is their sum weighted by WEIGHTS. The queue goes by score; a clause is passed over that is nearly a copy of one
already in it or decided on, or the translation of one already in it. A share of the places (20 % where not said otherwise) is
not by score: it goes to clauses in random order (`verdicts.random_ranks`), and their reviews are marked, since only from those
can the model's error be told.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resclassify.alignment import align
from resclassify.calibration import confidence
from resclassify.store.access import Store
from resclassify.store.records import Asked, Selection, StoredClause
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Lang, TaggedClause
from resclassify.vectors import Encoder
from resclassify.verdicts import NO_REVIEWS, SEED, ClauseReviews, random_ranks, reviews_by_clause

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
WEIGHTS: Mapping[str, float] = {"uncertainty": 0.4, "languages": 0.2, "models": 0.15, "rarity": 0.1, "novelty": 0.15}
# Cosines above this are of texts that differ in a number or a name; unrelated clauses stay under 0.8.
NEAR = 0.9
# A theme that is nearly a tag: whoever asks for a theme wants to see what the model has missed too.
_NEARLY = 0.2
_FOR_REVIEW = 0.5
_OTHER_MODELS = 3
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask: at most `count` clauses of the person `who`, of a theme, of a language.

    Without `second_reader` and `conflicts`, clauses that nobody has decided on and that `who` has not skipped. With
    `second_reader`, those that one other person has decided on; with `conflicts`, those on which two differ. Only the first kind
    has a random share, and only without `theme`: a theme's clauses are no sample of all.
    """

    who: str
    count: int = 40
    theme: str | None = None
    lang: Lang | None = None
    random_share: float = 0.2
    second_reader: bool = False
    conflicts: bool = False
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Question:
    """A clause that is asked, its score and the parts of it; `partners` are the ids of its clauses in the other language; `seen`
    are the reviews that it had when the queue was made.
    """

    item: StoredClause
    asked: Asked
    score: float
    parts: Mapping[str, float]
    partners: tuple[str, ...]
    seen: ClauseReviews


def queue(store: Store, wanted: Wanted, encoder: Encoder, known: Sequence[str]) -> list[Question]:
    """The clauses to ask, in order; `known` are the texts that the model was trained on. The same store gives the same queue.

    Fewer than `wanted.count` where there are no more that are not near copies. Of a clause tagged several times the last tags are
    asked about. No clauses make an empty queue.
    """
    items = list(store.tagged())
    if not items:
        return []
    reviews = reviews_by_clause(store)
    free = np.array([_open(item, reviews.get(item.id, NO_REVIEWS), wanted) for item in items])
    if not free.any():
        return []
    vectors = encoder.vectors([item.tagged.clause.text for item in items])
    languages, partners = between_languages(items, encoder)
    tagged = [item.tagged for item in items]
    parts = {
        "uncertainty": uncertainty(tagged),
        "languages": languages,
        "models": between_models(store, items),
        "rarity": rarity(_probabilities(tagged)),
        "novelty": novelty(vectors, encoder.vectors(known)),
    }
    scores = sum((weight * parts[name] for name, weight in WEIGHTS.items()), np.zeros(len(items)))
    plain = not (wanted.second_reader or wanted.conflicts)
    share = wanted.random_share if plain and wanted.theme is None else 0.0
    asked_before = sum(1 for row in store.reviews(reviewer=wanted.who) if row.asked in ("queue", "random"))
    places = random_places(wanted.count, share, asked_before)
    ranks = random_ranks([item.id for item in items], wanted.seed)
    before = [at for at, item in enumerate(items) if plain and reviews.get(item.id, NO_REVIEWS).readings]
    near = None if wanted.conflicts else NEAR
    chosen = pick(scores, free, vectors, partners, ranks, places, near=near, before=before)
    how: Asked = "conflict" if wanted.conflicts else "second" if wanted.second_reader else "queue"
    return [
        Question(
            items[at],
            "random" if random else how,
            round(float(scores[at]), 4),
            {name: round(float(values[at]), 4) for name, values in parts.items()},
            tuple(items[other].tagged.clause.id for other in partners[at]),
            reviews.get(items[at].id, NO_REVIEWS),
        )
        for at, random in chosen
    ]


def _open(item: StoredClause, seen: ClauseReviews, wanted: Wanted) -> bool:
    tagged = item.tagged
    if wanted.lang not in (None, tagged.clause.lang):
        return False
    if wanted.theme is not None and wanted.theme not in tagged.themes and tagged.probabilities.get(wanted.theme, 0) < _NEARLY:
        return False
    if wanted.conflicts:
        return seen.conflict
    if wanted.who in seen.skipped:
        return False
    readers = [row.reviewer for row in seen.readings]
    if wanted.second_reader:
        return seen.adjudication is None and len(readers) == 1 and readers != [wanted.who]
    return not readers and seen.adjudication is None


def uncertainty(items: Sequence[TaggedClause]) -> Floats:
    """Shape (n,): see the rule above."""
    decided = np.array([[theme in item.themes for theme in load_taxonomy().ids] for item in items], dtype=bool)
    unsure = 1 - confidence(_probabilities(items), decided)
    return np.maximum(unsure, np.where([item.review for item in items], _FOR_REVIEW, 0.0))


def gap(one: Sequence[TaggedClause], other: Sequence[TaggedClause]) -> float:
    """How far apart two readings of one clause are: of the themes that only one side carries, the greatest distance of the
    probabilities; 0 where both carry the same. A side of several clauses carries what any of them does.
    """
    first, second = ({theme for item in side for theme in item.themes} for side in (one, other))
    return max((abs(_highest(one, theme) - _highest(other, theme)) for theme in first ^ second), default=0.0)


def _highest(side: Sequence[TaggedClause], theme: str) -> float:
    return max(item.probabilities.get(theme, 0.0) for item in side)


def between_languages(items: Sequence[StoredClause], encoder: Encoder) -> tuple[Floats, list[tuple[int, ...]]]:
    """The gap of each clause to its clauses in the other text of its document's symbol, shape (n,), and their numbers in
    `items`.
    """
    texts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, item in enumerate(items):
        metadata = item.document.metadata
        if metadata.symbol is not None and metadata.language is not None:
            texts[metadata.symbol][metadata.language].append(at)
    gaps = np.zeros(len(items))
    partners: list[tuple[int, ...]] = [()] * len(items)
    for sides in texts.values():
        left, right = sides.get("ar", []), sides.get("en", [])
        old, new = ([items[at].tagged.clause for at in side] for side in (left, right))
        theirs: dict[int, list[int]] = defaultdict(list)
        for at, found in zip(right, align(old, new, encoder).ancestors, strict=True):
            partners[at] = tuple(left[number] for number in found)
            for other in partners[at]:
                theirs[other].append(at)
        for at in left:
            partners[at] = tuple(theirs[at])
        for at in (*left, *right):
            if partners[at]:
                gaps[at] = gap([items[at].tagged], [items[other].tagged for other in partners[at]])
    return gaps, partners


def between_models(store: Store, items: Sequence[StoredClause]) -> Floats:
    """The greatest gap of each clause to its tags by the last models in the store, shape (n,); to its own tags it is 0."""
    number = {item.id: at for at, item in enumerate(items)}
    gaps = np.zeros(len(items))
    models = store.models()
    if len(models) < 2:
        return gaps
    for model in models[-1 - _OTHER_MODELS :]:
        for item in store.tagged(Selection(model=model.fingerprint)):
            at = number.get(item.id)
            if at is not None:
                gaps[at] = max(gaps[at], gap([items[at].tagged], [item.tagged]))
    return gaps


def rarity(probabilities: Floats) -> Floats:
    """Shape (n,), from probabilities (n, themes): see the rule above. A theme is as common as the sum of its probabilities."""
    sums = probabilities.sum(axis=0)
    if sums.size == 0 or sums.max() <= 0:
        return np.zeros(len(probabilities))
    return np.asarray((probabilities * (1 - sums / sums.max())).max(axis=1))


def novelty(vectors: NDArray[np.float32], known: NDArray[np.float32]) -> Floats:
    """Shape (n,): the share of the other clauses that are nearer to `known` than this one; vectors of length 1, shapes (n, d) and
    (m, d). All 0 where nothing is known.
    """
    if not len(known) or len(vectors) < 2:
        return np.zeros(len(vectors))
    blocks = [(vectors[start : start + _BLOCK] @ known.T).max(axis=1) for start in range(0, len(vectors), _BLOCK)]
    # Rounded, so that texts of one distance are not told apart by the last digit.
    distance = np.round(1 - np.concatenate(blocks).astype(np.float64), 4)
    return np.asarray(np.searchsorted(np.sort(distance), distance, side="left") / (len(vectors) - 1))


def random_places(count: int, share: float, before: int) -> list[bool]:
    """Which of `count` places go to the random share, evenly; `before` places were asked earlier, so that short sessions come to
    their share too.
    """
    steps = [math.floor((before + place) * share + 1e-9) for place in range(count + 1)]
    return [after > earlier for earlier, after in pairwise(steps)]


def pick(
    scores: Floats,
    free: Bools,
    vectors: NDArray[np.float32],
    partners: Sequence[tuple[int, ...]],
    ranks: Sequence[int],
    places: Sequence[bool],
    *,
    near: float | None,
    before: Sequence[int] = (),
) -> list[tuple[int, bool]]:
    """The numbers of the clauses for each place, and whether each is of the random share.

    `free` says which clauses may be asked. A place by score goes to the best clause whose cosine to those at earlier places and
    those `before` is under `near`, and that is no partner of the former (None takes all); one of the random share to the first by
    `ranks`, whatever it is like, since a sample that passes some over is none. Where one kind has run out its places stay empty.
    """
    by_score = iter(np.argsort(-scores, kind="stable").tolist())
    by_rank = iter(np.argsort(np.array(ranks), kind="stable").tolist())
    nearest = (vectors @ vectors[list(before)].T).max(axis=1) if before else np.full(len(scores), -1.0)
    taken: set[int] = set()
    kin: set[int] = set()
    chosen: list[tuple[int, bool]] = []

    def fresh(at: int) -> bool:
        return near is None or (nearest[at] < near and at not in kin)

    def first(order: Iterator[int], fits: Callable[[int], bool]) -> int | None:
        return next((at for at in order if free[at] and at not in taken and fits(at)), None)

    for random in places:
        at = first(by_rank, lambda _: True) if random else first(by_score, fresh)
        if at is None:
            continue
        chosen.append((at, random))
        taken.add(at)
        kin.update(partners[at])
        nearest = np.maximum(nearest, vectors @ vectors[at])
    return chosen


def _probabilities(items: Sequence[TaggedClause]) -> Floats:
    """Shape (n, themes), in the taxonomy's order; 0 for what a model does not know."""
    return np.array([[item.probabilities.get(theme, 0.0) for theme in load_taxonomy().ids] for item in items], dtype=np.float64)
