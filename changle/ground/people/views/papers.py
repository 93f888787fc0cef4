"""The papers of one body: charter, certificates, permits."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.people.actions import add_paper, edit_paper, keep_scan, move_paper
from changle.ground.people.forms import MoveForm, PaperForm, ScanForm
from changle.ground.people.models import Paper
from changle.ground.people.queries import paper_seen, papers_of
from changle.ground.people.views.roster import body_or_404
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


LABELS = {"recall": "登记收回", "give_back": "登记发还"}


def papers_page(pk: int) -> str:
    return reverse("people:papers", args=[pk])


def paper_or_404(request: Request, pk: int) -> Paper:
    row = paper_seen(request.actor, pk, Permission.ORGANISATION_EDIT)
    if row is None:
        raise Http404
    return row


@page(Permission.PEOPLE_VIEW)
def papers(request: Request, pk: int) -> HttpResponse:
    row = body_or_404(request, pk, Permission.PEOPLE_VIEW)
    context = {
        "row": row,
        "lines": papers_of(request.actor, pk, on=timezone.localdate()),
        "edits": request.actor.reaches(row, Permission.ORGANISATION_EDIT),
    }
    return render(request, "people/papers.html", context)


@page(Permission.ORGANISATION_EDIT)
def add(request: Request, pk: int) -> HttpResponse:
    row = body_or_404(request, pk, Permission.ORGANISATION_EDIT)
    form = PaperForm(request.POST or None, request.FILES or None)
    sheet = Sheet(
        heading=f"{row.name}：登记证照", button="登记", done="已登记。", back=papers_page(pk),
        about="同一种证照已有一份有效的，登记新的一份即为换发，旧的一份留作历史。到期前 30、7、1 天提醒。",
    )  # fmt: skip

    def deed() -> None:
        told = form.cleaned_data
        one = add_paper(
            organisation=pk, kind=told["kind"], facts=form.facts(), by=request.actor,
            now=timezone.now(),
        )  # fmt: skip
        if told["file"]:
            kept(request, one.pk, told["file"])

    return fill(request, form, sheet, deed)


def kept(request: Request, pk: int, upload: object) -> None:
    """The paper stands; a scan that is refused can be sent again."""
    try:
        keep_scan(pk=pk, upload=upload, by=request.actor, now=timezone.now())  # type: ignore[arg-type]  # a file of the form
    except Refused as refusal:
        messages.error(request, f"证照已登记，但扫描件未保存：{refusal}")


@page(Permission.ORGANISATION_EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = paper_or_404(request, pk)
    form = PaperForm(request.POST or None, paper=row)
    sheet = Sheet(
        heading=f"修改{row}", button="保存", done="已保存。", back=papers_page(row.organisation_id)
    )
    return fill(request, form, sheet, lambda: edit_paper(
        pk=pk, changes=form.facts(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.ORGANISATION_EDIT)
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row = paper_or_404(request, pk)
    if name not in LABELS:
        raise Http404
    form = MoveForm(request.POST or None)
    sheet = Sheet(
        heading=f"{row}：{LABELS[name]}", button=LABELS[name], done="已登记。",
        back=papers_page(row.organisation_id), grave=name == "recall",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: move_paper(
        pk, name, by=request.actor, now=timezone.now(), note=form.cleaned_data["note"]
    ))  # fmt: skip


@page(Permission.ORGANISATION_EDIT)
@require_POST
def scan(request: Request, pk: int) -> HttpResponse:
    row, form = paper_or_404(request, pk), ScanForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请选择要上传的文件。")
    else:
        try:
            keep_scan(pk=pk, upload=form.cleaned_data["file"], by=request.actor, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "扫描件已保存。")
    return redirect(papers_page(row.organisation_id))
