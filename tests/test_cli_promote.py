"""`promote`, `rollback` and `models` as people run them, killed and at once with others too: the champion always tags."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from resclassify import cli, production
from resclassify.evaluation import Estimate, Report
from resclassify.model import Model, load
from resclassify.production import Challenger, challenger_line, champion, fingerprint_of, fingerprints, in_production, read_ledger
from resclassify.promotion import PairedReports, Rate, Trial
from resclassify.taxonomy import load_taxonomy

THEMES = load_taxonomy().ids
WIN, LOSS = Estimate(0.03, 0.01, 0.05), Estimate(-0.03, -0.05, -0.01)
RATES = (Rate("functionality", "negation", "en", 45, 50),)
CLAUSE = "Urges Member States to investigate and prosecute traffickers;"


def _trial(before: str, after: str, overall: Estimate) -> Trial:
    measures = {"micro_f1": Estimate(0.8, 0.7, 0.9), **{f"ece/{theme}": Estimate(0.02, 0.01, 0.03) for theme in THEMES}}
    parts = ("all", "ar", "en")
    supports = {part: dict.fromkeys(THEMES, 30) for part in parts}
    report = Report("test", "d" * 64, 400, 40, dict.fromkeys(parts, measures), supports)
    differences = {part: {"micro_f1": overall} for part in parts} | {"ar": {"micro_f1": WIN}, "en": {"micro_f1": WIN}}
    return Trial(before, after, PairedReports(report, report, differences), None, RATES, RATES)


@dataclass(frozen=True)
class House:
    """A models folder where `own` is in production, as shipped, and `one` and `two` won against it; `two` is the challenger."""

    models: Path
    own: str
    one: str
    two: str

    def try_against(self, before: str, after: str, overall: Estimate = WIN) -> None:
        name = f"{after[:12]}.trial.json"
        (self.models / name).write_text(json.dumps(_trial(before, after, overall).to_record()))
        (self.models / "challenger.json").write_bytes(challenger_line(Challenger(after, name)))


@pytest.fixture(scope="module")
def template(small_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("house")
    for name in ("own", "one", "two"):
        replace(small_model, info={"name": name}).save(place / name)
        if name != "own":
            production.keep(place / name, place / "runs/models")
    return place


@pytest.fixture
def house(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(production, "SHIPPED", str(template / "own"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return _built(template, tmp_path / "runs/models")


def _built(template: Path, models: Path) -> House:
    shutil.copytree(template / "runs/models", models)
    built = House(models, *(fingerprint_of(template / name) for name in ("own", "one", "two")))
    built.try_against(built.own, built.one)
    built.try_against(built.own, built.two)
    return built


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str


Ask = Callable[..., Answer]


@pytest.fixture
def ask(house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ask:
    """Runs `resclassify` with arguments, in this process, on the house's models."""

    def run(*arguments: str) -> Answer:
        monkeypatch.setenv("RESCLASSIFY_MODELS", str(house.models))
        monkeypatch.setattr(sys, "argv", ["resclassify", *arguments])
        capfd.readouterr()
        try:
            cli.run()
            status: Any = 0
        except SystemExit as end:
            status = end.code or 0
        found = capfd.readouterr()
        assert found.err.count("\n") <= 1, found.err
        return Answer(status, found.out, found.err)

    return run


def test_the_newest_challenger_that_won_is_put_into_production(house: House, ask: Ask) -> None:
    answer = ask("promote", "--who", "Amal")
    assert (answer.status, answer.err) == (0, "")
    assert f"{house.two[:12]} against {house.own[:12]}: promote" in answer.out
    assert "frozen test 0.030 [0.010, 0.050]: a win" in answer.out
    (entry,) = read_ledger(house.models).entries
    assert (entry.action, entry.who, entry.before, entry.after) == ("promote", "Amal", house.own, house.two)
    assert entry.why == "frozen test 0.030 [0.010, 0.050]: a win"
    assert entry.figures["test"]["difference"] == [0.03, 0.01, 0.05]
    assert entry.data == "d" * 64
    assert load(in_production(house.models)).info["name"] == "two"
    assert house.own in fingerprints(house.models)


