"""What first pages say, of all the bodies, in both languages, drafts and adopted texts."""

from __future__ import annotations

import pytest

from resclassify.front_page import read_metadata
from resclassify.types import Line, Metadata

GA_EN = """United Nations A/RES/78/228
General Assembly
Distr.: General
22 December 2023
Seventy-eighth session
Agenda item 71 (b)
Resolution adopted by the General Assembly on 19 December 2023
[on the report of the Third Committee (A/78/481/Add.2, para. 123)]
78/228. Missing persons
The General Assembly,"""
GA_AR = """الأمم المتحدة A/RES/78/228
الجمعية العامة
Distr.: General
22 December 2023
الدورة الثامنة والسبعون
البند 71 (ب) من جدول الأعمال
قرار اتخذته الجمعية العامة في 19 كانون الأول/ديسمبر 2023
[بناء على تقرير اللجنة الثالثة (A/78/481/Add.2، الفقرة 123)]
78/228 - الأشخاص المفقودون
إن الجمعية العامة،"""
DRAFT_EN = """United Nations
A/C.3/79/L.22/Rev.1
General Assembly
Distr.: Limited
13 November 2024
Original: English
Seventy-ninth session
Third Committee
Agenda item 27
Advancement of women
Belarus, Germany and Philippines: revised draft resolution
Trafficking in women and girls
The General Assembly,"""
DRAFT_AR = """الأمم المتحدة
A/C.3/79/L.22/Rev.1
الجمعية العامة
Distr.: Limited
13 November 2024
Arabic
Original: English
الدورة التاسعة والسبعون
اللجنة الثالثة
البند 27 من جدول الأعمال
النهوض بالمرأة
ألمانيا، بيلاروس، الفلبين: مشروع قرار منقح
الاتجار بالنساء والفتيات
إن الجمعية العامة،"""
SC_EN = """United Nations S/RES/1325 (2000)
Security Council
Distr.: General
31 October 2000
Resolution 1325 (2000)
Adopted by the Security Council at its 4213th meeting, on 31 October 2000
The Security Council,"""
SC_AR = """الأمم المتحدة S/RES/1325 (2000)
مجلس الأمن
Distr.: General
31 October 2000
القرار 1325 (2000)
الذي اتخذه مجلس الأمن في جلسته 4213 المعقودة في 31 تشرين الأول/أكتوبر 2000
إن مجلس الأمن،"""
ECOSOC_EN = """United Nations E/RES/2023/14
Economic and Social Council
Distr.: General
21 July 2023
2023 session
Agenda item 19 (c)
Resolution adopted by the Economic and Social Council on 7 June 2023
[on the recommendation of the Committee (E/2023/30)]
2023/14. Joint commitment to address trafficking in persons
The Economic and Social Council,"""
ECOSOC_AR = """الأمم المتحدة E/RES/2023/14
المجلس الاقتصادي والاجتماعي
Distr.: General
21 July 2023
دورة عام 2023
البند 19 (ج) من جدول الأعمال
قرار اتخذه المجلس الاقتصادي والاجتماعي في 7 حزيران/يونيه 2023
2023/14 - الالتزام المشترك بالتصدي للاتجار بالأشخاص
إن المجلس الاقتصادي والاجتماعي،"""
HRC_EN = """United Nations A/HRC/RES/53/9
General Assembly
Distr.: General
18 July 2023
Human Rights Council
Fifty-third session
19 June–14 July 2023
Agenda item 3
Resolution adopted by the Human Rights Council on 12 July 2023
53/9. Trafficking in persons, especially women and children
The Human Rights Council,"""
HRC_AR = """الأمم المتحدة A/HRC/RES/53/9
الجمعية العامة
Distr.: General
18 July 2023
مجلس حقوق الإنسان
الدورة الثالثة والخمسون
19 حزيران/يونيه - 14 تموز/يوليه 2023
البند 3 من جدول الأعمال
قرار اعتمده مجلس حقوق الإنسان في 12 تموز/يوليه 2023
53/9 - الاتجار بالأشخاص، وبخاصة النساء والأطفال
إن مجلس حقوق الإنسان،"""
PAGES = {
    "GA en": (
        GA_EN,
        Metadata("A/RES/78/228", "General Assembly", "78", "71 (b)", "2023-12-22", "General", "en", "Missing persons"),
    ),
    "GA ar": (
        GA_AR,
        Metadata("A/RES/78/228", "General Assembly", "78", "71 (ب)", "2023-12-22", "General", "ar", "الأشخاص المفقودون"),
    ),
    "draft en": (
        DRAFT_EN,
        Metadata(
            "A/C.3/79/L.22/Rev.1", "General Assembly", "79", "27", "2024-11-13", "Limited", "en", "Trafficking in women and girls"
        ),
    ),
    "draft ar": (
        DRAFT_AR,
        Metadata("A/C.3/79/L.22/Rev.1", "General Assembly", "79", "27", "2024-11-13", "Limited", "ar", "الاتجار بالنساء والفتيات"),  # noqa: E501
    ),
    "SC en": (SC_EN, Metadata("S/RES/1325 (2000)", "Security Council", None, None, "2000-10-31", "General", "en", "Resolution 1325 (2000)")),  # noqa: E501
    "SC ar": (SC_AR, Metadata("S/RES/1325 (2000)", "Security Council", None, None, "2000-10-31", "General", "ar", "القرار 1325 (2000)")),  # noqa: E501
    "ECOSOC en": (
        ECOSOC_EN,
        Metadata(
            "E/RES/2023/14", "Economic and Social Council", "2023", "19 (c)", "2023-07-21", "General", "en",
            "Joint commitment to address trafficking in persons",
        ),
    ),
    "ECOSOC ar": (
        ECOSOC_AR,
        Metadata(
            "E/RES/2023/14", "Economic and Social Council", "2023", "19 (ج)", "2023-07-21", "General", "ar",
            "الالتزام المشترك بالتصدي للاتجار بالأشخاص",
        ),
    ),
    "HRC en": (
        HRC_EN,
        Metadata(
            "A/HRC/RES/53/9", "Human Rights Council", "53", "3", "2023-07-18", "General", "en",
            "Trafficking in persons, especially women and children",
        ),
    ),
    "HRC ar": (
        HRC_AR,
        Metadata(
            "A/HRC/RES/53/9", "Human Rights Council", "53", "3", "2023-07-18", "General", "ar",
            "الاتجار بالأشخاص، وبخاصة النساء والأطفال",
        ),
    ),
}  # fmt: skip


