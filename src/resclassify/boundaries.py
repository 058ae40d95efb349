"""How right clause boundaries are: precision and recall against clauses that are known."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from resclassify import lexicon, noise
from resclassify.readers import read_text
from resclassify.segmentation import segment

_ANNEX = re.compile(r"(annex|appendix|enclosure)\b", re.I)


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Counts of clauses whose start and end are both right (`hits`), of clauses found, and of clauses that are there."""

    hits: int = 0
    found: int = 0
    known: int = 0

    def __add__(self, other: Boundaries) -> Boundaries:
        return Boundaries(self.hits + other.hits, self.found + other.found, self.known + other.known)

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.known if self.known else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.found + self.known) if self.found + self.known else 0.0


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as paragraphs, and which runs of paragraphs (`range(start, stop)`) are its clauses."""

    id: str
    paragraphs: tuple[str, ...]
    clauses: tuple[tuple[int, ...], ...]


def compare_clauses(known: Sequence[str], found: Sequence[str]) -> Boundaries:
    """Boundaries of `found` against `known`, both lists of clause texts of one document.

    A clause is right when its letters are exactly those of a known clause: one word too many or too few at either
    end makes it wrong. Digits and punctuation do not count, since footnote calls are made of them.
    """
    left, right = (Counter("".join(filter(str.isalpha, text)).lower() for text in texts) for texts in (known, found))
    return Boundaries((left & right).total(), right.total(), left.total())


def known_document(record: Mapping[str, Any]) -> KnownDocument | None:
    """A record `{id, paragraphs: [{kind, prefix, level, text}]}` as a KnownDocument; clauses of its body only.

    None where the record's own split is not sound: no opening formula, no operative paragraph, operative numbers
    that do not count up from 1, or preambular paragraphs after operative ones.
    """
    paragraphs: list[str] = []
    clauses: list[list[int]] = []
    opened = annexed = False
    numbers = 0
    for item in record["paragraphs"]:
        text, prefix = item["text"].strip(), (item["prefix"] or "").strip()
        whole = f"{prefix} {text}".strip()
        if not whole:
            continue
        paragraphs.append(whole)
        annexed = annexed or (item["kind"] != "frontmatter" and len(text) < 100 and _ANNEX.match(text) is not None)
        if annexed or item["kind"] not in ("preambular", "operative", "paragraph"):
            continue
        if item["kind"] == "preambular" and not item["level"] and lexicon.chapeau_end(text) == len(text):
            opened = True
        elif (item["level"] or 1) > 1 and clauses:
            clauses[-1].append(len(paragraphs) - 1)
        elif item["kind"] == "preambular" and not numbers:
            clauses.append([len(paragraphs) - 1])
        elif item["kind"] == "operative" and prefix == f"{numbers + 1}.":
            numbers += 1
            clauses.append([len(paragraphs) - 1])
        else:
            return None
    if not opened or not numbers:
        return None
    return KnownDocument(record["id"], tuple(paragraphs), tuple(tuple(clause) for clause in clauses))


def clause_texts(document: KnownDocument) -> list[str]:
    """The texts of the known clauses, without their list marks."""
    texts = []
    for clause in document.clauses:
        first = document.paragraphs[clause[0]]
        mark = lexicon.list_mark(first)
        texts.append(" ".join([first[mark.end if mark else 0 :], *(document.paragraphs[position] for position in clause[1:])]))
    return texts


def read_known(path: Path, prefixes: Sequence[str]) -> list[KnownDocument]:
    """The sound documents of a gzipped JSONL file whose id starts with one of `prefixes`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    known = (known_document(record) for record in records if record["id"].startswith(tuple(prefixes)))
    return [document for document in known if document is not None]


def score_documents(
    documents: Iterable[KnownDocument], rng: random.Random, *, pages: bool, misread_rate: float = 0.0
) -> list[Boundaries]:
    """Boundaries of each document, rebuilt as plain text, read and segmented.

    With `pages`, each is set in a random layout with page breaks, furniture and footnotes (`noise.random_layout`), else
    in a random width without them. `misread_rate` of the letters are misread as scans misread them.
    """
    scores = []
    for document in documents:
        layout = noise.random_layout(rng)
        if not pages:
            layout = noise.Layout(width=layout.width, blank_lines=layout.blank_lines)
        if misread_rate:
            noisy = tuple(noise.misread(text, rng, misread_rate) for text in document.paragraphs)
            document = replace(document, paragraphs=noisy)  # noqa: PLW2901
        text = noise.typeset(document.paragraphs, rng, layout, title=document.id.replace("_", "/") + " Title")
        found = [clause.text for clause in segment(read_text(text, document.id)) if clause.annex is None]
        scores.append(compare_clauses(clause_texts(document), found))
    return scores


def f1_interval(scores: Sequence[Boundaries], *, rounds: int = 2000) -> tuple[float, float]:
    """The ends of the 95 % bootstrap interval of F1 over documents; the same scores give the same interval."""
    counts = np.array([[score.hits, score.found + score.known] for score in scores], dtype=np.float64)
    drawn = np.random.default_rng(20241113).multinomial(len(scores), np.full(len(scores), 1 / len(scores)), size=rounds) @ counts
    low, high = np.percentile(2 * drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(low), float(high)
