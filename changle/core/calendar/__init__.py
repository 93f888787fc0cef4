"""The official calendar of working days, kept by the bureau from the yearly notices."""

from changle.core.calendar.days import Calendar, CalendarDay, DayRow, Step, day_of, end_of
from changle.core.calendar.ics import from_ics, to_ics
from changle.core.calendar.keeping import (
    CalendarRefused,
    Imported,
    days_of_year,
    import_year,
    remove_day,
    seed,
    seed_days,
    set_day,
)


__all__ = [
    "Calendar",
    "CalendarDay",
    "CalendarRefused",
    "DayRow",
    "Imported",
    "Step",
    "day_of",
    "days_of_year",
    "end_of",
    "from_ics",
    "import_year",
    "remove_day",
    "seed",
    "seed_days",
    "set_day",
    "to_ics",
]
