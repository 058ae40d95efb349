"""What reviews add up to: the themes of a clause, agreement of two readers, examples to learn from, the model's error."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resclassify.evaluation import Estimate
from resclassify.intervals import wilson_interval
from resclassify.store.access import Store
from resclassify.store.records import Review, Selection, StoredClause
from resclassify.types import Clause, Lang

SEED = 1
DECIDING = ("accept", "change")
Themes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseReviews:
    """The standing reviews of one clause: the last decision of each reader, in the order that the readers came; who skipped it;
    the last adjudication. `rows` counts all of them, `random` is true where one was asked in the random share.
    """

    readings: tuple[Review, ...]
    skipped: frozenset[str]
    adjudication: Review | None
    rows: int
    random: bool

    @property
    def conflict(self) -> bool:
        """Whether readers differ and nobody has adjudicated."""
        return self.adjudication is None and len({frozenset(row.themes or ()) for row in self.readings}) > 1

    @property
    def deciding(self) -> Review | None:
        """The review whose themes are the clause's; None where nobody has decided, or in conflict."""
        if self.conflict:
            return None
        return self.adjudication or (self.readings[-1] if self.readings else None)


NO_REVIEWS = ClauseReviews((), frozenset(), None, 0, False)


@dataclass(frozen=True, slots=True)
class ReviewedExample:
    """A clause with the themes that people settled on, `symbol` of its document, `who` decided. `random` is true where the clause
    was asked in the random share: such examples, kept out of training, measure the next model honestly.
    """

    clause: Clause
    themes: Themes
    lang: Lang
    symbol: str | None
    who: tuple[str, ...]
    random: bool


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """How often the tags of `model` were found wrong in the random share.

    `figures[lang]` has an estimate by theme, and under "any" of clauses with any theme wrong; `read[lang]` counts the clauses
    that it rests on, `clauses[lang]` those of the store. Under "all" languages weigh as they do in the store; it is left out
    where a language was not read. `unread` counts clauses of the share that were skipped, are in conflict, or were decided on
    the tags of another model, which may have learned from them since.
    """

    model: str
    read: Mapping[str, int]
    clauses: Mapping[str, int]
    unread: int
    figures: Mapping[str, Mapping[str, Estimate]]

    def to_markdown(self) -> str:
        """A table, a column for each language."""
        langs = list(self.figures)
        heads = [f"{lang} (n={sum(self.read.values()) if lang == 'all' else self.read[lang]})" for lang in langs]
        lines = [f"model {self.model[:12]}: share of clauses with a wrong tag, 95 % interval", ""]
        lines += ["| wrong | " + " | ".join(heads) + " |", "|---" * (len(langs) + 1) + "|"]
        for name in self.figures[langs[0]]:
            lines.append(f"| {name} | " + " | ".join(str(self.figures[lang][name]) for lang in langs) + " |")
        if self.unread:
            lines += [
                "",
                f"{self.unread} more clauses of the share are skipped, in conflict, or were read with another model's tags",
            ]
        return "\n".join(lines) + "\n"


def reviews_by_clause(store: Store) -> dict[int, ClauseReviews]:
    """The standing reviews of every clause that has some, by the clause's id."""
    rows: dict[int, list[Review]] = defaultdict(list)
    for row in store.reviews(standing=True):
        rows[row.clause].append(row)
    return {clause: standing(found) for clause, found in rows.items()}


def standing(rows: Sequence[Review]) -> ClauseReviews:
    """The standing reviews of one clause, from rows in the order that they came, without undone ones."""
    readings: dict[str, Review] = {}
    for row in rows:
        if row.action in DECIDING:
            readings[row.reviewer] = row
    skipped = frozenset(row.reviewer for row in rows if row.action == "skip") - readings.keys()
    settled = [row for row in rows if row.action == "adjudicate"]
    random = any(row.asked == "random" for row in rows)
    return ClauseReviews(tuple(readings.values()), skipped, settled[-1] if settled else None, len(rows), random)


def reviewed_examples(store: Store) -> list[ReviewedExample]:
    """The clauses on which people have decided, in the order of the store; conflicts are left out until adjudicated."""
    found = reviews_by_clause(store)
    examples = []
    for item in stored_clauses(store, {clause for clause, of in found.items() if of.deciding is not None}):
        of, last = found[item.id], found[item.id].deciding
        if last is None:
            continue
        who = (last.reviewer,) if of.adjudication else tuple(row.reviewer for row in of.readings)
        clause = item.tagged.clause
        themes = tuple(theme for theme in item.tagged.probabilities if theme in (last.themes or ()))
        examples.append(ReviewedExample(clause, themes, clause.lang, item.document.metadata.symbol, who, of.random))
    return examples


def stored_clauses(store: Store, ids: set[int], model: str | None = None) -> Iterable[StoredClause]:
    """The clauses of these ids as `model` tagged them, as they were tagged last without one; in the order of the store."""
    return (item for item in store.tagged(Selection(model=model, superseded=True)) if item.id in ids) if ids else ()


