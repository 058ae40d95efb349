"""What a clause does by its first words, in both languages, and which of two verbs is the stronger."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from series import VERSIONS, version

from resclassify import verbs
from resclassify.verbs import STRENGTHS, change_of, opening_verb

ENGLISH = [
    ("Takes note of the report of the keepers;", "takes note"),
    ("Taking note with appreciation of the report,", "strongly takes note"),
    ("Notes the work of the keepers;", "notes"),
    ("Noting with deep concern that springs run dry,", "strongly notes"),
    ("Noting that many wells have a deep shaft,", "notes"),
    ("Having considered the report,", "considers"),
    ("Recalling also its resolution 61/144,", "recalls"),
    ("Bearing in mind the customs of the villages,", "bears in mind"),
    ("Taking into account the customs of the villages,", "bears in mind"),
    ("Guided by the Charter,", "is guided"),
    ("Being aware of the loss,", "is aware"),
    ("Deeply conscious of the loss,", "is strongly aware"),
    ("Recognizing that wells matter,", "recognizes"),
    ("Welcomes the report;", "welcomes"),
    ("Paying tribute to the crews,", "commends"),
    ("Expresses its gratitude to the host;", "expresses appreciation"),
    ("Expressing its deep concern at the loss,", "strongly expresses concern"),
    ("Gravely concerned about the loss,", "strongly expresses concern"),
    ("Concerned also at the loss,", "expresses concern"),
    ("Firmly convinced that a well outlasts its owner,", "is strongly convinced"),
    ("Determined to act,", "is determined"),
    ("Resolves to act;", "decides"),
    ("Reaffirms the right to water;", "reaffirms"),
    ("Reiterates its call upon States to map their wells;", "calls upon"),
    ("Renewing its request to the Secretary-General,", "requests"),
    ("Stressing the need for maps,", "stresses"),
    ("Condemns in the strongest terms the poisoning of wells;", "strongly condemns"),
    ("Condemns the grave crimes of the brokers;", "condemns"),
    ("Invites donors to pay;", "invites"),
    ("Also strongly encourages Governments to act;", "strongly encourages"),
    ("Encourages States, with the support of the banks, to act;", "encourages"),
    ("Recommends that States act;", "recommends"),
    ("12. Calls for a fund;", "calls upon"),
    ("Calls upon States to strongly condemn the brokers;", "calls upon"),
    ("In this regard, urges States to act;", "urges"),
    ("Asks the Secretariat to post the maps;", "requests"),
    ("Requests the Secretary-General to report;", "requests"),
    ("Demands that every serious injury be looked into;", "demands"),
    ("Proclaims 2030 the year of wells;", "decides"),
    ("Approves the plan;", "decides"),
    ("Decides to remain seized of the matter;", "decides"),
    ("Remains seized of the matter;", "continues"),
    ("Authorizes the keepers to close a well;", "authorizes"),
    ("Directs the Secretariat to act;", "directs"),
    ("We urge States to act.", "urges"),
    # Scans.
    ("Recails its resolution 61/144,", "recalls"),
    ("Rcquests the Secretary-General to report;", "requests"),
    # None of the ladder.
    ("Member States should map their wells;", None),
    ("Reports of the Secretary-General", None),
    ("Human rights of crews", None),
    ("The Committee recommends that States act.", None),
    ("Wells of the uplands", None),
    ("", None),
    ("12.", None),
]
ARABIC = [
    ("تحيط علما بتقرير الحراس؛", "takes note"),
    ("وإذ تحيط علما مع التقدير بالتقرير،", "strongly takes note"),
    ("وإذ تلاحظ أن الينابيع تنضب،", "notes"),
    ("وإذ تلاحظ مع القلق أن الينابيع تنضب،", "strongly notes"),
    ("وإذ تلاحظ بجزع أن الينابيع تنضب،", "strongly notes"),
    ("وقد نظرت في تقرير الأمين العام،", "considers"),
    ("وبعد أن نظرت في التقرير،", "considers"),
    ("وإذ تشير أيضا إلى قرارها 61/144،", "recalls"),
    ("وإذ تضع في اعتبارها أعراف القرى،", "bears in mind"),
    ("وإذ تسترشد بالميثاق،", "is guided"),
    ("وإدراكا منها لأهمية الآبار،", "is aware"),
    ("وإذ لا يغيب عن بالها ما ضاع،", "is aware"),
    ("وإذ هي مقتنعة بأن البئر تدوم،", "is convinced"),
    ("واقتناعا منها بأن البئر تدوم،", "is convinced"),
    ("وإذ تعقد العزم على العمل،", "is determined"),
    ("وعزما منها على العمل،", "is determined"),
    ("وإذ تسلم بأهمية الآبار،", "recognizes"),
    ("ترحب مع الارتياح بالتقرير؛", "strongly welcomes"),
    ("تشيد بعمل الأطقم؛", "commends"),
    ("وإذ تعرب عن تقديرها للجهات المانحة،", "expresses appreciation"),
    ("وإذ تعرب عن بالغ تقديرها للجهات المانحة،", "strongly expresses appreciation"),
    ("وإذ تعرب عن قلقها العميق،", "strongly expresses concern"),
    ("وإذ يساورها القلق إزاء الفقر الشديد،", "expresses concern"),
    ("وإذ لا يزال يساورها بالغ القلق،", "strongly expresses concern"),
    ("وإذ يثير جزعها ضياع الصهاريج،", "expresses concern"),
    ("وإذ يحزنها ضياع الصهاريج،", "expresses concern"),
    ("وإذ تكرر الإعراب عن قلقها،", "expresses concern"),
    ("تؤكد من جديد الحق في الماء؛", "reaffirms"),
    ("وإذ تعيد تأكيد الحق في الماء،", "reaffirms"),
    ("تشدد على الحاجة إلى الخرائط؛", "stresses"),
    ("تدين بأشد العبارات تسميم الآبار؛", "strongly condemns"),
    ("تدعو المانحين إلى الدفع؛", "invites"),
    ("تشجع بقوة الحكومات على العمل؛", "strongly encourages"),
    ("توصي بأن تعمل الدول؛", "recommends"),
    ("3 - تهيب بالدول أن تدين بشدة الوسطاء؛", "calls upon"),
    ("تكرر دعوتها إلى الدول أن ترسم خرائطها؛", "calls upon"),
    ("٥ - تحث بقوة جميع الدول على العمل؛", "strongly urges"),
    ("تطلب كذلك إلى الأمين العام أن يقدم تقريرا؛", "requests"),
    ("تجدد طلبها إلى الأمين العام؛", "requests"),
    ("تطالب بأن تتوقف الأطراف؛", "demands"),
    ("تقرر أيضا أن تنظر في حالة الآبار؛", "decides"),
    ("تأذن للحراس بإغلاق البئر؛", "authorizes"),
    ("نحث جميع الدول على العمل؛", "urges"),
    # Scans: other dots, a letter more or less, words run together.
    ("تحت جميع الدول على العمل؛", "urges"),
    ("تشدذ على الحاجة إلى الخرائط؛", "stresses"),
    ("وأذ تشير إلى قرارها،", "recalls"),
    ("زإذ تلاحظ أن الينابيع تنضب،", "notes"),
    ("وإذتشير إلى قرارها،", "recalls"),
    # None of the ladder.
    ("الدول الأعضاء ترسم خرائطها؛", None),
    ("تقرير الأمين العام عن الآبار", None),
    ("حقوق الإنسان للأطقم", None),
    ("تعزيز التعاون في صيانة الآبار", None),
    ("عدد الصيادين 300؛", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "label"), ENGLISH + ARABIC)
def test_the_opening_verb(text: str, label: str | None) -> None:
    verb = opening_verb(text)
    assert (verb and verb.label) == label


def test_each_verb_has_one_place_on_the_ladder() -> None:
    for column in (0, 1):
        keys = Counter(key for rung in verbs._LADDER for said in rung.values() for key in said[column].split("|") if key)
        assert [key for key, count in keys.items() if count > 1] == []


def test_every_verb_of_the_ladder_is_found_in_both_languages() -> None:
    for rung in verbs._LADDER:
        for name, (english, arabic) in rung.items():
            for key in english.split("|"):
                assert (found := opening_verb(f"{key} the wells of the uplands", "en")), key
                assert found.name == name, key
            for key in filter(None, arabic.split("|")):
                # A key is a verb without its letter of person, or a noun as it is written.
                said = [opening_verb(f"{person}{key} الآبار", "ar") for person in ("ت", "ي", "")]
                assert name in {verb.name for verb in said if verb}, key


LADDER = (
    ("Takes note of", "تحيط علما"), ("Notes", "تلاحظ"), ("Recalls", "تشير إلى"), ("Welcomes", "ترحب"), ("Invites", "تدعو"),
    ("Encourages", "تشجع"), ("Calls upon", "تهيب"), ("Urges", "تحث"), ("Strongly urges", "تحث بقوة"), ("Requests", "تطلب إلى"),
    ("Demands", "تطالب"), ("Decides", "تقرر"),
)  # fmt: skip


@pytest.mark.parametrize("lang", [0, 1])
def test_the_order_of_the_ladder(lang: int) -> None:
    found = [opening_verb(rung[lang] + (" الدول" if lang else " States")) for rung in LADDER]
    strengths = [verb.strength for verb in found if verb]
    assert len(strengths) == len(LADDER)
    assert all(low < high for low, high in pairwise(strengths))


def test_change_of_strength() -> None:
    encourages, urges, strongly = (opening_verb(f"{said} States") for said in ("Encourages", "Urges", "Strongly urges"))
    assert change_of(encourages, urges) == change_of(urges, strongly) == "strengthened"
    assert change_of(strongly, encourages) == "weakened"
    assert change_of(urges, opening_verb("تحث الدول")) == "same"
    assert change_of(opening_verb("Underlines the need"), opening_verb("Stresses the need")) == "same"
    assert change_of(None, urges) is change_of(urges, None) is change_of(None, None) is None


def test_the_two_languages_of_the_series_stand_on_one_rung() -> None:
    pairs = [pair for name in VERSIONS for pair in zip(version(name, "en"), version(name, "ar"), strict=True)]
    found = [(opening_verb(left.text, "en"), opening_verb(right.text, "ar")) for left, right in pairs]
    assert all(left and right for left, right in found)
    assert sum(change_of(left, right) == "same" for left, right in found) >= 0.95 * len(found)


def test_the_two_languages_of_the_labelled_clauses_mostly_stand_on_one_rung() -> None:
    files = sorted((ROOT / "data/clauses").glob("*.jsonl"))
    records = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    both = [record for record in records if record["kind"] and record["en"] and record["ar"]]
    found = [(opening_verb(record["en"], "en"), opening_verb(record["ar"], "ar")) for record in both]
    known = [(left, right) for left, right in found if left and right]
    assert len(known) >= 0.93 * len(both)
    # "Calls for" is often "تدعو", and "affirms" is "تؤكد": not all translate by the rung.
    assert sum(left.strength == right.strength for left, right in known) >= 0.93 * len(known)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_verb_of_the_ladder_or_none(text: str) -> None:
    verb = opening_verb(text)
    assert verb is None or verb.strength - STRENGTHS[verb.name] in (0, verbs._INTENSIFIED)


@settings(deadline=None)
@given(st.sampled_from([text for text, label in ENGLISH + ARABIC if label]), st.sampled_from(["", " ", "“", "[", "7. "]))
def test_marks_before_the_verb_and_text_behind_do_not_matter(text: str, mark: str) -> None:
    assert opening_verb(mark + text.lstrip("0123456789٠١٢٣٤٥٦٧٨٩ .-")) == opening_verb(text)
