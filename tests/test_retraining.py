"""A retraining end to end on a tiny encoder: what it leaves, what the log holds, and that it can be killed at any moment."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest
import torch
from conftest import ROOT, Command
from retrainings import NEW, SETTINGS, look, plan_of, quick
from test_transformer import MADE

from resclassify import challenge
from resclassify.behaviour import run_behaviours
from resclassify.confusions import read_confusions
from resclassify.dataset import Pair, read_pairs, write_pairs
from resclassify.errors import ModelError, OutputError
from resclassify.finetuning import FineTuning
from resclassify.intake import gather, joined_name
from resclassify.model import Model, load
from resclassify.production import Change, champion, fingerprint_of, keep, read_challenger, record, trial_name
from resclassify.promotion import decide, trial_from
from resclassify.retraining import WORK, planned, retrain, settings_of
from resclassify.taxonomy import load_taxonomy


def _shortest(pairs: list[Pair], split: str, first: int, last: int) -> list[Pair]:
    """Of a side, the shortest pairs of each theme and of none."""
    found = []
    for theme in (*load_taxonomy().ids, ""):
        mine = [pair for pair in pairs if pair.split == split and (pair.themes[:1] or ("",))[0] == theme]
        found += sorted(mine, key=lambda pair: len(pair.en) + len(pair.ar))[first:last]
    return found


@pytest.fixture(scope="module")
def made(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with pairs, new clauses, a tiny encoder, and a models folder whose champion is a small floor."""
    place = tmp_path_factory.mktemp("retraining")
    pairs = read_pairs(ROOT / "data/clauses")
    test = [replace(pair, source="resolution") for pair in _shortest(pairs, "test", 0, 3)]
    base = [*_shortest(pairs, "train", 0, 5), *_shortest(pairs, "dev", 0, 2), *test]
    write_pairs(base, place / "data")
    new = _shortest(pairs, "train", 5, 8)
    rows = [{"text": (p.en, p.ar)[at % 2], "themes": p.themes, "symbol": f"A/{at // 2}"} for at, p in enumerate(new)]
    (place / NEW).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    tokenizer = MADE["bert"][0]([text for pair in base for text in (pair.ar, pair.en)])
    torch.manual_seed(1)
    MADE["bert"][1](len(tokenizer)).save_pretrained(place / "tiny")
    tokenizer.save_pretrained(place / "tiny")
    models = place / "models"
    keep(model_folder, models)
    record(models, Change("force", champion(models), fingerprint_of(model_folder), "a small one, for tests"))
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy of it, with the encoder of all, whose path is part of what is resumed."""
    copy = tmp_path / "place"
    shutil.copytree(made, copy, ignore=shutil.ignore_patterns("tiny"))
    (copy / "tiny").symlink_to(made / "tiny")
    return copy


class _InterruptionError(Exception):
    pass


def _in_second_epoch(figures: Mapping[str, float]) -> None:
    if figures.get("epoch") == 2:
        raise _InterruptionError


def _silent(_: object) -> None:
    pass


def test_a_challenger_is_made_tried_and_logged_though_the_server_is_away(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    monkeypatch.setattr(challenge, "run_behaviours", lambda model, pairs: run_behaviours(model, pairs[:4], ()))
    plan, lines = plan_of(place), list[str]()
    made = retrain(plan, _silent, lines.append)
    models, fingerprint = place / "models", fingerprint_of(made.folder)
    assert read_challenger(models).fingerprint == fingerprint
    trial = trial_from(json.loads((models / trial_name(fingerprint)).read_text(encoding="utf-8")), "here")
    assert (trial.champion, trial.challenger) == (champion(models), fingerprint)
    assert trial.frozen.champion.clauses == len(plan.joining.frozen) == 18
    assert trial.newest is not None
    assert not decide(trial).promote  # so small a network learns nothing
    info = load(made.folder).info
    assert (info["data_before"], info["data_after"]) == plan.joining.fingerprints
    counted = read_confusions(made.folder)
    assert counted is not None
    assert counted.clauses == 18
    assert info["fine_tuning"]["learning_rate"] == SETTINGS.learning_rate
    assert {path.name for path in models.iterdir() if path.name.startswith(made.folder.name)} == {
        f"{made.folder.name}{end}" for end in ("", ".drift.json", ".joined.jsonl", ".report.md", ".trial.json")
    }
    assert not (models / WORK).exists()
    assert "| frozen test | 18 | all micro_f1 |" in made.markdown
    assert "Shifted: " in made.markdown
    (away,) = [line for line in lines if "cannot be used" in line]
    assert "127.0.0.1:9" in away
    assert "secret" not in away
    _check_log(place, fingerprint, plan.joining.fingerprints)
    # The next session: what joined stays on its side.
    assert read_pairs(models / joined_name(fingerprint)) == list(plan.joining.joined)
    again = gather(read_pairs(place / "data"), [place / NEW], [], models, [], documents=None, failures=[])
    assert again.joined == plan.joining.joined
    assert again.fingerprints == (plan.joining.fingerprints[1],) * 2


def _check_log(place: Path, fingerprint: str, data: tuple[str, str]) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{place / 'mlflow.db'}")
    runs = mlflow.search_runs(experiment_names=["resclassify"], output_format="list")
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = {run.info.run_name: run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id}
    assert children.keys() == {"fit", "evaluate champion", "evaluate challenger", "drift"}
    assert (parent.data.params["data_before"], parent.data.params["data_after"]) == data
    assert {found.dataset.name for found in parent.inputs.dataset_inputs} == {"data before", "data after", "frozen test"}
    assert "frozen/difference/all/micro_f1" in children["evaluate challenger"].data.metrics
    assert "all/share_of_Arabic_texts" in children["drift"].data.metrics
    assert {run.info.status for run in runs} == {"FINISHED"}
    client = mlflow.MlflowClient()
    names = {item.path for item in client.list_artifacts(children["evaluate champion"].info.run_id)}
    assert {"reliability.svg", "frozen.json", "newest.md", "behaviour.md"} <= names
    for alias, expected in (("challenger", fingerprint), ("champion", champion(place / "models"))):
        version = client.get_model_version_by_alias("resclassify-themes", alias)
        assert version.tags["fingerprint"] == expected


def test_an_interrupted_retraining_goes_on_to_the_same_model(place: Path) -> None:
    plan = plan_of(place)
    with pytest.raises(_InterruptionError):
        retrain(plan, _in_second_epoch, _silent)
    before = look(place)
    assert before["challenger"] == ""
    lines: list[str] = []
    resumed = quick(place, lines.append)
    assert [line for line in lines if "going on from the last epoch" in line]
    shutil.rmtree(resumed.folder)
    (place / "models/challenger.json").unlink()
    assert quick(place, lines.append).folder == resumed.folder


@pytest.mark.parametrize("other", ["data", "settings"])
def test_a_retraining_of_other_data_or_settings_starts_clean_and_says_so(place: Path, other: str) -> None:
    with pytest.raises(_InterruptionError):
        retrain(plan_of(place), _in_second_epoch, _silent)
    if other == "data":
        lines = (place / NEW).read_text(encoding="utf-8").splitlines(keepends=True)
        (place / NEW).write_text("".join(lines[:-1]), encoding="utf-8")
    plan = plan_of(place, SETTINGS if other == "data" else replace(SETTINGS, learning_rate=1e-3))
    said: list[str] = []
    with pytest.raises(_InterruptionError):
        retrain(plan, _in_second_epoch, said.append)
    assert [line for line in said if "starting clean" in line]
    assert not [line for line in said if "going on" in line]


def test_a_torn_checkpoint_is_not_gone_on_from(place: Path) -> None:
    with pytest.raises(_InterruptionError):
        retrain(plan_of(place), _in_second_epoch, _silent)
    work = place / "models" / WORK
    assert list(work.glob("checkpoint*"))
    for state in work.glob("checkpoint*"):
        state.write_bytes(state.read_bytes()[:1000])
    said: list[str] = []
    with pytest.raises(_InterruptionError):
        retrain(plan_of(place), _in_second_epoch, said.append)
    assert not [line for line in said if "going on" in line]


def _killed(place: Path, way: str, *more: str) -> list[dict[str, object]]:
    line = [sys.executable, str(ROOT / "tests/retrainings.py"), str(place), way, *more]
    done = subprocess.run(line, capture_output=True, timeout=240, check=False, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(row) for row in done.stdout.splitlines() if row.startswith("{")]


@pytest.mark.parametrize("way", ["steps", "times"])
def test_killed_at_any_moment_it_goes_on_and_the_champion_tags(made: Path, place: Path, way: str) -> None:
    rows = _killed(place, way)
    assert len(rows) > (8 if way == "steps" else 2)
    assert [row["ended"] for row in rows] == [-9] * (len(rows) - 1) + [0], rows[-1]["said"]
    found = [row["found"] for row in rows]
    assert {(one["champion"], one["entries"]) for one in found} == {(champion(made / "models")[:12], 1)}
    assert found[-1]["challenger"]
    # No challenger before the last step, and then the one that an undisturbed run makes.
    assert {one["challenger"] for one in found[:-1]} <= {"", found[-1]["challenger"]}
    undisturbed = place.with_name("undisturbed")
    shutil.copytree(made, undisturbed, ignore=shutil.ignore_patterns("tiny"))
    shutil.rmtree(place)
    undisturbed.rename(place)
    (place / "tiny").symlink_to(made / "tiny")
    assert fingerprint_of(quick(place, _silent).folder) == found[-1]["challenger"]


def test_a_full_disk_is_one_line_and_loses_nothing(place: Path) -> None:
    (row,) = _killed(place, "full", "30000")
    ended, said = row["full"]  # type: ignore[misc]
    assert (ended, said.count("\n")) == (3, 0), said
    assert "cannot be written" in said
    assert look(place)["challenger"] == ""
    assert not list((place / "models" / WORK).glob("*.part"))
    assert quick(place, _silent).folder.is_dir()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody may write")
def test_a_place_that_cannot_be_written_is_one_line(place: Path, command: Command) -> None:
    options = ["--data", place / "data", "--backbone", place / "tiny", "--models", "/proc/models"]
    done = command("retrain", "--new", place / NEW, *options, cwd=place)
    assert (done.returncode, done.stderr.decode().strip().count("\n")) == (6, 0), done.stderr
    assert b"/proc/models: cannot be written" in done.stderr


def test_nothing_new_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    done = command("retrain", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--new" in done.stderr


def test_two_at_once_are_refused(place: Path) -> None:
    plan = plan_of(place)

    def second(_: Mapping[str, float]) -> None:
        with pytest.raises(OutputError, match="another retraining is under way"):
            retrain(plan, _silent, _silent)
        raise _InterruptionError

    with pytest.raises(_InterruptionError):
        retrain(plan, second, _silent)


def test_the_champion_settles_the_settings(small_model: Model, place: Path) -> None:
    tuned = replace(small_model, info={"fine_tuning": {"epochs": 3, "learning_rate": 1e-4, "seed": 5}})
    assert settings_of(tuned) == FineTuning(epochs=3, learning_rate=1e-4, seed=5)
    assert settings_of(small_model) == FineTuning()
    with pytest.raises(ModelError, match="'cadence'"):
        settings_of(replace(small_model, info={"fine_tuning": {"cadence": 3}}))
    joining = plan_of(place).joining
    plan = planned(place / "models", joining, [], epochs=9)
    assert (plan.settings, plan.champion.name, plan.preprocessing) == (
        replace(FineTuning(), epochs=9),
        champion(place / "models")[:12],
        None,
    )


def test_the_project_file_gives_the_pipeline_options_that_it_has() -> None:
    import yaml

    entry = yaml.safe_load((ROOT / "MLproject").read_text(encoding="utf-8"))["entry_points"]["retrain"]
    words = entry["command"].split()
    assert words[:2] == ["python", "pipelines/retrain.py"]
    source = (ROOT / "pipelines/retrain.py").read_text(encoding="utf-8")
    assert words[3::2] == [f"{{{name}}}" for name in entry["parameters"]]
    for option in words[2::2]:
        assert f'add_argument("{option}"' in source
