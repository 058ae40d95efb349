"""Out of the store: documents, tagged clauses in pages or in a stream, and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    distinct,
    exists,
    func,
    or_,
    select,
)

from resclassify.errors import InputError
from resclassify.store.records import Count, ModelRecord, Selection, StoredClause, StoredDocument
from resclassify.store.schema import clauses, documents, models, tag_themes, taggings, tags, tallies
from resclassify.symbols import parse_symbol
from resclassify.types import Clause, Document, Evidence, Metadata, Part, TaggedClause

_BATCH = 1000
_DOCUMENT_COLUMNS = [column for column in documents.c if column.name not in ("text", "footnotes")]
_POINTS: dict[str, list[ColumnElement[Any]]] = {
    name: [documents.c[name]] for name in ("symbol", "year", "body", "agenda_item", "language", "series", "name")
} | {"session": [documents.c.session, documents.c.special_session], "kind": [tallies.c.kind]}
POINTS = tuple(_POINTS)


def select_documents(connection: Connection, wanted: Selection, place: str) -> Select[Any]:
    """Documents in the order that they came; with a theme, kind, review or model, those that have such a clause."""
    query = select(*_DOCUMENT_COLUMNS).where(*_document_conditions(wanted)).order_by(documents.c.id)
    if (wanted.theme, wanted.kind, wanted.review, wanted.model) == (None, None, None, None):
        return query
    held = [tallies.c.tagging_id == _tagging_of(connection, wanted, place), tallies.c.theme == (wanted.theme or "")]
    if wanted.kind is not None:
        held.append(tallies.c.kind == wanted.kind)
    if wanted.review is not None:
        held.append(tallies.c.review > 0 if wanted.review else tallies.c.review < tallies.c.clauses)
    return query.where(exists().where(*held))


def select_clauses(
    connection: Connection, wanted: Selection, place: str, after: int | None = None, limit: int | None = None
) -> Select[Any]:
    """Tagged clauses by document, then as they stand in it. A clause's id grows with its place in the document, so the search
    keys give this order without sorting. `after` is the id of the last clause of the page before.
    """
    tagging = _tagging_of(connection, wanted, place)
    key = tags.c.clause_id if wanted.theme is None else tag_themes.c.clause_id
    if wanted.theme is None:
        joined = documents.join(tags, tags.c.tagging_id == tagging)
    else:
        joined = documents.join(tag_themes, and_(tag_themes.c.tagging_id == tagging, tag_themes.c.theme == wanted.theme))
        joined = joined.join(tags, and_(tags.c.tagging_id == tag_themes.c.tagging_id, tags.c.clause_id == key))
    joined = joined.join(taggings, taggings.c.id == tags.c.tagging_id).join(models, models.c.id == taggings.c.model_id)
    joined = joined.join(clauses, clauses.c.id == key)
    own = [column.label(f"c_{column.name}") for column in clauses.c]
    found = [tags.c.themes, tags.c.probabilities, tags.c.evidence, tags.c.review, taggings.c.version, models.c.fingerprint]
    query = select(*_DOCUMENT_COLUMNS, *own, *found).select_from(joined)
    query = query.where(*_document_conditions(wanted))
    if wanted.kind is not None:
        query = query.where(clauses.c.kind == wanted.kind)
    if wanted.review is not None:
        query = query.where(tags.c.review.is_(wanted.review))
    if after is not None:
        last = connection.execute(select(clauses.c.document_id).where(clauses.c.id == after)).scalar()
        query = query.where(documents.c.id >= last, or_(documents.c.id > last, key > after))
    return query.order_by(documents.c.id, key).limit(limit)


def documents_of(connection: Connection, query: Select[Any]) -> Iterator[StoredDocument]:
    """The documents of a query of `select_documents`, in a stream."""
    for row in connection.execution_options(yield_per=_BATCH).execute(query):
        yield _document(row)


def clauses_of(connection: Connection, query: Select[Any]) -> Iterator[StoredClause]:
    """The clauses of a query of `select_clauses`, in a stream."""
    document: StoredDocument | None = None
    for row in connection.execution_options(yield_per=_BATCH).execute(query):
        if document is None or document.id != row.id:
            document = _document(row)
        tagged = TaggedClause(
            clause=_clause(row._mapping, document.name, "c_"),
            themes=tuple(row.themes),
            probabilities=row.probabilities,
            evidence=tuple(Evidence(**item) for item in row.evidence),
            review=row.review,
        )
        yield StoredClause(row.c_id, document, row.c_position, tagged, row.fingerprint, row.version)


def select_counts(connection: Connection, by: Sequence[str], wanted: Selection, place: str) -> Select[Any]:
    """Sums of clauses by the values of `by` and by theme, from those that were kept with the tags.

    Raises ValueError for what cannot be counted by (see POINTS), and for a selection by review: a Count says that of itself.
    """
    if wanted.review is not None or not set(by) <= set(POINTS):
        raise ValueError(f"counts are by {', '.join(POINTS)}, and hold what is for review beside the rest")
    keys = [column for name in by for column in _POINTS[name]]
    sums = [func.sum(tallies.c.clauses), func.sum(tallies.c.review), func.count(distinct(documents.c.id))]
    joined = documents.join(tallies, tallies.c.tagging_id == _tagging_of(connection, wanted, place))
    query = select(*keys, tallies.c.theme, *sums).select_from(joined).group_by(*keys, tallies.c.theme)
    query = query.where(*_document_conditions(wanted))
    if wanted.theme is not None:
        query = query.where(tallies.c.theme.in_(("", wanted.theme)))
    return query if wanted.kind is None else query.where(tallies.c.kind == wanted.kind)


def counts_of(connection: Connection, query: Select[Any], by: Sequence[str]) -> list[Count]:
    """The counts of a query of `select_counts`, in the order of their points."""
    found = []
    for *values, theme, number, review, held in connection.execute(query):
        point = tuple(_point_value(name, values) for name in by)
        found.append(Count(point, theme or None, int(number), int(review), int(held)))
    return sorted(found, key=lambda item: ([_sorted_value(value) for value in item.point], item.theme or ""))


def _point_value(name: str, values: list[Any]) -> int | str | None:
    value: int | str | None = values.pop(0)
    special: str | None = values.pop(0) if name == "session" else None
    return special or value or None


def _sorted_value(value: int | str | None) -> tuple[int, int, str]:
    return (0, value, "") if isinstance(value, int) else (1, 0, value) if value is not None else (2, 0, "")


def _document_conditions(wanted: Selection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in ("name", "year", "body", "series", "language"):
        if getattr(wanted, name) is not None:
            conditions.append(documents.c[name] == getattr(wanted, name))
    if wanted.document is not None:
        conditions.append(documents.c.id == wanted.document)
    if wanted.symbol is not None:
        conditions.append(documents.c.symbol == parse_symbol(wanted.symbol).symbol)
    if wanted.session is not None:
        regular = str(wanted.session).isdigit()
        conditions.append(
            documents.c.session == int(wanted.session) if regular else documents.c.special_session == wanted.session
        )
    if not wanted.superseded:
        later = documents.alias("later")
        same = and_(later.c.symbol == documents.c.symbol, later.c.language == documents.c.language)
        conditions.append(~exists().where(same, later.c.id > documents.c.id))
    return conditions


def _tagging_of(connection: Connection, wanted: Selection, place: str) -> ScalarSelect[int]:
    """The id of a document's tagging by the model that is meant, or else of its last.

    A subquery for each document: so SQLite walks documents first, in the order of their key, and need not sort what it finds.
    """
    mine = taggings.alias("mine")
    query = select(mine.c.id).where(mine.c.document_id == documents.c.id)
    if wanted.model is not None:
        query = query.where(mine.c.model_id == model_of(connection, wanted.model, place)[0])
    return query.order_by(mine.c.version.desc()).limit(1).correlate(documents).scalar_subquery()


def all_models(connection: Connection) -> list[tuple[int, ModelRecord]]:
    """Every model that has tagged, with its number, in the order that they came."""
    rows = connection.execute(select(models).order_by(models.c.id))
    return [(row.id, ModelRecord(row.fingerprint, row.name, tuple(row.themes), row.info)) for row in rows]


def model_of(connection: Connection, key: str, place: str) -> tuple[int, ModelRecord]:
    """The model of a fingerprint, of the beginning of just one, or the latest of a name.

    Raises InputError where there is none.
    """
    known = all_models(connection)
    begun = [found for found in known if found[1].fingerprint.startswith(key)]
    named = [found for found in known if found[1].name == key]
    if key and len(begun) == 1:
        return begun[0]
    if named:
        return named[-1]
    have = ", ".join(f"{model.name} {model.fingerprint[:8]}" for _, model in known) or "none"
    raise InputError(f"{place}: no tags by model '{key}'; it has: {have} (`resclassify ingest --retag --model DIR` adds one)")


def whole_document(connection: Connection, number: int) -> tuple[Document, list[Clause]]:
    """A document with its text, and its clauses. Raises KeyError where there is none of that id."""
    row = connection.execute(select(documents).where(documents.c.id == number)).one_or_none()
    if row is None:
        raise KeyError(number)
    found = connection.execute(select(clauses).where(clauses.c.document_id == number).order_by(clauses.c.position))
    document = Document(row.name, row.text, _metadata(row), tuple(row.footnotes))
    return document, [_clause(item._mapping, row.name) for item in found]


def untagged(connection: Connection, fingerprint: str) -> list[int]:
    """The ids of the documents that a model has not tagged."""
    mine = exists().where(
        taggings.c.document_id == documents.c.id, taggings.c.model_id == models.c.id, models.c.fingerprint == fingerprint
    )
    return list(connection.execute(select(documents.c.id).where(~mine).order_by(documents.c.id)).scalars())


def size(connection: Connection) -> int:
    """How many documents there are."""
    return connection.execute(select(func.count()).select_from(documents)).scalar_one()


def held(connection: Connection, digest: str, fingerprint: str) -> tuple[int | None, bool]:
    """The id of the document of a hash, None without one, and whether a model has tagged it."""
    number = connection.execute(select(documents.c.id).where(documents.c.hash == digest)).scalar()
    if number is None:
        return None, False
    mine = select(taggings.c.id).join(models).where(taggings.c.document_id == number, models.c.fingerprint == fingerprint)
    return number, connection.execute(mine).scalar() is not None


def _document(row: Row[Any]) -> StoredDocument:
    return StoredDocument(row.id, row.hash, row.name, _metadata(row), row.year, row.series, row.ingested)


def _metadata(row: Row[Any]) -> Metadata:
    return Metadata(
        symbol=row.symbol,
        body=row.body,
        session=row.special_session or (None if row.session is None else str(row.session)),
        agenda_item=row.agenda_item,
        date=row.date,
        distribution=row.distribution,
        language=row.language,
        title=row.title,
    )


def _clause(row: Any, name: str, prefix: str = "") -> Clause:
    return Clause(
        document=name,
        id=f"{name}#{row[prefix + 'label']}",
        kind=row[prefix + "kind"],
        number=row[prefix + "number"],
        lang=row[prefix + "lang"],
        start=row[prefix + "start_offset"],
        end=row[prefix + "end_offset"],
        text=row[prefix + "text"],
        annex=row[prefix + "annex"],
        parts=tuple(Part(**part) for part in row[prefix + "parts"]),
    )
