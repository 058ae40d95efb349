"""Labelled clause pairs: reading, lineage, splits, fingerprint, and what keeps the acceptance set out.

A pair is one clause in Arabic and in English with one set of themes. A file of pairs is JSONL, one pair a line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from resclassify.errors import LabelError, OutputError
from resclassify.exports import write_whole
from resclassify.lexicon import fold
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Kind, Lang

Split = Literal["train", "dev", "test", "none"]
SPLITS: tuple[Split, ...] = ("train", "dev", "test")
ALL_SPLITS: tuple[Split, ...] = (*SPLITS, "none")
_ORDER: tuple[Split, ...] = ("none", *SPLITS)
SHARES: Mapping[Split, float] = {"train": 0.7, "dev": 0.15, "test": 0.15}
LANGS: tuple[Lang, ...] = ("en", "ar")
NEAR = 0.5
KIN = 0.25
_GRAM = 5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Pair:
    """One clause in both languages.

    `lineage` names the group of versions and near-copies that must stay on one side of the split; `split` is that side
    ("none": on no side, since a near-copy is on another); `rules` are the numbers of the codebook's rules that decide
    the label; `source` is who wrote the text.
    """

    id: str
    kind: Kind | None
    en: str
    ar: str
    themes: tuple[str, ...]
    source: str
    lineage: str
    split: Split
    rules: tuple[int, ...] = ()

    def text(self, lang: Lang) -> str:
        return self.ar if lang == "ar" else self.en


@dataclass(frozen=True, slots=True)
class Example:
    """One text with its themes, as a scorer learns it."""

    id: str
    lang: Lang
    text: str
    themes: tuple[str, ...]
    lineage: str


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a JSONL file, or of the files train.jsonl, dev.jsonl and test.jsonl of a folder.

    Raises LabelError, naming file and line, for a line that is no pair or that holds an unknown theme.
    """
    pairs = [_pair(row, place) for row, place in read_rows(path)]
    if not pairs:
        raise LabelError(f"{path}: holds no pair; each line is one JSON object, see data/README.md")
    return pairs


def pair_files(path: Path) -> list[Path]:
    """The file itself, or the files of a folder of pairs: one for each side, and `none.jsonl` where there is one."""
    if not path.is_dir():
        return [path]
    aside = path / "none.jsonl"
    return [*(path / f"{split}.jsonl" for split in SPLITS), *([aside] if aside.exists() else [])]


def read_rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The JSON objects of a file or folder of pairs, each with its place ("clauses/dev.jsonl:7").

    Raises LabelError for a file that cannot be read or a line that is no JSON object.
    """
    for file in pair_files(path):
        try:
            lines = file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise LabelError(f"{file}: cannot be read ({error}); name an existing UTF-8 file of pairs") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise LabelError(f"{file}:{number}: is not JSON ({error}); write one object a line") from error
            if not isinstance(row, dict):
                raise LabelError(f"{file}:{number}: is no JSON object; write one object a line")
            yield row, f"{file}:{number}"


def _pair(row: Mapping[str, Any], place: str) -> Pair:
    try:
        themes, rules = tuple(row["themes"]), tuple(row.get("rules", ()))
        values = {key: row[key] for key in ("id", "kind", "en", "ar", "source", "lineage", "split")}
    except (TypeError, KeyError) as error:
        raise LabelError(f"{place}: is no pair (lacks {error}); see data/README.md for the fields") from error
    if values["split"] not in ALL_SPLITS:
        raise LabelError(f"{place}: unknown split '{values['split']}'; it is one of {', '.join(ALL_SPLITS)}")
    values |= {lang: values[lang] or "" for lang in LANGS}
    wrong = next((key for key, value in values.items() if not isinstance(value, str) and (key, value) != ("kind", None)), None)
    if wrong is not None:
        raise LabelError(f"{place}: '{wrong}' is no text; see data/README.md for the fields")
    return Pair(**values, themes=load_taxonomy().require(themes, place), rules=rules)


def write_pairs(pairs: Iterable[Pair], path: Path) -> None:
    """Writes pairs to a JSONL file; to a folder, a file for each side of the split. Each file is written whole or not at all."""
    held = list(pairs)
    if path.is_file() or path.suffix:
        write_whole(_jsonl(held), path)
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be made ({error.strerror}); name a folder that you may write to") from error
    for split in ALL_SPLITS:
        side = [pair for pair in held if pair.split == split]
        if side or split in SPLITS or (path / f"{split}.jsonl").exists():
            write_whole(_jsonl(side), path / f"{split}.jsonl")


def _jsonl(pairs: Iterable[Pair]) -> bytes:
    return "".join(json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pair in pairs).encode("utf-8")


def examples(pairs: Iterable[Pair], langs: Sequence[Lang] = LANGS) -> list[Example]:
    """Both sides of each pair, or those asked for; a side that has no text is left out."""
    return [
        Example(pair.id, lang, pair.text(lang), pair.themes, pair.lineage) for pair in pairs for lang in langs if pair.text(lang)
    ]


def truth_of(items: Sequence[Example]) -> NDArray[np.bool_]:
    """The tags of examples, shape (n, themes)."""
    themes = load_taxonomy().ids
    return np.array([[theme in item.themes for theme in themes] for item in items], dtype=bool).reshape(len(items), len(themes))


def fingerprint(pairs: Iterable[Pair]) -> str:
    """SHA-256 over everything in the pairs that a model can learn from or be measured on, whatever their order."""
    lines = sorted(json.dumps([p.id, p.kind, p.en, p.ar, p.themes, p.lineage, p.split], ensure_ascii=False) for p in pairs)
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def text_hash(text: str) -> str:
    """SHA-256 of a clause's words, so that white space, punctuation and case of a copy do not matter."""
    return hashlib.sha256(" ".join(_WORD.findall(fold(text))).encode("utf-8")).hexdigest()


