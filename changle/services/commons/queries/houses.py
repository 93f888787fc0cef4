"""What the keepers of a house read while they set it up."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.files import IMAGES, StoredFile
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission
from changle.services.commons.models import (
    BookedSpace,
    Booking,
    Centre,
    Closure,
    Opening,
    Pool,
    SafetyCheck,
    Space,
)
from changle.services.commons.queries.hours import is_open
from changle.services.commons.queries.layout import Layout, laid_out


verbs.update(
    {
        "set_hours": "设定开放时间",
        "set_exception": "设定特殊开放日",
        "end_exception": "取消特殊开放日",
        "retire": "停用",
        "bring_back": "恢复使用",
        "end_zone": "撤销功能区",
        "end_file": "删除照片",
        "check": "登记安全检查",
    }
)
EDITS = Permission.SPACE_EDIT
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
SEATS = (Node.Kind.CENTRE, Node.Kind.COMMUNITY)  # where a house may stand
Spans = tuple[tuple[str, str], ...]


def fresh(pk: int) -> Layout:
    """The house as this transaction has it; never kept, for the transaction may yet be undone."""
    return laid_out.__wrapped__(pk, 0)


def centre_to_edit(actor: Actor, pk: int) -> Centre | None:
    return actor.rows(Centre, EDITS).select_related("node__parent").filter(pk=pk).first()


def latest_checks(rows: "QuerySet[SafetyCheck]") -> "QuerySet[SafetyCheck]":
    """Of each matter of a house only the last check: the one whose day to come still counts."""
    later = SafetyCheck.objects.filter(
        Q(checked_on__gt=OuterRef("checked_on"))
        | Q(checked_on=OuterRef("checked_on"), pk__gt=OuterRef("pk")),
        centre=OuterRef("centre"), subject=OuterRef("subject"),
    )  # fmt: skip
    return rows.filter(~Exists(later))


def houses_to_edit(actor: Actor, today: date) -> "QuerySet[Centre]":
    """With `rooms` in use and `overdue`: since when a safety check is late."""
    late = latest_checks(SafetyCheck.objects.filter(centre=OuterRef("pk"), next_on__lt=today))
    in_use = Q(spaces__retired_on__isnull=True) | Q(spaces__retired_on__gt=today)
    in_use &= Q(spaces__kind=Space.Kind.ROOM)
    rows = actor.rows(Centre, EDITS).select_related("node__parent").order_by("sort", "pk")
    return rows.annotate(
        rooms=Count("spaces", filter=in_use, distinct=True),
        largest=Max("spaces__capacity", filter=in_use),
        overdue=Subquery(late.order_by("next_on").values("next_on")[:1]),
    )


def seats_without(actor: Actor) -> "QuerySet[Node]":
    """The places of a person where no house stands yet."""
    rows = actor.rows(Node, EDITS).filter(kind__in=SEATS, ends_on__isnull=True)
    return rows.filter(centre__isnull=True).order_by("path")


def rooms_of_house(centre: Centre) -> list[Space]:
    """Rooms with `pool_pks`, in their order; three queries."""
    rows = centre.spaces.filter(kind=Space.Kind.ROOM)
    rows = rows.select_related("zone", "policy").prefetch_related("pools", "features")
    return list(rows.order_by(F("retired_on").asc(nulls_first=True), "sort", "pk"))


def pictured(model: type[Centre] | type[Space]) -> Coalesce:
    """How many pictures a row has."""
    mine = StoredFile.objects.filter(
        subject_label=model._meta.label, type__in=IMAGES,
        subject_pk=Cast(OuterRef("pk"), CharField()),
    ).order_by().values("subject_label").annotate(count=Count("pk")).values("count")  # fmt: skip
    return Coalesce(Subquery(mine), 0)


def house_whole(actor: Actor, pk: int) -> Centre | None:
    """A house as its keepers see it, with `photos`."""
    rows = actor.rows(Centre, EDITS).select_related("node__parent").filter(pk=pk)
    return rows.annotate(photos=pictured(Centre)).first()


@dataclass(frozen=True)
class Fitted:
    """A room in the list of its house; what it is made of and has comes from the layout."""

    row: Space
    parts: list[str]
    features: tuple[str, ...]
    own_hours: bool
    is_over: bool


def rooms_fitted(centre: Centre, own: Container[int | None], today: date) -> list[Fitted]:
    """With `photos` on the row. `own`: the rooms with hours of their own. One query."""
    rows = centre.spaces.filter(kind=Space.Kind.ROOM).select_related("zone", "policy")
    rows = rows.annotate(photos=pictured(Space))
    listed = list(rows.order_by(F("retired_on").asc(nulls_first=True), "sort", "pk"))
    known = laid_out(centre.pk, centre.layout_stamp).rooms
    pools = {row.pk: set(known[row.pk].pools) for row in listed if row.pk in known}
    return [
        Fitted(
            row,
            [one.name for one in listed if one.pk != row.pk
             and pools.get(one.pk) and pools[one.pk] < pools.get(row.pk, set())],
            known[row.pk].feature_names if row.pk in known else (),
            row.pk in own,
            row.retired_on is not None and row.retired_on <= today,
        )
        for row in listed
    ]  # fmt: skip


def parts_of(room: Space, rooms: Iterable[Space]) -> list[Space]:
    """The rooms of which this one is made; none where it is one by itself. Pools are prefetched."""
    mine = pools_of(room)
    others = [(one, pools_of(one)) for one in rooms if one.pk != room.pk]
    return [one for one, theirs in others if theirs and theirs < mine]


def pools_of(room: Space) -> set[int]:
    return {pool.pk for pool in room.pools.all()}


def pools_of_parts(centre: Centre, pks: Iterable[int]) -> "QuerySet[Pool]":
    return Pool.objects.filter(centre=centre, spaces__in=list(pks)).distinct()


def could_be_parts(centre: Centre, room: Space | None) -> "QuerySet[Space]":
    """Rooms that are one by themselves; what is made of others is no part of a third."""
    rows = Space.objects.filter(centre=centre, kind=Space.Kind.ROOM)
    rows = rows.annotate(count=Count("pools")).filter(count=1)
    return (rows.exclude(pk=room.pk) if room else rows).order_by("sort", "pk")


def still_to_come(space_pks: Sequence[int], since: datetime) -> list[Booking]:
    """Accepted bookings of these rooms that are not over by a moment."""
    booked = BookedSpace.objects.filter(space__in=space_pks).values("booking")
    rows = Booking.objects.filter(pk__in=booked, state__in=Booking.HOLDING, holds_until__gt=since)
    return list(rows.select_related("organisation", "on_behalf").order_by("starts_at", "pk"))


def shut_later(space_pk: int, since: datetime) -> bool:
    return Closure.objects.filter(
        spaces=space_pk, ends_at__gt=since, lifted_at__isnull=True
    ).exists()


def outside(house: Layout, now: datetime) -> dict[int, Booking]:
    """Accepted bookings to come for whose time a room of theirs is not open; two queries."""
    calendar = Calendar.load() if house.holidays_closed else Calendar.of([])
    rows = BookedSpace.objects.filter(
        booking__centre=house.pk, booking__state__in=Booking.HOLDING, ends_at__gt=now
    )
    found: dict[int, Booking] = {}
    related = rows.select_related("booking__organisation", "booking__on_behalf")
    for one in related.order_by("starts_at", "pk"):
        room = house.rooms[one.space_id]
        if not is_open(house, room, one.starts_at, one.ends_at, calendar):
            found[one.booking_id] = one.booking
    return found


def whose(booking: Booking) -> str:
    body = booking.organisation or booking.on_behalf
    return body.name if body else "居民个人"


@dataclass(frozen=True)
class Line:
    """A booking in a list of those that stand in the way."""

    when: str
    title: str
    holder: str
    pk: int


def lines(bookings: Iterable[Booking]) -> list[Line]:
    told = []
    for one in bookings:
        start, end = timezone.localtime(one.starts_at), timezone.localtime(one.ends_at)
        until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%m-%d %H:%M}"
        told.append(Line(f"{start:%Y-%m-%d %H:%M}–{until}", one.title, whose(one), one.pk))
    return told


def week_of(openings: Iterable[Opening], space_pk: int | None) -> list[str]:
    """Monday to Sunday as people write them: "09:00-12:00 14:00-21:00"."""
    mine = [one for one in openings if one.space_id == space_pk]
    return [
        " ".join(f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in mine if one.weekday == weekday)
        for weekday in range(len(WEEKDAYS))
    ]


def openings_of(centre: Centre) -> list[Opening]:
    return list(centre.openings.order_by("weekday", "opens"))


def photos_of(space_pks: Iterable[int]) -> dict[int, list[StoredFile]]:
    """Room -> its pictures, the first one first; one query."""
    return photos_of_house(0, space_pks)[1]


def photos_of_house(
    centre_pk: int, space_pks: Iterable[int] = ()
) -> tuple[list[StoredFile], dict[int, list[StoredFile]]]:
    """The pictures of the house itself, and of its rooms by their keys; one query."""
    keys = [str(pk) for pk in space_pks]
    whose = Q(subject_label=Centre._meta.label, subject_pk=str(centre_pk))
    whose |= Q(subject_label=Space._meta.label, subject_pk__in=keys)
    house, rooms = list[StoredFile](), {int(key): list[StoredFile]() for key in keys}
    for row in StoredFile.objects.filter(whose, type__in=IMAGES).order_by("id"):
        of_house = row.subject_label == Centre._meta.label
        (house if of_house else rooms[int(row.subject_pk)]).append(row)
    return house, rooms


def checks_to_come(first: date, last: date) -> "QuerySet[SafetyCheck]":
    """The last check of each matter, where the next is due within two days, both included."""
    rows = SafetyCheck.objects.filter(next_on__range=(first, last))
    standing = rows.filter(Q(centre__closed_on__isnull=True) | Q(centre__closed_on__gt=first))
    return latest_checks(standing).select_related("centre__node").order_by("next_on", "pk")


def house_to_operate(actor: Actor, pk: int) -> Centre | None:
    rows = actor.rows(Centre, Permission.BOOKING_OPERATE)
    return rows.select_related("node").filter(pk=pk).first()
