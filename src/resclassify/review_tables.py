"""The queue as files for people who work elsewhere (CSV, Label Studio, doccano), and their answers back as reviews.

A file holds one clause a row: what was asked, the model's tags to be corrected in a column a theme, `done` and `note`. A row is
an answer where it says that it is done, or where its tags differ from those that were filled in; a row that nobody touched is
none. `id`, `clause`, `asked`, `queue` and `model` tell at import what was asked, so that nothing is taken for something else.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resclassify import annotation
from resclassify.arabic import western_digits
from resclassify.dataset import Pair
from resclassify.errors import InputError, LabelError
from resclassify.exports import tagged_record
from resclassify.review_queue import Question
from resclassify.store.access import Store
from resclassify.store.records import ASKED, Action, Asked, Review, StoredClause
from resclassify.tables import read_rows
from resclassify.taxonomy import Theme, load_taxonomy
from resclassify.verdicts import stored_clauses

Row = dict[str, Any]
BEFORE = ("id", "clause", "document", "number", "lang", "text", "says")
AFTER = ("done", "note", "asked", "queue", "model")
YES, NO = "yes", "no"
_YES = {"yes", "y", "true", "1", "x", "✓", "✔", "نعم", "صحيح", "صح"}
_NO = {"no", "n", "false", "0", "-", "✗", "لا", "خطأ"}
_BLIND = " blind"
_MODEL, _MODEL_DIGITS = "model-", 12
# A spreadsheet would take such a text for a formula (OWASP, CSV injection). The quote before it comes off at import.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_SOURCE = re.compile(r"queue (\d+), (\w+)( blind)?, by (model-[0-9a-f]+)")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a file holds: `reviews` to be written, how many rows were `untouched`, and a line for each of the `faults`."""

    reviews: tuple[Review, ...]
    untouched: int
    faults: tuple[str, ...]


def said(item: StoredClause, *, shown: bool) -> Row:
    """What a review keeps of the model's tags; `shown` is whether the reader saw them."""
    record = tagged_record(item.tagged)
    return {**{key: record[key] for key in ("themes", "probabilities", "review")}, "shown": shown}


def columns() -> tuple[str, ...]:
    """The columns of an exported queue, in order."""
    return (*BEFORE, *load_taxonomy().ids, *AFTER)


def rows_of(questions: Sequence[Question], number: int, *, blind: bool) -> list[Row]:
    """The queue as rows; `number` is how many reviews the store had. With `blind`, without what the model says."""
    rows = []
    for question in questions:
        tagged, document = question.item.tagged, question.item.document
        clause = tagged.clause
        says = ", ".join(f"{theme} {value:.2f}" for theme, value in tagged.probabilities.items() if theme in tagged.themes)
        rows.append(
            {
                "id": question.item.id,
                "clause": clause.id,
                "document": document.metadata.symbol or document.name,
                "number": clause.number or "",
                "lang": clause.lang,
                "text": clause.text,
                "says": "" if blind else says or "none",
                **{theme: "" if blind else YES if theme in tagged.themes else NO for theme in load_taxonomy().ids},
                "done": "",
                "note": "",
                "asked": question.asked + (_BLIND if blind else ""),
                "queue": number,
                # A word before the digits, or a spreadsheet may take them for a number.
                "model": _MODEL + question.item.model[:_MODEL_DIGITS],
            }
        )
    return rows


def to_csv(rows: Sequence[Row]) -> bytes:
    """UTF-8 with the mark that tells Excel so; a text that a spreadsheet would take for a formula has a quote before it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns(), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _quoted(value) for key, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _quoted(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def to_tool(rows: Sequence[Row], tool: str) -> bytes:
    """The rows for an annotation tool of `annotation.TOOLS`. For Label Studio the model's tags are predictions, so that a task
    that nobody has done is not taken for done; from doccano, export approved documents only.
    """
    pairs = [_pair(row) for row in rows]
    if tool == "doccano":
        return annotation.to_doccano(pairs).encode("utf-8")
    tasks = json.loads(annotation.to_label_studio(pairs))
    for task, row in zip(tasks, rows, strict=True):
        results = [{"model_version": row["model"], "result": held["result"]} for held in task.pop("annotations")]
        task["predictions"] = [] if row["asked"].endswith(_BLIND) else results
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _pair(row: Row) -> Pair:
    themes = tuple(theme for theme in load_taxonomy().ids if row[theme] == YES)
    source = f"queue {row['queue']}, {row['asked']}, by {row['model']}"
    sides = {"en": "", "ar": "", row["lang"]: row["text"]}
    return Pair(f"{row['id']}", None, sides["en"], sides["ar"], themes, source, row["clause"], "train")


def rows_of_tool(path: Path, tool: str) -> list[tuple[str, Row]]:
    """The rows of a tool's export, each with its place. What a tool exports has been done.

    Raises LabelError, naming file and task or line, for what is no such export.
    """
    pairs = annotation.from_doccano(path) if tool == "doccano" else annotation.from_label_studio(path)
    rows = []
    for pair in pairs:
        known = _SOURCE.fullmatch(pair.source)
        row: Row = {"id": pair.id, "clause": pair.lineage, "done": YES, "note": ""}
        row |= {theme: YES if theme in pair.themes else NO for theme in load_taxonomy().ids}
        if known:
            row |= {"queue": known[1], "asked": known[2] + (known[3] or ""), "model": known[4]}
        rows.append((f"{path}: clause {pair.id}", row))
    return rows


def rows_of_csv(path: Path) -> list[tuple[str, Row]]:
    """The rows of a CSV table, each with its place. Raises InputError for a file that is none."""
    rows = []
    for number, row in enumerate(read_rows(path), 2):
        plain = {key: value[1:] if isinstance(value, str) and _QUOTED.match(value) else value for key, value in row.items()}
        rows.append((f"{path}: row {number}", plain))
    return rows


def answers_of(rows: Sequence[tuple[str, Row]], store: Store, who: str) -> Answers:
    """The answers of rows as reviews of `who`, every row checked on its own.

    Raises LabelError where the columns are not those of an exported queue.
    """
    rows = [(place, _by_column(row)) for place, row in rows]
    for place, row in rows[:1]:
        missing = [name for name in ("id", *load_taxonomy().ids) if name not in row]
        if missing:
            raise LabelError(f"{place.rsplit(':', 1)[0]}: has no column '{missing[0]}'; keep the columns of the exported file")
    held = _held(rows, store)
    reviews: dict[int, Review] = {}
    faults = []
    untouched = 0
    for place, row in rows:
        try:
            review = _review(row, held, who)
            if review is None:
                untouched += 1
            elif review.clause in reviews and reviews[review.clause] != review:
                raise LabelError(f"clause {review.clause} has another answer above; keep one row of it")
            else:
                reviews[review.clause] = review
        except LabelError as error:
            faults.append(f"{place}: {error}")
    return Answers(tuple(reviews.values()), untouched, tuple(faults))


def _by_column(row: Mapping[Any, Any]) -> Row:
    """The row under the names of `columns`, whether its headings are these names or the names in one or both languages."""
    known = {_plain(name): name for name in columns()}
    for theme in load_taxonomy().themes:
        known |= {_plain(name): theme.id for name in (heading(theme), *theme.names.values())}
    found = {known.get(_plain(str(name).split(" / ")[0]), known.get(_plain(str(name)), "")): value for name, value in row.items()}
    found.pop("", None)
    return found


def heading(theme: Theme) -> str:
    """A theme's name in both languages."""
    return f"{theme.names['en']} / {theme.names['ar']}"


