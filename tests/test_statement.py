"""The text of a resolution in the rooms of a statement: nothing lost, ids that hold, sub-paragraphs as deep as they are."""

from __future__ import annotations

import re

import pytest
from akoma import NAMES, elements, tagged, untagged, words, written
from conftest import ROOT, SAMPLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import composed, resolution_like

from resclassify.errors import InputError
from resclassify.readers import read_text
from resclassify.statement import fit, slug
from resclassify.types import Document, Metadata

FILES = sorted((ROOT / "tests/resolutions").glob("*.txt"))
SUBS = """The General Assembly,

Recalling the wells of the uplands, in particular:

(a) The deep ones;

(b) The shallow ones,

1. Urges States to mend:

(a) Pumps, which are:

(i) Old;

(ii) Broken;

(b) Ropes;

2. Decides to remain seized of the matter.
"""


def _document(text: str) -> Document:
    return read_text(text, "d.txt")


def _tags(element, path: str) -> list[str]:
    return [found.get("eId") for found in element.xpath(path, namespaces=NAMES)]


def _same_clauses(document: Document, records):
    """The tree, in which every clause's words and themes read back as its record has them."""
    root = written(document, records)
    by_id = elements(root)
    places = root.xpath("//rc:clause", namespaces=NAMES)
    assert [place.get("id") for place in places] == [fit(record["id"]) for record in records]
    for place, record in zip(places, records, strict=True):
        element = by_id[place.get("href").removeprefix("#")]
        own = element.find("a:num", NAMES)
        text = "".join(words(element).split())  # a mark may touch the word after it
        if record["number"] is not None:
            assert record["number"] in own.text or own.text in record["number"] or slug(own.text) == slug(record["number"])
            text = text.removeprefix("".join(own.text.split()))
        assert text == "".join(fit(record["text"]).split())
        refers = [word for word in (element.get("refersTo") or "").split() if word != "#preamble"]
        assert refers == [f"#theme_{theme}" for theme in record.get("themes", [])]
        assert (place.get("start"), place.get("end")) == (str(record["start"]), str(record["end"]))
    return root


@pytest.mark.parametrize("path", [*FILES, SAMPLE], ids=lambda path: path.stem)
def test_clauses_and_their_themes_read_back_as_they_were(path):
    document = read_text(path.read_text(encoding="utf-8").partition("\n=====\n")[0], path.name)
    _same_clauses(document, tagged(document))
    _same_clauses(document, untagged(document))


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("seed", range(4))
def test_composed_resolutions_read_back(lang, seed):
    document = _document("\n\n".join(composed(lang, seed).paragraphs))
    assert len(untagged(document)) > 8
    _same_clauses(document, tagged(document))


_start = st.sampled_from(
    [
        "",
        "The General Assembly,\nRecalling its resolutions on wells,\n",
        "إن الجمعية العامة،\nوإذ تشير إلى قراراتها المتعلقة بالآبار،\n1 - تحث الدول على إصلاح آبارها:\n(أ) القديمة؛\n",
        "The General Assembly,\n1. Adopts the Declaration on Wells, annexed hereto:\n\nAnnex\n\nDeclaration on Wells\n\n",
    ]
)
_noise = st.sampled_from(["", "\x00", "\x08", "\x1f", "\ufffe", "\ud800", "&<>\"'", "]]>", "\x85"])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_start, resolution_like, st.lists(st.tuples(st.integers(0, 400), _noise), max_size=6))
def test_any_text_is_valid_and_no_word_of_it_is_lost_or_moved(start, text, noise):
    text = start + text
    for place, piece in noise:
        text = text[:place] + piece + text[place:]
    try:
        document = read_text(text, "d.txt")
    except InputError:
        return
    # Without a title, which is shown again where its line was mended.
    document = Document("d\x01.txt", document.text, Metadata(), document.footnotes)
    root = _same_clauses(document, tagged(document))
    assert re.sub(r"[\W_]+", "", words(root)) == re.sub(r"[\W_]+", "", fit(document.text))


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(), min_size=1, max_size=40), st.text(alphabet=st.characters(), max_size=30))
def test_what_xml_cannot_hold_never_breaks_a_file(text, footnote):
    document = Document(
        text, f"{text}\nThe General Assembly,\n1. Urges{text}", Metadata(symbol=text, title=footnote), (footnote,)
    )
    written(document, untagged(document))


