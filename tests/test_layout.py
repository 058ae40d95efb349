# ruff: noqa: E501 - a paragraph of a table stands on one line, as it does in a document
"""Lines to running text: every way of setting the same resolution gives the same clauses."""

from __future__ import annotations

import re
import textwrap
import unicodedata

import pytest
from strategies import read_clauses

from resclassify.layout import clean, mend
from resclassify.readers import read_text
from resclassify.types import Line

ENGLISH = """     The General Assembly,

     Recalling its resolutions on the care of upland wells, and the pledges
that were made in them by the ministers,

     Noting with concern that many villages still lack a safe well, and that
the poorest households pay the most for water that is not fit to drink,

     1.   Urges all States to map their wells and to publish the maps, so that
the people who depend on the wells can know their state;

     2.   Calls upon the donors to fund the repair of wells in the uplands,
in particular:

     (a)  The wells that serve schools and clinics, which should be repaired
before all others;

     (b)  The wells that are shared by two or more States;

     3.   Requests the Secretary-General to report to the General Assembly at
its next session on the present resolution.
"""
ENGLISH_CLAUSES = (
    "P Recalling its resolutions on the care of upland wells, and the pledges that were made in them by the ministers,",
    "P Noting with concern that many villages still lack a safe well, and that the poorest households pay the most for water that is not fit to drink,",
    "O1 Urges all States to map their wells and to publish the maps, so that the people who depend on the wells can know their state;",
    "O2 Calls upon the donors to fund the repair of wells in the uplands, in particular: (a) The wells that serve schools and clinics, which should be repaired before all others; (b) The wells that are shared by two or more States;",
    "O3 Requests the Secretary-General to report to the General Assembly at its next session on the present resolution.",
)
ARABIC = """إن الجمعية العامة،
إذ تشير إلى قراراتها المتعلقة بآبار المرتفعات،
وإذ تلاحظ مع القلق نضوب الينابيع في القرى الجبلية،
1 - تحث جميع الدول على رسم خرائط لآبارها؛
2 - تهيب بالجهات المانحة أن تمول إصلاح الآبار، ولا سيما:
(أ) الآبار التي تخدم المدارس؛
(ب) الآبار المشتركة بين الدول؛
3 - تطلب إلى الأمين العام أن يقدم تقريرا عن ذلك.
"""
ARABIC_CLAUSES = [
    "P إذ تشير إلى قراراتها المتعلقة بآبار المرتفعات،",
    "P وإذ تلاحظ مع القلق نضوب الينابيع في القرى الجبلية،",
    "O1 تحث جميع الدول على رسم خرائط لآبارها؛",
    "O2 تهيب بالجهات المانحة أن تمول إصلاح الآبار، ولا سيما: (أ) الآبار التي تخدم المدارس؛ (ب) الآبار المشتركة بين الدول؛",
    "O3 تطلب إلى الأمين العام أن يقدم تقريرا عن ذلك.",
]
_VERBS = re.compile(r"\b(Recalling|Noting with concern|Urges|Calls upon|Requests|تشير|تلاحظ|تحث|تهيب|تطلب)\b")


@pytest.mark.parametrize(
    "reset",
    [
        lambda text: text,
        lambda text: "\n".join(line for line in text.split("\n") if line),
        lambda text: "\n".join(line.strip() for line in text.split("\n") if line),
        lambda text: "\n".join(line.strip() for line in text.split("\n")),
        lambda text: "\n\n".join(line.strip() for line in text.split("\n") if line),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: re.sub(r"(\d\.) +", "\\1\t", text),
        lambda text: re.sub(r"(\d\.) +", "\\1\n", text),
        lambda text: re.sub(r"(\d\.) +", "\\1\n\n", text),
        lambda text: re.sub(r"(\([ab]\)) +", "\\1\n", text),
        lambda text: re.sub(r"(\d)\. ", "\\1) ", text),
        lambda text: re.sub(r"(\d)\. ", "\\1\\\\. ", text),
        lambda text: _VERBS.sub(r"*\1*", text),
        lambda text: _VERBS.sub(r"**\1**", text),
        lambda text: _VERBS.sub(r"_\1_", text),
        lambda text: text.replace("The General Assembly,", "THE GENERAL ASSEMBLY,"),
        lambda text: text.replace("The General Assembly,\n\n", ""),
    ],
    ids=["as it is", "no blank lines", "no indents either", "no indents", "a gap after every line", "CRLF", "tab after the number",
         "number on its own line", "number apart", "letter on its own line", "bracket", "escaped stop", "italics", "bold", "underscores",
         "opening in capitals", "no opening"],
)  # fmt: skip
def test_the_setting_of_an_english_text_does_not_change_its_clauses(reset):
    assert read_clauses(reset(ENGLISH)) == list(ENGLISH_CLAUSES)


