"""Preprocessing: golden tables of input and output, with what must not change."""

import subprocess
import sys

import pytest

from resclassify.errors import ModelError
from resclassify.text import CHAINS, chain, shapes, tokens

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
]


@pytest.mark.parametrize(("text", "expected"), LIGHT)
def test_light_chain_changes_form_and_not_letters(text: str, expected: str) -> None:
    assert chain("light-1")(text) == expected


@pytest.mark.parametrize(("text", "expected"), FOLD)
def test_fold_chain_makes_spellings_one(text: str, expected: str) -> None:
    assert chain("fold-1")(text) == expected


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("text", [text for text, _ in LIGHT + FOLD])
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
    assert shapes("resolution a/res/79/154 of 17 december 2024") == shapes("resolution a/res/68/192 of 18 december 2013")
    assert "الدول" in shapes("الدول 2030")


def test_no_import_reaches_the_data_sets_that_camel_tools_downloads() -> None:
    code = "import sys, resclassify.model, resclassify.cli; print([m for m in sys.modules if 'camel_tools.data' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
