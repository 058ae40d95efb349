import csv
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from resclassify.errors import OutputError
from resclassify.exports import clause_record, render, tagged_record, write_whole
from resclassify.types import Clause, Evidence, Part, TaggedClause

ENGLISH = TaggedClause(
    Clause(
        "d.txt",
        "d.txt#O01",
        "operative",
        "1",
        "en",
        5,
        42,
        'Urges <b>States</b> & "others",\nto act;',
        None,
        (Part("(a)", 2, 0, 5),),
    ),
    ("prosecution", "technology"),
    {"prevention": 0.1, "prosecution": 0.9, "victim_protection": 0.2, "migration": 0.0, "technology": 0.7},
    (Evidence("prosecution", 0, 5, 1.5),),
    review=True,
)
ARABIC = TaggedClause(
    Clause("d.txt", "d.txt#P01", "preambular", None, "ar", 0, 20, "وإذ تشير إلى قرارها،"),
    (),
    dict.fromkeys(ENGLISH.probabilities, 0.05),
)
RECORDS = [tagged_record(ENGLISH), tagged_record(ARABIC)]


def test_jsonl_gives_the_documented_fields_and_reads_back() -> None:
    lines = render(RECORDS, "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == RECORDS
    documented = "document id kind number lang start end text themes probabilities evidence review".split()
    assert set(documented) <= set(RECORDS[0])
    assert "وإذ" in lines[1]


def test_csv_has_a_column_for_each_theme_and_keeps_quotes_and_line_breaks() -> None:
    rows = list(csv.DictReader(io.StringIO(render(RECORDS, "csv").decode())))
    assert rows[0]["text"] == ENGLISH.clause.text
    assert rows[0]["themes"] == "prosecution technology"
    assert rows[0]["p_prosecution"] == "0.9"
    assert json.loads(rows[0]["parts"])[0]["label"] == "(a)"


def test_parquet_reads_back_as_the_records() -> None:
    table = pq.read_table(io.BytesIO(render(RECORDS, "parquet")))
    assert table.to_pylist() == RECORDS


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "html"])
def test_no_record_and_records_without_tags_are_written_too(form: str) -> None:
    assert isinstance(render([], form), bytes)
    assert render([clause_record(ENGLISH.clause)], form)


def test_html_is_one_page_that_shows_text_as_text_and_needs_no_network() -> None:
    page = render(RECORDS, "html").decode()
    assert "&lt;b&gt;States&lt;/b&gt; &amp;" in page
    assert 'lang="ar" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page
    assert "Prosecution" in page
    for word in ("http:", "https:", "src=", "url(", "@import"):
        assert word not in page
    opened: list[str] = []

    class Check(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            opened.append(tag)

    Check().feed(page)
    assert opened.count("article") == 2


def test_the_same_records_give_the_same_bytes() -> None:
    for form in ("jsonl", "csv", "parquet", "html"):
        assert render(RECORDS, form) == render(RECORDS, form)


def test_a_file_is_written_whole_or_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.jsonl"
    write_whole(b"before", path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match=r"out\.jsonl: cannot be written \(No space left"):
        write_whole(b"after", path)
    assert path.read_bytes() == b"before"
    assert [item.name for item in tmp_path.iterdir()] == ["out.jsonl"]
