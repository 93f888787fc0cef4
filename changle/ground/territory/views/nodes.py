"""The tree of places and what it is changed by."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.territory.actions import (
    abolish_node,
    add_code,
    add_node,
    end_code,
    move_node,
    place_tile,
    rename_node,
)
from changle.ground.territory.forms import (
    AbolishForm,
    CodeEndForm,
    CodeForm,
    MoveForm,
    NodeForm,
    RenameForm,
    TileForm,
)
from changle.ground.territory.models import Node
from changle.ground.territory.queries import (
    NodeRow,
    code_of,
    codes_of,
    grants_at,
    heirs,
    history_of,
    in_words,
    may_hold,
    namesakes,
    new_homes,
    places_found,
    places_under,
    rows_of,
    stand,
    top_places,
    way_to,
)
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


@page(Permission.NODE_VIEW)
def nodes(request: Request) -> HttpResponse:
    words, today = request.GET.get("q", "").strip()[:60], timezone.localdate()
    groups: list[tuple[Node | None, list[NodeRow]]]
    if words:
        found = rows_of(places_found(request.actor, words), on=today, actor=request.actor)
        groups = [(None, found)]
    else:
        groups = [
            (top, rows_of(places_under(request.actor, top), on=today, actor=request.actor))
            for top in top_places(request.actor)
        ]
    return render(request, "territory/nodes.html", {"groups": groups, "q": words})


@page(Permission.NODE_VIEW)
def node(request: Request, pk: int) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    rows = actor.rows(Node, Permission.NODE_VIEW).select_related("parent", "successor")
    place = get_object_or_404(rows, pk=pk)
    twins = namesakes(place, today)
    context = {
        "node": place,
        "way": way_to(place, actor),
        "codes": [(code, twins.get(code.code, [])) for code in codes_of(place)],
        "children": rows_of(places_under(actor, place), on=today, actor=actor),
        "grants": [(grant, stand(grant, on=today)) for grant in grants_at(actor, place)],
        "sees_grants": actor.reaches(place, Permission.GRANT_VIEW),
        "explains": actor.reaches(place, Permission.REACH_EXPLAIN),
        "edits": actor.reaches(place, Permission.NODE_EDIT) and place.ends_on is None,
        "holds": may_hold(place),
        "history": in_words(history_of(place)),
    }
    return render(request, "territory/node.html", context)


def editable(request: Request, pk: int) -> Node:
    rows = request.actor.rows(Node, Permission.NODE_EDIT).select_related("parent")
    return get_object_or_404(rows, pk=pk)


def page_of(place: Node) -> str:
    return reverse("territory:node", args=[place.pk])


@page(Permission.NODE_EDIT)
def add(request: Request, pk: int) -> HttpResponse:
    parent = editable(request, pk)
    form = NodeForm(request.POST or None, kinds=may_hold(parent))
    sheet = Sheet(heading=f"在{parent}下新增", button="新增", done="已新增。", back=page_of(parent))
    return fill(request, form, sheet, lambda: add_node(
        parent=parent, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.NODE_EDIT)
def rename(request: Request, pk: int) -> HttpResponse:
    place = editable(request, pk)
    initial = {"name": place.name, "short_name": place.short_name}
    form = RenameForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{place}更名", button="更名", done="已更名。", back=page_of(place),
        about="更名不改变它的历史、代码和授权；旧名称留在操作记录里。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: rename_node(
        node=place, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.NODE_EDIT)
def tile(request: Request, pk: int) -> HttpResponse:
    place = editable(request, pk)
    initial = {"row": place.tile_row, "column": place.tile_column}
    form = TileForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{place}在示意图上的位置", button="保存", done="已保存。", back=page_of(place),
        about="总览和大屏上的街道示意图按方格排列，不是地图。左上角是第一行第一列；都不填的按次序排。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: place_tile(
        node=place, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.NODE_EDIT)
def move(request: Request, pk: int) -> HttpResponse:
    place = editable(request, pk)
    form = MoveForm(request.POST or None, homes=new_homes(request.actor, place))
    sheet = Sheet(
        heading=f"调整{place}的上级", button="调整", done="已调整。", grave=True,
        back=page_of(place),
        about=f"现在的上级是{place.parent}。调整后，其下的所有单位和组织一并转移，"
        "原上级的人不再看到它们，新上级的人即刻看到。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: move_node(
        node=place, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.NODE_EDIT)
def abolish(request: Request, pk: int) -> HttpResponse:
    place, today = editable(request, pk), timezone.localdate()
    form = AbolishForm(
        request.POST or None, initial={"on": today}, heirs=heirs(request.actor, place)
    )
    sheet = Sheet(
        heading=f"撤销{place}", button="撤销", done="已撤销。", back=page_of(place), grave=True
    )
    return fill(request, form, sheet, lambda: abolish_node(
        node=place, by=request.actor, now=timezone.now(), today=today, **form.cleaned_data
    ))  # fmt: skip


@page(Permission.NODE_EDIT)
def code_add(request: Request, pk: int) -> HttpResponse:
    place = editable(request, pk)
    form = CodeForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    sheet = Sheet(
        heading=f"为{place}添加代码", button="添加", done="已添加代码。", back=page_of(place)
    )
    return fill(request, form, sheet, lambda: add_code(
        node=place, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.NODE_EDIT)
def code_end(request: Request, pk: int, code_pk: int) -> HttpResponse:
    place = editable(request, pk)
    code = code_of(place, code_pk)
    if code is None:
        raise Http404
    form = CodeEndForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"停用{place}的{code}", button="停用", done="已停用。", back=page_of(place)
    )
    return fill(request, form, sheet, lambda: end_code(
        code=code, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
