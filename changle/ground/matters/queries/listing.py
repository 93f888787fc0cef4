"""Reports as a list and as days to come."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.periods import Period
from changle.core.reach import Actor
from changle.ground.matters.models import Matter
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import key_of
from changle.ground.territory.roles import Permission


PAGE = 40
FIELDS = ("organisation__node", "organisation__street", "type")
MOST_COMING = 500
A_MONTH = re.compile(r"(?P<year>(19|20|21)[0-9]{2})-(?P<month>0[1-9]|1[0-2])")
NEVER_SHOWN = ("draft", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked of the list; the names are those of the address."""

    q: str = ""
    state: str = ""
    type: int | None = None
    street: int | None = None
    late: str = ""  # "1": reported late
    month: str = ""  # "2026-11": in which the event takes place

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Filters":
        """From the address; what cannot be meant is left out."""
        text = {
            n: str(told.get(n, "")).replace("\x00", "").strip()[:60]
            for n in cls.__dataclass_fields__
        }
        return cls(
            q=text["q"],
            state=text["state"] if text["state"] in Matter.State.values else "",
            type=key_of(text["type"]),
            street=key_of(text["street"]),
            late="1" if text["late"] == "1" else "",
            month=text["month"] if month_of(text["month"]) else "",
        )  # fmt: skip

    def asked(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}


def month_of(text: str) -> Period | None:
    """The month of "2026-11"; None where it is none."""
    found = A_MONTH.fullmatch(text)
    return Period.month(int(found["year"]), int(found["month"])) if found else None


def seen(actor: Actor) -> "QuerySet[Matter]":
    """What a person sees: drafts only of the bodies for which they report."""
    own = actor.rows(Matter, Permission.MATTER_REPORT).values("pk")
    return actor.rows(Matter, Permission.MATTER_VIEW).exclude(
        Q(state=Matter.State.DRAFT) & ~Q(pk__in=own)
    )


def listed(actor: Actor, filters: Filters) -> "QuerySet[Matter]":
    """The newest events first."""
    rows = seen(actor)
    plain = {
        "state": filters.state,
        "type_id": filters.type,
        "organisation__street_id": filters.street,
        "is_late": bool(filters.late),
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if filters.month:
        period = month_of(filters.month)
        if period is not None:
            rows = rows.filter(starts_at__gte=period.starts_at, starts_at__lt=period.ends_at)
    for word in filters.q.split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(organisation__search_text__contains=word.lower())
        )
    return rows.order_by("-pk")


def page_of(rows: "QuerySet[Matter]", after: str) -> tuple[list[Matter], int | None]:
    """The rows below a key, and the key of the next page."""
    last = key_of(after)
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.select_related(*FIELDS)[: PAGE + 1])
    shown = found[:PAGE]
    return shown, (shown[-1].pk if len(found) > PAGE else None)


def of_body(actor: Actor, body: Organisation) -> "QuerySet[Matter]":
    return seen(actor).filter(organisation=body).order_by("-pk")


def coming(actor: Actor, period: Period) -> "QuerySet[Matter]":
    """The events of a period that have been reported and not called off."""
    rows = seen(actor).filter(starts_at__lt=period.ends_at, type__is_event=True)
    rows = rows.filter(
        Q(ends_at__gt=period.starts_at) | Q(ends_at__isnull=True, starts_at__gte=period.starts_at)
    )
    rows = rows.exclude(state__in=(*NEVER_SHOWN, "cancelled")).select_related(*FIELDS)
    return rows.order_by("starts_at", "pk")[:MOST_COMING]  # fmt: skip


def by_day(rows: "QuerySet[Matter]", period: Period) -> list[tuple[date, list[Matter]]]:
    """Each day on which something takes place; what lasts several days stands on each."""
    days: dict[date, list[Matter]] = {}
    for row in rows:
        if row.starts_at is None:
            continue
        first = max(timezone.localdate(row.starts_at), period.start)
        ends = timezone.localdate(row.ends_at - timedelta(seconds=1)) if row.ends_at else first
        last = min(max(ends, first), period.last_day)
        for step in range((last - first).days + 1):
            days.setdefault(first + timedelta(days=step), []).append(row)
    return sorted(days.items())
