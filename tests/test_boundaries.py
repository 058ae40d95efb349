"""Clause boundaries against known ones: counts worked out by hand, and bounds under noise that must not fall."""

from __future__ import annotations

import gzip
import json
import random
from itertools import starmap

import pytest
from strategies import composed

from resclassify import noise
from resclassify.boundaries import (
    Boundaries,
    clause_texts,
    compare_clauses,
    f1_interval,
    known_document,
    read_known,
    score_documents,
)

_RECORD = {
    "id": "A_RES_1",
    "paragraphs": [
        {"kind": "frontmatter", "prefix": "", "level": None, "text": "Wells"},
        {"kind": "preambular", "prefix": "", "level": None, "text": "The General Assembly,"},
        {"kind": "preambular", "prefix": "", "level": 1, "text": "Recalling wells,"},
        {"kind": "operative", "prefix": "1.", "level": 1, "text": "Urges all States:"},
        {"kind": "operative", "prefix": "(a)", "level": 2, "text": "To dig;"},
        {"kind": "operative", "prefix": "2.", "level": 1, "text": "Requests a report."},
        {"kind": "paragraph", "prefix": "", "level": None, "text": "Annex"},
        {"kind": "operative", "prefix": "1.", "level": 1, "text": "Wells shall be open."},
    ],
}


def test_a_clause_counts_where_its_letters_are_exactly_those_known():
    known = ["Recalling wells,", "Urges States;", "Requests a report."]
    found = ["Recalling wells¹,", "Urges States; and more", "Requests a report.", "12 December"]
    score = compare_clauses(known, found)
    assert score == Boundaries(hits=2, found=4, known=3)
    assert (score.precision, score.recall, score.f1) == (0.5, 2 / 3, 4 / 7)
    assert Boundaries().f1 == 0.0


def test_a_clause_found_twice_counts_once():
    assert compare_clauses(["Urges;"], ["Urges;", "Urges;"]) == Boundaries(1, 2, 1)


def test_a_record_gives_the_clauses_of_its_body_without_their_marks():
    document = known_document(_RECORD)
    assert clause_texts(document) == ["Recalling wells,", "Urges all States: (a) To dig;", "Requests a report."]


@pytest.mark.parametrize("dropped", [1, 3])
def test_a_record_whose_own_split_is_not_sound_is_none(dropped):
    paragraphs = [item for position, item in enumerate(_RECORD["paragraphs"]) if position != dropped]
    assert known_document({**_RECORD, "paragraphs": paragraphs}) is None


def test_only_records_with_the_prefix_are_read(tmp_path):
    path = tmp_path / "known.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({**_RECORD, "id": name}) + "\n" for name in ("A_RES_1", "S_RES_1"))
    assert [document.id for document in read_known(path, ["S_RES_"])] == ["S_RES_1"]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(
    ("pages", "misread_rate", "bound"), [(False, 0.0, 1.0), (True, 0.0, 0.99), (True, 0.01, 0.99), (True, 0.03, 0.98)]
)
def test_boundaries_of_composed_resolutions_under_noise(lang, pages, misread_rate, bound):
    documents = list(starmap(composed, ((lang, seed) for seed in range(12))))
    scores = score_documents(documents, random.Random(7), pages=pages, misread_rate=misread_rate)
    score = sum(scores, Boundaries())
    low, high = f1_interval(scores)
    assert score.known > 120
    assert low <= score.f1 <= high
    assert score.f1 >= bound


def test_the_same_seed_gives_the_same_noise():
    text = "Recalling its resolutions on wells, وإذ تشير"
    assert noise.misread(text, random.Random(3), 0.2) == noise.misread(text, random.Random(3), 0.2) != text
    assert noise.misread(text, random.Random(3), 0.0) == text
