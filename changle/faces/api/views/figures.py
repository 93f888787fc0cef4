from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from changle.core.indicators import CATALOGUE
from changle.core.periods import BadPeriod, Period
from changle.core.reach import Actor
from changle.faces.api.forms import (
    FigureRows,
    FigureTold,
    IndicatorPage,
    Page,
    PartAsked,
    Span,
)
from changle.faces.api.queries.figures import Asked, catalogue
from changle.faces.api.queries.nodes import node_named
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.problems import Problem, invalid
from changle.ground.territory.models import Node
from changle.ground.territory.queries import district
from changle.ground.territory.roles import Permission


router = Router(tags=["指标"])


def place(actor: Actor, text: str) -> Node:
    """The place asked about, or the widest one over which the actor may see figures."""
    if text:
        node = node_named(actor, text)
    else:
        widest = min(actor.reach.get(Permission.FIGURE_VIEW, ()), key=len, default="")
        node = actor.rows(Node, Permission.FIGURE_VIEW).filter(path=widest).first() or district()
    if node is None or not actor.holds_at(Permission.FIGURE_VIEW, node.path or ""):
        message = "没有这个节点，或不在您的统计范围内。"
        raise Problem("not-found", message, errors=[("node", message)])
    return node


def period(span: Span, today: date) -> Period:
    try:
        return Period(span.from_ or date(today.year, 1, 1), span.to or date(today.year + 1, 1, 1))
    except BadPeriod as bad:
        raise invalid("to", str(bad)) from None


def asked(request: HttpRequest, code: str, span: Span) -> Asked:
    indicator = CATALOGUE.get(code)
    actor = caller_of(request).actor
    if indicator is None or not actor.holds(Permission.FIGURE_VIEW):
        raise Problem(
            "not-found", "没有这个指标，或不在您的权限范围内；全部指标见 /api/v1/indicators。"
        )
    names = [cut.name for cut in indicator.cuts]
    if span.by and span.by not in names:
        known_cuts = "、".join(names) or "（不能分组）"
        raise invalid("by", f"“{indicator.name}”不能按“{span.by}”分组；可用：{known_cuts}。")
    today = timezone.localdate()
    return Asked(indicator, place(actor, span.node), period(span, today), today)


@router.get(
    "/indicators", response=IndicatorPage, auth=anybody, operation_id="listIndicators",
    url_name="indicators", summary="全部指标：口径、单位、可用的分组",
)  # fmt: skip
def indicators(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  ninja asks for the name
    return answered(written({"items": catalogue(), "next": None}))


@router.get(
    "/indicators/{code}", response=FigureTold, auth=known, operation_id="getIndicator",
    url_name="indicator", summary="一个指标的值，可分组；每个数都带它的记录的网址",
)  # fmt: skip
def indicator(request: HttpRequest, code: str, span: Query[Span]) -> HttpResponse:
    return answered(written(asked(request, code, span).told(span.by)))


@router.get(
    "/indicators/{code}/rows", response=FigureRows, auth=known, operation_id="listIndicatorRows",
    url_name="indicator_rows", summary="恰好加总成这个数的记录",
    description="比率的记录是其分子的记录。",
)  # fmt: skip
def indicator_rows(
    request: HttpRequest, code: str, span: Query[Span], part: Query[PartAsked], page: Query[Page]
) -> HttpResponse:
    question = asked(request, code, span)
    found = question.rows(
        by=span.by, key=part.key, after=number_after(page.after), most=page.limit + 1
    )
    more = str(found[page.limit - 1][0]) if len(found) > page.limit else ""
    return paged(request, [told for _pk, told in found[: page.limit]], more)
