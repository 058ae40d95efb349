"""The command line: parse, call, show. Progress and errors go to standard error, results to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resclassify import cli_models
from resclassify.cli_data import app as data_app
from resclassify.errors import InputError, NoClauseError, PartialFailureError, ResclassifyError

if TYPE_CHECKING:
    from resclassify.settings import Settings
    from resclassify.types import Clause, Lang

app = typer.Typer(
    name="resclassify",
    help="Split resolutions of the United Nations, Arabic or English, into clauses and tag each clause by theme.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=(
        "Exit statuses: 0 done; 2 wrong usage or settings; 3 input cannot be read; 4 no clause found; 5 model cannot be loaded; "
        "6 output cannot be written; 7 some documents failed, the others were done; 8 a package is missing; "
        "9 labelled data breaks a rule; 130 interrupted."
    ),
)
app.add_typer(data_app, name="data")
app.command("train")(cli_models.train)
app.command("evaluate")(cli_models.evaluate)
STDIN = "-"


class Format(StrEnum):
    """How results are written."""

    table = "table"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    html = "html"


class Language(StrEnum):
    """Which language the input is in."""

    auto = "auto"
    ar = "ar"
    en = "en"


Paths = Annotated[
    list[str],
    typer.Argument(
        help="Documents (.txt .docx .pdf .html), folders of them, - for standard input, or tables of clauses "
        "(.jsonl .csv .parquet with a 'text' column).",
        metavar="PATH...",
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; standard output without it.")]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of the input; auto finds it clause by clause.")]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="A TOML file of settings.", envvar="RESCLASSIFY_SETTINGS")
]


def _version(wanted: bool) -> None:
    if wanted:
        from resclassify import __version__

        typer.echo(f"resclassify {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Split resolutions of the United Nations, Arabic or English, into clauses and tag each clause by theme."""


@app.command()
def tag(
    paths: Paths,
    form: FormatOption = Format.table,
    output: OutputOption = None,
    model: Annotated[Path | None, typer.Option("--model", help="Model folder; the shipped model without it.")] = None,
    lang: LangOption = Language.auto,
    settings: SettingsOption = None,
) -> None:
    """Tag every clause of documents or tables with its themes."""
    from resclassify.exports import tagged_record
    from resclassify.model import load
    from resclassify.settings import load_settings

    chosen = load_settings(settings)
    loaded = load(model or chosen.model or None)

    def tagged(clauses: list[Clause]) -> list[dict[str, Any]]:
        return [tagged_record(item) for item in loaded.tag(clauses, batch_size=chosen.batch_size)]

    _run(paths, tagged, form, output, lang, chosen)


@app.command("segment")
def segment_command(
    paths: Paths,
    form: FormatOption = Format.table,
    output: OutputOption = None,
    lang: LangOption = Language.auto,
    settings: SettingsOption = None,
) -> None:
    """Split documents into clauses, without tags."""
    from resclassify.exports import clause_record
    from resclassify.settings import load_settings

    _run(paths, lambda clauses: [clause_record(clause) for clause in clauses], form, output, lang, load_settings(settings))


@app.command()
def themes() -> None:
    """Print the taxonomy in both languages."""
    from resclassify.display import show_themes
    from resclassify.taxonomy import load_taxonomy

    show_themes(load_taxonomy())


def _run(
    paths: Sequence[str],
    records_of: Callable[[list[Clause]], list[dict[str, Any]]],
    form: Format,
    output: Path | None,
    lang: Language,
    settings: Settings,
) -> None:
    """Reads every input, turns clauses into records, writes them all, and reports what failed at the end."""
    from resclassify.display import progress

    if form is Format.parquet and output is None and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not for a terminal; name a file with --output")
    forced: Lang | None = None if lang is Language.auto else "ar" if lang is Language.ar else "en"
    inputs = list(_inputs(paths))
    records: list[dict[str, Any]] = []
    failures: list[InputError] = []
    names = _names(inputs)
    for source, name in progress(list(zip(inputs, names, strict=True)), "reading and tagging"):
        try:
            records += records_of(_clauses(source, name, forced, settings))
        except InputError as error:
            failures.append(error)
    if records or not failures:
        _write(records, form, output)
    _report(failures, total=len(inputs))


def _inputs(paths: Sequence[str]) -> Iterator[Path | None]:
    """Every file named or held by a folder named, in order; None stands for standard input."""
    from resclassify.readers import SUFFIXES

    for name in paths:
        path = Path(name)
        if name == STDIN:
            yield None
        elif path.is_dir():
            found = sorted(item for item in path.rglob("*") if item.is_file() and item.suffix.lower() in SUFFIXES)
            if not found:
                raise InputError(f"{path}: the folder holds no document ({' '.join(SUFFIXES)}); name another folder")
            yield from found
        else:
            yield path


def _names(inputs: Sequence[Path | None]) -> list[str]:
    """A document's name is its file name; with its folder where two files share one."""
    plain = ["standard input" if path is None else path.name for path in inputs]
    return [name if path is None or plain.count(name) == 1 else path.as_posix() for path, name in zip(inputs, plain, strict=True)]


def _clauses(path: Path | None, name: str, lang: Lang | None, settings: Settings) -> list[Clause]:
    from dataclasses import replace

    from resclassify import tables
    from resclassify.language import require_known
    from resclassify.readers import read, read_bytes
    from resclassify.segmentation import segment

    if path is not None and path.suffix.lower() in tables.SUFFIXES:
        return tables.read_table(path, lang, max_bytes=settings.max_bytes)
    if path is None:
        document = read_bytes(sys.stdin.buffer.read(settings.max_bytes + 1), name, settings)
    else:
        document = replace(read(path, settings), name=name)
    if lang is None:
        require_known(document.text, name)
    clauses = segment(document)
    if not clauses:
        raise NoClauseError(
            f"{name}: no clause found; give a resolution with its preambular and operative paragraphs, "
            "or a table of clauses (.jsonl, .csv, .parquet with a 'text' column)"
        )
    return clauses if lang is None else [replace(clause, lang=lang) for clause in clauses]


def _write(records: list[dict[str, Any]], form: Format, output: Path | None) -> None:
    from resclassify.exports import render, write_whole

    if form is Format.table:
        from resclassify.display import show_clauses, table_text

        if output is None:
            show_clauses(records)
        else:
            write_whole(table_text(records).encode("utf-8"), output)
        return
    content = render(records, form.value)
    if output is not None:
        write_whole(content, output)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _report(failures: Sequence[InputError], total: int) -> None:
    for failure in failures:
        typer.echo(f"resclassify: {failure}", err=True)
    if not failures:
        return
    if len(failures) < total:
        raise PartialFailureError(f"{len(failures)} of {total} inputs failed (named above); the others were done")
    raise typer.Exit(failures[0].exit_status)


def run() -> None:
    """Entry point of the `resclassify` command: one line and an exit status for every error of the family."""
    try:
        app()
    except ResclassifyError as error:
        typer.echo(f"resclassify: {error}", err=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        typer.echo("resclassify: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
