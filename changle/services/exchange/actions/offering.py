"""Something is offered, put right, verified, put on the board, taken off it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import IMAGES, store
from changle.core.files.stored import Upload
from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.telling import ExchangeRefused, refuse_money, tell_side
from changle.services.exchange.lifecycle import OFFER
from changle.services.exchange.models import Offer, OfferTime, Request, ResourceKind
from changle.services.exchange.queries.matching import for_offer
from changle.services.exchange.queries.seats import Party, has_house, street_of


MAKE = Permission.OFFER_MAKE
State = Offer.State
KERNEL = {"kind", "title", "about", "is_gift", "quantity", "times"}  # what was looked at
OPEN = (State.OFFERED, State.REFUSED, State.VERIFIED, State.LISTED)
PERSONAL = {"contact_name", "contact_phone"}
MOST_TOLD = 5  # requests whose side is told of a new offer


@dataclass(frozen=True, kw_only=True)
class OfferDraft:
    kind: ResourceKind
    title: str
    starts_on: date
    about: str = ""
    quantity: int = 1
    unit: str = "件"
    is_gift: bool = False
    audience: str = Offer.Audience.DISTRICT
    place: str = ""
    conditions: str = ""
    ends_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    times: tuple[tuple[int, time, time], ...] = ()  # weekday (0 is Monday), from, until

    def columns(self) -> dict[str, object]:
        told = {**asdict(self), "kind": self.kind}
        del told["times"]
        return told


def address(pk: int) -> str:
    return f"/desk/exchange/offers/{pk}/"


def check(draft: OfferDraft, party: Party, today: date) -> None:
    refuse_money(draft.title, draft.about, draft.conditions)
    if draft.ends_on is not None and draft.ends_on <= max(draft.starts_on, today):
        raise ExchangeRefused("截止日期应晚于开始日期，也应晚于今天。")
    if party.organisation is not None:
        verdict = eligible(party.organisation, "venue", today)
        if not verdict.ok:
            raise ExchangeRefused("".join(verdict.reasons))
    elif draft.kind.is_venue and party.partner is None and has_house(party.node):
        raise ExchangeRefused(
            "服务中心的场地请在“场地维护”里登记，大家在“场地”里预约，不在这里发布。"
        )
    if party.partner is not None:
        ends = party.partner.ends_on
        if party.partner.starts_on > today or (ends is not None and ends <= today):
            raise ExchangeRefused("这家单位的共建协议不在有效期内，请先续签。")


def may_act(party: Party, by: Actor) -> None:
    """Who acts for a partner is who keeps the register where it lies."""
    needs = Permission.PARTNER_EDIT if party.partner else MAKE
    if not by.holds_at(needs, party.node.path or ""):
        raise ExchangeRefused("您不能以这个单位的名义办理。")


@transaction.atomic
def offer(
    *, party: Party, draft: OfferDraft, by: Actor, now: datetime, upload: Upload | None = None
) -> Offer:
    may_act(party, by)
    check(draft, party, timezone.localdate(now))
    row = Offer(
        node=party.node, street=street_of(party.node), organisation=party.organisation,
        partner=party.partner, offered_by_id=by.user_id or None, offered_at=now, **draft.columns(),
    )  # fmt: skip
    OFFER.begin(row, State.OFFERED, at=now)
    row.save(force_insert=True)
    enter_times(row, draft)
    record(row, "offer", by=by, at=now, target=row.state)
    picture(row, upload, by=by, now=now)
    return row


def enter_times(row: Offer, draft: OfferDraft) -> None:
    row.times.all().delete()
    OfferTime.objects.bulk_create(
        OfferTime(offer=row, weekday=day, opens=opens, closes=closes)
        for day, opens, closes in draft.times
    )


def picture(row: Offer, upload: Upload | None, *, by: Actor, now: datetime) -> None:
    if upload is None:
        return
    row.photo = store(
        upload=upload, subject=row, needs=Permission.OFFER_VIEW, by=by, now=now, allowed=IMAGES
    )
    row.save(update_fields=["photo"])


@transaction.atomic
def change_offer(
    *, pk: int, draft: OfferDraft, by: Actor, now: datetime, upload: Upload | None = None
) -> Offer:
    """Put right; where that which was verified changes, it is verified anew."""
    rows = by.rows(Offer, MAKE).select_for_update(of=("self",))
    row = rows.select_related("node", "organisation", "partner", "kind").get(pk=pk)
    if row.state not in OPEN:
        raise ExchangeRefused(f"这项资源{row.state_label()}，不能再改。")
    check(draft, Party(row.node, row.organisation, row.partner), timezone.localdate(now))
    after = draft.columns()
    before = {name: getattr(row, name) for name in after}
    had = tuple(sorted((one.weekday, one.opens, one.closes) for one in row.times.all()))
    for name, value in after.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save(update_fields=list(after))
    except IntegrityError:
        raise ExchangeRefused("已经约出去的比改后的数量多，请先与使用方商量，再改数量。") from None
    told = changed(before, after)
    for name in PERSONAL & told.keys():
        told[name] = ["", "（已修改）"]
    timed = had != tuple(sorted(draft.times))
    if timed:
        enter_times(row, draft)
    record(row, "change_offer", by=by, at=now, changes=told)
    picture(row, upload, by=by, now=now)
    kernel = timed or bool(KERNEL & told.keys())
    if row.state == State.REFUSED or (kernel and row.state in (State.VERIFIED, State.LISTED)):
        OFFER.fire(pk, "submit_again", by=by, now=now, along={"verified_by": None})
    return row


@transaction.atomic
def verify(*, pk: int, by: Actor, now: datetime, note: str = "", listing: bool = True) -> Offer:
    """It is there and as described; `listing`: put it on the board at once."""
    row = OFFER.fire(
        pk, "verify", by=by, now=now, note=note, along={"verified_by_id": by.user_id or None}
    )
    return put_up(pk=pk, by=by, now=now) if listing else row


@transaction.atomic
def put_up(*, pk: int, by: Actor, now: datetime) -> Offer:
    """On the board; its side hears of it, and those whose request it may meet."""
    today = timezone.localdate(now)
    OFFER.fire(pk, "list", by=by, now=now, along={"listed_on": today})
    row = Offer.objects.select_related("node", "organisation", "partner", "kind", "street").get(
        pk=pk
    )
    url = address(pk)
    tell_side(row.node, f"“{row.title}”已上架", also=row.offered_by_id, by=by, now=now, url=url)
    for match in for_offer(row, now)[:MOST_TOLD]:
        tell_asker(match.request, f"有一项资源可能适合您需要的“{match.request.title}”：{row}",
                   by=by, now=now, url=url)  # fmt: skip
    return row


def tell_asker(request: Request, text: str, *, by: Actor, now: datetime, url: str) -> None:
    tell_side(request.node, text, also=request.asked_by_id, by=by, now=now, url=url)


@transaction.atomic
def move_offer(*, pk: int, name: str, by: Actor, now: datetime, note: str = "") -> Offer:
    """Every other move that a button makes."""
    if name == "verify":
        return verify(pk=pk, by=by, now=now, note=note)
    if name == "list":
        return put_up(pk=pk, by=by, now=now)
    row = OFFER.fire(pk, name, by=by, now=now, note=note)
    if name == "refuse":
        tell_side(row.node, f"“{row.title}”未通过核实：{note}", also=row.offered_by_id, by=by,
                  now=now, url=address(pk))  # fmt: skip
    return row


def a_year_from(day: date) -> date:
    """Until when an offer is proposed to last."""
    return day + timedelta(days=365)
