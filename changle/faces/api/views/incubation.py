from typing import Any

from django.http import HttpResponse
from django.http.request import HttpRequest
from ninja import Query, Router

from changle.faces.api.forms import Page, given
from changle.faces.api.forms.incubation import IncubateeFilters, IncubateeItem, IncubateePage
from changle.faces.api.queries.incubation import incubatees_for, items
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.gate import caller_of, known
from changle.faces.api.views.problems import Problem


router = Router(tags=["孵化培育"])


@router.get(
    "/incubatees", response=IncubateePage, auth=known, operation_id="listIncubatees",
    url_name="incubatees", summary="孵化对象",
    description="管辖范围内的孵化对象：中心看自己的，组织看自己的。不含评审得分和评审人。",
)  # fmt: skip
def incubatees(
    request: HttpRequest, filters: Query[IncubateeFilters], page: Query[Page]
) -> HttpResponse:
    asked: dict[str, Any] = given(filters)
    if "centre" in asked:
        asked["call__centre"] = asked.pop("centre")
    found = incubatees_for(caller_of(request).actor).filter(
        **asked, pk__gt=number_after(page.after)
    )
    rows = list(found.order_by("pk")[: page.limit + 1])
    more = str(rows[page.limit - 1].pk) if len(rows) > page.limit else ""
    return paged(request, items(rows[: page.limit]), more)


@router.get(
    "/incubatees/{int:pk}", response=IncubateeItem, auth=known, operation_id="getIncubatee",
    url_name="incubatee", summary="一个孵化对象",
)  # fmt: skip
def incubatee(request: HttpRequest, pk: int) -> HttpResponse:
    row = incubatees_for(caller_of(request).actor).filter(pk=pk).first()
    if row is None:
        raise Problem("not-found")
    return answered(written(items([row])[0]))
