"""Networks as one ONNX file in int8: the twin of a fine-tuned one, with logits and evidence; an encoder that gives vectors."""

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

from resclassify.onnx_network import TOKENIZER
from resclassify.scorers.onnx import NETWORK, OnnxScorer
from resclassify.scorers.transformer import TransformerScorer
from resclassify.vectors import VECTORS

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
    axes = {"evidence": {0: "texts", 1: "pieces"}, "logits": {0: "texts"}}
    _export(network, folder / NETWORK, ["logits", "evidence"], axes, scorer.longest, int8=int8)
    assert (folder / TOKENIZER).exists()
    return OnnxScorer.load(folder)


class _Pooled(torch.nn.Module):  # type: ignore[misc]
    """The mean of an encoder's last hidden states."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return (states * mask).sum(dim=1) / mask.sum(dim=1)


def make_vector_network(encoder: Any, folder: Path, *, longest: int = 64) -> None:
    """Writes to `folder` what `vectors` reads texts with, `longest` pieces at a time: an encoder of transformers in int8."""
    network = _Pooled(encoder.float().eval())
    _export(network, folder / VECTORS, ["vectors"], {"vectors": {0: "texts"}}, longest, int8=True)


def _export(
    network: torch.nn.Module,
    path: Path,
    outputs: list[str],
    axes: dict[str, dict[int, str]],
    longest: int,
    *,
    int8: bool,
) -> None:
    example = torch.ones((1, 8), dtype=torch.long)
    inputs = ["input_ids", "attention_mask"]
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        # The exporter warns of branches on shapes, which are the same at every length; the tests compare the two networks.
        warnings.simplefilter("ignore")
        plain = Path(scratch) / NETWORK
        torch.onnx.export(
            network,
            (example, example),
            str(plain),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes={name: {0: "texts", 1: "pieces"} for name in inputs} | axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        _describe(plain, longest)
        if int8:
            quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True)
        else:
            path.write_bytes(plain.read_bytes())


def _describe(path: Path, longest: int) -> None:
    network = onnx.load(path)
    onnx.helper.set_model_props(network, {"longest": str(longest)})
    network.producer_name, network.producer_version = "resclassify", ""
    onnx.save(network, path)
