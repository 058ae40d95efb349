"""The experiment log: MLflow on SQLite beside the project, or wherever the person's tracking URI says."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resclassify.errors import MissingExtraError
from resclassify.evaluation import Report
from resclassify.production import fingerprint_of
from resclassify.taxonomy import load_taxonomy

EXPERIMENT = "resclassify"
FINGERPRINT = "fingerprint"
THEMES = "resclassify-themes"
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
    alias: str = "champion",
) -> str:
    """Logs one training run and returns its id: parameters, the curve, the figures of each report, the model from code with its
    signature and an input example. With `register`, the model becomes a version of the model of that name, with the `alias` and
    its fingerprint as a tag.

    Raises MissingExtraError where MLflow is not installed.
    """
    mlflow = _opened(store, uri)
    with mlflow.start_run(run_name=name) as run:
        _log(mlflow, parameters, curve)
        for label, report in reports.items():
            mlflow.log_metrics({f"{label}/{key}": value for key, value in report.metrics().items()})
            mlflow.log_text(report.to_json(), f"reports/{label}.json")
            mlflow.log_text(report.to_markdown(), f"reports/{label}.md")
            mlflow.set_tag(f"data.{label}.fingerprint", report.fingerprint)
        _log_model(mlflow, model_folder, register, alias)
        return str(run.info.run_id)


@dataclass(frozen=True, slots=True)
class Stage:
    """A child of a logged run: what it was given, its figures and its curve, and files by name (text, SVG)."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    curve: Sequence[Mapping[str, float]] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def log_retraining(
    name: str,
    stages: Sequence[Stage],
    *,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, str],
    models: Mapping[str, Path],
    store: Path,
    say: Callable[[str], None],
) -> str:
    """Logs one parent run with a child for each stage and returns its id. `inputs` are fingerprints of data by what it was for;
    `models` are folders by alias: one that is not registered yet is logged and becomes a version of `THEMES`.

    It goes to the store of MLFLOW_TRACKING_URI; where that is not set, or cannot be reached, to the SQLite store in the folder
    `store`, and `say` gets a line about it. Raises MissingExtraError where MLflow is not installed, MLflow's own errors where the
    local store cannot be written.
    """
    asked = os.environ.get("MLFLOW_TRACKING_URI")
    for uri in (asked, None) if asked else (None,):
        try:
            mlflow = _opened(store, uri)
            _end_killed(mlflow, name)
            with mlflow.start_run(run_name=name) as run:
                mlflow.set_tag("retraining", name)
                _log(mlflow, parameters, ())
                _log_inputs(mlflow, inputs)
                for stage in stages:
                    _log_stage(mlflow, stage)
                for alias, folder in models.items():
                    if not _aliased(mlflow, fingerprint_of(folder), alias):
                        _log_model(mlflow, folder, THEMES, alias)
            return str(run.info.run_id)
        # MLflow raises errors of its own, of HTTP and of the database alike where a store is away.
        except Exception as error:
            if uri is None or isinstance(error, MissingExtraError):
                raise
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            said = _without_passwords(f"MLflow at {uri} cannot be used ({reason}")[:200]
            say(f"{said}); this run is logged in {store / 'mlflow.db'}")
    raise AssertionError("the last store returns or raises")


def alias_champion(before: str, after: str, *, store: Path, uri: str | None = None) -> str | None:
    """Moves the alias "champion" of the registered models from the fingerprint `before` to `after`, and names the version that
    has it now; None where that model was not registered, so that no version has it.

    Raises MissingExtraError where MLflow is not installed; MLflow's own errors where its store cannot be reached.
    """
    mlflow = _opened(store, uri)
    client = mlflow.MlflowClient()
    found = None
    for fingerprint in (before, after):
        for version in client.search_model_versions(f"tags.{FINGERPRINT} = '{fingerprint}'"):
            if fingerprint == after:
                client.set_registered_model_alias(version.name, "champion", version.version)
                found = f"{version.name} version {version.version}"
            elif str(client.get_registered_model(version.name).aliases.get("champion")) == str(version.version):
                client.delete_registered_model_alias(version.name, "champion")
    return found


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
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    # A server that is away is found out in seconds, not in the four minutes of MLflow's own limits.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    try:
        import mlflow
    except ImportError as error:
        raise MissingExtraError("MLflow is not installed; run `make install`, or pip install 'resclassify[train]'") from error
    mlflow.set_tracking_uri(uri or default_uri(store))
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=(store / "artifacts").resolve().as_uri() if uri is None else None)
    mlflow.set_experiment(EXPERIMENT)
    return mlflow


