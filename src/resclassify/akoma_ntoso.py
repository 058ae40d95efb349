"""A resolution as Akoma Ntoso 3.0, the XML of OASIS for official documents, by the UN's guidelines for it (AKN4UN).

Followed: "Akoma Ntoso Version 1.0" (OASIS Standard, 29 August 2018) with its schema `akomantoso30.xsd`, and the "AKN4UN
Guidelines" of the UN system's High-level Committee on Management (unsceb-hlcm.github.io): part 1, chapter 6 (naming
convention), part 2 (deliberative documents) and "Modelling GA Resolutions". From them come `statement` of subtype
`deliberation` named `resolution` or `resolutionDraft`; the IRIs /akn/un/statement/deliberation/{actor}/{date}/{number}, then
/{language}@{date}, then /.xml; "/" as "-" and a space as "_" in a number; `FRBRcountry` un; `!main` for the document itself;
`formula` for its opening; `paragraph`, `list`, `point`; concepts under `references`, and `refersTo` on what carries them.

- One work, an expression for each language: `FRBRWork` holds nothing that a translation changes, so the Arabic and the
  English text of one symbol and date have it alike. The ids of their paragraphs are alike where their marks are; (ب) counts
  as b.
- The actor is un-ga as in the guidelines, or un-sc, un-ecosoc, un-hrc by their rule, or un where the body is not known.
- The number is what stands after RES/ in the symbol ("78/341"), else the symbol. Without a symbol it is `local-` and the
  start of the SHA-256 of the text, marked `numbering="local"` under `proprietary`: two languages are then two works.
- The date is the one that the first page bears (of an adopted resolution that may be the day of issue), else 1 January of the
  year in the symbol, else 0001-01-01; `FRBRdate/@name` says which. No day of making is written: the same input gives the same
  bytes.
- Where it leaves the guidelines: preambular clauses are `recitals/recital`, which have ids and can hold what is tagged, and
  not `container`; those after an operative clause are `hcontainer`s that refer to #preamble, as `crossHeading` holds no
  sub-paragraphs.
- Footnotes have lost their place in the text: they are `notes` in the metadata, without an anchor.
- What only resclassify says (probabilities, review, evidence, ids, offsets) is under `proprietary`. Its source is
  #resclassify, an object and no authority; the expression is marked as not authoritative. Theme concepts are resclassify's
  own, not the UN's.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from resclassify.exports import Record
from resclassify.statement import AKN, Statement, add, add_lines, slug, theme_id
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Document, Lang

OWN = "urn:x-resclassify:akoma-ntoso:1"
_ONTOLOGY = "/akn/ontology"
_SOURCE = "#resclassify"
_ISO_639_2 = {"ar": "ara", "en": "eng"}
_ACTORS = {
    "General Assembly": "un-ga",
    "Security Council": "un-sc",
    "Economic and Social Council": "un-ecosoc",
    "Human Rights Council": "un-hrc",
}
_RESOLUTION = re.compile(r"/RES/(.+)$")
_YEAR = re.compile(r"\(((?:19|20)\d\d)\)$|^E/RES/((?:19|20)\d\d)/")


@dataclass(frozen=True, slots=True)
class Names:
    """What identifies a document: IRIs of its work and its expression, and the parts they are made of.

    `printed` is the number as the UN prints it; `dated` says what `date` (YYYY-MM-DD) is: that of the "document", the "year", or
    "unknown"; `local` is true where the number was made here, for want of a symbol.
    """

    work: str
    expression: str
    actor: str
    date: str
    dated: str
    number: str
    printed: str
    local: bool


def names(document: Document, lang: Lang) -> Names:
    """The names of `document`, whose text is in `lang`; `work` and all but `expression` are the same in every language."""
    symbol = document.metadata.symbol
    found = _RESOLUTION.search(symbol or "")
    printed = symbol or f"local-{hashlib.sha256(document.text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    printed = found[1] if found else printed
    number = re.sub(r"[^A-Za-z0-9._()\-]", "_", printed.replace("/", "-"))
    date, dated = document.metadata.date, "document"
    if date is None:
        year = _YEAR.search(symbol or "")
        date, dated = (f"{year[1] or year[2]}-01-01", "year") if year else ("0001-01-01", "unknown")
    actor = _ACTORS.get(document.metadata.body or "", "un")
    work = f"/akn/un/statement/deliberation/{actor}/{date}/{number}"
    version = "" if dated == "unknown" else date
    return Names(work, f"{work}/{_ISO_639_2[lang]}@{version}", actor, date, dated, number, printed, symbol is None)


def to_akoma_ntoso(document: Document, records: Sequence[Record]) -> bytes:
    """`document` with its clauses, as an XML file in UTF-8, valid by the schema of OASIS.

    `records` are those of the document's own clauses, in order, tagged or not; their offsets point into `document.text`. Every
    line of the text that holds a letter or a digit is in the result once, in order, clause or not, its mark as printed in `num`.
    Characters that XML cannot hold are U+FFFD in it, one for one.
    """
    held = Counter(record["lang"] for record in records)
    lang: Lang = held.most_common(1)[0][0] if held else document.metadata.language or "en"
    named = names(document, lang)
    draft = "/L." in (document.metadata.symbol or "")
    text = Statement(document, named.printed, lang)
    text.walk(records)
    root = etree.fromstring(f'<akomaNtoso xmlns="{AKN}" xmlns:rc="{OWN}"/>')
    statement = add(root, "statement", name="resolutionDraft" if draft else "resolution", contains="originalVersion")
    meta = add(statement, "meta")
    _identification(meta, named, lang, document.metadata.symbol)
    _references(meta, document, named, lang, records)
    footnotes = [footnote for footnote in document.footnotes if footnote.strip()]
    if footnotes:
        notes = add(meta, "notes", source=_SOURCE, lang=lang)
        for position, footnote in enumerate(footnotes, 1):
            add_lines(add(notes, "note", eId=f"note_{position}"), footnote)
    _proprietary(meta, document, named, text.places)
    for position, annexed in enumerate(text.annexes, 1):
        _identification(annexed, named, lang, document.metadata.symbol, f"/annex_{position}")
    statement.extend([room for room in text.rooms.values() if len(room)])
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content


def file_names(documents: Sequence[str]) -> list[str]:
    """A file name for each document, by its name; all differ, also where letter case does not count."""
    found: dict[str, str] = {}
    for name in documents:
        stem = plain = re.sub(r"[/\\\0]+", "_", name).strip("._ ") or "document"
        count = 1
        while f"{plain}.xml".lower() in found:
            count += 1
            plain = f"{stem}_{count}"
        found[f"{plain}.xml".lower()] = f"{plain}.xml"
    return list(found.values())


def _identification(meta: etree._Element, named: Names, lang: Lang, symbol: str | None, component: str = "") -> None:
    """The three levels of FRBR, of the document itself or of its component ("/annex_1")."""
    block = add(meta, "identification", source=_SOURCE)
    levels = (
        ("FRBRWork", named.work, f"/!main{component}", f"#{named.actor}", "#author"),
        ("FRBRExpression", named.expression, f"/!main{component}", f"#{named.actor}", "#author"),
        ("FRBRManifestation", f"{named.expression}/.xml", f"/!main{component}.xml", _SOURCE, "#editor"),
    )
    for level, uri, this, author, role in levels:
        element = add(block, level)
        add(element, "FRBRthis", value=uri.removesuffix("/.xml") + this)
        add(element, "FRBRuri", value=uri)
        if level == "FRBRWork" and symbol is not None:
            add(element, "FRBRalias", value=symbol, name="symbol")
        add(element, "FRBRdate", date=named.date, name=named.dated)
        add(element, "FRBRauthor", href=author, as_=role)
        if level == "FRBRWork":
            add(element, "FRBRcountry", value="un")
            add(element, "FRBRsubtype", value="deliberation")
            add(element, "FRBRnumber", value=named.number, showAs=named.printed)
        elif level == "FRBRExpression":
            add(element, "FRBRauthoritative", value="false")
            add(element, "FRBRlanguage", language=_ISO_639_2[lang])
        else:
            add(element, "FRBRformat", value="xml")


def _references(meta: etree._Element, document: Document, named: Names, lang: Lang, records: Sequence[Record]) -> None:
    """What the document refers to: the body, the roles, the preamble, and every theme that its tags could be."""
    block = add(meta, "references", source=_SOURCE)
    body = document.metadata.body if named.actor != "un" else "United Nations"
    add(block, "TLCOrganization", eId=named.actor, href=f"{_ONTOLOGY}/organization/un/{named.actor}", showAs=body)
    add(block, "TLCObject", eId="resclassify", href=f"{_ONTOLOGY}/object/resclassify", showAs="resclassify")
    for role in ("author", "editor"):
        add(block, "TLCRole", eId=role, href=f"{_ONTOLOGY}/role/{role}", showAs=role)
    add(block, "TLCConcept", eId="preamble", href=f"{_ONTOLOGY}/concept/un/preamble", showAs="preamble")
    shown = {theme.id: theme.names[lang] for theme in load_taxonomy().themes}
    for theme in dict.fromkeys(theme for record in records for theme in record.get("probabilities", ())):
        href = f"{_ONTOLOGY}/concept/resclassify/{slug(theme)}"
        add(block, "TLCConcept", eId=theme_id(theme), href=href, showAs=shown.get(theme, theme))


def _proprietary(meta: etree._Element, document: Document, named: Names, places: Sequence[tuple[str, Record]]) -> None:
    """What the first page said, and of each clause where it stood and what the model made of it."""
    block = add(meta, "proprietary", source=_SOURCE)
    said = document.metadata
    add(
        block,
        f"{{{OWN}}}document",
        name=document.name,
        numbering="local" if named.local else "symbol",
        symbol=said.symbol,
        body=said.body,
        session=said.session,
        agendaItem=said.agenda_item,
        date=said.date,
        distribution=said.distribution,
        title=said.title,
    )
    for place, record in places:
        clause = add(
            block,
            f"{{{OWN}}}clause",
            href=f"#{place}",
            id=record["id"],
            kind=record["kind"],
            number=record["number"],
            start=str(record["start"]),
            end=str(record["end"]),
            review=str(record["review"]).lower() if "review" in record else None,
        )
        for theme, probability in record.get("probabilities", {}).items():
            add(clause, f"{{{OWN}}}probability", refersTo=f"#{theme_id(theme)}", value=str(probability))
        for item in record.get("evidence", ()):
            start, end = item["start"], item["end"]
            add(
                clause,
                f"{{{OWN}}}evidence",
                record["text"][start:end],
                refersTo=f"#{theme_id(item['theme'])}",
                start=str(start),
                end=str(end),
                weight=str(item["weight"]),
            )
