"""Rooms are taken out of use, and who had them gets other times."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.closing import (
    InTheWay,
    close_rooms,
    instead_of,
    lift_closure,
    rebook,
    rebooked,
)
from changle.services.commons.actions.deciding import house_of
from changle.services.commons.forms.board import ClosureForm
from changle.services.commons.models import Booking, Closure
from changle.services.commons.queries.board import (
    closure_of,
    closures_of,
    displaced,
    displaced_by,
)
from changle.services.commons.views.board import house_run


@page(Permission.BOOKING_DECIDE)
def closures(request: Request, pk: int) -> HttpResponse:
    house = house_run(pk, request.actor, Permission.BOOKING_DECIDE)
    rows = list(closures_of(house, request.actor))
    context = {"house": house, "rows": rows, "now": timezone.now()}
    return render(request, "commons/closures.html", context)


@page(Permission.BOOKING_DECIDE)
def close(request: Request, pk: int) -> HttpResponse:
    """The form; where bookings stand in the way it names them and asks once more."""
    house, actor = house_run(pk, request.actor, Permission.BOOKING_DECIDE), request.actor
    today = timezone.localdate()
    if request.method != "POST":
        initial = {"from_on": today, "until_on": today}
        form = ClosureForm(house=house, initial=initial)
        return render(request, "commons/closure_form.html", {"house": house, "form": form})
    form, status, in_the_way = ClosureForm(request.POST, house=house), 422, list[Booking]()
    if form.is_valid():
        start, end = form.span()
        facts: dict[str, Any] = {
            "spaces": [int(one) for one in form.cleaned_data["spaces"]],
            "reason": form.cleaned_data["reason"],
            "is_emergency": form.cleaned_data["is_emergency"],
            "displaces": request.POST.get("displaces") == "1",
        }
        try:
            closure, gone = close_rooms(
                layout=house, starts_at=start, ends_at=end, by=actor, now=timezone.now(), **facts
            )
        except InTheWay as refusal:
            in_the_way, status = refusal.bookings, 409
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            tail = f"，{len(gone)} 个预约已让出并通知，可改订的时间见下" if gone else ""
            messages.success(request, f"已停用{tail}。")
            return redirect("commons:closure", closure.pk)
    context = {"house": house, "form": form, "in_the_way": in_the_way}
    return render(request, "commons/closure_form.html", context, status=status)


def found(request: Request, pk: int) -> Closure:
    row = closure_of(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.BOOKING_DECIDE)
def closure(request: Request, pk: int) -> HttpResponse:
    """One closure, with whom it met."""
    row = found(request, pk)
    context = {
        "row": row,
        "gone": displaced_by(row),
        "lifts": row.lifted_at is None and row.ends_at > timezone.now(),
    }
    return render(request, "commons/closure.html", context)


@page(Permission.BOOKING_DECIDE)
@require_POST
def lift(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk)
    try:
        lift_closure(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已解除停用，场地可以预约。")
    return redirect("commons:closures", row.centre_id)


@page(Permission.BOOKING_MAKE)
def instead(request: Request, pk: int) -> HttpResponse:
    """The other times for a booking that had to give way: one tap, and one of them is had."""
    row, now, refusal, status = displaced(request.actor, pk), timezone.now(), "", 200
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            start = parse_datetime(request.POST.get("start", "")[:40])
        except ValueError:
            start = None
        try:
            new = rebook(pk=pk, starts_at=start or now, by=request.actor, now=now)
        except Refused as refused:
            refusal, status = str(refused), 409
        else:
            messages.success(request, "已改订，不需要再审批。")
            return redirect("commons:booking", new.pk)
    done = rebooked(row)
    spans = [] if done else instead_of(house_of(row), row, now)
    context = {
        "row": row,
        "refusal": refusal,
        "done": done,
        "choices": [(start.isoformat(), start, end) for start, end in spans],
    }
    return render(request, "commons/closure_instead.html", context, status=status)