def _within_project(mlflow: Any) -> None:
    """Inside `mlflow run` the run that it began is the parent; its name is forgotten where this store does not hold it."""
    begun = os.environ.get("MLFLOW_RUN_ID")
    if begun is None:
        return
    try:
        mlflow.set_experiment(experiment_id=mlflow.get_run(begun).info.experiment_id)
    except mlflow.exceptions.MlflowException:
        for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"):
            os.environ.pop(name, None)


def _end_killed(mlflow: Any, name: str) -> None:
    """Says of a run of this name that was killed while it was logged that it was."""
    _within_project(mlflow)
    left = mlflow.search_runs(
        search_all_experiments=True,
        filter_string=f"tags.retraining = '{name}' and attributes.status = 'RUNNING'",
        output_format="list",
    )
    for run in left:
        if run.info.run_id != os.environ.get("MLFLOW_RUN_ID"):
            mlflow.MlflowClient().set_terminated(run.info.run_id, status="KILLED")


def _log_stage(mlflow: Any, stage: Stage) -> None:
    with mlflow.start_run(run_name=stage.name, nested=True):
        _log(mlflow, stage.parameters, stage.curve)
        mlflow.log_metrics(dict(stage.metrics))
        for name, content in stage.files.items():
            mlflow.log_text(content, name)


def _log_inputs(mlflow: Any, inputs: Mapping[str, str]) -> None:
    """The data of a run by fingerprint; no text of it goes to the log."""
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    for context, fingerprint in inputs.items():
        dataset = MetaDataset(CodeDatasetSource(tags={FINGERPRINT: fingerprint}), name=context, digest=fingerprint[:36])
        mlflow.log_input(dataset, context=context)


def _aliased(mlflow: Any, fingerprint: str, alias: str) -> bool:
    """Gives the alias to the version of this fingerprint; False where it was never registered."""
    client = mlflow.MlflowClient()
    for version in client.search_model_versions(f"name = '{THEMES}' and tags.{FINGERPRINT} = '{fingerprint}'"):
        client.set_registered_model_alias(THEMES, alias, version.version)
        return True
    return False


def _log_model(mlflow: Any, folder: Path, register: str | None, alias: str) -> None:
    """The model of a folder, from code; with `register` a version of that name with the alias."""
    import pandas as pd
    from mlflow.models import infer_signature

    example = pd.DataFrame({"text": list(_EXAMPLE)})
    logged = mlflow.pyfunc.log_model(
        name="model" if alias == "champion" else alias,
        python_model=str(Path(__file__).with_name("serving.py")),
        artifacts={"model": str(folder)},
        signature=infer_signature(example, _output_example(example)),
        input_example=example,
        pip_requirements=["resclassify"],
        registered_model_name=register,
    )
    if register is not None:
        client, version = mlflow.MlflowClient(), logged.registered_model_version
        client.set_model_version_tag(register, version, FINGERPRINT, fingerprint_of(folder))
        client.set_registered_model_alias(register, alias, version)


def _without_passwords(text: str) -> str:
    return re.sub(r"(://)[^/@\s]+@", r"\1", text)


def _log(mlflow: Any, parameters: Mapping[str, Any], curve: Sequence[Mapping[str, float]]) -> None:
    mlflow.log_params(dict(parameters))
    for number, figures in enumerate(curve):
        plain = {key: value for key, value in figures.items() if key not in ("step", "steps", "epoch")}
        mlflow.log_metrics(plain, step=int(figures.get("step", number)))


def _output_example(example: Any) -> Any:
    import pandas as pd

    probabilities = {f"p_{theme}": [0.5] * len(example) for theme in load_taxonomy().ids}
    return pd.DataFrame({"themes": ["prosecution", ""], "review": [False, True], **probabilities})
