# ruff: noqa: E501 - a paragraph of a table stands on one line, as it does in a document
"""Openings and marks of paragraphs: those of both languages, those that scans misread, and what is none."""

from __future__ import annotations

import pytest
from strategies import read_clauses

from resclassify import lexicon

_BODY = """{chap}
{pre1} تشير إلى قراراتها المتعلقة بآبار المرتفعات،
{pre} تلاحظ مع القلق نضوب الينابيع في القرى الجبلية،
{pre} يساورها القلق لأن الفقراء يدفعون أغلى الأثمان،
{pre} تسلم بأهمية الآبار للقرى،
1 - تحث جميع الدول على رسم خرائط لآبارها؛
2 - تطلب إلى الأمين العام أن يقدم تقريرا عن ذلك.
"""


def _clauses(chapeau="إن الجمعية العامة،", idh="وإذ"):
    text = _BODY.format(chap=chapeau, pre1="إذ", pre=idh)
    lines = text.splitlines()[1:]
    return text, [f"P {line}".replace("P «", "P ") for line in lines[:4]] + [f"O{line.replace(' - ', ' ')}" for line in lines[4:]]


@pytest.mark.parametrize(
    "idh",
    [
        "وإد",
        "وأذ",
        "واذا",
        "وإز",
        "ولذ",
        "رإذ",
        "و إذ",
        "ؤإذ",
        "«وإذ»",
        "وإن",
        "وإنه",
        "واند",
        "واذ",
        "وإذا",
        "وأد",
        "وإذ،",
        "واد",
        "وإر",
        "وذ",
        "إذ",
        "وأن",
        "وإذن",
        "وإث",
        "وان",
        "واز",
        "وإذٍ",
        "وإذْ",
        "وٕاذ",
        "وِإذ",
        "ولإذ",
        "واإذ",
        "زإذ",
        "فإذ",
        "وإنا",
        "وإذ.",
        "وإذ-",
        "١وإذ",
        "و اذ",
        "ورذ",
        "وإف",
        "وإدَ",
        "وإذه",
        "واذه",
    ],
)
def test_a_misread_idh_before_a_verb_opens_a_preambular_paragraph(idh):
    text, expected = _clauses(idh=idh)
    assert read_clauses(text) == expected


@pytest.mark.parametrize("idh", ["وإذ", "وإد", "وإن"])
def test_an_idh_that_is_glued_to_its_verb_opens_a_preambular_paragraph(idh):
    text, expected = _clauses(idh=idh)
    assert read_clauses(text.replace(f"{idh} ", idh)) == [clause.replace(f"{idh} ", idh) for clause in expected]


@pytest.mark.parametrize(
    "chapeau",
    [
        "إن الحمعية العامة،",
        "ان الجمعية العامة،",
        "إن الجمعية العامة",
        "إن الجمعيه العامه,",
        "إن الجمعيةالعامة،",
        "أن الجمعية العامة،",
        "إن مجلس الأمن،",
        "إن مجلس حقوق الإنسان،",
        "إن المجلس الاقتصادي والاجتماعي،",
        "إنالجمعية العامة،",
        "لن الجمعية العامة،",
        "إن الجمعية العانة،",
        "الجمعية العامة،",
        "إن لجمعية العامة،",
        "إن الجمعية العامة:",
        "ن الجمعية العامة،",
        "إن الخمعبة الغامة،",
        "إن الجمعية العامة .",
        "إن مجلس الامن",
        "ان مجلس حفوق الانسان،",
        "إث الجمعية العامة،",
        "إن الجمعية العامة ،",
        "إنّ الجمعية العامة،",
        "**إن الجمعية العامة**،",
        "إن المحلس الإقتصادى والإحتماعى،",
        "إن لجنة حقوق الإنسان،",
    ],
)
def test_a_misread_opening_formula_is_no_clause(chapeau):
    text, expected = _clauses(chapeau=chapeau)
    assert read_clauses(f"الجمعية العامة\nالدورة التسعون\nآبار المرتفعات\n{text}") == expected


_VERBS = {
    "تحث": ["تحت", "نحث", "تحن", "تخث", "ثحث", "تجث", "يحث", "تحتّ", "تحث،", "نحت", "تحب", "حث"],
    "تهيب": ["تهييب", "نهيب", "تهبب", "تهيت", "ثهيب", "تهنب", "تهب"],
    "تشجع": ["تسجع", "نشجع", "تشحع", "تشجيع", "ثشجع", "تشجغ"],
    "تقرر": ["تقرز", "نقرر", "تفرر", "تقرّر", "ثقرر", "تقزر"],
    "تدعو": ["ندعو", "ثدعو", "تدعوا", "تذعو", "تدعر", "تدغو"],
    "تطلب إلى": ["نطلب إلى", "تطاب إلى", "تطلت إلى", "نظلب إلى"],
    "تؤكد من جديد": ["تؤكذ من جديد", "توكد من جديد", "نؤكد من جديد", "تزكد من جديد"],
    "تحيط علما": ["تحبط علما", "نحيط علما", "تخيط علما", "تحيظ علما", "تحيط علماً"],
    "تعرب عن تقديرها": ["تغرب عن تقديرها", "نعرب عن تقديرها", "تعرت عن تقديرها"],
    "تكرر تأكيد": ["نكرر تأكيد", "تكزر تأكيد"],
    "ترحب": ["نرحب", "تزحب", "ترخب", "برحب"],
    "تشدد على": ["تسدد على", "نشدد على"],
}
_URGING = "إن الجمعية العامة،\nإذ تشير إلى قراراتها،\n1 - تحث الدول على الحماية؛\n{}{} الدول فيما يتعلق بالآبار؛\n3 - تطلب تقريرا عن ذلك."


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("verb", [form for verb, forms in _VERBS.items() for form in (verb, *forms)])
def test_a_misread_verb_opens_an_operative_paragraph_with_its_number_or_without(verb, numbered):
    clauses = read_clauses(_URGING.format("2 - " if numbered else "", verb))
    assert clauses[2] == f"O{2 if numbered else ''} {verb} الدول فيما يتعلق بالآبار؛"
    assert len(clauses) == 4


