"""To annotation tools and back: nothing lost, what a person changed taken over, files of the tools' own making read."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resclassify.annotation import from_doccano, from_label_studio, to_doccano, to_label_studio
from resclassify.dataset import Pair
from resclassify.errors import LabelError
from resclassify.taxonomy import load_taxonomy

TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(str.strip)
PAIRS = st.builds(
    Pair,
    id=st.from_regex(r"[A-Z][0-9]{1,5}", fullmatch=True),
    kind=st.sampled_from(["preambular", "operative", None]),
    en=TEXT,
    ar=TEXT,
    themes=st.sets(st.sampled_from(load_taxonomy().ids)).map(lambda held: tuple(t for t in load_taxonomy().ids if t in held)),
    source=TEXT.map(str.strip),
    lineage=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    split=st.sampled_from(["train", "dev", "test"]),
    rules=st.lists(st.integers(1, 10)).map(tuple),
)


@given(st.lists(PAIRS, min_size=1, max_size=4))
def test_pairs_come_back_as_they_went(tmp_path_factory: pytest.TempPathFactory, pairs: list[Pair]) -> None:
    folder = tmp_path_factory.mktemp("tools")
    (folder / "ls.json").write_text(to_label_studio(pairs), encoding="utf-8")
    (folder / "d.jsonl").write_text(to_doccano(pairs), encoding="utf-8")
    assert from_label_studio(folder / "ls.json") == pairs
    assert from_doccano(folder / "d.jsonl") == pairs


# As Label Studio documents its JSON export: https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks
LABEL_STUDIO = [
    {
        "id": 1,
        "data": {"text": "Urges States to try smugglers of migrants;"},
        "annotations": [
            {
                "id": 1001,
                "result": [
                    {
                        "id": "LsOyy",
                        "from_name": "themes",
                        "to_name": "text",
                        "type": "choices",
                        "origin": "manual",
                        "value": {"choices": ["migration", "prosecution"]},
                    }
                ],
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-03-09T21:52:49.513742Z",
                "updated_at": "2026-03-09T22:16:08.746926Z",
                "lead_time": 44.7,
                "completed_by": {"id": 1, "email": "officer@example.org"},
            }
        ],
        "predictions": [],
        "created_at": "2026-03-09T21:39:52.309317Z",
        "project": 1,
    }
]
# As doccano's export of a text classification project.
DOCCANO = (
    '{"id": 5, "text": "تحيط علما بالتقرير؛", "label": [], "Comments": []}\n'
    '{"id": 6, "text": "Notes online fraud.", "label": ["technology"]}\n'
)


def test_an_export_of_label_studio_is_read(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(json.dumps(LABEL_STUDIO))
    (pair,) = from_label_studio(tmp_path / "e.json")
    assert (pair.id, pair.en, pair.ar, pair.themes) == (
        "1",
        "Urges States to try smugglers of migrants;",
        "",
        ("prosecution", "migration"),
    )


@pytest.mark.parametrize("themes", [{"choices": ["technology"]}, "technology", ["technology"]])
def test_the_short_export_of_label_studio_is_read(tmp_path: Path, themes: object) -> None:
    (tmp_path / "e.json").write_text(json.dumps([{"id": 9, "text": "Notes online fraud.", "themes": themes}]))
    assert from_label_studio(tmp_path / "e.json")[0].themes == ("technology",)


def test_the_annotation_updated_last_counts_and_cancelled_ones_do_not(tmp_path: Path, small_pairs: list[Pair]) -> None:
    tasks = json.loads(to_label_studio(small_pairs[:1]))
    old = tasks[0]["annotations"][0] | {"updated_at": "2026-01-01"}
    new = {"result": [], "was_cancelled": False, "updated_at": "2026-02-01"}
    cancelled = old | {"was_cancelled": True, "updated_at": "2026-03-01"}
    tasks[0]["annotations"] = [new, old, cancelled]
    (tmp_path / "e.json").write_text(json.dumps(tasks))
    assert from_label_studio(tmp_path / "e.json") == [replace(small_pairs[0], themes=())]


def test_an_export_of_doccano_is_read(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text(DOCCANO, encoding="utf-8")
    first, second = from_doccano(tmp_path / "e.jsonl")
    assert (first.id, first.ar, first.en, first.themes) == ("5", "تحيط علما بالتقرير؛", "", ())
    assert (second.id, second.en, second.themes) == ("6", "Notes online fraud.", ("technology",))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("e.json", '[{"id": 3, "data": {"text": "x"}, "annotations": []}]', "task 3 has no annotation"),
        ("e.json", '[{"id": 3, "text": "x", "themes": "peace"}]', "task 3: unknown theme 'peace'"),
        ("e.json", '[{"id": 3, "themes": "technology"}]', "task 3: has no text"),
        ("e.json", "{}", "no list of tasks"),
        ("e.json", "[", "no Label Studio export"),
        ("e.jsonl", '{"text": "x", "label": ["peace"]}', r"e\.jsonl:1: unknown theme 'peace'"),
        ("e.jsonl", '{"label": []}', r"e\.jsonl:1: has no text"),
        ("e.jsonl", "x", r"e\.jsonl:1: is no doccano record"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(LabelError, match=message):
        (from_label_studio if name == "e.json" else from_doccano)(tmp_path / name)
