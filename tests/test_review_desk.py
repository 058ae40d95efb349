"""The desk does what each key says, keeps each decision at once, and shows text of either direction without obeying it."""

from __future__ import annotations

import io
import os
import sys
import termios
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from reviews import ENCODER, put, small_store, tagged_clauses
from rich.console import Console
from stores import FIRST

from resclassify.errors import MissingExtraError
from resclassify.review_desk import HELP, Desk, shapes, sit, visual
from resclassify.review_keys import ENTER, Keys, single_keys
from resclassify.review_queue import Question, Wanted, queue
from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.records import Review


def keys_of(typed: str | bytes) -> Keys:
    """Keys as if `typed` had been typed before."""
    reading, writing = os.pipe()
    os.write(writing, typed if isinstance(typed, bytes) else typed.encode())
    os.close(writing)
    return Keys(reading)


def asked(store: Store, **wanted: object) -> list[Question]:
    """The questions in the order of the store, so that tests can count on it."""
    found = queue(store, Wanted("Amal", count=20, random_share=0.0, **wanted), ENCODER, ())  # type: ignore[arg-type]
    return sorted(found, key=lambda question: question.item.id)


def played(
    store: Store, typed: str, questions: Sequence[Question] | None = None, *, blind: bool = False, shaped: bool = False
) -> str:
    """What is shown where `typed` is typed."""
    shown = io.StringIO()
    screen = Console(file=shown, width=100, color_system=None)
    sit(Desk(store, "Amal", keys_of(typed), screen, blind, shaped), asked(store) if questions is None else questions)
    return shown.getvalue()


def kept(store: Store) -> list[tuple[int, str, tuple[str, ...] | None, str]]:
    return [(row.clause, row.action, row.themes, row.note) for row in store.reviews()]


PROTECT, PROSECUTE = ("victim_protection",), ("prosecution",)
PLAYS = [
    ("a", [(1, "accept", PROTECT, "")]),
    ("\n", [(1, "accept", PROTECT, "")]),
    ("\r\n\r\n", [(1, "accept", PROTECT, ""), (2, "accept", PROSECUTE, "")]),
    ("4\n", [(1, "change", ("victim_protection", "migration"), "")]),
    ("43\n", [(1, "change", ("migration",), "")]),
    ("3\n", [(1, "change", (), "")]),
    ("44\n", [(1, "accept", PROTECT, "")]),
    ("4a", [(1, "accept", PROTECT, "")]),
    ("sa", [(1, "skip", None, ""), (2, "accept", PROSECUTE, "")]),
    ("nwhy this?\na", [(1, "accept", PROTECT, "why this?")]),
    ("nلا يبدو لي واضحا\ns", [(1, "skip", None, "لا يبدو لي واضحا")]),
    ("au4\n", [(1, "accept", PROTECT, ""), (1, "undo", None, ""), (1, "change", ("victim_protection", "migration"), "")]),
    (
        "asuua",
        [
            (1, "accept", PROTECT, ""),
            (2, "skip", None, ""),
            (2, "undo", None, ""),
            (1, "undo", None, ""),
            (1, "accept", PROTECT, ""),
        ],
    ),
    ("ua", [(1, "accept", PROTECT, "")]),
    ("wzé9\x1b[Aqa", []),
    ("aqa", [(1, "accept", PROTECT, "")]),
    ("ش", [(1, "accept", PROTECT, "")]),
    ("سA", [(1, "skip", None, ""), (2, "accept", PROSECUTE, "")]),
    ("٤\n", [(1, "change", ("victim_protection", "migration"), "")]),
    ("", []),
]


@pytest.mark.parametrize(("typed", "expected"), PLAYS)
def test_each_key_does_what_it_says(
    tmp_path: Path, typed: str, expected: list[tuple[int, str, tuple[str, ...] | None, str]]
) -> None:
    with small_store(tmp_path) as store:
        played(store, typed)
        assert kept(store) == expected


