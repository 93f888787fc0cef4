"""Letters, tables and fact sheets on paper: every word as it was given, nothing run."""

from datetime import date
from io import BytesIO

import pytest
import typst
import zxingcpp
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from pypdf import PdfReader

from changle.core.documents import (
    MOST_ROWS,
    DocumentRefused,
    facts_sheet,
    facts_sheet_docx,
    letter,
    letter_docx,
    table_report,
    table_report_docx,
)


RARE = "䶮㛃𠮷镕喆堃龘"
HOSTILE = '#include "/etc/passwd" #eval("1") ] [ $x$ \\ `raw` {{ }} <b> & // /* */ = * _ @ ~'
URL = "https://example.org/verify/0b7c?a=1&b=2"


def words_of(pdf):
    reader = PdfReader(BytesIO(pdf))
    return "".join(page.extract_text() for page in reader.pages).replace("\u200b", "")


def squeezed(words):
    return "".join(words.split())


def picture(pdf, tmp_path):
    (tmp_path / "in.pdf").write_bytes(pdf)
    source = tmp_path / "page.typ"
    source.write_text(
        '#set page(width: auto, height: auto, margin: 0pt)\n#image("in.pdf", page: 1)'
    )
    return Image.open(BytesIO(typst.compile(str(source), format="png", ppi=150)))


def a_letter(make=letter, **more):
    facts = {
        "title": "社会组织备案证明",
        "number": "未民社〔2021〕12号",
        "to": "张家堡街道办事处",
        "paragraphs": [f"经审查，{RARE}花友会准予备案。", "特此证明。"],
        "signed": "未央区民政局",
        "dated": date(2021, 9, 18),
    }
    return make(**{**facts, **more})


def test_letter_reads_back_with_rare_letters():
    words = squeezed(words_of(a_letter(header="未央区平台")))
    for part in (
        "社会组织备案证明",
        "未民社〔2021〕12号",
        RARE,
        "2021年9月18日",
        "第1页共1页",
        "未央区平台",
    ):
        assert part in words


def test_header_is_the_name_of_the_platform_unless_told(settings):
    settings.CHANGLE_TITLE = "某区社会组织平台"
    assert "某区社会组织平台" in squeezed(words_of(a_letter()))


def test_fonts_are_embedded_and_paper_is_a4():
    page = PdfReader(BytesIO(a_letter())).pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    for font in page["/Resources"]["/Font"].values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile3" in descriptor
        assert "Noto" in descriptor["/FontName"]


def test_what_people_type_is_text_and_never_source():
    pdfs = [
        a_letter(title=HOSTILE, paragraphs=[HOSTILE], to=HOSTILE, signed=HOSTILE, header=HOSTILE),
        table_report(title=HOSTILE, columns=[HOSTILE], rows=[[HOSTILE]], notes=[HOSTILE]),
        facts_sheet(title=HOSTILE, sections=[(HOSTILE, [(HOSTILE, HOSTILE)])], notes=[HOSTILE]),
    ]
    for pdf in pdfs:
        assert squeezed(words_of(pdf)).count(squeezed(HOSTILE)) >= 3


@pytest.mark.parametrize("letter_of", ["字", "x", "9"])
def test_ten_thousand_letters_stay_on_the_paper(letter_of):
    words = squeezed(words_of(a_letter(paragraphs=[letter_of * 10_000])))
    assert words.count(letter_of) >= 10_000
    pdf = table_report(title="表", columns=["甲", "乙"], rows=[[letter_of * 10_000, "尾"]])
    assert squeezed(words_of(pdf)).count(letter_of) >= 10_000


def test_control_and_direction_marks_are_left_out():
    assert "甲乙丙" in squeezed(words_of(a_letter(paragraphs=["甲\x00乙\u202e\x07丙"])))
    assert "甲乙丙" in a_docx_text(a_letter(letter_docx, paragraphs=["甲\x00乙\u202e\x07丙"]))


