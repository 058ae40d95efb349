"""The way to the database: its address, transactions, and what goes wrong said in one line."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url

from resclassify.errors import InputError, MissingExtraError, OutputError, ResclassifyError, SettingsError

_DIALECTS = ("sqlite", "postgresql")
_BUSY = "is in use by another process for too long; wait for it to end, or name another store after --store"
_FULL = "has no room left on its disk; what was stored before is kept: free some room and run the command again"
_READ_ONLY = "cannot be written to; name a store in a folder that you may write to after --store"
_NO_FILE = "cannot be opened; name a file in a folder that you may read and write to after --store"
_NOT_ONE = "is no SQLite database, or a damaged one; name another store after --store"
_AWAY = "the database server cannot be reached; start it, or name another store after --store"
_CAUSES: tuple[tuple[str, type[ResclassifyError], str], ...] = (
    ("is locked", OutputError, _BUSY),
    ("lock timeout", OutputError, _BUSY),
    ("is full", OutputError, _FULL),
    ("No space left", OutputError, _FULL),
    ("disk I/O error", OutputError, "cannot be read or written (disk error); free some room or mend the disk and try again"),
    ("readonly", OutputError, _READ_ONLY),
    ("read-only", OutputError, _READ_ONLY),
    ("permission denied", OutputError, _READ_ONLY),
    ("unable to open", OutputError, _NO_FILE),
    ("not a database", InputError, _NOT_ONE),
    ("malformed", InputError, _NOT_ONE),
)


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and the name of its store in messages (no password in it)."""

    engine: Engine
    place: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one consistent look."""
        with plain_errors(self.place), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, all or nothing. In SQLite it holds the right to write from its start (BEGIN IMMEDIATE), so that what
        it reads cannot change before it writes.
        """
        writer = self.engine.execution_options(writes=True)
        with plain_errors(self.place), writer.begin() as connection:
            yield connection


@contextmanager
def plain_errors(place: str) -> Iterator[None]:
    """Errors of the database as errors of the family, in one line; a broken constraint passes as it is."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as error:
        said = " ".join(str(error.orig).split())
        for sign, kind, remedy in _CAUSES:
            if sign in said:
                raise kind(f"{place}: {remedy}") from error
        if isinstance(error, exc.OperationalError) and error.statement is None:
            raise InputError(f"{place}: {_AWAY} ({said[:160]})") from error
        raise OutputError(f"{place}: the database refused ({said[:160]}); see its log, or name another after --store") from error


def open_database(address: str, *, create: bool, wait: float) -> Database:
    """The database at `address`, a URL of SQLAlchemy or the path of an SQLite file. `wait` is how many seconds a lock of others
    is waited for. With `create`, the folders of the path are made.

    Raises SettingsError for an address that means nothing, MissingExtraError without the driver, InputError where there is no
    such file and it is not to be created.
    """
    url = _url(address)
    place = str(url.database) if _is_file(url) else url.render_as_string(hide_password=True)
    try:
        if url.get_backend_name() == "sqlite":
            return Database(_sqlite(url, place, create, wait), place)
        options = f"-c lock_timeout={int(wait * 1000)}"
        arguments = {"connect_timeout": 10, "options": options}
        return Database(create_engine(url, connect_args=arguments, json_serializer=_json), place)
    except ModuleNotFoundError as error:
        line = "pip install 'resclassify[postgres]'"
        raise MissingExtraError(f"{place}: the package {error.name} is not installed; run `make install`, or {line}") from error


def _url(address: str) -> URL:
    try:
        url = make_url(address) if "://" in address else URL.create("sqlite", database=str(Path(address)))
        if url.drivername in _DIALECTS[1:] or url.drivername == "postgres":
            url = url.set(drivername="postgresql+psycopg")
        name = url.get_backend_name()
    except (exc.ArgumentError, ValueError) as error:
        raise SettingsError(f"--store: '{address.split('@')[-1]}' is no address of a database; give a path or a URL") from error
    if name not in _DIALECTS:
        raise SettingsError(f"--store: '{name}' is not kept append-only by this program; give a path, or a URL of PostgreSQL")
    return url


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


def _sqlite(url: URL, place: str, create: bool, wait: float) -> Engine:
    if _is_file(url):
        path = Path(place)
        try:
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
            elif not path.exists():
                raise InputError(f"{place}: there is no store; fill one by `resclassify ingest PATH... --store {place}`")
            elif not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
                # In WAL mode even a reader makes files beside the database, unless it is told that nobody writes.
                url = URL.create("sqlite", database=path.resolve().as_uri(), query={"immutable": "1", "uri": "true"})
        except OSError as error:
            raise OutputError(f"{place}: {_NO_FILE} ({error.strerror})") from error
    engine = create_engine(url, connect_args={"timeout": wait}, json_serializer=_json)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """Transactions are begun by `_begin`, not by the driver, which would begin them at the first write."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # Or else REPLACE would take rows out without asking the triggers.
    connection.execute("PRAGMA recursive_triggers = ON")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error):
            raise


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
