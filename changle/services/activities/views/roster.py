"""The list of a session as a spreadsheet: masked for who may see it, in clear for a reason."""

from io import BytesIO

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.core.sheets import write_xlsx
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet
from changle.services.activities.actions.privacy import read_roster
from changle.services.activities.forms.series import ReasonForm
from changle.services.activities.models import Session
from changle.services.activities.queries.roster import COLUMNS, lines
from changle.services.activities.queries.sheet import sides_of
from changle.services.activities.queries.showing import day_and_hours, where
from changle.services.activities.views.sessions import found


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of(row: Session, *, clear: bool) -> HttpResponse:
    file = BytesIO()
    facts = [("场次", row.title), ("时间", day_and_hours(row)), ("地点", where(row)),
             ("说明", "含姓名和电话，用毕删除" if clear else "姓名和电话已脱敏")]  # fmt: skip
    write_xlsx(COLUMNS, lines(row, clear=clear), file, facts=facts)
    answer = HttpResponse(file.getvalue(), content_type=XLSX)
    named = content_disposition_header(as_attachment=True, filename=f"名单-{row.title}.xlsx")
    answer.headers["Content-Disposition"] = named or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def listed(request: Request, pk: int, needs: str) -> Session:
    row = found(request, pk)
    if not sides_of(row)[0].may(request.actor, needs):
        raise Http404
    return row


@page(Permission.SIGN_UP_VIEW)
@require_safe
def masked(request: Request, pk: int) -> HttpResponse:
    return file_of(listed(request, pk, Permission.SIGN_UP_VIEW), clear=False)


@page(Permission.SESSION_RUN)
def clear(request: Request, pk: int) -> HttpResponse:
    row = listed(request, pk, Permission.SESSION_RUN)
    form, status = ReasonForm(request.POST or None), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                read_roster(session=pk, reason=form.cleaned_data["reason"], by=request.actor,
                            now=timezone.now())  # fmt: skip
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                return file_of(row, clear=True)
    sheet = Sheet(
        heading=f"导出含联系方式的名单：{row}", button="导出", done="", grave=True,
        back=reverse("activities:session", args=[pk]),
        about="只在需要逐个联系时导出；平时用已脱敏的名单。每次导出和理由都记入日志。",
    )  # fmt: skip
    return render(request, "territory/form.html", {"form": form, "sheet": sheet}, status=status)
