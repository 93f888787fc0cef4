"""The log: searched, exported, and checked for being whole."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.sheets import Column, csv_lines, write_xlsx
from changle.ground.territory.actions import note_export
from changle.ground.territory.forms import LogFilter
from changle.ground.territory.queries import (
    chain,
    in_words,
    log_found,
    log_labels,
    log_page,
    log_to_export,
    verbs,
)
from changle.ground.territory.roles import Permission


COLUMNS = [
    Column("id", "序号", "int", 10),
    Column("at", "时间", "text", 20),
    Column("person", "操作人", "text", 16),
    Column("deed", "动作", "text", 16),
    Column("kind", "对象类型", "text", 14),
    Column("thing", "对象", "text", 40),
    Column("changes", "变更", "text", 60),
    Column("note", "说明", "text", 40),
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked(request: Request) -> LogFilter:
    form = LogFilter(request.GET, verbs=verbs, labels=log_labels())
    form.is_valid()
    return form


@page(Permission.LOG_VIEW)
def log(request: Request) -> HttpResponse:
    form = asked(request)
    before = request.GET.get("before", "")
    found = log_found(request.actor, **form.asked())
    lines, following = log_page(found, before=int(before) if before.isdecimal() else None)
    kept = {name: str(value) for name, value in form.asked().items() if value}
    context = {
        "form": form,
        "lines": lines,
        "kept": urlencode(kept),
        "older": urlencode({**kept, "before": following}) if following else "",
        "paged": bool(before),
    }
    return render(request, "territory/log.html", context, status=422 if form.errors else 200)


@page(Permission.LOG_VIEW)
def log_chain(request: Request) -> HttpResponse:
    return render(request, "territory/log_chain.html", {"chain": chain(timezone.now())})


@page(Permission.LOG_VIEW)
def log_file(request: Request, kind: str) -> HttpResponse | StreamingHttpResponse:
    if kind not in {"csv", "xlsx"}:
        raise Http404
    now = timezone.now()
    rows = log_to_export(log_found(request.actor, **asked(request).asked()))
    name = f"log-{timezone.localdate(now):%Y%m%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    note_export(by=request.actor, now=now)
    if kind == "csv":
        lines = csv_lines(COLUMNS, records(rows))
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    file = BytesIO()
    facts = [
        ("导出人", request.actor.name),
        ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
    ]
    write_xlsx(COLUMNS, records(rows), file, facts=facts, sheet="操作日志")
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def records(entries: Any) -> Iterator[dict[str, object]]:
    for entry in entries:
        line = in_words([entry])[0]
        yield {
            "id": entry.pk,
            "at": f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
            "person": entry.actor_name,
            "deed": line.deed,
            "kind": line.thing,
            "thing": entry.subject_text,
            "changes": "；".join(f"{name}：{old} → {new}" for name, old, new in line.changes),
            "note": entry.note,
        }
