"""Half-open spans of days: what every figure, report and plan is about."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone


FIRST_YEAR, LAST_YEAR = 1900, 2199
QUARTERS = "一二三四"
HALVES = "上下"
MONTHS_OF_A_YEAR, MONTHS_OF_A_HALF, MONTHS_OF_A_QUARTER = 12, 6, 3
YEAR = re.compile(r"(\d{4})年?")
HALF = re.compile(r"(\d{4})(?:-H([12])|年?([上下])半年)")
QUARTER = re.compile(r"(\d{4})(?:-Q([1-4])|年?第?([一二三四1-4])季度)")
MONTH = re.compile(r"(\d{4})(?:-|年)(\d{1,2})月?")
SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
EXAMPLES = "例如 2021、2021-Q3、2021-09 或 2021-09-01..2021-10-01"


class BadPeriod(ValidationError):
    """A span that makes no sense; the message is for the person who asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, code="bad_period")
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, order=True)
class Period:
    """From `start` up to `end`, which is no part of it."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise BadPeriod("时段的结束日期必须晚于开始日期（结束当日不计入）。")
        if self.start.year < FIRST_YEAR or self.last_day.year > LAST_YEAR:
            raise BadPeriod(f"时段应在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间。")

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls.of_months(year, 1, MONTHS_OF_A_YEAR)

    @classmethod
    def half(cls, year: int, half: int) -> "Period":
        if half not in {1, 2}:
            raise BadPeriod("半年只有上半年和下半年。")
        return cls.of_months(year, 1 + (half - 1) * MONTHS_OF_A_HALF, MONTHS_OF_A_HALF)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        if quarter not in {1, 2, 3, 4}:
            raise BadPeriod("季度应为 1 到 4。")
        return cls.of_months(year, 1 + (quarter - 1) * MONTHS_OF_A_QUARTER, MONTHS_OF_A_QUARTER)

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls.of_months(year, month, 1)

    @classmethod
    def of_months(cls, year: int, month: int, count: int) -> "Period":
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise BadPeriod(f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
        if not 1 <= month <= MONTHS_OF_A_YEAR:
            raise BadPeriod("月份应为 1 到 12。")
        start = date(year, month, 1)
        return cls(start, shifted(start, count))

    @classmethod
    def parse(cls, text: str) -> "Period":
        """What an address or a form says; labels of ours read back too."""
        typed = "".join(unicodedata.normalize("NFKC", text).split()).upper()
        if not typed.isascii() and any(c.isdigit() and not c.isascii() for c in typed):
            raise unreadable(text)
        if found := YEAR.fullmatch(typed):
            return cls.year(int(found[1]))
        if found := HALF.fullmatch(typed):
            half = int(found[2]) if found[2] else HALVES.index(found[3]) + 1
            return cls.half(int(found[1]), half)
        if found := QUARTER.fullmatch(typed):
            told = found[2] or found[3]
            return cls.quarter(int(found[1]), int(told) if told.isdecimal() else spoken(told))
        if found := MONTH.fullmatch(typed):
            return cls.month(int(found[1]), int(found[2]))
        if found := SPAN.fullmatch(typed):
            return cls(read_date(found[1]), read_date(found[2]))
        raise unreadable(text)

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def starts_at(self) -> datetime:
        """Its first moment, in the zone of the office."""
        return midnight(self.start)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return midnight(self.end)

    @property
    def whole_months(self) -> int:
        """How many calendar months it is made of; 0 where it is cut otherwise."""
        if self.start.day != 1 or self.end.day != 1:
            return 0
        years = self.end.year - self.start.year
        return years * MONTHS_OF_A_YEAR + self.end.month - self.start.month

    @property
    def unit(self) -> str:
        """year, half, quarter or month as people report them, else span."""
        units = {
            MONTHS_OF_A_YEAR: "year",
            MONTHS_OF_A_HALF: "half",
            MONTHS_OF_A_QUARTER: "quarter",
            1: "month",
        }
        aligned = self.whole_months and (self.start.month - 1) % self.whole_months == 0
        return units.get(self.whole_months, "span") if aligned else "span"

    @property
    def code(self) -> str:
        """As addresses write it; `parse` reads it back."""
        year, month = self.start.year, self.start.month
        match self.unit:
            case "year":
                return f"{year}"
            case "half":
                return f"{year}-H{1 + (month - 1) // MONTHS_OF_A_HALF}"
            case "quarter":
                return f"{year}-Q{1 + (month - 1) // MONTHS_OF_A_QUARTER}"
            case "month":
                return f"{year}-{month:02d}"
        return f"{self.start}..{self.end}"

    @property
    def label(self) -> str:
        year, month = self.start.year, self.start.month
        match self.unit:
            case "year":
                return f"{year}年"
            case "half":
                return f"{year}年{HALVES[(month - 1) // MONTHS_OF_A_HALF]}半年"
            case "quarter":
                return f"{year}年第{QUARTERS[(month - 1) // MONTHS_OF_A_QUARTER]}季度"
            case "month":
                return f"{year}年{month}月"
        if self.days == 1:
            return spoken_date(self.start)
        return f"{spoken_date(self.start)}至{spoken_date(self.last_day)}"

    def previous(self) -> "Period":
        """The span of the same length that ends where this one starts."""
        if self.whole_months:
            return Period(shifted(self.start, -self.whole_months), self.start)
        return Period(self.start - timedelta(days=self.days), self.start)

    def same_last_year(self) -> "Period":
        """The same days a year ago; 29 February answers to the 28th."""
        start, end = (shifted(day, -MONTHS_OF_A_YEAR) for day in (self.start, self.end))
        return Period(start, max(end, start + timedelta(days=1)))

    def months(self) -> list["Period"]:
        """Its calendar months in order; the first and the last may be cut."""
        found, start = [], self.start
        while start < self.end:
            end = min(shifted(start.replace(day=1), 1), self.end)
            found.append(Period(start, end))
            start = end
        return found

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return self.label


def shifted(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + months, MONTHS_OF_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def spoken(digit: str) -> int:
    return QUARTERS.index(digit) + 1


def spoken_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadPeriod(f"没有 {text} 这一天。") from None


def unreadable(text: str) -> BadPeriod:
    return BadPeriod(f"读不懂时段“{text.strip()[:30]}”，{EXAMPLES}。")
