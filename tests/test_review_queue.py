"""The queue asks first what the rule says, never near copies, and at random what random means."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviews import ENCODER, TEXTS, put, small_store, tagged_clauses
from stores import FIRST, SECOND, THEMES

from resclassify.review_queue import (
    WEIGHTS,
    Wanted,
    between_models,
    gap,
    novelty,
    pick,
    queue,
    random_places,
    rarity,
    uncertainty,
)
from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.records import Review
from resclassify.types import TaggedClause
from resclassify.verdicts import random_ranks

AMAL = Wanted("Amal", count=10, random_share=0.0)


def asked(store: Store, wanted: Wanted = AMAL, known: tuple[str, ...] = ()) -> list[int]:
    return [question.item.id for question in queue(store, wanted, ENCODER, known)]


def decide(store: Store, clause: int, who: str, *themes: str, action: str = "change", how: str = "queue") -> Review:
    decided = None if action == "skip" else themes
    return store.add_review(Review(clause, who, FIRST.fingerprint, {"themes": []}, action, decided, asked=how))  # type: ignore[arg-type]


def test_weights_are_shares() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_uncertainty_is_the_chance_of_any_wrong_tag_and_at_least_half_for_review() -> None:
    sure, unsure = tagged_clauses("x.en.txt", "en", (0.9, 0.4))[:2]
    expected = 1 - 0.9 * 0.95**4, 1 - 0.4 * 0.95**4
    assert uncertainty([sure, unsure]).tolist() == pytest.approx(expected)
    assert uncertainty([replace(sure, review=True)]).tolist() == [0.5]


def test_the_gap_is_of_themes_that_one_side_carries() -> None:
    one = tagged_clauses("x.en.txt", "en")[0]
    other = replace(one, themes=(), probabilities={**one.probabilities, "victim_protection": 0.3, "migration": 0.39})
    assert gap([one], [other]) == pytest.approx(0.6)
    assert gap([one], [one, other]) == 0
    assert gap([one], [replace(one, probabilities=dict.fromkeys(THEMES, 0.5))]) == 0


def test_rare_themes_count_more_and_the_commonest_not_at_all() -> None:
    probabilities = np.array([[0.8, 0.0], [0.8, 0.0], [0.0, 0.8], [0.0, 0.0]])
    assert rarity(probabilities).tolist() == pytest.approx([0, 0, 0.8 * 0.5, 0])
    assert rarity(np.zeros((2, 3))).tolist() == [0, 0]


def test_novelty_ranks_by_distance_to_what_is_known() -> None:
    known = np.eye(3, dtype=np.float32)[:1]
    half = np.array([0.6, 0.8, 0], dtype=np.float32)
    vectors = np.array([known[0], half, [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    assert novelty(vectors, known).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    assert novelty(vectors, known[:0]).tolist() == [0] * 4


def test_the_least_sure_clause_comes_first(tmp_path: Path) -> None:
    with small_store(tmp_path, sure=(0.9, 0.55, 0.8, 0.9, 0.75, 0.9)) as store:
        assert asked(store)[:3] == [2, 5, 3]
        question = queue(store, AMAL, ENCODER, ())[0]
        assert question.score == pytest.approx(sum(WEIGHTS[name] * value for name, value in question.parts.items()), abs=1e-3)
        assert question.parts["uncertainty"] == pytest.approx(1 - 0.55 * 0.95**4, abs=1e-4)


def test_a_clause_that_is_new_to_the_training_text_comes_before_one_that_is_not(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        known = tuple(sides[1] for number, sides in enumerate(TEXTS) if number != 1)
        assert asked(store, known=known)[0] == 2


def test_languages_that_disagree_are_asked_once_and_name_their_partner(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        put(store, "A_RES_78_951.en.txt", "en", tagged_clauses("A_RES_78_951.en.txt", "en"))
        arabic = tagged_clauses("A_RES_78_951.ar.txt", "ar")
        arabic[1] = replace(arabic[1], themes=(), probabilities={**arabic[1].probabilities, "prosecution": 0.1})
        put(store, "A_RES_78_951.ar.txt", "ar", arabic)
        questions = queue(store, AMAL, ENCODER, ())
        assert questions[0].parts["languages"] == pytest.approx(0.8)
        assert {questions[0].item.tagged.clause.id, *questions[0].partners} == {
            f"A_RES_78_951.{lang}.txt#O02" for lang in ("ar", "en")
        }
        assert [question.parts["languages"] for question in questions[1:]] == [0] * 5


def test_models_that_disagree_raise_a_clause(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        items = list(store.tagged())
        assert between_models(store, items).tolist() == [0] * 6
        other = [item.tagged for item in items]
        other[3] = replace(other[3], themes=("migration",), probabilities={**other[3].probabilities, "migration": 0.65})
        store.add_tags(1, other, SECOND)
        assert between_models(store, list(store.tagged())).tolist() == pytest.approx([0, 0, 0, 0.6, 0, 0])
        assert asked(store)[0] == 4


def test_near_copies_are_not_asked_twice_nor_after_a_decision(tmp_path: Path) -> None:
    twins = [TEXTS[0], (f"{TEXTS[0][0]} ", "-"), TEXTS[1]]
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        put(store, "letter.txt", "en", tagged_clauses("letter.txt", "en", (0.6, 0.5, 0.9), twins))
        assert asked(store) == [2, 3]
        decide(store, 1, "Ben", "migration")
        assert asked(store) == [3]


def test_who_has_decided_or_skipped_is_not_asked_again(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        decide(store, 1, "Amal", "migration")
        decide(store, 2, "Ben", "migration")
        decide(store, 3, "Amal", action="skip")
        undone = decide(store, 4, "Amal", "migration")
        store.add_review(replace(undone, id=0, reviewed="", action="undo", themes=None, undoes=undone.id))
        assert sorted(asked(store)) == [4, 5, 6]
        assert sorted(asked(store, replace(AMAL, who="Ben"))) == [3, 4, 5, 6]


def test_a_second_reader_gets_what_one_other_has_decided(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        decide(store, 1, "Ben", "migration")
        decide(store, 2, "Amal", "migration")
        decide(store, 3, "Ben", "migration")
        decide(store, 3, "Carla", "migration")
        second = replace(AMAL, second_reader=True, random_share=1.0)
        questions = queue(store, second, ENCODER, ())
        assert [(question.item.id, question.asked) for question in questions] == [(1, "second")]


def test_conflicts_are_asked_until_they_are_settled(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        decide(store, 1, "Ben", "migration")
        decide(store, 1, "Carla", "technology")
        decide(store, 2, "Ben", "migration", "technology")
        decide(store, 2, "Carla", "technology", "migration")
        conflicts = replace(AMAL, conflicts=True)
        (question,) = queue(store, conflicts, ENCODER, ())
        assert (question.item.id, question.asked) == (1, "conflict")
        assert [row.reviewer for row in question.seen.readings] == ["Ben", "Carla"]
        decide(store, 1, "Amal", "migration", action="adjudicate", how="conflict")
        assert asked(store, conflicts) == []


def test_a_theme_is_asked_with_what_nearly_carries_it_and_without_random_share(tmp_path: Path) -> None:
    tagged = tagged_clauses("letter.txt", "en")
    tagged[3] = replace(tagged[3], probabilities={**tagged[3].probabilities, "technology": 0.25})
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        put(store, "letter.txt", "en", tagged)
        questions = queue(store, replace(AMAL, theme="technology", random_share=1.0), ENCODER, ())
        assert {(question.item.id, question.asked) for question in questions} == {(4, "queue"), (5, "queue")}


def test_a_language_is_asked_alone(tmp_path: Path) -> None:
    with small_store(tmp_path, "en", "ar") as store:
        assert sorted(asked(store, replace(AMAL, lang="ar"))) == [7, 8, 9, 10, 11, 12]


def test_an_empty_store_asks_nothing(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        assert asked(store) == []


def test_the_random_share_goes_by_rank_whatever_the_score(tmp_path: Path) -> None:
    with small_store(tmp_path, "en", "ar", sure=(0.55, 0.9, 0.9, 0.9, 0.9, 0.9)) as store:
        by_rank = [clause for _, clause in sorted(zip(random_ranks(range(1, 13)), range(1, 13), strict=True))]
        everything = queue(store, replace(AMAL, count=12, random_share=1.0), ENCODER, ())
        assert [question.item.id for question in everything] == by_rank
        assert {question.asked for question in everything} == {"random"}
        mixed = queue(store, replace(AMAL, count=5, random_share=0.2), ENCODER, ())
        assert [question.asked for question in mixed] == ["queue"] * 4 + ["random"]
        assert queue(store, replace(AMAL, count=5, random_share=0.2), ENCODER, ()) == mixed


@given(st.integers(0, 500), st.floats(0, 1), st.lists(st.integers(1, 20), max_size=10))
def test_short_sessions_come_to_the_random_share(before: int, share: float, sessions: list[int]) -> None:
    places: list[bool] = []
    for count in sessions:
        places += random_places(count, share, before + len(places))
    assert places == random_places(sum(sessions), share, before)
    assert abs(sum(places) - share * len(places)) <= 1 + 1e-6


@given(st.integers(2, 40), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_no_clause_is_picked_twice_and_no_near_copy_by_score(size: int, seed: int, share: float) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(size, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    free = generator.random(size) < 0.8
    scores, ranks = generator.random(size), random_ranks(range(size), seed)
    chosen = pick(scores, free, vectors, [()] * size, ranks, random_places(size, share, 0), near=0.9)
    numbers = [at for at, _ in chosen]
    assert len(set(numbers)) == len(numbers)
    assert all(free[at] for at in numbers)
    for place, (at, random) in enumerate(chosen):
        assert random or all(vectors[at] @ vectors[other] < 0.9 for other in numbers[:place])
    drawn = [at for at, random in chosen if random]
    assert drawn == sorted(drawn, key=ranks.__getitem__)


def test_a_translation_is_not_asked_after_its_original_but_by_chance() -> None:
    scores, free, vectors = np.array([0.3, 0.9, 0.8]), np.ones(3, dtype=bool), np.eye(3, dtype=np.float32)
    partners: list[tuple[int, ...]] = [(), (2,), (1,)]
    assert pick(scores, free, vectors, partners, [3, 2, 1], [False] * 3, near=0.9) == [(1, False), (0, False)]
    assert pick(scores, free, vectors, partners, [3, 2, 1], [False, True], near=0.9) == [(1, False), (2, True)]
    assert pick(scores, free, vectors, partners, [3, 2, 1], [False] * 3, near=None) == [(1, False), (2, False), (0, False)]


def test_ten_thousand_clauses_take_seconds(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    tagged: list[TaggedClause] = []
    for place, item in enumerate(tagged_clauses("letter.txt", "en") * 1700):
        clause = replace(item.clause, id=f"letter.txt#O{place}", text=f"{place}", start=0, end=1)
        row = generator.random(5).round(4)
        themes = tuple(theme for theme, value in zip(THEMES, row, strict=True) if value > 0.5)
        tagged.append(TaggedClause(clause, themes, dict(zip(THEMES, row.tolist(), strict=True))))
    rows = generator.normal(size=(len(tagged) + 2000, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    encoder = type("Rows", (), {"vectors": lambda self, texts, whole=False: rows[: len(texts)]})()
    with open_store(str(tmp_path / "s.db"), create=True) as store:
        put(store, "letter.txt", "en", tagged)
        begun = time.process_time()
        questions = queue(store, Wanted("Amal", count=100), encoder, ["x"] * 2000)
        assert time.process_time() - begun < 30
        assert len({question.item.id for question in questions}) == 100
