"""A body comes on a list, stays, and leaves it; its grade is given, lowered, cancelled."""

from datetime import date, datetime

from django.db import transaction

from changle.core.reach import Actor
from changle.ground.credit.actions.recording import (
    NO_PAPER,
    CreditRefused,
    Kind,
    Paper,
    enter,
    fact_locked,
    facts_of_kind,
    locked,
    not_ahead,
    note,
    tell_keepers,
)
from changle.ground.credit.models import ListGround
from changle.ground.registry.models import OfficialFact
from changle.ground.registry.queries.eligibility import spoken
from changle.ground.registry.queries.rulebook import (
    CANCELLED,
    GRADES,
    LOWERED,
    REPLACED,
    numbers,
    years_after,
)


@transaction.atomic
def list_on(
    *, pk: int, ground: ListGround, on: date, by: Actor, now: datetime,
    paper: Paper = NO_PAPER, again: bool = False,
) -> OfficialFact:  # fmt: skip
    """Put a body on the list of the ground. `again`: it recurred on the list; its clock restarts."""
    body = locked(pk, by=by)
    not_ahead(on, now, "列入日期")
    name = ground.get_list_display()
    if ground.retired_on is not None and ground.retired_on <= on:
        raise CreditRefused(f"事由“{ground}”自{spoken(ground.retired_on)}起停用。")
    if not body.is_registered:
        raise CreditRefused(f"{name}只列登记的社会组织，该组织未登记。")
    stays = facts_of_kind(body, ground.list)
    standing = [one for one in stays if one.ends_on is None]
    if standing and not again:
        last = standing[-1]
        raise CreditRefused(
            f"该组织{spoken(last.starts_on)}已列入{name}（{last.ground or last.result}），尚未移出；"
            "在列期间再次出现应列入情形的，请勾选“再次出现”。"
        )
    if again and not standing:
        raise CreditRefused(f"该组织现在不在{name}，不是再次出现。")
    if standing and standing[-1].starts_on and on <= standing[-1].starts_on:
        raise CreditRefused("再次出现的日期应晚于上一次列入的日期。")
    if any(one.starts_on and one.ends_on and one.starts_on <= on < one.ends_on for one in stays):
        raise CreditRefused(f"该组织那一天已在{name}上，不能重复列入。")
    if not standing and any(one.starts_on and one.starts_on > on for one in stays):
        raise CreditRefused("后来还有列入记录，补录的列入须同时有移出日期；请先更正后来的记录。")
    fact = enter(
        body, by=by, now=now, kind=ground.list, starts_on=on, ground=ground.name,
        authority=paper.authority, document=paper.document,
    )  # fmt: skip
    tell_keepers(fact, f"自{spoken(on)}起列入{name}（{ground}）", by=by, now=now)
    return fact


@transaction.atomic
def list_off(
    *, pk: int, list_: str, on: date, reason: str, by: Actor, now: datetime
) -> list[OfficialFact]:
    """Take a body off a list, with every recurrence; from that day it may again."""
    body = locked(pk, by=by)
    name = ListGround.List(list_).label
    not_ahead(on, now, "移出日期")
    if not reason.strip():
        raise CreditRefused("请写明移出事由。")
    stays = [one for one in facts_of_kind(body, list_) if one.ends_on is None]
    if not stays:
        raise CreditRefused(f"该组织现在不在{name}，可能刚被移出，请刷新后再看。")
    if any(one.starts_on and on < one.starts_on for one in stays):
        raise CreditRefused(f"移出日期不能早于列入日期（{spoken(stays[-1].starts_on)}）。")
    for fact in stays:
        fact.ends_on, fact.end_ground = on, reason
        fact.save(update_fields=["ends_on", "end_ground"])
        note(fact, "list_off", by=by, now=now, why=reason)
    tell_keepers(stays[-1], f"自{spoken(on)}起移出{name}", by=by, now=now)
    return stays


