"""Adapting an encoder to the field: translations drawn together, masked words filled in, on texts that a person has.

Two losses on one pass. Contrast: among the clauses of a batch each finds its translation (InfoNCE with in-batch negatives,
van den Oord et al. 2018; as InfoXLM, Chi et al. 2021), by the mean of its pieces and by its first position, the one that a
classifier reads. Masked words: a share of the pieces is hidden and filled in from the rest (Devlin et al. 2019).
Text without a partner is paired with itself under another mask (SimCSE, Gao et al. 2021).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from transformers import BertModel, PreTrainedTokenizerFast

from resclassify.scorers.transformer import padded

TextPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AdaptationSettings:
    """What of the adaptation can be set. `pieces` bounds the pieces of a batch; `temperature` sharpens the contrast."""

    epochs: int = 1
    learning_rate: float = 1e-4
    pieces: int = 4096
    longest: int = 128
    masked: float = 0.15
    temperature: float = 0.05
    mask_weight: float = 0.5
    seed: int = 1


def adapt(
    encoder: BertModel,
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[TextPair],
    settings: AdaptationSettings,
    report: Callable[[int, int, dict[str, float]], None],
) -> None:
    """Trains `encoder` in place on pairs of prepared texts; a text without a partner stands beside itself.

    `report` is called now and then with the step, the number of steps and the losses. bf16 where the machine has it.
    """
    rng = random.Random(settings.seed)
    torch.manual_seed(settings.seed)
    encoder.set_attn_implementation("eager")
    head = _MaskHead(encoder.config.hidden_size, encoder.config.vocab_size)
    ids = [tuple(tokenizer(text, truncation=True, max_length=settings.longest)["input_ids"] for text in pair) for pair in pairs]
    batches = [batch for _ in range(settings.epochs) for batch in _batches(ids, settings.pieces, rng)]
    if not batches:
        return
    optimizer = torch.optim.AdamW(
        [*encoder.parameters(), *head.parameters()], lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / max(1, len(batches) // 20), 1.0) * max(0.02, 1 - step / len(batches))
    )
    encoder.train()
    for step, batch in enumerate(batches, 1):
        texts = [ids[number][side] for side in (0, 1) for number in batch]
        losses = _losses(encoder, head, texts, tokenizer, settings)
        loss = losses["contrast"] + settings.mask_weight * losses["mask"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 25 == 0 or step == len(batches):
            report(step, len(batches), {name: float(value.detach()) for name, value in losses.items()})
    encoder.eval()


class _MaskHead(torch.nn.Module):  # type: ignore[misc]
    """Hidden states to scores over the vocabulary, by the encoder's own embeddings."""

    def __init__(self, hidden: int, vocabulary: int) -> None:
        super().__init__()
        self.turn = torch.nn.Linear(hidden, hidden)
        torch.nn.init.eye_(self.turn.weight)
        self.norm = torch.nn.LayerNorm(hidden)
        self.offset = torch.nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        return F.linear(self.norm(F.gelu(self.turn(states))), embeddings) + self.offset


def _batches(ids: Sequence[tuple[Sequence[int], ...]], pieces: int, rng: random.Random) -> Iterator[list[int]]:
    """Numbers of pairs of like length, each batch of at most `pieces` pieces with its padding, in random order."""
    length = [max(map(len, pair)) for pair in ids]
    order = sorted(range(len(ids)), key=lambda number: length[number] * (1 + rng.random() * 0.2))
    batches: list[list[int]] = [[]]
    for number in order:
        longest = max([length[number], *(length[other] for other in batches[-1])])
        if batches[-1] and 2 * longest * (len(batches[-1]) + 1) > pieces:
            batches.append([])
        batches[-1].append(number)
    rng.shuffle(batches)
    return iter([batch for batch in batches if len(batch) > 1])


def _losses(
    encoder: BertModel,
    head: _MaskHead,
    texts: Sequence[Sequence[int]],
    tokenizer: PreTrainedTokenizerFast,
    settings: AdaptationSettings,
) -> dict[str, torch.Tensor]:
    ids, attention = padded(texts, tokenizer.pad_token_id)
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    hidden = (torch.rand(ids.shape) < settings.masked) & ~special
    masked = torch.where(hidden, torch.full_like(ids, tokenizer.mask_token_id), ids)
    with torch.autocast("cpu", torch.bfloat16):
        states = encoder(input_ids=masked, attention_mask=attention).last_hidden_state
        scores = head(states[hidden], encoder.embeddings.word_embeddings.weight)
    # Of no hidden piece, as may be in a small batch, the mean is no number.
    mask_loss = F.cross_entropy(scores.float(), ids[hidden], reduction="sum") / max(1, int(hidden.sum()))
    weight = attention.unsqueeze(-1)
    mean = (states.float() * weight).sum(1) / weight.sum(1)
    contrast = (_contrast(mean, settings.temperature) + _contrast(states[:, 0].float(), settings.temperature)) / 2
    return {"contrast": contrast, "mask": mask_loss}


def _contrast(vectors: torch.Tensor, temperature: float) -> torch.Tensor:
    """InfoNCE both ways between the first half of `vectors` and the second."""
    half = len(vectors) // 2
    unit = F.normalize(vectors, dim=-1)
    scores = unit[:half] @ unit[half:].T / temperature
    target = torch.arange(half)
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
