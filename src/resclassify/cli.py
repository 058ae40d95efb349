"""The command line: parse, call, show. Progress and errors go to standard error, results to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from resclassify import cli_compare, cli_models, cli_promote, cli_retrain, cli_review, cli_store, cli_trends
from resclassify.cli_data import app as data_app
from resclassify.errors import InputError, MissingExtraError, OutputError, ResclassifyError, SettingsError

if TYPE_CHECKING:
    from resclassify.settings import Settings
    from resclassify.types import Clause, Document, Lang

app = typer.Typer(
    name="resclassify",
    help="Split resolutions of the United Nations, Arabic or English, into clauses and tag each clause by theme.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=(
        "Exit statuses: 0 done; 2 wrong usage or settings; 3 input cannot be read; 4 no clause found; 5 model cannot be loaded; "
        "6 output cannot be written; 7 some documents failed, the others were done; 8 a package is missing; "
        "9 labelled data breaks a rule; 10 a promotion is refused; 130 interrupted."
    ),
)
app.add_typer(data_app, name="data")
app.command("compare")(cli_compare.compare)
app.command("audit")(cli_compare.audit)
app.command("train")(cli_models.train)
app.command("evaluate")(cli_models.evaluate)
app.command("ingest")(cli_store.ingest)
app.command("retrain")(cli_retrain.retrain)
app.command("promote")(cli_promote.promote)
app.command("rollback")(cli_promote.rollback)
app.add_typer(cli_promote.app, name="models")
app.command("trends")(cli_trends.trends)
app.command("review")(cli_review.review)


class Format(StrEnum):
    """How results are written."""

    table = "table"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    html = "html"
    akn = "akn"


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
StoredPaths = Annotated[
    list[str] | None,
    typer.Argument(
        help="Documents (.txt .docx .pdf .html), folders of them, - for standard input, or tables of clauses "
        "(.jsonl .csv .parquet with a 'text' column). With --store, symbols or file names of documents in it; all without.",
        metavar="PATH...",
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File to write (a folder for several documents as akn); standard output without it."),
]
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
    paths: StoredPaths = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
    model: Annotated[Path | None, typer.Option("--model", help="Model folder; the model in production without it.")] = None,
    lang: LangOption = Language.auto,
    settings: SettingsOption = None,
    store: Annotated[str | None, typer.Option("--store", help="Read tags that `ingest` stored; PATHs are symbols.")] = None,
) -> None:
    """Tag every clause of documents or tables with its themes; with --store, show what is tagged there."""
    if store is not None:
        _run_stored(store, paths or [], form, output, model, lang)
        return
    if not paths:
        raise SettingsError("tag: name documents, folders or tables, or --store to read documents that `ingest` stored")
    from resclassify.exports import tagged_record
    from resclassify.model import load
    from resclassify.production import model_folder
    from resclassify.settings import load_settings

    chosen = load_settings(settings)
    loaded = load(model_folder(model, chosen))

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
    from resclassify.inputs import input_names, input_paths, read_clauses

    _check_screen(form, output)
    forced = _forced(lang)
    inputs = list(input_paths(paths))
    folder = _folder(paths, inputs, output) if form is Format.akn else None
    results: list[tuple[Document | None, list[dict[str, Any]]]] = []
    failures: list[InputError] = []
    names = input_names(inputs)
    for source, name in progress(list(zip(inputs, names, strict=True)), "reading and tagging"):
        try:
            document, clauses = read_clauses(source, name, forced, settings)
            if document is None and form is Format.akn:
                raise InputError(f"{name}: is a table of bare clauses, and akn holds whole documents; name another --format")
            results.append((document, records_of(clauses)))
        except InputError as error:
            failures.append(error)
    _show(results, form, output, folder, write_empty=not failures)
    cli_store.report(failures, total=len(inputs))


def _run_stored(store: str, names: Sequence[str], form: Format, output: Path | None, model: Path | None, lang: Language) -> None:
    """Writes what is tagged in the store, and reports what was not there at the end."""
    _check_screen(form, output)
    results, failures = cli_store.stored(store, names, model, _forced(lang))
    folder = _folder([], results, output) if form is Format.akn else None
    _show(results, form, output, folder, write_empty=not failures)
    cli_store.report(failures, total=len(results) + len(failures))


def _check_screen(form: Format, output: Path | None) -> None:
    if form is Format.parquet and output is None and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not for a terminal; name a file with --output")


def _forced(lang: Language) -> Lang | None:
    return None if lang is Language.auto else "ar" if lang is Language.ar else "en"


def _show(
    results: Sequence[tuple[Document | None, list[dict[str, Any]]]],
    form: Format,
    output: Path | None,
    folder: Path | None,
    *,
    write_empty: bool,
) -> None:
    records = [record for _, found in results for record in found]
    if form is Format.akn:
        _write_akoma_ntoso([(document, found) for document, found in results if document is not None], output, folder)
    elif records or write_empty:
        _write(records, form, output)


def _folder(paths: Sequence[str], inputs: Sequence[object], output: Path | None) -> Path | None:
    """The folder that documents go to, a file each; None where there is one document, and it goes to a file or the screen."""
    several = len(inputs) > 1 or any(Path(path).is_dir() for path in paths)
    if several and output is None:
        raise typer.BadParameter("a file of Akoma Ntoso holds one document; name a folder for several with --output")
    if several and output is not None and output.exists() and not output.is_dir():
        raise OutputError(f"{output}: is no folder, and several documents need one; name a folder with --output")
    return output if several or (output is not None and output.is_dir()) else None


def _write(records: list[dict[str, Any]], form: Format, output: Path | None) -> None:
    from resclassify.exports import render, send

    if form is Format.table:
        from resclassify.display import clause_tables, write_tables

        write_tables(clause_tables(records), output)
        return
    send(render(records, form.value), output)


def _write_akoma_ntoso(
    results: Sequence[tuple[Document, list[dict[str, Any]]]], output: Path | None, folder: Path | None
) -> None:
    """Each document with its records to a file of its own in `folder`, named after it; without a folder, the one to `output`."""
    from resclassify.akoma_ntoso import file_names, to_akoma_ntoso
    from resclassify.exports import send

    if folder is not None and results:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{folder}: cannot be made ({error.strerror}); name a folder that you may write to") from error
    for (document, records), name in zip(results, file_names([document.name for document, _ in results]), strict=True):
        send(to_akoma_ntoso(document, records), output if folder is None else folder / name)


# Packages that are imported on use, by the extra that brings them.
_EXTRAS = {
    "store": ("sqlalchemy",),
    "postgres": ("psycopg",),
    "analysis": ("altair", "vl_convert"),
    "review": ("openpyxl", "bidi", "arabic_reshaper"),
    "notebooks": ("nbformat", "nbclient"),
    "train": ("torch", "transformers", "datasets", "mlflow", "onnx", "pandas", "matplotlib", "krippendorff"),
}


def _end_without(package: str) -> NoReturn:
    """Names the package that is missing and how to install it."""
    extra = next((extra for extra, packages in _EXTRAS.items() if package in packages), "train")
    line = f"resclassify: {package} is not installed; run `make install`, or pip install 'resclassify[{extra}]'"
    typer.echo(line, err=True)
    sys.exit(MissingExtraError.exit_status)


def run() -> None:
    """Entry point of the `resclassify` command: one line and an exit status for every error of the family."""
    try:
        app()
    except ResclassifyError as error:
        typer.echo(f"resclassify: {error}", err=True)
        sys.exit(error.exit_status)
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package in ("", "resclassify"):
            raise
        _end_without(package)
    except KeyboardInterrupt:
        typer.echo("resclassify: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # Files have lines of their own; what is left is mostly standard output on a disk that is full.
        typer.echo(f"resclassify: {error.filename or 'the output'}: cannot be read or written ({error.strerror})", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OutputError.exit_status)