def test_all_commands_tag_with_the_champion(house: House, ask: Ask, tmp_path: Path) -> None:
    """The probabilities of the champion, whose calibration was bent to tell it from the others."""
    bent = load(house.models / house.one[:12])
    scale = {lang: replace(scale, offsets=(7.0,) * len(THEMES)) for lang, scale in bent.calibration.scales.items()}
    replace(bent, calibration=replace(bent.calibration, scales=scale)).save(tmp_path / "bent")
    after = fingerprint_of(production.keep(tmp_path / "bent", house.models))
    house.try_against(house.own, after)
    table = tmp_path / "clauses.jsonl"
    table.write_text(json.dumps({"id": "1", "text": CLAUSE}))
    before = json.loads(ask("tag", str(table), "--format", "jsonl").out)
    assert ask("promote").status == 0
    now = json.loads(ask("tag", str(table), "--format", "jsonl").out)
    assert min(now["probabilities"].values()) > 0.9 > min(before["probabilities"].values())
    assert ask("rollback", "--why", "too eager").status == 0
    assert json.loads(ask("tag", str(table), "--format", "jsonl").out) == before
    settings = tmp_path / "settings.toml"
    settings.write_text(f'model = "{tmp_path / "bent"}"')
    assert json.loads(ask("tag", str(table), "--format", "jsonl", "--settings", str(settings)).out) == now


def test_a_challenger_that_did_not_win_is_refused_with_what_would_change_that(house: House, ask: Ask) -> None:
    house.try_against(house.own, house.two, LOSS)
    answer = ask("promote")
    assert answer.status == 10
    assert f"{house.two[:12]}: 1 of" in answer.err
    assert "do not promote" in answer.out
    assert "What would change that:\n- a gain: " in answer.out
    assert not (house.models / "ledger.jsonl").exists()


def test_force_needs_a_reason_and_keeps_it_with_what_spoke_against(house: House, ask: Ask) -> None:
    house.try_against(house.own, house.two, LOSS)
    assert ask("promote", "--force").status == 2
    assert ask("promote", "--force", "--why", "  ").status == 2
    assert champion(house.models) == house.own
    assert ask("promote", "--force", "--why", "the old one misses a law").status == 0
    (entry,) = read_ledger(house.models).entries
    assert (entry.action, entry.why) == ("force", "the old one misses a law")
    assert [found.split(":")[0] for found in entry.figures["not_passed"]] == ["a gain"]


def test_a_challenger_may_be_named_and_must_have_met_the_champion(house: House, ask: Ask) -> None:
    assert ask("promote", house.one[:6]).status == 0
    assert champion(house.models) == house.one
    answer = ask("promote", str(house.models / house.two[:12]))
    assert answer.status == 10
    assert f"was tried against {house.own[:12]}, and {house.one[:12]} is in production" in answer.err
    assert ask("promote", house.one).status == 10
    assert ask("promote", house.two, "--force", "--why", "no time").status == 0
    assert read_ledger(house.models).entries[-1].figures["tried_against"] == house.own
    assert ask("promote", "ffff").status == 5


@pytest.mark.parametrize(
    ("spoil", "status", "said"),
    [
        (lambda house: (house.models / "challenger.json").unlink(), 5, "there is no challenger yet"),
        (lambda house: (house.models / f"{house.two[:12]}.trial.json").unlink(), 3, "cannot be read"),
        (lambda house: (house.models / f"{house.two[:12]}.trial.json").write_text("{}"), 3, "is no trial of two models"),
        (
            lambda house: shutil.copy(
                house.models / f"{house.one[:12]}.trial.json", house.models / f"{house.two[:12]}.trial.json"
            ),
            3,
            "is the trial of",
        ),
        (lambda house: shutil.rmtree(house.models / house.two[:12]), 5, "is missing"),
        (lambda house: (house.models / house.two[:12] / "manifest.json").write_text("{}"), 5, "was altered"),
        (lambda house: (house.models / house.two[:12] / "weights.npz").write_bytes(b"PK"), 5, "was altered"),
        (lambda house: (house.models / house.two[:12] / "calibration.json").unlink(), 5, "is missing"),
    ],
)
def test_what_is_not_whole_is_not_promoted(house: House, ask: Ask, spoil: Any, status: int, said: str) -> None:
    spoil(house)
    answer = ask("promote", "--force", "--why", "even so")
    assert (answer.status, said in answer.err) == (status, True), answer.err
    assert champion(house.models) == house.own
    assert not (house.models / "ledger.jsonl").exists()