def test_each_line_outside_clauses_has_its_room():
    root = written(
        _document(
            "Wells of the uplands\n\nThe General Assembly,\n\nRecalling its resolutions on wells,\n\nI. Repairs\n\n"
            "1. Urges States to mend wells;\n\nII. Money\n\n2. Invites donors to pay for wells.\n\n"
            "70th plenary meeting\n\n12 December 2036\n"
        )
    )
    statement = root[0]
    assert [child.tag.rpartition("}")[2] for child in statement] == ["meta", "preface", "preamble", "mainBody", "conclusions"]
    assert words(statement.find("a:preface", NAMES)) == "Wells of the uplands"
    assert words(statement.find("a:preamble/a:formula", NAMES)) == "The General Assembly,"
    body = statement.find("a:mainBody", NAMES)
    assert [words(child) for child in body] == [
        "I. Repairs",
        "1. Urges States to mend wells;",
        "II. Money",
        "2. Invites donors to pay for wells.",
    ]
    assert words(statement.find("a:conclusions", NAMES)) == "70th plenary meeting 12 December 2036"


def test_sub_paragraphs_are_nested_by_their_level_and_keep_their_marks():
    root = written(_document(SUBS))
    assert _tags(root, "//a:recital//a:item") == ["rec_1__list_1__item_a", "rec_1__list_1__item_b"]
    assert _tags(root, "//a:paragraph[@eId='para_1']//a:point") == [
        "para_1__list_1__point_a",
        "para_1__list_1__point_a__list_1__point_i",
        "para_1__list_1__point_a__list_1__point_ii",
        "para_1__list_1__point_b",
    ]
    marks = root.xpath("//a:paragraph[@eId='para_1']//a:num/text()", namespaces=NAMES)
    assert marks == ["1.", "(a)", "(i)", "(ii)", "(b)"]
    (inner,) = root.xpath("//a:point[@eId='para_1__list_1__point_a']/a:list/a:intro/a:p/text()", namespaces=NAMES)
    assert inner == "Pumps, which are:"


def test_arabic_sub_paragraphs_have_the_ids_of_the_english_ones():
    lines = ("إن الجمعية العامة،", "1 - تحث الدول على إصلاح ما يلي:", "(أ) المضخات القديمة؛", "(ب) الحبال؛", "(ج) الدلاء؛")
    root = written(_document("\n".join(lines)))
    assert _tags(root, "//a:point") == [f"para_1__list_1__point_{letter}" for letter in "abc"]
    assert root.xpath("//a:point/a:num/text()", namespaces=NAMES) == ["(أ)", "(ب)", "(ج)"]


def test_an_annex_is_an_attachment_with_a_heading_metadata_and_ids_of_its_own():
    path = ROOT / "tests/resolutions/en_annex_declaration.txt"
    root = written(read_text(path.read_text(encoding="utf-8").partition("\n=====\n")[0], path.name))
    (attachment,) = root.xpath("//a:attachment", namespaces=NAMES)
    assert attachment.find("a:heading", NAMES).text == "Annex"
    assert words(attachment.find("a:doc/a:mainBody", NAMES)).startswith("Declaration on Wells We, the ministers")
    work = attachment.find("a:doc/a:meta/a:identification/a:FRBRWork/a:FRBRthis", NAMES).get("value")
    assert work.endswith("/!main/annex_1")
    assert "att_1__para_2__list_1__point_b" in _tags(attachment, ".//a:point")
    assert _tags(root, "//a:statement/a:mainBody/a:paragraph") == ["para_1", "para_2"]
    assert "70th plenary meeting" in words(root.find("a:statement/a:conclusions", NAMES))


def test_numbers_that_come_twice_and_preambles_after_operative_clauses_stay_apart():
    half = "Recalling its resolutions on wells,\n\n1. Urges States to mend their wells;\n\n2. Asks for maps of wells.\n\n"
    root = written(_document("The General Assembly,\n\n" + half + half.replace("wells", "springs")))
    assert _tags(root, "//a:paragraph") == ["para_1", "para_2", "para_1_2", "para_2_2"]
    (later,) = root.xpath("//a:hcontainer", namespaces=NAMES)
    assert (later.get("name"), later.get("refersTo").split()[-1]) == ("recital", "#preamble")
    assert "springs" in words(later)
    assert _tags(root, "//a:recital") == ["rec_1"]


def test_a_resolution_without_an_operative_clause_or_without_any_clause_is_valid():
    root = written(_document("The General Assembly,\n\nRecalling its resolutions on wells and the pledges made in them,\n"))
    assert _tags(root, "//a:recital") == ["rec_1"]
    assert words(root.find("a:statement/a:mainBody", NAMES)) == ""
    assert words(written(_document("The weather was fine today."), [])) == "The weather was fine today."


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 bis", "12-bis"), ("٥", "5"), ("2 مكرر", "2-bis"), ("OP7", "OP7"), ("(a)", "a"), ("•", ""), ("أ", "")],
)
def test_marks_become_parts_of_ids(text, expected):
    assert slug(text) == expected
