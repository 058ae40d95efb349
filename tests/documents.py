"""One short resolution of our own invention, in English and in Arabic, and makers of real files that hold it.

Nothing here was ever adopted by anyone. A call of footnote 2 is written "[[2]]" in the texts below; every maker turns it
into what its kind of file has for a call.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import docx
import matplotlib
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from PIL import Image, ImageDraw

from resclassify.types import Lang, Metadata

FONT = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
CALL = re.compile(r"\[\[(\d+)\]\]")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Operative:
    """An operative paragraph without its number; `parts` are its sub-paragraphs (a), (b), (c) without their marks."""

    text: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resolution:
    """A resolution as a drafter thinks of it. `masthead` holds pairs that stand side by side on the first page."""

    lang: Lang
    masthead: tuple[tuple[str, str], ...]
    front: tuple[str, ...]
    title: str
    chapeau: str
    preambular: tuple[str, ...]
    operative: tuple[Operative, ...]
    notes: tuple[str, ...]
    back: tuple[str, ...]
    metadata: Metadata

    def number(self, position: int) -> str:
        """The mark of operative paragraph `position` (from 1) as UN documents print it."""
        return f"{position}. " if self.lang == "en" else f"{position} - "

    def letter(self, position: int) -> str:
        """The mark of sub-paragraph `position` (from 0)."""
        return f"({'abcdef'[position]}) " if self.lang == "en" else f"({'أبجدهو'[position]}) "

    def paragraphs(self) -> Iterator[str]:
        """Every paragraph from the opening formula to the last clause, marks and calls in place."""
        yield self.chapeau
        yield from self.preambular
        for position, operative in enumerate(self.operative, 1):
            yield self.number(position) + operative.text
            for place, part in enumerate(operative.parts):
                yield self.letter(place) + part

    def clauses(self) -> list[tuple[str, str | None, str]]:
        """Kind, number and text of each clause that any reader must come to."""
        found: list[tuple[str, str | None, str]] = [("preambular", None, plain(text)) for text in self.preambular]
        for position, operative in enumerate(self.operative, 1):
            lettered = (self.letter(place) + part for place, part in enumerate(operative.parts))
            found.append(("operative", str(position), plain(" ".join((operative.text, *lettered)))))
        return found


def plain(text: str) -> str:
    """`text` without calls of footnotes."""
    return CALL.sub("", text)


ENGLISH = Resolution(
    lang="en",
    masthead=(
        ("United Nations", "A/RES/78/341"),
        ("General Assembly", "Distr.: General"),
        ("", "19 December 2023"),
        ("", "Original: English"),
    ),
    front=(
        "Seventy-eighth session",
        "Agenda item 27 (b)",
        "Resolution adopted by the General Assembly on 19 December 2023",
        "[on the report of the Third Committee (A/78/999, para. 14)]",
    ),
    title="78/341. Safe journeys to school for girls in riverine communities",
    chapeau="The General Assembly,",
    preambular=(
        "Guided by the Charter of the United Nations and by what it was made for, and reaffirming the Universal "
        "Declaration of Human Rights[[1]] and the Convention on the Rights of the Child,[[2]] which together require that "
        "schooling be within the reach of every child without danger or discrimination,",
        "Recalling its resolution 77/902 of 15 December 2022, Security Council resolution 1325 (2000) of 31 October 2000 and "
        "all previous resolutions on ferries, footbridges and landing places that serve schools, as well as the outcome of the "
        "High-level Meeting on COVID-19 and schooling, and noting the contribution of the members of the G20,",
        "Deeply concerned that girls who live on islands and along rivers are among the first to leave school when a crossing "
        "becomes unsafe, that harassment and violence on the way to school are seldom reported, and that floods, which climate "
        "change makes more frequent, interrupt the school year of some 12.5 million pupils,[[3]]",
        "Recognizing the decisive part that local women boat operators, parents’ associations, teachers and persons with "
        "disabilities take in keeping crossings open, and that their knowledge is rarely sought when public works are planned, "
        "paid for or repaired,",
        "Noting with appreciation the report of the Secretary-General on safe journeys to school,[[4]] and taking note of the "
        "recommendations contained therein that concern multi-year and gender-responsive budgets,",
    ),
    operative=(
        Operative(
            "Calls upon all States to ensure that every girl who travels to school by water can do so safely, affordably and "
            "with dignity, and to treat the crossings that serve schools as essential public infrastructure;"
        ),
        Operative(
            "Urges Member States, in cooperation with local authorities, to adopt measures that prevent violence on the way to "
            "school, including by:",
            (
                "Training boat operators, drivers and school staff to recognize and to report harassment, and protecting those "
                "who report it from reprisals;",
                "Lighting landing places and footpaths, and keeping them passable in every season, including for pupils with "
                "disabilities;",
                "Collecting and publishing data, disaggregated by sex, age and disability, on accidents and on absence from "
                "school;",
            ),
        ),
        Operative(
            "Also urges Member States to bring their legislation on river transport into conformity with the Convention on the "
            "Elimination of All Forms of Discrimination against Women,[[5]] and to review it with the participation of those "
            "whom it concerns;"
        ),
        Operative(
            "Encourages regional organizations and international financial institutions to support, upon request, the building "
            "of footbridges and the replacement of vessels that are no longer fit for service, with particular regard to the "
            "least developed countries, landlocked developing countries and small island developing States;"
        ),
        Operative(
            "Invites the United Nations Children’s Fund and the Entity for the equality of women and men "
            "(UN-Women) to share with States what has been learned from school transport schemes, and to make it available "
            "in the languages that the communities concerned speak;"
        ),
        Operative(
            "Stresses that the voices of girls must be heard in the design of such schemes, and requests the entities of the "
            "United Nations system to include girls, including those displaced by floods, in consultations held under their "
            "auspices;"
        ),
        Operative(
            "Requests the Secretary-General to submit to the General Assembly at its eightieth session a report on the "
            "implementation of the present resolution, drawing upon information from Member States, civil society and the "
            "academic community, and including proposals for indicators by which progress can be followed;"
        ),
        Operative("Decides to remain seized of the matter."),
    ),
    notes=(
        "Resolution 217 A (III).",
        "United Nations, Treaty Series, vol. 1577, No. 27531.",
        "See A/78/888, annex II.",
        "A/78/777.",
        "United Nations, Treaty Series, vol. 1249, No. 20378.",
    ),
    back=("99th plenary meeting", "19 December 2023"),
    metadata=Metadata(
        symbol="A/RES/78/341",
        body="General Assembly",
        session="78",
        agenda_item="27 (b)",
        date="2023-12-19",
        distribution="General",
        language="en",
        title="Safe journeys to school for girls in riverine communities",
    ),
)

ARABIC = Resolution(
    lang="ar",
    masthead=(
        ("الأمم المتحدة", "A/RES/78/341"),
        ("الجمعية العامة", "Distr.: General"),
        ("", "19 December 2023"),
        ("", "Original: English"),
    ),
    front=(
        "الدورة الثامنة والسبعون",
        "البند 27 (ب) من جدول الأعمال",
        "قرار اتخذته الجمعية العامة في 19 كانون الأول/ديسمبر 2023",
        "[بناء على تقرير اللجنة الثالثة (A/78/999، الفقرة 14)]",
    ),
    title="78/341 - سلامة الفتيات في طريقهن إلى المدرسة في المجتمعات المحلية النهرية",
    chapeau="إن الجمعية العامة،",
    preambular=(
        "إذ تسترشد بمقاصد ميثاق الأمم المتحدة ومبادئه، وإذ تعيد تأكيد الإعلان العالمي لحقوق الإنسان[[1]] واتفاقية حقوق "
        "الطفل[[2]]، اللذين يقتضيان معا أن يكون التعليم في متناول كل طفل دون خطر أو تمييز،",
        "وإذ تشير إلى قرارها 77/902 المؤرخ 15 كانون الأول/ديسمبر 2022 وقرار مجلس الأمن 1325 (2000) المؤرخ 31 تشرين "
        "الأول/أكتوبر 2000 وجميع القرارات السابقة المتعلقة بالعبارات والجسور والمراسي التي تخدم المدارس، وكذلك نتائج الاجتماع "
        "الرفيع المستوى المعني بجائحة كوفيد-19 والتعليم، وإذ تلاحظ مساهمة أعضاء مجموعة العشرين،",
        "وإذ يساورها بالغ القلق لأن الفتيات اللواتي يعشن في الجزر وعلى ضفاف الأنهار هن من أوائل من يتركن المدرسة عندما يصبح "
        "العبور غير آمن، ولأن التحرش والعنف في الطريق إلى المدرسة نادرا ما يبلغ عنهما، ولأن الفيضانات التي يزيدها تغير المناخ "
        "تواترا تقطع السنة الدراسية لنحو 12.5 مليون تلميذ[[3]]،",
        "وإذ تسلم بالدور الحاسم الذي تؤديه النساء العاملات في تشغيل القوارب وجمعيات أولياء الأمور والمعلمون والأشخاص ذوو "
        "الإعاقة في إبقاء المعابر مفتوحة، وبأن معارفهم نادرا ما تلتمس عند تخطيط الأشغال العامة أو تمويلها أو إصلاحها،",
        "وإذ تلاحظ مع التقدير تقرير الأمين العام عن سلامة الطريق إلى المدرسة[[4]]، وإذ تحيط علما بالتوصيات الواردة فيه بشأن "
        "الميزانيات المتعددة السنوات والمراعية للمنظور الجنساني،",
    ),
    operative=(
        Operative(
            "تهيب بجميع الدول أن تكفل لكل فتاة تسافر إلى المدرسة عبر المياه أن تفعل ذلك بأمان وبتكلفة معقولة وبكرامة، وأن تعامل "
            "المعابر التي تخدم المدارس بوصفها من الهياكل الأساسية العامة الضرورية؛"
        ),
        Operative(
            "تحث الدول الأعضاء على أن تعتمد، بالتعاون مع السلطات المحلية، تدابير لمنع العنف في الطريق إلى المدرسة، بوسائل منها "
            "ما يلي:",
            (
                "تدريب مشغلي القوارب والسائقين وموظفي المدارس على التعرف على حالات التحرش والإبلاغ عنها، وحماية من يبلغون عنها "
                "من الأعمال الانتقامية؛",
                "إنارة المراسي والممرات وإبقاؤها صالحة للعبور في جميع الفصول، بما في ذلك للتلاميذ ذوي الإعاقة؛",
                "جمع ونشر بيانات مصنفة حسب نوع الجنس والعمر والإعاقة عن الحوادث وعن التغيب عن المدرسة؛",
            ),
        ),
        Operative(
            "تحث أيضا الدول الأعضاء على مواءمة تشريعاتها المتعلقة بالنقل النهري مع اتفاقية القضاء على جميع أشكال التمييز ضد "
            "المرأة[[5]]، وعلى مراجعتها بمشاركة الفئات المعنية بها؛"
        ),
        Operative(
            "تشجع المنظمات الإقليمية والمؤسسات المالية الدولية على أن تدعم، عند الطلب، بناء الجسور واستبدال المراكب التي لم تعد "
            "صالحة للخدمة، مع إيلاء اعتبار خاص لأقل البلدان نموا والبلدان النامية غير الساحلية والدول الجزرية الصغيرة النامية؛"
        ),
        Operative(
            "تدعو منظمة الأمم المتحدة للطفولة وهيئة الأمم المتحدة للمرأة "
            "إلى إطلاع الدول على الدروس المستفادة من خطط النقل المدرسي، وإلى إتاحتها باللغات التي تتكلمها المجتمعات المحلية "
            "المعنية؛"
        ),
        Operative(
            "تشدد على ضرورة الاستماع إلى أصوات الفتيات في تصميم هذه الخطط، وتطلب إلى كيانات منظومة الأمم المتحدة أن تشرك "
            "الفتيات، بمن فيهن المشردات بسبب الفيضانات، في المشاورات التي تعقد تحت رعايتها؛"
        ),
        Operative(
            "تطلب إلى الأمين العام أن يوافي الجمعية العامة في دورتها الثمانين بتقرير عن تنفيذ هذا القرار، مستعينا بالمعلومات "
            "الواردة من الدول الأعضاء والمجتمع المدني والأوساط الأكاديمية، ومتضمنا مقترحات بشأن مؤشرات يمكن بها تتبع التقدم "
            "المحرز؛"
        ),
        Operative("تقرر أن تبقي المسألة قيد نظرها."),
    ),
    notes=(
        "القرار 217 ألف (د-3).",
        "United Nations, Treaty Series, vol. 1577, No. 27531.",
        "انظر A/78/888، المرفق الثاني.",
        "A/78/777.",
        "United Nations, Treaty Series, vol. 1249, No. 20378.",
    ),
    back=("الجلسة العامة 99", "19 كانون الأول/ديسمبر 2023"),
    metadata=Metadata(
        symbol="A/RES/78/341",
        body="General Assembly",
        session="78",
        agenda_item="27 (ب)",
        date="2023-12-19",
        distribution="General",
        language="ar",
        title="سلامة الفتيات في طريقهن إلى المدرسة في المجتمعات المحلية النهرية",
    ),
)
RESOLUTIONS = (ENGLISH, ARABIC)


# ---------------------------------------------------------------------------------------------------- plain text


def _front_lines(resolution: Resolution) -> list[str]:
    masthead = [cell for pair in resolution.masthead for cell in pair if cell]
    return [*masthead, *resolution.front, resolution.title]


def _printed_call(text: str, lang: Lang) -> str:
    shape = "⁽{}⁾" if lang == "ar" else "{}"
    return CALL.sub(lambda match: shape.format(match[1].translate(_SUPERSCRIPT)), text)


def text_of(resolution: Resolution) -> str:
    """Plain text, a paragraph a line, footnotes at the end, as a conversion from DOCX leaves it."""
    body = [_printed_call(text, resolution.lang) for text in resolution.paragraphs()]
    shape = "({}) {}" if resolution.lang == "ar" else "{} {}"
    notes = [shape.format(position, note) for position, note in enumerate(resolution.notes, 1)]
    return "\n\n".join([*_front_lines(resolution), *body, *resolution.back, *notes]) + "\n"


# ---------------------------------------------------------------------------------------------------------- HTML


def html_clean(resolution: Resolution) -> bytes:
    """Semantic HTML in UTF-8: ordered lists carry the numbers, footnotes stand in a list at the end."""

    def marked(text: str) -> str:
        return CALL.sub(r'<sup><a href="#fn\1" id="fnref\1">\1</a></sup>', escape(text))

    def lettered(parts: Sequence[str]) -> str:
        return f'<ol type="a">{"".join(f"<li>{marked(part)}</li>" for part in parts)}</ol>' if parts else ""

    operative = "".join(
        f"<li>{marked(item.text)}{lettered(item.parts)}</li>\n"
        for item in resolution.operative
    )  # fmt: skip
    preambular = "".join(f"<p><em>{_first_word(marked(text))}</p>\n" for text in resolution.preambular)
    masthead = "".join(f"<p>{left}</p><p>{right}</p>" for left, right in resolution.masthead)
    notes = "".join(
        f'<li id="fn{position}"><p>{escape(note)} <a href="#fnref{position}">↩</a></p></li>'
        for position, note in enumerate(resolution.notes, 1)
    )
    direction = "rtl" if resolution.lang == "ar" else "ltr"
    return (
        f"""<!DOCTYPE html>
