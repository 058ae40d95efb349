"""The experiment log: MLflow on SQLite beside the project, or wherever the person's tracking URI says."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from resclassify.errors import MissingExtraError
from resclassify.evaluation import Report
from resclassify.taxonomy import load_taxonomy

EXPERIMENT = "resclassify"
_EXAMPLE = (
    "Urges Member States to investigate and prosecute traffickers;",
    "تهيب بالدول الأعضاء أن توفر المأوى لضحايا الاتجار بالأشخاص؛",
)


def default_uri(folder: Path) -> str:
    """The SQLite store in `folder`, which need not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(folder / 'mlflow.db').resolve().as_posix()}"


def log_training(
    name: str,
    model_folder: Path,
    *,
    reports: Mapping[str, Report],
    parameters: Mapping[str, Any],
    store: Path,
    uri: str | None = None,
    curve: Sequence[Mapping[str, float]] = (),
    register: str | None = None,
) -> str:
    """Logs one training run and returns its id: parameters, the curve, the figures of each report, the model from code with its
    signature and an input example. With `register`, the model becomes a version of the model of that name, aliased "champion".

    Raises MissingExtraError where MLflow is not installed.
    """
    mlflow = _opened(store, uri)
    import pandas as pd
    from mlflow.models import infer_signature

    example = pd.DataFrame({"text": list(_EXAMPLE)})
    with mlflow.start_run(run_name=name) as run:
        _log(mlflow, parameters, curve)
        for label, report in reports.items():
            mlflow.log_metrics({f"{label}/{key}": value for key, value in report.metrics().items()})
            mlflow.log_text(report.to_json(), f"reports/{label}.json")
            mlflow.log_text(report.to_markdown(), f"reports/{label}.md")
            mlflow.set_tag(f"data.{label}.fingerprint", report.fingerprint)
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("serving.py")),
            artifacts={"model": str(model_folder)},
            signature=infer_signature(example, _output_example(example)),
            input_example=example,
            pip_requirements=["resclassify"],
            registered_model_name=register,
        )
        if register is not None:
            mlflow.MlflowClient().set_registered_model_alias(register, "champion", logged.registered_model_version)
        return str(run.info.run_id)


def log_run(
    name: str, *, parameters: Mapping[str, Any], curve: Sequence[Mapping[str, float]], store: Path, uri: str | None = None
) -> str:
    """Logs a run that makes no model of themes (pre-training, a sweep) and returns its id.

    Raises MissingExtraError where MLflow is not installed.
    """
    mlflow = _opened(store, uri)
    with mlflow.start_run(run_name=name) as run:
        _log(mlflow, parameters, curve)
        return str(run.info.run_id)


def _opened(store: Path, uri: str | None) -> Any:
    """MLflow on the store, its experiment chosen."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        import mlflow
    except ImportError as error:
        raise MissingExtraError("MLflow is not installed; run `make install`, or pip install 'resclassify[train]'") from error
    mlflow.set_tracking_uri(uri or default_uri(store))
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=(store / "artifacts").resolve().as_uri() if uri is None else None)
    mlflow.set_experiment(EXPERIMENT)
    return mlflow


def _log(mlflow: Any, parameters: Mapping[str, Any], curve: Sequence[Mapping[str, float]]) -> None:
    mlflow.log_params(dict(parameters))
    for number, figures in enumerate(curve):
        plain = {key: value for key, value in figures.items() if key not in ("step", "steps", "epoch")}
        mlflow.log_metrics(plain, step=int(figures.get("step", number)))


def _output_example(example: Any) -> Any:
    import pandas as pd

    probabilities = {f"p_{theme}": [0.5] * len(example) for theme in load_taxonomy().ids}
    return pd.DataFrame({"themes": ["prosecution", ""], "review": [False, True], **probabilities})
