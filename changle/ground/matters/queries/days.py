"""What the rules make of a matter: until when, with which papers, under whose licence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.ground.matters.models import LicenceRule, Matter, MatterType, ReviewRule


def review_rule() -> ReviewRule:
    return ReviewRule.objects.first() or ReviewRule()


def licence_rules() -> list[LicenceRule]:
    """The highest first: the first that fits is the one."""
    return list(LicenceRule.objects.order_by("-from_people"))


def latest_day(
    kind: MatterType, *, begins: date | None, decided: date | None, calendar: Calendar
) -> date | None:
    """The last day on which a report comes in time; None while the day it hangs on is unknown.

    A period after a decision that would end on a day off ends on the next working day
    (Civil Code, art. 203).
    """
    working = kind.days_are == MatterType.Days.WORKING
    if kind.before:
        if begins is None:
            return None
        if working:
            return calendar.add_working_days(begins, -kind.lead_days)
        return begins - timedelta(days=kind.lead_days)
    if decided is None:
        return None
    if working:
        return calendar.add_working_days(decided, kind.lead_days)
    last = decided + timedelta(days=kind.lead_days)
    return last if calendar.is_working(last) else calendar.add_working_days(last, 1)


@dataclass(frozen=True)
class Demand:
    """What the facts typed so far ask for."""

    latest_on: date | None
    is_late: bool
    licence: LicenceRule | None
    apply_by: date | None
    apply_is_late: bool
    needs_plan: bool
    below: bool  # so small that the type does not ask for a report


def demands(
    kind: MatterType,
    *,
    expected: int | None,
    begins: date | None,
    decided: date | None,
    budget_fen: int | None,
    today: date,
    calendar: Calendar,
    rules: Sequence[LicenceRule],
) -> Demand:
    latest = latest_day(kind, begins=begins, decided=decided, calendar=calendar)
    people = expected or 0
    licence = next((one for one in rules if kind.is_event and people >= one.from_people), None)
    apply_by = begins - timedelta(days=licence.apply_days) if licence and begins else None
    return Demand(
        latest_on=latest,
        is_late=latest is not None and today > latest,
        licence=licence,
        apply_by=apply_by,
        apply_is_late=apply_by is not None and today > apply_by,
        needs_plan=kind.plan_from is not None and people >= kind.plan_from,
        below=below(kind, expected, budget_fen),
    )


def below(kind: MatterType, expected: int | None, budget_fen: int | None) -> bool:
    """Under every threshold that the type names, as far as is known; 或: one reached is enough."""
    told = [
        (kind.report_from_people, expected),
        (kind.report_from_fen, budget_fen),
    ]
    named = [(least, value) for least, value in told if least is not None]
    if not named or any(value is None for _least, value in named):
        return False
    return all((value or 0) < least for least, value in named)


def demands_of(
    row: Matter, *, today: date, calendar: Calendar, rules: Sequence[LicenceRule]
) -> Demand:
    """`row.type` must be loaded."""
    return demands(
        row.type,
        expected=row.expected,
        begins=timezone.localdate(row.starts_at) if row.starts_at else None,
        decided=row.decided_on,
        budget_fen=row.budget_fen,
        today=today,
        calendar=calendar,
        rules=rules,
    )


def missing(row: Matter) -> list[str]:
    """What still has to be filled in before it can be reported, in words."""
    kind = row.type
    asked = [
        ("内容", bool(row.content)),
        ("联系人", bool(row.contact_name)),
        ("联系电话", bool(row.contact_phone)),
    ]
    if kind.is_event:
        asked += [
            ("开始时间", row.starts_at is not None),
            ("结束时间", row.ends_at is not None),
            ("地点", bool(row.place)),
            ("预计每场人数", row.expected is not None),
            ("场次", row.sessions is not None),
        ]
    if not kind.before:
        asked.append(("作出决定的日期", row.decided_on is not None))
    if kind.needs_approval:
        asked.append(("批准或决议", bool(row.approvals)))
    if kind.asks_money:
        asked.append(("经费预算", row.budget_fen is not None))
    if row.budget_fen:
        asked.append(("经费来源", bool(row.money_source)))
    if kind.is_foreign or row.is_foreign:
        asked.append(("涉外情况", bool(row.foreign_about)))
    if kind.plan_from is not None and (row.expected or 0) >= kind.plan_from:
        asked.append(("安全方案", row.safety_plan_id is not None))
    return [name for name, there in asked if not there]


def licence_of(row: Matter, rules: Sequence[LicenceRule]) -> LicenceRule | None:
    if not row.type.is_event:
        return None
    return next((one for one in rules if (row.expected or 0) >= one.from_people), None)


def licence_missing(row: Matter, rules: Sequence[LicenceRule]) -> str:
    """Why a matter may not be acknowledged yet for want of its licence; "" if it may."""
    rule = licence_of(row, rules)
    if rule is None or (row.licence_number and row.licence_id is not None):
        return ""
    return (
        f"每场预计 {row.expected} 人，达到 {rule.from_people} 人，须有{rule.authority}的安全许可："
        "请先补许可编号和许可文件。"
    )
