"""Pieces of HTML for notebooks: the text is whole and safe, marked where it should be, in its direction of writing."""

import html
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resclassify.comparison import ClauseChange
from resclassify.exports import THEME_SHADES, tagged_record
from resclassify.fragments import changes_html, clauses_html, picture, table_html
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, Evidence, TaggedClause
from resclassify.verbs import opening_verb
from resclassify.wording import edits

OLD = "تدعو الدول إلى أن توفر للناجين المأوى؛"
NEW = "تحث الدول على أن توفر للناجين المأوى والرعاية الطبية؛"


def _tagged(text: str, lang: str = "ar", number: str = "4", **more: object) -> TaggedClause:
    clause = Clause("draft", "draft#O04", "operative", number, lang, 0, len(text), text)
    return TaggedClause(clause, **({"themes": (), "probabilities": dict.fromkeys(load_taxonomy().ids, 0.25)} | more))


def _text_of(fragment: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", fragment))


def _changed(old: str, new: str, lang: str = "ar", **more: object) -> ClauseChange:
    kept = {"edits": tuple(edits(old, new)), "old_verb": opening_verb(old, lang), "new_verb": opening_verb(new, lang)}
    return ClauseChange(_tagged(new, lang), (_tagged(old, lang, "3"),), "expanded", **(kept | more))


def test_a_clause_shows_its_evidence_in_the_colour_of_its_theme() -> None:
    start = OLD.index("المأوى")
    evidence = (Evidence("victim_protection", start, start + 6, 1.5),)
    probabilities = dict.fromkeys(load_taxonomy().ids, 0.25) | {"victim_protection": 0.875}
    tagged = _tagged(OLD, themes=("victim_protection",), probabilities=probabilities, evidence=evidence, review=True)
    fragment = clauses_html([tagged_record(tagged)], {"draft#O04": "a note", "other": "of another"})
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", fragment) == ["المأوى"]
    assert f"background:{THEME_SHADES['victim_protection']}" in re.search(r"<mark[^>]*>", fragment)[0]
    assert OLD in _text_of(fragment)
    assert all(said in _text_of(fragment) for said in ("حماية الضحايا 0.88", "للمراجعة", "a note"))
    assert "of another" not in fragment
    assert 'dir="rtl"' in fragment


def test_a_clause_without_tags_says_nothing_of_review_and_reads_from_the_left_in_english() -> None:
    fragment = clauses_html([tagged_record(_tagged("Urges States to act;", "en"))])
    assert _text_of(fragment) == "4Urges States to act;"
    assert 'dir="rtl"' not in fragment
    assert "<mark" not in fragment


def test_word_differences_stand_in_one_running_text() -> None:
    fragment = changes_html([_changed(OLD, NEW, themes_gained=("prevention",), themes_lost=("migration",))])
    assert re.findall(r"<del[^>]*>([^<]*)</del>", fragment) == ["تدعو", "إلى"]
    assert re.findall(r"<ins[^>]*>([^<]*)</ins>", fragment) == ["تحث", "على", "والرعاية الطبية؛"]
    said = _text_of(fragment)
    assert '<bdi dir="ltr">3 → 4</bdi>' in fragment
    assert "وُسّعت" in said
    assert "أقوى: invites → urges" in said
    assert ("+ المنع" in said, "− الهجرة" in said) == (True, True)


@pytest.mark.parametrize(("lang", "word", "before"), [("en", "dropped", True), ("en", "new", False), ("ar", "جديدة", False)])
def test_a_clause_of_one_version_alone_is_shown_whole(lang: str, word: str, before: bool) -> None:
    item = _tagged("Urges <States>;" if lang == "en" else OLD, lang)
    change = ClauseChange(None, (item,), "dropped") if before else ClauseChange(item, (), "new")
    fragment = changes_html([change])
    assert item.clause.text in _text_of(fragment)
    assert word in _text_of(fragment)
    assert "<States>" not in fragment


def test_across_languages_both_texts_are_shown_each_in_its_direction() -> None:
    pair = ClauseChange(_tagged("Urges States to act;", "en"), (_tagged(OLD),), "translated")
    fragment = changes_html([pair])
    assert re.findall(r'<div lang="(\w+)" dir="(\w+)"', fragment) == [("ar", "rtl"), ("en", "ltr")]
    assert OLD in _text_of(fragment)
    assert "Urges States to act;" in _text_of(fragment)


def test_a_table_rounds_and_leaves_nothing_where_there_is_nothing() -> None:
    fragment = table_html(("a <b>", "العدد"), [("x & y", 0.125), (None, 3), ("z", np.float64(0.5))])
    cells = re.findall(r"<td[^>]*>(.*?)</td>", fragment)
    assert cells == ["x &amp; y", "0.12", "", "3", "z", "0.50"]
    assert re.findall(r"<th [^>]*>(.*?)</th>", fragment) == ["a &lt;b&gt;", "العدد"]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ('width="1152pt" height="244.8pt"', 'width="768" height="163.2"'),
        ('height="100" width="1000"', 'height="76.8" width="768"'),
        ('width="1000px" height="100px"', 'width="768" height="76.8"'),
        ('width="576pt" height="9pt"', None),
        ('width="400" height="300"', None),
        ("", None),
    ],
)
def test_a_figure_is_drawn_smaller_only_where_it_is_too_wide(size: str, shown: str | None) -> None:
    svg = f'<?xml version="1.0"?>\n<svg viewBox="0 0 9 9" {size}><svg width="5000" height="5000"/>نص</svg>'
    assert picture(svg.encode("utf-8"), 768) == svg.replace(size, size if shown is None else shown, 1 if size else 0)


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=4))
def test_whatever_a_table_holds_is_text_and_comes_back(rows: list[list[str]]) -> None:
    found = re.findall(r"<td[^>]*>(.*?)</td>", table_html(("a", "b"), rows), re.S)
    assert [html.unescape(cell) for cell in found] == [html.unescape(html.escape(cell)) for row in rows for cell in row]
    assert not any("<" in cell for cell in found)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_word_of_the_new_text_is_lost_in_the_differences(old: str, new: str) -> None:
    fragment = re.sub(r"<del[^>]*>[^<]*</del>", " ", changes_html([_changed(old, new, "en")]))
    body = re.search(r'pre-line">(.*?)</div>', fragment, re.S)[1]
    without_names = re.sub(r"<bdi[^>]*>3 → 4</bdi>", "", body)
    assert _text_of(without_names).split() == new.split()
