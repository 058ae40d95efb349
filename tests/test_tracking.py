"""The experiment log: curves and figures kept, the champion registered, and served over HTTP as it tags."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pytest

from resclassify.dataset import Pair
from resclassify.model import Model, load
from resclassify.tracking import log_run, log_training
from resclassify.training import measure, part

TEXTS = ["Calls upon Governments to punish the perpetrators;", "تهيب بالحكومات توفير المأوى للضحايا؛"]
CURVE = [{"step": 25, "steps": 50, "loss": 0.5}, {"step": 50, "steps": 50, "loss": 0.25}, {"epoch": 1, "dev": 0.75}]


@pytest.fixture(scope="module")
def store(small_model: Model, model_folder: Path, small_pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    report = measure(small_model, part(small_pairs, "test"), "small")
    log_training(
        "small", model_folder, reports={"test": report}, parameters={"c": 4.0}, store=folder, curve=CURVE, register="small-themes"
    )
    return folder


def test_a_run_keeps_its_parameters_its_curve_and_its_figures(store: Path) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{store / 'mlflow.db'}")
    (run,) = mlflow.search_runs(experiment_names=["resclassify"], output_format="list")
    assert run.data.params == {"c": "4.0"}
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(25, 0.5), (50, 0.25)]
    assert run.data.metrics["dev"] == 0.75
    assert {f"test/{lang}/ece/migration" for lang in ("ar", "en")} <= set(run.data.metrics)
    assert not list(store.rglob("*.pkl"))


def test_the_model_is_registered_as_the_champion_and_tags_as_it_did(store: Path, small_model: Model) -> None:
    import pandas as pd

    mlflow.set_tracking_uri(f"sqlite:///{store / 'mlflow.db'}")
    champion = mlflow.pyfunc.load_model("models:/small-themes@champion")
    answer = champion.predict(pd.DataFrame({"text": TEXTS}))
    assert np.allclose(answer[[f"p_{theme}" for theme in small_model.themes]].to_numpy(), small_model.probabilities(TEXTS))


def test_a_run_without_a_model_is_logged_too(tmp_path: Path) -> None:
    run = log_run("pretrain", parameters={"pieces": 7}, curve=CURVE[:2], store=tmp_path)
    found = mlflow.get_run(run)
    assert (found.data.params["pieces"], found.data.metrics["loss"]) == ("7", 0.25)


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/small-themes@champion", "--env-manager", "local"]
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": f"sqlite:///{store / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    server = subprocess.Popen([*line, "--host", "127.0.0.1", "--port", str(port)], env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            assert server.poll() is None, "the server ended"
            try:
                urllib.request.urlopen(f"{address}/ping", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        os.killpg(server.pid, 15)
        server.wait(30)


def test_the_champion_answers_over_http(served: str, model_folder: Path) -> None:
    body = json.dumps({"dataframe_split": {"columns": ["text"], "data": [[text] for text in TEXTS]}}).encode()
    request = urllib.request.Request(f"{served}/invocations", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        rows = json.load(response)["predictions"]
    model = load(model_folder)
    assert [row["themes"] for row in rows] == [" ".join(themes) for themes in _themes(model)]


def _themes(model: Model) -> list[list[str]]:
    return [[theme for theme, tag in zip(model.themes, row, strict=True) if tag] for row in model.assess(TEXTS).decided]
