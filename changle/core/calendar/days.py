"""The exceptions from Monday to Friday, and what follows from them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils import timezone

from changle.core.privacy import Privacy


DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
SATURDAY = 5
# Every yearly notice of the State Council names National Day: who has it has the whole notice.
NATIONAL_DAY = (10, 1)


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend day made up for (调休)."""

    privacy: ClassVar[dict[str, Privacy]] = {
        "on": Privacy.P0,
        "name": Privacy.P0,
        "notice": Privacy.P0,
    }

    on = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)
    notice = models.CharField("通知文号", max_length=60, blank=True)
    provisional = models.BooleanField("暂定", default=False)  # expected, its notice not yet out

    class Meta:
        verbose_name = "工作日历"

    def __str__(self) -> str:
        return f"{self.on} {self.name}{'上班' if self.is_working else '放假'}"


@dataclass(frozen=True)
class DayRow:
    """One exception as a plain value."""

    on: date
    is_working: bool
    name: str
    notice: str = ""
    provisional: bool = False

    @property
    def why(self) -> str:
        source = f"（{self.notice}）" if self.notice else ""
        return f"{self.name}{'调休上班' if self.is_working else '放假'}{source}"


@dataclass(frozen=True)
class Step:
    """One day on the way to a deadline."""

    day: date
    counted: bool
    why: str
    provisional: bool = False


@dataclass(frozen=True)
class Calendar:
    """The calendar in memory: one query to load it, none after that.

    A year without its notice counts weekends only; its days are provisional. Nothing raises
    for want of data.
    """

    exceptions: Mapping[date, DayRow]

    @classmethod
    def load(cls) -> "Calendar":
        fields = ("on", "is_working", "name", "notice", "provisional")
        return cls.of(DayRow(*row) for row in CalendarDay.objects.values_list(*fields))

    @classmethod
    def of(cls, rows: Iterable[DayRow]) -> "Calendar":
        return cls({row.on: row for row in rows})

    @cached_property
    def years(self) -> frozenset[int]:
        return frozenset(
            row.on.year
            for row in self.exceptions.values()
            if (row.on.month, row.on.day) == NATIONAL_DAY and not row.provisional
        )

    def known_years(self) -> list[int]:
        """The years whose notice stands in the calendar."""
        return sorted(self.years)

    def is_working(self, day: date) -> bool:
        row = self.exceptions.get(plain_day(day))
        return row.is_working if row else day.weekday() < SATURDAY

    def is_holiday(self, day: date) -> bool:
        """Whether a day is of a public holiday, its weekend included; a plain weekend is not."""
        day = plain_day(day)
        if self.is_working(day):
            return False
        return any(
            one in self.exceptions for step in (DAY, -DAY) for one in self._free_days(day, step)
        )

    def _free_days(self, day: date, step: timedelta) -> Iterator[date]:
        """The days without work from a day on, itself first, one way."""
        while not self.is_working(day):
            yield day
            day += step

    def provisional(self, day: date) -> bool:
        """Whether the answer for this day may still change when a notice comes out."""
        row = self.exceptions.get(plain_day(day))
        return row.provisional if row else day.year not in self.years

    def provisional_between(self, start: date, end: date) -> bool:
        """Whether any day of the span, both ends included, is provisional."""
        days = (start + DAY * step for step in range((end - start).days + 1))
        return any(self.provisional(day) for day in days)

    def add_working_days(self, day: date, count: int) -> date:
        """The day on which the count is full; the first day is not counted.

        A negative count goes back; a count of 0 answers the day itself.
        """
        day, step, left = plain_day(day), DAY if count > 0 else -DAY, abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """The working days after `start` up to and with `end`: the inverse of add_working_days."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + DAY * step) for step in range(1, (end - start).days + 1))

    def explain(self, start: date, count: int) -> list[Step]:
        """Day by day how the deadline came about, the first day included."""
        day = plain_day(start)
        steps = [Step(day, counted=False, why="起算当日，不计入期限")]
        counted = 0
        while counted < count:
            day += DAY
            working = self.is_working(day)
            counted += working
            why = self.why(day) + (f"，第 {counted} 个工作日" if working else "，不计入")
            steps.append(Step(day, working, why, self.provisional(day)))
        return steps

    def why(self, day: date) -> str:
        """Why a day is worked or not, for people."""
        row = self.exceptions.get(plain_day(day))
        reason = row.why if row else f"周{WEEKDAYS[day.weekday()]}"
        if self.provisional(day):
            reason += f"（暂定，{day.year} 年放假安排尚未公布）"
        return reason


def plain_day(day: date) -> date:
    """Refuse a datetime, which is a date to Python: its day depends on the zone (see day_of)."""
    if isinstance(day, datetime):
        raise TypeError("a day is meant, not a moment")
    return day


def day_of(at: datetime) -> date:
    """The day of a moment on the wall calendar of the office."""
    return timezone.localdate(at, timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """The first moment after a day: what is due on it must have come before."""
    midnight = datetime.combine(plain_day(day) + DAY, time.min)
    return timezone.make_aware(midnight, timezone.get_default_timezone())
