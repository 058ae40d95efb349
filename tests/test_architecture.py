"""The direction of imports and the quarantines of CONTRIBUTING.md, read from the import statements."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "src/resclassify"
# From the ground up: a module may import only from its own level's predecessors.
LEVELS: list[set[str]] = [
    {"errors", "types", "shipped", "symbols", "intervals"},
    {"settings", "taxonomy", "lexicon", "arabic", "encoder", "encoder.packed"},
    {"text", "language", "onnx_network", "footnotes", "calibration", "noise", "evidence", "production"},
    {"layout", "changes", "vectors", "verbs", "wording", "addressees", "prevalence"},
    {"front_page"},
    {"readers.bidi"},
    {"readers.text", "readers.docx", "readers.pdf", "readers.html"},
    {"readers"},
    {"segmentation", "tables", "coverage"},
    {"inputs", "observations"},
    {"scorers"},
    {"scorers.linear", "scorers.onnx", "scorers.transformer", "encoder.vocabulary"},
    {"twin", "attribution", "encoder.assembly", "encoder.adaptation"},
    {"alignment", "model", "exports", "boundaries", "trends"},
    {"statement", "dataset", "comparison", "audit", "trend_tables"},
    {
        "akoma_ntoso",
        "comparison_page",
        "hand_alignments",
        "evaluation",
        "annotation",
        "agreement",
        "references",
        "acceptance",
        "behaviour",
    },
    {
        "confusions",
        "plots",
        "trend_page",
        "training",
        "checks",
        "statistics",
        "croissant",
        "figures",
        "faithfulness",
        "encoder.corpora",
        "drift",
    },
    {
        "fragments",
        "notebooks",
        "finetuning",
        "measurement",
        "promotion",
        "probing",
        "store.records",
        "store.schema",
        "store.connection",
    },
    {"store.writing", "store.queries"},
    {"store.reviewing"},
    {"store.access"},
    {"store", "store.ingestion"},
    {"verdicts", "kept_vectors", "review_keys"},
    {"review_queue"},
    {"review_tables", "learning_curve"},
    {"review_desk", "review_workbook"},
    {"tracking", "serving", "display", "trend_inputs", "intake"},
    {"challenge"},
    {"retraining"},
    {"cli_data", "cli_models", "cli_promote", "cli_compare", "cli_store", "cli_retrain", "cli_trends"},
    {"cli_review"},
    {"cli"},
]
# The scorers' doorway loads each scorer by name, on use.
ALLOWED = {("scorers", "scorers.linear"), ("scorers", "scorers.onnx")}
TORCH = {"probing", "scorers.transformer", "twin", "attribution", "finetuning", "encoder.assembly", "encoder.adaptation"}
STORE = {"store.access", "store.connection", "store.queries", "store.reviewing", "store.schema", "store.writing"}
QUARANTINES = {
    "pypdfium2": {"readers.pdf"},
    "docx": {"readers.docx"},
    "lxml": {"readers.docx", "readers.html", "statement", "akoma_ntoso"},
    "camel_tools": {"arabic"},
    "py3langid": {"language"},
    "sklearn": {"scorers.linear", "training", "figures", "agreement", "probing", "learning_curve"},
    "mlflow": {"tracking", "serving"},
    "pandas": {"tracking", "serving"},
    "typer": {
        "cli",
        "cli_data",
        "cli_models",
        "cli_promote",
        "cli_compare",
        "cli_review",
        "cli_store",
        "cli_retrain",
        "cli_trends",
    },
    "rich": {"display", "review_desk"},
    "altair": {"plots"},
    "vl_convert": {"plots"},
    "pyarrow": {"exports", "tables", "trend_tables"},
    "krippendorff": {"agreement"},
    "matplotlib": {"statistics", "figures"},
    "torch": TORCH,
    "transformers": {"probing", "scorers.transformer", "encoder.assembly", "encoder.adaptation"},
    "tokenizers": {"onnx_network", "scorers.onnx", "encoder.vocabulary", "vectors"},
    "onnxruntime": {"onnx_network", "scorers.onnx", "twin", "vectors"},
    "onnx": {"twin"},
    "sqlalchemy": {"store", *STORE},
    "openpyxl": {"review_workbook"},
    "bidi": {"review_desk"},
    "arabic_reshaper": {"review_desk"},
    "nbformat": {"notebooks"},
    "nbclient": {"notebooks"},
    "traitlets": {"notebooks"},
    "pickle": set(),
    "joblib": set(),
    "requests": set(),
    "urllib": set(),
}


def _modules() -> dict[str, Path]:
    names = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        names[".".join(part for part in parts if part != "__init__")] = path
    return names


MODULES = _modules()


def _imports(name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _own(imported: str) -> str | None:
    """The module of this package that an import names."""
    if not imported.startswith("resclassify."):
        return None
    rest = imported.removeprefix("resclassify.")
    while rest and rest not in MODULES:
        rest = rest.rpartition(".")[0]
    return rest or None


def _level(name: str) -> int:
    found = [level for level, names in enumerate(LEVELS) if name in names]
    assert found, f"{name} has no level: put it into the picture here and in CONTRIBUTING.md"
    return found[0]


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name))
def test_imports_point_down(name: str) -> None:
    for imported in _imports(name):
        other = _own(imported)
        if other and other != name and (name, other) not in ALLOWED:
            assert _level(other) < _level(name), f"{name} imports {other}, which is not below it"


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name))
def test_libraries_stay_in_their_quarantine(name: str) -> None:
    for imported in _imports(name):
        library = imported.split(".")[0]
        assert name in QUARANTINES.get(library, {name}), f"{name} imports {library}"


def test_no_module_reaches_what_downloads_on_import() -> None:
    for name in MODULES:
        for imported in _imports(name):
            assert not imported.startswith(
                ("camel_tools.data", "camel_tools.morphology", "camel_tools.disambig", "camel_tools.ner")
            )


def test_no_training_or_tuning_path_can_read_the_acceptance_labels() -> None:
    """The labels have one reader, and only the command that measures at the end calls it; training knows the texts alone,
    which the caller hands over to be kept out.
    """
    fitting = {"training", "calibration", "dataset", "references", "scorers", "scorers.linear", "model"}
    for name in fitting:
        assert "acceptance" not in {_own(imported) for imported in _imports(name)}, name
    for path in [*PACKAGE.rglob("*.py"), *ROOT.glob("pipelines/*.py")]:
        source = path.read_text(encoding="utf-8")
        if path.name not in ("acceptance.py", "measure_acceptance.py"):
            assert "acceptance_examples" not in source, path
            assert "acceptance.jsonl" not in source, path


@pytest.mark.parametrize("path", sorted(ROOT.glob("pipelines/*.py")), ids=lambda path: path.name)
def test_a_pipeline_reads_as_a_paragraph(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    assert "import re" not in source.split()


def test_modules_and_functions_stay_small() -> None:
    for name, path in MODULES.items():
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 420, name
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno <= 50, f"{name}.{node.name}"


def test_the_map_in_contributing_names_every_module() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in MODULES:
        if name:
            assert f"`{name}`" in text or f"`{name.split('.')[0]}/`" in text, f"CONTRIBUTING.md does not name {name}"
