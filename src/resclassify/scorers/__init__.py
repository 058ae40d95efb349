"""Scorers: prepared texts to one raw score a theme. Which library does it is each scorer's own affair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resclassify.errors import ModelError


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scorer makes of n texts: `scores`, shape (n, themes), higher meaning more likely; and for each text what each of
    its words (as `str.split` gives them) adds to the scores, shape (words, themes). `words` is empty where a scorer cannot tell.
    """

    scores: NDArray[np.float64]
    words: tuple[NDArray[np.float64], ...] = ()


class Scorer(Protocol):
    """`kind` names the scorer in a model folder; `save` writes its files into an existing folder."""

    @property
    def kind(self) -> str: ...

    def read(self, texts: Sequence[str]) -> Reading: ...

    def save(self, folder: Path) -> None: ...


def load_scorer(kind: str, folder: Path) -> Scorer:
    """The scorer of this kind from its files in `folder`.

    Raises ModelError for a kind that this version does not know.
    """
    if kind == "linear":
        from resclassify.scorers.linear import LinearScorer

        return LinearScorer.load(folder)
    if kind == "onnx":
        from resclassify.scorers.onnx import OnnxScorer

        return OnnxScorer.load(folder)
    raise ModelError(f"{folder}: scorer '{kind}' is unknown to this version; install the version that made the model")
