"""Files that people hand in: checked by name, size and content, kept outside the web root."""

from changle.core.files.contents import FileType
from changle.core.files.names import FileRefused
from changle.core.files.stored import (
    DOCUMENTS,
    IMAGES,
    TABLES,
    StoredFile,
    lost,
    opened,
    orphans,
    store,
)


__all__ = [
    "DOCUMENTS",
    "IMAGES",
    "TABLES",
    "FileRefused",
    "FileType",
    "StoredFile",
    "lost",
    "opened",
    "orphans",
    "store",
]
