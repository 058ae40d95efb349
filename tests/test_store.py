"""The store gives back what it took, in versions, by any selection, and never changes a row."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, exc, text
from stores import DOCUMENTS, FIRST, SECOND, THEMES, Address, clauses_of, document_of, filled, put, tagged_by, url_of

from resclassify.errors import InputError, MissingExtraError
from resclassify.store import open_store, queries
from resclassify.store.records import Review, Selection, StoredClause
from resclassify.store.schema import METADATA
from resclassify.store.writing import document_row
from resclassify.types import Metadata

pytest_plugins = ("store_databases",)


def test_what_was_put_in_comes_out_the_same(address: Address) -> None:
    with filled(address()) as store:
        for number, (salt, (name, lang, size)) in zip(count(1), enumerate(DOCUMENTS), strict=False):
            clauses = clauses_of(name, lang, size)
            document, held = store.document(number)
            assert held == clauses
            assert (document.text, document.footnotes) == (document_of(name, clauses).text, ("1 See the annex.",))
            assert all(document.text[clause.start : clause.end] == clause.text for clause in held)
            found = list(store.tagged(Selection(document=number)))
            assert [item.tagged for item in found] == tagged_by(clauses, salt)
            assert [list(item.tagged.probabilities) for item in found] == [list(THEMES)] * size
            assert [(item.position, item.version, item.model) for item in found] == [
                (place, 1, FIRST.fingerprint) for place in range(size)
            ]
        assert store.models() == [FIRST]


def test_the_same_document_and_model_are_nothing_new(address: Address) -> None:
    with filled(address()) as store:
        before = list(store.tagged())
        assert not put(store, *DOCUMENTS[0])
        assert not put(store, *DOCUMENTS[0], salt=3)
        assert (list(store.tagged()), store.size()) == (before, len(DOCUMENTS))


def test_a_second_model_makes_a_new_version_and_the_first_can_be_read(address: Address) -> None:
    name, lang, size = DOCUMENTS[0]
    clauses = clauses_of(name, lang, size)
    with filled(address()) as store:
        assert store.untagged(SECOND.fingerprint) == list(range(1, len(DOCUMENTS) + 1))
        assert store.add_tags(1, tagged_by(clauses, 5), SECOND)
        assert not store.add_tags(1, tagged_by(clauses, 5), SECOND)
        assert not put(store, name, lang, size, FIRST)
        assert store.untagged(SECOND.fingerprint) == list(range(2, len(DOCUMENTS) + 1))
        latest, old = list(store.tagged(Selection(document=1))), list(store.tagged(Selection(document=1, model="first")))
        assert ([item.tagged for item in latest], {item.version for item in latest}) == (tagged_by(clauses, 5), {2})
        assert ([item.tagged for item in old], {item.version for item in old}) == (tagged_by(clauses, 0), {1})
        assert {item.document.id for item in store.tagged(Selection(model="b2b2"))} == {1}
        assert [document.id for document in store.documents(Selection(model=SECOND.fingerprint))] == [1]
        with pytest.raises(InputError, match="no tags by model 'third'; it has: first a1a1a1a1, second b2b2b2b2"):
            list(store.tagged(Selection(model="third")))


def test_tags_that_are_not_the_documents_are_refused_and_leave_nothing(address: Address) -> None:
    with filled(address()) as store:
        with pytest.raises(ValueError, match="not its clauses"):
            store.add_tags(1, tagged_by(clauses_of("A_RES_78_901.en.txt", "en", 3), 0), SECOND)
        assert store.models() == [FIRST]


def test_two_files_of_one_name_have_clauses_of_their_own(address: Address) -> None:
    with open_store(address(), create=True) as store:
        for digest, size in (("1" * 64, 2), ("2" * 64, 3)):
            clauses = clauses_of("draft.txt", "en", size)
            assert store.add(document_of("draft.txt", clauses), digest, clauses, tagged_by(clauses, 0), FIRST)
        ids = [item.tagged.clause.id for item in store.tagged()]
        assert len(set(ids)) == 5
        assert [document.name for document in store.documents()] == ["draft.txt", "22222222/draft.txt"]


def test_of_two_files_of_one_symbol_and_language_the_later_is_read(address: Address) -> None:
    with filled(address()) as store:
        put(store, "A_RES_78_901 (1).en.txt", "en", 2)
        wanted = Selection(symbol="a/res/78/901")
        assert [document.name for document in store.documents(wanted)] == ["A_RES_78_901.ar.txt", "A_RES_78_901 (1).en.txt"]
        assert len(list(store.documents(replace(wanted, superseded=True)))) == 3
        english = [point for point in store.counts(("language",), wanted) if point.theme is None and point.point == ("en",)]
        assert [point.clauses for point in english] == [2]


SELECTIONS = st.builds(
    Selection,
    document=st.none() | st.none() | st.integers(1, 8),
    symbol=st.none() | st.none() | st.sampled_from(["A/RES/78/901", "S/RES/2790(2025)", "A/RES/1/1"]),
    session=st.none() | st.none() | st.sampled_from([78, 79, "78", "S-31", 57, 1]),
    year=st.none() | st.none() | st.sampled_from([2023, 2025]),
    body=st.none() | st.none() | st.sampled_from(["General Assembly", "Security Council"]),
    series=st.none() | st.none() | st.sampled_from(["protection of workers", "other"]),
    language=st.none() | st.sampled_from(["ar", "en"]),
    theme=st.none() | st.sampled_from(THEMES),
    kind=st.none() | st.sampled_from(["preambular", "operative"]),
    review=st.none() | st.booleans(),
    superseded=st.booleans(),
)


def meant(item: StoredClause, wanted: Selection) -> bool:
    of = item.document.metadata
    pairs = (
        (wanted.document, item.document.id),
        (wanted.symbol and wanted.symbol.replace("0(", "0 ("), of.symbol),
        (wanted.session and str(wanted.session), of.session),
        (wanted.year, item.document.year),
        (wanted.body, of.body),
        (wanted.series, item.document.series),
        (wanted.language, of.language),
        (wanted.kind, item.tagged.clause.kind),
        (wanted.review, item.tagged.review),
    )
    return all(want is None or want == have for want, have in pairs) and wanted.theme in (None, *item.tagged.themes)


def test_any_selection_gives_the_clauses_that_are_meant_in_pages_too(address: Address) -> None:
    with filled(address()) as store:
        everything = list(store.tagged())
        assert len(everything) == sum(size for _, _, size in DOCUMENTS)

        @settings(max_examples=40, deadline=None)
        @given(SELECTIONS, st.integers(1, 5))
        def holds(wanted: Selection, limit: int) -> None:
            expected = [item for item in everything if meant(item, wanted)]
            assert list(store.tagged(wanted)) == expected
            pages: list[StoredClause] = []
            while page := list(store.tagged(wanted, after=pages[-1].id if pages else None, limit=limit)):
                pages += page
            assert pages == expected
            assert list(store.documents(wanted)) == list({item.document.id: item.document for item in expected}.values())

        holds()


@pytest.mark.parametrize("by", [("session",), ("year", "kind"), ("body", "language"), ("symbol",), ()])
def test_counts_are_those_of_the_clauses(address: Address, by: tuple[str, ...]) -> None:
    def point(item: StoredClause) -> tuple[Any, ...]:
        of, clause = item.document.metadata, item.tagged.clause
        known = {"session": of.session, "body": of.body, "language": of.language, "symbol": of.symbol}
        known |= {"year": item.document.year, "kind": clause.kind}
        return tuple(int(known[name]) if name == "session" and str(known[name]).isdigit() else known[name] for name in by)

    with filled(address()) as store:
        for wanted in (Selection(), Selection(kind="operative"), Selection(theme="migration", language="en")):
            expected: Counter[Any] = Counter()
            review: Counter[Any] = Counter()
            held: dict[Any, set[int]] = {}
            for item in store.tagged(replace(wanted, theme=None)):
                for theme in (None, *item.tagged.themes):
                    if theme in (None, wanted.theme or theme):
                        expected[point(item), theme] += 1
                        review[point(item), theme] += item.tagged.review
                        held.setdefault((point(item), theme), set()).add(item.document.id)
            found = {(one.point, one.theme): (one.clauses, one.review, one.documents) for one in store.counts(by, wanted)}
            assert found == {key: (expected[key], review[key], len(held[key])) for key in expected}


def test_what_cannot_be_counted_is_refused(tmp_path: Path) -> None:
    with filled(str(tmp_path / "s.db")) as store:
        for by, wanted in ((("text",), Selection()), (("session",), Selection(review=True))):
            with pytest.raises(ValueError, match="counts are by symbol"):
                store.counts(by, wanted)


def test_no_row_of_any_table_can_be_changed_or_taken_out(address: Address) -> None:
    place = address()
    with filled(place) as store:
        store.add_review(Review(1, "Amal", "first", {"themes": []}, "accept", ()))
        before = list(store.tagged())
    engine = create_engine(url_of(place))
    for name, table in METADATA.tables.items():
        column = next(iter(table.columns)).name
        attempts = [f"UPDATE {name} SET {column} = {column}", f"DELETE FROM {name}"]
        attempts += [f"TRUNCATE {name} CASCADE"] if engine.name == "postgresql" else []
        for attempt in attempts:
            with pytest.raises(exc.DBAPIError, match="append-only"), engine.begin() as connection:
                connection.execute(text(attempt))
    engine.dispose()
    with open_store(place) as store:
        assert list(store.tagged()) == before


METADATA_ROWS = [
    ("A_RES_78_901.en.txt", Metadata(), ("A/RES/78/901", "General Assembly", 78, None, 2023)),
    ("A_RES_78_901.en.txt", Metadata(symbol="A/78/480", session="77"), ("A/RES/78/901", "General Assembly", 78, None, 2023)),
    ("scan.pdf", Metadata(symbol="A/C.3/79/L.22", session="79"), ("A/C.3/79/L.22", "General Assembly", 79, None, 2024)),
    ("scan.pdf", Metadata(session="79", body="General Assembly", date="2024-11-13"), (None, "General Assembly", 79, None, 2024)),
    ("A_RES_S-31_1.txt", Metadata(session="31"), ("A/RES/S-31/1", "General Assembly", None, "S-31", None)),
    ("S_RES_2790(2025).txt", Metadata(date="2026-01-02"), ("S/RES/2790 (2025)", "Security Council", None, None, 2025)),
    ("letter.txt", Metadata(), (None, None, None, None, None)),
]


@pytest.mark.parametrize(("name", "metadata", "expected"), METADATA_ROWS)
def test_symbol_and_session_are_of_the_files_name_or_else_of_the_front_page(
    name: str, metadata: Metadata, expected: tuple[Any, ...]
) -> None:
    row = document_row(document_of(name, [], metadata))
    assert tuple(row[key] for key in ("symbol", "body", "session", "special_session", "year")) == expected


def test_documents_are_found_by_symbol_and_by_file(tmp_path: Path) -> None:
    with filled(str(tmp_path / "s.db")) as store:
        assert [found.id for found in store.find("A/RES/78/901")] == [1, 2]
        assert [found.id for found in store.find("A/RES/78/901", "ar")] == [2]
        assert [found.id for found in store.find("letter.txt")] == [7]
        assert {item.document.id for item in store.chosen(["letter.txt", "A/RES/79/902"])} == {7, 3}
        assert len(list(store.chosen([]))) == len(list(store.tagged()))
        with pytest.raises(InputError, match=r"A/RES/1/1: is not in the store .*s.db"):
            store.find("A/RES/1/1")


def test_reviews_are_added_undone_and_read(address: Address) -> None:
    said = {"themes": ["migration"], "probabilities": {"migration": 0.61}, "review": True}
    with filled(address()) as store:
        first = store.add_review(Review(3, "Amal", FIRST.fingerprint, said, "change", ("prevention",), "تعليق"))
        second = store.add_review(Review(3, "Ben", "first", said, "accept", ("migration",)))
        skipped = store.add_review(Review(4, "Ben", "first", said, "skip"))
        undoing = store.add_review(Review(3, "Amal", "first", said, "undo", undoes=first.id))
        assert list(store.reviews()) == [first, second, skipped, undoing]
        assert list(store.reviews(clause=3, standing=True)) == [second]
        assert list(store.reviews(reviewer="Ben", model="first")) == [second, skipped]
        assert (first.said, first.note, first.themes, skipped.themes) == (said, "تعليق", ("prevention",), None)
        assert first.reviewed.endswith("+00:00")


BAD_REVIEWS = [
    ({"clause": 999}, "there is no clause 999"),
    ({"model": "other"}, "no tags by model 'other'"),
    ({"action": "delete"}, "unknown action 'delete'"),
    ({"reviewer": " "}, "says not who"),
    ({"themes": None}, "'accept' goes with themes"),
    ({"action": "skip"}, "'skip' goes without themes"),
    ({"themes": ("climate",)}, "unknown theme 'climate'"),
    ({"undoes": 1}, "only it, names the review"),
    ({"action": "undo", "themes": None}, "only it, names the review"),
    ({"action": "undo", "themes": None, "undoes": 7}, "review 7 is no standing review"),
    ({"action": "undo", "themes": None, "undoes": 1}, "review 1 is no standing review"),
    ({"action": "undo", "themes": None, "undoes": 2, "clause": 2}, "review 2 is no standing review"),
    ({"action": "undo", "themes": None, "undoes": 3}, "review 3 is no standing review"),
]


@pytest.mark.parametrize(("change", "message"), BAD_REVIEWS)
def test_a_review_that_says_what_cannot_be_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    good = Review(1, "Amal", "first", {}, "accept", ("migration",))
    with filled(str(tmp_path / "s.db")) as store:
        store.add_review(good)
        store.add_review(good)
        store.add_review(replace(good, action="undo", themes=None, undoes=1))
        with pytest.raises(InputError, match=message):
            store.add_review(replace(good, **change))
        assert len(list(store.reviews())) == 3


def test_the_plan_of_every_question_searches_by_keys(tmp_path: Path) -> None:
    """No table is read from end to end, and no page is sorted, for what trends, compare and the web page ask."""
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        tagged = [tagged_by(clauses_of("", "en", 40), salt) for salt in range(5)]
        for number in range(500):
            name = f"A_RES_{60 + number % 20}_{number}.en.txt"
            clauses = clauses_of(name, "en", 40)
            store.add(document_of(name, clauses), f"{number:064}", clauses, tagged[number % 5], FIRST)
        selections = [
            (Selection(theme="technology", session=70), 1000),
            (Selection(symbol="A/RES/70/10"), None),
            (Selection(year=2020, kind="operative", review=True), None),
            (Selection(document=4), None),
            (Selection(body="General Assembly", session=70, theme="migration", review=True), 1000),
        ]
        with store._database.reading() as connection:
            for wanted, after in selections:
                steps = plan(connection, queries.select_clauses(connection, wanted, store.place, after, 50))
                assert not [step for step in steps if step.startswith("SCAN")], steps
                steps = plan(connection, queries.select_documents(connection, wanted, store.place))
                assert not [step for step in steps if step.startswith("SCAN")], steps
            for wanted in (Selection(), Selection(theme="technology"), Selection(review=True)):
                # Over everything the documents are walked in the order of their key, and the page ends the walk.
                steps = plan(connection, queries.select_clauses(connection, wanted, store.place, 10_000, 50))
                assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step], steps
            steps = plan(connection, queries.select_counts(connection, ("session",), Selection(), store.place))
            assert {step.split()[1] for step in steps if step.startswith("SCAN")} == {"documents"}, steps


def plan(connection: Any, query: Any) -> list[str]:
    compiled = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]


@pytest.mark.parametrize(
    ("package", "place", "extra"), [("sqlalchemy", "s.db", "store"), ("psycopg", "postgresql://h/d", "postgres")]
)
def test_a_missing_package_names_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, package: str, place: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'resclassify\[{extra}\]'"):
        open_store(place, create=True)


def test_answers_of_a_file_are_written_together_and_once(address: Address) -> None:
    one = Review(1, "Amal", "first", {}, "accept", ("migration",), asked="random", source="1" * 64)
    two = replace(one, clause=2, action="adjudicate", asked="conflict", source="2" * 64)
    with filled(address()) as store:
        with pytest.raises(InputError, match="there is no clause 999"):
            store.add_reviews([one, replace(two, clause=999)])
        assert list(store.reviews()) == []
        assert [row.clause for row in store.add_reviews([one])] == [1]
        assert [row.clause for row in store.add_reviews([one, two])] == [2]
        assert [(row.asked, row.source, row.action) for row in store.reviews()] == [
            ("random", "1" * 64, "accept"),
            ("conflict", "2" * 64, "adjudicate"),
        ]
        with pytest.raises(InputError, match="unknown way of asking 'chance'"):
            store.add_review(replace(one, asked="chance", source=None))  # type: ignore[arg-type]
