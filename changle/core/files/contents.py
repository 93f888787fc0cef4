"""What a file is, told by its content; pictures are drawn anew without what cameras add."""

import re
import zipfile
from enum import StrEnum
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from changle.core.files.names import FileRefused
from changle.core.sheets.kinds import Kind, SheetRefused, part_names, sniff


_MEGABYTE = 1024 * 1024
MOST_PIXELS = 25_000_000
MOST_PIXELS_JPEG = 100_000_000  # decoded at a fraction of its size
LONGEST_SIDE = 4096
_HEAD = 4096


class FileType(StrEnum):
    JPG = "jpg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    TXT = "txt"

    @property
    def mime(self) -> str:
        return _MIME[self]

    @property
    def most_bytes(self) -> int:
        return 20 * _MEGABYTE

    def may_be_called(self, ending: str) -> bool:
        """Tables often carry another table's ending; all else must be called what it is."""
        if self in _TABLE_TYPES:
            return ending in _TABLE_TYPES or (self == FileType.CSV and ending == "txt")
        return ending == self or (ending, self) == ("jpeg", FileType.JPG)


_TABLE_TYPES = frozenset({FileType.XLSX, FileType.XLS, FileType.CSV})
_MIME = {
    FileType.JPG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.WEBP: "image/webp",
    FileType.PDF: "application/pdf",
    FileType.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileType.XLS: "application/vnd.ms-excel",
    FileType.CSV: "text/csv; charset=utf-8",
    FileType.TXT: "text/plain; charset=utf-8",
}
_MAGIC = (
    (b"\xff\xd8\xff", FileType.JPG),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"%PDF-", FileType.PDF),
)
_PILLOW = {FileType.JPG: "JPEG", FileType.PNG: "PNG", FileType.WEBP: "WEBP"}
IMAGE_TYPES = frozenset(_PILLOW)
_OUTSIDE_TEMPLATE = re.compile(rb"(?is)attachedTemplate[^>]*TargetMode\s*=\s*[\"']External")


def told(path: Path, ending: str) -> FileType:
    """The type of a file; the ending decides only between words (txt) and a table (csv)."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileType.WEBP
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return _pdf(path) if kind == FileType.PDF else kind
    if head.startswith(b"PK") and _is_word(path):
        return _docx(path)
    try:
        sheet = sniff(path)
    except SheetRefused as refusal:
        raise FileRefused(str(refusal)) from None
    if sheet in {Kind.XLSX, Kind.XLS}:
        return FileType(sheet)
    return FileType.TXT if ending == FileType.TXT else FileType.CSV


def _pdf(path: Path) -> FileType:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 2048))
        if b"%%EOF" not in file.read():
            raise FileRefused("PDF 文件不完整，请重新导出后再上传。")
    return FileType.PDF


def _is_word(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _docx(path: Path) -> FileType:
    try:
        with path.open("rb") as file:
            names = part_names(file)
    except SheetRefused as refusal:
        raise FileRefused(str(refusal)) from None
    if any(name.endswith("vbaproject.bin") or "/activex/" in name for name in names):
        raise FileRefused("文档里有宏或控件，已拒绝。请另存为不含宏的 docx 后再上传。")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".rels") and _OUTSIDE_TEMPLATE.search(archive.read(name)):
                raise FileRefused("文档引用了外部模板，已拒绝。请另存为新文档后再上传。")
    return FileType.DOCX


def draw_anew(path: Path, kind: FileType, target: Path) -> None:
    """Write the picture again: turned upright, within bounds, without place, camera or comment."""
    try:
        with Image.open(path, formats=[_PILLOW[kind]]) as image:
            width, height = image.size
            most = MOST_PIXELS_JPEG if kind == FileType.JPG else MOST_PIXELS
            if width * height > most:
                raise FileRefused(f"图片有 {width}×{height} 像素，太大了，请缩小后再上传。")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = upright.convert(
                "RGB" if kind == FileType.JPG or not _see_through(upright) else "RGBA"
            )
            plain.info.clear()
            plain.save(target, _PILLOW[kind], quality=88)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused("图片像素太多，请缩小后再上传。") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, UnidentifiedImageError):
        raise FileRefused("图片不完整或已损坏，打不开。") from None


def _see_through(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