@pytest.mark.parametrize(
    "mark",
    ["- {} - ", "{} - ", "{}- ", "{} – ", "{}. ", "{}.", "{}) ", "({}) ", "-{} ", "– {} – ", "{}\t", "{} ـ ", ".{} ", "{}\u200f- ",
     "\u202b{} - ", "**{} -** ", "- **{}** - ", "{}\n", "- {} -\n", "{}_ ", "{}: ", "{}، ", "{} -\u00a0"],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_every_form_of_an_arabic_list_mark_is_read(mark, gap):
    text = re.sub(r"^(\d) - ", lambda match: mark.format(match[1]), ARABIC, flags=re.M).replace("\n", gap)
    assert read_clauses(text) == ARABIC_CLAUSES


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("ك", "ک").replace("ي", "ی"),
        lambda text: text.replace("تحث", "تَحُثُّ").replace("تشير", "تُشيرُ").replace("وإذ", "وإِذْ").replace("إن ", "إنَّ "),
        lambda text: text.replace("تحث", "تحـــث").replace("الجمعية", "الجمعيـــة"),
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("،", ",").replace("؛", ";"),
    ],
    ids=["Persian keyboard", "diacritics", "tatweel", "decomposed", "Latin punctuation"],
)
def test_the_spelling_of_an_arabic_text_does_not_change_its_clauses(change):
    assert read_clauses(change(ARABIC)) == [change(clause) for clause in ARABIC_CLAUSES]


@pytest.mark.parametrize(
    ("glued", "numbers"),
    [
        (ARABIC.replace("\n2 - ", " 2 - ").replace("\n3 - ", " 3 - "), "123"),
        (ARABIC.replace("\n2 - ", " - 2 - ").replace("\n3 - ", "3- "), "123"),
        (ARABIC.replace("1 - تحث", "l - تحث"), "l23"),
        (ARABIC.replace("1 - تحث", "ا - تحث"), "ا23"),
        (ARABIC.replace("2 - ", "٢ "), "1٢3"),
        (ARABIC.replace("2 - ", "7 - "), "173"),
    ],
)
def test_numbers_glued_misread_or_without_their_dash_still_begin_a_clause(glued, numbers):
    expected = [clause if clause[0] == "P" else f"O{numbers[int(clause[1]) - 1]}{clause[2:]}" for clause in ARABIC_CLAUSES]
    assert read_clauses(glued) == expected


LONG = [
    "إن الجمعية العامة،",
    "إذ تشير إلى قراراتها المتعلقة بآبار المرتفعات وإلى العهود التي قطعها الوزراء في اجتماعهم المعقود في عاصمة لانديا في العام الماضي،",
    "وإذ تلاحظ مع القلق نضوب الينابيع في القرى الجبلية وفي الأودية التي تحيط بها، وإذ تؤلمها حال الفقراء الذين يدفعون أغلى الأثمان لقاء الماء،",
    "1 - تحث جميع الدول على رسم خرائط لآبارها، وعلى نشرها دون إبطاء حتى يعرف الناس الذين يعتمدون عليها حالتها ومن يقوم بحراستها؛",
    "2 - تهيب بالجهات المانحة أن تمول إصلاح الآبار في المرتفعات، ولا سيما:",
    "(أ) الآبار التي تخدم المدارس والعيادات، والتي ينبغي إصلاحها قبل غيرها من الآبار في جميع القرى؛",
    "(ب) الآبار المشتركة بين دولتين أو أكثر؛",
    "3 - تطلب إلى الأمين العام أن يقدم إلى الجمعية العامة في دورتها المقبلة تقريرا عن تنفيذ هذا القرار.",
]


@pytest.mark.parametrize("width", [50, 72, 90])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("indent", ["", "    "])
def test_arabic_wrapped_at_a_width_is_whole_again(width, gap, indent):
    text = gap.join("\n".join(textwrap.wrap(paragraph, width, initial_indent=indent)) for paragraph in LONG)
    parts = " ".join([LONG[4][4:], LONG[5], LONG[6]])
    assert read_clauses(text) == [f"P {LONG[1]}", f"P {LONG[2]}", f"O1 {LONG[3][4:]}", f"O2 {parts}", f"O3 {LONG[7][4:]}"]


