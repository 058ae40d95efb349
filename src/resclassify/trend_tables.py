"""Trends as tables: rows of plain values, as CSV, Parquet and text for a terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from resclassify.trends import FEWEST, Point, Trends

Row = dict[str, Any]
_WHOLE = "int64"
_SHARE = "float64"
_WORD = "string"
# The columns of each table, in order, with their types: a table without rows has them too.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "trends": {
        "panel": _WORD, "group": _WORD, "point": _WORD, "theme": _WORD, "count": _WHOLE, "total": _WHOLE, "share": _SHARE,
        "corrected": _SHARE, "low": _SHARE, "high": _SHARE, "review_count": _WHOLE, "review_total": _WHOLE,
        "count_without_review": _WHOLE, "total_without_review": _WHOLE, "share_without_review": _SHARE, "documents": _WHOLE,
        "documents_not_read": _WHOLE,
    },
    "clauses": {
        "panel": _WORD, "group": _WORD, "point": _WORD, "theme": _WORD, "clause": _WORD, "document": _WORD, "symbol": _WORD,
        "number": _WORD, "lang": _WORD, "review": "bool", "probability": _SHARE, "text": _WORD,
    },
    "together": {
        "group": _WORD, "point": _WORD, "theme": _WORD, "with": _WORD, "count": _WHOLE, "with_count": _WHOLE, "both": _WHOLE,
        "total": _WHOLE, "share": _SHARE,
    },
    "addressees": {
        "group": _WORD, "point": _WORD, "addressee": _WORD, "theme": _WORD, "count": _WHOLE, "total": _WHOLE, "share": _SHARE,
    },
}  # fmt: skip


def point_row(point: Point) -> Row:
    """A point as a row of the table `trends`; None where nothing was read, or where N is too small for a share."""
    band, sure = point.corrected, point.sure
    return {
        "panel": point.panel,
        "group": point.group,
        "point": point.key,
        "theme": point.theme,
        "count": point.count,
        "total": point.total,
        "share": _rounded(point.share),
        "corrected": _rounded(band.value if band else None),
        "low": _rounded(band.low if band else None),
        "high": _rounded(band.high if band else None),
        "review_count": point.review_count if sure else None,
        "review_total": point.review_total if sure else None,
        "count_without_review": sure[0] if sure else None,
        "total_without_review": sure[1] if sure else None,
        "share_without_review": _rounded(point.sure_share),
        "documents": point.documents,
        "documents_not_read": point.unread,
    }


def tables(trends: Trends) -> dict[str, list[Row]]:
    """The tables by name: `trends`, a row a point and theme; `clauses`, the clauses behind each; `together`, themes of one
    clause; `addressees`, who is asked to act. In the last two the point "" is all of them together.
    """
    return {
        "trends": [point_row(point) for point in trends.points],
        "clauses": [row for point in trends.points for row in _clause_rows(trends, point)],
        "together": [
            {
                "group": item.group,
                "point": item.key,
                "theme": item.one,
                "with": item.other,
                "count": item.ones,
                "with_count": item.others,
                "both": item.both,
                "total": item.total,
                "share": _rounded(item.share),
            }
            for item in trends.overlaps
        ],
        "addressees": [
            {
                "group": item.group,
                "point": item.key,
                "addressee": item.addressee,
                "theme": item.theme,
                "count": item.count,
                "total": item.total,
                "share": _rounded(item.share),
            }
            for item in trends.asked
        ],
    }


def _clause_rows(trends: Trends, point: Point) -> list[Row]:
    rows = []
    for place in point.clauses:
        item = trends.observations[place]
        rows.append(
            {
                "panel": point.panel,
                "group": point.group,
                "point": point.key,
                "theme": point.theme,
                "clause": item.id,
                "document": item.source.name,
                "symbol": item.source.symbol,
                "number": item.number,
                "lang": item.lang,
                "review": item.review,
                "probability": item.probabilities.get(point.theme),
                "text": item.text,
            }
        )
    return rows


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def to_csv(name: str, rows: Sequence[Row]) -> bytes:
    """A table of `COLUMNS` as CSV in UTF-8; an empty cell is what is missing."""
    sink = io.StringIO()
    writer = csv.DictWriter(sink, fieldnames=list(COLUMNS[name]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode("utf-8")


def to_parquet(name: str, rows: Sequence[Row]) -> bytes:
    """A table of `COLUMNS` as Parquet; a null is what is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {_WHOLE: pa.int64(), _SHARE: pa.float64(), _WORD: pa.string(), "bool": pa.bool_()}
    schema = pa.schema([(column, kinds[kind]) for column, kind in COLUMNS[name].items()])
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink)
    return sink.getvalue()


