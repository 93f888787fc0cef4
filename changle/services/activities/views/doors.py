"""The door of one session: who comes in, by code or without one, and who goes out."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.doors import (
    Scan,
    check_in,
    walk_in,
)
from changle.services.activities.actions.leaving import check_out, hand_over
from changle.services.activities.forms.doors import OutForm, ScanForm, WalkInForm
from changle.services.activities.models import Attendance, Session
from changle.services.activities.queries.sessions import present, roster, sessions_run
from changle.services.activities.queries.signed import homes_within


def run(request: Request, pk: int) -> Session:
    row = sessions_run(request.actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def walk_form(row: Session, typed: QueryDict | None = None) -> WalkInForm:
    return WalkInForm(typed, homes=homes_within(row.for_place) if row.for_place else ())


def shown(
    request: Request, row: Session, *, scanning: ScanForm | None = None,
    walking: WalkInForm | None = None, refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    people = list(present(row))
    context = {
        "row": row,
        "scanning": scanning or ScanForm(),
        "walking": walking or walk_form(row),
        "inside": [one for one in people if one.left_at is None],
        "came": len(people),
        "awaited": [one for one in roster(row) if one.state == "confirmed"
                    and getattr(one, "attendance", None) is None],
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "activities/door_page.html", context, status=status)


@page(Permission.SESSION_RUN)
def door(request: Request, pk: int) -> HttpResponse:
    return shown(request, run(request, pk))


@page(Permission.SESSION_RUN)
@require_POST
def scan(request: Request, pk: int) -> HttpResponse:
    row, form = run(request, pk), ScanForm(request.POST)
    if not form.is_valid():
        return shown(request, row, scanning=form, status=422)
    told = Scan(code=form.cleaned_data["code"])
    try:
        done = check_in(scan=told, session=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return shown(request, row, scanning=form, refusal=str(refusal), status=409)
    tell = messages.success if done.first else messages.warning
    by = done.attendance.recorded_by
    whom = f"登记人：{by}。" if by and not done.first else ""
    tell(request, done.sentence() + whom)
    return redirect("activities:door", pk)


@page(Permission.SESSION_RUN)
@require_POST
def walk(request: Request, pk: int) -> HttpResponse:
    row = run(request, pk)
    form = walk_form(row, request.POST)
    if not form.is_valid():
        return shown(request, row, walking=form, status=422)
    try:
        done = walk_in(
            session=pk, guest=form.guest(), guardian=form.guardian(), by=request.actor,
            now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        return shown(request, row, walking=form, refusal=str(refusal), status=409)
    messages.success(request, done.sentence())
    return redirect("activities:door", pk)


@page(Permission.SESSION_RUN)
@require_POST
def out(request: Request, pk: int, there: int) -> HttpResponse:
    """Gone; where a name is given, with whom."""
    row, form = run(request, pk), OutForm(request.POST)
    if not form.is_valid():
        return shown(request, row, refusal="姓名最多 60 个字。", status=422)
    if not present(row).filter(pk=there).exists():
        raise Http404
    to, now = form.cleaned_data["to"].strip(), timezone.now()
    try:
        if to:
            hand_over(pk=there, to=to, by=request.actor, now=now)
        else:
            check_out(pk=there, by=request.actor, now=now)
    except Attendance.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        return shown(request, row, refusal=str(refusal), status=409)
    messages.success(request, "已交给家长。" if to else "已签退。")
    return redirect("activities:door", pk)
