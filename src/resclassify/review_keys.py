"""Keys as a person presses them, one by one, from a terminal or from a pipe."""

from __future__ import annotations

import codecs
import os
import select
from collections.abc import Iterator
from contextlib import contextmanager

from resclassify.errors import InputError

ENTER = "\n"
_ESCAPE = "\x1b"
_PAUSE = 0.5
# The keys of the desk as an Arabic keyboard types them (layout Arabic 101), and digits in every form.
_ARABIC = str.maketrans("شسعىصض٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "asunwq" + 2 * "0123456789")


class Keys:
    """Keys from an open file, by its number; state is what has been decoded half."""

    def __init__(self, stream: int = 0) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._after_return = False

    def read(self) -> str:
        """The next key: a small Latin letter or a digit whatever the keyboard, ENTER, any other character, or "" where no more
        will come. Arrows and the like are passed over: their letters are not keys that anyone pressed.
        """
        while True:
            found = self._character()
            if found == _ESCAPE:
                self._pass_over_sequence()
                continue
            # A file from elsewhere may end its lines with both.
            after_return, self._after_return = self._after_return, found == "\r"
            if found == "\n" and after_return:
                continue
            return ENTER if found in ("\r", "\n") else found.lower().translate(_ARABIC)

    def line(self) -> str:
        """What is typed up to Enter, as a terminal lets it be typed and mended."""
        with _as_lines(self._stream):
            typed = []
            while (found := self._character()) not in ("", "\n", "\r"):
                typed.append(found)
            self._after_return = found == "\r"
            return "".join(typed).strip()

    def _character(self) -> str:
        while True:
            # A signal that comes just before a read would wait for the next key; a pause that ends lets it in.
            while not select.select([self._stream], [], [], _PAUSE)[0]:
                pass
            byte = os.read(self._stream, 1)
            found = self._decoder.decode(byte, final=not byte)
            if found or not byte:
                return found

    def _pass_over_sequence(self) -> None:
        while select.select([self._stream], [], [], 0.05)[0]:
            found = self._character()
            # ESC O A: the letter O only opens.
            if not found or found == "~" or (found.isalpha() and found != "O"):
                return


@contextmanager
def single_keys(stream: int = 0) -> Iterator[None]:
    """Makes a terminal give each key at once and unseen; leaves it as it was. Nothing where `stream` is no terminal.

    Raises InputError on a system whose terminals cannot do that.
    """
    if not os.isatty(stream):
        yield
        return
    try:
        import termios
        import tty
    except ImportError as error:
        raise InputError("standard input: this system's terminal gives no single keys; use `review --export`") from error
    before = termios.tcgetattr(stream)
    try:
        tty.setcbreak(stream, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)


@contextmanager
def _as_lines(stream: int) -> Iterator[None]:
    """Lets a terminal show and mend what is typed, line by line."""
    if not os.isatty(stream):
        yield
        return
    import termios

    before = termios.tcgetattr(stream)
    changed = termios.tcgetattr(stream)
    changed[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(stream, termios.TCSADRAIN, changed)
    try:
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)