def test_rollback_goes_back_a_step_or_to_a_model_that_was_there(house: House, ask: Ask) -> None:
    assert ask("rollback", "--why", "x").status == 10
    ask("promote", house.one)
    house.try_against(house.one, house.two)
    ask("promote")
    assert ask("rollback").status == 2
    assert ask("rollback", "--why", "worse in use", "--who", "Amal").status == 0
    assert champion(house.models) == house.one
    assert ask("rollback", "--why", "worse too").status == 0
    assert champion(house.models) == house.own
    answer = ask("rollback", "--why", "further")
    assert (answer.status, "is where it began" in answer.err) == (10, True)
    assert ask("rollback", "--to", "ffff", "--why", "x").status == 2
    assert ask("rollback", "--to", house.two[:8], "--why", "it was right after all").status == 0
    assert champion(house.models) == house.two
    ledger = read_ledger(house.models)
    assert ledger.faults == ()
    assert [entry.action for entry in ledger.entries] == ["promote", "promote", "rollback", "rollback", "rollback"]
    assert ledger.entries[2].who == "Amal"


def test_rollback_mends_a_champion_that_was_altered_and_never_goes_to_one(house: House, ask: Ask) -> None:
    ask("promote", house.one)
    house.try_against(house.one, house.two)
    ask("promote")
    (house.models / house.one[:12] / "calibration.json").write_text("{}")
    assert ask("rollback", "--why", "x").status == 5
    assert champion(house.models) == house.two
    shutil.rmtree(house.models / house.two[:12])
    assert ask("tag", "x.txt").status == 5
    assert ask("rollback", "--to", house.own[:12], "--why", "the folder is gone").status == 0
    assert load(in_production(house.models)).info["name"] == "own"


