"""`resclassify promote`, `rollback` and `models`: which model is in production, what came before, and why."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resclassify.errors import InputError, ModelError, PromotionRefusedError, SettingsError

if TYPE_CHECKING:
    from resclassify.production import Challenger, Change, Entry, Ledger
    from resclassify.promotion import Decision, Trial
    from resclassify.settings import Settings

app = typer.Typer(help="The models folder: what is in production, what was, and what may be next.", no_args_is_help=True)
ModelsOption = Annotated[
    Path | None,
    typer.Option("--models", help="Folder of models and their ledger; runs/models without it.", envvar="RESCLASSIFY_MODELS"),
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="A TOML file of settings.", envvar="RESCLASSIFY_SETTINGS")
]
WhoOption = Annotated[str, typer.Option("--who", help="Who decides this; the login name without it.")]
_CLAUSE = "Urges Member States to investigate and prosecute traffickers;"


class HistoryFormat(StrEnum):
    """How the history is written."""

    table = "table"
    jsonl = "jsonl"


def promote(
    challenger: Annotated[
        str, typer.Argument(metavar="[CHALLENGER]", help="Fingerprint, or its beginning; the newest challenger without it.")
    ] = "",
    models: ModelsOption = None,
    force: Annotated[bool, typer.Option("--force", help="Promote against the rules; needs --why.")] = False,
    why: Annotated[str, typer.Option("--why", help="The reason, kept in the ledger; what was gained without it.")] = "",
    who: WhoOption = "",
    settings: SettingsOption = None,
) -> None:
    """Put the challenger into production if it is better by the rules; if not, say what would change the decision."""
    from resclassify.production import Change, champion, folder_of, models_folder
    from resclassify.promotion import decide, figures_of

    if force and not why.strip():
        raise SettingsError("promote --force: --why is missing; say why the rules are set aside, it is kept in the ledger")
    place = models_folder(models, _settings(settings))
    chosen, before = _challenger(place, challenger), champion(place)
    short = chosen.fingerprint[:12]
    if chosen.fingerprint == before:
        raise PromotionRefusedError(f"{short}: is in production already; there is nothing to promote")
    folder = folder_of(place, chosen.fingerprint)
    trial = _trial(place / chosen.trial, chosen.fingerprint)
    stale = trial.champion != before
    if stale and not force:
        tried = f"{short}: was tried against {trial.champion[:12]}, and {before[:12]} is in production"
        raise PromotionRefusedError(f"{tried}; run `resclassify retrain` again, or promote with --force --why TEXT")
    decision = decide(trial)
    typer.echo(_decision_text(decision, short, trial.champion[:12]))
    if not decision.promote and not force:
        failed = sum(not reason.passed for reason in decision.reasons)
        raise PromotionRefusedError(
            f"{short}: {failed} of {len(decision.reasons)} rules speak against it; "
            "what would change that is said above, and --force --why TEXT promotes all the same"
        )
    _require_tags(folder)
    _keep_shipped(place, before)
    figures = {**figures_of(trial, decision), "tried_against": trial.champion}
    reason = why.strip() or next(reason.found for reason in decision.reasons if reason.rule == "a gain")
    data = trial.frozen.challenger.fingerprint
    _enter(place, Change("force" if force else "promote", before, chosen.fingerprint, reason, who.strip(), figures, data))


def rollback(
    to: Annotated[str, typer.Option("--to", help="Fingerprint, or its beginning, of a model that was in production.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, kept in the ledger.")] = "",
    models: ModelsOption = None,
    who: WhoOption = "",
    settings: SettingsOption = None,
) -> None:
    """Put the model that was in production before, or the one named, back into production."""
    from resclassify.production import Change, champion, folder_of, models_folder, read_ledger

    if not why.strip():
        raise SettingsError("rollback: --why is missing; say why the model is taken out, it is kept in the ledger")
    place = models_folder(models, _settings(settings))
    before = champion(place)
    after = _way_back(read_ledger(place), place, to, before)
    _require_tags(folder_of(place, after))
    _enter(place, Change("rollback", before, after, why.strip(), who.strip()))


@app.command()
def history(
    at: Annotated[str, typer.Option("--at", help="A day (2026-03-31, its end) or a moment, UTC: what was in production.")] = "",
    form: Annotated[HistoryFormat, typer.Option("--format", "-f", help="How to write it.")] = HistoryFormat.table,
    models: ModelsOption = None,
    settings: SettingsOption = None,
) -> None:
    """Who put which model into production, when and why; with --at, which one was there on that date."""
    from resclassify.production import champion, entry_at, models_folder, read_ledger

    moment = _moment(at) if at else None
    place = models_folder(models, _settings(settings))
    ledger = read_ledger(place)
    chosen: Sequence[int] = range(len(ledger.entries))
    if moment is not None:
        number = entry_at(ledger, moment)
        first = ledger.entries[0].before if ledger.entries else champion(place)
        chosen = [] if number is None else [number]
        model = first if number is None else ledger.entries[number].after
        if form is HistoryFormat.table:
            since = "from before the first promotion" if number is None else f"since {ledger.entries[number].when}"
            typer.echo(f"{at}: {model} was in production, {since}")
        elif number is None:
            typer.echo(json.dumps({"to": model, "when": None}))
    if form is HistoryFormat.jsonl:
        typer.echo("".join(_line(ledger, number) for number in chosen), nl=False)
    elif chosen:
        typer.echo(_history_text(ledger, chosen))
    elif moment is None:
        typer.echo(f"{place}: nothing was ever promoted; {champion(place)[:12]} is in production, as it was shipped")
    _require_chain(ledger)


@app.command()
def show(models: ModelsOption = None, settings: SettingsOption = None) -> None:
    """The models that are kept, which one is in production and which one may be promoted next."""
    from resclassify.production import champion, fingerprints, models_folder, read_ledger

    place = models_folder(models, _settings(settings))
    ledger, now = read_ledger(place), champion(place)
    held = fingerprints(place)
    try:
        next_one = _challenger(place, "").fingerprint
    except ModelError:
        next_one = ""
    rows = [("model", "is", "last put into production", "folder")]
    for fingerprint in (*held, *((now,) if now not in held else ())):
        times = [entry.when for entry in ledger.entries if entry.after == fingerprint]
        earlier = "was champion" if times or any(entry.before == fingerprint for entry in ledger.entries) else "candidate"
        role = "champion" if fingerprint == now else "challenger" if fingerprint == next_one else earlier
        rows.append((fingerprint[:12], role, times[-1] if times else "-", _where(place, fingerprint)))
    typer.echo(_columns(rows))


def _settings(path: Path | None) -> Settings:
    from resclassify.settings import load_settings

    return load_settings(path)


def _challenger(place: Path, named: str) -> Challenger:
    """The challenger by its fingerprint's beginning, or the one that the last retraining made."""
    from resclassify.production import Challenger, find_model, read_challenger, trial_name

    if not named:
        return read_challenger(place)
    fingerprint = find_model(place, named)
    return Challenger(fingerprint, trial_name(fingerprint))


