"""What trends are counted from: a record a tagged clause, with where and when it was said; from documents, tables, the store."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resclassify.addressees import addressees
from resclassify.errors import InputError
from resclassify.lexicon import fold
from resclassify.symbols import parse_symbol, symbol_of_name
from resclassify.tables import read_rows
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Kind, Lang, Metadata
from resclassify.verbs import opening_verb

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_LANGUAGE = re.compile(r"[ ._-](ar|en)(?=\.|$)", re.I)
_ENDING = re.compile(r"\.(?:txt|text|md|docx?|pdf|x?html?|htm)$", re.I)


@dataclass(frozen=True, slots=True)
class Source:
    """A document as trends know it; None where neither its name nor its first page says.

    `session` is the number of a regular session, or the year where sessions are named by years. `series` is the same for the
    versions of one resolution in successive sessions.
    """

    name: str
    symbol: str | None = None
    series: str | None = None
    session: int | None = None
    year: int | None = None
    body: str | None = None
    agenda_item: str | None = None

    @property
    def key(self) -> str:
        """What the language versions of one document have in common: its symbol, or its name without language and ending."""
        return self.symbol or _LANGUAGE.sub("", _ENDING.sub("", self.name))


@dataclass(frozen=True, slots=True)
class Observation:
    """A tagged clause, with what its document is. `review` is true where a person should look before the tags are relied on."""

    source: Source
    id: str
    number: str | None
    kind: Kind | None
    annex: str | None
    lang: Lang
    text: str
    themes: tuple[str, ...]
    probabilities: Mapping[str, float]
    review: bool
    verb: str | None = None
    addressees: tuple[str, ...] = ()


def source_of(name: str, metadata: Metadata | None = None) -> Source:
    """What is known of a document: its symbol as its name has it, or else its first page, which prints symbols of reports too;
    body, session and year as the symbol has them, or else the first page; its series by its title.
    """
    said = metadata or Metadata()
    symbol = symbol_of_name(name) or said.symbol
    parts = parse_symbol(symbol) if symbol else None
    session = parts.session if parts else None
    if session is None and not (parts and parts.special) and said.session and said.session.isdigit():
        session = int(said.session)
    return Source(
        name=name,
        symbol=parts.symbol if parts else None,
        series=series_of(said.title) if said.title else None,
        session=session,
        year=(parts.year if parts else None) or (int(said.date[:4]) if said.date else None),
        body=(parts.body if parts else None) or said.body,
        agenda_item=said.agenda_item,
    )


def series_of(title: str) -> str | None:
    """The series that a title names: its words, without case, numbers and marks."""
    return _NOT_LETTERS.sub(" ", fold(title)).strip() or None


def observe(records: Iterable[Mapping[str, Any]], source: Source) -> list[Observation]:
    """Observations from the records that `tag` writes of one document's clauses."""
    return [_observation(record, source) for record in records]


def read_observations(path: Path) -> list[Observation]:
    """Observations from a table that `resclassify tag` wrote (JSONL, CSV or Parquet).

    What each document is comes from the columns `symbol`, `series`, `title`, `session`, `year`, `body` and `agenda_item` where
    the table has them, or else from the document's name. Raises InputError, naming file and row, for a table without tags.
    """
    rows = read_rows(path)
    if not rows:
        raise InputError(f"{path}: holds no row; give a table that `resclassify tag` wrote")
    sources: dict[tuple[str, ...], Source] = {}
    found = []
    for number, row in enumerate(rows, 1):
        place = f"{path}: row {number}"
        record = _tagged(row, place)
        key = (record["document"], *(str(row.get(name) or "") for name in _COLUMNS))
        if key not in sources:
            sources[key] = _source(record["document"], row, place)
        found.append(_observation(record, sources[key]))
    return found


_COLUMNS = ("symbol", "series", "title", "session", "year", "body", "agenda_item")


def _source(name: str, row: Mapping[str, Any], place: str) -> Source:
    given = {column: str(row[column]).strip() for column in _COLUMNS if row.get(column) not in (None, "")}
    source = source_of(given.get("symbol", name), Metadata(title=given.get("title")))
    source = replace(source, name=name, symbol=source.symbol or given.get("symbol"))
    if "series" in given:
        source = replace(source, series=given["series"])
    return replace(
        source,
        session=_whole(given, "session", place, source.session),
        year=_whole(given, "year", place, source.year),
        body=given.get("body") or source.body,
        agenda_item=given.get("agenda_item") or source.agenda_item,
    )


