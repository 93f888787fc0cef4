"""What is offered and needed, for programs: read by everybody, offered by who may."""

from datetime import date

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from changle.core.codes import check_phone
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.actions import Kept
from changle.faces.api.forms.exchange import (
    ExchangeFilters,
    OfferItem,
    OfferNew,
    OfferPage,
    RequestPage,
)
from changle.faces.api.forms.words import Page
from changle.faces.api.queries.exchange import (
    kind_called,
    offer_told,
    offers_after,
    party_of,
    requests_after,
)
from changle.faces.api.views.answers import number_after, paged, written
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.once import once_for
from changle.faces.api.views.problems import Problem, invalid
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.offering import OfferDraft, offer
from changle.services.exchange.queries.board import Filters


router = Router(tags=["资源供需"])


def filters_of(asked: ExchangeFilters, today: date) -> Filters:
    kind = kind_called(asked.kind, today) if asked.kind else None
    if asked.kind and kind is None:
        raise invalid("kind", "没有这个类别。")
    return Filters(q=asked.q, kind=kind.pk if kind else None, street=asked.street, on=asked.on)


@router.get(
    "/offers", response=OfferPage, auth=anybody, operation_id="listOffers", url_name="offers",
    summary="已上架的共享资源，不含联系方式",
)  # fmt: skip
def offers(request: HttpRequest, asked: Query[ExchangeFilters], page: Query[Page]) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    items, after = offers_after(
        filters_of(asked, today), number_after(page.after), page.limit, now, today
    )
    return paged(request, items, after)


@router.get(
    "/requests", response=RequestPage, auth=known, operation_id="listRequests",
    url_name="requests", summary="征集中的资源需求，不含联系方式",
)  # fmt: skip
def requests(
    request: HttpRequest, asked: Query[ExchangeFilters], page: Query[Page]
) -> HttpResponse:
    if not caller_of(request).actor.holds(Permission.OFFER_VIEW):
        raise Problem("forbidden")
    today = timezone.localdate()
    items, after = requests_after(
        filters_of(asked, today), number_after(page.after), page.limit, today
    )
    return paged(request, items, after)


@router.post(
    "/offers", response={201: OfferItem}, auth=known, operation_id="addOffer",
    url_name="offer_add", summary="发布共享资源，等待核实",
    description="organisation、node、partner 只填一个。只收实物、场地、服务和信息，不收钱款。请带 Idempotency-Key。",
)  # fmt: skip
def add(request: HttpRequest, payload: OfferNew) -> HttpResponse:
    actor = caller_of(request).actor
    if not actor.holds(Permission.OFFER_MAKE):
        raise Problem("forbidden")

    def deed() -> Kept:
        body = offered(actor, payload)
        return Kept(201, written(body), {"Location": str(body["url"])})

    return once_for(request, actor, deed)


def offered(actor: Actor, payload: OfferNew) -> dict[str, object]:
    sides = [payload.organisation, payload.node, payload.partner]
    if sum(one is not None for one in sides) != 1:
        raise invalid("organisation", "organisation、node、partner 须填一个，也只填一个。")
    party = party_of(
        actor, organisation=payload.organisation, node=payload.node, partner=payload.partner
    )
    if party is None:
        raise invalid("organisation", "您不能以这个单位的名义发布。")
    try:
        row = offer(party=party, draft=draft_of(payload), by=actor, now=timezone.now())
    except Refused as refusal:
        raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
    return offer_told(row, row.quantity)


def draft_of(payload: OfferNew) -> OfferDraft:
    kind = kind_called(payload.kind, timezone.localdate())
    if kind is None:
        raise invalid("kind", "没有这个类别。")
    if not 2000 < payload.starts_on.year < 2100:  # noqa: PLR2004  as for all periods
        raise invalid("starts_on", "请填写正确的日期。")
    if payload.ends_on and payload.ends_on <= payload.starts_on:
        raise invalid("ends_on", "应晚于 starts_on。")
    spans = {
        (one.weekday, one.opens.replace(tzinfo=None), one.closes.replace(tzinfo=None))
        for one in payload.times
    }
    if any(closes <= opens for _day, opens, closes in spans):
        raise invalid("times", "closes 应晚于 opens。")
    if len({(day, opens) for day, opens, _closes in spans}) < len(spans):
        raise invalid("times", "同一天同一时刻只能开始一段。")
    try:
        phone = str(check_phone(payload.contact_phone)) if payload.contact_phone else ""
    except ValidationError as error:
        raise invalid("contact_phone", "".join(error.messages)) from None
    told = payload.model_dump(exclude={"organisation", "node", "partner", "kind", "times"})
    return OfferDraft(**{**told, "contact_phone": phone}, kind=kind, times=tuple(sorted(spans)))
