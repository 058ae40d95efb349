"""What people see in a terminal: tables, bars of progress."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from resclassify.taxonomy import Taxonomy, load_taxonomy

_COLOURS = {
    "prevention": "green",
    "prosecution": "red",
    "victim_protection": "magenta",
    "migration": "yellow",
    "technology": "blue",
}
_SNIPPET = 110
_PIPE_WIDTH = 160
Item = TypeVar("Item")


def progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """`items` one by one, with a bar on standard error where that is a terminal and there is more than one."""
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track

    yield from track(items, description=label, console=Console(stderr=True), transient=True)


@contextmanager
def training_progress(epochs: int, curve: list[Mapping[str, float]]) -> Iterator[Callable[[Mapping[str, float]], None]]:
    """A bar on standard error, and a line where an epoch ends; every figure joins the `curve`."""
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fine-tuning", total=None)

        def report(figures: Mapping[str, float]) -> None:
            curve.append(figures)
            if "steps" in figures:
                bar.update(task, total=figures["steps"], completed=figures["step"])
            else:
                score = figures["dev_macro_average_precision"]
                bar.console.print(f"epoch {figures['epoch']:.0f} of {epochs}: average precision on dev {score:.4f}")

        yield report


def show_themes(taxonomy: Taxonomy) -> None:
    """Prints the taxonomy."""
    table = Table(box=box.SIMPLE_HEAD, show_lines=True)
    for heading in ("id", "English", "العربية"):
        table.add_column(heading)
    for theme in taxonomy.themes:
        texts = [Text(f"{theme.names[lang]}\n{theme.definitions[lang]}") for lang in ("en", "ar")]
        table.add_row(Text(theme.id, style=_COLOURS.get(theme.id, "")), *texts)
    _console().print(table)


def show_clauses(records: Sequence[dict[str, Any]]) -> None:
    """Prints clauses, with their tags where they have them, and a count."""
    console = _console()
    for part in _clause_tables(records):
        console.print(part)


def table_text(records: Sequence[dict[str, Any]]) -> str:
    """The table of clauses as plain text."""
    sink = io.StringIO()
    console = Console(file=sink, width=_PIPE_WIDTH, color_system=None)
    for part in _clause_tables(records):
        console.print(part)
    return sink.getvalue()


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH, color_system=None)


def _clause_tables(records: Sequence[dict[str, Any]]) -> Iterator[Table | Text]:
    documents = list(dict.fromkeys(record["document"] for record in records))
    for document in documents:
        yield _clause_table(document, [record for record in records if record["document"] == document])
    yield _summary(records)


def _clause_table(document: str, records: Sequence[dict[str, Any]]) -> Table:
    tagged = bool(records) and "themes" in records[0]
    table = Table(title=document, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("clause", no_wrap=True)
    table.add_column("text", ratio=1, overflow="fold")
    if tagged:
        table.add_column("themes (probability)", min_width=24, overflow="fold")
        table.add_column("review", no_wrap=True)
    for record in records:
        snippet = record["text"].replace("\n", " ")
        snippet = snippet if len(snippet) <= _SNIPPET else snippet[: _SNIPPET - 1].rsplit(" ", 1)[0] + " …"
        row = [Text(_label(record)), Text(snippet)]
        if tagged:
            row += [_tags(record), Text("?" if record["review"] else "", style="bold yellow")]
        table.add_row(*row)
    return table


def _label(record: dict[str, Any]) -> str:
    place = record["id"].rsplit("#", 1)[-1]
    return f"{place} ({record['number']})" if record["number"] and record["annex"] else record["number"] or place


def _tags(record: dict[str, Any]) -> Text:
    tags = Text()
    for theme in record["themes"]:
        tags.append(f"{theme} {record['probabilities'][theme]:.2f}  ", style=_COLOURS.get(theme, ""))
    return tags


def _summary(records: Sequence[dict[str, Any]]) -> Text:
    kinds = Counter("annex" if record["annex"] else record["kind"] or "bare" for record in records)
    line = f"{len(records)} clauses: " + ", ".join(
        f"{kinds[kind]} {kind}" for kind in ("preambular", "operative", "annex", "bare") if kinds[kind]
    )
    if records and "themes" in records[0]:
        counts = Counter(theme for record in records for theme in record["themes"])
        line += "\nthemes: " + ", ".join(f"{theme} {counts[theme]}" for theme in load_taxonomy().ids)
        line += (
            f"; none {sum(not record['themes'] for record in records)}; to review {sum(record['review'] for record in records)}"
        )
    return Text(line)
