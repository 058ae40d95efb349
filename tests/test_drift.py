"""Drift: figures worked out by hand, what is found where something changed, and that chance alone is not taken for change."""

import json
import random
from dataclasses import replace
from math import isclose

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from resclassify.dataset import Example, examples, read_pairs
from resclassify.drift import LEAST_LINEAGES, Drift, Finding, _jensen_shannon, _Neighbours, drift
from resclassify.errors import LabelError
from resclassify.noise import misread
from resclassify.training import part
from resclassify.types import Lang

UNKNOWN, MISREAD = "share of words unknown to the training data", "share of words like misreadings of known ones"
WORDS = "divergence of word frequencies (bits)"


def _example(text: str, lineage: str, lang: Lang = "en", themes: tuple[str, ...] = ()) -> Example:
    return Example(f"{lineage}/{text}", lang, text, themes, lineage)


def _found(result: Drift, measure: str, lang: Lang | None) -> Finding:
    (found,) = [item for item in result.findings if (item.measure, item.lang) == (measure, lang)]
    return found


OLD = [_example("alpha beta", "A"), _example("alpha gamma", "B"), _example("alpha gamma gamma", "C")]


def test_known_words_are_those_of_the_other_lineages_on_both_sides() -> None:
    result = drift(OLD, [_example("alpha delta epsilon gamma", "D")])
    # Of the seven words only "beta" is in no other lineage; of the new four, two are in none.
    assert _found(result, UNKNOWN, "en").before == pytest.approx(1 / 7, abs=1e-5)
    assert _found(result, UNKNOWN, "en").now == 0.5
    # "alpha" is in two other lineages, or three; "gamma" in one other, or two.
    rare = _found(result, "share of words rare in it", "en")
    assert (rare.before, rare.now) == (pytest.approx(6 / 7, abs=1e-5), 0.25)


def test_shares_and_lengths_are_those_of_texts() -> None:
    new = [
        _example("one two three four", "D", themes=("migration",)),
        _example("خمسة ستة", "E", "ar", ("migration", "technology")),
    ]
    old = [_example("one two", "A"), _example("one two", "B", themes=("technology",)), _example("ثلاثة أربعة", "C", "ar")]
    result = drift(old, new)
    for measure, lang, before, now in (
        ("share of clauses on migration", None, 0, 1),
        ("share of clauses on technology", None, 1 / 3, 0.5),
        ("share of clauses on none", None, 2 / 3, 0),
        ("share of Arabic texts", None, 1 / 3, 0.5),
        ("words a text", "en", 2, 4),
        ("words a text", "ar", 2, 2),
    ):
        found = _found(result, measure, lang)
        assert (found.before, found.now) == (pytest.approx(before, abs=1e-5), pytest.approx(now, abs=1e-5)), measure
    assert (result.before, result.now) == ((3, 3), (2, 2))


@pytest.mark.parametrize(
    ("one", "other", "bits"),
    [([1, 0], [0, 1], 1.0), ([3, 1], [6, 2], 0.0), ([1, 1], [1, 0], 0.31127812), ([0, 0], [1, 0], 0.0)],
)
def test_divergence_is_in_bits(one: list[float], other: list[float], bits: float) -> None:
    assert isclose(_jensen_shannon(np.array(one, float), np.array(other, float)), bits, abs_tol=1e-8)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_divergence_is_symmetric_and_between_0_and_1(counts: list[tuple[int, int]]) -> None:
    one, other = np.array(counts, float).T
    found = _jensen_shannon(one, other)
    assert -1e-12 <= found <= 1 + 1e-12
    assert isclose(found, _jensen_shannon(other, one), abs_tol=1e-12)
    assert isclose(_jensen_shannon(one, 3 * one), 0, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("traficking", True),  # a letter lost
        ("trafficklng", True),  # a letter misread
        ("traffficking", True),  # a letter too many
        ("trafficking", False),  # known itself
        ("trafficker", False),
        ("traffickinq", False),  # only the end differs, as in an inflected word
        ("orchards", False),
        ("wel", False),  # too short to tell
    ],
)
def test_a_word_like_a_misreading_is_one_letter_inside_from_a_known_one(word: str, near: bool) -> None:
    assert _Neighbours(["trafficking", "well"]).near(word) is near


