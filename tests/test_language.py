import pytest

from resclassify.errors import InputError
from resclassify.language import identify, require_known

ENGLISH = "Urges Member States to take all measures needed to protect the victims of trafficking in persons;"
ARABIC = "تحث الدول الأعضاء على اتخاذ جميع التدابير اللازمة لحماية ضحايا الاتجار بالأشخاص؛"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (ENGLISH, "en"),
        (ARABIC, "ar"),
        ("تحث الدول؛", "ar"),
        ("Decides;", "en"),
        ("", "en"),
        ("تشير إلى القرار A/RES/79/154 وإلى الوثيقة A/C.3/79/L.22/Rev.1 الصادرة في نيويورك", "ar"),
        ("Taking note of the initiative “المهاجرون” of the region and of its outcome document,", "en"),
    ],
)
def test_each_clause_has_its_own_language(text: str, lang: str) -> None:
    assert identify(text) == lang


@pytest.mark.parametrize("text", [ENGLISH, ARABIC, ENGLISH + ARABIC, "12", "Decides;"])
def test_arabic_english_and_mixed_documents_are_known(text: str) -> None:
    assert require_known(text, "x.txt") in ("ar", "en")


@pytest.mark.parametrize(
    "text",
    [
        "Rappelant ses résolutions antérieures sur la question de la traite des êtres humains, en particulier des femmes,",
        "Recordando sus resoluciones anteriores sobre la cuestión de la trata de personas, en particular mujeres y niñas,",
        "Напоминая о своих предыдущих резолюциях по вопросу о торговле людьми, особенно женщинами и девочками,",
        "قطعنامه های پیشین خود درباره قاچاق انسان را یادآوری می کند و از کشورها می خواهد که گزارش دهند و همکاری کنند",
    ],
)
def test_a_third_language_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match=r"x\.txt: .*neither Arabic nor English"):
        require_known(text, "x.txt")
