"""What programs write beside the text is taken out; the text and the pages stay."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import DecodedStreamObject, NameObject

from changle.core.files.contents import FileType
from changle.core.files.names import FileRefused
from changle.core.files.plain import write_plain


NAME = "样例张三"


def pdf(password=""):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": NAME, "/Company": NAME, "/Producer": NAME})
    packet = DecodedStreamObject()
    packet.set_data(f"<x:xmpmeta><dc:creator>{NAME}</dc:creator></x:xmpmeta>".encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
    remark = Text(text="请补页", rect=(10, 10, 20, 20), title_bar=NAME)
    writer.add_annotation(page_number=0, annotation=remark)
    if password:
        writer.encrypt(password)
    return written(writer.write)


def docx():
    document = Document()
    document.core_properties.author = document.core_properties.last_modified_by = NAME
    document.core_properties.created = datetime(2020, 5, 4, tzinfo=UTC)
    paragraph = document.add_paragraph("需求由居民议事会提出。")
    document.add_comment(paragraph.runs, text="请核对", author=NAME, initials="ZS")
    return written(document.save)


def xlsx():
    book = Workbook()
    book.properties.creator = NAME
    book.active["A1"] = "预算"
    book.active["A1"].comment = Comment("请核对", NAME)
    return written(book.save)


def written(save):
    out = BytesIO()
    save(out)
    return out.getvalue()


def plain(tmp_path, kind, content):
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(content)
    write_plain(source, kind, target)
    return target


def all_bytes(path):
    """Of a document, or of all parts of one that is an archive."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as held:
        assert {info.date_time for info in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return b"".join(held.read(name) for name in held.namelist())


@pytest.mark.parametrize(("kind", "make"), [("docx", docx), ("xlsx", xlsx)])
def test_office_documents_lose_who_and_when(tmp_path, kind, make):
    content = make()
    (tmp_path / "before").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "before") as held:
        assert any(NAME.encode() in held.read(name) for name in held.namelist())
    path = plain(tmp_path, FileType(kind), content)
    assert NAME.encode() not in all_bytes(path)
    if kind == "docx":
        read = Document(str(path))
        assert read.paragraphs[0].text == "需求由居民议事会提出。"
        assert not read.core_properties.author
        assert b"2020-05-04" not in all_bytes(path)
    else:
        cell = load_workbook(BytesIO(path.read_bytes())).active["A1"]
        assert (cell.value, cell.comment.text) == ("预算", "请核对")


def test_pdf_loses_who_and_when_and_keeps_its_pages(tmp_path):
    before = PdfReader(BytesIO(pdf()))
    assert before.metadata.author == NAME
    path = plain(tmp_path, FileType.PDF, pdf())
    read = PdfReader(path)
    assert len(read.pages) == 1
    assert "/Metadata" not in read.trailer["/Root"]
    assert NAME not in str(read.metadata or "")
    remark = read.pages[0]["/Annots"][0].get_object()
    assert remark["/Contents"] == "请补页"
    assert "/T" not in remark
    for hidden in (NAME.encode(), NAME.encode("utf-16-be")):
        assert hidden not in path.read_bytes()


def test_what_cannot_be_read_is_refused_in_words(tmp_path):
    with pytest.raises(FileRefused, match="密码"):
        plain(tmp_path, FileType.PDF, pdf("geheim"))
    with pytest.raises(FileRefused, match="重新导出"):
        plain(tmp_path, FileType.PDF, b"%PDF-1.4\nnothing\n%%EOF")
    with pytest.raises(FileRefused, match="打不开"):
        plain(tmp_path, FileType.DOCX, b"PK\x03\x04 and no more")
