from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resclassify.errors import InputError
from resclassify.tables import read_table

TEXT = "Urges States to act against online fraud;"


def test_each_kind_of_table_keeps_ids_and_texts(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 7, "text": "%s"}\n\n{"text": "تحث الدول؛"}\n' % TEXT, encoding="utf-8")
    (tmp_path / "a.csv").write_text(f'id,text\n7,"{TEXT}"\n,تحث الدول؛\n', encoding="utf-8-sig")
    (tmp_path / "b.csv").write_text(f'id;text\n7;"{TEXT}"\n;تحث الدول؛\n', encoding="utf-8")
    pq.write_table(pa.table({"id": ["7", None], "text": [TEXT, "تحث الدول؛"]}), tmp_path / "a.parquet")
    for path in sorted(tmp_path.iterdir()):
        clauses = read_table(path)
        assert [(c.id, c.text, c.lang, c.kind, c.number) for c in clauses] == [
            ("7", TEXT, "en", None, None),
            ("2", "تحث الدول؛", "ar", None, None),
        ], path.name
        assert all(clause.text[clause.start : clause.end] == clause.text for clause in clauses)


def test_a_forced_language_wins(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "%s"}' % TEXT)
    assert read_table(tmp_path / "a.jsonl", "ar")[0].lang == "ar"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"text": "x"}\n{"id": 3}\n', "line 2 has no 'text'; its columns are: id"),
        ("a.jsonl", b'{"text": "x"}\n{"text"\n', "line 2 is not JSON"),
        ("a.jsonl", b"[1]\n", "line 1 is no JSON object"),
        ("a.jsonl", b'{"text": "  "}\n', "line 1 has an empty 'text'"),
        ("a.jsonl", b'{"text": 5}\n', "line 1 has an empty 'text'"),
        ("a.csv", b"id,txt\n1,x\n", "line 2 has no 'text'; its columns are: id, txt"),
        ("a.csv", b"id,text\n1,\n", "line 2 has an empty 'text'"),
        ("a.csv", b"\xff\xfe\x00", "is not UTF-8 at byte 0"),
        ("a.csv", b"", "holds no row"),
        ("a.parquet", b"PAR1", "is not a complete Parquet file"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_table(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)
