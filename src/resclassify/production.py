"""Which model is in production: a folder of models that never change, and the ledger that says which one tags and why.

A models folder holds each model in a folder named by the first digits of its fingerprint, `ledger.jsonl`, to which lines are
only added, and `challenger.json`, which points at the model that may be promoted next. What the last whole line of the ledger
says is in production, and nothing else says it. Each line holds the SHA-256 of the line before, so that a line altered or taken
out shows; lines taken off the end do not.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from resclassify.errors import ModelError, OutputError, PromotionRefusedError
from resclassify.settings import Settings
from resclassify.shipped import shipped

Action = Literal["promote", "force", "rollback"]
SHIPPED = "models/themes"
MODELS = "runs/models"
VARIABLE = "RESCLASSIFY_MODELS"
DIGITS = 12
LEDGER = "ledger.jsonl"
CHALLENGER = "challenger.json"
WAIT = 10.0
_LOCK = "ledger.lock"
_MANIFEST = "manifest.json"
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. `when` is UTC in ISO form; `before` and `after` are the whole fingerprints of the model that was in
    production and of the one that came; `figures` are what was decided on; `data` is the fingerprint of the clauses measured on;
    `previous` is the SHA-256 of the line before, zeros in the first.
    """

    when: str
    who: str
    action: Action
    before: str
    after: str
    why: str
    figures: Mapping[str, Any]
    data: str
    previous: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries in order, the SHA-256 of the line of each, and what is wrong with the chain, a sentence for each line."""

    entries: tuple[Entry, ...] = ()
    hashes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be put into the ledger: from which model to which, and why."""

    action: Action
    before: str
    after: str
    why: str
    who: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""


@dataclass(frozen=True, slots=True)
class Challenger:
    """The model that may be promoted next: its whole fingerprint, and the file beside it that holds its trial."""

    fingerprint: str
    trial: str


def models_folder(named: Path | None = None, settings: Settings | None = None) -> Path:
    """The models folder: the one named, else that of the environment variable, of the settings, or the default."""
    return named or Path(os.environ.get(VARIABLE) or (settings.models if settings else "") or MODELS)


def model_folder(named: Path | None, settings: Settings) -> Path:
    """The folder of the model that is to tag: the one named, else that of the settings, else the one in production.

    Raises ModelError as `in_production` does.
    """
    return named or (Path(settings.model) if settings.model else in_production(models_folder(None, settings)))


def in_production(models: Path) -> Path:
    """The folder of the model in production: the champion by the ledger, or the shipped model where there is no ledger.

    Raises ModelError for a ledger that cannot be read, and for a champion that is missing or whose manifest was altered.
    """
    fingerprint = _last(models)
    return shipped(SHIPPED) if fingerprint is None else folder_of(models, fingerprint)


def champion(models: Path) -> str:
    """The whole fingerprint of the model in production. Raises ModelError as `in_production` does, its folder unseen."""
    return _last(models) or fingerprint_of(shipped(SHIPPED))


