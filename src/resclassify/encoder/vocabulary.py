"""The encoder's vocabulary: the pieces of a large unigram vocabulary that texts of the field use, and their tokenizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from resclassify.encoder.packed import SPECIAL

SPACE = "▁"
_BATCH = 4096
# Latin with its accents, Arabic, general punctuation: single signs of these are kept whether or not they were seen.
_WRITING = ((0x20, 0x250), (0x600, 0x700), (0x2000, 0x2070))


def unigram_tokenizer(pieces: Sequence[str], scores: Iterable[float]) -> Tokenizer:
    """A tokenizer over `pieces` with their log-probabilities (unigram language model, Kudo 2018).

    Text is put in NFKC, white space is made one, each word starts with a space sign, and a text stands between `<s>` and `</s>`.
    """
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, map(float, scores), strict=True)), unk_id=pieces.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="always")
    ends = [(name, pieces.index(name)) for name in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIAL])
    return tokenizer


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often each piece, by its number, is used to write `texts`."""
    counts: Counter[int] = Counter()
    batch: list[str] = []

    def flush() -> None:
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            counts.update(encoding.ids)
        batch.clear()

    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            flush()
    flush()
    return counts


def kept_pieces(pieces: Sequence[str], counts: Counter[int], least: int) -> list[int]:
    """The numbers of the pieces to keep: those used at least `least` times, the special ones, and all single signs of the
    two ways of writing, so that any word can still be written.
    """
    return [
        number
        for number, piece in enumerate(pieces)
        if piece in SPECIAL or counts[number] >= least or _is_sign(piece.removeprefix(SPACE))
    ]


def _is_sign(text: str) -> bool:
    return len(text) == 0 or (len(text) == 1 and any(low <= ord(text) < high for low, high in _WRITING))
