"""Reports as lists: of a place, of a body, of a month; small ones answered together."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.periods import Period
from changle.ground.matters.actions import acknowledge_many
from changle.ground.matters.lifecycle import MATTER
from changle.ground.matters.models import Matter
from changle.ground.matters.queries import (
    Filters,
    all_types,
    body_to_report,
    by_day,
    coming,
    listed,
    of_body,
    organisation_seen,
    page_of,
    tone,
)
from changle.ground.matters.queries.listing import month_of
from changle.ground.registry.queries import streets_seen
from changle.ground.territory.roles import Permission


Line = tuple[Matter, str, int]  # the report, its colour, days overdue


def lines(rows: list[Matter]) -> list[Line]:
    today = timezone.localdate()
    return [(row, tone(row.state), row.overdue_days(today)) for row in rows]


@page(Permission.MATTER_VIEW)
def matters(request: Request) -> HttpResponse:
    actor, filters = request.actor, Filters.of(request.GET)
    asked, here = filters.asked(), reverse("matters:matters")
    rows, following = page_of(listed(actor, filters), request.GET.get("after", ""))
    reviews = actor.holds(Permission.MATTER_REVIEW)
    able = {
        row.pk
        for row, moves in MATTER.offers(rows, to=actor)
        if any(one.name == "acknowledge" for one in moves)
    }
    context = {
        "filters": filters,
        "lines": lines(rows),
        "next": f"{here}?{urlencode({**asked, 'after': following})}" if following else "",
        "states": Matter.State.choices,
        "types": [(one.pk, one.name) for one in all_types()],
        "streets": list(streets_seen(actor).values_list("pk", "name")) if reviews else [],
        "narrowed": asked.keys() - {"q"},
        "asked": asked,
        "reviews": reviews,
        "able": able,
        "bulk": bool(able),
        "rules": actor.holds(Permission.MATTER_RULE),
        "body": body_to_report(actor),
    }
    return render(request, "matters/matters.html", context)


@page(Permission.MATTER_REVIEW)
@require_POST
def acknowledge(request: Request) -> HttpResponse:
    pks = [int(one) for one in request.POST.getlist("pk") if one.isascii() and one.isdecimal() and len(one) < 18]  # noqa: PLR2004  within a bigint  # fmt: skip
    if not pks:
        messages.warning(request, "请先勾选要知悉的报告。")
        return redirect("matters:matters")
    done, left = acknowledge_many(pks=pks, by=request.actor, now=timezone.now())
    if done:
        messages.success(request, f"已知悉 {done} 件。")
    for title, why in left:
        messages.warning(request, f"“{title}”没有办理：{why}")
    return redirect(f"{reverse('matters:matters')}?state=submitted")


@page(Permission.MATTER_VIEW)
def month(request: Request) -> HttpResponse:
    """What takes place, day by day."""
    today = timezone.localdate()
    period = month_of(request.GET.get("month", "")) or Period.month(today.year, today.month)
    days = by_day(coming(request.actor, period), period)
    context = {
        "period": period,
        "days": [(day, day < today, lines(rows)) for day, rows in days],
        "before": period.previous(),
        "after": Period.of_months(period.end.year, period.end.month, 1),
    }
    return render(request, "matters/month.html", context)


@page(Permission.MATTER_VIEW)
def organisation(request: Request, pk: int) -> HttpResponse:
    row = organisation_seen(request.actor, pk, Permission.MATTER_VIEW)
    if row is None:
        raise Http404
    rows, following = page_of(of_body(request.actor, row), request.GET.get("after", ""))
    context = {
        "row": row,
        "lines": lines(rows),
        "next": f"?after={following}" if following else "",
        "reports": request.actor.reaches(row, Permission.MATTER_REPORT),
    }
    return render(request, "matters/organisation.html", context)
