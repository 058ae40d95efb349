"""`resclassify retrain`: what people corrected and labelled joins the data, and a challenger is made and tried."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resclassify.errors import ModelError, SettingsError
from resclassify.shipped import shipped

if TYPE_CHECKING:
    from resclassify.drift import Vectors
    from resclassify.verdicts import ReviewedExample

PAIRS, REFERENCES = "data/clauses", "data/labels.jsonl"


def retrain(
    new: Annotated[
        list[Path] | None,
        typer.Option(
            "--new", help="Newly labelled clauses: a table with text (or en and ar) and themes, or labels by reference."
        ),
    ] = None,
    store: Annotated[
        str, typer.Option("--store", help="Store whose reviews join the data: a path or a URL.", envvar="RESCLASSIFY_STORE")
    ] = "",
    models: Annotated[
        Path | None,
        typer.Option("--models", help="Folder of models and their ledger; runs/models without it.", envvar="RESCLASSIFY_MODELS"),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="What the new clauses join: pairs, or labels by reference.")
    ] = None,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="Folder of the documents that labels by reference refer to.")
    ] = None,
    backbone: Annotated[str, typer.Option("--backbone", help="Encoder to fine-tune; models/encoder without it.")] = "",
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Epochs; the champion's without it.")] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="A TOML file of settings.", envvar="RESCLASSIFY_SETTINGS")
    ] = None,
) -> None:
    """Make a challenger from data that reviews and new labels have joined, and try it against the champion."""
    if not new and not store:
        raise SettingsError("retrain: there is nothing new; name labelled clauses by --new, or a store with reviews by --store")
    from resclassify.acceptance import acceptance_texts
    from resclassify.display import training_progress
    from resclassify.intake import gather, read_data
    from resclassify.production import models_folder
    from resclassify.retraining import planned
    from resclassify.retraining import retrain as run
    from resclassify.settings import load_settings

    place, acceptance, failures = models_folder(models, load_settings(settings)), acceptance_texts(), list[str]()
    named = data or [shipped(name) for name in ((PAIRS, REFERENCES) if documents else (PAIRS,))]
    base = read_data(named, documents, acceptance, failures)
    joining = gather(base, new or [], _reviews(store), place, acceptance, documents=documents, failures=failures)
    for failure in failures:
        _say(failure)
    plan = planned(place, joining, acceptance, backbone=backbone, epochs=epochs)
    with training_progress(plan.settings.epochs, []) as report:
        made = run(plan, report, _say, _encoder())
    typer.echo(made.markdown)
    typer.echo(f"{made.folder}: is the challenger; `resclassify promote` decides whether it takes the champion's place", err=True)


def _reviews(store: str) -> Sequence[ReviewedExample]:
    if not store:
        return []
    from resclassify.store import open_store
    from resclassify.verdicts import reviewed_examples

    with open_store(store) as opened:
        return reviewed_examples(opened)


def _encoder() -> Vectors | None:
    """The encoder that drift in meaning is measured with."""
    from resclassify.vectors import load_encoder

    try:
        return load_encoder()
    except ModelError as error:
        _say(f"{error}; drift in meaning is not measured")
        return None


def _say(line: str) -> None:
    typer.echo(f"resclassify: {line}", err=True)
