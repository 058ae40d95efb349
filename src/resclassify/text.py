"""The preprocessing chains: named, ordered steps from a clause to the text that a scorer sees.

A chain's id is saved in the model that was trained with it, so that training and tagging cannot drift apart. What a
chain gives is transient: it is never stored, and offsets never point into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from resclassify import arabic
from resclassify.errors import ModelError

_BIDI = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans("‘’‚‛“”„‟«»–—−", '\'\'\'\'""""""---')
_SYMBOL = re.compile(r"(?<![\w/])[A-Z][A-Z.\d]{0,7}(?:/[\w.\-]*\w(?:\(\w+\))?)+|\b\d{1,3}/\d{1,4}\b")
_NUMBER = re.compile(r"\d[\d.,]*$")
_BESIDE_LETTER = re.compile(r"(?<=[^\W\d_])(?=[\d.,:;!?،؛؟()\[\]\"'/-])|(?<=[\d.,:;!?،؛؟()\[\]\"'/-])(?=[^\W\d_])")


def drop_invisible(text: str) -> str:
    """`text` without bidi marks, zero-width characters and soft hyphens."""
    return _BIDI.sub("", text)


def plain_quotes(text: str) -> str:
    """`text` with typographic quotation marks and dashes as plain ones."""
    return text.translate(_QUOTES)


def squeeze(text: str) -> str:
    """`text` with runs of white space as one space, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def name_symbols(text: str) -> str:
    """`text` with each document symbol (A/RES/79/154, 79/154) as the one word "docsymbol"."""
    return _SYMBOL.sub("docsymbol", text)


def space_digits(text: str) -> str:
    """`text` with numbers and punctuation marks set apart from letters by spaces, as AraBERT was given it."""
    return _BESIDE_LETTER.sub(" ", text)


_LIGHT = (arabic.unify_unicode, drop_invisible, arabic.western_digits, arabic.drop_diacritics, plain_quotes, squeeze)
CHAINS: dict[str, tuple[Callable[[str], str], ...]] = {
    # For encoders that saw ordinary text: nothing that changes a letter.
    "light-1": _LIGHT,
    # For multilingual encoders that saw text as it was written, vowel signs and all.
    "plain-1": (arabic.unify_unicode, drop_invisible, squeeze),
    # For AraBERT.
    "arabert-1": (*_LIGHT, space_digits, squeeze),
    # For models of counted words and letters: spellings that vary made one.
    "fold-1": (*_LIGHT, arabic.unify_alef, arabic.unify_alef_maksura, arabic.unify_teh_marbuta, name_symbols, str.lower),
}


_SUITED = {"xlm-roberta": "plain-1", "deberta-v2": "plain-1", "modernbert": "plain-1"}


def suited_chain(model_type: str, name: str) -> str:
    """The chain for an encoder by its type in transformers and its name: text as it saw text, and no more than that."""
    return "arabert-1" if "arabert" in PurePath(name).name.lower() else _SUITED.get(model_type, "light-1")


def chain(name: str) -> Callable[[str], str]:
    """The preprocessing chain called `name`, as one function.

    Raises ModelError for a name that this version does not know.
    """
    if name not in CHAINS:
        known = ", ".join(CHAINS)
        raise ModelError(
            f"preprocessing '{name}' is unknown; this version knows {known}: install the version that made the model"
        )
    steps = CHAINS[name]

    def prepare(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return prepare


def tokens(text: str) -> list[str]:
    """Words of `text`; a document symbol such as A/RES/79/154 is one token, punctuation is left out."""
    found: list[str] = []
    position = 0
    for match in _SYMBOL.finditer(text):
        found += _words(text[position : match.start()])
        found.append(match[0])
        position = match.end()
    return found + _words(text[position:])


def _words(text: str) -> list[str]:
    return [word for word in arabic.split_words(text) if word[0].isalnum()] if text.strip() else []


def shapes(text: str) -> list[str]:
    """`tokens` with every number as "0": what a model of words should count."""
    return ["0" if _NUMBER.match(token) else token for token in tokens(text)]