def _whole(given: Mapping[str, str], column: str, place: str, otherwise: int | None) -> int | None:
    if column not in given:
        return otherwise
    try:
        return int(float(given[column]))
    except (ValueError, OverflowError) as error:
        raise InputError(f"{place}: the {column} '{given[column]}' is no number; write it in digits") from error


def _tagged(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A table's row as a record of `tag`, whatever the table's form."""
    lacking = [name for name in ("text", "themes", "review") if row.get(name) is None]
    if lacking:
        raise InputError(f"{place} has no '{lacking[0]}'; give a table that `resclassify tag` wrote")
    themes = row["themes"]
    if isinstance(themes, str):
        themes = json.loads(themes) if themes.startswith("[") else themes.split()
    fault = load_taxonomy().fault(themes)
    if fault:
        raise InputError(f"{place}: {fault}")
    lang = row.get("lang")
    if lang not in ("ar", "en"):
        raise InputError(f"{place}: the lang '{lang}' is neither 'ar' nor 'en'; give a table that `resclassify tag` wrote")
    probabilities = row.get("probabilities") or {
        name.removeprefix("p_"): value for name, value in row.items() if str(name).startswith("p_") and value not in (None, "")
    }
    try:
        shares = {theme: float(value) for theme, value in dict(probabilities).items()}
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: a probability is no number ({error}); give a table that `resclassify tag` wrote") from error
    return {
        **{name: row.get(name) or None for name in ("kind", "number", "annex")},
        "document": str(row.get("document") or place.split(": row ")[0]),
        "id": str(row.get("id") or place),
        "lang": lang,
        "text": str(row["text"]),
        "themes": themes,
        "probabilities": shares,
        "review": str(row["review"]).strip().lower() in ("true", "1"),
    }


def _observation(record: Mapping[str, Any], source: Source) -> Observation:
    kind, lang, text = record["kind"], record["lang"], record["text"]
    verb = opening_verb(text, lang)
    return Observation(
        source=source,
        id=record["id"],
        number=record["number"],
        kind=kind,
        annex=record["annex"],
        lang=lang,
        text=text,
        themes=tuple(record["themes"]),
        probabilities=record["probabilities"],
        review=bool(record["review"]),
        verb=verb.name if verb else None,
        addressees=addressees(text, lang, kind),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted, once each, and in plain words what is not."""

    observations: tuple[Observation, ...]
    notes: tuple[str, ...]


def count_once(observations: Sequence[Observation], lang: Lang | None = None) -> Counted:
    """Each document once, its annexes left out.

    A document that is there in both languages counts in one: in `lang` where that is given, and then no other document
    counts; otherwise in the language that more documents are in, English where they are as many. A document that is there
    several times in that language counts by the first.
    """
    langs: dict[str, dict[Lang, list[str]]] = {}
    for name, items in _by_document(observations).items():
        spoken: Lang = Counter(item.lang for item in items).most_common(1)[0][0]
        langs.setdefault(items[0].source.key, {}).setdefault(spoken, []).append(name)
    sizes = Counter(spoken for versions in langs.values() for spoken in versions)
    preferred: Lang = lang or ("ar" if sizes["ar"] > sizes["en"] else "en")
    both = sum(len(versions) == 2 for versions in langs.values())
    copies = sum(len(names) - 1 for versions in langs.values() for names in versions.values())
    kept = set()
    for versions in langs.values():
        chosen = preferred if preferred in versions or lang else next(iter(versions))
        kept.update(versions.get(chosen, [])[:1])
    held = [item for item in observations if item.source.name in kept]
    counted = tuple(item for item in held if item.annex is None)
    spoken_by = {"ar": "Arabic", "en": "English"}[preferred]
    other = sum(preferred not in versions for versions in langs.values())
    facts = (
        (both, f"{both} documents are there in both languages and count once, in {spoken_by}"),
        (copies, f"{copies} copies of documents are not counted: the same symbol or name in the same language"),
        (other if lang else 0, f"{other} documents are not there in {spoken_by} and are not counted"),
        (len(held) - len(counted), f"{len(held) - len(counted)} paragraphs of annexes are not counted: they are no clauses"),
    )
    return Counted(counted, tuple(text for count, text in facts if count))


def _by_document(observations: Sequence[Observation]) -> dict[str, list[Observation]]:
    documents: dict[str, list[Observation]] = {}
    for item in observations:
        documents.setdefault(item.source.name, []).append(item)
    return documents
