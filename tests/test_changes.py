"""What changes do to known text, and what they leave alone."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from resclassify.changes import (
    CHANGES,
    DEEDS,
    add_neutral,
    add_theme,
    add_vowel_signs,
    append,
    drop_hamzas,
    eastern_digits,
    in_setting,
    misread_some,
    other_country,
    other_quotes,
    other_session,
    other_spaces,
    other_year,
    put_number,
    stretch,
)
from resclassify.lexicon import script
from resclassify.taxonomy import load_taxonomy
from resclassify.text import chain

Apply = Callable[[str, random.Random], str]
ARABIC = "تحث الدول الأعضاء على التحقيق مع الجناة، وفقا للقرار 79/154 المؤرخ 17 كانون الأول/ديسمبر 2024؛"
ENGLISH = "Urges Member States to investigate, in accordance with resolution 79/154 of 17 December 2024;"
TABLE: list[tuple[Apply, str, str]] = [
    (eastern_digits, "الفقرة 12 من القرار 79/154", "الفقرة ١٢ من القرار ٧٩/١٥٤"),
    (eastern_digits, "الفقرة الثانية", "الفقرة الثانية"),
    (drop_hamzas, "إلى الأسرة في آسيا", "الى الاسرة في اسيا"),
    (drop_hamzas, "مسؤول عن شيء", "مسؤول عن شيء"),
    (other_session, "at its seventy-ninth session", "at its seventy-first session"),
    (other_session, "the Seventy-first regular session", "the Seventy-second regular session"),
    (other_session, "في دورتها التاسعة والسبعين", "في دورتها الحادية والسبعين"),
    (other_session, "قبل الدورة الثالثة والستين", "قبل الدورة الرابعة والستين"),
    # Other ordinals stay: a century, an article, a session without a ten.
    (other_session, "in the twenty-first century", "in the twenty-first century"),
    (other_session, "its first session and its tenth session", "its first session and its tenth session"),
    (other_session, "المادة الثالثة والعشرون", "المادة الثالثة والعشرون"),
    (other_country, "in Kenya and in Türkiye", "in Tunisia and in Kenya"),
    (other_country, "the Kenyan police", "the Kenyan police"),
    (other_country, "في كينيا وبتونس ولإيطاليا", "في تونس وببيرو ولغانا"),
    (other_country, "شرطة كينية", "شرطة كينية"),
    (other_year, "since 2019 and until 1998", "since 2022 and until 2001"),
    (other_year, "في عام 2019", "في عام 2022"),
    (other_year, "the 2030 Agenda, A/79/2019, 12019 and 2,019", "the 2030 Agenda, A/79/2019, 12019 and 2,019"),
    (other_quotes, "women’s “rights”", 'women\'s "rights"'),
    (other_quotes, 'women\'s "rights"', "women’s “rights”"),
    (other_quotes, 'البند المعنون "النهوض بالمرأة"', "البند المعنون ”النهوض بالمرأة“"),
    (other_quotes, "البند المعنون «النهوض بالمرأة»", 'البند المعنون "النهوض بالمرأة"'),
    (other_quotes, "no quotation here", "no quotation here"),
    (stretch, "the penal code", "the penal code"),
    (stretch, "من دار", "من دار"),
    (add_vowel_signs, "the penal code", "the penal code"),
]


@pytest.mark.parametrize(("change", "text", "expected"), TABLE)
def test_a_change_changes_that_and_nothing_else(change: Apply, text: str, expected: str) -> None:
    assert change(text, random.Random(0)) == expected


@pytest.mark.parametrize(("text", "expected"), [(ENGLISH, f". {ENGLISH}"), (ARABIC, f" - {ARABIC}")])
def test_a_clause_number_is_put_before_as_each_language_writes_it(text: str, expected: str) -> None:
    number, _, _ = put_number(text, random.Random(0)).partition(expected)
    assert 2 <= int(number) <= 40


def test_tatweel_is_inserted_between_letters_that_join() -> None:
    for seed in range(30):
        stretched = stretch(ARABIC, random.Random(seed))
        assert stretched.count("ـ") >= 8
        for before, after in pairwise(stretched):
            if after == "ـ":
                assert before in "بتثجحخسشصضطظعغفقكلمنهيئ"
            if before == "ـ":
                assert after.isalpha()


def test_vowel_signs_follow_letters_and_are_many() -> None:
    signed = add_vowel_signs(ARABIC, random.Random(0))
    signs = [position for position, letter in enumerate(signed) if "\u064b" <= letter <= "\u0652"]
    assert len(signs) > 10
    assert all(signed[position - 1].isalpha() or position - 1 in signs for position in signs)
    assert add_vowel_signs("تُشَدِّدُ", random.Random(0)) == "تُشَدِّدُ"


@pytest.mark.parametrize("change", [add_vowel_signs, stretch, eastern_digits, other_quotes, other_spaces])
@pytest.mark.parametrize("text", [ARABIC, 'تقرر إدراج البند المعنون "حقوق الطفل" (انظر الفقرة 5)؛'])
def test_what_is_mere_form_is_gone_after_the_light_chain(change: Apply, text: str) -> None:
    for seed in range(20):
        changed = change(text, random.Random(seed))
        assert chain("light-1")(changed) == chain("light-1")(text)
        assert changed != text or change is other_quotes


def test_a_dropped_hamza_is_gone_after_the_fold_chain_and_not_before() -> None:
    changed = drop_hamzas(ARABIC, random.Random(0))
    assert chain("fold-1")(changed) == chain("fold-1")(ARABIC)
    assert chain("light-1")(changed) != chain("light-1")(ARABIC)


def test_scan_noise_misreads_about_one_letter_in_a_hundred() -> None:
    for letter in ("e", "ع"):
        changed = misread_some(letter * 10_000, random.Random(0))
        assert 60 < 10_000 - changed.count(letter) < 140


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_every_change_finds_something_in_its_languages_and_repeats(change) -> None:  # type: ignore[no-untyped-def]
    for lang in change.langs:
        text = in_setting(ARABIC * 5 if lang == "ar" else ENGLISH * 5)
        one, two = (change.apply(text, random.Random(1)) for _ in range(2))
        assert one == two
        assert one != text
        assert script(one) == lang


PARTS = [
    ("Urges States to act;", "Urges States to act, at once;"),
    ("Stressing that, \n", "Stressing that, at once, \n"),
    ("No punctuation", "No punctuation, at once"),
    ("(a) act; and (b) speak.", "(a) act; and (b) speak, at once."),
    ("", ", at once"),
]


@pytest.mark.parametrize(("text", "expected"), PARTS)
def test_a_part_goes_before_the_closing_punctuation(text: str, expected: str) -> None:
    assert append(text, ", at once") == expected


def test_arabic_punctuation_closes_too() -> None:
    assert append("تحث الدول على العمل؛", "، فورا") == "تحث الدول على العمل، فورا؛"


def test_parts_are_in_the_language_of_the_clause_and_of_every_theme() -> None:
    assert tuple(DEEDS) == load_taxonomy().ids
    for text in (ARABIC, ENGLISH):
        for kind in ("operative", "preambular"):
            assert script(add_neutral(text, kind).removeprefix(text[:-1])) == script(text)
        for theme, deeds in DEEDS.items():
            found = {add_theme(text, "preambular", theme, number) for number in range(2 * len(deeds))}
            assert len(found) == len(deeds)
            for number, deed in enumerate(deeds):
                assert deed[script(text)] in add_theme(text, "operative", theme, number)
                assert all(script(part) == lang for lang, part in deed.items())
