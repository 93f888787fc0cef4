"""Things are handed over under a list that both sides sign, kept longer, and brought back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.claiming import GUARDS, hold
from changle.services.commons.actions.loans import (
    LoanRefused,
    NotEnough,
    let_go,
    never_the_borrower,
    offer_rest,
    only_the_lender,
    told_borrower,
)
from changle.services.commons.actions.loans_lost import losses_found
from changle.services.commons.lifecycle import LOAN
from changle.services.commons.models import Claim, Loan, LoanLine
from changle.services.commons.queries.layout import layout
from changle.services.commons.queries.lending import days_of, is_borrower, rule_of
from changle.services.commons.queries.missing import parts_but
from changle.services.commons.queries.things import LONG, short_of


P = Permission
State = Loan.State


@dataclass(frozen=True)
class Given:
    """Of one line: how many were handed over, and in which condition."""

    out: int
    condition: str = ""


@dataclass(frozen=True)
class Back:
    """Of one line: how many came back, how many of these are broken, in which condition."""

    back: int
    broken: int = 0
    condition: str = ""


def lines_to_change(loan: Loan) -> list[LoanLine]:
    rows = LoanLine.objects.filter(loan=loan).select_for_update(of=("self",))
    return list(rows.select_related("pool").order_by("pool", "pk"))


@transaction.atomic
def hand_over(
    *, pk: int, given: Mapping[int, Given], receiver: str = "", by: Actor, now: datetime
) -> Loan:
    """The house hands over and signs; the borrower confirms, or signs at once.

    `given`: by line. `receiver`: who signs before the house, where nobody confirms by an account.
    """
    told = {
        "handed_at": now,
        "handed_on": timezone.localdate(now),
        "handed_by_id": by.user_id or None,
    }
    loan = LOAN.fire(pk, "hand_over", by=by, now=now, along=told)
    only_the_lender(loan, by, P.BOOKING_OPERATE)
    never_the_borrower(loan, by)
    lines = lines_to_change(loan)
    for line in lines:
        counts = given.get(line.pk, Given(line.quantity))
        if not 0 <= counts.out <= line.quantity:
            raise LoanRefused(f"“{line.pool.name}”至多交付 {line.quantity}。")
        line.out, line.condition_out = counts.out, counts.condition[:200]
        line.save(update_fields=["out", "condition_out"])
    if not any(line.out for line in lines):
        raise LoanRefused("一件也没有交付，请取消这笔借用。")
    hold_what_went(loan, lines, now)
    if receiver.strip():
        return sign_before_house(loan, receiver, by=by, now=now)
    told_borrower(loan, "已交付，请核对清单并确认收到", by=by, now=now)
    return loan


def hold_what_went(loan: Loan, lines: list[LoanLine], now: datetime) -> None:
    """What was not fetched is free again; who fetches early needs the things to be free now."""
    begins = min(now, loan.starts_at)
    pools = [line.pool_id for line in lines]
    try:
        with transaction.atomic():
            hold(pools)
            for line in lines:
                claims = Claim.objects.filter(loan=loan, pool=line.pool_id)
                if line.out:
                    claims.update(quantity=line.out, starts_at=begins)
                else:
                    claims.delete()
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        at = timezone.localtime(loan.starts_at)
        told = f"现在还有别人在用，请等到 {at:%m月%d日 %H:%M} 再交付。"
        raise LoanRefused(told) from None


@transaction.atomic
def confirm_receipt(*, pk: int, by: Actor, now: datetime) -> Loan:
    """The borrower signs by their own account; never who handed over."""
    told = {"received_at": now, "received_by_id": by.user_id or None, "receiver_name": by.name[:60]}
    row = by.rows(Loan, P.BOOKING_USE).filter(pk=pk).first()
    if row is not None and by.user_id and row.handed_by_id == by.user_id:
        raise LoanRefused("交付人不能替借用方确认，请对方确认或当面签收。")
    loan = LOAN.fire(pk, "confirm", by=by, now=now, along=told)
    if not is_borrower(loan, by):
        raise LoanRefused("请由借用方自己确认；对方没有账户的，请办理当面签收。")
    return loan


@transaction.atomic
def witness_receipt(*, pk: int, receiver: str, by: Actor, now: datetime) -> Loan:
    """Somebody without an account signs by name, before the house as witness."""
    row = by.rows(Loan, P.BOOKING_OPERATE).filter(pk=pk).get()
    only_the_lender(row, by, P.BOOKING_OPERATE)
    return sign_before_house(row, receiver, by=by, now=now)


def sign_before_house(loan: Loan, receiver: str, *, by: Actor, now: datetime) -> Loan:
    name = receiver.strip()[:60]
    if not name:
        raise LoanRefused("请填写领取人的姓名。")
    told = {"received_at": now, "receiver_name": name}
    note = f"{name}当面签收，{by.name}见证"
    return LOAN.fire(loan.pk, "witness", by=by, now=now, note=note, along=told)


@transaction.atomic
def extend_loan(*, pk: int, ends_at: datetime, by: Actor, now: datetime) -> Loan:
    """Keep the things longer, where nobody else was promised them meanwhile.

    The borrower within the rule and before the loan is late; the house beyond both.
    """
    row = by.rows(Loan, P.BOOKING_MAKE).select_for_update(of=("self",)).get(pk=pk)
    if ends_at <= max(now, row.ends_at):
        raise LoanRefused("新的归还时间应晚于现在和原定的时间。")
    runs = by.holds_at(P.BOOKING_OPERATE, row.centre.node.path or "")
    if not runs:
        within_rule(row, ends_at, now)
    before = row.ends_at
    note = f"应还时间改为 {timezone.localtime(ends_at):%Y-%m-%d %H:%M}"
    told = {"ends_at": ends_at, "extensions": row.extensions + 1}
    loan = LOAN.fire(pk, "extend", by=by, now=now, note=note, along=told)
    keep_longer(loan, before, ends_at, now)
    told_borrower(loan, f"已续借，{note}", by=by, now=now)
    return loan


def within_rule(loan: Loan, ends_at: datetime, now: datetime) -> None:
    rule = rule_of(loan.centre_id)
    if loan.state == State.OVERDUE or loan.ends_at <= now:
        raise LoanRefused("已经逾期，不能自行续借，请与中心联系。")
    if loan.extensions >= rule.most_extensions:
        raise LoanRefused(f"可自行续借 {rule.most_extensions} 次，已用完，请与中心联系。")
    for line in loan.lines.select_related("pool__thing").order_by("pk"):
        longest = line.pool.thing.longest_days
        if days_of(loan.ends_at, ends_at) > longest:
            raise LoanRefused(f"“{line.pool.name}”一次至多续借 {longest} 天。")


def keep_longer(loan: Loan, before: datetime, ends_at: datetime, now: datetime) -> None:
    """One claim a thing from now to the new end, guarded as every other is."""
    lines = [line for line in lines_to_change(loan) if line.out]
    pools = [line.pool_id for line in lines]
    try:
        with transaction.atomic():
            hold(pools)
            Claim.objects.filter(loan=loan, ends_at__gt=min(now, before)).delete()
            Claim.objects.bulk_create(
                Claim(pool_id=line.pool_id, loan=loan, starts_at=min(now, before), ends_at=ends_at,
                      quantity=line.out, is_sole=False)
                for line in lines
            )  # fmt: skip
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        start, house = min(now, before), layout(loan.centre_id)
        things = house.things if house else {}
        wanted = tuple((things[line.pool_id], line.out) for line in lines)
        raise NotEnough(
            short_of(wanted, parts_but(loan, pools, start, ends_at + LONG), start, ends_at)
        ) from None


@transaction.atomic
def take_back(
    *,
    pk: int,
    back: Mapping[int, Back],
    returner: str = "",
    checked: bool = True,
    by: Actor,
    now: datetime,
) -> Loan:
    """The house counts what came back; what is broken or lost is entered.

    `checked`: looked over on the spot, so that a sound return is closed at once; else it waits.
    """
    told = {
        "returned_at": now,
        "returned_to_id": by.user_id or None,
        "returner_name": returner.strip()[:60],
    }
    loan = LOAN.fire(pk, "take_back", by=by, now=now, along=told)
    only_the_lender(loan, by, P.BOOKING_OPERATE)
    never_the_borrower(loan, by)
    lines = lines_to_change(loan)
    days = days_of(loan.handed_at or now, now)
    for line in lines:
        count_back(line, back.get(line.pk, Back(line.out)), days)
    until = let_go(loan, now)
    if any(line.lost or line.broken for line in lines):
        loan = losses_found(loan, lines, by=by, now=now)
        offer_rest(loan, until, now)
        return loan
    offer_rest(loan, until, now)
    if checked:
        loan = LOAN.fire(pk, "close", by=by, now=now, note="当面点清")
    told_borrower(loan, "已归还" if checked else "已收回，待核查", by=by, now=now)
    return loan


def count_back(line: LoanLine, counts: Back, days: int) -> None:
    if not 0 <= counts.back <= line.out:
        raise LoanRefused(f"“{line.pool.name}”借出 {line.out}，归还不能更多。")
    if not 0 <= counts.broken <= counts.back:
        raise LoanRefused(f"“{line.pool.name}”损坏的不能多于归还的。")
    if (counts.broken or counts.back < line.out) and not counts.condition.strip():
        raise LoanRefused(f"请写明“{line.pool.name}”的损坏或缺少情况。")
    line.back, line.broken = counts.back, counts.broken
    line.condition_back, line.piece_days = counts.condition[:200], line.out * days
    line.save(update_fields=["back", "broken", "condition_back", "piece_days"])


@transaction.atomic
def close_loan(*, pk: int, by: Actor, now: datetime, note: str = "") -> Loan:
    """Looked over after the return: all is sound."""
    loan = LOAN.fire(pk, "close", by=by, now=now, note=note)
    only_the_lender(loan, by, P.BOOKING_OPERATE)
    never_the_borrower(loan, by)
    told_borrower(loan, "已核查办结", by=by, now=now)
    return loan


@transaction.atomic
def find_losses(*, pk: int, back: Mapping[int, Back], by: Actor, now: datetime) -> Loan:
    """Looked over after the return: something is broken or missing after all."""
    row = by.rows(Loan, P.BOOKING_OPERATE).select_for_update(of=("self",)).get(pk=pk)
    only_the_lender(row, by, P.BOOKING_OPERATE)
    never_the_borrower(row, by)
    if row.state != State.RETURNED:
        raise LoanRefused("状态已经变化，请刷新后再试。")
    lines = lines_to_change(row)
    for line in lines:
        days = line.piece_days // line.out if line.out else 0
        count_back(line, back.get(line.pk, Back(line.back)), days)
    if not any(line.lost or line.broken for line in lines):
        raise LoanRefused("没有损坏或缺少，请办理“核查无误”。")
    return losses_found(row, lines, by=by, now=now)
