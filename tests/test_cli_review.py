"""`resclassify review` as people run it: piped, interrupted, killed, two at once, with files to and fro."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Command
from openpyxl import load_workbook
from reviews import small_store
from stores import FIRST

from resclassify.cli import run
from resclassify.review_tables import columns
from resclassify.store import open_store
from resclassify.store.records import Review

PROGRAM = str(Path(sys.executable).with_name("resclassify"))


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """The options of a store of twelve clauses, with few pairs to measure novelty against."""
    small_store(tmp_path, "en", "ar").close()
    pair = {"id": "T1", "kind": None, "en": "Welcomes the report;", "ar": "ترحب بالتقرير؛", "themes": [], "source": "test"}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(pair | {"lineage": "T1", "split": "train"}), encoding="utf-8")
    return ["review", "--store", str(tmp_path / "s.db"), "--data", str(tmp_path / "pairs.jsonl")]


Inside = Callable[..., tuple[int, str, str]]


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Inside:
    """Runs `resclassify` in this process, where no keys are read: exit status, standard output, standard error."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["resclassify", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        sys.stdout.flush()
        shown = capfd.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


def reviews_in(tmp_path: Path) -> list[Review]:
    with open_store(str(tmp_path / "s.db")) as store:
        return list(store.reviews())


def test_keys_from_a_pipe_are_reviews(command: Command, inside: Inside, place: list[str], tmp_path: Path) -> None:
    done = command(*place, "--who", " Amal  K ", "--count", "5", stdin=b"a4\nsq")
    assert (done.returncode, done.stderr) == (0, b"")
    assert re.search(r"1 accept, 1 change, 1 skip, of 5 asked|2 accept, 1 skip", done.stdout.decode())
    found = reviews_in(tmp_path)
    assert [row.reviewer for row in found] == ["Amal K"] * 3
    assert {row.asked for row in found} == {"queue"}
    again = command(*place, "--who", "Amal K", "--count", "2", "--random-share", "1", stdin=b"aa")
    assert again.returncode == 0
    later = reviews_in(tmp_path)[3:]
    assert [row.asked for row in later] == ["random"] * 2
    assert not {row.clause for row in later} & {row.clause for row in found}
    rates = inside("review", "--store", tmp_path / "s.db", "--error-rate")[1]
    assert "| wrong |" in rates
    assert FIRST.fingerprint[:12] in rates


def test_two_at_once_lose_nothing(place: list[str], tmp_path: Path) -> None:
    """Both are asked all twelve clauses; the English and the Arabic side of one are translations, so each queue has six."""
    line = [PROGRAM, *place, "--count", "12", "--random-share", "1"]
    people = [subprocess.Popen([*line, "--who", who], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for who in ("Amal", "Ben")]
    for one in people:
        assert one.stdin is not None
        one.stdin.write(b"a" * 12)
        one.stdin.close()
    shown = [one.stdout.read().decode() for one in people if one.stdout]
    assert [one.wait(120) for one in people] == [0, 0]
    rows = reviews_in(tmp_path)
    told = sum(int(re.search(r"(\d+) accept", text)[1]) if " accept," in text else 0 for text in shown)  # type: ignore[index]
    assert told == len(rows)
    assert {row.clause for row in rows} == set(range(1, 13))


def test_killed_at_any_moment_every_decision_that_was_passed_is_kept(place: list[str], tmp_path: Path) -> None:
    chance = random.Random(5)
    total = 0
    for who in ("Amal", "Ben", "Carla"):
        line = [PROGRAM, *place, "--count", "12", "--random-share", "1", "--who", who, *(["--second-reader"] if total else [])]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            begun = running.stdout.readline()
            running.stdin.write(b"a" * chance.randrange(1, 5))
            running.stdin.flush()
            time.sleep(chance.random() * 0.1)
            running.kill()
            shown = (begun + running.stdout.read()).decode()
        passed = len(re.findall(r"^─+ \d+ of \d+", shown, re.MULTILINE)) - 1
        rows = reviews_in(tmp_path)
        assert len(rows) - total >= passed
        total = len(rows)
    assert total > 0


def test_an_interruption_is_one_line_and_keeps_what_was_decided(place: list[str], tmp_path: Path) -> None:
    line = [PROGRAM, *place, "--who", "Amal"]
    # Where the tests run in the background of a shell, they and what they start ignore interruptions.
    listening = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **listening) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(b"a")
        running.stdin.flush()
        while b"2 of" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr.read() == b"resclassify: interrupted; what was decided is kept\n"
    assert len(reviews_in(tmp_path)) == 1


