"""A season of reports: opened for all who must report, dated, and reminded of."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.reminders import AHEAD, Due, remind
from changle.core.schedule import daily
from changle.ground.annual.actions.preparing import AnnualRefused, blank_report, mirror
from changle.ground.annual.models import FIRST_YEAR, AnnualReport, Deadline
from changle.ground.annual.queries import deadlines, houses_of, live, standing, unopened
from changle.ground.territory.models import Node
from changle.ground.territory.queries import district, keeper
from changle.ground.territory.roles import Permission


AT_A_TIME = 200


@transaction.atomic
def open_season(*, year: int, by: Actor, now: datetime) -> int:
    """Lay out an empty report for each body that must report and has none; answers how many."""
    if not FIRST_YEAR <= year < timezone.localdate(now).year:
        raise AnnualRefused("一个年度的报告在下一年 1 月 1 日以后才能统一建立。")
    paths = by.reach.get(Permission.ANNUAL_REVIEW, ())
    bodies = [
        one
        for one in unopened(year).select_related("node", "official_class")
        if (one.node.path or "").startswith(paths or ("-",))
    ]
    until = deadlines(year)
    reports = []
    for house in houses_of(bodies, year):
        report = blank_report(house.organisation, year, until[house.organisation.kind], now)
        mirror(report, standing(report, live(house, report.kind)))
        reports.append(report)
    AnnualReport.objects.bulk_create(reports, batch_size=AT_A_TIME, ignore_conflicts=True)
    place = Node.objects.filter(path__in=paths).order_by("path").first() or district()
    if place is not None and reports:
        record(place, "prepare", by=by, at=now, note=f"{year}年度报告 {len(reports)} 份")
    return len(reports)


@transaction.atomic
def set_deadline(
    *, year: int, kind: str, on: date, by: Actor, now: datetime, note: str = ""
) -> Deadline:
    """Date a season as its notice does; reports that are not yet in follow."""
    if on <= date(year, 12, 31):
        raise AnnualRefused("截止日期应在报告年度之后。")
    before = deadlines(year)[kind]
    row, _new = Deadline.objects.get_or_create(year=year, kind=kind, defaults={"on": on})
    row = Deadline.objects.select_for_update().get(pk=row.pk)
    row.on, row.note = on, note
    row.save(update_fields=["on", "note"])
    waiting = AnnualReport.objects.filter(year=year, kind=kind).exclude(
        state__in=AnnualReport.REPORTED
    )
    waiting.filter(submitted_on__isnull=True).update(report_by=on, due_on=on)
    place = district()
    record(
        row, "deadline", by=by, at=now, note=note, changes={"on": [str(before), str(on)]},
        path=place.path if place else "",
    )  # fmt: skip
    return row


@daily(time(2, 20))
def open_last_year(now: datetime) -> None:
    """From New Year on, who must report finds the report laid out."""
    by = keeper(Permission.ANNUAL_REVIEW)
    open_season(year=timezone.localdate(now).year - 1, by=by, now=now)


@daily(time(8, 10))
def remind_of_reports(now: datetime) -> None:
    """30, 7 and 1 days before the day, those who keep the report are told, while it is not in."""
    today = timezone.localdate(now)
    waiting = AnnualReport.objects.filter(
        state__in=(*AnnualReport.OPEN, AnnualReport.State.CHECKED),
        report_by__gte=today,
        report_by__lte=today + timedelta(days=max(AHEAD)),
    )
    rows = waiting.select_related("organisation__node").order_by("pk")
    dues = (
        Due(row=row, topic="annual", on=row.report_by, text=f"{row}", url=f"/desk/annual/{row.pk}/")
        for row in rows.iterator(AT_A_TIME)
    )
    remind(dues, needs=Permission.ANNUAL_EDIT, now=now)
