# ruff: noqa: E501 - a paragraph of a table stands on one line, as it does in a document
"""A document to its clauses: whole resolutions with what is in them, the sample, and any text at all."""

from __future__ import annotations

import pytest
from conftest import ROOT, SAMPLE
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import labelled, read_clauses, resolution_like

from resclassify.errors import InputError
from resclassify.readers import read, read_text
from resclassify.segmentation import segment
from resclassify.types import Document

RESOLUTIONS = sorted((ROOT / "tests/resolutions").glob("*.txt"))


@pytest.mark.parametrize("path", RESOLUTIONS, ids=lambda path: path.stem)
def test_a_resolution_gives_exactly_its_clauses(path):
    text, _, expected = path.read_text(encoding="utf-8").partition("\n=====\n")
    assert read_clauses(text) == expected.splitlines()


@pytest.fixture(scope="module")
def sample():
    document = read(SAMPLE)
    return document, segment(document)


def test_the_scanned_sample_has_38_preambular_and_52_operative_clauses(sample):
    _, clauses = sample
    assert [clause.kind for clause in clauses] == ["preambular"] * 38 + ["operative"] * 52
    assert [clause.number for clause in clauses[38:]] == [str(number) for number in range(1, 53)]


def test_no_footnote_of_the_sample_is_in_a_clause(sample):
    document, clauses = sample
    assert len(document.footnotes) == 39
    for clause in clauses:
        assert not any(note in clause.text for note in document.footnotes)
        assert "Treaty Series" not in clause.text
        assert "المرجع نفسه" not in clause.text
        assert "⁽" not in clause.text


def test_operative_33_of_the_sample_is_whole(sample):
    _, clauses = sample
    clause = clauses[38 + 32]
    assert clause.number == "33"
    assert clause.text.startswith("تشجع الحكومات على أن تقوم")
    assert clause.text.endswith("؛")
    assert "\n" not in clause.text


def test_sub_paragraphs_are_parts_of_their_clause():
    text = "The Council,\nRecalling wells,\n1. Decides:\n(a) To dig:\n(i) By day;\n(ii) By night;\n(b) To drink;\n2. Requests a report."
    clause = segment(read_text(text))[1]
    parts = [(part.label, part.level, clause.text[part.start : part.end].strip()) for part in clause.parts]
    assert parts[0] == ("(a)", 2, "(a) To dig:")
    assert parts[2] == ("(ii)", 3, "(ii) By night;")
    assert parts[3] == ("(b)", 2, "(b) To drink;")


def test_annexed_paragraphs_carry_the_heading_of_their_annex_and_no_kind():
    text = (
        "The General Assembly,\nRecalling wells,\n1. Adopts the plan.\nAnnex II\nPlan for wells\n1. Wells shall be open to all."
    )
    clauses = segment(read_text(text))
    assert [(clause.kind, clause.annex) for clause in clauses] == [("preambular", None), ("operative", None), (None, "Annex II")]


@pytest.mark.parametrize(
    "text",
    ["Dear colleague,\n1. The meeting is on Monday.\n2. Bring maps.", "عزيزي الزميل،\nالاجتماع يوم الاثنين.", "42", "* * *", "The General Assembly,"],
)  # fmt: skip
def test_what_is_no_resolution_has_no_clauses(text):
    assert labelled(segment(read_text(text))) == []


def _slices_back(document):
    clauses = segment(document)
    end = 0
    for clause in clauses:
        assert clause.text
        assert document.text[clause.start : clause.end] == clause.text
        assert clause.start >= end
        end = clause.end
        assert all(0 <= part.start <= part.end <= len(clause.text) for part in clause.parts)
    assert len({clause.id for clause in clauses}) == len(clauses)


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_any_text_slices_back(text):
    _slices_back(Document("any", text))


@settings(max_examples=250, deadline=None)
@given(resolution_like)
def test_any_text_like_a_resolution_slices_back_as_it_is_and_when_read(text):
    _slices_back(Document("any", text))
    try:
        document = read_text(text)
    except InputError:
        return
    _slices_back(document)
    assert segment(document) == segment(document)


@pytest.mark.parametrize(
    ("labels", "levels"),
    [
        (("(a)", "(i)", "(ii)", "(b)"), [2, 3, 3, 2]),
        (("(g)", "(h)", "(i)", "(j)"), [2, 2, 2, 2]),
    ],
)
def test_an_i_is_a_number_before_ii_and_a_letter_after_h(labels: tuple[str, ...], levels: list[int]) -> None:
    lines = [f"{label} To take step {number};" for number, label in enumerate(labels)]
    text = "\n".join(["The General Assembly,", "1. Requests the Secretary-General:", *lines, "2. Decides to remain seized."])
    (first, _) = segment(read_text(text, "x.txt"))
    assert [part.level for part in first.parts] == levels
