"""The same three documents as DOCX, for those who must go on writing in them."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import segno
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from changle.core.documents.words import Sections, Table, bounded, chinese_date, letterhead, plain


# The fonts of GB/T 9704-2012, by the names under which Word and WPS know them.
BODY = ("FangSong", "仿宋")
TITLE = ("SimSun", "宋体")
_LANDSCAPE_FROM = 7  # columns
_BODY_SIZE = 16
_TABLE_SIZE = 10.5


def letter_docx(
    *,
    title: str,
    paragraphs: Sequence[str],
    to: str = "",
    number: str = "",
    signed: str = "",
    dated: date | None = None,
    qr_url: str = "",
    header: str = "",
) -> bytes:
    document = _begun(title, header, size=_BODY_SIZE, number=number)
    if to:
        _line(document, f"{to}：")
    for words in paragraphs:
        _line(document, words).paragraph_format.first_line_indent = Pt(2 * _BODY_SIZE)
    for words in (signed, chinese_date(dated) if dated else ""):
        if words:
            _line(document, words).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return _ended(document, qr_url)


def table_report_docx(
    *,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    notes: Sequence[str] = (),
    qr_url: str = "",
    header: str = "",
) -> bytes:
    taken = bounded(columns, rows)
    document = _begun(title, header, size=_TABLE_SIZE, landscape=len(columns) >= _LANDSCAPE_FROM)
    _table(document, [[plain(label) for label in columns], *taken], headed=True)
    _notes(document, notes)
    return _ended(document, qr_url)


def tables_report_docx(
    *,
    title: str,
    tables: Iterable[Table],
    lead: Sequence[str] = (),
    notes: Sequence[str] = (),
    qr_url: str = "",
    header: str = "",
) -> bytes:
    document = _begun(title, header, size=_TABLE_SIZE, landscape=True)
    _notes(document, lead)
    for one in tables:
        taken = bounded(one.columns, one.rows)
        _line(document, one.heading).runs[0].bold = True
        _table(document, [[plain(label) for label in one.columns], *taken], headed=True)
        _notes(document, one.notes)
    _notes(document, notes)
    return _ended(document, qr_url)


def facts_sheet_docx(
    *,
    title: str,
    sections: Sections,
    notes: Sequence[str] = (),
    qr_url: str = "",
    header: str = "",
) -> bytes:
    document = _begun(title, header, size=12)
    for heading, facts in sections:
        _line(document, heading).runs[0].bold = True
        if facts:
            _table(document, [[plain(label), plain(value)] for label, value in facts], headed=False)
    _notes(document, notes)
    return _ended(document, qr_url)


def _begun(
    title: str, header: str, *, size: float, number: str = "", landscape: bool = False
) -> Any:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    style = document.styles["Normal"]
    style.font.size = Pt(size)
    _set_fonts(style.font, style.element.get_or_add_rPr(), BODY)
    section.header.paragraphs[0].text = letterhead(header)
    _page_numbers(section.footer.paragraphs[0])
    document.core_properties.title = plain(title)[:250]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    if number:
        _line(document, number).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    heading = _line(document, title)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.runs[0]
    run.font.size = Pt(22)
    _set_fonts(run.font, run._element.get_or_add_rPr(), TITLE)  # noqa: SLF001  its only way there
    return document


def _set_fonts(font: Any, properties: Any, names: tuple[str, str]) -> None:
    """Latin and East Asian letters have their fonts apart; without the second, Word picks one."""
    font.name = names[0]
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), names[1])


def _line(document: Any, words: str) -> Any:
    paragraph = document.add_paragraph()
    paragraph.add_run(plain(words))
    return paragraph


def _notes(document: Any, notes: Sequence[str]) -> None:
    for place, note in enumerate(notes):
        _line(document, f"注：{note}" if place == 0 else note)


def _page_numbers(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("第 ")
    _field(paragraph, "PAGE")
    paragraph.add_run(" 页 共 ")
    _field(paragraph, "NUMPAGES")
    paragraph.add_run(" 页")


def _field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)  # noqa: SLF001  python-docx has no word for fields


def _table(document: Any, rows: list[list[str]], *, headed: bool) -> None:
    """By the elements themselves: the library's own way slows down with the square of the rows."""
    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for place, row in enumerate(rows):
        line = OxmlElement("w:tr")
        if headed and place == 0:
            properties = OxmlElement("w:trPr")
            properties.append(OxmlElement("w:tblHeader"))
            line.append(properties)
        for words in row:
            line.append(_table_cell(words))
        table._tbl.append(line)  # noqa: SLF001  see above


def _table_cell(words: str) -> Any:
    cell, paragraph = OxmlElement("w:tc"), OxmlElement("w:p")
    for place, line in enumerate(words.split("\n")):
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        if place:
            run.append(OxmlElement("w:br"))
        text.text = line
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(text)
        paragraph.append(run)
    cell.append(paragraph)
    return cell


def _ended(document: Any, qr_url: str) -> bytes:
    if qr_url:
        picture = BytesIO()
        segno.make(qr_url, error="m", micro=False).save(picture, kind="png", scale=8, border=2)
        picture.seek(0)
        last = document.add_paragraph()
        last.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        last.add_run().add_picture(picture, width=Mm(28))
        _line(document, "扫码核验").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
