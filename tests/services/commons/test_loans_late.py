"""What is late: said, asked back, kept out of every promise; and two who want the last tent."""

import random
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction

from changle.core.calendar import set_day
from changle.core.calendar.days import DayRow
from changle.core.notices import Notice
from changle.core.refusals import Refused
from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.actions.deciding import cancel
from changle.services.commons.actions.loans import (
    LoanRulesBroken,
    approve_loan,
    cancel_loan,
    lapse_loans,
)
from changle.services.commons.actions.loans_late import ask_back, fall_overdue, keep_late
from changle.services.commons.actions.loans_out import (
    Back,
    confirm_receipt,
    extend_loan,
    hand_over,
    take_back,
)
from changle.services.commons.models import Claim, Loan
from changle.services.commons.queries.loans import loan_board
from changle.services.commons.queries.missing import cover
from changle.services.commons.queries.things import free_things, most_taken
from tests.factories.commons import NOW, TUESDAY, booker, make_space
from tests.factories.commons import house as laid_out
from tests.factories.loans import DAY, borrow, make_rule
from tests.factories.registry import everything_at, make_organisation
from tests.services.commons.test_loans_moves import House


HOUR = timedelta(hours=1)
here = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


def told(actor, words):
    return Notice.objects.filter(to_id=actor.user_id, text__contains=words).count()


@here
def test_late_blocks_the_borrower_and_says_which_loan(house):
    loan = house.at("overdue")
    assert (loan.state, str(loan.overdue_on)) == ("overdue", "2027-03-10")
    assert told(house.borrower, "已逾期") == 1
    assert told(house.operator, "逾期未还") == 1
    with pytest.raises(LoanRulesBroken, match="“义诊活动”应于 03月10日 17:00 归还，还没有归还"):
        house.asked(1, now=loan.ends_at, starts_at=TUESDAY + 5 * DAY, ends_at=TUESDAY + 6 * DAY)
    house.back(loan, now=loan.ends_at + DAY)
    assert house.asked(1, starts_at=TUESDAY + 5 * DAY, ends_at=TUESDAY + 6 * DAY)


@here
def test_an_asked_loan_is_not_approved_while_another_is_late(house):
    waiting = house.asked(1, starts_at=TUESDAY + 5 * DAY, ends_at=TUESDAY + 6 * DAY)
    late = house.at("in_use")
    fall_overdue(late.ends_at)
    with pytest.raises(Refused, match="还没有归还"):
        approve_loan(pk=waiting.pk, by=house.operator, now=late.ends_at)


@here
def test_the_clock_is_run_twice_and_does_it_once(house):
    loan = house.at("in_use")
    assert fall_overdue(loan.ends_at - HOUR) == 0
    assert fall_overdue(loan.ends_at) == 1
    assert fall_overdue(loan.ends_at) == 0
    before = list(
        Claim.objects.order_by("starts_at").values_list("starts_at", "ends_at", "quantity")
    )
    keep_late(loan.ends_at)
    after = Claim.objects.order_by("starts_at").values_list("starts_at", "ends_at", "quantity")
    assert list(after) == before


@here
def test_what_is_not_back_is_promised_to_nobody(house):
    make_rule(house.centre, overdue_days=2)
    loan = house.at("in_use")
    due = loan.ends_at
    assert house.free(due, due + DAY) == 4
    fall_overdue(due)
    assert house.free(due, due + DAY) == 2
    assert house.free(due + 4 * DAY, due + 5 * DAY) == 4  # beyond what the rule says
    keep_late(due + 3 * DAY)
    assert house.free(due + 4 * DAY, due + 5 * DAY) == 2
    house.back(loan, now=due + 4 * DAY)
    assert house.free(due + 4 * DAY, due + 5 * DAY) == 4


