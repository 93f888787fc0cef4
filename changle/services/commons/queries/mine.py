"""The bookings of a person, of their side, of their house; and one of them, whole."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission
from changle.services.commons.models import BookedThing, Booking, Space


MOST_ON_A_PAGE = 50
MOST_DEEDS = 50
SIDES = [("mine", "我预约的"), ("ours", "我们单位的"), ("house", "我们中心的")]
verbs.update({"book": "预约场地", "book_series": "循环预约"})
TONES = {
    "approved": "good", "checked_in": "good", "closed": "calm", "checked_out": "calm",
    "requested": "near", "waitlisted": "near", "offered": "near", "cancelled": "calm",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is looked for in the list."""

    side: str = "mine"
    when: str = "coming"  # coming, past
    state: str = ""
    page: int = 0


def bookings_of(actor: Actor, asked: Asked, now: datetime) -> "QuerySet[Booking]":
    """A page of them and one more, which tells that there is a next page."""
    rows = actor.rows(Booking, Permission.BOOKING_VIEW)
    if asked.side == "mine":
        rows = rows.filter(Q(booked_by=actor.user_id) | Q(person=actor.user_id))
    else:
        rows = rows.filter(at_side(actor, asked.side))
    coming = asked.when != "past"
    rows = rows.filter(ends_at__gt=now) if coming else rows.filter(ends_at__lte=now)
    if asked.state:
        rows = rows.filter(state=asked.state)
    order = ("starts_at", "pk") if coming else ("-starts_at", "-pk")
    first = asked.page * MOST_ON_A_PAGE
    rows = rows.select_related("centre", "organisation", "on_behalf", "person")
    return rows.prefetch_related("spaces").order_by(*order)[first : first + MOST_ON_A_PAGE + 1]


def at_side(actor: Actor, side: str) -> Q:
    anchors = ("centre__node",) if side == "house" else ("organisation__node", "on_behalf")
    within = Q(pk__in=[])
    for path in actor.reach.get(Permission.BOOKING_VIEW, ()):
        for anchor in anchors:
            within |= Q((f"{anchor}__path__under", path))
    return within


def booking_of(actor: Actor, pk: int) -> Booking | None:
    """With all that its page and its anchors ask for."""
    rows = actor.rows(Booking, Permission.BOOKING_VIEW)
    return rows.select_related(
        "centre__node", "organisation__node", "on_behalf", "person", "booked_by", "series", "no_show"
    ).filter(pk=pk).first()  # fmt: skip


def spaces_of(booking: Booking) -> list[Space]:
    return list(booking.spaces.order_by("sort", "pk"))


def things_booked(booking: Booking) -> list[BookedThing]:
    return list(booking.booked_things.select_related("pool").order_by("pool__thing__sort", "pool"))


def deeds_of(booking: Booking) -> "QuerySet[LogEntry]":
    entries = LogEntry.objects.filter(subject_label=Booking._meta.label, subject_id=str(booking.pk))
    return entries.order_by("-id")[:MOST_DEEDS]


def others_of_series(actor: Actor, booking: Booking) -> "QuerySet[Booking]":
    rows = actor.rows(Booking, Permission.BOOKING_VIEW)
    return rows.filter(series=booking.series_id or 0).order_by("starts_at", "pk")


def names_of(actor: Actor) -> list[Node]:
    """The places and bodies at which somebody may book: those of their own posts."""
    paths = actor.reach.get(Permission.BOOKING_MAKE, ())
    rows = actor.rows(Node, Permission.BOOKING_MAKE).filter(path__in=paths)
    return list(rows.select_related("organisation").order_by("path"))


def body_called(actor: Actor, text: str) -> list[Organisation]:
    """The bodies within one's reach that bear a name or a code; two at most are fetched."""
    rows = actor.rows(Organisation, Permission.BOOKING_MAKE).select_related("node")
    called = Q(name=text) | Q(short_name=text) | Q(uscc=text.upper()) | Q(filing_number=text)
    return list(rows.filter(called).exclude(merged_into__isnull=False).order_by("pk")[:2])


def contact_of(actor: Actor) -> tuple[str, str]:
    """The name and telephone number with which a form begins."""
    user = User.objects.filter(pk=actor.user_id).values_list("name", "phone").first()
    return user or ("", "")
