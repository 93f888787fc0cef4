"""Files: refused by name, size and content; read only through the row they are about."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import RequestFactory
from django.urls.exceptions import Http404
from docx import Document
from PIL import Image
from pypdf import PdfWriter

from changle.core.file_views import serve
from changle.core.files import (
    DOCUMENTS,
    IMAGES,
    TABLES,
    FileRefused,
    StoredFile,
    lost,
    opened,
    orphans,
    store,
)
from changle.core.files.names import clean_name
from changle.core.log import LogEntry
from changle.core.reach import Actor
from tests.factories.territory import make_district


NOW = datetime(2021, 9, 18, 8, tzinfo=UTC)
NEEDS = "organisation.see"
OUTSIDE = b'<Relationship Type="x/attachedTemplate" TargetMode="External"/>'


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.CHANGLE_DATA = tmp_path
    return tmp_path


@pytest.fixture
def district(db):
    return make_district()


@pytest.fixture
def street(district):
    return district.streets[0]


def clerk(node):
    return Actor(name="样例甲", reach={NEEDS: (node.path,)})


def keep(subject, content, name, **more):
    return store(
        upload=SimpleUploadedFile(name, content),
        subject=subject,
        needs=NEEDS,
        by=Actor(),
        now=NOW,
        **more,
    )


def picture(kind="JPEG", mode="RGB", size=(60, 40), **more):
    buffer = BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else (200, 30, 30, 90)).save(
        buffer, kind, **more
    )
    return buffer.getvalue()


def pdf():
    buffer = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(buffer)
    return buffer.getvalue()


def docx(**parts):
    buffer = BytesIO()
    Document().save(buffer)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("2021.9.18年报.pdf", "2021.9.18年报.pdf"),
        (" 照片.JPG ", "照片.jpg"),
        ("a?b*c.pdf", "a_b_c.pdf"),
        ("..秘密.pdf", "秘密.pdf"),
        ("名单.xlsx.csv", "名单.xlsx.csv"),
    ],
)
def test_names_are_kept_or_mended(name, kept):
    assert clean_name(name) == kept


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("通知.exe.pdf", "exe"),
        ("通知.pdf.js", "js"),
        ("../../etc/passwd.txt", "路径"),
        ("a\\b.txt", "路径"),
        ("报告\u202efdp.txt", "控制字符"),
        ("报告\u200b.pdf", "控制字符"),
        ("报\n告.pdf", "控制字符"),
        ("长" * 120 + ".pdf", "最多 120"),
        ("passwd", "扩展名"),
        (".pdf", "扩展名"),
        ("", "扩展名"),
        ("con.txt", "系统保留"),
    ],
)
def test_misleading_names_are_refused(name, reason):
    with pytest.raises(FileRefused, match=reason):
        clean_name(name)


# contents


def test_each_allowed_type_is_kept_by_its_content(street):
    kept = [
        keep(street, picture(), "照.jpeg"),
        keep(street, picture("PNG"), "照.png"),
        keep(street, picture("WEBP"), "照.webp"),
        keep(street, pdf(), "章程.pdf"),
        keep(street, docx(), "章程.docx"),
        keep(street, "名称,代码\n甲,1\n".encode(), "名单.csv"),
        keep(street, "名称,代码\n甲,1\n".encode("gb18030"), "名单.xls"),
        keep(street, "一段文字".encode(), "说明.txt"),
    ]
    assert [row.type for row in kept] == ["jpg", "png", "webp", "pdf", "docx", "csv", "csv", "txt"]
    assert all(row.path.stat().st_size == row.size for row in kept)
    assert all(row.path.stat().st_mode & 0o077 == 0 for row in kept)
    assert not list(lost())
    assert not list(orphans())


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", "空的"),
        (b"MZ\x90\x00\x03" * 100, "a.pdf", "认不出"),
        (b"<html><script>alert(1)</script></html>", "a.txt", "网页"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "内容却是"),
        (b"%PDF-1.7 cut", "a.pdf", "不完整"),
        (b"\xff\xd8\xff\xe0 cut", "a.jpg", "损坏"),
        (picture()[:300], "a.jpg", "损坏"),
        (picture("PNG"), "a.jpg", "内容却是"),
        (docx(**{"word/vbaProject.bin": b"x"}), "a.docx", "宏"),
        (
            docx(**{"word/_rels/settings.xml.rels": OUTSIDE}),
            "a.docx",
            "外部模板",
        ),
        (docx()[:2000], "a.docx", "损坏"),
    ],
)
def test_what_is_not_what_it_says_leaves_nothing(street, data, content, name, reason):
    with pytest.raises(FileRefused, match=reason):
        keep(street, content, name)
    assert not StoredFile.objects.exists()
    assert [path for path in data.rglob("*") if path.is_file()] == []


def test_each_place_says_what_it_takes(street):
    with pytest.raises(FileRefused, match="这里不能上传 pdf"):
        keep(street, pdf(), "a.pdf", allowed=IMAGES)
    assert IMAGES | TABLES <= DOCUMENTS


def test_the_size_that_comes_counts_not_the_size_told(street):
    upload = SimpleUploadedFile("a.txt", b"")
    upload.chunks = lambda: (b"x" * 1_000_000 for _ in range(30))
    with pytest.raises(FileRefused, match="20 MB"):
        store(upload=upload, subject=street, needs=NEEDS, by=Actor(), now=NOW)


def test_pictures_lose_place_and_camera_and_stand_upright(street):
    exif = Image.Exif()
    exif[0x010F] = "某牌相机"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    row = keep(street, picture(exif=exif, comment=b"secret"), "照.jpg")
    with Image.open(row.path) as image:
        assert image.size == (40, 60)
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile"} & image.info.keys()


def test_see_through_pictures_stay_so_and_huge_ones_shrink(street):
    with Image.open(keep(street, picture("PNG", "RGBA"), "章.png").path) as image:
        assert image.mode == "RGBA"
    with Image.open(keep(street, picture(size=(5000, 100)), "长.jpg").path) as image:
        assert image.size[0] == 4096


def test_decompression_bomb_is_refused(street):
    with pytest.raises(FileRefused, match="像素"):
        keep(street, picture("PNG", size=(6000, 6000)), "bomb.png")


# in and out


def test_keeping_is_logged_at_the_row_and_undone_with_it(street):
    row = keep(street, pdf(), "章程.pdf")
    entry = LogEntry.objects.get(subject_id=str(street.pk), verb="file")
    assert entry.changes == {"file": [None, "章程.pdf"]}
    assert entry.note == row.sha256
    with transaction.atomic():
        other = keep(street, pdf(), "二.pdf")
        transaction.set_rollback(True)
    assert list(orphans()) == [other.path]


def test_a_changed_file_is_noticed(street):
    row = keep(street, pdf(), "章程.pdf")
    row.path.write_bytes(b"%PDF-other")
    assert list(lost()) == [row]


def test_only_who_reaches_the_row_opens_the_file(district, street):
    row = keep(street, pdf(), "章程.pdf")
    assert opened(clerk(district.root), row.public_id) == row
    assert opened(clerk(street), row.public_id) == row
    for stranger in (clerk(district.streets[1]), Actor(), Actor(reach={"other": (street.path,)})):
        with pytest.raises(StoredFile.DoesNotExist):
            opened(stranger, row.public_id)
    with pytest.raises(StoredFile.DoesNotExist):
        opened(clerk(street), uuid4())


def asked(actor, public_id, method="get"):
    request = getattr(RequestFactory(), method)("/files/")
    request.actor = actor
    return serve(request, public_id)


@pytest.mark.parametrize(
    ("name", "content", "shown", "sandboxed"),
    [
        ("章程.pdf", pdf(), True, False),
        ("照.png", picture("PNG"), True, True),
        ("说明.txt", b"text", False, True),
    ],
)
def test_files_are_handed_out_so_that_nothing_runs(street, name, content, shown, sandboxed):
    row = keep(street, content, name)
    response = asked(clerk(street), row.public_id)
    assert b"".join(response.streaming_content) == row.path.read_bytes()
    response.close()
    assert response.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert ("sandbox" in response.headers["Content-Security-Policy"]) == sandboxed
    assert response.headers["Content-Type"] == row.mime


def test_strangers_and_missing_files_get_not_found(street, district):
    row = keep(street, pdf(), "章程.pdf")
    with pytest.raises(Http404):
        asked(clerk(district.streets[1]), row.public_id)
    assert asked(clerk(street), row.public_id, "post").status_code == 405
    row.path.unlink()
    with pytest.raises(Http404):
        asked(clerk(street), row.public_id)
