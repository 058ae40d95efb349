"""What changed between two versions of a resolution: clause by clause, word by word, theme by theme."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz.distance import Indel

from resclassify.alignment import align
from resclassify.exports import tagged_record
from resclassify.taxonomy import load_taxonomy
from resclassify.types import TaggedClause
from resclassify.vectors import Encoder
from resclassify.verbs import Verb, change_of, opening_verb
from resclassify.wording import Edit, edits, says_the_same, sense, weighty

Status = Literal["same", "reworded", "expanded", "reduced", "new", "dropped", "translated"]
STATUSES: tuple[Status, ...] = ("same", "reworded", "expanded", "reduced", "translated", "new", "dropped")
BETWEEN = "\n"
# What was put in must be this many times what was taken out, in words of matter, and what was taken out next to nothing.
_ONE_SIDED = 5
_NEXT_TO_NOTHING = 0.05


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """What became of a clause. `new` is None for a clause that was dropped, `old` empty for one that is new; a clause merged
    from several has them all, in their order. `moved` is true where it stands out of the order of its neighbours.

    `edits` turn the text of `old` (several joined by a line break) into that of `new`; there are none across languages, where
    the status of a clause with an ancestor is "translated". `similarity` is 0 to 1.
    """

    new: TaggedClause | None
    old: tuple[TaggedClause, ...]
    status: Status
    moved: bool = False
    similarity: float = 0.0
    old_verb: Verb | None = None
    new_verb: Verb | None = None
    themes_gained: tuple[str, ...] = ()
    themes_lost: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def verb_change(self) -> str | None:
        """As `verbs.change_of`: "strengthened", "weakened", "same" or None."""
        return change_of(self.old_verb, self.new_verb)

    @property
    def old_text(self) -> str:
        """The text that `edits` start from."""
        return BETWEEN.join(item.clause.text for item in self.old)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The clauses of the new version in their order, then those that were dropped, in theirs.

    `split_ids` are the ids of old clauses that became several.
    """

    old: tuple[TaggedClause, ...]
    new: tuple[TaggedClause, ...]
    changes: tuple[ClauseChange, ...]
    split_ids: frozenset[str]

    @property
    def counts(self) -> dict[Status, int]:
        """How many clauses have each status that occurs."""
        found = Counter(change.status for change in self.changes)
        return {status: found[status] for status in STATUSES if found[status]}

    def theme_counts(self, theme: str) -> tuple[int, int]:
        """How many clauses carry a theme in the old and in the new version."""
        return sum(theme in item.themes for item in self.old), sum(theme in item.themes for item in self.new)


def compare(old: Sequence[TaggedClause], new: Sequence[TaggedClause], encoder: Encoder) -> Comparison:
    """What became of each clause of `old` in `new`, both the tagged clauses of one document, in one language or two."""
    alignment = align([item.clause for item in old], [item.clause for item in new], encoder)
    moved = _moved(alignment.ancestors)
    changes = [
        _change([old[j] for j in ancestors], item, alignment.similarity[i], moved=i in moved)
        for i, (item, ancestors) in enumerate(zip(new, alignment.ancestors, strict=True))
    ]
    heirs = [j for ancestors in alignment.ancestors for j in ancestors]
    for j in sorted(set(range(len(old))) - set(heirs)):
        verb = opening_verb(old[j].clause.text, old[j].clause.lang)
        changes.append(ClauseChange(None, (old[j],), "dropped", old_verb=verb, themes_lost=old[j].themes))
    split = frozenset(old[j].clause.id for j in set(heirs) if heirs.count(j) > 1)
    return Comparison(tuple(old), tuple(new), tuple(changes), split)


def _change(old: Sequence[TaggedClause], new: TaggedClause, similarity: float, *, moved: bool) -> ClauseChange:
    new_verb = opening_verb(new.clause.text, new.clause.lang)
    if not old:
        return ClauseChange(new, (), "new", new_verb=new_verb, themes_gained=new.themes)
    before = {theme for item in old for theme in item.themes}
    known = load_taxonomy().ids
    across = old[0].clause.lang != new.clause.lang
    old_text = BETWEEN.join(item.clause.text for item in old)
    return ClauseChange(
        new,
        tuple(old),
        "translated" if across else status_of(old_text, new.clause.text),
        moved=moved,
        similarity=similarity,
        old_verb=opening_verb(old[0].clause.text, old[0].clause.lang),
        new_verb=new_verb,
        themes_gained=tuple(theme for theme in known if theme in new.themes and theme not in before),
        themes_lost=tuple(theme for theme in known if theme in before and theme not in new.themes),
        edits=() if across else tuple(edits(old_text, new.clause.text)),
    )


def status_of(old: str, new: str) -> Status:
    """How a clause changed: "same" (identical apart from punctuation, case, numbers and dates), "expanded" (matter was put in and
    next to none taken out), "reduced" (the other way round) or "reworded", as is one whose opening verb is another or only
    intensified ("strongly").
    """
    if says_the_same(old, new):
        return "same"
    before, after = sense(old), sense(new)
    codes = Indel.opcodes(before, after)
    out = len(weighty(key for code in codes if code.tag == "delete" for key in before[code.src_start : code.src_end]))
    put = len(weighty(key for code in codes if code.tag == "insert" for key in after[code.dest_start : code.dest_end]))
    if put and put >= _ONE_SIDED * out and out <= max(1, _NEXT_TO_NOTHING * len(before)):
        return "expanded"
    if out and out >= _ONE_SIDED * put and put <= max(1, _NEXT_TO_NOTHING * len(after)):
        return "reduced"
    return "reworded"


def _moved(ancestors: Sequence[Sequence[int]]) -> set[int]:
    """The numbers of the new clauses that stand out of order: all but a longest run of clauses whose ancestors rise."""
    linked = [(i, found[0]) for i, found in enumerate(ancestors) if found]
    tails: list[int] = []
    ends: list[int] = []
    before: dict[int, int] = {}
    for at, (_, j) in enumerate(linked):
        # Clauses that were split off one ancestor follow each other: equal numbers are in order.
        place = bisect_left(tails, j + 1)
        before[at] = ends[place - 1] if place else -1
        tails[place : place + 1] = [j]
        ends[place : place + 1] = [at]
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(linked[at][0])
        at = before[at]
    return {i for i, _ in linked} - kept


def change_record(change: ClauseChange) -> dict[str, Any]:
    """A change as JSON values. Offsets of `edits` point into the texts of `old`, joined by a line break, and of `new`."""
    return {
        "new": tagged_record(change.new) if change.new else None,
        "old": [tagged_record(item) for item in change.old],
        "status": change.status,
        "moved": change.moved,
        "similarity": change.similarity,
        "verb": {
            "old": change.old_verb.label if change.old_verb else None,
            "new": change.new_verb.label if change.new_verb else None,
            "change": change.verb_change,
        },
        "themes_gained": list(change.themes_gained),
        "themes_lost": list(change.themes_lost),
        "edits": [
            {"change": edit.change, "old": [edit.old_start, edit.old_end], "new": [edit.new_start, edit.new_end]}
            for edit in change.edits
        ],
    }
