"""Who gets which role where, for how long. Nobody grants to themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell_person
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.accounts.actions import (
    close_account,
    create_user,
    end_sessions,
    reopen,
    require_second_factor,
    reset_second_factor,
    set_password,
)
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import place_of
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import (
    HandOverLine,
    hand_over_plan,
    may_manage,
    powers_of,
    rival_duty,
    stand,
)
from changle.ground.territory.roles import ROLES, Permission


class GrantRefused(Refused):
    """The grant may not be given, ended or handed over so."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is granted: a role, from a day until before another one, and on what ground."""

    role: str
    starts_on: date
    ends_on: date | None = None
    post: str = ""
    reason: str = ""


@transaction.atomic
def grant(*, user: User, node: Node, terms: Terms, by: Actor, now: datetime) -> Grant:
    today = timezone.localdate(now)
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_grant(user, node, terms.role, by, today)
    if terms.starts_on < today:
        raise GrantRefused("起期不能早于今天：授权不能倒签。")
    if terms.ends_on is not None and terms.ends_on <= terms.starts_on:
        raise GrantRefused("止期应晚于起期：止期当日即失效。")
    row = Grant(
        user=user, node=node, role=terms.role, post=terms.post, reason=terms.reason,
        starts_on=terms.starts_on, ends_on=terms.ends_on, recorded_at=now,
        granted_by_id=by.user_id or None,
    )  # fmt: skip
    write_grant(row, by, now)
    text = f"您自 {terms.starts_on} 起担任{node}的{row.role_name}。"
    tell_person(user.pk, text, at=now)
    return row


def refuse_grant(user: User, node: Node, role: str, by: Actor, today: date) -> None:
    if user.pk == by.user_id:
        raise GrantRefused("不能给自己授权。")
    if role not in ROLES:
        raise GrantRefused("没有这个角色。")
    if not by.holds_at(Permission.GRANT_EDIT, node.path or "") or not powers_of(by, on=today).may(
        role, node.path
    ):
        raise GrantRefused(f"您不能在{node}授予“{ROLES[role].name}”。")
    kinds = ROLES[role].kinds
    if kinds and node.kind not in kinds:
        wanted = "、".join(str(Node.Kind(kind).label) for kind in kinds)
        raise GrantRefused(f"“{ROLES[role].name}”只能授在{wanted}。")
    if node.ends_on is not None:
        raise GrantRefused(f"{node}已经撤销。")
    if not user.is_active:
        raise GrantRefused("此人的账户已停用。")


def write_grant(row: Grant, by: Actor, now: datetime) -> Grant:
    """Save a grant whose giver may give it; the separation of duties is asked once more."""
    rival = rival_duty(row.user_id, row.role, row.starts_on, row.ends_on)
    if rival is not None:
        raise GrantRefused(f"此人是{rival.role_name}：系统、安全、审计管理员不得兼任。")
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise GrantRefused("".join(dict.fromkeys(error.messages))) from None
    except IntegrityError:
        raise GrantRefused("此人在这段时间已有同样的授权。") from None
    record(row, "grant", by=by, at=now, note=row.reason)
    if ROLES[row.role].staff:
        require_second_factor(user=row.user, by=by, now=now)
    return row


@transaction.atomic
def invite(
    *,
    username: str,
    name: str,
    phone: str,
    password: str,
    node: Node,
    terms: Terms,
    by: Actor,
    now: datetime,
) -> User:
    """Open an account and give it its first grant, both or neither."""
    if not by.holds_at(Permission.USER_EDIT, node.path or ""):
        raise GrantRefused(f"您不能在{node}新建账户。")
    user = create_user(
        username=username, name=name, phone=phone, password=password, by=by, now=now,
        path=node.path or "",
    )  # fmt: skip
    grant(user=user, node=node, terms=terms, by=by, now=now)
    user.refresh_from_db()
    return user


@transaction.atomic
def end_grant(
    *, row: Grant, on: date, by: Actor, now: datetime, reason: str = "", told: bool = True
) -> Grant:
    """End a grant on a day, on which it holds no more; who may not reach it finds no such grant."""
    today = timezone.localdate(now)
    rows = by.rows(Grant, Permission.GRANT_EDIT).select_related("node", "user")
    row = rows.select_for_update(of=("self",)).get(pk=row.pk)
    if row.user_id == by.user_id:
        raise GrantRefused("不能结束自己的授权，请由他人办理。")
    if not powers_of(by, on=today).may(row.role, row.node.path):
        raise GrantRefused(f"您不能在{row.node}收回“{row.role_name}”。")
    cut(row, on, today=today, by=by, now=now, reason=reason)
    if told:
        text = f"您担任的{row.node}{row.role_name}自 {row.ends_on} 起结束。"
        tell_person(row.user_id, text, at=now)
    return row


