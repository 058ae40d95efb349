"""What is different in new clauses from those that a model was trained on: themes, words, length, languages, scans, meaning.

Every finding is a figure of the training clauses, that of the new ones, and their difference with a 95 % interval. What words
are known is asked of each training lineage with its own words left out, so that the two figures answer the same question:
how would this text look to someone who has read all the others? Intervals are percentiles over resamplings of whole lineages, the
two sides apart (Efron and Tibshirani 1993). With fewer than five new lineages no interval is given, since it would be too narrow.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resclassify.dataset import LANGS, Example
from resclassify.errors import LabelError
from resclassify.lexicon import fold
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Lang

Floats = NDArray[np.float64]
LEAST_LINEAGES = 5
_ROUNDS = 1000
_SHUFFLES = 400
_SEED = 20241113
_WORD = re.compile(r"[^\W\d_]{2,}")
_RARE = 2
# Shorter words are within one letter of some other word too often.
_MISREAD_LETTERS = 5
_OLD_VECTORS, _NEW_VECTORS = 600, 300
_NAMES = {"ar": "Arabic", "en": "English"}


class Vectors(Protocol):
    """All that is used of an encoder."""

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure of the training clauses (`before`) and of the new ones (`now`); `low` and `high` are the ends of the interval of
    their difference, None where there are too few lineages for one. `lang` is None where both languages are meant.

    For the divergence of word distributions `before` is what chance alone makes of it, `low` and `high` come from the same
    shuffles, and `p` is the share of shuffles that diverge at least as far.
    """

    measure: str
    lang: Lang | None
    before: float
    now: float
    low: float | None
    high: float | None
    p: float | None = None

    @property
    def difference(self) -> float:
        return self.now - self.before

    @property
    def verdict(self) -> str:
        """What the interval says: "higher" or "lower" where it leaves out 0."""
        if self.low is None or self.high is None:
            return "too few documents to tell"
        return "higher" if self.low > 0 else "lower" if self.high < 0 else "no difference shown"


@dataclass(frozen=True, slots=True)
class Drift:
    """All findings, and how many clauses (a text each) and lineages they are from."""

    findings: tuple[Finding, ...]
    before: tuple[int, int]
    now: tuple[int, int]

    @property
    def shifted(self) -> tuple[Finding, ...]:
        """The findings whose interval leaves out 0."""
        return tuple(found for found in self.findings if found.verdict in ("higher", "lower"))

    def to_json(self) -> str:
        rows = [asdict(found) | {"difference": found.difference, "verdict": found.verdict} for found in self.findings]
        sizes = {name: dict(zip(("texts", "lineages"), size, strict=True)) for name, size in self._sizes().items()}
        return json.dumps({**sizes, "findings": rows}, ensure_ascii=False, indent=1) + "\n"

    def to_markdown(self) -> str:
        """What it was found on, a table of findings, and one sentence."""
        (old, old_lineages), (new, new_lineages) = self.before, self.now
        lines = [
            f"Drift: {new} new texts of {new_lineages} lineages against {old} of {old_lineages} in the training data",
            "",
            "| measure | language | training | new | difference [95 % interval] | verdict |",
            "|---|---|---|---|---|---|",
        ]
        for found in self.findings:
            interval = "" if found.low is None else f" [{found.low:+.3f}, {found.high:+.3f}]"
            cells = (found.measure, _NAMES[found.lang] if found.lang else "both", f"{found.before:.3f}", f"{found.now:.3f}")
            verdict = found.verdict if found.p is None else f"{found.verdict} (p {found.p:.3f})"
            lines.append(f"| {' | '.join(cells)} | {found.difference:+.3f}{interval} | {verdict} |")
        said = "; ".join(_said(found) for found in self.shifted)
        return "\n".join([*lines, "", f"Shifted: {said or 'nothing beyond chance'}."]) + "\n"

    def metrics(self) -> dict[str, float]:
        """The difference of each finding under a flat name, as an experiment log wants them."""
        return {f"{found.lang or 'all'}/{_flat(found.measure)}": found.difference for found in self.findings}

    def _sizes(self) -> Mapping[str, tuple[int, int]]:
        return {"training": self.before, "new": self.now}


def _said(found: Finding) -> str:
    return f"{found.measure}{f' in {_NAMES[found.lang]}' if found.lang else ''} {found.verdict}"


def _flat(measure: str) -> str:
    return re.sub(r"\W+", "_", measure).strip("_")


