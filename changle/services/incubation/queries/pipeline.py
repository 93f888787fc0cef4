"""The pipeline as a board, and the story of one body in it."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.filing.models import Filing
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.ground.territory.queries.grants import in_force
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre
from changle.services.incubation.models import Call, Incubatee, Objection, Sheet
from changle.services.incubation.queries.conflicts import conflicts_of
from changle.services.leases.models import Lease


VIEW, EDIT = Permission.INCUBATION_VIEW, Permission.INCUBATION_EDIT
APPLY, SCORE = Permission.INCUBATION_APPLY, Permission.INCUBATION_SCORE
MOST = 400
WITH = ("call__centre__node", "organisation__node", "organisation__street", "lease")
COLUMNS = [
    ("申请", ("applied", "returned")), ("评审", ("review",)), ("公示", ("publicised",)),
    ("签约", ("admitted", "agreement_signed")), ("需求评估", ("diagnosing",)),
    ("在孵", ("incubating", "midterm", "probation")), ("出壳评估", ("exit_review",)),
    ("出壳后跟踪", ("follow_up",)), ("强制退出交接", ("handing_over",)),
]  # fmt: skip
# What the registry did that belongs to a body's way.
OF_THE_BODY = ("convert", "rename", "deregister", "revoke", "lapse", "cancel", "dissolve")
OF_THE_PANEL = ("recuse", "drop_reviewer")  # their reasons are not for the body


@dataclass(frozen=True)
class Card:
    row: Incubatee
    late: int
    days: int  # calendar days in the state


@dataclass(frozen=True)
class Column:
    title: str
    cards: list[Card]
    late: int


def tone(state: str) -> str:
    if state in {"incubating", "follow_up"}:
        return "good"
    return "calm" if state in Incubatee.OVER else "near"


def board(
    actor: Actor, today: date, *, centre: int | None, street: int | None
) -> tuple[list[Column], int]:
    """The columns, and how many rows lie beyond those shown; one query and a count."""
    rows = actor.rows(Incubatee, VIEW).exclude(state__in=Incubatee.OVER)
    if centre:
        rows = rows.filter(call__centre_id=centre)
    if street:
        rows = rows.filter(organisation__street_id=street)
    total = rows.count()
    cards = [
        Card(one, one.overdue_days(today), (today - timezone.localdate(one.state_since)).days)
        for one in rows.select_related(*WITH).order_by("due_on", "state_since", "pk")[:MOST]
    ]
    columns = []
    for title, states in COLUMNS:
        held = [one for one in cards if one.row.state in states]
        columns.append(Column(title, held, sum(one.late > 0 for one in held)))
    return columns, max(0, total - MOST)


def centres_of(actor: Actor, needs: str = VIEW) -> list[tuple[int, str]]:
    rows = actor.rows(Centre, needs).filter(closed_on__isnull=True)
    return list(rows.order_by("sort", "pk").values_list("pk", "name"))


def streets_of(actor: Actor) -> list[tuple[int, str]]:
    rows = actor.rows(Incubatee, VIEW).filter(organisation__street__isnull=False)
    found = rows.values_list("organisation__street_id", "organisation__street__name").distinct()
    return sorted(found, key=lambda pair: pair[0])


def seen(actor: Actor, pk: int, needs: str = VIEW) -> Incubatee | None:
    return actor.rows(Incubatee, needs).select_related(*WITH).filter(pk=pk).first()


def story_of(actor: Actor, row: Incubatee, *, of_the_house: bool) -> list[LogEntry]:
    """A body's way from its filing to its registration as one line, the oldest first."""
    filings = actor.rows(Filing, Permission.FILING_VIEW).filter(organisation=row.organisation_id)
    told = [
        Q(subject_label=row._meta.label, subject_id=str(row.pk)),
        Q(subject_label=Organisation._meta.label, subject_id=str(row.organisation_id))
        & (Q(verb__in=OF_THE_BODY) | Q(verb="add", at__lt=row.applied_at)),
        Q(subject_label=Filing._meta.label,
          subject_id__in=[str(pk) for pk in filings.values_list("pk", flat=True)]),
        Q(subject_label=Lease._meta.label, subject_id=str(row.lease_id or 0)),
    ]  # fmt: skip
    found = LogEntry.objects.filter(reduce(or_, told))
    if not of_the_house:
        found = found.exclude(subject_label=row._meta.label, verb__in=OF_THE_PANEL)
    return list(found.order_by("at", "id")[:MOST])


