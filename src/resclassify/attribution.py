"""What each word adds to a theme's score: measured by hiding it, then learned, so that telling it costs no second reading.

Hiding a word and scoring again is the measure (occlusion, Zeiler and Fergus 2014); it takes as many readings as there are
words. A linear map from the last hidden states to that measure, fitted on training clauses, tells it in the reading that
gives the scores (amortized explanation, as FastSHAP, Jethani et al. 2022).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from resclassify.evidence import owners
from resclassify.scorers.transformer import TransformerScorer

_LONGEST_WORDS = 80
_BATCH = 32


def leave_one_out(scorer: TransformerScorer, text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each word of a prepared text: the sum of its pieces' last hidden states and their number, shape (words, hidden + 1);
    and how much each theme's logit falls when the word's pieces are masked, shape (words, themes).
    """
    encoding = scorer.tokenizer(text, truncation=True, max_length=scorer.longest, return_offsets_mapping=True)
    ids, word_of = list(encoding["input_ids"]), owners(text, encoding["offset_mapping"])
    words = sorted({word for word in word_of if word is not None})
    mask = scorer.tokenizer.mask_token_id
    hidden = [[mask if of == word else piece for piece, of in zip(ids, word_of, strict=True)] for word in words]
    logits = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        whole = torch.tensor([ids])
        found = scorer.network(input_ids=whole, attention_mask=torch.ones_like(whole), output_hidden_states=True)
        states, base = found.hidden_states[-1][0].float().numpy(), found.logits[0].float().numpy()
        for start in range(0, len(hidden), _BATCH):
            batch = torch.tensor(hidden[start : start + _BATCH])
            logits.append(scorer.network(input_ids=batch, attention_mask=torch.ones_like(batch)).logits.float().numpy())
    belongs = np.array([[of == word for of in word_of] for word in words], dtype=np.float64)
    features = np.hstack([belongs @ states, belongs.sum(axis=1, keepdims=True)])
    return features, base - np.concatenate(logits)


def fit_evidence(scorer: TransformerScorer, texts: Sequence[str], *, penalty: float = 100.0) -> NDArray[np.float32]:
    """The map from a piece's last hidden state, and a constant, to what it adds: shape (hidden + 1, themes), by ridge regression
    of what `leave_one_out` measures on prepared texts. Texts of more than eighty words are passed over.
    """
    measured = [leave_one_out(scorer, text) for text in texts if 3 <= len(text.split()) <= _LONGEST_WORDS]
    features = np.concatenate([found for found, _ in measured])
    drops = np.concatenate([drop for _, drop in measured])
    gram = features.T @ features + penalty * np.eye(features.shape[1])
    return np.linalg.solve(gram, features.T @ drops).astype(np.float32)
