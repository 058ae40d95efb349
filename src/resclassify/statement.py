"""The text of a resolution as the elements of an Akoma Ntoso `statement`: every line, clause or not, in its room.

`akoma_ntoso` says what is followed, and adds the metadata.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from resclassify import lexicon
from resclassify.exports import Record
from resclassify.types import Document, Lang

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
# Sub-paragraphs of Arabic resolutions are lettered in this order, where English ones go from a to z.
_ABJAD = str.maketrans("أبجدهوزحطيكلمنسعفصقرشتثخذضاإ", "abcdefghijklmnopqrstuvwxyzaa")


def add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    """A new last child of `parent`, in its namespace, or in that of `tag` where it names one.

    An attribute that is None is left out; `as_` is `as`, `lang` is `xml:lang`. What XML cannot hold becomes U+FFFD.
    """
    element = etree.SubElement(parent, tag if tag[0] == "{" else f"{{{etree.QName(parent).namespace}}}{tag}")
    for key, value in attributes.items():
        if value is not None:
            element.set(_XML_LANG if key == "lang" else key.rstrip("_"), fit(value))
    if text is not None:
        element.text = fit(text)
    return element


def fit(text: str) -> str:
    """`text` with what XML cannot hold (control characters, lone surrogates) as U+FFFD, one for one."""
    return _NOT_XML.sub("\ufffd", text)


def add_lines(parent: etree._Element, text: str) -> None:
    """A `p` for each line of `text` that holds anything."""
    for line in text.split("\n"):
        if line.strip():
            add(parent, "p", line.strip())


def slug(text: str) -> str:
    """`text` as a part of an id: Western digits, ASCII letters and digits, all else a dash."""
    western = text.translate(_WESTERN).replace("مكرر", " bis")
    return re.sub(r"[^A-Za-z0-9_]+", "-", western).strip("-")


def theme_id(theme: str) -> str:
    """The id of the concept of a theme."""
    return f"theme_{slug(theme)}"


@dataclass(slots=True)
class _Item:
    """A clause or a sub-paragraph: its mark as printed, its own words, what stands below it."""

    num: str
    text: str
    level: int = 0
    items: list[_Item] = field(default_factory=list)


def _outline(record: Record, num: str) -> _Item:
    """A clause as a tree, by the levels of its sub-paragraphs."""
    text, parts = record["text"], record["parts"]
    root = _Item(num, text[: parts[0]["start"]] if parts else text)
    above = [root]
    for part in parts:
        piece = text[part["start"] : part["end"]]
        mark = lexicon.sub_mark(piece)
        end = mark.end if mark else 0
        item = _Item(piece[:end].strip(), piece[end:], part["level"])
        while len(above) > 1 and above[-1].level >= item.level:
            above.pop()
        above[-1].items.append(item)
        above.append(item)
    return root


class Statement:
    """Walks a text once and puts every line into its room.

    `rooms` are the parts of a statement, in order; those without children are not wanted. `annexes` holds the empty `meta` of
    each annex, `places` the id of each clause's element. `printed` is the number that may stand before the title, `lang` the
    language of the whole.
    """

    def __init__(self, document: Document, printed: str, lang: Lang) -> None:
        self.document, self.printed, self.lang = document, printed, lang
        self.rooms = {name: _room(name, lang) for name in ("preface", "preamble", "mainBody", "conclusions", "attachments")}
        self.annexes: list[etree._Element] = []
        self.places: list[tuple[str, Record]] = []
        self.taken: set[str] = set()
        self.body = self.rooms["mainBody"]
        self.in_preamble = True
        self.annex: str | None = None
        self.group: etree._Element | None = None

    def walk(self, records: Sequence[Record]) -> None:
        end = 0
        for record in records:
            lines, lead = _between(self.document.text[end : record["start"]])
            if record["number"] is None and _holds(lead):
                lines.append(lead.strip())
            self._move(lines if end else self._open(lines), record)
            self._clause(record, lead.strip())
            end = record["end"]
        lines, lead = _between(self.document.text[end:])
        lines += [lead.strip()] if _holds(lead) else []
        self._close(lines if end else self._open(lines))
        if not len(self.rooms["mainBody"]):
            add(self.rooms["mainBody"], "p")  # the schema wants something here

    def _open(self, lines: list[str]) -> list[str]:
        """Puts away the first page and the opening formula; what is left of `lines`."""
        formula = next((place for place, line in enumerate(lines) if lexicon.chapeau_end(line) is not None), len(lines))
        said, preface = self.document.metadata, self.rooms["preface"]
        wanted = (("docTitle", said.title), ("docNumber", said.symbol), ("docNumber", self.printed))
        marks = [(name, words) for name, words in wanted if words]
        for line in lines[:formula]:
            _mark(add(preface, "p"), line, marks)
        if ("docTitle", said.title) in marks:
            add(add(preface, "p"), "docTitle", said.title)
        if formula < len(lines):
            add_lines(add(self.rooms["preamble"], "formula", name="enactingFormula", eId="formula_1"), lines[formula])
        return lines[formula + 1 :]

    def _move(self, lines: list[str], record: Record) -> None:
        """Goes to the room that a clause belongs to, and puts away the lines before it."""
        annex = record["annex"]
        if annex is not None and annex != self.annex:
            place = max((place for place, line in enumerate(lines) if line == annex.strip()), default=len(lines))
            self._close(lines[:place])
            self._open_annex(annex)
            lines = lines[place + 1 :]
        elif annex is None:
            self.body, self.annex = self.rooms["mainBody"], None
            self.in_preamble = self.in_preamble and record["kind"] == "preambular"
        self._put(self.rooms["preamble"] if self.in_preamble and annex is None else self.body, lines)

    def _close(self, lines: Sequence[str]) -> None:
        """Puts away what follows the last clause of the resolution, or of an annex."""
        self._put(self.rooms["conclusions"] if self.annex is None and not self.in_preamble else self.body, lines)

    def _put(self, room: etree._Element, lines: Sequence[str]) -> None:
        for line in lines:
            add(room, "p", line)
            self.group = None

    def _open_annex(self, heading: str) -> None:
        attachment = add(self.rooms["attachments"], "attachment", eId=f"att_{len(self.annexes) + 1}")
        add(attachment, "heading", heading)
        annexed = add(attachment, "doc", name="annex")
        self.annexes.append(add(annexed, "meta"))
        self.body, self.annex = add(annexed, "mainBody", lang=self.lang), heading

    def _clause(self, record: Record, lead: str) -> None:
        item = _outline(record, "" if record["number"] is None else lead or record["number"])
        number, annexed = slug(record["number"] or ""), record["annex"] is not None
        refers = [f"#{theme_id(theme)}" for theme in record.get("themes", ())]
        own = {"lang": record["lang"] if record["lang"] != self.lang else None}
        if record["kind"] == "preambular" and self.in_preamble and not annexed:
            if self.group is None:
                self.group = add(self.rooms["preamble"], "recitals", eId=self._next("recs_"))
            place = self._id(f"rec_{number}") if number else self._next("rec_")
            self._blocks(add(self.group, "recital", eId=place, refersTo=" ".join(refers) or None, **own), item, place)
        else:
            tag, prefix = "paragraph", f"att_{len(self.annexes)}__para_" if annexed else "para_"
            if record["kind"] == "preambular" and not annexed:
                tag, prefix, own["name"] = "hcontainer", "hcontainer_", "recital"
                refers.append("#preamble")
            place = self._id(prefix + number) if number else self._next(f"{prefix}nn_")
            self._hierarchy(add(self.body, tag, eId=place, refersTo=" ".join(refers) or None, **own), item, place)
        self.places.append((place, record))

    def _hierarchy(self, element: etree._Element, item: _Item, place: str) -> None:
        """Fills a `paragraph` or a `point`: with words alone, or with words that introduce a list."""
        if item.num:
            add(element, "num", item.num)
        if not item.items:
            add_lines(add(element, "content"), item.text)
            return
        block = add(element, "list", eId=f"{place}__list_1")
        if item.text.strip():
            add_lines(add(block, "intro"), item.text)
        for position, below in enumerate(item.items, 1):
            own = self._id(f"{place}__list_1__point_{_letter(below.num) or position}")
            self._hierarchy(add(block, "point", eId=own), below, own)

    def _blocks(self, element: etree._Element, item: _Item, place: str) -> None:
        """Fills a `recital` or an `item`, which hold blocks."""
        if item.num:
            add(element, "num", item.num)
        add_lines(element, item.text)
        if item.items:
            block = add(element, "blockList", eId=f"{place}__list_1")
            for position, below in enumerate(item.items, 1):
                own = self._id(f"{place}__list_1__item_{_letter(below.num) or position}")
                self._blocks(add(block, "item", eId=own), below, own)
        elif not item.text.strip():
            add(element, "p")  # the schema wants something here

    def _id(self, wanted: str) -> str:
        """`wanted`, or that with _2, _3 … where it is taken: numbers come twice in a text that holds two resolutions."""
        return wanted if self._free(wanted) else self._next(f"{wanted}_", 2)

    def _next(self, stem: str, start: int = 1) -> str:
        count = start
        while not self._free(f"{stem}{count}"):
            count += 1
        return f"{stem}{count}"

    def _free(self, found: str) -> bool:
        """Whether an id was not taken; it is from now on."""
        fresh = found not in self.taken
        self.taken.add(found)
        return fresh


def _room(name: str, lang: Lang) -> etree._Element:
    element = etree.fromstring(f'<{name} xmlns="{AKN}"/>')
    if name != "attachments":
        element.set(_XML_LANG, lang)
    return element


def _letter(mark: str) -> str:
    """The mark of a sub-paragraph as a part of an id, alike in both languages: (ب) is b."""
    return slug(mark.replace("ـ", "").translate(_ABJAD))


def _holds(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _between(text: str) -> tuple[list[str], str]:
    """Of the text between two clauses, the lines that hold anything, and what stands on the next clause's own line: its mark."""
    *lines, lead = text.split("\n")
    bound = lexicon.chapeau_end(lead)
    if bound is not None:
        lines, lead = [*lines, lead[:bound]], lead[bound:]
    return [line.strip() for line in lines if _holds(line)], lead


def _mark(element: etree._Element, line: str, marks: list[tuple[str, str]]) -> None:
    """Fills a `p` with `line`. Each of `marks` (tag, words) that it holds gets its element, and is taken off the list."""
    spans: list[tuple[int, int, str]] = []
    for tag, words in list(marks):
        found = re.search(rf"(?<![\w/]){re.escape(words)}(?![\w/])", line)
        if found and not any(start < found.end() and found.start() < end for start, end, _ in spans):
            spans.append((found.start(), found.end(), tag))
            marks.remove((tag, words))
    spans.sort()
    element.text = fit(line[: spans[0][0]] if spans else line)
    for (start, end, tag), after in zip(spans, [*(start for start, _, _ in spans[1:]), len(line)], strict=False):
        add(element, tag, line[start:end]).tail = fit(line[end:after])
