"""The acceptance set: the sample draft resolution and its labels. For measuring at the end; never for training or tuning."""

from __future__ import annotations

import hashlib
import json

from resclassify.dataset import Example, text_hash
from resclassify.errors import LabelError
from resclassify.readers import read
from resclassify.segmentation import segment
from resclassify.shipped import shipped

SAMPLE = "data/samples/A_C.3_79_L.22_Rev.1.ar.txt"
LABELS = "data/acceptance.jsonl"


def acceptance_texts() -> list[str]:
    """The texts of its clauses, for keeping what is near them out of training."""
    return [clause.text for clause in segment(read(shipped(SAMPLE)))]


def acceptance_fingerprint() -> str:
    """SHA-256 of the labels, which hold a hash of each clause's words."""
    return hashlib.sha256(shipped(LABELS).read_bytes()).hexdigest()


def acceptance_examples() -> list[Example]:
    """Its clauses with their labels, each its own lineage, for a report at the end.

    Raises LabelError where the clauses are no longer those that were labelled.
    """
    path = shipped(LABELS)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = acceptance_texts()
    if [row["hash"] for row in rows] != [text_hash(text) for text in texts]:
        raise LabelError(
            f"{path}: the sample's clauses are not those that were labelled; segmentation has changed, label them again"
        )
    return [Example(row["id"], "ar", text, tuple(row["themes"]), row["id"]) for row, text in zip(rows, texts, strict=True)]
