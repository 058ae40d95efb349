"""The experiment log: MLflow on SQLite beside the project, or wherever the person's tracking URI says."""

from __future__ import annotations

import os
from collections.abc import Mapping
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
) -> str:
    """Logs one training run and returns its id: parameters, the figures of each report, the model from code with its signature.

    Raises MissingExtraError where MLflow is not installed.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        import mlflow
        import pandas as pd
        from mlflow.models import infer_signature
    except ImportError as error:
        raise MissingExtraError("MLflow is not installed; run `make install`, or pip install 'resclassify[train]'") from error
    mlflow.set_tracking_uri(uri or default_uri(store))
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=(store / "artifacts").resolve().as_uri() if uri is None else None)
    mlflow.set_experiment(EXPERIMENT)
    example = pd.DataFrame({"text": list(_EXAMPLE)})
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_params(dict(parameters))
        for label, report in reports.items():
            mlflow.log_metrics({f"{label}/{key}": value for key, value in report.metrics().items()})
            mlflow.log_text(report.to_json(), f"reports/{label}.json")
            mlflow.log_text(report.to_markdown(), f"reports/{label}.md")
            mlflow.set_tag(f"data.{label}.fingerprint", report.fingerprint)
        mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("serving.py")),
            artifacts={"model": str(model_folder)},
            signature=infer_signature(example, _output_example(example)),
            input_example=example,
            pip_requirements=["resclassify"],
        )
        return str(run.info.run_id)


def _output_example(example: Any) -> Any:
    import pandas as pd

    probabilities = {f"p_{theme}": [0.5] * len(example) for theme in load_taxonomy().ids}
    return pd.DataFrame({"themes": ["prosecution", ""], "review": [False, True], **probabilities})
