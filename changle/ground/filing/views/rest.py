"""Lapses, rules, the certificate and its check, and what becomes of a body's filing."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page, public, signed_in
from changle.core.documents import letter
from changle.core.refusals import Refused
from changle.ground.filing.actions import (
    confirm_lapse,
    convert,
    file_on_paper,
    keep,
    set_rule,
    start_change,
)
from changle.ground.filing.forms import ConvertForm, PaperFilingForm, ReasonForm, RuleForm
from changle.ground.filing.forms.deciding import RULE_FIELDS
from changle.ground.filing.lifecycle import LAPSE
from changle.ground.filing.models import Filing, LapseProposal
from changle.ground.filing.queries import (
    Certificate,
    certificate,
    certificate_of,
    filing_seen,
    lapses_seen,
    mine_one,
)
from changle.ground.filing.queries.filings import applications_of
from changle.ground.filing.queries.rules import Rulebook, all_rules, categories
from changle.ground.filing.queries.story import label_of
from changle.ground.filing.views.around import absolute, printed
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import detail, editable
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


@public
def verify(request: Request, code: str) -> HttpResponse:
    """What a certificate's QR leads to; nothing personal, and no list of codes."""
    found = certificate(code.strip().lower())
    return printed(request, "filing/verify.html", {"found": found}, status=200 if found else 404)


@signed_in
def certificate_file(request: Request, pk: int) -> HttpResponse:
    row = filing_seen(request.actor, pk) or mine_one(request.actor, pk)
    if row is None or not row.certificate_code:
        raise Http404
    found = certificate(row.certificate_code)
    if found is None or found.standing != "valid":
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="filing-{pk}.pdf"'}
    return HttpResponse(paper(found), content_type="application/pdf", headers=headers)


def paper(found: Certificate) -> bytes:
    address = absolute(reverse("filing:verify", args=[found.code]))
    kind = f"，类别为{found.category}" if found.category else ""
    return letter(
        title="社区社会组织备案证明", number=found.number,
        paragraphs=[
            (f"{found.name}是{found.street}{found.community}的社区社会组织{kind}，"
            f"已在{found.street}办事处备案。"),
            "备案组织可以在备案的范围内开展活动，不具有法人资格。",
            f"扫描二维码，或打开 {address}，可以核对本证明今天是否有效。",
        ],
        signed=f"{found.street}办事处", dated=found.filed_on, qr_url=address,
    )  # fmt: skip


@page(Permission.FILING_MOVE)
def lapses(request: Request) -> HttpResponse:
    state = request.GET.get("state", LapseProposal.State.PROPOSED)
    known = state if state in LapseProposal.State.values else ""
    rows = list(lapses_seen(request.actor, state=known)[:200])
    offers = [
        (row, [(move, reverse(f"filing:{move.name}", args=[row.pk])) for move in moves])
        for row, moves in LAPSE.offers(rows, to=request.actor)
    ]
    context = {"rows": offers, "states": LapseProposal.State.choices, "state": known}
    return render(request, "filing/lapses.html", context)


@page(Permission.FILING_MOVE)
def lapse(request: Request, pk: int) -> HttpResponse:
    """One proposal, where the to-do list leads: its line in the list."""
    row = proposal_or_404(request, pk)
    return redirect(f"{reverse('filing:lapses')}?state={row.state}#lapse-{pk}")


def proposal_or_404(request: Request, pk: int) -> LapseProposal:
    row = lapses_seen(request.actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@page(Permission.FILING_MOVE)
def lapse_confirm(request: Request, pk: int) -> HttpResponse:
    row = proposal_or_404(request, pk)
    about = f"最近一次经核实的活动在 {row.last_active_on}。认定后备案终止，组织管理员会收到通知。"
    return decided(request, row, confirm_lapse, "认定长期未活动", about, grave=True)


@page(Permission.FILING_MOVE)
def lapse_keep(request: Request, pk: int) -> HttpResponse:
    row = proposal_or_404(request, pk)
    about = f"写明怎样核实它仍在活动。保留后，{row.months} 个月内不再提示。"
    return decided(request, row, keep, "保留备案", about)


def decided(
    request: Request, row: LapseProposal, deed: Any, button: str, about: str, *, grave: bool = False
) -> HttpResponse:
    form = ReasonForm(request.POST or None, initial={"version": 1}, label="理由")
    sheet = Sheet(
        heading=f"{button}：{row.organisation.name}", button=button, about=about, grave=grave,
        back=reverse("filing:lapses"), done="已办理。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: deed(
        pk=row.pk, reason=form.cleaned_data["reason"], by=request.actor, now=timezone.now()
    ), template="filing/decide.html")  # fmt: skip


