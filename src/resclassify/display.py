"""What people see in a terminal: tables, bars of progress."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from resclassify.exports import write_whole
from resclassify.taxonomy import Taxonomy, load_taxonomy
from resclassify.types import TaggedClause

if TYPE_CHECKING:
    from resclassify.audit import Audit
    from resclassify.comparison import ClauseChange, Comparison

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

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
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


def write_tables(parts: Iterable[Table | Text], output: Path | None) -> None:
    """Prints tables and lines, or writes them as plain text to a file."""
    sink = io.StringIO()
    console = _console() if output is None else Console(file=sink, width=_PIPE_WIDTH, color_system=None)
    for part in parts:
        console.print(part)
    if output is not None:
        write_whole(sink.getvalue().encode("utf-8"), output)


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH, color_system=None)


def clause_tables(records: Sequence[dict[str, Any]]) -> Iterator[Table | Text]:
    """Clauses, a table a document, with their tags where they have them, and a count."""
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
        row = [Text(_label(record)), Text(_snippet(record["text"], _SNIPPET))]
        if tagged:
            row += [_tags(record), Text("?" if record["review"] else "", style="bold yellow")]
        table.add_row(*row)
    return table


def _snippet(text: str, most: int) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + " …"


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


def comparison_tables(comparison: Comparison, old_name: str, new_name: str) -> Iterator[Table | Text]:
    """What changed: a row a clause that is not the same, the counts by status, and themes before and after."""
    table = Table(title=f"{old_name} → {new_name}", box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for heading in ("old", "new", "status"):
        table.add_column(heading, no_wrap=True)
    table.add_column("text", ratio=1, overflow="fold")
    table.add_column("verb", max_width=30, overflow="fold")
    table.add_column("themes", max_width=22, overflow="fold")
    for change in comparison.changes:
        if change.status == "same" and not change.moved:
            continue
        item = change.new or change.old[0]
        table.add_row(
            Text(", ".join(_place(found) for found in change.old)),
            Text(_place(change.new) if change.new else ""),
            Text(change.status + (", moved" if change.moved else "")),
            Text(_snippet(item.clause.text, _SNIPPET)),
            Text(_verbs(change)),
            _gains(change),
        )
    yield table
    yield Text(
        f"{len(comparison.new)} clauses from {len(comparison.old)}: "
        + ", ".join(f"{count} {status}" for status, count in comparison.counts.items())
    )
    counts = [f"{theme} {'→'.join(map(str, comparison.theme_counts(theme)))}" for theme in load_taxonomy().ids]
    yield Text(f"themes: {', '.join(counts)}; to review {sum(item.review for item in comparison.new)} of the new clauses")


def _place(item: TaggedClause) -> str:
    return item.clause.number or item.clause.id.rsplit("#", 1)[-1]


def _verbs(change: ClauseChange) -> str:
    if change.verb_change not in ("strengthened", "weakened") or change.old_verb is None or change.new_verb is None:
        return ""
    return f"{change.verb_change}: {change.old_verb.label} → {change.new_verb.label}"


def _gains(change: ClauseChange) -> Text:
    gains = Text()
    for sign, found in (("+", change.themes_gained), ("−", change.themes_lost)):
        for theme in found:
            gains.append(f"{sign}{theme} ", style=_COLOURS.get(theme, ""))
    return gains


def audit_tables(found: Audit) -> Iterator[Table | Text]:
    """Where two languages of one text disagree, and how many pairs agree."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("left", "right", "likely cause"):
        table.add_column(heading, no_wrap=True)
    for heading in ("left alone", "right alone"):
        table.add_column(heading, overflow="fold")
    table.add_column("text", ratio=1, overflow="fold")
    for item in found.disagreements:
        first = (item.left or item.right)[0]
        table.add_row(
            Text(", ".join(map(_place, item.left))),
            Text(", ".join(map(_place, item.right))),
            Text(item.cause),
            Text(" ".join(item.only_left)),
            Text(" ".join(item.only_right)),
            Text(_snippet(first.clause.text, _SNIPPET)),
        )
    yield table
    yield Text(f"{found.pairs} pairs, {found.agreeing} with the same themes on both sides; {len(found.disagreements)} to look at")
