"""Bookings as a calendar that programs subscribe to (RFC 5545, RFC 7986)."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.calendar.ics import escape, fold
from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission
from changle.services.commons.models import BookedSpace, Booking, Closure, FeedToken
from changle.services.commons.queries.finding import visible
from changle.services.commons.queries.hours import DAY, Span, moment
from changle.services.commons.queries.layout import Layout, laid_out, layouts
from changle.services.commons.queries.uses import ABOUT, LONGEST, Reading


BEHIND, AHEAD = 30 * DAY, 180 * DAY
LINE = 75  # octets of a line, RFC 5545 3.1
State = Booking.State
GONE = (State.CANCELLED, State.DISPLACED, State.REJECTED, State.EXPIRED)
# A later status bears a higher number, so that programs believe it.
STATUSES = {State.REQUESTED: ("TENTATIVE", 0), State.WAITLISTED: ("TENTATIVE", 0),
            State.OFFERED: ("TENTATIVE", 1), **dict.fromkeys(GONE, ("CANCELLED", 3))}  # fmt: skip
CONFIRMED = ("CONFIRMED", 2)
UNSEEN = {State.REQUESTED, State.WAITLISTED, State.REJECTED, State.EXPIRED}  # held nothing
COLUMNS = (*ABOUT, "state_since", "centre__name", "centre__node__path", "booked__space__name")
CONTROLS = dict.fromkeys([*range(10), *range(11, 32), 127])
verbs.update({"add_feed": "建立日历订阅", "end_feed": "撤销日历订阅"})


@dataclass(frozen=True, kw_only=True)
class Event:
    uid: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    place: str
    status: tuple[str, int] = CONFIRMED
    note: str = ""
    path: str = ""  # of its page, where the reader may open it


def hashed(clear: str) -> str:
    """As the table keeps it: an address of 256 random bits cannot be guessed back."""
    return hashlib.sha256(clear.encode()).hexdigest()


def feed_of(clear: str, about: str = FeedToken.About.VENUES) -> FeedToken | None:
    """The living feed of a living account, with all that reading it asks for."""
    rows = FeedToken.objects.select_related("user", "centre", "space__centre")
    living = rows.filter(hash=hashed(clear), about=about, revoked_at=None)
    return living.filter(user__is_active=True).first()


def feeds_of(actor: Actor, about: str = FeedToken.About.VENUES) -> "QuerySet[FeedToken]":
    """The living feeds of a person, the newest first."""
    rows = actor.rows(FeedToken, Permission.BOOKING_VIEW).filter(about=about, revoked_at=None)
    return rows.select_related("centre", "space__centre").order_by("-created_at", "-pk")


def houses_seen(actor: Actor) -> list[Layout]:
    return [house for house in layouts() if visible(house, actor)]


def subject(feed: FeedToken) -> str:
    """What it is a calendar of."""
    if feed.space is not None:
        return f"{feed.space.centre.name} {feed.space.name}"
    return feed.centre.name if feed.centre is not None else "我的场地预约"


def events_of(feed: FeedToken, actor: Actor, now: datetime) -> list[Event] | None:
    """All that the feed tells; none where its house is no longer to be seen."""
    today = moment(timezone.localdate(now), time.min)
    span = today - BEHIND, today + AHEAD
    centre = feed.space.centre if feed.space is not None else feed.centre
    if centre is None:
        return list(bookings_told(own(actor, span), actor, span))
    house = laid_out(centre.pk, centre.layout_stamp)
    if not visible(house, actor):
        return None
    spaces = sharing(house, feed.space_id) if feed.space_id else set(house.rooms)
    rows = within(Booking.objects.filter(centre=house.pk), span)
    if feed.space_id:
        booked = BookedSpace.objects.filter(space__in=spaces, starts_at__lt=span[1])
        booked = booked.filter(starts_at__gt=span[0] - LONGEST)
        rows = rows.filter(pk__in=booked.values("booking"))
    told = [*bookings_told(rows, actor, span, house=True), *closures(house, spaces, span)]
    return sorted(told, key=lambda event: (event.starts_at, event.uid))


def sharing(house: Layout, pk: int) -> set[int]:
    """The rooms with which this one shares walls, itself among them."""
    pools = set(house.rooms[pk].pools)
    return {room.pk for room in house.rooms.values() if pools & set(room.pools)}


def within(rows: "QuerySet[Booking]", span: Span) -> "QuerySet[Booking]":
    start, end = span
    return rows.filter(starts_at__gt=start - LONGEST, starts_at__lt=end, ends_at__gt=start)


def own(actor: Actor, span: Span) -> "QuerySet[Booking]":
    """What a person booked or has, and what the bodies and places of their posts have."""
    paths = actor.reach.get(Permission.BOOKING_MAKE, ())
    theirs = Q(booked_by=actor.user_id) | Q(person=actor.user_id)
    if paths:
        places = Node.objects.filter(path__in=paths)
        theirs |= Q(organisation__in=Organisation.objects.filter(node__in=places))
        theirs |= Q(on_behalf__in=places)
    return within(actor.rows(Booking, Permission.BOOKING_VIEW).filter(theirs), span)


def bookings_told(
    rows: "QuerySet[Booking]", actor: Actor, span: Span, *, house: bool = False
) -> Iterator[Event]:
    """One query. `house`: of a house or room, where others read that it is taken, and no more."""
    rows = rows.filter(~Q(state__in=GONE) | Q(state_since__gte=span[0]))
    told = rows.order_by("starts_at", "pk", "booked__space__sort", "booked__space_id")
    for pk, booked in groupby(told.values_list(*COLUMNS).iterator(), key=lambda row: row[0]):
        found = list(booked)
        *about, changed, centre, path, _room = found[0]
        state, starts, ends = about[4:7]
        use = Reading(path or "", actor).use(starts, ends, about)
        if house and (state == State.WAITLISTED or (not use.booking_id and state in UNSEEN)):
            continue
        rooms = "、".join(row[-1] for row in found if row[-1])
        yield Event(
            uid=f"booking-{pk}", starts_at=starts, ends_at=ends, changed_at=changed,
            summary=use.text(), place=f"{centre} {rooms}", status=STATUSES.get(state, CONFIRMED),
            note=State(state).label if use.booking_id else "",
            path=f"/desk/bookings/{pk}/" if use.booking_id else "",
        )  # fmt: skip


def closures(house: Layout, spaces: Iterable[int], span: Span) -> Iterator[Event]:
    """When rooms are not to be had; one query."""
    start, end = span
    rows = Closure.objects.filter(
        centre=house.pk, spaces__in=list(spaces), starts_at__lt=end, ends_at__gt=start
    )
    columns = ("pk", "starts_at", "ends_at", "recorded_at", "lifted_at", "reason", "spaces__name")
    told = rows.order_by("starts_at", "pk", "spaces__sort", "spaces__pk")
    for pk, closed in groupby(told.values_list(*columns), key=lambda row: row[0]):
        found = list(closed)
        _pk, starts, ends, recorded, lifted, reason, _room = found[0]
        yield Event(
            uid=f"closure-{pk}", starts_at=starts, ends_at=ends, changed_at=lifted or recorded,
            summary=f"停用：{reason}", status=STATUSES[State.CANCELLED] if lifted else CONFIRMED,
            place=f"{house.name} {'、'.join(row[-1] for row in found)}",
        )  # fmt: skip


def calendar_text(name: str, events: Iterable[Event], *, site: str) -> str:
    """The calendar as a program reads it, alike as long as nothing changes.

    `site`: before the paths of its pages, such as https://example.org
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//changle//venues//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", written("NAME", name), written("X-WR-CALNAME", name),
        "X-WR-TIMEZONE:Asia/Shanghai", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    for event in events:
        lines += event_lines(event, site)
    lines.append("END:VCALENDAR\r\n")
    return "\r\n".join(lines)


def event_lines(event: Event, site: str) -> list[str]:
    status, number = event.status
    changed = utc(event.changed_at)
    lines = [
        "BEGIN:VEVENT", f"UID:{event.uid}@changle", f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}", f"SEQUENCE:{number}", f"DTSTART:{utc(event.starts_at)}",
        f"DTEND:{utc(event.ends_at)}", written("SUMMARY", event.summary),
        written("LOCATION", event.place), f"STATUS:{status}",
    ]  # fmt: skip
    if event.note:
        lines.append(written("DESCRIPTION", event.note))
    if event.path:
        lines.append("\r\n".join(fold(f"URL:{site}{event.path}")))
    lines.append("END:VEVENT")
    return lines


def written(name: str, text: str) -> str:
    """A property of free text, escaped, in lines of at most 75 octets."""
    line = f"{name}:{escape(text.translate(CONTROLS))}"
    return line if len(line.encode()) <= LINE else "\r\n".join(fold(line))


def utc(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.year:04}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}{at.second:02}Z"


def facts(feed: FeedToken) -> dict[str, Any]:
    """As its list tells it."""
    return {"row": feed, "of": subject(feed)}