def test_the_shipped_model_can_be_gone_back_to_after_another_one_ships(
    house: House, ask: Ask, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("promote", house.one)
    monkeypatch.setattr(production, "SHIPPED", str(template / "two"))
    assert ask("rollback", "--why", "x").status == 0
    assert load(in_production(house.models)).info["name"] == "own"


def test_history_says_what_was_in_production_on_any_date(house: House, ask: Ask) -> None:
    assert f"{house.own[:12]} is in production, as it was shipped" in ask("models", "history").out
    assert house.own in ask("models", "history", "--at", "2020-01-01").out
    ask("promote", house.one, "--who", "Amal")
    ask("rollback", "--why", "two\nlines", "--who", "نور")
    path = house.models / "ledger.jsonl"
    dated = _redated(path.read_text(encoding="utf-8").splitlines(), ["2026-01-10T23:59:59+00:00", "2026-03-31T08:00:00+00:00"])
    path.write_text(dated, encoding="utf-8")
    answer = ask("models", "history")
    assert answer.status == 0
    head, *rows = answer.out.splitlines()
    assert head.split()[:3] == ["when", "(UTC)", "who"]
    assert [row.split("  ")[0] for row in rows] == ["2026-01-10T23:59:59", "2026-03-31T08:00:00"]
    assert "+0.030 [0.010, 0.050]" in rows[0]
    assert rows[1].endswith("two lines")
    days = {
        "2026-01-09": house.own,
        "2026-01-10": house.one,
        "2026-01-10T23:59:58": house.own,
        "2026-01-11T01:59:59+02:00": house.one,
        "2026-03-30": house.one,
        "2026-03-31T07:59": house.one,
        "2026-03-31": house.own,
        "2030-01-01": house.own,
    }
    for day, model in days.items():
        assert ask("models", "history", "--at", day).out.startswith(f"{day}: {model} was in production")
        assert json.loads(ask("models", "history", "--at", day, "--format", "jsonl").out)["to"] == model
    assert ask("models", "history", "--at", "31.3.2026").status == 2
    first, second = map(json.loads, ask("models", "history", "--format", "jsonl").out.splitlines())
    assert (first["who"], second["who"], second["why"]) == ("Amal", "نور", "two\nlines")
    assert second["previous"] == first["hash"]


def _redated(lines: list[str], times: list[str]) -> str:
    """The same ledger at other times, its chain made whole again."""
    import hashlib

    previous, dated = "0" * 64, ""
    for line, when in zip(lines, times, strict=True):
        row = json.dumps(json.loads(line) | {"when": when, "previous": previous}, ensure_ascii=False) + "\n"
        previous = hashlib.sha256(row.encode()).hexdigest()
        dated += row
    return dated


def test_history_says_where_the_chain_is_broken(house: House, ask: Ask) -> None:
    ask("promote", house.one)
    ask("rollback", "--why", "worse")
    path = house.models / "ledger.jsonl"
    path.write_text(path.read_text().replace("0.03", "0.30", 1))
    answer = ask("models", "history")
    assert answer.status == 5
    assert f"{path}:2: does not hold the hash of the line before" in answer.err
    assert len(answer.out.splitlines()) == 3


def test_show_names_the_champion_the_challenger_and_the_others(house: House, ask: Ask) -> None:
    def roles() -> dict[str, str]:
        return {row.split("  ")[0]: row.split("  ")[1] for row in ask("models", "show").out.splitlines()[1:]}

    assert roles() == {house.own[:12]: "champion", house.one[:12]: "candidate", house.two[:12]: "challenger"}
    ask("promote")
    assert roles() == {house.own[:12]: "was champion", house.one[:12]: "candidate", house.two[:12]: "champion"}


def test_a_tracking_server_that_is_away_is_one_line_and_no_hindrance(
    house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    answer = ask("promote")
    assert answer.status == 0
    assert answer.err.startswith("MLflow: its alias was not moved (")
    assert champion(house.models) == house.two


def test_the_alias_of_the_experiment_log_goes_where_the_ledger_goes(house: House, ask: Ask) -> None:
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{house.models.parent / 'mlflow.db'}")
    client.create_registered_model("themes")
    for fingerprint in (house.one, house.two):
        client.create_model_version("themes", "file:///nowhere", tags={"fingerprint": fingerprint})
    assert "themes version 2 is its champion" in ask("promote").err
    assert client.get_model_version_by_alias("themes", "champion").tags["fingerprint"] == house.two
    assert "nothing is its champion" in ask("rollback", "--why", "worse").err
    assert "champion" not in client.get_registered_model("themes").aliases
    assert champion(house.models) == house.own


# What is imported is imported once; each command runs in a process of its own, forked from here.
_SERVER = """
import json, os, resource, sys
import numpy, scipy.sparse, sklearn.linear_model
from resclassify import cli, cli_promote, model, production, promotion, settings
from resclassify.scorers import linear
production.SHIPPED = sys.argv[1]
for line in sys.stdin:
    most, *arguments = json.loads(line)
    child = os.fork()
    if child == 0:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        sys.argv = ["resclassify", *arguments]
        try:
            cli.run()
        except SystemExit as end:
            os._exit(end.code or 0)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Server:
    """Runs commands in processes of their own, one at a time, and kills them on demand."""

    def __init__(self, own: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "RESCLASSIFY"))}
        self.server = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(own)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=environment | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )

    def start(self, *arguments: str, most: int | None = None) -> int:
        """Starts a command that may write files of at most `most` bytes, and returns the id of its process."""
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps([most, *arguments]) + "\n")
        return int(self.server.stdout.readline())

    def status(self) -> int:
        """Waits for what was started. The exit status; -9 where it was killed before its end."""
        assert self.server.stdout
        return int(self.server.stdout.readline())

    def run(self, *arguments: str, kill_after: float | None = None, most: int | None = None) -> int:
        """Starts a command, kills it after so many seconds, and returns its status."""
        child = self.start(*arguments, most=most)
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return self.status()

    def close(self) -> None:
        assert self.server.stdin
        self.server.stdin.close()
        self.server.wait(30)


@pytest.fixture(scope="module")
def server(template: Path) -> Iterator[Server]:
    started = Server(template / "own")
    yield started
    started.close()


def _sound(house: House, possible: set[str]) -> str:
    """The champion, after it was seen to tag, with every model in the folder whole."""
    ledger = read_ledger(house.models)
    assert ledger.faults == ()
    now = champion(house.models)
    assert now in possible
    assert load(in_production(house.models)).assess([CLAUSE]).decided.shape == (1, len(THEMES))
    for folder in house.models.glob("[!.]*/"):
        assert fingerprint_of(folder)[:12] == folder.name
        load(folder)
    return now


@pytest.mark.parametrize("command", ["promote", "rollback"])
def test_killed_at_any_point_there_is_a_champion_that_tags_and_the_command_can_be_run_again(
    command: str, house: House, server: Server, tmp_path: Path
) -> None:
    again = ["rollback", "--why", "x"] if command == "rollback" else ["promote"]
    if command == "rollback":
        assert server.run("promote", "--models", str(house.models)) == 0
    # In memory where there is such a place: killing is not about disks, and waiting for them takes long.
    memory = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else tmp_path))
    trials = [_copied(house, memory / str(number)) for number in range(14)]
    # The first run is slower than those after it.
    for trial in trials[:2]:
        started = time.monotonic()
        assert server.run(*again, "--models", str(trial.models)) == 0
        whole = time.monotonic() - started
    before, after = (house.own, house.two) if command == "promote" else (house.two, house.own)
    ends = set()
    rng = random.Random(str(time.time_ns()))
    for number, trial in enumerate(trials[2:]):
        started = time.monotonic()
        end = server.run(*again, "--models", str(trial.models), kill_after=whole * (number + rng.random()) / 11)
        whole = min(whole, time.monotonic() - started) if end == 0 else whole
        ends.add(end)
        found = _sound(trial, {before, after})
        status = server.run(*again, "--models", str(trial.models))
        assert status == (0 if found == before else 10)
        assert _sound(trial, {after}) == after
        assert not list(trial.models.glob(".*"))
    assert -9 in ends
    shutil.rmtree(memory)


def _copied(house: House, place: Path) -> House:
    shutil.copytree(house.models, place / "models")
    return replace(house, models=place / "models")


def test_of_two_who_promote_at_once_one_is_refused_and_no_line_is_lost(house: House, template: Path) -> None:
    servers = [Server(template / "own") for _ in range(2)]
    try:
        for server in servers:
            server.run("models", "show", "--models", str(house.models))
        for server, named in zip(servers, (house.one, house.two), strict=True):
            server.start("promote", named, "--models", str(house.models))
        statuses = [server.status() for server in servers]
    finally:
        for server in servers:
            server.close()
    assert sorted(statuses) == [0, 10]
    ledger = read_ledger(house.models)
    assert [entry.after for entry in ledger.entries] == [house.one if statuses[0] == 0 else house.two]
    _sound(house, {ledger.entries[0].after})


@pytest.mark.parametrize("most", [0, 200, 5000])
def test_a_disk_that_takes_no_more_leaves_the_champion(most: int, house: House, server: Server) -> None:
    assert server.run("promote", "--models", str(house.models), most=most) == 6
    assert _sound(house, {house.own}) == house.own
    assert not list(house.models.glob(".*"))
    assert server.run("promote", "--models", str(house.models)) == 0
    assert _sound(house, {house.two})