def drift(old: Sequence[Example], new: Sequence[Example], encoder: Vectors | None = None) -> Drift:
    """What is different in `new` from the training clauses `old`; with an encoder, how far in meaning too.

    A language that either side lacks has findings of its share alone. The same input gives the same result. Raises LabelError
    where a side has no clause.
    """
    if not old or not new:
        raise LabelError("drift: there is nothing to compare; give clauses of the training data and new ones")
    findings = [*_themes(old, new), _share(old, new)]
    for lang in LANGS:
        mine, others = ([item for item in items if item.lang == lang] for items in (old, new))
        if mine and others:
            findings += [_length(mine, others, lang), *_words(mine, others, lang)]
    if encoder is not None:
        findings.append(_distance(old, new, encoder))
    before, now = ((len(items), len({item.lineage for item in items})) for items in (old, new))
    return Drift(tuple(findings), before, now)


def _themes(old: Sequence[Example], new: Sequence[Example]) -> list[Finding]:
    """The share of clauses that carry each theme, and of those that carry none."""
    findings = []
    for theme in (*load_taxonomy().ids, "none"):
        before, now = (_mean([(item.lineage, theme in (item.themes or ("none",))) for item in items]) for items in (old, new))
        findings.append(_shift(f"share of clauses on {theme}", None, before, now))
    return findings


def _share(old: Sequence[Example], new: Sequence[Example]) -> Finding:
    sums = (_mean([(item.lineage, item.lang == "ar") for item in items]) for items in (old, new))
    return _shift("share of Arabic texts", None, *sums)


def _length(old: Sequence[Example], new: Sequence[Example], lang: Lang) -> Finding:
    sums = (_mean([(item.lineage, len(item.text.split())) for item in items]) for items in (old, new))
    return _shift("words a text", lang, *sums)


def _mean(values: Iterable[tuple[str, float]]) -> Floats:
    """Sums and counts by lineage, shape (lineages, 2)."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for lineage, value in values:
        sums[lineage][0] += value
        sums[lineage][1] += 1
    return np.array(list(sums.values()), dtype=np.float64)


def _shift(measure: str, lang: Lang | None, old: Floats, new: Floats) -> Finding:
    """The ratio of the two columns summed over lineages, of either side, with the interval of the difference."""
    before, now = (float(part[:, 0].sum() / max(part[:, 1].sum(), 1)) for part in (old, new))
    if min(len(old), len(new)) < LEAST_LINEAGES:
        return Finding(measure, lang, _rounded(before), _rounded(now), None, None)
    generator = np.random.default_rng(_SEED)
    drawn = []
    for part in (old, new):
        draws = generator.multinomial(len(part), np.full(len(part), 1 / len(part)), size=_ROUNDS) @ part
        drawn.append(draws[:, 0] / np.maximum(draws[:, 1], 1e-9))
    low, high = np.percentile(drawn[1] - drawn[0], [2.5, 97.5])
    return Finding(measure, lang, _rounded(before), _rounded(now), _rounded(low), _rounded(high))


def _rounded(value: float) -> float:
    return round(float(value), 5)


def _words(old: Sequence[Example], new: Sequence[Example], lang: Lang) -> list[Finding]:
    """What is told by words: how many are unknown, rare, one letter from a known one, and how far their frequencies diverge."""
    mine, others = _counted(old), _counted(new)
    lineages_of = Counter(word for counts in mine.values() for word in counts)
    known = _Neighbours(word for word, count in lineages_of.items() if count > 1)

    def sums(counted: Mapping[str, Counter[str]], own: int) -> tuple[Floats, Floats, Floats]:
        """Of each lineage the running words that no training lineage has (but for `own`, itself), few have, or scans make."""
        rows = []
        for counts in counted.values():
            there = {word: lineages_of[word] - own for word in counts}
            unknown = {word for word, count in there.items() if count <= 0}
            rare = sum(counts[word] for word, count in there.items() if 0 < count <= _RARE)
            misread = sum(counts[word] for word in unknown if known.near(word))
            rows.append((sum(counts[word] for word in unknown), rare, misread, counts.total()))
        table = np.array(rows, dtype=np.float64)
        return tuple(table[:, [column, 3]] for column in range(3))  # type: ignore[return-value]

    names = (
        "share of words unknown to the training data",
        "share of words rare in it",
        "share of words like misreadings of known ones",
    )
    parts = zip(names, sums(mine, 1), sums(others, 0), strict=True)
    return [*(_shift(name, lang, before, now) for name, before, now in parts), _divergence(mine, others, lang)]


def _counted(items: Sequence[Example]) -> dict[str, Counter[str]]:
    """Running words by lineage; numbers and single letters are no words here."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for item in items:
        counted[item.lineage].update(_WORD.findall(fold(item.text)))
    return {lineage: counts for lineage, counts in counted.items() if counts} or {"": Counter()}