def read_twice(store: Store) -> list[tuple[int, Review, Review]]:
    """The clauses that two or more people decided on, with the decisions of the first two, in the order of their ids."""
    found = sorted(reviews_by_clause(store).items())
    return [(clause, of.readings[0], of.readings[1]) for clause, of in found if len(of.readings) > 1]


def random_ranks(ids: Sequence[int], seed: int = SEED) -> list[int]:
    """A number for each clause that depends on its id and the seed alone. In its order clauses stand as if shuffled, and those up
    to any number are a uniform sample of them all: that is the random share.
    """
    return [int.from_bytes(hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=7).digest(), "big") for key in ids]


def error_rates(store: Store, seed: int = SEED) -> list[ErrorRates]:
    """The error of each model that random clauses were asked of, the latest asked first; see `ErrorRates`.

    The share of a language reaches from the first clause asked at random of this model to the last, in the order of
    `random_ranks`. A clause inside it counts too where the queue had asked it before its turn came: without those, the sample
    would lack just the clauses that the model is least sure of. Intervals are Wilson's (1927); over both languages they are
    joined by MOVER (Zou and Donner 2008).
    """
    found = reviews_by_clause(store)
    langs = {item.id: item.tagged.clause.lang for item in store.tagged(Selection(superseded=True))}
    asked: dict[str, list[Review]] = {}
    for row in store.reviews(standing=True):
        if row.asked == "random":
            asked[row.model] = [*asked.pop(row.model, []), row]
    themes = {model.fingerprint: model.themes for model in store.models()}
    rates = [_rates_of(model, asked[model], found, langs, themes[model], seed) for model in reversed(asked)]
    return [of for of in rates if of.figures]


def _rates_of(
    model: str,
    asked: Sequence[Review],
    found: Mapping[int, ClauseReviews],
    langs: Mapping[int, Lang],
    themes: Sequence[str],
    seed: int,
) -> ErrorRates:
    rank = dict(zip(langs, random_ranks(list(langs), seed), strict=True))
    sets: dict[str, list[tuple[Themes, Themes]]] = {}
    unread = 0
    for lang in sorted({langs[row.clause] for row in asked}):
        ends = [rank[row.clause] for row in asked if langs[row.clause] == lang]
        share = [of for clause, of in found.items() if langs[clause] == lang and min(ends) <= rank[clause] <= max(ends)]
        shown = [_decided_on(of, model) for of in share]
        sets[lang] = [pair for pair in shown if pair is not None]
        unread += len(shown) - len(sets[lang])
    sets = {lang: pairs for lang, pairs in sets.items() if pairs}
    clauses = {lang: sum(value == lang for value in langs.values()) for lang in ("ar", "en")}
    figures = {lang: _wrong(pairs, themes) for lang, pairs in sets.items()}
    present = [lang for lang, count in clauses.items() if count]
    if len(figures) > 1 and set(present) == set(figures):
        total = sum(clauses.values())
        weights = {lang: clauses[lang] / total for lang in figures}
        joint = {name: joined([(weights[lang], figures[lang][name]) for lang in figures]) for name in ("any", *themes)}
        figures = {"all": joint, **figures}
    return ErrorRates(model, {lang: len(pairs) for lang, pairs in sets.items()}, clauses, unread, figures)


def _decided_on(of: ClauseReviews, model: str) -> tuple[Themes, Themes] | None:
    """What the model said and what people settled on; None where they have not, on this model's tags."""
    mine = [row for row in (*of.readings, of.adjudication) if row is not None and row.model == model]
    if of.deciding is None or not mine:
        return None
    return tuple(mine[-1].said.get("themes", ())), of.deciding.themes or ()


def _wrong(pairs: Sequence[tuple[Themes, Themes]], themes: Sequence[str]) -> dict[str, Estimate]:
    counts = {"any": sum(set(said) != set(right) for said, right in pairs)}
    counts |= {theme: sum((theme in said) != (theme in right) for said, right in pairs) for theme in themes}
    return {name: wilson(count, len(pairs)) for name, count in counts.items()}


def wilson(wrong: int, of: int) -> Estimate:
    """The share `wrong` of `of` with Wilson's interval of 95 % (1927)."""
    return Estimate(wrong / of, *wilson_interval(wrong, of))


def joined(parts: Sequence[tuple[float, Estimate]]) -> Estimate:
    """The weighted sum of independent estimates; its interval by MOVER (Zou and Donner 2008)."""
    value = sum(weight * one.value for weight, one in parts)
    low = math.sqrt(sum((weight * (one.value - one.low)) ** 2 for weight, one in parts))
    high = math.sqrt(sum((weight * (one.high - one.value)) ** 2 for weight, one in parts))
    return Estimate(value, value - low, value + high)
