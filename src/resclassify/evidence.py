"""From what each word added to a score to the spans of a clause that carried a theme."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from resclassify.types import Evidence

Span = tuple[int, int]
_WORD = re.compile(r"\S+")
_EDGE = r"\s\"'“”‘’«»()\[\]{}.,;:،؛؟!?…"
_INNER = re.compile(rf"[^{_EDGE}](?:.*[^{_EDGE}])?", re.DOTALL)
_SPANS = 3
_SHARE = 0.35


def worded(text: str, prepare: Callable[[str], str]) -> tuple[str, list[Span]]:
    """`text` prepared word by word, and for each word of the result the span of `text` that it came from."""
    words: list[str] = []
    spans: list[Span] = []
    for match in _WORD.finditer(text):
        for word in prepare(match[0]).split():
            words.append(word)
            spans.append(match.span())
    return " ".join(words), spans


def owners(text: str, pieces: Sequence[Span]) -> list[int | None]:
    """For each piece, by its span of `text`, the number of the word (as `str.split` gives them) that it is of; None for a piece
    that writes nothing. A piece that begins with white space is of the word after it.
    """
    ends = [match.end() for match in _WORD.finditer(text)]
    found = [bisect_right(ends, start) if start < end else len(ends) for start, end in pieces]
    return [word if word < len(ends) else None for word in found]


def spans_of(text: str, spans: list[Span], added: NDArray[np.float64], theme: str) -> list[Evidence]:
    """The spans of `text` that carried `theme`, in order: at most three runs of words.

    `added`, shape (words,), is what each prepared word added to the theme's score, in units of the score, `spans` the word of
    `text` that each came from. A run is of neighbouring words of `text` each of which added at least a third or so of what the
    strongest word did; its weight is their sum.
    """
    places = sorted(set(spans))
    number = {place: at for at, place in enumerate(places)}
    sums = np.bincount([number[span] for span in spans], weights=added, minlength=1)
    if sums.max() <= 0:
        return []
    runs: list[list[int]] = []
    for word in np.flatnonzero(sums >= _SHARE * sums.max()):
        if runs and word == runs[-1][-1] + 1:
            runs[-1].append(int(word))
        else:
            runs.append([int(word)])
    strongest = sorted(runs, key=lambda run: -sums[run].sum())[:_SPANS]
    found = []
    for run in sorted(strongest):
        start, end = _trimmed(text, places[run[0]][0], places[run[-1]][1])
        found.append(Evidence(theme, start, end, round(float(sums[run].sum()), 4)))
    return found


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without punctuation at its ends, unless it is nothing else."""
    inner = _INNER.search(text, start, end)
    return inner.span() if inner else (start, end)
