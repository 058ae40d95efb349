"""Labelled pairs to and from the files of Label Studio (JSON) and doccano (JSONL), without loss.

Formats: https://labelstud.io/guide/export (JSON) and https://github.com/doccano/doccano (text classification, JSONL).
Both tools keep fields that they do not know: Label Studio under `data`, doccano beside `text` and `label`. A pair travels
there whole, so what comes back differs only in the themes that a person changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from resclassify.dataset import SPLITS, Pair
from resclassify.errors import LabelError
from resclassify.language import identify
from resclassify.taxonomy import load_taxonomy

TOOLS = ("label-studio", "doccano")
_CONFIG_HINT = '<Choices name="themes" toName="text" choice="multiple">'
_KEPT = ("id", "kind", "en", "ar", "source", "lineage", "split", "rules")


def shown_text(pair: Pair) -> str:
    """What an annotator reads: both sides, Arabic first, a blank line between."""
    return "\n\n".join(text for text in (pair.ar, pair.en) if text)


def to_label_studio(pairs: Sequence[Pair]) -> str:
    """Tasks with one annotation each, for a labelling configuration of `Text name="text"` and `Choices name="themes"`."""
    tasks = []
    for number, pair in enumerate(pairs, 1):
        result = {
            "id": f"{pair.id}-themes",
            "from_name": "themes",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": list(pair.themes)},
        }
        held = {key: value for key, value in asdict(pair).items() if key in _KEPT}
        tasks.append(
            {
                "id": number,
                "data": {"text": shown_text(pair), **held},
                "annotations": [{"id": number, "was_cancelled": False, "result": [result] if pair.themes else []}],
            }
        )
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def to_doccano(pairs: Sequence[Pair]) -> str:
    """One object a line: `text`, `label`, and the pair's other fields, which doccano keeps as metadata."""
    lines = []
    for pair in pairs:
        held = {key: value for key, value in asdict(pair).items() if key in _KEPT and key != "id"}
        lines.append(
            json.dumps({"text": shown_text(pair), "label": list(pair.themes), "clause": pair.id, **held}, ensure_ascii=False)
        )
    return "\n".join(lines) + "\n" if lines else ""


def from_label_studio(path: Path) -> list[Pair]:
    """The pairs of a Label Studio export: JSON with `annotations`, or JSON-MIN with `themes` beside the data.

    Of several annotations on a task, the one updated last counts; cancelled ones do not. Raises LabelError, naming file
    and task, for what is no task, has no annotation or holds an unknown theme.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: is no Label Studio export ({error}); export as JSON") from error
    if not isinstance(tasks, list):
        raise LabelError(f"{path}: is no list of tasks; export as JSON")
    pairs = []
    for number, task in enumerate(tasks, 1):
        place = f"{path}: task {task.get('id', number) if isinstance(task, dict) else number}"
        if not isinstance(task, dict):
            raise LabelError(f"{place} is no object; export as JSON")
        held = task.get("data", task)
        pairs.append(_pair(held, _label_studio_themes(task, place), str(task.get("id", number)), place))
    return pairs


def _label_studio_themes(task: Mapping[str, Any], place: str) -> list[str]:
    if "annotations" not in task:
        chosen = task.get("themes", [])
        chosen = chosen.get("choices", []) if isinstance(chosen, dict) else chosen
        return [chosen] if isinstance(chosen, str) else list(chosen)
    kept = [item for item in task["annotations"] if not item.get("was_cancelled")]
    if not kept:
        raise LabelError(f"{place} has no annotation; label it or take it out of the export")
    last = max(kept, key=lambda item: str(item.get("updated_at", "")))
    results = [item for item in last.get("result", []) if item.get("type") == "choices"]
    wrong = [item.get("from_name") for item in results if item.get("from_name") != "themes"]
    if wrong:
        raise LabelError(f"{place} has choices named '{wrong[0]}'; label with {_CONFIG_HINT}")
    return [choice for item in results for choice in item["value"]["choices"]]


def from_doccano(path: Path) -> list[Pair]:
    """The pairs of a doccano export of a text classification project (JSONL with `text` and `label`).

    Raises LabelError, naming file and line, for a line that is no such object or holds an unknown theme.
    """
    pairs = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot be read ({error}); export as JSONL") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
            themes, identity = (
                row.get("label", row.get("labels", row.get("category", []))),
                row.get("clause", row.get("id", number)),
            )
        except (ValueError, AttributeError) as error:
            raise LabelError(f"{place}: is no doccano record ({error}); export as JSONL") from error
        themes = [themes] if isinstance(themes, str) else themes
        pairs.append(_pair({**row, "id": identity}, themes, str(identity), place))
    return pairs


def _pair(held: Mapping[str, Any], themes: Sequence[str], identity: str, place: str) -> Pair:
    """A pair from what a tool kept of it; from a bare `text`, a pair with the one side that the text is in."""
    known = load_taxonomy().ids
    for theme in themes:
        if theme not in known:
            raise LabelError(f"{place}: unknown theme '{theme}'; see data/taxonomy.toml: {', '.join(known)}")
    sides = {lang: str(held.get(lang) or "") for lang in ("en", "ar")}
    if not any(sides.values()):
        text = str(held.get("text") or "").strip()
        if not text:
            raise LabelError(f"{place}: has no text; keep the field 'text' in the export")
        sides[identify(text)] = text
    name = str(held.get("id") or identity)
    split = held.get("split", "train")
    if split not in SPLITS:
        raise LabelError(f"{place}: unknown split '{split}'; it is one of {', '.join(SPLITS)}")
    return Pair(
        id=name,
        kind=held.get("kind"),
        en=sides["en"],
        ar=sides["ar"],
        themes=tuple(theme for theme in known if theme in themes),
        source=str(held.get("source") or "imported"),
        lineage=str(held.get("lineage") or name),
        split=split,
        rules=tuple(held.get("rules") or ()),
    )
