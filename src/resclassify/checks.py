"""What is wrong with a table of labelled pairs: every fault with its file, row and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from resclassify.dataset import LANGS, SPLITS, near_copies, read_rows, text_hash
from resclassify.errors import LabelError
from resclassify.language import identify
from resclassify.taxonomy import load_taxonomy

_FIELDS = ("id", "kind", "en", "ar", "themes", "source", "lineage", "split")
_NAMES = {"en": "English", "ar": "Arabic"}
Row = Mapping[str, Any]


def check_pairs(path: Path, acceptance: Sequence[str], *, allow_missing_side: bool = False) -> list[str]:
    """Every fault of a file or folder of pairs, one line each, naming file, row and remedy; empty where it is sound.

    `acceptance` holds the texts of the acceptance set, which no clause may be near.
    """
    rows: list[tuple[Row, str]] = []
    faults: list[str] = []
    try:
        rows += read_rows(path)
    except LabelError as error:
        return [str(error)]
    if not rows:
        return [f"{path}: holds no pair; write one JSON object a line"]
    for row, place in rows:
        faults += [f"{place}: {fault}" for fault in _row_faults(row, allow_missing_side)]
    sound = [(row, place) for row, place in rows if all(key in row for key in _FIELDS) and isinstance(row["themes"], list)]
    faults += _repeats(sound)
    faults += _contradictions(sound)
    faults += _leaks(sound)
    for lang in LANGS:
        texts = [str(row[lang] or "") for row, _ in sound]
        for position, _, share in near_copies(texts, acceptance):
            faults.append(f"{sound[position][1]}: '{lang}' is too near the acceptance set ({share:.0%}); take the clause out")
    return faults


def _row_faults(row: Row, allow_missing_side: bool) -> Iterator[str]:
    missing = [key for key in _FIELDS if key not in row]
    if missing:
        yield f"lacks {', '.join(missing)}; see data/README.md for the fields"
        return
    known = load_taxonomy().ids
    if not isinstance(row["themes"], list):
        yield "'themes' is no list; write [\"prevention\"] or []"
    else:
        for theme in row["themes"]:
            if theme not in known:
                yield f"unknown theme '{theme}'; see data/taxonomy.toml: {', '.join(known)}"
    if row["split"] not in SPLITS:
        yield f"unknown split '{row['split']}'; it is one of {', '.join(SPLITS)}"
    if row["kind"] not in ("preambular", "operative", None):
        yield f"unknown kind '{row['kind']}'; it is preambular, operative or null"
    for lang in LANGS:
        text = row[lang]
        if not isinstance(text, str) or not text.strip():
            if not allow_missing_side:
                yield f"has no {_NAMES[lang]} side; write it, or check with --allow-missing-side"
        elif identify(text) != lang:
            yield f"'{lang}' is not in {_NAMES[lang]}; put each language into its own field"


def _repeats(rows: Sequence[tuple[Row, str]]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for row, place in rows:
        if row["id"] in seen:
            yield f"{place}: id '{row['id']}' is taken by {seen[row['id']]}; give it another"
        seen.setdefault(row["id"], place)


def _contradictions(rows: Sequence[tuple[Row, str]]) -> Iterator[str]:
    """The same words with other themes, on either side."""
    seen: dict[tuple[str, str], tuple[Row, str]] = {}
    for row, place in rows:
        for lang in LANGS:
            if not row[lang]:
                continue
            first, where = seen.setdefault((lang, text_hash(str(row[lang]))), (row, place))
            if set(first["themes"]) != set(row["themes"]):
                yield f"{place}: says of the same words another thing than {where} ({lang}); settle on one label"


def _leaks(rows: Sequence[tuple[Row, str]]) -> Iterator[str]:
    sides: dict[str, tuple[str, str]] = {}
    for row, place in rows:
        split, where = sides.setdefault(row["lineage"], (row["split"], place))
        if split != row["split"]:
            yield f"{place}: lineage '{row['lineage']}' is in {row['split']} here and in {split} at {where}; keep it on one side"
