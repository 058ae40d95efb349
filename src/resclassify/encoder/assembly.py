"""From a packed encoder to one that transformers loads: weights of the pieces kept, and the tokenizer beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from resclassify.encoder.packed import SPECIAL, PackedEncoder
from resclassify.encoder.vocabulary import unigram_tokenizer

_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def assemble(packed: PackedEncoder, kept: Sequence[int]) -> tuple[BertModel, PreTrainedTokenizerFast]:
    """A BERT encoder with the embeddings of the `kept` pieces (numbers in the packed vocabulary), and its tokenizer."""
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.token_types,
        layer_norm_eps=packed.epsilon,
        attention_probs_dropout_prob=0.0,  # a third of the time of training, and nothing gained
        pad_token_id=SPECIAL.index("<pad>"),
        bos_token_id=SPECIAL.index("<s>"),
        eos_token_id=SPECIAL.index("</s>"),
    )
    encoder = BertModel(config, add_pooling_layer=False)
    encoder.load_state_dict(_weights(packed, kept))
    return encoder, wrap([packed.pieces[number] for number in kept], [packed.scores[number] for number in kept])


def wrap(pieces: Sequence[str], scores: Sequence[float]) -> PreTrainedTokenizerFast:
    """The tokenizer of `pieces` as transformers wants it."""
    start, pad, end, unknown, mask = SPECIAL
    return PreTrainedTokenizerFast(
        tokenizer_object=unigram_tokenizer(pieces, scores),
        bos_token=start,
        cls_token=start,
        eos_token=end,
        sep_token=end,
        pad_token=pad,
        unk_token=unknown,
        mask_token=mask,
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
    )


def save_encoder(encoder: BertModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Writes encoder and tokenizer to `folder`, weights as safetensors in 16 bits."""
    encoder.half().save_pretrained(folder)
    encoder.float()
    tokenizer.save_pretrained(folder)


def _weights(packed: PackedEncoder, kept: Sequence[int]) -> dict[str, Any]:
    found = {
        "embeddings.word_embeddings.weight": packed.tensors["emb.word"][list(kept)],
        "embeddings.position_embeddings.weight": packed.tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": packed.tensors["emb.type"],
        "embeddings.LayerNorm.weight": packed.tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": packed.tensors["emb.ln.b"],
    }
    for layer in range(packed.layers):
        for short, name in (_MATRICES | _NORMS).items():
            found[f"encoder.layer.{layer}.{name}.weight"] = packed.tensors[f"l{layer}.{short}.w"]
            found[f"encoder.layer.{layer}.{name}.bias"] = packed.tensors[f"l{layer}.{short}.b"]
    return {name: torch.from_numpy(array) for name, array in found.items()}
