"""Arabic normalization and word tokenization, by camel-tools. Nothing here needs its data sets or a network."""

from __future__ import annotations

from functools import lru_cache

from camel_tools.tokenizers.word import simple_word_tokenize
from camel_tools.utils.charmap import CharMapper
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)


@lru_cache(maxsize=1)
def _digit_mapper() -> CharMapper:
    digits = {eastern: str(value) for block in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, eastern in enumerate(block)}
    return CharMapper({**digits, "ـ": ""}, None)


def unify_unicode(text: str) -> str:
    """`text` in NFKC: presentation forms, ligatures and full-width letters become plain ones."""
    return str(normalize_unicode(text, compatibility=True))


def western_digits(text: str) -> str:
    """`text` with Arabic-Indic digits written as 0 to 9, and without tatweel."""
    return str(_digit_mapper().map_string(text))


def drop_diacritics(text: str) -> str:
    """`text` without Arabic vowel signs and shadda."""
    return str(dediac_ar(text))


def unify_alef(text: str) -> str:
    """`text` with every form of alef as a bare alef."""
    return str(normalize_alef_ar(text))


def unify_alef_maksura(text: str) -> str:
    """`text` with alef maksura as ya."""
    return str(normalize_alef_maksura_ar(text))


def unify_teh_marbuta(text: str) -> str:
    """`text` with teh marbuta as ha."""
    return str(normalize_teh_marbuta_ar(text))


def split_words(text: str) -> list[str]:
    """Words and punctuation marks of `text`."""
    return list(simple_word_tokenize(text))