def test_table_repeats_its_header_on_each_page():
    rows = [[number, f"第{number}花友会", date(2021, 9, 18), None] for number in range(200)]
    pdf = table_report(
        title="名录", columns=["序号", "名称", "日期", "备注"], rows=rows, notes=["截至年底"]
    )
    reader = PdfReader(BytesIO(pdf))
    assert len(reader.pages) > 3
    assert all("名称" in page.extract_text() for page in reader.pages[:-1])
    words = squeezed(words_of(pdf))
    assert "第199花友会2021-09-18" in words
    assert "注：截至年底" in words
    assert f"第1页共{len(reader.pages)}页" in words


def test_broad_tables_lie_on_their_side_and_empty_ones_say_so():
    page = PdfReader(BytesIO(table_report(title="表", columns=["列"] * 9, rows=[]))).pages[0]
    assert float(page.mediabox.width) > float(page.mediabox.height)
    assert "没有记录" in page.extract_text()


@pytest.mark.parametrize("make", [table_report, table_report_docx])
def test_bounds_are_kept(make):
    with pytest.raises(DocumentRefused, match=str(MOST_ROWS)):
        make(title="表", columns=["甲"], rows=([n] for n in range(MOST_ROWS + 1)))
    with pytest.raises(DocumentRefused, match="列"):
        make(title="表", columns=["甲"] * 41, rows=[])
    with pytest.raises(DocumentRefused, match="列"):
        make(title="表", columns=[], rows=[])


@pytest.mark.slow
def test_the_longest_table_is_printed():
    rows = ([number, f"第{number}花友会", "张家堡街道"] for number in range(MOST_ROWS))
    reader = PdfReader(
        BytesIO(table_report(title="名录", columns=["序号", "名称", "街道"], rows=rows))
    )
    assert "第19999花友会" in squeezed(reader.pages[-1].extract_text())


def test_qr_code_is_read_back(tmp_path):
    for pdf in (
        a_letter(qr_url=URL),
        table_report(title="表", columns=["甲"], rows=[["乙"]], qr_url=URL),
        facts_sheet(title="卡", sections=[("一", [("甲", "乙")])], qr_url=URL),
    ):
        assert [code.text for code in zxingcpp.read_barcodes(picture(pdf, tmp_path))] == [URL]


def test_facts_sheet_reads_back():
    pdf = facts_sheet(
        title="组织卡片",
        sections=[("基本信息", [("名称", RARE), ("人数", 12), ("住所", "一号\n二层")]), ("空", [])],
    )
    words = squeezed(words_of(pdf))
    for part in ("组织卡片", "基本信息", RARE, "12", "一号二层"):
        assert part in words


def a_docx_text(content):
    document = Document(BytesIO(content))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + tables)


def test_docx_mirrors_the_three():
    text = a_docx_text(a_letter(letter_docx, title=HOSTILE))
    for part in (HOSTILE, RARE, "2021年9月18日", "张家堡街道办事处："):
        assert part in text
    text = a_docx_text(
        table_report_docx(
            title="表", columns=["甲", "乙"], rows=[[HOSTILE, "一\n二"]], notes=["末"]
        )
    )
    for part in ("甲", HOSTILE, "一\n二", "注：末"):
        assert part in text
    text = a_docx_text(
        facts_sheet_docx(title="卡", sections=[("一", [("名称", RARE)]), ("空", [])])
    )
    for part in ("卡", "一", "名称", RARE):
        assert part in text


def test_docx_names_its_chinese_font_and_its_code_is_read_back():
    document = Document(BytesIO(a_letter(letter_docx, qr_url=URL)))
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert (fonts.get(qn("w:ascii")), fonts.get(qn("w:eastAsia"))) == ("FangSong", "仿宋")
    (part,) = [
        part for part in document.part.package.iter_parts() if part.partname.endswith(".png")
    ]
    assert zxingcpp.read_barcode(Image.open(BytesIO(part.blob))).text == URL
    assert "PAGE" in document.sections[0].footer.paragraphs[0]._p.xml
