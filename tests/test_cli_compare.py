"""`resclassify compare` and `audit` as people run them, and what they say to bad input."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from conftest import Command
from series import SERIES, STEPS
from typer.testing import CliRunner

from resclassify.cli import app
from resclassify.errors import (
    InputError,
    MissingExtraError,
    ModelError,
    NoClauseError,
    OutputError,
    ResclassifyError,
    SettingsError,
)

OLD, NEW = (SERIES / f"{name}.en.txt" for name in STEPS[0])
ARABIC = SERIES / f"{STEPS[0][0]}.ar.txt"
SYMBOLS = [f"A/RES/{name.split('_', 2)[2].replace('_', '/')}" for name in STEPS[0]]
ANNEXED = """The General Assembly,

Recalling its resolution 70/1 of 25 September 2015,

1. Adopts the rules for wells in the annex;

2. Requests the Secretary-General to report to it at its {session} session.

Annex

Rules for wells

1. A well that serves a school comes before all others.

2. {rule}
"""
RULE = "The keepers of a well record its depth at the turn of every season."
Run = Callable[..., Result]


@pytest.fixture
def run(model_folder: Path) -> Run:
    """Runs a command in this process; one that needs a model takes the small one."""

    def invoke(command: str, *arguments: str | Path, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(app, [command, *map(str, arguments), "--model", str(model_folder)], input=stdin)

    return invoke


def _records(result: Result) -> list[dict[str, object]]:
    assert (result.exception, result.stderr) == (None, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_compare_in_a_process_of_its_own(command: Command, model_folder: Path, tmp_path: Path) -> None:
    done = command("compare", OLD, NEW, "--model", model_folder)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert f"{OLD.name} → {NEW.name}" in text
    assert "49 clauses from 48: 18 same" in text
    assert "strengthened: " in text
    done = command("compare", OLD, tmp_path / "gone.txt")
    assert (done.returncode, done.stdout) == (3, b"")
    assert len(done.stderr.splitlines()) == 1
    assert b"gone.txt: cannot be read" in done.stderr


def test_jsonl_has_an_object_for_each_new_clause_and_each_dropped_one(run: Run) -> None:
    records = _records(run("compare", OLD, NEW, "--format", "jsonl"))
    kept = [record["new"]["id"] for record in records if record["new"]]  # type: ignore[index]
    assert len(kept) == len(set(kept)) == 49
    assert {record["status"] for record in records[49:]} == {"dropped"}
    assert {record["new"] for record in records[49:]} == {None}  # type: ignore[misc]
    assert Counter(str(record["status"]) for record in records)["same"] == 18


@pytest.mark.parametrize(
    ("form", "told"), [("table", "expanded"), ("jsonl", '"status": "expanded"'), ("html", "<!doctype html>")]
)
def test_each_format_goes_to_a_file_and_nothing_to_the_screen(run: Run, tmp_path: Path, form: str, told: str) -> None:
    result = run("compare", OLD, NEW, "-f", form, "-o", tmp_path / "out")
    assert (result.exit_code, result.output) == (0, "")
    assert told in (tmp_path / "out").read_text(encoding="utf-8")


def test_the_same_file_twice_is_the_same_throughout(run: Run) -> None:
    assert {record["status"] for record in _records(run("compare", OLD, OLD, "-f", "jsonl"))} == {"same"}


def test_files_of_one_name_are_told_apart_by_their_folder(run: Run, tmp_path: Path) -> None:
    for folder, text in (("a", ANNEXED.format(session="ninth", rule=RULE)), ("b", ANNEXED.format(session="tenth", rule=RULE))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "r.txt").write_text(text)
    records = _records(run("compare", tmp_path / "a/r.txt", tmp_path / "b/r.txt", "-f", "jsonl"))
    names = {(item["old"][0]["document"], item["new"]["document"]) for item in records}  # type: ignore[index]
    assert names == {((tmp_path / "a/r.txt").as_posix(), (tmp_path / "b/r.txt").as_posix())}


def test_annexes_are_compared_with_annexes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(ANNEXED.format(session="ninth", rule=RULE))
    (tmp_path / "new.txt").write_text(ANNEXED.format(session="tenth", rule=RULE.replace("record", "measure, record and publish")))
    records = _records(run("compare", tmp_path / "old.txt", tmp_path / "new.txt", "-f", "jsonl"))
    assert [record["status"] for record in records] == ["same", "same", "same", "same", "expanded"]
    assert [bool(record["new"]["annex"]) for record in records] == [False] * 3 + [True] * 2  # type: ignore[index]
    assert all(record["new"]["annex"] == record["old"][0]["annex"] for record in records)  # type: ignore[index]


def test_a_table_and_standard_input_are_versions_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,text\nx-1,Adopts the rules for wells in the annex;\nx-2,Thanks the host;\n")
    text = ANNEXED.format(session="ninth", rule=RULE).encode()
    records = _records(run("compare", tmp_path / "t.csv", "-", "-f", "jsonl", stdin=text))
    assert [record["status"] for record in records] == ["new", "same", "new", "new", "new", "dropped"]


def test_audit_lists_what_disagrees(run: Run, tmp_path: Path) -> None:
    english = OLD.read_text(encoding="utf-8").replace("\n31. ", "\n31. Thanks the host of the meeting;\n\n32. ")
    (tmp_path / "more.txt").write_text(english, encoding="utf-8")
    records = _records(run("audit", ARABIC, tmp_path / "more.txt", "-f", "jsonl"))
    lone = [record["right"][0]["text"] for record in records if not record["left"]]  # type: ignore[index]
    assert lone == ["Thanks the host of the meeting;"]
    assert all(record["cause"] == "segmentation" for record in records if not record["left"])
    table = run("audit", ARABIC, tmp_path / "more.txt", "-o", tmp_path / "out")
    assert (table.exit_code, table.output) == (0, "")
    told = (tmp_path / "out").read_text(encoding="utf-8")
    assert "48 pairs, " in told
    assert f"{len(records)} to look at" in told


BAD: list[tuple[str, list[str], type[ResclassifyError], str]] = [
    ("compare", [str(OLD), "gone.txt"], InputError, "gone.txt"),
    ("compare", [str(SERIES), str(NEW)], InputError, "is a folder"),
    ("compare", [str(OLD), "none.txt"], NoClauseError, "no clause"),
    ("compare", ["none.txt", str(NEW)], NoClauseError, "no clause"),
    ("compare", [str(OLD), "empty.txt"], InputError, "is empty"),
    ("audit", ["empty.txt", str(OLD)], InputError, "is empty"),
    ("compare", [str(OLD), str(NEW), "-o", "no/folder/x"], OutputError, "cannot be written"),
    ("compare", [str(OLD), str(NEW), "--store", "no.db"], InputError, "there is no store"),
    ("compare", [str(OLD), str(NEW), "--settings", "settings.toml"], SettingsError, "colour"),
]


@pytest.mark.parametrize(("command", "arguments", "error", "told"), BAD)
def test_bad_input_is_one_line_of_the_family(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    arguments: list[str],
    error: type[ResclassifyError],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none.txt").write_text("There is nothing in this note but the weather of the day and the colour of the sea.")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "settings.toml").write_text('colour = "blue"\n')
    result = run(command, *arguments)
    assert type(result.exception) is error
    assert told in str(result.exception)
    assert "\n" not in str(result.exception)
    assert result.output == ""


@pytest.mark.parametrize(
    "arguments", [["compare", str(OLD)], ["compare", str(OLD), str(NEW), "-f", "csv"], ["audit", "a", "b", "-f", "html"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_an_encoder_that_is_lost_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resclassify.vectors.shipped", lambda name: tmp_path / name)
    result = run("compare", OLD, NEW)
    assert isinstance(result.exception, ModelError)
    assert "vectors.onnx" in str(result.exception)
    assert "\n" not in str(result.exception)


def test_a_store_without_sqlalchemy_names_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    result = run("compare", *SYMBOLS, "--store", "x.db")
    assert isinstance(result.exception, MissingExtraError)
    assert "pip install" in str(result.exception)


def test_documents_of_a_store_by_symbol_or_file(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "store.db")
    assert run("ingest", OLD, NEW, *store).exit_code == 0
    by_symbol = _records(run("compare", *SYMBOLS, *store, "-f", "jsonl"))
    assert len(by_symbol) == len(_records(run("compare", OLD, NEW, "-f", "jsonl")))
    assert by_symbol == _records(run("compare", OLD.name, NEW.name, *store, "-f", "jsonl"))
    assert f"{SYMBOLS[0]} → {SYMBOLS[1]}" in run("compare", *SYMBOLS, *store).stdout
    result = run("compare", SYMBOLS[0], "A/RES/99/999", *store)
    assert isinstance(result.exception, InputError)
    assert "A/RES/99/999" in str(result.exception)


def test_a_symbol_in_two_languages_is_audited_and_not_compared(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "store.db")
    assert run("ingest", OLD, ARABIC, *store).exit_code == 0
    assert _records(run("audit", SYMBOLS[0], SYMBOLS[0], *store, "-f", "jsonl")) == _records(
        run("audit", ARABIC, OLD, "-f", "jsonl")
    )
    result = run("compare", SYMBOLS[0], SYMBOLS[0], *store)
    assert isinstance(result.exception, InputError)
    assert "stands for 2 documents" in str(result.exception)
    assert OLD.name in str(result.exception)
