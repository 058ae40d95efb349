"""What describes the data is true of it, and other people's tools read it."""

import hashlib
import json
from pathlib import Path

import pytest
from conftest import ROOT, Command

from resclassify.dataset import SPLITS, read_pairs

DATA = ROOT / "data"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return datasets


def test_the_hub_library_reads_the_folder_offline_with_the_declared_features(datasets: object, tmp_path: Path) -> None:
    loaded = datasets.load_dataset(str(DATA), "clauses", cache_dir=str(tmp_path / "cache"))  # type: ignore[attr-defined]
    pairs = read_pairs(DATA / "clauses")
    names = {"train": "train", "validation": "dev", "test": "test"}
    assert set(loaded) == set(names)
    for name, split in names.items():
        held = [pair for pair in pairs if pair.split == split]
        assert list(loaded[name]["id"]) == [pair.id for pair in held]
        assert [tuple(themes) for themes in loaded[name]["themes"]] == [pair.themes for pair in held]
    features = loaded["train"].features
    assert features["en"].dtype == features["ar"].dtype == "string"
    labels = datasets.load_dataset(str(DATA), "labels", cache_dir=str(tmp_path / "cache"))  # type: ignore[attr-defined]
    assert labels["train"].num_rows == 14171


def test_croissant_names_the_files_as_they_are() -> None:
    metadata = json.loads((DATA / "croissant.json").read_text(encoding="utf-8"))
    assert {item["name"] for item in metadata["distribution"]} == {
        *(f"clauses/{split}.jsonl" for split in SPLITS),
        "labels.jsonl",
    }
    for item in metadata["distribution"]:
        assert item["sha256"] == hashlib.sha256((DATA / item["contentUrl"]).read_bytes()).hexdigest(), item["name"]


def test_croissant_is_valid_and_its_records_can_be_read() -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(DATA / "croissant.json"))
    first = next(iter(dataset.records("train")))
    assert first["train/id"].decode() == next(pair.id for pair in read_pairs(DATA / "clauses") if pair.split == "train")


def test_the_card_quotes_the_fingerprint_and_the_counts_of_the_data(command: Command) -> None:
    stats = command("data", "stats").stdout.decode()
    card = (DATA / "README.md").read_text(encoding="utf-8")
    fingerprint = stats.split("fingerprint ")[1].split()[0]
    assert fingerprint[:12] in card
    assert stats.split("\n", 1)[0].split(" pairs")[0] in card
    assert stats in (DATA / "statistics.md").read_text(encoding="utf-8")


def test_stats_draws_a_figure(command: Command, tmp_path: Path) -> None:
    assert command("data", "stats", "--figure", tmp_path / "f.png").returncode == 0
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert command("data", "stats", "--figure", tmp_path / "f.svg").returncode == 0
    assert b"<svg" in (tmp_path / "f.svg").read_bytes()
    done = command("data", "stats", "--figure", tmp_path / "f.gif")
    assert done.returncode == 6
    assert b".png or .svg" in done.stderr


def test_pairs_travel_to_the_tools_and_back_by_command(command: Command, tmp_path: Path) -> None:
    for tool, name in (("label-studio", "x.json"), ("doccano", "x.jsonl")):
        assert command("data", "export", "--tool", tool, "-o", tmp_path / name).returncode == 0
        assert command("data", "import", tmp_path / name, "--tool", tool, "-o", tmp_path / "back").returncode == 0
        for split in SPLITS:
            assert (tmp_path / f"back/{split}.jsonl").read_bytes() == (DATA / f"clauses/{split}.jsonl").read_bytes()
