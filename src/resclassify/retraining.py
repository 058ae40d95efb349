"""A challenger: fine-tuned as the champion was, on data that has grown, tried against it, and put into the models folder.

What is begun lies in `.retrain` of the models folder until it is whole. A run that was killed goes on from its last epoch, or
from its model if that was made; a run of other data, settings or encoder starts clean. The challenger's folder comes into the
models folder under its fingerprint by one rename; what was measured is written beside it, and `challenger.json`, which makes it
the challenger, last. Nothing here touches the ledger, so the champion tags on whatever happens.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from resclassify.challenge import Measured, Say, behaviours_in_words, in_words, measure_both, stages
from resclassify.confusions import FILE, count_confusions
from resclassify.dataset import write_pairs
from resclassify.drift import Vectors
from resclassify.errors import ModelError, OutputError, ResclassifyError
from resclassify.exports import write_whole
from resclassify.finetuning import FineTuning, Progress, fit_transformer
from resclassify.intake import Joining, joined_name
from resclassify.model import Model, load
from resclassify.production import (
    CHALLENGER,
    DIGITS,
    Challenger,
    challenger_line,
    fingerprint_of,
    in_production,
    keep,
    trial_name,
)
from resclassify.shipped import shipped
from resclassify.tracking import Stage, log_retraining
from resclassify.training import decisions

WORK = ".retrain"
ENCODER = "models/encoder"
_LOCK = "retrain.lock"
_RESOLUTIONS = "resolution"
_CHECKPOINT, _MODEL = "checkpoint", "model"
_STATE = "state.json"
# What libraries that write files from other languages say of a full disk.
_FULL = ("No space left", "File too large", "PytorchStreamWriter", "inline_container", "code: 28", "code: 27")


@dataclass(frozen=True, slots=True)
class Plan:
    """All that settles a retraining: where models are, which one is the champion, the data, what to fine-tune and how."""

    models: Path
    champion: Path
    joining: Joining
    acceptance: tuple[str, ...]
    backbone: str
    settings: FineTuning
    preprocessing: str | None = None

    @property
    def name(self) -> str:
        """What tells this retraining from others: the data, the encoder's files, the settings."""
        files = [path for path in (Path(self.backbone) / name for name in ("config.json", "model.safetensors")) if path.is_file()]
        encoder = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
        said = (self.joining.fingerprints[1], self.backbone, encoder, asdict(self.settings), self.preprocessing)
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:DIGITS]


@dataclass(frozen=True, slots=True)
class Retrained:
    """The challenger's folder, and all that was found in words."""

    folder: Path
    markdown: str


def settings_of(champion: Model) -> FineTuning:
    """The settings that the champion was fine-tuned with; the usual ones where it was not fine-tuned.

    Raises ModelError where it names settings that this version does not know.
    """
    said: Mapping[str, Any] = champion.info.get("fine_tuning", {})
    unknown = said.keys() - {item.name for item in fields(FineTuning)}
    if unknown:
        raise ModelError(f"the champion was fine-tuned with '{min(unknown)}', unknown here; install the version that made it")
    return FineTuning(**said)


def planned(models: Path, joining: Joining, acceptance: Sequence[str], *, backbone: str = "", epochs: int | None = None) -> Plan:
    """A retraining with the settings of the champion of a models folder, from the base encoder, unless others are given.

    Raises ModelError where the champion cannot be loaded.
    """
    champion = in_production(models)
    model = load(champion)
    settings = settings_of(model)
    # Another encoder has a chain of its own, and a champion that is no transformer says nothing on it.
    preprocessing = model.preprocessing if not backbone and "fine_tuning" in model.info else None
    settings = replace(settings, epochs=epochs or settings.epochs)
    return Plan(models, champion, joining, tuple(acceptance), backbone or str(shipped(ENCODER)), settings, preprocessing)


