"""What the tests of reviewing share: a store of clauses that are unlike each other, and an encoder whose vectors are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stores import FIRST, THEMES, document_of

from resclassify.store import open_store
from resclassify.store.access import Store
from resclassify.store.records import ModelRecord
from resclassify.types import Clause, Evidence, Metadata, TaggedClause
from resclassify.vectors import Encoder

# English, Arabic, and the themes that the model of the tests gives to the English side.
TEXTS = (
    (
        "Urges States to give survivors of forced labour shelter and compensation;",
        "تحث الدول على إيواء الناجين من العمل القسري وتعويضهم؛",
    ),
    (
        "Calls upon Governments to prosecute recruiters who withhold passports;",
        "تهيب بالحكومات أن تحاكم الوسطاء الذين يحتجزون الجوازات؛",
    ),
    (
        "Encourages schools to warn pupils of false offers of work abroad;",
        "تشجع المدارس على تحذير التلاميذ من عروض العمل الكاذبة في الخارج؛",
    ),
    (
        "Requests the Secretary-General to report on the matter in two years;",
        "تطلب إلى الأمين العام أن يقدم تقريرا عن المسألة بعد سنتين؛",
    ),
    (
        "Invites platforms to remove advertisements of smugglers within a day;",
        "تدعو المنصات إلى إزالة إعلانات المهربين في غضون يوم واحد؛",
    ),
    ("Decides to keep the budget of the fund under review;", "تقرر إبقاء ميزانية الصندوق قيد الاستعراض؛"),
)
TAGS: tuple[tuple[str, ...], ...] = (("victim_protection",), ("prosecution",), ("prevention",), (), ("technology",), ())
SYMBOL = "A/RES/78/951"


@dataclass(frozen=True)
class KnownEncoder(Encoder):
    """Both sides of clause n of TEXTS have the n-th direction of space; any other text one of its own, given by its length."""

    def vectors(self, texts: Sequence[str], *, whole: bool = False) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            held = [number for number, sides in enumerate(TEXTS) if any(side in text for side in sides)]
            rows[row, held or [8 + len(text) % 56]] = 1
            rows[row] /= np.linalg.norm(rows[row])
        return rows


ENCODER: Any = KnownEncoder(None, None)  # type: ignore[arg-type]


def tagged_clauses(name: str, lang: str, sure: Sequence[float] = (0.9,) * 6, texts: Sequence[Any] = TEXTS) -> list[TaggedClause]:
    """The clauses of one side of TEXTS, the tags of clause n carried by the probability `sure[n]`, other themes by 0.05."""
    found = []
    start = 0
    for place, sides in enumerate(texts):
        text = sides[0 if lang == "en" else 1]
        clause = Clause(name, f"{name}#O{place + 1:02d}", "operative", str(place + 1), lang, start, start + len(text), text)  # type: ignore[arg-type]
        themes = TAGS[place % len(TAGS)]
        probabilities = {theme: sure[place % len(sure)] if theme in themes else 0.05 for theme in THEMES}
        evidence = tuple(Evidence(theme, 0, text.index(" "), 1.0) for theme in themes)
        found.append(TaggedClause(clause, themes, probabilities, evidence, sure[place % len(sure)] < 0.7))
        start += len(text) + 1
    return found


def put(store: Store, name: str, lang: str, tagged: Sequence[TaggedClause], model: ModelRecord = FIRST) -> None:
    clauses = [item.clause for item in tagged]
    metadata = Metadata(symbol=None if name.startswith("letter") else SYMBOL, language=lang)  # type: ignore[arg-type]
    document = document_of(name, clauses, metadata)
    store.add(document, f"{name:>64}"[-64:], clauses, tagged, model)


def small_store(folder: Path, *langs: str, sure: Sequence[float] = (0.9,) * 6) -> Store:
    """A store of TEXTS in these languages: the ids of English clauses are 1 to 6 where English comes first."""
    store = open_store(str(folder / "s.db"), create=True)
    for lang in langs or ("en",):
        name = f"A_RES_78_951.{lang}.txt"
        put(store, name, lang, tagged_clauses(name, lang, sure))
    return store
