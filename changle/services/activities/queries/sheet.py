"""All that the sheet of one session prints, and what a person may do there."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from changle.core.reach import Actor
from changle.services.activities.models import (
    Attendance,
    Cohost,
    Correction,
    Evidence,
    Expense,
    HeadCount,
    Session,
    SignUp,
)


MOST_ROWS = 300


@dataclass(frozen=True)
class Sides:
    """Where a session may be reached from: its place, its lead, and the sides that agreed."""

    place: str
    lead: str
    others: tuple[str, ...]

    def may(self, actor: Actor, needs: str, *, shared: bool = True) -> bool:
        """Whether they hold it there; `shared`: by a share in the activity too."""
        paths = (self.place, self.lead, *(self.others if shared else ()))
        return any(actor.holds_at(needs, path) for path in paths)


def sides_of(session: Session) -> tuple[Sides, list[Cohost]]:
    """One query; `session.place` and `session.activity.lead` are loaded."""
    rows = Cohost.objects.filter(activity=session.activity_id, state="accepted")
    shares = list(rows.select_related("node").order_by("pk"))
    paths = tuple(str(one.node.path) for one in shares)
    return Sides(str(session.place.path), str(session.activity.lead.path), paths), shares


def evidence_of(session: Session) -> "QuerySet[Evidence]":
    return Evidence.objects.filter(session=session).select_related("file").order_by("pk")


def expenses_of(session: Session) -> "QuerySet[Expense]":
    return Expense.objects.filter(session=session).order_by("pk")


def corrections_of(session: Session) -> "QuerySet[Correction]":
    rows = Correction.objects.filter(session=session).select_related("made_by")
    return rows.order_by("-pk")


def last_count(session: Session) -> HeadCount | None:
    return HeadCount.objects.filter(session=session).order_by("-pk").first()


def people_of(session: Session) -> "QuerySet[SignUp]":
    rows = SignUp.objects.filter(session=session).exclude(state__in=("cancelled", "called_off"))
    return rows.select_related("participant", "attendance").order_by("pk")[:MOST_ROWS]


def methods_of(session: Session) -> list[tuple[str, int]]:
    """How many came by each way, in words."""
    rows = Attendance.objects.filter(session=session).values("method").annotate(count=Count("pk"))
    told = dict(Attendance.Method.choices)
    return [(told[row["method"]], row["count"]) for row in rows.order_by("-count", "method")]
