"""What is read from a booking that a program asks for, and how its refusals are told."""

from typing import Any

from django.utils import timezone

from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.forms.venues import BookingNew
from changle.faces.api.queries.venues import organisation_of, place_of, span, told
from changle.faces.api.views.problems import Problem, invalid
from changle.services.commons.actions.booking import (
    BookingRefused,
    RuleBroken,
    Taken,
    Wish,
    book,
)
from changle.services.commons.actions.planning import Occurrence, Plan, plan
from changle.services.commons.actions.recurring import SKIP, book_series
from changle.services.commons.models import Booking
from changle.services.commons.queries.layout import Layout, likely_layout
from changle.services.commons.queries.repeating import BadRule


FIELDS = {  # the rule that is broken -> the argument that breaks it
    "order": "ends_at", "past": "starts_at", "hours_ahead": "starts_at", "days_ahead": "starts_at",
    "shortest": "ends_at", "longest": "ends_at", "step": "starts_at", "hours": "starts_at",
    "capacity": "people", "people": "people", "commercial": "kind", "things": "things",
}  # fmt: skip


def wish_of(actor: Actor, payload: BookingNew) -> tuple[Layout, Wish]:
    keys = list(dict.fromkeys([*([payload.space] if payload.space else []), *payload.spaces]))
    house = likely_layout(keys) if keys else None
    if house is None or any(key not in house.rooms for key in keys):
        raise invalid("space", "没有这个场地；几间须在同一个中心。")
    body = place = None
    if payload.organisation is not None:
        body = organisation_of(actor, payload.organisation)
        if body is None:
            raise invalid("organisation", "您不能以这个组织的名义预约。")
    if payload.on_behalf is not None:
        place = place_of(actor, payload.on_behalf)
        if place is None:
            raise invalid("on_behalf", "您不能以这个单位的名义预约。")
    if body and place:
        raise invalid("on_behalf", "organisation 和 on_behalf 只填一个。")
    return house, Wish(
        rooms=tuple(keys), starts_at=payload.starts_at, ends_at=payload.ends_at,
        title=payload.purpose, people=payload.people, organisation=body, on_behalf=place,
        purpose=payload.kind, is_open=payload.is_open, contact_name=payload.contact_name,
        contact_phone=payload.contact_phone, needs=payload.needs, things=things_of(house, payload),
    )  # fmt: skip


def things_of(house: Layout, payload: BookingNew) -> tuple[tuple[int, int], ...]:
    by_thing = {stock.thing: pool for pool, stock in house.things.items()}
    found = []
    for one in payload.things:
        if (one.thing is None) == (one.pool is None):
            raise invalid("things", "thing 和 pool 填一个。")
        pool = one.pool if one.thing is None else by_thing.get(one.thing)
        if pool not in house.things:
            raise invalid("things", "这个中心没有这样物资。")
        found.append((pool, one.quantity))
    return tuple(found)


def broken(refusal: RuleBroken) -> Problem:
    errors = [(FIELDS.get(one.rule, ""), one.sentence) for one in refusal.broken]
    return Problem("invalid", str(refusal), errors=errors)


def booked(house: Layout, wish: Wish, actor: Actor, *, wait: bool) -> dict[str, Any]:
    try:
        row = book(layout=house, wish=wish, by=actor, now=timezone.now(), wait=wait)
    except RuleBroken as refusal:
        raise broken(refusal) from None
    except Taken as refusal:
        raise Problem("conflict", str(refusal), extra=in_the_way(refusal)) from None
    except BookingRefused as refusal:
        raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
    return as_told(house, wish, row)


def in_the_way(refusal: Taken) -> dict[str, Any]:
    return {
        "conflicts": [
            {**span(one.starts_at, one.ends_at), "holder": one.holder, "title": one.title}
            for one in refusal.conflicts
        ],
        "next_free": [span(begins, ends) for begins, ends in refusal.free],
        "short": [
            {
                "pool": one.pool_id,
                "name": one.name,
                "wanted": one.wanted,
                "free": one.free,
                "enough_from": one.enough_from.isoformat() if one.enough_from else None,
            }
            for one in refusal.shortages
        ],
    }


def as_told(house: Layout, wish: Wish, row: Booking) -> dict[str, Any]:
    row.organisation, row.on_behalf = wish.organisation, wish.on_behalf
    names = [(pk, house.rooms[pk].name) for pk in wish.rooms]
    counts: dict[int, int] = {}
    for pool, quantity in wish.things:
        counts[pool] = counts.get(pool, 0) + quantity
    things = [(pool, house.things[pool].name, counts[pool]) for pool in sorted(counts)]
    return told(row, names, (house.pk, house.name), things)


def series_booked(house: Layout, wish: Wish, actor: Actor, payload: BookingNew) -> dict[str, Any]:
    """Every date of a rule, or none: a date in question without an answer is a conflict."""
    if payload.recurrence is None or payload.wait:
        raise invalid("wait", "重复预约不能排队候补。")
    now = timezone.now()
    try:
        made = plan(
            layout=house, wish=wish, rule=payload.recurrence.rule, by=actor, now=now,
            excepted=payload.recurrence.exceptions, no_holidays=payload.recurrence.skip_holidays,
        )  # fmt: skip
    except BadRule as refusal:
        raise invalid("recurrence.rule", str(refusal)) from None
    except RuleBroken as refusal:
        raise broken(refusal) from None
    except BookingRefused as refusal:
        raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
    answers = answers_of(made, payload)
    unknown_gaps = [month for month, _why in made.gaps if month not in payload.choices]
    if unknown_gaps or any(one.asks and one.key not in answers for one in made.occurrences):
        detail = (
            "有的日期不能照办，请对每个须决定的日期选择跳过或改时间，再提交；现在一次也没有预约。"
        )
        raise Problem("conflict", detail, extra={"dates": dates_of(made)})
    try:
        series, rows = book_series(plan=made, choices=answers, by=actor, now=now)
    except Refused as refusal:
        raise Problem("conflict", str(refusal), extra={"dates": dates_of(made)}) from None
    return {
        "id": series.pk,
        "rule": series.rule,
        "bookings": [as_told(house, wish, row) for row in rows],
        "skipped": [{"on": on, "why": why} for on, why in series.skipped],
    }


def answers_of(made: Plan, payload: BookingNew) -> dict[str, str]:
    """Date -> "skip" or the start of the time it moves to; what is not on offer is refused."""
    known: dict[str, Occurrence] = {one.key: one for one in made.occurrences}
    months = {month for month, _why in made.gaps}
    found = {}
    for key, choice in payload.choices.items():
        if key in months and choice == SKIP:
            continue
        if key not in known:
            raise invalid("choices", f"“{key[:20]}”不是这条规则的日期。")
        if isinstance(choice, str):
            found[key] = SKIP
            continue
        start, end = choice.move
        if (start, end) not in known[key].options:
            detail = f"{key} 不能改到所填的时段，请从 options 中另选。"
            raise Problem("conflict", detail, extra={"dates": dates_of(made)})
        found[key] = start.isoformat()
    return found


def dates_of(made: Plan) -> list[dict[str, Any]]:
    gaps: list[dict[str, Any]] = [
        {"on": month, "starts_at": None, "ends_at": None, "verdict": "gap", "why": why,
         "asks": True, "options": []}
        for month, why in made.gaps
    ]  # fmt: skip
    return gaps + [
        {
            "on": one.key,
            **span(one.starts_at, one.ends_at),
            "verdict": one.verdict,
            "why": one.why,
            "asks": one.asks,
            "options": [span(begins, ends) for begins, ends in one.options],
        }
        for one in made.occurrences
    ]