def _trial(path: Path, challenger: str) -> Trial:
    """The trial of a challenger. Raises InputError where there is none, or where it is that of another one."""
    from resclassify.promotion import trial_from

    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); make the trial again by `resclassify retrain`") from error
    trial = trial_from(record, str(path))
    if trial.challenger != challenger:
        raise InputError(
            f"{path}: is the trial of {trial.challenger[:12]}, not of {challenger[:12]}; run `resclassify retrain` again"
        )
    return trial


def _way_back(ledger: Ledger, place: Path, to: str, before: str) -> str:
    """The fingerprint to go back to: the one before, or the one of those that were in production that `to` begins."""
    from resclassify.production import way_back

    past = tuple(dict.fromkeys(name for entry in ledger.entries for name in (entry.before, entry.after) if name != before))
    if not past:
        raise PromotionRefusedError(f"{place}: no other model was in production before; there is nothing to go back to")
    if to:
        found = [name for name in past if name.startswith(Path(to).name)]
        if len(found) != 1:
            have = ", ".join(name[:12] for name in past)
            raise SettingsError(
                f"--to: {'several models' if found else 'no model'} of '{to}' were in production; there were {have}"
            )
        return found[0]
    steps = way_back(ledger)
    if len(steps) < 2:
        have = ", ".join(name[:12] for name in past)
        raise PromotionRefusedError(f"{place}: {before[:12]} is where it began; name one of {have} by --to to go there")
    return steps[1]


