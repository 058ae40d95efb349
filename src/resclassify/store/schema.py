"""The tables, and the triggers that refuse to change or take out a row of them: the store only grows."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
    text,
)

from resclassify.errors import InputError

VERSION = 1
METADATA = MetaData()

versions = Table("store_version", METADATA, Column("version", Integer, primary_key=True), Column("made", String, nullable=False))

# The long columns come last: SQLite then reads the others without them.
documents = Table(
    "documents",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False, unique=True),
    Column("symbol", String),
    Column("body", String),
    Column("session", Integer),
    Column("special_session", String),
    Column("agenda_item", String),
    Column("date", String),
    Column("year", Integer),
    Column("distribution", String),
    Column("language", String(2)),
    Column("series", String),
    Column("ingested", String, nullable=False),
    Column("title", Text),
    Column("footnotes", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Index("documents_by_symbol", "symbol", "language", "id"),
    Index("documents_by_session", "session", "body"),
    Index("documents_by_special_session", "special_session"),
    Index("documents_by_year", "year"),
    Index("documents_by_body", "body"),
    Index("documents_by_series", "series"),
)

clauses = Table(
    "clauses",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("label", String, nullable=False),
    Column("kind", String),
    Column("number", String),
    Column("annex", String),
    Column("lang", String(2), nullable=False),
    Column("start_offset", Integer, nullable=False),
    Column("end_offset", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("parts", JSON, nullable=False),
    UniqueConstraint("document_id", "position"),
)

models = Table(
    "models",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("themes", JSON, nullable=False),
    Column("info", JSON, nullable=False),
    Column("added", String, nullable=False),
)

# A tagging is written in one transaction with its tags: what can be read is complete.
taggings = Table(
    "taggings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("model_id", ForeignKey("models.id"), nullable=False),
    Column("tagged", String, nullable=False),
    UniqueConstraint("document_id", "version"),
    UniqueConstraint("document_id", "model_id"),
)

tags = Table(
    "tags",
    METADATA,
    Column("tagging_id", ForeignKey("taggings.id"), primary_key=True),
    Column("clause_id", ForeignKey("clauses.id"), primary_key=True),
    Column("review", Boolean, nullable=False),
    Column("themes", JSON, nullable=False),
    Column("probabilities", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    sqlite_with_rowid=False,
)

# The themes of `tags` once more, a row each, to be searched.
tag_themes = Table(
    "tag_themes",
    METADATA,
    Column("tagging_id", ForeignKey("taggings.id"), primary_key=True),
    Column("theme", String, primary_key=True),
    Column("clause_id", ForeignKey("clauses.id"), primary_key=True),
    Column("probability", Float, nullable=False),
    sqlite_with_rowid=False,
)

# Sums over the clauses of one tagging, so that counts over sessions need not read clauses. Theme "" counts every clause, kind ""
# those that have none; a key may not be NULL.
tallies = Table(
    "tallies",
    METADATA,
    Column("tagging_id", ForeignKey("taggings.id"), primary_key=True),
    Column("theme", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("clauses", Integer, nullable=False),
    Column("review", Integer, nullable=False),
    sqlite_with_rowid=False,
)

reviews = Table(
    "reviews",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("clause_id", ForeignKey("clauses.id"), nullable=False),
    Column("model_id", ForeignKey("models.id"), nullable=False),
    Column("reviewer", String, nullable=False),
    Column("reviewed", String, nullable=False),
    Column("action", String, nullable=False),
    Column("said", JSON, nullable=False),
    Column("themes", JSON),
    Column("note", Text, nullable=False),
    Column("undoes", ForeignKey("reviews.id"), unique=True),
    Column("asked", String, nullable=False),
    Column("source", String, unique=True),
    Index("reviews_by_clause", "clause_id"),
    Index("reviews_by_reviewer", "reviewer"),
)

_SQLITE_TRIGGER = """CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only'); END"""
_POSTGRESQL_FUNCTION = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME; END $$"""
_POSTGRESQL_TRIGGER = """CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
# Any number will do, so long as it is the same in every process that makes this schema.
_LOCK = 7_905_151


def make_schema(connection: Connection, place: str, made: str) -> None:
    """The tables and triggers in an empty database, in the transaction of `connection`; nothing where they are there already.

    Raises InputError where the database holds something else, or a store of another version.
    """
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    if inspect(connection).get_table_names():
        check_schema(connection, place)
        return
    METADATA.create_all(connection)
    if postgresql:
        connection.execute(text(_POSTGRESQL_FUNCTION))
    for table in METADATA.tables:
        if postgresql:
            connection.execute(text(_POSTGRESQL_TRIGGER.format(table=table)))
        else:
            for event in ("UPDATE", "DELETE"):
                connection.execute(text(_SQLITE_TRIGGER.format(table=table, event=event)))
    connection.execute(versions.insert().values(version=VERSION, made=made))


def check_schema(connection: Connection, place: str) -> None:
    """Raises InputError where the database is no store, or one of another version."""
    tables = inspect(connection).get_table_names()
    if versions.name not in tables:
        holds = "tables of something else" if tables else "nothing"
        raise InputError(
            f"{place}: is no store, it holds {holds}; name another after --store, or fill one by `resclassify ingest`"
        )
    found = connection.execute(select(versions.c.version)).scalar()
    if found != VERSION:
        raise InputError(f"{place}: is a store of version {found}, this program reads {VERSION}; use the program that made it")
