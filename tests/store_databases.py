"""Fixtures: empty databases for the store, of SQLite and of a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from stores import Address, url_of

PROGRAMS = max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), default=None)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of a server of one's own, with `{}` for a database's name, on a socket in a temporary folder; for root it runs as
    the user postgres, since the server refuses root.
    """
    assert PROGRAMS is not None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        line = [str(PROGRAMS / program), *arguments]
        subprocess.run(line, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=300)

    run("initdb", "-D", f"{folder}/d", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=20 -c shared_buffers=16MB"
    run("pg_ctl", "-D", f"{folder}/d", "-w", "-t", "240", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgresql://tester@/{{}}?host={folder}"
    finally:
        run("pg_ctl", "-D", f"{folder}/d", "-m", "immediate", "-t", "240", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed (tests/install_services.sh installs it)")
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """Addresses of new and empty databases."""
    numbers = count(1)
    if request.param == "sqlite":
        return lambda: str(tmp_path / f"{next(numbers)}.db")
    server: str = request.getfixturevalue("server")
    admin = create_engine(url_of(server.format("postgres")), isolation_level="AUTOCOMMIT")

    def new() -> str:
        name = f"t{abs(hash((request.node.name, next(numbers))))}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return server.format(name)

    return new