def _require_tags(folder: Path) -> None:
    """Raises ModelError where the model of a folder cannot be loaded whole, or does not tag."""
    from resclassify.model import load

    load(folder).assess([_CLAUSE])


def _keep_shipped(place: Path, before: str) -> None:
    """Keeps a copy of the shipped model when it is taken out of production: a later resclassify may ship another one."""
    from resclassify.production import SHIPPED, fingerprint_of, keep
    from resclassify.shipped import shipped

    if fingerprint_of(shipped(SHIPPED)) == before:
        keep(shipped(SHIPPED), place)


def _enter(place: Path, change: Change) -> None:
    """Writes the change into the ledger, says so, and moves the alias of the experiment log."""
    from resclassify.production import LEDGER, record

    entry = record(place, change)
    typer.echo(f"{entry.after[:12]} is in production, {entry.before[:12]} was before; {entry.action} entered in {place / LEDGER}")
    _move_alias(place, entry)


def _move_alias(place: Path, entry: Entry) -> None:
    """Says in one line what became of the alias. Nothing is said where no experiment log was ever kept."""
    uri, store = os.environ.get("MLFLOW_TRACKING_URI"), place.parent
    if not uri and not (store / "mlflow.db").exists():
        return
    from resclassify.tracking import alias_champion

    try:
        version = alias_champion(entry.before, entry.after, store=store, uri=uri)
        note = (
            f"{version} is its champion" if version else f"{entry.after[:12]} is not registered there, so nothing is its champion"
        )
    # MLflow raises many kinds of errors, and none of them may undo what the ledger says.
    except Exception as error:
        note = f"its alias was not moved ({str(error).splitlines()[0]}); the ledger is what counts"
    typer.echo(f"MLflow: {note}", err=True)


def _decision_text(decision: Decision, challenger: str, champion: str) -> str:
    rows = [("passed", "rule", "found")]
    rows += [("yes" if reason.passed else "NO", reason.rule, reason.found) for reason in decision.reasons]
    verdict = "promote" if decision.promote else "do not promote"
    lines = [f"{challenger} against {champion}: {verdict}", "", _columns(rows)]
    if decision.would_change:
        lines += ["", "What would change that:", *(f"- {found}" for found in decision.would_change)]
    return "\n".join(lines) + "\n"


def _history_text(ledger: Ledger, chosen: Sequence[int]) -> str:
    rows = [("when (UTC)", "who", "action", "from", "to", "difference on the test", "line", "why")]
    for number in chosen:
        entry = ledger.entries[number]
        found = entry.figures.get("test", {}).get("difference")
        difference = "{:+.3f} [{:.3f}, {:.3f}]".format(*found) if found else "-"
        names = (entry.before[:12], entry.after[:12])
        rows.append((entry.when[:19], entry.who, entry.action, *names, difference, ledger.hashes[number][:12], entry.why))
    return _columns(rows)


def _line(ledger: Ledger, number: int) -> str:
    from resclassify.production import entry_record

    record = {**entry_record(ledger.entries[number]), "hash": ledger.hashes[number]}
    return json.dumps(record, ensure_ascii=False) + "\n"


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows under one another, each column as wide as its widest text but the last; white space in a text is one space."""
    plain = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in plain) for column in range(len(plain[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in plain
    )


def _where(place: Path, fingerprint: str) -> str:
    from resclassify.production import folder_of

    try:
        return str(folder_of(place, fingerprint))
    except ModelError as error:
        return str(error)


def _moment(text: str) -> datetime:
    """The end of a day, or a moment; UTC where no zone is named."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"--at: '{text}' is no date; write it as 2026-03-31 or 2026-03-31T12:00") from error
    if len(text) <= len("2026-03-31"):
        found = datetime.combine(found, time.max)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _require_chain(ledger: Ledger) -> None:
    if ledger.faults:
        for fault in ledger.faults[:-1]:
            typer.echo(f"resclassify: {fault}", err=True)
        raise ModelError(f"{ledger.faults[-1]}; compare the ledger with a copy, and put it back as it was")