def cut(row: Grant, on: date, *, today: date, by: Actor, now: datetime, reason: str) -> None:
    if stand(row, on=today) == "ended":
        raise GrantRefused("这项授权已经结束。")
    if on < today:
        raise GrantRefused("止期不能早于今天。")
    before = row.ends_on
    if before is not None and on > before:
        raise GrantRefused("止期只能提前；要延长，请另行授权。")
    row.ends_on = max(on, row.starts_on)  # one that has not begun never will
    row.save(update_fields=["ends_on"])
    changes = {"ends_on": [str(before) if before else None, str(row.ends_on)]}
    record(row, "end_grant", by=by, at=now, note=reason, changes=changes)


@transaction.atomic
def hand_over(
    *, leaver: User, successor: User, on: date, by: Actor, now: datetime, reason: str = ""
) -> list[HandOverLine]:
    """End the leaver's grants on a day and give the same to the successor from that day on."""
    today = timezone.localdate(now)
    locked = User.objects.select_for_update().filter(pk__in=[leaver.pk, successor.pk])
    people = {user.pk: user for user in locked.order_by("pk")}
    leaver, successor = people[leaver.pk], people[successor.pk]
    refuse_hand_over(leaver, successor, on, today, by)
    lines = hand_over_plan(leaver=leaver, successor=successor, on=on, actor=by)
    if not any(line.ends for line in lines):
        raise GrantRefused("没有可由您交接的授权。")
    for line in lines:
        if line.ends:
            pass_on(line, successor, on, by, now)
    if all(line.ends for line in lines):
        leaver.handed_over_at = now
        leaver.save(update_fields=["handed_over_at"])
    if on == today:
        end_sessions(user=leaver, by=by, now=now)
    record(leaver, "hand_over", by=by, at=now, note=reason, path=lines[0].grant.node.path,
           changes={"successor": [None, str(successor)], "on": [None, str(on)]})  # fmt: skip
    tell_person(leaver.pk, f"您的岗位自 {on} 起交给{successor}。", at=now)
    tell_person(successor.pk, f"您自 {on} 起接任{leaver}的岗位。", at=now)
    return lines


def refuse_hand_over(leaver: User, successor: User, on: date, today: date, by: Actor) -> None:
    if leaver.pk == successor.pk:
        raise GrantRefused("接任人应是另一个人。")
    if successor.pk == by.user_id:
        raise GrantRefused("不能给自己授权，请由他人办理交接。")
    if not successor.is_active:
        raise GrantRefused("接任人的账户已停用。")
    if on < today:
        raise GrantRefused("交接日期不能早于今天。")


def pass_on(line: HandOverLine, successor: User, on: date, by: Actor, now: datetime) -> None:
    row = line.grant
    until = row.ends_on
    row.ends_on = max(on, row.starts_on)
    row.save(update_fields=["ends_on"])
    changes = {"ends_on": [str(until) if until else None, str(row.ends_on)]}
    record(row, "end_grant", by=by, at=now, note=f"交接给{successor}", changes=changes)
    if line.given:
        given = Grant(
            user=successor, node=row.node, role=row.role, post=row.post, ends_on=until,
            starts_on=row.ends_on, reason=f"接任{row.user}"[:200],
            granted_by_id=by.user_id or None, recorded_at=now,
        )  # fmt: skip
        write_grant(given, by, now)


def refuse_management(user: User, by: Actor, today: date) -> None:
    if not may_manage(by, user, on=today):
        raise GrantRefused("此人的账户不归您管理。")


@transaction.atomic
def give_password(*, user: User, password: str, by: Actor, now: datetime) -> None:
    """Set a first password for somebody in one's charge; they are told."""
    refuse_management(user, by, timezone.localdate(now))
    set_password(user=user, password=password, by=by, now=now)
    tell_person(user.pk, f"{by.name}重设了您的密码。如非您要求，请立即报告。", at=now)


@transaction.atomic
def take_second_factor(*, user: User, by: Actor, now: datetime) -> None:
    """Unbind the lost phone of somebody in one's charge; they are told."""
    refuse_management(user, by, timezone.localdate(now))
    reset_second_factor(user=user, by=by, now=now)
    tell_person(user.pk, f"{by.name}重设了您的第二重验证。如非您要求，请立即报告。", at=now)


@transaction.atomic
def shut(*, user: User, reason: str, by: Actor, now: datetime) -> None:
    refuse_management(user, by, timezone.localdate(now))
    close_account(user=user, by=by, now=now, reason=reason)


@transaction.atomic
def unshut(*, user: User, reason: str, by: Actor, now: datetime) -> None:
    refuse_management(user, by, timezone.localdate(now))
    reopen(user=user, by=by, now=now, reason=reason)


@transaction.atomic
def note_export(*, by: Actor, now: datetime) -> None:
    """Who takes the log away leaves a line in it."""
    person = User.objects.get(pk=by.user_id)
    record(person, "export_log", by=by, at=now, path=place_of(person))
