"""A document without what its program wrote beside the text: author, company, dates, paths.

Pictures lose theirs in `contents.draw_anew`. What stands in the text itself stays.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject

from changle.core.files.contents import FileType
from changle.core.files.names import FileRefused


PLAIN_TYPES = frozenset({FileType.PDF, FileType.DOCX, FileType.XLSX})
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP archive can say
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="'
    b'http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="'
    b'http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
_CUSTOM = _APP.replace(b"extended-properties", b"custom-properties")
_PROPERTIES = {"docprops/core.xml": _CORE, "docprops/app.xml": _APP, "docprops/custom.xml": _CUSTOM}
# Who changed or remarked what (ECMA-376 part 1, 17.13 and 18.7), and where the file lay.
_MARKS = [
    (
        re.compile(rb'(\b(?:w|w15|w16cex):(?:author|initials|userId|providerId|date)=")[^"]*'),
        rb"\1",
    ),
    (re.compile(rb'(<w15:person\b[^>]*?author=")[^"]*'), rb"\1"),
    (re.compile(rb"(<(?:\w+:)?author>)[^<]*"), rb"\1"),
    (re.compile(rb'(\b(?:displayName|userId|userName|lastModifiedBy)=")[^"]*'), rb"\1"),
    (re.compile(rb"(<x15ac:absPath\b[^>]*?\burl=\")[^\"]*"), rb"\1"),
]
_PARTS = re.compile(r"(?i)^(word|xl)/.*\.xml$")
_HIDDEN = tuple(NameObject(name) for name in ("/Metadata", "/PieceInfo", "/LastModified"))
_AUTHOR = NameObject("/T")  # of a remark; a field of a form is named by the same key
_REMARKS = {"/Text", "/Popup", "/FreeText", "/Highlight", "/Ink", "/Stamp", "/StrikeOut"}


def write_plain(path: Path, kind: FileType, target: Path) -> None:
    """Write a document of one of PLAIN_TYPES again without its properties. Raises FileRefused."""
    (_plain_pdf if kind == FileType.PDF else _plain_office)(path, target)


def _plain_pdf(path: Path, target: Path) -> None:
    try:
        with path.open("rb") as file:
            reader = PdfReader(file)
            locked = reader.is_encrypted
            if not locked:
                writer = PdfWriter(clone_from=reader)
                writer.metadata = None
                for held in _dictionaries(writer.root_object):
                    for name in _HIDDEN:
                        held.pop(name, None)
                    if held.get("/Subtype") in _REMARKS:
                        held.pop(_AUTHOR, None)
                writer.compress_identical_objects(remove_unreferenced=True)
                with target.open("wb") as out:
                    writer.write(out)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError,
            RecursionError, OSError, NotImplementedError, AssertionError):  # fmt: skip
        raise FileRefused("PDF 文件不完整或格式特殊，请重新导出后再上传。") from None
    if locked:
        raise FileRefused("PDF 文件加了密，请去掉密码后再上传。")


def _dictionaries(root: PdfObject) -> Iterator[DictionaryObject]:
    """Every dictionary that a document holds, each once."""
    met: set[int] = set()
    left: list[PdfObject | None] = [root]
    while left:
        held = left.pop()
        if isinstance(held, IndirectObject):
            held = held.get_object()
        if held is None or id(held) in met:
            continue
        met.add(id(held))
        if isinstance(held, DictionaryObject):
            yield held
            left.extend(held.values())
        elif isinstance(held, ArrayObject):
            left.extend(held)


def _plain_office(path: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(path) as held, zipfile.ZipFile(target, "w") as out:
            for info in held.infolist():
                body = _PROPERTIES.get(info.filename.lower()) or held.read(info)
                if _PARTS.match(info.filename):
                    for pattern, plain in _MARKS:
                        body = pattern.sub(plain, body)
                entry = zipfile.ZipInfo(info.filename, _FIRST_DAY)
                out.writestr(entry, body, zipfile.ZIP_DEFLATED)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        raise FileRefused("文档不完整或加了密，打不开。") from None
