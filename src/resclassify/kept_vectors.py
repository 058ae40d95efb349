"""Vectors that are kept in a file, so that no text is encoded twice."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resclassify.exports import write_whole
from resclassify.shipped import shipped
from resclassify.vectors import DEFAULT, VECTORS, Encoder, load_encoder

Halves = NDArray[np.float16]
_KEY_BYTES = 16


@dataclass(frozen=True)
class KeptEncoder(Encoder):
    """An encoder that looks in `kept` first. Its vectors are rounded to half precision whether they were kept or not, so that a
    first and a second run give the same.
    """

    path: Path
    kept: dict[bytes, Halves] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str], *, whole: bool = False) -> NDArray[np.float32]:
        """See `Encoder.vectors`."""
        keys = [_key(text, whole) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.kept}
        found = super().vectors(list(missing.values()), whole=whole).astype(np.float16)
        self.kept.update(zip(missing, found, strict=True))
        return np.stack([self.kept[key] for key in keys]).astype(np.float32) if keys else found.astype(np.float32)

    def keep(self) -> None:
        """Writes what is kept to the file, with what another process has put there since.

        Raises OutputError where it cannot be written.
        """
        together = _read(self.path) | self.kept
        keys = np.frombuffer(b"".join(together), dtype=np.uint8).reshape(-1, _KEY_BYTES)
        sink = io.BytesIO()
        np.savez(sink, keys=keys, vectors=np.stack(list(together.values())) if together else np.zeros((0, 0), np.float16))
        with suppress(OSError):  # where the folder cannot be made, writing says so
            self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(sink.getvalue(), self.path)


def load_kept(folder: Path, encoder: Path | None = None) -> KeptEncoder:
    """The encoder of `load_encoder`, with the vectors that are kept in `folder` in a file named after the encoder's hash.

    Raises ModelError where there is no encoder that can be read.
    """
    loaded = load_encoder(encoder)
    weights = (encoder or shipped(DEFAULT)) / VECTORS
    path = folder / f"vectors-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}.npz"
    return KeptEncoder(loaded.session, loaded.tokenizer, path, _read(path))


def _key(text: str, whole: bool) -> bytes:
    return hashlib.blake2b(f"{int(whole)}{text}".encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


def _read(path: Path) -> dict[bytes, Halves]:
    """What a file keeps; nothing where it is missing or damaged, since all of it can be made again."""
    try:
        with np.load(path, allow_pickle=False) as held:
            keys, vectors = held["keys"], held["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    if keys.ndim != 2 or keys.dtype != np.uint8 or vectors.dtype != np.float16 or len(keys) != len(vectors):
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