@transaction.atomic
def record_grade(
    *, pk: int, grade: str, starts_on: date, by: Actor, now: datetime,
    ends_on: date | None = None, paper: Paper = NO_PAPER,
) -> OfficialFact:  # fmt: skip
    """A grade from the day of its certificate; a new one takes the place of the old from that day."""
    body = locked(pk, by=by)
    not_ahead(starts_on, now, "等级起始日期")
    if not body.is_registered:
        raise CreditRefused("备案组织和拟成立团队不参加等级评估。")
    if grade not in GRADES:
        raise CreditRefused("请选择等级。")
    rules = numbers(starts_on)
    until = ends_on or years_after(starts_on, rules["grade_years"])
    if until <= starts_on:
        raise CreditRefused("有效期止应晚于起始日期。")
    for old in facts_of_kind(body, Kind.GRADE):
        give_way(old, starts_on, until, rules["grade_years"], by=by, now=now)
    fact = enter(
        body, by=by, now=now, kind=Kind.GRADE, result=grade, year=starts_on.year,
        starts_on=starts_on, ends_on=until, authority=paper.authority, document=paper.document,
    )  # fmt: skip
    tell_keepers(fact, f"登记评估等级{grade}，有效至{spoken(until)}", by=by, now=now)
    return fact


def give_way(
    old: OfficialFact, starts_on: date, until: date, years: int, *, by: Actor, now: datetime
) -> None:
    """Close an earlier grade where the new one begins; refuse what cannot both have been."""
    if old.starts_on is None:
        raise CreditRefused(f"已有没有日期的{old.result}等级记录，请先更正（撤下）它。")
    if old.starts_on == starts_on:
        raise CreditRefused(f"{spoken(starts_on)}起的等级已登记过（{old.result}）。")
    if starts_on < old.starts_on < until:
        raise CreditRefused(
            f"与{spoken(old.starts_on)}起的{old.result}等级重叠，请填写不晚于这一天的有效期止。"
        )
    if old.starts_on < starts_on < (old.ends_on or years_after(old.starts_on, years)):
        old.ends_on, old.end_ground = starts_on, REPLACED
        old.save(update_fields=["ends_on", "end_ground"])
        note(old, "end_grade", by=by, now=now, why=REPLACED)


@transaction.atomic
def end_grade(
    *, pk: int, on: date, reason: str, by: Actor, now: datetime, to: str = ""
) -> OfficialFact:
    """Lower a grade to `to`, or cancel it where `to` is empty; both bar from applying for years."""
    fact = fact_locked(pk, by=by)
    not_ahead(on, now)
    if fact.kind != Kind.GRADE or fact.withdrawn_at is not None or fact.starts_on is None:
        raise CreditRefused("这不是有效的等级记录。")
    until = fact.ends_on or years_after(fact.starts_on, numbers(on)["grade_years"])
    if not fact.starts_on < on < until:
        raise CreditRefused(f"日期应在等级有效期内（{spoken(fact.starts_on)}至{spoken(until)}）。")
    if not reason.strip():
        raise CreditRefused("请写明原因。")
    if to and (to not in GRADES or GRADES.index(to) <= GRADES.index(fact.result)):
        raise CreditRefused(f"降低后的等级应低于{fact.result}。")
    fact.ends_on, fact.end_ground = on, f"{LOWERED if to else CANCELLED}：{reason}"[:200]
    fact.save(update_fields=["ends_on", "end_ground"])
    note(fact, "end_grade", by=by, now=now, why=fact.end_ground)
    if to:
        enter(
            fact.organisation, by=by, now=now, kind=Kind.GRADE, result=to, year=on.year,
            starts_on=on, ends_on=until, authority=fact.authority, ground=reason,
        )  # fmt: skip
    tell_keepers(fact, f"评估等级自{spoken(on)}起{f'降为{to}' if to else '取消'}", by=by, now=now)
    return fact
