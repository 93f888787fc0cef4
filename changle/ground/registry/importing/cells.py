"""One row's cells as values, each with what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from changle.core.codes import (
    BadCode,
    body_name,
    check_phone,
    check_uscc,
    kind_of_uscc,
    looks_scientific,
    normalise_uscc,
    uscc_check,
)
from changle.core.codes.uscc import ALPHABET, LENGTH, SPREADSHEET_ZEROS
from changle.core.money import BadAmount
from changle.core.money import parse as parse_money
from changle.core.sheets import (
    Cell,
    Row,
    Unreadable,
    as_date,
    as_int,
    digits_lost,
    person_name,
    text,
)
from changle.ground.registry.importing.mapping import Mapping
from changle.ground.registry.importing.targets import TARGETS, Target


DIGITS_LOST = (
    "表格软件把代码变成了科学计数法，数字已丢失，无法还原；请在原表中把该列设为文本后重新导出"
)
NOTHING = frozenset({"", "无", "暂无", "没有", "/", "-", "—", "——", "\\", "无代码", "未办理", "空"})
KINDS = {
    "社会团体": "ST", "社团": "ST", "民办非企业单位": "MF", "民办非企业单位（社会服务机构）": "MF",
    "社会服务机构": "MF", "民非": "MF", "社会服务机构（民办非企业单位）": "MF", "基金会": "JJH",
    "备案社区社会组织": "BA", "社区社会组织": "BA", "备案": "BA", "备案组织": "BA", "拟成立团队": "PRE",
}  # fmt: skip
LIABILITIES = {"法人": "legal", "合伙": "partner", "个体": "individual"}
Reason = list[str]  # [heading of the column, sentence]


@dataclass(slots=True)
class Reading:
    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    refusals: list[Reason] = field(default_factory=list)
    doubts: list[Reason] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)


class Doubtful(Exception):
    """The cell cannot be taken, but the row could do without it."""


@dataclass(frozen=True)
class Reader:
    """The columns of one sheet, ready to read rows."""

    columns: tuple[tuple[int, str, Target, Callable[[Cell], Any]], ...]
    today: date

    @classmethod
    def of(cls, mapping: Mapping, today: date) -> "Reader":
        columns = tuple(
            (place, column.label, TARGETS[column.target], reader_of(column.target, column.unit))
            for place, column in enumerate(mapping.columns)
            if column.target
        )
        return cls(columns, today)

    def read(self, row: Row) -> Reading:
        reading = Reading(row.number, [])
        width = len(row.cells)
        for place, label, target, take in self.columns:
            cell = row.cells[place] if place < width else None
            reading.cells.append(text(cell)[:500])
            if cell is None:
                continue
            try:
                value = take(cell)
            except (Unreadable, BadAmount, BadCode) as wrong:
                reading.refusals.append([label, str(wrong)])
            except Doubtful as wrong:
                reading.doubts.append([label, str(wrong)])
                reading.values.setdefault("_raw", {})[target.key] = text(cell)
            else:
                if value not in (None, ""):
                    reading.values[target.key] = value
        self._check_days(reading)
        return reading

    def _check_days(self, reading: Reading) -> None:
        for key in ("registered_on", "founded_on", "listed_on", "valid_from", "rectified_on"):
            value = reading.values.get(key)
            if value and value > self.today.isoformat():
                reading.refusals.append([TARGETS[key].label, f"{value} 晚于今天"])


def reader_of(key: str, unit: str) -> Callable[[Cell], Any]:
    target = TARGETS[key]
    if key in BY_KEY:
        return BY_KEY[key]
    if target.kind == "money":
        return lambda cell: money(cell, unit or "元")
    if target.kind == "int":
        return lambda cell: whole(cell, target.most)
    if target.kind in {"text", "fact"}:
        return lambda cell: line(cell, target.most)
    if target.kind == "long":
        return lambda cell: block(cell, target.most)
    return BY_KIND[target.kind]


def name(cell: Cell) -> str:
    words = person_name(cell)
    if len(words) > TARGETS["name"].most:
        raise Unreadable(f"名称有 {len(words)} 字，最多 {TARGETS['name'].most} 字")
    if words and not any(unicodedata.category(letter) in {"Lo", "Lu", "Ll"} for letter in words):
        raise Unreadable(f"“{words[:20]}”不像名称")
    return words


def line(cell: Cell, most: int) -> str:
    words = person_name(cell) if isinstance(cell, str) else text(cell)
    if words in NOTHING:
        return ""
    if len(words) > most:
        raise Unreadable(f"有 {len(words)} 字，最多 {most} 字")
    return words


def block(cell: Cell, most: int) -> str:
    words = text(cell)
    if len(words) > most:
        raise Unreadable(f"有 {len(words)} 字，最多 {most} 字")
    return "" if words in NOTHING else words


def code(cell: Cell) -> str:
    """A whole and right code of a social organisation, or nothing. Raises Unreadable."""
    words = normalise_uscc(text(cell))
    if digits_lost(cell) or looks_scientific(words):
        raise Unreadable(f"“{text(cell)[:24]}”：{DIGITS_LOST}")
    if words in NOTHING:
        return ""
    body = body_name(words)
    other = "" if kind_of_uscc(words) or len(words) != LENGTH else f"；且这是{body}，不是社会组织"
    shaped = len(words) == LENGTH and set(words) <= set(ALPHABET) and words[2:8].isdigit()
    if shaped and uscc_check(words[:-1]) != words[-1]:
        if words.isdigit() and words.endswith(SPREADSHEET_ZEROS):
            other += "；末尾的 0 可能是表格软件截断数字所致"
        raise Unreadable(
            f"第 18 位校验码应为 {uscc_check(words[:-1])}，表中是 {words[-1]}（{words}），请对照登记证书核对{other}"
        )
    check_uscc(words)
    if other:
        raise Unreadable(f"这是{body}，不是社会组织（代码以 {words[:2]} 开头）")
    return words


def day(cell: Cell) -> str | None:
    if isinstance(cell, str) and text(cell) in NOTHING:
        return None
    found = as_date(cell)
    return found.isoformat() if found else None


def whole(cell: Cell, most: int) -> int | None:
    if isinstance(cell, str):
        words = re.sub(r"(平方米|㎡|m2|人|名|个|处|年|年度)$", "", text(cell))
        if words in NOTHING:
            return None
        cell = words
    number = as_int(cell)
    if number is not None and not 0 <= number <= most:
        raise Unreadable(f"{number} 不在 0 到 {most} 之间")
    return number


def money(cell: Cell, unit: str) -> int | None:
    words = f"{cell:.8f}" if isinstance(cell, float) else text(cell)
    return None if words in NOTHING else parse_money(words, unit=unit)


def phone(cell: Cell) -> str:
    words = text(cell)
    if words in NOTHING:
        return ""
    numbers = [each for each in re.split(r"[;；,，、/\s]+", words) if each]
    try:
        told = [str(check_phone(each)) for each in numbers]
    except BadCode as wrong:
        raise Doubtful(str(wrong)) from None
    kept = "、".join(told)
    return kept if len(kept) <= TARGETS["contact_phone"].most else told[0]


def email(cell: Cell) -> str:
    words = text(cell)
    if words in NOTHING:
        return ""
    try:
        validate_email(words)
    except ValidationError:
        raise Doubtful(f"“{words[:40]}”不是电子邮箱") from None
    return words


_CHECK_URL = URLValidator(schemes=["http", "https"])


def url(cell: Cell) -> str:
    words = text(cell)
    if words in NOTHING:
        return ""
    words = words if "://" in words else f"http://{words}"
    try:
        _CHECK_URL(words)
    except ValidationError:
        raise Doubtful(f"“{words[:40]}”不是网址") from None
    if len(words) > TARGETS["website"].most:
        raise Doubtful("网址过长")
    return words


def plain(cell: Cell) -> str:
    words = person_name(cell)
    return "" if words in NOTHING else words[:120]


def kind(cell: Cell) -> str:
    return KINDS.get(plain(cell), "")


def liability(cell: Cell) -> str:
    words = plain(cell)
    if words and words not in LIABILITIES:
        raise Doubtful(f"“{words[:20]}”应为法人、合伙或个体")
    return LIABILITIES.get(words, "")


def grade(cell: Cell) -> str:
    """5A, however it was written: AAAAA级, 五A, ５Ａ."""
    words = unicodedata.normalize("NFKC", text(cell)).upper().replace(" ", "").removesuffix("级")
    if words in NOTHING:
        return ""
    if re.fullmatch(r"A{1,5}", words):
        return f"{len(words)}A"
    found = re.fullmatch(r"([1-5一二三四五])A", words)
    if found is None:
        return line(cell, TARGETS["grade"].most)
    return f"{'一二三四五'.find(found[1]) + 1 or found[1]}A"


def listing(cell: Cell) -> str:
    """Abnormal or serious, by the words that the lists go by (MCA order 60)."""
    words = plain(cell)
    if not words:
        return ""
    if "失信" in words or "严重" in words:
        return "serious"
    if "异常" in words:
        return "abnormal"
    raise Unreadable(f"“{words[:20]}”应为活动异常名录或严重违法失信名单")


def digits(cell: Cell) -> str:
    words = normalise_uscc(text(cell))
    if words in NOTHING:
        return ""
    if digits_lost(cell) or not re.fullmatch(r"\d{6,12}", words):
        raise Unreadable(f"“{words[:20]}”不是区划代码（6 至 12 位数字）")
    return words


def region(cell: Cell) -> str:
    words = digits(cell)
    if words and len(words) != 6:  # noqa: PLR2004  GB/T 2260
        raise Unreadable("登记机关区划代码应为 6 位数字")
    return words


def key(cell: Cell) -> int | None:
    return as_int(cell)


BY_KEY: dict[str, Callable[[Cell], Any]] = {
    "grade": grade, "registrar_code": region, "place_code": digits,
}  # fmt: skip
BY_KIND: dict[str, Callable[[Cell], Any]] = {
    "name": name, "code": code, "date": day, "phone": phone, "email": email, "url": url,
    "class": plain, "place": plain, "status": plain, "kind": kind, "liability": liability,
    "key": key, "listing": listing,
}  # fmt: skip
