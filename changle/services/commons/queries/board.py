"""What the house looks at while it is open: who comes, who is in, what is to be decided or mended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from changle.core.files import StoredFile
from changle.core.reach import Actor
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission
from changle.services.commons.models import (
    Booking,
    Centre,
    Closure,
    Damage,
    NoShow,
    SafetyCheck,
    Space,
    Suspension,
)
from changle.services.commons.queries.hours import DAY, moment
from changle.services.commons.queries.layout import Layout, Room


MOST_ON_BOARD = 300
MOST_LISTED = 100
MOST_AT_DOOR = 3
CHECKS_AHEAD = timedelta(days=14)  # how early a safety check is announced
OPEN_STATES = ("requested", "offered", "checked_in", "checked_out", "damaged")
State = Booking.State
P = Permission
verbs.update(
    {
        "close": "停用场地",
        "rebook": "改订让出的预约",
        "suspend": "暂停预约",
        "count": "记爽约",
        "find": "登记损坏",
    }
)


@dataclass(frozen=True)
class Visit:
    """A booking as the board shows it, with its rooms as the house is laid out."""

    row: Booking
    rooms: tuple[Room, ...]
    now: datetime

    @property
    def who(self) -> str:
        return str(self.row.organisation or self.row.on_behalf or self.row.person or "")

    @property
    def where(self) -> str:
        return "、".join(room.name for room in self.rooms)

    @property
    def opens_at(self) -> datetime:
        before = self.rooms[0].policy.check_in_before if self.rooms else 0
        return self.row.starts_at - timedelta(minutes=before)

    @property
    def may_enter(self) -> bool:
        return self.opens_at <= self.now

    @property
    def minutes_left(self) -> int:
        """Until nobody's coming is a no-show; never below nought."""
        after = min((room.policy.no_show_after for room in self.rooms), default=0)
        left = self.row.starts_at + timedelta(minutes=after) - self.now
        return max(0, int(left.total_seconds() // 60))

    @property
    def is_over(self) -> bool:
        return self.row.ends_at <= self.now

    @property
    def is_of_before(self) -> bool:
        return timezone.localdate(self.row.ends_at) < timezone.localdate(self.now)


@dataclass
class Board:
    layout: Layout
    now: datetime
    inside: list[Visit] = field(default_factory=list)
    late: list[Visit] = field(default_factory=list)
    coming: list[Visit] = field(default_factory=list)
    to_inspect: list[Visit] = field(default_factory=list)
    over: list[Visit] = field(default_factory=list)
    offers: list[Visit] = field(default_factory=list)
    requests: list[list[Visit]] = field(default_factory=list)  # rivals together
    damages: list[Damage] = field(default_factory=list)
    checks: list[SafetyCheck] = field(default_factory=list)
    appeals: int = 0

    @property
    def asked(self) -> int:
        return sum(len(group) for group in self.requests)


def houses_run(actor: Actor, needs: str = P.BOOKING_OPERATE) -> list[Centre]:
    rows = actor.rows(Centre, needs).filter(closed_on__isnull=True)
    return list(rows.select_related("node").order_by("sort", "pk"))


def booking_in_house(actor: Actor, pk: int, needs: str) -> Booking | None:
    """A booking of a house that the person runs; their body's booking elsewhere is not theirs."""
    centres = actor.rows(Centre, needs).values("pk")
    rows = actor.rows(Booking, needs).filter(pk=pk, centre__in=centres)
    return rows.select_related("centre__node", "organisation__node", "on_behalf", "person").first()


def visits(layout: Layout, rows: Iterable[Booking], now: datetime) -> list[Visit]:
    return [
        Visit(
            row,
            tuple(
                layout.rooms[one.space_id]
                for one in row.booked.all()
                if one.space_id in layout.rooms
            ),
            now,
        )
        for row in rows
    ]


def board(layout: Layout, actor: Actor, now: datetime) -> Board:
    """Four queries, whatever the number of rooms and bookings."""
    today = timezone.localdate(now)
    start, end = moment(today, time.min), moment(today + DAY, time.min)
    rows = actor.rows(Booking, P.BOOKING_OPERATE).filter(
        Q(state__in=OPEN_STATES)
        | Q(no_show__state=NoShow.State.APPEALED)
        | Q(state__in=(State.APPROVED, State.CLOSED, State.NO_SHOW), starts_at__lt=end, ends_at__gt=start),
        centre=layout.pk,
    )  # fmt: skip
    rows = rows.select_related("organisation", "on_behalf", "person", "no_show")
    rows = rows.prefetch_related("booked")
    told = Board(layout, now)
    asked: list[Visit] = []
    for visit in visits(layout, rows.order_by("starts_at", "pk")[:MOST_ON_BOARD], now):
        if visit.row.state == State.REQUESTED:
            asked.append(visit)
        else:
            place(told, visit)
    told.requests = rivals(asked)
    told.damages = list(
        actor.rows(Damage, P.BOOKING_OPERATE)
        .filter(state=Damage.State.FOUND, booking__centre=layout.pk)
        .select_related("booking__organisation", "booking__on_behalf", "booking__person")
        .order_by("found_at", "pk")
    )
    told.checks = checks_due(layout, actor, today)
    return told


def place(told: Board, visit: Visit) -> None:
    state = visit.row.state
    if state == State.CHECKED_IN:
        told.inside.append(visit)
    elif state == State.APPROVED:
        (told.late if visit.row.starts_at < told.now else told.coming).append(visit)
    elif state == State.CHECKED_OUT:
        told.to_inspect.append(visit)
    elif state == State.OFFERED:
        told.offers.append(visit)
    elif state == State.NO_SHOW and visit.row.no_show.state == NoShow.State.APPEALED:
        told.appeals += 1
    elif state in {State.CLOSED, State.NO_SHOW}:
        told.over.append(visit)


def rivals(asked: Sequence[Visit]) -> list[list[Visit]]:
    """Requests that want the same room at the same time stand together; one may be chosen."""
    groups: list[list[Visit]] = []
    for visit in asked:
        meeting = [group for group in groups if any(meet(visit, other) for other in group)]
        joined = [one for group in meeting for one in group] + [visit]
        groups = [group for group in groups if group not in meeting]
        groups.append(joined)
    return groups


def meet(one: Visit, other: Visit) -> bool:
    pools = {pool for room in one.rooms for pool in room.pools}
    return (
        one.row.holds_from < other.row.holds_until
        and other.row.holds_from < one.row.holds_until
        and any(pool in pools for room in other.rooms for pool in room.pools)
    )


def checks_due(layout: Layout, actor: Actor, today: date) -> list[SafetyCheck]:
    """The last check of each subject, where the next is due or failed."""
    newer = SafetyCheck.objects.filter(
        centre=OuterRef("centre"),
        subject=OuterRef("subject"),
        checked_on__gt=OuterRef("checked_on"),
    )
    rows = actor.rows(SafetyCheck, P.BOOKING_OPERATE).filter(~Exists(newer), centre=layout.pk)
    due = Q(next_on__lte=today + CHECKS_AHEAD) | Q(is_sound=False)
    return list(rows.filter(due).order_by("next_on", "pk"))


def door(token: str) -> Space | None:
    """The room behind a QR code; it is found by its token alone, whoever looks."""
    rows = Space.objects.filter(door_token=token, retired_on__isnull=True)
    return rows.select_related("centre").first()


def at_the_door(actor: Actor, room: Room, now: datetime) -> list[Booking]:
    """What this person may come into here now, or leave; own bookings before others'."""
    if not actor.user_id:
        return []
    rows = actor.rows(Booking, P.BOOKING_USE).filter(
        Q(state=State.CHECKED_IN)
        | Q(state=State.APPROVED, starts_at__lt=now + timedelta(hours=2), ends_at__gt=now),
        spaces__pools__in=room.pools,
    )  # fmt: skip
    rows = rows.distinct().select_related("organisation", "on_behalf", "person")
    found = list(rows.order_by("starts_at", "pk")[:MOST_AT_DOOR])
    return sorted(found, key=lambda row: row.booked_by_id != actor.user_id)


def closures_of(layout: Layout, actor: Actor) -> "QuerySet[Closure]":
    rows = actor.rows(Closure, P.BOOKING_DECIDE).filter(centre=layout.pk)
    return rows.prefetch_related("spaces").order_by("-ends_at", "-pk")[:MOST_LISTED]


def closure_of(actor: Actor, pk: int) -> Closure | None:
    rows = actor.rows(Closure, P.BOOKING_DECIDE).select_related("centre")
    return rows.prefetch_related("spaces__pools").filter(pk=pk).first()


def displaced_by(closure: Closure) -> list[Booking]:
    """The bookings that had to give way to it."""
    pools = {pool.pk for space in closure.spaces.all() for pool in space.pools.all()}
    rows = Booking.objects.filter(
        state=State.DISPLACED, centre=closure.centre_id, holds_from__lt=closure.ends_at,
        holds_until__gt=closure.starts_at, spaces__pools__in=pools,
    )  # fmt: skip
    rows = rows.distinct().select_related("organisation", "on_behalf", "person")
    return list(rows.order_by("starts_at", "pk"))


def displaced(actor: Actor, pk: int) -> Booking | None:
    rows = actor.rows(Booking, P.BOOKING_MAKE).filter(pk=pk, state=State.DISPLACED)
    return rows.select_related("centre", "organisation", "on_behalf").first()


def damages_of(actor: Actor) -> "QuerySet[Damage]":
    """Of the bookings that a person may see: their house's, and their own side's."""
    rows = Damage.objects.filter(booking__in=actor.rows(Booking, P.BOOKING_VIEW))
    return rows.select_related(
        "booking__centre__node", "booking__organisation__node", "booking__on_behalf",
        "booking__person",
    ).prefetch_related(Prefetch("booking__spaces", Space.objects.order_by("sort", "pk")))  # fmt: skip


def photos_of(damage: Damage) -> list[StoredFile]:
    rows = StoredFile.objects.filter(
        subject_label=Booking._meta.label, subject_pk=str(damage.booking_id)
    )
    return list(rows.order_by("id"))


def no_shows_of(actor: Actor) -> "QuerySet[NoShow]":
    return actor.rows(NoShow, P.BOOKING_VIEW).select_related(
        "booking__centre__node", "booking__organisation__node", "booking__on_behalf",
        "booking__person",
    )  # fmt: skip


def suspensions_of(actor: Actor, today: date) -> list[Suspension]:
    """Those in force at the houses that a person decides for."""
    centres = actor.rows(Centre, P.BOOKING_DECIDE).values("pk")
    rows = actor.rows(Suspension, P.BOOKING_DECIDE).filter(
        centre__in=centres, lifted_at__isnull=True, ends_on__gt=today
    )
    rows = rows.select_related("centre", "organisation", "person")
    return list(rows.order_by("ends_on", "pk")[:MOST_LISTED])
