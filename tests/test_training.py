"""Training: the same data give the same model; the test side and the acceptance set stay out; the run is in the log."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, SAMPLE

from resclassify.dataset import Pair, read_pairs
from resclassify.errors import LabelError
from resclassify.model import load
from resclassify.readers import read
from resclassify.segmentation import segment
from resclassify.training import LinearSettings, fit_floor, measure, part

QUICK = LinearSettings(strengths=(4.0,), min_df=1)


def test_it_learns_what_the_clauses_say(small_pairs: list[Pair]) -> None:
    report = measure(fit_floor(small_pairs, [], settings=QUICK), part(small_pairs, "test"), "small")
    assert report.figures["ar"]["micro_f1"].value > 0.8
    assert report.figures["en"]["micro_f1"].value > 0.8


def test_the_same_pairs_give_the_same_bytes(small_pairs: list[Pair], tmp_path: Path) -> None:
    for name in ("one", "two"):
        fit_floor(small_pairs, [], settings=QUICK).save(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_test_side_is_never_read(small_pairs: list[Pair]) -> None:
    poisoned = [
        replace(p, en="poison poison", ar="سم سم", themes=("technology",)) if p.split == "test" else p for p in small_pairs
    ]
    one, two = fit_floor(small_pairs, [], settings=QUICK), fit_floor(poisoned, [], settings=QUICK)
    assert np.array_equal(one.scorer.weights, two.scorer.weights)  # type: ignore[attr-defined]
    assert one.calibration == two.calibration


@pytest.mark.parametrize("side", ["train", "dev"])
def test_a_clause_of_the_acceptance_set_stops_the_training(small_pairs: list[Pair], side: str) -> None:
    acceptance = [clause.text for clause in segment(read(SAMPLE))]
    stolen = [
        replace(p, ar=acceptance[0]) if p.id == next(q.id for q in small_pairs if q.split == side) else p for p in small_pairs
    ]
    with pytest.raises(LabelError, match="too near the acceptance set"):
        fit_floor(stolen, acceptance, settings=QUICK)


def test_a_side_without_pairs_is_refused(small_pairs: list[Pair]) -> None:
    with pytest.raises(LabelError, match="no train or no dev side"):
        fit_floor(part(small_pairs, "train"), [], settings=QUICK)


def test_the_shipped_models_were_trained_on_the_shipped_pairs() -> None:
    from resclassify.dataset import fingerprint

    own = fingerprint(read_pairs(ROOT / "data/clauses"))
    assert load().info["own_fingerprint"] == own
    assert load(ROOT / "models/floor-clone").info["data_fingerprint"] == own


def test_no_shipped_pair_is_near_the_acceptance_set() -> None:
    from resclassify.dataset import examples, refuse_acceptance

    acceptance = [clause.text for clause in segment(read(SAMPLE))]
    refuse_acceptance(examples(read_pairs(ROOT / "data/clauses")), acceptance, "data/clauses")


def test_the_pipeline_rebuilds_the_model_of_the_clone_and_logs_a_run_that_loads(tmp_path: Path) -> None:
    import mlflow
    import pandas as pd

    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    line = [sys.executable, ROOT / "pipelines/train.py", "--model", tmp_path / "floor", "--store", tmp_path / "runs"]
    subprocess.run(list(map(str, line)), check=True, capture_output=True, env=environment, timeout=600)
    texts = ["Urges States to prosecute traffickers;", "تهيب بالدول أن تحمي الضحايا؛"]
    rebuilt, shipped = load(tmp_path / "floor"), load(ROOT / "models/floor-clone")
    assert rebuilt.info == shipped.info
    assert np.allclose(rebuilt.probabilities(texts), shipped.probabilities(texts), atol=1e-3)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'runs/mlflow.db'}")
    (run,) = mlflow.search_runs(experiment_names=["resclassify"], output_format="list")
    assert run.data.params["data_fingerprint"] == shipped.info["data_fingerprint"]
    assert {f"test/{lang}/f1/{theme}" for lang in ("ar", "en") for theme in shipped.themes} <= set(run.data.metrics)
    (logged,) = mlflow.search_logged_models(experiment_ids=[run.info.experiment_id], output_format="list")
    served = mlflow.pyfunc.load_model(logged.model_uri)
    assert served.metadata.signature.inputs.input_names() == ["text"]
    answer = served.predict(pd.DataFrame({"text": texts}))
    assert np.allclose(answer[[f"p_{theme}" for theme in shipped.themes]].to_numpy(), rebuilt.probabilities(texts), atol=1e-6)
    assert not list((tmp_path / "runs").rglob("*.pkl"))
