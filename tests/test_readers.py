"""Real files, made on the spot, through the readers: the same resolution gives the same clauses whatever holds it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import documents as made
import pytest

from resclassify.errors import InputError
from resclassify.readers import read, read_bytes, read_text
from resclassify.readers.bidi import logical, mirrored
from resclassify.segmentation import segment
from resclassify.settings import Settings

Maker = Callable[[made.Resolution], bytes]


def _txt(resolution: made.Resolution) -> bytes:
    return made.text_of(resolution).encode()


MAKERS: tuple[tuple[str, str, Maker, int], ...] = (
    # name, suffix, maker, number of footnotes that the file holds
    ("txt", ".txt", _txt, 5),
    ("docx, typed numbers", ".docx", made.docx_manual, 0),
    ("docx, automatic numbers", ".docx", made.docx_automatic, 5),
    ("docx, tracked changes", ".docx", made.docx_tracked, 0),
    ("html, semantic", ".html", made.html_clean, 5),
    ("html, tables of layout", ".htm", made.html_old, 5),
    ("pdf", ".pdf", made.pdf_of, 5),
)
EVERY = [
    pytest.param(resolution, *rest, id=f"{name} {resolution.lang}") for resolution in made.RESOLUTIONS for name, *rest in MAKERS
]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _found(document_bytes: bytes, name: str) -> list[tuple[str | None, str | None, str]]:
    return [(clause.kind, clause.number, _flat(clause.text)) for clause in segment(read_bytes(document_bytes, name))]


@pytest.mark.parametrize(("resolution", "suffix", "maker", "notes"), EVERY)
def test_the_same_resolution_gives_the_same_clauses(
    resolution: made.Resolution, suffix: str, maker: Maker, notes: int, tmp_path: Path
) -> None:
    path = tmp_path / f"resolution{suffix}"
    path.write_bytes(maker(resolution))
    document = read(path)
    clauses = segment(document)
    assert [(clause.kind, clause.number, _flat(clause.text)) for clause in clauses] == [
        (kind, number, _flat(text)) for kind, number, text in resolution.clauses()
    ]
    assert all(document.text[clause.start : clause.end] == clause.text for clause in clauses)
    assert [part.label for part in clauses[6].parts] == [resolution.letter(place).strip() for place in range(3)]
    assert document.metadata == resolution.metadata
    assert len(document.footnotes) == notes
    assert document.name == path.name


def test_the_pdf_of_the_tests_breaks_a_paragraph_over_a_page() -> None:
    pdfium = pytest.importorskip("pypdfium2")
    for resolution in made.RESOLUTIONS:
        document = pdfium.PdfDocument(made.pdf_of(resolution))
        assert len(document) >= 3


# ---------------------------------------------------------------------------------------------------- plain text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
@pytest.mark.parametrize("resolution", made.RESOLUTIONS, ids=lambda resolution: resolution.lang)
def test_the_encoding_of_a_text_is_found_out(resolution: made.Resolution, encoding: str) -> None:
    text = made.text_of(resolution)
    if encoding == "cp1256":  # It has no superscript figures.
        text = "\n\n".join(made.plain(paragraph) for paragraph in resolution.paragraphs())
    expected = [(kind, number, _flat(clause)) for kind, number, clause in resolution.clauses()]
    assert _found(text.encode(encoding), "a.txt") == expected


def test_windows_line_ends_and_form_feeds_are_line_ends() -> None:
    plain = "The General Assembly,\n\nRecalling its resolutions,\n\n1. Urges States to act;\n"
    assert _found(plain.replace("\n", "\r\n").encode(), "a.txt") == _found(plain.replace("\n\n1", "\n\f1").encode(), "a.txt")
    assert len(_found(plain.encode(), "a.txt")) == 2


# ------------------------------------------------------------------------------------------------ what is refused


def _bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", b" " * (30 * 2**20))
    return target.getvalue()


def _zip_of(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(name, "x")
    return target.getvalue()


_SOME_DOCX = made.docx_of("The General Assembly,", "Recalling its resolutions,", "1. Urges States to act;")
_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]><w>&a;</w>'


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("scan.pdf", made.pdf_scan, ("scan without a text layer", "OCR", "ocrmypdf")),
        ("locked.pdf", lambda: made.pdf_of(made.ENGLISH, password="secret"), ("encrypted", "without a password")),
        ("cut.pdf", lambda: made.pdf_of(made.ENGLISH)[:-3000], ("truncated", "fetch it again")),
        ("half.pdf", lambda: made.pdf_of(made.ENGLISH)[:20000], ("truncated", "fetch it again")),
        ("blank.pdf", lambda: made.pdf_of_lines([]), ("holds no text", "OCR")),
        ("named.pdf", lambda: b"Dear Sir, this is a letter.", ("no PDF", "fetch it again")),
        ("bomb.docx", _bomb, ("unpacks to 30 MiB", "max_unpacked_bytes")),
        (
            "dtd.docx",
            lambda: made.docx_with(_SOME_DOCX, "word/document.xml", _ENTITIES),
            ("word/document.xml", "entity", "refused"),
        ),
        (
            "deep.docx",
            lambda: made.docx_with(_SOME_DOCX, "word/x.xml", b"<!--" + b" " * 70000 + b"-->" + _ENTITIES),
            ("refused",),
        ),
        (
            "utf16.docx",
            lambda: made.docx_with(_SOME_DOCX, "word/document.xml", _ENTITIES.decode().encode("utf-16")),
            ("entity", "refused"),
        ),
        ("cut.docx", lambda: _SOME_DOCX[: len(_SOME_DOCX) // 2], ("truncated or damaged", "fetch it again")),
        ("archive.docx", lambda: _zip_of("holiday.txt"), ("no DOCX", "give the document itself")),
        ("old.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, ("old binary Word", "save it")),
        ("empty.docx", made.docx_of, ("holds no text",)),
        ("empty.txt", lambda: b"\xef\xbb\xbf \r\n", ("is empty",)),
        ("picture.txt", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 300, ("kind that is not read", "OCR")),
        ("binary.txt", lambda: bytes(range(1, 9)) * 200, ("no text",)),
        ("odd.txt", lambda: "Текст".encode("utf-16")[:-1], ("not valid utf-16", "UTF-8")),
        ("empty.html", lambda: b"<html><body><script>var a;</script></body></html>", ("holds no text",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_in_one_line(name: str, content: Callable[[], bytes], says: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        read_bytes(content(), name)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    for words in says:
        assert words in message


def test_a_file_that_is_not_there_a_folder_and_a_large_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "large.txt").write_text("x" * 200)
    with pytest.raises(InputError, match="max_bytes"):
        read(tmp_path / "large.txt", Settings(max_bytes=100))
    with pytest.raises(InputError, match="max_text_chars"):
        read(tmp_path / "large.txt", Settings(max_text_chars=100))
    with pytest.raises(InputError, match="max_unpacked_bytes"):
        read_bytes(_SOME_DOCX, "a.docx", Settings(max_unpacked_bytes=1000))


def test_a_pdf_locked_against_changes_only_is_read() -> None:
    assert len(_found(made.pdf_of(made.ENGLISH, owner_only=True), "a.pdf")) == 13


def test_the_kind_is_found_from_the_bytes_not_from_the_name() -> None:
    clauses = _found(made.docx_manual(made.ENGLISH), "a.docx")
    assert _found(made.docx_manual(made.ENGLISH), "a.txt") == clauses
    assert _found(made.pdf_of(made.ENGLISH), "a.txt") == clauses
    assert _found(made.html_clean(made.ENGLISH), "a.txt") == clauses


# ------------------------------------------------------------------------------------------------- DOCX in detail


def test_headers_footers_struck_words_and_hidden_marks_are_left_out_of_a_docx() -> None:
    manual, tracked = (read_bytes(maker(made.ENGLISH), "a.docx").text for maker in (made.docx_manual, made.docx_tracked))
    assert "running feet" not in manual
    assert "STRUCK" not in tracked
    assert tracked.count("Noting with appreciation") == 1


# ------------------------------------------------------------------------------------------------- HTML in detail


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<p class="ft00">1. Urges States to act;</p>', "1. Urges States to act;"),
        ('<ol start="4"><li>Urges States to act;</li></ol>', "4. Urges States to act;"),
        ('<ol><li value="9">Urges States to act;</li></ol>', "9. Urges States to act;"),
        ("<ol><li>3. Urges States to act;</li></ol>", "3. Urges States to act;"),
        ("<table><tr><td>2.</td><td>Urges States to act;</td></tr></table>", "2. Urges States to act;"),
        ("<p>1. Urges <span style='display: none'>no</span>States<sup>3</sup> to act;</p>", "1. Urges States to act;"),
        ("<p>1. Urges States&nbsp;to<script>x()</script> act;</p>", "1. Urges States to act;"),
        ("<div>1. Urges States <b>to</b> act;<div>(a) Now;</div></div>", "1. Urges States to act;\n(a) Now;"),
        ("<p>1. Urges the G<sub>20</sub> to act;</p>", "1. Urges the G20 to act;"),
        ("<p>1. Urges the 1<sup>st</sup> State to act;</p>", "1. Urges the 1st State to act;"),
        (
            "<header><p>2. Requests nothing;</p></header><p>1. Urges States to act;</p><nav>1. Home</nav>",
            "1. Urges States to act;",
        ),
    ],
)
def test_html_gives_the_text_that_people_see(markup: str, expected: str) -> None:
    page = f"<html><body>{markup}</body></html>".encode()
    assert read_bytes(page, "a.html").text == expected


# -------------------------------------------------------------------------------------------------- PDF in detail


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [(72.0, 100.0 + 14 * row, 10.0, f"left {row} words of the first column") for row in range(12)]
    right = [(330.0, 100.0 + 14 * row, 10.0, f"right {row} words of the other column") for row in range(12)]
    mixed = [line for pair in zip(left, right, strict=True) for line in pair]
    text = read_bytes(made.pdf_of_lines(mixed), "a.pdf").text
    assert text.index("left 11") < text.index("right 0")


def test_lines_are_read_from_the_top_down_whatever_their_order_in_the_file() -> None:
    lines = [(72.0, 100.0 + 14 * row, 10.0, f"line {row} of the page holds these words") for row in (2, 0, 1)]
    text = read_bytes(made.pdf_of_lines(lines), "a.pdf").text
    assert text.index("line 0") < text.index("line 1") < text.index("line 2")


@pytest.mark.parametrize(
    ("seen", "read_as"),
    [
        ("مالسلا", "السلام"),
        ("2024-2023 نيماعلا", "العامين 2023-2024"),
        ("77/902 اهرارق", "قرارها 77/902"),
        ("A/RES/78/341 رارقلا", "القرار A/RES/78/341"),
        ("19-ديفوك", "كوفيد-19"),
        ("%12.5 ةبسن", "نسبة 12.5%"),
        ("UN-Women ةئيه", "هيئة UN-Women"),
    ],
)
def test_letters_of_an_arabic_line_are_put_in_reading_order(seen: str, read_as: str) -> None:
    assert logical(list(seen), right_to_left=True) == read_as


def test_a_latin_line_keeps_its_order_and_turns_only_its_arabic_words() -> None:
    assert logical(list("See A/78/1 (مالس) of 2023"), right_to_left=False) == "See A/78/1 (سلام) of 2023"
    assert logical(list("Charter of 1945"), right_to_left=False) == "Charter of 1945"


@pytest.mark.parametrize("line", ["البند )ب( من", "البند (ب) من"])
def test_brackets_open_before_they_close_whatever_way_they_were_named(line: str) -> None:
    assert mirrored(line, 0) == ("البند (ب) من", 0)


def test_a_string_is_read_like_a_file() -> None:
    assert read_text("1. Urges States to act;").text == "1. Urges States to act;"
