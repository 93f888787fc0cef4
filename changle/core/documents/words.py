"""What goes into a document: plain words within bounds, whoever typed them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.conf import settings

from changle.core.refusals import Refused


MOST_ROWS = 20_000
MOST_COLUMNS = 40
Sections = Sequence[tuple[str, Sequence[tuple[str, object]]]]


@dataclass(frozen=True)
class Table:
    """One of several tables of a document."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    notes: Sequence[str] = ()


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


class DocumentRefused(Refused):
    """The document would be too large, or could not be made."""


def plain(value: object) -> str:
    """Words as they may stand on paper: no control or direction marks, lines by line feed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    words = str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNPRINTABLE.sub("", words)


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def bounded(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[list[str]]:
    """The rows as words, each as long as the header. Raises DocumentRefused beyond the bounds."""
    if not columns or len(columns) > MOST_COLUMNS:
        raise DocumentRefused(f"表格应有 1 到 {MOST_COLUMNS} 列，请减少列后再导出，或导出为 xlsx。")
    taken = [
        [plain(value) for value in (*row, *[""] * len(columns))[: len(columns)]]
        for row in islice(rows, MOST_ROWS + 1)
    ]
    if len(taken) > MOST_ROWS:
        raise DocumentRefused(f"超过 {MOST_ROWS} 行，不宜成文，请导出为 xlsx。")
    return taken


def letterhead(header: str) -> str:
    """The name above every page: that of the district's platform unless told."""
    return plain(header or settings.CHANGLE_TITLE)
