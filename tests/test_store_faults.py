"""The store stays whole when it is killed, crowded, full, locked away or something else, and says so in one line."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from stores import DOCUMENTS, FIRST, SECOND, Address, clauses_of, filled, put, tagged_by, url_of

from resclassify.errors import InputError, OutputError, ResclassifyError, SettingsError
from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.records import Review, Selection

pytest_plugins = ("store_databases",)


def child(work: Callable[[], None]) -> int:
    """Starts `work` in a process of its own."""
    number = os.fork()
    if number == 0:
        try:
            work()
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    return number


def ended(number: int) -> int:
    """The exit status of a process, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def fill_all(store: Store) -> None:
    for salt, (name, lang, size) in enumerate(DOCUMENTS[:3]):
        put(store, name, lang, size, salt=salt)
        number, _ = store.held(f"{name:>64}"[-64:], FIRST.fingerprint)
        assert number is not None
        store.add_tags(number, tagged_by(clauses_of(name, lang, size), salt + 9), SECOND)


def fill(place: str, reached: Callable[[int], None]) -> None:
    """Fills the store at `place`; `reached` is told the number of each statement and each commit before it is done."""
    numbers = count(1)
    steps = [("before_cursor_execute", lambda *_: reached(next(numbers))), ("commit", lambda *_: reached(next(numbers)))]
    for name, step in steps:
        event.listen(Engine, name, step)
    try:
        with open_store(place, create=True) as store:
            fill_all(store)
    finally:
        for name, step in steps:
            event.remove(Engine, name, step)


def test_killed_at_any_statement_what_is_there_is_whole_and_the_next_run_does_the_rest(address: Address) -> None:
    whole = address()
    numbers: list[int] = []
    fill(whole, numbers.append)
    with open_store(whole) as store:
        expected = [(item.document.name, item.tagged, item.version) for item in store.tagged()]
    seed = random.randrange(10**6)
    for point in sorted(random.Random(seed).sample(numbers, 7)):
        place = address()

        def die(number: int, point: int = point) -> None:
            if number == point:
                os.kill(os.getpid(), signal.SIGKILL)

        assert ended(child(lambda place=place, die=die: fill(place, die))) == -signal.SIGKILL
        with open_store(place, create=True) as store:
            sizes = {name: size for name, _, size in DOCUMENTS}
            for document in store.documents():
                found = list(store.tagged(Selection(document=document.id)))
                assert len(found) == sizes[document.name], (seed, point, document.name)
                assert len(store.document(document.id)[1]) == sizes[document.name]
            fill_all(store)
            assert [(item.document.name, item.tagged, item.version) for item in store.tagged()] == expected, (seed, point)


def test_two_processes_that_write_at_once_lose_nothing(address: Address) -> None:
    place = address()
    filled(place).close()

    def work(who: str) -> Callable[[], None]:
        def write() -> None:
            with open_store(place, create=True) as store:
                for turn in range(15):
                    store.add_review(Review(1 + turn, who, "first", {}, "accept", ("migration",)))
                    if turn % 5 == 0:
                        put(store, f"A_RES_80_{turn}.en.txt", "en", 3)
                for number, (name, lang, size) in enumerate(DOCUMENTS, 1):
                    store.add_tags(number, tagged_by(clauses_of(name, lang, size), 1), SECOND)

        return write

    assert [ended(number) for number in [child(work(who)) for who in ("Amal", "Ben", "Chen")]] == [0, 0, 0]
    with open_store(place) as store:
        assert sorted((review.reviewer, review.clause) for review in store.reviews()) == sorted(
            (who, 1 + turn) for who in ("Amal", "Ben", "Chen") for turn in range(15)
        )
        assert store.size() == len(DOCUMENTS) + 3
        assert store.untagged(FIRST.fingerprint) == []
        assert len(store.models()) == 2
        assert {item.version for item in store.tagged(Selection(model="second"))} == {2}


def test_two_processes_that_undo_one_review_are_told_apart(address: Address) -> None:
    place = address()
    with filled(place) as store:
        store.add_review(Review(1, "Amal", "first", {}, "skip"))

    def undo() -> None:
        with open_store(place) as store:
            store.add_review(Review(1, "Ben", "first", {}, "undo", undoes=1))

    assert sorted(ended(number) for number in [child(undo), child(undo)]) == [0, 1]
    with open_store(place) as store:
        assert [review.action for review in store.reviews()] == ["skip", "undo"]


def test_a_reader_goes_on_while_another_writes(address: Address) -> None:
    place = address()
    with filled(place) as store, open_store(place) as reader:
        stream = reader.tagged()
        first = next(stream)
        put(store, "A_RES_80_1.en.txt", "en", 3)
        assert len([first, *stream]) == sum(size for _, _, size in DOCUMENTS)
        assert len(list(reader.tagged())) == sum(size for _, _, size in DOCUMENTS) + 3


def test_a_lock_that_is_held_too_long_is_one_line(address: Address) -> None:
    place = address()
    filled(place).close()
    engine = create_engine(url_of(place))
    with engine.connect() as holder:
        holder.execute(text("LOCK TABLE documents" if engine.name == "postgresql" else "BEGIN IMMEDIATE"))
        with open_store(place, wait=0.2) as store, pytest.raises(OutputError, match="in use by another process") as caught:
            put(store, "A_RES_80_1.en.txt", "en", 3)
    engine.dispose()
    assert "\n" not in str(caught.value)
    with open_store(place) as store:
        assert put(store, "A_RES_80_1.en.txt", "en", 3)


