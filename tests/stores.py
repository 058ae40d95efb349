"""What the tests of the store share: documents with tags."""

from __future__ import annotations

from collections.abc import Callable

from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.records import ModelRecord
from resclassify.types import Clause, Document, Evidence, Metadata, Part, TaggedClause

DOCUMENTS = (
    ("A_RES_78_901.en.txt", "en", 8),
    ("A_RES_78_901.ar.txt", "ar", 8),
    ("A_RES_79_902.en.txt", "en", 6),
    ("A_RES_S-31_1.en.txt", "en", 3),
    ("S_RES_2790(2025).en.txt", "en", 5),
    ("A_HRC_RES_57_903.ar.txt", "ar", 4),
    ("letter.txt", "en", 2),
)
Address = Callable[[], str]
THEMES = ("prevention", "prosecution", "victim_protection", "migration", "technology")
FIRST = ModelRecord("a1" * 32, "first", THEMES, {"seed": 1, "taken": {"dev": 0.5}})
SECOND = ModelRecord("b2" * 32, "second", THEMES, {})
DEED = {
    "en": "Urges States to protect the victims of trafficking, including seasonal workers;",
    "ar": "تحث الدول على حماية ضحايا الاتجار، بمن فيهم العمال الموسميون؛",
}


def clauses_of(name: str, lang: str, count: int) -> list[Clause]:
    """`count` clauses, the first third of them preambular, the last of an annex where there are more than five."""
    found = []
    start = 0
    for place in range(count):
        text = f"{place}. {DEED[lang]}"
        kind = "preambular" if place < count // 3 else None if place == count - 1 and count > 5 else "operative"
        number = None if kind == "preambular" else str(place)
        parts = (Part("(a)", 1, 3, 9),) if place == 2 else ()
        annex = "Annex" if kind is None else None
        label = f"{name}#{(kind or 'annex')[0].upper()}{place:02d}"
        found.append(Clause(name, label, kind, number, lang, start, start + len(text), text, annex, parts))
        start += len(text) + 1
    return found


def tagged_by(clauses: list[Clause], salt: int) -> list[TaggedClause]:
    """Tags that differ from clause to clause and from `salt` to `salt`."""
    items = []
    for place, clause in enumerate(clauses):
        carried = tuple(theme for row, theme in enumerate(THEMES) if (place * 7 + salt * 3 + row) % (row + 3) == 0)
        probabilities = {theme: 0.9123 if theme in carried else 0.0712 for theme in THEMES}
        evidence = tuple(Evidence(theme, 3, 8, 1.25) for theme in carried)
        items.append(TaggedClause(clause, carried, probabilities, evidence, (place + salt) % 4 == 0))
    return items


def document_of(name: str, clauses: list[Clause], metadata: Metadata | None = None) -> Document:
    """A document of these clauses, a line each."""
    lang = clauses[0].lang if clauses else "en"
    text = "\n".join(clause.text for clause in clauses)
    return Document(name, text, metadata or Metadata(language=lang, title="Protection of workers"), ("1 See the annex.",))


def url_of(address: str) -> str:
    """An address of the store as a URL of SQLAlchemy."""
    return address.replace("://", "+psycopg://") if "://" in address else f"sqlite:///{address}"


def put(store: Store, name: str, lang: str, size: int, model: ModelRecord = FIRST, salt: int = 0) -> bool:
    clauses = clauses_of(name, lang, size)
    tagged = tagged_by(clauses, salt)
    return store.add(document_of(name, clauses), f"{name:>64}"[-64:], clauses, tagged, model)


def filled(address: str) -> Store:
    store = open_store(address, create=True)
    for salt, (name, lang, size) in enumerate(DOCUMENTS):
        put(store, name, lang, size, salt=salt)
    return store
