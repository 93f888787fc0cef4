"""The loans of a person, of their side, of their house; one of them, whole; and the board."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.files import StoredFile
from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre, Loan, LoanDamage, LoanLine
from changle.services.commons.queries.missing import Endangered, endangered, owed


MOST_ON_A_PAGE = 50
MOST_ON_BOARD = 300
MOST_DEEDS = 50
SIDES = [("mine", "我申请的"), ("ours", "我们单位的"), ("house", "我们中心的")]
TONES = {
    "requested": "near", "approved": "good", "handed": "near", "in_use": "good", "overdue": "",
    "returned": "near", "damaged": "", "closed": "calm", "rejected": "calm", "cancelled": "calm",
    "found": "near", "settled": "calm", "waived": "calm",
}  # fmt: skip
verbs.update({"borrow": "申请借用", "lose": "登记损失", "set_loan_rule": "设定外借规则"})
P = Permission


@dataclass(frozen=True, kw_only=True)
class LoansAsked:
    """What is looked for in the list."""

    side: str = "mine"
    state: str = "open"  # open, all, or one state
    page: int = 0


def loans_of(actor: Actor, asked: LoansAsked) -> "QuerySet[Loan]":
    """A page of them and one more, which tells that there is a next page."""
    rows = actor.rows(Loan, P.BOOKING_VIEW)
    if asked.side == "mine":
        rows = rows.filter(Q(asked_by=actor.user_id) | Q(person=actor.user_id))
    else:
        anchors = (
            ("centre__node",) if asked.side == "house" else ("organisation__node", "on_behalf")
        )
        within = Q(pk__in=[])
        for path in actor.reach.get(P.BOOKING_VIEW, ()):
            for anchor in anchors:
                within |= Q((f"{anchor}__path__under", path))
        rows = rows.filter(within)
    if asked.state == "open":
        rows = rows.filter(state__in=(*Loan.OPEN, "returned", "damaged"))
    elif asked.state in Loan.State.values:
        rows = rows.filter(state=asked.state)
    first = asked.page * MOST_ON_A_PAGE
    rows = rows.select_related("centre", "organisation", "on_behalf", "person")
    order = ("ends_at", "pk") if asked.state == "open" else ("-ends_at", "-pk")
    rows = rows.prefetch_related("lines__pool").order_by(*order)
    return rows[first : first + MOST_ON_A_PAGE + 1]


def loan_of(actor: Actor, pk: int, needs: str = P.BOOKING_VIEW) -> Loan | None:
    """With all that its page and its anchors ask for."""
    rows = actor.rows(Loan, needs).select_related(
        "centre__node", "organisation__node", "on_behalf", "person", "asked_by", "handed_by",
        "received_by", "returned_to",
    )  # fmt: skip
    return rows.filter(pk=pk).first()


def loan_in_house(actor: Actor, pk: int, needs: str = P.BOOKING_OPERATE) -> Loan | None:
    """A loan of a house that the person runs; their body's loan elsewhere is not theirs to run."""
    row = loan_of(actor, pk, needs)
    if row is None or not actor.holds_at(needs, row.centre.node.path or ""):
        return None
    return row


def lines_of(loan: Loan) -> list[LoanLine]:
    return list(loan.lines.select_related("pool__thing").order_by("pk"))


def damages_of_loan(loan: Loan) -> list[LoanDamage]:
    rows = loan.damages.select_related("line__pool", "found_by", "settled_by")
    return list(rows.order_by("pk"))


def loan_damage_of(actor: Actor, pk: int, needs: str = P.BOOKING_VIEW) -> LoanDamage | None:
    rows = actor.rows(LoanDamage, needs).select_related(
        "loan__centre__node", "loan__organisation__node", "loan__on_behalf", "loan__person",
        "line__pool__thing", "found_by", "settled_by",
    )  # fmt: skip
    return rows.filter(pk=pk).first()


def deeds_of_loan(loan: Loan) -> "QuerySet[LogEntry]":
    entries = LogEntry.objects.filter(subject_label=Loan._meta.label, subject_id=str(loan.pk))
    return entries.order_by("-id")[:MOST_DEEDS]


