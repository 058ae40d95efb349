"""Figures of an evaluation: counts worked out by hand, and pictures that any reader of SVG opens."""

import subprocess
import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from resclassify.dataset import Example
from resclassify.figures import confusion, draw_evaluation

THEMES = ("prevention", "prosecution", "victim_protection", "migration", "technology")
# True themes and tags of one clause each.
CASES = [
    ("prevention", "prevention"),
    ("prevention", "migration"),
    ("", "technology"),
    ("prosecution", ""),
    ("prosecution migration", "prosecution victim_protection technology"),
    ("", ""),
    ("prevention", "prevention technology"),
]


def _flags(column: int) -> np.ndarray:
    return np.array([[theme in case[column].split() for theme in THEMES] for case in CASES])


def _items(langs: str = "ar en") -> list[Example]:
    both = langs.split()
    return [Example(str(at), both[at % len(both)], "", tuple(true.split()), str(at)) for at, (true, _) in enumerate(CASES)]  # type: ignore[arg-type]


def test_confusion_counts_what_was_missed_by_what_was_given_instead() -> None:
    expected = np.array(
        [
            [2, 0, 0, 1, 0, 0],
            [0, 1, 0, 0, 0, 1],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 1, 0, 1, 0],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 2, 0],
        ]
    )
    assert confusion(_flags(0), _flags(1)).tolist() == expected.tolist()


def test_right_tags_alone_are_on_the_diagonal() -> None:
    assert confusion(_flags(0), _flags(0)).tolist() == np.diag([3, 2, 0, 1, 0, 0]).tolist()
    assert confusion(_flags(0)[:0], _flags(0)[:0]).sum() == 0


@pytest.mark.parametrize("langs", ["ar en", "ar", "en"])
def test_pictures_are_whole_svg_files_and_the_same_for_the_same_figures(langs: str) -> None:
    probabilities = np.where(_flags(1), 0.9, 0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = draw_evaluation(_items(langs), probabilities, _flags(1))
    assert found.keys() == {"reliability", "precision_recall", "confusion"}
    for content in found.values():
        root = ElementTree.fromstring(content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 20
    assert draw_evaluation(_items(langs), probabilities, _flags(1)) == found
    other = draw_evaluation(_items(langs), probabilities / 2, _flags(0))
    # Halved probabilities are in the same order.
    assert {name for name in found if other[name] == found[name]} == {"precision_recall"}


def test_another_process_draws_the_same_bytes() -> None:
    code = """
import sys
import test_figures as t
found = t.draw_evaluation(t._items(), t.np.where(t._flags(1), 0.9, 0.2), t._flags(1))
sys.stdout.buffer.write(b"".join(found.values()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parent)
    assert done.stdout == b"".join(draw_evaluation(_items(), np.where(_flags(1), 0.9, 0.2), _flags(1)).values())