<html lang="{resolution.lang}" dir="{direction}"><head><meta charset="utf-8"><title>{escape(resolution.title)}</title>
<style>p {{ margin: 0 }}</style><script>var text = "1. Decides that scripts are no clauses;";</script></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/docs">Documents</a></li></ul></nav></header>
<main><article>{masthead}{"".join(f"<p>{line}</p>" for line in resolution.front)}
<h1>{escape(resolution.title)}</h1>
<p>{resolution.chapeau}</p>
{preambular}<ol>
{operative}</ol>
{"".join(f"<p>{line}</p>" for line in resolution.back)}
<section class="footnotes" role="doc-endnotes"><ol>{notes}</ol></section>
</article></main>
<footer><p>7. Requests that footers of sites be left out;</p></footer></body></html>
"""
    ).encode()


def _first_word(text: str) -> str:
    first, rest = text.split(" ", 1)
    return f"{first}</em> {rest}"


def html_old(resolution: Resolution) -> bytes:
    """HTML of the nineties: a form of ASP.NET around tables of layout, <br> between paragraphs, numbers in cells of their own."""
    arabic = resolution.lang == "ar"

    def marked(text: str) -> str:
        return CALL.sub(r'<a href="#_ftn\1" name="_ftnref\1"><span>[\1]</span></a>', escape(text))

    rows = "".join(f"<tr><td>{left}<td align=right>{right}" for left, right in resolution.masthead)
    preambular = "<br><br>\r\n&nbsp;&nbsp;".join(
        f"<i>{_first_word(marked(text)).replace('</em>', '</i>')}" for text in resolution.preambular
    )
    operative = ""
    for position, item in enumerate(resolution.operative, 1):
        parts = "".join(f"<br>\r\n<br>{resolution.letter(place)}{marked(part)}" for place, part in enumerate(item.parts))
        operative += (
            f"<tr valign=top><td width=30>{resolution.number(position).strip()}</td><td>{marked(item.text)}{parts}</td></tr>\r\n"
        )
    notes = "".join(
        f'<div id=ftn{position}><p class=MsoFootnoteText><a href="#_ftnref{position}">[{position}]</a> {escape(note)}</p></div>'
        for position, note in enumerate(resolution.notes, 1)
    )
    charset = "windows-1256" if arabic else "iso-8859-1"
    page = f"""<HTML{" DIR=RTL" if arabic else ""}><HEAD>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">
