"""The sums by street and month of the whole district: read where they are fresh, else from the rows."""

from datetime import date

from changle.core.indicators import CATALOGUE, Indicator, cross_of_rows
from changle.core.periods import Period
from changle.services.activities.models import MonthMark, MonthSum


KEPT_BY = ("street", "month")
MOST_STALE = 3  # months of which the rows are read; with more of them all rows are
Cells = dict[tuple[str, str], int]


def month_of(period: Period) -> str:
    return f"{period.start:%Y-%m}"


def told(code: str, path: str, period: Period, today: date) -> Cells | None:
    """(street, month) -> value in whole months of the whole tree; None for any other question.

    A month is fresh where nothing was written to its sessions since it was summed up.
    """
    if path.count(".") != 1 or not period.whole_months:
        return None
    months = {month_of(one): one for one in period.months()}
    rows = MonthMark.objects.filter(month__in=months).values_list("month", "writes", "told")
    marks = {month: writes == told_at for month, writes, told_at in rows}
    stale = sorted(month for month, fresh in marks.items() if not fresh)
    if len(stale) > MOST_STALE:
        return None
    fresh = [month for month, is_fresh in marks.items() if is_fresh]
    kept = MonthSum.objects.filter(code=code, month__in=fresh).order_by("street", "month")
    cells = {
        (str(street or ""), month): value
        for street, month, value in kept.values_list("street", "month", "value")
    }
    for month in stale:
        cells |= of_rows(CATALOGUE[code], path, months[month], today)
    return cells


def of_rows(asked: Indicator, path: str, month: Period, today: date) -> Cells:
    return cross_of_rows(asked, *KEPT_BY, path=path, period=month, today=today)
