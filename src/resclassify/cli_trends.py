"""`resclassify trends`: themes over sessions, with what is known of them and what is not."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resclassify.errors import InputError, OutputError, PartialFailureError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resclassify.settings import Settings
    from resclassify.trend_inputs import Gathered
    from resclassify.trends import Trends


class Axis(StrEnum):
    """What themes are counted by."""

    session = "session"
    year = "year"
    body = "body"
    agenda = "agenda"
    kind = "kind"
    verb = "verb"
    addressee = "addressee"


class Language(StrEnum):
    """Which language version of a document counts."""

    auto = "auto"
    ar = "ar"
    en = "en"


class ClauseKind(StrEnum):
    """Which clauses count."""

    preambular = "preambular"
    operative = "operative"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        help="Documents (.txt .docx .pdf .html), folders of them, or tables that `resclassify tag` wrote (.jsonl .csv "
        ".parquet). With --store, symbols or file names of documents in it; all without.",
        metavar="PATH...",
    ),
]
ByOption = Annotated[Axis, typer.Option("--by", help="What to count by.")]
ThemeOption = Annotated[list[str] | None, typer.Option("--theme", help="A theme; may be repeated. All without it.")]
LangOption = Annotated[
    Language, typer.Option("--lang", help="Which version of a document counts, one alone; auto: what most documents are in.")
]
BodyOption = Annotated[str | None, typer.Option("--body", help="Only documents of this body; a part of its name is enough.")]
KindOption = Annotated[ClauseKind | None, typer.Option("--kind", help="Only clauses of this kind.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="Folder to write tables and figures to.")]
FiguresOption = Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures into --output.")]
ModelOption = Annotated[Path | None, typer.Option("--model", help="Model folder; the model in production without it.")]
StoreOption = Annotated[
    str | None, typer.Option("--store", help="Count what `ingest` stored: the path of an SQLite file, or a URL of SQLAlchemy.")
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="A TOML file of settings.", envvar="RESCLASSIFY_SETTINGS")
]


def trends(
    paths: Paths = None,
    by: ByOption = Axis.session,
    theme: ThemeOption = None,
    lang: LangOption = Language.auto,
    body: BodyOption = None,
    kind: KindOption = None,
    output: OutputOption = None,
    figures: FiguresOption = True,
    model: ModelOption = None,
    store: StoreOption = None,
    settings: SettingsOption = None,
) -> None:
    """Count themes by session, year, body and more, with bands of uncertainty; every count leads to its clauses."""
    from resclassify.observations import count_once
    from resclassify.settings import load_settings
    from resclassify.taxonomy import load_taxonomy
    from resclassify.trend_inputs import errors_of, narrowed
    from resclassify.trend_tables import to_text
    from resclassify.trends import find_trends

    _check(paths, store, output, theme or [])
    themes = [name for name in load_taxonomy().ids if not theme or name in theme]
    chosen = load_settings(settings)
    folder = _folder(model, chosen, stored=store is not None)
    found = _gathered(paths or [], store, model, folder, chosen)
    _say_failures(found.failures)
    if not found.observations and found.failures:
        raise typer.Exit(found.failures[0].exit_status)
    counted = count_once(found.observations, None if lang is Language.auto else "ar" if lang is Language.ar else "en")
    held = narrowed(counted.observations, body, kind.value if kind else None)
    errors = errors_of(folder, held)
    result = find_trends(
        held,
        by.value,
        themes,
        rates=errors.rates if errors.confusions else None,
        unread=found.unread,
        notes=[*_empty(found.empty), *counted.notes, errors.note],
    )
    typer.echo(to_text(result), nl=False)
    for note in result.notes:
        typer.echo(f"resclassify: {note}", err=True)
    if output is not None:
        _write(result, output, figures)
    if found.failures:
        raise PartialFailureError(f"{len(found.failures)} inputs could not be read (named above); the others were counted")


def _check(paths: Sequence[str] | None, store: str | None, output: Path | None, themes: Sequence[str]) -> None:
    """Raises what is wrong with the options, before anything is read."""
    from resclassify.taxonomy import load_taxonomy

    if not paths and store is None:
        raise SettingsError("trends: name documents, folders or tables, or --store to count what `ingest` stored")
    if output is not None and output.exists() and not output.is_dir():
        raise OutputError(f"{output}: is a file; name a folder after --output")
    fault = load_taxonomy().fault(themes)
    if fault:
        raise SettingsError(f"--theme: {fault}")


def _folder(model: Path | None, settings: Settings, *, stored: bool) -> Path:
    """The folder of the model that tags, or whose errors are known; with a store `model` may be a name in it."""
    from resclassify.production import model_folder

    return model_folder(None if stored and model is not None and not model.is_dir() else model, settings)


def _gathered(paths: Sequence[str], store: str | None, model: Path | None, folder: Path, settings: Settings) -> Gathered:
    from resclassify.display import progress
    from resclassify.inputs import input_names, input_paths
    from resclassify.trend_inputs import gather, gather_stored

    if store is not None:
        named = None
        if model is not None:
            from resclassify.production import stored_name

            named = stored_name(model)
        return gather_stored(store, paths, named)
    inputs = list(input_paths(paths))
    return gather(progress(list(zip(inputs, input_names(inputs), strict=True)), "reading and tagging"), folder, settings)


def _empty(names: Sequence[str]) -> list[str]:
    return [f"{len(names)} documents hold no clause of a resolution and are not counted: {', '.join(names[:5])}"] if names else []


def _say_failures(failures: Sequence[InputError]) -> None:
    for failure in failures:
        typer.echo(f"resclassify: {failure}", err=True)


def _write(result: Trends, folder: Path, figures: bool) -> None:
    """Every table as CSV and Parquet, the notes, then the figures and the page; each file is whole or as it was."""
    from resclassify.exports import write_whole
    from resclassify.trend_tables import tables, to_csv, to_parquet

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); name a folder that you may write to") from error
    for name, rows in tables(result).items():
        write_whole(to_csv(name, rows), folder / f"{name}.csv")
        write_whole(to_parquet(name, rows), folder / f"{name}.parquet")
    write_whole("".join(f"{note}\n" for note in result.notes).encode("utf-8"), folder / "notes.txt")
    if figures:
        from resclassify.plots import draw, javascript, specifications
        from resclassify.trend_page import to_page

        drawn = specifications(result)
        for name, specification in drawn.items():
            for form, content in draw(specification).items():
                write_whole(content, folder / f"{name}.{form}")
        write_whole(to_page(result, drawn, javascript()).encode("utf-8"), folder / "trends.html")
    typer.echo(f"resclassify: {folder}: written", err=True)
