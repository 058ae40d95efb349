"""Symbols are read from names, and say body, session and year."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resclassify.symbols import SymbolParts, parse_symbol, symbol_of_name

NAMES = [
    ("A_RES_78_228.en.txt", "A/RES/78/228"),
    ("A_RES_78_228.ar.txt", "A/RES/78/228"),
    ("A_RES_78_228-EN.pdf", "A/RES/78/228"),
    ("A_RES_78_228_AR.docx", "A/RES/78/228"),
    ("A_RES_78_228 (1).pdf", "A/RES/78/228"),
    ("a_res_78_228.html", "A/RES/78/228"),
    ("A-RES-78-228.pdf", "A/RES/78/228"),
    ("A-RES-S-10-2.pdf", "A/RES/S-10/2"),
    ("folder/sub/A_RES_78_228.txt", "A/RES/78/228"),
    ("A/RES/78/228", "A/RES/78/228"),
    ("A_C.3_79_L.22_Rev.1.ar.txt", "A/C.3/79/L.22/Rev.1"),
    ("A_C.3_79_L.22_REV.1", "A/C.3/79/L.22/Rev.1"),
    ("S_RES_1325(2000).pdf", "S/RES/1325 (2000)"),
    ("S_RES_1325 (2000).pdf", "S/RES/1325 (2000)"),
    ("S_RES_1325_(2000)-EN.pdf", "S/RES/1325 (2000)"),
    ("S_RES_1325_2000_.pdf", "S/RES/1325 (2000)"),
    ("A_RES_1145(XII).txt", "A/RES/1145(XII)"),
    ("E_RES_106_(VI).txt", "E/RES/106(VI)"),
    ("A_RES_48_218_B.txt", "A/RES/48/218 B"),
    ("A_RES_71_101_A-B.txt", "A/RES/71/101 A-B"),
    ("A_RES_61_267B.txt", "A/RES/61/267 B"),
    ("A_HRC_RES_53_1.en.txt", "A/HRC/RES/53/1"),
    ("A_HRC_PRST_OS_12_1.txt", "A/HRC/PRST/OS/12/1"),
    ("UNEP_EA.2_RES.10.txt", "UNEP/EA.2/RES.10"),
    ("HSP_HA.1_Res.2.txt", "HSP/HA.1/RES.2"),
    ("E_CN.4_1997_2.txt", "E/CN.4/1997/2"),
    ("TD_500_ADD.1.txt", "TD/500/Add.1"),
    ("resolution.docx", None),
    ("N2334567.pdf", None),
    ("A_1.txt", None),
    ("A_draft_2.txt", None),
    ("a_good_day_2024.txt", None),
    ("E_mail_3.txt", None),
    ("standard input", None),
    ("A_RES_final.txt", None),
    ("2024-05-01.txt", None),
    ("", None),
]


@pytest.mark.parametrize(("name", "symbol"), NAMES)
def test_a_name_gives_its_symbol_or_none(name: str, symbol: str | None) -> None:
    assert symbol_of_name(name) == symbol


PARTS = [
    ("A/RES/78/228", "General Assembly", 78, 2023, 228),
    ("A/RES/79/79", "General Assembly", 79, 2024, 79),
    ("A/RES/1145(XII)", "General Assembly", 12, 1957, 1145),
    ("A/RES/48/218 B", "General Assembly", 48, 1993, 218),
    ("A/C.3/79/L.22/Rev.1", "General Assembly", 79, 2024, 22),
    ("A/51/950", "General Assembly", 51, 1996, 950),
    ("A/520/Rev.20", "General Assembly", None, None, 520),
    ("A/RES/S-10/2", "General Assembly", None, None, 2),
    ("A/RES/ES-10/17", "General Assembly", None, None, 17),
    ("A/HRC/RES/1/2", "Human Rights Council", 1, 2006, 2),
    ("A/HRC/RES/4/1", "Human Rights Council", 4, 2007, 1),
    ("A/HRC/RES/43/1", "Human Rights Council", 43, 2020, 1),
    ("A/HRC/RES/57/3", "Human Rights Council", 57, 2024, 3),
    ("A/HRC/RES/S-30/1", "Human Rights Council", None, None, 1),
    ("A/HRC/PRST/OS/12/1", "Human Rights Council", None, None, 1),
    ("S/RES/1325(2000)", "Security Council", None, 2000, 1325),
    ("S/RES/1325", "Security Council", None, None, 1325),
    ("S/PRST/2004/36", "Security Council", None, 2004, 36),
    ("E/RES/1998/12", "Economic and Social Council", 1998, 1998, 12),
    ("E/RES/1818(LV)", "Economic and Social Council", 55, None, 1818),
    ("E/CN.4/1997/2", "Economic and Social Council", 1997, 1997, 2),
    ("UNEP/EA.2/RES.10", "United Nations Environment Assembly", 2, None, 10),
    ("HSP/GC/19/11", "United Nations Human Settlements Programme", 19, None, 11),
    ("ST/SGB/2019/2", "Secretariat", None, 2019, 2),
    ("CRC/C/GC/25", None, None, None, 25),
]


@pytest.mark.parametrize(("symbol", "body", "session", "year", "number"), PARTS)
def test_a_symbol_says_body_session_and_year(
    symbol: str, body: str | None, session: int | None, year: int | None, number: int | None
) -> None:
    found = parse_symbol(symbol)
    assert (found.body, found.session, found.year, found.number) == (body, session, year, number)


def test_special_sessions_are_not_the_regular_ones_of_that_number() -> None:
    assert parse_symbol("A/RES/S-10/2").special == "S-10"
    assert parse_symbol("A/RES/ES-10/17").special == "ES-10"
    assert parse_symbol("A/RES/10/2").special is None


def test_revisions_drafts_and_resolutions_are_told_apart() -> None:
    draft = parse_symbol("A/C.3/79/L.22/REV.2")
    assert (draft.symbol, draft.revision, draft.draft, draft.resolution) == ("A/C.3/79/L.22/Rev.2", 2, True, False)
    adopted = parse_symbol("A/RES/79/154")
    assert (adopted.revision, adopted.draft, adopted.resolution) == (0, False, True)


@pytest.mark.parametrize("text", ["", "/", "hello", "79/154", "A", "مقرر"])
def test_what_is_no_symbol_says_nothing(text: str) -> None:
    found = parse_symbol(text)
    assert (found.session, found.year, found.special) == (None, None, None)


@given(st.sampled_from([symbol for _, symbol in NAMES if symbol]), st.sampled_from([".txt", ".en.pdf", "-AR.docx", ""]))
def test_a_symbol_survives_being_made_a_file_name(symbol: str, ending: str) -> None:
    assert symbol_of_name(symbol.replace("/", "_") + ending) == symbol


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_and_the_usual_form_is_stable(text: str) -> None:
    found = parse_symbol(text)
    assert isinstance(found, SymbolParts)
    assert parse_symbol(found.symbol).symbol == found.symbol
    name = symbol_of_name(text)
    assert name is None or symbol_of_name(name) == name