def test_a_review_keeps_what_was_shown_and_how_it_was_asked(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        played(store, "4\n", [replace(asked(store)[0], asked="random")])
        (row,) = store.reviews()
        assert (row.asked, row.reviewer, row.model) == ("random", "Amal", FIRST.fingerprint)
        assert (row.said["themes"], row.said["probabilities"]["victim_protection"], row.said["shown"]) == (
            ["victim_protection"],
            0.9,
            True,
        )


def test_a_note_goes_with_its_clause_alone(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        played(store, "nfirst\naa")
        assert [row.note for row in store.reviews()] == ["first", ""]


def test_the_clause_is_shown_with_number_themes_evidence_and_progress(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        shown = played(store, "a")
        assert "1 of 6   A/RES/78/951, operative 1   O01" in shown
        assert "Urges³ States to give survivors" in shown
        assert "3 [x] 0.90 Victim protection" in shown
        assert "4 [ ] 0.05 Migration" in shown
        assert "2 of 6" in shown


def test_why_names_every_part_of_the_score(tmp_path: Path) -> None:
    with small_store(tmp_path, "en", "ar") as store:
        shown = " ".join(played(store, "w").split())
        for part in ("uncertainty", "languages", "models", "rarity", "novelty", "by its score"):
            assert part in shown
        assert "in the other language: A_RES_78_951.ar.txt#O01" in shown or "A_RES_78_951.en.txt#O01" in shown


def test_blind_shows_nothing_of_the_model_and_accepts_nothing_unseen(tmp_path: Path) -> None:
    with small_store(tmp_path, sure=(0.5,)) as store:
        shown = played(store, "a3\n", blind=True)
        assert "0.50" not in shown
        assert "[x]" not in shown
        assert "³" not in shown
        assert "not sure" not in shown
        (row,) = store.reviews()
        assert (row.action, row.themes, row.said["shown"]) == ("accept", PROTECT, False)


def test_conflicts_show_both_readers_and_are_adjudicated(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        for who, themes in (("Ben", ("migration",)), ("Carla", ())):
            store.add_review(Review(1, who, FIRST.fingerprint, {}, "change", themes, "my reading"))
        shown = played(store, "4\n", asked(store, conflicts=True))
        assert "Ben: migration (my reading)" in shown
        assert "Carla: none (my reading)" in shown
        last = list(store.reviews())[-1]
        assert (last.action, last.themes, last.asked) == ("adjudicate", ("victim_protection", "migration"), "conflict")


def test_what_another_has_decided_since_is_passed_over(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        questions = asked(store)
        store.add_review(Review(1, "Ben", FIRST.fingerprint, {}, "accept", PROTECT))
        played(store, "a", questions)
        assert [(row.reviewer, row.clause) for row in store.reviews()] == [("Ben", 1), ("Amal", 2)]


def test_arabic_stands_at_the_right_and_its_figures_before_the_names(tmp_path: Path) -> None:
    with small_store(tmp_path, "ar") as store:
        shown = played(store, "a").split("\n")
        assert shown[1].rstrip().endswith("القسري وتعويضهم؛")
        assert shown[1].startswith(" ")
        assert shown[4] == "3 [x] 0.90 victim_protection  حماية الضحايا"


def test_shaped_arabic_is_joined_turned_round_and_marked_with_brackets(tmp_path: Path) -> None:
    with small_store(tmp_path, "ar") as store:
        line = played(store, "a", shaped=True).split("\n")[1].strip()
        assert line.startswith("؛")
        assert line.endswith("³]ﺚﺤﺗ[")
    assert visual("تحث الدول على 3 أمور", 100) == ["ﺭﻮﻣﺃ 3 ﻰﻠﻋ ﻝﻭﺪﻟﺍ ﺚﺤﺗ"]
    assert all(len(line) <= 20 for line in visual("كلمة " * 30, 20))


def test_text_cannot_give_the_terminal_orders(tmp_path: Path) -> None:
    tagged = tagged_clauses("letter.txt", "en")[:1]
    text = "Urges \x1b[2J\x07States \x9b31m[bold]now[/bold];"
    tagged[0] = replace(tagged[0], clause=replace(tagged[0].clause, text=text, end=len(text)))
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        put(store, "letter.txt", "en", tagged)
        shown = played(store, "n\x1b]0;x\x07\na")
        assert not set(shown) & {"\x1b", "\x07", "\x9b"}
        assert "[bold]now[/bold];" in shown


@pytest.mark.parametrize(
    ("variables", "terminal", "shape", "expected"),
    [
        ({}, True, "auto", False),
        ({"WT_SESSION": "1"}, True, "auto", True),
        ({"TERM_PROGRAM": "vscode"}, True, "auto", True),
        ({"WT_SESSION": "1"}, False, "auto", False),
        ({"WT_SESSION": "1"}, True, "off", False),
        ({}, False, "on", True),
    ],
)
def test_shaping_is_for_terminals_that_do_not(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], terminal: bool, shape: str, expected: bool
) -> None:
    for name in ("WT_SESSION", "ALACRITTY_WINDOW_ID", "XTERM_VERSION", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert shapes(shape) is expected  # type: ignore[arg-type]


def test_a_missing_package_names_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bidi", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'resclassify\[review\]'; or show text as it is by --shape off"):
        shapes("on")


def test_keys_of_terminals_are_passed_over_whole() -> None:
    keys = keys_of("\x1b[A\x1b[3~\x1bOB\x1b[1;5Cq")
    assert [keys.read(), keys.read()] == ["q", ""]
    assert keys_of("\r\n").read() == ENTER
    broken = keys_of(b"\xff\xd8")
    assert [broken.read(), broken.read(), broken.read()] == ["\ufffd", "\ufffd", ""]


def test_a_terminal_gives_single_keys_and_is_left_as_it_was() -> None:
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)

    def interrupted() -> None:
        with single_keys(slave):
            os.write(master, b"s")
            keys = Keys(slave)
            assert keys.read() == "s"
            # Typed when the terminal has turned to lines, which mends what was mistyped.
            typing = threading.Timer(0.3, os.write, (master, b"notX\x7fe\n"))
            typing.start()
            assert keys.line() == "note"
            typing.join()
            assert not termios.tcgetattr(slave)[3] & termios.ICANON
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_help_names_every_key() -> None:
    for key in ("a", "Enter", "1-5", "s", "u", "n", "w", "q"):
        assert f"{key} " in HELP
