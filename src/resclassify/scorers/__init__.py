"""Scorers: prepared texts to one raw score a theme. Which library does it is each scorer's own affair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resclassify.errors import ModelError


class Scorer(Protocol):
    """`kind` names the scorer in a model folder; `scores` gives an array of shape (len(texts), themes), higher meaning
    more likely; `save` writes its files into an existing folder.
    """

    @property
    def kind(self) -> str: ...

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]: ...

    def save(self, folder: Path) -> None: ...


def load_scorer(kind: str, folder: Path) -> Scorer:
    """The scorer of this kind from its files in `folder`.

    Raises ModelError for a kind that this version does not know.
    """
    if kind == "linear":
        from resclassify.scorers.linear import LinearScorer

        return LinearScorer.load(folder)
    raise ModelError(f"{folder}: scorer '{kind}' is unknown to this version; install the version that made the model")
