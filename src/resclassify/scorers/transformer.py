"""The transformer as torch runs it: for training, and for making the twin that onnxruntime runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

from resclassify.errors import ModelError
from resclassify.scorers import Reading

_BATCH_PIECES = 8192
# Where a folder has no words, transformers gives a tokenizer to which everything is unknown.
_PROBE = "of the الدول في"


@dataclass(frozen=True)
class TransformerScorer:
    """`network` is any sequence classifier of transformers with one logit a theme; texts are cut at `longest` pieces."""

    network: Any
    tokenizer: Any
    longest: int = 384
    kind: str = "transformer"

    def read(self, texts: Sequence[str]) -> Reading:
        """Scores are logits, in bf16 but for their sums. What single words add is told by the twin (`scorers.onnx`)."""
        return Reading(self._logits(texts))

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        ids = [self.encode(text) for text in texts]
        found = np.zeros((len(texts), self.network.config.num_labels))
        self.network.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for batch in batches_of([len(text) for text in ids], _BATCH_PIECES):
                pieces, attention = padded([ids[number] for number in batch], self.tokenizer.pad_token_id)
                found[batch] = self.network(input_ids=pieces, attention_mask=attention).logits.float().numpy()
        return found

    def encode(self, text: str) -> list[int]:
        """The pieces of a prepared text, with those that mark its ends."""
        return list(self.tokenizer(text, truncation=True, max_length=self.longest)["input_ids"])

    def save(self, folder: Path) -> None:
        """Writes what transformers loads: weights as safetensors in 16 bits, configuration, tokenizer."""
        kept = self.network.dtype
        self.network.to(torch.float16).save_pretrained(folder)
        self.network.to(kept)
        self.tokenizer.save_pretrained(folder)


def classifier(backbone: str, themes: Sequence[str], longest: int = 384) -> TransformerScorer:
    """A classifier on any encoder that transformers loads, named by its folder or its name on a hub, with a fresh head.

    The head is the same each time. Weights are read from safetensors alone and no code of others is run. Raises ModelError
    where it cannot be loaded.
    """
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(
            backbone,
            num_labels=len(themes),
            id2label=dict(enumerate(themes)),
            label2id={theme: number for number, theme in enumerate(themes)},
            problem_type="multi_label_classification",
            trust_remote_code=False,
        )
        tokenizer = AutoTokenizer.from_pretrained(backbone, trust_remote_code=False)
        if set(tokenizer(_PROBE, add_special_tokens=False)["input_ids"]) <= {tokenizer.unk_token_id}:
            raise ValueError("its tokenizer knows no word")
        torch.manual_seed(0)
        network = AutoModelForSequenceClassification.from_pretrained(
            backbone,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            attn_implementation="eager",
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"{backbone}: no encoder could be loaded ({reason}); name a folder with config.json, model.safetensors and a "
            "tokenizer, or a model of a hub whose weights are safetensors"
        ) from error
    room = getattr(config, "max_position_embeddings", longest) - 2
    return TransformerScorer(network, tokenizer, min(longest, room))


def batches_of(lengths: Sequence[int], pieces: int) -> list[list[int]]:
    """Numbers of texts of like length, shortest first, each batch of at most `pieces` pieces with its padding."""
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches and lengths[number] * (len(batches[-1]) + 1) <= pieces:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches


def padded(texts: Sequence[Sequence[int]], pad: int, multiple: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    """Piece numbers, shape (n, longest rounded up to a `multiple`), and the mask that is 1 where there is a piece."""
    width = -(-max(map(len, texts)) // multiple) * multiple
    ids = torch.full((len(texts), width), pad)
    attention = torch.zeros((len(texts), width), dtype=torch.long)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = torch.tensor(text)
        attention[row, : len(text)] = 1
    return ids, attention
