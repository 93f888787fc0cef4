from django.http import HttpResponse
from django.http.request import HttpRequest
from ninja import Query, Router

from changle.faces.api.forms import Page, given
from changle.faces.api.forms.leases import LeaseFilters, LeaseItem, LeasePage
from changle.faces.api.queries.leases import items, leases_for
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.gate import caller_of, known
from changle.faces.api.views.problems import Problem


router = Router(tags=["工位与入驻"])


@router.get(
    "/leases", response=LeasePage, auth=known, operation_id="listLeases", url_name="leases",
    summary="入驻", description="管辖范围内的入驻：中心看自己的，组织看自己的。",
)  # fmt: skip
def leases(request: HttpRequest, filters: Query[LeaseFilters], page: Query[Page]) -> HttpResponse:
    found = leases_for(caller_of(request).actor).filter(
        **given(filters), pk__gt=number_after(page.after)
    )
    rows = list(found.order_by("pk")[: page.limit + 1])
    more = str(rows[page.limit - 1].pk) if len(rows) > page.limit else ""
    return paged(request, items(rows[: page.limit]), more)


@router.get(
    "/leases/{int:pk}", response=LeaseItem, auth=known, operation_id="getLease", url_name="lease",
    summary="一份入驻",
)  # fmt: skip
def lease(request: HttpRequest, pk: int) -> HttpResponse:
    row = leases_for(caller_of(request).actor).filter(pk=pk).first()
    if row is None:
        raise Problem("not-found")
    return answered(written(items([row])[0]))