PAGED = """إن الجمعية العامة،

إذ تشير إلى قراراتها المتعلقة بآبار المرتفعات{c1} وإلى العهود التي قطعها الوزراء في اجتماعهم{c2}،

وإذ تلاحظ مع القلق نضوب الينابيع في القرى

{notes}

{furn}

الجبلية وفي الأودية التي تحيط بها،

1 - تحث جميع الدول على رسم خرائط لآبارها،

{furn2}

وعلى نشرها دون إبطاء؛

2 - تطلب إلى الأمين العام أن يقدم تقريرا عن ذلك.
"""
PAGED_CLAUSES = [
    "P إذ تشير إلى قراراتها المتعلقة بآبار المرتفعات وإلى العهود التي قطعها الوزراء في اجتماعهم،",
    "P وإذ تلاحظ مع القلق نضوب الينابيع في القرى الجبلية وفي الأودية التي تحيط بها،",
    "O1 تحث جميع الدول على رسم خرائط لآبارها، وعلى نشرها دون إبطاء؛",
    "O2 تطلب إلى الأمين العام أن يقدم تقريرا عن ذلك.",
]
CALLS = [
    ("⁽¹⁾", "⁽²⁾"),
    ("(1)", "(2)"),
    (" (1)", " (2)"),
    ("¹", "²"),
    ("[1]", "[2]"),
    ("1", "2"),
    ("(١)", "(٢)"),
    ("⁽١⁾", "⁽٢⁾"),
    (" )1(", " )2("),
    ("^(1)^", "^(2)^"),
    ("<sup>1</sup>", "<sup>2</sup>"),
    ("⁽1⁾", "⁽2⁾"),
]
NOTES = [
    "(1) القرار 90/12.\n(2) المرجع نفسه، المجلد 13، الرقم 35.",
    "(1) القرار 90/12.\n\n(2) المرجع نفسه، المجلد 13، الرقم 35.",
    "القرار 90/12. (1)\nالمرجع نفسه، المجلد 13، الرقم 35. (2)",
    "1 - القرار 90/12.\n2 - المرجع نفسه، المجلد 13، الرقم 35.",
    "¹ القرار 90/12.\n² المرجع نفسه، المجلد 13، الرقم 35.",
    "(١) القرار ٩٠/١٢.\n(٢) المرجع نفسه، المجلد ١٣.",
    "1 القرار 90/12.\n2 انظر A/90/12.",
    "_______\n(1) انظر: الوثائق الرسمية للجمعية العامة، الدورة التسعون، الملحق رقم 12\n(A/90/12)، الفصل الثاني، الفرع جيم.\n(2) المرجع نفسه.",
    "[1] القرار 90/12.\n[2] المرجع نفسه.",
    "(1) United Nations, Treaty Series, vol. 12, No. 34.\n(2) Ibid., vol. 13, No. 35.",
    "United Nations, Treaty Series, vol. 12, No. 34. (1)\nالمرجع نفسه، المجلد 13، الرقم 35. (2)",
    "(1\tالقرار 90/12.\n(2\tالمرجع نفسه.",
    ")1( القرار 90/12.\n)2( المرجع نفسه.",
]


@pytest.mark.parametrize("calls", CALLS, ids=[first for first, _ in CALLS])
def test_footnote_calls_of_every_form_are_taken_out(calls):
    assert read_clauses(PAGED.format(c1=calls[0], c2=calls[1], notes=NOTES[0], furn="", furn2="")) == PAGED_CLAUSES


@pytest.mark.parametrize("calls", [("⁽¹⁾", "⁽²⁾"), ("(1)", "(2)")])
@pytest.mark.parametrize("notes", NOTES)
def test_a_footnote_block_of_every_form_is_taken_out_of_the_paragraph_it_tore(notes, calls):
    document = read_text(PAGED.format(c1=calls[0], c2=calls[1], notes=notes, furn="", furn2=""))
    assert read_clauses(PAGED.format(c1=calls[0], c2=calls[1], notes=notes, furn="", furn2="")) == PAGED_CLAUSES
    assert len(document.footnotes) == 2