<TITLE>{resolution.title}</TITLE></HEAD><BODY bgcolor=white><FORM id=aspnetForm method=post><INPUT type=hidden value=x>
<TABLE width="100%">{rows}</TABLE>
<CENTER>{"<BR>".join(resolution.front)}<BR><B>{resolution.title}</B></CENTER><HR>
<TABLE><TR><TD><FONT face=Arial>
{resolution.chapeau}<br><br>
{preambular}</FONT></TD></TR></TABLE>
<TABLE>{operative}</TABLE>
<P>{"<BR>".join(resolution.back)}
<HR>{notes}</FORM></BODY></HTML>"""
    return page.encode("cp1256" if arabic else "cp1252")


# ---------------------------------------------------------------------------------------------------------- DOCX


def docx_manual(resolution: Resolution) -> bytes:
    """DOCX with typed numbers, calls as superscript digits, footnotes in footnotes.xml, masthead in a table."""
    document = docx.Document()
    _headers(document, resolution)
    _masthead_table(document, resolution)
    for line in resolution.front:
        document.add_paragraph(line)
    document.add_heading(resolution.title, 1)
    for text in resolution.paragraphs():
        _add(document.add_paragraph(), text, _superscript_call)
    for line in resolution.back:
        document.add_paragraph(line)
    return _saved(document, resolution.lang)


def docx_automatic(resolution: Resolution) -> bytes:
    """DOCX as a word processor makes it: numbers by numbering.xml, real footnotes, the masthead in the first page's header."""
    document = docx.Document()
    _headers(document, resolution, masthead=True)
    number = _add_numbering(document, resolution.lang)
    _add_footnotes(document, resolution.notes)
    for line in resolution.front:
        document.add_paragraph(line)
    document.add_heading(resolution.title, 1)
    for text in (resolution.chapeau, *resolution.preambular):
        _add(document.add_paragraph(), text, _real_call)
    for item in resolution.operative:
        _add(_listed(document.add_paragraph(), number, 0), item.text, _real_call)
        for part in item.parts:
            _add(_listed(document.add_paragraph(), number, 1), part, _real_call)
    for line in resolution.back:
        document.add_paragraph(line)
    return _saved(document, resolution.lang)


