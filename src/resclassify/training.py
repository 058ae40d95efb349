"""Fitting a model on labelled pairs: the scorer on train, its strength, calibration and thresholds on dev."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resclassify.calibration import fit_calibration
from resclassify.dataset import Pair, Split, examples, fingerprint, folds, keep_apart, refuse_acceptance, truth_of
from resclassify.errors import LabelError
from resclassify.evaluation import Bools, Report, evaluate
from resclassify.model import Model
from resclassify.scorers.linear import LinearScorer, fit_linear
from resclassify.taxonomy import load_taxonomy
from resclassify.text import chain

LINEAR_PREPROCESSING = "fold-1"
_STRENGTHS = (1.0, 4.0, 16.0)


@dataclass(frozen=True, slots=True)
class LinearSettings:
    """What of the linear floor can be set: inverse penalties to choose from on dev, and the rarest feature counted."""

    strengths: tuple[float, ...] = _STRENGTHS
    min_df: int = 2


def part(pairs: Sequence[Pair], split: str) -> list[Pair]:
    """The pairs on one side of the split."""
    return [pair for pair in pairs if pair.split == split]


def fit_floor(
    pairs: Sequence[Pair],
    acceptance: Sequence[str],
    info: Mapping[str, object] | None = None,
    settings: LinearSettings | None = None,
) -> Model:
    """The linear floor, fitted on the train side of `pairs` and calibrated on the dev side; the test side is not read.

    The strength of the penalty is the one with the highest macro average precision on dev. Raises LabelError where a
    pair is near the acceptance set, or where a side has no pair. `info` joins what the model says of itself.
    """
    settings = settings or LinearSettings()
    known, held = examples(part(pairs, "train")), examples(part(pairs, "dev"))
    if not known or not held:
        raise LabelError("the pairs have no train or no dev side; assign splits first (`resclassify data check` says where)")
    refuse_acceptance([*known, *held], acceptance, "training data")
    prepare = chain(LINEAR_PREPROCESSING)
    texts, held_texts = [prepare(item.text) for item in known], [prepare(item.text) for item in held]
    truth, held_truth = truth_of(known), truth_of(held)
    tried: list[tuple[float, float, LinearScorer]] = []
    for strength in settings.strengths:
        scorer = fit_linear(texts, truth, c=strength, min_df=settings.min_df)
        tried.append((mean_precision(scorer.scores(held_texts), held_truth), strength, scorer))
    score, strength, scorer = max(tried, key=lambda item: item[0])
    return Model(
        themes=load_taxonomy().ids,
        preprocessing=LINEAR_PREPROCESSING,
        scorer=scorer,
        calibration=fit_calibration(scorer.scores(held_texts), held_truth),
        info={
            "data_fingerprint": fingerprint(pairs),
            "taxonomy_version": load_taxonomy().version,
            "train_clauses": len(known),
            "dev_clauses": len(held),
            "c": strength,
            "min_df": settings.min_df,
            "dev_macro_average_precision": round(score, 4),
            **(info or {}),
        },
    )


def mean_precision(scores: np.ndarray, truth: Bools) -> float:
    """Macro average precision: the mean over themes of the area under the precision-recall curve."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, scores, average="macro"))


def decisions(model: Model, pairs: Sequence[Pair]) -> Bools:
    """The tags that a model gives to both sides of pairs, shape (2 n, themes), in the order of `examples`."""
    return model.calibration.decide(model.probabilities([item.text for item in examples(pairs)]))


def measure(model: Model, pairs: Sequence[Pair], data: str) -> Report:
    """A report on a model over both sides of pairs."""
    return evaluate(examples(pairs), decisions(model, pairs), data=data, marked=fingerprint(pairs))


def cross_decisions(
    own: Sequence[Pair], real: Sequence[Pair], acceptance: Sequence[str], *, count: int = 5, by_lineage: bool = True
) -> Bools:
    """Tags for both sides of every real pair, each by a floor that was trained without the pair's fold.

    Each floor has the own pairs, three fifths of the real ones to train on and one to calibrate on. With `by_lineage`,
    folds are of whole lineages and near-copies of a clause of the fold are left out of training.
    """
    fold_of = np.array(folds(real, count, by_lineage=by_lineage))
    sides = examples(real)
    position = {pair.id: place for place, pair in enumerate(real)}
    owner = np.array([fold_of[position[item.id]] for item in sides])
    decided = np.zeros((len(sides), len(load_taxonomy().ids)), dtype=bool)
    clear = keep_apart([replace(pair, split="train") for pair in real], acceptance)
    for fold in range(count):
        split = [
            replace(pair, split="none" if free.split == "none" else _side((int(at) - fold) % count))
            for pair, free, at in zip(real, clear, fold_of, strict=True)
        ]
        model = fit_floor([*own, *(keep_apart(split, acceptance) if by_lineage else split)], acceptance)
        held = [item.text for item, at in zip(sides, owner, strict=True) if at == fold]
        decided[owner == fold] = model.calibration.decide(model.probabilities(held))
    return decided


def _side(step: int) -> Split:
    """The side of a fold that lies `step` folds after the one that is tested."""
    return "test" if step == 0 else "dev" if step == 1 else "train"
