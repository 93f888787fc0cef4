"""The people of one body on one page."""

from io import BytesIO
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.sheets import write_xlsx
from changle.ground.people.actions import add_members, note_members_export, record_party
from changle.ground.people.forms import MembersForm, PartyForm
from changle.ground.people.queries import (
    MEMBER_COLUMNS,
    body_seen,
    doubts_of,
    leaders_of,
    member_rows,
    party_of,
    roster,
)
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 60


def body_or_404(request: Request, pk: int, needs: str) -> Organisation:
    row = body_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def people_page(pk: int) -> str:
    return reverse("people:people", args=[pk])


@page(Permission.PEOPLE_VIEW)
def people(request: Request, pk: int) -> HttpResponse:
    row, actor, today = (
        body_or_404(request, pk, Permission.PEOPLE_VIEW),
        request.actor,
        timezone.localdate(),
    )
    q = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    parts = roster(actor, pk, q=q, on=today)
    edits = actor.reaches(row, Permission.PEOPLE_EDIT)
    party = party_of(actor, pk)
    context = {
        "row": row,
        "parts": parts,
        "q": q,
        "edits": edits,
        "exports": actor.reaches(row, Permission.PEOPLE_SEALED),
        # they tell of ages and ranks: for the handlers alone
        "doubts": doubts_of(row, parts, on=today) if edits and not q else [],
        "party": party[0] if party and party[0].ends_on is None else None,
        "party_before": party,
    }
    return render(request, "people/people.html", context)


@page(Permission.PEOPLE_EDIT)
def members(request: Request, pk: int) -> HttpResponse:
    row = body_or_404(request, pk, Permission.PEOPLE_EDIT)
    initial = {"starts_on": timezone.localdate()}
    form = MembersForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{row.name}：录入名单", button="录入", done="名单已录入。", back=people_page(pk),
        about="整份名单一起录入；有一行不对，就一行也不录，改好再交。已在名单上的自动跳过。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: add_members(
        organisation=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.PEOPLE_SEALED)
def export(request: Request, pk: int) -> HttpResponse:
    """The members with masked phones, for the minutes of their assembly.

    An operator under contract edits people, and takes no list of them away.
    """
    row, now = body_or_404(request, pk, Permission.PEOPLE_SEALED), timezone.now()
    lines = member_rows(request.actor, pk, on=timezone.localdate(now))
    told = [("组织", row.name), ("导出人", request.actor.name),
            ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
            ("说明", "电话为掩码；证件号码不导出。")]  # fmt: skip
    note_members_export(organisation=pk, count=len(lines), by=request.actor, now=now)
    file = BytesIO()
    write_xlsx(MEMBER_COLUMNS, lines, file, facts=told, sheet="会员名单")
    headers = {"Content-Disposition": f'attachment; filename="members-{pk}.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


@page(Permission.PEOPLE_EDIT)
def party(request: Request, pk: int) -> HttpResponse:
    row, today = body_or_404(request, pk, Permission.PEOPLE_EDIT), timezone.localdate()
    found = party_of(request.actor, pk)
    initial: dict[str, Any] = {"on": today}
    if found and found[0].ends_on is None:
        names = ("no_reason", "form", "affiliation", "founded_on", "approving_unit",
                 "approval_number", "full_time", "part_time", "probationary", "activists",
                 "applicants")  # fmt: skip
        initial |= {name: getattr(found[0], name) for name in names}
        initial |= {
            "has": "yes" if found[0].has_organisation else "no",
            "leader": found[0].leader_id,
        }
    choices = leaders_of(request.actor, pk, on=today)
    form = PartyForm(request.POST or None, initial=initial, people=choices)
    sheet = Sheet(
        heading=f"{row.name}：党建情况", button="登记", done="已登记。", back=people_page(pk),
        about="只登记人数，不登记姓名；公众页面不显示。专职人员中有 3 名以上正式党员而未建立党组织的，列入“应建未建”。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: record_party(
        organisation=pk, on=form.cleaned_data["on"], facts=form.facts(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip
