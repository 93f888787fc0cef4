"""Public calendars of sessions, for programs that subscribe to them (RFC 5545)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from changle.ground.territory.models import Node
from changle.ground.territory.queries import public_places
from changle.services.activities.models import Session, SignUp
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.showing import GONE, where
from changle.services.activities.queries.whats_on import (
    name_of_organisation,
    name_of_series,
    of_organisation,
)
from changle.services.commons.queries.feeds import Event


BEHIND, AHEAD = timedelta(days=30), timedelta(days=180)
MOST = 500  # events of one calendar


def told(within: Q, now: datetime) -> "QuerySet[Session]":
    """What was published around now; what was called off stays, so that programs strike it out."""
    states = [state for state in Session.State.values if state not in {"planned", "void"}]
    rows = Session.objects.filter(
        within, state__in=states, activity__published_at__isnull=False,
        starts_at__gte=now - BEHIND, starts_at__lt=now + AHEAD,
    )  # fmt: skip
    return rows.select_related("activity", "place").order_by("starts_at", "pk")[:MOST]


def calendar_of(kind: str, pk: int, now: datetime) -> "tuple[str, QuerySet[Session]] | None":
    """The name of a calendar and its sessions; none: there is no such calendar to read."""
    if kind == "streets":
        street = public_places().filter(kind=Node.Kind.STREET, pk=pk).first()
        return (f"{street}的活动", told(Q(street=pk), now)) if street else None
    if kind == "series":
        name = name_of_series(pk)
        return (name, told(Q(activity__series=pk), now)) if name else None
    name = name_of_organisation(pk)
    return (f"{name}的活动", told(of_organisation(pk), now)) if name else None


def events(rows: Iterable[Session]) -> list[Event]:
    """One a session, under one number for good: `sequence` rises with each change of it."""
    stem = reverse("activities:public", args=[0]).removesuffix("0/")
    return [
        Event(
            uid=f"session-{row.pk}", starts_at=row.starts_at, ends_at=row.ends_at,
            changed_at=row.state_since, summary=row.title, place=where(row),
            status=("CANCELLED" if row.state in GONE else "CONFIRMED", row.sequence),
            note=row.activity.about[:500], path=f"{stem}{row.pk}/",
        )
        for row in rows
    ]  # fmt: skip


STRUCK = ("cancelled", "called_off", "expired")


def mine_as_events(rows: Iterable[SignUp]) -> list[Event]:
    """One a sign-up of one's own, with its ticket; what was given up is struck out."""
    stem = reverse("activities:ticket", args=["0"]).removesuffix("0/")
    return [
        Event(
            uid=f"sign-up-{row.pk}", starts_at=row.session.starts_at, ends_at=row.session.ends_at,
            changed_at=max(row.state_since, row.session.state_since),
            summary=f"{row.session.title}（{row.state_label()}）", place=where(row.session),
            status=status_of(row), note=row.participant.masked_name,
            path=f"{stem}{ticket_code(row.pk)}/",
        )
        for row in rows
    ]  # fmt: skip


def status_of(row: SignUp) -> tuple[str, int]:
    """Status and number; the number rises with each change of the sign-up or its session."""
    if row.session.state in GONE or row.state in STRUCK:
        return "CANCELLED", row.session.sequence + 2
    waits = row.state in (SignUp.State.WAITLISTED, SignUp.State.OFFERED)
    return ("TENTATIVE", row.session.sequence) if waits else ("CONFIRMED", row.session.sequence + 1)