class _Neighbours:
    """Known words, found by what is left of them when a letter is taken out (Garbe 2012: symmetric deletion)."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, set[str]] = defaultdict(set)
        for word in words:
            for left in (word, *_shortened(word)):
                self._words[left].add(word)

    def near(self, word: str) -> bool:
        """Whether a known word has one letter more, fewer or other than `word`, which has at least five, but for the ends: those
        are what inflection changes, and a scan misreads any letter.
        """
        from rapidfuzz.distance import Levenshtein

        if len(word) < _MISREAD_LETTERS:
            return False
        found = set().union(*(self._words.get(left, ()) for left in (word, *_shortened(word))))
        alike = (other for other in found if (other[0], other[-1]) == (word[0], word[-1]))
        return any(Levenshtein.distance(word, other, score_cutoff=1) == 1 for other in alike)


def _shortened(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _divergence(old: Mapping[str, Counter[str]], new: Mapping[str, Counter[str]], lang: Lang) -> Finding:
    """Jensen-Shannon divergence, in bits (Lin 1991), of the word distributions of both sides, against what shuffling lineages
    between the sides gives: the fewer words, the further they diverge by chance alone.
    """
    from scipy.sparse import csr_matrix

    units = [*old.values(), *new.values()]
    column = {word: at for at, word in enumerate(sorted(set().union(*units)))}
    cells = [(row, column[word], count) for row, counts in enumerate(units) for word, count in counts.items()]
    rows, columns, counts = zip(*cells, strict=True) if cells else ((), (), ())
    table = csr_matrix((np.array(counts, dtype=np.float64), (rows, columns)), shape=(len(units), max(1, len(column))))
    generator = np.random.default_rng(_SEED)
    is_new = np.zeros((_SHUFFLES + 1, len(units)))
    is_new[0, len(old) :] = 1
    for draw in is_new[1:]:
        draw[generator.permutation(len(units))[: len(new)]] = 1
    whole = np.asarray(table.sum(axis=0)).ravel()
    # Row by row, since all draws at once would be a dense table of draws and words.
    found = np.array([_jensen_shannon(whole - part, part) for part in (table.T @ draw for draw in is_new)])
    chance = found[1:]
    low, high = found[0] - np.percentile(chance, [97.5, 2.5])
    p = (1 + int((chance >= found[0] - 1e-12).sum())) / (1 + _SHUFFLES)
    name = "divergence of word frequencies (bits)"
    return Finding(name, lang, _rounded(chance.mean()), _rounded(found[0]), _rounded(low), _rounded(high), round(p, 4))


def _jensen_shannon(one: Floats, other: Floats) -> float:
    """In bits; 0 where a side has no word."""
    if not one.sum() or not other.sum():
        return 0.0
    p, q = one / one.sum(), other / other.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(side > 0, side * np.log2(side / middle), 0.0).sum() for side in (p, q)]
    return float(sum(parts)) / 2


def _distance(old: Sequence[Example], new: Sequence[Example], encoder: Vectors) -> Finding:
    """The mean over clauses of 1 less the cosine to the nearest training clause of another lineage; of many clauses, a sample."""
    generator = np.random.default_rng(_SEED)
    mine, others = (_sample(items, most, generator) for items, most in ((old, _OLD_VECTORS), (new, _NEW_VECTORS)))
    known, fresh = (encoder.vectors([item.text for item in items]) for items in (mine, others))
    lineages = np.array([item.lineage for item in mine])
    sums = []
    for items, vectors in ((mine, known), (others, fresh)):
        cosines = vectors @ known.T
        cosines[np.array([item.lineage for item in items])[:, None] == lineages] = -1.0
        sums.append(_mean(zip((item.lineage for item in items), (1 - cosines.max(axis=1)).tolist(), strict=True)))
    return _shift("distance in meaning to the nearest training clause", None, *sums)


def _sample(items: Sequence[Example], most: int, generator: np.random.Generator) -> Sequence[Example]:
    if len(items) <= most:
        return items
    return [items[at] for at in sorted(generator.choice(len(items), most, replace=False))]