def _plain(value: object) -> str:
    return " ".join(str(value).replace("\u200f", "").replace("\u200e", "").split()).casefold()


def _held(rows: Sequence[tuple[str, Row]], store: Store) -> dict[tuple[int, str], StoredClause]:
    """The clauses that rows name, by id and the model as the row names it; "" is the model that tagged last."""
    wanted: dict[str, set[int]] = {}
    for _, row in rows:
        try:
            wanted.setdefault(_text(row.get("model")).removeprefix(_MODEL), set()).add(_number(row.get("id"), "id"))
        except LabelError:
            continue  # said again, with its place, where the row is read
    held = {}
    for model, ids in wanted.items():
        try:
            for item in stored_clauses(store, ids, model or None):
                held[item.id, model] = item
        except InputError:
            continue  # the model is not in the store: its rows find no clause
    return held


def _review(row: Row, held: Mapping[tuple[int, str], StoredClause], who: str) -> Review | None:
    """The answer of a row; None where nobody touched it. Raises LabelError, without the place, for what cannot be."""
    number, model = _number(row.get("id"), "id"), _text(row.get("model")).removeprefix(_MODEL)
    item = held.get((number, model))
    if item is None:
        by = f" tagged by model '{model}'" if model else ""
        raise LabelError(f"no clause {number}{by} in this store; name the store that the file came from")
    name = _text(row.get("clause"))
    if name and name != item.tagged.clause.id:
        raise LabelError(f"clause {number} is {item.tagged.clause.id} here, not {name}; name the store that the file came from")
    asked, blind = _asked(row)
    marks = {theme: _mark(row.get(theme), theme) for theme in load_taxonomy().ids}
    themes = tuple(theme for theme, mark in marks.items() if mark)
    same = set(themes) == set(item.tagged.themes)
    untouched = all(mark is None for mark in marks.values()) if blind else same
    note = _text(row.get("note"))
    action: Action = "accept" if same else "change"
    if not _mark(row.get("done"), "done") and untouched:
        if not note:
            return None
        action = "skip"
    elif asked == "conflict":
        action = "adjudicate"
    review = Review(number, who, item.model, said(item, shown=not blind), action, themes, note, asked=asked)
    if action == "skip":
        review = replace(review, themes=None)
    queue = _number(row["queue"], "queue") if _text(row.get("queue")) else 0
    return replace(review, source=_source(review, queue))


def _source(review: Review, queue: int) -> str:
    """What names an answer: who gave it to which question of which queue, and how."""
    content = [queue, review.clause, review.reviewer, review.model, review.action, review.themes, review.note]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _asked(row: Row) -> tuple[Asked, bool]:
    value = _plain(row.get("asked") or "")
    found = next((known for known in ASKED if known == value.removesuffix(_BLIND)), None)
    if found is None:
        raise LabelError(f"'{value}' under 'asked' is not what was written there; take it from the exported file")
    return found, value.endswith(_BLIND)


def _number(value: object, name: str) -> int:
    """A whole number, as a spreadsheet may have saved it: 17, 17.0, "17 "."""
    text = western_digits(_text(value))
    if not re.fullmatch(r"\d+(\.0+)?", text):
        raise LabelError(f"'{text}' under '{name}' is no number of a clause; take it from the exported file")
    return int(text.split(".")[0])


def _mark(value: object, name: str) -> bool | None:
    """Yes, no, or None for blank, as people and spreadsheets write it in either language."""
    text = _plain("" if value is None else western_digits(str(value)))
    text = text.removesuffix(".0")
    if text in _YES or text in _NO:
        return text in _YES
    if text:
        raise LabelError(f"'{text}' under '{name}' is neither yes nor no; write yes, no, or leave it blank")
    return None


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
