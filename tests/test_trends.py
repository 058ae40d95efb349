"""Trends: what is counted where, what is missing and not zero, panels, overlaps; the command as people run it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Command
from typer.testing import CliRunner

from resclassify.cli import app
from resclassify.confusions import FILE, count_confusions
from resclassify.dataset import Pair
from resclassify.errors import ResclassifyError
from resclassify.model import Model, seal
from resclassify.observations import Observation, Source
from resclassify.prevalence import Rates
from resclassify.taxonomy import load_taxonomy
from resclassify.training import decisions
from resclassify.trend_tables import COLUMNS, tables, to_csv, to_parquet, to_text
from resclassify.trends import NOBODY, Point, find_trends

THEMES = load_taxonomy().ids
SERIES = ROOT / "data/samples/series"


def _source(session: int | None, number: int = 1, series: str | None = "fishers", body: str = "General Assembly") -> Source:
    symbol = f"A/RES/{session}/{number}"
    return Source(f"{symbol}.txt", symbol, series, session, 1945 + session if session else None, body, "27")


def _clauses(source: Source, having: int, total: int, review: int = 0, theme: str = "migration") -> list[Observation]:
    return [
        Observation(
            source, f"{source.name}#O{n:02d}", str(n), "operative", None, "en", "Urges States to act;",
            (theme,) if n < having else (), {}, n < review, "urges", ("States",),
        )
        for n in range(total)
    ]  # fmt: skip


def _at(points: tuple[Point, ...], key: str, panel: str = "full", group: str = "") -> Point:
    (found,) = [item for item in points if (item.key, item.panel, item.group) == (key, panel, group)]
    return found


def test_a_session_without_documents_is_missing_and_not_zero() -> None:
    items = [*_clauses(_source(78), 5, 40), *_clauses(_source(80), 0, 40)]
    found = find_trends(items, "session", ["migration"])
    assert [point.key for point in found.points if point.panel == "full"] == ["78", "79", "80"]
    empty, zero = _at(found.points, "79"), _at(found.points, "80")
    assert (empty.count, empty.total, empty.share, empty.corrected) == (None, None, None, None)
    assert (zero.count, zero.total, zero.share) == (0, 40, 0.0)


def test_documents_that_were_not_read_are_missing_at_their_session() -> None:
    found = find_trends(_clauses(_source(78), 5, 40), "session", ["migration"], unread=[_source(80, 7), _source(78, 9)])
    assert (_at(found.points, "80").count, _at(found.points, "80").unread) == (None, 1)
    assert (_at(found.points, "78").count, _at(found.points, "78").unread) == (5, 1)
    assert any("not read" in note and "missing, not zero" in note for note in found.notes)
    assert "1 not read" in to_text(found)


@pytest.mark.parametrize(("total", "share"), [(19, None), (20, 0.25)])
def test_below_twenty_clauses_there_are_counts_alone(total: int, share: float | None) -> None:
    rates = {"en": Rates(40, 50, 4, 200)}
    found = find_trends(_clauses(_source(78), 5, total, review=6), "session", ["migration"], rates=lambda _: rates)
    point = _at(found.points, "78")
    assert (point.count, point.total, point.share) == (5, total, share)
    assert (point.corrected is not None) is (share is not None)
    assert ("%" in to_text(found).splitlines()[2]) is (share is not None)
    # Without the clauses for review there may be too few although there are enough with them.
    assert point.sure == (0, total - 6)
    assert point.sure_share is None


def test_clauses_for_review_are_counted_by_themselves() -> None:
    point = _at(find_trends(_clauses(_source(78), 10, 60, review=4), "session", ["migration"]).points, "78")
    assert (point.review_count, point.review_total) == (4, 4)
    assert point.sure == (6, 56)
    assert point.sure_share == pytest.approx(6 / 56)


def test_every_count_leads_to_its_clauses() -> None:
    items = [*_clauses(_source(78), 5, 40), *_clauses(_source(79), 3, 30)]
    found = find_trends(items, "session", ["migration", "technology"])
    for point in found.points:
        assert point.count == len(point.clauses)
        assert all(point.theme in found.observations[place].themes for place in point.clauses)
    rows = tables(found)["clauses"]
    assert len(rows) == sum(point.count or 0 for point in found.points)


def test_a_matched_panel_holds_the_series_of_both_ends_alone() -> None:
    items = [
        *_clauses(_source(78), 5, 40),
        *_clauses(_source(79), 5, 40),
        *_clauses(_source(80), 5, 40),
        *_clauses(_source(80, 2, "harbours"), 30, 40),  # new in the last session: more clauses, no rise
    ]
    found = find_trends(items, "session", ["migration"])
    assert _at(found.points, "80").share == pytest.approx(35 / 80)
    assert [_at(found.points, key, "matched").share for key in ("78", "79", "80")] == [0.125] * 3
    assert any("1 series" in note and "78 and 80" in note for note in found.notes)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([*_clauses(_source(78, 1, "a"), 5, 40), *_clauses(_source(80, 1, "b"), 5, 40)], "no series of resolutions"),
        ([*_clauses(_source(78, 1, None), 5, 40), *_clauses(_source(80, 1, None), 5, 40)], "no series of resolutions"),
        (_clauses(_source(78), 5, 40), "one session alone"),
    ],
    ids=["other series", "no series known", "one point"],
)
def test_where_there_is_no_matched_panel_a_note_says_why(items: list[Observation], said: str) -> None:
    found = find_trends(items, "session", ["migration"])
    assert all(point.panel == "full" for point in found.points)
    assert any("no matched panel" in note and said in note for note in found.notes)


def test_sessions_of_several_bodies_are_told_apart() -> None:
    items = [*_clauses(_source(50), 5, 40), *_clauses(_source(50, 2, body="Human Rights Council"), 9, 40)]
    found = find_trends(items, "session", ["migration"])
    assert {(point.group, point.count) for point in found.points} == {("General Assembly", 5), ("Human Rights Council", 9)}
    years = find_trends(items, "year", ["migration"])
    assert _at(years.points, "1995").count == 14


def test_clauses_whose_session_is_not_known_are_named_and_not_counted() -> None:
    items = [*_clauses(_source(78), 5, 40), *_clauses(_source(None), 5, 7)]
    found = find_trends(items, "session", ["migration"])
    assert sum(point.total or 0 for point in found.points) == 40
    assert any(note.startswith("7 clauses of 1 documents are not counted") for note in found.notes)


def test_a_clause_that_asks_two_counts_with_each_and_one_that_asks_none_with_nobody() -> None:
    items = _clauses(_source(78), 3, 3)
    items = [replace(items[0], addressees=("States", "civil society")), replace(items[1], addressees=()), items[2]]
    items.append(replace(items[2], kind="preambular", addressees=()))
    found = find_trends(items, "addressee", ["migration"])
    assert {point.key: point.total for point in found.points} == {"States": 2, "civil society": 1, NOBODY: 1}
    asked = {item.addressee: (item.count, item.total) for item in found.asked if not item.key and item.theme == "migration"}
    assert asked == {"States": (2, 3), "civil society": (1, 3), NOBODY: (1, 3)}


@pytest.mark.parametrize(
    ("by", "keys"),
    [("kind", ["operative"]), ("verb", ["urges"]), ("body", ["General Assembly"]), ("agenda", ["27 (session 78)"])],
)
def test_other_axes(by: str, keys: list[str]) -> None:
    found = find_trends(_clauses(_source(78), 5, 40), by, ["migration"])  # type: ignore[arg-type]
    assert [point.key for point in found.points] == keys


def test_themes_that_occur_together() -> None:
    items = [*_clauses(_source(78), 25, 40), *_clauses(_source(79), 0, 10)]
    items = [replace(item, themes=("migration", "technology")) if n < 5 else item for n, item in enumerate(items)]
    found = find_trends(items, "session", ["migration", "technology"])
    whole = {(item.one, item.other): item for item in found.overlaps if not item.key}
    pair = whole["migration", "technology"]
    assert (pair.both, pair.ones, pair.others, pair.total, pair.share) == (5, 25, 5, 50, 0.2)
    assert whole["technology", "migration"].share is None  # five clauses are too few for a share


def test_nothing_is_corrected_in_a_language_whose_errors_are_not_known() -> None:
    items = [replace(item, lang="ar") for item in _clauses(_source(78), 5, 40)]
    rates = {"en": Rates(40, 50, 4, 200)}
    assert _at(find_trends(items, "session", ["migration"], rates=lambda _: rates).points, "78").corrected is None


def test_the_same_clauses_have_the_same_band_in_any_order() -> None:
    items, rates = _clauses(_source(78), 5, 40), {"en": Rates(40, 50, 4, 200)}
    one, other = (find_trends(order, "session", ["migration"], rates=lambda _: rates) for order in (items, items[::-1]))
    assert one.points[0].corrected == other.points[0].corrected


def test_tables_have_their_columns_also_without_rows() -> None:
    import pyarrow.parquet as pq

    found = tables(find_trends(_clauses(_source(78), 5, 40), "session", ["migration"]))
    assert set(found) == set(COLUMNS)
    for name, rows in found.items():
        assert all(list(row) == list(COLUMNS[name]) for row in rows)
        for held in (rows, []):
            assert to_csv(name, held).decode().splitlines()[0] == ",".join(COLUMNS[name])
            parquet = pq.read_table(io.BytesIO(to_parquet(name, held)))
            assert parquet.column_names == list(COLUMNS[name])
            assert parquet.num_rows == len(held)


@pytest.fixture(scope="session")
def measured_model(small_model: Model, small_pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model with the counts of its errors on the small pairs."""
    folder = tmp_path_factory.mktemp("measured") / "small"
    small_model.save(folder)
    counted = count_confusions(small_pairs, decisions(small_model, small_pairs), small_model.themes, "small pairs")
    (folder / FILE).write_text(counted.to_json(), encoding="utf-8")
    seal(folder)
    return folder


