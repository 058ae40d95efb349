"""The command line as people run it: a process, its two streams, its exit status."""

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import ROOT, SAMPLE, Command

CLAUSES = b"""The General Assembly,

Recalling its resolution 70/1 of 25 September 2015,

1. Urges Member States to investigate and punish traffickers;

2. Requests the Secretary-General to report to it at its next session.
"""


def _records(output: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.decode("utf-8").splitlines()]


def test_the_sample_gives_its_90_clauses_as_documented_records(command: Command) -> None:
    done = command("tag", SAMPLE, "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, b"")
    records = _records(done.stdout)
    assert [record["kind"] for record in records] == ["preambular"] * 38 + ["operative"] * 52
    assert [record["number"] for record in records[38:]] == [str(n) for n in range(1, 53)]
    assert all(record["number"] is None for record in records[:38])
    assert {record["lang"] for record in records} == {"ar"}
    assert len({record["id"] for record in records}) == 90
    for record in records:
        assert {item["theme"] for item in record["evidence"]} == set(record["themes"])
        assert all(0 <= item["start"] < item["end"] <= len(record["text"]) for item in record["evidence"])
        assert isinstance(record["review"], bool)
        assert list(record["probabilities"]) == ["prevention", "prosecution", "victim_protection", "migration", "technology"]


def test_segment_gives_the_same_records_without_tags(command: Command) -> None:
    tagged = _records(command("tag", SAMPLE, "-f", "jsonl").stdout)
    segmented = _records(command("segment", SAMPLE, "-f", "jsonl").stdout)
    added = ("themes", "probabilities", "evidence", "review")
    assert segmented == [{key: value for key, value in record.items() if key not in added} for record in tagged]


def test_standard_input_and_the_table(command: Command) -> None:
    done = command("tag", "-", stdin=CLAUSES)
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "3 clauses: 1 preambular, 2 operative" in text
    assert "Urges Member States" in text


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "parquet", "html"])
def test_each_format_is_written_to_a_file_and_nothing_to_the_screen(command: Command, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out.{form}"
    done = command("tag", "-", "-f", form, "-o", path, stdin=CLAUSES)
    assert (done.returncode, done.stdout) == (0, b"")
    content = path.read_bytes()
    if form == "csv":
        assert len(list(csv.DictReader(io.StringIO(content.decode())))) == 3
    elif form == "parquet":
        assert pq.read_table(path).num_rows == 3
    else:
        assert b"Urges Member States" in content


def test_a_table_of_bare_clauses_keeps_its_ids(command: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,text\nx-9,Urges States to protect the victims of trafficking;\n")
    (record,) = _records(command("tag", tmp_path / "t.csv", "-f", "jsonl").stdout)
    assert (record["id"], record["kind"], record["number"]) == ("x-9", None, None)


def test_a_folder_goes_on_after_a_bad_document_and_reports_it_last(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(CLAUSES)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.txt").write_bytes(CLAUSES)
    (tmp_path / "notes.bin").write_bytes(b"\0")
    done = command("tag", tmp_path, "-f", "jsonl")
    assert done.returncode == 7
    records = _records(done.stdout)
    assert len(records) == 6
    assert len({record["document"] for record in records}) == 2
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 2
    assert "b.pdf: the PDF is truncated" in lines[0]
    assert "1 of 3 inputs failed" in lines[1]


BAD = [
    ("empty.txt", b"", 3, "is empty"),
    ("wrong.txt", bytes(range(256)) * 20, 3, "no text"),
    ("page.docx", b"not a zip", 3, "DOCX"),
    ("page.pdf", b"%PDF-1.4\n1 0 obj\n<<", 3, "truncated"),
    ("prose.txt", b"The weather was fine today and the cat sat on the mat, looking at birds.\n" * 3, 4, "no clause found"),
    (
        "french.txt",
        "Rappelant ses résolutions sur la traite des êtres humains et les migrants,\n".encode() * 5,
        3,
        "neither Arabic",
    ),
    ("t.csv", b"id,txt\n1,a\n", 3, "has no 'text'"),
    ("missing.txt", None, 3, "No such file"),
    ("picture.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, 3, "OCR"),
]


@pytest.mark.parametrize(("name", "content", "status", "message"), BAD)
def test_bad_input_gets_one_line_and_its_status_and_leaves_no_file(
    command: Command, tmp_path: Path, name: str, content: bytes | None, status: int, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = command("tag", tmp_path / name, "-f", "jsonl", "-o", tmp_path / "out.jsonl")
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (status, b"", 1), lines
    assert name in lines[0]
    assert message in lines[0]
    assert not (tmp_path / "out.jsonl").exists()


def test_200_megabytes_of_text_are_refused_at_once(command: Command, tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(200 * 2**20)
    begun = time.monotonic()
    done = command("tag", tmp_path / "big.txt")
    assert done.returncode == 3
    assert b"over the limit" in done.stderr
    assert time.monotonic() - begun < 20


def test_wrong_settings_model_and_output_have_their_own_statuses(command: Command, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("modle = 'x'\n")
    cases = [
        (["--settings", tmp_path / "s.toml"], 2, "unknown key 'modle'"),
        (["--model", tmp_path / "none"], 5, "no model folder"),
        (["-f", "jsonl", "-o", tmp_path / "none/out.jsonl"], 6, "cannot be written"),
    ]
    for options, status, message in cases:
        done = command("tag", "-", *options, stdin=CLAUSES)
        assert done.returncode == status, done.stderr
        assert message in done.stderr.decode()
        assert b"Traceback" not in done.stderr


def test_wrong_usage_is_status_2(command: Command) -> None:
    assert command("tag").returncode == 2
    assert command("tag", "x", "--format", "xml").returncode == 2
    assert command("nothing").returncode == 2


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    line = f"{Path(sys.executable).with_name('resclassify')} tag {SAMPLE} -f jsonl | head -n 1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, timeout=60)
    assert done.stderr == b""


def test_the_same_input_gives_the_same_bytes(command: Command) -> None:
    for form in ("jsonl", "html", "parquet"):
        assert command("tag", SAMPLE, "-f", form).stdout == command("tag", SAMPLE, "-f", form).stdout


def test_a_forced_language_is_taken(command: Command) -> None:
    assert {
        record["lang"] for record in _records(command("segment", "-", "-f", "jsonl", "--lang", "ar", stdin=CLAUSES).stdout)
    } == {"ar"}


def test_themes_are_printed_in_both_languages(command: Command) -> None:
    text = command("themes").stdout.decode()
    assert "victim_protection" in text
    assert "حماية الضحايا" in text


def test_version_is_that_of_the_package(command: Command) -> None:
    from resclassify import __version__

    assert command("--version").stdout.decode().strip() == f"resclassify {__version__}"


def test_help_starts_fast_and_imports_nothing_heavy(command: Command) -> None:
    code = (
        "import sys\nsys.argv = ['resclassify', '--help']\nfrom resclassify.cli import run\n"
        "try:\n run()\nexcept SystemExit:\n pass\n"
        "heavy = {'torch', 'mlflow', 'pandas', 'sklearn', 'transformers', 'numpy', 'pyarrow', 'lxml'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    command("--help")
    begun = time.monotonic()
    assert command("--help").returncode == 0
    assert time.monotonic() - begun < 0.4 * 3  # the promise is 0.4 s; a busy machine may take some times that


def test_tagging_never_imports_torch_transformers_or_mlflow() -> None:
    code = (
        f"import sys\nsys.argv = ['resclassify', 'tag', {str(SAMPLE)!r}, '-f', 'jsonl']\nfrom resclassify.cli import run\n"
        "try:\n run()\nexcept SystemExit:\n pass\n"
        "print(sorted({'torch', 'mlflow', 'transformers'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_every_command_and_option_is_in_the_readme() -> None:
    import typer

    from resclassify.cli import app

    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def check(group: object, words: str) -> None:
        for name, found in getattr(group, "commands", {}).items():
            line = f"{words} {name}"
            if hasattr(found, "commands"):
                check(found, line)
                continue
            assert f"`{line}" in readme or f"{line} " in readme, f"README.md does not name `{line}`"
            for parameter in found.params:
                for option in parameter.opts:
                    if option.startswith("--") and option != "--help":
                        assert option in readme, f"README.md does not name {option} of `{line}`"

    check(typer.main.get_command(app), "resclassify")


@pytest.mark.parametrize(
    ("package", "line", "extra"),
    [("sqlalchemy", ["ingest", "x.txt"], "store"), ("torch", ["train", "-o", "m"], "train")],
)
def test_a_package_that_is_missing_is_named_with_its_extra(package: str, line: list[str], extra: str, tmp_path: Path) -> None:
    program = (
        f"import sys\nsys.modules[{package!r}] = None\nsys.argv = ['resclassify', *{line!r}]\n"
        "from resclassify.cli import run\nrun()"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert found.returncode == 8
    assert found.stderr == f"resclassify: {package} is not installed; run `make install`, or pip install 'resclassify[{extra}]'\n"
