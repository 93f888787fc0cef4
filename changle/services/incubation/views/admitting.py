"""From the publicity to the signatures."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page, public, signed_in
from changle.core.periods import shifted
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.incubation.actions import (
    admit,
    answer_objection,
    countersign,
    raise_objection,
    sign_as_body,
)
from changle.services.incubation.forms.intake import (
    AnswerForm,
    CountersignForm,
    ObjectionForm,
    SignForm,
    SureForm,
)
from changle.services.incubation.queries.letters import agreement_of
from changle.services.incubation.queries.pipeline import (
    APPLY,
    EDIT,
    objection_seen,
    publicised,
)
from changle.services.incubation.views.stages import found, here
from changle.services.leases.actions import free_desks


DECIDE = Permission.INCUBATION_DECIDE


@public
def publicity(request: Request) -> HttpResponse:
    context = {"rows": publicised(), "today": timezone.localdate()}
    return render(request, "incubation/publicity.html", context)


@signed_in
def objecting(request: Request, pk: int) -> HttpResponse:
    rows = publicised(pk)
    if not rows:
        raise Http404
    form = ObjectionForm(request.POST or None)
    sheet = Sheet(
        heading=f"对{rows[0].organisation.name}准入提出异议", button="提交异议",
        back=reverse("incubation:publicity"), done="已收到，答复后通知您。",
        about="只有办理人员看到是谁提出的。答复以前不能准入。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: raise_objection(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(DECIDE)
def answering(request: Request, pk: int) -> HttpResponse:
    row = objection_seen(request.actor, pk)
    if row is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    sheet = Sheet(heading="答复异议", button="答复", done="已答复，并已通知提出人。",
                  back=here(row.incubatee_id), about=f"异议：{row.text}")  # fmt: skip
    return fill(request, form, sheet, lambda: answer_objection(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(DECIDE)
def admitting(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, DECIDE)
    form = SureForm(request.POST if request.method == "POST" else None)
    sheet = Sheet(heading=f"准入：{row.organisation.name}", button="准入", done="已准入。",
                  back=here(pk), about="公示期满、没有未答复的异议才能准入；之后 15 个工作日内签约。")  # fmt: skip
    return fill(request, form, sheet, lambda: admit(
        incubatee=pk, by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(APPLY)
def signing(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, APPLY)
    form = SignForm(request.POST if request.method == "POST" else None)
    sheet = Sheet(heading="签署孵化协议和承诺书", button="签署", done="已签署，等中心会签。",
                  back=here(pk), about="".join(agreement_of(row)["paragraphs"][1:6]))  # fmt: skip
    return fill(request, form, sheet, lambda: sign_as_body(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def countersigning(request: Request, pk: int) -> HttpResponse:
    row, today = found(request, pk, EDIT), timezone.localdate()
    ends = shifted(today, 12)
    free = [] if row.is_virtual else [
        (one.pk, f"{one.number}（{one.floor.name}，{one.get_kind_display()}）")
        for one in free_desks(row.call.centre, today, ends).select_related("floor")
    ]  # fmt: skip
    form = CountersignForm(
        request.POST or None, desks=free, initial={"starts_on": today, "ends_on": ends}
    )
    about = "虚拟孵化，不占工位。" if row.is_virtual else "工位由“入驻”管理：会签后报街道审批。"
    sheet = Sheet(heading=f"会签：{row.organisation.name}", button="会签", back=here(pk),
                  done="已签约。", about=about)  # fmt: skip
    return fill(request, form, sheet, lambda: countersign(
        incubatee=pk, seats=form.seats(), by=request.actor, now=timezone.now()
    ))  # fmt: skip
