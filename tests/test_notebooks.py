"""The notebooks: both languages in every text cell, nothing defined, and outputs that a new run gives again."""

import ast
import difflib
import html
import re
from pathlib import Path

import pytest
from conftest import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from resclassify.errors import InputError, MissingExtraError
from resclassify.notebooks import execute, read_notebook, write_notebook

FOLDER = ROOT / "notebooks"
NAMES = ["comparing_versions", "first_look", "model_errors", "themes_over_sessions"]
ALLOWED = {"resclassify", "IPython", "numpy", "collections", "dataclasses", "itertools", "json"}
TEXT = re.compile(r'(?P<en>[^<>]+)\n\n<div dir="rtl" lang="ar">\n\n(?P<ar>[^<>]+)\n\n</div>')
ARABIC, LATIN = re.compile(r"[ء-ي]"), re.compile(r"[A-Za-z]")
# The network runs in int8, and processors differ in the last digits of that: a probability may differ a little, and a clause at
# its threshold may be tagged otherwise, which moves a count, some words and the clauses that are shown.
NEAR, COUNT, WORDS = 0.03, 2, 0.05
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?")


def words_shown(output: NotebookNode) -> list[str]:
    """The words that a reader sees in an output; of a picture its kind alone."""
    shown = output.get("data", {})
    picture = next((kind for kind in shown if kind.startswith("image/")), None)
    if picture:
        return [picture]
    text = shown.get("text/html") or shown.get("text/plain") or output.get("text", "")
    words = html.unescape(re.sub(r"</?(?:mark|del|ins|bdi)\b[^>]*>", "", text))
    return re.sub(r"<[^>]+>", " ", words).split()


def alike(old: str, new: str) -> bool:
    """Whether two words are equal but for numbers that processors may give otherwise."""
    if old == new:
        return True
    pairs = list(zip(NUMBER.findall(old), NUMBER.findall(new), strict=False))
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return False
    return all(abs(float(one) - float(other)) <= (NEAR if "." in one + other else COUNT) + 1e-9 for one, other in pairs)


def differences(stored: NotebookNode, run: NotebookNode) -> list[str]:
    """What a new run shows otherwise than what is stored, beyond the tolerance; a line a cell."""
    found = []
    for old, new in zip(stored.cells, run.cells, strict=True):
        if old.cell_type != "code":
            continue
        if [output.output_type for output in old.outputs] != [output.output_type for output in new.outputs]:
            found.append(f"{old.id}: other outputs")
            continue
        for before, after in zip(old.outputs, new.outputs, strict=True):
            one, other = words_shown(before), words_shown(after)
            if len(one) == len(other):
                changed = sum(not alike(*pair) for pair in zip(one, other, strict=True))
            else:
                same = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
                changed = max(len(one), len(other)) - sum(block.size for block in same)
            if changed > WORDS * max(len(one), len(other)):
                found.append(f"{old.id}: {changed} of {len(one)} words differ")
    return found


def _shown(content: str) -> NotebookNode:
    output = new_output("display_data", data={"text/html": content})
    return new_notebook(cells=[new_code_cell("show()", id="a", outputs=[output])])


ROWS = "".join(f"<tr><td>theme {row}</td><td>{row}/48</td><td>0.{row + 10}</td></tr>" for row in range(9))
TABLE = f"<table>{ROWS}</table>"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (TABLE, TABLE, True),
        (TABLE, TABLE.replace("0.11", "0.13"), True),
        (TABLE, TABLE.replace("5/48", "7/48"), True),
        (TABLE, TABLE.replace("<table>", '<table style="color:red">'), True),
        (TABLE, re.sub(r"0\.(\d)", r"0.9\1", TABLE), False),
        (TABLE, TABLE.replace("/48", "/58"), False),
        (TABLE, TABLE.replace("theme", "thema"), False),
        (TABLE, TABLE[:90] + "</table>", False),
        (TABLE, "", False),
        ("<p>0.10</p>", "<p>0.13</p>", True),
        ("<p>0.10</p>", "<p>0.14</p>", False),
        ("<p>3</p>", "<p>6</p>", False),
        ("<p>some word</p>", "<p>another word</p>", False),
    ],
)
def test_differences_are_told_from_what_processors_do(old: str, new: str, same: bool) -> None:
    assert (differences(_shown(old), _shown(new)) == []) == same


def test_a_picture_that_is_missing_is_a_difference() -> None:
    stored, run = _shown(""), _shown("")
    stored.cells[0].outputs[0].data = {"image/svg+xml": "<svg/>", "text/plain": "<SVG>"}
    run.cells[0].outputs[0].data = {"text/plain": "nothing"}
    assert differences(stored, run)
    run.cells[0].outputs[0].data = {"image/svg+xml": "<svg>other</svg>"}
    assert differences(stored, run) == []
    run.cells[0].outputs = []
    assert differences(stored, run)


