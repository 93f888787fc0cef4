"""Tables as offices make them: told apart by content, read within bounds, laid out, written."""

from changle.core.sheets.cells import (
    Cell,
    Unreadable,
    as_date,
    as_int,
    digits_lost,
    is_blank,
    person_name,
    text,
)
from changle.core.sheets.kinds import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    Kind,
    SheetRefused,
    sniff,
)
from changle.core.sheets.layout import Excluded, Layout, layout
from changle.core.sheets.reading import Row, SheetName, Table, read
from changle.core.sheets.writing import Column, csv_lines, write_csv, write_xlsx


__all__ = [
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "MOST_UNPACKED",
    "Cell",
    "Column",
    "Excluded",
    "Kind",
    "Layout",
    "Row",
    "SheetName",
    "SheetRefused",
    "Table",
    "Unreadable",
    "as_date",
    "as_int",
    "csv_lines",
    "digits_lost",
    "is_blank",
    "layout",
    "person_name",
    "read",
    "sniff",
    "text",
    "write_csv",
    "write_xlsx",
]
