"""Measures against values worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from resclassify.dataset import Example
from resclassify.evaluation import Estimate, evaluate, paired_difference

THEMES = ("prevention", "prosecution", "victim_protection", "migration", "technology")


def _item(identity: str, lang: str, *themes: str, lineage: str = "") -> Example:
    return Example(identity, lang, "text", themes, lineage or identity)  # type: ignore[arg-type]


def _decided(*rows: tuple[str, ...]) -> np.ndarray:
    return np.array([[theme in row for theme in THEMES] for row in rows])


ITEMS = [
    _item("a", "en", "prevention"),
    _item("a", "ar", "prevention"),
    _item("b", "en", "prosecution", "migration"),
    _item("b", "ar", "prosecution", "migration"),
    _item("c", "en"),
    _item("c", "ar"),
]
DECIDED = _decided(("prevention",), (), ("prosecution",), ("prosecution", "migration"), (), ("technology",))


def test_figures_are_those_worked_out_by_hand() -> None:
    report = evaluate(ITEMS, DECIDED, data="hand", marked="f", rounds=50)
    # hits 1 + 1 + 2 = 4, false 1 (technology), missed 2: micro-F1 8 / 11.
    assert report.figures["all"]["micro_f1"].value == pytest.approx(8 / 11, abs=1e-4)
    assert report.figures["all"]["precision/prevention"].value == 1
    assert report.figures["all"]["recall/prevention"].value == 0.5
    assert report.figures["all"]["f1/prosecution"].value == 1
    assert report.figures["all"]["subset_accuracy"].value == pytest.approx(3 / 6)
    assert report.figures["en"]["micro_f1"].value == pytest.approx(4 / 5)
    assert report.figures["ar"]["micro_f1"].value == pytest.approx(4 / 6, abs=1e-4)
    # In each of three clauses one decision of five differs between the languages.
    assert report.figures["all"]["agreement"].value == 0
    assert report.figures["all"]["decision_agreement"].value == pytest.approx(12 / 15)
    assert "decision_agreement" not in report.figures["en"]
    assert report.supports["en"]["migration"] == 1
    assert (report.clauses, report.lineages) == (3, 3)


def test_where_languages_agree_in_everything_both_agreements_are_one() -> None:
    report = evaluate(ITEMS, _decided((), (), *[("technology",)] * 4), data="hand", marked="f", rounds=10)
    assert report.figures["all"]["agreement"].value == report.figures["all"]["decision_agreement"].value == 1


def _figures(themes: list[tuple[str, ...]], probabilities: np.ndarray, **options: np.ndarray) -> dict[str, Estimate]:
    items = [_item(str(number), "en", *carried) for number, carried in enumerate(themes)]
    report = evaluate(items, probabilities >= 0.5, data="hand", marked="f", probabilities=probabilities, rounds=200, **options)
    return dict(report.figures["all"])


def test_average_precision_is_the_mean_precision_at_the_true_tags() -> None:
    # Ranked: true, false, true, false: (1 / 1 + 2 / 3) / 2.
    probabilities = np.zeros((4, 5))
    probabilities[:, 0] = [0.2, 0.9, 0.6, 0.8]
    found = _figures([(), ("prevention",), ("prevention",), ()], probabilities)
    assert found["average_precision/prevention"].value == pytest.approx(5 / 6, abs=1e-4)
    assert "average_precision/migration" not in found
    assert "macro_average_precision" not in found


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_that_of_scikit_learn_where_no_two_probabilities_are_the_same(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.random((60, 5)) < [0.1, 0.3, 0.5, 0.7, 0.9]
    probabilities = np.clip(generator.random((60, 5)) * 0.7 + 0.3 * truth, 0, 1)
    found = _figures([tuple(np.array(THEMES)[row]) for row in truth], probabilities)
    expected = average_precision_score(truth, probabilities, average=None)
    assert [found[f"average_precision/{theme}"].value for theme in THEMES] == pytest.approx(expected.tolist(), abs=1e-4)
    assert found["macro_average_precision"].value == pytest.approx(expected.mean(), abs=1e-4)
    assert found["macro_average_precision"].low < found["macro_average_precision"].value < found["macro_average_precision"].high


def test_calibration_error_is_the_mean_gap_over_ten_bins_of_as_many_clauses() -> None:
    # Two clauses a bin, at 0.05, 0.15 ... 0.95; those of every second bin carry the theme. The gaps of the bins that do not are
    # 0.05, 0.25, 0.45, 0.65, 0.85; of those that do, 1 - 0.15 to 1 - 0.95, the same again.
    probabilities = np.zeros((20, 5))
    probabilities[:, 3] = np.repeat(np.arange(10) / 10 + 0.05, 2)
    themes = [("migration",) if number // 2 % 2 else () for number in range(20)]
    found = _figures(themes, probabilities)
    assert found["ece/migration"].value == pytest.approx(0.45)
    # Nobody carries the other themes and nobody was said to.
    assert found["ece/technology"].value == 0
    order = np.random.default_rng(1).permutation(20)
    assert _figures([themes[at] for at in order], probabilities[order])["ece/migration"].value == pytest.approx(0.45)


def test_probabilities_of_fewer_clauses_than_bins_stand_each_for_itself() -> None:
    probabilities = np.zeros((2, 5))
    probabilities[:, 0] = [0.75, 0.5]
    assert _figures([("prevention",), ()], probabilities)["ece/prevention"].value == pytest.approx((0.25 + 0.5) / 2)


@pytest.mark.parametrize(
    ("uncertain", "outside", "right"),
    [
        # Of six clauses the first, the fourth and the fifth have all tags right.
        ((False, True, True, False, True, False), 3 / 6, 2 / 3),
        ((False,) * 6, 1, 3 / 6),
        ((True, False, False, True, True, True), 2 / 6, 0),
        ((True,) * 6, 0, None),
    ],
)
def test_review_figures_are_those_worked_out_by_hand(uncertain: tuple[bool, ...], outside: float, right: float | None) -> None:
    found = evaluate(ITEMS, DECIDED, data="hand", marked="f", uncertain=np.array(uncertain), rounds=10).figures["all"]
    assert found["outside_review"].value == pytest.approx(outside, abs=1e-4)
    assert ("right_outside_review" in found) is (right is not None)
    if right is not None:
        assert found["right_outside_review"].value == pytest.approx(right, abs=1e-4)


def test_review_figures_of_a_language_are_of_its_clauses_alone() -> None:
    uncertain = np.array([False, True, True, False, False, True])
    report = evaluate(ITEMS, DECIDED, data="hand", marked="f", uncertain=uncertain, rounds=10)
    found = [[report.figures[lang][name].value for name in ("outside_review", "right_outside_review")] for lang in ("en", "ar")]
    assert found == [[pytest.approx(2 / 3, abs=1e-4), 1], [pytest.approx(1 / 3, abs=1e-4), 1]]


def test_a_theme_without_tags_and_without_claims_does_not_count_in_macro_f1() -> None:
    report = evaluate(ITEMS[:2], _decided(("prevention",), ("prevention",)), data="hand", marked="f", rounds=10)
    assert report.figures["all"]["macro_f1"].value == 1


def test_intervals_hold_the_figure_and_repeat() -> None:
    first, second = (evaluate(ITEMS * 5, np.vstack([DECIDED] * 5), data="x", marked="f") for _ in range(2))
    assert first == second
    for values in first.figures.values():
        for estimate in values.values():
            assert estimate.low <= estimate.value <= estimate.high


def test_clauses_of_one_lineage_widen_the_interval() -> None:
    generator = np.random.default_rng(0)
    wrong = generator.random(60) < 0.4
    decided = np.vstack([_decided(("migration",))] * 240) ^ np.repeat(wrong, 4)[:, None]
    alone = [_item(str(n), "en", "migration") for n in range(240)]
    kin = [_item(str(n), "en", "migration", lineage=str(n // 4)) for n in range(240)]
    widths = []
    for items in (alone, kin):
        estimate = evaluate(items, decided, data="x", marked="f").figures["all"]["recall/migration"]
        widths.append(estimate.high - estimate.low)
    assert widths[1] > 1.5 * widths[0]


def test_paired_difference_is_that_of_the_two_micro_f1() -> None:
    perfect = _decided(*(item.themes for item in ITEMS))
    difference = paired_difference(ITEMS, perfect, DECIDED)
    assert difference.value == pytest.approx(1 - 8 / 11, abs=1e-4)
    assert paired_difference(ITEMS, DECIDED, DECIDED).high == 0


def test_markdown_names_the_data_and_every_theme() -> None:
    text = evaluate(ITEMS, DECIDED, data="hand-made", marked="0123456789abcdef", rounds=10).to_markdown()
    assert "hand-made" in text
    assert "0123456789ab" in text
    assert all(theme in text for theme in THEMES)
    assert "calibration error" not in text
    more = evaluate(
        ITEMS, DECIDED, data="x", marked="f", rounds=10, probabilities=DECIDED * 0.8, uncertain=DECIDED.any(axis=1)
    ).to_markdown()
    assert all(name in more for name in ("calibration error migration", "average precision migration", "outside_review"))
