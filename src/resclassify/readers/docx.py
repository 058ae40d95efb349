"""DOCX: paragraphs and tables in order, tracked changes accepted, automatic numbers written out."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.document import Document as DocxDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from resclassify.errors import InputError
from resclassify.settings import Settings
from resclassify.types import Line, Style

_ENTITY = re.compile(rb"<!\s*(ENTITY|DOCTYPE)", re.I)
_MAX_RATIO = 200
_SUPERSCRIPT = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = frozenset((qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:pPr"), _FALLBACK))
_READ = tuple(qn(f"w:{tag}") for tag in "t tab br cr noBreakHyphen footnoteReference endnoteReference".split())
_CALLS = frozenset((qn("w:footnoteReference"), qn("w:endnoteReference")))
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
          (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LETTERS = {
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
}
_MAX_LETTERS = 200  # A document asks for "start at 2000000000"; no list has that many letters.


def read_lines(content: bytes, name: str, settings: Settings) -> list[Line]:
    """Lines of a DOCX document, one for each paragraph; footnotes marked as such, at the end.

    Headers and footers are left out, but for the header of the first page, where UN documents carry their symbol: it
    comes first, marked as furniture. Raises InputError for a file that is no DOCX, that is encrypted, that unpacks to
    more than `settings.max_unpacked_bytes`, or that holds XML entities.
    """
    _check_package(content, name, settings)
    try:
        document = docx.Document(io.BytesIO(content))
        head = [Line(text, whole=True, style="furniture") for text in _first_header(document)]
        body = [line for line in _body_lines(document) if line.text.strip()]
        notes = [Line(text, whole=True, gap=True, style="footnote") for text in _notes(document)]
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{name}: is not a complete DOCX file ({' '.join(str(error).split())}); open it in a word processor and save it again"
        ) from error
    return [*head, *body, *notes] if body else []


def _check_package(content: bytes, name: str, settings: Settings) -> None:
    """Refuses what must not be parsed, before it is."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{name}: is an encrypted or an old binary Word file; save it as an unprotected .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            total = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries) or 1
            if total > settings.max_unpacked_bytes or (total > 20 * 2**20 and total / packed > _MAX_RATIO):
                raise InputError(
                    f"{name}: unpacks to {total / 2**20:.0f} MiB, over the limit of "
                    f"{settings.max_unpacked_bytes / 2**20:.0f} MiB; if it is genuine, raise max_unpacked_bytes in the settings"
                )
            if "[Content_Types].xml" not in package.namelist():
                raise InputError(f"{name}: is a ZIP archive but no DOCX; give the document itself")
            for entry in entries:
                if _declares_entities(package.read(entry)):
                    raise InputError(
                        f"{name}: {entry.filename} holds an XML entity or DTD, which is refused; save the document again"
                    )
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{name}: is a truncated or damaged DOCX file ({error}); fetch it again") from error


