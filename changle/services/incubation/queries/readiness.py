"""What a body still lacks for its next move, from what is recorded; sentences for the refusals."""

from changle.services.incubation.models import (
    Appraisal,
    Diagnosis,
    FollowUp,
    Incubatee,
    PlanItem,
)
from changle.services.leases.models import Lease


LIVE_LEASES = ("asked", "proposed", "agreed", "countersigning", "signed", "handing_over",
               "moved_in", "ending")  # fmt: skip


def plan_lacks(row: Incubatee) -> str:
    """What is missing before services begin: both sides' view of the needs, and a service chosen."""
    sides = set(Diagnosis.objects.filter(incubatee=row).values_list("side", flat=True))
    if len(sides) < len(Diagnosis.Side):
        missing = "、".join(one.label for one in Diagnosis.Side if one.value not in sides)
        return f"需求评估还缺：{missing}。"
    chosen = PlanItem.objects.filter(incubatee=row, state__in=("chosen", "done"))
    return "" if chosen.exists() else "服务计划里还没有选定的服务。"


def appraisal_of(row: Incubatee, stage: str) -> Appraisal | None:
    """The latest of a stage."""
    return Appraisal.objects.filter(incubatee=row, stage=stage).order_by("-round").first()


def midterm_total(row: Incubatee) -> int | None:
    found = appraisal_of(row, Appraisal.Stage.MIDTERM)
    return found.total if found else None


def not_handed_back(row: Incubatee) -> str:
    lease = Lease.objects.filter(incubatee=row, state__in=LIVE_LEASES).first()
    return f"工位还没有退还（{lease.state_label()}），请先在“入驻”办理。" if lease else ""


def visits_left(row: Incubatee) -> int:
    return FollowUp.objects.filter(incubatee=row, done_on__isnull=True).count()
