"""Rates of behaviours, with models whose answers are known; the written cases themselves."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from scipy.stats import binomtest

from resclassify.acceptance import acceptance_texts
from resclassify.behaviour import Behaviour, Case, Failure, read_cases, run_behaviours, to_markdown
from resclassify.dataset import LANGS, Pair, near_copies, read_pairs
from resclassify.errors import LabelError
from resclassify.lexicon import opens_operative, opens_preambular
from resclassify.model import Assessment, Model
from resclassify.taxonomy import load_taxonomy
from resclassify.text import chain

THEMES = load_taxonomy().ids
# Word beginnings, as the fold chain leaves them, of the small pairs of conftest.py and of the parts that are added.
KEYWORDS = {
    "prevention": ("root causes", "awareness", "promises", "demand that", "الجذريه", "توعيه", "وعود", "الطلب الذي"),
    "prosecution": ("investigate", "prosecute", "to trial", "محاكم", "مقاضاه", "التحقيق مع"),
    "victim_protection": ("survivors", "victims", "للناجيات", "والناجين", "ضحايا"),
    "migration": ("migra", "refugees", "المهاجرين", "للهجره", "اللاجيين", "اللاجئين"),
    "technology": ("online", "artificial", "internet", "الالكترونيه", "الاصطناعي", "الانترنت"),
}


class Words:
    """Counts keywords: one is a tag, more make it likelier. `spoil` may then change the counts of a text."""

    themes = THEMES

    def __init__(self, spoil: Callable[[str, np.ndarray], np.ndarray] = lambda text, counts: counts) -> None:
        self.spoil = spoil
        self.read: list[str] = []

    def assess(self, texts: Sequence[str]) -> Assessment:
        self.read += texts
        folded = [chain("fold-1")(text) for text in texts]
        rows = [[sum(text.count(word) for word in KEYWORDS[theme]) for theme in THEMES] for text in folded]
        counts = np.array([self.spoil(text, np.array(row)) for text, row in zip(texts, rows, strict=True)])
        return Assessment(1 - 0.5 ** counts.astype(np.float64), counts > 0, np.zeros(len(texts), bool), ((),) * len(texts))


CASES = (
    Case("plain", "Urges States to prosecute pirates;", "تحث الدول على مقاضاة القراصنة؛", ("prosecution",)),
    Case("plain", "Urges States to honour survivors;", "تحث الدول على تكريم الناجين؛", ("victim_protection",)),
    Case("none", "Decides to meet again;", "تقرر أن تجتمع مجددا؛", ()),
)


def _rates(results: Sequence[Behaviour]) -> dict[tuple[str, str], float]:
    return {(found.name, found.lang): found.rate for found in results}


def test_a_model_that_knows_the_words_passes_and_fails_only_where_it_does_not(small_pairs: list[Pair]) -> None:
    results = run_behaviours(Words(), small_pairs, CASES)
    assert {found.kind for found in results} == {"functionality", "invariance", "direction"}
    for found in results:
        if (found.name, found.lang) == ("plain", "ar"):
            # "الناجين" without "و" is no keyword.
            assert (found.passed, found.cases) == (1, 2)
            assert found.failures == (Failure(CASES[1].ar, CASES[1].ar, ("victim_protection",), ()),)
        elif found.name != "scan noise of 1 %":
            assert found.rate == 1, found


def test_a_model_that_tags_nothing_is_steady_and_otherwise_useless(small_pairs: list[Pair]) -> None:
    results = run_behaviours(Words(lambda text, counts: counts * 0), small_pairs, CASES)
    for found in results:
        assert found.rate == (found.kind == "invariance" or found.name == "none"), found


def test_a_model_that_tags_everything_passes_no_direction(small_pairs: list[Pair]) -> None:
    results = run_behaviours(Words(lambda text, counts: counts * 0 + 3), small_pairs, CASES)
    for found in results:
        assert found.rate == (found.kind == "invariance"), found
    failure = next(found for found in results if found.kind == "direction").failures[0]
    assert failure.decided == THEMES
    assert failure.probabilities == (0.875, 0.875)


def test_a_model_that_forgets_a_tag_when_another_comes_fails(small_pairs: list[Pair]) -> None:
    def first_only(text: str, counts: np.ndarray) -> np.ndarray:
        return counts * (np.arange(len(counts)) == np.argmax(counts > 0))

    rates = _rates(run_behaviours(Words(first_only), small_pairs, ()))
    # A part on the first theme always wins and then drops the tag that was there, except from the six clauses that had none.
    assert rates["prevention added", "en"] == pytest.approx(6 / 30)
    assert rates["technology added", "en"] == pytest.approx(6 / 30)
    assert rates["neutral part added", "en"] == 1


SPOILED = [
    (lambda text: text[0].isdigit(), {"clause number put before"}),
    (lambda text: "ـ" in text, {"tatweel inserted"}),
    (lambda text: "\n" in text, {"white space varied"}),
    (lambda text: "Tunisia" in text or "تونس" in text, {"country replaced"}),
    (lambda text: "2022" in text, {"year replaced"}),
    (lambda text: '"' in text, {"quotation marks replaced"}),
    (lambda text: "fifth session" in text or "الخامسة والسبعين" in text, {"session replaced"}),
    (lambda text: "٩" in text, {"Arabic-Indic digits"}),
    (lambda text: "question at its next" in text or "المسألة في الدورة" in text, {"neutral part added"}),
]


@pytest.mark.parametrize(("upset", "names"), SPOILED)
def test_a_model_that_one_thing_upsets_fails_there_and_nowhere_else(
    small_pairs: list[Pair], upset: Callable[[str], bool], names: set[str]
) -> None:
    model = Words(lambda text, counts: 1 - np.minimum(counts, 1) if upset(text) else counts)
    for found in run_behaviours(model, small_pairs, ()):
        if found.kind == "invariance" and found.name != "scan noise of 1 %":
            assert found.rate == (found.name not in names), found


def test_a_case_is_what_was_changed(small_pairs: list[Pair]) -> None:
    pairs = [
        *small_pairs,
        replace(small_pairs[0], id="P", kind="preambular", en="Noting the heat,", ar="وإذ تلاحظ الحر،", themes=()),
        replace(small_pairs[0], id="F", kind="operative", en="Forty tents arrived.", ar="", themes=()),
        replace(small_pairs[0], id="B", kind=None, en="Calls upon States to meet;", ar="تهيب بالدول أن تجتمع؛", themes=()),
    ]
    counted = {(found.name, found.lang): found.cases for found in run_behaviours(Words(), pairs, ())}
    total = len(small_pairs)
    assert counted["white space varied", "en"] == total + 3
    assert counted["white space varied", "ar"] == total + 2
    assert counted["clause number put before", "en"] == total + 1, "operative clauses only"
    assert counted["country replaced", "ar"] == total + 2, "a setting is put in"
    assert ("hamza dropped", "en") not in counted
    assert counted["neutral part added", "en"] == total + 1, "only clauses that begin as clauses do, of a known kind"
    assert counted["migration added", "en"] == total + 1 - 6, "only clauses without the theme"


def test_no_text_is_read_twice_and_the_same_input_gives_the_same_result(small_pairs: list[Pair]) -> None:
    one, two = Words(), Words()
    assert run_behaviours(one, small_pairs, CASES) == run_behaviours(two, small_pairs, CASES)
    assert len(one.read) == len(set(one.read))


def test_a_real_model_will_do(small_model: Model, small_pairs: list[Pair]) -> None:
    results = run_behaviours(small_model, small_pairs[:6], CASES)
    assert all(0 <= found.rate <= 1 for found in results)


def test_without_pairs_the_shipped_cases_remain() -> None:
    results = run_behaviours(Words(), [])
    assert {found.kind for found in results} == {"functionality"}
    assert sum(found.cases for found in results) == 2 * len(read_cases())
    assert run_behaviours(Words(), [], ()) == ()


@pytest.mark.parametrize(("passed", "cases"), [(0, 8), (8, 8), (5, 8), (1, 1), (170, 178)])
def test_the_interval_is_that_of_wilson(passed: int, cases: int) -> None:
    failures = (Failure("a", "b", (), ("migration",)),) * (cases - passed)
    found = Behaviour("x", "invariance", "en", cases, failures)
    expected = binomtest(passed, cases).proportion_ci(method="wilson")
    assert found.rate == passed / cases
    assert found.interval == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_markdown_has_the_rates_and_the_failures_that_a_person_can_look_at() -> None:
    failure = Failure("Urges\nStates;", "Urges\nStates to act;", ("migration",), (), (0.2, 0.1))
    text = to_markdown([Behaviour("steady", "direction", "en", 4, (failure,) * 2), Behaviour("calm", "invariance", "ar", 3, ())])
    assert "| direction | steady | en | 2 | 4 | 0.500 | [0.150, 0.850] |" in text
    assert "| invariance | calm | ar | 3 | 3 | 1.000 | [0.439, 1.000] |" in text
    line = "- “Urges⏎States;” → “Urges⏎States to act;”: wanted migration, decided none (probability 0.200 → 0.100)"
    assert text.count(line) == 2
    assert "calm** (ar)" not in text
    assert to_markdown([Behaviour("steady", "direction", "en", 4, (failure,) * 2)], shown=1).count(line) == 1


FAULTS = [
    ({"behaviour": "x", "en": "Urges States;", "ar": "تحث الدول؛"}, "is no case"),
    ({"behaviour": "x", "en": "Urges States;", "ar": "تحث الدول؛", "themes": "migration"}, "is no case"),
    ({"behaviour": "x", "en": "Urges States;", "ar": "تحث الدول؛", "themes": ["peacekeeping"]}, "unknown theme 'peacekeeping'"),
    ({"behaviour": "x", "en": "تحث الدول؛", "ar": "تحث الدول؛", "themes": []}, "write the clause in both languages"),
    ({"behaviour": "x", "en": "Urges States;", "ar": "Urges States;", "themes": []}, "write the clause in both languages"),
    ({"behaviour": "x", "en": " ", "ar": "تحث الدول؛", "themes": []}, "write the clause in both languages"),
]


@pytest.mark.parametrize(("row", "message"), FAULTS)
def test_a_line_that_is_no_case_is_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n" + json.dumps(row, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(LabelError, match=f"cases.jsonl:2: .*{message}"):
        read_cases(path)


def test_a_file_without_cases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(LabelError, match="holds no case"):
        read_cases(tmp_path / "cases.jsonl")


def test_the_written_cases_are_many_and_of_every_theme() -> None:
    cases = read_cases()
    assert len(cases) >= 160
    plain = Counter((case.behaviour, case.themes) for case in cases if case.behaviour.startswith("plain "))
    assert plain == {(f"plain {theme.replace('_', ' ')}", (theme,)): 8 for theme in THEMES}
    carried = Counter(theme for case in cases for theme in case.themes)
    assert min(carried[theme] for theme in THEMES) >= 24
    assert sum(not case.themes for case in cases) >= 60


def test_the_written_cases_begin_and_end_as_clauses_do() -> None:
    for case in read_cases():
        assert opens_operative(case.en) or opens_preambular(case.en), case.en
        assert opens_operative(case.ar) or opens_preambular(case.ar), case.ar
        assert (case.en[-1], case.ar[-1]) in {(";", "؛"), (",", "،")}


@pytest.mark.parametrize("lang", LANGS)
def test_no_written_case_is_near_a_labelled_clause_the_acceptance_set_or_another_case(lang: str) -> None:
    texts = [case.text(lang) for case in read_cases()]  # type: ignore[arg-type]
    others = [pair.text(lang) for pair in read_pairs(ROOT / "data/clauses")] + acceptance_texts()  # type: ignore[arg-type]
    assert near_copies(texts, others, limit=0.5) == []
    assert near_copies(texts, limit=0.5) == []
    assert near_copies([f"Further {others[0]}"], others, limit=0.5), "the check itself finds a near-copy"
