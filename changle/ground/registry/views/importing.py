"""The way of a spreadsheet into the registry, step by step; leaving a page loses nothing."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.jobs import how_far
from changle.core.refusals import Refused
from changle.core.sheets import Column, write_xlsx
from changle.ground.registry.actions.deciding import Decisions, decide
from changle.ground.registry.actions.importing import discard, remap, request_check, upload
from changle.ground.registry.actions.undoing import undo
from changle.ground.registry.actions.writing import request_write
from changle.ground.registry.forms.importing import (
    MODES,
    ColumnsForm,
    OptionsForm,
    UploadForm,
    decisions_of,
)
from changle.ground.registry.importing import (
    TARGETS,
    Mapping,
    all_class_names,
    lines,
    sentences,
    target_choices,
)
from changle.ground.registry.importing.options import BRINGS, FACT_LISTS
from changle.ground.registry.models import ImportBatch
from changle.ground.registry.queries.importing import (
    batch_seen,
    batches,
    chips,
    judged_rows,
    unimported,
)
from changle.ground.territory.roles import Permission


IMPORT = Permission.ORGANISATION_IMPORT
STEPS = ("上传", "对应列", "试算", "导入", "结果")
State = ImportBatch.State
STEP_OF = {
    State.UPLOADED: 2, State.CHECKED: 3, State.FAILED: 3, State.IMPORTING: 4,
    State.IMPORTED: 5, State.UNDONE: 5, State.DISCARDED: 5,
}  # fmt: skip
OPEN = {State.UPLOADED, State.CHECKED, State.FAILED}
CHECKED = {State.CHECKED, State.FAILED}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(IMPORT)
def imports(request: Request) -> HttpResponse:
    exports = request.actor.holds(Permission.ORGANISATION_EXPORT)
    context = {
        "batches": list(batches(request.actor)),
        "exports": [pair for pair in BRINGS if exports and pair[0] in FACT_LISTS],
    }
    return render(request, "registry/imports.html", context)


@page(IMPORT)
def import_new(request: Request) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, actor=request.actor)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            batch = upload(
                file=told["file"], node=told["node"], sheet=told["sheet"], by=request.actor,
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("file", str(refusal))
            status = 409
        else:
            return redirect("registry:import_batch", batch.pk)
    context = {"form": form, "steps": steps(1), "kinds": BRINGS}
    return render(request, "registry/import_new.html", context, status=status)


def steps(now: int) -> list[dict[str, Any]]:
    return [
        {"label": label, "number": n, "done": n < now, "now": n == now}
        for n, label in enumerate(STEPS, start=1)
    ]


def seen(request: Request, pk: int) -> ImportBatch:
    try:
        return batch_seen(request.actor, pk)
    except ImportBatch.DoesNotExist:
        raise Http404 from None


def busy(batch: ImportBatch) -> bool:
    return batch.job is not None and not batch.job.ended


def shown(
    request: Request, batch: ImportBatch, *, status: int = 200, refusal: str = "",
    options: OptionsForm | None = None, targets: list[str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The one page of a batch, whatever its step."""
    verdict = request.GET.get("verdict", "")
    rows = judged_rows(batch, verdict, request.GET.get("page", ""))
    printed = lines(batch, rows, request.actor, open_=batch.state in OPEN)
    told = list(targets or (column.target for column in Mapping.of(batch.mapping).columns))
    context = {
        "batch": batch,
        "steps": steps(STEP_OF[State(batch.state)]),
        "busy": busy(batch),
        "reached": how_far(batch.job) if batch.job and busy(batch) else None,
        "open": batch.state in OPEN,
        "checked": batch.state in CHECKED,
        "stuck": batch.state == State.IMPORTING and not busy(batch),
        "columns": list(zip(Mapping.of(batch.mapping).columns, told, strict=True)),
        "targets": target_choices(),
        "options": options or OptionsForm(initial=batch.options),
        "cells": cells(batch),
        "modes": list(MODES.items()),
        "chips": chips(batch, verdict),
        "verdict": verdict,
        "total": rows.paginator.count,
        "rows": rows,
        "lines": printed,
        "saves": batch.state in CHECKED and any(ln["changes"] or ln["choices"] for ln in printed),
        "brings": dict(BRINGS).get(batch.options.get("brings", ""), "组织名录"),
        "writable": sum(batch.counts.get(name, 0) for name in ("new", "update")),
        "refusal": refusal,
    }
    return render(request, "registry/import_batch.html", context, status=status)


def cells(batch: ImportBatch) -> list[dict[str, Any]]:
    """The columns in which the list differs from the registry, each with how often."""
    told, chosen = batch.counts.get("cells", {}), batch.options.get("columns", {})
    return [
        {"key": key, "label": "所在地" if key == "place" else TARGETS[key].label,
         "mode": chosen.get(key, ""), **told[key]}
        for key in [*TARGETS, "place"]
        if key in told and any(told[key].values())
    ]  # fmt: skip


