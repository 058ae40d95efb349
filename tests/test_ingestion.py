"""`resclassify ingest` reads what is new and passes over what is there; `tag --store` shows it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SAMPLE, Command
from typer.testing import CliRunner, Result

from resclassify.cli import app
from resclassify.errors import ModelError, PartialFailureError, ResclassifyError
from resclassify.inputs import input_paths
from resclassify.settings import Settings
from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.ingestion import Tagger, Tally, ingest, retag
from resclassify.store.records import Selection

CLAUSES = """The General Assembly,

Recalling its resolution 70/1 of 25 September 2015,

1. Urges Member States to investigate and punish traffickers, in session {};

2. Requests the Secretary-General to report to it at its next session.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for session in (80, 81):
        (tmp_path / f"A_RES_{session}_9.en.txt").write_text(CLAUSES.format(session), encoding="utf-8")
    return tmp_path


@pytest.fixture
def other_model(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model under another name, and with another manifest, as if it were another's."""
    place = tmp_path_factory.mktemp("models") / "other"
    shutil.copytree(model_folder, place)
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps(manifest, indent=3))
    return place


def run(*arguments: str) -> Result:
    """The command in this process, its errors as they are raised: a process of its own takes a second to start."""
    return CliRunner().invoke(app, arguments)


def done(tally: Tally) -> tuple[int, int, int, int]:
    return (*(tally.outcomes.get(outcome, 0) for outcome in ("new", "tagged", "there")), len(tally.failures))


def read_into(store: Store, folder: Path, model: Path) -> Tally:
    return ingest(store, input_paths([str(folder)]), Tagger(model), Settings())


def test_what_is_there_is_passed_over_and_its_model_is_not_even_loaded(
    folder: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(str(folder / "s.db"), create=True) as store:
        assert done(read_into(store, folder, model_folder)) == (2, 0, 0, 0)
        (folder / "A_RES_82_9.en.txt").write_text(CLAUSES.format(82), encoding="utf-8")
        shutil.copy(folder / "A_RES_80_9.en.txt", folder / "copy.txt")
        assert done(read_into(store, folder, model_folder)) == (1, 0, 3, 0)
        monkeypatch.setattr("resclassify.store.ingestion.load", None)
        assert done(read_into(store, folder, model_folder)) == (0, 0, 4, 0)
        assert [document.metadata.session for document in store.documents()] == ["80", "81", "82"]


def test_another_model_tags_what_is_stored_anew(folder: Path, model_folder: Path, other_model: Path) -> None:
    with open_store(str(folder / "s.db"), create=True) as store:
        read_into(store, folder, model_folder)
        (folder / "A_RES_80_9.en.txt").rename(folder / "renamed.txt")
        assert done(ingest(store, [folder / "renamed.txt"], Tagger(other_model), Settings())) == (0, 1, 0, 0)
        other = Tagger(other_model)
        assert done(retag(store, store.untagged(other.fingerprint), other)) == (0, 1, 0, 0)
        assert store.untagged(other.fingerprint) == []
        assert {(item.version, item.model) for item in store.tagged()} == {(2, other.fingerprint)}
        versions = [[item.tagged for item in store.tagged(Selection(model=name))] for name in ("small", "other")]
        assert versions[0] == versions[1]


def test_a_damaged_model_writes_nothing(folder: Path, other_model: Path) -> None:
    (other_model / "calibration.json").write_text("{}")
    with open_store(str(folder / "s.db"), create=True) as store:
        with pytest.raises(ModelError, match="was altered"):
            read_into(store, folder, other_model)
        assert (store.size(), store.models()) == (0, [])


def test_the_command_goes_on_after_bad_files_and_says_what_it_did(command: Command, folder: Path, model_folder: Path) -> None:
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "prose.txt").write_text("The weather was fine today and the cat sat on the mat.\n" * 3)
    (folder / "t.csv").write_text("id,text\n1,Urges States;\n")
    store = folder / "runs/s.db"
    ran = command("ingest", folder, folder / "t.csv", "--store", store, "--model", model_folder)
    assert (ran.returncode, ran.stdout.decode()) == (7, f"{store}: 2 new, 0 tagged anew, 0 already there, 3 failed\n")
    lines = ran.stderr.decode().splitlines()
    assert [any(sign in line for line in lines) for sign in ("b.pdf: the PDF", "prose.txt: no clause", "t.csv: is a table")] == [
        True
    ] * 3
    assert "3 of 5 inputs failed" in lines[3]
    again = run("ingest", str(folder / "b.pdf"), "--store", str(store), "--model", str(model_folder))
    assert (again.exit_code, again.stdout) == (3, f"{store}: 0 new, 0 tagged anew, 0 already there, 1 failed\n")


def test_the_command_shows_from_the_store_what_tag_shows_from_the_file(tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    assert run("ingest", str(SAMPLE), "--store", store).exit_code == 0
    fresh = run("tag", str(SAMPLE), "-f", "jsonl").stdout
    assert fresh.count("\n") == 90
    for chosen in (["A/C.3/79/L.22/Rev.1"], [SAMPLE.name], [], ["--lang", "ar", "--model", "themes"]):
        assert run("tag", "--store", store, "-f", "jsonl", *chosen).stdout == fresh
    ran = run("tag", "--store", store, "A/RES/1/1", SAMPLE.name, "-f", "jsonl")
    assert (type(ran.exception), ran.stdout) == (PartialFailureError, fresh)
    assert ran.stderr.startswith("resclassify: A/RES/1/1: is not in the store")
    ran = run("ingest", "--retag", "--store", store)
    assert (ran.exit_code, ran.stdout) == (0, f"{store}: 0 new, 0 tagged anew, 1 already there, 0 failed\n")


WRONG = [
    (("ingest", "--store", "s.db"), 2, "name documents or folders to read, or --retag alone"),
    (("ingest", "x.txt", "--retag", "--store", "s.db"), 2, "name documents or folders to read, or --retag alone"),
    (("ingest", "--retag", "--store", "s.db"), 3, "there is no store"),
    (("ingest", "x.txt", "--store", "s.db", "--model", "none"), 5, "no model folder there"),
    (("tag",), 2, "name documents, folders or tables, or --store"),
    (("tag", "--store", "s.db"), 3, "there is no store"),
]


@pytest.mark.parametrize(("arguments", "status", "message"), WRONG)
def test_wrong_use_is_one_line_and_makes_no_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments)
    assert isinstance(ran.exception, ResclassifyError)
    assert (ran.exception.exit_status, ran.stdout, "\n" in str(ran.exception)) == (status, "", False)
    assert message in str(ran.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_without_a_store_loads_no_database() -> None:
    line = "import sys, resclassify.cli; sys.exit('sqlalchemy' in sys.modules or 'resclassify.store.access' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0
