"""How far two labelling passes agree: Cohen's kappa a theme, Krippendorff's alpha, micro-F1 of one against the other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

from resclassify.errors import LabelError
from resclassify.taxonomy import load_taxonomy


@dataclass(frozen=True, slots=True)
class LabelledTwice:
    """One clause with the themes of two passes that did not see each other, and those that were settled on, with the
    reason where the passes differ.
    """

    id: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    settled: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """`kappa` and `alpha` by theme and, under "all", over every decision; `same` counts clauses with equal sets."""

    clauses: int
    same: int
    kappa: Mapping[str, float]
    alpha: Mapping[str, float]
    micro_f1: float

    def to_markdown(self) -> str:
        lines = [f"{self.clauses} clauses, {self.same} with the same set of themes, micro-F1 {self.micro_f1:.3f}", ""]
        lines += ["| theme | Cohen's kappa | Krippendorff's alpha |", "|---|---|---|"]
        lines += [f"| {theme} | {self.kappa[theme]:.3f} | {self.alpha[theme]:.3f} |" for theme in self.kappa]
        return "\n".join(lines) + "\n"


def read_passes(path: Path) -> list[LabelledTwice]:
    """The rows of a JSONL file of passes.

    Raises LabelError, naming file and line, for a row that is none, or where passes differ and no reason is given.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            twice = LabelledTwice(
                row["id"], tuple(row["first"]), tuple(row["second"]), tuple(row["settled"]), row.get("reason", "")
            )
        except (ValueError, KeyError, TypeError) as error:
            raise LabelError(f"{path}:{number}: is no row of passes ({error}); see data/README.md") from error
        if set(twice.first) != set(twice.second) and not twice.reason:
            raise LabelError(f"{path}:{number}: the passes differ and no reason is given; write why the settled themes are right")
        rows.append(twice)
    return rows


def agreement(rows: Sequence[LabelledTwice]) -> Agreement:
    """Agreement of the first with the second pass. Kappa is Cohen's (1960), alpha Krippendorff's for nominal values (2004)."""
    themes = load_taxonomy().ids
    first, second = (np.array([[theme in side for theme in themes] for side in sides]) for sides in _sides(rows))
    kappa, alpha = {}, {}
    for column, theme in enumerate(themes):
        kappa[theme], alpha[theme] = _both(first[:, column], second[:, column])
    kappa["all"], alpha["all"] = _both(first.ravel(), second.ravel())
    both, either = int((first & second).sum()), int(first.sum() + second.sum())
    return Agreement(len(rows), int((first == second).all(axis=1).sum()), kappa, alpha, 2 * both / either if either else 1.0)


def _sides(rows: Sequence[LabelledTwice]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [row.first for row in rows], [row.second for row in rows]


def _both(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Kappa and alpha; both are 1 where no pass used more than one value, since nothing could differ."""
    if len({*first.tolist(), *second.tolist()}) < 2:
        return 1.0, 1.0
    ratings = np.array([first, second], dtype=float)
    return float(cohen_kappa_score(first, second)), float(krippendorff.alpha(ratings, level_of_measurement="nominal"))
