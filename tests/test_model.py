"""The model: one clause and many give the same, a saved model is the same model, an altered folder is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLE

import resclassify
from resclassify.errors import ModelError, OutputError
from resclassify.model import Model, load, seal
from resclassify.scorers import Reading
from resclassify.types import Clause

TEXTS = ["Calls upon Governments to punish the perpetrators;", "تهيب بالحكومات توفير المأوى للضحايا؛", "Decides to meet again."]


def _clauses(texts: list[str]) -> list[Clause]:
    return [Clause("t", str(n), None, None, "en", 0, len(text), text) for n, text in enumerate(texts)]


def test_the_python_way_in_is_one_line() -> None:
    tagged = resclassify.load().tag(resclassify.read(SAMPLE))
    assert len(tagged) == 90
    assert {theme for item in tagged for theme in item.themes} == set(resclassify.load().themes)


def test_tags_follow_probabilities_and_the_order_of_the_taxonomy(small_model: Model) -> None:
    for item in small_model.tag(_clauses(TEXTS)):
        assert list(item.probabilities) == list(small_model.themes)
        assert item.themes == tuple(theme for theme in small_model.themes if theme in item.themes)
        assert all(0 <= probability <= 1 for probability in item.probabilities.values())
        assert item.evidence == ()


def test_one_by_one_and_in_batches_give_the_same(small_model: Model) -> None:
    clauses = _clauses(TEXTS * 7)
    together = small_model.tag(clauses, batch_size=5)
    assert together == [small_model.tag([clause])[0] for clause in clauses]


def test_no_clause_gives_no_tag(small_model: Model) -> None:
    assert small_model.tag([]) == []


def test_a_saved_model_is_the_same_model_byte_for_byte(small_model: Model, tmp_path: Path) -> None:
    small_model.save(tmp_path / "one")
    loaded = load(tmp_path / "one")
    assert np.allclose(loaded.probabilities(TEXTS), small_model.probabilities(TEXTS), atol=1e-6)
    loaded.save(tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_saving_over_a_model_keeps_its_card(small_model: Model, tmp_path: Path) -> None:
    small_model.save(tmp_path / "one")
    (tmp_path / "one/README.md").write_text("card")
    small_model.save(tmp_path / "one")
    assert (tmp_path / "one/README.md").read_text() == "card"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_failed_save_leaves_the_model_that_was_there(small_model: Model, tmp_path: Path) -> None:
    small_model.save(tmp_path / "one")

    class Broken:
        kind = "linear"

        def read(self, texts: object) -> Reading:
            raise NotImplementedError

        def save(self, folder: Path) -> None:
            raise OSError("disk full")

    broken = Model(small_model.themes, small_model.preprocessing, Broken(), small_model.calibration)
    with pytest.raises(OutputError, match="cannot be written \\(disk full\\)"):
        broken.save(tmp_path / "one")
    assert load(tmp_path / "one").themes == small_model.themes
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("name", ["model.json", "calibration.json", "vocabulary.json", "weights.npz", "manifest.json"])
def test_a_missing_file_is_named(model_folder: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(model_folder, tmp_path / "m")
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        load(folder)


@pytest.mark.parametrize("name", ["model.json", "calibration.json", "vocabulary.json", "weights.npz"])
def test_an_altered_file_is_named(model_folder: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(model_folder, tmp_path / "m")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(ModelError, match=f"{name} was altered"):
        load(folder)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", 99, "format 99"),
        ("preprocessing", "fold-99", "fold-99"),
        ("scorer", "oracle", "oracle"),
        ("themes", 5, "cannot be loaded"),
    ],
)
def test_a_model_of_another_kind_is_refused(model_folder: Path, tmp_path: Path, key: str, value: object, message: str) -> None:
    folder = shutil.copytree(model_folder, tmp_path / "m")
    head = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(head | {key: value}))
    seal(folder)
    with pytest.raises(ModelError, match=message):
        load(folder)


def test_nothing_in_the_shipped_model_is_a_pickle() -> None:
    folder = Path(__file__).parents[1] / "models/floor"
    assert {path.suffix for path in folder.iterdir()} <= {".json", ".npz", ".md"}
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        assert all(array.dtype.kind == "f" for array in arrays.values())
