"""The directory: found, filtered, paged, taken away as a file."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.indicators import kept
from changle.core.reach import Actor
from changle.core.sheets import csv_lines, write_xlsx
from changle.ground.registry.actions import note_export
from changle.ground.registry.models import ClassList, Organisation
from changle.ground.registry.queries import (
    EXPORT_COLUMNS,
    LIVING,
    Filters,
    class_items,
    communities_seen,
    export_rows,
    lines_of,
    listed,
    page_of,
    streets_seen,
)
from changle.ground.territory.roles import Permission


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {
    "kind": "类型",
    "state": "状态",
    "street": "街道",
    "community": "社区",
    "field": "领域",
    "category": "备案类别",
}
STATES = [(LIVING, "在册（未终止）"), *Organisation.State.choices]
Options = dict[str, list[tuple[str, str]]]


@page(Permission.ORGANISATION_VIEW)
def organisations(request: Request) -> HttpResponse:
    filters, actor = Filters.of(request.GET), request.actor
    here, asked = reverse("registry:organisations"), filters.asked()
    rows, following = page_of(listed(actor, filters), request.GET.get("after", ""))
    options = offered(request, filters)
    context = {
        "here": here,
        "filters": filters,
        "lines": lines_of(rows, actor, here),
        "next": f"{here}?{urlencode({**asked, 'after': following})}" if following else "",
        "first": f"{here}?{urlencode(asked)}" if request.GET.get("after") else "",
        "selects": selects(options, asked),
        "chips": chips(options, asked, here),
        "asked": urlencode(asked),
        "adds": actor.holds(Permission.ORGANISATION_EDIT),
        "imports": actor.holds(Permission.ORGANISATION_IMPORT),
        "exports": actor.holds(Permission.ORGANISATION_EXPORT),
        "narrowed": asked.keys() - {"q"},
    }
    return render(request, "registry/organisations.html", context)


def offered(request: Request, filters: Filters) -> Options:
    """What each filter lets choose; communities only within a street."""
    actor = request.actor
    seen = actor.reach.get(Permission.ORGANISATION_VIEW, ())
    lasting = kept(("registry filters", seen), lambda: choices_seen(actor), None)
    options: Options = {
        "kind": list(Organisation.Kind.choices),
        "state": STATES,
        "street": lasting["street"],
    }
    if filters.street:
        inside = communities_seen(actor, filters.street).values_list("pk", "name")
        options["community"] = [(str(pk), name) for pk, name in inside]
    return {**options, "field": lasting["field"], "category": lasting["category"]}


def choices_seen(actor: Actor) -> Options:
    """The choices that only a write changes."""
    return {
        "street": [(str(k), name) for k, name in streets_seen(actor).values_list("pk", "name")],
        "field": list(class_items(ClassList.FIELD).values_list("code", "name")),
        "category": list(class_items(ClassList.COMMUNITY).values_list("code", "name")),
    }


def selects(options: Options, asked: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "label": LABELS[name], "value": asked.get(name, ""), "options": told}
        for name, told in options.items()
        if told
    ]


def chips(options: Options, asked: dict[str, str], here: str) -> list[dict[str, str]]:
    """A chip for each condition, whose address is this one without it."""
    found = []
    for name, value in asked.items():
        rest = {key: one for key, one in asked.items() if key != name}
        if name == "street":
            rest.pop("community", None)
        words = dict(options.get(name, ()))
        label = words.get(value, value)
        if name == "q":
            label = f"“{value}”"
        elif name == "registrar":
            label = f"登记机关区划 {value}"
        found.append({"label": label, "href": f"{here}?{urlencode(rest)}" if rest else here})
    return found


@page(Permission.ORGANISATION_EXPORT)
def export(request: Request, kind: str) -> HttpResponseBase:
    if kind not in {"csv", "xlsx"}:
        raise Http404
    now, actor, filters = timezone.now(), request.actor, Filters.of(request.GET)
    said = "、".join(
        chip["label"] for chip in chips(offered(request, filters), filters.asked(), "")
    )
    rows = export_rows(listed(actor, filters, needs=Permission.ORGANISATION_EXPORT), actor)
    name = f"organisations-{timezone.localdate(now):%Y%m%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    note_export(by=actor, now=now, note=f"组织名录（{kind}）：{said or '全部'}")
    if kind == "csv":
        lines = csv_lines(EXPORT_COLUMNS, rows)
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    told = [
        ("导出人", actor.name),
        ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        ("范围", said or "全部"),
    ]
    file = BytesIO()
    write_xlsx(EXPORT_COLUMNS, rows, file, facts=told, sheet="组织名录")
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)
