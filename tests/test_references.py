"""Labels by reference: no text in them, and the text found again in documents of any kind."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Command

from resclassify.dataset import read_pairs, text_hash
from resclassify.errors import InputError, LabelError
from resclassify.references import join_documents, read_references, reference_labels, write_references

ENGLISH = """General Assembly
A/RES/99/1

The General Assembly,

Recalling the founding of the harbour watch and the oath that its members swear every spring,

1. Urges port cities to register every vessel that is laid up for the winter;

2. Invites the harbour watch to publish the list of vessels that have no owner.
"""
ARABIC = """الجمعية العامة
A/RES/99/1

إن الجمعية العامة،

إذ تشير إلى تأسيس حرس المرفأ وإلى اليمين التي يؤديها أعضاؤه في كل ربيع،

1 - تحث مدن الموانئ على تسجيل كل سفينة تبقى راسية طوال الشتاء؛

2 - تدعو حرس المرفأ إلى نشر قائمة السفن التي لا مالك لها.
"""
EN = [line.split(". ", 1)[-1] for line in ENGLISH.split("\n") if line[:1] in "R12" and line[:1]]
AR = [line.split(" - ", 1)[-1] for line in ARABIC.split("\n") if line.startswith(("إذ", "1", "2"))]
ROWS = [
    {"id": f"A_RES_99_1#{letter}", "source": "resolution", "symbol": "A/RES/99/1", "kind": kind, "en": en, "ar": ar,
     "ar_origin": "official", "themes": themes, "sure": True}
    for letter, kind, en, ar, themes in zip(
        ("P01", "O01", "O02"), ("preambular", "operative", "operative"), EN, AR, ([], ["prevention"], ["technology"]), strict=True
    )
]  # fmt: skip


def _table(folder: Path) -> Path:
    references, _ = reference_labels(ROWS, {}, [])
    write_references(references, folder / "labels.jsonl")
    return folder / "labels.jsonl"


def test_a_reference_holds_no_text(tmp_path: Path) -> None:
    content = _table(tmp_path).read_text(encoding="utf-8")
    for text in (*EN, *AR):
        assert not any(word in content for word in text.split() if len(word) > 6), text


def test_a_second_look_changes_labels_and_is_counted() -> None:
    references, changed = reference_labels(ROWS, {"A_RES_99_1#O02": [], "A_RES_99_1#O01": ["prevention"]}, [])
    assert changed == 1
    assert {reference.themes for reference in references if reference.id == "A_RES_99_1#O02"} == {()}


@pytest.mark.parametrize("kind", ["txt", "docx", "table"])
def test_the_text_is_found_again_by_its_hash(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    if kind == "txt":
        (folder / "en.txt").write_text(ENGLISH)
        (folder / "ar.txt").write_text(ARABIC)
    elif kind == "docx":
        import docx

        for name, text in (("en", ENGLISH), ("ar", ARABIC)):
            document = docx.Document()
            for line in filter(None, text.split("\n")):
                document.add_paragraph(line)
            document.save(str(folder / f"{name}.docx"))
    else:
        (folder / "t.csv").write_text("en,ar\n" + "\n".join(f'"{en}","{ar}"' for en, ar in zip(EN, AR, strict=True)))
    joined = join_documents(read_references(_table(tmp_path)), folder)
    assert (joined.by_hash, joined.by_place, joined.missing) == (6, 0, 0)
    assert {(pair.id, text_hash(pair.en), text_hash(pair.ar), pair.themes) for pair in joined.pairs} == {
        (row["id"], text_hash(str(row["en"])), text_hash(str(row["ar"])), tuple(row["themes"])) for row in ROWS
    }


def test_a_clause_that_differs_by_a_letter_is_found_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/en.txt").write_text(ENGLISH.replace("vessel that", "vesse1 that"))
    joined = join_documents(read_references(_table(tmp_path)), tmp_path / "documents")
    assert (joined.by_hash, joined.by_place, joined.missing) == (2, 1, 3)
    assert all(pair.ar == "" for pair in joined.pairs)


def test_another_clause_at_the_same_place_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/en.txt").write_text(ENGLISH.replace("laid up for the winter", "blue"))
    joined = join_documents(read_references(_table(tmp_path)), tmp_path / "documents")
    assert (joined.by_hash, joined.by_place) == (2, 0)


def test_an_empty_folder_and_a_wrong_row_are_named(tmp_path: Path) -> None:
    references = read_references(_table(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no clause"):
        join_documents(references, tmp_path / "empty")
    with pytest.raises(InputError, match="is no folder"):
        join_documents(references, tmp_path / "none")
    for change, message in ((("prevention", "peace"), "unknown theme 'peace'"), (('"en"', '"fr"'), "unknown split or language")):
        content = _table(tmp_path).read_text().replace(*change)
        (tmp_path / "wrong.jsonl").write_text(content)
        with pytest.raises(LabelError, match=message):
            read_references(tmp_path / "wrong.jsonl")


def _later(identity: str, symbol: str, en: str) -> dict[str, object]:
    return {"id": identity, "source": "resolution", "symbol": symbol, "kind": "operative", "en": en, "ar": None, "themes": [],
            "sure": False}  # fmt: skip


def test_what_comes_later_moves_nothing_and_follows_its_kin() -> None:
    """Another version of a labelled document joins its side, and a side without text gets no reference."""
    before, _ = reference_labels(ROWS, {}, [])
    side = before[0].split
    version = [_later(f"A_RES_100_1#O0{n}", "A/RES/100/1", en) for n, en in enumerate(EN, 1)]
    fresh = "Requests the harbour watch to report on the tides, the currents and the moorings at its next session;"
    rows = [*ROWS, *version, _later("A_RES_100_9#O01", "A/RES/100/9", fresh)]
    after, changed = reference_labels(rows, {}, [], before)
    assert after[: len(before)] == before
    assert changed == 0
    later = {reference.id: reference for reference in after[len(before) :]}
    assert {later[str(row["id"])].split for row in version} == {side}
    assert [reference.lang for reference in after if reference.id == "A_RES_100_9#O01"] == ["en"]


def test_a_document_that_is_kin_to_two_sides_is_on_none() -> None:
    halves = [{**row, "symbol": f"A/RES/99/{n}", "id": f"A_RES_99_{n}#O01"} for n, row in enumerate(ROWS, 1)]
    before, _ = reference_labels(halves, {}, [])
    sides = [replace(reference, split="train" if reference.symbol.endswith("1") else "test") for reference in before]
    both = [_later(f"A_RES_98_1#O0{n}", "A/RES/98/1", en) for n, en in enumerate(EN, 1)]
    after, _ = reference_labels([*halves, *both], {}, [], sides)
    assert {reference.split for reference in after if reference.symbol == "A/RES/98/1"} == {"none"}
    assert after[: len(sides)] == sides


def test_labels_settled_before_stay_and_train_only_rows_stay_on_train() -> None:
    before, _ = reference_labels(ROWS, {"A_RES_99_1#O02": []}, [])
    laws = [{**_later(f"W{n}", f"law#{n}", f"Article {n} on weights number {n * 7} and the measures of grain trade"),
             "train_only": True} for n in range(30)]  # fmt: skip
    after, _ = reference_labels([*ROWS, *laws], {}, [], before)
    assert {reference.themes for reference in after if reference.id == "A_RES_99_1#O02"} == {()}
    assert {reference.split for reference in after if reference.id.startswith("W")} <= {"train", "none"}


def test_the_command_joins_and_counts(command: Command, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/en.txt").write_text(ENGLISH)
    labels = _table(tmp_path)
    done = command("data", "build", "--documents", tmp_path / "documents", "--labels", labels, "-o", tmp_path / "p.jsonl")
    assert done.returncode == 0, done.stderr
    assert b"by hash 3, by place 0, missing 3" in done.stdout
    assert [pair.themes for pair in read_pairs(tmp_path / "p.jsonl")] == [(), ("prevention",), ("technology",)]
    assert command("data", "check", tmp_path / "p.jsonl", "--allow-missing-side").returncode == 0


def test_the_shipped_references_are_sound() -> None:
    references = read_references(ROOT / "data/labels.jsonl")
    assert len({reference.id for reference in references}) == 7517
    sides: dict[str, set[str]] = {}
    themes: dict[str, set[tuple[str, ...]]] = {}
    for reference in references:
        if reference.split != "none":
            sides.setdefault(reference.lineage, set()).add(reference.split)
        themes.setdefault(reference.id, set()).add(reference.themes)
    assert all(len(held) == 1 for held in sides.values())
    assert all(len(held) == 1 for held in themes.values())
    rows = [json.loads(line) for line in (ROOT / "data/labels.jsonl").read_text(encoding="utf-8").splitlines()]
    longest = max(len(str(value)) for row in rows for name, value in row.items() if name != "themes")
    assert longest <= 64, "a cell longer than a hash could be text"
