"""Fine-tuning an encoder on labelled clauses of both languages at once, with early stopping on the dev side."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from resclassify.attribution import fit_evidence
from resclassify.dataset import Example, Pair, truth_of
from resclassify.errors import ModelError
from resclassify.lexicon import script
from resclassify.model import Model
from resclassify.noise import misread
from resclassify.scorers.transformer import TransformerScorer, batches_of, classifier, padded
from resclassify.taxonomy import load_taxonomy
from resclassify.text import chain, suited_chain
from resclassify.training import calibrated, described, mean_precision, sides
from resclassify.twin import make_twin

Floats = NDArray[np.float64]
Progress = Callable[[Mapping[str, float]], None]
_EVIDENCE_TEXTS = 400
_JOINED_WORDS = 60
_CLOSING = " .,;:،؛"
_LINKS: tuple[Mapping[str, str], ...] = ({"en": "; ", "ar": "؛ "}, {"en": ", ", "ar": "، "}, {"en": " and ", "ar": " و"})


@dataclass(frozen=True, slots=True)
class FineTuning:
    """What of fine-tuning can be set.

    `pieces` bounds the pieces of a batch. `scanned` is the share of texts that are given as a scan would, with up to
    `misreadings` of their letters wrong. `joined` is the share of clauses of up to sixty words that are given with another one
    behind them, and the themes of both. `consistency` weighs the divergence between the two languages of a pair.
    `layer_decay` is the ratio of a layer's learning rate to that of the one above.
    """

    epochs: int = 4
    learning_rate: float = 1.5e-4
    pieces: int = 3072
    seed: int = 1
    weight_decay: float = 0.01
    layer_decay: float = 0.9
    scanned: float = 0.3
    misreadings: float = 0.03
    joined: float = 0.15
    consistency: float = 0.0
    warm_up: float = 0.1
    longest: int = 384


@dataclass(frozen=True, slots=True)
class Lesson:
    """One clause to learn: a prepared text in one language or both, the target of each theme (0 to 1), and its weight."""

    texts: tuple[str, ...]
    targets: tuple[float, ...]
    weight: float = 1.0


def fine_tune(
    scorer: TransformerScorer,
    lessons: Sequence[Lesson],
    held: Sequence[str],
    held_truth: NDArray[np.bool_],
    settings: FineTuning,
    report: Progress,
    checkpoint: Path | None = None,
) -> float:
    """Trains `scorer.network` in place; keeps the epoch with the highest macro average precision on the prepared `held` texts
    and returns that figure.

    `report` is called with figures of the run as it goes. With `checkpoint`, the state after each epoch is written there and an
    interrupted run goes on from it. The same input on the same machine gives the same weights. Raises ModelError where the
    checkpoint is of a run with other lessons, settings or encoder.
    """
    run = _Run(scorer, lessons, settings)
    best = -1.0
    best_state: dict[str, torch.Tensor] = {}
    start = 0
    if checkpoint is not None and checkpoint.exists():
        start, best, best_state = run.resume(checkpoint)
    for epoch in range(start, settings.epochs):
        run.epoch(epoch, report)
        score = mean_precision(scorer.read(held).scores, held_truth)
        report({"epoch": epoch + 1, "dev_macro_average_precision": score})
        if score > best:
            best, best_state = score, {name: value.clone() for name, value in scorer.network.state_dict().items()}
        if checkpoint is not None:
            run.save(checkpoint, epoch + 1, best, best_state)
    scorer.network.load_state_dict(best_state)
    scorer.network.eval()
    return best


class _Run:
    """One run: optimizer, schedule and generators. Each epoch starts from generators of its own, so that a run that was
    interrupted goes on as if it had not been.
    """

    def __init__(self, scorer: TransformerScorer, lessons: Sequence[Lesson], settings: FineTuning) -> None:
        self.scorer, self.lessons, self.settings = scorer, lessons, settings
        self.alike: dict[tuple[str, ...], list[Lesson]] = {}
        for lesson in lessons:
            if len(lesson.texts[0].split()) <= _JOINED_WORDS:
                self.alike.setdefault(_langs(lesson), []).append(lesson)
        self.steps = sum(len(self._batches(epoch)) for epoch in range(settings.epochs))
        self.optimizer = torch.optim.AdamW(
            _groups(scorer.network, settings), lr=settings.learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True
        )
        warm = max(1, round(settings.warm_up * self.steps))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min((step + 1) / warm, max(0.0, 1 - step / self.steps))
        )

    def epoch(self, epoch: int, report: Progress) -> None:
        torch.manual_seed(self.settings.seed * 1000 + epoch)
        self.scorer.network.train()
        total, count = 0.0, 0
        for lessons in self._batches(epoch):
            loss = self._loss(lessons)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.scorer.network.parameters(), 1.0)
            self.optimizer.step()
            self.schedule.step()
            total, count = total + float(loss.detach()), count + 1
            if count % 25 == 0:
                step = self.schedule.last_epoch
                report({"step": step, "steps": self.steps, "loss": total / count})

    def _batches(self, epoch: int) -> list[list[tuple[Lesson, list[list[int]]]]]:
        """The epoch's lessons as they are given this time, with the pieces of their texts, in batches of like length."""
        rng = random.Random(self.settings.seed * 1000 + epoch)
        given = [self._given(lesson, rng) for lesson in self.lessons]
        pieces = [[self.scorer.encode(text) for text in lesson.texts] for lesson in given]
        lengths = [round(sum(map(len, texts)) * (1 + rng.random() * 0.15)) for texts in pieces]
        batches = batches_of(lengths, self.settings.pieces)
        rng.shuffle(batches)
        return [[(given[number], pieces[number]) for number in batch] for batch in batches]

    def _given(self, lesson: Lesson, rng: random.Random) -> Lesson:
        """A lesson, now and then joined to another one of its language, now and then as a scan would give it."""
        others = self.alike.get(_langs(lesson), [])
        if others and rng.random() < self.settings.joined and len(lesson.texts[0].split()) <= _JOINED_WORDS:
            lesson = _joined(lesson, rng.choice(others), rng)
        return replace(lesson, texts=tuple(self._as_scanned(text, rng) for text in lesson.texts))

    def _loss(self, batch: Sequence[tuple[Lesson, list[list[int]]]]) -> torch.Tensor:
        lessons = [lesson for lesson, _ in batch]
        owner = [number for number, (_, texts) in enumerate(batch) for _ in texts]
        pieces, attention = padded([ids for _, texts in batch for ids in texts], self.scorer.tokenizer.pad_token_id)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.scorer.network(input_ids=pieces, attention_mask=attention).logits.float()
        targets = torch.tensor([lessons[number].targets for number in owner])
        weights = torch.tensor([lessons[number].weight for number in owner]).unsqueeze(1)
        loss = (F.binary_cross_entropy_with_logits(logits, targets, reduction="none") * weights).mean()
        if self.settings.consistency:
            firsts = [at for at in range(1, len(owner)) if owner[at] == owner[at - 1]]
            if firsts:
                loss = loss + self.settings.consistency * _divergence(logits[firsts], logits[[at - 1 for at in firsts]])
        return loss

    def _as_scanned(self, text: str, rng: random.Random) -> str:
        if rng.random() >= self.settings.scanned:
            return text
        return misread(text, rng, rng.random() * self.settings.misreadings)

    def save(self, path: Path, epochs: int, best: float, best_state: Mapping[str, torch.Tensor]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        torch.save(
            {
                "run": self._name(),
                "epochs": epochs,
                "best": best,
                "best_state": dict(best_state),
                "network": self.scorer.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(),
            },
            beside,
        )
        beside.replace(path)

    def resume(self, path: Path) -> tuple[int, float, dict[str, torch.Tensor]]:
        state = torch.load(path, weights_only=True)
        if state.get("run") != self._name():
            raise ModelError(f"{path}: is of a run with other data, settings or encoder; remove it to start afresh")
        self.scorer.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        return state["epochs"], state["best"], state["best_state"]

    def _name(self) -> str:
        """What tells this run from others: its settings, its lessons and where its encoder came from."""
        said = repr((self.settings, self.lessons, self.scorer.network.name_or_path))
        return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _langs(lesson: Lesson) -> tuple[str, ...]:
    return tuple(script(text) for text in lesson.texts)


def _joined(one: Lesson, other: Lesson, rng: random.Random) -> Lesson:
    """Two clauses in one text, which carries the themes of both: what any part of a clause says counts."""
    link = rng.choice(_LINKS)
    texts = tuple(left.rstrip(_CLOSING) + link[script(left)] + right for left, right in zip(one.texts, other.texts, strict=True))
    return Lesson(texts, tuple(map(max, one.targets, other.targets)), min(one.weight, other.weight))


def _divergence(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Jensen-Shannon divergence between the two languages' probabilities of each theme, mean over themes (Lin 1991)."""
    p, q = (torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5) for logits in (one, other))
    middle = (p + q) / 2

    def to_middle(value: torch.Tensor) -> torch.Tensor:
        return value * (value / middle).log() + (1 - value) * ((1 - value) / (1 - middle)).log()

    return (to_middle(p) + to_middle(q)).mean() / 2


def _groups(network: torch.nn.Module, settings: FineTuning) -> list[dict[str, object]]:
    """Parameter groups: lower layers learn slower, offsets and norms do not decay."""
    depth = network.config.num_hidden_layers
    groups = []
    for name, parameter in network.named_parameters():
        below = _layer(name, depth)
        decay = 0.0 if parameter.ndim < 2 else settings.weight_decay
        rate = settings.learning_rate * settings.layer_decay ** (depth + 1 - below)
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups


def _layer(name: str, depth: int) -> int:
    """0 for embeddings, 1 to `depth` for layers, one more for what is above them."""
    if "embeddings" in name:
        return 0
    numbers = [part for part in name.split(".") if part.isdigit()]
    return int(numbers[0]) + 1 if numbers and ("layer" in name or "layers" in name) else depth + 1


def lessons_of(known: Sequence[Example], prepare: Callable[[str], str], *, paired: bool) -> list[Lesson]:
    """What to learn from examples: each text by itself, or with `paired` the two languages of a clause together."""
    groups: dict[str, list[Example]] = {}
    for item in known:
        groups.setdefault(item.id if paired else f"{item.id} {item.lang}", []).append(item)
    return [
        Lesson(tuple(prepare(item.text) for item in items), tuple(map(float, truth_of(items[:1])[0])))
        for items in groups.values()
    ]


def fit_transformer(
    pairs: Sequence[Pair],
    acceptance: Sequence[str],
    backbone: str,
    folder: Path,
    settings: FineTuning,
    report: Progress,
    *,
    seeds: Sequence[int] = (),
    preprocessing: str | None = None,
    checkpoint: Path | None = None,
    info: Mapping[str, object] | None = None,
) -> Model:
    """A model on `backbone`, fine-tuned on the train side of `pairs`, stopped and calibrated on the dev side; the test side is
    not read.

    With several `seeds`, a network is fine-tuned by each, and the mean of their weights (a model soup, Wortsman et al. 2022) is
    taken where it does better on dev than each of them, else the best of them. The network goes to `folder`, for transformers
    and as the int8 twin that the model tags with; the model is calibrated on the scores of the twin. `preprocessing` is the
    chain that suits the backbone where none is named. What `checkpoint` names is gone when the model is made. Raises
    LabelError as `training.sides` does and ModelError where the backbone cannot be loaded.
    """
    known, held = sides(pairs, acceptance)
    held_truth = truth_of(held)
    found: list[tuple[float, str, TransformerScorer]] = []
    seeds = seeds or (settings.seed,)
    states = {seed: checkpoint.with_name(f"{checkpoint.name}.{seed}") for seed in seeds} if checkpoint else {}
    for seed in seeds:
        scorer = classifier(backbone, load_taxonomy().ids, settings.longest)
        name = preprocessing or suited_chain(scorer.network.config.model_type, backbone)
        prepare = chain(name)
        lessons = lessons_of(known, prepare, paired=settings.consistency > 0)
        held_texts = [prepare(item.text) for item in held]
        best = fine_tune(scorer, lessons, held_texts, held_truth, replace(settings, seed=seed), report, states.get(seed))
        found.append((best, f"seed {seed}", scorer))
    if len(found) > 1:
        soup = averaged([scorer for _, _, scorer in found], classifier(backbone, load_taxonomy().ids, settings.longest))
        found.append((mean_precision(soup.read(held_texts).scores, held_truth), "mean of seeds", soup))
    _, which, scorer = max(found, key=lambda item: item[0])
    own_info = {
        "backbone": Path(backbone).name,
        "fine_tuning": asdict(settings),
        "dev_macro_average_precision": {label: round(score, 4) for score, label, _ in found},
        "taken": which,
    }
    model = finished(scorer, name, known, held, folder, {**described(pairs, known, held), **own_info, **(info or {})})
    for kept in states.values():
        kept.unlink(missing_ok=True)
    return model


def averaged(scorers: Sequence[TransformerScorer], like: TransformerScorer) -> TransformerScorer:
    """`like` with the mean of the scorers' weights."""
    states = [scorer.network.state_dict() for scorer in scorers]
    mean = {
        name: torch.stack([state[name].float() for state in states]).mean(dim=0).to(value.dtype)
        for name, value in states[0].items()
    }
    like.network.load_state_dict(mean)
    like.network.eval()
    return like


def finished(
    scorer: TransformerScorer,
    preprocessing: str,
    known: Sequence[Example],
    held: Sequence[Example],
    folder: Path,
    info: Mapping[str, object],
) -> Model:
    """The model of a fine-tuned network: evidence learned on train texts, the twin made in `folder`, calibrated on `held`."""
    prepare = chain(preprocessing)
    sample = random.Random(0).sample(known, min(len(known), _EVIDENCE_TEXTS))
    evidence = fit_evidence(scorer, [prepare(item.text) for item in sample])
    return calibrated(make_twin(scorer, evidence, folder), preprocessing, held, info)
