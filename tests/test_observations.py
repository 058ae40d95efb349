"""What trends are counted from: what documents are, tables read back, each document once."""

from __future__ import annotations

from pathlib import Path

import pytest

from resclassify.errors import InputError
from resclassify.exports import clause_record, render
from resclassify.observations import Observation, Source, count_once, observe, read_observations, series_of, source_of
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, Lang, Metadata

THEMES = load_taxonomy().ids


def _record(name: str, number: int, lang: Lang = "en", annex: str | None = None) -> dict[str, object]:
    text = f"Urges States to keep promise {number};" if lang == "en" else f"تحث الدول على الوفاء بالوعد {number}؛"
    clause = Clause(name, f"{name}#O{number:02d}", None if annex else "operative", f"{number}.", lang, 0, len(text), text, annex)
    tags = {"themes": ["migration"] if number % 2 else [], "probabilities": dict.fromkeys(THEMES, 0.25), "evidence": []}
    return {**clause_record(clause), **tags, "review": number == 1}


def _document(name: str, lang: Lang = "en", clauses: int = 3, metadata: Metadata | None = None) -> list[Observation]:
    return observe([_record(name, number, lang) for number in range(1, clauses + 1)], source_of(name, metadata))


def test_a_document_is_what_its_name_says_and_then_what_its_first_page_says() -> None:
    said = Metadata(symbol="A/81/977", session="9", agenda_item="27", date="2026-12-17", title="81/901. Protection of fishers")
    source = source_of("A_RES_81_901.en.txt", said)
    assert (source.symbol, source.session, source.year, source.body) == ("A/RES/81/901", 81, 2026, "General Assembly")
    assert (source.agenda_item, source.series) == ("27", "protection of fishers")
    paper = source_of("draft of monday.docx", Metadata(session="81", body="General Assembly", date="2026-10-02"))
    assert (paper.symbol, paper.session, paper.year, paper.body) == (None, 81, 2026, "General Assembly")
    assert source_of("notes.txt") == Source("notes.txt")


def test_a_council_without_sessions_has_none() -> None:
    source = source_of("S_RES_1325_(2000).en.txt")
    assert (source.body, source.session, source.year) == ("Security Council", None, 2000)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Protection of fishers", "PROTECTION OF FISHERS", True),
        ("Protection of fishers (2024)", "Protection of fishers", True),
        ("حماية الصيادين", "حمايه الصيادين", True),
        ("Protection of fishers", "Protection of farmers", False),
    ],
)
def test_a_series_is_a_title_without_case_numbers_and_marks(one: str, other: str, same: bool) -> None:
    assert (series_of(one) == series_of(other)) is same


@pytest.mark.parametrize(("form", "suffix"), [("jsonl", "jsonl"), ("csv", "csv"), ("parquet", "parquet")])
def test_a_table_that_tag_wrote_gives_what_the_records_give(form: str, suffix: str, tmp_path: Path) -> None:
    name = "A_RES_81_901.en.txt"
    records = [_record(name, number) for number in (1, 2)]
    path = tmp_path / f"tags.{suffix}"
    path.write_bytes(render(records, form))
    assert read_observations(path) == observe(records, source_of(name))


def test_columns_of_a_table_win_over_names(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    path.write_text(
        "document,id,text,lang,kind,themes,review,session,year,body,series,symbol\n"
        "paper 7,c1,Urges States to act;,en,operative,migration,False,77,2022,Town Council,harbours,\n",
        encoding="utf-8",
    )
    (found,) = read_observations(path)
    assert found.source == Source("paper 7", None, "harbours", 77, 2022, "Town Council")
    assert (found.themes, found.review, found.verb, found.addressees) == (("migration",), False, "urges", ("States",))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"text": "Urges States to act;"}', "row 1 has no 'themes'"),
        ('{"text": "x", "themes": ["fishing"], "review": false, "lang": "en"}', "unknown theme 'fishing'"),
        ('{"text": "x", "themes": [], "review": false, "lang": "fr"}', "lang 'fr'"),
        ('{"text": "x", "themes": [], "review": false, "lang": "en", "session": "last"}', "session 'last' is no number"),
        ('{"text": "x", "themes": [], "review": false, "lang": "en", "p_migration": "much"}', "probability is no number"),
        ("", "holds no row"),
    ],
)
def test_a_table_without_tags_is_refused_in_one_line(row: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "tags.jsonl"
    path.write_text(row, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_observations(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


BOTH = [*_document("A_RES_81_901.en.txt"), *_document("A_RES_81_901.ar.txt", "ar")]
ARABIC = _document("A_RES_83_902.ar.txt", "ar")


@pytest.mark.parametrize(
    ("observations", "lang", "kept"),
    [
        (BOTH, None, {"A_RES_81_901.en.txt"}),
        ([*BOTH, *ARABIC], None, {"A_RES_81_901.ar.txt", "A_RES_83_902.ar.txt"}),
        ([*BOTH, *ARABIC], "en", {"A_RES_81_901.en.txt"}),
        (BOTH, "ar", {"A_RES_81_901.ar.txt"}),
        ([*_document("draft.en.txt"), *_document("draft.ar.docx", "ar")], None, {"draft.en.txt"}),
        ([*_document("A_RES_81_901.en.txt"), *_document("A_RES_81_901.pdf")], None, {"A_RES_81_901.en.txt"}),
        (
            [*_document("A_C.3_81_L.2.en.txt"), *_document("A_C.3_81_L.2_Rev.1.en.txt")],
            None,
            {"A_C.3_81_L.2.en.txt", "A_C.3_81_L.2_Rev.1.en.txt"},
        ),
    ],
    ids=[
        "in both",
        "Arabic where more are",
        "English alone",
        "Arabic asked for",
        "no symbol",
        "two files",
        "a revision is another",
    ],
)
def test_a_document_counts_once(observations: list[Observation], lang: Lang | None, kept: set[str]) -> None:
    counted = count_once(observations, lang)
    assert {item.source.name for item in counted.observations} == kept
    assert bool(counted.notes) is (len(kept) < len({item.source.name for item in observations}))


def test_notes_say_what_is_not_counted() -> None:
    annexed = observe([_record("A_RES_81_901.en.txt", 9, annex="Annex")], source_of("A_RES_81_901.en.txt"))
    notes = " ".join(count_once([*BOTH, *annexed, *ARABIC], "en").notes)
    assert "1 documents are there in both languages and count once, in English" in notes
    assert "1 documents are not there in English" in notes
    assert "1 paragraphs of annexes" in notes
