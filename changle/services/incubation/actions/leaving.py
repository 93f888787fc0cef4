"""The middle of a term and its end: appraised, extended, graduated, or made to leave."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell
from changle.core.periods import shifted
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Appraisal, ChecklistTick, FollowUp, Incubatee
from changle.services.incubation.queries.growing import steps
from changle.services.incubation.queries.leaving import FOLLOW_UP_MONTHS
from changle.services.incubation.queries.readiness import appraisal_of
from changle.services.incubation.queries.scoring import points_of, rubric
from changle.services.leases.actions.staying import terminate
from changle.services.leases.models import Lease


EDIT, DECIDE = Permission.INCUBATION_EDIT, Permission.INCUBATION_DECIDE
APPLY = Permission.INCUBATION_APPLY
S = Incubatee.State
OF_STAGE = {
    Appraisal.Stage.MIDTERM: (S.MIDTERM, S.PROBATION), Appraisal.Stage.EXIT: (S.EXIT_REVIEW,),
}  # fmt: skip
MOST_MONTHS = 12
GROUNDS = {
    "illegal": "illegal", "seat": "commercial", "idle": "idle", "false": "false",
    "probation": "probation", "exit": "ineligible", "eligibility": "ineligible",
}  # fmt: skip


def locked(pk: int, needs: str, by: Actor) -> Incubatee:
    rows = by.rows(Incubatee, needs).select_for_update(of=("self",))
    return rows.select_related("organisation__node", "call__centre__node", "lease").get(pk=pk)


def at_stage(row: Incubatee, stage: str) -> Appraisal:
    states = OF_STAGE.get(Appraisal.Stage(stage), ())
    found = appraisal_of(row, stage) if row.state in states else None
    if found is None:
        raise IncubationRefused("现在不是这个评估阶段。")
    return found


@transaction.atomic
def report_stage(*, incubatee: int, stage: str, report: str, by: Actor, now: datetime) -> Appraisal:
    """The body's own report, which may be put right until somebody has scored."""
    row = locked(incubatee, APPLY, by)
    found = at_stage(row, stage)
    if found.scored_at is not None:
        raise IncubationRefused("已经打分，自评不能再改。")
    if not report.strip():
        raise IncubationRefused("请写明自评。")
    found.report, found.reported_at = report.strip(), now
    found.reported_by_id = by.user_id or None
    found.save(update_fields=["report", "reported_at", "reported_by"])
    record(row, "report_stage", by=by, at=now, note=found.get_stage_display())
    tell(row, f"{row}：已提交{found.get_stage_display()}自评", needs=EDIT, by=by, at=now)
    return found


@transaction.atomic
def score_midterm(
    *, incubatee: int, scores: Mapping[str, int], remark: str, by: Actor, now: datetime
) -> Appraisal:
    """Rubric 4.2, of 70 points; the next move follows from the total."""
    row = locked(incubatee, EDIT, by)
    found = at_stage(row, Appraisal.Stage.MIDTERM)
    if found.scored_at is not None:
        raise IncubationRefused("这一轮已经打分。")
    points = points_of(rubric("midterm", found.version))
    if set(scores) != set(points):
        raise IncubationRefused("请给每一项打分。")
    if any(type(given) is not int or not 0 <= given <= points[k] for k, given in scores.items()):
        raise IncubationRefused("每项得分应为 0 到该项满分之间的整数。")
    found.scores, found.total, found.remark = dict(scores), sum(scores.values()), remark.strip()
    found.scored_by_id, found.scored_at = by.user_id or None, now
    found.save(update_fields=["scores", "total", "remark", "scored_by", "scored_at"])
    record(row, "score_midterm", by=by, at=now, note=f"{found.total} 分")
    return found


def minutes_of(row: Incubatee, minutes: str, by: Actor, now: datetime) -> None:
    """The minutes of the exit review go with the decision."""
    found = at_stage(row, Appraisal.Stage.EXIT)
    if not minutes.strip():
        raise IncubationRefused("请写明评估会议纪要。")
    found.remark, found.scored_at = minutes.strip(), now
    found.scored_by_id = by.user_id or None
    found.save(update_fields=["remark", "scored_at", "scored_by"])


@transaction.atomic
def graduate(*, incubatee: int, minutes: str, by: Actor, now: datetime) -> Incubatee:
    """出壳: from today on four visits are due, one a quarter."""
    row, today = locked(incubatee, DECIDE, by), timezone.localdate(now)
    minutes_of(row, minutes, by, now)
    moved = INCUBATEE.fire(
        row.pk, "graduate", by=by, now=now, note=minutes.strip()[:500],
        along={"graduated_on": today},
    )  # fmt: skip
    FollowUp.objects.bulk_create(
        FollowUp(incubatee=moved, month=month, due_on=shifted(today, month))
        for month in FOLLOW_UP_MONTHS
    )
    return moved


