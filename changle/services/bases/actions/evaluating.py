"""A round of evaluation is opened, answered, scored and decided."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.services.bases.actions.keeping import BaseRefused
from changle.services.bases.actions.operating import stop_contracts
from changle.services.bases.lifecycle import BASE, DECIDE, EDIT, EVALUATION, decides_for
from changle.services.bases.models import (
    Base,
    Criterion,
    Evaluation,
    OperatorContract,
    Score,
)
from changle.services.bases.queries.evaluations import sheet_of
from changle.services.bases.queries.rules import standard_for


State, Decision = Evaluation.State, Evaluation.Decision
Given = dict[int, tuple[int, bool, str]]  # criterion -> points, whether it is met, in words


def locked(pk: int, *, by: Actor, needs: str) -> Evaluation:
    rows = by.rows(Evaluation, needs).select_for_update(of=("self",))
    return rows.select_related("base__node", "standard").get(pk=pk)


@transaction.atomic
def open_evaluation(
    *, base: int, name: str, on_site_on: date | None = None, by: Actor, now: datetime
) -> Evaluation:
    place = BASE.fire(base, "start_evaluation", by=by, now=now)
    return begin(place, name, Evaluation.Kind.PERIODIC, on_site_on, by=by, now=now)


def begin(
    base: Base, name: str, kind: str, on_site_on: date | None, *, by: Actor, now: datetime
) -> Evaluation:
    today = timezone.localdate(now)
    standard = standard_for(base.tier, today)
    if standard is None:
        raise BaseRefused("这一层级还没有标准，请先由区民政局制定。")
    row = Evaluation(
        base=base, standard=standard, kind=kind, name=name, opened_on=today, on_site_on=on_site_on
    )
    EVALUATION.begin(row, State.OPEN, at=now)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise BaseRefused("这个基地正在评估。") from None
    record(row, "open_evaluation", by=by, at=now, target=row.state)
    return row


def check_points(row: Evaluation, given: Given) -> dict[int, Criterion]:
    criteria = {one.pk: one for one in Criterion.objects.filter(standard=row.standard_id)}
    for key, (points, _is_met, _note) in given.items():
        if key not in criteria:
            raise BaseRefused("标准里没有这一条。")
        if points > criteria[key].points:
            raise BaseRefused(f"“{criteria[key].name}”最多 {criteria[key].points} 分。")
    return criteria


def write(row: Evaluation, given: Given, *, is_self: bool, by: Actor, now: datetime) -> int:
    """Put down the points of one hand in place of its earlier ones; answers their sum."""
    check_points(row, given)
    earlier = Score.objects.filter(evaluation=row, is_self=is_self)
    (earlier if is_self else earlier.filter(evaluator=by.user_id)).delete()
    Score.objects.bulk_create(
        Score(
            evaluation=row, criterion_id=key, evaluator_id=by.user_id, is_self=is_self,
            points=points, is_met=is_met, note=note, at=now,
        )
        for key, (points, is_met, note) in given.items()
    )  # fmt: skip
    return sum(points for points, _is_met, _note in given.values())


@transaction.atomic
def save_self(
    *, pk: int, given: Given, statement: str, send: bool, by: Actor, now: datetime
) -> Evaluation:
    """The base scores itself and tells how it worked; handed in, it waits for the evaluators."""
    row = locked(pk, by=by, needs=EDIT)
    if row.state != State.OPEN:
        raise BaseRefused("自评已经提交，不能再改；要改请由评估单位退回。")
    total = write(row, given, is_self=True, by=by, now=now)
    row.statement, row.stated_by_id = statement, by.user_id or None
    row.save(update_fields=["statement", "stated_by"])
    record(row, "save_self", by=by, at=now, note=f"自评 {total} 分")
    if send:
        if not statement.strip():
            raise BaseRefused("提交前请写自评报告。")
        row = EVALUATION.fire(pk, "submit", by=by, now=now)
    return row


@transaction.atomic
def score(
    *, pk: int, given: Given, on_site_on: date | None = None, by: Actor, now: datetime
) -> Evaluation:
    """The points of one evaluator, who has not stated for the base."""
    row = locked(pk, by=by, needs=DECIDE)
    if row.state != State.SCORING:
        raise BaseRefused("自评提交后、决定前才能评分。")
    if by.user_id and row.stated_by_id == by.user_id:
        raise BaseRefused("谁自评谁不能评分，请由其他工作人员办理。")
    if on_site_on and on_site_on > timezone.localdate(now):
        raise BaseRefused("现场日期不能晚于今天。")
    total = write(row, given, is_self=False, by=by, now=now)
    if on_site_on:
        row.on_site_on = on_site_on
        row.save(update_fields=["on_site_on"])
    record(row, "score", by=by, at=now, note=f"{total} 分")
    return row


@transaction.atomic
def decide(
    *, pk: int, decision: str, note: str, valid_until: date | None = None, by: Actor, now: datetime
) -> Evaluation:
    """Renew, have it put right, or withdraw; the base moves with it."""
    row, today = locked(pk, by=by, needs=DECIDE), timezone.localdate(now)
    if not decides_for(row.base.tier, str(row.base.node.path), by):
        raise BaseRefused(f"{row.base.get_tier_display()}基地由区民政局认定和评估。")
    sheet = sheet_of(row)
    if sheet.hundredths is None:
        raise BaseRefused("还没有评分，不能作出决定。")
    if row.on_site_on is None:
        raise BaseRefused("还没有到现场看过，请先登记现场日期。")
    renews = decision == Decision.RENEW
    if renews and sheet.hundredths < row.standard.pass_points * 100:
        raise BaseRefused(f"得分低于合格分 {row.standard.pass_points}，不能续认。")
    if renews and sheet.unmet:
        raise BaseRefused(f"必备条件不符合：{'、'.join(sheet.unmet)}，不能续认。")
    if renews and (valid_until is None or valid_until <= today):
        raise BaseRefused("续认须写明新的有效期，并晚于今天。")
    along = {
        "points": sheet.hundredths, "decision": decision, "decision_note": note,
        "decided_by_id": by.user_id or None, "decided_on": today,
        "valid_until": valid_until if renews else None,
    }  # fmt: skip
    row = EVALUATION.fire(pk, "decide", by=by, now=now, note=note, along=along)
    if renews:
        BASE.fire(
            row.base_id, "renew", by=by, now=now, note=note, along={"valid_until": valid_until}
        )
    elif decision == Decision.RECTIFY:
        BASE.fire(row.base_id, "rectify", by=by, now=now, note=note)
    else:
        base = BASE.fire(
            row.base_id, "withdraw", by=by, now=now, note=note, along={"withdrawn_on": today}
        )
        stop_contracts(base, on=today, because=OperatorContract.Ending.BASE, by=by, now=now)
    return row


@transaction.atomic
def report_rectified(*, pk: int, note: str, by: Actor, now: datetime) -> Evaluation:
    """The base says that it has put things right; that is looked at in a round of its own."""
    base = BASE.fire(pk, "report_rectified", by=by, now=now, note=note)
    row = begin(base, "整改复核", Evaluation.Kind.RECHECK, None, by=by, now=now)
    row.statement, row.stated_by_id = note, by.user_id or None
    row.save(update_fields=["statement", "stated_by"])
    return EVALUATION.fire(row.pk, "submit", by=by, now=now)


@transaction.atomic
def move_evaluation(pk: int, name: str, *, by: Actor, now: datetime, note: str = "") -> Evaluation:
    return EVALUATION.fire(pk, name, by=by, now=now, note=note)
