"""The twin: a fine-tuned network as one ONNX file in int8 that gives logits and evidence."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic

from resclassify.scorers.onnx import NETWORK, TOKENIZER, OnnxScorer
from resclassify.scorers.transformer import TransformerScorer

_OPSET = 17


class _WithEvidence(torch.nn.Module):  # type: ignore[misc]
    """A network with a second output: what each piece added to each theme's score, read off its last hidden state."""

    def __init__(self, network: Any, evidence: NDArray[np.float32]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("evidence", torch.from_numpy(evidence))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = self.network(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        return found.logits, found.hidden_states[-1] @ self.evidence[:-1] + self.evidence[-1]


def make_twin(scorer: TransformerScorer, evidence: NDArray[np.float32], folder: Path, *, int8: bool = True) -> OnnxScorer:
    """Writes the network to `folder` for transformers and, with `evidence` (hidden + 1, themes), for onnxruntime; gives the twin.

    Weights of matrices and embeddings are in int8 by columns, activations are scaled for each text (dynamic quantization).
    """
    scorer.save(folder)
    network = _WithEvidence(scorer.network.float().eval(), evidence)
    example = torch.ones((1, 8), dtype=torch.long)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        # The exporter warns of branches on shapes, which are the same at every length; the tests compare the two networks.
        warnings.simplefilter("ignore")
        plain = Path(scratch) / NETWORK
        torch.onnx.export(
            network,
            (example, example),
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits", "evidence"],
            dynamic_axes={name: {0: "texts", 1: "pieces"} for name in ("input_ids", "attention_mask", "evidence")}
            | {"logits": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        _describe(plain, scorer.longest)
        if int8:
            quantize_dynamic(plain, folder / NETWORK, weight_type=QuantType.QInt8, per_channel=True)
        else:
            (folder / NETWORK).write_bytes(plain.read_bytes())
    assert (folder / TOKENIZER).exists()
    return OnnxScorer.load(folder)


def _describe(path: Path, longest: int) -> None:
    network = onnx.load(path)
    onnx.helper.set_model_props(network, {"longest": str(longest)})
    network.producer_name, network.producer_version = "resclassify", ""
    onnx.save(network, path)
