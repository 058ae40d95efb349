"""Symbols of UN documents: read from a file's name, and taken apart into body, session and year.

The grammar is that of the Dag Hammarskjöld Library's guide to document symbols: organ, subsidiary body, session or year, number,
and what the document changes (Add., Corr., Rev.), each between slashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class SymbolParts:
    """What a symbol says.

    `symbol` is its usual form ("S/RES/1325 (2000)"). `session` is the number of a regular session, or the year where sessions
    are named by years (ECOSOC); `special` is a special session as printed ("S-10", "ES-10"), and then `session` is None.
    `year` is the year in the symbol, or else that in which the session opened (General Assembly, Human Rights Council).
    `number` is the last number before Rev., Add. or Corr.; `revision` that of Rev., 0 without one. `resolution` is true for
    adopted resolutions, `draft` for a limited document (L.).
    """

    symbol: str
    body: str | None = None
    session: int | None = None
    special: str | None = None
    year: int | None = None
    number: int | None = None
    revision: int = 0
    resolution: bool = False
    draft: bool = False


_BODIES = (
    ("A/HRC", "Human Rights Council"),
    ("A", "General Assembly"),
    ("S", "Security Council"),
    ("E/ECE", "Economic Commission for Europe"),
    ("ECE", "Economic Commission for Europe"),
    ("E", "Economic and Social Council"),
    ("UNEP/EA", "United Nations Environment Assembly"),
    ("UNEP", "United Nations Environment Programme"),
    ("HSP/HA", "United Nations Habitat Assembly"),
    ("HSP", "United Nations Human Settlements Programme"),
    ("TD", "United Nations Conference on Trade and Development"),
    ("ST", "Secretariat"),
)
_ORGANS = frozenset(
    "A S E ST TD UNEP HSP ECE CEDAW CCPR CERD CAT CRC CRPD CMW CTOC CAC CD CEP DP DC FCCC ICCD UNW CBD JIU".split()
)
_WORDS = frozenset(
    "RES DEC HRC PRST PV INF OS CONF NGO HLS FFDF ECE TRANS CEP HBP ADN ICEF GC CP MP COP SS SGB AI IC TIB AGENDA".split()
)
_DOTTED = re.compile(r"[A-Z][A-Za-z]*\.[A-Z]*\d+[A-Z]?|[A-Z]{2,}\.[IVXLC]+|[A-Z]{2,}(?:\.[A-Z]{2,})+")
_NUMBERED = re.compile(r"(?:E?S-)?\d+(?:-\d+)?(?: ?\[?[A-Z](?:-[A-Z])?\]?)?|\d+ ?\((?:(?:19|20)\d\d|[IVXLC]+)\)")
_LANGUAGE = re.compile(r"[ ._-](?:ar|en)$", re.I)
_COPY = re.compile(r" ?\(\d{1,2}\)$")
_ENDING = re.compile(r"\.(?:txt|docx?|pdf|html?|xml|jsonl?|csv|parquet|gz)$", re.I)
_CHANGE = re.compile(r"(?:Rev|Add|Corr|Amend|Summary)\.\d+")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_YEARS = range(1945, 2100)


def symbol_of_name(name: str) -> str | None:
    """The symbol that a file is named by ("A_RES_78_228.en.txt" gives "A/RES/78/228"), in its usual form; None where it is named
    by none. Slashes may be written as "_" or "-"; folders before it, a language and the number of a copy are passed over.
    """
    stem = name.strip() if name.split("/")[0] in _ORGANS else PurePosixPath(name.replace("\\", "/")).name
    while _ENDING.search(stem):
        stem = _ENDING.sub("", stem)
    stem = _LANGUAGE.sub("", _COPY.sub("", _LANGUAGE.sub("", stem)))
    if "_" not in stem and "/" not in stem:
        stem = re.sub(r"(?<=_)(E?S)_(?=\d+_)", r"\1-", stem.replace("-", "_"))
    # "1325_(2000)" and "1325_2000_", the two ways that a bracket is kept out of a file's name.
    stem = re.sub(r"[_ ]+\(", "(", stem)
    stem = re.sub(r"(?<=^S_RES_)(\d+)_((?:19|20)\d\d)_?$", r"\1(\2)", stem)
    return _usual(re.sub(r"_+", "/", stem))


def parse_symbol(symbol: str) -> SymbolParts:
    """The parts of a symbol, whatever way it is spaced or cased; what it does not say is None.

    Years of sessions: session n of the General Assembly opened in 1945 + n; the Human Rights Council has held three regular
    sessions a year since 2007, the first three in 2006.
    """
    usual = _usual(symbol) or " ".join(symbol.split())
    parts = usual.split("/")
    body = next((name for prefix, name in _BODIES if re.match(rf"{prefix}(?:[/.]|$)", usual)), None)
    kept = [part for part in parts if not _CHANGE.fullmatch(part)]
    numbers = re.findall(r"\d+", re.sub(r"\(.*?\)| ?[A-Z](-[A-Z])?$", "", kept[-1]))
    special = next((match[0] for part in parts[1:] if (match := re.fullmatch(r"E?S-\d+|SS\.[IVXLC]+", part))), None)
    session = None if special or "OS" in parts else _session(kept, body)
    return SymbolParts(
        symbol=usual,
        body=body,
        session=session,
        special=special,
        year=_year(kept, body, session),
        number=int(numbers[-1]) if len(kept) > 1 and numbers else None,
        revision=next((int(part[4:]) for part in parts if part.startswith("Rev.") and part[4:].isdigit()), 0),
        resolution="RES" in parts or any(re.fullmatch(r"RES\.\d+", part) for part in parts),
        draft=any(re.fullmatch(r"L\.\d+", part) for part in parts),
    )


def _usual(symbol: str) -> str | None:
    """The symbol as the United Nations prints it; None for what is no symbol."""
    parts = [_part(part) for part in re.sub(r"\s*/\s*", "/", symbol.strip().rstrip(".")).split("/")]
    if parts and parts[0].upper() in _ORGANS and any(part.upper() in ("RES", "DEC") for part in parts):
        parts[0] = parts[0].upper()
    parts = [part.upper() if part.upper() in _WORDS and part.isalpha() else part for part in parts]
    if len(parts) > 2 and re.fullmatch(r"[A-Z](?:-[A-Z])?", parts[-1]):
        # The lettered part of a resolution ("48/218 B"), which a file's name sets off like a component.
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    organ, *rest = parts
    if organ not in _ORGANS or len(rest) < (2 if len(organ) == 1 else 1) or not any(map(_numbered, rest)):
        return None
    if not all(part in _WORDS or _CHANGE.fullmatch(part) or _DOTTED.fullmatch(part) or _numbered(part) for part in rest):
        return None
    return "/".join(parts)


def _numbered(part: str) -> bool:
    return _NUMBERED.fullmatch(part) is not None or re.fullmatch(r"[A-Z][A-Za-z]*\.[A-Z]*\d+[A-Z]?", part) is not None


def _part(part: str) -> str:
    """A component as it is usually cased and spaced: "REV.1" as "Rev.1", "1325(2000)" as "1325 (2000)", "218[B]" as "218 B"."""
    part = " ".join(part.split())
    part = re.sub(r"^(rev|add|corr|amend|summary)\.(?=\d)", lambda match: f"{match[1].capitalize()}.", part, flags=re.I)
    part = re.sub(r"^(res)\.(?=\d)", "RES.", part, flags=re.I)
    part = re.sub(r"(?<=\d) ?\[?([A-Z](?:-[A-Z])?)\]?$", r" \1", part) if re.match(r"\d", part) else part
    part = re.sub(r"(?<=\d) ?\(([ivxlc]+)\)$", lambda match: f"({match[1].upper()})", part, flags=re.I)
    return re.sub(r"(?<=\d) ?\(((?:19|20)\d\d)\)$", r" (\1)", part)


def _session(parts: list[str], body: str | None) -> int | None:
    roman = re.search(r"\(([IVXLC]+)\)$", parts[-1])
    if roman:
        return _roman(roman[1])
    if body in ("United Nations Environment Assembly", "United Nations Habitat Assembly"):
        dotted = re.search(r"\.(\d+)$", parts[1])
        return int(dotted[1]) if dotted else None
    # The session stands before the document's number: a lone number is the document's.
    first = next((int(part) for part in parts[1:-1] if re.fullmatch(r"\d+", part)), None)
    if body in ("Security Council", "Secretariat") or first is None or "CONF" in parts:
        return None
    return first if first in _YEARS or first < 200 else None


def _year(parts: list[str], body: str | None, session: int | None) -> int | None:
    bracketed = re.search(r"\(((?:19|20)\d\d)\)$", parts[-1])
    if bracketed:
        return int(bracketed[1])
    named = next((int(part) for part in parts[1:-1] if re.fullmatch(r"\d{4}", part) and int(part) in _YEARS), None)
    if named is not None or session is None:
        return named
    if body == "General Assembly":
        return 1945 + session
    if body == "Human Rights Council":
        return 2007 + (session - 4) // 3
    return None


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
