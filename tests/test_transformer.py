"""Fine-tuning any family of encoders, and the twin that tags without torch: tiny encoders, made here, of each family."""

import json
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertModel,
    DebertaV2Config,
    DebertaV2Model,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
    pipeline,
)

from resclassify.attribution import fit_evidence, leave_one_out
from resclassify.dataset import Pair, examples, truth_of
from resclassify.errors import ModelError
from resclassify.evidence import owners
from resclassify.finetuning import FineTuning, averaged, fine_tune, fit_transformer, lessons_of
from resclassify.model import Model, load
from resclassify.scorers.onnx import OnnxScorer
from resclassify.scorers.transformer import TransformerScorer, classifier
from resclassify.taxonomy import load_taxonomy
from resclassify.text import chain
from resclassify.training import mean_precision, measure, part
from resclassify.twin import make_twin
from resclassify.types import Clause

THEMES = load_taxonomy().ids
FAMILIES = ("bert", "xlm-roberta", "deberta-v2", "modernbert")
# What tiny encoders learn the small pairs by, in two seconds each.
QUICK = FineTuning(epochs=20, learning_rate=6e-3, layer_decay=1.0, weight_decay=0.0, scanned=0.0, pieces=128, longest=64)
LEARNED = "modernbert"
TEXTS = [
    "Calls upon Governments to punish the perpetrators;",
    "تهيب بالحكومات توفير المأوى للضحايا، دون إبطاء؛",
    "Decides to meet again.",
    "تهيب (بجميع الأطراف) مراقبة المنصات الإلكترونية والذكاء الاصطناعي.",
    "Reports",
]


def _vocabulary(texts: list[str]) -> tuple[list[str], list[str]]:
    """Three of four words of the texts, and every sign: what is in no list is written sign by sign."""
    words = sorted({word for text in texts for word in re.findall(r"\w+", text)})
    return [word for at, word in enumerate(words, 1) if at % 4], sorted(
        {sign for text in [*texts, *TEXTS] for sign in text} - {" "}
    )


def _wordpiece(texts: list[str]) -> PreTrainedTokenizerFast:
    """As BERT, CAMeLBERT, AraBERT and GigaBERT have it: marks are pieces of their own."""
    words, signs = _vocabulary(texts)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*special, *signs, *(f"##{sign}" for sign in signs), *(word for word in words if len(word) > 1)]
    tokenizer = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return _wrapped(tokenizer, *special)


def _unigram(texts: list[str]) -> PreTrainedTokenizerFast:
    """As XLM-RoBERTa and mDeBERTa-v3 have it: each word begins with a space sign."""
    words, signs = _vocabulary(texts)
    special = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"]
    scored = [*((name, 0.0) for name in special), *((f"▁{word}", -5.0) for word in words), *((s, -9.0) for s in ("▁", *signs))]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=1))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return _wrapped(tokenizer, *special)


