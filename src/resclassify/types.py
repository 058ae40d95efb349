"""The records that travel through resclassify. All are frozen: a step returns new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Lang = Literal["ar", "en"]
Kind = Literal["preambular", "operative"]
Style = Literal["heading", "footnote", "furniture"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or one whole paragraph, as a reader found it, before anything is mended.

    `page` counts from 0. `gap` is true where white space stands above the line. `whole` is true where the source
    itself says that this is a complete paragraph (DOCX, HTML). `size` is the font size in points, where known.
    `style` is what the source says the line is, where it says so.
    """

    text: str
    page: int = 0
    gap: bool = False
    whole: bool = False
    size: float | None = None
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the first page of a UN document says of it; None where it says nothing."""

    symbol: str | None = None
    body: str | None = None
    session: str | None = None
    agenda_item: str | None = None
    date: str | None = None
    distribution: str | None = None
    language: Lang | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as people read it: one paragraph a line, without page furniture, footnotes and marks of layout.

    `text` is the only text that offsets of clauses point into. `footnotes` holds what was taken out at the foot of
    pages, in order.
    """

    name: str
    text: str
    metadata: Metadata = field(default_factory=Metadata)
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A lettered sub-paragraph of a clause. `start` and `end` are offsets into the clause's text."""

    label: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """One preambular paragraph, or one operative paragraph with its sub-paragraphs.

    For a clause of a document, `document.text[start:end] == text`. `number` is the number as printed. `annex` is the
    heading of the annex that holds the paragraph; such a paragraph is no clause of the resolution itself, and its
    `kind` is None, as is the kind of a bare clause that came without a document.
    """

    document: str
    id: str
    kind: Kind | None
    number: str | None
    lang: Lang
    start: int
    end: int
    text: str
    annex: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that carried a theme: offsets into the clause's text and their weight, in units of the score."""

    theme: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class TaggedClause:
    """A clause with its tags.

    `themes` are the tags, in the taxonomy's order; `probabilities` holds every theme; `review` is true where a
    person should look before the tags are relied on.
    """

    clause: Clause
    themes: tuple[str, ...]
    probabilities: Mapping[str, float]
    evidence: tuple[Evidence, ...] = ()
    review: bool = False
