"""Where the two languages of one text disagree, and what most likely lies behind it."""

from __future__ import annotations

import json

from series import VERSIONS, bare, encoder, place, tagged, version
from test_alignment import ARABIC, ENGLISH

from resclassify.audit import audit, disagreement_record
from resclassify.exports import to_jsonl


def test_texts_with_the_same_themes_agree_in_every_pair() -> None:
    name = VERSIONS[0]
    themes = dict.fromkeys(range(0, 40, 3), ("prevention",))
    found = audit(tagged(version(name, "ar"), themes), tagged(version(name, "en"), themes), encoder())
    assert (found.pairs, found.agreeing, found.disagreements) == (48, 48, ())


def test_one_pair_that_says_the_same_with_other_themes_is_laid_to_the_model() -> None:
    name = VERSIONS[0]
    left, right = version(name, "ar"), version(name, "en")
    found = audit(tagged(left, {20: ("migration", "technology")}), tagged(right, {20: ("technology", "prosecution")}), encoder())
    assert (found.pairs, found.agreeing) == (48, 47)
    (item,) = found.disagreements
    assert [place(clause.clause) for clause in (*item.left, *item.right)] == [place(left[20]), place(right[20])]
    assert (item.only_left, item.only_right, item.cause) == (("migration",), ("prosecution",), "model")


def test_a_clause_that_one_side_lacks_is_laid_to_segmentation_on_either_side() -> None:
    arabic, english = tagged(bare(ARABIC, "ar")), tagged(bare(ENGLISH))
    for left, right, sides in (
        (arabic[:3] + arabic[4:], english, ([], ["O04"])),
        (arabic, english[:3] + english[4:], (["O04"], [])),
    ):
        found = audit(left, right, encoder())
        assert (found.pairs, found.agreeing) == (7, 7)
        (item,) = found.disagreements
        assert ([place(clause.clause) for clause in item.left], [place(clause.clause) for clause in item.right]) == sides
        assert (item.cause, item.similarity) == ("segmentation", 0.0)


def test_a_side_that_says_more_is_laid_to_the_translation() -> None:
    longer = (
        ENGLISH[0][:-1]
        + ", and to teach every child of the uplands how a map is drawn, read, corrected and kept for those to come;"
    )
    arabic, english = tagged(bare(ARABIC, "ar")), tagged(bare([longer, *ENGLISH[1:]]), {0: ("prevention",)})
    (item,) = audit(arabic, english, encoder()).disagreements
    assert (item.only_left, item.only_right, item.cause) == ((), ("prevention",), "translation")


def test_a_clause_in_two_on_one_side_is_one_group_that_agrees_where_its_themes_do() -> None:
    parted = [*ENGLISH[:7], *(part + ";" for part in ENGLISH[7].rstrip(";").split(", and "))]
    arabic, english = tagged(bare(ARABIC, "ar"), {7: ("prevention",)}), tagged(bare(parted), {7: ("prevention",)})
    found = audit(arabic, english, encoder())
    assert found.pairs == found.agreeing == 8
    english = tagged(bare(parted), {8: ("prosecution",)})
    (item,) = audit(arabic, english, encoder()).disagreements
    assert (len(item.left), len(item.right), item.cause) == (1, 2, "segmentation")
    assert (item.only_left, item.only_right) == (("prevention",), ("prosecution",))


def test_nothing_against_something_has_no_pair() -> None:
    english = tagged(bare(ENGLISH[:2]))
    assert audit([], [], encoder()).disagreements == ()
    for found in (audit([], english, encoder()), audit(english, [], encoder())):
        assert (found.pairs, found.agreeing, len(found.disagreements)) == (0, 0, 2)


def test_a_record_is_json_with_both_sides_and_the_cause() -> None:
    arabic, english = tagged(bare(ARABIC, "ar"), {2: ("migration",)}), tagged(bare(ENGLISH))
    (item,) = audit(arabic, english, encoder()).disagreements
    record = disagreement_record(item)
    assert json.loads(to_jsonl([record])) == record
    assert ([side["id"] for side in record["left"]], [side["id"] for side in record["right"]]) == (["d#O03"], ["d#O03"])
    assert (record["only_left"], record["only_right"], record["cause"]) == (["migration"], [], "model")