def grams(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of five words in `text`; all of its words as one run where it is shorter."""
    words = _WORD.findall(fold(text))
    return (
        frozenset(tuple(words[start : start + _GRAM]) for start in range(max(1, len(words) - _GRAM + 1)))
        if words
        else frozenset()
    )


def near_copies(
    texts: Sequence[str], others: Sequence[str] | None = None, *, limit: float = NEAR
) -> list[tuple[int, int, float]]:
    """Pairs of positions whose containment (shared runs of five words over those of the shorter) reaches `limit`.

    Within `texts` (first position smaller), or from `texts` to `others` where these are given.
    """
    left = [grams(text) for text in texts]
    right = left if others is None else [grams(text) for text in others]
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, found in enumerate(right):
        for gram in found:
            where[gram].append(position)
    near = []
    for position, found in enumerate(left):
        shared = Counter(other for gram in found for other in where[gram] if others is not None or other > position)
        for other, count in sorted(shared.items()):
            share = count / max(1, min(len(found), len(right[other])))
            if share >= limit:
                near.append((position, other, share))
    return near


def assign_lineages(pairs: Sequence[Pair], groups: Sequence[str], *, limit: float = NEAR, share: float = 0.0) -> list[Pair]:
    """`pairs` with a lineage each: all of one group (a document) together, and groups joined where they share near-copies.

    Groups are joined where at least `share` of the clauses of each have a near-copy in the other, so that versions of one
    text come together and texts that share a set phrase do not. What near-copies are then left across lineages,
    `keep_apart` sees to.
    """
    parent: dict[str, str] = {group: group for group in groups}

    def root(group: str) -> str:
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    sizes = Counter(groups)
    shared: dict[tuple[str, str], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for lang in LANGS:
        for one, other, _ in near_copies([pair.text(lang) for pair in pairs], limit=limit):
            if groups[one] != groups[other]:
                (low, in_low), (high, in_high) = sorted([(groups[one], one), (groups[other], other)])
                shared[low, high][0].add(in_low)
                shared[low, high][1].add(in_high)
    for (low, high), (of_low, of_high) in sorted(shared.items()):
        if len(of_low) >= share * sizes[low] and len(of_high) >= share * sizes[high]:
            left, right = sorted((root(low), root(high)))
            parent[right] = left
    return [replace(pair, lineage=root(group)) for pair, group in zip(pairs, groups, strict=True)]


def keep_apart(pairs: Sequence[Pair], settled: Collection[str] = ()) -> list[Pair]:
    """`pairs` in which those that are near-copies of a clause on a later side (dev, test) have split "none": no side.

    Where one of two has its id in `settled`, it keeps its side and the other one leaves.
    """
    kept = list(pairs)
    for lang in LANGS:
        for one, other, _ in near_copies([pair.text(lang) for pair in pairs]):
            sides = [_ORDER.index(pairs[position].split) for position in (one, other)]
            if sides[0] != sides[1] and min(sides) > 0:
                leaving = one if sides[0] < sides[1] else other
                if pairs[leaving].id in settled and pairs[one + other - leaving].id not in settled:
                    leaving = one + other - leaving
                kept[leaving] = replace(kept[leaving], split="none")
    return kept


def leave_out_near(pairs: Sequence[Pair], acceptance: Sequence[str]) -> list[Pair]:
    """`pairs` in which those near a text of the acceptance set have split "none"."""
    kept = list(pairs)
    for lang in LANGS:
        for position, _, _ in near_copies([pair.text(lang) for pair in pairs], acceptance):
            kept[position] = replace(kept[position], split="none")
    return kept


def assign_splits(
    pairs: Sequence[Pair], settled: Mapping[str, Split] | None = None, shares: Mapping[Split, float] = SHARES
) -> list[Pair]:
    """`pairs` with a split each: whole lineages, balanced over themes; lineages in `settled` keep their side.

    Lineages are taken from the largest to the smallest and each goes where its themes are most wanting, so that
    the `shares` hold for each theme, and for clauses without one, within each source.
    """
    sides: dict[str, Split] = dict(settled or {})
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        weights[pair.lineage].update(f"{pair.source} {theme}" for theme in (*(pair.themes or ("none",)), "all"))
    total: Counter[str] = sum((weights[lineage] for lineage in weights), Counter())
    held: dict[Split, Counter[str]] = {split: Counter() for split in ALL_SPLITS}
    for lineage, side in sides.items():
        held[side].update(weights.get(lineage, Counter()))

    def want(split: Split, counts: Counter[str]) -> float:
        return sum(counts[key] * (shares[split] - held[split][key] / total[key]) / shares[split] for key in counts)

    for lineage in sorted(weights, key=lambda name: (-weights[name].total(), hashlib.sha256(name.encode()).hexdigest())):
        if lineage not in sides:
            sides[lineage] = max(SPLITS, key=lambda split: want(split, weights[lineage]))
            held[sides[lineage]].update(weights[lineage])
    return [replace(pair, split=sides[pair.lineage]) for pair in pairs]


def folds(pairs: Sequence[Pair], count: int, *, by_lineage: bool = True) -> list[int]:
    """A fold, 0 to `count` - 1, for each pair: whole lineages, each to the fold that is smallest by then, largest first.

    With `by_lineage` false, each pair alone, as one should not: what a model gains by that is the leak.
    """
    names = [pair.lineage if by_lineage else pair.id for pair in pairs]
    sizes = Counter(names)
    filled = [0] * count
    fold_of: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], hashlib.sha256(name.encode()).hexdigest())):
        fold_of[name] = filled.index(min(filled))
        filled[fold_of[name]] += sizes[name]
    return [fold_of[name] for name in names]


def add_drafts(pairs: Sequence[Pair], drafts: Sequence[Mapping[str, Any]], source: str) -> tuple[list[Pair], list[str]]:
    """`pairs` with new drafts joined, and a line for each draft that was left out, saying why.

    A draft is `{kind, en, ar, themes, rules}`; one is left out that is a near-copy of an earlier clause, or that would join
    lineages which are on different sides. New pairs are numbered on; their lineage and split are settled here, and no pair
    that was there before changes its side. Raises LabelError for an unknown theme.
    """
    number = max((int(pair.id[1:]) for pair in pairs if pair.id[:1] == "C" and pair.id[1:].isdigit()), default=0)
    fresh = [_drafted(draft, f"C{number + step:04d}", source) for step, draft in enumerate(drafts, 1)]
    joined = [*pairs, *fresh]
    refused: dict[str, str] = {}
    for lang in LANGS:
        for first, second, share in near_copies([pair.text(lang) for pair in joined]):
            ids = joined[first].id, joined[second].id
            if second >= len(pairs) and not refused.keys() & set(ids):
                refused[ids[1]] = f"{ids[1]}: near-copy of {ids[0]} in '{lang}' ({share:.0%}), left out"
    while True:
        kept = [pair for pair in joined if pair.id not in refused]
        kin = assign_lineages(kept, [pair.lineage for pair in kept], limit=KIN)
        sides: dict[str, set[Split]] = defaultdict(set)
        for pair in kin[: len(pairs)]:
            sides[pair.lineage].add(pair.split)
        torn = [pair.id for pair in kin[len(pairs) :] if len(sides[pair.lineage]) > 1]
        if not torn:
            break
        refused |= {name: f"{name}: is kin to clauses on different sides of the split, left out" for name in torn}
    return assign_splits(kin, {lineage: next(iter(held)) for lineage, held in sides.items() if held}), list(refused.values())


def _drafted(draft: Mapping[str, Any], identity: str, source: str) -> Pair:
    themes = load_taxonomy().require(draft["themes"], f"draft {identity}")
    return Pair(identity, draft["kind"], draft["en"], draft["ar"], themes, source, identity, "train", tuple(draft["rules"]))


def refuse_acceptance(items: Sequence[Example], acceptance: Sequence[str], place: str) -> None:
    """Raises LabelError where an example is a near-copy of a clause of the acceptance set."""
    for position, _, share in near_copies([item.text for item in items], acceptance):
        raise LabelError(
            f"{place}: {items[position].id} is too near the acceptance set ({share:.0%} of its runs of five words); "
            "the acceptance set is never trained or tuned on: take the clause out"
        )
