"""Something is needed: asked for, met, given up."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.offering import may_act
from changle.services.exchange.actions.telling import ExchangeRefused, refuse_money
from changle.services.exchange.lifecycle import REQUEST
from changle.services.exchange.models import Request, ResourceKind
from changle.services.exchange.queries.seats import Party, street_of


MAKE = Permission.OFFER_MAKE
PERSONAL = {"contact_name", "contact_phone"}


@dataclass(frozen=True, kw_only=True)
class RequestDraft:
    kind: ResourceKind
    title: str
    starts_on: date
    ends_on: date
    about: str = ""
    quantity: int = 1
    unit: str = "件"
    weekday: int | None = None
    times: str = ""
    place: str = ""
    contact_name: str = ""
    contact_phone: str = ""

    def columns(self) -> dict[str, object]:
        return {**asdict(self), "kind": self.kind}


def check(draft: RequestDraft, today: date) -> None:
    refuse_money(draft.title, draft.about)
    if draft.ends_on <= max(draft.starts_on, today):
        raise ExchangeRefused("截止日期应晚于开始日期，也应晚于今天。")


@transaction.atomic
def ask(*, party: Party, draft: RequestDraft, by: Actor, now: datetime) -> Request:
    may_act(party, by)
    today = timezone.localdate(now)
    check(draft, today)
    if party.partner is not None:
        raise ExchangeRefused("共建单位只提供资源；需求由组织、社区或中心发布。")
    if party.organisation is not None:
        verdict = eligible(party.organisation, "venue", today)
        if not verdict.ok:
            raise ExchangeRefused("".join(verdict.reasons))
    row = Request(
        node=party.node, street=street_of(party.node), organisation=party.organisation,
        asked_by_id=by.user_id or None, asked_at=now, asked_on=today, **draft.columns(),
    )  # fmt: skip
    REQUEST.begin(row, Request.State.OPEN, at=now)
    row.save(force_insert=True)
    record(row, "ask", by=by, at=now, target=row.state)
    return row


@transaction.atomic
def change_request(*, pk: int, draft: RequestDraft, by: Actor, now: datetime) -> Request:
    rows = by.rows(Request, MAKE).select_for_update(of=("self",))
    row = rows.select_related("node", "organisation", "kind").get(pk=pk)
    if row.state != Request.State.OPEN:
        raise ExchangeRefused(f"这项需求{row.state_label()}，不能再改。")
    check(draft, timezone.localdate(now))
    after = draft.columns()
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    told = changed(before, after)
    for name in PERSONAL & told.keys():
        told[name] = ["", "（已修改）"]
    record(row, "change_request", by=by, at=now, changes=told)
    return row


@transaction.atomic
def move_request(*, pk: int, name: str, by: Actor, now: datetime, note: str = "") -> Request:
    along = {"matched_on": timezone.localdate(now)} if name == "fulfil" else None
    return REQUEST.fire(pk, name, by=by, now=now, note=note, along=along)
