"""Networks as onnxruntime runs them, one text at a time, with the tokenizer that lies beside each."""

from __future__ import annotations

import os
from pathlib import Path

import onnxruntime
from tokenizers import Tokenizer

from resclassify.errors import ModelError

TOKENIZER = "tokenizer.json"


def open_network(folder: Path, name: str) -> tuple[onnxruntime.InferenceSession, Tokenizer, int]:
    """The network called `name` in `folder`, on one thread; its tokenizer, which does not pad; and how many pieces of a text it
    reads at once.

    Raises ModelError for a network or a tokenizer that cannot be read.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        longest = int(session.get_modelmeta().custom_metadata_map["longest"])
    except Exception as error:  # both libraries raise bare classes of their own
        raise ModelError(f"{folder}: {name} or {TOKENIZER} cannot be loaded ({error}); fetch the folder again") from error
    tokenizer.no_padding()
    return session, tokenizer, longest


def threads() -> int:
    """How many texts are read side by side: one for each processor that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
