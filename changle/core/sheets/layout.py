"""Where in a sheet the table is: its header, its rows, and what stands around them."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from changle.core.sheets.cells import person_name, text
from changle.core.sheets.reading import Row, Table


DEEPEST_HEADER = 30  # rows that may stand above it
MOST_LEVELS = 3
_WIDE = 3  # columns from which a row with one value is no row of the table
LONGEST_LABEL = 40
_KNOWN = re.compile(
    "序号|编号|名称|单位|姓名|代码|信用|类型|类别|性质|街道|社区|地址|住所|电话|手机|联系|负责人|法定|"
    "日期|时间|年度|年份|金额|数量|备注|状态|结论|文号|领域|行业|区划|登记|备案|机关|部门|人数|等级|项目|内容"
)
_DATA_LIKE = re.compile(
    r"[\d.,:/年月日\s%-]{4,}|[0-9A-Z]{15,}|.*(委员会|协会|学会|中心|公司|基金会|联合会|促进会|商会|幼儿园)"
)
_TOTAL = re.compile(r".{0,12}(合计|总计|小计|共计|累计)([:：]?[\d.,]*[个家万元]*)?")
_NOTE = re.compile(
    r"(注|备注|附注|说明|附|填表人|填报人|填表|制表|制表人|审核|审核人|复核|经办人|负责人|单位负责人|联系人|联系电话|"
    r"数据来源|来源|资料来源|填报单位|填报日期|填表日期|填表时间|统计时间|截止|截至|报送单位|单位盖章|盖章|打印时间|导出时间)"
    r"\s*\d{0,2}\s*([:：、.．（(].*|\d{4}年.*)?",
    re.DOTALL,
)
_REMARK_MARK = re.compile(r"[*※＊]\s*\S", re.DOTALL)
_SECTION = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）、.．].*")
_BRACKETED = re.compile(r"[（(].*?[)）]")
_ANSWERED = re.compile(r"[:：]\s*\S")  # "填报单位：某局" is no label but a label with its answer
_COUNTING = re.compile(r"\d{1,3}|[甲乙丙丁戊己庚辛壬癸]")


@dataclass(frozen=True)
class Excluded:
    """A row that is no data, and why."""

    number: int  # as the sheet counts, from 1
    reason: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    header: tuple[str, ...]  # one label a column; "第3列" where the sheet says nothing
    header_numbers: tuple[int, ...]  # rows of the sheet; empty if no header was found
    rows: list[Row]
    excluded: list[Excluded] = field(default_factory=list)
    blank_rows: int = 0


def layout(table: Table) -> Layout:
    """Find the table; every row that holds something is in rows, header or excluded."""
    rows = table.rows
    body = _body_width(rows)
    start = _header_index(rows, body)
    excluded = [Excluded(row.number, "表格上方的标题", _words(row)) for row in rows[: start or 0]]
    levels = 0 if start is None else _levels(rows, start, table.width)
    first = (start or 0) + levels
    header_rows = rows[first - levels : first]
    header = _labels(header_rows, table.width)
    named = {label for label in header if not re.fullmatch(r"第\d+列", label)}
    last_full = _last_full(rows, first, body)
    kept: list[Row] = []
    for index in range(first, len(rows)):
        row = rows[index]
        reason = _why_not(row, header_rows, body, after=index > last_full, fresh=not kept)
        if reason:
            excluded.append(Excluded(row.number, reason, _words(row)))
        else:
            kept.append(row)
    return Layout(
        header=header if named else tuple(f"第{n}列" for n in range(1, table.width + 1)),
        header_numbers=tuple(row.number for row in header_rows),
        rows=kept,
        excluded=excluded,
        blank_rows=table.blank_rows,
    )


def _filled(row: Row) -> list[str]:
    return [words for words in map(text, row.cells) if words]


def _words(row: Row) -> str:
    """The row's words for showing, a merged value once."""
    return " ".join(dict.fromkeys(_filled(row)))[:200]


def _body_width(rows: list[Row]) -> int:
    """How many cells the typical row fills; a merged title, being one value, does not count."""
    widths = Counter(len(set(_filled(row))) for row in rows[:200])
    wide = {width: count for width, count in widths.items() if width > 1}
    return max(wide, key=lambda width: (wide[width], width)) if wide else 1


def _labels_like(row: Row) -> bool:
    """Whether every cell could be a label: short words, no date, number, code or name of a body."""
    for cell in row.cells:
        if isinstance(cell, int | float | date):
            return False
        words = _BRACKETED.sub("", person_name(cell))
        if (
            _ANSWERED.search(words)
            or len(words) > LONGEST_LABEL
            or (_DATA_LIKE.fullmatch(words) and not _KNOWN.search(words))
        ):
            return False
    return True


def _header_index(rows: list[Row], body: int) -> int | None:
    """The first row that reads like labels: two known words, else merely the right shape."""
    least = max(2, round(body * 0.6)) if body > 1 else 1
    shaped = None
    for index, row in enumerate(rows[:DEEPEST_HEADER]):
        distinct = set(_filled(row))
        if not distinct or not _labels_like(row):
            continue
        known = sum(
            bool(_KNOWN.search(words)) and len(words) <= LONGEST_LABEL // 2 for words in distinct
        )
        if known >= min(2, least) and len(distinct) * 2 >= body:
            return index
        if shaped is None and len(distinct) >= least and index + 1 < len(rows):
            shaped = index
    return shaped if shaped is not None and not _known_as_data(rows, shaped) else None


