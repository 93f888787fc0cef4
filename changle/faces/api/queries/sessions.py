"""Sessions, sign-ups and check-ins as the API tells them."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from changle.ground.territory.models import Node
from changle.services.activities.actions.doors import CheckIn
from changle.services.activities.models import Session, SignUp
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.sessions import whats_on


def home_of(pk: int) -> Node | None:
    return Node.objects.filter(pk=pk).first()


def sessions_on(now: datetime, *, path: str, field: str) -> "QuerySet[Session]":
    """What is public and yet to come, held at or below a path."""
    rows = whats_on(now)
    if path:
        rows = rows.filter(Q(("place__path__under", path)))
    return rows.filter(activity__field__code=field) if field else rows


def item(row: Session) -> dict[str, Any]:
    activity = row.activity
    return {
        "id": row.pk,
        "title": row.title,
        "state": row.state,
        "state_label": row.state_label(),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "lead": {"id": activity.lead.pk, "name": activity.lead.name},
        "place": {"id": row.place.pk, "name": row.place.name},
        "field": activity.field.code if activity.field else "",
        "capacity": row.capacity,
        "free": row.free,
        "needs_sign_up": row.needs_sign_up,
    }


def signed(row: SignUp) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "state_label": row.state_label(),
        "code": ticket_code(row.pk),
    }


def came(done: CheckIn) -> dict[str, Any]:
    row = done.attendance
    return {
        "id": row.pk,
        "first": done.first,
        "came_at": row.came_at.isoformat(),
        "method": row.method,
        "name": done.name,
    }
