"""The linear floor: TF-IDF of words and of letters within words, a logistic regression for each theme."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from resclassify.scorers import Reading
from resclassify.text import shapes

_WORDS = {
    "analyzer": "word",
    "tokenizer": shapes,
    "token_pattern": None,
    "lowercase": False,
    "ngram_range": (1, 2),
    "sublinear_tf": True,
}
_LETTERS = {"analyzer": "char_wb", "lowercase": False, "ngram_range": (2, 5), "sublinear_tf": True}


@dataclass(frozen=True)
class LinearScorer:
    """Fitted vectorizers, `weights` of shape (features, themes) and `offsets` of shape (themes,)."""

    words: TfidfVectorizer
    letters: TfidfVectorizer
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    kind: str = "linear"

    def read(self, texts: Sequence[str]) -> Reading:
        """Scores are log-odds. What single words add is not told: most of it is in letters and in pairs of words."""
        if not texts:
            return Reading(np.zeros((0, len(self.offsets))))
        features = _features(self.words, self.letters, texts, fit=False)
        return Reading(np.asarray(features @ self.weights.astype(np.float64) + self.offsets))

    def save(self, folder: Path) -> None:
        vocabularies = {"words": _ordered(self.words), "letters": _ordered(self.letters)}
        (folder / "vocabulary.json").write_text(json.dumps(vocabularies, ensure_ascii=False) + "\n", encoding="utf-8")
        np.savez(
            folder / "weights.npz",
            weights=self.weights,
            offsets=self.offsets,
            words_idf=self.words.idf_.astype(np.float32),
            letters_idf=self.letters.idf_.astype(np.float32),
        )

    @classmethod
    def load(cls, folder: Path) -> LinearScorer:
        vocabularies = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            words = _restored(_WORDS, vocabularies["words"], arrays["words_idf"])
            letters = _restored(_LETTERS, vocabularies["letters"], arrays["letters_idf"])
            return cls(words, letters, arrays["weights"], arrays["offsets"])


def fit_linear(texts: Sequence[str], truth: NDArray[np.bool_], *, c: float = 4.0, min_df: int = 2) -> LinearScorer:
    """A scorer fitted on prepared texts and their tags, shape (n, themes). `c` is the inverse of the L2 penalty."""
    words, letters = TfidfVectorizer(**_WORDS, min_df=min_df), TfidfVectorizer(**_LETTERS, min_df=min_df)
    features = _features(words, letters, texts, fit=True)
    weights, offsets = [], []
    for column in range(truth.shape[1]):
        regression = LogisticRegression(C=c, class_weight="balanced", max_iter=2000, tol=1e-6)
        regression.fit(features, truth[:, column])
        weights.append(regression.coef_[0])
        offsets.append(regression.intercept_[0])
    return LinearScorer(words, letters, np.array(weights, dtype=np.float32).T.copy(), np.array(offsets, dtype=np.float32))


def _features(words: TfidfVectorizer, letters: TfidfVectorizer, texts: Sequence[str], *, fit: bool) -> sparse.csr_matrix:
    blocks = [vectorizer.fit_transform(texts) if fit else vectorizer.transform(texts) for vectorizer in (words, letters)]
    return sparse.csr_matrix(sparse.hstack(blocks))


def _ordered(vectorizer: TfidfVectorizer) -> list[str]:
    return sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)


def _restored(options: dict[str, object], vocabulary: list[str], idf: NDArray[np.float32]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**options, vocabulary=vocabulary)
    vectorizer.idf_ = idf.astype(np.float64)
    return vectorizer
