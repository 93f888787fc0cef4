from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from changle.core.reach import Actor
from changle.faces.api.actions import Kept
from changle.faces.api.forms import (
    OrganisationChange,
    OrganisationDetail,
    OrganisationFilters,
    OrganisationNew,
    OrganisationPage,
    Page,
)
from changle.faces.api.queries.organisations import class_of, detail_of, items_of, seat_of, visible
from changle.faces.api.views.answers import (
    answered,
    paged,
    tag_of,
    validated,
    version_asked,
    written,
)
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.once import once_for
from changle.faces.api.views.problems import Problem, invalid
from changle.ground.merging.queries.queue import survivor_of
from changle.ground.registry.actions import (
    Draft,
    DuplicateCode,
    Outdated,
    RegistryRefused,
    add_organisation,
    change_organisation,
)
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import Filters, page_of
from changle.ground.territory.roles import Permission


router = Router(tags=["组织"])
CLASSED = ("field", "official_class", "category")


@router.get(
    "/organisations", response=OrganisationPage, auth=anybody, operation_id="listOrganisations",
    url_name="organisations", summary="组织名录",
    description="没有令牌时给出公开名录；有令牌时给出管辖范围内的组织，联系方式按权限给出。",
)  # fmt: skip
def organisations(
    request: HttpRequest, filters: Query[OrganisationFilters], page: Query[Page]
) -> HttpResponse:
    actor = caller_of(request).actor
    found = visible(actor, filters_of(filters))
    items, after = page_of(found, page.after, page.limit)
    return paged(request, items_of(items, actor), after)


@router.get(
    "/organisations/{int:pk}", response=OrganisationDetail, auth=anybody,
    operation_id="getOrganisation", url_name="organisation", summary="一个组织，带历史身份和官方事实",
)  # fmt: skip
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    actor = caller_of(request).actor
    try:
        body, version = told(actor, pk)
    except Problem:
        return gone_into(actor, pk)
    return validated(request, body, version)


def gone_into(actor: Actor, pk: int) -> HttpResponse:
    """The way to the record that goes on, where this one was merged into it."""
    survivor = survivor_of(pk)
    if survivor is None or not visible(actor, Filters()).filter(pk=survivor).exists():
        raise Problem("not-found")
    return answered("", 308, {"Location": f"/api/v1/organisations/{survivor}"})


def told(actor: Actor, pk: int) -> tuple[str, int]:
    detail = detail_of(visible(actor, Filters()), actor, pk)
    if detail is None:
        raise Problem("not-found")
    return written(detail), detail["version"]


@router.post(
    "/organisations", response={201: OrganisationDetail}, auth=known,
    operation_id="addOrganisation", url_name="organisations", summary="新增组织",
    description="请带 Idempotency-Key：断线后用同一个键重发，不会新增第二个。",
)  # fmt: skip
def add(request: HttpRequest, payload: OrganisationNew) -> HttpResponse:
    actor, now = caller_of(request).actor, timezone.now()

    def deed() -> Kept:
        added = saved(lambda: add_organisation(draft=draft_of(actor, payload), by=actor, now=now))
        body, version = told(actor, added.pk)
        place = f"/api/v1/organisations/{added.pk}"
        return Kept(201, body, {"Location": place, "ETag": tag_of(version, body)})

    return once_for(request, actor, deed)


@router.patch(
    "/organisations/{int:pk}", response=OrganisationDetail, auth=known,
    operation_id="changeOrganisation", url_name="organisation", summary="修改组织",
    description="须带 If-Match；迁址、备案转登记、注销等另有办理程序，不在此修改。",
)  # fmt: skip
def change(request: HttpRequest, pk: int, payload: OrganisationChange) -> HttpResponse:
    actor, version = caller_of(request).actor, version_asked(request)
    row = actor.rows(Organisation, Permission.ORGANISATION_EDIT).filter(pk=pk).first()
    if row is None:
        raise Problem("not-found")
    changes = payload.model_dump(exclude_unset=True)
    on = changes.pop("effective_on", None)
    for name in CLASSED:
        if name in changes:
            changes[name] = classed(name, changes[name], row.kind)
    saved(
        lambda: change_organisation(
            pk=pk, version=version, changes=changes, by=actor, now=timezone.now(), on=on,
            note="经接口修改",
        )
    )  # fmt: skip
    body, version = told(actor, pk)
    return answered(body, headers={"ETag": tag_of(version, body)})


def filters_of(filters: OrganisationFilters) -> Filters:
    return Filters(**{name: value for name, value in filters.model_dump().items() if value})


def classed(name: str, code: str, kind: str) -> Any:
    """The entry of the class list that a code names; none for an empty code."""
    if not code:
        return None
    found, known_codes = class_of(name, code, kind)
    if found is None:
        raise invalid(
            name, f"没有代码“{code}”；可用：{'、'.join(known_codes) or '（此类型不用）'}。"
        )
    return found


def draft_of(actor: Actor, payload: OrganisationNew) -> Draft:
    place = seat_of(actor, payload.place)
    if place is None:
        raise invalid("place", "没有这个街道或社区，或不在您的维护范围内。")
    values = payload.model_dump(exclude={"place", *CLASSED})
    classes = {name: classed(name, getattr(payload, name), payload.kind) for name in CLASSED}
    return Draft(**values, **classes, place=place, source="接口")


def saved(deed: Any) -> Any:
    """Do it; a refusal of the registry is told as the problem that it is."""
    try:
        return deed()
    except DuplicateCode as refusal:
        raise Problem("conflict", str(refusal), errors=[("uscc", str(refusal))]) from None
    except Outdated as refusal:
        raise Problem("precondition-failed", str(refusal)) from None
    except RegistryRefused as refusal:
        raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
