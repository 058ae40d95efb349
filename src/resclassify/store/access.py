"""The store as its users hold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType

from sqlalchemy import exc

from resclassify.errors import InputError
from resclassify.store import queries, reviewing, schema, writing
from resclassify.store.connection import Database, open_database
from resclassify.store.records import Count, ModelRecord, Review, Selection, StoredClause, StoredDocument
from resclassify.types import Clause, Document, Lang, TaggedClause

_EVERYTHING = Selection()


class Store:
    """Documents, clauses, versions of tags and reviews in one database, which only grows.

    What is written is written in one transaction; what is read in one call is one consistent look. Safe to use from several
    threads and processes. Any call may raise OutputError or InputError, in one line, where the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.place = database.place

    @classmethod
    def at(cls, address: str, *, create: bool, wait: float) -> Store:
        """The store at an address; see `resclassify.store.open_store`."""
        database = open_database(address, create=create, wait=wait)
        try:
            if create:
                with database.writing() as connection:
                    schema.make_schema(connection, database.place, writing.now())
            else:
                with database.reading() as connection:
                    schema.check_schema(connection, database.place)
        except BaseException:
            database.engine.dispose()
            raise
        return cls(database)

    def close(self) -> None:
        """Lets the database go."""
        self._database.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def add(
        self, document: Document, digest: str, clauses: Sequence[Clause], tagged: Sequence[TaggedClause], model: ModelRecord
    ) -> bool:
        """Writes a document, its clauses and their tags in one transaction; False where all that was there already.

        `digest` is the SHA-256 of the file: a document of the same is the same, and gets its tags alone. `tagged` are `clauses`
        with the tags of `model`, in order.
        """

        def write() -> bool:
            with self._database.writing() as connection:
                number, tagged_before = queries.held(connection, digest, model.fingerprint)
                if tagged_before:
                    return False
                if number is None:
                    number = writing.insert_document(connection, document, digest, clauses)
                return writing.insert_tagging(connection, number, model, tagged)

        try:
            return write()
        except exc.IntegrityError:
            # Another process wrote the same document or model in between (PostgreSQL): now it is there to be found.
            return write()

    def add_tags(self, number: int, tagged: Sequence[TaggedClause], model: ModelRecord) -> bool:
        """Writes a new version of the tags of document `number`; False where `model` has tagged it already.

        Raises KeyError where there is no such document, ValueError where `tagged` are not its clauses.
        """

        def write() -> bool:
            with self._database.writing() as connection:
                return writing.insert_tagging(connection, number, model, tagged)

        try:
            return write()
        except exc.IntegrityError:
            return write()

    def held(self, digest: str, fingerprint: str) -> tuple[int | None, bool]:
        """The id of the document of a file's hash, None without one, and whether the model of a fingerprint has tagged it."""
        with self._database.reading() as connection:
            return queries.held(connection, digest, fingerprint)

    def size(self) -> int:
        """How many documents there are."""
        with self._database.reading() as connection:
            return queries.size(connection)

    def untagged(self, fingerprint: str) -> list[int]:
        """The ids of the documents that the model of a fingerprint has not tagged."""
        with self._database.reading() as connection:
            return queries.untagged(connection, fingerprint)

    def document(self, number: int) -> tuple[Document, list[Clause]]:
        """A document with its text, and its clauses. Raises KeyError where there is none of that id."""
        with self._database.reading() as connection:
            return queries.whole_document(connection, number)

    def documents(self, wanted: Selection = _EVERYTHING) -> Iterator[StoredDocument]:
        """The documents that are meant, in the order that they came; with a theme, kind, review or model, those that have such a
        clause. A stream.
        """
        with self._database.reading() as connection:
            yield from queries.documents_of(connection, queries.select_documents(connection, wanted, self.place))

    def tagged(
        self, wanted: Selection = _EVERYTHING, *, after: int | None = None, limit: int | None = None
    ) -> Iterator[StoredClause]:
        """The clauses that are meant with their tags, by document, then as they stand in it. A stream, or a page of it: `limit`
        clauses after the one whose id is `after`.
        """
        with self._database.reading() as connection:
            query = queries.select_clauses(connection, wanted, self.place, after, limit)
            yield from queries.clauses_of(connection, query)

    def counts(self, by: Sequence[str], wanted: Selection = _EVERYTHING) -> list[Count]:
        """How many clauses there are, and how many of each theme, by any of symbol, session, year, body, agenda_item, language,
        series, name, kind. Raises ValueError for anything else, and for a selection by review.
        """
        with self._database.reading() as connection:
            return queries.counts_of(connection, queries.select_counts(connection, by, wanted, self.place), by)

    def find(self, name: str, language: Lang | None = None) -> list[StoredDocument]:
        """The documents of a symbol, or of a file's name: one for each language at most for a symbol.

        Raises InputError where there is none.
        """
        for wanted in (Selection(name=name, language=language, superseded=True), Selection(symbol=name, language=language)):
            found = list(self.documents(wanted))
            if found:
                return found
        remedy = "name the symbol or the file of a document that `resclassify ingest` has read"
        raise InputError(f"{name}: is not in the store {self.place}{f' in {language!r}' if language else ''}; {remedy}")

    def chosen(self, names: Sequence[str], wanted: Selection = _EVERYTHING) -> Iterator[StoredClause]:
        """The tagged clauses of the documents that `names` name by symbol or file name, all of them without names: what `--store`
        means on the command line. A stream.

        Raises InputError for a name that is not in the store, or has no tags by the model that is meant.
        """
        if not names:
            yield from self.tagged(wanted)
        for name in names:
            found = False
            for document in self.find(name, wanted.language):
                for clause in self.tagged(replace(wanted, document=document.id, superseded=True)):
                    found = True
                    yield clause
            if not found:
                meant = f" by model '{wanted.model}'" if wanted.model else ""
                raise InputError(f"{name}: has no such clause{meant} in the store {self.place}; see `resclassify ingest --retag`")

    def models(self) -> list[ModelRecord]:
        """Every model that has tagged, in the order that they came."""
        with self._database.reading() as connection:
            return [model for _, model in queries.all_models(connection)]

    def add_review(self, review: Review) -> Review:
        """Writes a review; returns it with its id and time.

        Raises InputError where it says what cannot be: an unknown clause, model or theme, an undoing of what was undone.
        """
        try:
            with self._database.writing() as connection:
                return reviewing.insert_review(connection, review, self.place)
        except exc.IntegrityError as error:
            raise InputError(f"{self.place}: review {review.undoes} has been undone by another; see its reviews") from error

    def add_reviews(self, reviews: Sequence[Review]) -> list[Review]:
        """Writes reviews in one transaction, all or none; returns those that were written: one whose `source` is there already is
        passed over. Raises InputError as `add_review` does.
        """

        def write() -> list[Review]:
            with self._database.writing() as connection:
                return reviewing.insert_new_reviews(connection, reviews, self.place)

        try:
            return write()
        except exc.IntegrityError:
            # Another process wrote the same answers in between (PostgreSQL): now they are there to be found.
            return write()

    def reviews(
        self, *, clause: int | None = None, reviewer: str | None = None, model: str | None = None, standing: bool = False
    ) -> Iterator[Review]:
        """Reviews in the order that they came, of a clause's id, by a person, of a model's tags; with `standing` without undone
        ones and undoings. A stream.
        """
        with self._database.reading() as connection:
            number = None if model is None else queries.model_of(connection, model, self.place)[0]
            query = reviewing.select_reviews(clause=clause, reviewer=reviewer, model=number, standing=standing)
            yield from reviewing.reviews_of(connection, query)
