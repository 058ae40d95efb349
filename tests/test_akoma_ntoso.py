"""Resolutions as Akoma Ntoso: valid by the schema of OASIS, named after the UN's guidelines, both languages one work."""

from __future__ import annotations

import re
from dataclasses import replace

import documents as made
import pytest
from akoma import NAMES, elements, schema, tagged, untagged, valid, written
from conftest import SAMPLE, Command
from lxml import etree

from resclassify.akoma_ntoso import file_names, names, to_akoma_ntoso
from resclassify.readers import read, read_bytes, read_text
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Document, Metadata

CLAUSES = b"""The General Assembly,

Recalling its resolution 70/1 of 25 September 2015,

1. Urges Member States to investigate and punish traffickers;

2. Requests the Secretary-General to report to it at its next session.
"""
MAKERS = [
    ("r.txt", lambda resolution: made.text_of(resolution).encode()),
    ("r.docx", made.docx_automatic),
    ("r.html", made.html_clean),
    ("r.htm", made.html_old),
    ("r.pdf", made.pdf_of),
]
PARTS = [pytest.param(resolution, *rest, id=f"{rest[0]} {resolution.lang}") for resolution in made.RESOLUTIONS for rest in MAKERS]


def _read(resolution: made.Resolution) -> Document:
    return read_text(made.text_of(resolution), f"{resolution.lang}.txt")


def _values(root: etree._Element, level: str) -> dict[str, str]:
    """Name and value of what identifies one level of FRBR."""
    held = root.find(f"a:statement/a:meta/a:identification/a:{level}", NAMES)
    return {child.tag.rpartition("}")[2]: next(iter(child.attrib.values())) for child in held}


@pytest.mark.parametrize(("resolution", "name", "maker"), PARTS)
def test_every_kind_of_file_gives_a_valid_statement_with_its_parts(resolution, name, maker):
    root = written(read_bytes(maker(resolution), name))
    assert len(root.xpath("//a:preamble/a:recitals/a:recital", namespaces=NAMES)) == 5
    assert len(root.xpath("//a:mainBody/a:paragraph", namespaces=NAMES)) == 8
    assert len(root.xpath("//a:paragraph[@eId='para_2']/a:list/a:point", namespaces=NAMES)) == 3
    assert root.xpath("//a:meta/a:notes/a:note/a:p", namespaces=NAMES)
    assert root.xpath("string(//a:preface//a:docTitle)", namespaces=NAMES) == resolution.metadata.title
    assert {room.get("{http://www.w3.org/XML/1998/namespace}lang") for room in root[0][1:]} == {resolution.lang}


def test_the_schema_refuses_what_is_not_valid():
    content = to_akoma_ntoso(_read(made.ENGLISH), untagged(_read(made.ENGLISH)))
    valid(content)
    for old, new in (
        (b'eId="para_2"', b'eId="para_1"'),
        (b'<FRBRcountry value="un"/>', b""),
        (b"<mainBody", b"<body"),
        (b'date="2023-12-19"', b'date="19 December"'),
    ):
        changed = content.replace(old, new).replace(b"</mainBody", b"</body" if new == b"<body" else b"</mainBody")
        assert changed != content
        assert not schema().validate(etree.fromstring(changed)), new


def test_arabic_and_english_are_two_expressions_of_one_work():
    english, arabic = (written(_read(resolution)) for resolution in made.RESOLUTIONS)
    works = [etree.tostring(root.find("a:statement/a:meta/a:identification/a:FRBRWork", NAMES)) for root in (english, arabic)]
    assert works[0] == works[1]
    work = "/akn/un/statement/deliberation/un-ga/2023-12-19/78-341"
    assert _values(english, "FRBRWork") == {
        "FRBRthis": f"{work}/!main",
        "FRBRuri": work,
        "FRBRalias": "A/RES/78/341",
        "FRBRdate": "2023-12-19",
        "FRBRauthor": "#un-ga",
        "FRBRcountry": "un",
        "FRBRsubtype": "deliberation",
        "FRBRnumber": "78-341",
    }
    for root, language in ((english, "eng"), (arabic, "ara")):
        expression = _values(root, "FRBRExpression")
        assert (expression["FRBRuri"], expression["FRBRlanguage"]) == (f"{work}/{language}@2023-12-19", language)
        assert expression["FRBRauthoritative"] == "false"
        assert _values(root, "FRBRManifestation")["FRBRuri"] == f"{work}/{language}@2023-12-19/.xml"
    held = [{key for key in elements(root) if not key.startswith("note")} for root in (english, arabic)]
    assert held[0] == held[1]


