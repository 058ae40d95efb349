"""Themes by session, year, body, agenda item, kind, opening verb or addressee: counts, corrected shares, panels, overlaps.

A point never says more than was read: fewer clauses than `FEWEST` have counts and no share; a session without documents, or whose
documents were not read, is missing and not zero; what is left for review is counted by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from resclassify.observations import Observation, Source
from resclassify.prevalence import Prevalence, Rates, corrected, draws_of, mixed

FEWEST = 20
_LONGEST_RANGE = 200
By = Literal["session", "year", "body", "agenda", "kind", "verb", "addressee"]
Panel = Literal["full", "matched"]
NOBODY = "nobody"
NONE = "not known"
RatesOf = Callable[[str], Mapping[str, Rates]]


@dataclass(frozen=True, slots=True)
class Point:
    """One theme at one point of the axis. `count` of `total` clauses have the tag; None where nothing was read there.

    `review_count` of `review_total` are those for review among them. `documents` were read, `unread` were not. `group` is the
    body where sessions of several are told apart, or "". `clauses` are the positions of those with the tag in the observations.
    """

    panel: Panel
    group: str
    key: str
    theme: str
    count: int | None
    total: int | None
    review_count: int = 0
    review_total: int = 0
    documents: int = 0
    unread: int = 0
    corrected: Prevalence | None = None
    clauses: tuple[int, ...] = ()

    @property
    def share(self) -> float | None:
        """The raw share; None below `FEWEST` clauses."""
        return _share(self.count, self.total)

    @property
    def sure(self) -> tuple[int, int] | None:
        """Count and total without the clauses for review."""
        if self.count is None or self.total is None:
            return None
        return self.count - self.review_count, self.total - self.review_total

    @property
    def sure_share(self) -> float | None:
        return _share(*self.sure) if self.sure else None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many of `total` clauses carry two themes: each of them (`ones`, `others`) and both."""

    group: str
    key: str
    one: str
    other: str
    ones: int
    others: int
    both: int
    total: int

    @property
    def share(self) -> float | None:
        """Of the clauses that carry `one`, the share that carry `other` too; None below `FEWEST` of them."""
        return _share(self.both, self.ones)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of `total` operative clauses at a point on `theme` ("" for any or none), how many ask `addressee` to act."""

    group: str
    key: str
    addressee: str
    theme: str
    count: int
    total: int

    @property
    def share(self) -> float | None:
        return _share(self.count, self.total)


@dataclass(frozen=True, slots=True)
class Trends:
    """All that is found. `notes` say in plain words what was left out, and what figures rest on."""

    by: By
    observations: tuple[Observation, ...]
    points: tuple[Point, ...]
    overlaps: tuple[Overlap, ...]
    asked: tuple[Asked, ...]
    notes: tuple[str, ...]


def _share(count: int | None, total: int | None) -> float | None:
    return count / total if count is not None and total is not None and total >= FEWEST else None


def find_trends(
    observations: Sequence[Observation],
    by: By,
    themes: Sequence[str],
    *,
    rates: RatesOf | None = None,
    unread: Sequence[Source] = (),
    notes: Sequence[str] = (),
) -> Trends:
    """Trends of `themes` over `observations`, each document of which is there once (`observations.count_once`).

    `rates` gives a theme's rates by language, from an evaluation; without it nothing is corrected. `unread` are documents that
    failed. Sessions of several bodies are told apart, since equal numbers are not the same time.
    """
    placed, lost = _placed(observations, by)
    said = [*notes]
    if lost:
        sources = len({observations[place].source.name for place in lost})
        said.append(f"{len(lost)} clauses of {sources} documents are not counted: their {by} is not known")
    grouped = by == "session" and len({group for group, _ in placed}) > 1
    cells = placed if grouped else _merged(placed)
    if not grouped:
        said += [f"sessions of the {group}" for group, _ in list(placed)[:1] if group not in ("", NONE)]
    order = _ordered(cells, by, _unread_keys(unread, by, grouped))
    counted = _counted(observations, cells, order, themes, "full", rates, _unread_keys(unread, by, grouped))
    panel, why = _matched(observations, cells, order, by)
    if panel:
        counted += _counted(observations, panel, order, themes, "matched", rates, Counter())
    said.append(why)
    if unread:
        said.append(
            f"{len(unread)} documents were not read and are missing, not zero: {', '.join(item.name for item in unread[:5])}"
        )
    return Trends(
        by,
        tuple(observations),
        tuple(counted),
        tuple(_overlaps(observations, cells, order, themes)),
        tuple(_asked(observations, cells, order, themes)),
        tuple(text for text in said if text),
    )


Cell = tuple[str, str]
Cells = dict[Cell, list[int]]


def _keys(item: Observation, by: By) -> tuple[str, ...]:
    """Where on the axis a clause is; in several places where it asks several to act, in none where that is not known."""
    source = item.source
    if by == "addressee":
        return (item.addressees or (NOBODY,)) if item.kind != "preambular" else ()
    found: str | int | None = {
        "session": source.session,
        "year": source.year,
        "body": source.body,
        "agenda": _agenda(source),
        "kind": item.kind,
        "verb": item.verb or NONE,
    }[by]
    return () if found is None else (str(found),)


def _agenda(source: Source) -> str | None:
    """An item of an agenda; with its session, since each session numbers its items anew."""
    if source.agenda_item is None or source.session is None:
        return source.agenda_item
    return f"{source.agenda_item} (session {source.session})"


def _placed(observations: Sequence[Observation], by: By) -> tuple[Cells, list[int]]:
    cells: Cells = defaultdict(list)
    lost = []
    for place, item in enumerate(observations):
        keys = _keys(item, by)
        if not keys and not (by == "addressee" and item.kind == "preambular"):
            lost.append(place)
        for key in keys:
            cells[(item.source.body or NONE) if by == "session" else "", key].append(place)
    return dict(cells), lost


def _merged(cells: Cells) -> Cells:
    merged: Cells = defaultdict(list)
    for (_, key), places in cells.items():
        merged["", key] += places
    return dict(merged)


def _unread_keys(unread: Sequence[Source], by: By, grouped: bool) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for source in unread:
        value = {"session": source.session, "year": source.year, "body": source.body, "agenda": _agenda(source)}.get(by)
        if value is not None:
            found[(source.body or NONE) if grouped else "", str(value)] += 1
    return found


def _ordered(cells: Cells, by: By, unread: Mapping[Cell, int]) -> list[Cell]:
    """The points of the axis in order: numbers with the gaps between them, words by how many clauses they have."""
    held = [*cells, *(cell for cell in unread if cell not in cells)]
    if by not in ("session", "year"):
        return sorted(held, key=lambda cell: (cell[0], -len(cells.get(cell, [])), cell[1]))
    order = []
    for group in sorted({group for group, _ in held}):
        numbers = sorted({int(key) for other, key in held if other == group})
        whole = range(numbers[0], numbers[-1] + 1)
        order += [(group, str(number)) for number in (whole if len(whole) <= _LONGEST_RANGE else numbers)]
    return order


def _counted(
    observations: Sequence[Observation],
    cells: Cells,
    order: Sequence[Cell],
    themes: Sequence[str],
    panel: Panel,
    rates: RatesOf | None,
    unread: Mapping[Cell, int],
) -> list[Point]:
    points = []
    for cell in order:
        places = cells.get(cell, [])
        items = [observations[place] for place in places]
        for theme in themes:
            point = Point(panel, cell[0], cell[1], theme, None, None, unread=unread.get(cell, 0))
            if items:
                having = tuple(place for place, item in zip(places, items, strict=True) if theme in item.themes)
                point = replace(
                    point,
                    count=len(having),
                    total=len(items),
                    review_count=sum(observations[place].review for place in having),
                    review_total=sum(item.review for item in items),
                    documents=len({item.source.name for item in items}),
                    corrected=_corrected(items, theme, len(having), rates),
                    clauses=having,
                )
            points.append(point)
    return points


def _corrected(items: Sequence[Observation], theme: str, count: int, rates: RatesOf | None) -> Prevalence | None:
    if rates is None or len(items) < FEWEST:
        return None
    known, spoken = rates(theme), Counter(str(item.lang) for item in items)
    if not set(spoken) <= set(known) or not all(known[lang].tell for lang in spoken):
        return None
    names = [f"{item.source.key} {item.id}" for item in items]
    return corrected(count, len(items), mixed(known, spoken), draws_of([theme, *names]))


def _matched(observations: Sequence[Observation], cells: Cells, order: Sequence[Cell], by: By) -> tuple[Cells, str]:
    """The clauses of series that are there at both ends of the range, in each group; and what to say of them."""
    if by not in ("session", "year"):
        return {}, ""
    panel: Cells = {}
    series = 0
    ends_said = []
    for group in dict.fromkeys(group for group, _ in order):
        held = [cell for cell in order if cell[0] == group and cell in cells]
        if len(held) < 2:
            continue
        ends = [{observations[place].source.series for place in cells[cell]} - {None} for cell in (held[0], held[-1])]
        both = ends[0] & ends[1]
        series += len(both)
        ends_said.append(f"{held[0][1]} and {held[-1][1]}")
        for cell in held if both else []:
            panel[cell] = [place for place in cells[cell] if observations[place].source.series in both]
    panel = {cell: places for cell, places in panel.items() if places}
    if not ends_said:
        return {}, f"no matched panel: there is one {by} alone"
    if not series:
        return {}, f"no matched panel: no series of resolutions, by title or column 'series', is there in both {ends_said[0]}"
    return panel, f"matched panel: {series} series that are there in both {'; '.join(ends_said)}"


def _overlaps(
    observations: Sequence[Observation], cells: Cells, order: Sequence[Cell], themes: Sequence[str]
) -> Iterator[Overlap]:
    """Every two themes, at each point; then over all points, with the key ""."""
    everywhere = sorted({place for places in cells.values() for place in places})
    for (group, key), places in [*((cell, cells[cell]) for cell in order if cell in cells), (("", ""), everywhere)]:
        counts: Counter[tuple[str, ...]] = Counter()
        for place in places:
            held = [theme for theme in themes if theme in observations[place].themes]
            counts.update((theme,) for theme in held)
            counts.update(combinations(held, 2))
        for one in themes:
            for other in themes:
                if one != other:
                    both = counts[one, other] + counts[other, one]
                    yield Overlap(group, key, one, other, counts[one,], counts[other,], both, len(places))


def _asked(observations: Sequence[Observation], cells: Cells, order: Sequence[Cell], themes: Sequence[str]) -> Iterator[Asked]:
    """Who is asked to act by operative clauses, at each point; then over all points, with the key ""."""
    everywhere = sorted({place for places in cells.values() for place in places})
    for (group, key), places in [*((cell, cells[cell]) for cell in order if cell in cells), (("", ""), everywhere)]:
        items = [observations[place] for place in places if observations[place].kind != "preambular"]
        counts: Counter[tuple[str, str]] = Counter()
        totals = Counter(theme for item in items for theme in item.themes)
        for item in items:
            for addressee in item.addressees or (NOBODY,):
                counts.update((addressee, theme) for theme in ("", *item.themes))
        sizes = {"": len(items), **totals}
        for addressee in sorted({name for name, _ in counts}, key=lambda name: (-counts[name, ""], name)):
            for theme in ("", *themes):
                yield Asked(group, key, addressee, theme, counts[addressee, theme], sizes.get(theme, 0))