@pytest.mark.parametrize("tight", [False, True])
@pytest.mark.parametrize(
    "furniture",
    [
        "3/7",
        "24-12345",
        "24-12345 3/7",
        "3/7 24-12345",
        "الصفحة 3",
        "صفحة 3 من 7",
        "3",
        "- 3 -",
        "٣/٧",
        "٣",
        "A/C.2/91/L.77",
        "A/C.2/91/L.77\n3/7",
        "24-12345\n3/7\nA/C.2/91/L.77 آبار المرتفعات",
        "آبار المرتفعات A/C.2/91/L.77",
        "A/RES/91/77",
        "Page 3",
        "\f",
        "\f3\n",
        "3 / 7",
        "A/C.2/91/L.77\n24-12345 3/7",
        "* 2412345 *",
        "241224 121224 24-12345 (A)",
        "7/3",
        "12345-24",
    ],
)
def test_furniture_between_two_halves_of_a_paragraph_is_taken_out(furniture, tight):
    text = PAGED.format(c1="", c2="", notes="", furn=furniture, furn2=furniture)
    assert read_clauses(re.sub(r"\n{2,}", "\n", text) if tight else text) == PAGED_CLAUSES


_NOTED = """The General Assembly,

Recalling the Convention on Springs{0} and the Protocol on Wells,{1}

Noting the report of the Secretary-General on the state of the wells of the uplands and the
{2}
lowlands, as well as the reply of the keepers,

1. Urges all States to map their wells;

2. Requests a report on the matter.
{3}"""
_NOTES = [
    ("¹", "²", "¹ {a}\n² {b}"), ("(1)", "(2)", "(1) {a}\n(2) {b}"), (" (1)", " (2)", "(1) {a}\n\n(2) {b}"), ("1", "2", "1 {a}\n2 {b}"),
    ("1", "2", "1. {a}\n2. {b}"), ("[1]", "[2]", "[1] {a}\n[2] {b}"), ("[^1]", "[^2]", "[^1]: {a}\n[^2]: {b}"), (" 1/", " 2/", "1/ {a}\n2/ {b}"),
    ("¹", "²", "______\n\n¹ {a}\n\n² {b}"), ("¹", "²", "¹\n{a}\n²\n{b}"), ("*", "**", "* {a}\n** {b}"),
    ("¹", "²", "¹ Official Records of the General Assembly, Ninetieth Session,\nSupplement No. 12 (A/90/12), chap. II.\n² {b}"),
    ("¹", "²", "¹ The keepers were not present.\n² Two delegations asked that this be noted."),
    ("1", "2", "1 Landia is listed here without prejudice to its status.\n2 Two delegations asked that this be noted."),
]  # fmt: skip


@pytest.mark.parametrize("at_the_end", [False, True])
@pytest.mark.parametrize(("first", "second", "block"), _NOTES)
def test_english_footnotes_of_every_form_are_taken_out(first, second, block, at_the_end):
    notes = "\n" + block.format(a="United Nations, Treaty Series, vol. 12, No. 34.", b="Ibid., vol. 13, No. 35.") + "\n"
    assert read_clauses(_NOTED.format(first, second, "" if at_the_end else notes, notes if at_the_end else "")) == [
        "P Recalling the Convention on Springs and the Protocol on Wells,",
        "P Noting the report of the Secretary-General on the state of the wells of the uplands and the lowlands, "
        "as well as the reply of the keepers,",
        "O1 Urges all States to map their wells;",
        "O2 Requests a report on the matter.",
    ]


def test_numbers_that_are_no_calls_stay():
    text = "The General Assembly,\nRecalling the G20, COVID-19, rule 3 and resolution 1325 (2000),\n1. Urges 20 States to act."
    assert read_clauses(text) == [
        "P Recalling the G20, COVID-19, rule 3 and resolution 1325 (2000),",
        "O1 Urges 20 States to act.",
    ]


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [("**Wells**  of\u00a0*the* hills", "Wells of the hills"), ("\ufe8e\u200fﷲ", "اﷲ".replace("ﷲ", "الله")), ("2 * 3 * 4", "2 * 3 * 4"),
     ("snake_case_name", "snake_case_name"), ("** Ibid.", "** Ibid."), ("a )1( b", "a (1) b"), ("(a)1(b)", "(a)1(b)")],
)  # fmt: skip
def test_clean_takes_out_marks_of_layout_and_nothing_else(raw, cleaned):
    assert clean(raw) == cleaned


def test_whole_paragraphs_of_a_source_are_not_joined():
    lines = [Line("The General Assembly,", whole=True), Line("Recalling wells,", whole=True), Line("And springs,", whole=True)]
    assert mend(lines).text.split("\n") == ["The General Assembly,", "Recalling wells,", "And springs,"]
