"""Whom clauses ask to act, in both languages."""

from __future__ import annotations

import pytest

from resclassify.addressees import ADDRESSEES, OTHERS, addressees
from resclassify.types import Kind, Lang

ENGLISH = [
    ("3. Urges Member States to train those who guard harbours;", ("States",)),
    ("Calls upon all States that have not yet done so to ratify the instrument;", ("States",)),
    ("Also strongly encourages Governments and civil society to open shelters;", ("States", "civil society")),
    (
        "Requests the Secretary-General, in close cooperation with Member States, to report at its next session;",
        ("Secretary-General",),
    ),
    ("Invites the United Nations Office on Drugs and Crime to publish a manual;", ("United Nations system",)),
    ("Invites United Nations funds and programmes to help;", ("United Nations system",)),
    ("Calls upon States parties to the Convention to review their laws;", ("States parties",)),
    ("Demands that all parties to armed conflict cease the abduction of children;", ("parties to conflict",)),
    ("Encourages the private sector, including technology companies, to remove such offers;", ("private sector",)),
    ("Appeals to donors to fund the trust fund;", ("financial institutions and donors",)),
    ("Requests the Special Rapporteur to continue her visits;", ("treaty bodies and special procedures",)),
    ("Welcomes the report, and invites regional organizations to follow it up;", ("international and regional organizations",)),
    ("Urges the media and universities to inform the young;", ("academia and media",)),
    ("Invites all relevant stakeholders to join the campaign;", ("all stakeholders",)),
    ("Invites the Security Council to consider the matter;", ("intergovernmental bodies",)),
    ("Requests its President to convene a meeting;", (OTHERS,)),
    ("Notes with concern that some States have not acted;", ()),
    ("Welcomes the efforts of Governments to help survivors;", ()),
    ("Decides to remain seized of the matter.", ()),
    ("Takes note of the requests for assistance from Member States;", ()),
]
ARABIC = [
    ("٣ - تحث الدول الأعضاء على تدريب حراس الموانئ؛", ("States",)),
    ("تهيب بجميع الدول التي لم تصدق على الصك أن تفعل ذلك؛", ("States",)),
    ("تشجع الحكومات والمجتمع المدني على فتح مآوٍ؛", ("States", "civil society")),
    ("تطلب إلى الأمين العام، بالتعاون مع الدول الأعضاء، أن يقدم تقريرا؛", ("Secretary-General",)),
    ("تدعو مكتب الأمم المتحدة المعني بالمخدرات والجريمة إلى نشر دليل؛", ("United Nations system",)),
    ("تهيب بالدول الأطراف في الاتفاقية أن تراجع قوانينها؛", ("States parties",)),
    ("يطالب جميع الأطراف في النزاع المسلح بأن تكف عن اختطاف الأطفال؛", ("parties to conflict",)),
    ("تشجع القطاع الخاص على إزالة هذه العروض؛", ("private sector",)),
    ("ترحب بالتقرير، وتدعو المنظمات الإقليمية إلى متابعته؛", ("international and regional organizations",)),
    ("تلاحظ مع القلق أن بعض الدول لم تتخذ إجراء؛", ()),
    ("وإذ تهيب بالدول أن تتعاون،", ()),
    ("تقرر أن تبقي المسألة قيد نظرها.", ()),
]


@pytest.mark.parametrize(("text", "asked"), ENGLISH)
def test_who_is_asked_in_english(text: str, asked: tuple[str, ...]) -> None:
    assert addressees(text, "en") == asked


@pytest.mark.parametrize(("text", "asked"), ARABIC)
def test_who_is_asked_in_arabic(text: str, asked: tuple[str, ...]) -> None:
    assert addressees(text, "ar") == asked


@pytest.mark.parametrize(("kind", "asked"), [("operative", ("States",)), (None, ("States",)), ("preambular", ())])
@pytest.mark.parametrize(("text", "lang"), [("Urges States to act;", "en"), ("تحث الدول على العمل؛", "ar")])
def test_a_preambular_clause_asks_nobody(text: str, lang: Lang, kind: Kind | None, asked: tuple[str, ...]) -> None:
    assert addressees(text, lang, kind) == asked


def test_groups_are_named_in_their_order_and_once() -> None:
    found = addressees("Invites civil society, Member States, Governments and non-governmental organizations to help;", "en")
    assert found == tuple(group for group in ADDRESSEES if group in ("States", "civil society"))
