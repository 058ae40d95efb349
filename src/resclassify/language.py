"""Which language a text is in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from resclassify.errors import InputError
from resclassify.lexicon import is_arabic
from resclassify.types import Lang

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE_CHARS = 6000
_SHORT = 40


@lru_cache(maxsize=2)
def _identifier(only_ours: bool) -> LanguageIdentifier:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(str(MODEL_DIR / MODEL_FILE), norm_probs=True)
    if only_ours:
        identifier.set_languages(["ar", "en"])
    return identifier


def identify(text: str) -> Lang:
    """`"ar"` or `"en"`, whichever `text` is more likely to be.

    Texts too short for a language model (under forty letters) go by their script.
    """
    if len(text) < _SHORT:
        return "ar" if is_arabic(text) else "en"
    language = _identifier(True).classify(text)[0]
    return "ar" if language == "ar" else "en"


def require_known(text: str, name: str) -> Lang:
    """The language of a whole document, which must be Arabic or English.

    Raises InputError where it is neither.
    """
    sample = text[:_SAMPLE_CHARS]
    letters = sum(character.isalpha() for character in sample)
    if letters < _SHORT:
        return identify(sample)
    language, probability = _identifier(False).classify(sample)
    if language in ("ar", "en"):
        return "ar" if language == "ar" else "en"
    if probability < 0.9:
        return identify(sample)
    raise InputError(
        f"{name}: the text is in neither Arabic nor English (it looks like '{language}'); "
        "give one of the two language versions, or force one with --lang"
    )
