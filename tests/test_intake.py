"""New labels join the data: sides that stay, documents that stay together, tables that are read and those that are refused."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import Pair, Split, near_copies
from resclassify.errors import InputError, LabelError, ResclassifyError, SettingsError
from resclassify.intake import QUEUE, RANDOM, Joining, gather, join, read_data, read_labelled, reviewed
from resclassify.production import CHALLENGER, Challenger, challenger_line
from resclassify.references import references_of, write_references
from resclassify.types import Clause
from resclassify.verdicts import ReviewedExample

_FRUITS = ("apples", "pears", "plums", "cherries", "quinces", "medlars", "figs", "almonds", "walnuts", "mulberries")


def _text(number: int, version: int = 0) -> str:
    """A clause of its own for each number; versions of one share all but their end."""
    fruit, other = _FRUITS[number % 10], _FRUITS[(number // 10) % 10]
    end = f", as amended in round {version}" if version else ""
    return f"Urges growers number {number} of {fruit} to graft {other} on stock {number} before frost day {number}{end};"


def _pair(number: int, split: Split, themes: tuple[str, ...] = (), lineage: str = "") -> Pair:
    return Pair(f"C{number}", "operative", _text(number), "", themes, "test", lineage or f"C{number}", split)


def _new(number: int, lineage: str, version: int = 0, themes: tuple[str, ...] = ("migration",), source: str = "file") -> Pair:
    return Pair(f"N{number}-{version}", None, _text(number, version), "", themes, source, lineage, "none")


BASE = [_pair(number, ("train", "train", "train", "dev", "test")[number % 5]) for number in range(20)]


def _sides(joining: Joining) -> dict[str, Split]:
    return {pair.id: pair.split for pair in joining.after}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2), st.integers(0, 5)), max_size=25), st.integers(1, 24))
def test_nothing_that_was_there_changes_whatever_joins(drawn: list[tuple[int, int, int]], at: int) -> None:
    incoming = [_new(number, f"document {group}", version) for number, version, group in drawn]
    first = join(BASE, [], incoming[:at], [])
    second = join(BASE, first.joined, incoming[at:], [])
    assert list(first.base) == list(second.base) == BASE
    before, after = _sides(first), _sides(second)
    assert {name: after[name] for name in before} == before
    assert second.frozen == first.frozen == [pair for pair in BASE if pair.split == "test"]
    for joining in (first, second):
        placed = [pair for pair in joining.after if pair.split != "none"]
        for one, other, _ in near_copies([pair.en for pair in placed]):
            assert placed[one].split == placed[other].split
    # A document is on one side, but for what is near a clause of another one.
    for group in {pair.lineage for pair in second.joined}:
        assert len({pair.split for pair in second.joined if pair.lineage == group} - {"none"}) <= 1


def test_a_version_of_a_document_goes_where_its_kin_is() -> None:
    for old, side in ((0, "train"), (3, "dev"), (4, "test")):
        joining = join(BASE, [], [_new(old, "document", 1), _new(100, "document")], [])
        assert {pair.split for pair in joining.given} == {side}
        assert {pair.lineage for pair in joining.given} == {f"C{old}"}


def test_kin_of_several_sides_is_on_none_and_so_is_what_is_near_acceptance() -> None:
    torn = join(BASE, [], [_new(0, "document", 1), _new(4, "document", 1), _new(100, "document")], [])
    assert {pair.split for pair in torn.given} == {"none"}
    text = acceptance_texts()[50]
    near = Pair("N1", None, "", text, (), "file", "document", "none")
    assert next(pair.split for pair in join(BASE, [], [near, _new(100, "x")], acceptance_texts()).given) == "none"


def test_the_new_is_spread_over_the_sides_and_the_fingerprint_changes() -> None:
    joining = join(BASE, [], [_new(number, f"d{number}") for number in range(100, 180)], [])
    counts = joining.counts()
    assert counts.total() == 80
    assert 44 <= counts["file/train"] <= 60
    assert 12 <= counts["file/test"] <= 28
    assert len(set(joining.fingerprints)) == 2
    assert joining.newest == ("newest session, test side", [pair for pair in joining.given if pair.split == "test"])


def test_words_that_the_base_has_are_left_out_and_labels_given_again_count() -> None:
    known = replace(_new(1, "x"), en=_text(1).upper())
    first = join(BASE, [], [known, *(_new(number, f"d{number}") for number in range(100, 110))], [])
    assert (first.known, len(first.given)) == (1, 10)
    again = join(BASE, first.joined, [_new(103, "elsewhere", themes=("technology",))], [])
    (pair,) = again.given
    assert pair.themes == ("technology",)
    assert (pair.split, pair.lineage) == next((p.split, p.lineage) for p in first.given if p.id == pair.id)


def test_the_newest_session_is_measured_without_what_the_queue_chose_where_it_can_be() -> None:
    def newest(*given: tuple[Split, str]) -> tuple[str, list[str]]:
        pairs = [replace(_new(100 + at, "d", source=source), split=side) for at, (side, source) in enumerate(given)]
        name, held = Joining((), (), tuple(pairs), tuple(pairs), 0).newest
        return name, [f"{pair.split}/{pair.source}" for pair in held]

    assert newest(("test", QUEUE), ("test", RANDOM), ("train", "x")) == ("newest session, test side", [f"test/{RANDOM}"])
    assert newest(("test", QUEUE), ("dev", RANDOM)) == ("newest session, test side, chosen by the queue", [f"test/{QUEUE}"])
    assert newest(("dev", "x"), ("train", "x")) == ("newest session, dev side", ["dev/x"])
    assert newest(("train", "x"))[1] == []


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_of_every_kind_are_read(tmp_path: Path) -> None:
    rows = [
        {"text": "Urges all to plant;", "themes": ["migration", "prevention"], "symbol": "A/1"},
        {"text": "تحث الجميع على الغرس؛", "themes": "", "symbol": "A/1", "kind": "operative"},
        {"en": "Recalls the frost,", "ar": "وإذ تشير إلى الصقيع،", "themes": [], "document": "b.docx", "kind": "preambular"},
        {"text": "Decides to meet.", "themes": None, "id": "7"},
    ]
    found = read_labelled(_write(tmp_path / "a.jsonl", "\n".join(json.dumps(row) for row in rows)), None, [])
    assert [pair.themes for pair in found] == [("prevention", "migration"), (), (), ()]
    assert [bool(pair.en) for pair in found] == [True, False, True, True]
    assert [bool(pair.ar) for pair in found] == [False, True, True, False]
    assert [pair.lineage for pair in found[:3]] == ["A/1", "A/1", "b.docx"]
    assert [pair.kind for pair in found] == [None, "operative", "preambular", None]
    assert found[3].lineage == found[3].id
    assert {pair.split for pair in found} == {"none"}
    csv = "text,themes,symbol\nUrges all to plant;,migration prevention,A/1\nتحث الجميع على الغرس؛,,A/1\n"
    assert [pair.id for pair in read_labelled(_write(tmp_path / "a.csv", csv), None, [])] == [pair.id for pair in found[:2]]
    pq.write_table(pa.table({"text": ["Urges all to plant;"], "themes": [["technology"]]}), tmp_path / "a.parquet")
    assert [pair.themes for pair in read_labelled(tmp_path / "a.parquet", None, [])] == [("technology",)]
    assert len(read_labelled(tmp_path, None, [])) == 7


@pytest.mark.parametrize(
    ("name", "text", "kind", "said"),
    [
        ("a.jsonl", '{"text": "Urges;", "themes": ["frost"]}', LabelError, r"a\.jsonl: row 1: unknown theme 'frost'"),
        ("a.jsonl", '{"text": "Urges;"}', LabelError, r"row 1: has no 'themes'"),
        ("a.jsonl", '{"text": "Urges;", "themes": []}\n{"text": " ", "themes": []}', LabelError, r"row 2: has no text"),
        ("a.jsonl", '{"text": 3, "themes": []}', LabelError, r"'text' is no text"),
        ("a.jsonl", '{"text": "Urges;", "themes": 3}', LabelError, r"'themes' is no list"),
        ("a.jsonl", "{", InputError, r"line 1 is not JSON"),
        ("a.jsonl", "", LabelError, r"holds no labelled clause"),
        ("a.docx", "Urges", InputError, r"is no table"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(tmp_path: Path, name: str, text: str, kind: type, said: str) -> None:
    with pytest.raises(kind, match=said):
        read_labelled(_write(tmp_path / name, text), None, [])


def test_labels_by_reference_are_joined_to_documents_and_need_them(tmp_path: Path) -> None:
    pair = Pair("R1", "operative", _text(1), "", ("migration",), "resolution", "A/RES/1", "dev")
    origins = {"en": "official", "ar": "official"}
    references = references_of(pair, symbol="A/RES/1", position=1, sure=True, origins=origins)[:1]
    write_references(references, tmp_path / "labels.jsonl")
    documents = tmp_path / "documents"
    documents.mkdir()
    _write(documents / "clauses.jsonl", json.dumps({"text": _text(1)}))
    _write(documents / "broken.pdf", "no PDF")
    failures: list[str] = []
    (found,) = read_labelled(tmp_path / "labels.jsonl", documents, failures)
    assert (found.en, found.themes, found.lineage, found.split) == (_text(1), ("migration",), "A/RES/1", "none")
    assert len(failures) == 1
    assert "broken.pdf" in failures[0]
    with pytest.raises(SettingsError, match="--documents"):
        read_labelled(tmp_path / "labels.jsonl", None, [])
    # As part of the data they keep their side, and the dev side is then theirs alone.
    own = "".join(json.dumps(vars_of(pair)) + "\n" for pair in BASE)
    held = read_data([_write(tmp_path / "own.jsonl", own), tmp_path / "labels.jsonl"], documents, [], [])
    assert [pair.id for pair in held if pair.split == "dev"] == ["R1"]


def vars_of(pair: Pair) -> dict[str, object]:
    return {name: getattr(pair, name) for name in ("id", "kind", "en", "ar", "themes", "source", "lineage", "split")}


def _reviewed(text: str, symbol: str | None, *, random: bool) -> ReviewedExample:
    clause = Clause("a.txt", "a.txt#O01", "operative", "1", "en", 0, len(text), text)
    return ReviewedExample(clause, ("migration",), "en", symbol, ("a reader",), random)


def test_reviews_join_by_document_and_win_over_tables(tmp_path: Path) -> None:
    items = [_reviewed(_text(50), "A/1", random=True), _reviewed(_text(51), None, random=False)]
    found = reviewed(items)
    assert [(pair.lineage, pair.source) for pair in found] == [("A/1", RANDOM), ("a.txt", QUEUE)]
    table = _write(tmp_path / "a.jsonl", json.dumps({"text": _text(50), "themes": ["technology"]}))
    joining = gather(BASE, [table], items, tmp_path, [], documents=None, failures=[])
    assert sorted((pair.themes, pair.source) for pair in joining.given) == [(("migration",), RANDOM), (("migration",), QUEUE)]


def test_nothing_new_is_an_error_and_so_is_a_lost_file_of_sides(tmp_path: Path) -> None:
    table = _write(tmp_path / "a.jsonl", json.dumps({"text": BASE[0].en, "themes": []}))
    for new in ([], [table]):
        with pytest.raises(LabelError, match="nothing to learn from"):
            gather(BASE, new, [], tmp_path, [], documents=None, failures=[])
    (tmp_path / CHALLENGER).write_bytes(challenger_line(Challenger("ab" * 32, "x")))
    with pytest.raises(ResclassifyError, match=r"abababababab\.joined\.jsonl: is missing"):
        gather(BASE, [table], [], tmp_path, [], documents=None, failures=[])