NAMED = [
    # symbol, body, date, the work's IRI after /akn/un/statement/deliberation/, what is printed as its number
    ("A/RES/78/341", "General Assembly", "2023-12-19", "un-ga/2023-12-19/78-341", "78/341"),
    ("A/C.3/79/L.22/Rev.1", "General Assembly", "2024-11-12", "un-ga/2024-11-12/A-C.3-79-L.22-Rev.1", "A/C.3/79/L.22/Rev.1"),
    ("S/RES/2331 (2016)", "Security Council", "2016-12-20", "un-sc/2016-12-20/2331_(2016)", "2331 (2016)"),
    ("S/RES/2331 (2016)", "Security Council", None, "un-sc/2016-01-01/2331_(2016)", "2331 (2016)"),
    ("E/RES/2019/4", "Economic and Social Council", None, "un-ecosoc/2019-01-01/2019-4", "2019/4"),
    ("A/HRC/RES/50/1", "Human Rights Council", None, "un-hrc/0001-01-01/50-1", "50/1"),
    ("CEDAW/C/1", None, "2020-02-03", "un/2020-02-03/CEDAW-C-1", "CEDAW/C/1"),
]


@pytest.mark.parametrize(("symbol", "body", "date", "iri", "printed"), NAMED)
def test_a_work_is_named_by_its_symbol_body_and_date(symbol, body, date, iri, printed):
    document = Document("d.txt", CLAUSES.decode(), Metadata(symbol=symbol, body=body, date=date))
    named = names(document, "en")
    assert named.work == f"/akn/un/statement/deliberation/{iri}"
    assert (named.printed, named.local) == (printed, False)
    assert names(document, "ar").work == named.work
    assert written(document).xpath("string(//a:FRBRnumber/@showAs)", namespaces=NAMES) == printed


def test_an_expression_has_no_date_where_none_is_known():
    document = Document("d.txt", CLAUSES.decode(), Metadata(symbol="A/HRC/RES/50/1"))
    assert names(document, "ar").expression.endswith("/50-1/ara@")
    assert names(replace(document, metadata=Metadata(symbol="A/1", date="2020-01-02")), "en").expression.endswith(
        "/eng@2020-01-02"
    )


def test_a_document_without_a_symbol_has_a_local_number_of_its_text_that_says_so():
    document = read_text(CLAUSES.decode(), "a.txt")
    named = names(document, "en")
    assert re.fullmatch(r"local-[0-9a-f]{16}", named.number)
    assert named == names(replace(document, name="other.txt"), "en")
    assert named.number != names(replace(document, text=document.text + "."), "en").number
    root = written(document)
    assert root.xpath("string(//rc:document/@numbering)", namespaces=NAMES) == "local"
    assert not root.xpath("//a:FRBRalias", namespaces=NAMES)


def test_a_draft_is_a_draft():
    draft = Document("d.txt", CLAUSES.decode(), Metadata(symbol="A/C.3/79/L.22"))
    assert written(draft)[0].get("name") == "resolutionDraft"
    assert written(replace(draft, metadata=Metadata(symbol="A/RES/79/22")))[0].get("name") == "resolution"


def test_every_reference_leads_to_something_in_the_file():
    root = written(_read(made.ENGLISH))
    held = elements(root)
    pointers = root.xpath("//@refersTo | //@source | //@as | //rc:clause/@href | //a:FRBRauthor/@href", namespaces=NAMES)
    assert len(pointers) > 40
    for pointer in pointers:
        for word in pointer.split():
            assert word.removeprefix("#") in held, pointer


def test_themes_are_concepts_named_in_the_language_of_the_document():
    for resolution in made.RESOLUTIONS:
        concepts = written(_read(resolution)).xpath("//a:references/a:TLCConcept[starts-with(@eId, 'theme_')]", namespaces=NAMES)
        assert [(concept.get("eId"), concept.get("showAs")) for concept in concepts] == [
            (f"theme_{theme.id}", theme.names[resolution.lang]) for theme in load_taxonomy().themes
        ]
        assert all(concept.get("href").startswith("/akn/ontology/concept/resclassify/") for concept in concepts)


