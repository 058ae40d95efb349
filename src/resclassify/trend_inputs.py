"""Observations from what people name: documents, tables that `tag` wrote, a store; and whether they can be corrected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from resclassify import tables
from resclassify.calibration import Calibration
from resclassify.confusions import FILE, Confusions, read_confusions, tagged_alike
from resclassify.errors import InputError, ModelError, NoClauseError
from resclassify.exports import tagged_record
from resclassify.inputs import read_clauses
from resclassify.lexicon import script
from resclassify.model import load
from resclassify.observations import Observation, Source, observe, read_observations, source_of
from resclassify.prevalence import Rates
from resclassify.settings import Settings
from resclassify.types import Kind, Lang


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read, and what was not: `unread` are the documents behind `failures`; those in `empty` hold no clause."""

    observations: tuple[Observation, ...]
    unread: tuple[Source, ...] = ()
    failures: tuple[InputError, ...] = ()
    empty: tuple[str, ...] = ()


def gather(inputs: Iterable[tuple[Path | None, str]], model: Path, settings: Settings) -> Gathered:
    """Observations from files, each with its name (None is standard input): a document is read, split and tagged by the model in
    the folder `model`; a table (.jsonl, .csv, .parquet) holds tags already. What cannot be read is named and left out.

    Raises ModelError where the model is wanted and cannot be loaded.
    """
    found: list[Observation] = []
    unread: list[Source] = []
    failures: list[InputError] = []
    empty: list[str] = []
    tagger = None
    for path, name in inputs:
        try:
            if path is not None and path.suffix.lower() in tables.SUFFIXES:
                found += read_observations(path)
                continue
            tagger = tagger or load(model)
            document, clauses = read_clauses(path, name, None, settings)
            records = [tagged_record(item) for item in tagger.tag(clauses, batch_size=settings.batch_size)]
            found += observe(records, source_of(name, document.metadata if document else None))
        except NoClauseError:
            empty.append(name)
        except InputError as error:
            failures.append(error)
            if path is None or path.suffix.lower() not in tables.SUFFIXES:
                unread.append(source_of(name))
    return Gathered(tuple(found), tuple(unread), tuple(failures), tuple(empty))


def gather_stored(address: str, names: Sequence[str], model: str | None) -> Gathered:
    """Observations from a store: of the documents that `names` name by symbol or file name, of all without names. `model` is a
    model as the store knows it (a fingerprint or a name): each document as it was tagged last without one.
    """
    from resclassify.store import open_store
    from resclassify.store.records import Selection

    found: list[Observation] = []
    failures: list[InputError] = []
    with open_store(address) as opened:
        for chosen in [[name] for name in names] or [[]]:
            try:
                items = opened.chosen(chosen, Selection(model=model))
                for document, held in groupby(items, key=lambda item: item.document):
                    said = document.metadata
                    source = Source(
                        document.name,
                        said.symbol,
                        document.series,
                        int(said.session) if said.session and said.session.isdigit() else None,
                        document.year,
                        said.body,
                        said.agenda_item,
                    )
                    found += observe([tagged_record(item.tagged) for item in held], source)
            except InputError as error:
                failures.append(error)
    return Gathered(tuple(found), (), tuple(failures))


def narrowed(observations: Sequence[Observation], body: str | None, kind: Kind | None) -> list[Observation]:
    """The observations of a body (its name, or a part of it) and a kind. Raises InputError where there are none."""
    if not observations:
        raise NoClauseError("trends: there is no clause to count; give resolutions, or tables that `resclassify tag` wrote")
    bodies = sorted({item.source.body for item in observations if item.source.body})
    held = [item for item in observations if body is None or body.casefold() in (item.source.body or "").casefold()]
    if not held:
        raise InputError(f"--body: no clause is of '{body}'; the bodies here are: {', '.join(bodies) or 'not known'}")
    held = [item for item in held if kind is None or item.kind == kind]
    if not held:
        raise InputError(f"--kind: no clause is {kind}; leave the option out")
    return held


@dataclass(frozen=True, slots=True)
class Errors:
    """The confusions that counts are corrected by, and what to say of them; without confusions nothing is corrected."""

    confusions: Confusions | None
    note: str

    def rates(self, theme: str) -> Mapping[str, Rates]:
        """The rates of a theme by language."""
        return self.confusions.rates(theme) if self.confusions else {}


def errors_of(model: Path, observations: Sequence[Observation]) -> Errors:
    """What is known of the errors in `observations`: the confusions that travel with the model that tagged them.

    Raises ModelError where the model's folder is damaged.
    """
    if not model.is_dir():
        raise ModelError(f"{model}: no model folder there; name one after --model")
    found = read_confusions(model)
    if found is None:
        return Errors(None, f"no corrected share: {model.name} comes without {FILE}, the counts of its errors on labelled text")
    try:
        themes = json.loads((model / "model.json").read_text(encoding="utf-8"))["themes"]
        calibration = Calibration.from_json((model / "calibration.json").read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(f"{model}: cannot be read ({error}); fetch the folder again, or name another with --model") from error
    if not tagged_alike(_tags(observations), themes, calibration):
        return Errors(None, f"no corrected share: not all of these tags are those of {model.name}; name the model with --model")
    said = f"corrected by the errors of {model.name} on {found.text} ({found.clauses} clauses), as if it erred here as there"
    weak = sorted({theme for theme in themes for rates in found.rates(theme).values() if not rates.tell})
    if weak:
        said += f"; not corrected, since too little is known of its errors: {', '.join(weak)}"
    return Errors(found, said)


def _tags(observations: Sequence[Observation]) -> Iterator[tuple[Lang, Sequence[str], Mapping[str, float]]]:
    # A model reads the language off the letters, whatever language a clause was said to be in.
    return ((script(item.text), item.themes, item.probabilities) for item in observations)
