"""The way of a stay: who may do what in which state, and what it does to the desks."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from changle.core.indicators import standing, value  # noqa: F401
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.services.commons.models import Claim
from changle.services.leases.actions import LeaseRefused, allot, ask, free_desks, propose, renew
from changle.services.leases.actions.deciding import (
    agree,
    countersign,
    decline,
    send_back,
    sign,
    withdraw,
)
from changle.services.leases.actions.nightly import end_terms, lapse_unsigned, remind_of_ends
from changle.services.leases.actions.planning import (
    DeskRow,
    add_desks,
    add_floor,
    retire_desk,
    set_rule,
)
from changle.services.leases.actions.staying import (
    confirm,
    give_notice,
    hand_back,
    hand_over,
    terminate,
)
from changle.services.leases.indicators import days_held, held
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Desk, Floor, Lease, LeasedDesk
from tests.factories.commons import make_space
from tests.factories.leases import (
    NOW,
    TODAY,
    asked,
    clerk,
    head_of,
    in_state,
    make_desk,
    make_house,
    proposed,
    street,
    term,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
AFTER = date(2028, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def place(tree):
    """A house with three desks, and a body of a community of its street."""
    centre, desks = make_house(tree.centre)
    return centre, desks, make_organisation(tree.communities[0][0])


def keys_of(rows):
    return [row.pk for row in rows]


def live(centre, desks, body, **fields):
    """A body that has moved in."""
    row = proposed(body, centre, desks, **fields)
    head, house = head_of(body), clerk(centre)
    agree(pk=row.pk, by=street(centre), now=NOW)
    sign(pk=row.pk, by=head, now=NOW)
    countersign(pk=row.pk, by=house, now=NOW)
    hand_over(pk=row.pk, keys=2, condition="完好", by=house, now=NOW)
    return confirm(pk=row.pk, by=head, now=NOW)


def test_a_body_asks_moves_in_and_hands_back(place):
    centre, desks, body = place
    head, house, office = head_of(body), clerk(centre), street(centre)
    row = ask(organisation=body.pk, centre=centre.pk, term=term(), desks_wanted=1, by=head, now=NOW)
    assert LEASE.waiting(house).get() == row
    allot(pk=row.pk, desks=[desks[0].pk], term=term(), by=house, now=NOW)
    assert desks[0] not in free_desks(centre, TODAY, AFTER)
    assert LEASE.waiting(office).get() == row
    row = agree(pk=row.pk, by=office, now=NOW)
    assert row.due_on == TODAY + 15 * DAY
    sign(pk=row.pk, by=head, now=NOW)
    countersign(pk=row.pk, by=house, now=NOW)
    hand_over(pk=row.pk, keys=2, condition="桌椅完好", by=house, now=NOW)
    row = confirm(pk=row.pk, by=head, now=NOW)
    assert (row.state, row.keys, row.moved_in_on) == ("moved_in", 2, TODAY)
    assert held(TODAY, TODAY).count() == 1
    give_notice(pk=row.pk, by=head, now=NOW, note="搬到别处")
    later = NOW + 10 * DAY
    with pytest.raises(LeaseRefused, match="钥匙"):
        hand_back(pk=row.pk, keys_back=False, desk_sound=True, debts_paid=True, condition="",
                  by=house, now=later)  # fmt: skip
    row = hand_back(pk=row.pk, keys_back=False, desk_sound=True, debts_paid=True, condition="完好",
                    settled="已由组织出资换锁", by=house, now=later)  # fmt: skip
    assert row.condition_back == "完好（未交清：钥匙；处理：已由组织出资换锁）"
    assert desks[0] in free_desks(centre, TODAY + 10 * DAY, AFTER)
    row = LEASE.fire(row.pk, "close", by=office, now=later)
    assert row.state == "closed"
    verbs = LogEntry.objects.filter(subject_label="leases.Lease", subject_id=str(row.pk))
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "ask_lease", "propose", "agree", "sign", "countersign", "hand_over", "confirm",
        "give_notice", "hand_back", "close",
    ]  # fmt: skip


ALLOWED = {  # move -> the states it leaves, and who makes it; by hand, against lifecycle.py
    "propose": ({"asked"}, {"house", "office"}),
    "agree": ({"proposed"}, {"office"}),
    "send_back": ({"proposed"}, {"office"}),
    "decline": ({"asked", "proposed"}, {"office"}),
    "withdraw": ({"asked", "proposed", "agreed"}, {"head"}),
    "sign": ({"agreed"}, {"head"}),
    "countersign": ({"countersigning"}, {"house", "office"}),
    "lapse": ({"agreed", "countersigning"}, {"house", "office"}),
    "hand_over": ({"signed"}, {"house", "office"}),
    "confirm": ({"handing_over"}, {"head"}),
    "dispute": ({"handing_over"}, {"head"}),
    "carry_on": ({"signed", "handing_over"}, {"house", "office"}),
    "give_notice": ({"moved_in"}, {"head"}),
    "terminate": ({"moved_in"}, {"office"}),
    "expire": ({"signed", "handing_over", "moved_in"}, {"house", "office"}),
    "roll_over": ({"moved_in"}, {"house", "office"}),
    "hand_back": ({"ending"}, {"house", "office"}),
    "close": ({"handed_back"}, {"office"}),
}


def test_every_move_is_in_the_table():
    assert set(ALLOWED) == set(LEASE.moves)


@pytest.mark.parametrize("state", Lease.State.values)
def test_who_may_do_what(place, state, tree):
    centre, desks, body = place
    row = in_state(proposed(body, centre, desks[:1]), state)
    row = Lease.objects.select_related("centre__node", "organisation__node").get(pk=row.pk)
    actors = {"head": head_of(body), "house": clerk(centre), "office": street(centre),
              "stranger": make_actor("STO", tree.streets[1])}  # fmt: skip
    for name, (states, roles) in ALLOWED.items():
        for role, actor in actors.items():
            may = state in states and role in roles
            assert LEASE.may(row, name, actor) is may, (name, role)
            if may:
                with transaction.atomic():
                    LEASE.fire(row.pk, name, by=actor, now=NOW, note="理由")
                    transaction.set_rollback(True)
            elif role == "stranger":
                with pytest.raises(Lease.DoesNotExist):
                    LEASE.fire(row.pk, name, by=actor, now=NOW, note="理由")
            else:
                with pytest.raises((MoveRefused, Lease.DoesNotExist)):
                    LEASE.fire(row.pk, name, by=actor, now=NOW, note="理由")


def test_the_street_of_the_body_does_not_decide_for_another_house(tree):
    centre, desks = make_house(tree.centre)
    body = make_organisation(tree.communities[1][0])
    row = proposed(body, centre, desks[:1])
    with pytest.raises(LeaseRefused, match="不归您"):
        agree(pk=row.pk, by=make_actor("STO", tree.streets[1]), now=NOW)


def test_who_allots_does_not_agree(place):
    centre, desks, body = place
    office = street(centre)
    row = propose(organisation=body, centre=centre, desks=[desks[0].pk], term=term(), by=office,
                  now=NOW)  # fmt: skip
    assert not LEASE.waiting(office).exists()
    with pytest.raises(MoveRefused, match="谁安排谁不能审批"):
        agree(pk=row.pk, by=office, now=NOW)


def test_no_desk_is_let_twice_whatever_the_code_does(place):
    centre, desks, body = place
    row = proposed(body, centre, desks[:1])
    with pytest.raises(IntegrityError), transaction.atomic():
        LeasedDesk.objects.create(lease=row, desk=desks[0], starts_on=AFTER - DAY,
                                  ends_on=AFTER + DAY)  # fmt: skip
    LeasedDesk.objects.create(lease=row, desk=desks[0], starts_on=AFTER, ends_on=AFTER + DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        LeasedDesk.objects.filter(starts_on=AFTER).update(starts_on=AFTER - DAY)
    other = make_organisation(body.node)
    with pytest.raises(LeaseRefused, match="已分配"):
        proposed(other, centre, desks[:1])


def test_the_database_keeps_the_shape_of_desks_and_stays(place):
    centre, desks, body = place
    floor = Floor.objects.get()
    row = proposed(body, centre, desks[:1])
    someone = head_of(body).user_id
    wrong = (
        lambda: Desk.objects.filter(pk=desks[0].pk).update(kind="office"),
        lambda: Desk.objects.filter(pk=desks[0].pk).update(width=0),
        lambda: Desk.objects.filter(pk=desks[0].pk).update(number=desks[1].number),
        lambda: Floor.objects.filter(pk=floor.pk).update(width=0),
        lambda: Lease.objects.filter(pk=row.pk).update(ends_on=TODAY),
        lambda: Lease.objects.filter(pk=row.pk).update(signed_by=someone, countersigned_by=someone),
        lambda: LeasedDesk.objects.filter(lease=row).update(ends_on=TODAY),
    )
    for deed in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()


def test_an_office_is_taken_out_of_booking_until_it_is_handed_back(place):
    centre, _desks, body = place
    room = make_space(centre)
    office = make_desk(centre, kind="office", space=room)
    row = proposed(body, centre, [office])
    row.refresh_from_db()
    assert row.closure.reason == f"入驻：{body.name}"
    assert Claim.objects.filter(closure=row.closure).count() == 1
    send_back(pk=row.pk, by=street(centre), now=NOW, note="换一间")
    assert not Claim.objects.exists()
    assert not LeasedDesk.objects.exists()


def test_declined_and_withdrawn_stays_hold_nothing(place):
    centre, desks, body = place
    row = proposed(body, centre, desks[:1])
    decline(pk=row.pk, by=street(centre), now=NOW, note="不符合")
    assert not LeasedDesk.objects.exists()
    row = proposed(body, centre, desks[:1])
    withdraw(pk=row.pk, by=head_of(body), now=NOW)
    assert not LeasedDesk.objects.exists()


def test_what_is_not_signed_in_time_lapses(place):
    centre, desks, body = place
    row = proposed(body, centre, desks[:1])
    agree(pk=row.pk, by=street(centre), now=NOW)
    lapse_unsigned(NOW + 15 * DAY)
    assert Lease.objects.get().state == "agreed"
    lapse_unsigned(NOW + 16 * DAY)
    assert Lease.objects.get().state == "lapsed"
    assert not LeasedDesk.objects.exists()


def test_a_renewal_leaves_no_gap_and_goes_no_further_than_the_rule(place):
    centre, desks, body = place
    row = live(centre, desks[:1], body)
    house = clerk(centre)
    with pytest.raises(LeaseRefused, match="一期最长 12 个月"):
        renew(pk=row.pk, ends_on=date(2029, 3, 3), by=house, now=NOW)
    new = renew(pk=row.pk, ends_on=date(2029, 3, 2), by=house, now=NOW)
    assert (new.starts_on, new.state, new.renews_id) == (row.ends_on, "proposed", row.pk)
    with pytest.raises(LeaseRefused, match="已经办理续驻"):
        renew(pk=row.pk, ends_on=date(2029, 3, 2), by=house, now=NOW)
    with pytest.raises(MoveRefused, match="撤回续驻"):
        give_notice(pk=row.pk, by=head_of(body), now=NOW, note="退")
    agree(pk=new.pk, by=street(centre), now=NOW)
    sign(pk=new.pk, by=head_of(body), now=NOW)
    countersign(pk=new.pk, by=house, now=NOW)
    end_terms(NOW + 366 * DAY)
    row.refresh_from_db()
    new.refresh_from_db()
    assert (row.state, new.state, new.keys) == ("closed", "moved_in", 2)
    for day in (AFTER - DAY, AFTER):
        assert held(day, day).count() == 1
    with pytest.raises(LeaseRefused, match="连续入驻最长 24 个月"):
        renew(pk=new.pk, ends_on=date(2029, 9, 2), by=house, now=NOW + 366 * DAY)


def test_a_term_that_is_over_is_to_be_handed_back_in_fifteen_working_days(place):
    centre, desks, body = place
    row = live(centre, desks[:1], body, ends_on=TODAY + 5 * DAY)
    end_terms(NOW + 5 * DAY)
    row.refresh_from_db()
    assert row.state == "ending"
    assert row.due_on is not None
    assert desks[0] in free_desks(centre, TODAY + 30 * DAY, AFTER)  # asked before the end


def test_nobody_gets_keys_to_a_desk_that_another_still_has(place):
    centre, desks, body = place
    live(centre, desks[:1], body, ends_on=TODAY + 5 * DAY)
    other = make_organisation(body.node)
    row = proposed(other, centre, desks[:1], starts_on=TODAY + 5 * DAY)
    in_state(row, "signed")
    with pytest.raises(LeaseRefused, match="到那一天"):
        hand_over(pk=row.pk, keys=1, condition="好", by=clerk(centre), now=NOW)
    with pytest.raises(LeaseRefused, match="还没有由"):
        hand_over(pk=row.pk, keys=1, condition="好", by=clerk(centre), now=NOW + 5 * DAY)


def test_a_forced_end_has_a_ground(place):
    centre, desks, body = place
    row = live(centre, desks[:1], body)
    office = street(centre)
    with pytest.raises(LeaseRefused, match="原因"):
        terminate(pk=row.pk, ground="notice", note="x", by=office, now=NOW)
    with pytest.raises(MoveRefused, match="理由"):
        terminate(pk=row.pk, ground="idle", note=" ", by=office, now=NOW)
    row = terminate(pk=row.pk, ground="idle", note="三个月无活动", by=office, now=NOW)
    assert (row.state, row.ground) == ("ending", "idle")


def test_both_sides_are_reminded_once_a_step(place):
    centre, desks, body = place
    live(centre, desks[:1], body, ends_on=TODAY + 61 * DAY)
    Notice.objects.all().delete()
    for days in (0, 1, 2, 31, 32, 54):
        remind_of_ends(NOW + days * DAY)
    texts = set(Notice.objects.values_list("text", flat=True))
    assert len(texts) == 3
    assert any("还有 60 天" in text for text in texts)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"ends_on": TODAY}, "应晚于"),
        ({"ends_on": date(2029, 1, 1)}, "一期最长"),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 1)}, "已经过去"),
        ({"purpose": " "}, "用途"),
        ({"desks_wanted": 5}, "每家最多 4"),
    ],
)
def test_an_unfit_request_is_refused(place, facts, sentence):
    centre, _desks, body = place
    with pytest.raises(LeaseRefused, match=sentence):
        asked(body, centre, **facts)
    assert not Lease.objects.exists()


def test_a_body_out_of_standing_does_not_move_in(place):
    centre, desks, body = place
    body.state = "paused"
    body.save(update_fields=["state"])
    with pytest.raises(LeaseRefused, match="不能入驻"):
        proposed(body, centre, desks[:1])


def test_no_body_holds_more_desks_than_the_rule_of_the_house(place):
    centre, desks, body = place
    rule = set_rule(centre=centre.pk, by=street(centre), now=NOW, facts={"most_desks": 2})
    assert rule.node_id == centre.node_id
    with pytest.raises(LeaseRefused, match="每家最多 2"):
        proposed(body, centre, desks)
    proposed(body, centre, desks[:2])
    with pytest.raises(LeaseRefused, match="已有 2 个"):
        proposed(body, centre, desks[2:])


def test_a_row_of_desks_is_numbered_on_and_stays_on_its_floor(place):
    centre, *_rest = place
    house = clerk(centre)
    floor = add_floor(centre=centre.pk, name="二楼", width=10, height=5, by=house, now=NOW)
    desks = add_desks(
        floor=floor.pk, row=DeskRow(first="B09", count=3, x=0, y=0), by=house, now=NOW
    )
    assert [(one.number, one.x) for one in desks] == [("B09", 0), ("B10", 16), ("B11", 32)]
    for row, sentence in (
        (DeskRow(first="C1", count=9, x=0, y=0), "超出"),
        (DeskRow(first="B10", count=1, x=0, y=10), "同号"),
        (DeskRow(first="C", count=2, x=0, y=10), "数字结尾"),
        (DeskRow(first="C1", count=0, x=0, y=10), "1 到 60"),
    ):
        with pytest.raises(LeaseRefused, match=sentence):
            add_desks(floor=floor.pk, row=row, by=house, now=NOW)
    retire_desk(pk=desks[0].pk, on=TODAY, by=house, now=NOW)
    assert desks[0] not in free_desks(centre, TODAY, AFTER)


def test_a_desk_that_is_promised_is_not_retired(place):
    centre, desks, body = place
    proposed(body, centre, desks[:1])
    with pytest.raises(LeaseRefused, match="还分配给"):
        retire_desk(pk=desks[0].pk, on=TODAY, by=clerk(centre), now=NOW)


def test_days_are_counted_within_the_period(place, monkeypatch):
    centre, desks, body = place
    live(centre, desks[:2], body, starts_on=TODAY, ends_on=TODAY + 10 * DAY)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_a: TODAY + 100 * DAY)
    rows = days_held(TODAY + 2 * DAY, TODAY + 5 * DAY)
    assert [row.days for row in rows] == [3, 3]
    march = {"path": "", "period": Period.of_months(2027, 3, 1), "today": AFTER}
    assert value("leases.desk_days", **march).value == 60  # nobody gave the desks back
    Lease.objects.update(handed_back_on=TODAY + 10 * DAY)
    assert value("leases.desk_days", **march).value == 20


def test_who_stays_on_is_counted_until_the_desks_are_back_and_a_body_once_a_house(place):
    centre, desks, body = place
    ends = TODAY + 10 * DAY
    live(centre, desks[:1], body, starts_on=TODAY, ends_on=ends)
    live(centre, desks[1:2], body, starts_on=TODAY, ends_on=TODAY + 90 * DAY)
    late = ends + 5 * DAY
    told = {"path": "", "period": Period(TODAY, late + DAY), "today": late, "stamp": ""}
    assert value("leases.desks_taken", **told).value == 2
    assert value("leases.organisations_in", **told).value == 1
    Lease.objects.filter(ends_on=ends).update(handed_back_on=late)
    assert value("leases.desks_taken", **told).value == 1