@here
def test_who_was_promised_the_same_keeps_it_and_is_told(house):
    loan = house.at("in_use", count=3)
    due = loan.ends_at
    team = make_organisation(house.district.communities[0][1])
    next_one = borrow(
        house.centre, (house.tent, 3), by=house.operator, organisation=team,
        starts_at=due + 5 * HOUR, ends_at=due + 29 * HOUR, title="运动会",
    )  # fmt: skip
    hall = make_space(house.centre)
    wish = Wish(rooms=(hall.pk,), starts_at=due + 2 * HOUR, ends_at=due + 3 * HOUR, title="排练",
                people=5, organisation=team, things=((house.tent.pool_id, 1),))  # fmt: skip
    book(layout=laid_out(house.centre), wish=wish, by=booker(team), now=NOW)
    fall_overdue(due)
    assert most_taken_ever(house) <= 4
    assert Claim.objects.filter(loan=next_one, quantity=3).exists()
    board = loan_board(house.centre, house.operator, due)
    assert [(one.subject, one.late.pk) for one in board.endangered] == [("运动会", loan.pk)]
    assert [row.pk for row in board.overdue] == [loan.pk]
    keep_late(due)
    keep_late(due + DAY / 24)
    warned = Notice.objects.filter(text__contains="可能不够")
    assert {text[:6] for text in warned.values_list("text", flat=True)} == {"“运动会”（"}
    assert told(house.operator, "可能不够") == 1
    house.back(loan, now=due + HOUR)
    assert loan_board(house.centre, house.operator, due + HOUR).endangered == []


def most_taken_ever(house):
    parts = list(Claim.objects.filter(pool=house.tent.pool).values_list(
        "starts_at", "ends_at", "quantity"
    ))  # fmt: skip
    first = min((part[0] for part in parts), default=TUESDAY)
    last = max((part[1] for part in parts), default=TUESDAY + DAY)
    return most_taken(parts, first, last)


@here
def test_asked_back_the_day_before_on_the_day_and_each_working_day(house):
    loan = house.at("in_use")
    morning = TUESDAY + HOUR  # due on Wednesday at five
    assert ask_back(morning - DAY) == 0
    assert (ask_back(morning), ask_back(morning)) == (1, 0)
    assert told(house.borrower, "明天 17:00 前归还") == 1
    just_before = loan.ends_at - HOUR
    assert (ask_back(just_before), ask_back(just_before)) == (1, 0)
    assert told(house.borrower, "今天 17:00 前归还") == 1
    fall_overdue(loan.ends_at)
    assert [ask_back(loan.ends_at + days * DAY) for days in range(6)] == [0, 1, 1, 0, 0, 1]
    set_day(row=DayRow(TUESDAY.date() + 7 * DAY, False, "样例假", provisional=True), by=everything_at(
        house.district.root), now=NOW)  # fmt: skip
    assert ask_back(loan.ends_at + 6 * DAY) == 0
    assert told(house.borrower, "已逾期 5 天") == 1


def test_cover_keeps_what_is_left():
    at = [TUESDAY + hours * HOUR for hours in range(6)]
    others = [(at[1], at[3], 3), (at[2], at[4], 1)]
    assert cover(others, 4, 2, at[0], at[5]) == [
        (at[0], at[1], 2), (at[1], at[2], 1), (at[3], at[5], 2),
    ]  # fmt: skip
    assert cover([], 4, 2, at[0], at[1]) == [(at[0], at[1], 2)]
    assert cover([(at[0], at[5], 4)], 4, 2, at[0], at[5]) == []


@here
@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_loans_and_bookings_never_overdraws(house, seed):
    """Random deeds at random times; at every instant no more is promised than there is."""
    dice = random.Random(seed)
    halls = [make_space(house.centre) for _each in range(4)]
    now, done = TUESDAY, 0
    for _step in range(60):
        now += dice.choice([HOUR, 5 * HOUR, DAY])
        with suppress(Refused, Loan.DoesNotExist), transaction.atomic():
            dice.choice(STEPS)(house, dice, now, halls)
            done += 1
        assert most_taken_ever(house) <= 4
        assert free_things(house.centre.pk, now, now + DAY)[house.tent.pool_id] >= 0
    assert done > 10


def lend_some(house, dice, now, _halls):
    start = now + dice.randrange(1, 60) * HOUR
    team = make_organisation(house.district.communities[0][1])
    borrow(
        house.centre, (house.tent, dice.randrange(1, 4)), by=house.operator, organisation=team,
        now=now, starts_at=start, ends_at=start + dice.randrange(5, 90) * HOUR,
    )  # fmt: skip


