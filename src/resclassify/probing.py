"""What encoders know before they are fine-tuned: a logistic regression on their vectors, frozen, all on the same clauses."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from transformers import AutoModel, AutoTokenizer

from resclassify.dataset import Example, Pair, examples, fingerprint
from resclassify.evaluation import Report, evaluate
from resclassify.scorers import Reading, Scorer
from resclassify.scorers.transformer import batches_of, padded
from resclassify.text import chain
from resclassify.training import calibrated, part
from resclassify.types import Lang

PROBE_CHAIN = "light-1"
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
_LONGEST = 256


@dataclass(frozen=True)
class ProbeScorer:
    """A logistic regression for each theme on the vectors that `embed` gives, shape (n, dimensions)."""

    embed: Embed
    scale: StandardScaler
    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]
    kind: str = "probe"

    def read(self, texts: Sequence[str]) -> Reading:
        return Reading(self.scale.transform(self.embed(texts)) @ self.weights + self.offsets)

    def save(self, folder: Path) -> None:
        raise NotImplementedError(f"{folder}: a probe is for comparison alone and is not saved")


def fit_probe(embed: Embed, texts: Sequence[str], truth: NDArray[np.bool_], *, c: float = 0.01) -> ProbeScorer:
    """A probe fitted on prepared texts; dimensions are scaled alike, so that one penalty (1 / `c`) suits every encoder."""
    vectors = embed(texts)
    scale = StandardScaler().fit(vectors)
    scaled = scale.transform(vectors)
    fitted = [LogisticRegression(C=c, max_iter=3000).fit(scaled, truth[:, column]) for column in range(truth.shape[1])]
    weights = np.stack([one.coef_[0] for one in fitted], axis=1)
    return ProbeScorer(embed, scale, weights, np.array([one.intercept_[0] for one in fitted]))


def embedder(folder: str) -> Embed:
    """The mean of an encoder's last hidden states, for an encoder of transformers in a folder."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=torch.float32).eval()

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        ids = [tokenizer(text, truncation=True, max_length=_LONGEST)["input_ids"] for text in texts]
        found = np.zeros((len(texts), network.config.hidden_size), dtype=np.float32)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for batch in batches_of([len(text) for text in ids], 4096):
                pieces, attention = padded([ids[number] for number in batch], tokenizer.pad_token_id)
                states = network(input_ids=pieces, attention_mask=attention).last_hidden_state.float()
                mask = attention.unsqueeze(-1)
                found[batch] = ((states * mask).sum(1) / mask.sum(1)).numpy()
        return found

    return embed


def retrieval(embed: Embed, pairs: Sequence[Pair]) -> tuple[float, float]:
    """In how many of the pairs that have both sides the Arabic finds its English first among all, and the English its Arabic."""
    both = [pair for pair in pairs if pair.ar and pair.en]
    prepare = chain(PROBE_CHAIN)
    arabic, english = (_unit(embed([prepare(pair.text(lang)) for pair in both])) for lang in ("ar", "en"))
    scores = arabic @ english.T
    right = np.arange(len(both))
    return float((scores.argmax(axis=1) == right).mean()), float((scores.argmax(axis=0) == right).mean())


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def probed(scorer: Scorer, pairs: Sequence[Pair], name: str, langs: Sequence[Lang] = ("en", "ar")) -> Report:
    """A report on the test side of pairs by a scorer that is calibrated on their dev side."""
    model = calibrated(scorer, PROBE_CHAIN, examples(part(pairs, "dev"), langs), {})
    items = examples(part(pairs, "test"), langs)
    found = model.assess([item.text for item in items])
    marked = fingerprint(part(pairs, "test"))
    return evaluate(items, found.decided, data=name, marked=marked, probabilities=found.probabilities)


def sample_known(pairs: Sequence[Pair], most: int, seed: int = 1) -> list[Example]:
    """Both sides of at most `most` pairs of the train side, at random by `seed`."""
    train = part(pairs, "train")
    return examples(random.Random(seed).sample(train, min(most, len(train))))


def probing_table(reports: Mapping[str, Report]) -> str:
    """Markdown: a row an encoder, micro-F1 and macro average precision in each language, agreement of the two."""
    lines = ["| | micro-F1 en | micro-F1 ar | average precision en | average precision ar | same tags |", "|---" * 6 + "|"]
    for name, report in reports.items():
        cells = [
            str(report.figures.get(lang, {}).get(measure, "-"))
            for measure in ("micro_f1", "macro_average_precision")
            for lang in ("en", "ar")
        ]
        lines.append(f"| {name} | {' | '.join(cells)} | {report.figures['all'].get('agreement', '-')} |")
    return "\n".join(lines) + "\n"
