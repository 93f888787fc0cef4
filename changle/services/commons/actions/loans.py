"""A loan is asked for, decided, given up; its things are taken in their pools and let go."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell, tell_person
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.claiming import GUARDS, hold
from changle.services.commons.actions.deciding import offer_next
from changle.services.commons.lifecycle import LOAN
from changle.services.commons.models import Claim, Loan, LoanLine, LoanRule
from changle.services.commons.queries.layout import Layout, Stock, layout
from changle.services.commons.queries.lending import (
    LoanWish,
    Objection,
    against,
    is_borrower,
    late_sentence,
    of_borrower,
    of_the_pieces,
    of_the_span,
    of_who_asks,
    rule_of,
    runs_house,
    things_lent,
)
from changle.services.commons.queries.things import Shortage, shortages


State = Loan.State


class LoanRefused(Refused):
    """The house cannot lend so; the sentence says why."""


class LoanRulesBroken(LoanRefused):
    def __init__(self, objections: Sequence[Objection]) -> None:
        super().__init__("".join(dict.fromkeys(one.sentence for one in objections)))
        self.objections = list(objections)


class NotEnough(LoanRefused):
    """Too few are free: of which thing how many, and from when on there are enough."""

    def __init__(self, short: Sequence[Shortage]) -> None:
        told = "；".join(one.sentence() for one in short) or "刚刚被别人订走"
        super().__init__(f"这段时间借不到：{told}。")
        self.shortages = list(short)


def lending_house(centre: int, now: datetime) -> Layout:
    found = layout(centre)
    if found is None:
        raise LoanRefused("没有这个中心。")
    if found.closed_on is not None and timezone.localdate(now) >= found.closed_on:
        raise LoanRefused("这个中心已停用。")
    return found


def only_the_lender(loan: Loan, by: Actor, needs: str) -> None:
    """Who looks after the body that borrows does not thereby run the house that lends."""
    if not by.holds_at(needs, loan.centre.node.path or ""):
        raise LoanRefused("这是出借物资的中心的事，请由中心办理。")


def never_the_borrower(loan: Loan, by: Actor) -> None:
    if is_borrower(loan, by) or (by.user_id and by.user_id == loan.received_by_id):
        raise LoanRefused("借用人不能替中心办理自己的借用。")


@transaction.atomic
def ask_loan(*, wish: LoanWish, by: Actor, now: datetime) -> Loan:
    """Ask for several things of one house; at the counter of the house, have them promised at once.

    Raises LoanRulesBroken, NotEnough.
    """
    house = lending_house(wish.centre, now)
    rule, runs = rule_of(wish.centre), runs_house(house, by)
    known = {
        one.pool_id: one for one in things_lent([wish.centre], timezone.localdate(wish.starts_at))
    }
    wish = replace(wish, things=counted(wish.things))
    asked = [known[pool] for pool, count in wish.things if count and pool in known]
    broken = [
        *of_the_pieces(wish, rule, known, runs=runs),
        *of_the_span(wish, rule, asked, now=now, runs=runs),
        *of_who_asks(wish, rule, by=by, now=now, runs=runs),
    ]
    if broken:
        raise LoanRulesBroken(broken)
    span = wish.starts_at, wish.ends_at
    wanted = [(house.things[pool], count) for pool, count in wish.things]
    if short := shortages(tuple(wanted), *span):
        raise NotEnough(short)
    direct = runs or not rule.needs_approval
    loan = entered(wish, State.APPROVED if direct else State.REQUESTED, by=by, now=now)
    if direct:
        take(loan, wanted)
        told_borrower(loan, "已登记，请按时取用", by=by, now=now)
    else:
        text = f"新的物资借用：{loan.borrower}“{loan}”"
        tell(loan, text, needs=Permission.BOOKING_DECIDE, by=by, at=now, url=url_of(loan))
    return loan


def counted(things: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Each thing once, those of which none is asked left out; in the order of the keys."""
    counts: dict[int, int] = {}
    for pool, count in things:
        counts[pool] = counts.get(pool, 0) + count
    return tuple((pool, counts[pool]) for pool in sorted(counts) if counts[pool])


def entered(wish: LoanWish, state: str, *, by: Actor, now: datetime) -> Loan:
    personal = wish.organisation is None and wish.on_behalf is None
    loan = Loan(
        centre_id=wish.centre, organisation=wish.organisation, on_behalf=wish.on_behalf,
        person_id=by.user_id if personal else None, asked_by_id=by.user_id or None,
        title=wish.title, place=wish.place, contact_name=wish.contact_name,
        contact_phone=wish.contact_phone, starts_at=wish.starts_at, ends_at=wish.ends_at,
        asked_at=now,
    )  # fmt: skip
    LOAN.begin(loan, state, at=now)
    loan.save(force_insert=True)
    LoanLine.objects.bulk_create(
        LoanLine(loan=loan, pool_id=pool, quantity=count) for pool, count in wish.things
    )
    record(loan, "borrow", by=by, at=now, target=state)
    return loan


def take(loan: Loan, wanted: Sequence[tuple[Stock, int]]) -> None:
    """Take all, or nothing; the database refuses what is promised already."""
    pools = [stock.pk for stock, _count in wanted]
    try:
        with transaction.atomic():
            hold(pools)
            Claim.objects.bulk_create(
                Claim(
                    pool_id=stock.pk, loan=loan, starts_at=loan.starts_at, ends_at=loan.ends_at,
                    quantity=count, is_sole=False,
                )
                for stock, count in sorted(wanted, key=lambda pair: pair[0].pk)
            )  # fmt: skip
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        raise NotEnough(shortages(tuple(wanted), loan.starts_at, loan.ends_at)) from None


