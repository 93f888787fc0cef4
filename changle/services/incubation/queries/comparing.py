"""How far bodies come and how long they stay in each stage: the funnel and the cohorts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Delivery, Incubatee


VIEW = Permission.INCUBATION_VIEW
MOST = 5000
S = Incubatee.State
STAGES = [
    ("申请", (S.APPLIED, S.RETURNED)), ("评审", (S.REVIEW,)), ("公示", (S.PUBLICISED,)),
    ("签约", (S.ADMITTED, S.AGREED)), ("需求评估", (S.DIAGNOSING,)),
    ("在孵", (S.INCUBATING, S.MIDTERM, S.PROBATION)), ("出壳评估", (S.EXIT_REVIEW,)),
    ("出壳", (S.FOLLOW_UP, S.CLOSED)),
]  # fmt: skip
STAGE_OF = {state: n for n, (_title, states) in enumerate(STAGES) for state in states}
Passage = tuple[str, datetime]  # a state, and since when


@dataclass(frozen=True)
class Layer:
    """One stage: who reached it, who stands in it, and how long it took those who left it."""

    title: str
    reached: int
    here: int
    share: int | None  # of those who applied, in a hundred
    median_days: float | None
    longest: int | None


@dataclass(frozen=True)
class Cohort:
    """The bodies that applied in one half of a year."""

    title: str
    counts: dict[str, tuple[str, int]]  # code of KINDS -> (label, bodies)
    hours: float  # of confirmed services, a body admitted


LOST = {S.REJECTED, S.WITHDRAWN, S.FORCED_EXIT, S.HANDING_OVER}
# What a cohort is counted by: the same test counts the bodies and lists them.
KINDS: dict[str, tuple[str, Callable[[Incubatee], bool]]] = {
    "applied": ("申请", lambda _one: True),
    "admitted": ("准入", lambda one: one.admitted_on is not None),
    "inside": ("在孵", lambda one: one.state in Incubatee.INSIDE),
    "graduated": ("出壳", lambda one: one.graduated_on is not None),
    "lost": ("退出或未入", lambda one: one.state in LOST),
    "registered": ("已登记", lambda one: one.organisation.kind in one.organisation.REGISTERED),
}  # fmt: skip


def rows_of(actor: Actor, centre: int | None, street: int | None) -> list[Incubatee]:
    rows = actor.rows(Incubatee, VIEW)
    if centre:
        rows = rows.filter(call__centre_id=centre)
    if street:
        rows = rows.filter(organisation__street_id=street)
    return list(
        rows.select_related("organisation").order_by("-applied_at", "-pk").distinct()[:MOST]
    )


def passages(rows: list[Incubatee]) -> dict[int, list[Passage]]:
    """The states of each body in their order, as the log of its deeds has them; one query."""
    found: dict[int, list[Passage]] = defaultdict(list)
    entries = LogEntry.objects.filter(
        subject_label=Incubatee._meta.label, subject_id__in=[str(one.pk) for one in rows]
    ).exclude(target="")
    for pk, target, at in entries.order_by("id").values_list("subject_id", "target", "at"):
        found[int(pk)].append((target, at))
    return found


def spans(told: list[Passage], now: datetime) -> dict[int, tuple[float, bool]]:
    """Stage -> (days in it in all, whether the body stands in it still)."""
    found: dict[int, tuple[float, bool]] = {}
    for place, (state, since) in enumerate(told):
        stage = STAGE_OF.get(S(state)) if state in S.values else None
        if stage is None:
            continue
        last = place + 1 == len(told)
        until = now if last else told[place + 1][1]
        days = (until - since).total_seconds() / 86400
        found[stage] = (found.get(stage, (0.0, False))[0] + days, last)
    return found


def funnel(rows: list[Incubatee], now: datetime) -> list[Layer]:
    held = passages(rows)
    each = [spans(held.get(one.pk, []), now) for one in rows]
    layers = []
    for stage, (title, _states) in enumerate(STAGES):
        reached = [one[stage] for one in each if stage in one]
        past = [days for days, still in reached if not still]
        layers.append(Layer(
            title=title, reached=len(reached), here=sum(still for _days, still in reached),
            share=round(len(reached) * 100 / len(rows)) if rows else None,
            median_days=round(median(past), 1) if past else None,
            longest=round(max(days for days, _still in reached)) if reached else None,
        ))  # fmt: skip
    return layers


def half_of(day: date) -> str:
    return f"{day.year} 年{'上' if day.month <= 6 else '下'}半年"  # noqa: PLR2004  June


def cohorts(rows: list[Incubatee]) -> list[Cohort]:
    """The newest first; one query beside the rows."""
    minutes: dict[int, int] = defaultdict(int)
    given = Delivery.objects.filter(
        incubatee__in=[one.pk for one in rows], confirmed_at__isnull=False
    )
    for pk, told in given.values_list("incubatee_id", "minutes"):
        minutes[pk] += told
    groups: dict[str, list[Incubatee]] = defaultdict(list)
    for one in rows:
        groups[half_of(timezone.localdate(one.applied_at))].append(one)
    found = []
    for title, held in groups.items():
        taken = [one for one in held if one.admitted_on]
        hours = sum(minutes[one.pk] for one in taken) / 60
        found.append(Cohort(
            title=title, hours=round(hours / len(taken), 1) if taken else 0.0,
            counts={code: (label, sum(map(fits, held))) for code, (label, fits) in KINDS.items()},
        ))  # fmt: skip
    return found


def counted(
    rows: list[Incubatee], now: datetime, *, show: str, stage: int | None, half: str
) -> tuple[str, list[Incubatee]] | None:
    """The bodies behind one number of the page, with words for them."""
    if show in {"reached", "here"} and stage is not None and 0 <= stage < len(STAGES):
        held = passages(rows)
        found = []
        for one in rows:
            told = spans(held.get(one.pk, []), now).get(stage)
            if told and (show == "reached" or told[1]):
                found.append(one)
        return f"{'到过' if show == 'reached' else '现在'}“{STAGES[stage][0]}”", found
    if show in KINDS and half:
        label, fits = KINDS[show]
        held_then = [one for one in rows if half_of(timezone.localdate(one.applied_at)) == half]
        return f"{half}申请的：{label}", [one for one in held_then if fits(one)]
    return None
