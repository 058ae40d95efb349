"""Counts of a set of pairs: themes, overlaps, lengths, splits; as a table and as a figure."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from statistics import median

from resclassify.dataset import LANGS, SPLITS, Pair, fingerprint
from resclassify.errors import MissingExtraError
from resclassify.taxonomy import load_taxonomy


def describe(pairs: Sequence[Pair]) -> str:
    """Markdown: pairs by split, then for each theme its pairs and the words a side, then the overlaps of themes."""
    themes = load_taxonomy().ids
    splits = Counter(pair.split for pair in pairs)
    kinds = Counter(pair.kind or "bare" for pair in pairs)
    lines = [
        f"{len(pairs)} pairs of {len({pair.lineage for pair in pairs})} lineages, fingerprint {fingerprint(pairs)}",
        f"splits: {', '.join(f'{split} {splits[split]}' for split in SPLITS)}; "
        f"kinds: {', '.join(f'{kind} {count}' for kind, count in sorted(kinds.items()))}",
        "",
        "| theme | pairs | train | dev | test | words en: least, median, most | words ar: least, median, most |",
        "|---|---|---|---|---|---|---|",
    ]
    for theme in (*themes, "none", "all"):
        held = [pair for pair in pairs if theme == "all" or (theme in pair.themes if theme != "none" else not pair.themes)]
        sides = Counter(pair.split for pair in held)
        cells = [theme, str(len(held)), *(str(sides[split]) for split in SPLITS), *(_lengths(held, lang) for lang in LANGS)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| with | " + " | ".join(themes) + " |", "|---" * (len(themes) + 1) + "|"]
    overlaps = overlap(pairs)
    lines += [f"| {one} | " + " | ".join(str(overlaps[one, other]) for other in themes) + " |" for one in themes]
    return "\n".join(lines) + "\n"


def _lengths(pairs: Sequence[Pair], lang: str) -> str:
    words = [len((pair.ar if lang == "ar" else pair.en).split()) for pair in pairs]
    words = [count for count in words if count]
    return f"{min(words)}, {median(words):.0f}, {max(words)}" if words else "-"


def overlap(pairs: Sequence[Pair]) -> Counter[tuple[str, str]]:
    """How many pairs carry both themes, by two themes; by one theme twice, how many carry it."""
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counts.update((theme, theme) for theme in pair.themes)
        for one, other in combinations(pair.themes, 2):
            counts.update([(one, other), (other, one)])
    return counts


def draw(pairs: Sequence[Pair], form: str) -> bytes:
    """A figure ("png" or "svg"): pairs a theme and split, and the lengths of both sides.

    Raises MissingExtraError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib is not installed; run `make install`, or pip install 'resclassify[train]'") from error
    themes = load_taxonomy().ids
    figure = Figure(figsize=(11, 4), layout="constrained")
    bars, lengths = figure.subplots(1, 2)
    below = [0] * (len(themes) + 1)
    for split in SPLITS:
        held = [pair for pair in pairs if pair.split == split]
        counts = [sum(theme in pair.themes for pair in held) for theme in themes] + [sum(not pair.themes for pair in held)]
        bars.barh([*themes, "none"], counts, left=below, label=split)
        below = [base + count for base, count in zip(below, counts, strict=True)]
    bars.invert_yaxis()
    bars.set_xlabel("pairs")
    bars.legend()
    for lang, name in (("en", "English"), ("ar", "Arabic")):
        lengths.hist([len((p.ar if lang == "ar" else p.en).split()) for p in pairs], bins=30, alpha=0.6, label=name)
    lengths.set_xlabel("words a clause")
    lengths.set_ylabel("clauses")
    lengths.legend()
    sink = io.BytesIO()
    figure.savefig(sink, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
    return sink.getvalue()