def release(loan: Loan, now: datetime) -> None:
    offer_rest(loan, let_go(loan, now), now)


def let_go(loan: Loan, now: datetime) -> datetime | None:
    """Let go of all that it holds; until when it would have held it."""
    held = Claim.objects.filter(loan=loan, ends_at__gt=now).order_by("-ends_at")
    until = held.values_list("ends_at", flat=True).first()
    Claim.objects.filter(loan=loan).delete()
    return until


def offer_rest(loan: Loan, until: datetime | None, now: datetime) -> None:
    """Offer what has become free to the bookings that wait."""
    if until is not None:
        offer_next(loan.centre_id, now + timedelta(minutes=1), until, now=now)


@transaction.atomic
def approve_loan(*, pk: int, by: Actor, now: datetime) -> Loan:
    """Say yes, and take the things in the same breath; who asked is not who decides."""
    loan = LOAN.fire(pk, "approve", by=by, now=now)
    only_the_lender(loan, by, Permission.BOOKING_DECIDE)
    if by.user_id and by.user_id == loan.asked_by_id:
        raise LoanRefused("不能审批自己提交的借用。")
    if loan.ends_at <= now:
        raise LoanRefused("应还时间已过，请让对方重新申请。")
    if loan.organisation is not None and (why := against(loan.organisation, now)):
        raise LoanRefused("".join(why))
    if late := late_sentence(others_of(loan), now):
        raise LoanRefused(late)
    house = lending_house(loan.centre_id, now)
    take(loan, [(house.things[one.pool_id], one.quantity) for one in loan.lines.order_by("pool")])
    told_borrower(loan, "已同意，请按时取用", by=by, now=now)
    return loan


def others_of(loan: Loan) -> "QuerySet[Loan]":
    """The other open loans of the same borrower."""
    wish = LoanWish(
        centre=loan.centre_id, starts_at=loan.starts_at, ends_at=loan.ends_at, title="", place="",
        contact_name="", contact_phone="", things=(), organisation=loan.organisation,
        on_behalf=loan.on_behalf,
    )  # fmt: skip
    return of_borrower(wish, loan.person_id or 0).exclude(pk=loan.pk)


@transaction.atomic
def reject_loan(*, pk: int, reason: str, by: Actor, now: datetime) -> Loan:
    loan = LOAN.fire(pk, "reject", by=by, now=now, note=reason, along={"reason": reason[:200]})
    only_the_lender(loan, by, Permission.BOOKING_DECIDE)
    told_borrower(loan, f"未通过：{reason}", by=by, now=now)
    return loan


@transaction.atomic
def cancel_loan(*, pk: int, reason: str = "", by: Actor, now: datetime) -> Loan:
    """Give it up before it is fetched; the house itself must say why."""
    loan = LOAN.fire(pk, "cancel", by=by, now=now, note=reason, along={"reason": reason[:200]})
    mine = is_borrower(loan, by) or bool(by.user_id and by.user_id == loan.asked_by_id)
    if not mine and not reason.strip():
        raise LoanRefused("中心取消别人的借用须写明理由。")
    release(loan, now)
    told_borrower(loan, f"已取消{'：' + reason if reason else ''}", by=by, now=now)
    return loan


def lapse_loans(now: datetime) -> int:
    """What nobody fetched within the hours of the rule is free for others; the worker calls it."""
    waiting = Loan.objects.filter(state__in=("requested", "approved"), starts_at__lt=now)
    lapsed = 0
    for loan in waiting.select_related("centre__loan_rule").order_by("pk"):
        rule: LoanRule = getattr(loan.centre, "loan_rule", None) or LoanRule()
        if now >= min(loan.ends_at, loan.starts_at + timedelta(hours=rule.keep_hours)):
            lapsed += lapse_loan(loan.pk, now)
    return lapsed


@transaction.atomic
def lapse_loan(pk: int, now: datetime) -> bool:
    row = Loan.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.state not in LOAN.moves["lapse"].sources:
        return False
    why = "过时未取用" if row.state == State.APPROVED else "到取用时间仍未审批"
    by = keeper(Permission.BOOKING_OPERATE)
    loan = LOAN.fire(pk, "lapse", by=by, now=now, note=why, along={"reason": why})
    release(loan, now)
    told_borrower(loan, f"已失效：{why}", by=by, now=now)
    return True


def url_of(loan: Loan) -> str:
    return f"/desk/loans/{loan.pk}/"


def told_borrower(loan: Loan, what: str, *, by: Actor, now: datetime, url: str = "") -> None:
    """Tell the side that borrows: the body's people, those of the place, or the person."""
    text = f"物资借用“{loan}”（{timezone.localtime(loan.starts_at):%m-%d %H:%M} 取用）{what}"
    url = url or url_of(loan)
    side = loan.organisation or loan.on_behalf
    if side is not None:
        tell(side, text, needs=Permission.BOOKING_MAKE, by=by, at=now, url=url)
    elif loan.person_id and loan.person_id != by.user_id:
        tell_person(loan.person_id, text, at=now, url=url)
