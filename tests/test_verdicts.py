"""What reviews add up to: final themes, conflicts, examples, and error rates worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviews import SYMBOL, small_store
from stores import FIRST, SECOND

from resclassify.evaluation import Estimate
from resclassify.store.access import Store
from resclassify.store.records import Review
from resclassify.verdicts import error_rates, joined, random_ranks, read_twice, reviewed_examples, reviews_by_clause, wilson


def review(store: Store, clause: int, who: str, themes: str | None, action: str = "change", **more: object) -> Review:
    decided = None if themes is None else tuple(themes.split())
    kept = {"said": {"themes": ["migration"]}, "model": FIRST.fingerprint, **more}
    return store.add_review(Review(clause, reviewer=who, action=action, themes=decided, **kept))  # type: ignore[arg-type]


CASES = [
    ([("Amal", "migration", "accept")], ("migration", ("Amal",))),
    ([("Amal", "migration", "accept"), ("Amal", "", "change")], ("", ("Amal",))),
    ([("Amal", "migration", "accept"), ("Ben", "migration", "accept")], ("migration", ("Amal", "Ben"))),
    (
        [("Amal", "technology migration", "accept"), ("Ben", "migration technology", "change")],
        ("migration technology", ("Amal", "Ben")),
    ),
    ([("Amal", "migration", "accept"), ("Ben", "technology", "change")], None),
    (
        [("Amal", "migration", "accept"), ("Ben", "technology", "change"), ("Ben", "migration", "accept")],
        ("migration", ("Amal", "Ben")),
    ),
    (
        [("Amal", "migration", "accept"), ("Ben", "technology", "change"), ("Carla", "technology", "adjudicate")],
        ("technology", ("Carla",)),
    ),
    ([("Amal", None, "skip")], None),
    ([("Amal", "migration", "accept"), ("Amal", None, "undo")], None),
    ([("Amal", "migration", "accept"), ("Amal", "", "change"), ("Amal", None, "undo")], ("migration", ("Amal",))),
    ([("Amal", "migration", "accept"), ("Ben", "", "change"), ("Ben", None, "undo")], ("migration", ("Amal",))),
]


@pytest.mark.parametrize(("rows", "expected"), CASES)
def test_the_last_standing_decision_of_each_reader_counts_and_conflicts_are_left_out(
    tmp_path: Path, rows: list[tuple[str, str | None, str]], expected: tuple[str, tuple[str, ...]] | None
) -> None:
    with small_store(tmp_path) as store:
        last = 0
        for who, themes, action in rows:
            undoes = last if action == "undo" else None
            last = review(store, 2, who, themes, action, undoes=undoes).id
        found = reviewed_examples(store)
        assert [(" ".join(one.themes), one.who) for one in found] == ([expected] if expected else [])
        for one in found:
            assert (one.clause, one.lang, one.symbol) == (next(iter(store.tagged(after=1, limit=1))).tagged.clause, "en", SYMBOL)


def test_examples_say_whether_they_are_of_the_random_share(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        review(store, 1, "Amal", "migration", asked="random")
        review(store, 2, "Amal", "migration", asked="queue")
        assert [(one.clause.number, one.random) for one in reviewed_examples(store)] == [("1", True), ("2", False)]


def test_who_skipped_and_then_decided_has_not_skipped(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        review(store, 1, "Amal", None, "skip")
        assert reviews_by_clause(store)[1].skipped == {"Amal"}
        review(store, 1, "Amal", "", "change")
        assert reviews_by_clause(store)[1].skipped == frozenset()


def test_two_readers_are_the_first_two(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        for who, themes in (("Ben", "migration"), ("Amal", "technology"), ("Carla", "")):
            review(store, 3, who, themes)
        review(store, 4, "Ben", "")
        assert [(clause, one.reviewer, two.reviewer) for clause, one, two in read_twice(store)] == [(3, "Ben", "Amal")]


def test_wilsons_interval_is_that_of_the_literature() -> None:
    # Newcombe (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for wrong, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = wilson(wrong, of)
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert wilson(7, 7).high == 1


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilsons_interval_holds_the_share(case: tuple[int, int]) -> None:
    found = wilson(*case)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_joined_intervals_are_those_worked_out_by_hand() -> None:
    found = joined([(0.5, Estimate(0.2, 0.1, 0.4)), (0.5, Estimate(0.4, 0.25, 0.5))])
    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(0.3 - (0.05**2 + 0.075**2) ** 0.5)
    assert found.high == pytest.approx(0.3 + (0.1**2 + 0.05**2) ** 0.5)


def test_ranks_depend_on_id_and_seed_alone_and_shuffle() -> None:
    assert random_ranks([5, 9]) == [random_ranks([5])[0], random_ranks([9])[0]]
    assert random_ranks([5], 2) != random_ranks([5], 1)
    assert 1_800 < sum(rank < 2**56 * 0.1 for rank in random_ranks(range(20_000))) < 2_200


def test_the_error_is_that_of_the_random_share_with_what_the_queue_asked_before(tmp_path: Path) -> None:
    """Of six clauses the first four by rank are the share: three asked at random, one by the queue earlier."""
    with small_store(tmp_path) as store:
        order = [clause for _, clause in sorted(zip(random_ranks(range(1, 7)), range(1, 7), strict=True))]
        review(store, order[1], "Amal", "technology", asked="queue")
        review(store, order[5], "Amal", "technology", asked="queue")
        for place, themes in ((0, "migration"), (2, ""), (3, "migration")):
            review(store, order[place], "Amal", themes, asked="random")
        (rates,) = error_rates(store)
        assert (rates.model, rates.read, rates.clauses, rates.unread) == (FIRST.fingerprint, {"en": 4}, {"ar": 0, "en": 6}, 0)
        assert list(rates.figures) == ["en"]
        assert rates.figures["en"]["any"] == wilson(2, 4)
        assert rates.figures["en"]["migration"] == wilson(2, 4)
        assert rates.figures["en"]["technology"] == wilson(1, 4)
        assert rates.figures["en"]["prevention"] == wilson(0, 4)
        assert "| any | 0.500 [0.150, 0.850] |" in rates.to_markdown()


def test_skipped_and_disputed_clauses_of_the_share_and_other_models_tags_are_named_unread(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        store.add_tags(1, [item.tagged for item in store.tagged()], SECOND)
        order = [clause for _, clause in sorted(zip(random_ranks(range(1, 7)), range(1, 7), strict=True))]
        review(store, order[0], "Amal", "migration", asked="random")
        review(store, order[1], "Amal", None, "skip", asked="random")
        review(store, order[2], "Amal", "migration", asked="random")
        review(store, order[2], "Ben", "technology", asked="second")
        review(store, order[3], "Amal", "technology", model=SECOND.fingerprint, asked="queue")
        review(store, order[4], "Amal", "migration", asked="random")
        (rates,) = error_rates(store)
        assert (rates.read, rates.unread, rates.figures["en"]["any"]) == ({"en": 2}, 3, wilson(0, 2))
        assert "3 more clauses of the share" in rates.to_markdown()


def test_languages_weigh_as_in_the_store_and_without_one_nothing_is_said_of_all(tmp_path: Path) -> None:
    with small_store(tmp_path, "en", "ar") as store:
        review(store, 1, "Amal", "migration", asked="random")
        assert list(error_rates(store)[0].figures) == ["en"]
        review(store, 7, "Amal", "technology", asked="random")
        found = error_rates(store)[0].figures
        assert list(found) == ["all", "ar", "en"]
        assert found["all"]["any"] == joined([(0.5, wilson(1, 1)), (0.5, wilson(0, 1))])


def test_the_model_asked_last_comes_first(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        store.add_tags(1, [item.tagged for item in store.tagged()], SECOND)
        for clause, model in ((1, FIRST), (2, SECOND), (3, FIRST)):
            review(store, clause, "Amal", "migration", model=model.fingerprint, asked="random")
        assert [rates.model for rates in error_rates(store)] == [FIRST.fingerprint, SECOND.fingerprint]


def test_without_random_decisions_there_is_no_error_rate(tmp_path: Path) -> None:
    with small_store(tmp_path) as store:
        review(store, 1, "Amal", "migration", asked="queue")
        review(store, 2, "Amal", None, "skip", asked="random")
        assert error_rates(store) == []
