"""How the bureau keeps the calendar: day by day, or a whole year from its notice."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from changle.core.calendar.days import SATURDAY, CalendarDay, DayRow
from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused


FIRST_YEAR, LAST_YEAR = 2000, 2100
NOTICES = Path(__file__).resolve().parents[1] / "data" / "working_days.json"
FACTS = ("is_working", "name", "notice", "provisional")


class CalendarRefused(Refused):
    """A day that the calendar cannot hold."""


@dataclass(frozen=True)
class Imported:
    """What an import did to the rows of its year."""

    added: int
    changed: int
    removed: int
    same: int


def days_of_year(year: int) -> QuerySet[CalendarDay]:
    return CalendarDay.objects.filter(on__year=year).order_by("on")


def seed_days() -> list[DayRow]:
    """The State Council's notices that come with the product, as exceptions."""
    rows = []
    for year in json.loads(NOTICES.read_text("utf-8")):
        for holiday in year["holidays"]:
            first, last = (date.fromisoformat(holiday[end]) for end in ("first", "last"))
            off = [first + timedelta(days=step) for step in range((last - first).days + 1)]
            worked = [date.fromisoformat(day) for day in holiday["make_up"]]
            rows += [DayRow(day, day in worked, holiday["name"], year["notice"]) for day in off]
            rows += [
                DayRow(day, is_working=True, name=holiday["name"], notice=year["notice"])
                for day in worked
            ]
    return sorted(rows, key=lambda row: row.on)


@transaction.atomic
def seed(*, by: Actor, now: datetime) -> list[int]:
    """Enter the years that come with the product and have no row yet; answers them."""
    known = {day.year for day in CalendarDay.objects.values_list("on", flat=True)}
    rows = seed_days()
    years = sorted({row.on.year for row in rows} - known)
    for year in years:
        import_year(year=year, rows=[r for r in rows if r.on.year == year], by=by, now=now)
    return years


@transaction.atomic
def set_day(*, row: DayRow, by: Actor, now: datetime) -> CalendarDay:
    """Enter one exception, or correct it."""
    refuse(row)
    day = CalendarDay.objects.select_for_update().filter(on=row.on).first()
    write(day, row, by, now)
    return CalendarDay.objects.get(on=row.on)


@transaction.atomic
def remove_day(*, on: date, by: Actor, now: datetime) -> None:
    """Let a day be again what its weekday says."""
    day = CalendarDay.objects.select_for_update().filter(on=on).first()
    if day is None:
        raise CalendarRefused(f"日历中没有 {on} 的特别安排。")
    drop(day, by, now)


@transaction.atomic
def import_year(*, year: int, rows: Collection[DayRow], by: Actor, now: datetime) -> Imported:
    """Make the calendar of a year what its notice says; rows that it does not name go."""
    told = {row.on: row for row in rows}
    if not told:
        raise CalendarRefused(f"没有读到 {year} 年的放假安排。")
    for row in told.values():
        if row.on.year != year:
            raise CalendarRefused(f"{row.on} 不在 {year} 年内，请分年导入。")
        refuse(row)
    kept = {day.on: day for day in days_of_year(year).select_for_update()}
    gone = [day for on, day in kept.items() if on not in told]
    for day in gone:
        drop(day, by, now)
    changed = sum(write(kept.get(on), row, by, now) for on, row in told.items() if on in kept)
    added = sum(write(None, row, by, now) for on, row in told.items() if on not in kept)
    return Imported(added, changed, len(gone), len(told) - added - changed)


def refuse(row: DayRow) -> None:
    if not FIRST_YEAR <= row.on.year <= LAST_YEAR:
        raise CalendarRefused(f"日期应在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间。")
    if not row.name.strip():
        raise CalendarRefused("请填写节假日名称。")
    if row.is_working and row.on.weekday() < SATURDAY:
        raise CalendarRefused(f"{row.on} 不是周末，本来就是工作日，不用登记为上班。")
    if not row.notice.strip() and not row.provisional:
        raise CalendarRefused("请填写放假通知的文号；通知尚未公布的，请标为暂定。")


def write(day: CalendarDay | None, row: DayRow, by: Actor, now: datetime) -> bool:
    """Save and log one exception; answers whether there was anything to save."""
    if day is None:
        day = CalendarDay.objects.create(on=row.on, **{name: getattr(row, name) for name in FACTS})
        record(day, "set_day", by=by, at=now, note=row.why)
        return True
    changes = {
        name: [getattr(day, name), getattr(row, name)]
        for name in FACTS
        if getattr(day, name) != getattr(row, name)
    }
    if changes:
        for name in changes:
            setattr(day, name, getattr(row, name))
        day.save(update_fields=list(changes))
        record(day, "set_day", by=by, at=now, changes=changes)
    return bool(changes)


def drop(day: CalendarDay, by: Actor, now: datetime) -> None:
    changes = {name: [getattr(day, name), None] for name in FACTS}
    record(day, "remove_day", by=by, at=now, changes=changes)
    day.delete()