def calls_shown() -> "QuerySet[Call]":
    """Calls are public: whoever looks finds all of them."""
    return Call.objects.select_related("centre__node").order_by("-closes_on", "-pk")[:MOST]


def call_shown(pk: int) -> Call | None:
    return Call.objects.select_related("centre__node").filter(pk=pk).first()


def bodies_of(actor: Actor) -> list[Organisation]:
    """The bodies in whose name a person may apply."""
    rows = actor.rows(Organisation, APPLY).select_related("node")
    return list(rows.order_by("pk")[:20])


def body_seen(actor: Actor, pk: int, needs: str = VIEW) -> Organisation | None:
    rows = actor.rows(Organisation, needs).select_related("node", "street", "community")
    return rows.filter(pk=pk).first()


def of_body(body: Organisation) -> list[Incubatee]:
    rows = Incubatee.objects.filter(organisation=body).select_related(*WITH)
    return list(rows.order_by("-applied_at", "-pk"))


def of_call(actor: Actor, call: Call) -> list[Incubatee]:
    rows = actor.rows(Incubatee, VIEW).filter(call=call).select_related(*WITH)
    return list(rows.order_by("applied_at", "pk")[:MOST])


def panel_told(row: Incubatee, turn: int) -> list[Sheet]:
    """Who scores in a round, and whether they have handed in: never what."""
    rows = (
        Sheet.objects.filter(incubatee=row, round=turn)
        .select_related("reviewer")
        .defer("scores", "remark")
    )
    return list(rows.order_by("pk"))


def experts(row: Incubatee, on: date) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
    """Who may be appointed, and who may not with the reasons."""
    held = Grant.objects.filter(in_force(on), role="EXP").values("user_id")
    named = Sheet.objects.filter(incubatee=row, round=row.round).values("reviewer_id")
    people: Any = get_user_model()._default_manager.filter(pk__in=held, is_active=True)
    asked = list(people.exclude(pk__in=named).order_by("pk")[:MOST])
    found = conflicts_of(row, [one.pk for one in asked])
    free = [(one.pk, str(one)) for one in asked if not found[one.pk]]
    return free, [(str(one), "；".join(found[one.pk])) for one in asked if found[one.pk]]


def my_sheets(actor: Actor) -> list[Sheet]:
    """What a reviewer has handed in, the latest first."""
    rows = actor.rows(Sheet, SCORE).filter(submitted_at__isnull=False)
    rows = rows.select_related("incubatee__organisation", "incubatee__call")
    return list(rows.order_by("-submitted_at", "-pk")[:MOST])


def sheets_to_fill(actor: Actor) -> "QuerySet[Sheet]":
    """What a reviewer still has to hand in, of panels that are sitting."""
    rows = actor.rows(Sheet, SCORE).filter(submitted_at__isnull=True, left_because="")
    sitting = rows.filter(
        incubatee__state__in=("review", "exit_review"), round=F("incubatee__round")
    )
    return sitting.select_related("incubatee__organisation", "incubatee__call").order_by("pk")


def my_sheet(actor: Actor, pk: int) -> Sheet | None:
    rows = actor.rows(Sheet, SCORE)
    return rows.select_related(
        "incubatee__organisation", "incubatee__call__centre"
    ).filter(pk=pk).first()  # fmt: skip


def objections_of(actor: Actor, row: Incubatee) -> list[Objection]:
    rows = actor.rows(Objection, EDIT).filter(incubatee=row).select_related("raised_by")
    return list(rows.order_by("raised_at"))


def objection_seen(actor: Actor, pk: int) -> Objection | None:
    rows = actor.rows(Objection, Permission.INCUBATION_DECIDE)
    return rows.select_related("incubatee__organisation").filter(pk=pk).first()


def publicised(pk: int | None = None) -> list[Incubatee]:
    """What everybody may read while it is publicised."""
    rows = Incubatee.objects.filter(state="publicised").select_related(*WITH)
    if pk is not None:
        rows = rows.filter(pk=pk)
    return list(rows.order_by("due_on", "pk")[:MOST])
