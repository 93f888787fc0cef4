"""What everybody may read of the houses: what they are and when they are open, and of nobody."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from changle.core.calendar import Calendar
from changle.core.files import IMAGES, StoredFile
from changle.ground.territory.models import Node
from changle.services.commons.models import BookedSpace, Booking, Centre, Policy, Space
from changle.services.commons.queries.hours import DAY, OpenDay, days, hours_on
from changle.services.commons.queries.houses import WEEKDAYS, openings_of, photos_of_house
from changle.services.commons.queries.layout import NONE, Hours, Layout, Room, differing, layout
from changle.services.commons.queries.rules import spoken


SHOWN_DAYS = 7
DAYS_OF_SCHEMA = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What could end a script element or a line of it, as JSON may write it too.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def open_houses(today: date) -> "QuerySet[Centre]":
    return Centre.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=today), is_public=True)


def street_of(node: Node) -> str:
    """The street in which a house stands."""
    above = node if node.kind == Node.Kind.STREET else node.parent
    return above.name if above is not None else node.name


def houses_by_street(today: date) -> list[tuple[str, list[Centre]]]:
    """With `rooms` and `largest`; one query."""
    in_use = Q(spaces__retired_on__isnull=True) | Q(spaces__retired_on__gt=today)
    in_use &= Q(spaces__kind=Space.Kind.ROOM)
    rows = open_houses(today).select_related("node__parent").order_by("sort", "pk")
    told: dict[str, list[Centre]] = {}
    for row in rows.annotate(
        rooms=Count("spaces", filter=in_use), largest=Max("spaces__capacity", filter=in_use)
    ):
        told.setdefault(street_of(row.node), []).append(row)
    return list(told.items())


def public_house(pk: int, today: date) -> Centre | None:
    return open_houses(today).filter(pk=pk).select_related("node__parent").first()


@dataclass(frozen=True)
class Day:
    on: date
    name: str
    hours: str  # "" where it is closed
    why: str
    is_today: bool


@dataclass(frozen=True)
class Shown:
    """A room as everybody sees it."""

    row: Space
    features: tuple[str, ...]
    rules: list[str]
    today: str  # its hours of today where they are not the house's
    photos: list[StoredFile] = field(default_factory=list)


def told(hours: Hours) -> str:
    return "、".join(
        f"{opens:%H:%M}–{'次日 ' if closes <= opens and closes != time(0) else ''}{spelt(closes)}"
        for opens, closes in hours
    )


def spelt(closes: time) -> str:
    return "24:00" if closes == time(0) else f"{closes:%H:%M}"


def whole(centre: Centre) -> Room:
    """The house as if it were one room: its own hours and its own special days."""
    openings = openings_of(centre)
    week = tuple(
        tuple((o.opens, o.closes) for o in openings if o.space_id is None and o.weekday == weekday)
        for weekday in range(len(WEEKDAYS))
    )
    exceptions = list(centre.exceptions.filter(space__isnull=True).order_by("on", "opens", "pk"))
    return Room(
        pk=0, name=centre.name, capacity=0, policy=Policy(), pools=(), features=frozenset(),
        feature_names=(), setup_minutes=0, cleanup_minutes=0, is_accessible=False, zone="",
        retired_on=None, week=week, exceptions=differing(0, exceptions),
    )  # fmt: skip


def week_from(house: Layout, room: Room, today: date, calendar: Calendar) -> list[Day]:
    """Today and the days to come."""
    found = []
    for on in days(today, today + (SHOWN_DAYS - 1) * DAY):
        here: OpenDay = hours_on(house, room, on, calendar)
        found.append(
            Day(on, WEEKDAYS[on.weekday()], told(here.hours), here.why, is_today=on == today)
        )
    return found


def rules_of(policy: Policy) -> list[str]:
    """The rules of a room in words, for who thinks of booking it."""
    lines = [
        "须经审批" if policy.needs_approval else "直接预约，不用审批",
        f"提前 {policy.hours_ahead} 小时至 {policy.days_ahead} 天",
        f"一次 {spoken(policy.shortest)}至 {spoken(policy.longest)}",
    ]
    if policy.per_month is not None:
        lines.append(f"每家每月至多 {policy.per_month} 次")
    if policy.hours_per_month is not None:
        lines.append(f"每家每月至多 {policy.hours_per_month} 小时")
    lines.append("居民个人可订" if policy.residents_may else "以组织名义预约")
    return lines


@dataclass(frozen=True)
class Page:
    week: list[Day]
    zones: list[tuple[str, str, list[Shown]]]  # name, purpose, rooms; "" for those in none
    rooms: int
    json_ld: SafeString
    photos: list[StoredFile] = field(default_factory=list)  # of the house itself


def page_of(centre: Centre, today: date, address: str) -> Page:
    house = layout(centre.pk)
    if house is None:
        return Page([], [], 0, SafeString("{}"))
    calendar = Calendar.load() if centre.holidays_closed else Calendar.of([])
    room = whole(centre)
    week = week_from(house, room, today, calendar)
    pictures, shown = rooms_shown(centre, house, today, calendar, week[0])
    zones = [
        (zone.name, zone.purpose, [one for one in shown if one.row.zone_id == zone.pk])
        for zone in centre.zones.order_by("sort", "pk")
    ]
    zones.append(("", "", [one for one in shown if one.row.zone_id is None]))
    return Page(
        week, [zone for zone in zones if zone[0] or zone[2]], len(shown),
        json_ld(centre, room, shown, address, pictures), pictures,
    )  # fmt: skip


def rooms_shown(
    centre: Centre, house: Layout, today: date, calendar: Calendar, usual: Day
) -> tuple[list[StoredFile], list[Shown]]:
    """The pictures of the house, and its rooms with theirs."""
    in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=today)
    rooms = centre.spaces.filter(in_use, kind=Space.Kind.ROOM).select_related("policy")
    rows = list(rooms.order_by("sort", "pk"))
    of_house, pictures = photos_of_house(centre.pk, [row.pk for row in rows])
    found = []
    for row in rows:
        room = house.rooms[row.pk]
        here = hours_on(house, room, today, calendar)
        hours = told(here.hours) or here.why or "不开放"
        differs = hours if told(here.hours) != usual.hours else ""
        found.append(
            Shown(row, room.feature_names, rules_of(row.policy), differs, pictures[row.pk])
        )
    return of_house, found


def json_ld(
    centre: Centre, room: Room, shown: Iterable[Shown], address: str, photos: Iterable[StoredFile]
) -> SafeString:
    """The house as schema.org says it, safe inside a script element."""
    site = address.partition("/centres/")[0]
    rooms = list(shown)
    hours = [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"https://schema.org/{DAYS_OF_SCHEMA[weekday]}",
            "opens": f"{opens:%H:%M}",
            "closes": f"{closes:%H:%M}",
        }
        for weekday, spans in enumerate(room.week)
        for opens, closes in spans
    ]
    features = list(dict.fromkeys(name for one in rooms for name in one.features))
    place = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressLocality": street_of(centre.node),
        "streetAddress": centre.address,
    }
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CivicStructure",
        "@id": address,
        "url": address,
        "name": centre.name,
        "description": centre.about,
        "telephone": centre.phone,
        "address": {key: value for key, value in place.items() if value},
        "openingHoursSpecification": hours,
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": name, "value": True}
            for name in features
        ],
        "image": [f"{site}{reverse('commons:photo', args=[one.public_id])}" for one in photos],
        "maximumAttendeeCapacity": max((one.row.capacity for one in rooms), default=0),
    }
    text = json.dumps({key: value for key, value in data.items() if value}, ensure_ascii=False)
    return SafeString(text.translate(ESCAPES))


def public_photo(public_id: UUID, today: date) -> StoredFile | None:
    """A picture of a house or a room that is shown to everybody."""
    whose = (Space._meta.label, Centre._meta.label)
    row = StoredFile.objects.filter(
        public_id=public_id, subject_label__in=whose, type__in=IMAGES
    ).first()
    if row is None:
        return None
    if row.subject_label == Centre._meta.label:
        shown = open_houses(today).filter(pk=row.subject_pk).exists()
    else:
        in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=today)
        rooms = Space.objects.filter(in_use, pk=row.subject_pk, centre__in=open_houses(today))
        shown = rooms.exists()
    return row if shown else None


def programme_of(centre: Centre, on: date) -> list[tuple[str, str, str, str]]:
    """A day of the house for its wall: time, room, what, whose. What is not open is only taken."""
    start = timezone.make_aware(datetime.combine(on, time.min))
    end = start + timedelta(days=1)
    rows = BookedSpace.objects.filter(
        booking__centre=centre, booking__state__in=(*Booking.HOLDING, *Booking.USED),
        starts_at__lt=end, ends_at__gt=start,
    ).exclude(booking__state=Booking.State.OFFERED)  # fmt: skip
    found = []
    for begins, ends, name, title, is_open, body, node in rows.order_by(
        "starts_at", F("space__sort").asc(), "pk"
    ).values_list(
        "starts_at", "ends_at", "space__name", "booking__title", "booking__is_open",
        "booking__organisation__name", "booking__on_behalf__name",
    ):  # fmt: skip
        when = f"{clock(begins, start, end)}–{clock(ends, start, end)}"
        what, who = (title, body or node or "") if is_open else ("已预约", "")
        found.append((when, name, what, who))
    return found


def clock(at: datetime, start: datetime, end: datetime) -> str:
    """The time of day, where it lies within the day; else its bound."""
    if at <= start:
        return "00:00"
    return "24:00" if at >= end else f"{timezone.localtime(at):%H:%M}"


def usual_hours(room: Room) -> list[tuple[str, str]]:
    """Weekday -> hours, for a sheet of paper."""
    return [
        (name, told(hours) or "不开放")
        for name, hours in zip(WEEKDAYS, room.week or (NONE,) * len(WEEKDAYS), strict=True)
    ]
