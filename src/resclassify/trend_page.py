"""Trends as one page with everything inside: figures, the table, and behind every point its clauses; it needs no network."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from resclassify.trend_tables import band, percent
from resclassify.trends import FEWEST, Point, Trends

# Beyond so many clauses a page is too heavy for a browser with whole texts.
_MOST_WHOLE = 20_000
_CUT = 200
_STYLE = """
:root{color-scheme:light}
body{font:16px/1.55 system-ui,"Segoe UI","Noto Sans Arabic","DejaVu Sans",sans-serif;color:#111827}
body{max-width:76rem;margin:1.5rem auto;padding:0 1rem}
h2{margin-top:2.2rem}
.figure{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid #e5e7eb;text-align:start;vertical-align:top}
thead th{position:sticky;top:0;background:#fff;border-bottom:2px solid #9ca3af}
button{font:inherit;color:#0b6fb8;background:none;border:0;padding:0;text-decoration:underline;cursor:pointer}
.missing{color:#6b7280}
#clauses{outline:none}
#clauses article{border-top:1px solid #e5e7eb;padding:.6rem 0}
#clauses p{margin:.2rem 0;white-space:pre-line}
#clauses .of{color:#4b5563;font-size:.88rem}
.review{background:#ffe8a3;border-radius:.6rem;padding:0 .5rem;font-size:.85rem}
@media print{.figure{overflow:visible}thead th{position:static}}
"""
_SCRIPT = """
{
const kept = JSON.parse(document.getElementById('kept').textContent);
const list = document.getElementById('clauses');
function show(id) {
  const point = kept.points[id];
  if (!point) return;
  list.replaceChildren();
  const head = document.createElement('h3');
  head.textContent = point.title;
  head.dir = 'auto';
  list.append(head);
  for (const place of point.clauses) {
    const clause = kept.clauses[place];
    const article = document.createElement('article');
    const of = document.createElement('div');
    of.className = 'of';
    const name = document.createElement('bdi');
    name.textContent = clause.symbol + (clause.number ? ', ' + clause.number : '') + ' (' + clause.id + ') ';
    of.append(name);
    if (clause.review) {
      const mark = document.createElement('span');
      mark.className = 'review';
      mark.textContent = 'for review';
      of.append(mark);
    }
    const text = document.createElement('p');
    text.textContent = clause.text;
    text.lang = clause.lang;
    text.dir = clause.lang === 'ar' ? 'rtl' : 'ltr';
    article.append(of, text);
    list.append(article);
  }
  list.hidden = false;
  list.scrollIntoView({behavior: 'smooth', block: 'start'});
  list.focus({preventScroll: true});
}
document.addEventListener('click', event => {
  const button = event.target.closest('button[data-point]');
  if (button) show(button.dataset.point);
});
for (const [name, figure] of Object.entries(kept.figures)) {
  vegaEmbed('#figure-' + name, figure, {actions: false, renderer: 'svg'}).then(found => {
    found.view.addEventListener('click', (event, item) => {
      if (item && item.datum && item.datum.id !== undefined) show(item.datum.id);
    });
  });
}
}
"""


def to_page(trends: Trends, figures: Mapping[str, Mapping[str, Any]], javascript: str) -> str:
    """The page: `figures` are Vega-Lite specifications by name, `javascript` what draws them.

    The clauses of a point show where it, or its count in the table, is clicked; each in its own direction of writing. Texts of
    more than 20,000 clauses are cut to their beginnings, and the page says so.
    """
    title = f"Themes by {trends.by}"
    notes = list(trends.notes)
    kept = _kept(trends, figures)
    if len(kept["clauses"]) > _MOST_WHOLE:
        notes.append(
            f"texts are cut to {_CUT} letters here, since there are more than {_MOST_WHOLE:,} clauses; the tables hold them whole"
        )
    parts = ["<!doctype html>", f'<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>']
    parts.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
    parts += [f"<style>{_STYLE}</style></head><body>", f"<h1>{html.escape(title)}</h1>"]
    parts.append("<p>Click a point, or a count in the table, for its clauses.</p>")
    parts += ['<ul class="notes">', *(f'<li dir="auto">{html.escape(note)}</li>' for note in notes), "</ul>"]
    parts += [f'<div class="figure" id="figure-{html.escape(name)}"></div>' for name in figures]
    parts += ['<section id="clauses" tabindex="-1" aria-live="polite" hidden></section>', "<h2>All points</h2>", *_table(trends)]
    # Nothing inside may end the element: JSON needs no "<", and of the script nothing else may be changed.
    content = json.dumps(kept, ensure_ascii=False).replace("<", "\\u003c")
    script = javascript.replace("</script", "<\\/script")
    parts.append(f"<script>{script}</script>")
    parts.append(f'<script type="application/json" id="kept">{content}</script>')
    return "\n".join([*parts, f"<script>{_SCRIPT}</script>", "</body></html>", ""])


def _kept(trends: Trends, figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the script reads: figures, points by number, and each clause once."""
    places = sorted({place for point in trends.points for place in point.clauses})
    whole = len(places) <= _MOST_WHOLE
    clauses = {}
    for place in places:
        item = trends.observations[place]
        clauses[place] = {
            "symbol": item.source.symbol or item.source.name,
            "id": item.id,
            "number": item.number,
            "lang": item.lang,
            "text": item.text if whole or len(item.text) <= _CUT else item.text[:_CUT] + "…",
            "review": item.review,
        }
    points = {number: {"title": _title(point), "clauses": point.clauses} for number, point in enumerate(trends.points)}
    return {"figures": figures, "points": points, "clauses": clauses}


def _title(point: Point) -> str:
    where = f"{point.group} {point.key}".strip()
    panel = ", matched panel" if point.panel == "matched" else ""
    return f"{where}, {point.theme}{panel}: {point.count or 0} of {point.total or 0} clauses"


def _table(trends: Trends) -> list[str]:
    heads = ("point", "theme", "sample", "n/N", "share", "corrected [95 % band]", "for review", "without review", "documents")
    parts = ["<div class=figure><table><thead><tr>", *(f"<th>{head}</th>" for head in heads), "</tr></thead><tbody>"]
    for number, point in enumerate(trends.points):
        parts.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(number, point))}</tr>")
    return [*parts, "</tbody></table></div>"]


def _cells(number: int, point: Point) -> list[str]:
    name = f'<bdi dir="auto">{html.escape(f"{point.group} {point.key}".strip())}</bdi>'
    unread = f", {point.unread} not read" if point.unread else ""
    if point.count is None or point.sure is None:
        gone = '<span class="missing">not read</span>' if point.unread else '<span class="missing">no document</span>'
        return [name, html.escape(point.theme), point.panel, gone, "", "", "", "", f"0{unread}"]
    count, total = point.sure
    share = percent(point.share) if point.share is not None else f'<span class="missing">N &lt; {FEWEST}</span>'
    return [
        name,
        html.escape(point.theme),
        point.panel,
        f'<button data-point="{number}">{point.count}/{point.total}</button>',
        share,
        band(point),
        f"{point.review_count} of n, {point.review_total} of N",
        f"{count}/{total} {percent(point.sure_share)}".strip(),
        f"{point.documents}{unread}",
    ]
