"""Exported queues come back as reviews without loss, as spreadsheets and tools save them, and what is wrong is named by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from reviews import ENCODER, TAGS, put, small_store, tagged_clauses
from stores import FIRST, SECOND, THEMES

from resclassify.errors import InputError, LabelError
from resclassify.review_queue import Question, Wanted, queue
from resclassify.review_tables import Row, answers_of, columns, heading, rows_of, rows_of_csv, rows_of_tool, to_csv, to_tool
from resclassify.review_workbook import CLAUSES, rows_of_workbook, to_workbook
from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.taxonomy import load_taxonomy

WANTED = Wanted("Amal", count=20, random_share=0.0)


def asked(store: Store, wanted: Wanted = WANTED) -> list[Question]:
    return sorted(queue(store, wanted, ENCODER, ()), key=lambda question: question.item.id)


def exported(store: Store, *, blind: bool = False) -> list[Row]:
    return rows_of(asked(store), 7, blind=blind)


def edited(content: bytes, path: Path, edits: dict[tuple[int, str], Any]) -> Path:
    """The workbook with the cells of clause ids and columns filled in, saved by openpyxl."""
    book = load_workbook(io.BytesIO(content))
    sheet = book[CLAUSES]
    for number, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
        for (clause, column), value in edits.items():
            if row[0] == clause:
                sheet.cell(number, columns().index(column) + 1).value = value
    book.save(path)
    return path


def test_a_row_says_what_was_asked(tmp_path: Path) -> None:
    with small_store(tmp_path, "ar") as store:
        row = exported(store)[0]
        assert tuple(row) == columns()
        assert (row["id"], row["clause"], row["document"], row["number"], row["lang"]) == (
            1,
            "A_RES_78_951.ar.txt#O01",
            "A/RES/78/951",
            "1",
            "ar",
        )
        assert (row["says"], row["victim_protection"], row["migration"]) == ("victim_protection 0.90", "yes", "no")
        assert (row["asked"], row["queue"], row["model"]) == ("queue", 7, "model-a1a1a1a1a1a1")
        blind = exported(store, blind=True)[0]
        assert {blind[name] for name in ("says", *THEMES)} == {""}
        assert blind["asked"] == "queue blind"


def files(rows: Sequence[Row], folder: Path) -> list[tuple[Path, Any]]:
    (folder / "q.csv").write_bytes(to_csv(rows))
    (folder / "q.xlsx").write_bytes(to_workbook(rows))
    return [(folder / "q.csv", rows_of_csv), (folder / "q.xlsx", rows_of_workbook)]


def test_a_file_that_nobody_touched_holds_no_answer(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        for blind in (False, True):
            for path, read in files(exported(store, blind=blind), tmp_path):
                found = answers_of(read(path), store, "Amal")
                assert (found.reviews, found.untouched, found.faults) == ((), 6, ())


def test_what_is_filled_in_comes_back_as_reviews(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        rows = exported(store)
        rows[0]["done"] = "yes"
        rows[1] |= {"migration": "yes", "note": "=1+1, or so"}
        rows[2]["note"] = "cannot tell"
        rows[4] |= {"technology": "no", "done": "yes", "asked": "random"}
        for path, read in files(rows, tmp_path):
            found = answers_of(read(path), store, "Amal")
            assert [(one.clause, one.action, one.themes, one.note, one.asked) for one in found.reviews] == [
                (1, "accept", ("victim_protection",), "", "queue"),
                (2, "change", ("prosecution", "migration"), "=1+1, or so", "queue"),
                (3, "skip", None, "cannot tell", "queue"),
                (5, "change", (), "", "random"),
            ]
            assert found.untouched == 2
            assert {one.model for one in found.reviews} == {FIRST.fingerprint}
            assert found.reviews[1].said == {
                "themes": ["prosecution"],
                "probabilities": {theme: 0.9 if theme == "prosecution" else 0.05 for theme in THEMES},
                "review": False,
                "shown": True,
            }


def test_the_same_file_twice_adds_nothing_and_a_later_one_does(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        rows = exported(store)
        rows[0]["done"] = rows[1]["done"] = "yes"
        listed = [("q.csv: row 2", row) for row in rows]
        assert len(store.add_reviews(answers_of(listed, store, "Amal").reviews)) == 2
        assert store.add_reviews(answers_of(listed, store, "Amal").reviews) == []
        assert len(store.add_reviews(answers_of(listed, store, "Ben").reviews)) == 2
        first = next(iter(store.reviews()))
        store.add_review(replace(first, id=0, action="undo", themes=None, undoes=first.id, source=None))
        assert store.add_reviews(answers_of(listed, store, "Amal").reviews) == []
        later = [(place, row | {"queue": 9}) for place, row in listed]
        assert len(store.add_reviews(answers_of(later, store, "Amal").reviews)) == 2


def test_blind_rows_count_where_they_are_filled_in(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        rows = exported(store, blind=True)
        rows[0]["victim_protection"] = "yes"
        rows[1]["migration"] = "no"
        rows[3]["done"] = "yes"
        found = answers_of([("q", row) for row in rows], store, "Amal")
        assert [(one.clause, one.action, one.themes, one.said["shown"]) for one in found.reviews] == [
            (1, "accept", ("victim_protection",), False),
            (2, "change", (), False),
            (4, "accept", (), False),
        ]


def test_answers_to_conflicts_adjudicate(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        rows = exported(store)[:2]
        for row in rows:
            row["asked"] = "conflict"
        rows[0]["done"] = "yes"
        rows[1]["technology"] = "yes"
        found = answers_of([("q", row) for row in rows], store, "Amal")
        assert [(one.action, one.themes) for one in found.reviews] == [
            ("adjudicate", ("victim_protection",)),
            ("adjudicate", ("prosecution", "technology")),
        ]


YES_AND_NO = [
    *((value, True) for value in ("yes", "Yes ", "YES", "y", True, "TRUE", 1, 1.0, "1", "١", "نعم", " نعم", "x", "✓")),
    *((value, False) for value in ("no", "No ", "n", False, "False", 0, 0.0, "0", "٠", "لا", None, "", "  ")),
]


@pytest.mark.parametrize(("value", "expected"), YES_AND_NO)
def test_yes_and_no_are_understood_as_people_and_excel_write_them(tmp_path: Path, value: object, expected: bool) -> None:
    with small_store(tmp_path) as store:
        path = edited(to_workbook(exported(store)), tmp_path / "q.xlsx", {(6, "migration"): value, (6, "done"): "Yes"})
        (review,) = answers_of(rows_of_workbook(path), store, "Amal").reviews
        assert review.themes == (("migration",) if expected else ())


@pytest.mark.parametrize("value", [2, 2.0, "2", " 2 ", "2.0", "٢"])
def test_ids_that_a_spreadsheet_changed_are_understood(tmp_path: Path, value: object) -> None:
    with small_store(tmp_path) as store:
        edits = {(2, "done"): "yes", (2, "queue"): 7.0, (2, "id"): value}
        path = edited(to_workbook(exported(store)), tmp_path / "q.xlsx", edits)
        assert [review.clause for review in answers_of(rows_of_workbook(path), store, "Amal").reviews] == [2]


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"migration": "maybe"}, "row 3: 'maybe' under 'migration' is neither yes nor no; write yes, no, or leave it blank"),
    ({"done": "later"}, "row 3: 'later' under 'done' is neither yes nor no"),
    ({"id": "C2"}, "row 3: 'C2' under 'id' is no number of a clause; take it from the exported file"),
    ({"id": None}, "row 3: '' under 'id' is no number"),
    ({"id": 2.5}, "row 3: '2.5' under 'id' is no number"),
    ({"id": 99}, "row 3: no clause 99 tagged by model 'a1a1a1a1a1a1' in this store; name the store that the file came from"),
    ({"id": 3}, "row 3: clause 3 is A_RES_78_951.en.txt#O03 here, not A_RES_78_951.en.txt#O02"),
    ({"model": "model-ffff"}, "row 3: no clause 2 tagged by model 'ffff' in this store"),
    ({"asked": "chance"}, "row 3: 'chance' under 'asked' is not what was written there"),
    ({"queue": "seven"}, "row 3: 'seven' under 'queue' is no number"),
    ({"id": 1, "clause": "", "done": "yes"}, "row 3: clause 1 has another answer above; keep one row of it"),
]


@pytest.mark.parametrize(("change", "message"), FAULTS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_wrong_is_named_by_file_and_row_and_the_rest_is_right(
    tmp_path: Path, form: str, change: dict[str, Any], message: str
) -> None:
    with small_store(tmp_path) as store:
        rows = exported(store)
        rows[0]["done"] = rows[1]["done"] = rows[2]["done"] = "yes"
        rows[1] |= change
        if form == "csv":
            (tmp_path / "q.csv").write_bytes(to_csv(rows))
            read = rows_of_csv(tmp_path / "q.csv")
        else:
            values = {(2, name): value for name, value in change.items()}
            ready = to_workbook([row | {name: exported(store)[place][name] for name in change} for place, row in enumerate(rows)])
            read = rows_of_workbook(edited(ready, tmp_path / "q.xlsx", {**values, (1, "done"): "yes", (3, "done"): "yes"}))
        found = answers_of(read, store, "Amal")
        (fault,) = found.faults
        assert fault.startswith(f"{tmp_path / 'q'}.{form}: {message}")
        assert [review.clause for review in found.reviews] == [1, 3]


def test_one_row_twice_with_one_answer_is_one_review(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        row = exported(store)[0] | {"done": "yes"}
        found = answers_of([("q: row 2", row), ("q: row 3", row)], store, "Amal")
        assert (len(found.reviews), found.faults) == (1, ())


def test_a_table_without_a_theme_is_refused(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        rows = [{key: value for key, value in row.items() if key != "migration"} for row in exported(store)]
        with pytest.raises(LabelError, match="q: has no column 'migration'; keep the columns"):
            answers_of([("q: row 2", row) for row in rows], store, "Amal")


@pytest.mark.parametrize("names", ["en", "ar"])
def test_headings_in_one_language_are_known(tmp_path: Path, names: str) -> None:
    with small_store(tmp_path) as store:
        themes = {theme.id: theme.names[names] for theme in load_taxonomy().themes}  # type: ignore[index]
        row = {themes.get(key, key).upper(): value for key, value in exported(store)[0].items()} | {"DONE": "yes"}
        assert [one.themes for one in answers_of([("q: row 2", row)], store, "Amal").reviews] == [("victim_protection",)]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_is_read_as_excel_saves_it_elsewhere(tmp_path: Path, delimiter: str) -> None:
    with small_store(tmp_path) as store:
        rows = list(csv.reader(io.StringIO(to_csv(exported(store)).decode("utf-8-sig"))))
        rows[1][columns().index("done")] = "TRUE"
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        (tmp_path / "q.csv").write_text(text.getvalue(), encoding="utf-8-sig")
        assert [one.clause for one in answers_of(rows_of_csv(tmp_path / "q.csv"), store, "Amal").reviews] == [1]


DANGEROUS = ("=HYPERLINK(1)", "+1", "-1 of them", "@SUM(A1)", "\tx", "'=1", "''+1", "'quoted'", "plain")


@pytest.mark.parametrize("note", DANGEROUS)
def test_text_is_never_a_formula_and_comes_back_as_it_went(tmp_path: Path, note: str) -> None:
    tagged = tagged_clauses("letter.txt", "en")[:1]
    tagged[0] = replace(tagged[0], clause=replace(tagged[0].clause, text=note, end=len(note)))
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        put(store, "letter.txt", "en", tagged)
        rows = [row | {"note": note} for row in exported(store)]
        for path, read in files(rows, tmp_path):
            ((_, row),) = read(path)
            plain = {name.split(" / ")[0]: value for name, value in row.items()}
            assert (plain["text"], plain["note"]) == (note, note)
            (review,) = answers_of(read(path), store, "Amal").reviews
            assert review.note == note.strip()
        with (tmp_path / "q.csv").open(encoding="utf-8-sig", newline="") as stream:
            for cell in next(csv.DictReader(stream)).values():
                assert cell[:1] not in ("=", "+", "@", "-", "\t")
        sheet = load_workbook(tmp_path / "q.xlsx")[CLAUSES]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        assert sheet.cell(2, columns().index("text") + 1).quotePrefix == (note[0] in "=+-@\t")


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)
ROWS = st.lists(st.tuples(st.sets(st.sampled_from(THEMES)), TEXT, st.booleans()), min_size=6, max_size=6)


@given(filled=ROWS)
@settings(max_examples=15, deadline=None)
def test_any_answer_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, filled: list[tuple[set[str], str, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    with small_store(folder) as store:
        rows = exported(store)
        expected = []
        for row, (themes, note, done) in zip(rows, filled, strict=True):
            row |= {theme: "yes" if theme in themes else "no" for theme in THEMES}
            row |= {"note": note, "done": "yes" if done else ""}
            if done or themes != set(TAGS[row["id"] - 1]):
                expected.append((row["id"], tuple(theme for theme in THEMES if theme in themes), note.strip()))
            elif note.strip():
                expected.append((row["id"], None, note.strip()))
        for path, read in files(rows, folder):
            found = answers_of(read(path), store, "Amal")
            assert [(one.clause, one.themes, one.note) for one in found.reviews] == expected
            assert found.faults == ()


def test_the_workbook_is_laid_out_for_its_readers(tmp_path: Path) -> None:
    with small_store(tmp_path, "ar") as store:
        content = to_workbook(exported(store))
        assert content == to_workbook(exported(store))
        book = load_workbook(io.BytesIO(content))
        assert (book.properties.created, book.properties.modified) == (datetime(2000, 1, 1), datetime(2000, 1, 1))
        sheet, themes = book.worksheets
        assert sheet.sheet_view.rightToLeft
        assert sheet.protection.sheet
        at = {name: place for place, name in enumerate(columns(), 1)}
        assert sheet.cell(2, at["text"]).alignment.readingOrder == 2
        locked = {name for name, place in at.items() if sheet.cell(2, place).protection.locked}
        assert locked == set(columns()) - {*THEMES, "done", "note"}
        (choices,) = sheet.data_validations.dataValidation
        assert (choices.type, choices.formula1) == ("list", '"yes,no"')
        assert {f"{letter}2:{letter}7" for letter in "HIJKLM"} == set(str(choices.sqref).split())
        said = [cell for row in themes.iter_rows(values_only=True) for cell in row if cell]
        for theme in load_taxonomy().themes:
            assert {theme.id, *theme.names.values(), *theme.definitions.values()} <= set(said)
        assert sheet.cell(1, at["migration"]).value == heading(load_taxonomy().themes[3])
    (tmp_path / "en").mkdir()
    with small_store(tmp_path / "en") as store:
        assert not load_workbook(io.BytesIO(to_workbook(exported(store))))[CLAUSES].sheet_view.rightToLeft


def test_a_text_that_no_cell_can_hold_is_cut_or_replaced_and_still_answered(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        rows = exported(store)
        rows[0] |= {"text": "a" * 40_000, "done": "yes"}
        rows[1] |= {"text": "bell \x07 here", "done": "yes"}
        (tmp_path / "q.xlsx").write_bytes(to_workbook(rows))
        found = rows_of_workbook(tmp_path / "q.xlsx")
        texts = [row["text / النص"] for _, row in found]
        assert (len(texts[0]), texts[0][-1], texts[1]) == (32_767, "…", "bell \ufffd here")
        assert [one.clause for one in answers_of(found, store, "Amal").reviews] == [1, 2]


@pytest.mark.parametrize("content", [b"", b"id,migration\n", b"PK\x03\x04" + bytes(60)])
def test_what_is_no_workbook_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "q.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"q\.xlsx: is no workbook that can be read") as raised:
        rows_of_workbook(tmp_path / "q.xlsx")
    assert "\n" not in str(raised.value)


def test_label_studio_gets_predictions_and_gives_answers(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        tasks = json.loads(to_tool(exported(store), "label-studio"))
        assert all("annotations" not in task for task in tasks)
        assert tasks[0]["predictions"][0]["result"][0]["value"] == {"choices": ["victim_protection"]}
        done = tasks[4]
        result = done["predictions"][0]["result"][0] | {"value": {"choices": ["technology", "migration"]}}
        done["annotations"] = [{"id": 1, "result": [result], "was_cancelled": False}]
        (tmp_path / "e.json").write_text(json.dumps([done]))
        (review,) = answers_of(rows_of_tool(tmp_path / "e.json", "label-studio"), store, "Amal").reviews
        assert (review.clause, review.action, review.themes, review.asked) == (5, "change", ("migration", "technology"), "queue")
        blind = json.loads(to_tool(exported(store, blind=True), "label-studio"))
        assert {len(task["predictions"]) for task in blind} == {0}


def test_doccano_keeps_what_was_asked(tmp_path: Path) -> None:
    with small_store(tmp_path, "ar") as store:
        store.add_tags(1, [item.tagged for item in store.tagged()], SECOND)
        rows = exported(store)
        rows[0]["asked"] = "random blind"
        (tmp_path / "e.jsonl").write_bytes(to_tool(rows, "doccano"))
        found = answers_of(rows_of_tool(tmp_path / "e.jsonl", "doccano"), store, "Amal")
        assert [(one.clause, one.action, one.asked) for one in found.reviews[:2]] == [
            (1, "accept", "random"),
            (2, "accept", "queue"),
        ]
        assert [one.said["shown"] for one in found.reviews[:2]] == [False, True]
        assert {one.model for one in found.reviews} == {SECOND.fingerprint}
