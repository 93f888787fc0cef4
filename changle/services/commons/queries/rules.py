"""The rules of a room asked of a wish: each refusal names its rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.periods import Period
from changle.services.commons.models import Booking, Policy, Suspension
from changle.services.commons.queries.hours import hours_on, is_open, open_minutes
from changle.services.commons.queries.layout import Layout, Room, Stock


COUNTED = ("requested", "waitlisted", "offered", "approved", "checked_in", "checked_out",
           "damaged", "closed", "no_show")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class For:
    """For whom: exactly one of them."""

    organisation_id: int | None = None
    on_behalf_id: int | None = None
    person_id: int | None = None

    def mine(self) -> dict[str, int]:
        told = {
            "organisation_id": self.organisation_id,
            "on_behalf_id": self.on_behalf_id,
            "person_id": self.person_id,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class Broken:
    """A rule that a wish breaks: its name as in the policy, and the sentence for people."""

    rule: str
    sentence: str


def of_the_time(room: Room, start: datetime, end: datetime, now: datetime) -> list[Broken]:
    """The rules that only the clock decides."""
    policy, found = room.policy, []
    length = int((end - start).total_seconds() // 60)
    ahead = start - now
    if start < now:
        found.append(Broken("past", "不能预约已经过去的时间。"))
    elif ahead < timedelta(hours=policy.hours_ahead):
        found.append(
            Broken("hours_ahead", f"“{room.name}”须至少提前 {policy.hours_ahead} 小时预约。")
        )
    if ahead > timedelta(days=policy.days_ahead):
        found.append(Broken("days_ahead", f"“{room.name}”至多提前 {policy.days_ahead} 天预约。"))
    if length < policy.shortest:
        found.append(Broken("shortest", f"“{room.name}”一次至少 {policy.shortest} 分钟。"))
    if length > policy.longest:
        found.append(Broken("longest", f"“{room.name}”一次至多 {spoken(policy.longest)}。"))
    local = timezone.localtime(start)
    if (local.hour * 60 + local.minute) % policy.step or length % policy.step:
        found.append(Broken("step", f"“{room.name}”的起止时间以 {policy.step} 分钟为刻度。"))
    return found


def spoken(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时" + (f" {rest} 分钟" if rest else "") if hours else f"{rest} 分钟"


def of_the_house(
    layout: Layout, room: Room, start: datetime, end: datetime, calendar: Calendar
) -> list[Broken]:
    """Whether the room is open then; the sentence says when it is."""
    if is_open(layout, room, start, end, calendar):
        return []
    day = timezone.localdate(start)
    today = hours_on(layout, room, day, calendar)
    hours = "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in today.hours)
    why = f"（{today.why}）" if today.why else ""
    when = f"当日开放 {hours}" if hours else "当日不开放"
    return [Broken("hours", f"“{room.name}”{when}{why}。")]


def of_the_people(room: Room, people: int) -> list[Broken]:
    """What a room holds, and the seats of a vehicle."""
    if people > room.capacity and room.holds_people:
        return [Broken("capacity", f"“{room.name}”最多容纳 {room.capacity} 人。")]
    return []


def of_the_things(wanted: Iterable[tuple[Stock, int]]) -> list[Broken]:
    """More than there are is more than can ever be had."""
    return [
        Broken("things", f"“{stock.name}”共有 {stock.quantity}，不够 {quantity}。")
        for stock, quantity in wanted
        if quantity > stock.quantity
    ]


def used_within(
    layout: Layout, rooms: Sequence[int], who: For, start: datetime, end: datetime
) -> "QuerySet[Booking]":
    """What they had or asked for of some rooms, as far as it counts for the bounds."""
    return Booking.objects.filter(
        state__in=COUNTED, starts_at__gte=start, starts_at__lt=end, centre=layout.pk,
        booked__space__in=rooms, **who.mine(),
    )  # fmt: skip


Used = Sequence[tuple[int, datetime, datetime]]  # (room, from, until) that count for the bounds


def of_the_quota(
    layout: Layout,
    rooms: Iterable[Room],
    start: datetime,
    end: datetime,
    used: Used,
    calendar: Calendar,
) -> list[Broken]:
    """The month's bounds for one organisation (place, person)."""
    day = timezone.localdate(start)
    month = Period.of_months(day.year, day.month, 1)
    found = []
    for room in rooms:
        if not bounds(room.policy):
            continue
        mine = [
            (until - since).total_seconds() / 3600
            for pk, since, until in used
            if pk == room.pk and month.starts_at <= since < month.ends_at
        ]
        there = 0.0
        if room.policy.cap_percent is not None:
            there = open_minutes(layout, room, month.start, month.end, calendar) / 60
        hours = sum(mine) + (end - start).total_seconds() / 3600
        found += over(room, len(mine), hours, there)
    return found


def over(room: Room, times: int, hours: float, there: float) -> list[Broken]:
    """The bounds that a month would pass: `times` so far, `hours` with this one, of `there` open."""
    policy, found, name = room.policy, [], room.name
    if policy.per_month is not None and times >= policy.per_month:
        told = f"“{name}”每家每月至多 {policy.per_month} 次，本月已有 {times} 次。"
        found.append(Broken("per_month", told))
    if policy.hours_per_month is not None and hours > policy.hours_per_month:
        told = f"“{name}”每家每月至多 {policy.hours_per_month} 小时，连同本次为 {hours:g} 小时。"
        found.append(Broken("hours_per_month", told))
    cap = policy.cap_percent
    if cap is not None and there and hours * 100 > cap * there:
        found.append(Broken("cap_percent", f"“{name}”一家每月至多占用开放时间的 {cap}%。"))
    return found


def bounds(policy: Policy) -> bool:
    return any(
        bound is not None
        for bound in (policy.per_month, policy.hours_per_month, policy.cap_percent)
    )


def suspensions(layout: Layout, who: For, now: datetime) -> "QuerySet[Suspension]":
    """Why the house takes no bookings from them at present, the longest first."""
    today = timezone.localdate(now)
    rows = Suspension.objects.filter(
        Q(organisation_id=who.organisation_id, organisation__isnull=False)
        | Q(person_id=who.person_id, person__isnull=False),
        centre=layout.pk, starts_on__lte=today, ends_on__gt=today, lifted_at__isnull=True,
    )  # fmt: skip
    return rows.order_by("-ends_on")


def of_the_past(suspended: tuple[str, object] | None) -> list[Broken]:
    """Whether the house takes no bookings from them: why, and until which day."""
    if suspended is None:
        return []
    reason, until = suspended
    return [Broken("suspended", f"{reason}，{until} 起才能再预约。")]


def sentences(broken: Iterable[Broken]) -> list[str]:
    return list(dict.fromkeys(one.sentence for one in broken))
