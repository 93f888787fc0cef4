"""What came back broken or not at all: found by one, settled by another."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from changle.core.log import record
from changle.core.money import yuan
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.loans import (
    LoanRefused,
    never_the_borrower,
    only_the_lender,
    told_borrower,
)
from changle.services.commons.actions.loans_late import keep_missing
from changle.services.commons.lifecycle import LOAN, LOAN_DAMAGE
from changle.services.commons.models import Centre, Loan, LoanDamage, LoanLine, Pool


P = Permission
Kind = LoanDamage.Kind
GUARD = "pool_holds_what_is_promised"


def losses_found(loan: Loan, lines: Sequence[LoanLine], *, by: Actor, now: datetime) -> Loan:
    """Enter each loss, and keep the pieces out of every promise until it is settled."""
    told = [
        (line, kind, count)
        for line in lines
        for kind, count in ((Kind.BROKEN, line.broken), (Kind.LOST, line.lost))
        if count
    ]
    words = "；".join(f"{line.pool.name}{kind.label} {count}" for line, kind, count in told)
    loan = LOAN.fire(loan.pk, "find_damage", by=by, now=now, note=words)
    for line, kind, count in told:
        damage = LoanDamage(
            loan=loan, line=line, kind=kind, quantity=count, found_at=now,
            what=f"{line.pool.name}{kind.label} {count}：{line.condition_back}"[:300],
            found_on=timezone.localdate(now), found_by_id=by.user_id or None,
        )  # fmt: skip
        LOAN_DAMAGE.begin(damage, LoanDamage.State.FOUND, at=now)
        damage.save(force_insert=True)
        record(damage, "lose", by=by, at=now, target=damage.state)
    keep_missing(loan.pk, now)
    told_borrower(loan, f"归还时有损失：{words}，等待处理", by=by, now=now)
    return loan


@transaction.atomic
def settle_loss(
    *,
    pk: int,
    name: str,
    how: str,
    amount_fen: int | None = None,
    written_off: int = 0,
    by: Actor,
    now: datetime,
) -> LoanDamage:
    """`name`: settle (with what is paid) or waive. `written_off`: pieces that the house has no more.

    Who found it does not settle it. With the last loss the loan is closed.
    """
    row = by.rows(LoanDamage, P.BOOKING_DECIDE).select_for_update(of=("self",)).get(pk=pk)
    if by.user_id and by.user_id == row.found_by_id:
        raise LoanRefused("登记损失的人不能处理同一笔损失，请由别人处理。")
    if name == "settle" and (amount_fen is None or amount_fen < 0):
        raise LoanRefused("请填写赔偿金额；不用赔偿的，请办理“免予赔偿”。")
    if not 0 <= written_off <= row.quantity:
        raise LoanRefused(f"核销至多 {row.quantity} 件。")
    told = {
        "amount_fen": amount_fen if name == "settle" else None,
        "settlement": how[:300],
        "written_off": written_off,
        "settled_at": now,
        "settled_by_id": by.user_id or None,
    }
    damage = LOAN_DAMAGE.fire(pk, name, by=by, now=now, note=how, along=told)
    only_the_lender(damage.loan, by, P.BOOKING_DECIDE)
    never_the_borrower(damage.loan, by)
    keep_missing(damage.loan_id, now)
    if written_off:
        write_off(damage, by=by, now=now)
    if not LoanDamage.objects.filter(loan=damage.loan_id, state=LoanDamage.State.FOUND).exists():
        LOAN.fire(damage.loan_id, "settle", by=by, now=now, note=how)
    paid = f"赔偿 {yuan(amount_fen)}" if name == "settle" and amount_fen else "免予赔偿"
    told_borrower(damage.loan, f"损失已处理，{paid}：{how}", by=by, now=now)
    return damage


def write_off(damage: LoanDamage, *, by: Actor, now: datetime) -> None:
    """The house has fewer from now on, if it has promised no more than are left."""
    pool = damage.line.pool
    try:
        with transaction.atomic():
            rows = Pool.objects.filter(pk=pool.pk, quantity__gte=damage.written_off)
            if not rows.update(quantity=F("quantity") - damage.written_off):
                raise LoanRefused("登记的数量已不够核销，请先在场地维护里核对数量。")
    except IntegrityError as error:
        if GUARD not in str(error):
            raise
        told = f"以后的预约还要用到“{pool.name}”，核销后不够；请先与对方改期，或先不核销。"
        raise LoanRefused(told) from None
    Centre.objects.filter(pk=pool.centre_id).update(layout_stamp=F("layout_stamp") + 1)
    left = [pool.quantity, pool.quantity - damage.written_off]
    record(pool, "edit", by=by, at=now, note=damage.what, changes={"quantity": left})
