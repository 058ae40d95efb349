"""`resclassify ingest`: documents into the store; and the store's records for the commands that read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resclassify.errors import InputError, PartialFailureError, SettingsError
from resclassify.store import DEFAULT

if TYPE_CHECKING:
    from resclassify.types import Document, Lang

STORE_HELP = "The store: the path of an SQLite file, or a URL of SQLAlchemy (sqlite, postgresql)."


def ingest(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Documents (.txt .docx .pdf .html), or folders of them.")
    ] = None,
    store: Annotated[str, typer.Option("--store", help=STORE_HELP, envvar="RESCLASSIFY_STORE")] = DEFAULT,
    model: Annotated[Path | None, typer.Option("--model", help="Model folder; the model in production without it.")] = None,
    retag: Annotated[bool, typer.Option("--retag", help="Tag what is in the store by the model, as a new version.")] = False,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="A TOML file of settings.", envvar="RESCLASSIFY_SETTINGS")
    ] = None,
) -> None:
    """Read, split and tag documents into the store; what is there already is passed over."""
    from resclassify.display import progress
    from resclassify.inputs import input_paths
    from resclassify.production import model_folder
    from resclassify.settings import load_settings
    from resclassify.store import ingestion, open_store

    if retag == bool(paths):
        raise SettingsError("ingest: name documents or folders to read, or --retag alone to tag what is in the store")
    chosen = load_settings(settings)
    tagger = ingestion.Tagger(model_folder(model, chosen), chosen.batch_size)
    # Asked for before the store is made: what is wrong with the model or the paths leaves no empty store behind.
    fingerprint, files = tagger.fingerprint, list(input_paths(paths or []))
    with open_store(store, create=not retag) as opened:
        if retag:
            numbers = opened.untagged(fingerprint)
            tally = ingestion.retag(opened, progress(numbers, "tagging"), tagger)
            there = tally.outcomes.get("there", 0) + opened.size() - len(numbers)
        else:
            tally = ingestion.ingest(opened, progress(files, "reading and tagging"), tagger, chosen)
            there = tally.outcomes.get("there", 0)
        new, tagged = tally.outcomes.get("new", 0), tally.outcomes.get("tagged", 0)
        typer.echo(f"{opened.place}: {new} new, {tagged} tagged anew, {there} already there, {len(tally.failures)} failed")
    report(tally.failures, tally.total)


def report(failures: Sequence[InputError], total: int) -> None:
    """Names what failed; ends with status 7 where something else was done, or else with that of the first failure."""
    for failure in failures:
        typer.echo(f"resclassify: {failure}", err=True)
    if not failures:
        return
    if len(failures) < total:
        raise PartialFailureError(f"{len(failures)} of {total} inputs failed (named above); the others were done")
    raise typer.Exit(failures[0].exit_status)


def stored(
    address: str, names: Sequence[str], model: Path | None, lang: Lang | None
) -> tuple[list[tuple[Document, list[dict[str, Any]]]], list[InputError]]:
    """Documents of the store with their records as `tag` gives them, and the names that failed. `names` name documents by symbol
    or file name; without names it is everything. `model` is a folder, or a name or fingerprint as the store knows it.
    """
    from resclassify.exports import tagged_record
    from resclassify.production import stored_name
    from resclassify.store import open_store
    from resclassify.store.records import Selection

    wanted = Selection(language=lang)
    if model is not None:
        wanted = replace(wanted, model=stored_name(model))
    results: list[tuple[Document, list[dict[str, Any]]]] = []
    failures: list[InputError] = []
    with open_store(address) as opened:
        for chosen in [[name] for name in names] or [[]]:
            try:
                for number, items in groupby(opened.chosen(chosen, wanted), key=lambda item: item.document.id):
                    results.append((opened.document(number)[0], [tagged_record(item.tagged) for item in items]))
            except InputError as error:
                failures.append(error)
    return results, failures
