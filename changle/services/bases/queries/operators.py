"""Contracts with operators: how far their targets have come, who works there, what was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from changle.core.indicators import CATALOGUE, standing, value
from changle.core.log import LogEntry
from changle.core.periods import Period
from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import in_force, prefixes
from changle.ground.territory.roles import Permission
from changle.services.bases.models import (
    Base,
    HandOver,
    HandOverItem,
    OperatorCheck,
    OperatorContract,
    OperatorStaff,
    OperatorTarget,
)


OPERATOR = "CTR"
SOON = timedelta(days=60)
MOST_NAMES = 1000  # offered while typing; beyond it the code says who is meant
WITH = ("base__node", "base__street", "organisation__node", "document")


def holds_on(on: date) -> Q:
    return Q(starts_on__lte=on, ends_on__gt=on)


def contract_of(base: Base, on: date) -> OperatorContract | None:
    """The contract by which somebody runs a base on a day."""
    rows = OperatorContract.objects.filter(holds_on(on), base=base)
    return rows.select_related(*WITH).first()


def operators_of(bases: Iterable[int], on: date) -> dict[int, Organisation]:
    """Base's key -> who runs it on a day; one query."""
    rows = OperatorContract.objects.filter(holds_on(on), base__in=list(bases))
    return {one.base_id: one.organisation for one in rows.select_related("organisation")}


def contracts_of(base: Base) -> "QuerySet[OperatorContract]":
    rows = OperatorContract.objects.filter(base=base).select_related("organisation")
    return rows.order_by("-starts_on", "-pk")


def contract_seen(
    actor: Actor, pk: int, needs: str = Permission.BASE_VIEW
) -> OperatorContract | None:
    return actor.rows(OperatorContract, needs).select_related(*WITH).filter(pk=pk).first()


def standing_of(row: OperatorContract, today: date) -> tuple[str, str]:
    """Words and colour for where a contract stands in time."""
    if row.ends_on <= max(today, row.starts_on):
        return (row.get_ended_because_display() if row.ended_because else "已到期"), "calm"
    if row.starts_on > today:
        return "尚未开始", "near"
    left = (row.ends_on - today).days
    if row.ends_on <= today + SOON:
        return f"还有 {left} 天到期", "near"
    return "履行中", "good"


def candidates() -> "QuerySet[Organisation]":
    """The registered bodies in good standing, by name: public facts, of all the district."""
    rows = Organisation.objects.filter(kind__in=Organisation.REGISTERED, state="active")
    return rows.order_by("pinyin", "pk")


def names_of_candidates() -> list[str]:
    return list(candidates().values_list("name", flat=True)[:MOST_NAMES])


def named(text: str) -> Organisation | None:
    """The registered body that bears this code or exactly this name."""
    rows = Organisation.objects.filter(kind__in=Organisation.REGISTERED)
    found = rows.filter(Q(uscc=text.upper()) | Q(name=text)).order_by("pk")[:2]
    return found[0] if len(found) == 1 else None


def fault_of(body: Organisation, on: date) -> str:
    """Why a body may not run a base; "" if it may. Whoever is barred from grants is barred here."""
    if not body.is_registered:
        return "运营机构须是已登记的社会组织，能独立签合同、承担责任。"
    verdict = eligible(body, "grant", on)
    return "" if verdict.ok else "".join(verdict.reasons)


@dataclass(frozen=True)
class Progress:
    """A target, and how far it has come."""

    row: OperatorTarget
    done: int | float | None  # None: nothing declared yet
    is_counted: bool
    is_verified: bool

    @property
    def percent(self) -> int:
        return min(100, int((self.done or 0) * 100 / self.row.target))

    @property
    def is_reached(self) -> bool:
        return self.done is not None and self.done >= self.row.target

    @property
    def tone(self) -> str:
        return "good" if self.is_reached else "near"


def progress_of(
    row: OperatorContract, targets: Iterable[OperatorTarget], today: date
) -> list[Progress]:
    """Counted at the base's own place; one query a counted target, none where it was asked before."""
    told, stamp = [], standing()
    path = str(row.base.node.path)
    for one in targets:
        if one.indicator in CATALOGUE:
            period = Period(one.starts_on, one.ends_on)
            done = (
                value(one.indicator, path=path, period=period, today=today, stamp=stamp).value
                if one.starts_on <= today
                else 0
            )
            told.append(Progress(one, done or 0, True, True))
        else:
            told.append(Progress(one, one.declared, False, one.verified_at is not None))
    return told