def to_text(trends: Trends) -> str:
    """The table `trends` for a terminal, a line a point and theme; a matched panel stands beside the full sample."""
    matched = {(point.group, point.key, point.theme): point for point in trends.points if point.panel == "matched"}
    full = [point for point in trends.points if point.panel == "full"]
    heads = [trends.by, "theme", "n/N", "share", "corrected [95 % band]", "to review", "without review"]
    heads += ["matched panel"] if matched else []
    lines = []
    last = None
    for point in full:
        if point.count is None and point.theme != full[0].theme:
            continue  # one line says that nothing was read
        name = f"{point.group} {point.key}".strip()
        cells = ["" if name == last else name, "-" if point.count is None else point.theme, *_cells(point)]
        if matched:
            cells.append(_panel_cell(matched.get((point.group, point.key, point.theme))))
        lines.append(cells)
        last = name
    widths = [max(len(row[column]) for row in [heads, *lines]) for column in range(len(heads))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *lines]]
    rows.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*rows, "", *_overlap_lines(trends), *_asked_lines(trends)]) + "\n"


def _overlap_lines(trends: Trends) -> list[str]:
    """Which themes one clause carries together, over all points."""
    themes = list(dict.fromkeys(point.theme for point in trends.points))
    pairs = {(item.one, item.other): item for item in trends.overlaps if not item.key}
    said = [
        f"  {one} and {other}: {pairs[one, other].both} clauses, of {pairs[one, other].ones} and {pairs[one, other].others}"
        for one, other in combinations(themes, 2)
        if (one, other) in pairs
    ]
    return ["themes of one clause:", *said] if said else []


def _asked_lines(trends: Trends) -> list[str]:
    """Who is asked to act, over all points."""
    found = [item for item in trends.asked if not item.key and not item.theme]
    lines = [f"  {item.addressee}: {item.count}" for item in found]
    return [f"who is asked to act, of {found[0].total} operative clauses (one may ask several):", *lines] if found else []


def _cells(point: Point) -> list[str]:
    if point.count is None or point.sure is None:
        return [f"{point.unread} not read" if point.unread else "no document", *[""] * 4]
    read = f"{point.count}/{point.total}" + (f" ({point.unread} not read)" if point.unread else "")
    share = percent(point.share) if point.share is not None else f"N < {FEWEST}"
    count, total = point.sure
    without = f"{count}/{total}" + (f" {percent(point.sure_share)}" if point.sure_share is not None else "")
    return [read, share, band(point), f"{point.review_count} of n, {point.review_total} of N", without]


def _panel_cell(point: Point | None) -> str:
    if point is None or point.count is None:
        return "-"
    share = f" {percent(point.share)}" if point.share is not None else ""
    return " ".join(f"{point.count}/{point.total}{share} {band(point)}".split())


def percent(share: float | None) -> str:
    """A share as people read it; empty where there is none."""
    return "" if share is None else f"{100 * share:.1f} %"


def band(point: Point) -> str:
    """The corrected share with its band; empty where there is none."""
    found = point.corrected
    return "" if found is None else f"{100 * found.value:.1f} % [{100 * found.low:.1f}, {100 * found.high:.1f}]"
