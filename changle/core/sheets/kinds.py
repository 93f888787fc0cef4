"""Which kind of file an upload is, told by its content; what cannot be a plain table is refused.

The checks here are cheap and say the reason. What they let through is still opened in a process of
its own with bounds on memory and time (`reading`), since a file can be hostile in ways unknown.
"""

import codecs
import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO

from changle.core.refusals import Refused


MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 400  # unpacked to packed, of an entry larger than a megabyte
MOST_ENTRIES = 2000
MOST_ROWS = 200_000
MOST_COLUMNS = 256
_MEGABYTE = 1024 * 1024
_FEW_LETTERS = 5


class SheetRefused(Refused):
    """The file is no table that can be read; the sentence says why and what to do."""


class Kind(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    CSV_UTF8 = "csv-utf8"
    CSV_UTF16 = "csv-utf16"
    CSV_GB18030 = "csv-gb18030"

    @property
    def encoding(self) -> str:
        """The codec of a CSV kind."""
        return {"csv-utf8": "utf-8-sig", "csv-utf16": "utf-16", "csv-gb18030": "gb18030"}[self]


SAVE_AGAIN = "请用表格软件打开，另存为 xlsx 后再上传。"
_FOREIGN = (
    (b"%PDF-", "这是 PDF 文件，不是表格。请上传 xlsx、xls 或 csv。"),
    (b"\xff\xd8\xff", "这是图片，不是表格。请上传 xlsx、xls 或 csv。"),
    (b"\x89PNG", "这是图片，不是表格。请上传 xlsx、xls 或 csv。"),
    (b"Rar!", "这是压缩包，不是表格。请解压后上传其中的表格。"),
    (b"7z\xbc\xaf", "这是压缩包，不是表格。请解压后上传其中的表格。"),
    (b"\x1f\x8b", "这是压缩包，不是表格。请解压后上传其中的表格。"),
    (b"{\\rtf", "这是文字文档，不是表格。请上传 xlsx、xls 或 csv。"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|table|head|body|meta)", re.IGNORECASE
)
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(path: Path) -> Kind:
    """The kind of the file. Raises SheetRefused if it is none, or one that is dangerous to open."""
    size = path.stat().st_size
    if size == 0:
        raise SheetRefused("文件是空的。")
    if size > MOST_BYTES:
        raise SheetRefused(
            f"文件有 {size // _MEGABYTE} MB，最大 {MOST_BYTES // _MEGABYTE} MB。请分成几个文件。"
        )
    with path.open("rb") as file:
        head = file.read(4096)
        for magic, sentence in _FOREIGN:
            if head.startswith(magic):
                raise SheetRefused(sentence)
        if head.startswith(b"PK"):
            file.seek(0)
            return _zipped(file)
        file.seek(0)
        content = file.read()
    if head.startswith(_OLE):
        return _compound(content)
    if _MARKUP.match(head):
        raise SheetRefused("这是网页或 XML 格式的文件，不是真正的表格。" + SAVE_AGAIN)
    return _plain(content)


def _compound(content: bytes) -> Kind:
    """An OLE file by the names of its streams, which the directory holds in UTF-16.

    Macros in an old XLS are let through: offices' files often carry one, and nothing here runs it.
    """

    def has(name: str) -> bool:
        return name.encode("utf-16-le") + b"\0\0" in content

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise SheetRefused("表格加了密码，不能读取。请去掉打开密码后再上传。")
    if has("Workbook") or has("Book"):
        return Kind.XLS
    raise SheetRefused("这不是表格文件（可能是文字文档）。请上传 xlsx、xls 或 csv。")


def _zipped(file: IO[bytes]) -> Kind:
    _check_names(part_names(file))
    return Kind.XLSX


def part_names(file: IO[bytes]) -> set[str]:
    """The names of the parts of an Office file, in small letters, all unpacked once within bounds.

    Raises SheetRefused for what is damaged, locked, a bomb or carries entities.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            _check_content(archive, entries)
            return {entry.filename.replace("\\", "/").lower() for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise SheetRefused("文件不完整或已损坏，打不开。请重新保存后再上传。") from None
    except RuntimeError:  # zipfile's answer to a password
        raise SheetRefused("文件加了密码，不能读取。请去掉打开密码后再上传。") from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise SheetRefused(f"文件里有 {len(entries)} 个部件，不像正常的文件。请重新保存后再上传。")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise SheetRefused("文件展开后过大，可能是压缩炸弹，已拒绝。")
    for entry in entries:
        if entry.file_size > _MEGABYTE and entry.file_size > MOST_RATIO * max(
            1, entry.compress_size
        ):
            raise SheetRefused("文件的压缩比异常，可能是压缩炸弹，已拒绝。")


def _check_names(names: set[str]) -> None:
    if "xl/workbook.xml" not in names:
        if "xl/workbook.bin" in names:
            raise SheetRefused("不支持 xlsb 格式。" + SAVE_AGAIN)
        if "word/document.xml" in names:
            raise SheetRefused("这是 Word 文档，不是表格。请上传 xlsx、xls 或 csv。")
        if "content.xml" in names:
            raise SheetRefused("不支持 ODS/ODT 格式。" + SAVE_AGAIN)
        raise SheetRefused("这是压缩包，不是表格。请解压后上传其中的表格。")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise SheetRefused("表格里有宏，已拒绝。请另存为不含宏的 xlsx 后再上传。")
    if any(name.startswith("xl/externallinks/") or name == "xl/connections.xml" for name in names):
        raise SheetRefused("表格引用了外部文件或数据连接，已拒绝。请把引用粘贴为数值后再上传。")


def _check_content(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack every XML part and throw it away: declared sizes can lie, and parts can be hostile."""
    left = MOST_UNPACKED
    for entry in entries:
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        with archive.open(entry) as part:
            while piece := part.read(_MEGABYTE):
                left -= len(piece)
                if left < 0:
                    raise SheetRefused("文件展开后过大，可能是压缩炸弹，已拒绝。")
                if (
                    is_xml
                    and not tail
                    and piece[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
                ):
                    raise SheetRefused("文件内部的编码不合规范。请重新保存后再上传。")
                if is_xml and _DOCTYPE.search(tail + piece):
                    raise SheetRefused("文件内部含有实体定义，可能有害，已拒绝。")
                tail = piece[-32:]


def _plain(content: bytes) -> Kind:
    """A text file by its encoding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        kind = Kind.CSV_UTF16
    else:
        kind = _eight_bit(content)
    try:
        words = content.decode(kind.encoding)
    except UnicodeDecodeError:
        raise SheetRefused(
            "认不出这个文件。请上传 xlsx、xls 或 csv（UTF-8 或 GB18030 编码）。"
        ) from None
    if _BINARY.search(words):
        raise SheetRefused("认不出这个文件，里面不是文字。请上传 xlsx、xls 或 csv。")
    if not words.strip("\ufeff \t\r\n,;"):
        raise SheetRefused("文件里没有内容。")
    return kind


def _eight_bit(content: bytes) -> Kind:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        # GB18030 hardly ever makes several valid UTF-8 letters in a row: UTF-8 with a wound.
        before = content[: error.start].decode("utf-8")
        if (
            content.startswith(codecs.BOM_UTF8)
            or sum(letter > "\u07ff" for letter in before) > _FEW_LETTERS
        ):
            place = content.count(b"\n", 0, error.start) + 1
            raise SheetRefused(
                f"第 {place} 行有残缺的文字，文件可能没有传完整。请重新导出后再上传。"
            ) from None
        return Kind.CSV_GB18030
    return Kind.CSV_UTF8
