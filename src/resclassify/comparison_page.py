"""A comparison as one page with everything inside: both versions side by side, in their directions of writing, with filters."""

from __future__ import annotations

import html
from collections.abc import Sequence

from resclassify.comparison import ClauseChange, Comparison
from resclassify.exports import THEME_COLOURS
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Lang, TaggedClause

WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "title": "What changed",
        "old": "Old version",
        "new": "New version",
        "status": "Status",
        "theme": "Theme",
        "all": "any theme",
        "clauses": "clauses",
        "moved": "moved",
        "split": "split",
        "merged": "merged",
        "review": "review",
        "strengthened": "strengthened",
        "weakened": "weakened",
        "same": "same",
        "reworded": "reworded",
        "expanded": "expanded",
        "reduced": "reduced",
        "translated": "aligned",
        "new_status": "new",
        "dropped": "dropped",
        "shown": "clauses shown",
        "count_note": "Clauses that carry a theme, as the model tags them; those for review are not settled.",
    },
    "ar": {
        "title": "ما الذي تغيّر",
        "old": "النص السابق",
        "new": "النص الجديد",
        "status": "الحالة",
        "theme": "الموضوع",
        "all": "أي موضوع",
        "clauses": "فقرات",
        "moved": "نُقلت",
        "split": "قُسّمت",
        "merged": "دُمجت",
        "review": "للمراجعة",
        "strengthened": "أقوى",
        "weakened": "أضعف",
        "same": "بلا تغيير",
        "reworded": "أُعيدت صياغتها",
        "expanded": "وُسّعت",
        "reduced": "اختُصرت",
        "translated": "متقابلة",
        "new_status": "جديدة",
        "dropped": "حُذفت",
        "shown": "فقرة معروضة",
        "count_note": "عدد الفقرات التي تحمل كل موضوع بحسب النموذج؛ وما وُسم للمراجعة لم يُحسم بعد.",
    },
}
_STYLE = (
    """
:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,"Segoe UI","Noto Naskh Arabic","Noto Sans Arabic",sans-serif}
body{max-width:90rem;margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:.2rem 0}
.names{color:#777}
table{border-collapse:collapse;margin:.8rem 0}
td,th{padding:.15rem .8rem;text-align:start;border-bottom:1px solid #8884;font-variant-numeric:tabular-nums}
form{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;position:sticky;top:0;padding:.5rem 0;background:Canvas;
border-bottom:1px solid #8886}
label{white-space:nowrap}
.pair{display:grid;grid-template-columns:1fr 1fr 11rem;gap:1rem;border-top:1px solid #8884;padding:.6rem 0}
.pair[hidden]{display:none}
.head{font-weight:600;border:0}
.text{white-space:pre-line;overflow-wrap:anywhere}
.n{color:#777;font-variant-numeric:tabular-nums;margin-inline-end:.5rem}
del{background:#e76f5144;text-decoration:line-through;border-radius:.2rem}
ins{background:#2a9d8f44;text-decoration:none;border-radius:.2rem}
.about{font-size:.85rem;display:flex;flex-direction:column;gap:.25rem;align-items:flex-start}
.about span{border-radius:1rem;padding:0 .6rem;border:1px solid #8886}
.status{font-weight:600}
.status.same{opacity:.6}
.status.new{background:#2a9d8f44}
.status.dropped{background:#e76f5144}
.review{background:#ffb70366}
@media (max-width:50rem){.pair{grid-template-columns:1fr}.head{display:none}}
@media print{form{display:none}body{max-width:none;margin:0;font-size:11px}ins{text-decoration:underline}
.pair{break-inside:avoid;grid-template-columns:1fr 1fr 8rem}}
"""
    + THEME_COLOURS
)
_SCRIPT = """
const form=document.querySelector('form'),rows=[...document.querySelectorAll('.pair[data-status]')];
function show(){
const on=new Set([...form.querySelectorAll('input:checked')].map(box=>box.value)),theme=form.theme.value;
let count=0;
for(const row of rows){
row.hidden=!(on.has(row.dataset.status)&&(!theme||row.dataset.themes.split(' ').includes(theme)));count+=!row.hidden}
form.querySelector('output').textContent=count}
form.addEventListener('input',show);form.addEventListener('submit',event=>event.preventDefault());show();
"""


def comparison_page(comparison: Comparison, old_name: str, new_name: str) -> str:
    """The page. Its own words are in the language of the new version; it loads nothing from elsewhere."""
    lang: Lang = next((item.clause.lang for item in (*comparison.new, *comparison.old)), "en")
    words = WORDS[lang]
    names = {theme.id: theme.names[lang] for theme in load_taxonomy().themes}
    head = f"{html.escape(old_name)} → {html.escape(new_name)}"
    parts = [
        "<!doctype html>",
        f'<html lang="{lang}" dir="{_direction(lang)}"><head><meta charset="utf-8"><title>{words["title"]}: {head}</title>',
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>',
        f"<h1>{words['title']}</h1>",
        f'<div class="names"><bdi dir="ltr">{head}</bdi></div>',
        _counts(comparison, words, names),
        _filters(comparison, words, names),
        f'<div class="pair head"><div>{words["old"]}</div><div>{words["new"]}</div><div>{words["status"]}</div></div>',
        *(_row(change, comparison, words, names) for change in _in_reading_order(comparison)),
        f"<script>{_SCRIPT}</script></body></html>",
        "",
    ]
    return "\n".join(parts)