def _byte_pairs(texts: list[str]) -> PreTrainedTokenizerFast:
    """As mmBERT has it, which is as Gemma does: space signs put in by the normalizer, and no words at all."""
    words, signs = _vocabulary(texts)
    special = ["<pad>", "<unk>", "<bos>", "<eos>", "<mask>"]
    written = [*words, *(f"▁{word}" for word in words)]
    merges = {word[: at + 1]: (word[:at], word[at]) for word in written for at in range(1, len(word))}
    pieces = [*special, "▁", *signs, *merges]
    tokenizer = Tokenizer(models.BPE({piece: at for at, piece in enumerate(pieces)}, list(merges.values()), unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Replace("▁", " ")
    return _wrapped(tokenizer, *special)


def _wrapped(tokenizer: Tokenizer, pad: str, unknown: str, start: str, end: str, mask: str) -> PreTrainedTokenizerFast:
    ends = [(name, tokenizer.token_to_id(name)) for name in (start, end)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{start} $A {end}", special_tokens=ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=pad,
        unk_token=unknown,
        bos_token=start,
        cls_token=start,
        eos_token=end,
        sep_token=end,
        mask_token=mask,
        model_input_names=["input_ids", "attention_mask"],
    )


# Weights further from nought than in real encoders: so small a network would give every text the same score.
SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 130,
    "initializer_range": 0.1,
    "pad_token_id": 0,
}
_MDEBERTA = {
    "relative_attention": True,
    "position_buckets": 16,
    "pos_att_type": ["p2c", "c2p"],
    "share_att_key": True,
    "norm_rel_ebd": "layer_norm",
    "position_biased_input": False,
    "type_vocab_size": 0,
}
_MMBERT = {"global_attn_every_n_layers": 2, "local_attention": 16, "bos_token_id": 2, "cls_token_id": 2}
MADE: dict[str, tuple[Callable[[list[str]], PreTrainedTokenizerFast], Callable[[int], torch.nn.Module]]] = {
    "bert": (_wordpiece, lambda pieces: BertModel(BertConfig(vocab_size=pieces, **SHAPE))),
    "xlm-roberta": (_unigram, lambda pieces: XLMRobertaModel(XLMRobertaConfig(vocab_size=pieces, **SHAPE))),
    "deberta-v2": (_unigram, lambda pieces: DebertaV2Model(DebertaV2Config(vocab_size=pieces, **SHAPE, **_MDEBERTA))),
    "modernbert": (
        _byte_pairs,
        lambda pieces: ModernBertModel(ModernBertConfig(vocab_size=pieces, eos_token_id=3, sep_token_id=3, **SHAPE, **_MMBERT)),
    ),
}


@pytest.fixture(scope="module")
def backbones(small_pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder with an untrained encoder of each family, as a hub would have it."""
    texts = [text for pair in small_pairs for text in (pair.ar, pair.en)]
    folders = {}
    for family, (tokenizer_of, encoder_of) in MADE.items():
        folders[family] = tmp_path_factory.mktemp("backbones") / f"tiny-{family}"
        tokenizer = tokenizer_of(texts)
        torch.manual_seed(1)
        encoder_of(len(tokenizer)).save_pretrained(folders[family])
        tokenizer.save_pretrained(folders[family])
    return folders


@dataclass(frozen=True)
class Fitted:
    model: Model
    folder: Path


@pytest.fixture(scope="module")
def fitted(backbones: dict[str, Path], small_pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fitted]:
    """A model on each family, and the folder that it was saved to."""
    found = {}
    for family, backbone in backbones.items():
        folder = tmp_path_factory.mktemp("fitted")
        model = fit_transformer(small_pairs, [], str(backbone), folder / "network", QUICK, _silent)
        model.save(folder / "model")
        found[family] = Fitted(model, folder / "model")
    return found


def _silent(figures: Mapping[str, float]) -> None:
    pass


def _prepared(fitted: Fitted, texts: list[str]) -> list[str]:
    return [chain(fitted.model.preprocessing)(text) for text in texts]


def _logits(scorer: TransformerScorer, texts: list[str]) -> np.ndarray:
    """What the network gives in 32 bits, one text at a time."""
    scorer.network.eval()
    with torch.inference_mode():
        return np.array([scorer.network(torch.tensor([scorer.encode(text)])).logits[0].numpy() for text in texts])


def _sigmoid(scores: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-scores)))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_chain_is_the_one_that_suits_the_family_unless_another_is_named(fitted: dict[str, Fitted], family: str) -> None:
    assert fitted[family].model.preprocessing == ("light-1" if family == "bert" else "plain-1")
    assert load(fitted[family].folder).preprocessing == fitted[family].model.preprocessing
    assert fitted[family].model.info["backbone"] == f"tiny-{family}"


@pytest.mark.parametrize("family", FAMILIES)
def test_it_learns_what_the_clauses_say(fitted: dict[str, Fitted], small_pairs: list[Pair], family: str) -> None:
    report = measure(load(fitted[family].folder), part(small_pairs, "test"), "small")
    assert report.figures["all"]["macro_average_precision"].value > 0.75


def test_a_saved_model_of_each_family_tags_the_same_where_torch_and_transformers_are_not(fitted: dict[str, Fitted]) -> None:
    code = """
import json, sys
for name in ("torch", "transformers", "onnx", "safetensors", "sklearn.linear_model"):
    sys.modules[name] = None
from resclassify.model import load
texts, *folders = sys.argv[1:]
found = [load(folder).assess(json.loads(texts)) for folder in folders]
print(json.dumps([[f.probabilities.tolist(), f.decided.tolist(), [[e.start for e in of] for of in f.evidence]] for f in found]))
"""
    folders = [str(fitted[family].folder) for family in FAMILIES]
    done = subprocess.run([sys.executable, "-c", code, json.dumps(TEXTS), *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for family, (probabilities, decided, starts) in zip(FAMILIES, json.loads(done.stdout), strict=True):
        here = fitted[family].model.assess(TEXTS)
        assert here.probabilities.tolist() == probabilities, family
        assert here.decided.tolist() == decided
        assert [[item.start for item in items] for items in here.evidence] == starts


@pytest.mark.parametrize("family", FAMILIES)
def test_evidence_lies_inside_the_text_and_is_of_its_tags(
    fitted: dict[str, Fitted], small_pairs: list[Pair], family: str
) -> None:
    texts = TEXTS + [text for pair in small_pairs for text in (pair.ar, pair.en)]
    clauses = [Clause("t", str(number), None, None, "en", 0, len(text), text) for number, text in enumerate(texts)]
    tagged = load(fitted[family].folder).tag(clauses)
    assert any(item.evidence for item in tagged)
    for item in tagged:
        assert {found.theme for found in item.evidence} <= set(item.themes)
        for found in item.evidence:
            words = item.clause.text[found.start : found.end]
            assert 0 <= found.start < found.end <= len(item.clause.text)
            assert words == words.strip(" ()؛،.;,")
            assert found.weight >= 0


@pytest.mark.parametrize("family", FAMILIES)
def test_the_twin_in_int8_scores_as_the_network_does(fitted: dict[str, Fitted], small_pairs: list[Pair], family: str) -> None:
    texts = _prepared(fitted[family], TEXTS + [text for pair in small_pairs for text in (pair.ar, pair.en)])
    scores = _logits(classifier(str(fitted[family].folder), THEMES, 64), texts)
    assert fitted[family].model.scorer.read(texts).scores == pytest.approx(scores, abs=0.15)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_twin_in_full_precision_is_the_network_at_every_length(
    backbones: dict[str, Path], tmp_path: Path, family: str
) -> None:
    scorer = classifier(str(backbones[family]), THEMES, 100)
    twin = make_twin(scorer, np.zeros((33, 5), dtype=np.float32), tmp_path, int8=False)
    words = " ".join(TEXTS).split()
    texts = ["Calls", *TEXTS, next(text for end in range(30) if len(scorer.encode(text := " ".join(words[:end]))) > 40)]
    lengths = [len(scorer.encode(text)) for text in texts]
    assert min(lengths) < 8 < 40 < max(lengths) < 100
    assert twin.read(texts).scores == pytest.approx(_logits(scorer, texts), abs=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_of_a_text_do_not_depend_on_what_else_is_read(fitted: dict[str, Fitted], family: str) -> None:
    texts = _prepared(fitted[family], TEXTS)
    twin, network = fitted[family].model.scorer, classifier(str(fitted[family].folder), THEMES, 64)
    together, turned = twin.read(texts), twin.read(texts[::-1])
    assert np.array_equal(together.scores, turned.scores[::-1])
    for number, text in enumerate(texts):
        alone = twin.read([text])
        assert np.array_equal(alone.scores[0], together.scores[number])
        assert np.array_equal(alone.words[0], together.words[number])
    # With torch a batch is padded, and read in 16 bits, which moves the last digits alone.
    assert network.read(texts).scores == pytest.approx(_logits(network, texts), abs=0.05)
    assert twin.read([]).scores.shape == (0, len(THEMES))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_pieces_add_goes_to_the_word_that_they_are_of(backbones: dict[str, Path], tmp_path: Path, family: str) -> None:
    """With evidence that gives each piece one, a word gets as many as it has pieces, marks included."""
    scorer = classifier(str(backbones[family]), THEMES, 64)
    constant = np.zeros((33, 5), dtype=np.float32)
    constant[-1] = 1
    twin = make_twin(scorer, constant, tmp_path, int8=False)
    text = 'Calls upon (all) "parties", to punish; تهيب بالدول، الأعضاء: معاقبتهم.'
    words = text.split()
    (added,) = twin.read([text]).words
    pieces = [len(scorer.tokenizer(word if at == 0 else f" {word}")["input_ids"]) - 2 for at, word in enumerate(words)]
    assert added[:, 0].tolist() == pieces
    features, drops = leave_one_out(scorer, text)
    assert features[:, -1].tolist() == pieces
    assert drops.shape == (len(words), len(THEMES))


def test_hiding_a_word_is_measured_by_how_far_the_score_falls(fitted: dict[str, Fitted]) -> None:
    scorer = classifier(str(fitted[LEARNED].folder), THEMES, 64)
    with torch.no_grad():  # a small network hardly looks at single words: make it look
        for matrix in (parameter for parameter in scorer.network.parameters() if parameter.ndim == 2):
            matrix.mul_(4)
    (text,) = _prepared(fitted[LEARNED], ["Calls upon Governments to investigate, try and punish the perpetrators;"])
    _, drops = leave_one_out(scorer, text)
    ids = scorer.encode(text)
    assert scorer.tokenizer.decode(ids[1]) == "Calls"
    word_of = owners(text, scorer.tokenizer(text, return_offsets_mapping=True)["offset_mapping"])
    mask = scorer.tokenizer.mask_token_id
    hidden = [[mask if of == word else piece for piece, of in zip(ids, word_of, strict=True)] for word in range(len(drops))]
    with torch.inference_mode():
        logits = scorer.network(torch.tensor([ids, *hidden])).logits.numpy()
    exact = logits[0] - logits[1:]
    assert np.abs(exact).max() > 1
    assert np.corrcoef(exact.ravel(), drops.ravel())[0, 1] > 0.98


def test_evidence_learned_tells_what_hiding_measures(fitted: dict[str, Fitted], small_pairs: list[Pair]) -> None:
    scorer = classifier(str(fitted[LEARNED].folder), THEMES, 64)
    known, fresh = (_prepared(fitted[LEARNED], [pair.en for pair in part(small_pairs, side)]) for side in ("train", "test"))
    evidence = fit_evidence(scorer, known, penalty=1.0)
    measured = [leave_one_out(scorer, text) for text in fresh]
    told = np.concatenate([features @ evidence for features, _ in measured])
    drops = np.concatenate([drops for _, drops in measured])
    assert np.corrcoef(told.ravel(), drops.ravel())[0, 1] > 0.25


def test_a_text_longer_than_can_be_read_at_once_is_read_in_windows_that_overlap(
    fitted: dict[str, Fitted], backbones: dict[str, Path]
) -> None:
    scorer = fitted["bert"].model.scorer
    assert isinstance(scorer, OnnxScorer)
    words = [
        word for word in "Calls upon Member States all parties to the and".split() if len(scorer.tokenizer.encode(word)) == 3
    ]
    assert len(words) > 4
    text = [words[at * at % len(words)] for at in range(150)]
    # 62 words at a time, beside the two pieces at the ends, each window 16 words into the one before.
    windows = [" ".join(text[start : start + 62]) for start in (0, 46, 92)]
    whole, parts = scorer.read([" ".join(text)]), scorer.read(windows)
    assert np.array_equal(whole.scores[0], parts.scores.max(axis=0))
    assert not np.array_equal(whole.scores[0], parts.scores[0])
    for theme, decisive in enumerate(parts.scores.argmax(axis=0)):
        expected = np.zeros(150)
        expected[46 * decisive : 46 * decisive + 62] = parts.words[decisive][:, theme]
        assert np.array_equal(whole.words[0][:, theme], expected)


def test_a_decisive_part_at_the_end_of_a_long_text_counts(fitted: dict[str, Fitted]) -> None:
    model = load(fitted[LEARNED].folder)
    plain = "Calls upon Member States to submit a report at the next session; " * 9
    deed = "Calls upon Governments to supervise online platforms and artificial intelligence;"
    without, with_deed = model.assess([plain, plain + deed]).decided[:, THEMES.index("technology")]
    assert (bool(without), bool(with_deed)) == (False, True)
    (tagged,) = model.tag([Clause("t", "1", None, None, "en", 0, len(plain + deed), plain + deed)])
    found = [item for item in tagged.evidence if item.theme == "technology"]
    assert found
    # The windows before the last one say nothing of technology.
    assert min(item.start for item in found) > len(plain) // 2


@pytest.mark.parametrize("family", FAMILIES)
def test_the_saved_folder_is_a_model_of_transformers_that_names_the_themes(fitted: dict[str, Fitted], family: str) -> None:
    folder = fitted[family].folder
    assert {path.name for path in folder.iterdir()} >= {"config.json", "model.safetensors", "tokenizer.json", "manifest.json"}
    assert not [path for path in folder.iterdir() if path.suffix in (".bin", ".pt", ".pkl")]
    network = AutoModelForSequenceClassification.from_pretrained(folder)
    assert network.config.id2label == dict(enumerate(THEMES))
    assert network.dtype == torch.float16
    (text,) = _prepared(fitted[family], TEXTS[:1])
    tag = pipeline("text-classification", model=str(folder), tokenizer=str(folder), top_k=None)
    found = {item["label"]: item["score"] for item in tag([text])[0]}
    expected = _sigmoid(classifier(str(folder), THEMES, 64).read([text]).scores[0])
    assert [found[theme] for theme in THEMES] == pytest.approx(expected.tolist(), abs=0.01)
    assert AutoTokenizer.from_pretrained(folder)(text)["input_ids"] == fitted[family].model.scorer.tokenizer.encode(text).ids


class _Trap:
    """What leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.mark), "w")


