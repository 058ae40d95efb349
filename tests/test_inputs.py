"""What people name on the command line: files, folders, standard input, tables."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from series import SERIES, VERSIONS

from resclassify.errors import InputError, NoClauseError
from resclassify.inputs import input_names, input_paths, read_clauses
from resclassify.settings import Settings

TEXT = """The General Assembly,

Recalling its resolution 70/1 of 25 September 2015,

1. Urges the keepers to map the wells of the uplands;

2. Requests the Secretary-General to report to it at its next session.
"""


def _folder(folder: Path) -> Path:
    for name in ("b.txt", "a.TXT", "sub/c.html", "notes.bin", "sub/table.csv", "README.md", "sub/readme.txt"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT)
    return folder


def test_a_folder_gives_its_documents_in_order_and_nothing_else(tmp_path: Path) -> None:
    found = list(input_paths([str(_folder(tmp_path))]))
    assert found == [tmp_path / "a.TXT", tmp_path / "b.txt", tmp_path / "sub/c.html"]


def test_names_keep_their_order_and_a_dash_is_standard_input(tmp_path: Path) -> None:
    assert list(input_paths(["z.txt", "-", "a.csv"])) == [Path("z.txt"), None, Path("a.csv")]
    assert list(input_paths([])) == []


def test_a_folder_without_a_document_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.bin").write_bytes(b"\0")
    with pytest.raises(InputError, match="holds no document"):
        list(input_paths([str(tmp_path)]))


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ([Path("x/a.txt"), Path("b.txt")], ["a.txt", "b.txt"]),
        ([Path("x/a.txt"), Path("y/a.txt"), Path("b.txt")], ["x/a.txt", "y/a.txt", "b.txt"]),
        ([None, Path("x/a.txt")], ["standard input", "a.txt"]),
        ([Path("x/a.txt"), Path("x/a.txt")], ["x/a.txt", "x/a.txt"]),
        ([], []),
    ],
)
def test_a_document_is_named_by_its_file_and_by_its_folder_where_two_share_one(
    paths: list[Path | None], names: list[str]
) -> None:
    assert input_names(paths) == names


def test_a_document_comes_with_its_clauses_under_the_name_given(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    document, clauses = read_clauses(tmp_path / "a.txt", "called.txt", None, Settings())
    assert document is not None
    assert document.name == "called.txt"
    assert [clause.id for clause in clauses] == ["called.txt#P01", "called.txt#O01", "called.txt#O02"]
    assert all(document.text[clause.start : clause.end] == clause.text for clause in clauses)


def test_a_language_that_is_given_is_taken_for_every_clause() -> None:
    path = SERIES / f"{VERSIONS[0]}.ar.txt"
    assert {clause.lang for clause in read_clauses(path, "a", None, Settings())[1]} == {"ar"}
    assert {clause.lang for clause in read_clauses(path, "a", "en", Settings())[1]} == {"en"}


def test_a_table_has_clauses_and_no_document(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,text\nx-9,Urges States to protect the wells;\n")
    document, clauses = read_clauses(tmp_path / "t.csv", "t.csv", None, Settings())
    assert document is None
    assert [(clause.id, clause.kind) for clause in clauses] == [("x-9", None)]


def test_standard_input_is_read_as_a_document_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for settings, told in ((Settings(), None), (Settings(max_bytes=20), "standard input")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
        if told is None:
            assert len(read_clauses(None, "standard input", None, settings)[1]) == 3
        else:
            with pytest.raises(InputError, match=told):
                read_clauses(None, "standard input", None, settings)


@pytest.mark.parametrize(
    ("name", "content", "error", "told"),
    [
        (
            "none.txt",
            b"There is nothing in this note but the weather of the day and the colour of the sea.",
            NoClauseError,
            "no clause",
        ),
        ("empty.txt", b"", InputError, "is empty"),
        ("bad.docx", b"no zip", InputError, "DOCX"),
        ("t.csv", b"id,words\n1,Urges\n", InputError, "text"),
        ("what.xyz", b"Urges", InputError, "what.xyz"),
        ("fr.txt", "1. Prie instamment les États de cartographier les puits;".encode(), InputError, "fr.txt"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, error: type[InputError], told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=told) as caught:
        read_clauses(tmp_path / name, name, None, Settings())
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone"):
        read_clauses(tmp_path / "gone.txt", "gone.txt", None, Settings())
