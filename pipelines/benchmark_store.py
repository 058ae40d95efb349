"""How long the store's questions take: python pipelines/benchmark_store.py [CLAUSES] [STORE]; the text is generated."""

import random
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice

from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.records import ModelRecord, Selection
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, Document, TaggedClause

WORDS = "States measures victims online borders courts children awareness recruiters shelters data training".split()
THEMES = load_taxonomy().ids
MODEL = ModelRecord("0" * 64, "generated", THEMES, {})


def document(number: int, chance: random.Random) -> tuple[Document, list[TaggedClause]]:
    name = f"A_RES_{60 + number % 20}_{number}.en.txt"
    texts, items = [f"{place}. Urges {' '.join(chance.choices(WORDS, k=35))};" for place in range(1, 41)], []
    for place, text in enumerate(texts):
        probabilities = {theme: round(chance.random() ** 4, 4) for theme in THEMES}
        themes = tuple(theme for theme in THEMES if probabilities[theme] > 0.5)
        kind = "preambular" if place < 16 else "operative"
        clause = Clause(name, f"{name}#{place:03d}", kind, str(place), "en", 0, len(text), text)
        items.append(TaggedClause(clause, themes, probabilities, (), chance.random() < 0.25))
    return Document(name, "\n".join(texts)), items


def timed(label: str, ask: Callable[[], Iterable[object]]) -> None:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        rows = len(list(ask()))
        times.append(1000 * (time.perf_counter() - start))
    print(f"{label:42} {rows:6} rows {sorted(times)[2]:8.1f} ms (median of 5, worst {max(times):.1f})")


def questions(store: Store) -> None:
    timed("counts by session and theme", lambda: store.counts(("session",)))
    timed("counts by session, body, kind and theme", lambda: store.counts(("session", "body", "kind")))
    timed("documents of a session", lambda: store.documents(Selection(session=70)))
    timed("clauses of a document", lambda: store.tagged(Selection(symbol="A/RES/70/10")))
    wanted = Selection(theme="technology", session=70)
    timed("clauses with a theme in a session, page 1", lambda: store.tagged(wanted, limit=50))
    last = [item.id for item in islice(store.tagged(wanted), 500)][-1]
    timed("the same, after 500", lambda: store.tagged(wanted, after=last, limit=50))
    timed("clauses for review, all sessions, page 1", lambda: store.tagged(Selection(review=True), limit=50))
    rare = Selection(theme="technology", kind="preambular", review=True, year=2020)
    timed("a theme, a kind, for review, a year, page 1", lambda: store.tagged(rare, limit=50))


count, address = [*sys.argv[1:], *("200000", "runs/benchmark.db")[len(sys.argv) - 1 :]]
with open_store(address, create=True) as opened:
    for number in range(int(count) // 40):
        made, items = document(number, random.Random(number))
        opened.add(made, f"{number:064d}", [item.clause for item in items], items, MODEL)
    questions(opened)
