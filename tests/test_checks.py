"""`data check`: every fault is found, with its place and remedy; the shipped data has none."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SAMPLE, Command

from resclassify.acceptance import acceptance_texts
from resclassify.checks import check_pairs

GOOD: list[dict[str, Any]] = [
    {"id": "a", "kind": "operative", "en": "Urges ship owners to report every pirate attack to the nearest coast guard station;",
     "ar": "تحث مالكي السفن على إبلاغ أقرب محطة لخفر السواحل بكل هجوم يشنه القراصنة؛", "themes": ["prosecution"], "source": "t",
     "lineage": "a", "split": "train", "rules": []},
    {"id": "b", "kind": None, "en": "Takes note of the schedule of meetings for the coming year as set out in the note;",
     "ar": "تحيط علما بالجدول الزمني لجلسات السنة المقبلة على النحو المبين في المذكرة؛", "themes": [], "source": "t",
     "lineage": "b", "split": "test", "rules": [8]},
]  # fmt: skip
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"themes": ["peace"]}, "unknown theme 'peace'; see data/taxonomy.toml"),
    ({"themes": "technology"}, "'themes' is no list"),
    ({"ar": ""}, "has no Arabic side"),
    ({"en": None}, "has no English side"),
    ({"id": "a"}, "id 'a' is taken by"),
    ({"ar": GOOD[1]["en"]}, "'ar' is not in Arabic"),
    ({"en": GOOD[1]["ar"]}, "'en' is not in English"),
    ({"split": "valid"}, "unknown split 'valid'"),
    ({"kind": "clause"}, "unknown kind 'clause'"),
    ({"en": GOOD[0]["en"].upper(), "themes": []}, "says of the same words another thing"),
    ({"lineage": "a"}, "lineage 'a' is in test here and in train"),
]


def _write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "p.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_sound_pairs_have_no_fault(tmp_path: Path) -> None:
    assert check_pairs(_write(tmp_path, GOOD), []) == []


@pytest.mark.parametrize(("change", "message"), FAULTS)
def test_each_fault_is_found_and_placed(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    faults = check_pairs(_write(tmp_path, [GOOD[0], GOOD[1] | change]), [])
    assert len(faults) == 1, faults
    assert message in faults[0]
    assert "p.jsonl:2: " in faults[0]


def test_a_missing_side_may_be_allowed(tmp_path: Path) -> None:
    assert check_pairs(_write(tmp_path, [GOOD[0], GOOD[1] | {"ar": ""}]), [], allow_missing_side=True) == []


def test_lost_fields_and_broken_lines_are_named(tmp_path: Path) -> None:
    lost = {key: value for key, value in GOOD[0].items() if key not in ("lineage", "split")}
    assert check_pairs(_write(tmp_path, [lost]), []) == [
        f"{tmp_path}/p.jsonl:1: lacks lineage, split; see data/README.md for the fields"
    ]
    (tmp_path / "p.jsonl").write_text("{")
    assert "p.jsonl:1: is not JSON" in check_pairs(tmp_path / "p.jsonl", [])[0]


def test_a_clause_near_the_acceptance_set_is_found(tmp_path: Path) -> None:
    near = acceptance_texts()[50]
    faults = check_pairs(_write(tmp_path, [GOOD[0] | {"ar": near}]), acceptance_texts())
    assert len(faults) == 1
    assert "too near the acceptance set" in faults[0]


def test_the_command_names_every_fault_and_ends_with_status_9(command: Command, tmp_path: Path) -> None:
    path = _write(tmp_path, [GOOD[0] | {"themes": ["peace"]}, GOOD[1] | {"ar": ""}])
    done = command("data", "check", path)
    assert done.returncode == 9
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 3
    assert "2 faults" in lines[2]
    assert command("data", "check", tmp_path / "none.jsonl").returncode == 9


def test_the_shipped_pairs_have_no_fault_and_meet_what_the_card_promises(command: Command) -> None:
    from itertools import combinations

    from resclassify.dataset import near_copies, read_pairs
    from resclassify.statistics import overlap
    from resclassify.taxonomy import load_taxonomy

    done = command("data", "check")
    assert done.returncode == 0, done.stderr.decode()
    pairs = read_pairs(ROOT / "data/clauses")
    counts = overlap(pairs)
    themes = load_taxonomy().ids
    assert len(pairs) >= 1000
    assert all(counts[theme, theme] >= 150 for theme in themes)
    assert all(counts[one, other] >= 20 for one, other in combinations(themes, 2))
    assert sum(not pair.themes and bool(pair.rules) for pair in pairs) >= 250
    for side in ("en", "ar"):
        assert near_copies([getattr(pair, side) for pair in pairs]) == []
        assert all(8 <= len(getattr(pair, side).split()) <= 150 for pair in pairs)
    assert SAMPLE.exists()
