from django.http import HttpResponse
from django.http.request import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from changle.faces.api.forms import Page, given
from changle.faces.api.forms.bases import BaseFilters, BaseItem, BasePage
from changle.faces.api.queries.bases import bases_for, items
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.gate import anybody, caller_of
from changle.faces.api.views.problems import Problem


router = Router(tags=["孵化基地"])


@router.get(
    "/bases", response=BasePage, auth=anybody, operation_id="listBases", url_name="bases",
    summary="孵化基地", description="没有令牌时只给已认定的；有令牌时给出管辖范围内的全部。",
)  # fmt: skip
def bases(request: HttpRequest, filters: Query[BaseFilters], page: Query[Page]) -> HttpResponse:
    found = bases_for(caller_of(request).actor).filter(
        **given(filters), pk__gt=number_after(page.after)
    )
    rows = list(found.order_by("pk")[: page.limit + 1])
    more = str(rows[page.limit - 1].pk) if len(rows) > page.limit else ""
    return paged(request, items(rows[: page.limit], timezone.localdate()), more)


@router.get(
    "/bases/{int:pk}", response=BaseItem, auth=anybody, operation_id="getBase", url_name="base",
    summary="一个孵化基地",
)  # fmt: skip
def base(request: HttpRequest, pk: int) -> HttpResponse:
    row = bases_for(caller_of(request).actor).filter(pk=pk).first()
    if row is None:
        raise Problem("not-found")
    return answered(written(items([row], timezone.localdate())[0]))
