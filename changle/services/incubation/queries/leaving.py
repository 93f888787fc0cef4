"""The middle and the end of a term: appraisals, visits, and the steps towards registration."""

from dataclasses import dataclass
from datetime import date

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Appraisal, ChecklistTick, FollowUp, Incubatee
from changle.services.incubation.queries.growing import GAPS, gaps_of, steps


VIEW = Permission.INCUBATION_VIEW
FOLLOW_UP_MONTHS = (3, 6, 9, 12)


@dataclass(frozen=True)
class Step:
    code: str
    name: str
    about: str
    is_done: bool
    said: str  # how it is known, or what is missing
    by_people: bool


def appraisals_of(row: Incubatee) -> list[Appraisal]:
    rows = Appraisal.objects.filter(incubatee=row).select_related("reported_by", "scored_by")
    return list(rows.order_by("pk"))


def follow_ups_of(row: Incubatee) -> list[FollowUp]:
    return list(FollowUp.objects.filter(incubatee=row).order_by("month"))


def follow_up_seen(actor: Actor, pk: int, needs: str) -> FollowUp | None:
    rows = actor.rows(FollowUp, needs).select_related("incubatee__organisation")
    return rows.filter(pk=pk).first()


def checklist(row: Incubatee, on: date) -> list[Step]:
    """Each step with how it is known: the registry sees some by itself, people say the others."""
    ticks = {one.step: one for one in ChecklistTick.objects.filter(incubatee=row)}
    gaps = gaps_of(row.organisation, on)
    found = []
    for step in steps():
        known, tick = step.get("known"), ticks.get(step["code"])
        if known:
            done = known not in gaps
            said = "名册已有记录" if done else GAPS[known]
        else:
            done = tick is not None
            said = f"{tick.done_on} {tick.note}".strip() if tick else "还没有办理"
        found.append(Step(step["code"], step["name"], step["about"], done, said, not known))
    return found