def _pickled(folder: Path, mark: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(_Trap(mark)))


def _foreign_code(folder: Path, mark: Path) -> None:
    head = json.loads((folder / "config.json").read_text())
    auto_map = {"AutoConfig": "strange.Strange", "AutoModelForSequenceClassification": "strange.Net"}
    (folder / "config.json").write_text(json.dumps(head | {"model_type": "strange", "auto_map": auto_map}))
    (folder / "strange.py").write_text(f"open({str(mark)!r}, 'w')\nclass Strange: pass\nclass Net: pass\n")


def _damaged(folder: Path, mark: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])


def _gone(folder: Path, mark: Path) -> None:
    shutil.rmtree(folder)


def _no_tokenizer(folder: Path, mark: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()


@pytest.mark.parametrize("spoiled", [_pickled, _foreign_code, _damaged, _gone, _no_tokenizer])
def test_an_encoder_that_cannot_be_loaded_safely_is_refused_in_one_line_and_nothing_of_it_is_run(
    backbones: dict[str, Path], tmp_path: Path, spoiled: Callable[[Path, Path], None]
) -> None:
    folder, mark = shutil.copytree(backbones["bert"], tmp_path / "backbone"), tmp_path / "mark"
    classifier(str(folder), THEMES)
    spoiled(folder, mark)
    with pytest.raises(ModelError, match="no encoder could be loaded") as raised:
        classifier(str(folder), THEMES)
    assert "\n" not in str(raised.value)
    assert str(folder) in str(raised.value)
    assert not mark.exists()


def test_an_encoder_that_comes_with_a_list_of_words_alone_reads_by_it(backbones: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(backbones["bert"], tmp_path / "words")
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": False}))
    one, other = (classifier(str(at), THEMES) for at in (backbones["bert"], folder))
    assert one.encode(TEXTS[3]) == other.encode(TEXTS[3])
    assert len(set(other.encode(TEXTS[3]))) > 10


def _tuned(
    backbone: Path,
    pairs: list[Pair],
    settings: FineTuning,
    checkpoint: Path | None = None,
    report: Callable[[Mapping[str, float]], None] = _silent,
) -> dict[str, torch.Tensor]:
    """The weights of a network on `backbone` after fine-tuning."""
    scorer = classifier(str(backbone), THEMES, settings.longest)
    known, held = examples(part(pairs, "train")), examples(part(pairs, "dev"))
    lessons = lessons_of(known, chain("light-1"), paired=settings.consistency > 0)
    fine_tune(scorer, lessons, [item.text for item in held], truth_of(held), settings, report, checkpoint)
    return dict(scorer.network.state_dict())


def _same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


class _InterruptionError(Exception):
    pass


def _until_epoch(last: int) -> Callable[[Mapping[str, float]], None]:
    def report(figures: Mapping[str, float]) -> None:
        if figures.get("epoch") == last:
            raise _InterruptionError

    return report


THREE = replace(QUICK, epochs=3, scanned=0.5)


def test_a_run_that_was_interrupted_goes_on_to_the_same_weights(
    backbones: dict[str, Path], small_pairs: list[Pair], tmp_path: Path
) -> None:
    state = tmp_path / "runs/state"
    with pytest.raises(_InterruptionError):
        _tuned(backbones["bert"], small_pairs, THREE, state, _until_epoch(2))
    told: list[Mapping[str, float]] = []
    resumed = _tuned(backbones["bert"], small_pairs, THREE, state, told.append)
    assert [figures["epoch"] for figures in told if "epoch" in figures] == [2, 3]
    assert _same(resumed, _tuned(backbones["bert"], small_pairs, THREE))
    assert [path.name for path in state.parent.iterdir()] == ["state"]


def test_the_epoch_that_does_best_on_dev_is_kept(backbones: dict[str, Path], small_pairs: list[Pair]) -> None:
    """Against the opposite of the truth a network does worse the longer it learns: what is kept is not the last epoch."""
    scorer = classifier(str(backbones["modernbert"]), THEMES, 64)
    known, held = examples(part(small_pairs, "train")), examples(part(small_pairs, "dev"))
    told: list[Mapping[str, float]] = []
    texts, opposite = [item.text for item in held], ~truth_of(held)
    lessons = lessons_of(known, str, paired=False)
    best = fine_tune(scorer, lessons, texts, opposite, replace(QUICK, epochs=6), told.append)
    scores = [figures["dev_macro_average_precision"] for figures in told if "epoch" in figures]
    assert len(scores) == 6
    assert best == max(scores) > scores[-1]
    assert mean_precision(scorer.read(texts).scores, opposite) == pytest.approx(best)


@pytest.mark.parametrize("other", ["settings", "lessons", "encoder"])
def test_the_state_of_another_run_is_refused(
    backbones: dict[str, Path], small_pairs: list[Pair], tmp_path: Path, other: str
) -> None:
    one = replace(THREE, epochs=1)
    _tuned(backbones["bert"], small_pairs, one, tmp_path / "state")
    settings = replace(one, seed=2) if other == "settings" else one
    pairs = [replace(pair, themes=("migration",)) for pair in small_pairs] if other == "lessons" else small_pairs
    moved = shutil.copytree(backbones["bert"], tmp_path / "moved") if other == "encoder" else backbones["bert"]
    with pytest.raises(ModelError, match="state: is of a run with other data, settings or encoder"):
        _tuned(moved, pairs, settings, tmp_path / "state")


def test_the_same_seed_gives_the_same_files_and_another_seed_others(
    backbones: dict[str, Path], small_pairs: list[Pair], tmp_path: Path
) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        checkpoint = tmp_path / f"runs/{name}"
        settings = replace(QUICK, epochs=1, seed=seed)
        options = {"checkpoint": checkpoint, "info": {"note": "x"}, "preprocessing": "plain-1"}
        model = fit_transformer(small_pairs, [], str(backbones["bert"]), tmp_path / f"n{name}", settings, _silent, **options)
        model.save(tmp_path / name)
        assert not list(checkpoint.parent.iterdir())
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    for name in ("model.safetensors", "model.onnx", "calibration.json"):
        assert (tmp_path / "one" / name).read_bytes() != (tmp_path / "three" / name).read_bytes(), name
    assert load(tmp_path / "one").preprocessing == "plain-1"
    assert load(tmp_path / "one").info["note"] == "x"


def test_of_several_seeds_and_their_mean_the_best_on_dev_is_taken(
    backbones: dict[str, Path], small_pairs: list[Pair], tmp_path: Path
) -> None:
    model = fit_transformer(
        small_pairs, [], str(backbones["modernbert"]), tmp_path, replace(QUICK, epochs=2), _silent, seeds=(1, 2)
    )
    scores = model.info["dev_macro_average_precision"]
    assert scores.keys() == {"seed 1", "seed 2", "mean of seeds"}
    assert scores[model.info["taken"]] == max(scores.values())


def test_the_mean_of_networks_is_the_mean_of_their_weights(backbones: dict[str, Path]) -> None:
    one, two, mean = (classifier(str(backbones["bert"]), THEMES) for _ in range(3))
    with torch.no_grad():
        two.network.classifier.weight += 1
    averaged([one, two], mean)
    weights = [scorer.network.classifier.weight.detach() for scorer in (one, two, mean)]
    assert weights[2].numpy() == pytest.approx(weights[0].numpy() + 0.5, abs=1e-6)
    assert not mean.network.training


def test_lessons_are_texts_by_themselves_or_with_the_other_language(small_pairs: list[Pair]) -> None:
    known = examples(small_pairs[:2])
    alone, paired = (lessons_of(known, str.upper, paired=paired) for paired in (False, True))
    assert [len(lesson.texts) for lesson in alone] == [1, 1, 1, 1]
    assert [len(lesson.texts) for lesson in paired] == [2, 2]
    assert set(paired[0].texts) == {small_pairs[0].en.upper(), small_pairs[0].ar.upper()}
    assert [lesson.targets for lesson in paired] == [(1, 0, 0, 0, 0), (0, 1, 0, 0, 0)]


def test_consistency_draws_the_two_languages_of_a_clause_together(backbones: dict[str, Path], small_pairs: list[Pair]) -> None:
    apart = {}
    for weight in (0.01, 300.0):
        scorer = classifier(str(backbones["modernbert"]), THEMES, 64)
        settings = replace(QUICK, epochs=4, consistency=weight)
        scorer.network.load_state_dict(_tuned(backbones["modernbert"], small_pairs, settings))
        known = part(small_pairs, "train")
        ar, en = (_sigmoid(scorer.read([pair.text(lang) for pair in known]).scores) for lang in ("ar", "en"))
        apart[weight] = float(np.abs(ar - en).mean() / ar.std())
    assert apart[300.0] < 0.8 * apart[0.01]