def _known_as_data(rows: list[Row], index: int) -> bool:
    """Whether the row is of the same make as those below, so that it is no header."""
    below = rows[index + 1 : index + 4]
    return bool(below) and all(_labels_like(row) for row in below) and len(rows[index].cells) > 1


def _cell(row: Row, column: int) -> str:
    return person_name(row.cells[column]) if column < len(row.cells) else ""


def _levels(rows: list[Row], start: int, width: int) -> int:
    """How many rows the header has: a group label stands over several labels of the next row."""
    levels = 1
    while levels < MOST_LEVELS and start + levels < len(rows):
        upper, lower = rows[start + levels - 1], rows[start + levels]
        if not _labels_like(lower) or not _divides(upper, lower, width):
            break
        levels += 1
    return levels


def _divides(upper: Row, lower: Row, width: int) -> bool:
    groups = False
    above = ""
    for column in range(width):
        top, under = _cell(upper, column), _cell(lower, column)
        left, right = (_cell(upper, column - 1) if column else ""), _cell(upper, column + 1)
        above = top or above
        spread = bool(above) and (
            not top or top in (left, right) or (not right and column + 1 < width)
        )
        if not under or under == top:
            continue
        if not spread:
            return False
        groups = groups or not top or top == left
    return groups


def _labels(header_rows: list[Row], width: int) -> tuple[str, ...]:
    """One label a column: levels joined by a slash, repeated labels numbered."""
    seen: Counter[str] = Counter()
    labels = []
    for column in range(width):
        parts: list[str] = []
        for level, row in enumerate(header_rows):
            words = _cell(row, column)
            if not words and level + 1 < len(header_rows):
                words = _group_left(header_rows, level, column)
            if words and words not in parts:
                parts.append(words)
        label = "/".join(parts) or f"第{column + 1}列"
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return tuple(labels)


def _group_left(header_rows: list[Row], level: int, column: int) -> str:
    """The group label of a blank cell in an upper level: the nearest to its left, if it spreads."""
    if not _cell(header_rows[level + 1], column):
        return ""
    while column and not _cell(header_rows[level], column):
        column -= 1
    return _cell(header_rows[level], column)


def _last_full(rows: list[Row], first: int, body: int) -> int:
    """Index of the last row that is filled like a row of the table."""
    for index in range(len(rows) - 1, first - 1, -1):
        filled = _filled(rows[index])
        if len(set(filled)) * 2 > body and not _TOTAL.fullmatch(_joined(filled[0])):
            return index
    return first - 1


def _joined(words: str) -> str:
    return re.sub(r"\s+", "", words)


def _why_not(row: Row, header_rows: list[Row], body: int, *, after: bool, fresh: bool) -> str:
    """Why a row under the header is no data; "" if it is."""
    if not fresh and _plainly_data(row, header_rows, body):
        return ""
    filled = _filled(row)
    distinct = list(dict.fromkeys(filled))
    if not filled:
        return "空行"
    if any(_TOTAL.fullmatch(_joined(words)) for words in distinct[:2]):
        return "合计行"
    if any(row.cells == each.cells for each in header_rows):
        return "重复的表头"
    if fresh and _counts_up(filled):
        return "栏次行"
    return _remark(distinct, body, merged=len(filled) == body, after=after)


def _plainly_data(row: Row, header_rows: list[Row], body: int) -> bool:
    """The short way, by the first two cells alone, for the most of a long table."""
    filled = [cell for cell in row.cells if cell is not None]
    if len(set(filled)) <= max(2, body // 2) or any(
        row.cells == each.cells for each in header_rows
    ):
        return False
    first = [text(cell) for cell in filled[:2]]
    return bool(first[0]) and not (
        any(_TOTAL.fullmatch(_joined(words)) for words in first)
        or _NOTE.fullmatch(first[0])
        or _REMARK_MARK.match(first[0])
    )


def _remark(distinct: list[str], body: int, *, merged: bool, after: bool) -> str:
    """Whether the words are a remark or a heading across the table, and which."""
    with_colon = sum(":" in words or "：" in words for words in distinct)
    few = len(distinct) <= max(1, body // 3) or with_colon * 2 > len(distinct)
    if few and (_NOTE.fullmatch(distinct[0]) or _REMARK_MARK.match(distinct[0])):
        return "表格下方的说明" if after else "说明"
    if body < _WIDE or len(distinct) > 1:
        return ""
    if _SECTION.fullmatch(distinct[0]) or (merged and not after):
        return "分段标题"
    return "表格下方的说明" if after else ""


def _counts_up(filled: list[str]) -> bool:
    if len(filled) < _WIDE or not all(_COUNTING.fullmatch(words) for words in filled):
        return False
    digits = [int(words) for words in filled if words.isdigit()]
    return all(after == before + 1 for before, after in itertools.pairwise(digits))
