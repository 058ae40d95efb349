"""Into the store: documents, their clauses, and versions of tags. Each function works inside a transaction of its caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from resclassify.exports import clause_record, tagged_record
from resclassify.observations import source_of
from resclassify.store.records import ModelRecord
from resclassify.store.schema import clauses, documents, models, tag_themes, taggings, tags, tallies
from resclassify.symbols import parse_symbol
from resclassify.types import Clause, Document, TaggedClause


def now() -> str:
    """The time of UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def insert_document(connection: Connection, document: Document, digest: str, found: Sequence[Clause]) -> int:
    """The id of the document, written with its clauses."""
    row = {"hash": digest, "name": _free_name(connection, document.name, digest), "ingested": now(), **document_row(document)}
    number = _new_id(connection, insert(documents).values(row))
    rows = [
        {
            "document_id": number,
            "position": position,
            "label": clause.id.removeprefix(f"{clause.document}#"),
            "start_offset": clause.start,
            "end_offset": clause.end,
            **{key: value for key, value in clause_record(clause).items() if key in _CLAUSE_COLUMNS},
        }
        for position, clause in enumerate(found)
    ]
    if rows:
        connection.execute(insert(clauses), rows)
    return number


_CLAUSE_COLUMNS = ("kind", "number", "annex", "lang", "text", "parts")


def document_row(document: Document) -> dict[str, Any]:
    """What is stored of a document, by column: where and when it was said as `observations.source_of` tells it."""
    metadata, source = document.metadata, source_of(document.name, document.metadata)
    return {
        "symbol": source.symbol,
        "body": source.body,
        "session": source.session,
        "special_session": parse_symbol(source.symbol).special if source.symbol else None,
        "agenda_item": source.agenda_item,
        "date": metadata.date,
        "year": source.year,
        "distribution": metadata.distribution,
        "language": metadata.language,
        "series": source.series,
        "title": metadata.title,
        "footnotes": list(document.footnotes),
        "text": document.text,
    }


def _free_name(connection: Connection, name: str, digest: str) -> str:
    """`name`, or where another document has it, with the beginning of the hash before it: clauses are named by it."""
    taken = connection.execute(select(documents.c.id).where(documents.c.name == name)).scalar()
    return name if taken is None else f"{digest[:8]}/{name}"


def model_id(connection: Connection, model: ModelRecord) -> int:
    """The model's number; it is written where it is not there."""
    found = connection.execute(select(models.c.id).where(models.c.fingerprint == model.fingerprint)).scalar()
    if found is not None:
        return int(found)
    row = {"themes": list(model.themes), "info": dict(model.info), "added": now()}
    return _new_id(connection, insert(models).values(fingerprint=model.fingerprint, name=model.name, **row))


def insert_tagging(connection: Connection, document_id: int, model: ModelRecord, tagged: Iterable[TaggedClause]) -> bool:
    """A new version of a document's tags, one for each of its clauses, in order; False where this model has tagged it already.

    Raises KeyError where there is no such document, ValueError where `tagged` are not its clauses.
    """
    # The row lock keeps two writers of PostgreSQL from taking one version; SQLite has one writer.
    locked = select(documents.c.id).where(documents.c.id == document_id).with_for_update()
    if connection.execute(locked).scalar() is None:
        raise KeyError(document_id)
    number = model_id(connection, model)
    here = taggings.c.document_id == document_id
    if connection.execute(select(taggings.c.id).where(here, taggings.c.model_id == number)).scalar() is not None:
        return False
    version = 1 + (connection.execute(select(func.max(taggings.c.version)).where(here)).scalar() or 0)
    row = {"document_id": document_id, "version": version, "model_id": number, "tagged": now()}
    tagging = _new_id(connection, insert(taggings).values(row))
    known = connection.execute(
        select(clauses.c.id, clauses.c.text).where(clauses.c.document_id == document_id).order_by(clauses.c.position)
    ).all()
    items = list(tagged)
    if [text for _, text in known] != [item.clause.text for item in items]:
        raise ValueError(f"document {document_id}: the tagged clauses are not its clauses")
    _insert_tags(connection, tagging, [clause for clause, _ in known], items)
    return True


def _insert_tags(connection: Connection, tagging: int, ids: Sequence[int], items: Sequence[TaggedClause]) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    unsure: Counter[tuple[str, str]] = Counter()
    rows, theme_rows = [], []
    for clause_id, item in zip(ids, items, strict=True):
        record = tagged_record(item)
        key = {"tagging_id": tagging, "clause_id": clause_id}
        rows.append(key | {name: record[name] for name in ("review", "themes", "probabilities", "evidence")})
        for theme in item.themes:
            theme_rows.append(key | {"theme": theme, "probability": item.probabilities[theme]})
        for theme in ("", *item.themes):
            counted[theme, item.clause.kind or ""] += 1
            unsure[theme, item.clause.kind or ""] += item.review
    sums = [
        {"tagging_id": tagging, "theme": theme, "kind": kind, "clauses": count, "review": unsure[theme, kind]}
        for (theme, kind), count in counted.items()
    ]
    for table, found in ((tags, rows), (tag_themes, theme_rows), (tallies, sums)):
        if found:
            connection.execute(insert(table), found)


def _new_id(connection: Connection, statement: Any) -> int:
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])
