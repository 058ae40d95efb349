"""What the tests of Akoma Ntoso share: the schema, the reading of a file, tags made up for clauses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from conftest import ROOT
from lxml import etree

from resclassify.akoma_ntoso import to_akoma_ntoso
from resclassify.exports import Record, clause_record, tagged_record
from resclassify.segmentation import segment
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, Document, Evidence, TaggedClause

NAMES = {"a": "http://docs.oasis-open.org/legaldocml/ns/akn/3.0", "rc": "urn:x-resclassify:akoma-ntoso:1"}
_OFFLINE = etree.XMLParser(no_network=True, resolve_entities=False)


@lru_cache(maxsize=1)
def schema() -> etree.XMLSchema:
    """The schema of OASIS, from the tests' own copy."""
    return etree.XMLSchema(etree.parse(str(ROOT / "tests/schemas/akomantoso30.xsd"), _OFFLINE))


def valid(content: bytes) -> etree._Element:
    """The root of a file that is valid; fails with the faults where it is not."""
    root = etree.fromstring(content, _OFFLINE)
    held = schema()
    assert held.validate(root), held.error_log
    return root


def tag(clause: Clause, position: int) -> TaggedClause:
    """Tags for a clause that differ from clause to clause; every third has none."""
    ids = load_taxonomy().ids
    themes = ids[: position % 3]
    end = min(6, len(clause.text))
    return TaggedClause(
        clause,
        themes,
        {theme: round(0.1 * place + 0.01 * (position % 7), 4) for place, theme in enumerate(ids)},
        tuple(Evidence(theme, 0, end, 0.25 * (position + 1)) for theme in themes),
        review=position % 2 == 0,
    )


def tagged(document: Document) -> list[Record]:
    return [tagged_record(tag(clause, position)) for position, clause in enumerate(segment(document))]


def untagged(document: Document) -> list[Record]:
    return [clause_record(clause) for clause in segment(document)]


def written(document: Document, records: Sequence[Record] | None = None) -> etree._Element:
    """The document as a valid tree, tagged by `tag` unless records are given."""
    return valid(to_akoma_ntoso(document, tagged(document) if records is None else records))


def elements(root: etree._Element) -> dict[str, etree._Element]:
    """Every element of the statement that has an eId, by it."""
    found = root.xpath("//*[@eId]")
    return {element.get("eId"): element for element in found}


def words(element: etree._Element) -> str:
    """Every word in an element, in order, with single spaces; its metadata left out."""
    pieces = element.xpath(".//text()[not(ancestor::a:meta)]", namespaces=NAMES)
    return " ".join(" ".join(pieces).split())
