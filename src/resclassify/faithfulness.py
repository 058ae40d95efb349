"""Whether evidence is what a model went by: taking it out must lower a theme's probability more than taking out other words."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resclassify.evaluation import Estimate
from resclassify.model import Assessment, Model
from resclassify.types import Evidence

_WORD = re.compile(r"\S+")
_MOST = 400
_ROUNDS = 2000


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How much a tag's probability falls when its evidence is taken out, when as many words at random are, and how often the
    first fall is the larger (DeYoung et al. 2020 call the first comprehensiveness); intervals by bootstrap over tags.
    """

    tags: int
    evidence_drop: Estimate
    random_drop: Estimate
    larger: Estimate

    def to_markdown(self) -> str:
        return (
            f"Evidence of {self.tags} tags: without it the probability falls by {self.evidence_drop}, without as many words at "
            f"random by {self.random_drop}; the first fall is the larger in {self.larger}\n"
        )


def measure_faithfulness(model: Model, texts: Sequence[str], found: Assessment) -> Faithfulness | None:
    """The check on up to four hundred tags of `texts`, drawn by a fixed seed; None where the model gives no evidence.

    `found` is what the model makes of the texts. The words taken at random are as many as the evidence holds and not among it.
    """
    rng = random.Random(20241113)
    tags = [(number, column) for number, row in enumerate(found.decided) for column in np.flatnonzero(row)]
    tags = rng.sample(tags, min(len(tags), _MOST))
    cases: list[tuple[int, int, tuple[str, str]]] = []
    for number, column in tags:
        spans = [item for item in found.evidence[number] if item.theme == model.themes[column]]
        shorter = _without(texts[number], spans, rng)
        if shorter is not None:
            cases.append((number, int(column), shorter))
    if not cases:
        return None
    columns = [column for _, column, _ in cases]
    before = np.array([found.probabilities[number, column] for number, column, _ in cases])
    drops = [
        before - model.assess([texts[side] for _, _, texts in cases]).probabilities[range(len(cases)), columns] for side in (0, 1)
    ]
    values = np.stack([*drops, (drops[0] > drops[1]).astype(float)], axis=1)
    draws = np.random.default_rng(20241113).multinomial(len(values), np.full(len(values), 1 / len(values)), size=_ROUNDS)
    low, high = np.percentile(draws @ values / len(values), [2.5, 97.5], axis=0)
    evidence, others, larger = (
        Estimate(*(round(float(figure), 4) for figure in ends)) for ends in zip(values.mean(axis=0), low, high, strict=True)
    )
    return Faithfulness(len(cases), evidence, others, larger)


def _without(text: str, spans: Sequence[Evidence], rng: random.Random) -> tuple[str, str] | None:
    """`text` without the words of the evidence, and without as many others; None where there are not enough others."""
    words = list(_WORD.finditer(text))
    marked = {at for at, word in enumerate(words) if any(word.start() < s.end and s.start < word.end() for s in spans)}
    others = [at for at in range(len(words)) if at not in marked]
    if not marked or len(others) <= len(marked):
        return None
    taken = set(rng.sample(others, len(marked)))
    return (
        " ".join(word[0] for at, word in enumerate(words) if at not in marked),
        " ".join(word[0] for at, word in enumerate(words) if at not in taken),
    )
