"""`resclassify compare` and `audit`: two versions, or two languages, of one resolution."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resclassify.errors import InputError

if TYPE_CHECKING:
    from resclassify.store.records import StoredClause
    from resclassify.types import Lang, TaggedClause

OldArgument = Annotated[str, typer.Argument(metavar="OLD", help="The older version: a document, or with --store its symbol.")]
NewArgument = Annotated[str, typer.Argument(metavar="NEW", help="The newer version.")]
ModelOption = Annotated[Path | None, typer.Option("--model", help="Model folder; the model in production without it.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; standard output without it.")]
StoreOption = Annotated[
    str | None, typer.Option("--store", help="Take the documents, tagged, from this store: a file or a URL of SQLAlchemy.")
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="A TOML file of settings.", envvar="RESCLASSIFY_SETTINGS")
]


class CompareFormat(StrEnum):
    """How a comparison is written."""

    table = "table"
    jsonl = "jsonl"
    html = "html"


class AuditFormat(StrEnum):
    """How an audit is written."""

    table = "table"
    jsonl = "jsonl"


def compare(
    old: OldArgument,
    new: NewArgument,
    form: Annotated[CompareFormat, typer.Option("--format", "-f", help="How to write the result.")] = CompareFormat.table,
    output: OutputOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    settings: SettingsOption = None,
) -> None:
    """Show what changed between two versions of a resolution, clause by clause and theme by theme."""
    from resclassify.comparison import change_record
    from resclassify.comparison import compare as compare_versions
    from resclassify.comparison_page import comparison_page
    from resclassify.display import comparison_tables, write_tables
    from resclassify.exports import send, to_jsonl
    from resclassify.vectors import load_encoder

    (old_name, before), (new_name, after) = _tagged((old, new), (None, None), model, store, settings)
    found = compare_versions(before, after, load_encoder())
    if form is CompareFormat.table:
        write_tables(comparison_tables(found, old_name, new_name), output)
    elif form is CompareFormat.html:
        send(comparison_page(found, old_name, new_name).encode("utf-8"), output)
    else:
        send(to_jsonl(change_record(change) for change in found.changes).encode("utf-8"), output)


def audit(
    left: Annotated[str, typer.Argument(metavar="AR", help="The text in one language.")],
    right: Annotated[str, typer.Argument(metavar="EN", help="The same text in the other.")],
    form: Annotated[AuditFormat, typer.Option("--format", "-f", help="How to write the result.")] = AuditFormat.table,
    output: OutputOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    settings: SettingsOption = None,
) -> None:
    """List where two languages of one text disagree: clauses without a partner, pairs with other themes."""
    from resclassify.audit import audit as audit_texts
    from resclassify.audit import disagreement_record
    from resclassify.display import audit_tables, write_tables
    from resclassify.exports import send, to_jsonl
    from resclassify.vectors import load_encoder

    (_, ours), (_, theirs) = _tagged((left, right), ("ar", "en"), model, store, settings)
    found = audit_texts(ours, theirs, load_encoder())
    if form is AuditFormat.table:
        write_tables(audit_tables(found), output)
    else:
        send(to_jsonl(disagreement_record(item) for item in found.disagreements).encode("utf-8"), output)


def _tagged(
    names: tuple[str, str],
    languages: tuple[Lang | None, Lang | None],
    model: Path | None,
    store: str | None,
    settings: Path | None,
) -> list[tuple[str, list[TaggedClause]]]:
    """What two documents, files or such of a store, are called, and their tagged clauses. Where a name of the store stands for
    several documents, that in the language of its place in `languages` is meant.
    """
    from resclassify.inputs import STDIN, input_names, read_clauses
    from resclassify.model import load
    from resclassify.settings import load_settings

    chosen = load_settings(settings)
    if store is not None:
        return _stored(names, languages, model, store)
    paths = [None if name == STDIN else Path(name) for name in names]
    titles = input_names(paths)
    read = [read_clauses(path, title, None, chosen)[1] for path, title in zip(paths, titles, strict=True)]
    loaded = load(model or chosen.model or None)
    return [(title, loaded.tag(clauses, batch_size=chosen.batch_size)) for title, clauses in zip(titles, read, strict=True)]


def _stored(
    names: tuple[str, str], languages: tuple[Lang | None, Lang | None], model: Path | None, store: str
) -> list[tuple[str, list[TaggedClause]]]:
    from resclassify.production import stored_name
    from resclassify.store import open_store
    from resclassify.store.records import Selection

    by = None if model is None else stored_name(model)
    with open_store(store) as opened:
        return [
            (name, _one_document(name, language, list(opened.chosen([name], Selection(model=by)))))
            for name, language in zip(names, languages, strict=True)
        ]


def _one_document(name: str, language: Lang | None, items: list[StoredClause]) -> list[TaggedClause]:
    """Raises InputError where `items` are of several documents, and `language` does not tell which is meant."""
    files = {item.document.id: item.document.name for item in items}
    if len(files) > 1:
        items = [item for item in items if item.document.metadata.language == language]
        if len({item.document.id for item in items}) != 1:
            raise InputError(
                f"{name}: stands for {len(files)} documents of the store; name the file of one: {', '.join(files.values())}"
            )
    return [item.tagged for item in items]
