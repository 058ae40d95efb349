"""Which words of two versions are alike, which were taken out and put in, and what counts as saying the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from series import STEPS, place, version

from resclassify.wording import edits, says_the_same, sense, weighty, word_key, words_of

SAME = [
    ("Urges all States to act;", "urges all states to act."),
    ("Recalling its resolution 61/144 of 19 December 2006,", "Recalling its resolution 74/176 of 18 March 2019,"),
    ("at its seventy-fourth session", "at its eighty-first session"),
    ("at its ninth session", "at its 81st session"),
    ("the report (A/78/161)", "the report (A/HRC/42/30)"),
    ("resolution 2388 (2017) of 21 November 2017", "resolution 2331 (2016) of 20 December 2016"),
    ("in paragraphs 3–5 of the plan", "in paragraphs 7-12 of the plan"),
    ("the gender-based harm", "the gender based harm"),
    ("the Convention12; and its Protocol", "the Convention; and its Protocol"),
    ("the Convention¹ and its Protocol", "the Convention and its Protocol"),
    ("“safe” wells", '"safe" wells'),
    ("two million people", "12 people"),
    ("on 1 May 2030", "on 30 July 2031"),
    ("قرارها 61/144 المؤرخ 19 كانون الأول/ديسمبر 2006،", "قرارها 74/176 المؤرخ 18 آذار/مارس 2019؛"),
    ("في دورتها الرابعة والسبعين", "في دورتها الحادية والثمانين"),
    ("في دورتها التاسعة", "في دورتها ٨١"),
    ("تحثّ جميعَ الدول", "تحث جميع الدول"),
    ("إمكانية الوصول إلى المياه", "امكانية الوصول إلي المياه"),
    ("مئتي قرية", "ثلاثمائة قرية"),
    ("خمسة عشر عاما", "تسعة عشر عاما"),
    ("المادة ٦", "المادة 12"),
]
OTHER = [
    ("Urges all States to act;", "Strongly urges all States to act;"),
    ("Encourages all States to act;", "Urges all States to act;"),
    ("Urges all States to act;", "Urges all States to act now;"),
    ("keepers may act", "keepers act"),
    ("in March 2030", "in the spring of 2030"),
    ("support for people with HIV/AIDS", "support for people with COPD"),
    ("the Convention and its Protocol", "the Convention and its Protocols"),
    ("two wells", "two old wells"),
    ("the first plan", "the plan"),
    ("تحث جميع الدول", "تهيب بجميع الدول"),
    ("تحث جميع الدول", "تحث بقوة جميع الدول"),
    ("تسعى إلى حماية الآبار", "تسعة إلى حماية الآبار"),
    ("العناية الأولية", "العناية الأولى"),
    ("حماية الآبار", "حماية الآبار والينابيع"),
    ("أولويات القرى", "أول القرى"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_punctuation_case_numbers_and_dates_do_not_count(old: str, new: str) -> None:
    assert says_the_same(old, new)
    assert says_the_same(new, old)


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_any_other_word_counts(old: str, new: str) -> None:
    assert not says_the_same(old, new)
    assert not says_the_same(new, old)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Recalling A/RES/61/144 and 62/3,", ["recalling", "0", "and", "0"]),
        ("the 2030 Agenda", ["the", "0", "agenda"]),
        ("the COVID-19 pandemic", ["the", "covid", "0", "pandemic"]),
        ("15 كانون الثاني/يناير 2020", ["0"]),
        ("1 May 2030", ["0"]),
        ("keepers may march in step", ["keepers", "may", "march", "in", "step"]),
        ("قانون الأب الثاني", ["قانون", "الاب", "0"]),
        ("— … ؛", []),
        ("", []),
    ],
)
def test_numbers_and_dates_are_one_key_each(text: str, keys: list[str]) -> None:
    assert sense(text) == keys


def test_words_of_grammar_and_intensifiers_carry_no_matter() -> None:
    assert weighty(sense("Also strongly urges the States to act, inter alia, in 2030;")) == ["urges", "states", "act"]
    assert weighty(sense("تحث أيضا بقوة الدول على ما يلي؛")) == ["تحث", "الدول", "يلي"]


@pytest.mark.parametrize(
    ("words", "key"),
    [(("Wells,", "wells;", "“WELLS”"), "wells"), (("الآبَار،", "الابار"), "الابار"), (("إلى", "الي"), "الي"), (("—",), "")],
)
def test_words_are_compared_without_case_signs_and_variants(words: tuple[str, ...], key: str) -> None:
    assert {word_key(word) for word in words} == {key}


def _changed(old: str, new: str) -> list[tuple[str, str]]:
    return [
        (edit.change, old[edit.old_start : edit.old_end] if edit.change == "delete" else new[edit.new_start : edit.new_end])
        for edit in edits(old, new)
        if edit.change != "equal"
    ]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("Urges States to act;", "Urges States to act.", []),
        ("Urges States to act;", "Strongly urges States to act;", [("insert", "Strongly")]),
        ("Urges all States to act;", "Urges States to act;", [("delete", "all")]),
        ("Encourages States to act;", "Urges States to act;", [("delete", "Encourages"), ("insert", "Urges")]),
        ("تشجع الدول على العمل؛", "تحث الدول على العمل؛", [("delete", "تشجع"), ("insert", "تحث")]),
        ("حماية الآبار؛", "حماية الآبار والينابيع؛", [("insert", "والينابيع؛")]),
        ("", "Urges States", [("insert", "Urges States")]),
        ("Urges States", "", [("delete", "Urges States")]),
        ("", "", []),
    ],
)
def test_insertions_and_deletions_by_words(old: str, new: str, changed: list[tuple[str, str]]) -> None:
    assert _changed(old, new) == changed


def test_a_chance_word_between_two_changes_is_no_island() -> None:
    old, new = "guard the old wells of the upper hills", "map new springs of every low valley"
    assert [change for change, _ in _changed(old, new)] == ["delete", "insert"]


_pieces = st.lists(st.sampled_from("the wells of Wells, keepers 61/144 — تحث الدول الدول، على بِئر ;".split()), max_size=14)
_texts = st.one_of(_pieces.map(" ".join), _pieces.map("\n".join), st.text(max_size=40))


@settings(deadline=None)
@given(_texts, _texts)
@example("a b c d", "x b y d")
def test_the_edits_rebuild_both_texts(old: str, new: str) -> None:
    found = edits(old, new)
    before = [word for edit in found if edit.change != "insert" for word in old[edit.old_start : edit.old_end].split()]
    after = [word for edit in found if edit.change != "delete" for word in new[edit.new_start : edit.new_end].split()]
    assert (before, after) == (old.split(), new.split())


@settings(deadline=None)
@given(_texts, _texts)
def test_edits_run_in_order_and_equal_runs_are_alike(old: str, new: str) -> None:
    found = edits(old, new)
    for edit in found:
        assert 0 <= edit.old_start <= edit.old_end <= len(old)
        assert 0 <= edit.new_start <= edit.new_end <= len(new)
        texts = old[edit.old_start : edit.old_end], new[edit.new_start : edit.new_end]
        sides = [[word.key for word in words_of(text)] for text in texts]
        assert (sides[0] == sides[1]) or edit.change != "equal"
        assert (not sides[0] and edit.old_start == edit.old_end) or edit.change != "insert"
        assert (not sides[1] and edit.new_start == edit.new_end) or edit.change != "delete"
    for first, second in pairwise(found):
        assert first.old_end <= second.old_start or second.change == "insert"
        assert first.new_end <= second.new_start


@settings(deadline=None)
@given(_texts)
def test_a_text_says_what_it_says_and_takes_no_edits(text: str) -> None:
    assert says_the_same(text, text)
    assert {edit.change for edit in edits(text, text)} <= {"equal"}


@settings(deadline=None)
@given(_texts, _texts)
def test_saying_the_same_is_symmetric(old: str, new: str) -> None:
    assert says_the_same(old, new) == says_the_same(new, old)


@settings(deadline=None)
@given(st.data())
def test_other_case_punctuation_and_numbers_say_the_same_other_words_do_not(data: st.DataObject) -> None:
    lang, step = data.draw(st.sampled_from(["en", "ar"])), data.draw(st.sampled_from(STEPS))
    text = data.draw(st.sampled_from(version(step[0], lang))).text  # type: ignore[arg-type]
    words = text.upper().split()
    at = data.draw(st.integers(0, len(words)))
    assert says_the_same(text, " ".join(words).rstrip(",;.،؛") + data.draw(st.sampled_from(["", ";", " —", "."])))
    assert says_the_same(text + " 12", text + " 14 May 2031")
    assert not says_the_same(text, " ".join([*words[:at], data.draw(st.sampled_from(["camel", "جمل"])), *words[at:]]))


def test_same_holds_by_the_letter_in_the_series() -> None:
    """Clauses of one place in two versions say the same where nothing but punctuation, case, numbers and dates differs."""
    old, new = ({place(clause): clause.text for clause in version(name, "en")} for name in STEPS[0])
    assert says_the_same(old["P01"], new["P01"])
    assert not says_the_same(old["P02"], new["P02"])
