"""Evidence: words keep their place through every chain, spans carry what was added, and the check tells true from false."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resclassify.calibration import Calibration, Scale
from resclassify.evidence import owners, spans_of, worded
from resclassify.faithfulness import measure_faithfulness
from resclassify.model import Model
from resclassify.scorers import Reading
from resclassify.text import CHAINS, chain

_ODD = st.sampled_from(
    [
        *"\u00a8\u00ad\u200b\u200f\u2007\u3000\x85\x1c\x1f\u2028\u180e\ufeff\u0308\u0640\u064e\u0651",
        *"ﷺﻻﺍΣσςİßǅﬁ㎏½①２‘’“”«»–—−٠١۹؛،؟()[]./-'\"\n\t ",
        *("القرار", "الأعضاء،", "إلى", "تُشَدِّدُ", "الـقـــرار", "States", "COVID-19", "re-emphasizes"),
        *("A/RES/79/154", "79/154", "E/CN.15/2023/L.4", "s/res/2331(2016)", "12.", "(أ)"),
    ]
)
texts = st.lists(st.one_of(_ODD, st.text(max_size=5)), max_size=12).map("".join)


@pytest.mark.parametrize("name", CHAINS)
@settings(max_examples=300, deadline=None)
@given(texts)
@example("تهيب  بالدول\u200f الأعضاء،\n\u200b أن تنفذ القرار ٧٩/١٥٤؛")
@example("a ¨ b")
@example("ΑΣ Β")
def test_words_prepared_one_by_one_are_those_of_the_text_prepared_whole(name: str, text: str) -> None:
    prepare = chain(name)
    prepared, spans = worded(text, prepare)
    assert prepared == prepare(text)
    assert len(spans) == len(prepared.split())
    assert spans == sorted(spans)
    for word, (start, end) in zip(prepared.split(), spans, strict=True):
        assert word in prepare(text[start:end]).split()
        assert not any(letter.isspace() for letter in text[start:end])


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("تُشَدِّدُ  على", "light-1", [("تشدد", "تُشَدِّدُ"), ("على", "على")]),
        ("of A/RES/79/154,", "fold-1", [("of", "of"), ("docsymbol,", "A/RES/79/154,")]),
        # One word may become several, or none.
        ("القرار (79).", "arabert-1", [("القرار", "القرار"), ("(79).", "(79).")]),
        ("COVID19 now", "arabert-1", [("COVID", "COVID19"), ("19", "COVID19"), ("now", "now")]),
        ("a \u200b b", "plain-1", [("a", "a"), ("b", "b")]),
        ("", "light-1", []),
    ],
)
def test_each_prepared_word_points_to_the_word_that_it_came_from(text: str, name: str, expected: list[tuple[str, str]]) -> None:
    prepared, spans = worded(text, chain(name))
    assert [(word, text[start:end]) for word, (start, end) in zip(prepared.split(), spans, strict=True)] == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # Whole words and a mark by itself; the space before a word or alone; what the tokenizer puts at the ends.
        ([(0, 2), (3, 9), (9, 10), (11, 14)], [0, 1, 1, 2]),
        ([(0, 2), (2, 6), (6, 10), (10, 14)], [0, 1, 1, 2]),
        ([(0, 0), (0, 1), (1, 2), (2, 3), (3, 10), (10, 14), (0, 0)], [None, 0, 0, 1, 1, 2, None]),
        ([(0, 3), (3, 11), (11, 14)], [0, 1, 2]),
    ],
)
def test_a_piece_is_of_the_word_that_it_writes(pieces: list[tuple[int, int]], expected: list[int | None]) -> None:
    assert owners("to punish; all", pieces) == expected


def test_pieces_of_no_word_have_no_owner() -> None:
    assert owners("", [(0, 0)]) == [None]
    assert owners("to  ", [(0, 2), (2, 4)]) == [0, None]


TEXT = 'Calls upon "all States", to punish the guilty; and (also) to shelter survivors.'


def _found(text: str, added: Sequence[float], theme: str = "prosecution") -> list[tuple[str, float]]:
    _, spans = worded(text, str)
    return [(text[item.start : item.end], item.weight) for item in spans_of(text, spans, np.array(added, dtype=float), theme)]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ([0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], [("punish", 2)]),
        # Neighbours make one run; a word that added less than a third of the strongest is none of it.
        ([0, 0, 0, 0, 0, 2, 0.5, 1, 0, 0, 0, 0, 0], [("punish", 2), ("guilty", 1)]),
        ([0, 0, 0, 0, 0, 2, 1, 1, 0, 0, 0, 0, 0], [("punish the guilty", 4)]),
        # Marks at the ends are left out, those inside stay.
        ([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], [("all States", 2)]),
        ([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0], [("guilty; and (also", 3)]),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [("survivors", 1)]),
        # At most three, the strongest, in the order of the text.
        ([3, 0, 2, 0, 4, 0, 5, 0, 0, 0, 0, 0, 0], [("Calls", 3), ("to", 4), ("the", 5)]),
        # Negatives: nothing added, or only taken away.
        ([0] * 13, []),
        ([-1, -2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -5], []),
    ],
)
def test_spans_are_the_runs_of_words_that_added_most(added: list[float], expected: list[tuple[str, float]]) -> None:
    assert _found(TEXT, added) == expected


def test_what_the_parts_of_a_word_added_is_one_sum() -> None:
    text = "COVID19, and (79) years"
    prepared, spans = worded(text, chain("arabert-1"))
    assert prepared.split() == ["COVID", "19,", "and", "(79)", "years"]
    (found,) = spans_of(text, spans, np.array([1, -0.25, 0, 0, 0]), "migration")
    assert (text[found.start : found.end], found.weight) == ("COVID19", 0.75)


def test_marks_that_stand_alone_are_evidence_where_nothing_else_is() -> None:
    assert _found("تقرر ذلك ؛ و «", [0, 1, 1, 0, 0]) == [("ذلك", 2)]
    assert _found("تقرر ؛ ذلك", [0, 1, 0]) == [("؛", 1)]
    assert _found("", []) == []


@settings(max_examples=200, deadline=None)
@given(texts, st.data())
def test_spans_lie_in_the_text_in_order_and_are_at_most_three(text: str, data: st.DataObject) -> None:
    _, spans = worded(text, chain("light-1"))
    added = data.draw(st.lists(st.floats(-5, 5), min_size=len(spans), max_size=len(spans)))
    found = spans_of(text, spans, np.array(added, dtype=float), "migration")
    assert len(found) <= 3
    sums = [sum(value for value, span in zip(added, spans, strict=True) if span == place) for place in set(spans)]
    assert bool(found) == (max(sums, default=0) > 0)
    for item in found:
        assert item.theme == "migration"
        assert 0 <= item.start < item.end <= len(text)
        assert text[item.start : item.end].strip() == text[item.start : item.end]
    for one, other in pairwise(found):
        assert one.end <= other.start


@dataclass(frozen=True)
class _Reader:
    """Scores the first theme by whether the word "punish" is there; says that the word `told` added it."""

    told: str
    kind: str = "fake"

    def read(self, texts: Sequence[str]) -> Reading:
        scores = np.array([[5.0 if "punish" in text.split() else -5.0, -5.0] for text in texts])
        return Reading(
            scores.reshape(-1, 2), tuple(np.array([[float(word == self.told), 0.0] for word in text.split()]) for text in texts)
        )

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def _model(told: str) -> Model:
    scale = Scale((1.0, 1.0), (0.0, 0.0), (0.5, 0.5), 0.0)
    return Model(("prosecution", "migration"), "light-1", _Reader(told), Calibration({"ar": scale, "en": scale}))


WITH_DEED = [f"Calls upon {who} to punish the guilty without delay" for who in ("States", "Governments", "courts", "all parties")]
ALL = [*WITH_DEED, "Decides to meet again", "Calls upon States to report on the guilty"]


def test_evidence_that_a_model_goes_by_lowers_its_probability_more_than_other_words_do() -> None:
    model = _model("punish")
    found = measure_faithfulness(model, ALL, model.assess(ALL))
    assert found is not None
    # By hand: with the word 1 / (1 + exp(-5)) = 0.9933, without it 0.0067; no other word matters.
    assert found.tags == 4
    assert found.evidence_drop.value == pytest.approx(0.9866, abs=1e-4)
    assert found.random_drop.value == 0
    assert found.larger.value == 1
    assert "Evidence of 4 tags" in found.to_markdown()
    assert measure_faithfulness(model, ALL, model.assess(ALL)) == found


def test_evidence_that_a_model_does_not_go_by_is_found_out() -> None:
    model = _model("guilty")
    many = WITH_DEED * 20
    found = measure_faithfulness(model, many, model.assess(many))
    assert found is not None
    assert found.evidence_drop.value == 0
    # As many other words at random hold the one that matters now and then.
    assert 0 < found.random_drop.low <= found.random_drop.value < 0.4
    assert found.larger.value == 0


@pytest.mark.parametrize(
    ("told", "given_texts"),
    [
        # No evidence, no tag, and too few other words to compare with.
        ("absent", ALL),
        ("punish", ["Decides to meet again"]),
        ("punish", ["punish", "punish them"]),
        ("punish", []),
    ],
)
def test_where_there_is_nothing_to_compare_nothing_is_claimed(told: str, given_texts: list[str]) -> None:
    model = _model(told)
    assert measure_faithfulness(model, given_texts, model.assess(given_texts)) is None
