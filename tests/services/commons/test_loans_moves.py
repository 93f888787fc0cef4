"""A loan from the wish to the settled loss: who may do what in which state, and what it holds."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.services.commons.actions.loans import (
    LoanRefused,
    LoanRulesBroken,
    NotEnough,
    approve_loan,
    cancel_loan,
    lapse_loans,
    reject_loan,
)
from changle.services.commons.actions.loans_late import fall_overdue
from changle.services.commons.actions.loans_lost import settle_loss
from changle.services.commons.actions.loans_out import (
    Back,
    Given,
    close_loan,
    confirm_receipt,
    extend_loan,
    find_losses,
    hand_over,
    take_back,
    witness_receipt,
)
from changle.services.commons.lifecycle import LOAN
from changle.services.commons.models import Claim, Loan, LoanDamage, LoanLine, Pool
from changle.services.commons.queries.things import free_things
from tests.factories.accounts import make_user
from tests.factories.commons import NOW, TUESDAY, make_centre
from tests.factories.loans import DAY, borrow, make_rule, make_tent
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_node


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class House:
    """A house with four tents, and everybody around it."""

    def __init__(self):
        self.district = make_district()
        self.centre = make_centre(self.district.centre)
        self.tent = make_tent(self.centre, 4, name="帐篷", value_fen=80_000)
        self.team = make_organisation(self.district.communities[0][0])
        self.people = {
            "borrower": make_actor("OADM", self.team.node),
            "operator": make_actor("CTR", self.district.streets[0]),
            "second": make_actor("CTR", self.district.streets[0]),
            "street": make_actor("STO", self.district.streets[0]),
            "other_street": make_actor("STO", self.district.streets[1]),
            "community": make_actor("COM", self.district.communities[0][0]),
            "resident": make_actor("RES", self.district.root),
        }
        self.operator, self.second = self.people["operator"], self.people["second"]
        self.borrower = self.people["borrower"]

    def asked(self, count=2, **fields):
        fields = {"organisation": self.team, "by": self.borrower, **fields}
        return borrow(self.centre, (self.tent, count), **fields)

    def at(self, state, count=2):
        """A loan in a state, by the deeds that lead there."""
        loan = self.asked(count)
        if state == "requested":
            return loan
        if state == "rejected":
            return reject_loan(pk=loan.pk, reason="另有安排", by=self.operator, now=NOW)
        if state == "cancelled":
            return cancel_loan(pk=loan.pk, by=self.borrower, now=NOW)
        approve_loan(pk=loan.pk, by=self.operator, now=NOW)
        if state == "approved":
            return Loan.objects.get(pk=loan.pk)
        hand_over(pk=loan.pk, given={}, by=self.operator, now=TUESDAY)
        if state == "handed":
            return Loan.objects.get(pk=loan.pk)
        confirm_receipt(pk=loan.pk, by=self.borrower, now=TUESDAY + HOUR)
        if state == "overdue":
            fall_overdue(loan.ends_at)
        if state in {"returned", "closed", "damaged"}:
            self.back(loan, broken=int(state == "damaged"), checked=state == "closed")
        return Loan.objects.get(pk=loan.pk)

    def back(self, loan, broken=0, lost=0, checked=True, by=None, now=None):
        line = loan.lines.get()
        told = {line.pk: Back(line.out - lost, broken, "杆断" if broken or lost else "")}
        return take_back(
            pk=loan.pk, back=told, returner="样例甲", checked=checked, by=by or self.operator,
            now=now or TUESDAY + DAY,
        )  # fmt: skip

    def free(self, start=TUESDAY, end=TUESDAY + DAY):
        return free_things(self.centre.pk, start, end)[self.tent.pool_id]


@pytest.fixture
def house():
    return House()


DEEDS = {
    "approve": lambda _house, pk, by: approve_loan(pk=pk, by=by, now=NOW),
    "reject": lambda _house, pk, by: reject_loan(pk=pk, reason="另有安排", by=by, now=NOW),
    "cancel": lambda _house, pk, by: cancel_loan(pk=pk, reason="改期", by=by, now=NOW),
    "hand_over": lambda _house, pk, by: hand_over(pk=pk, given={}, by=by, now=TUESDAY),
    "confirm": lambda _house, pk, by: confirm_receipt(pk=pk, by=by, now=TUESDAY),
    "witness": lambda _house, pk, by: witness_receipt(pk=pk, receiver="样例乙", by=by, now=TUESDAY),
    "extend": lambda _house, pk, by: extend_loan(
        pk=pk, ends_at=TUESDAY + 4 * DAY, by=by, now=TUESDAY + HOUR
    ),
    "take_back": lambda h, pk, by: h.back(Loan.objects.get(pk=pk), by=by),
    "close": lambda _house, pk, by: close_loan(pk=pk, by=by, now=TUESDAY + DAY),
    "find_damage": lambda _house, pk, by: find_losses(
        pk=pk, back={LoanLine.objects.get(loan=pk).pk: Back(2, 1, "杆断")}, by=by, now=TUESDAY + DAY
    ),
}
RUNS = {"operator", "second", "street"}
SIDES = {"borrower", "community"}  # the community looks after the body that borrows
ALLOWED = {
    "approve": {("requested", who) for who in RUNS},
    "reject": {("requested", who) for who in RUNS},
    "cancel": {(s, who) for s in ("requested", "approved") for who in RUNS | SIDES},
    "hand_over": {("approved", who) for who in RUNS},
    "confirm": {("handed", who) for who in SIDES},
    "witness": {("handed", who) for who in RUNS},
    "extend": {("in_use", who) for who in RUNS | SIDES} | {("overdue", who) for who in RUNS},
    "take_back": {(s, who) for s in ("handed", "in_use", "overdue") for who in RUNS},
    "close": {("returned", who) for who in RUNS},
    "find_damage": {("returned", who) for who in RUNS},
}
STATES = [state.value for state in Loan.State]
MISSING = (Loan.DoesNotExist, Refused)


@pytest.mark.parametrize("state", STATES)
def test_each_state_each_move_each_role(house, state):
    loan = house.at(state)
    for name, deed in DEEDS.items():
        for who, actor in house.people.items():
            point = transaction.savepoint()
            try:
                deed(house, loan.pk, actor)
                done = True
            except MISSING:
                done = False
            transaction.savepoint_rollback(point)
            assert done == ((state, who) in ALLOWED[name]), (state, name, who)


def test_every_move_stands_in_the_table():
    by_others = {"lapse", "fall_overdue", "settle"}
    assert set(LOAN.moves) == set(DEEDS) | by_others


def test_a_request_holds_nothing_an_approval_all(house):
    first, second = house.asked(3), house.asked(3)
    assert house.free() == 4
    approve_loan(pk=first.pk, by=house.operator, now=NOW)
    assert house.free() == 1
    with pytest.raises(NotEnough, match="“帐篷”要 3，这段时间最少时只剩 1"):
        approve_loan(pk=second.pk, by=house.operator, now=NOW)
    assert Loan.objects.get(pk=second.pk).state == "requested"
    with pytest.raises(NotEnough, match="只剩 1"):
        house.asked(2)
    cancel_loan(pk=first.pk, by=house.borrower, now=NOW)
    assert house.free() == 4


def test_both_sides_sign_the_list(house):
    loan = house.at("approved")
    line = loan.lines.get()
    with pytest.raises(LoanRefused, match="至多交付 2"):
        hand_over(pk=loan.pk, given={line.pk: Given(3)}, by=house.operator, now=TUESDAY)
    with pytest.raises(LoanRefused, match="一件也没有"):
        hand_over(pk=loan.pk, given={line.pk: Given(0)}, by=house.operator, now=TUESDAY)
    hand_over(pk=loan.pk, given={line.pk: Given(1, "八成新")}, by=house.operator, now=TUESDAY)
    assert house.free() == 3  # what was not fetched is free again
    with pytest.raises(LoanRefused):
        confirm_receipt(pk=loan.pk, by=house.operator, now=TUESDAY)
    done = confirm_receipt(pk=loan.pk, by=house.borrower, now=TUESDAY)
    assert (done.state, done.received_by_id, done.handed_by_id) == (
        "in_use", house.borrower.user_id, house.operator.user_id,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=loan.pk).update(received_by=house.operator.user_id)


def test_who_has_no_account_signs_before_the_house(house):
    loan = house.at("approved")
    done = hand_over(pk=loan.pk, given={}, receiver="样例丙", by=house.operator, now=TUESDAY)
    assert (done.state, done.receiver_name, done.received_by_id) == ("in_use", "样例丙", None)
    entry = LogEntry.objects.filter(subject_label="commons.Loan", verb="witness").get()
    assert "样例丙当面签收" in entry.note
    with pytest.raises(LoanRefused, match="姓名"):
        witness_receipt(pk=house.at("handed").pk, receiver=" ", by=house.operator, now=TUESDAY)


def test_back_early_frees_at_once(house):
    loan = house.at("in_use")
    assert house.free(TUESDAY + HOUR, TUESDAY + 40 * HOUR) == 2
    done = house.back(loan, now=TUESDAY + 2 * HOUR)
    assert (done.state, house.free(TUESDAY + 2 * HOUR, TUESDAY + DAY)) == ("closed", 4)
    assert loan.lines.get().piece_days == 2
    assert not Claim.objects.filter(loan=loan).exists()


def test_a_loss_is_settled_by_another_and_the_pieces_stay_out(house):
    loan = house.at("in_use")
    now = TUESDAY + DAY
    with pytest.raises(LoanRefused, match="情况"):
        take_back(pk=loan.pk, back={loan.lines.get().pk: Back(1)}, by=house.operator, now=now)
    house.back(loan, broken=1, lost=1)
    assert Loan.objects.get(pk=loan.pk).state == "damaged"
    assert house.free(now, now + DAY) == 2
    broken, lost = LoanDamage.objects.order_by("pk")
    assert (broken.kind, broken.quantity, lost.kind, lost.quantity) == ("broken", 1, "lost", 1)
    told = {"how": "照价赔偿", "amount_fen": 80_000, "now": now}
    with pytest.raises(LoanRefused, match="登记损失的人"):
        settle_loss(pk=lost.pk, name="settle", by=house.operator, **told)
    with pytest.raises(LoanDamage.DoesNotExist):
        settle_loss(pk=lost.pk, name="settle", by=house.people["other_street"], **told)
    with pytest.raises(LoanRefused, match="中心"):
        settle_loss(pk=lost.pk, name="settle", by=house.people["community"], **told)
    with pytest.raises(MoveRefused, match="理由"):
        settle_loss(pk=lost.pk, name="waive", how=" ", by=house.second, now=now)
    settle_loss(pk=lost.pk, name="settle", written_off=1, by=house.second, **told)
    assert Pool.objects.get(pk=house.tent.pool_id).quantity == 3
    assert (Loan.objects.get(pk=loan.pk).state, house.free(now, now + DAY)) == ("damaged", 2)
    settle_loss(pk=broken.pk, name="waive", how="自然老化，已修好", by=house.second, now=now)
    assert (Loan.objects.get(pk=loan.pk).state, house.free(now, now + DAY)) == ("closed", 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        LoanDamage.objects.filter(pk=lost.pk).update(settled_by=house.operator.user_id)


def test_what_others_were_promised_is_not_written_off(house):
    loan = house.at("in_use")
    later = house.asked(4, starts_at=TUESDAY + 9 * DAY, ends_at=TUESDAY + 10 * DAY)
    approve_loan(pk=later.pk, by=house.operator, now=NOW)
    house.back(loan, lost=1)
    lost = LoanDamage.objects.get()
    told = {"name": "settle", "how": "赔偿", "amount_fen": 1, "by": house.second, "now": TUESDAY}
    with pytest.raises(LoanRefused, match="核销后不够"):
        settle_loss(pk=lost.pk, written_off=1, **told)
    assert LoanDamage.objects.get().state == "found"
    settle_loss(pk=lost.pk, **told)


def test_the_borrower_extends_once_where_nobody_waits(house):
    loan = house.at("in_use", count=3)
    done = extend_loan(pk=loan.pk, ends_at=TUESDAY + 4 * DAY, by=house.borrower, now=TUESDAY + HOUR)
    assert (done.state, done.extensions, house.free(TUESDAY + 3 * DAY, TUESDAY + 4 * DAY)) == (
        "in_use", 1, 1,
    )  # fmt: skip
    with pytest.raises(LoanRefused, match="已用完"):
        extend_loan(pk=loan.pk, ends_at=TUESDAY + 5 * DAY, by=house.borrower, now=TUESDAY + HOUR)
    next_one = house.asked(2, starts_at=TUESDAY + 5 * DAY, ends_at=TUESDAY + 6 * DAY)
    approve_loan(pk=next_one.pk, by=house.operator, now=NOW)
    with pytest.raises(NotEnough, match="只剩 2"):
        extend_loan(pk=loan.pk, ends_at=TUESDAY + 6 * DAY, by=house.operator, now=TUESDAY + HOUR)
    assert Loan.objects.get(pk=loan.pk).ends_at == TUESDAY + 4 * DAY
    assert house.free(TUESDAY + 3 * DAY, TUESDAY + 4 * DAY) == 1
    with pytest.raises(LoanRefused, match="晚于"):
        extend_loan(pk=loan.pk, ends_at=TUESDAY, by=house.operator, now=TUESDAY + HOUR)


def test_what_nobody_fetches_is_free_again(house):
    loan, waiting = house.at("approved"), house.asked(1)
    assert lapse_loans(TUESDAY + HOUR) == 0
    assert lapse_loans(TUESDAY + DAY) == 2
    loan.refresh_from_db()
    assert (loan.state, loan.reason, house.free()) == ("cancelled", "过时未取用", 4)
    assert "仍未审批" in Loan.objects.get(pk=waiting.pk).reason
    assert lapse_loans(TUESDAY + DAY) == 0


def test_early_at_the_counter_only_where_the_things_are_there(house):
    before = house.asked(3, starts_at=TUESDAY - DAY, ends_at=TUESDAY - HOUR)
    approve_loan(pk=before.pk, by=house.operator, now=NOW)
    loan = house.at("approved")
    with pytest.raises(LoanRefused, match="还有别人在用"):
        hand_over(pk=loan.pk, given={}, by=house.operator, now=TUESDAY - 2 * HOUR)
    hand_over(pk=loan.pk, given={}, by=house.operator, now=TUESDAY - HOUR / 2)


def test_rules_each_beside_its_field(house):
    make_rule(house.centre, most_pieces=3, most_open=2, hours_ahead=24)
    for fields, count, field, words in (
        ({"starts_at": NOW + HOUR}, 1, "from_on", "提前 24 小时"),
        ({"days": 9}, 1, "until_on", "至多借 7 天"),
        ({"ends_at": TUESDAY - HOUR}, 1, "until_on", "晚于取用"),
        ({}, 4, "", "至多借 3 件"),
        ({}, 5, f"take_{house.tent.pool_id}", "共有 4"),
        ({}, 0, "", "数量"),
        ({"organisation": None}, 1, "whom", "不借给个人"),
    ):
        with pytest.raises(LoanRulesBroken, match=words) as refusal:
            house.asked(count, **fields)
        assert field in {one.field for one in refusal.value.objections}, words
    house.asked(1)
    house.asked(1)
    with pytest.raises(LoanRulesBroken, match="至多借 2 笔"):
        house.asked(1)
    assert house.asked(1, by=house.operator).state == "approved"  # entered at the counter


def test_only_in_ones_own_name_and_in_good_standing(house):
    other = make_organisation(house.district.communities[1][0])
    with pytest.raises(LoanRulesBroken, match="以这个组织的名义"):
        house.asked(1, organisation=other)
    with pytest.raises(LoanRulesBroken, match="以这个单位的名义"):
        house.asked(1, organisation=None, on_behalf=house.district.communities[1][0])
    type(house.team).objects.filter(pk=house.team.pk).update(state="paused", state_since=NOW)
    house.team.refresh_from_db()
    with pytest.raises(LoanRulesBroken, match="恢复正常"):
        house.asked(1)


def test_standing_counts_on_the_day_of_the_approval_too(house):
    loan = house.asked(1)
    type(house.team).objects.filter(pk=house.team.pk).update(state="paused", state_since=NOW)
    with pytest.raises(LoanRefused, match="恢复正常"):
        approve_loan(pk=loan.pk, by=house.operator, now=NOW)
    assert not Claim.objects.exists()


def test_a_resident_borrows_where_the_rule_lets(house):
    make_rule(house.centre, residents_may=True)
    resident = house.people["resident"]
    loan = house.asked(1, organisation=None, by=resident)
    assert loan.person_id == resident.user_id
    approve_loan(pk=loan.pk, by=house.operator, now=NOW)
    assert Notice.objects.filter(to=resident.user_id, text__contains="已同意").exists()
    hand_over(pk=loan.pk, given={}, by=house.operator, now=TUESDAY)
    confirm_receipt(pk=loan.pk, by=resident, now=TUESDAY)
    stranger = make_actor("RES", house.district.root)
    with pytest.raises(Loan.DoesNotExist):
        extend_loan(pk=loan.pk, ends_at=TUESDAY + 4 * DAY, by=stranger, now=TUESDAY)


def test_who_asks_does_not_decide(house):
    path = (str(house.district.streets[0].path),)
    user = make_user()
    clerk = Actor(
        user_id=user.pk, name="样例", reach={"booking.make": path, "booking.decide": path}
    )
    loan = house.asked(1)
    Loan.objects.filter(pk=loan.pk).update(asked_by=user)
    with pytest.raises(LoanRefused, match="自己提交"):
        approve_loan(pk=loan.pk, by=clerk, now=NOW)


def test_the_database_keeps_the_sums(house):
    line = house.at("in_use").lines.get()
    for change in ({"out": 9}, {"back": 9}, {"broken": 1}, {"quantity": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LoanLine.objects.filter(pk=line.pk).update(**change)
    claim = Claim.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(quantity=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(loan=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=line.loan_id).update(on_behalf=make_node())


def test_a_stranger_finds_no_such_loan(house):
    loan = house.asked()
    for who in ("other_street", "resident"):
        assert not house.people[who].rows(Loan, "booking.view").filter(pk=loan.pk).exists()
    for who in ("borrower", "operator", "community"):
        assert house.people[who].rows(Loan, "booking.view").filter(pk=loan.pk).exists()
