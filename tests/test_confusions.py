"""How often a model errs: counted by hand on small pairs, kept in a file, and used only for tags of that model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resclassify.calibration import Calibration, Scale
from resclassify.confusions import FILE, Confusion, count_confusions, read_confusions, tagged_alike
from resclassify.dataset import Pair, examples
from resclassify.errors import ModelError
from resclassify.taxonomy import load_taxonomy

THEMES = load_taxonomy().ids


def _decided(pairs: list[Pair]) -> np.ndarray:
    return np.array([[theme in item.themes for theme in THEMES] for item in examples(pairs)])


def test_decisions_are_counted_by_language_and_theme(small_pairs: list[Pair]) -> None:
    decided = _decided(small_pairs)
    langs = [item.lang for item in examples(small_pairs)]
    theme = THEMES.index("migration")
    arabic = [row for row, lang in enumerate(langs) if lang == "ar"]
    missed = next(row for row in arabic if decided[row, theme])
    wrong = [row for row in arabic if not decided[row, theme]][:2]
    decided[missed, theme] = False
    decided[wrong, theme] = True
    found = count_confusions(small_pairs, decided, THEMES, "small pairs")
    carrying = sum("migration" in pair.themes for pair in small_pairs)
    others = len(small_pairs) - carrying
    there = found.counts["ar"]["migration"]
    assert (there.hits, there.missed, there.false, there.passed) == (carrying - 1, 1, 2, others - 2)
    clean = found.counts["en"]["migration"]
    assert (clean.hits, clean.missed, clean.false, clean.passed) == (carrying, 0, 0, others)
    assert found.clauses == len(small_pairs)


def test_clauses_that_err_together_count_for_less(small_pairs: list[Pair]) -> None:
    plain = [pair for pair in small_pairs if not pair.themes]
    pairs = [replace(pair, id=f"{pair.id}-{n}", lineage=pair.id) for pair in plain for n in range(5)]
    decided = np.zeros((2 * len(pairs), len(THEMES)), dtype=bool)
    first = pairs[0].lineage
    decided[[item.lineage == first for item in examples(pairs)], 0] = True
    found = count_confusions(pairs, decided, THEMES, "five versions of each clause")
    together = found.counts["en"][THEMES[0]]
    assert together.false == 5
    assert together.other_design > 4
    assert together.rates.negatives == pytest.approx(len(pairs) / together.other_design)
    assert together.rates.fallout == pytest.approx(5 / len(pairs))


def test_a_file_reads_back_as_it_was_written(small_pairs: list[Pair], tmp_path: Path) -> None:
    found = count_confusions(small_pairs, _decided(small_pairs), THEMES, "small pairs")
    assert read_confusions(tmp_path) is None
    (tmp_path / FILE).write_text(found.to_json(), encoding="utf-8")
    assert read_confusions(tmp_path) == found
    assert set(found.rates("technology")) == {"ar", "en"}


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 9}', '{"format": 1, "counts": {"en": {"migration": {"hits": 1}}}}']
)
def test_a_damaged_file_is_named_in_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=FILE) as caught:
        read_confusions(tmp_path)
    assert "\n" not in str(caught.value)


def test_rates_of_a_theme_divide_by_the_design_effects() -> None:
    rates = Confusion(30, 10, 6, 154, true_design=2.0, other_design=4.0).rates
    assert (rates.hits, rates.positives, rates.false, rates.negatives) == (15, 20, 1.5, 40)


SCALE = Scale((1.0,) * 5, (0.0,) * 5, (0.4,) * 5, 0.9)
CALIBRATION = Calibration({"ar": SCALE, "en": SCALE})


@pytest.mark.parametrize(
    ("given", "probability", "alike"),
    [
        (("migration",), 0.41, True),
        ((), 0.39, True),
        ((), 0.41, False),
        (("migration",), 0.39, False),
        (("migration",), 0.39996, True),  # four places of a probability at the threshold
    ],
)
def test_tags_are_those_of_a_model_only_where_its_thresholds_make_them(
    given: tuple[str, ...], probability: float, alike: bool
) -> None:
    probabilities = {theme: probability if theme == "migration" else 0.1 for theme in THEMES}
    assert tagged_alike([("en", given, probabilities)], THEMES, CALIBRATION) is alike


def test_tags_without_probabilities_are_no_model_s() -> None:
    assert not tagged_alike([("en", (), {})], THEMES, CALIBRATION)
