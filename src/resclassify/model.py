"""The model: taxonomy, preprocessing, scorer and calibration in one, and the folder that holds them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resclassify.calibration import Calibration
from resclassify.errors import ModelError, OutputError
from resclassify.evidence import spans_of, worded
from resclassify.lexicon import script
from resclassify.production import in_production, models_folder
from resclassify.scorers import Scorer, load_scorer
from resclassify.segmentation import segment
from resclassify.text import chain
from resclassify.types import Clause, Document, Evidence, TaggedClause

FORMAT = 2
_MANIFEST = "manifest.json"
_UNWRITABLE = "{}: the model cannot be written ({}); name a folder that you may write to"
_REMEDY = "fetch the folder again, name another model, or `resclassify rollback` where it is in production"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a model makes of n texts: `probabilities` and `decided` (whether the theme is a tag), shape (n, themes);
    `uncertain`, shape (n,): whether a person should look; the `evidence` of each text's tags.
    """

    probabilities: NDArray[np.float64]
    decided: NDArray[np.bool_]
    uncertain: NDArray[np.bool_]
    evidence: tuple[tuple[Evidence, ...], ...]


@dataclass(frozen=True)
class Model:
    """What tags clauses. `info` holds what it was trained on and how well it did, as JSON values."""

    themes: tuple[str, ...]
    preprocessing: str
    scorer: Scorer
    calibration: Calibration
    info: Mapping[str, Any] = field(default_factory=dict)

    def assess(self, texts: Sequence[str]) -> Assessment:
        """What the model makes of texts, each calibrated by the language that it is written in."""
        prepare = chain(self.preprocessing)
        worded_texts = [worded(text, prepare) for text in texts]
        reading = self.scorer.read([prepared for prepared, _ in worded_texts])
        langs = [script(text) for text in texts]
        probabilities = self.calibration.probabilities(reading.scores, langs)
        decided = self.calibration.decide(probabilities, langs)
        evidence = (
            tuple(
                tuple(
                    found
                    for column in np.flatnonzero(row)
                    for found in spans_of(text, spans, added[:, column], self.themes[column])
                )
                for text, (_, spans), added, row in zip(texts, worded_texts, reading.words, decided, strict=True)
            )
            if reading.words
            else ((),) * len(texts)
        )
        return Assessment(probabilities, decided, self.calibration.uncertain(probabilities, langs), evidence)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (len(texts), themes)."""
        return self.assess(texts).probabilities

    def tag(self, source: Document | Iterable[Clause], *, batch_size: int = 256) -> list[TaggedClause]:
        """The clauses of a document, or the clauses given, with their tags, in order."""
        clauses = segment(source) if isinstance(source, Document) else list(source)
        tagged: list[TaggedClause] = []
        for start in range(0, len(clauses), batch_size):
            batch = clauses[start : start + batch_size]
            found = self.assess([clause.text for clause in batch])
            tagged += [
                TaggedClause(
                    clause=clause,
                    themes=tuple(theme for theme, is_tag in zip(self.themes, tags, strict=True) if is_tag),
                    probabilities={theme: round(float(value), 4) for theme, value in zip(self.themes, row, strict=True)},
                    evidence=evidence,
                    review=bool(review),
                )
                for clause, row, tags, review, evidence in zip(
                    batch, found.probabilities, found.decided, found.uncertain, found.evidence, strict=True
                )
            ]
        return tagged

    def save(self, folder: Path) -> None:
        """Writes the model beside `folder`, then puts it in its place: a failure leaves what was there.

        The folder's card (README.md) stays. Raises OutputError where it cannot be written.
        """
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        except OSError as error:
            raise OutputError(_UNWRITABLE.format(folder, error.strerror)) from error
        try:
            head = {
                "format": FORMAT,
                "scorer": self.scorer.kind,
                "themes": list(self.themes),
                "preprocessing": self.preprocessing,
                "info": dict(self.info),
            }
            _write_json(beside / "model.json", head)
            (beside / "calibration.json").write_text(self.calibration.to_json(), encoding="utf-8")
            self.scorer.save(beside)
            if (folder / "README.md").exists():
                shutil.copy(folder / "README.md", beside / "README.md")
            seal(beside)
            beside.chmod(0o755)
            _replace_folder(beside, folder)
        except OSError as error:
            raise OutputError(_UNWRITABLE.format(folder, error.strerror or error)) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def seal(folder: Path) -> None:
    """Writes the manifest of a model folder: the SHA-256 of each file that the model is loaded from."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in (_MANIFEST, "README.md"))
    _write_json(folder / _MANIFEST, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})


def load(folder: Path | str | None = None) -> Model:
    """The model in `folder`; without one, the model in production: that of the models folder's ledger (`RESCLASSIFY_MODELS`,
    or runs/models in the working directory), or where there is no ledger the model that travels with resclassify.

    Raises ModelError for a folder that is missing, incomplete, altered since it was sealed, or of another version.
    """
    path = in_production(models_folder()) if folder is None else Path(folder)
    if not path.is_dir():
        raise ModelError(f"{path}: no model folder there; name one after --model (`make train` rebuilds models/floor-clone)")
    _check_manifest(path)
    try:
        head = json.loads((path / "model.json").read_text(encoding="utf-8"))
        if head["format"] != FORMAT:
            raise ModelError(
                f"{path}: is of model format {head['format']}, this version reads {FORMAT}; install the version that made it"
            )
        chain(head["preprocessing"])
        return Model(
            themes=tuple(head["themes"]),
            preprocessing=head["preprocessing"],
            scorer=load_scorer(head["scorer"], path),
            calibration=Calibration.from_json((path / "calibration.json").read_text(encoding="utf-8")),
            info=head["info"],
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(f"{path}: cannot be loaded ({error}); {_REMEDY}") from error


def _check_manifest(folder: Path) -> None:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: {_MANIFEST} is missing or damaged; {_REMEDY}") from error
    for name, digest in manifest.items():
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(f"{folder}: {name} is missing; {_REMEDY}") from error
        if found != digest:
            raise ModelError(f"{folder}: {name} was altered since the model was saved; {_REMEDY}")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _replace_folder(new: Path, old: Path) -> None:
    if old.exists():
        aside = old.parent / f".{old.name}-before"
        shutil.rmtree(aside, ignore_errors=True)
        os.rename(old, aside)
        try:
            os.rename(new, old)
        except OSError:
            os.rename(aside, old)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    else:
        os.rename(new, old)
