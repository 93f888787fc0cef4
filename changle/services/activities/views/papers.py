"""What hangs at the door, what is printed for it, and the signed list that is typed in after."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import of_template
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.activities.actions.doors import MAY_COME, enter_paper
from changle.services.activities.forms.doors import PaperForm
from changle.services.activities.models import Session
from changle.services.activities.queries.codes import DOOR_SECONDS, come_code
from changle.services.activities.queries.pictures import drawn
from changle.services.activities.queries.printing import roster_facts
from changle.services.activities.queries.showing import day_and_hours, where
from changle.services.activities.views.doors import run


ROSTER = Path(__file__).resolve().parents[1] / "data" / "roster.typ"
RUN = Permission.SESSION_RUN


def minute(row: Session) -> dict[str, Any]:
    """The code of this minute, as a picture and as digits."""
    now = timezone.now()
    if row.state not in MAY_COME or not row.door_secret:
        return {"row": row, "closed": True}
    code = come_code(row.pk, row.door_secret, now)
    address = f"{settings.CHANGLE_PUBLIC_URL}{reverse('activities:come', args=[code])}"
    return {
        "row": row,
        "picture": drawn(address, "现场签到二维码", any_size=True),
        "digits": code.rpartition("-")[2],
        "left": DOOR_SECONDS - int(now.timestamp()) % DOOR_SECONDS,
    }


@page(RUN)
@require_safe
def screen(request: Request, pk: int) -> HttpResponse:
    return render(request, "activities/screen.html", minute(run(request, pk)))


@page(RUN)
@require_safe
def screen_code(request: Request, pk: int) -> HttpResponse:
    return render(request, "activities/screen_code.html", minute(run(request, pk)))


@page(RUN)
def paper(request: Request, pk: int) -> HttpResponse:
    row, form = run(request, pk), PaperForm(request.POST or None)
    about = "照纸上的签到表录入，到场方式记为“纸质签到补录”。已经扫码签到的人不会重复计算。"
    sheet = Sheet(
        heading=f"补录纸质签到：{row}", button="录入", done="已录入。", about=about,
        back=reverse("activities:session", args=[pk]),
    )  # fmt: skip

    def deed() -> None:
        told = enter_paper(session=pk, lines=form.all_lines(), by=request.actor, now=timezone.now())
        messages.info(
            request,
            f"录入实名 {told.entered} 人、匿名 {told.anonymous} 人；{told.doubled} 人此前已签到，没有重复计算。",
        )

    return fill(request, form, sheet, deed)


@page(RUN)
@require_safe
def roster_pdf(request: Request, pk: int) -> HttpResponse:
    """Masked names with their codes, to be scanned from the paper where somebody has no telephone."""
    row = run(request, pk)
    facts = roster_facts(row, timezone.now()) | {"when": day_and_hours(row), "where": where(row)}
    address = reverse("activities:check_in", args=[pk])
    pdf = of_template(ROSTER, facts, qr_url=f"{settings.CHANGLE_PUBLIC_URL}{address}")
    headers = {"Content-Disposition": f'inline; filename="roster-{pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