def test_a_workbook_goes_out_and_comes_back(inside: Inside, place: list[str], tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    status, out, err = inside(*place, "--who", "Amal", "--export", path)
    assert (status, err) == (0, "")
    assert out == f"{path}: 12 clauses to review\n"
    book = load_workbook(path)
    sheet = book["clauses"]
    at = {name: number for number, name in enumerate(columns(), 1)}
    sheet.cell(2, at["done"]).value = True
    sheet.cell(3, at["migration"]).value = "maybe"
    book.save(path)
    import_ = ["review", "--store", tmp_path / "s.db", "--who", "Amal", "--import", path]
    status, out, err = inside(*import_)
    assert (status, out) == (9, "")
    first, last = err.splitlines()
    assert (
        first == f"resclassify: {path}: row 3: 'maybe' under 'migration' is neither yes nor no; write yes, no, or leave it blank"
    )
    assert last.endswith("1 faulty rows (named above), nothing was imported; mend them, or --skip-faulty")
    assert reviews_in(tmp_path) == []
    status, out, _ = inside(*import_, "--skip-faulty")
    assert status == 0
    assert "1 reviews by Amal imported, 0 already there" in out
    assert "0 reviews by Amal imported, 1 already there" in inside(*import_, "--skip-faulty")[1]
    assert len(reviews_in(tmp_path)) == 1


@pytest.mark.parametrize(("name", "tool"), [("q.csv", None), ("q.json", "label-studio"), ("q.jsonl", "doccano")])
def test_a_queue_is_the_same_whenever_it_is_exported(
    inside: Inside, place: list[str], tmp_path: Path, name: str, tool: str | None
) -> None:
    options = ["--tool", tool] if tool else []
    contents = []
    for _ in range(2):
        assert inside(*place, "--who", "Amal", "--export", tmp_path / name, *options)[0] == 0
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


def test_agreement_is_kappa_and_the_conflicts(command: Command, inside: Inside, place: list[str], tmp_path: Path) -> None:
    options = ["review", "--store", str(tmp_path / "s.db"), "--agreement"]
    assert "no clause has two readers" in inside(*options)[1]
    with open_store(str(tmp_path / "s.db")) as store:
        for clause, one, two in ((1, "migration", "migration"), (2, "migration", ""), (3, "", ""), (4, "", "")):
            for who, themes in (("Amal", one), ("Ben", two)):
                said = {"themes": [], "shown": clause > 2}
                store.add_review(Review(clause, who, FIRST.fingerprint, said, "change", tuple(themes.split())))
    shown = inside(*options)[1]
    # Observed 0.75, by chance 0.5 * 0.25 + 0.5 * 0.75 = 0.5.
    assert "4 clauses, 3 with the same set of themes" in shown
    assert "| migration | 0.500 |" in shown
    assert "both readers blind to the model: 2 of 4 clauses" in shown
    assert "conflicts: 1; `resclassify review --conflicts` settles them" in shown
    assert "  A_RES_78_951.en.txt#O02   Amal: migration; Ben: none" in shown
    settled = command(*place, "--conflicts", "--who", "Carla", stdin=b"a")
    assert "1 adjudicate, of 1 asked" in settled.stdout.decode()
    assert "conflicts: 0\n" in inside(*options)[1]


BAD = [
    (["--export", "q.csv", "--agreement"], 2, "review: --export and --agreement are different tasks; name one of them"),
    (["--second-reader", "--conflicts"], 2, "ask different clauses; name one of them"),
    (["--theme", "climate"], 2, "--theme: unknown theme 'climate'; it is one of prevention"),
    (["--export", "q.pdf"], 2, "q.pdf: tables are .csv or .xlsx"),
    (["--who", "  "], 2, "--who: is empty; name who reviews"),
    (["--import", "none.csv"], 3, "none.csv: cannot be read"),
    (["--import", "none.json", "--tool", "label-studio"], 9, "none.json: is no Label Studio export"),
    (["--store", "none.db"], 3, "none.db: there is no store"),
    (["--export", "none/q.csv"], 6, "none/q.csv: cannot be written"),
    (["--random-share", "2"], 2, "--random-share"),
]


@pytest.mark.parametrize(("options", "status", "message"), BAD)
def test_what_cannot_be_is_refused_in_one_line(
    inside: Inside,
    monkeypatch: pytest.MonkeyPatch,
    place: list[str],
    tmp_path: Path,
    options: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    found, out, err = inside(*place, *options)
    assert (found, out) == (status, "")
    assert message in err
    assert status == 2 or err.count("\n") == 1


def test_vectors_that_cannot_be_kept_cost_time_alone(inside: Inside, place: list[str], tmp_path: Path) -> None:
    assert inside(*place, "--who", "Amal", "--export", tmp_path / "q.csv")[2] == ""
    (kept,) = tmp_path.glob("vectors-*.npz")
    kept.unlink()
    kept.mkdir()
    status, _, err = inside(*place, "--who", "Amal", "--export", tmp_path / "again.csv")
    assert (status, err.count("\n")) == (0, 1)
    assert "vectors are not kept" in err
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "q.csv").read_bytes()


def test_nothing_to_ask_is_said(inside: Inside, place: list[str]) -> None:
    assert "nothing to ask Amal" in inside(*place, "--who", "Amal", "--conflicts")[1]
