"""Pieces of HTML for notebooks: tables, figures, clauses with their evidence, word differences; each in its direction of writing.

Styles stand on the elements themselves, since viewers of notebooks take style sheets away; the colours suit light and dark.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from resclassify.comparison import ClauseChange
from resclassify.comparison_page import WORDS, status_word
from resclassify.exports import THEME_SHADES, Record, marked_pieces
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Lang, TaggedClause

_FONT = "font-family:system-ui,'Segoe UI','Noto Naskh Arabic','Noto Sans Arabic',sans-serif;line-height:1.7"
_BLOCK = f"border-top:1px solid #8884;padding:.5rem 0;max-width:60rem;text-align:start;{_FONT}"
_CELL = "text-align:start;vertical-align:top;padding:.2rem .9rem;border-bottom:1px solid #8884;white-space:pre-line"
_CHIP = "display:inline-block;border:1px solid #8886;border-radius:1rem;padding:0 .7rem;margin-inline-end:.4rem;font-size:.85em"
_QUIET = "color:#777;margin-inline-end:.6rem"
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3}
_SIZE = re.compile(
    r'<svg\b(?=[^>]*\s(?P<w>width="(?P<width>[\d.]+)(?P<unit>px|pt|)"))(?=[^>]*\s(?P<h>height="(?P<height>[\d.]+)(?P=unit)"))[^>]*>'
)
_REVIEW, _DELETED, _INSERTED = "#ffb70366", "#e76f5144", "#2a9d8f44"


def clauses_html(records: Iterable[Record], notes: Mapping[str, str] | None = None) -> str:
    """Tagged clauses, in the form of `exports.tagged_record`: the words that carried a theme in its colour, the tags with their
    probabilities, and what is for review. `notes` adds a word to the clause of that id.
    """
    return "".join(_clause(record, (notes or {}).get(record["id"])) for record in records)


def _clause(record: Record, note: str | None) -> str:
    lang: Lang = record["lang"]
    name = record["number"] or record["id"].rsplit("#", 1)[-1]
    text = "".join(
        f'<mark style="color:inherit;background:{THEME_SHADES.get(theme, _REVIEW)}">{html.escape(piece)}</mark>'
        if theme
        else html.escape(piece)
        for piece, theme in marked_pieces(record["text"], record["evidence"])
    )
    tags = [_theme(theme, lang, f" <bdi>{record['probabilities'][theme]:.2f}</bdi>") for theme in record["themes"]]
    tags += [_chip(WORDS[lang]["review"], _REVIEW)] * bool(record["review"])
    tags += [_chip(html.escape(note))] if note else []
    return _block(lang, f"{_name(name)}{text}", tags)


def changes_html(changes: Iterable[ClauseChange]) -> str:
    """What became of clauses: words taken out struck through, words put in marked, in one running text; the status, the change
    of the verb, themes gained and lost. Across languages, where there are no differences of words, both texts.
    """
    return "".join(_change(change) for change in changes)


def _change(change: ClauseChange) -> str:
    kept = change.new or change.old[0]
    lang, words = kept.clause.lang, WORDS[kept.clause.lang]
    shade = {"new": _INSERTED, "dropped": _DELETED}.get(change.status, "")
    notes = [_chip(status_word(change.status, words), shade)]
    notes += [_chip(words["moved"])] * change.moved + [_chip(words["merged"])] * (len(change.old) > 1)
    if change.verb_change in ("strengthened", "weakened") and change.old_verb and change.new_verb:
        notes.append(_chip(f"{words[change.verb_change]}: <bdi>{change.old_verb.label} → {change.new_verb.label}</bdi>"))
    notes += [_theme(theme, lang, "", before="+ ") for theme in change.themes_gained]
    notes += [_theme(theme, lang, "", before="− ") for theme in change.themes_lost]
    if change.status == "translated":
        before = _block(change.old[0].clause.lang, _name(_names(change.old)) + html.escape(change.old_text), [])
        return before + _block(lang, _name(_names([kept])) + html.escape(kept.clause.text), notes)
    sides = (change.old, [change.new] if change.new else [])
    place = " → ".join(_names(side) for side in sides if side)
    return _block(lang, f"{_name(place)}{_differences(change)}", notes)


def _differences(change: ClauseChange) -> str:
    """One running text of both versions; a clause that is new or was dropped as it stands."""
    if not change.edits:
        return html.escape(change.new.clause.text if change.new else change.old_text)
    new = change.new.clause.text if change.new else ""
    parts = []
    for edit in change.edits:
        if edit.change == "delete":
            words = html.escape(change.old_text[edit.old_start : edit.old_end])
            parts.append(f'<del style="background:{_DELETED};text-decoration:line-through">{words}</del>')
        elif edit.change == "insert":
            words = html.escape(new[edit.new_start : edit.new_end])
            parts.append(f'<ins style="background:{_INSERTED};text-decoration:none">{words}</ins>')
        else:
            parts.append(html.escape(new[edit.new_start : edit.new_end]))
    return " ".join(parts)


def table_html(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table. Numbers that are not whole have two digits, None is empty; a cell takes the direction of its own text."""
    head = "".join(f'<th style="{_CELL}" dir="auto">{html.escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return f'<table style="border-collapse:collapse;{_FONT}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def picture(svg: bytes, widest: float = 940) -> str:
    """An SVG figure at most `widest` pixels wide: viewers of notebooks show one at the size that it names, however wide."""
    content = svg.decode("utf-8")
    size = _SIZE.match(content, max(0, content.find("<svg")))
    if size is None or float(size["width"]) * _PIXELS[size["unit"]] <= widest:
        return content
    width = float(size["width"]) * _PIXELS[size["unit"]]
    height = float(size["height"]) * _PIXELS[size["unit"]] * widest / width
    named = size[0].replace(size["w"], f'width="{widest:g}"').replace(size["h"], f'height="{height:.1f}"')
    return content.replace(size[0], named, 1)


def _cell(value: object) -> str:
    said = "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
    return f'<td style="{_CELL}" dir="auto">{html.escape(said)}</td>'


def _block(lang: Lang, body: str, notes: Sequence[str]) -> str:
    direction, style = ("rtl", f"{_BLOCK};font-size:1.1em") if lang == "ar" else ("ltr", _BLOCK)
    below = f"<div>{''.join(notes)}</div>" if notes else ""
    return f'<div lang="{lang}" dir="{direction}" style="{style}"><div style="white-space:pre-line">{body}</div>{below}</div>'


def _names(items: Sequence[TaggedClause]) -> str:
    return ", ".join(item.clause.number or item.clause.id.rsplit("#", 1)[-1] for item in items)


def _name(name: str) -> str:
    # Left to right as a whole, so that an arrow points from the old to the new; the margin follows the block's direction.
    return f'<span style="{_QUIET}"><bdi dir="ltr">{html.escape(name)}</bdi></span>'


def _theme(theme: str, lang: Lang, after: str, before: str = "") -> str:
    names = {item.id: item.names[lang] for item in load_taxonomy().themes}
    return _chip(f"{before}{html.escape(names.get(theme, theme))}{after}", THEME_SHADES.get(theme, ""))


def _chip(content: str, shade: str = "") -> str:
    ground = f";background:{shade}" if shade else ""
    return f'<span style="{_CHIP}{ground}">{content}</span>'