def book_some(house, dice, now, halls):
    start = (now + dice.randrange(1, 4) * DAY).replace(hour=2)
    wish = Wish(rooms=(dice.choice(halls).pk,), starts_at=start, ends_at=start + 3 * HOUR,
                title="排练", people=5, organisation=house.team,
                things=((house.tent.pool_id, dice.randrange(1, 4)),))  # fmt: skip
    book(layout=laid_out(house.centre), wish=wish, by=house.operator, now=now)


def one_of(dice, *states):
    keys = list(Loan.objects.filter(state__in=states).order_by("pk").values_list("pk", flat=True))
    return dice.choice(keys) if keys else 0


def hand_some(house, dice, now, _halls):
    pk = one_of(dice, "approved")
    hand_over(pk=pk, given={}, receiver="样例", by=house.operator, now=now)


def extend_some(house, dice, now, _halls):
    pk = one_of(dice, "in_use", "overdue")
    extend_loan(pk=pk, ends_at=now + 3 * DAY, by=house.operator, now=now)


def take_some_back(house, dice, now, _halls):
    pk = one_of(dice, *Loan.OUT)
    take_back(pk=pk, back=some_lost(pk, dice), by=house.operator, now=now)


def cancel_some(house, dice, now, _halls):
    cancel_loan(pk=one_of(dice, "approved"), reason="改期", by=house.operator, now=now)


def let_time_pass(_house, _dice, now, _halls):
    fall_overdue(now)
    lapse_loans(now)
    keep_late(now)


STEPS = (
    lend_some, lend_some, book_some, hand_some, hand_some, extend_some, take_some_back, cancel_some,
    let_time_pass,
)  # fmt: skip


def some_lost(pk, dice):
    loan = Loan.objects.get(pk=pk)
    lost = dice.choice([0, 0, 1])
    return {line.pk: Back(max(0, line.out - lost), 0, "样例") for line in loan.lines.all()}


@pytest.mark.django_db(transaction=True)
def test_two_clerks_approve_and_one_sign_twice():
    house = House()
    first, second = house.asked(3), house.asked(3)
    done = []

    def run(deed):
        try:
            done.append(deed())
        except Refused as refusal:
            done.append(refusal)
        finally:
            connection.close()

    together([
        lambda: run(lambda: approve_loan(pk=first.pk, by=house.operator, now=NOW)),
        lambda: run(lambda: approve_loan(pk=second.pk, by=house.second, now=NOW)),
        lambda: run(lambda: approve_loan(pk=first.pk, by=house.people["street"], now=NOW)),
    ])  # fmt: skip
    assert len(done) == 3
    assert sum(isinstance(one, Loan) for one in done) == 1
    assert Loan.objects.filter(state="approved").count() == 1
    assert Claim.objects.get().quantity == 3
    chosen = Loan.objects.get(state="approved")
    done.clear()
    hand_over(pk=chosen.pk, given={}, by=house.operator, now=TUESDAY)
    together([
        lambda: run(lambda: confirm_receipt(pk=chosen.pk, by=house.borrower, now=TUESDAY)),
        lambda: run(lambda: house.back(chosen, by=house.operator, now=TUESDAY + HOUR)),
    ])  # fmt: skip
    assert Loan.objects.get(pk=chosen.pk).state == "closed"
    assert not Claim.objects.exists()


def together(deeds):
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@here
def test_a_cancelled_booking_leaves_its_tents_to_a_loan(house):
    hall = make_space(house.centre)
    wish = Wish(rooms=(hall.pk,), starts_at=TUESDAY, ends_at=TUESDAY + HOUR, title="排练", people=5,
                organisation=house.team, things=((house.tent.pool_id, 3),))  # fmt: skip
    booking = book(layout=laid_out(house.centre), wish=wish, by=booker(house.team), now=NOW)
    loan = None
    with suppress(Refused):
        loan = house.asked(2)
    assert loan is None
    cancel(pk=booking.pk, by=booker(house.team), now=NOW)
    assert house.asked(2).state == "requested"
