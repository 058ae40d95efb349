"""Vectors of clauses, Arabic and English in one space, by the shipped encoder as onnxruntime runs it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from resclassify.onnx_network import open_network, threads
from resclassify.shipped import shipped
from resclassify.text import chain

VECTORS = "vectors.onnx"
DEFAULT = "models/encoder"
_CHAIN = "light-1"


@dataclass(frozen=True)
class Encoder:
    """What gives a text its vector: the mean over its pieces."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer

    def vectors(self, texts: Sequence[str], *, whole: bool = False) -> NDArray[np.float32]:
        """A vector of length 1 for each text, shape (n, dimensions); a text's vector does not depend on the others.

        Of a long text the beginning is read, which tells most clauses apart; with `whole`, all of it.
        """
        prepare = chain(_CHAIN)
        encodings = self.tokenizer.encode_batch([prepare(text) for text in texts])
        windows = [[found.ids, *(more.ids for more in found.overflowing if whole)] for found in encodings]
        with ThreadPoolExecutor(threads()) as pool:
            found = list(pool.map(self._vector, windows))
        if not found:
            return np.zeros((0, self.session.get_outputs()[0].shape[-1]), dtype=np.float32)
        return np.stack(found)

    def _vector(self, windows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        total = sum(len(pieces) * self._mean(pieces) for pieces in windows)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _mean(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        ids = np.array([pieces], dtype=np.int64)
        (vector,) = self.session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(vector[0])


def load_encoder(folder: Path | None = None) -> Encoder:
    """The encoder in `folder`; without one, the one that travels with resclassify.

    Raises ModelError where there is none that can be read.
    """
    session, tokenizer, longest = open_network(shipped(DEFAULT) if folder is None else folder, VECTORS)
    tokenizer.enable_truncation(longest)
    return Encoder(session, tokenizer)