def targets_of(row: OperatorContract) -> "QuerySet[OperatorTarget]":
    rows = OperatorTarget.objects.filter(contract=row)
    return rows.select_related("evidence", "declared_by", "verified_by").order_by("ends_on", "pk")


def target_seen(actor: Actor, pk: int, needs: str) -> OperatorTarget | None:
    rows = actor.rows(OperatorTarget, needs).select_related("contract__base__node")
    return rows.filter(pk=pk).first()


def countable() -> list[tuple[str, str]]:
    """The indicators that may be a target: figures of a place that grow with the work done there."""
    return [
        (code, f"{one.name}（{one.unit}）")
        for code, one in sorted(CATALOGUE.items(), key=lambda each: each[1].name)
    ]


def staff_of(row: OperatorContract) -> "QuerySet[OperatorStaff]":
    rows = OperatorStaff.objects.filter(contract=row).select_related("user", "grant__node")
    return rows.order_by("ended_on", "pk")


def staff_seen(actor: Actor, pk: int) -> OperatorStaff | None:
    rows = actor.rows(OperatorStaff, Permission.OPERATOR_EDIT)
    rows = rows.select_related("user", "grant__node", "contract__base__node")
    return rows.filter(pk=pk).first()


def is_staff(user_id: int, contract: OperatorContract) -> bool:
    """Whether a person works, or worked to its end, for the operator under this contract."""
    return OperatorStaff.objects.filter(contract=contract, user_id=user_id).exists()


def others_with_rights(base: Base, today: date) -> "QuerySet[Grant]":
    """Who else holds the operator's role at the base's own node and by no contract."""
    bound = OperatorStaff.objects.filter(contract__base=base).values("grant")
    rows = Grant.objects.filter(in_force(today), role=OPERATOR, node=base.node_id)
    return rows.exclude(pk__in=bound).select_related("user").order_by("pk")


def grant_over(user: User, base: Base, on: date) -> Grant | None:
    """An operator's role that a person holds at the base or above it on a day."""
    above = prefixes(str(base.node.path))
    rows = Grant.objects.filter(in_force(on), user=user, role=OPERATOR, node__path__in=above)
    return rows.select_related("node").order_by("-node__path").first()


def checks_of(row: OperatorContract) -> "QuerySet[OperatorCheck]":
    rows = OperatorCheck.objects.filter(contract=row)
    return rows.select_related("checked_by").order_by("-on", "-pk")


def check_seen(actor: Actor, pk: int, needs: str = Permission.BASE_VIEW) -> OperatorCheck | None:
    rows = actor.rows(OperatorCheck, needs)
    rows = rows.select_related("contract__base__node", "contract__organisation", "evidence",
                               "checked_by", "remedied_by")  # fmt: skip
    return rows.filter(pk=pk).first()


def hand_over_seen(actor: Actor, pk: int, needs: str = Permission.BASE_VIEW) -> HandOver | None:
    rows = actor.rows(HandOver, needs)
    rows = rows.select_related("old__base__node", "old__organisation", "new__organisation",
                               "new__base__node")  # fmt: skip
    return rows.filter(pk=pk).first()


def hand_overs_of(base: Base) -> "QuerySet[HandOver]":
    rows = HandOver.objects.filter(old__base=base).select_related(
        "old__organisation", "new__organisation"
    )
    done = Count("items", filter=Q(items__received_at__isnull=False))
    return rows.annotate(lines=Count("items"), done=done).order_by("-pk")


def runs(organisation_id: int, but: int) -> "QuerySet[OperatorContract]":
    """The other contracts of an operator: public by nature, told to whoever sees this one."""
    rows = OperatorContract.objects.filter(organisation=organisation_id).exclude(pk=but)
    return rows.select_related("base").order_by("-starts_on", "-pk")[:20]


def ending_by(on: date, last: date) -> "QuerySet[OperatorContract]":
    rows = OperatorContract.objects.filter(holds_on(on), ends_on__lte=last, ended_because="")
    return rows.select_related("base__node", "organisation").order_by("ends_on", "pk")


def story_of(label: str, pk: int) -> "QuerySet[LogEntry]":
    entries = LogEntry.objects.filter(subject_label=label, subject_id=str(pk))
    return entries.exclude(verb="file").order_by("-id")[:40]


def items_of(row: HandOver) -> "QuerySet[HandOverItem]":
    rows = HandOverItem.objects.filter(hand_over=row).select_related("given_by", "received_by")
    return rows.order_by("sort", "pk")
