"""Sum up the months that were written to, so that the year of a district is read from a few rows."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from changle.core.indicators import CATALOGUE
from changle.core.periods import Period
from changle.core.schedule import often
from changle.ground.territory.queries import district
from changle.services.activities.indicators.sums import KEPT_BY, of_rows
from changle.services.activities.models import MonthMark, MonthSum


MOST = 24  # months in one turn


@often
def keep_sums(now: datetime) -> None:
    sum_up(now)


def sum_up(now: datetime) -> int:
    """Each stale month in a transaction of its own; answers how many there were."""
    stale = MonthMark.objects.filter(Q(told=None) | ~Q(told=F("writes"))).order_by("-month")
    months = list(stale.values_list("month", flat=True)[:MOST])
    for month in months:
        sum_month(month, now)
    return len(months)


@transaction.atomic
def sum_month(month: str, now: datetime) -> None:
    """Who writes to a session of this month waits for it, or it for them: the mark is held."""
    root = district()
    mark = MonthMark.objects.select_for_update().get(pk=month)
    if root is None:
        return
    period, today = Period.parse(month), timezone.localdate(now)
    rows = [
        MonthSum(code=one.code, month=month, street=int(street or 0), value=value)
        for one in CATALOGUE.values()
        if one.kept_by == KEPT_BY
        for (street, _month), value in of_rows(one, str(root.path), period, today).items()
    ]
    MonthSum.objects.filter(month=month).delete()
    MonthSum.objects.bulk_create(rows, batch_size=500)
    mark.told = mark.writes
    mark.save(update_fields=["told"])


def forget_sums() -> None:
    """After a rule by which people are counted has changed: all is summed up anew."""
    MonthMark.objects.update(writes=F("writes") + 1)
