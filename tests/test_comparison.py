"""What became of each clause: its status, its moves, its verb and its themes, as records too."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from series import LANGS, STEPS, bare, encoder, gold, place, tagged, version

from resclassify.comparison import STATUSES, ClauseChange, Comparison, _moved, change_record, compare, status_of
from resclassify.exports import tagged_record, to_jsonl
from resclassify.types import Lang

STATUS = [
    ("same", "Recalling its resolution 61/144 of 19 December 2006,", "Recalling its resolution 74/176 of 18 March 2019;"),
    ("same", "تطلب تقديم تقرير في دورتها الرابعة والسبعين؛", "تطلب تقديم تقرير في دورتها الحادية والثمانين."),
    ("expanded", "Urges States to map their wells;", "Urges States to map their wells and springs, and to publish the maps;"),
    ("expanded", "تحث الدول على رسم خرائط لآبارها؛", "تحث الدول على رسم خرائط لآبارها وينابيعها وصهاريجها، وعلى نشر الخرائط؛"),
    ("reduced", "Urges States to map their wells and springs, and to publish the maps;", "Urges States to map their wells;"),
    ("reduced", "تحث الدول على رسم خرائط لآبارها وينابيعها وصهاريجها، وعلى نشر الخرائط؛", "تحث الدول على رسم خرائط لآبارها؛"),
    ("reworded", "Encourages States to map their wells;", "Urges States to map their wells;"),
    ("reworded", "Urges States to map their wells;", "Strongly urges States to map their wells;"),
    ("reworded", "Condemns the poisoning of wells;", "Condemns in the strongest terms the theft of pumps;"),
    ("reworded", "Urges States to map their wells;", "Also urges States to map their wells;"),
    ("reworded", "تشجع الدول على رسم خرائط لآبارها؛", "تحث الدول على رسم خرائط لآبارها؛"),
    ("reworded", "تدين تسميم الآبار؛", "تدين بشدة تسميم الآبار؛"),
    ("reworded", "Urges States to map wells without delay;", "Urges States to guard the springs of the uplands;"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "old", "new"), STATUS)
def test_the_status_of_a_clause(status: str, old: str, new: str) -> None:
    assert status_of(old, new) == status


_texts = st.lists(st.sampled_from("Urges States to map the wells springs of 61/144 تحث الدول الآبار".split()), max_size=12).map(
    " ".join
)


@settings(deadline=None)
@given(_texts, st.integers(0, 12))
def test_matter_that_is_put_in_expands_and_taken_out_reduces(text: str, at: int) -> None:
    words = text.split()
    more = " ".join([*words[:at], "camels", "ponds", "mills", *words[at:]])
    assert (status_of(text, text), status_of(text, more), status_of(more, text)) == ("same", "expanded", "reduced")


@pytest.mark.parametrize("lang", LANGS)
def test_the_series(lang: Lang) -> None:
    total = statuses = verbs = moves = 0
    for old, new in STEPS:
        lines = gold(old, new)
        known = {line["new"]: line for line in lines if line["new"]}
        found = compare(tagged(version(old, lang)), tagged(version(new, lang)), encoder())
        for change in found.changes:
            if change.new is None:
                continue
            line = known[place(change.new.clause)]
            total += 1
            statuses += change.status == line["status"]
            verbs += change.verb_change == line["verb"]
            moves += change.moved == line["moved"]
            assert (change.status == "same") == (line["status"] == "same")
        dropped = {place(change.old[0].clause) for change in found.changes if change.new is None}
        gone = {line["old"][0] for line in lines if not line["new"]}
        assert gone <= dropped
        assert len(dropped - gone) <= 1
    assert total == 99
    assert statuses >= 0.9 * total
    assert verbs >= 0.95 * total
    assert moves >= 0.98 * total


@pytest.mark.parametrize("lang", LANGS)
def test_a_document_against_itself_has_nothing_but_what_is_the_same(lang: Lang) -> None:
    clauses = tagged(version(STEPS[0][0], lang), {3: ("migration",)})
    found = compare(clauses, clauses, encoder())
    assert found.counts == {"same": len(clauses)}
    for change, item in zip(found.changes, clauses, strict=True):
        assert (change.new, change.old, change.moved, change.similarity) == (item, (item,), False, 1.0)
        assert (change.themes_gained, change.themes_lost) == ((), ())
        assert {edit.change for edit in change.edits} == {"equal"}
    assert found.split_ids == frozenset()


WELLS = "Urges States to map their wells in the languages of those who drink, and to publish the maps without delay;"
PUMPS = "Calls upon donors to fund the repair of pumps that serve schools and clinics, before all others;"
MINES = "Condemns the poisoning of streams by mines, and demands that their owners clean the valleys at their cost;"
REPORT = "Requests the Secretary-General to report to it at its next session;"
NEW_WELLS = WELLS.replace("Urges", "Strongly urges")


def _story() -> Comparison:
    """Wells strengthened, pumps dropped, mines split in two and moved to the front, a report that is new."""
    head, tail = MINES.split(", and ")
    old = tagged(bare([WELLS, PUMPS, MINES], document="old"), {0: ("prevention",), 1: ("technology",)})
    new = tagged(bare([head + ";", tail, NEW_WELLS, REPORT], document="new"), {2: ("prevention", "migration")})
    return compare(old, new, encoder())


def test_what_became_of_each_clause() -> None:
    found = _story()
    told = [(change.status, [place(item.clause) for item in change.old], change.moved) for change in found.changes]
    assert told == [
        ("reduced", ["O03"], False),
        ("reduced", ["O03"], False),
        ("reworded", ["O01"], True),
        ("new", [], False),
        ("dropped", ["O02"], False),
    ]
    wells, dropped = found.changes[2], found.changes[4]
    assert (wells.verb_change, wells.old_verb and wells.old_verb.label, wells.new_verb and wells.new_verb.label) == (
        "strengthened",
        "urges",
        "strongly urges",
    )
    assert (wells.themes_gained, wells.themes_lost) == (("migration",), ())
    assert (dropped.new, dropped.themes_lost, dropped.verb_change) == (None, ("technology",), None)
    assert found.split_ids == {"old#O03"}
    assert found.counts == {"reworded": 1, "reduced": 2, "new": 1, "dropped": 1}
    assert [found.theme_counts(theme) for theme in ("prevention", "migration", "technology")] == [(1, 1), (0, 1), (1, 0)]


def test_a_merged_clause_has_its_ancestors_in_their_order_and_their_themes_together() -> None:
    head, tail = MINES.split(", and ")
    old = tagged(bare([WELLS, head + ";", tail, PUMPS]), {1: ("prevention",), 2: ("prosecution",)})
    (merged,) = (change for change in compare(old, tagged(bare([WELLS, MINES, PUMPS])), encoder()).changes if len(change.old) > 1)
    assert [place(item.clause) for item in merged.old] == ["O02", "O03"]
    assert merged.themes_lost == ("prevention", "prosecution")
    assert merged.old_text == f"{head};\n{tail}"


@pytest.mark.parametrize(
    ("ancestors", "moved"),
    [
        ([[0], [1], [2]], set()),
        ([[0], [], [1], [1], [2]], set()),
        ([[2], [0], [1]], {0}),
        ([[0], [3], [1], [2], [4]], {1}),
        ([[1], [2], [3], [0]], {3}),
        ([[0, 3], [1], [2]], set()),
        ([[], []], set()),
        ([], set()),
    ],
)
def test_moved_is_what_stands_out_of_the_longest_order(ancestors: list[list[int]], moved: set[int]) -> None:
    assert _moved(ancestors) == moved


@settings(deadline=None)
@given(st.permutations(range(7)))
def test_what_is_not_moved_rises(order: list[int]) -> None:
    moved = _moved([[at] for at in order])
    kept = [at for i, at in enumerate(order) if i not in moved]
    assert kept == sorted(kept)
    assert (not moved) == (order == sorted(order))


def test_across_languages_there_are_no_edits_and_no_status_of_words() -> None:
    name = STEPS[0][0]
    found = compare(tagged(version(name, "ar")), tagged(version(name, "en")), encoder())
    assert set(found.counts) == {"translated"}
    assert all(not change.edits for change in found.changes)
    assert all(change.verb_change for change in found.changes)


def _checked(change: ClauseChange) -> dict[str, object]:
    record = change_record(change)
    assert json.loads(to_jsonl([record])) == record
    assert set(record) >= {"new", "old", "status", "moved", "verb", "themes_gained", "themes_lost"}
    assert set(record["verb"]) == {"old", "new", "change"}
    assert record["status"] in STATUSES
    assert record["old"] == [tagged_record(item) for item in change.old]
    return record


def test_records_are_one_for_each_new_clause_and_one_with_null_for_each_dropped() -> None:
    records = [_checked(change) for change in _story().changes]
    assert [record["new"] and record["new"]["id"] for record in records] == ["new#O01", "new#O02", "new#O03", "new#O04", None]  # type: ignore[index]
    assert records[2]["verb"] == {"old": "urges", "new": "strongly urges", "change": "strengthened"}
    assert records[3]["verb"] == {"old": None, "new": "requests", "change": None}


def test_edits_of_records_point_into_the_texts() -> None:
    for change in _story().changes:
        record = change_record(change)
        old = "\n".join(item["text"] for item in record["old"])
        new = record["new"]["text"] if record["new"] else ""
        if change.status in ("new", "dropped"):
            assert record["edits"] == []
            continue
        kept = [edit for edit in record["edits"] if edit["change"] != "insert"]
        put = [edit for edit in record["edits"] if edit["change"] != "delete"]
        assert [word for edit in kept for word in old[slice(*edit["old"])].split()] == old.split()
        assert [word for edit in put for word in new[slice(*edit["new"])].split()] == new.split()


def test_an_empty_version_has_only_what_is_new_or_dropped() -> None:
    clauses = tagged(bare([WELLS, PUMPS]))
    assert compare([], clauses, encoder()).counts == {"new": 2}
    assert compare(clauses, [], encoder()).counts == {"dropped": 2}
    assert compare([], [], encoder()).changes == ()