def docx_tracked(resolution: Resolution) -> bytes:
    """DOCX with tracked changes that, once accepted, leave exactly `resolution`.

    Words inserted and struck, a whole paragraph struck, a paragraph moved, a paragraph mark struck (two paragraphs made
    one), and operative paragraphs in the rows of a table.
    """
    document = docx.Document()
    _masthead_table(document, resolution)
    for line in (*resolution.front, resolution.title, resolution.chapeau):
        document.add_paragraph(line)
    first, *rest = (plain(text) for text in resolution.preambular)
    half = first.index(" ", len(first) // 2)
    opening = document.add_paragraph(first[:half])
    opening._p.get_or_add_pPr().append(parse_xml(f"<w:rPr {nsdecls('w')}><w:del w:id='90' w:author='x'/></w:rPr>"))
    document.add_paragraph(first[half + 1 :])
    _tracked(document.add_paragraph(), "moveFrom", rest[-1])
    for text in rest[:-1]:
        words = text.split(" ")
        paragraph = document.add_paragraph(" ".join(words[:3]) + " ")
        _tracked(paragraph, "del", "STRUCK WORDS ")
        _tracked(paragraph, "ins", " ".join(words[3:6]) + " ")
        paragraph.add_run(" ".join(words[6:])).bold = True
    _tracked(document.add_paragraph(), "moveTo", rest[-1])
    _tracked(document.add_paragraph(), "del", f"{resolution.number(1)}{plain(resolution.operative[3].text)}")
    table = document.add_table(rows=0, cols=2)
    for position, item in enumerate(resolution.operative, 1):
        cells = table.add_row().cells
        cells[0].text = resolution.number(position).strip()
        cells[1].text = plain(item.text)
        for place, part in enumerate(item.parts):
            cells[1].add_paragraph(resolution.letter(place) + plain(part))
    return _saved(document, resolution.lang)


def _saved(document: docx.document.Document, lang: Lang = "en") -> bytes:
    if lang == "ar":
        for paragraph in document.paragraphs:
            paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:bidi {nsdecls('w')}/>"))
            for run in paragraph.runs:
                run.font.rtl = True
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _headers(document: docx.document.Document, resolution: Resolution, *, masthead: bool = False) -> None:
    section = document.sections[0]
    section.header.paragraphs[0].text = f"{resolution.metadata.symbol}\t{resolution.title}"
    section.footer.paragraphs[0].text = "1. Decides that running feet are no clauses;"
    if masthead:
        section.different_first_page_header_footer = True
        table = section.first_page_header.add_table(0, 2, section.page_width)
        for pair in resolution.masthead:
            for cell, text in zip(table.add_row().cells, pair, strict=True):
                cell.text = text


def _masthead_table(document: docx.document.Document, resolution: Resolution) -> None:
    table = document.add_table(rows=0, cols=2)
    for pair in resolution.masthead:
        for cell, text in zip(table.add_row().cells, pair, strict=True):
            cell.text = text


def _add(paragraph: Paragraph, text: str, call: Callable[[Paragraph, str], None]) -> None:
    """Text in runs, the first word in italics, calls by `call`."""
    for position, piece in enumerate(CALL.split(text)):
        if position % 2:
            call(paragraph, piece)
        elif piece:
            first, _, rest = piece.partition(" ") if position == 0 else ("", "", piece)
            paragraph.add_run(first).italic = True
            paragraph.add_run((" " if position == 0 and rest else "") + rest).bold = position == 0


def _superscript_call(paragraph: Paragraph, number: str) -> None:
    paragraph.add_run(f"({number})").font.superscript = True


def _real_call(paragraph: Paragraph, number: str) -> None:
    paragraph._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')}><w:rPr><w:rStyle w:val='FootnoteReference'/></w:rPr>"
            f"<w:footnoteReference w:id='{int(number) + 1}'/></w:r>"
        )
    )