def test_the_four_stories_are_there_and_the_readme_names_them() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"notebooks/{name}.ipynb" not in readme] == []


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest) -> Path:
    return FOLDER / f"{request.param}.ipynb"


def test_every_text_cell_says_it_in_both_languages(path: Path) -> None:
    texts = [cell for cell in read_notebook(path).cells if cell.cell_type == "markdown"]
    assert len(texts) >= 6
    for cell in texts:
        said = TEXT.fullmatch(cell.source)
        assert said, cell.id
        assert not ARABIC.search(said["en"]), cell.id
        assert len(ARABIC.findall(said["ar"])) > 3 * len(LATIN.findall(re.sub(r"`[^`]*`", "", said["ar"]))), cell.id
        assert 0.5 < len(said["ar"]) / len(said["en"]) < 1.5, cell.id
        for mark in (r"^#+ ", r"^- ", r"`[^`]+`"):
            counts = [len(re.findall(mark, said[lang], re.M)) for lang in ("en", "ar")]
            assert counts[0] == counts[1], (cell.id, mark)


def test_code_cells_define_nothing_and_name_no_place_of_a_machine(path: Path) -> None:
    for cell in read_notebook(path).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)), cell.id
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED, cell.id
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in ALLOWED, cell.id
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.match(r"/\w|~|[A-Za-z]:\\|\w+://", node.value), (cell.id, node.value)


def test_what_is_kept_is_whole_and_free_of_time_and_place(path: Path) -> None:
    assert path.stat().st_size < 500_000
    notebook, content = read_notebook(path), path.read_text(encoding="utf-8")
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    assert "version" not in notebook.metadata.language_info
    assert str(ROOT) not in content
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in ids)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    for cell in notebook.cells:
        assert cell.metadata == {}, cell.id
    for cell in codes:
        assert cell.outputs, cell.id
        assert all(output.output_type in ("execute_result", "display_data") for output in cell.outputs), cell.id


@pytest.mark.parametrize("name", ["comparing_versions", "themes_over_sessions"])
def test_what_is_invented_is_said_to_be_before_anything_is_shown(name: str) -> None:
    first = read_notebook(FOLDER / f"{name}.ipynb").cells[0].source
    assert "invented" in first
    assert "مختلق" in first


def test_a_new_run_shows_what_is_kept(path: Path, tmp_path: Path) -> None:
    stored = read_notebook(path)
    run = execute(stored, tmp_path)
    assert differences(stored, run) == [], "run `python pipelines/run_notebooks.py` and read what has changed"
    assert list(tmp_path.iterdir()) == []


def _cells(*sources: str) -> NotebookNode:
    return new_notebook(cells=[new_code_cell(source, id=f"cell-{at}") for at, source in enumerate(sources)])


def test_a_run_is_written_the_same_each_time_and_leaves_the_notebook_as_it_was(tmp_path: Path) -> None:
    asked = _cells("import sys\nprint('progress', file=sys.stderr)\nprint(6 * 7)", "1 + 1")
    asked.cells.append(new_markdown_cell("text", id="text"))
    for name in ("one", "two"):
        write_notebook(execute(asked, tmp_path), tmp_path / f"{name}.ipynb")
    assert (tmp_path / "one.ipynb").read_bytes() == (tmp_path / "two.ipynb").read_bytes()
    assert asked.cells[0].outputs == []
    kept = read_notebook(tmp_path / "one.ipynb")
    assert [cell.outputs[0].get("text") or cell.outputs[0].data["text/plain"] for cell in kept.cells[:2]] == ["42\n", "2"]
    assert [len(cell.outputs) for cell in kept.cells[:2]] == [1, 1]


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cell 'cell-1' fails .*ZeroDivisionError.*mend"):
        execute(_cells("1", "1 / 0"), tmp_path)


def test_a_missing_package_names_the_line_that_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resclassify.notebooks.find_spec", {"nbformat": "there", "ipykernel": "there"}.get)
    for act in (lambda: read_notebook(FOLDER / "first_look.ipynb"), lambda: execute(_cells("1"), tmp_path)):
        with pytest.raises(MissingExtraError, match=r"need nbclient, .*pip install 'resclassify\[notebooks\]'"):
            act()


@pytest.mark.parametrize("content", ["", "no json", "{}", '{"nbformat": 4, "cells": 3}'])
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.ipynb"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.ipynb: is no notebook"):
        read_notebook(file)
    with pytest.raises(InputError, match="is no notebook"):
        read_notebook(tmp_path / "none.ipynb")
