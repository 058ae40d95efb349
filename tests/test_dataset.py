"""Lineage, splits, fingerprint, near-copies, and what keeps the acceptance set out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SAMPLE
from hypothesis import given, settings
from hypothesis import strategies as st

from resclassify.dataset import (
    Pair,
    add_drafts,
    assign_lineages,
    assign_splits,
    examples,
    fingerprint,
    near_copies,
    read_pairs,
    refuse_acceptance,
    text_hash,
    write_pairs,
)
from resclassify.errors import LabelError
from resclassify.readers import read
from resclassify.segmentation import segment

LONG = "Urges all States to review their laws on recruitment agencies and to publish what they find every year;"
LONGER = "Also urges all States to review their laws on recruitment agencies and to publish what they find every second year;"
OTHER = "Invites the Commission to hold a thematic discussion on satellite imagery in its intersessional period;"


def _pair(identity: str, en: str = "", ar: str = "", themes: tuple[str, ...] = (), lineage: str = "") -> Pair:
    en = en or f"Notes item {identity} of the agenda and what was said of it in meeting {identity};"
    ar = ar or f"تحيط علما بالبند {identity} من جدول الأعمال وبما قيل عنه في الجلسة {identity}؛"
    return Pair(identity, "operative", en, ar, themes, "test", lineage or identity, "train")


def test_pairs_read_back_as_they_were_written(tmp_path: Path, small_pairs: list[Pair]) -> None:
    write_pairs(small_pairs, tmp_path / "p.jsonl")
    assert read_pairs(tmp_path / "p.jsonl") == small_pairs


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"themes": ["peacekeeping"]}, r"p\.jsonl:2: unknown theme 'peacekeeping'; see data/taxonomy\.toml"),
        ({"split": "valid"}, r"p\.jsonl:2: unknown split 'valid'"),
        ({"themes": None}, r"p\.jsonl:2: is no pair"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, small_pairs: list[Pair], change: dict[str, object], message: str) -> None:
    write_pairs(small_pairs[:2], tmp_path / "p.jsonl")
    lines = (tmp_path / "p.jsonl").read_text().splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | change)
    (tmp_path / "p.jsonl").write_text("\n".join(lines))
    with pytest.raises(LabelError, match=message):
        read_pairs(tmp_path / "p.jsonl")


def test_fingerprint_is_of_content_and_not_of_order(small_pairs: list[Pair]) -> None:
    assert fingerprint(small_pairs) == fingerprint(small_pairs[::-1])
    for change in ({"en": "x"}, {"ar": "x"}, {"themes": ()}, {"split": "test"}, {"lineage": "x"}):
        assert fingerprint([replace(small_pairs[0], **change), *small_pairs[1:]]) != fingerprint(small_pairs), change


def test_hash_forgives_what_copies_of_a_clause_differ_in() -> None:
    assert text_hash("تُشدِّد على  الأهمية،") == text_hash("تشدد على الاهمية")
    assert text_hash("Urges States;") == text_hash(" urges  states")
    assert text_hash("Urges States") != text_hash("Urges all States")


def test_near_copies_are_found_whatever_was_put_before_or_after() -> None:
    found = near_copies([LONG, OTHER, LONGER])
    assert [(first, second) for first, second, _ in found] == [(0, 2)]
    assert 0.5 <= found[0][2] < 1
    assert near_copies([OTHER], [LONG, LONGER]) == []


def test_versions_share_a_lineage_and_a_side() -> None:
    pairs = [_pair("a", en=LONG), _pair("b", en=LONGER), _pair("c", en=OTHER)]
    joined = assign_lineages(pairs, ["doc1", "doc2", "doc3"])
    assert joined[0].lineage == joined[1].lineage != joined[2].lineage
    split = assign_splits(joined)
    assert split[0].split == split[1].split


def test_splits_hold_their_shares_for_every_theme() -> None:
    themes = ("prevention", "prosecution", "victim_protection", "migration", "technology")
    pairs = assign_splits([_pair(str(n), themes=(themes[n % 5],) if n % 3 else ()) for n in range(600)])
    for theme in (*themes, None):
        held = [pair.split for pair in pairs if (theme in pair.themes if theme else not pair.themes)]
        assert held.count("train") / len(held) == pytest.approx(0.7, abs=0.03)
        assert held.count("test") / len(held) == pytest.approx(0.15, abs=0.03)


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 60), st.integers(0, 40), st.integers(1, 9))
def test_no_lineage_is_on_two_sides_and_growth_moves_none(size: int, growth: int, families: int) -> None:
    before = assign_splits([_pair(str(n), lineage=f"f{n % families}") for n in range(size)])
    settled = {pair.lineage: pair.split for pair in before}
    grown = [*before, *(_pair(f"new{n}", lineage=f"f{n % (families + 3)}") for n in range(growth))]
    after = assign_splits(grown, settled)
    sides: dict[str, set[str]] = {}
    for pair in after:
        sides.setdefault(pair.lineage, set()).add(pair.split)
    assert all(len(held) == 1 for held in sides.values())
    assert [pair.split for pair in after[:size]] == [pair.split for pair in before]


def test_drafts_join_without_near_copies_and_move_nobody() -> None:
    drafts = [
        {
            "kind": "operative",
            "en": text,
            "ar": f"تحث {n} جميع الدول على استعراض قوانينها رقم {n} ونشرها؛",
            "themes": [],
            "rules": [8],
        }
        for n, text in enumerate((LONG, OTHER, LONGER))
    ]
    first, _ = add_drafts([], drafts[:2], "me")
    grown, refused = add_drafts(first, drafts[2:], "me")
    assert [pair.id for pair in first] == ["C0001", "C0002"]
    assert grown[:2] == first
    assert len(refused) == 1
    assert "C0003: near-copy of C0001 in 'en'" in refused[0]


def test_a_near_copy_of_the_acceptance_set_is_refused() -> None:
    acceptance = [clause.text for clause in segment(read(SAMPLE))]
    words = acceptance[40].split()
    stolen = _pair("x", ar=" ".join(words[: len(words) * 3 // 4]))
    with pytest.raises(LabelError, match="x is too near the acceptance set"):
        refuse_acceptance(examples([stolen]), acceptance, "data")
    refuse_acceptance(examples([_pair("y")]), acceptance, "data")
