"""A document to its clauses: preambular paragraphs, operative paragraphs with their sub-paragraphs, annexed paragraphs.

The text of a document holds one paragraph a line (`layout.mend` sees to that). Openings, numbering, punctuation and
position decide together; none of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from resclassify import lexicon
from resclassify.language import identify
from resclassify.types import Clause, Document, Kind, Part


@dataclass(slots=True)
class _Draft:
    """A clause that is being gathered: its span in the document and the spans of its sub-paragraphs."""

    kind: Kind | None
    number: str | None
    start: int
    end: int
    annex: str | None = None
    parts: list[tuple[str, int, int]] = field(default_factory=list)


def segment(document: Document) -> list[Clause]:
    """The clauses of a document, in order; empty where it holds none.

    For each: `document.text[clause.start:clause.end] == clause.text`. Headings, the front page, the opening formula
    ("The General Assembly,"), signatures and votes are no clauses. Paragraphs of an annex carry its heading in
    `annex` and no kind.
    """
    drafts = _Gatherer(document.text).gather()
    counters: dict[str, int] = {}
    clauses = []
    for draft in drafts:
        letter = "A" if draft.annex else {"preambular": "P", "operative": "O"}[draft.kind or "operative"]
        counters[letter] = counters.get(letter, 0) + 1
        draft.end = _unquoted_end(document.text, draft.start, draft.end)
        text = document.text[draft.start : draft.end]
        clauses.append(
            Clause(
                document=document.name,
                id=f"{document.name}#{letter}{counters[letter]:02d}",
                kind=None if draft.annex else draft.kind,
                number=draft.number,
                lang=identify(text),
                start=draft.start,
                end=draft.end,
                text=text,
                annex=draft.annex,
                parts=_parts(draft),
            )
        )
    return clauses


def _parts(draft: _Draft) -> tuple[Part, ...]:
    """The sub-paragraphs, each to where the next begins. Alone, "(i)" may be the letter after (h); before (ii) it is a number."""
    following = [*((label, start) for label, _, start in draft.parts[1:]), ("", draft.end)][: len(draft.parts)]
    return tuple(
        Part(label, 3 if (label, next_label) == ("(i)", "(ii)") else level, start - draft.start, end - draft.start)
        for (label, level, start), (next_label, end) in zip(draft.parts, following, strict=True)
    )


class _Gatherer:
    """Walks the paragraphs of a text once, knowing where in a resolution it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.drafts: list[_Draft] = []
        self.zone = "front"
        self.number = 0
        self.annex: str | None = None
        self.open = False

    def gather(self) -> list[_Draft]:
        spans = list(_paragraphs(self.text))
        bounds = [lexicon.chapeau_end(self.text[start:end]) for start, end in spans]
        if not any(bound is not None for bound in bounds):
            self.zone = self._zone_without_chapeau(spans)
        for (start, end), bound in zip(spans, bounds, strict=True):
            if bound is not None and self.zone != "annex":
                self._open_resolution(start + bound, end)
            elif self.zone != "front":
                self._take(start, end)
        return self.drafts

    def _zone_without_chapeau(self, spans: list[tuple[int, int]]) -> str:
        """Where the opening formula is lost, a text still counts as a resolution if its paragraphs open like one."""
        opening = [self.text[start:end] for start, end in spans]
        found = any(
            lexicon.opens_preambular(text)
            or lexicon.opens_operative(text[mark.end if (mark := lexicon.list_mark(text)) else 0 :])
            for text in opening
            if len(text.split()) >= 5
        )
        return "seeking" if found else "front"

    def _open_resolution(self, start: int, end: int) -> None:
        self.zone, self.number, self.open = "preamble", 0, False
        while start < end and (self.text[start].isspace() or self.text[start] in lexicon.QUOTES):
            start += 1
        if end - start > 2:
            self._take(start, end)

    def _take(self, start: int, end: int) -> None:
        text = self.text[start:end]
        if lexicon.is_annex_heading(text) and (self.drafts or self.zone == "annex"):
            self.zone, self.number, self.annex, self.open = "annex", 0, text, False
            return
        if self.zone == "annex":
            self._take_annexed(start, end, text)
            return
        if lexicon.is_section(text):
            self.open = False
            return
        mark = lexicon.item_mark(text, self.number)
        if mark is not None and mark.kind == "preambular":
            self._begin("preambular", mark.printed, start + mark.end, end)
        elif mark is not None and self._is_operative(mark, text[mark.end :]):
            self.zone, self.number = "operative", mark.value
            self._begin("operative", mark.printed, start + mark.end, end)
        elif self.zone == "operative" and (bare := self._number_lost(text)):
            self._begin("operative", None, start + bare, end)
        elif self._sub_paragraph(start, end, text):
            return
        elif self.zone in ("preamble", "seeking"):
            self._take_preambular(start, end, text)
        else:
            self._take_unnumbered(start, end, text)

    def _number_lost(self, text: str) -> int:
        """How long the rest of a mark is, where the number of a list mark was lost and its stop or dash was not; or 0."""
        left_over = _LEFT_OVER.match(text)
        in_list = self._last_ends(":", ",", "،") or bool(self.drafts and self.drafts[-1].parts)
        if left_over is None or in_list or not lexicon.opens_operative(text[left_over.end() :]):
            return 0
        return left_over.end()

    def _is_operative(self, mark: lexicon.Mark, rest: str) -> bool:
        if mark.kind == "operative" or lexicon.opens_operative(rest):
            return True
        if self.zone == "seeking":
            return False
        in_order = mark.value == self.number + 1 or (self.number > 0 and self.number < mark.value <= self.number + 3)
        return in_order and not rest[:1].islower() and len(rest.split()) >= 3

    def _take_preambular(self, start: int, end: int, text: str) -> None:
        if lexicon.opens_preambular(text):
            self.zone = "preamble"
            self._begin("preambular", None, start, end)
        elif lexicon.opens_operative(text) and not text.endswith((",", "،")):
            self.zone = "operative"
            self._begin("operative", None, start, end)
        elif self.zone == "seeking":
            return
        elif text.rstrip(lexicon.QUOTES + " ").endswith((",", "،")) and len(text.split()) >= 3:
            self._begin("preambular", None, start, end)
        elif lexicon.is_heading(text) or lexicon.is_back_matter(text):
            self.open = False
        elif text[:1].islower() and self.open:
            self.drafts[-1].end = end
        elif len(text.split()) >= 4:
            self._begin("preambular", None, start, end)

    def _take_unnumbered(self, start: int, end: int, text: str) -> None:
        """A paragraph without a number among or after operative paragraphs."""
        ended = self._last_ends(";", "؛", ".")
        if lexicon.is_back_matter(text):
            self.open = False
        elif ended and lexicon.opens_preambular(text) and text.endswith((",", "،")):
            self.zone, self.number = "preamble", 0
            self._begin("preambular", None, start, end)
        elif ended and lexicon.opens_operative(text) and len(text.split()) >= 3 and _punctuated(text):
            self._begin("operative", None, start, end)
        elif not self.open:
            return
        elif ended and not text[:1].islower():
            self.open = self._last_ends(";", "؛") and not _punctuated(text)
        elif self._last_ends(":") and not _punctuated(text) and not text[:1].islower():
            self.open = False
        else:
            self.drafts[-1].end = end

    def _take_annexed(self, start: int, end: int, text: str) -> None:
        mark = lexicon.list_mark(text)
        if mark is not None and mark.value in (self.number + 1, 1, self.number + 2) and not text[mark.end :][:1].islower():
            self.number = mark.value
            self._begin(None, mark.printed, start + mark.end, end)
        elif self._sub_paragraph(start, end, text) or lexicon.chapeau_end(text) == len(text):
            return
        elif lexicon.is_heading(text) or len(text.split()) < 5:
            self.open = False
        elif self.open and (text[:1].islower() or self._last_ends(":", ",")) and not lexicon.opens_preambular(text):
            self.drafts[-1].end = end
        else:
            self._begin(None, None, start, end)

    def _sub_paragraph(self, start: int, end: int, text: str) -> bool:
        mark = lexicon.sub_mark(text)
        # A heading may stand between a paragraph that ends with a colon and its sub-paragraphs.
        listing = bool(self.drafts) and self.drafts[-1].annex == self.annex and self._last_ends(":", ";", "؛")
        if mark is None or not (self.open or listing):
            return False
        self.open = True
        self.drafts[-1].end = end
        self.drafts[-1].parts.append((mark.printed, mark.value, start))
        return True

    def _last_ends(self, *endings: str) -> bool:
        if not self.drafts:
            return True
        last = self.text[self.drafts[-1].start : self.drafts[-1].end]
        return last.rstrip(lexicon.QUOTES + " )]*").endswith(endings)

    def _begin(self, kind: Kind | None, number: str | None, start: int, end: int) -> None:
        if kind == "preambular" or number is None:
            start += len(self.text[start:end]) - len(lexicon.strip_opening(self.text[start:end]))
        if start >= end:
            return
        self.drafts.append(_Draft(kind, number, start, end, self.annex if self.zone == "annex" else None))
        self.open = True


_LEFT_OVER = re.compile(r"[.\-–—−•*]\s*(?=[^\W\d])")
_PARTNERS = {"”": "“", "“": "”", "»": "«", "«": "»"}


def _unquoted_end(text: str, start: int, end: int) -> int:
    """`end` of a clause before a quotation mark that closes what was opened outside the clause."""
    last = text[end - 1]
    inside = text[start : end - 1]
    if last in _PARTNERS:
        stray = inside.count(_PARTNERS[last]) <= inside.count(last)
    else:
        stray = last == '"' and inside.count(last) % 2 == 0
    return end - 1 if stray and end - 1 > start else end


def _punctuated(text: str) -> bool:
    """Whether a text ends as clauses and their parts do; a heading does not."""
    return text.rstrip(lexicon.QUOTES + " )]*").endswith((";", "؛", ".", ",", "،", ":"))


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the paragraphs of a text, without white space at their ends."""
    start = 0
    for piece in text.split("\n"):
        bare = piece.strip()
        if bare:
            lead = start + len(piece) - len(piece.lstrip())
            yield lead, lead + len(bare)
        start += len(piece) + 1