def retrain(plan: Plan, report: Progress, say: Say, encoder: Vectors | None = None) -> Retrained:
    """Makes the challenger, tries it against the champion and writes both down; see the head of this module.

    `report` gets the figures of fine-tuning as they come, `say` lines about where it stands. Raises LabelError and ModelError as
    `finetuning.fit_transformer` does; OutputError, in one line, where another retraining is under way or something cannot be
    written: the champion and the last challenger are then as they were.
    """
    with _alone(plan.models), _plain_errors(plan.models):
        work = _work(plan, say)
        curve: list[Mapping[str, float]] = []
        clock = time.monotonic()

        def reported(figures: Mapping[str, float]) -> None:
            curve.append(figures)
            report(figures)

        folder = _fitted(plan, work, reported, say)
        seconds = time.monotonic() - clock
        found = measure_both(plan.joining, plan.champion, folder, say, encoder)
        markdown = in_words(plan.joining, found)
        _log(plan, found, folder, curve, seconds, say)
        _publish(plan, found, markdown, folder)
        shutil.rmtree(work, ignore_errors=True)
        return Retrained(folder, markdown)


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Keeps other retrainings out of the models folder; the system lets go of it on any end."""
    try:
        models.mkdir(parents=True, exist_ok=True)
        lock = os.open(models / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise OutputError(f"{models}: cannot be written ({error.strerror}); name another folder with --models") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise OutputError(f"{models / _LOCK}: another retraining is under way there; wait until it has ended") from error
    finally:
        os.close(lock)


@contextmanager
def _plain_errors(models: Path) -> Iterator[None]:
    """Errors of writing as one line; half-written files are taken away, so that they do not fill a full disk."""
    try:
        yield
    except ResclassifyError:
        raise
    except Exception as error:
        if not isinstance(error, OSError) and not any(sign in str(error) for sign in _FULL):
            raise
        for half in (models / WORK).glob("*.part"):
            with suppress(OSError):
                half.unlink()
        reason = (error.strerror if isinstance(error, OSError) else None) or "the disk is full"
        raise OutputError(
            f"{models}: cannot be written ({reason}); make room and run it again, it goes on where it was"
        ) from error


def _work(plan: Plan, say: Say) -> Path:
    """The folder of what is begun, emptied where it is of another retraining."""
    work = plan.models / WORK
    if work.exists() and _state(work).get("retraining") != plan.name:
        say(f"{work}: an interrupted retraining of other data or settings is there; starting clean")
        shutil.rmtree(work)
    work.mkdir(exist_ok=True)
    for state in work.glob(f"{_CHECKPOINT}.*"):
        if not zipfile.is_zipfile(state):
            state.unlink()
        elif state.suffix != ".part":
            say(f"{state}: going on from the last epoch of the interrupted retraining")
    if not (work / _STATE).exists():
        _write_json(work / _STATE, {"retraining": plan.name})
    return work


def _state(work: Path) -> dict[str, Any]:
    try:
        found = json.loads((work / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _fitted(plan: Plan, work: Path, report: Progress, say: Say) -> Path:
    """The challenger's folder in the models folder: made now, or before this run was interrupted."""
    made = plan.models / str(_state(work).get("fitted", ""))[:DIGITS]
    if made != plan.models and made.is_dir():
        say(f"{made}: was made before the interruption; going on with measuring it")
        return made
    # What `save` has put there is whole.
    if not (work / _MODEL).is_dir():
        _fit(plan, work, report).save(work / _MODEL)
    _count_errors(plan.joining, work / _MODEL, say)
    folder = keep(work / _MODEL, plan.models)
    _write_json(work / _STATE, {"retraining": plan.name, "fitted": fingerprint_of(folder)})
    return folder


def _fit(plan: Plan, work: Path, report: Progress) -> Model:
    before, after = plan.joining.fingerprints
    info = {
        "champion": fingerprint_of(plan.champion),
        "data_before": before,
        "data_after": after,
        "joined": dict(sorted(plan.joining.counts().items())),
    }
    return fit_transformer(
        plan.joining.after,
        plan.acceptance,
        plan.backbone,
        work / "network",
        plan.settings,
        report,
        preprocessing=plan.preprocessing,
        checkpoint=work / _CHECKPOINT,
        info=info,
    )


def _count_errors(joining: Joining, folder: Path, say: Say) -> None:
    """Puts the model's errors on real resolutions of the frozen test beside it, for what corrects counts over sessions."""
    held = [pair for pair in joining.frozen if pair.source == _RESOLUTIONS]
    if not held:
        say("the test has no real resolution, so counts over sessions will not be corrected for this model; give --documents")
        return
    model = load(folder)
    counted = count_confusions(held, decisions(model, held), model.themes, "clauses of real resolutions that no training saw")
    write_whole(counted.to_json().encode("utf-8"), folder / FILE)


def _publish(plan: Plan, found: Measured, markdown: str, folder: Path) -> None:
    """Writes what was found beside the challenger's folder, and last the pointer that makes it the challenger."""
    fingerprint = found.trial.challenger
    stem = plan.models / fingerprint[:DIGITS]
    write_pairs(plan.joining.joined, plan.models / joined_name(fingerprint))
    report = f"{markdown}\n{behaviours_in_words(found)}"
    write_whole(report.encode("utf-8"), stem.with_name(f"{folder.name}.report.md"))
    write_whole(found.drift.to_json().encode("utf-8"), stem.with_name(f"{folder.name}.drift.json"))
    _write_json(plan.models / trial_name(fingerprint), found.trial.to_record())
    write_whole(challenger_line(Challenger(fingerprint, trial_name(fingerprint))), plan.models / CHALLENGER)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_whole((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"), path)


def _log(plan: Plan, found: Measured, folder: Path, curve: Sequence[Mapping[str, float]], seconds: float, say: Say) -> None:
    """The experiment log's copy of all this. That it cannot be kept is said, and stops nothing."""
    before, after = plan.joining.fingerprints
    parameters = {
        "champion": found.trial.champion,
        "challenger": found.trial.challenger,
        "data_before": before,
        "data_after": after,
        **{f"joined/{name}"[:250]: count for name, count in sorted(plan.joining.counts().items())},
    }
    fit = Stage("fit", {"backbone": Path(plan.backbone).name, **asdict(plan.settings)}, {"seconds": seconds}, curve)
    try:
        run = log_retraining(
            f"retrain {plan.name}",
            [fit, *stages(found)],
            parameters=parameters,
            inputs={"data before": before, "data after": after, "frozen test": found.trial.frozen.champion.fingerprint},
            models={"champion": plan.champion, "challenger": folder},
            store=plan.models.parent,
            say=say,
        )
        say(f"MLflow: run {run}")
    # MLflow raises many kinds of errors, and none of them may cost a challenger that was hours in the making.
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:160]
        say(f"MLflow: this run is not logged ({reason}); the models folder is what counts")