def _tracked(paragraph: Paragraph, tag: str, text: str) -> None:
    inner = "delText" if tag == "del" else "t"
    paragraph._p.append(
        parse_xml(
            f"<w:{tag} {nsdecls('w')} w:id='7' w:author='x' w:date='2023-12-01T00:00:00Z'><w:r>"
            f"<w:{inner} xml:space='preserve'>{escape(text)}</w:{inner}></w:r></w:{tag}>"
        )
    )


def _listed(paragraph: Paragraph, number: str, level: int) -> Paragraph:
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f"<w:numPr {nsdecls('w')}><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>"))
    return paragraph


def _add_numbering(document: docx.document.Document, lang: Lang) -> str:
    root = document.part.numbering_part.element
    first, second, letters = ("%1.", "(%2)", "lowerLetter") if lang == "en" else ("%1 -", "(%2)", "arabicAbjad")
    level = "<w:lvl w:ilvl='{}'><w:start w:val='1'/><w:numFmt w:val='{}'/><w:lvlText w:val='{}'/></w:lvl>"
    abstract = parse_xml(
        f"<w:abstractNum {nsdecls('w')} w:abstractNumId='77'>{level.format(0, 'decimal', first)}"
        f"{level.format(1, letters, second)}"
        "</w:abstractNum>"
    )
    root.insert(0, abstract)
    root.append(parse_xml(f"<w:num {nsdecls('w')} w:numId='77'><w:abstractNumId w:val='77'/></w:num>"))
    return "77"


