"""How often a model errs, by theme and language, counted on labelled text: what corrects its counts elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resclassify.calibration import Calibration
from resclassify.dataset import Pair, examples, fingerprint, truth_of
from resclassify.errors import ModelError
from resclassify.prevalence import Rates
from resclassify.types import Lang

FILE = "confusion.json"
_FORMAT = 1
_ROUNDED = 0.00006
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Decisions on one theme in one language: true clauses that were tagged (`hits`) or not (`missed`), others that were tagged
    (`false`) or not (`passed`).

    `true_design` and `other_design` are design effects: by how much errors vary more than those of independent clauses would,
    since clauses of one lineage err together. 1 where they do not.
    """

    hits: int
    missed: int
    false: int
    passed: int
    true_design: float = 1.0
    other_design: float = 1.0

    @property
    def rates(self) -> Rates:
        """The counts as if of independent clauses: each divided by its design effect (Rao and Scott 1992)."""
        true, other = self.true_design, self.other_design
        positives, negatives = self.hits + self.missed, self.false + self.passed
        return Rates(self.hits / true, positives / true, self.false / other, negatives / other)


@dataclass(frozen=True, slots=True)
class Confusions:
    """A confusion for each language and theme; `text` says which text they were counted on, `fingerprint` marks it."""

    text: str
    fingerprint: str
    clauses: int
    counts: Mapping[str, Mapping[str, Confusion]]

    def rates(self, theme: str) -> dict[str, Rates]:
        """The rates of a theme in each language that has some."""
        return {lang: themes[theme].rates for lang, themes in self.counts.items() if theme in themes}

    def to_json(self) -> str:
        return json.dumps({"format": _FORMAT, **asdict(self)}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def count_confusions(pairs: Sequence[Pair], decided: Bools, themes: Sequence[str], text: str) -> Confusions:
    """Confusions of `decided`, shape (2 n, themes), on both sides of pairs in the order of `examples`.

    The pairs should be of the test side, and of the kind of text that is to be corrected: `text` says what they are.
    """
    items = examples(pairs)
    truth, langs = truth_of(items), np.array([item.lang for item in items])
    lineages = np.array([item.lineage for item in items])
    counts: dict[str, dict[str, Confusion]] = {}
    for lang in ("ar", "en"):
        mine = langs == lang
        counts[lang] = {
            theme: _confusion(truth[mine, column], decided[mine, column], lineages[mine])
            for column, theme in enumerate(themes)
            if mine.any()
        }
    return Confusions(text, fingerprint(pairs), len(pairs), counts)


def _confusion(truth: Bools, decided: Bools, lineages: NDArray[np.str_]) -> Confusion:
    return Confusion(
        hits=int((truth & decided).sum()),
        missed=int((truth & ~decided).sum()),
        false=int((~truth & decided).sum()),
        passed=int((~truth & ~decided).sum()),
        true_design=_design(decided[truth], lineages[truth]),
        other_design=_design(decided[~truth], lineages[~truth]),
    )


def _design(tagged: Bools, lineages: NDArray[np.str_]) -> float:
    """The variance of the share of `tagged` over lineages as clusters, in units of that of independent clauses; at least 1."""
    names, groups = np.unique(lineages, return_inverse=True)
    share = float(tagged.mean()) if len(tagged) else 0.0
    if len(names) < 2 or share in (0.0, 1.0):
        return 1.0
    sums = np.bincount(groups, weights=tagged - share)
    clustered = len(names) / (len(names) - 1) * float((sums**2).sum()) / len(tagged) ** 2
    return round(max(1.0, clustered * len(tagged) / (share * (1 - share))), 3)


def read_confusions(folder: Path) -> Confusions | None:
    """The confusions that travel with a model; None where there are none. Raises ModelError for a file of another shape."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != _FORMAT:
            raise ModelError(f"{path}: is of format {found['format']}, this version reads {_FORMAT}; count it anew")
        counts = {
            lang: {theme: Confusion(**counted) for theme, counted in themes.items()} for lang, themes in found["counts"].items()
        }
        return Confusions(found["text"], found["fingerprint"], found["clauses"], counts)
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); count it anew, or take it away") from error


def tagged_alike(
    tags: Iterable[tuple[Lang, Sequence[str], Mapping[str, float]]], themes: Sequence[str], calibration: Calibration
) -> bool:
    """Whether every clause (language, themes, probabilities) has the tags that a model's thresholds make of its probabilities: if
    not, another model or a person tagged it, and the model's confusions say nothing of it.
    """
    for lang, given, probabilities in tags:
        if set(probabilities) != set(themes):
            return False
        thresholds = dict(zip(themes, calibration.scales[lang].thresholds, strict=True))
        for theme, probability in probabilities.items():
            # The language of the letters decides the threshold, and probabilities are rounded to four places.
            if abs(probability - thresholds[theme]) > _ROUNDED and (probability >= thresholds[theme]) != (theme in given):
                return False
    return True