def test_probabilities_evidence_and_review_read_back_as_they_were():
    document = _read(made.ARABIC)
    records = tagged(document)
    clauses = written(document, records).xpath("//a:proprietary/rc:clause", namespaces=NAMES)
    for clause, record in zip(clauses, records, strict=True):
        held = {item.get("refersTo"): float(item.get("value")) for item in clause.findall("rc:probability", NAMES)}
        assert held == {f"#theme_{theme}": value for theme, value in record["probabilities"].items()}
        assert clause.get("review") == str(record["review"]).lower()
        assert [
            (item.get("refersTo"), int(item.get("start")), int(item.get("end")), float(item.get("weight")), item.text)
            for item in clause.findall("rc:evidence", NAMES)
        ] == [
            (f"#theme_{item['theme']}", item["start"], item["end"], item["weight"], record["text"][item["start"] : item["end"]])
            for item in record["evidence"]
        ]


def test_without_tags_nothing_is_said_of_themes():
    document = _read(made.ENGLISH)
    content = to_akoma_ntoso(document, untagged(document))
    valid(content)
    assert b"theme_" not in content
    assert b'review="' not in content


def test_a_clause_in_another_language_says_so():
    text = CLAUSES.decode() + "\n3. تقرر أن تبقي المسألة قيد نظرها في دورتها المقبلة.\n"
    document = read_text(text, "d.txt")
    found = written(document).xpath("//a:paragraph/@xml:lang", namespaces=NAMES)
    assert found == ["ar"]


def test_the_same_document_gives_the_same_bytes():
    document = read(SAMPLE)
    assert to_akoma_ntoso(document, tagged(document)) == to_akoma_ntoso(document, tagged(document))


def test_file_names_differ_and_stay_in_their_folder():
    assert file_names(["a.txt", "A.txt", "b/a.txt", "b_a.txt", "..", "../c.txt", "a.txt"]) == [
        "a.txt.xml", "A.txt_2.xml", "b_a.txt.xml", "b_a.txt_2.xml", "document.xml", "c.txt.xml", "a.txt_3.xml",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------- the command line


def test_one_document_goes_to_the_screen_or_to_a_file_valid_and_with_the_tags_of_the_records(command: Command, tmp_path):
    done = command("tag", SAMPLE, "-f", "akn")
    assert (done.returncode, done.stderr) == (0, b"")
    root = valid(done.stdout)
    assert len(root.xpath("//a:recital", namespaces=NAMES)) == 38
    assert len(root.xpath("//a:mainBody/a:paragraph", namespaces=NAMES)) == 52
    assert root.xpath("//a:*[contains(@refersTo, '#theme_')]", namespaces=NAMES)
    path = tmp_path / "out.xml"
    shown = command("segment", "-", "-f", "akn", stdin=CLAUSES)
    assert command("segment", "-", "-f", "akn", "-o", path, stdin=CLAUSES).stdout == b""
    assert path.read_bytes() == shown.stdout
    assert not valid(shown.stdout).xpath("//rc:probability", namespaces=NAMES)


def test_several_documents_need_a_folder_and_get_a_file_each(command: Command, tmp_path):
    (tmp_path / "in/sub").mkdir(parents=True)
    for name in ("in/a.txt", "in/b.txt", "in/sub/a.txt"):
        (tmp_path / name).write_bytes(CLAUSES)
    done = command("segment", tmp_path / "in", "-f", "akn")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--output" in done.stderr
    (tmp_path / "file").write_text("kept")
    done = command("segment", tmp_path / "in", "-f", "akn", "-o", tmp_path / "file")
    assert (done.returncode, (tmp_path / "file").read_text()) == (6, "kept")
    assert len(done.stderr.splitlines()) == 1
    done = command("segment", tmp_path / "in", "-f", "akn", "-o", tmp_path / "out/new")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    made_files = sorted((tmp_path / "out/new").iterdir())
    assert len(made_files) == 3
    assert "b.txt.xml" in [path.name for path in made_files]
    for path in made_files:
        valid(path.read_bytes())


def test_a_table_of_bare_clauses_is_refused_and_the_documents_beside_it_are_written(command: Command, tmp_path):
    (tmp_path / "t.csv").write_text("text\nUrges States to protect the victims of trafficking;\n")
    (tmp_path / "a.txt").write_bytes(CLAUSES)
    done = command("segment", tmp_path / "t.csv", "-f", "akn", "-o", tmp_path / "out.xml")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode().splitlines() == [
        "resclassify: t.csv: is a table of bare clauses, and akn holds whole documents; name another --format"
    ]
    assert not (tmp_path / "out.xml").exists()
    done = command("segment", tmp_path / "t.csv", tmp_path / "a.txt", "-f", "akn", "-o", tmp_path / "out")
    assert done.returncode == 7
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt.xml"]
