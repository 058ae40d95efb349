"""Plain text: UTF-8, UTF-16 or Windows-1256, found out from the bytes."""

from __future__ import annotations

import codecs
import re

from resclassify.errors import InputError
from resclassify.types import Line

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(content: bytes, name: str) -> str:
    """The text that `content` encodes.

    Raises InputError where it is no text.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _decoded(content, encoding, name)
    order = _utf16_order(content[:4000])
    if order is not None:
        return _decoded(content, order, name)
    if len(_CONTROL.findall(content[:4000])) > len(content[:4000]) // 100:
        raise InputError(f"{name}: holds bytes that are no text; give a .txt, .docx, .pdf or .html file")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(content, name)


def _utf16_order(start: bytes) -> str | None:
    """UTF-16 without a byte-order mark, told by the high bytes of Latin and Arabic letters, 0 and 6; None for other text."""
    little = sum(byte in (0, 6) for byte in start[1::2])
    big = sum(byte in (0, 6) for byte in start[0::2])
    if abs(little - big) < 0.3 * (len(start) // 2) or max(little, big) < 0.7 * (len(start) // 2):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not valid {encoding} at byte {error.start}; save it as UTF-8") from error


def _legacy(content: bytes, name: str) -> str:
    """Windows-1256 where that makes Arabic words, Windows-1252 where it makes Latin ones."""
    arabic, western = content.decode("cp1256"), content.decode("cp1252", errors="replace")
    if re.search(r"[\u0621-\u064a]{3}", arabic):
        return arabic
    if "\ufffd" in western:
        raise InputError(f"{name}: is in an encoding other than UTF-8, UTF-16 and Windows-1256; save it as UTF-8")
    return western


def read_lines(content: bytes, name: str) -> list[Line]:
    """Lines of a plain text; a form feed starts a new page."""
    lines: list[Line] = []
    gap = False
    text = re.sub(r"\r\n?|\u2028|\u0085", "\n", decode(content, name)).replace("\u2029", "\n\n").replace("\v", "\n")
    for page, sheet in enumerate(text.split("\f")):
        for piece in sheet.split("\n"):
            if piece.strip(" \t\u00a0\ufeff"):
                lines.append(Line(piece, page=page, gap=gap))
            gap = not piece.strip(" \t\u00a0\ufeff")
    return lines
