"""Vectors of clauses by the shipped encoder: one space for both languages, no text changed by its neighbours."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from series import VERSIONS, encoder, version

from resclassify.errors import ModelError
from resclassify.onnx_network import TOKENIZER
from resclassify.shipped import shipped
from resclassify.vectors import DEFAULT, VECTORS, load_encoder

TEXTS = [clause.text for lang in ("en", "ar") for clause in version(VERSIONS[0], lang)[:6]]  # type: ignore[arg-type]


def test_vectors_have_length_one_and_no_text_has_any_effect_on_another() -> None:
    vectors = encoder().vectors(TEXTS)
    assert vectors.shape[0] == len(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(encoder().vectors([text])[0], vector)
    np.testing.assert_array_equal(encoder().vectors(TEXTS[::-1]), vectors[::-1])


def test_no_text_has_no_vector_and_the_empty_text_has_one() -> None:
    assert encoder().vectors([]).shape == (0, encoder().vectors(["wells"]).shape[1])
    assert np.isfinite(encoder().vectors([""])).all()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.text(max_size=50), min_size=1, max_size=3))
def test_any_text_has_a_finite_vector_and_white_space_does_not_count(texts: list[str]) -> None:
    vectors = encoder().vectors(texts)
    assert np.isfinite(vectors).all()
    np.testing.assert_array_equal(encoder().vectors([f" {text}\n" for text in texts]), vectors)


def test_a_long_text_is_read_to_its_end_only_when_asked() -> None:
    beginning = " ".join(["Urges all States to map the wells of the uplands"] * 30)
    ends = [beginning + " and to free the crews held on board", beginning + " and to plant trees along the roads"]
    start, whole = encoder().vectors(ends), encoder().vectors(ends, whole=True)
    np.testing.assert_array_equal(start[0], start[1])
    assert not np.array_equal(whole[0], whole[1])
    np.testing.assert_array_equal(encoder().vectors(TEXTS, whole=True), encoder().vectors(TEXTS))


def test_a_clause_is_nearest_to_its_translation() -> None:
    vectors = [encoder().vectors([clause.text for clause in version(VERSIONS[0], lang)]) for lang in ("en", "ar")]  # type: ignore[arg-type]
    cosines = vectors[0] @ vectors[1].T
    assert (cosines.argmax(axis=1) == np.arange(len(cosines))).mean() >= 0.9


@pytest.mark.parametrize("lost", [VECTORS, TOKENIZER])
def test_a_folder_without_one_of_its_files_is_named_in_one_line(tmp_path: Path, lost: str) -> None:
    for name in {VECTORS, TOKENIZER} - {lost}:
        shutil.copy(shipped(DEFAULT) / name, tmp_path / name)
    with pytest.raises(ModelError) as caught:
        load_encoder(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_network_made_from_an_encoder_gives_the_mean_of_its_last_states(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    from resclassify.twin import make_vector_network

    torch.manual_seed(1)
    pieces = encoder().tokenizer.get_vocab_size()
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    network = BertModel(BertConfig(vocab_size=pieces, **sizes)).eval()
    shutil.copy(shipped(DEFAULT) / TOKENIZER, tmp_path / TOKENIZER)
    make_vector_network(network, tmp_path, longest=16)
    made = load_encoder(tmp_path)
    for text in TEXTS[:4]:
        ids = made.tokenizer.encode(text).ids
        assert len(ids) == 16
        with torch.no_grad():
            mean = network(torch.tensor([ids])).last_hidden_state[0].mean(dim=0).numpy()
        assert made.vectors([text])[0] @ (mean / np.linalg.norm(mean)) > 0.98


def test_a_network_that_is_none_of_these_is_refused(tmp_path: Path) -> None:
    shutil.copy(shipped(DEFAULT) / TOKENIZER, tmp_path / TOKENIZER)
    (tmp_path / VECTORS).write_bytes(b"no network")
    with pytest.raises(ModelError, match=VECTORS):
        load_encoder(tmp_path)