@transaction.atomic
def extend(*, incubatee: int, months: int, minutes: str, by: Actor, now: datetime) -> Incubatee:
    """续驻, once and for at most twelve months [OA]."""
    row = locked(incubatee, DECIDE, by)
    if not 1 <= months <= MOST_MONTHS:
        raise IncubationRefused(f"续驻 1 至 {MOST_MONTHS} 个月。")
    along: dict[str, Any] = {"extended": True}
    if row.ends_on is not None:
        along["ends_on"] = shifted(max(row.ends_on, timezone.localdate(now)), months)
    if row.state == S.EXIT_REVIEW:
        minutes_of(row, minutes, by, now)
    return INCUBATEE.fire(row.pk, "extend", by=by, now=now, note=minutes.strip()[:500], along=along)


@transaction.atomic
def propose_exit(
    *, incubatee: int, ground: str, because: str, by: Actor, now: datetime
) -> Incubatee:
    """The house proposes; somebody else at the street decides."""
    row = locked(incubatee, EDIT, by)
    if row.state not in Incubatee.INSIDE:
        raise IncubationRefused("只有签约后、离开前才能提请退出。")
    if ground not in Incubatee.Ground.values:
        raise IncubationRefused("请选择事由。")
    if not because.strip():
        raise IncubationRefused("请写明事实和依据。")
    row.exit_ground, row.exit_proposed_by_id = ground, by.user_id or None
    row.save(update_fields=["exit_ground", "exit_proposed_by"])
    label = Incubatee.Ground(ground).label
    record(row, "propose_exit", by=by, at=now, note=f"{label}：{because.strip()[:400]}")
    tell(row, f"{row}：中心提请强制退出（{label}），请决定", needs=DECIDE, by=by, at=now)
    return row


@transaction.atomic
def force_out(*, incubatee: int, reason: str, by: Actor, now: datetime) -> Incubatee:
    """Fifteen working days to hand over; a desk that is lived in is to be handed back from now on."""
    row = locked(incubatee, DECIDE, by)
    moved = INCUBATEE.fire(row.pk, "force_out", by=by, now=now, note=reason)
    lease = Lease.objects.filter(incubatee=row, state=Lease.State.MOVED_IN).first()
    if lease is not None:
        terminate(pk=lease.pk, ground=GROUNDS[row.exit_ground], note=reason, by=by, now=now)
    return moved


@transaction.atomic
def hand_over(*, incubatee: int, handed_over: str, by: Actor, now: datetime) -> Incubatee:
    if not handed_over.strip():
        raise IncubationRefused("请写明交接清单。")
    along = {"handed_over": handed_over.strip(), "left_on": timezone.localdate(now)}
    return INCUBATEE.fire(incubatee, "hand_over", by=by, now=now, along=along)


@transaction.atomic
def visit(*, pk: int, on: date, is_alive: bool, note: str, by: Actor, now: datetime) -> FollowUp:
    rows = by.rows(FollowUp, EDIT).select_for_update(of=("self",))
    one = rows.select_related("incubatee__organisation").get(pk=pk)
    if one.done_on is not None:
        raise IncubationRefused("这次回访已经记录。")
    if on > timezone.localdate(now):
        raise IncubationRefused("回访日期不能晚于今天。")
    if one.incubatee.graduated_on and on < one.incubatee.graduated_on:
        raise IncubationRefused("回访日期不能早于出壳日期。")
    if not note.strip():
        raise IncubationRefused("请写明回访情况。")
    one.done_on, one.is_alive, one.note = on, is_alive, note.strip()
    one.done_by_id = by.user_id or None
    one.save(update_fields=["done_on", "is_alive", "note", "done_by"])
    record(one.incubatee, "visit", by=by, at=now, note=f"第 {one.month} 个月：{one.note[:300]}")
    return one


@transaction.atomic
def tick(
    *, incubatee: int, step: str, on: date, note: str, by: Actor, now: datetime
) -> ChecklistTick:
    """A step that only people know of; those that the registry knows tick themselves."""
    row = locked(incubatee, EDIT, by)
    found = next((one for one in steps() if one["code"] == step), None)
    if found is None or found.get("known"):
        raise IncubationRefused("这一步由平台按名册核对，不能手工确认。")
    if on > timezone.localdate(now):
        raise IncubationRefused("完成日期不能晚于今天。")
    one, _new = ChecklistTick.objects.update_or_create(
        incubatee=row, step=step,
        defaults={"done_on": on, "note": note.strip()[:200], "ticked_by_id": by.user_id or None,
                  "ticked_at": now},
    )  # fmt: skip
    record(row, "tick", by=by, at=now, note=found["name"])
    return one