def _declares_entities(part: bytes) -> bool:
    """Whether a part of a package is XML with a DTD, in UTF-8 or UTF-16; pictures are none."""
    if b"\x00" in part[:4] and part[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
        part = part.replace(b"\x00", b"")
    return b"<" in part[:256] and _ENTITY.search(part) is not None


def _first_header(document: DocxDocument) -> list[str]:
    """Paragraphs of the header of the first page, without those of later pages."""
    section = document.sections[0] if len(document.sections) else None
    if section is None or not section.different_first_page_header_footer or section.first_page_header.is_linked_to_previous:
        return []
    found = (_paragraph_text(paragraph).strip() for paragraph in section.first_page_header._element.iter(qn("w:p")))
    return [line for text in found for line in text.split("\n") if line]


def _body_lines(document: DocxDocument) -> Iterator[Line]:
    numbering = _Numbering.of(document)
    styles = {style.style_id: style for style in document.styles}
    pending = ""
    for element in document.element.body.iter(qn("w:p")):
        if any(above.tag == _FALLBACK for above in element.iterancestors()):
            continue
        text = pending + _paragraph_text(element)
        properties: Any = element.find(qn("w:pPr"))
        if _mark_is_deleted(properties):
            # Accepting the change makes one paragraph of this and the next.
            pending = text if not text or text[-1].isspace() else f"{text} "
            continue
        pending = ""
        if not text.strip():
            continue
        style: Any = styles.get(None if properties is None or properties.pStyle is None else properties.pStyle.val)
        mark = numbering.mark(properties, style)
        kind = _style(str(style.name or "").lower() if style is not None else "", mark)
        pieces = text.split("\n")
        for position, piece in enumerate(pieces):
            yield Line((mark if position == 0 else "") + piece, gap=position == 0, whole=len(pieces) == 1, style=kind)
    if pending.strip():
        yield Line(pending, gap=True, whole=True)


def _style(name: str, mark: str) -> Style | None:
    if name.startswith(("footnote text", "endnote text")):
        return "footnote"
    return "heading" if name.startswith(("heading", "title")) and not mark else None


def _mark_is_deleted(properties: Any) -> bool:
    mark = None if properties is None else properties.find(qn("w:rPr"))
    return mark is not None and (mark.find(qn("w:del")) is not None or mark.find(qn("w:moveFrom")) is not None)


def _paragraph_text(paragraph: Any) -> str:
    """Text of a paragraph with tracked insertions in and deletions out; superscript digits as footnote calls."""
    parts: list[str] = []
    for node in paragraph.iter(*_READ):
        inside = []
        for above in node.iterancestors():
            if above is paragraph:
                break
            inside.append(above)
        if any(item.tag in _GONE for item in inside) or node.tag in _CALLS:
            continue
        if node.tag == qn("w:t"):
            run = next((item for item in inside if item.tag == qn("w:r")), None)
            parts.append(_run_text(node.text or "", run))
        elif node.tag == qn("w:noBreakHyphen"):
            parts.append("-")
        elif node.tag in (qn("w:br"), qn("w:cr")):
            parts.append(" " if node.get(qn("w:type")) in ("page", "column") else "\n")
        elif node.tag == qn("w:tab"):
            parts.append(" ")
    return "".join(parts)


def _run_text(text: str, run: Any) -> str:
    properties = None if run is None else run.find(qn("w:rPr"))
    if properties is None:
        return text
    vanish, align, style = (properties.find(qn(f"w:{tag}")) for tag in ("vanish", "vertAlign", "rStyle"))
    if vanish is not None and vanish.get(qn("w:val"), "true") not in ("0", "false"):
        return ""
    raised = align is not None and align.get(qn("w:val")) == "superscript"
    called = style is not None and style.get(qn("w:val"), "").lower().startswith(("footnoteref", "endnoteref"))
    if (raised or called) and re.fullmatch(r"[\d()\s]*", text):
        return text.translate(_SUPERSCRIPT)
    return text


def _notes(document: DocxDocument) -> Iterator[str]:
    """Footnotes, then endnotes, in the order of their calls, each after its number as printed."""
    parts = {
        relation.reltype.rpartition("/")[2]: relation for relation in document.part.rels.values() if not relation.is_external
    }
    for kind, tag in (("footnotes", "footnote"), ("endnotes", "endnote")):
        if kind not in parts:
            continue
        root = etree.fromstring(parts[kind].target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        notes = {note.get(qn("w:id")): note for note in root.iter(qn(f"w:{tag}"))}
        number = 0
        for call in document.element.body.iter(qn(f"w:{tag}Reference")):
            note = notes.get(call.get(qn("w:id")))
            if note is None or any(above.tag in _GONE for above in call.iterancestors()):
                continue
            custom = call.get(qn("w:customMarkFollows"), "0") not in ("0", "false")
            number += not custom
            text = " ".join(filter(None, (_paragraph_text(paragraph).strip() for paragraph in note.iter(qn("w:p")))))
            if text:
                yield f"* {text.lstrip('* ')}" if custom else f"{number} {text}"


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    shown: str
    start: int
    style: str | None


@dataclass(slots=True)
class _Numbering:
    """Counts the lists of one document while its paragraphs are read in order."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocxDocument) -> _Numbering:
        """The lists that `document` defines."""
        numbering = cls()
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None:
            return numbering
        root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        linked: dict[str, str] = {}
        for abstract in root.iter(qn("w:abstractNum")):
            key = abstract.get(qn("w:abstractNumId"), "")
            numbering.levels[key] = {_integer(level.get(qn("w:ilvl")), 0): _level(level) for level in abstract.iter(qn("w:lvl"))}
            if (link := abstract.find(qn("w:styleLink"))) is not None:
                linked[link.get(qn("w:val"), "")] = key
        for abstract in root.iter(qn("w:abstractNum")):
            if (link := abstract.find(qn("w:numStyleLink"))) is not None:
                home = linked.get(link.get(qn("w:val"), ""), "")
                numbering.levels[abstract.get(qn("w:abstractNumId"), "")] = numbering.levels.get(home, {})
        for number in root.iter(qn("w:num")):
            numbering._define(number)
        return numbering

    def _define(self, number: Any) -> None:
        link, identity = number.find(qn("w:abstractNumId")), number.get(qn("w:numId"), "")
        if link is None:
            return
        self.abstract[identity] = link.get(qn("w:val"), "")
        for override in number.iter(qn("w:lvlOverride")):
            level = _integer(override.get(qn("w:ilvl")), 0)
            start = override.find(qn("w:startOverride"))
            if start is not None:
                self.restarts[identity, level] = _integer(start.get(qn("w:val")), 1)

    def mark(self, properties: Any, style: Any) -> str:
        """The list mark of the next paragraph, with a space, by its own properties or its style's; empty for none."""
        number: str | None = None
        level: int | None = None
        for candidate, style_id in _candidates(properties, style):
            found = None if candidate is None else candidate.find(qn("w:numPr"))
            if found is None:
                continue
            own_number, own_level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
            if level is None and own_level is not None:
                level = _integer(own_level.get(qn("w:val")), 0)
            if own_number is not None:
                number = own_number.get(qn("w:val"), "0")
                level = self._level_of_style(number, style_id) if level is None else level
                break
        return "" if number in (None, "0") else self._next(str(number), level or 0)

    def _level_of_style(self, number: str, style_id: str | None) -> int:
        levels = self.levels.get(self.abstract.get(number, ""), {})
        return next((at for at, level in levels.items() if style_id is not None and level.style == style_id), 0)

    def _next(self, number: str, level: int) -> str:
        key = self.abstract.get(number, "")
        levels = self.levels.get(key, {})
        if level not in levels:
            return ""
        restart = self.restarts.pop((number, level), None)
        before = self.counts.get((key, level), levels[level].start - 1)
        self.counts[key, level] = before + 1 if restart is None else restart
        for deeper in [pair for pair in self.counts if pair[0] == key and pair[1] > level]:
            del self.counts[deeper]
        if levels[level].form in ("bullet", "none"):
            return "• " if levels[level].form == "bullet" else ""

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            known = levels.get(at, _Level("decimal", "", 1, None))
            return _numeral(self.counts.get((key, at), known.start), known.form)

        text = re.sub(r"%(\d)", shown, levels[level].shown).strip()
        return f"{text} " if text else ""


def _candidates(properties: Any, style: Any) -> Iterator[tuple[Any, str | None]]:
    yield properties, None
    seen: set[str] = set()
    while style is not None and style.style_id not in seen:
        seen.add(style.style_id)
        yield style.element.find(qn("w:pPr")), style.style_id
        style = getattr(style, "base_style", None)


def _integer(value: str | None, default: int) -> int:
    return int(value) if value is not None and re.fullmatch(r"-?\d{1,9}", value) else default


def _level(level: Any) -> _Level:
    def value(tag: str, default: str) -> str:
        found = level.find(qn(tag))
        return default if found is None else str(found.get(qn("w:val"), default))

    return _Level(
        value("w:numFmt", "decimal"), value("w:lvlText", ""), _integer(value("w:start", "1"), 1), value("w:pStyle", "") or None
    )


def _numeral(number: int, form: str) -> str:
    """`number` in the form that WordprocessingML calls `form` (ST_NumberFormat); in digits for a form not known."""
    if form in _LETTERS and 0 < number < _MAX_LETTERS:
        letters = _LETTERS[form]
        return letters[(number - 1) % len(letters)] * ((number - 1) // len(letters) + 1)
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = ""
        for value, sign in _ROMAN:
            roman, number = roman + sign * (number // value), number % value
        return roman.upper() if form == "upperRoman" else roman
    if form in ("hindiNumbers", "arabicIndic"):
        return str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    if form == "decimalZero":
        return f"{number:02d}"
    return str(number)