def photos_of_loan(loan: Loan) -> dict[str, list[StoredFile]]:
    """Those of the hand-over and those of the return, by when they were taken."""
    rows = StoredFile.objects.filter(subject_label=Loan._meta.label, subject_pk=str(loan.pk))
    told: dict[str, list[StoredFile]] = {"out": [], "back": []}
    for row in rows.order_by("id"):
        back = loan.returned_at is not None and row.uploaded_at >= loan.returned_at
        told["back" if back else "out"].append(row)
    return told


@dataclass
class LoanBoard:
    """What the counter of a house looks at, part by part."""

    centre: Centre
    now: datetime
    asked: list[Loan] = field(default_factory=list)
    to_hand: list[Loan] = field(default_factory=list)  # today, or should have been fetched before
    later: list[Loan] = field(default_factory=list)
    handed: list[Loan] = field(default_factory=list)
    due_today: list[Loan] = field(default_factory=list)
    out: list[Loan] = field(default_factory=list)
    overdue: list[Loan] = field(default_factory=list)
    returned: list[Loan] = field(default_factory=list)
    damages: list[LoanDamage] = field(default_factory=list)
    endangered: list[Endangered] = field(default_factory=list)
    pieces_out: int = 0

    def parts(self) -> list[dict[str, Any]]:
        """As the page prints them; what is pressing first."""
        told = [
            ("overdue", "逾期未还", self.overdue, "return"),
            ("due", "今天应还", self.due_today, "return"),
            ("hand", "今天要交付", self.to_hand, "hand"),
            ("handed", "等借用方确认", self.handed, "witness"),
            ("returned", "待核查", self.returned, "check"),
            ("out", "借出中", self.out, "return"),
            ("later", "以后取用", self.later, ""),
        ]
        return [
            {"key": key, "label": label, "rows": rows, "deed": deed}
            for key, label, rows, deed in told
        ]


def loan_board(centre: Centre, actor: Actor, now: datetime) -> LoanBoard:
    """Six queries, whatever the number of loans."""
    rows = actor.rows(Loan, P.BOOKING_OPERATE).filter(
        centre=centre, state__in=(*Loan.OPEN, "returned", "damaged")
    )
    rows = rows.select_related("centre__loan_rule", "organisation", "on_behalf", "person")
    rows = rows.prefetch_related("lines__pool", "damages").order_by("ends_at", "pk")
    told = LoanBoard(centre, now)
    today = timezone.localdate(now)
    late = []
    for row in rows[:MOST_ON_BOARD]:
        part_of(told, row, today).append(row)
        if row.state in Loan.OUT:
            told.pieces_out += sum(line.out for line in row.lines.all())
        if row.state == Loan.State.DAMAGED or (row.state in Loan.OUT and row.ends_at <= now):
            late.append(row)
    told.damages = list(
        actor.rows(LoanDamage, P.BOOKING_OPERATE)
        .filter(state=LoanDamage.State.FOUND, loan__centre=centre)
        .select_related("loan__organisation", "loan__on_behalf", "loan__person", "line__pool")
        .order_by("found_at", "pk")
    )
    told.endangered = endangered([row for row in late if owed(row)], now)
    return told


def part_of(told: LoanBoard, row: Loan, today: date) -> list[Loan]:
    """Under which heading a loan stands; one with a loss is told by its damages."""
    if row.state in Loan.OUT and row.ends_at <= told.now:
        return told.overdue
    fetched = timezone.localdate(row.starts_at) <= today
    back = timezone.localdate(row.ends_at) == today
    parts: dict[str, list[Loan]] = {
        "requested": told.asked,
        "approved": told.to_hand if fetched else told.later,
        "handed": told.handed,
        "in_use": told.due_today if back else told.out,
        "overdue": told.overdue,
        "returned": told.returned,
    }
    return parts.get(row.state, [])


def houses_lending(actor: Actor) -> list[Centre]:
    rows = actor.rows(Centre, P.BOOKING_OPERATE).filter(closed_on__isnull=True)
    return list(rows.select_related("node").order_by("sort", "pk"))
