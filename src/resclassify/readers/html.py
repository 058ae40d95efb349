"""HTML as UN sites publish it: paragraphs, tables of layout, line breaks, superscript calls, lists of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from resclassify.errors import InputError
from resclassify.lexicon import is_arabic, list_mark, sub_mark
from resclassify.types import Line, Style

_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure h1 h2 h3
    form h4 h5 h6 header hr li main ol p pre section summary table tbody td tfoot th thead tr ul""".split()
)
_DROPPED = frozenset("script style noscript template nav footer button select input textarea iframe svg head title".split())
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NOTE_NAME = re.compile(
    r"^(foot|end)notes?([-_](list|item|body|text|content|area|section))?[-_:]?\d*$|^mso(footnote|endnote)text$|^_?(ftn|edn|fn)[-_:.]?\d+$",
    re.I,
)
_CALL_NAME = re.compile(r"#(?!.*ref)\W*_?(ftn|edn|fn|(foot|end)?note)", re.I)
_LETTERS = {"ar": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ", "en": "abcdefghijklmnopqrstuvwxyz"}
_BREAK = "\u2028"


def read_lines(content: bytes, name: str) -> list[Line]:
    """Lines of an HTML page, a line for each block.

    Raises InputError where there is no page in `content`.
    """
    parser = html.HTMLParser(encoding=_encoding(content), no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(content, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"{name}: is not an HTML page ({error}); open it in a browser and save it again") from error
    body = tree.find("body")
    lines: list[Line] = []
    for text, style in _blocks(tree if body is None else body, None):
        pieces = text.split(_BREAK)
        gap = True
        for piece in pieces:
            if piece.strip():
                lines.append(Line(" ".join(piece.split()), gap=gap, whole=len(pieces) == 1, style=style))
            gap = not piece.strip()
    return lines


def _encoding(content: bytes) -> str | None:
    """UTF-8 where the bytes are valid UTF-8 and the page names no encoding; else what lxml finds in the page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    named = re.search(rb"charset\s*=\s*[\"']?\s*([\w\-]+)", content[:4000], re.I)
    if named is not None:
        # Browsers read "iso-8859-1" as Windows-1252, and pages rely on it for their quotation marks.
        return "windows-1252" if named[1].lower() in (b"iso-8859-1", b"latin1", b"us-ascii", b"ascii") else None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1256"
    return "utf-8"


def _blocks(element: html.HtmlElement, style: Style | None) -> Iterator[tuple[str, Style | None]]:
    """Text of each block below `element`, in order, with its style."""
    gathered: list[str] = [element.text or ""]
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if _is_dropped(child, tag):
            pass
        elif tag in _BLOCKS or any(isinstance(below.tag, str) and below.tag in _BLOCKS for below in child.iterdescendants()):
            yield "".join(gathered), style
            gathered = []
            below_style = _style(child, tag, style)
            yield from _marked(_list_mark(child, tag), _blocks(child, below_style))
        else:
            gathered.append(_inline(child, tag))
        gathered.append(child.tail or "")
    yield "".join(gathered), style


def _is_dropped(element: html.HtmlElement, tag: str) -> bool:
    """Whether an element is no part of the text; the header of an article belongs to it, that of a site does not."""
    if tag == "header":
        return not any(above.tag in ("article", "section") for above in element.iterancestors())
    return (
        tag in _DROPPED or "hidden" in element.attrib or "display:none" in (element.get("style") or "").replace(" ", "").lower()
    )


def _marked(mark: str, blocks: Iterator[tuple[str, Style | None]]) -> Iterator[tuple[str, Style | None]]:
    """`blocks` with `mark` before the first that holds text, unless that text has a mark of its own."""
    for text, style in blocks:
        bare = text.strip()
        if mark and bare:
            own = (style == "footnote" and bare[0] in "([0123456789") or list_mark(bare) is not None or sub_mark(bare) is not None
            yield (text if own else f"{mark}{bare}"), style
            mark = ""
        else:
            yield text, style


def _list_mark(element: html.HtmlElement, tag: str) -> str:
    """The number that a browser shows before an item of an ordered list; empty for anything else."""
    parent = element.getparent()
    if tag != "li" or parent is None or parent.tag != "ol" or "none" in (parent.get("style") or ""):
        return ""
    number = _number(parent.get("start"), 1) - 1
    for item in parent:
        number = _number(item.get("value"), number + 1) if item.tag == "li" else number
        if item is element:
            break
    form = parent.get("type", "1")
    arabic = is_arabic(element.text_content()[:200])
    if form in ("a", "A") and 0 < number <= 26:
        letter = _LETTERS["ar" if arabic else "en"][number - 1]
        return f"({letter.upper() if form == 'A' else letter}) "
    if form in ("i", "I") and 0 < number <= 10:
        return f"({'i ii iii iv v vi vii viii ix x'.split()[number - 1]}) "
    if any(above.tag in ("ol", "ul") for above in parent.iterancestors()):
        return f"({number}) "
    return f"{number} - " if arabic else f"{number}. "


def _number(value: str | None, default: int) -> int:
    return int(value) if value is not None and re.fullmatch(r"\d{1,6}", value.strip()) else default


def _style(element: html.HtmlElement, tag: str, inherited: Style | None) -> Style | None:
    if tag in _HEADINGS:
        return "heading"
    named = f"{element.get('id', '')} {element.get('class', '')}"
    if any(_NOTE_NAME.search(word) for word in named.split()) or element.get("role") in ("doc-footnote", "doc-endnotes"):
        return "footnote"
    return inherited


def _inline(element: html.HtmlElement, tag: str) -> str:
    """Text of an inline element; a footnote call is left out, a line break kept."""
    if tag == "br":
        return _BREAK
    if _is_dropped(element, tag):
        return ""
    text = element.text_content()
    if tag == "sup" and re.fullmatch(r"[\s\[(⁽]*[\d*]{1,3}[\s\])⁾]*", text):
        return ""
    if tag == "a" and re.fullmatch(r"\s*[\[(]?\d{1,3}[\])]?\s*", text) and _CALL_NAME.search(element.get("href", "")):
        return ""
    parts = [element.text or ""]
    for child in element:
        child_tag = child.tag if isinstance(child.tag, str) else ""
        parts += [_inline(child, child_tag), child.tail or ""]
    return "".join(parts)
