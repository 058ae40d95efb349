"""Figures of an evaluation: reliability, precision against recall, themes taken for one another."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from resclassify.dataset import Example, truth_of
from resclassify.evaluation import Bools, Floats, bins_of
from resclassify.taxonomy import load_taxonomy

_LANGS = {"ar": "Arabic", "en": "English"}


def draw_evaluation(items: Sequence[Example], probabilities: Floats, decided: Bools) -> dict[str, bytes]:
    """SVG figures by name: `reliability` and `precision_recall`, a panel a theme and a line a language; `confusion`.

    `probabilities` and `decided` have shape (n, themes). The same input gives the same bytes.
    """
    truth, langs = truth_of(items), np.array([item.lang for item in items])
    return {
        "reliability": _panels(truth, probabilities, langs, _reliability),
        "precision_recall": _panels(truth, probabilities, langs, _precision_recall),
        "confusion": _confusion(truth, decided),
    }


def confusion(truth: Bools, decided: Bools) -> NDArray[np.int_]:
    """Shape (themes + 1, themes + 1): how often a theme was missed (row) where another was wrongly given (column).

    Right tags are on the diagonal; the last row counts wrong tags of clauses that miss nothing, the last column themes missed
    where nothing was wrongly given.
    """
    themes = truth.shape[1]
    counts = np.zeros((themes + 1, themes + 1), dtype=int)
    counts[range(themes), range(themes)] = (truth & decided).sum(axis=0)
    missed, wrong = truth & ~decided, decided & ~truth
    counts[:themes, :themes] += missed.T.astype(int) @ wrong.astype(int)
    counts[themes, :themes] = wrong[~missed.any(axis=1)].sum(axis=0)
    counts[:themes, themes] = missed[~wrong.any(axis=1)].sum(axis=0)
    return counts


def _panels(truth: Bools, probabilities: Floats, langs: NDArray[np.str_], line: object) -> bytes:
    themes = load_taxonomy().ids
    figure = Figure(figsize=(3.2 * len(themes), 3.4), layout="constrained")
    for column, (axes, theme) in enumerate(zip(figure.subplots(1, len(themes)), themes, strict=True)):
        axes.set_title(theme)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        for lang, name in _LANGS.items():
            mine = langs == lang
            if truth[mine, column].any():
                x, y = line(truth[mine, column], probabilities[mine, column])  # type: ignore[operator]
                axes.plot(x, y, marker="o" if line is _reliability else None, markersize=3, label=name)
        if line is _reliability:
            axes.plot([0, 1], [0, 1], color="grey", linewidth=0.7)
        axes.set_xlabel("mean probability" if line is _reliability else "recall")
        axes.set_ylabel("share that carries the theme" if line is _reliability else "precision")
        if truth[:, column].any():
            axes.legend()
    return _svg(figure)


def _reliability(truth: Bools, probabilities: Floats) -> tuple[list[float], list[float]]:
    bins = bins_of(probabilities)
    groups = [bins == number for number in range(bins.max() + 1)]
    return [float(probabilities[group].mean()) for group in groups], [float(truth[group].mean()) for group in groups]


def _precision_recall(truth: Bools, probabilities: Floats) -> tuple[Floats, Floats]:
    precision, recall, _ = precision_recall_curve(truth, probabilities)
    return recall, precision


def _confusion(truth: Bools, decided: Bools) -> bytes:
    names = [*load_taxonomy().ids, "nothing"]
    counts = confusion(truth, decided)
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.log1p(counts), cmap="Blues")
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("given")
    axes.set_ylabel("true")
    for row, values in enumerate(counts):
        for column, count in enumerate(values):
            axes.text(column, row, str(count), ha="center", va="center", color="white" if count > counts.max() / 8 else "black")
    return _svg(figure)


def _svg(figure: Figure) -> bytes:
    import matplotlib

    sink = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "resclassify"}):
        figure.savefig(sink, format="svg", metadata={"Date": None})
    return sink.getvalue()
