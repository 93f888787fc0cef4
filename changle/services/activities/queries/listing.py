"""Activities as a list, narrowed by what stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.services.activities.models import Activity, Session
from changle.services.activities.queries.plans import activities_seen
from changle.services.activities.queries.sessions import sessions_seen


PAGE = 30
TONES = {  # state -> colour of its seal
    "draft": "calm", "submitted": "near", "returned": "", "approved": "good", "open": "good",
    "full": "near", "ongoing": "good", "ended": "calm", "recording": "near", "verified": "good",
    "counted": "good", "cancelled": "calm", "postponed": "near", "void": "", "planned": "calm",
    "invited": "near", "accepted": "good", "declined": "",
}  # fmt: skip
A_KEY = 15  # digits; of a bigint


@dataclass(frozen=True)
class Filters:
    q: str = ""
    state: str = ""
    street: int = 0
    when: str = "coming"  # coming, past or all: by the sessions

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        street, state = asked.get("street", ""), asked.get("state", "")
        sound = street.isascii() and street.isdigit() and len(street) <= A_KEY
        when = asked.get("when", "")
        return cls(
            q=" ".join(asked.get("q", "").replace("\x00", " ").split())[:60],
            state=state if state in Activity.State.values else "",
            street=int(street) if sound else 0,
            when=when if when in {"past", "all"} else "coming",
        )

    def asked(self) -> dict[str, str]:
        told = {"q": self.q, "state": self.state, "street": str(self.street or "")}
        told["when"] = "" if self.when == "coming" else self.when
        return {name: value for name, value in told.items() if value}


def listed(actor: Actor, filters: Filters, today: date) -> "QuerySet[Activity]":
    """With the first day to come, or the last, and how many sessions there are."""
    rows = activities_seen(actor).annotate(
        count=Count("sessions"),
        next_at=Min("sessions__starts_at", filter=Q(sessions__on__gte=today)),
        first_at=Min("sessions__starts_at"),
    )
    if filters.q:
        rows = rows.filter(Q(title__icontains=filters.q) | Q(lead__name__icontains=filters.q))
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.street:
        street = Session.objects.filter(street=filters.street).values("activity")
        rows = rows.filter(pk__in=street)
    if filters.when == "coming":
        live = ("draft", "submitted", "returned", "approved", "open", "postponed")
        return rows.filter(state__in=live).order_by("next_at", "pk")
    if filters.when == "past":
        rows = rows.filter(state__in=("ended", "counted", "cancelled", "void"))
    return rows.order_by("-first_at", "-pk")


def page_of(rows: "QuerySet[Activity]", text: str) -> tuple[list[Activity], int]:
    """One page by its number, and the number of the next or 0."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004
    found = list(rows[number * PAGE : (number + 1) * PAGE + 1])
    return found[:PAGE], number + 1 if len(found) > PAGE else 0


def activity_seen(actor: Actor, pk: int) -> Activity | None:
    rows = activities_seen(actor).select_related(
        "lead", "organisation", "place", "series", "field", "theme", "method", "matter_type",
        "matter", "reviewed_by", "planned_by",
    )  # fmt: skip
    return rows.filter(pk=pk).first()


def sessions_of(activity: Activity) -> "QuerySet[Session]":
    rows = Session.objects.filter(activity=activity).select_related("place", "booking")
    return rows.order_by("starts_at", "pk")


def session_seen(actor: Actor, pk: int) -> Session | None:
    rows = sessions_seen(actor).select_related(
        "booking", "booking__centre", "verified_by", "handed_in_by", "for_place",
        "activity__organisation", "activity__place",
    )  # fmt: skip
    return rows.filter(pk=pk).first()


def history_of(label: str, keys: list[int]) -> "QuerySet[LogEntry]":
    told = [str(pk) for pk in keys]
    rows = LogEntry.objects.filter(subject_label=label, subject_id__in=told)
    return rows.exclude(verb__in=("sign_up", "fill", "free")).order_by("-id")[:60]


def coming_days(now: datetime, actor: Actor) -> "QuerySet[Session]":
    """The sessions of the next days, for who runs or watches them."""
    return sessions_seen(actor).filter(ends_at__gt=now, state__in=Session.SHOWN)
