"""Vectors that were kept are those that would be made, and a damaged or unwritable file costs time alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resclassify.kept_vectors import KeptEncoder, load_kept
from resclassify.vectors import load_encoder

TEXTS = ["Urges States to shelter survivors;", "تحث الدول على إيواء الناجين؛", "Urges States to shelter survivors;"]


@pytest.fixture
def encoder(tmp_path: Path) -> KeptEncoder:
    return load_kept(tmp_path)


def test_kept_vectors_are_the_encoders_to_half_precision(encoder: KeptEncoder) -> None:
    found = encoder.vectors(TEXTS)
    assert np.abs(found - load_encoder().vectors(TEXTS)).max() < 1e-3
    assert (found[0] == found[2]).all()
    assert encoder.vectors([]).shape == (0, found.shape[1])
    assert len(encoder.kept) == 2


def test_what_was_kept_is_not_made_again(encoder: KeptEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = encoder.vectors(TEXTS)
    whole = encoder.vectors(["word " * 2000], whole=True)
    encoder.keep()
    again = load_kept(tmp_path)
    monkeypatch.setattr(KeptEncoder, "_vector", lambda self, windows: pytest.fail("made again"))
    assert (again.vectors(TEXTS) == found).all()
    assert (again.vectors(["word " * 2000], whole=True) == whole).all()


def test_the_whole_of_a_long_text_is_kept_beside_its_beginning(encoder: KeptEncoder) -> None:
    text = "Urges States to shelter survivors; " + "recalling the report on fisheries, " * 300
    assert not (encoder.vectors([text]) == encoder.vectors([text], whole=True)).all()


def test_what_two_processes_keep_is_joined(encoder: KeptEncoder, tmp_path: Path) -> None:
    other = load_kept(tmp_path)
    encoder.vectors(TEXTS[:1])
    other.vectors(TEXTS[1:2])
    encoder.keep()
    other.keep()
    assert len(load_kept(tmp_path).kept) == 2


@pytest.mark.parametrize("content", [b"", b"not a file of arrays", b"PK\x03\x04torn"])
def test_a_damaged_file_is_made_anew(encoder: KeptEncoder, tmp_path: Path, content: bytes) -> None:
    encoder.path.write_bytes(content)
    again = load_kept(tmp_path)
    assert again.kept == {}
    again.vectors(TEXTS)
    again.keep()
    assert len(load_kept(tmp_path).kept) == 2


def test_arrays_of_another_shape_are_not_believed(encoder: KeptEncoder, tmp_path: Path) -> None:
    np.savez(encoder.path, keys=np.zeros((2, 16), np.uint8), vectors=np.zeros((3, 4), np.float16))
    assert load_kept(tmp_path).kept == {}
