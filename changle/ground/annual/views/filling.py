"""A section of a report is filled in; nothing typed is lost."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.annual.actions import Outdated, keep_scan, save_section, set_deadline, submit
from changle.ground.annual.forms import DeadlineForm, ScanForm, SectionForm, SubmitForm
from changle.ground.annual.models import FIRST_YEAR, AnnualReport
from changle.ground.annual.queries import KINDS, Part, book, deadline_notes, deadlines, read
from changle.ground.annual.queries.reading import since_in_words
from changle.ground.annual.views.showing import found
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


def part_of(report: AnnualReport, code: str) -> Part:
    for part in read(report).parts:
        if part.section.code == code:
            return part
    raise Http404


@page(Permission.ANNUAL_EDIT)
def section(request: Request, pk: int, code: str) -> HttpResponse:
    report = found(request, pk, needs=Permission.ANNUAL_EDIT)
    part = part_of(report, code)
    version = report.versions.get(code, 0)
    form = SectionForm(request.POST or None, part=part, version=version)
    if not form.is_bound:
        return printed(request, report, form)
    if not form.is_valid():
        return printed(request, report, form, status=422)
    try:
        save_section(
            pk=pk, code=code, version=form.cleaned_data["version"], values=form.values(),
            by=request.actor, now=timezone.now(),
        )  # fmt: skip
    except Outdated as refusal:
        form.renew(found(request, pk).versions.get(code, 0))
        since = since_in_words(refusal.since, masked=False)
        return printed(request, report, form, refusal=str(refusal), since=since, status=409)
    except Refused as refusal:
        return printed(request, report, form, refusal=str(refusal), status=409)
    messages.success(request, f"“{part.section.label}”已保存。")
    return redirect(following(request, report, code))


def following(request: Request, report: AnnualReport, code: str) -> str:
    """On to the next section, if that was asked for."""
    codes = [one.code for one in book().sections_of(report.kind)]
    place = codes.index(code) + 1
    if "next" in request.POST and place < len(codes):
        return reverse("annual:section", args=[report.pk, codes[place]])
    return f"{reverse('annual:report', args=[report.pk])}#section-{code}"


def printed(
    request: Request, report: AnnualReport, form: SectionForm, *, status: int = 200, **words: Any
) -> HttpResponse:
    codes = [one.code for one in book().sections_of(report.kind)]
    place = codes.index(form.part.section.code) + 1
    context = {
        "report": report,
        "row": report.organisation,
        "form": form,
        "part": form.part,
        "lines": form.lines(),
        "place": place,
        "count": len(codes),
        "open": report.is_open,
        **words,
    }
    return render(request, "annual/section.html", context, status=status)


@page(Permission.ANNUAL_EDIT)
def hand_in(request: Request, pk: int) -> HttpResponse:
    report = found(request, pk, needs=Permission.ANNUAL_EDIT)
    if report.state != AnnualReport.State.CHECKED:
        raise Http404
    form = SubmitForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"登记 {report.year} 年度报告已上报", button="登记已上报",
        done="已登记上报，等待核对。", back=reverse("annual:report", args=[pk]),
        about=f"先在官方系统提交，再在这里登记。截止日期 {report.report_by}；已过截止日期的，写明原因后仍可登记。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: submit(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.ANNUAL_EDIT)
def scan(request: Request, pk: int) -> HttpResponse:
    report = found(request, pk, needs=Permission.ANNUAL_EDIT)
    form = ScanForm(request.POST or None, request.FILES or None)
    sheet = Sheet(
        heading=f"上传 {report.year} 年度报告签章页", button="上传", done="已上传。",
        back=reverse("annual:report", args=[pk]),
        about="打印后签名、盖章，扫描或拍照上传；不用重新录入。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: keep_scan(
        pk=pk, upload=form.cleaned_data["file"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.DICTIONARY_EDIT)
def deadline_list(request: Request) -> HttpResponse:
    today = timezone.localdate()
    labels = dict(Organisation.Kind.choices)
    lines = []
    for year in range(today.year, today.year - 4, -1):
        days, notes = deadlines(year), deadline_notes(year)
        lines += [(year, kind, labels[kind], days[kind], notes.get(kind)) for kind in KINDS]
    return render(request, "annual/deadlines.html", {"lines": lines})


@page(Permission.DICTIONARY_EDIT)
def deadline(request: Request, year: int, kind: str) -> HttpResponse:
    if kind not in KINDS or not FIRST_YEAR <= year <= timezone.localdate().year + 1:
        raise Http404
    label = dict(Organisation.Kind.choices)[kind]
    form = DeadlineForm(request.POST or None, initial={"on": deadlines(year)[kind]})
    sheet = Sheet(
        heading=f"{year} 年度 · {label}的截止日期", button="保存", done="已保存，未提交的报告随之调整。",
        back=reverse("annual:deadlines"), about="法定日期之外，通知延期或提前的，在这里登记并写明文号。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: set_deadline(
        year=year, kind=kind, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
