"""Tables out: XLSX and CSV that open well in an office and come back unchanged."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import IO, Any, Literal

import xlsxwriter


ColumnKind = Literal["text", "date", "int", "decimal", "money", "code"]
Record = Mapping[str, object]

MOST_CELL = 32_767  # letters in a cell, as Excel has it
_BOM = "\ufeff"
# A cell that begins so is a formula to Excel, WPS or LibreOffice (OWASP, "CSV Injection").
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
_FACT_WIDTHS = (18, 80)
_NUMBERS = {"int", "decimal"}


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    kind: ColumnKind = "text"
    width: int = 16  # in letters of the default font; a Chinese letter takes two


def guarded(words: str) -> str:
    """The text with an apostrophe before it, if a spreadsheet would take it for a formula."""
    return f"'{words}" if words.startswith((*_FORMULA, "'")) else words


def bared(words: str) -> str:
    """What `guarded` was given; other people's texts stay as they are."""
    return words[1:] if words.startswith("'") and words[1:].startswith((*_FORMULA, "'")) else words


def csv_lines(columns: list[Column], rows: Iterable[Record]) -> Iterator[str]:
    """The file line by line, the byte-order mark first, for a streamed answer."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)

    def line(cells: list[str]) -> str:
        writer.writerow(cells)
        words = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return words

    yield _BOM + line([guarded(column.label) for column in columns])
    for row in rows:
        yield line([_csv_cell(column, row.get(column.key)) for column in columns])


def write_csv(columns: list[Column], rows: Iterable[Record], file: IO[bytes]) -> int:
    """Write UTF-8 with byte-order mark; answers the number of rows."""
    count = -1
    for line in csv_lines(columns, rows):
        file.write(line.encode())
        count += 1
    return count


def _csv_cell(column: Column, value: object) -> str:
    if value is None or value == "":
        return ""
    if column.kind == "money" and isinstance(value, int):
        return _yuan(value)
    if column.kind in _NUMBERS and isinstance(value, int | float):
        return str(value)
    return guarded(_words(value))


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def write_xlsx(
    columns: list[Column],
    rows: Iterable[Record],
    file: IO[bytes],
    *,
    facts: Iterable[tuple[str, str]] = (),
    sheet: str = "数据",
) -> int:
    """Write one sheet of rows, and one of facts about them (说明); answers the number of rows.

    Money is given in fen and shown in yuan. Nothing is ever written as a formula or a link.
    """
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    try:
        count = _data_sheet(book, sheet, columns, rows)
        _fact_sheet(book, facts)
    finally:
        book.close()
    return count


def _data_sheet(book: Any, name: str, columns: list[Column], rows: Iterable[Record]) -> int:
    sheet = book.add_worksheet(name)
    formats = {
        "text": None,
        "code": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "int": book.add_format({"num_format": "0"}),
        "decimal": book.add_format({"num_format": "0.00"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
    }
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, formats[column.kind])
        sheet.write_string(0, place, column.label, head)
    count = 0
    for count, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            _write_cell(sheet, (count, place), column, row.get(column.key), formats[column.kind])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _write_cell(
    sheet: Any, place: tuple[int, int], column: Column, value: object, style: Any
) -> None:
    if value is None or value == "":
        return
    kind = column.kind
    if kind == "money" and isinstance(value, int):
        sheet.write_number(*place, value / 100, style)
    elif kind in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(*place, value, style)
    elif kind == "date" and isinstance(value, date) and value.year >= 1900:  # noqa: PLR2004  Excel's first
        sheet.write_datetime(
            *place, value.replace(tzinfo=None) if isinstance(value, datetime) else value, style
        )
    else:
        sheet.write_string(*place, _words(value)[:MOST_CELL], style)


def _fact_sheet(book: Any, facts: Iterable[tuple[str, str]]) -> None:
    told = list(facts)
    if not told:
        return
    sheet = book.add_worksheet("说明")
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for place, width in enumerate(_FACT_WIDTHS):
        sheet.set_column(place, place, width, wrapped)
    for number, (label, value) in enumerate(told):
        sheet.write_string(number, 0, label[:MOST_CELL], wrapped)
        sheet.write_string(number, 1, value[:MOST_CELL], wrapped)
