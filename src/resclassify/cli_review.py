"""`resclassify review`: the queue at a desk in the terminal, or as a file for people elsewhere, and what reviews add up to."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resclassify.cli_store import STORE_HELP
from resclassify.errors import LabelError, MissingExtraError, OutputError, SettingsError
from resclassify.shipped import shipped
from resclassify.store import DEFAULT

if TYPE_CHECKING:
    from resclassify.kept_vectors import KeptEncoder
    from resclassify.review_queue import Question, Wanted
    from resclassify.store.access import Store
    from resclassify.types import Lang

_PAIRS = "data/clauses"
_SUFFIXES = (".csv", ".xlsx")
_BATCH = 64
_KEPT_EVERY = 32


class Tool(StrEnum):
    """Annotation tools whose files are written and read."""

    label_studio = "label-studio"
    doccano = "doccano"


class Language(StrEnum):
    """The language of the clauses that are asked."""

    ar = "ar"
    en = "en"


class Shaping(StrEnum):
    """Whether Arabic is turned round and joined for terminals that do not."""

    auto = "auto"
    on = "on"
    off = "off"


StoreOption = Annotated[str, typer.Option("--store", help=STORE_HELP, envvar="RESCLASSIFY_STORE")]
WhoOption = Annotated[
    str | None, typer.Option("--who", help="Who reviews; the login name without it.", envvar="RESCLASSIFY_REVIEWER")
]
CountOption = Annotated[int, typer.Option("--count", min=1, help="How many clauses to ask at most.")]
ThemeOption = Annotated[str | None, typer.Option("--theme", help="Ask clauses that carry a theme or nearly do.")]
LangOption = Annotated[Language | None, typer.Option("--lang", help="Ask clauses of one language.")]
ShareOption = Annotated[
    float, typer.Option("--random-share", min=0, max=1, help="Share of clauses drawn at random; it measures the model.")
]
SecondOption = Annotated[bool, typer.Option("--second-reader", help="Ask what one other person has decided.")]
ConflictsOption = Annotated[bool, typer.Option("--conflicts", help="Ask what two people decided differently, to settle it.")]
BlindOption = Annotated[bool, typer.Option("--blind", help="Do not show what the model says.")]
ShapeOption = Annotated[Shaping, typer.Option("--shape", help="Turn Arabic round and join its letters here.")]
PairsOption = Annotated[
    Path | None, typer.Option("--data", help="Pairs whose train side novelty is measured against; the shipped without it.")
]
ExportOption = Annotated[Path | None, typer.Option("--export", help="Write the queue to a file (.csv .xlsx, or --tool).")]
ImportOption = Annotated[Path | None, typer.Option("--import", help="Read the answers of such a file as reviews.")]
ToolOption = Annotated[Tool | None, typer.Option("--tool", help="The annotation tool whose file it is.")]
SkipOption = Annotated[bool, typer.Option("--skip-faulty", help="Import what is right, leave out what is not.")]
AgreementOption = Annotated[bool, typer.Option("--agreement", help="Print how far two readers agree, and their conflicts.")]
ErrorOption = Annotated[bool, typer.Option("--error-rate", help="Print the model's error in the random share.")]


def review(
    store: StoreOption = DEFAULT,
    who: WhoOption = None,
    count: CountOption = 40,
    theme: ThemeOption = None,
    lang: LangOption = None,
    random_share: ShareOption = 0.2,
    second_reader: SecondOption = False,
    conflicts: ConflictsOption = False,
    blind: BlindOption = False,
    shape: ShapeOption = Shaping.auto,
    pairs: PairsOption = None,
    export: ExportOption = None,
    answers: ImportOption = None,
    tool: ToolOption = None,
    skip_faulty: SkipOption = False,
    agreement: AgreementOption = False,
    error_rate: ErrorOption = False,
) -> None:
    """Review the clauses that most need a person: at a desk in the terminal, or in a file."""
    from resclassify.store import open_store

    _check_one(
        "are different tasks",
        {"--export": export is not None, "--import": answers is not None, "--agreement": agreement, "--error-rate": error_rate},
    )
    _check_one("ask different clauses", {"--second-reader": second_reader, "--conflicts": conflicts})
    _check_theme(theme)
    for path in (export, answers):
        _check_file(path, tool)
    with open_store(store) as opened:
        if agreement:
            _agreement(opened)
        elif error_rate:
            _error_rate(opened)
        elif answers is not None:
            _import(opened, answers, _name(who), tool, skip_faulty)
        else:
            from resclassify.review_queue import Wanted

            language: Lang | None = None if lang is None else "ar" if lang is Language.ar else "en"
            wanted = Wanted(_name(who), count, theme, language, random_share, second_reader, conflicts)
            questions = _questions(opened, wanted, pairs)
            if export is not None:
                _export(opened, questions, export, tool, blind)
            else:
                _desk(opened, questions, wanted, blind, shape)


def _check_one(what: str, given: Mapping[str, bool]) -> None:
    chosen = [name for name, is_given in given.items() if is_given]
    if len(chosen) > 1:
        raise SettingsError(f"review: {' and '.join(chosen)} {what}; name one of them")


def _check_theme(theme: str | None) -> None:
    from resclassify.taxonomy import load_taxonomy

    if theme is not None and theme not in load_taxonomy().ids:
        raise SettingsError(f"--theme: unknown theme '{theme}'; it is one of {', '.join(load_taxonomy().ids)}")


def _check_file(path: Path | None, tool: Tool | None) -> None:
    if path is not None and tool is None and path.suffix.lower() not in _SUFFIXES:
        raise SettingsError(f"{path}: tables are .csv or .xlsx; name such a file, or an annotation tool with --tool")


def _name(who: str | None) -> str:
    try:
        name = " ".join((getpass.getuser() if who is None else who).split())
    except (OSError, KeyError) as error:
        raise SettingsError("--who: the system knows no login name; name who reviews") from error
    if not name:
        raise SettingsError("--who: is empty; name who reviews")
    return name


def _questions(store: Store, wanted: Wanted, pairs: Path | None) -> list[Question]:
    """The queue, with a bar while clauses get their vectors for the first time."""
    from resclassify.dataset import LANGS, read_pairs
    from resclassify.display import progress
    from resclassify.kept_vectors import load_kept
    from resclassify.review_queue import queue

    known = [pair.text(lang) for pair in read_pairs(pairs or shipped(_PAIRS)) if pair.split == "train" for lang in LANGS]
    known = [text for text in known if text]
    folder = Path(DEFAULT).parent if "://" in store.place else Path(store.place).parent
    encoder = load_kept(folder)
    texts = [*(item.tagged.clause.text for item in store.tagged()), *known]
    starts = range(0, len(texts), _BATCH)
    kept = len(encoder.kept)
    keeping = True
    for number, start in enumerate(progress(starts, "reading clauses"), 1):
        encoder.vectors(texts[start : start + _BATCH])
        if keeping and number % _KEPT_EVERY == 0 and len(encoder.kept) > kept:
            keeping, kept = _keep(encoder), len(encoder.kept)
    questions = queue(store, wanted, encoder, known)
    if keeping and len(encoder.kept) > kept:
        _keep(encoder)
    return questions


def _keep(encoder: KeptEncoder) -> bool:
    """Whether the vectors could be written; they are no more than time saved, so that work goes on without."""
    try:
        encoder.keep()
    except OutputError as error:
        typer.echo(f"resclassify: {error}; vectors are not kept, and made again next time", err=True)
        return False
    return True


def _desk(store: Store, questions: Sequence[Question], wanted: Wanted, blind: bool, shape: Shaping) -> None:
    from resclassify import review_desk
    from resclassify.review_keys import Keys, single_keys

    if not questions:
        typer.echo(f"{store.place}: nothing to ask {wanted.who}")
        return
    desk = review_desk.Desk(store, wanted.who, Keys(), review_desk.screen(), blind, review_desk.shapes(shape.value))
    try:
        with single_keys():
            done = review_desk.sit(desk, questions)
    except KeyboardInterrupt as error:
        typer.echo("resclassify: interrupted; what was decided is kept", err=True)
        raise typer.Exit(130) from error
    counted = ", ".join(f"{count} {action}" for action, count in sorted(done.items())) or "nothing decided"
    typer.echo(f"{store.place}: {counted}, of {len(questions)} asked")


def _export(store: Store, questions: Sequence[Question], path: Path, tool: Tool | None, blind: bool) -> None:
    from resclassify.exports import write_whole
    from resclassify.review_tables import rows_of, to_csv, to_tool

    rows = rows_of(questions, sum(1 for _ in store.reviews()), blind=blind)
    if tool is not None:
        content = to_tool(rows, tool.value)
    elif path.suffix.lower() == ".csv":
        content = to_csv(rows)
    else:
        content = _workbook().to_workbook(rows)
    write_whole(content, path)
    typer.echo(f"{path}: {len(rows)} clauses to review")


def _workbook() -> Any:
    try:
        from resclassify import review_workbook
    except ImportError as error:
        line = "run `make install`, or pip install 'resclassify[review]'"
        raise MissingExtraError(f"workbooks need the package {error.name}, which is not installed; {line}") from error
    return review_workbook


def _import(store: Store, path: Path, who: str, tool: Tool | None, skip_faulty: bool) -> None:
    from resclassify.review_tables import answers_of, rows_of_csv, rows_of_tool

    if tool is not None:
        rows = rows_of_tool(path, tool.value)
    elif path.suffix.lower() == ".csv":
        rows = rows_of_csv(path)
    else:
        rows = _workbook().rows_of_workbook(path)
    found = answers_of(rows, store, who)
    for fault in found.faults:
        typer.echo(f"resclassify: {fault}", err=True)
    if found.faults and not skip_faulty:
        raise LabelError(
            f"{path}: {len(found.faults)} faulty rows (named above), nothing was imported; mend them, or --skip-faulty"
        )
    written = store.add_reviews(found.reviews)
    there = len(found.reviews) - len(written)
    rest = f"{there} already there, {found.untouched} not filled in, {len(found.faults)} faulty"
    typer.echo(f"{path}: {len(written)} reviews by {who} imported, {rest}")


def _agreement(store: Store) -> None:
    try:
        from resclassify.agreement import LabelledTwice, agreement
    except ImportError as error:
        line = "run `make install`, or pip install 'resclassify[train]'"
        raise MissingExtraError(f"the package {error.name} is not installed; {line}") from error
    from resclassify.verdicts import read_twice, reviews_by_clause, stored_clauses

    twice = read_twice(store)
    if not twice:
        typer.echo(f"{store.place}: no clause has two readers; `resclassify review --second-reader` asks for them")
        return
    rows = [LabelledTwice(str(clause), one.themes or (), two.themes or (), ()) for clause, one, two in twice]
    typer.echo(agreement(rows).to_markdown(), nl=False)
    blind = sum(not (one.said.get("shown", True) or two.said.get("shown", True)) for _, one, two in twice)
    typer.echo(f"\nboth readers blind to the model: {blind} of {len(twice)} clauses")
    found = {clause: of for clause, of in reviews_by_clause(store).items() if of.conflict}
    typer.echo(f"conflicts: {len(found)}" + ("; `resclassify review --conflicts` settles them" if found else ""))
    for item in stored_clauses(store, set(found)):
        said = "; ".join(f"{row.reviewer}: {' '.join(row.themes or ()) or 'none'}" for row in found[item.id].readings)
        typer.echo(f"  {item.tagged.clause.id}   {said}")


def _error_rate(store: Store) -> None:
    from resclassify.verdicts import error_rates

    rates = error_rates(store)
    if not rates:
        typer.echo(f"{store.place}: no clause of the random share is decided; `resclassify review` asks some")
    for number, one in enumerate(rates):
        typer.echo(("\n" if number else "") + one.to_markdown(), nl=False)