@pytest.mark.parametrize(
    "text",
    ["Recalling its resolutions,", "Also recalling its resolutions,", "RECALLING its resolutions,", "Recal1ing its resolutions,",
     "N0ting the loss,", "Deeply alarmed at the loss,", "Having considered the report,", "Mindful of wells,", "Convinced that wells last,",
     "Mapping what was lost,", "واقتناعا منها بأن الآبار حق،", "وقد نظرت في التقرير،", "وبعد أن اطلعت على التقرير،", "وإذ لا يغيب عن بالها"],
)  # fmt: skip
def test_preambular_openings(text):
    assert lexicon.opens_preambular(text)
    assert not lexicon.opens_operative(text)


@pytest.mark.parametrize(
    "text",
    ["Mapping of wells", "Training of keepers,", "The wells of the uplands,", "recalling its resolutions,", "Committee on Fisheries of the region",
     "Wells", "", "ولا تشير القرى إلى شيء،", "ومن ترحيب القرى", "وانتشار الأسلحة،", "والتزام الدول،", "نحن وزراء المرتفعات،"],
)  # fmt: skip
def test_what_does_not_open_a_preambular_paragraph(text):
    assert not lexicon.opens_preambular(text)


@pytest.mark.parametrize(
    "text",
    [
        "Urqes all States",
        "Further requests it",
        "Reqnests it",
        "Cal1s upon all",
        "Strongly urges",
        "تهييب بالدول",
        "يقرر ما يلي:",
    ],
)
def test_operative_openings(text):
    assert lexicon.opens_operative(text)


@pytest.mark.parametrize(
    "text",
    [
        "State institutions",
        "The States",
        "urges",
        "Wells",
        "",
        "تقرير الأمين العام",
        "نحن الوزراء",
        "قرار المجلس",
        "بعيدا عن القرى",
    ],
)
def test_what_does_not_open_an_operative_paragraph(text):
    assert not lexicon.opens_operative(text)


@pytest.mark.parametrize(
    ("text", "printed", "value"),
    [("7. Urges", "7", 7), ("- 7 - تحث", "7", 7), ("٧ - تحث", "٧", 7), ("12 bis. Urges", "12 bis", 12), ("OP12 bis Urges", "OP12 bis", 12),
     ("[PP3] Recalling", "PP3", 3), ("(OP2) Calls", "OP2", 2), ("2 مكررا - تحث", "2 مكررا", 2), ("“1. Urges", "1", 1)],
)  # fmt: skip
def test_list_marks(text, printed, value):
    mark = lexicon.list_mark(text)
    assert (mark.printed, mark.value) == (printed, value)


@pytest.mark.parametrize(
    "text", ["1.5 million", "2030 Agenda", "1325 (2000)", "24-12345", "(a) To dig", "I. Means", "3 wells", "", "."]
)
def test_what_is_no_list_mark(text):
    assert lexicon.list_mark(text) is None


@pytest.mark.parametrize(
    ("text", "last", "value"),
    [("3 Urges all", 2, 3), ("l2 - تحث الدول", 11, 12), ("1O. Urges", 9, 10), ("(4) تحث الدول", 3, 4), ("3, Urges", 2, 3)],
)
def test_a_number_without_its_stop_counts_before_a_verb_in_its_turn(text, last, value):
    assert lexicon.item_mark(text, last).value == value
    assert lexicon.item_mark(text, last + 40) is None
    assert lexicon.item_mark(text.replace("Urges", "wells").replace("تحث", "بئر"), last) is None or "." in text


@pytest.mark.parametrize(
    ("text", "label", "level"),
    [("(a) To dig", "(a)", 2), ("(ii) To dig", "(ii)", 3), ("(أ) حفر", "(أ)", 2), ("ب - حفر", "(ب)", 2), ("b. To dig", "(b)", 2), ("'1' حفر", "(1)", 3), ("• To dig", "•", 2)],
)  # fmt: skip
def test_marks_of_sub_paragraphs(text, label, level):
    mark = lexicon.sub_mark(text)
    assert (mark.printed, mark.value) == (label, level)


@pytest.mark.parametrize(
    "text", ["I", "II. Follow-up", "Part One", "B. Finance", "أولا", "ثانيا - التمويل", "المادة 4", "Article 4"]
)
def test_section_numbers(text):
    assert lexicon.is_section(text)


@pytest.mark.parametrize(
    "text",
    ["article 4, paragraph 2 of the plan", "A.1044(27) on piracy", "I urge you", "a. To dig", "A well", "Article 4 of the plan"],
)
def test_what_is_no_section_number(text):
    assert not lexicon.is_section(text)