def _read(page: str) -> Metadata:
    return read_metadata([Line(line) for line in page.split("\n")])


@pytest.mark.parametrize(("page", "expected"), PAGES.values(), ids=PAGES)
def test_first_pages_are_read(page: str, expected: Metadata) -> None:
    assert _read(page) == expected


@pytest.mark.parametrize(
    ("line", "session"),
    [
        ("First session", "1"),
        ("Twelfth session", "12"),
        ("Twentieth session", "20"),
        ("Forty-first session", "41"),
        ("Eightieth session", "80"),
        ("Eleventh emergency special session", "11"),
        ("الدورة الأولى", "1"),
        ("الدورة الحادية عشرة", "11"),
        ("الدورة العشرون", "20"),
        ("الدورة الحادية والأربعون", "41"),
        ("الدورة الثمانون", "80"),
        ("الدورة الاستثنائية الطارئة الحادية عشرة", "11"),
        ("2024 session", "2024"),
        ("This session was short", None),
        ("Plenary session", None),
        ("الدورة التدريبية", None),
    ],
)
def test_sessions_in_words_become_digits(line: str, session: str | None) -> None:
    assert _read(f"{line}\nThe General Assembly,").session == session


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("1 March 2021", "2021-03-01"),
        ("Resolution adopted on 25 May 1999", "1999-05-25"),
        ("25 أيار/مايو 1999", "1999-05-25"),
        ("7 كانون الثاني/يناير 2020", "2020-01-07"),
        ("٧ كانون الثاني/يناير ٢٠٢٠", "2020-01-07"),
        ("7 يناير 2020", "2020-01-07"),
        ("32 May 1999", None),
        ("May 1999", None),
    ],
)
def test_dates_become_iso(line: str, date: str | None) -> None:
    assert _read(f"{line}\nThe General Assembly,").date == date


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("Agenda item 27", "27"),
        ("Item 3 of the provisional agenda", "3"),
        ("Agenda items 14 and 117", "14 and 117"),
        ("البند 27 من جدول الأعمال", "27"),
        ("البندان 14 و 117 من جدول الأعمال", "14 و 117"),
        ("Items of clothing", None),
    ],
)
def test_agenda_items_are_read(line: str, item: str | None) -> None:
    assert _read(f"{line}\nThe General Assembly,").agenda_item == item


def test_nothing_is_made_up_where_nothing_is_said() -> None:
    assert _read("Recalling its resolution A/RES/70/1,\n1. Urges States to act;") == Metadata(language="en")
    assert read_metadata([]) == Metadata()


def test_symbols_and_dates_of_the_body_are_not_those_of_the_document() -> None:
    page = "General Assembly\nThe General Assembly,\nRecalling A/RES/70/1 of 25 September 2015,"
    assert _read(page) == Metadata(body="General Assembly", language="en")
