"""Run as a program: open one workbook under bounds and hand its rows on by standard output.

A workbook of a few kilobytes can make any reader ask for gigabytes (two cells at opposite corners,
one long string named a million times). Here only this process dies of it. It imports nothing of
ours, so that it starts in a few hundredths of a second.
"""

import pickle
import resource
import sys
from collections.abc import Iterator
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)


MEMORY = 1024 * 1024 * 1024
SECONDS = 60
BATCH = 1000
MOST_FILLED = 2_000_000  # cells given to merged ranges
EXACT_BELOW = 1e15


def say(thing: Any) -> None:
    pickle.dump(thing, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


def plain(cell: Any) -> Any:
    kind = type(cell)
    if kind is str:
        return cell or None
    if kind is float:
        return int(cell) if cell.is_integer() and -EXACT_BELOW < cell < EXACT_BELOW else cell
    # times of day and spans have no place in these tables but as words
    return str(cell) if kind.__name__ in {"time", "timedelta"} else cell


def merged(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    """Merged ranges as (first row, last row, first column, last column), cut to the filled area."""
    if sheet.start is None or sheet.end is None:
        return []
    shift, last_row, last_column = sheet.start[1], sheet.end[0], sheet.end[1]
    ranges, filled = [], 0
    for (top, left), corner in sheet.merged_cell_ranges or []:
        bottom, right = min(corner[0], last_row), min(corner[1], last_column)
        if top > bottom or left > right or left < shift:
            continue
        filled += (bottom - top + 1) * (right - left + 1)
        if filled > MOST_FILLED:
            return []
        ranges.append((top, bottom, left - shift, right - shift))
    return sorted(ranges)


def rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Rows that hold something, with their number from 1; merged cells filled with their first."""
    waiting = merged(sheet)[::-1]
    open_ranges: list[tuple[int, int, int, Any]] = []
    for index, raw in enumerate(sheet.iter_rows()):
        cells = [plain(cell) for cell in raw]
        while waiting and waiting[-1][0] <= index:
            _top, bottom, left, right = waiting.pop()
            open_ranges.append((bottom, left, right, cells[left] if left < len(cells) else None))
        if open_ranges:
            for _bottom, left, right, value in open_ranges:
                for column in range(left, min(right + 1, len(cells))):
                    if cells[column] is None:
                        cells[column] = value
            open_ranges = [each for each in open_ranges if each[0] > index]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield index + 1, cells


def chosen(book: CalamineWorkbook, name: str) -> CalamineSheet:
    """The sheet of that name, or the first with content, those that are shown before the hidden."""
    if name:
        return book.get_sheet_by_name(name)
    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda meta: meta.visible != SheetVisibleEnum.Visible)
    found = None
    for meta in sheets:
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.start is not None:
            return sheet
        found = found or sheet
    if found is None:
        raise ValueError("no worksheet")
    return found


def main(path: str, name: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        book = CalamineWorkbook.from_path(path)
        sheet = chosen(book, name)
    except PasswordError:
        say({"refused": "password"})
        return
    except WorksheetNotFound:
        say({"refused": "sheet"})
        return
    except (CalamineError, ValueError):
        say({"refused": "damaged"})
        return
    listed = [
        (meta.name, meta.visible != SheetVisibleEnum.Visible)
        for meta in book.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet
    ]
    say({"sheets": listed, "sheet": sheet.name})
    batch = []
    for row in rows(sheet):
        batch.append(row)
        if len(batch) == BATCH:
            say(batch)
            batch = []
    say(batch)
    say(None)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except MemoryError:
        sys.exit(3)
    except BaseException:  # noqa: BLE001  a panic of the Rust side is no Exception
        sys.exit(4)
