"""Fitting a model on labelled pairs: the scorer on train, its strength, calibration and thresholds on dev."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resclassify.calibration import fit_calibration
from resclassify.dataset import (
    Example,
    Pair,
    Split,
    examples,
    fingerprint,
    folds,
    keep_apart,
    leave_out_near,
    refuse_acceptance,
    truth_of,
)
from resclassify.errors import LabelError
from resclassify.evaluation import Bools, Report, evaluate
from resclassify.model import Assessment, Model
from resclassify.scorers import Scorer
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
    pair is near the acceptance set, or where a side has no pair or none on some theme. `info` joins what
    the model says of itself.
    """
    settings = settings or LinearSettings()
    known, held = sides(pairs, acceptance)
    prepare = chain(LINEAR_PREPROCESSING)
    texts, held_texts = [prepare(item.text) for item in known], [prepare(item.text) for item in held]
    truth, held_truth = truth_of(known), truth_of(held)
    tried: list[tuple[float, float, LinearScorer]] = []
    for strength in settings.strengths:
        scorer = fit_linear(texts, truth, c=strength, min_df=settings.min_df)
        tried.append((mean_precision(scorer.read(held_texts).scores, held_truth), strength, scorer))
    score, strength, scorer = max(tried, key=lambda item: item[0])
    own_info = {"c": strength, "min_df": settings.min_df, "dev_macro_average_precision": round(score, 4)}
    return calibrated(scorer, LINEAR_PREPROCESSING, held, {**described(pairs, known, held), **own_info, **(info or {})})


def sides(pairs: Sequence[Pair], acceptance: Sequence[str]) -> tuple[list[Example], list[Example]]:
    """What a model may learn from and what it is tuned on: both languages of the train side and of the dev side.

    Raises LabelError where a pair is near the acceptance set, or where a side has no pair or none on some theme.
    """
    known, held = examples(part(pairs, "train")), examples(part(pairs, "dev"))
    if not known or not held:
        raise LabelError("the pairs have no train or no dev side; assign splits first (`resclassify data check` says where)")
    for side, items in (("train", known), ("dev", held)):
        absent = [theme for theme in load_taxonomy().ids if not any(theme in item.themes for item in items)]
        if absent:
            raise LabelError(f"the {side} side has no clause on '{absent[0]}'; add some before training")
    refuse_acceptance([*known, *held], acceptance, "training data")
    return known, held


def calibrated(scorer: Scorer, preprocessing: str, held: Sequence[Example], info: Mapping[str, object]) -> Model:
    """The model of a scorer, calibrated on `held` examples that it was not trained on."""
    prepare = chain(preprocessing)
    scores = scorer.read([prepare(item.text) for item in held]).scores
    calibration = fit_calibration(scores, truth_of(held), [item.lang for item in held])
    return Model(load_taxonomy().ids, preprocessing, scorer, calibration, info)


def described(pairs: Sequence[Pair], known: Sequence[Example], held: Sequence[Example]) -> dict[str, object]:
    """What a model says of the data that it was made from."""
    return {
        "data_fingerprint": fingerprint(pairs),
        "taxonomy_version": load_taxonomy().version,
        "train_clauses": len(known),
        "dev_clauses": len(held),
    }


def mean_precision(scores: np.ndarray, truth: Bools) -> float:
    """Macro average precision: the mean over themes of the area under the precision-recall curve."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, scores, average="macro"))


def decisions(model: Model, pairs: Sequence[Pair]) -> Bools:
    """The tags that a model gives to both sides of pairs, shape (2 n, themes), in the order of `examples`."""
    return model.assess([item.text for item in examples(pairs)]).decided


def measure(model: Model, pairs: Sequence[Pair], data: str) -> Report:
    """A report on a model over both sides of pairs."""
    return report_on(pairs, model.assess([item.text for item in examples(pairs)]), data)


def report_on(pairs: Sequence[Pair], found: Assessment, data: str) -> Report:
    """A report on what a model made of both sides of pairs, in the order of `examples`."""
    return evaluate(
        examples(pairs),
        found.decided,
        data=data,
        marked=fingerprint(pairs),
        probabilities=found.probabilities,
        uncertain=found.uncertain,
    )


def cross_decisions(
    own: Sequence[Pair], real: Sequence[Pair], acceptance: Sequence[str], *, count: int = 5, by_lineage: bool = True
) -> Bools:
    """Tags for both sides of every real pair, each by a floor that was trained without the pair's fold.

    Each floor has the own pairs, three fifths of the real ones to train on and one to calibrate on. With `by_lineage`,
    folds are of whole lineages and near-copies of a clause of the fold are left out of training.
    """
    fold_of = np.array(folds(real, count, by_lineage=by_lineage))
    both = examples(real)
    position = {pair.id: place for place, pair in enumerate(real)}
    owner = np.array([fold_of[position[item.id]] for item in both])
    decided = np.zeros((len(both), len(load_taxonomy().ids)), dtype=bool)
    for fold in range(count):
        split = [*own, *(replace(pair, split=_side((int(at) - fold) % count)) for pair, at in zip(real, fold_of, strict=True))]
        model = fit_floor(leave_out_near(keep_apart(split) if by_lineage else split, acceptance), acceptance)
        held = [item.text for item, at in zip(both, owner, strict=True) if at == fold]
        decided[owner == fold] = model.assess(held).decided
    return decided


def _side(step: int) -> Split:
    """The side of a fold that lies `step` folds after the one that is tested."""
    return "test" if step == 0 else "dev" if step == 1 else "train"