def _add_footnotes(document: docx.document.Document, notes: Sequence[str]) -> None:
    """A footnotes part; ids start at 2 after the two separators, as word processors number them."""
    inner = "".join(
        f"<w:footnote w:id='{position}'><w:p><w:r><w:footnoteRef/></w:r>"
        f"<w:r><w:t xml:space='preserve'> {escape(note)}</w:t></w:r></w:p></w:footnote>"
        for position, note in enumerate(notes, 2)
    )
    kinds = ("separator", "continuationSeparator")
    separators = "".join(f"<w:footnote w:type='{kind}' w:id='{place}'><w:p/></w:footnote>" for place, kind in enumerate(kinds))
    blob = f"<?xml version='1.0' encoding='UTF-8'?><w:footnotes {nsdecls('w')}>{separators}{inner}</w:footnotes>".encode()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def docx_with(content: bytes, entry: str, replacement: bytes) -> bytes:
    """The DOCX `content` with `entry` of its package replaced, or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            if name != entry:
                made.writestr(name, source.read(name))
        made.writestr(entry, replacement)
    return target.getvalue()


def docx_of(*paragraphs: str) -> bytes:
    """DOCX of bare paragraphs; a form feed is a page break."""
    document = docx.Document()
    for text in paragraphs:
        if text == "\f":
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        else:
            document.add_paragraph(text)
    return _saved(document)


# ----------------------------------------------------------------------------------------------------------- PDF

_LEFT, _RIGHT, _TOP, _FOOT = 90.0, 522.0, 72.0, 720.0
_LEADING = 24.0


@dataclass(frozen=True)
class _Printed:
    """A line that is set: its text (with calls), whether a space stands above it, and how far it is indented."""

    text: str
    first: bool
    indent: float


class _Page(FPDF):
    """Pages set line by line, so that the tests know what stands where."""

    def __init__(self, lang: Lang) -> None:
        super().__init__(unit="pt", format="letter")
        self.arabic = lang == "ar"
        self.set_auto_page_break(False)
        self.add_font("body", fname=FONT)
        self.set_font("body", size=11)
        self.set_text_shaping(True)

    def width(self, text: str, size: float = 11) -> float:
        self.set_font("body", size=size)
        return float(self.get_string_width(text))

    def put(self, text: str, y: float, *, size: float = 11, x: float | None = None, left: bool = False) -> None:
        """One line at baseline `y`, from the side that the language starts on; calls raised and small."""
        across = (_RIGHT if self.arabic and not left else _LEFT) if x is None else x
        for position, piece in enumerate(CALL.split(text)):
            shown = piece if position % 2 == 0 else (f"({piece})" if self.arabic else piece)
            own, up = (size, 0.0) if position % 2 == 0 else (size * 0.6, size * 0.35)
            if not shown:
                continue
            width = self.width(shown, own)
            across -= width if self.arabic and not left else 0
            self.set_xy(across, y - up - own)
            self.c_margin = 0
            self.cell(w=width + 0.01, h=own, text=shown)
            across += 0 if self.arabic and not left else width


def _wrapped(page: _Page, resolution: Resolution) -> Iterator[_Printed]:
    for text in (*resolution.paragraphs(), *resolution.back):
        indent = 20.0 if text.startswith("(") else 0.0
        line: list[str] = []
        first = True
        for word in text.split(" "):
            if line and page.width(CALL.sub("", " ".join([*line, word]))) > _RIGHT - _LEFT - indent:
                yield _Printed(" ".join(line), first, indent)
                line, first = [], False
            line.append(word)
        yield _Printed(" ".join(line), first, indent)


def pdf_of(resolution: Resolution, *, password: str | None = None, owner_only: bool = False) -> bytes:
    """PDF of three pages: two-column masthead, running heads, page numbers, footnotes in small print at the foot.

    With `password` it is encrypted; with `owner_only` too, but it opens without a password.
    """
    page = _Page(resolution.lang)
    page.add_page()
    y = _masthead(page, resolution)
    room: list[str] = []
    for line in _wrapped(page, resolution):
        called = [f"{number} {resolution.notes[int(number) - 1]}" for number in CALL.findall(line.text)]
        step = _LEADING + (8 if line.first else 0)
        if y + step > _FOOT - 13 * (len(room) + len(called)) - 12:
            _finish(page, room)
            page.add_page()
            page.put(f"{resolution.metadata.symbol}", 40, size=9, x=_LEFT if page.arabic else 470, left=True)
            page.put(f"{resolution.metadata.title}", 40, size=9)
            y, room = _TOP + 10, []
        else:
            y += step
        room += called
        side = _RIGHT - line.indent if page.arabic else _LEFT + line.indent
        page.put(line.text, y, x=side)
    _finish(page, room)
    if password or owner_only:
        page.set_encryption(
            owner_password="owner",
            user_password=password or "",
            encryption_method=EncryptionMethod.AES_128,
            permissions=AccessPermission.all(),
        )
    return bytes(page.output())


def _masthead(page: _Page, resolution: Resolution) -> float:
    y = 60.0
    for start, other in resolution.masthead:
        if start:
            page.put(start, y, size=14)
        page.put(other, y, x=100 if page.arabic else 400, size=10, left=True)
        y += 20
    for line in (*resolution.front, resolution.title):
        y += 22
        for piece in _cut(page, line):
            page.put(piece, y)
            y += _LEADING
        y -= _LEADING
    return y + 6


def _cut(page: _Page, text: str) -> Iterator[str]:
    line: list[str] = []
    for word in text.split(" "):
        if line and page.width(" ".join([*line, word])) > _RIGHT - _LEFT:
            yield " ".join(line)
            line = []
        line.append(word)
    yield " ".join(line)


def _finish(page: _Page, notes: Sequence[str]) -> None:
    """The foot of a page: a rule, the footnotes in small print, job number and page number."""
    y = _FOOT - 13 * (len(notes) - 1)
    if notes:
        page.line(_LEFT, y - 12, _LEFT + 120, y - 12)
    for note in notes:
        number, text = note.split(" ", 1)
        latin = text.startswith(("United", "A/"))
        if page.arabic:
            page.put(f"({number})", y, size=8)
            page.put(text, y, size=8, x=_RIGHT - 24 - (page.width(text, 8) if latin else 0), left=latin)
        else:
            page.put(f"[[{number}]] {text}", y, size=8)
        y += 13
    page.put("23-25941", 760, size=8, left=True)
    page.put(f"{page.page_no()}/3", 760, size=8, x=500, left=True)


def pdf_of_lines(*pages: Sequence[tuple[float, float, float, str]]) -> bytes:
    """PDF of pages of (x, y from the top, size, text), set from the left in the order given."""
    made = _Page("en")
    for lines in pages:
        made.add_page()
        for x, y, size, text in lines:
            made.put(text, y, x=x, size=size, left=True)
    return bytes(made.output())


def pdf_scan(pages: int = 2) -> bytes:
    """PDF of pictures of pages, without a text layer."""
    made = FPDF(unit="pt", format="letter")
    picture = Image.new("L", (425, 550), 255)
    ImageDraw.Draw(picture).text((40, 40), "The General Assembly,", fill=0)
    for _ in range(pages):
        made.add_page()
        made.image(picture, x=0, y=0, w=612, h=792)
    return bytes(made.output())


__all__ = [
    "ARABIC",
    "ENGLISH",
    "RESOLUTIONS",
    "Resolution",
    "docx_automatic",
    "docx_manual",
    "docx_of",
    "docx_tracked",
    "docx_with",
    "html_clean",
    "html_old",
    "pdf_of",
    "pdf_of_lines",
    "pdf_scan",
    "plain",
    "qn",
    "text_of",
]