@page(Permission.FILING_RULE)
def rules(request: Request) -> HttpResponse:
    today = timezone.localdate()
    book = Rulebook(today)
    held = {rule.pk for rule in book.held.values()}
    context = {
        "general": book.general,
        "rows": [(rule, rule.pk in held, rule.starts_on > today) for rule in all_rules()],
    }
    return render(request, "filing/rules.html", context)


@page(Permission.FILING_RULE)
def rule_add(request: Request) -> HttpResponse:
    today = timezone.localdate()
    general = Rulebook(today).general
    initial = {name: getattr(general, name) for name in RULE_FIELDS if name != "category"}
    form = RuleForm(
        request.POST or None, categories=categories(),
        initial={**initial, "starts_on": today, "note": ""},
    )  # fmt: skip
    sheet = Sheet(
        heading="设定备案条件", button="保存", back=reverse("filing:rules"), done="已保存。",
        about="从生效日期起用于新的提交和审核；此前办结的不受影响。某一类别的条件只取成员数和字样，其余按通用条件。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: set_rule(
        values=form.values(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.ORGANISATION_VIEW)
def applications(request: Request, pk: int) -> HttpResponse:
    """A body's room: its certificate, its applications, and the way to a new one."""
    return room(request, pk)


def room(request: Request, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    row = detail(request.actor, pk)
    if row is None or (row.is_registered and not applications_of(request.actor, row).exists()):
        raise Http404
    edits = request.actor.reaches(row, Permission.ORGANISATION_EDIT)
    filed = certificate_of(row)
    context = {
        "row": row, "refusal": refusal,
        "rows": [(one, label_of(one)) for one in applications_of(request.actor, row)[:50]],
        "certificate": filed if filed and filing_seen(request.actor, filed.pk) else None,
        "changes": edits and row.kind == "BA" and row.state in {"active", "paused"},
        "files": edits and row.kind == "PRE" and row.state == "active",
        "on_paper": request.actor.reaches(row, Permission.FILING_REVIEW),
    }  # fmt: skip
    return render(request, "filing/organisation.html", context, status=status)


@page(Permission.ORGANISATION_EDIT)
@require_POST
def change_start(request: Request, pk: int, kind: str) -> HttpResponse:
    row = editable(request.actor, pk)
    if row is None or kind not in {Filing.Kind.CHANGE, Filing.Kind.CANCEL}:
        raise Http404
    try:
        begun = start_change(organisation=row, kind=kind, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return room(request, pk, refusal=str(refusal), status=409)
    return redirect("filing:mine_step", pk=begun.pk, number=1)


@page(Permission.ORGANISATION_EDIT)
def conversion(request: Request, pk: int) -> HttpResponse:
    """备案转登记."""
    row = editable(request.actor, pk)
    if row is None:
        raise Http404
    form = ConvertForm(
        request.POST or None, request.FILES or None, initial={"on": timezone.localdate()}
    )
    sheet = Sheet(
        heading=f"{row.name}转登记", button="转登记", done="已转登记。", grave=True,
        back=reverse("registry:organisation", args=[pk]),
        about="从生效日期起作为登记的社会组织统计，此前仍按备案统计，历史不断；资金代管协议和在办的备案申请随之终止。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: convert(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.ORGANISATION_EDIT)
def paper_filing(request: Request, pk: int) -> HttpResponse:
    """A team that only meant to be founded was filed on paper."""
    row = editable(request.actor, pk)
    if row is None or row.kind != Organisation.Kind.PRE:
        raise Http404
    form = PaperFilingForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{row.name}备案", button="备案", done="已备案。",
        back=reverse("registry:organisation", args=[pk]),
        about="用于已在线下办完备案的团队；从生效日期起作为备案的社区社会组织统计。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: file_on_paper(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
