"""The model that is shipped: what people load, how it tags, and that its two forms say the same."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from resclassify.acceptance import acceptance_texts
from resclassify.behaviour import run_behaviours
from resclassify.dataset import examples, read_pairs, truth_of
from resclassify.faithfulness import measure_faithfulness
from resclassify.model import Model, load
from resclassify.text import chain
from resclassify.training import part

FOLDER = ROOT / "models/themes"
PAIRS = part(read_pairs(ROOT / "data/clauses"), "test")
CLEAR = [
    ("Urges Member States to bring traffickers to trial and to seize their assets;", {"prosecution"}),
    ("تحث الدول الأعضاء على محاكمة المتجرين ومصادرة أصولهم؛", {"prosecution"}),
    ("Calls upon States to provide survivors with shelter, medical care and legal aid;", {"victim_protection"}),
    ("تهيب بالدول أن توفر للناجين المأوى والرعاية الطبية والمساعدة القانونية؛", {"victim_protection"}),
    ("Requests the Secretary-General to submit a report at the next session;", set()),
    ("تطلب إلى الأمين العام أن يقدم تقريرا في الدورة المقبلة؛", set()),
]


@pytest.fixture(scope="module")
def model() -> Model:
    return load()


def _micro_f1(decided: np.ndarray, truth: np.ndarray) -> float:
    return float(2 * (decided & truth).sum() / (decided.sum() + truth.sum()))


@pytest.mark.parametrize(("text", "themes"), CLEAR)
def test_clear_clauses_get_their_themes(model: Model, text: str, themes: set[str]) -> None:
    (row,) = model.assess([text]).decided
    assert {theme for theme, tag in zip(model.themes, row, strict=True) if tag} == themes


def test_transformers_loads_the_folder_as_it_is(model: Model) -> None:
    network = AutoModelForSequenceClassification.from_pretrained(FOLDER)
    assert network.config.problem_type == "multi_label_classification"
    assert tuple(network.config.id2label.values()) == model.themes
    tagger = pipeline("text-classification", str(FOLDER), top_k=None)
    (scores,) = tagger([CLEAR[0][0]])
    assert {item["label"] for item in scores} == set(model.themes)
    assert max(scores, key=lambda item: item["score"])["label"] == "prosecution"


def test_the_int8_twin_tags_as_the_network_in_32_bits_does(model: Model) -> None:
    """At most half a point of micro-F1 apart, on the own clauses' test side."""
    items = examples(PAIRS)
    prepare = chain(model.preprocessing)
    network, tokenizer = AutoModelForSequenceClassification.from_pretrained(FOLDER).float(), AutoTokenizer.from_pretrained(FOLDER)
    logits = []
    with torch.inference_mode():
        for item in items:
            logits.append(network(**tokenizer(prepare(item.text), return_tensors="pt")).logits[0].numpy())
    langs = [item.lang for item in items]
    whole = model.calibration.decide(model.calibration.probabilities(np.array(logits), langs), langs)
    twin = model.assess([item.text for item in items]).decided
    truth = truth_of(items)
    assert abs(_micro_f1(whole, truth) - _micro_f1(twin, truth)) <= 0.005
    assert (whole == twin).mean() > 0.98


def test_the_folder_fits_the_promise_and_holds_no_pickle() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 120 * 2**20
    assert not [path for path in files if path.suffix in (".bin", ".pt", ".pkl")]
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    # The errors were counted on the sealed model: they are no part of it.
    assert set(manifest) == {path.name for path in files} - {"manifest.json", "README.md", "confusion.json"}


def test_evidence_is_given_for_every_tag_and_is_faithful(model: Model) -> None:
    texts = [item.text for item in examples(PAIRS)]
    found = model.assess(texts)
    for text, row, evidence in zip(texts, found.decided, found.evidence, strict=True):
        assert {item.theme for item in evidence} == {theme for theme, tag in zip(model.themes, row, strict=True) if tag}
        assert all(0 <= item.start < item.end <= len(text) for item in evidence)
    faithful = measure_faithfulness(model, texts, found)
    assert faithful is not None
    assert faithful.evidence_drop.low > faithful.random_drop.high
    assert faithful.larger.low > 0.7


def test_what_changes_no_theme_changes_no_tag(model: Model) -> None:
    rates = {(item.name, item.lang): item.rate for item in run_behaviours(model, PAIRS) if item.kind == "invariance"}
    assert min(rates.values()) > 0.8, rates
    exact = [rate for (name, _), rate in rates.items() if "tatweel" in name or "vowel" in name or "space" in name]
    assert exact
    assert min(exact) == 1.0, rates


def test_the_acceptance_texts_can_be_tagged_in_one_go(model: Model) -> None:
    assert model.assess(acceptance_texts()).decided.shape == (90, len(model.themes))


def test_the_encoder_loads_and_is_what_the_model_came_from() -> None:
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(ROOT / "models/encoder")
    network = AutoModelForSequenceClassification.from_pretrained(Path(FOLDER))
    assert encoder.config.vocab_size == network.config.vocab_size
    assert encoder.config.num_hidden_layers == network.config.num_hidden_layers
