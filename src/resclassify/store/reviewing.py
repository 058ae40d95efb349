"""Reviews: rows that people add to clauses. Each function works inside a transaction of its caller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from resclassify.errors import InputError
from resclassify.store.queries import model_of
from resclassify.store.records import ACTIONS, ASKED, ModelRecord, Review
from resclassify.store.schema import clauses, models, reviews
from resclassify.store.writing import now


def insert_review(connection: Connection, review: Review, place: str) -> Review:
    """The review as it was written, with its id and time.

    Raises InputError where it says what cannot be: an unknown clause, model, action or theme, themes that the action does not
    have, an undoing of what is no standing review of that clause.
    """
    if connection.execute(select(clauses.c.id).where(clauses.c.id == review.clause)).scalar() is None:
        raise InputError(f"{place}: there is no clause {review.clause}; take the id of a clause of this store")
    number, model = model_of(connection, review.model, place)
    _check_action(review, model)
    if review.undoes is not None:
        _check_undone(connection, review, place)
    written = replace(review, model=model.fingerprint, reviewed=review.reviewed or now())
    row = {
        "clause_id": written.clause,
        "model_id": number,
        "reviewer": written.reviewer,
        "reviewed": written.reviewed,
        "action": written.action,
        "said": dict(written.said),
        "note": written.note,
        "undoes": written.undoes,
        "asked": written.asked,
        "source": written.source,
    }
    if written.themes is not None:
        row["themes"] = list(written.themes)
    key = connection.execute(insert(reviews).values(row)).inserted_primary_key
    assert key is not None
    return replace(written, id=int(key[0]))


def insert_new_reviews(connection: Connection, wanted: Sequence[Review], place: str) -> list[Review]:
    """Those of the reviews that were written, in order; one whose `source` is there already is passed over.

    Raises InputError as `insert_review` does.
    """
    known = set(connection.execute(select(reviews.c.source).where(reviews.c.source.is_not(None))).scalars())
    return [insert_review(connection, review, place) for review in wanted if review.source is None or review.source not in known]


def _check_action(review: Review, model: ModelRecord) -> None:
    where = f"review of clause {review.clause}"
    if review.action not in ACTIONS:
        raise InputError(f"{where}: unknown action '{review.action}'; it is {', '.join(ACTIONS)}")
    if review.asked not in ASKED:
        raise InputError(f"{where}: unknown way of asking '{review.asked}'; it is {', '.join(filter(None, ASKED))}, or empty")
    if not review.reviewer.strip():
        raise InputError(f"{where}: says not who reviewed; give a name")
    if (review.themes is not None) != (review.action in ("accept", "change", "adjudicate")):
        raise InputError(f"{where}: '{review.action}' goes {'without' if review.themes is not None else 'with'} themes")
    if (review.undoes is not None) != (review.action == "undo"):
        raise InputError(f"{where}: 'undo', and only it, names the review that it undoes")
    unknown = [theme for theme in review.themes or () if theme not in model.themes]
    if unknown:
        raise InputError(f"{where}: unknown theme '{unknown[0]}'; the model's are {', '.join(model.themes)}")


def _check_undone(connection: Connection, review: Review, place: str) -> None:
    undone = connection.execute(select(reviews).where(reviews.c.id == review.undoes)).one_or_none()
    again = connection.execute(select(reviews.c.id).where(reviews.c.undoes == review.undoes)).scalar()
    if undone is None or undone.clause_id != review.clause or undone.action == "undo" or again is not None:
        raise InputError(f"{place}: review {review.undoes} is no standing review of clause {review.clause}; see its reviews")


def select_reviews(*, clause: int | None, reviewer: str | None, model: int | None, standing: bool) -> Select[Any]:
    """Reviews in the order that they came; with `standing` without undone ones and undoings."""
    query = select(reviews, models.c.fingerprint).join(models).order_by(reviews.c.id)
    if clause is not None:
        query = query.where(reviews.c.clause_id == clause)
    if reviewer is not None:
        query = query.where(reviews.c.reviewer == reviewer)
    if model is not None:
        query = query.where(reviews.c.model_id == model)
    if standing:
        undoing = reviews.alias("undoing")
        undone = select(undoing.c.id).where(undoing.c.undoes == reviews.c.id).exists()
        query = query.where(reviews.c.action != "undo", ~undone)
    return query


def reviews_of(connection: Connection, query: Select[Any]) -> Iterator[Review]:
    """The reviews of a query of `select_reviews`, in a stream."""
    for row in connection.execution_options(yield_per=1000).execute(query):
        yield Review(
            clause=row.clause_id,
            reviewer=row.reviewer,
            model=row.fingerprint,
            said=row.said,
            action=row.action,
            themes=None if row.themes is None else tuple(row.themes),
            note=row.note,
            undoes=row.undoes,
            asked=row.asked,
            source=row.source,
            reviewed=row.reviewed,
            id=row.id,
        )