def test_a_full_disk_is_one_line_and_what_was_there_stays(tmp_path: Path) -> None:
    with filled(str(tmp_path / "s.db")) as store:
        before = list(store.tagged())

        def no_more_pages(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size instead: not a page more

        store.close()
        event.listen(store._database.engine, "connect", no_more_pages)
        with pytest.raises(OutputError, match="no room left on its disk; what was stored before is kept"):
            put(store, "A_RES_80_1.en.txt", "en", 400)
        assert list(store.tagged()) == before


def as_nobody(work: Callable[[], object]) -> str:
    """What a user without rights is told."""
    receive, send = os.pipe()

    def tell() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setuid(65534)
        try:
            work()
        except ResclassifyError as error:
            os.write(send, f"{error.exit_status} {error}".encode())

    number = child(tell)
    os.close(send)
    with os.fdopen(receive, "rb") as stream:
        said = stream.read().decode()
    assert ended(number) == 0
    return said


def test_a_folder_that_may_not_be_written_is_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    filled(str(folder / "s.db")).close()
    for path in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        path.chmod(0o755)
    (folder / "s.db").chmod(0o444)
    folder.chmod(0o555)
    try:
        assert as_nobody(lambda: open_store(str(folder / "new.db"), create=True)).startswith(f"6 {folder}/new.db: cannot be")
        assert as_nobody(lambda: open_store(str(folder / "s.db"), create=True)).startswith(f"6 {folder}/s.db: cannot be")
        # Reading needs no right to write.
        assert as_nobody(lambda: list(open_store(str(folder / "s.db")).tagged())) == ""
    finally:
        folder.chmod(0o755)


def not_a_database(folder: Path) -> str:
    (folder / "n.db").write_bytes(b"This is a letter, and no database at all.\n" * 200)
    return str(folder / "n.db")


def another_database(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "o.db")) as connection:
        connection.execute("CREATE TABLE experiments (id)")
    return str(folder / "o.db")


def empty_database(folder: Path) -> str:
    (folder / "e.db").touch()
    return str(folder / "e.db")


def later_store(folder: Path) -> str:
    open_store(str(folder / "l.db"), create=True).close()
    with closing(sqlite3.connect(folder / "l.db")) as connection:
        connection.execute("INSERT INTO store_version VALUES (99, '')")
        connection.execute("DROP TRIGGER store_version_no_DELETE")
        connection.execute("DELETE FROM store_version WHERE version < 99")
        connection.commit()
    return str(folder / "l.db")


WRONG: list[tuple[Callable[[Path], str], bool, type[ResclassifyError], str]] = [
    (lambda folder: str(folder / "none.db"), False, InputError, "there is no store; fill one by `resclassify ingest"),
    (lambda folder: str(folder / "no/folder/none.db"), False, InputError, "there is no store"),
    (str, True, OutputError, "cannot be opened"),
    (not_a_database, True, InputError, "is no SQLite database"),
    (not_a_database, False, InputError, "is no SQLite database"),
    (another_database, True, InputError, "is no store, it holds tables of something else"),
    (empty_database, False, InputError, "is no store, it holds nothing"),
    (later_store, True, InputError, "is a store of version 99, this program reads 1"),
    (later_store, False, InputError, "is a store of version 99, this program reads 1"),
    (lambda _: "oracle://h/d", True, SettingsError, "'oracle' is not kept append-only"),
    (lambda _: "mysql+none://h/d", True, SettingsError, "'mysql' is not kept append-only"),
    (lambda _: "://", True, SettingsError, "no address of a database"),
    (
        lambda _: "postgresql://a:secret@127.0.0.1:1/d",
        True,
        InputError,
        "a:...@127.0.0.1:1/d: the database server",
    ),
]


@pytest.mark.parametrize(("place", "create", "error", "message"), WRONG)
def test_what_is_no_store_is_refused_in_one_line(
    tmp_path: Path, place: Callable[[Path], str], create: bool, error: type[ResclassifyError], message: str
) -> None:
    with pytest.raises(error) as caught:
        open_store(place(tmp_path), create=create)
    said = str(caught.value)
    assert message.replace("...", "***") in said
    assert "\n" not in said
    assert "secret" not in said


def test_the_command_killed_at_random_can_be_run_again(tmp_path: Path, model_folder: Path) -> None:
    for number in range(12):
        body = "\n\n".join(f"{place}. Urges States to protect worker {number}-{place};" for place in range(1, 15))
        (tmp_path / f"A_RES_80_{number}.en.txt").write_text(f"The General Assembly,\n\n{body}\n")
    store = tmp_path / "s.db"
    line = [str(Path(sys.executable).with_name("resclassify")), "ingest", str(tmp_path), "--store", str(store)]
    line += ["--model", str(model_folder)]
    chance = random.Random()
    for held in (0, 4):
        running = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while documents(store) <= held and running.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.random() / 20)
        running.kill()
        running.wait()
        assert documents(store) > held
    before = documents(store)
    done = subprocess.run(line, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == f"{store}: {12 - before} new, 0 tagged anew, {before} already there, 0 failed\n"
    with open_store(str(store)) as opened:
        assert {(point.point, point.clauses) for point in opened.counts(("name",)) if point.theme is None} == {
            ((f"A_RES_80_{number}.en.txt",), 14) for number in range(12)
        }


def documents(store: Path) -> int:
    if not store.exists():
        return 0
    try:
        with closing(sqlite3.connect(store, timeout=30)) as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
