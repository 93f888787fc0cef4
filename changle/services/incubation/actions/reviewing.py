"""A panel without conflicts of interest scores, each member blind to the others."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.addresses import row_url
from changle.core.log import record
from changle.core.notices import tell, tell_person
from changle.core.reach import Actor
from changle.ground.territory.models import Grant
from changle.ground.territory.queries.grants import in_force
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.models import MOST_REMARK, Incubatee, Sheet
from changle.services.incubation.queries.conflicts import conflicts
from changle.services.incubation.queries.scoring import (
    card_of,
    named_to_panel,
    panel_of,
    points_of,
)


S = Incubatee.State


@transaction.atomic
def appoint(*, incubatee: int, reviewer: int, by: Actor, now: datetime) -> Sheet:
    """Give one expert a sheet; refused with the reasons where the person is in conflict."""
    rows = by.rows(Incubatee, Permission.INCUBATION_EDIT).select_for_update(of=("self",))
    row = rows.select_related("call__centre__node", "organisation__node").get(pk=incubatee)
    if row.state not in {S.REVIEW, S.EXIT_REVIEW}:
        raise IncubationRefused("只能在评审阶段安排评审人。")
    today = timezone.localdate(now)
    if not Grant.objects.filter(in_force(today), user_id=reviewer, role="EXP").exists():
        raise IncubationRefused("评审人须是在任的评审专家。")
    if found := conflicts(row, reviewer):
        raise IncubationRefused(f"须回避：{'；'.join(found)}。")
    sheets = Sheet.objects.filter(incubatee=row, round=row.round)
    if sheets.filter(reviewer_id=reviewer).exists():
        raise IncubationRefused("这位评审人已在评审组，或已退出评审。")
    if panel_of(row).count() >= row.call.panel_size:
        raise IncubationRefused(f"评审组已有 {row.call.panel_size} 人。")
    sheet = Sheet.objects.create(incubatee=row, reviewer_id=reviewer, round=row.round)
    record(row, "appoint", by=by, at=now)
    tell_person(
        reviewer,
        f"请评审：{named_to_panel(row, row.round)}",
        at=now,
        url=row_url("incubation:sheet", sheet.pk),
    )
    return sheet


def leave(sheet: Sheet, because: str, *, by: Actor, now: datetime, verb: str) -> Sheet:
    if sheet.submitted_at is not None:
        raise IncubationRefused("评审表已经提交，不能再退出。")
    if sheet.left_because:
        raise IncubationRefused("已经退出评审。")
    if not because.strip():
        raise IncubationRefused("请写明原因。")
    sheet.left_because = because.strip()[:200]
    sheet.save(update_fields=["left_because"])
    record(sheet.incubatee, verb, by=by, at=now, note=sheet.left_because)
    return sheet


@transaction.atomic
def recuse(*, sheet: int, because: str, by: Actor, now: datetime) -> Sheet:
    """A reviewer says of themselves what no register knows, such as kin or a past mentor."""
    rows = by.rows(Sheet, Permission.INCUBATION_SCORE).select_for_update(of=("self",))
    row = rows.select_related("incubatee__call__centre__node", "incubatee__organisation__node").get(
        pk=sheet
    )
    leave(row, because, by=by, now=now, verb="recuse")
    tell(row.incubatee, f"{row.incubatee}：一位评审人声明回避，请补选", needs=Permission.INCUBATION_EDIT,
         by=by, at=now)  # fmt: skip
    return row


@transaction.atomic
def drop_reviewer(
    *, incubatee: int, reviewer: int, because: str, by: Actor, now: datetime
) -> Sheet:
    """Take one off the panel who does not answer, so that another may be appointed."""
    rows = by.rows(Incubatee, Permission.INCUBATION_EDIT).select_for_update(of=("self",))
    row = rows.get(pk=incubatee)
    sheet = panel_of(row).select_for_update(of=("self",)).filter(reviewer_id=reviewer).first()
    if sheet is None:
        raise IncubationRefused("这位评审人不在评审组。")
    return leave(sheet, because, by=by, now=now, verb="drop_reviewer")


@transaction.atomic
def submit_sheet(
    *, sheet: int, scores: Mapping[str, int], remark: str, by: Actor, now: datetime
) -> Sheet:
    """Hand in once for all. The log says that it was done, never what was given."""
    rows = by.rows(Sheet, Permission.INCUBATION_SCORE).select_for_update(of=("self",))
    row = rows.select_related("incubatee__call__centre__node", "incubatee__organisation__node").get(
        pk=sheet
    )
    if row.submitted_at is not None:
        raise IncubationRefused("评审表已经提交，不能再改。")
    if row.left_because:
        raise IncubationRefused("您已退出这次评审。")
    if row.incubatee.state not in {S.REVIEW, S.EXIT_REVIEW} or row.round != row.incubatee.round:
        raise IncubationRefused("评审已经结束。")
    if found := conflicts(row.incubatee, row.reviewer_id):  # come up since the appointment
        raise IncubationRefused(f"请声明回避：{'；'.join(found)}。")
    points = points_of(card_of(row.incubatee, row.round))
    if set(scores) != set(points):
        raise IncubationRefused("请给每一项打分。")
    if any(type(given) is not int or not 0 <= given <= points[k] for k, given in scores.items()):
        raise IncubationRefused("每项得分应为 0 到该项满分之间的整数。")
    if len(remark) > MOST_REMARK:
        raise IncubationRefused("意见太长。")
    row.scores, row.remark, row.submitted_at = dict(scores), remark.strip(), now
    row.save(update_fields=["scores", "remark", "submitted_at"])
    record(row, "submit_sheet", by=by, at=now)
    return row