def test_the_command_counts_the_sample_series(command: Command, measured_model: Path, tmp_path: Path) -> None:
    done = command("trends", SERIES, "--model", measured_model, "--output", tmp_path / "out", "--no-figures")
    assert done.returncode == 0, done.stderr.decode()
    screen, said = done.stdout.decode(), done.stderr.decode()
    assert "no document" in screen
    assert "3 documents are there in both languages and count once, in English" in said
    assert "matched panel: 1 series" in said
    assert "corrected by the errors of small on small pairs" in said
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/trends.csv").read_text(encoding="utf-8"))))
    full = [row for row in rows if row["panel"] == "full" and row["theme"] == "migration"]
    assert [row["point"] for row in full] == ["81", "82", "83", "84", "85"]
    assert [bool(row["total"]) for row in full] == [True, False, True, False, True]
    assert all(float(row["low"]) <= float(row["corrected"]) <= float(row["high"]) for row in full if row["corrected"])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{name}.{form}" for name in COLUMNS for form in ("csv", "parquet")} | {"notes.txt"}


def test_a_table_gives_the_counts_that_its_documents_give(command: Command, measured_model: Path, tmp_path: Path) -> None:
    documents = [SERIES / "A_RES_81_901.en.txt"]
    table = tmp_path / "tags.csv"
    assert command("tag", *documents, "--model", measured_model, "--format", "csv", "--output", table).returncode == 0
    by_table, by_documents = (
        command("trends", *paths, "--model", measured_model, "--by", "kind") for paths in ([table], documents)
    )
    assert by_table.stdout == by_documents.stdout
    assert b"corrected by the errors" in by_table.stderr
    edited = table.read_text(encoding="utf-8").replace(",True,", ",False,")
    rows = list(csv.DictReader(io.StringIO(edited)))
    rows[0]["themes"] = " ".join(THEMES)
    (tmp_path / "edited.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = command("trends", tmp_path / "edited.jsonl", "--model", measured_model, "--by", "kind")
    assert b"not all of these tags are those of small" in done.stderr


def test_a_store_gives_the_counts_that_its_documents_give(command: Command, measured_model: Path, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    store, options = tmp_path / "store.db", ("--model", measured_model)
    document = SERIES / "A_RES_81_901.ar.txt"
    assert command("ingest", document, "--store", store, *options).returncode == 0
    stored, read = command("trends", "--store", store, *options), command("trends", document, *options)
    assert stored.returncode == 0, stored.stderr.decode()
    assert stored.stdout == read.stdout
    assert b"corrected by the errors of small" in stored.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "name documents"),
        (["--theme", "fishing", "x"], 2, "unknown theme 'fishing'"),
        (["no such file.txt"], 3, "no such file.txt"),
        (["--store", "no such store.db"], 3, "no such store.db"),
        ([str(SERIES / "alignment.jsonl")], 3, "has no 'text'"),
        ([str(SERIES), "--model", "no such model"], 5, "no such model"),
        ([str(SERIES), "--output", str(SERIES / "README.md")], 6, "is a file"),
        ([str(SERIES / "README.md"), "--body", "Assembly"], 4, "no clause to count"),
    ],
    ids=["nothing named", "theme", "no file", "no store", "no tags", "no model", "output", "no clause"],
)
def test_bad_input_is_one_line_and_a_status(arguments: list[str], status: int, message: str) -> None:
    done = CliRunner().invoke(app, ["trends", *arguments])
    error = done.exception
    said = f"{done.output}{error}"
    assert message in said
    assert (error.exit_status if isinstance(error, ResclassifyError) else done.exit_code) == status
    assert len(str(error).splitlines()) == 1


def test_what_cannot_be_read_is_named_and_the_rest_is_counted(command: Command, measured_model: Path, tmp_path: Path) -> None:
    (tmp_path / "A_RES_80_5.en.pdf").write_bytes(b"no pdf at all")
    (tmp_path / "A_RES_81_901.en.txt").write_bytes((SERIES / "A_RES_81_901.en.txt").read_bytes())
    done = command("trends", tmp_path, "--model", measured_model)
    assert done.returncode == 7
    assert "A_RES_80_5.en.pdf" in done.stderr.decode()
    assert "1 not read" in done.stdout.decode()
