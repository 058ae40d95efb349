"""The transformer as onnxruntime runs it: the int8 twin of the network, its tokenizer, and what each word added."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from resclassify.evidence import owners
from resclassify.onnx_network import TOKENIZER, open_network, threads
from resclassify.scorers import Reading

NETWORK = "model.onnx"
# Files of the folder that onnxruntime does not need: the same network for transformers.
COMPANIONS = ("config.json", "model.safetensors", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
_OVERLAP = 64


@dataclass(frozen=True)
class OnnxScorer:
    """`session` gives logits, shape (1, themes), and evidence, shape (1, pieces, themes), for one text at a time, so that a
    text's scores do not depend on what else is scored. A text of more than `longest` pieces is read in windows that overlap,
    and gets the highest score of each theme over them: one part of a clause is enough to carry a theme, and the words of that
    part alone are what carried it.
    """

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    longest: int
    folder: Path
    kind: str = "onnx"

    def read(self, texts: Sequence[str]) -> Reading:
        encodings = self.tokenizer.encode_batch(list(texts))
        with ThreadPoolExecutor(threads()) as pool:
            found = list(pool.map(self._read_one, texts, encodings))
        if not found:
            themes = self.session.get_outputs()[0].shape[-1]
            return Reading(np.zeros((0, themes)))
        return Reading(np.stack([scores for scores, _ in found]), tuple(words for _, words in found))

    def _read_one(self, text: str, encoding: Encoding) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        windows = [encoding, *encoding.overflowing]
        found = [self._run(window) for window in windows]
        logits = np.stack([scores for scores, _ in found])
        words = np.zeros((len(text.split()), logits.shape[1]))
        word_of = [owners(text, window.offsets) for window in windows]
        for theme, decisive in enumerate(logits.argmax(axis=0)):
            for word, weight in zip(word_of[decisive], found[decisive][1][:, theme], strict=True):
                if word is not None:
                    words[word, theme] += weight
        return logits.max(axis=0), words

    def _run(self, window: Encoding) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        ids = np.array([window.ids], dtype=np.int64)
        logits, evidence = self.session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return logits[0].astype(np.float64), evidence[0].astype(np.float64)

    def save(self, folder: Path) -> None:
        for name in (NETWORK, TOKENIZER, *COMPANIONS):
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, folder / name)

    @classmethod
    def load(cls, folder: Path) -> OnnxScorer:
        """Raises ModelError for a network or a tokenizer that cannot be read."""
        session, tokenizer, longest = open_network(folder, NETWORK)
        tokenizer.enable_truncation(longest, stride=min(_OVERLAP, longest // 4))
        return cls(session, tokenizer, longest, folder)
