"""Things borrowed by programs: what is free, one's loans, and a new wish."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from changle.core.reach import Actor
from changle.faces.api.actions import Kept
from changle.faces.api.forms.loans import (
    LoanNew,
    LoanPage,
    LoansFilter,
    LoanTold,
    ThingPage,
    ThingsAsked,
)
from changle.faces.api.forms.venues import Between
from changle.faces.api.forms.words import Page
from changle.faces.api.queries.loans import loan_told, loans_after, loans_seen, things_told
from changle.faces.api.queries.venues import organisation_of, place_of
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.once import once_for
from changle.faces.api.views.problems import Problem, invalid
from changle.services.commons.actions.loans import (
    LoanRefused,
    LoanRulesBroken,
    NotEnough,
    ask_loan,
)
from changle.services.commons.queries.lending import LoanWish


router = Router(tags=["物资借用"])
FIELDS = {"from_on": "starts_at", "until_on": "ends_at", "whom": "organisation"}


@router.get(
    "/loans/things", response=ThingPage, auth=anybody, operation_id="listLentThings",
    url_name="lent_things", summary="可以外借的物资，和这段时间还有几件",
)  # fmt: skip
def things(
    request: HttpRequest,  # noqa: ARG001  ninja knows it by its name
    asked: Query[ThingsAsked],
    between: Query[Between],
) -> HttpResponse:
    if between.to <= between.from_:
        raise invalid("to", "应晚于 from。")
    items = things_told(between.from_, between.to, asked.centre)
    return answered(written({"items": items, "next": None}))


@router.get(
    "/loans", response=LoanPage, auth=known, operation_id="listLoans", url_name="loans",
    summary="看得到的物资借用",
)  # fmt: skip
def loans(request: HttpRequest, asked: Query[LoansFilter], page: Query[Page]) -> HttpResponse:
    actor = caller_of(request).actor
    items, after = loans_after(actor, asked.state, number_after(page.after), page.limit)
    return paged(request, items, after)


@router.get(
    "/loans/{int:pk}", response=LoanTold, auth=known, operation_id="getLoan", url_name="loan",
    summary="一笔物资借用",
)  # fmt: skip
def loan(request: HttpRequest, pk: int) -> HttpResponse:
    row = loans_seen(caller_of(request).actor).filter(pk=pk).first()
    if row is None:
        raise Problem("not-found")
    return answered(written(loan_told(row)))


@router.post(
    "/loans", response={201: LoanTold}, auth=known, operation_id="addLoan", url_name="loan_add",
    summary="申请借用物资",
    description="提交审批回答 201；数量不够回答 409，说明还有几件。请带 Idempotency-Key。",
)  # fmt: skip
def add(request: HttpRequest, payload: LoanNew) -> HttpResponse:
    actor = caller_of(request).actor

    def deed() -> Kept:
        row = asked_for(actor, wish_of(actor, payload))
        told = loan_told(loans_seen(actor).get(pk=row))
        return Kept(201, written(told), {"Location": str(told["url"])})

    return once_for(request, actor, deed)


def wish_of(actor: Actor, payload: LoanNew) -> LoanWish:
    body = place = None
    if payload.organisation is not None:
        body = organisation_of(actor, payload.organisation)
        if body is None:
            raise invalid("organisation", "您不能以这个组织的名义借用。")
    if payload.on_behalf is not None:
        place = place_of(actor, payload.on_behalf)
        if place is None:
            raise invalid("on_behalf", "您不能以这个单位的名义借用。")
    if body and place:
        raise invalid("on_behalf", "organisation 和 on_behalf 只填一个。")
    told = {
        name: getattr(payload, name) for name in ("title", "place", "contact_name", "contact_phone")
    }
    return LoanWish(
        centre=payload.centre, starts_at=payload.starts_at, ends_at=payload.ends_at,
        organisation=body, on_behalf=place,
        things=tuple((one.id, one.quantity) for one in payload.things), **told,
    )  # fmt: skip


def asked_for(actor: Actor, wish: LoanWish) -> int:
    try:
        return ask_loan(wish=wish, by=actor, now=timezone.now()).pk
    except LoanRulesBroken as refusal:
        errors = [
            (FIELDS.get(one.field, "things" if one.field.startswith("take_") else ""), one.sentence)
            for one in refusal.objections
        ]
        raise Problem("invalid", str(refusal), errors=errors) from None
    except NotEnough as refusal:
        short = [{"id": one.pool_id, "free": one.free} for one in refusal.shortages]
        raise Problem("conflict", str(refusal), extra={"short": short}) from None
    except LoanRefused as refusal:
        raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
