"""Preprocessing: golden tables of input and output, with what must not change."""

import subprocess
import sys

import pytest

from resclassify.errors import ModelError
from resclassify.text import CHAINS, chain, shapes, suited_chain, tokens

LIGHT = [
    ("الـقـــرار", "القرار"),
    ("تُشَدِّدُ على", "تشدد على"),
    ("الفقرة ١٢ من القرار ٧٩/١٥٤", "الفقرة 12 من القرار 79/154"),
    ("الفقرة ۱۲", "الفقرة 12"),
    ("ﺍﻟﺠﻤﻌﻴﺔ", "الجمعية"),
    ("\u200fالدول\u200e الأعضاء\u202c", "الدول الأعضاء"),
    ("a\u00a0b\n c", "a b c"),
    ("“online”", '"online"'),
    # Nothing that changes a letter of the word as written:
    ("إلى الأسرة على مبنى", "إلى الأسرة على مبنى"),
    ("Recalling A/RES/79/154 and COVID-19", "Recalling A/RES/79/154 and COVID-19"),
]
FOLD = [
    ("إلى الأسرة في آسيا", "الي الاسره في اسيا"),
    ("على مبنى", "علي مبني"),
    ("Member States", "member states"),
    ("مسؤول شيء", "مسؤول شيء"),
    ("See A/C.3/79/L.22/Rev.1", "see docsymbol"),
]
PLAIN = [
    ("ﺍﻟﺠﻤﻌﻴﺔ", "الجمعية"),
    ("\u200fالدول\u200e  الأعضاء\u202c", "الدول الأعضاء"),
    ("a\u00a0b\n c", "a b c"),
    ("Sta\u00adtes", "States"),
    # Encoders that saw text as it was written know vowel signs, tatweel, digits and quotation marks as they stand.
    ("تُشَدِّدُ على", "تُشَدِّدُ على"),
    ("الـقـــرار", "الـقـــرار"),
    ("الفقرة ١٢ من القرار ٧٩/١٥٤", "الفقرة ١٢ من القرار ٧٩/١٥٤"),
    ("“online” – إلى", "“online” – إلى"),
]
ARABERT = [
    ("الفقرة12 من", "الفقرة 12 من"),
    ("12الفقرة", "12 الفقرة"),
    ("تُشَدِّدُ، على", "تشدد ، على"),
    ("القرار ٧٩/١٥٤؛", "القرار 79/154؛"),
    ("(بالدول)", "( بالدول )"),
    ("COVID-19.", "COVID -19."),
    ("A/RES/79", "A / RES /79"),
    # No space within a number, none twice, and no letter changes.
    ("إلى 1.5 في المائة", "إلى 1.5 في المائة"),
    ("الدول ، الأعضاء", "الدول ، الأعضاء"),
    ("على مبنى في آسيا", "على مبنى في آسيا"),
]


@pytest.mark.parametrize(("text", "expected"), LIGHT)
def test_light_chain_changes_form_and_not_letters(text: str, expected: str) -> None:
    assert chain("light-1")(text) == expected


@pytest.mark.parametrize(("text", "expected"), FOLD)
def test_fold_chain_makes_spellings_one(text: str, expected: str) -> None:
    assert chain("fold-1")(text) == expected


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_plain_chain_leaves_text_as_it_was_written(text: str, expected: str) -> None:
    assert chain("plain-1")(text) == expected


@pytest.mark.parametrize(("text", "expected"), ARABERT)
def test_arabert_chain_sets_digits_and_marks_apart_from_letters(text: str, expected: str) -> None:
    assert chain("arabert-1")(text) == expected


@pytest.mark.parametrize(
    ("model_type", "name", "expected"),
    [
        ("bert", "CAMeL-Lab/bert-base-arabic-camelbert-mix", "light-1"),
        ("bert", "lanwuwei/GigaBERT-v4-Arabic-and-English", "light-1"),
        ("bert", "aubmindlab/bert-base-arabertv02", "arabert-1"),
        ("bert", "/models/AraBERTv2", "arabert-1"),
        ("xlm-roberta", "FacebookAI/xlm-roberta-base", "plain-1"),
        ("deberta-v2", "microsoft/mdeberta-v3-base", "plain-1"),
        ("modernbert", "jhu-clsp/mmBERT-base", "plain-1"),
        # A folder's name counts, not those of the folders above it.
        ("bert", "/arabert-trials/camelbert", "light-1"),
        ("bert", "/arabert-trials/camelbert/", "light-1"),
        ("unheard-of", "models/encoder", "light-1"),
    ],
)
def test_each_encoder_gets_text_as_it_saw_text(model_type: str, name: str, expected: str) -> None:
    assert suited_chain(model_type, name) == expected


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("text", [text for text, _ in LIGHT + FOLD + PLAIN + ARABERT])
def test_chains_are_idempotent(name: str, text: str) -> None:
    prepare = chain(name)
    assert prepare(prepare(text)) == prepare(text)


def test_unknown_chain_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="fold-1"):
        chain("fold-99")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وفقا لقرارها A/RES/79/154 المؤرخ", ["وفقا", "لقرارها", "A/RES/79/154", "المؤرخ"]),
        ("(A/C.3/79/L.22/Rev.1),", ["A/C.3/79/L.22/Rev.1"]),
        ("القرار 70/179،", ["القرار", "70/179"]),
        ("S/RES/2331 (2016)", ["S/RES/2331", "2016"]),
        ("and/or", ["and", "or"]),
        ("", []),
        ("؛ ، .", []),
    ],
)
def test_tokens_keep_document_symbols_whole(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_shapes_make_symbols_and_numbers_alike() -> None:
    prepare = chain("fold-1")
    one, other = (
        shapes(prepare(f"Resolution {text}")) for text in ("A/RES/79/154 of 17 May 2024", "E/CN.15/2023/L.4 of 3 May 2013")
    )
    assert one == other == ["resolution", "docsymbol", "of", "0", "may", "0"]
    assert "and" in shapes(prepare("and/or"))
    assert "الدول" in shapes("الدول 2030")


def test_no_import_reaches_the_data_sets_that_camel_tools_downloads() -> None:
    code = "import sys, resclassify.model, resclassify.cli; print([m for m in sys.modules if 'camel_tools.data' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
