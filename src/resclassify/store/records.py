"""What the store gives and takes: frozen records, without the database's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from resclassify.types import Kind, Lang, Metadata, TaggedClause

Action = Literal["accept", "change", "adjudicate", "skip", "undo"]
ACTIONS: tuple[Action, ...] = ("accept", "change", "adjudicate", "skip", "undo")
Asked = Literal["", "queue", "random", "second", "conflict"]
ASKED: tuple[Asked, ...] = ("", "queue", "random", "second", "conflict")


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model that has tagged. `fingerprint` is the SHA-256 of its folder's manifest; `name` the folder's name; `info` and
    `themes` are what the model says of itself.
    """

    fingerprint: str
    name: str
    themes: tuple[str, ...]
    info: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document in the store, without its text.

    `id` numbers documents in the order that they came. `hash` is the SHA-256 of the file. `metadata.session` is the number of a
    regular session, the year where sessions are named by years, or a special session as its symbol has it ("S-10"). `year` is the
    symbol's, or else the date's. `series` is equal for documents of one title. `ingested` is a time of UTC, ISO 8601.
    """

    id: int
    hash: str
    name: str
    metadata: Metadata
    year: int | None
    series: str | None
    ingested: str


@dataclass(frozen=True, slots=True)
class StoredClause:
    """A tagged clause as it lies in the store: which document, at what `position` in it (from 0), and which model (its
    fingerprint) tagged it in which `version` of the document's tags (from 1).
    """

    id: int
    document: StoredDocument
    position: int
    tagged: TaggedClause
    model: str
    version: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents and clauses are meant; None leaves a thing open.

    `document` is a document's id. `symbol` is compared in its usual form. `session` is a number or a special session ("S-10").
    `language` is the document's. `model` is a fingerprint, its beginning, or a name (the latest of that name): only tags by it
    are read. Without it each document is read as it was tagged last. Of documents with one symbol and language only the one that
    came last is read, unless `superseded`.
    """

    document: int | None = None
    symbol: str | None = None
    name: str | None = None
    session: int | str | None = None
    year: int | None = None
    body: str | None = None
    series: str | None = None
    language: Lang | None = None
    theme: str | None = None
    kind: Kind | None = None
    review: bool | None = None
    model: str | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many clauses carry `theme` at a point; with `theme` None, how many there are at all.

    `point` holds the values of what was counted by, in that order. `review` is how many of `clauses` are left for review;
    `documents` is how many documents have such a clause.
    """

    point: tuple[int | str | None, ...]
    theme: str | None
    clauses: int
    review: int
    documents: int


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of a clause's tags. Rows are added, never changed: to undo is to add a row that names the `undoes`.

    `clause` is the clause's id in the store, `model` the fingerprint of the model whose tags were shown, `said` those tags (as in
    the records of `tag`: themes, probabilities, review). `themes` is what the person decided, None for "skip" and "undo".
    "adjudicate" settles what two people said differently. `asked` is how the clause came before the person: by its score in the
    queue, in the random share, as second reader, as a conflict, or "" where nobody asked. `source` names the answer that a file
    held; no two reviews have the same. `reviewed` is a time of UTC, ISO 8601; it and `id` are given by the store.
    """

    clause: int
    reviewer: str
    model: str
    said: Mapping[str, Any]
    action: Action
    themes: tuple[str, ...] | None = None
    note: str = ""
    undoes: int | None = None
    asked: Asked = ""
    source: str | None = None
    reviewed: str = ""
    id: int = 0
