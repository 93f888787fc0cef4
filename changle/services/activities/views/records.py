"""The forms behind a session's sheet: counts, evidence, summary, expenses, seats, corrections."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.activities.actions.recording import (
    add_evidence,
    head_count,
    list_expenses,
    write_summary,
)
from changle.services.activities.actions.running import move_to
from changle.services.activities.actions.verifying import correct
from changle.services.activities.actions.waiting import set_capacity
from changle.services.activities.forms.plans import moment
from changle.services.activities.forms.sessions import (
    CapacityForm,
    CorrectForm,
    CountForm,
    EvidenceForm,
    ExpensesForm,
    MoveForm,
    SummaryForm,
)
from changle.services.activities.models import Session
from changle.services.activities.queries.choosing import rooms_of, street_of
from changle.services.activities.queries.sheet import expenses_of, sides_of
from changle.services.activities.views.sessions import back_to, found


RUN = Permission.SESSION_RUN


def run_or_404(request: Request, pk: int, needs: str = RUN, *, shared: bool = True) -> Session:
    row = found(request, pk)
    if not sides_of(row)[0].may(request.actor, needs, shared=shared):
        raise Http404
    return row


def sheet(row: Session, heading: str, button: str = "保存", about: str = "") -> Sheet:
    return Sheet(
        heading=f"{heading}：{row}", button=button, done="已保存。", back=back_to(row), about=about
    )


def day_and_time(row: Session) -> tuple[datetime, str]:
    now = timezone.now()
    on_the_day = timezone.localdate(now) == row.on
    return now, f"{timezone.localtime(now if on_the_day else row.ends_at):%H:%M}"


@page(RUN)
def count(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk)
    now, at = day_and_time(row)
    form = CountForm(request.POST or None, initial={"counted_by": request.actor.name, "at": at})
    return fill(request, form, sheet(row, "清点人数"), lambda: head_count(
        session=pk, people=form.cleaned_data["people"], counted_by=form.cleaned_data["counted_by"],
        counted_at=moment(row.on, form.cleaned_data["at"]), by=request.actor, now=now,
    ))  # fmt: skip


@page(RUN)
def evidence(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk)
    now, at = day_and_time(row)
    form = EvidenceForm(request.POST or None, request.FILES or None, initial={"at": at})
    about = "照片上传后会去掉拍摄地点等附加信息；有未成年人出镜须监护人同意。"
    return fill(request, form, sheet(row, "上传佐证", "上传", about), lambda: add_evidence(
        session=pk, draft=form.draft(row), by=request.actor, now=now,
    ))  # fmt: skip


@page(RUN)
def summary(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk)
    form = SummaryForm(request.POST or None, initial={"text": row.summary, "claimed": row.claimed})
    return fill(request, form, sheet(row, "小结"), lambda: write_summary(
        session=pk, by=request.actor, now=timezone.now(), **form.cleaned_data,
    ))  # fmt: skip


@page(RUN)
def expenses(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk)
    told = "\n".join(f"{one.what}，{one.fen / 100:.2f}，{one.payer}" for one in expenses_of(row))
    form = ExpensesForm(request.POST or None, session=row, initial={"lines": told})
    return fill(request, form, sheet(row, "支出清单"), lambda: list_expenses(
        session=pk, costs=form.cleaned_data["lines"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.ACTIVITY_EDIT)
def capacity(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk, Permission.ACTIVITY_EDIT, shared=False)
    form = CapacityForm(request.POST or None, initial={"capacity": row.capacity})
    about = f"已占 {row.held} 个名额，候补 {row.waiting} 人；加出的名额按次序通知候补的人。"
    return fill(request, form, sheet(row, "改名额", about=about), lambda: set_capacity(
        pk=pk, capacity=form.cleaned_data["capacity"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.ACTIVITY_EDIT)
def moving(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk, Permission.ACTIVITY_EDIT, shared=False)
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    form = MoveForm(
        request.POST or None, rooms=list(rooms_of(street_of(row.activity.lead))),
        initial={"on": start.date(), "start": f"{start:%H:%M}", "end": f"{end:%H:%M}",
                 "venue": "" if row.booking_id else row.venue},
    )  # fmt: skip
    about = "报名保留，每个报名的人都会收到通知。"
    return fill(request, form, sheet(row, "改期", "改期", about), lambda: move_to(
        pk=pk, draft=form.draft(row), by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.SESSION_VERIFY)
def correction(request: Request, pk: int) -> HttpResponse:
    row = run_or_404(request, pk, Permission.SESSION_VERIFY, shared=False)
    form = CorrectForm(request.POST or None)
    about = (
        f"现为 {row.person_times} 人次，其中匿名 {row.anonymous_times}。原记录保留，更正另记一条。"
    )
    return fill(request, form, sheet(row, "更正", "更正", about), lambda: correct(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data,
    ))  # fmt: skip
