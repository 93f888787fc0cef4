"""The calendar of working days, and how a deadline is counted."""

from calendar import Calendar as Months
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.calendar import (
    Calendar,
    days_of_year,
    from_ics,
    import_year,
    remove_day,
    seed_days,
    set_day,
    to_ics,
)
from changle.core.refusals import Refused
from changle.ground.territory.forms import CalendarImportForm, DayForm, DeadlineForm
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Cell:
    """One day of the year as it is drawn."""

    day: date
    inside: bool  # of the month it is drawn in
    working: bool
    special: bool  # not what its weekday says
    why: str
    today: bool


def months_of(year: int, calendar: Calendar, today: date) -> list[tuple[int, list[list[Cell]]]]:
    def cell(day: date, month: int) -> Cell:
        return Cell(
            day, day.month == month, calendar.is_working(day), day in calendar.exceptions,
            calendar.why(day), day == today,
        )  # fmt: skip

    return [
        (
            month,
            [
                [cell(day, month) for day in week]
                for week in Months().monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def asked_year(year: int | None) -> int:
    year = year or timezone.localdate().year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year


@page(Permission.DESK_OPEN)
def calendar(request: Request, year: int | None = None) -> HttpResponse:
    shown, kept = asked_year(year), Calendar.load()
    form = DeadlineForm(request.GET if "days" in request.GET else None)
    steps = None
    if form.is_bound and form.is_valid():
        steps = kept.explain(form.cleaned_data["start"], form.cleaned_data["days"])
    edits = Permission.CALENDAR_EDIT in request.actor.reach
    context = {
        "year": shown,
        "months": months_of(shown, kept, timezone.localdate()),
        "days": list(days_of_year(shown)),
        "known": shown in kept.years,
        "form": form,
        "steps": steps,
        "edits": edits,
        "day_form": DayForm() if edits else None,
        "import_form": CalendarImportForm() if edits else None,
        "brought": edits and any(row.on.year == shown for row in seed_days()),
    }
    return render(request, "territory/calendar.html", context, status=422 if form.errors else 200)


@page(Permission.DESK_OPEN)
def calendar_file(_request: Request, year: int) -> HttpResponse:
    rows = [row for on, row in sorted(Calendar.load().exceptions.items()) if on.year == year]
    text = to_ics(rows, now=timezone.now())
    name = f'attachment; filename="working-days-{year}.ics"'
    return HttpResponse(
        text, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name}
    )


def page_of(year: int) -> str:
    return reverse("territory:calendar_of", args=[year])


@page(Permission.CALENDAR_EDIT)
def day_set(request: Request, year: int) -> HttpResponse:
    form = DayForm(request.POST or None)
    sheet = Sheet(
        heading="登记一天的安排", button="登记", done="已登记。", back=page_of(asked_year(year))
    )
    return fill(request, form, sheet, lambda: set_day(
        row=form.row(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@require_POST
@page(Permission.CALENDAR_EDIT)
def day_remove(request: Request, year: int) -> HttpResponse:
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        remove_day(on=on, by=request.actor, now=timezone.now())
    except ValueError:
        return render(request, "core/refusal.html", {"refusal": "日期不对。"}, status=422)
    except Refused as refusal:
        return render(request, "core/refusal.html", {"refusal": refusal}, status=409)
    messages.success(request, f"{on} 恢复为平常的一天。")
    return redirect(page_of(asked_year(year)))


@page(Permission.CALENDAR_EDIT)
def year_import(request: Request, year: int) -> HttpResponse:
    """A whole year from a calendar file; what the file does not name goes."""
    form = CalendarImportForm(request.POST or None, request.FILES or None)
    sheet = Sheet(
        heading=f"导入 {asked_year(year)} 年放假安排", button="导入", done="已导入。",
        back=page_of(year),
        about="导入后，这一年以文件为准：文件里没有的特别安排会被删除。", grave=True,
    )  # fmt: skip

    def deed() -> None:
        file = form.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise Refused("日历文件太大，请只导入节假日日历。")
        text = file.read().decode("utf-8-sig", errors="replace")
        rows = from_ics(text, notice=form.cleaned_data["notice"])
        told = [row for row in rows if row.on.year == year]
        import_year(year=year, rows=told, by=request.actor, now=timezone.now())

    return fill(request, form, sheet, deed)


@require_POST
@page(Permission.CALENDAR_EDIT)
def year_from_notice(request: Request, year: int) -> HttpResponse:
    """A year as the notice that comes with the product has it."""
    rows = [row for row in seed_days() if row.on.year == year]
    try:
        import_year(year=year, rows=rows, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return render(request, "core/refusal.html", {"refusal": refusal}, status=409)
    messages.success(request, f"{year} 年已按国务院办公厅通知登记。")
    return redirect(page_of(asked_year(year)))
