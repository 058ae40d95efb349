"""Bytes to `Document`: what a file is, its lines by the reader of its kind, mended into running text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from resclassify.errors import InputError
from resclassify.front_page import read_metadata
from resclassify.layout import mend
from resclassify.settings import Settings
from resclassify.types import Document, Line

SUFFIXES = (".txt", ".text", ".md", ".docx", ".pdf", ".html", ".htm", ".xhtml")
_LONE_MARK = re.compile(r"^(?:[\d٠-٩]{1,3}\s?[.)\-–ـ]|\((?:[a-z]{1,4}|[\u0621-\u064a]{1,2})\))$")
_REMEDY = "give a .txt, .docx, .pdf or .html file"


def read(source: Path | str, settings: Settings | None = None) -> Document:
    """The document in the file `source`.

    Raises InputError, naming the file and the remedy, for one that cannot be read.
    """
    path, settings = Path(source), settings or Settings()
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; give a file in it")
        size = path.stat().st_size
        if size > settings.max_bytes:
            raise InputError(_too_large(str(path), size, settings.max_bytes, "max_bytes"))
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
    return read_bytes(content, path.name, settings)


def read_text(text: str, name: str = "text", settings: Settings | None = None) -> Document:
    """The document in a string."""
    return read_bytes(text.encode("utf-8", "surrogatepass"), name, settings)


def read_bytes(content: bytes, name: str, settings: Settings | None = None) -> Document:
    """The document in `content`; its kind is found out from the bytes, then from the ending of `name`."""
    settings = settings or Settings()
    if len(content) > settings.max_bytes:
        raise InputError(_too_large(name, len(content), settings.max_bytes, "max_bytes"))
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{name}: is empty; {_REMEDY} with text in it")
    lines = _reader(content, name, settings)(content, name)
    length = sum(len(line.text) for line in lines)
    if length > settings.max_text_chars:
        raise InputError(_too_large(name, length, settings.max_text_chars, "max_text_chars"))
    if not lines:
        raise InputError(f"{name}: holds no text; {_REMEDY} with text in it")
    lines = _join_marks(lines)
    mended = mend(lines)
    return Document(name=name, text=mended.text, metadata=read_metadata(lines), footnotes=mended.footnotes)


def _join_marks(lines: Sequence[Line]) -> list[Line]:
    """`lines` with list marks that stand alone, in a table cell or a line of their own, before the text they number."""
    joined: list[Line] = []
    mark: Line | None = None
    for line in lines:
        text = line.text.strip()
        if mark is not None:
            together = line.page == mark.page and line.style != "footnote" and text[:1].isalpha()
            if together:
                joined.append(replace(line, text=f"{mark.text.strip()} {text}", gap=mark.gap))
                mark = None
                continue
            joined.append(mark)
        mark = line if _LONE_MARK.match(text) and line.style is None else None
        if mark is None:
            joined.append(line)
    return joined if mark is None else [*joined, mark]


def _too_large(name: str, size: int, limit: int, setting: str) -> str:
    return f"{name}: has {size:,} bytes or characters, over the limit of {limit:,}; split it, or raise {setting} in the settings"


def _reader(content: bytes, name: str, settings: Settings) -> Callable[[bytes, str], list[Line]]:
    """The reader for what `content` is. Heavy parsers are imported only for files that need them."""
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in content[:1024]:
        from resclassify.readers import pdf

        return pdf.read_lines
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")) or name.lower().endswith(".docx"):
        from resclassify.readers import docx

        return lambda data, title: docx.read_lines(data, title, settings)
    markup = start[:512].lower()
    if markup.startswith((b"<!doctype html", b"<html", b"<?xml")) or name.lower().endswith((".html", ".htm", ".xhtml")):
        from resclassify.readers import html

        return html.read_lines
    if name.lower().endswith(".pdf"):
        raise InputError(f"{name}: is named .pdf but is no PDF; fetch it again")
    if start.startswith((b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"\x1f\x8b", b"Rar!", b"7z")):
        raise InputError(f"{name}: is of a kind that is not read; {_REMEDY} (pictures need OCR first)")
    from resclassify.readers import text

    return text.read_lines
