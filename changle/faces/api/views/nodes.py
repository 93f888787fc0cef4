from typing import Any

from django.http import HttpResponse
from django.http.request import HttpRequest
from ninja import Query, Router

from changle.faces.api.forms import NodeFilters, NodeItem, NodePage, Page, given
from changle.faces.api.queries.nodes import nodes_for
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.gate import anybody, caller_of
from changle.faces.api.views.problems import Problem
from changle.ground.territory.models import Node


router = Router(tags=["辖区"])


def item(node: Node) -> dict[str, Any]:
    return {
        "id": node.pk,
        "kind": node.kind,
        "kind_label": node.get_kind_display(),
        "name": node.name,
        "short_name": node.short_name,
        "parent_id": node.parent_id,
        "path": node.path,
        "codes": [
            {"system": c.system, "code": c.code, "starts_on": c.starts_on, "ends_on": c.ends_on}
            for c in node.codes.all()
        ],
        "url": f"/api/v1/nodes/{node.pk}",
    }


@router.get(
    "/nodes", response=NodePage, auth=anybody, operation_id="listNodes", url_name="nodes",
    summary="辖区：区、街道、社区、中心",
    description="没有令牌时给出公开的行政区划；有令牌时给出管辖范围内的节点。",
)  # fmt: skip
def nodes(request: HttpRequest, filters: Query[NodeFilters], page: Query[Page]) -> HttpResponse:
    asked = given(filters)
    found = nodes_for(
        caller_of(request).actor, only_places="kind" not in asked and "parent" not in asked
    )
    if "q" in asked:
        found = found.filter(name__icontains=asked.pop("q"))
    found = found.filter(**asked, pk__gt=number_after(page.after)).order_by("pk")
    rows = list(found[: page.limit + 1])
    more = str(rows[page.limit - 1].pk) if len(rows) > page.limit else ""
    return paged(request, [item(one) for one in rows[: page.limit]], more)


@router.get(
    "/nodes/{int:pk}", response=NodeItem, auth=anybody, operation_id="getNode", url_name="node",
    summary="一个节点，带各体系的代码",
)  # fmt: skip
def node(request: HttpRequest, pk: int) -> HttpResponse:
    found = nodes_for(caller_of(request).actor).filter(pk=pk).first()
    if found is None:
        raise Problem("not-found")
    return answered(written(item(found)))