def fingerprint_of(folder: Path) -> str:
    """The SHA-256 of a model folder's manifest, which holds the SHA-256 of every file of the model.

    Raises ModelError where there is none.
    """
    try:
        return hashlib.sha256((folder / _MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{folder}: no model folder there ({error.strerror}); name one after --model") from error


def stored_name(model: Path) -> str:
    """What `model` is called in a store: the fingerprint of a folder, or else, as it stands, a name or a fingerprint."""
    return fingerprint_of(model) if model.is_dir() else str(model)


def folder_of(models: Path, fingerprint: str) -> Path:
    """The folder of a model by its whole fingerprint: in the models folder, or the shipped one where it is that.

    Raises ModelError where it is missing or its manifest altered; the files that the manifest names are not read.
    """
    kept = models / fingerprint[:DIGITS]
    remedy = "go back by `resclassify rollback`, or name a model with --model"
    if kept.is_dir():
        if fingerprint_of(kept) != fingerprint:
            raise ModelError(f"{kept}: was altered since it was put there, {models / LEDGER} names another; {remedy}")
        return kept
    own = shipped(SHIPPED)
    if own.is_dir() and fingerprint_of(own) == fingerprint:
        return own
    raise ModelError(f"{kept}: is missing, and {models / LEDGER} names it; {remedy}")


def read_ledger(models: Path) -> Ledger:
    """All whole lines of the ledger; empty where there is none. A torn last line, of a writer that was killed, is passed over.

    A line that is no entry is left out and named among the faults, as is one whose `previous` is not the hash of the line
    before. Raises ModelError where the file cannot be read.
    """
    path = models / LEDGER
    entries, hashes, faults = [], [], []
    previous = _START
    for number, line in enumerate(_lines(path), start=1):
        digest = hashlib.sha256(line).hexdigest()
        entry = _entry(line)
        if entry is None:
            faults.append(f"{path}:{number}: is no entry of a ledger")
        else:
            if entry.previous != previous:
                faults.append(
                    f"{path}:{number}: does not hold the hash of the line before, one of the two was altered or taken out"
                )
            entries.append(entry)
            hashes.append(digest)
        previous = digest
    return Ledger(tuple(entries), tuple(hashes), tuple(faults))


def way_back(ledger: Ledger) -> tuple[str, ...]:
    """The fingerprints that going back step by step passes, the model in production first; none for an empty ledger.

    A model that was gone back from is not among them, so that going back twice does not bring it again.
    """
    steps = [ledger.entries[0].before] if ledger.entries else []
    for entry in ledger.entries:
        if entry.action == "rollback" and entry.after in steps:
            del steps[steps.index(entry.after) + 1 :]
        else:
            steps.append(entry.after)
    return tuple(reversed(steps))


def entry_at(ledger: Ledger, moment: datetime) -> int | None:
    """The number, from 0, of the entry that holds at a moment: the last that was written by then; None before the first."""
    written = [number for number, entry in enumerate(ledger.entries) if datetime.fromisoformat(entry.when) <= moment]
    return written[-1] if written else None


def record(models: Path, change: Change, *, wait: float = WAIT) -> Entry:
    """Adds a line to the ledger and returns it; when it returns, the line is on the disk.

    Raises PromotionRefusedError where `change.before` is no longer in production, OutputError where the folder cannot be written
    or another process holds it longer than `wait` seconds: the ledger is then as it was.
    """
    path = models / LEDGER
    with locked(models, wait=wait):
        now = champion(models)
        if now != change.before:
            raise PromotionRefusedError(
                f"{path}: {now[:DIGITS]} came into production meanwhile, not {change.before[:DIGITS]}; "
                "look at `resclassify models history`, then try again"
            )
        lines = _lines(path)
        when, who = datetime.now(UTC).isoformat(timespec="milliseconds"), change.who or login()
        previous = hashlib.sha256(lines[-1]).hexdigest() if lines else _START
        what = (change.action, change.before, change.after, change.why, change.figures, change.data)
        entry = Entry(when, who, *what, previous)
        line = json.dumps(entry_record(entry), ensure_ascii=False) + "\n"
        _append(path, sum(map(len, lines)), line.encode("utf-8"))
    return entry


def entry_record(entry: Entry) -> dict[str, Any]:
    """An entry as JSON values, as its line in the ledger holds them."""
    names = {"before": "from", "after": "to"}
    return {names.get(item.name, item.name): getattr(entry, item.name) for item in fields(entry)}


def login() -> str:
    """The name that the person is logged in by; the number where the system knows no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


def keep(folder: Path, models: Path, *, wait: float = WAIT) -> Path:
    """Copies a model folder whole into the models folder, under its fingerprint, and returns the place; what is there stays.

    Raises ModelError where `folder` is no model, or where the place holds another one; OutputError where it cannot be written.
    """
    fingerprint = fingerprint_of(folder)
    place = models / fingerprint[:DIGITS]
    with locked(models, wait=wait):
        if place.exists():
            return folder_of(models, fingerprint)
        for left_over in models.glob(f".{place.name}-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=models))
        try:
            beside.chmod(0o755)
            for source in sorted(path for path in folder.iterdir() if path.is_file()):
                _sync(Path(shutil.copyfile(source, beside / source.name)))
            _sync(beside)
            os.rename(beside, place)
            _sync(models)
        except OSError as error:
            raise _unwritable(models, error) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return place


def read_challenger(models: Path) -> Challenger:
    """The model that may be promoted next. Raises ModelError where none was made, or where the pointer is damaged."""
    path = models / CHALLENGER
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Challenger(str(found["fingerprint"]), str(found["trial"]))
    except FileNotFoundError as error:
        raise ModelError(f"{path}: there is no challenger yet; make one by `resclassify retrain`") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); name the challenger, or run `resclassify retrain` again") from error


def find_model(models: Path, named: str) -> str:
    """The whole fingerprint of the model in the models folder that a name means: its folder, or how its fingerprint begins.

    Raises ModelError where there is none, or more than one.
    """
    begun = Path(named).name
    held = fingerprints(models)
    found = [fingerprint for fingerprint in held if begun and fingerprint.startswith(begun)]
    if len(found) != 1:
        have = ", ".join(fingerprint[:DIGITS] for fingerprint in held) or "none"
        raise ModelError(f"{models}: holds {'several models' if found else 'no model'} that '{named}' may mean; it has {have}")
    return found[0]


def fingerprints(models: Path) -> tuple[str, ...]:
    """The whole fingerprints of the models that are kept in the models folder, by name."""
    folders = sorted(path for path in models.glob("*/") if (path / _MANIFEST).is_file())
    held = [(path.name, fingerprint_of(path)) for path in folders if not path.name.startswith(".")]
    return tuple(fingerprint for name, fingerprint in held if name == fingerprint[:DIGITS])


def trial_name(fingerprint: str) -> str:
    """The name of the file in the models folder that holds the trial of a challenger; beside its folder, which is sealed."""
    return f"{fingerprint[:DIGITS]}.trial.json"


def challenger_line(challenger: Challenger) -> bytes:
    """What `challenger.json` holds, for a writer that puts it in place whole."""
    return (json.dumps({"fingerprint": challenger.fingerprint, "trial": challenger.trial}) + "\n").encode()


@contextmanager
def locked(models: Path, *, wait: float = WAIT) -> Iterator[None]:
    """Holds the models folder, which is made where it is not there, against other writers; the system lets go of it on any end.

    Raises OutputError where it cannot be written, or where another process holds it for longer than `wait` seconds.
    """
    import fcntl

    try:
        models.mkdir(parents=True, exist_ok=True)
        lock = os.open(models / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise _unwritable(models, error) from error
    try:
        end = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= end:
                    raise OutputError(
                        f"{models / _LOCK}: another process has held it for {wait:g} s; try again when that has ended"
                    ) from error
                time.sleep(0.02)
        yield
    finally:
        os.close(lock)


def _lines(path: Path) -> list[bytes]:
    """The whole lines of the ledger, each with its end; none where there is no ledger."""
    try:
        return [line + b"\n" for line in path.read_bytes().split(b"\n")[:-1]]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); mend its access, or name a model with --model") from error


def _last(models: Path) -> str | None:
    """The fingerprint that the last whole line of the ledger put into production; None without such a line."""
    path = models / LEDGER
    lines = _lines(path)
    if not lines:
        return None
    entry = _entry(lines[-1])
    if entry is None:
        raise ModelError(
            f"{path}:{len(lines)}: is no entry of a ledger; put the file back as it was, or name a model with --model"
        )
    return entry.after


def _entry(line: bytes) -> Entry | None:
    try:
        found = json.loads(line)
        found["before"], found["after"] = found.pop("from"), found.pop("to")
        entry = Entry(**found)
        zoned = datetime.fromisoformat(entry.when).tzinfo is not None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    texts = (entry.who, entry.before, entry.after, entry.why, entry.data, entry.previous)
    whole = zoned and isinstance(entry.figures, dict) and all(isinstance(text, str) for text in texts)
    return entry if whole and entry.action in get_args(Action) else None


def _append(path: Path, whole: int, line: bytes) -> None:
    """Adds a line after the first `whole` bytes, cutting off what a killed writer left behind them; all of it, or nothing."""
    try:
        ledger = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _sync(path.parent)
            os.ftruncate(ledger, whole)
            os.lseek(ledger, whole, os.SEEK_SET)
            rest = line
            while rest:
                rest = rest[os.write(ledger, rest) :]
            os.fsync(ledger)
        except OSError:
            with suppress(OSError):
                os.ftruncate(ledger, whole)
            raise
        finally:
            os.close(ledger)
    except OSError as error:
        raise _unwritable(path, error) from error


def _sync(path: Path) -> None:
    """Has the system put a file, or the names in a folder, on the disk."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written ({error.strerror or error}); make room, or name another folder with --models")
