"""The store: documents, clauses, versions of their tags, and reviews, in SQLite or PostgreSQL; it only grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resclassify.errors import MissingExtraError

if TYPE_CHECKING:
    from resclassify.store.access import Store

DEFAULT = "runs/resclassify.db"


def open_store(address: str = DEFAULT, *, create: bool = False, wait: float = 30.0) -> Store:
    """The store at `address`: the path of an SQLite file, or a URL of SQLAlchemy (sqlite, postgresql). With `create`, one is made
    where there is none. `wait` is how many seconds the lock of another writer is waited for.

    Raises InputError where there is no store, something else, or a store of another version; OutputError where it cannot be
    written; MissingExtraError where SQLAlchemy or the driver of PostgreSQL is not installed.
    """
    try:
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        line = "pip install 'resclassify[store]'"
        raise MissingExtraError(f"SQLAlchemy is not installed; run `make install`, or {line}") from error
    from resclassify.store.access import Store

    return Store.at(address, create=create, wait=wait)
