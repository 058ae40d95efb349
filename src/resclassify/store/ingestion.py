"""Files into the store, and the store's documents tagged anew: what is there already is passed over."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from resclassify import tables
from resclassify.errors import InputError, NoClauseError
from resclassify.language import require_known
from resclassify.model import Model, load
from resclassify.production import fingerprint_of
from resclassify.readers import SUFFIXES, read_bytes
from resclassify.segmentation import segment
from resclassify.settings import Settings
from resclassify.store.access import Store
from resclassify.store.records import ModelRecord

Outcome = Literal["new", "tagged", "there"]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Tagger:
    """A model folder as the store knows it; the model itself is loaded when something is to be tagged."""

    folder: Path
    batch_size: int = 256

    @cached_property
    def fingerprint(self) -> str:
        """See `fingerprint_of`."""
        return fingerprint_of(self.folder)

    @cached_property
    def model(self) -> Model:
        """The model. Raises ModelError where it cannot be loaded."""
        return load(self.folder)

    @cached_property
    def record(self) -> ModelRecord:
        """What the store keeps of the model."""
        info = json.loads(json.dumps(dict(self.model.info)))
        return ModelRecord(self.fingerprint, self.folder.resolve().name, self.model.themes, info)


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of documents: how many by outcome, and the failures."""

    outcomes: Mapping[Outcome, int]
    failures: tuple[InputError, ...]

    @property
    def total(self) -> int:
        """How many documents were looked at."""
        return sum(self.outcomes.values()) + len(self.failures)


def ingest(store: Store, files: Iterable[Path | None], tagger: Tagger, settings: Settings) -> Tally:
    """Reads, splits, tags and writes files, a transaction each (None is standard input); a file that cannot be read is passed
    over and named in the tally.

    Stopped at any point, what was written stays whole, and running it again does the rest.
    """
    return _tally(files, lambda path: ingest_file(store, path, tagger, settings))


def retag(store: Store, numbers: Iterable[int], tagger: Tagger) -> Tally:
    """Tags documents of the store by another model, a new version each."""
    return _tally(numbers, lambda number: _tag_again(store, number, tagger))


def _tally(items: Iterable[Item], write: Callable[[Item], Outcome]) -> Tally:
    outcomes: Counter[Outcome] = Counter()
    failures: list[InputError] = []
    for item in items:
        try:
            outcomes[write(item)] += 1
        except InputError as error:
            failures.append(error)
    return Tally(outcomes, tuple(failures))


def _tag_again(store: Store, number: int, tagger: Tagger) -> Outcome:
    _, clauses = store.document(number)
    tagged = tagger.model.tag(clauses, batch_size=tagger.batch_size)
    return "tagged" if store.add_tags(number, tagged, tagger.record) else "there"


def _content(path: Path | None, settings: Settings) -> bytes:
    """The bytes of a file, at most one more than the limit, which is then refused by the reader."""
    if path is None:
        return sys.stdin.buffer.read(settings.max_bytes + 1)
    if path.suffix.lower() in tables.SUFFIXES:
        raise InputError(f"{path}: is a table of clauses, and the store takes whole documents; give {' '.join(SUFFIXES)}")
    try:
        with path.open("rb") as stream:
            return stream.read(settings.max_bytes + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error


def ingest_file(store: Store, path: Path | None, tagger: Tagger, settings: Settings) -> Outcome:
    """One file into the store: "new"; "tagged" where the document was there without tags of this model; "there" else."""
    content = _content(path, settings)
    digest = hashlib.sha256(content).hexdigest()
    number, done = store.held(digest, tagger.fingerprint)
    if done:
        return "there"
    if number is not None:
        return _tag_again(store, number, tagger)
    # A name that is not Unicode would be refused by the database.
    name = (path.name if path else "standard input").encode("utf-8", "backslashreplace").decode("utf-8")
    document = read_bytes(content, name, settings)
    require_known(document.text, name)
    clauses = segment(document)
    if not clauses:
        raise NoClauseError(f"{name}: no clause found; give a resolution with its preambular and operative paragraphs")
    tagged = tagger.model.tag(clauses, batch_size=tagger.batch_size)
    return "new" if store.add(document, digest, clauses, tagged, tagger.record) else "there"