def _direction(lang: Lang) -> str:
    return "rtl" if lang == "ar" else "ltr"


def status_word(status: str, words: dict[str, str]) -> str:
    return words["new_status"] if status == "new" else words[status]


def _counts(comparison: Comparison, words: dict[str, str], names: dict[str, str]) -> str:
    rows = []
    for theme, name in names.items():
        before, after = comparison.theme_counts(theme)
        rows.append(f"<tr><th>{html.escape(name)}</th><td>{before}</td><td>{after}</td></tr>")
    total = f"<tr><th>{words['clauses']}</th><td>{len(comparison.old)}</td><td>{len(comparison.new)}</td></tr>"
    heading = f"<tr><th></th><th>{words['old']}</th><th>{words['new']}</th></tr>"
    return f"<table>{heading}{total}{''.join(rows)}</table><p class='names'>{words['count_note']}</p>"


def _filters(comparison: Comparison, words: dict[str, str], names: dict[str, str]) -> str:
    boxes = [
        f'<label><input type="checkbox" value="{status}" checked> {status_word(status, words)} ({count})</label>'
        for status, count in comparison.counts.items()
    ]
    options = "".join(f'<option value="{theme}">{html.escape(name)}</option>' for theme, name in names.items())
    chosen = f'<label>{words["theme"]} <select name="theme"><option value="">{words["all"]}</option>{options}</select></label>'
    return f"<form>{''.join(boxes)}{chosen}<span><output>{len(comparison.changes)}</output> {words['shown']}</span></form>"


def _in_reading_order(comparison: Comparison) -> list[ClauseChange]:
    """The changes in the order of the new version, what was dropped where it stood."""
    place = {item.clause.id: at for at, item in enumerate(comparison.old)}
    kept = [change for change in comparison.changes if change.new]
    dropped = [change for change in comparison.changes if not change.new]
    ordered: list[ClauseChange] = []
    for change in kept:
        first = min((place[item.clause.id] for item in change.old), default=-1)
        while dropped and not change.moved and place[dropped[0].old[0].clause.id] < first:
            ordered.append(dropped.pop(0))
        ordered.append(change)
    return ordered + dropped


def _row(change: ClauseChange, comparison: Comparison, words: dict[str, str], names: dict[str, str]) -> str:
    items = [*change.old, *([change.new] if change.new else [])]
    themes = " ".join(dict.fromkeys(theme for item in items for theme in item.themes))
    old = _side(change.old, _marked(change, old=True))
    new = _side([change.new] if change.new else [], _marked(change, old=False))
    about = _about(change, comparison, words, names)
    return (
        f'<div class="pair" data-status="{change.status}" data-themes="{themes}">{old}{new}<div class="about">{about}</div></div>'
    )


def _side(items: Sequence[TaggedClause], text: str) -> str:
    if not items:
        return "<div></div>"
    lang = items[0].clause.lang
    labels = ", ".join(html.escape(item.clause.number or item.clause.id.rsplit("#", 1)[-1]) for item in items)
    return f'<div class="text" lang="{lang}" dir="{_direction(lang)}"><span class="n">{labels}</span>{text}</div>'


def _marked(change: ClauseChange, *, old: bool) -> str:
    """The text of one side, what it alone has marked."""
    text = change.old_text if old else change.new.clause.text if change.new else ""
    parts, at = [], 0
    for edit in change.edits:
        start, end = (edit.old_start, edit.old_end) if old else (edit.new_start, edit.new_end)
        if edit.change == ("delete" if old else "insert"):
            tag = "del" if old else "ins"
            parts.append(f"{html.escape(text[at:start])}<{tag}>{html.escape(text[start:end])}</{tag}>")
            at = end
    return "".join(parts) + html.escape(text[at:])


def _about(change: ClauseChange, comparison: Comparison, words: dict[str, str], names: dict[str, str]) -> str:
    notes = [f'<span class="status {change.status}">{status_word(change.status, words)}</span>']
    notes += [f"<span>{words['moved']}</span>"] * change.moved
    notes += [f"<span>{words['merged']}</span>"] * (len(change.old) > 1)
    notes += [f"<span>{words['split']}</span>"] * any(item.clause.id in comparison.split_ids for item in change.old)
    if change.verb_change in ("strengthened", "weakened") and change.old_verb and change.new_verb:
        verbs = f"<bdi dir='ltr'>{change.old_verb.label} → {change.new_verb.label}</bdi>"
        notes.append(f"<span>{words[change.verb_change]}: {verbs}</span>")
    notes += [f'<span class="{theme}">+ {html.escape(names[theme])}</span>' for theme in change.themes_gained]
    notes += [f'<span class="{theme}">− {html.escape(names[theme])}</span>' for theme in change.themes_lost]
    if change.new is not None:
        kept = [theme for theme in change.new.themes if theme not in change.themes_gained]
        notes += [f'<span class="{theme}">{html.escape(names[theme])}</span>' for theme in kept]
    if any(item.review for item in (change.new, *change.old) if item is not None):
        notes.append(f'<span class="review">{words["review"]}</span>')
    return "".join(notes)
