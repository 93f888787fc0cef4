"""Reading a table into memory, lean and within bounds."""

import csv
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from changle.core.sheets.cells import Cell
from changle.core.sheets.kinds import (
    MOST_COLUMNS,
    MOST_ROWS,
    SAVE_AGAIN,
    Kind,
    SheetRefused,
    sniff,
)
from changle.core.sheets.writing import bared


WALL_SECONDS = 120
MOST_CELL = 32_767  # letters in a cell, as Excel has it
_PANIC = 4  # exit code of the worker; that of a signal, such as that of the time bound, is negative
_WORKER = Path(__file__).with_name("worker.py")
_TOO_LARGE = (
    "表格的行列或文字过多，读取时超出了内存或时间的上限。请删去多余的行列，或分成几个文件。"
)
_DAMAGED = "文件不完整或已损坏，打不开。请重新保存后再上传。"


class Row(NamedTuple):
    number: int  # as the sheet counts, from 1
    cells: tuple[Cell, ...]  # trailing blanks cut off


class SheetName(NamedTuple):
    name: str
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows of one sheet that hold something."""

    kind: Kind
    sheet: str
    sheets: tuple[SheetName, ...]
    rows: list[Row]
    width: int
    blank_rows: int  # between the first row and the last one that holds something


def read(path: Path, sheet: str | None = None) -> Table:
    """The table of a file: of the named sheet, or the first one with content.

    Raises SheetRefused in bounded time and memory.
    """
    kind = sniff(path)
    if kind in {Kind.XLSX, Kind.XLS}:
        return _workbook(path, kind, sheet or "")
    return _made(kind, "", (), _csv_rows(path, kind))


def _made(
    kind: Kind, sheet: str, sheets: tuple[SheetName, ...], rows: Iterator[tuple[int, list[Any]]]
) -> Table:
    kept: list[Row] = []
    width = 0
    for number, cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise SheetRefused(
                f"第 {number} 行用到了第 {len(cells)} 列，最多 {MOST_COLUMNS} 列。请删去多余的列。"
            )
        if len(kept) == MOST_ROWS:
            raise SheetRefused(f"表格超过 {MOST_ROWS} 行。请分成几个文件。")
        width = max(width, len(cells))
        kept.append(Row(number, tuple(cells)))
    if not kept:
        raise SheetRefused(f"工作表“{sheet}”里没有内容。" if sheet else "文件里没有内容。")
    return Table(
        kind=kind,
        sheet=sheet,
        sheets=sheets,
        rows=kept,
        width=width,
        blank_rows=kept[-1].number - kept[0].number + 1 - len(kept),
    )


def _workbook(path: Path, kind: Kind, sheet: str) -> Table:
    """By a process of its own, which alone pays for a hostile file."""
    with subprocess.Popen(
        [sys.executable, "-I", str(_WORKER), str(path.resolve()), sheet],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as worker:
        timer = threading.Timer(WALL_SECONDS, worker.kill)
        timer.start()
        try:
            said = _heard(worker)
            head = next(said)
            if "refused" in head:
                raise SheetRefused(_refusal(head, sheet))
            sheets = tuple(SheetName(*each) for each in head["sheets"])
            return _made(kind, head["sheet"], sheets, (row for batch in said for row in batch))
        finally:
            timer.cancel()
            worker.kill()


def _refusal(head: dict[str, str], sheet: str) -> str:
    if head["refused"] == "password":
        return "表格加了密码，不能读取。请去掉打开密码后再上传。"
    if head["refused"] == "sheet":
        return f"文件里没有名为“{sheet[:40]}”的工作表。"
    return _DAMAGED


def _heard(worker: "subprocess.Popen[bytes]") -> Iterator[Any]:
    """What the worker says until its last word; its death before that is a refusal."""
    if worker.stdout is None:  # pragma: no cover  it was asked for
        raise SheetRefused(_DAMAGED)
    while True:
        try:
            said = pickle.load(worker.stdout)  # noqa: S301  written by our own worker
        except (EOFError, pickle.UnpicklingError):
            raise SheetRefused(_DAMAGED if worker.wait() in {0, _PANIC} else _TOO_LARGE) from None
        if said is None:
            return
        yield said


def _csv_rows(path: Path, kind: Kind) -> Iterator[tuple[int, list[Any]]]:
    content = path.read_bytes().decode(kind.encoding)
    lines = content[:20_000].splitlines()
    delimiter = max(",\t;", key=lambda mark: sum(mark in line for line in lines))
    try:
        return iter(_parsed(content, delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise SheetRefused(
                "有一处引号没有成对，后面的行都并到了一格里。" + SAVE_AGAIN
            ) from None
    try:  # made by hand: quotes that stand inside a field
        return iter(_parsed(content, delimiter, strict=False))
    except csv.Error:
        raise SheetRefused(
            f"有一格超过 {MOST_CELL} 字，可能是引号没有成对。" + SAVE_AGAIN
        ) from None


def _parsed(content: str, delimiter: str, *, strict: bool) -> list[tuple[int, list[Any]]]:
    reader = csv.reader(StringIO(content, newline=""), delimiter=delimiter, strict=strict)
    rows: list[tuple[int, list[Any]]] = []
    number = 1
    for fields in reader:
        here, number = number, reader.line_num + 1
        cells = [bared(field) if field.strip() else None for field in fields]
        while cells and cells[-1] is None:
            cells.pop()
        if any(cell and len(cell) > MOST_CELL for cell in cells):
            raise csv.Error("field larger than a cell")
        if cells:
            rows.append((here, cells))
        if len(rows) > MOST_ROWS:
            break
    return rows
