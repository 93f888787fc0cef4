"""The agreements as lists: of a body, of a custodian, of a place."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from changle.core.reach import Actor
from changle.ground.custody.models import Custody
from changle.ground.custody.queries.custodians import Trouble, troubles
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


WITH = ("organisation__node", "organisation__street", "custodian__node", "agreement")
WITHOUT_PERSON = ("BA", "PRE")
SOON = timedelta(days=30)
MOST = 300  # lines of one page
SCOPES = [  # what the list may be asked for
    ("held", "在代管"),
    ("soon", "30 天内到期"),
    ("trouble", "代管方有问题"),
    ("ended", "已终止"),
    ("none", "尚无代管方"),
]
verbs.update({"take": "签订代管协议", "renew": "续签代管协议", "end_custody": "终止代管"})


def holds_on(on: date) -> Q:
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def custodian_of(organisation_ids: Collection[int], on: date) -> dict[int, Custody]:
    """Body's key -> the agreement that holds on a day, its custodian loaded; one query."""
    rows = Custody.objects.filter(holds_on(on), organisation_id__in=organisation_ids)
    return {row.organisation_id: row for row in rows.select_related("custodian", "organisation")}


def ending_by(on: date, last: date) -> "QuerySet[Custody]":
    """The agreements that hold and end by a day."""
    rows = Custody.objects.filter(holds_on(on), ends_on__lte=last)
    return rows.select_related(*WITH).order_by("ends_on", "pk")


@dataclass(frozen=True)
class Line:
    """An agreement as a list prints it."""

    row: Custody
    trouble: Trouble | None
    standing: str  # held | soon | future | ended
    days_left: int | None
    edits: bool
    file_open: bool
    body_open: bool  # whether the reader may open the body's own record

    @property
    def label(self) -> str:
        if self.standing == "ended":
            return self.row.get_ended_because_display() if self.row.ended_because else "已到期"
        return {"held": "代管中", "soon": f"还有 {self.days_left} 天到期", "future": "尚未开始"}[
            self.standing
        ]

    @property
    def tone(self) -> str:
        return {"held": "good", "soon": "near", "future": "near", "ended": "calm"}[self.standing]


def lines_of(rows: "QuerySet[Custody]", actor: Actor, today: date) -> list[Line]:
    """Two queries, however many."""
    found = list(rows.select_related(*WITH)[:MOST])
    wrong = troubles([row.custodian for row in found], today)
    return [
        Line(
            row,
            wrong.get(row.custodian_id) if standing_of(row, today) != "ended" else None,
            standing_of(row, today),
            (row.ends_on - today).days if row.ends_on else None,
            actor.reaches(row.organisation, Permission.CUSTODY_EDIT),
            row.agreement is not None and actor.reaches(row, row.agreement.needs),
            actor.reaches(row.organisation, Permission.ORGANISATION_VIEW),
        )
        for row in found
    ]


def standing_of(row: Custody, today: date) -> str:
    if row.ends_on is not None and row.ends_on <= max(today, row.starts_on):
        return "ended"
    if row.starts_on > today:
        return "future"
    return "soon" if row.ends_on is not None and row.ends_on <= today + SOON else "held"


def organisation_seen(actor: Actor, pk: int, needs: str) -> Organisation | None:
    rows = actor.rows(Organisation, needs).select_related("node", "street", "community")
    return rows.filter(pk=pk).first()


def detail(actor: Actor, pk: int) -> Custody | None:
    """The agreement, if the asker may change it: who may, does so over the body, not the custodian."""
    row = actor.rows(Custody, Permission.CUSTODY_EDIT).select_related(*WITH).filter(pk=pk).first()
    if row is None or not actor.reaches(row.organisation, Permission.CUSTODY_EDIT):
        return None
    return row


def of_body(organisation: Organisation) -> "QuerySet[Custody]":
    return Custody.objects.filter(organisation=organisation).order_by("-starts_on", "-pk")


def kept_by(custodian: Organisation) -> "QuerySet[Custody]":
    return Custody.objects.filter(custodian=custodian).order_by("-starts_on", "-pk")


def in_scope(actor: Actor, scope: str, today: date, street: int | None) -> "QuerySet[Custody]":
    """The agreements of the asker's bodies."""
    rows = actor.rows(Custody, Permission.CUSTODY_EDIT)
    if street:
        rows = rows.filter(organisation__street_id=street)
    if scope == "soon":
        rows = rows.filter(holds_on(today), ends_on__lte=today + SOON)
    elif scope == "ended":
        rows = rows.filter(ends_on__lte=today)
    elif scope == "trouble":
        held = rows.filter(holds_on(today)).select_related("custodian")
        wrong = troubles([row.custodian for row in held], today)
        rows = rows.filter(holds_on(today), custodian_id__in=wrong)
    else:
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today))
    return rows.order_by("ends_on" if scope != "ended" else "-ends_on", "pk")


def bodies_without(actor: Actor, today: date, street: int | None) -> "QuerySet[Organisation]":
    """Filed bodies for whose money nobody answers."""
    held = Custody.objects.filter(holds_on(today), organisation=OuterRef("pk"))
    rows = actor.rows(Organisation, Permission.CUSTODY_EDIT)
    rows = rows.filter(~Exists(held), kind="BA", state__in=Organisation.LIVING)
    if street:
        rows = rows.filter(street_id=street)
    return rows.select_related("street", "community").order_by("pinyin", "pk")