@page(IMPORT)
def import_batch(request: Request, pk: int) -> HttpResponse:
    return shown(request, seen(request, pk))


@require_POST
@page(IMPORT)
def import_columns(request: Request, pk: int) -> HttpResponse:
    """Keep what the columns mean, and try the list by it."""
    batch = seen(request, pk)
    columns = ColumnsForm(request.POST, count=len(Mapping.of(batch.mapping).columns))
    options = OptionsForm(request.POST)
    if not (columns.is_valid() and options.is_valid()):
        return shown(request, batch, status=422, refusal="请更正标出的内容。", options=options)
    actor, now, targets = request.actor, timezone.now(), columns.targets()
    try:
        remap(pk=pk, targets=targets, options=options.options(), by=actor, now=now)
        request_check(pk=pk, by=actor, now=now)
    except Refused as refusal:
        return shown(
            request, seen(request, pk), status=409, refusal=str(refusal), options=options,
            targets=targets,
        )  # fmt: skip
    return redirect("registry:import_batch", pk)


def decided(request: Request) -> Decisions:
    return decisions_of(request.POST.getlist("row"), request.POST.dict())


@require_POST
@page(IMPORT)
def import_choices(request: Request, pk: int) -> HttpResponse:
    """Keep what is settled on one page of rows, and go on where the person was."""
    batch = seen(request, pk)
    try:
        decide(pk=pk, told=decided(request), by=request.actor, now=timezone.now())
    except Refused as refusal:
        return shown(request, batch, status=409, refusal=str(refusal))
    messages.success(request, "已保存选择，尚未写入组织库。")
    here = {"verdict": request.POST.get("verdict", ""), "page": request.POST.get("then", "")}
    asked = urlencode({name: value for name, value in here.items() if value})
    return redirect(f"{reverse('registry:import_batch', args=[pk])}?{asked}#rows")


@require_POST
@page(IMPORT)
def import_write(request: Request, pk: int) -> HttpResponse:
    batch = seen(request, pk)
    good_only = request.POST.get("which") == "good"
    doubtful = "doubtful" in request.POST
    now, told = timezone.now(), decided(request)
    try:
        if told:
            decide(pk=pk, told=told, by=request.actor, now=now)
        request_write(pk=pk, good_only=good_only, doubtful=doubtful, by=request.actor, now=now)
    except Refused as refusal:
        return shown(request, batch, status=409, refusal=str(refusal))
    return redirect("registry:import_batch", pk)


@require_POST
@page(IMPORT)
def import_undo(request: Request, pk: int) -> HttpResponse:
    batch = seen(request, pk)
    try:
        undo(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return shown(request, batch, status=409, refusal=str(refusal))
    messages.success(request, "已撤销，组织库恢复到导入之前。")
    return redirect("registry:import_batch", pk)


@require_POST
@page(IMPORT)
def import_discard(request: Request, pk: int) -> HttpResponse:
    batch = seen(request, pk)
    try:
        discard(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return shown(request, batch, status=409, refusal=str(refusal))
    messages.success(request, "已放弃，组织库没有变化。")
    return redirect("registry:imports")


@page(IMPORT)
def import_progress(request: Request, pk: int) -> HttpResponse:
    """Asked every second by the page; when the work has ended the page loads itself anew."""
    batch = seen(request, pk)
    reached = how_far(batch.job) if batch.job else None
    answer = render(request, "registry/import_progress.html", {"batch": batch, "reached": reached})
    if not busy(batch):
        answer["HX-Refresh"] = "true"
    return answer


@page(IMPORT)
def import_refused(request: Request, pk: int) -> HttpResponse:
    """The rows left behind, with the reasons, to be put right and uploaded again."""
    batch = seen(request, pk)
    labels = [column.label for column in Mapping.of(batch.mapping).columns if column.target]
    columns = [
        Column("number", "原行号", "int", 8), Column("verdict", "判断", "text", 8),
        Column("reasons", "原因", "text", 60),
        *(Column(f"c{place}", label, "code", 24) for place, label in enumerate(labels)),
    ]  # fmt: skip
    names = all_class_names()
    rows = (
        {"number": row.number, "verdict": row.get_verdict_display(),
         "reasons": "；".join(sentences(row, names)),
         **{f"c{place}": cell for place, cell in enumerate(row.cells)}}
        for row in unimported(batch).iterator(chunk_size=2000)
    )  # fmt: skip
    file = BytesIO()
    write_xlsx(columns, rows, file, facts=[("来源文件", batch.file_name)], sheet="未导入的行")
    name = f'attachment; filename="refused-{batch.pk}.xlsx"'
    return HttpResponse(file.getvalue(), content_type=XLSX, headers={"Content-Disposition": name})