@pytest.fixture(scope="module")
def sides() -> tuple[list[Example], list[Example]]:
    pairs = read_pairs(ROOT / "data/clauses")
    return examples(part(pairs, "train")[:500]), examples(part(pairs, "test")[:120])


def test_two_samples_of_one_kind_differ_in_nothing_but_what_chance_gives(sides: tuple[list[Example], list[Example]]) -> None:
    result = drift(*sides)
    assert len(result.shifted) <= 2  # of seventeen, each with one chance in twenty
    assert _found(result, WORDS, "en").verdict == _found(result, MISREAD, "ar").verdict == "no difference shown"
    assert (_found(result, WORDS, "en").p or 0) > 0.05


def test_scans_show_as_misreadings_and_a_new_subject_does_not(sides: tuple[list[Example], list[Example]]) -> None:
    old, new = sides
    rng = random.Random(1)
    scanned = drift(old, [replace(item, text=misread(item.text, rng, 0.02)) for item in new])
    assert {_found(scanned, MISREAD, lang).verdict for lang in ("ar", "en")} == {"higher"}
    subject = " zirconium feldspar gneiss obsidian basalt"
    turned = drift(old, [replace(item, text=item.text + subject) if item.lang == "en" else item for item in new])
    assert _found(turned, UNKNOWN, "en").verdict == _found(turned, WORDS, "en").verdict == "higher"
    assert _found(turned, WORDS, "en").p == pytest.approx(1 / 401, abs=1e-4)
    assert _found(turned, MISREAD, "en").verdict == "no difference shown"
    assert _found(turned, UNKNOWN, "ar").verdict == "no difference shown"


def test_more_clauses_on_a_theme_and_in_a_language_are_found(sides: tuple[list[Example], list[Example]]) -> None:
    old, new = sides
    result = drift(old, [item for item in new if item.lang == "ar" and "migration" in item.themes])
    assert _found(result, "share of clauses on migration", None).verdict == "higher"
    assert _found(result, "share of clauses on none", None).verdict == "lower"
    assert _found(result, "share of Arabic texts", None).verdict == "higher"
    assert not [found for found in result.findings if found.lang == "en"]
    assert "share of Arabic texts higher" in result.to_markdown()


@pytest.mark.parametrize("lineages", [1, LEAST_LINEAGES - 1, LEAST_LINEAGES])
def test_few_documents_get_no_interval(sides: tuple[list[Example], list[Example]], lineages: int) -> None:
    new = [_example(f"the {word} of orchards", str(at)) for at, word in enumerate(["trees", "rows", "roots", "gates", "walls"])]
    found = _found(drift(sides[0], new[:lineages]), "words a text", "en")
    assert found.verdict == ("lower" if lineages == LEAST_LINEAGES else "too few documents to tell")
    assert (found.low is None) == (lineages < LEAST_LINEAGES)


class _Compass:
    """North for texts that begin with N, east for others."""

    def vectors(self, texts: list[str]) -> np.ndarray:
        return np.array([[0, 1] if text.startswith("N") else [1, 0] for text in texts], dtype=np.float32)


def test_distance_is_to_the_nearest_training_clause_of_another_lineage() -> None:
    old = [_example("E one", "A"), _example("E two", "B"), _example("N three", "C"), _example("N four", "C")]
    result = drift(old, [_example("N five", "D"), _example("E six", "E")], _Compass())
    found = _found(result, "distance in meaning to the nearest training clause", None)
    assert (found.before, found.now) == (0.5, 0.0)


def test_the_same_input_gives_the_same_result_in_every_form(sides: tuple[list[Example], list[Example]]) -> None:
    old, new = sides[0][:100], sides[1][:40]
    result = drift(old, new)
    assert result == drift(old, new)
    rows = json.loads(result.to_json())["findings"]
    assert [(row["measure"], row["verdict"]) for row in rows] == [(found.measure, found.verdict) for found in result.findings]
    assert result.metrics()["en/words_a_text"] == _found(result, "words a text", "en").difference
    assert len(result.metrics()) == len(rows)


@pytest.mark.parametrize(("old", "new"), [([], OLD), (OLD, [])])
def test_nothing_to_compare_is_an_error(old: list[Example], new: list[Example]) -> None:
    with pytest.raises(LabelError, match="nothing to compare"):
        drift(old, new)
