"""A house is set up by its keepers: each write shows in the next layout, and nothing promised is lost."""

import threading
from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.schedule import SCHEDULE
from changle.ground.territory.models import Node
from changle.services.commons.actions.booking import Taken, Wish, book
from changle.services.commons.actions.house_hours import end_exception, set_exception, set_hours
from changle.services.commons.actions.house_rooms import bring_back_room, retire_room, set_room
from changle.services.commons.actions.houses import (
    FallOutside,
    HouseRefused,
    StandingIn,
    add_centre,
    edit_centre,
    end_zone,
    enter_check,
    set_policy,
    set_zone,
)
from changle.services.commons.actions.safety import remind_of_checks
from changle.services.commons.models import (
    Booking,
    Centre,
    Opening,
    OpeningException,
    SafetyCheck,
    Space,
    Zone,
)
from changle.services.commons.queries.houses import (
    could_be_parts,
    houses_to_edit,
    latest_checks,
    seats_without,
)
from changle.services.commons.queries.layout import laid_out
from tests.factories.accounts import make_user
from tests.factories.commons import (
    NOW,
    TUESDAY,
    booker,
    house,
    make_centre,
    make_policy,
    make_space,
)
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ALL_DAY = [[(time(8), time(22))]] * 7
MORNINGS = [[(time(8), time(10))]] * 7


@pytest.fixture(autouse=True)
def no_layout_of_another_test():
    """Keys begin anew with each test, layouts are kept for the life of the process."""
    laid_out.cache_clear()


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(district.centre, holidays_closed=False)


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅")


@pytest.fixture
def keeper(district):
    return make_actor("CTR", district.centre)


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


def ask(centre, team, *rooms, hours=(0, 2)):
    wish = Wish(
        rooms=tuple(room.pk for room in rooms), starts_at=TUESDAY + hours[0] * HOUR,
        ends_at=TUESDAY + hours[1] * HOUR, title="排练", people=5, organisation=team,
    )  # fmt: skip
    return book(layout=house(centre), wish=wish, by=booker(team), now=NOW)


def room_facts(centre, **more):
    facts = {
        "name": "新厅",
        "capacity": 20,
        "policy": centre.policies.first() or make_policy(centre),
    }
    return {**facts, **more}


def furnish(centre, keeper, *, parts=(), pk=None, features=(), **facts):
    return set_room(
        centre_pk=centre.pk, pk=pk, facts=room_facts(centre, **facts), features=features,
        parts=parts, by=keeper, now=NOW,
    )  # fmt: skip


POLICY = {"name": "夜间", "hours_ahead": 2}
CHECK = {
    "subject": "消防器材", "checked_on": date(2027, 1, 2), "next_on": date(2027, 7, 2),
    "is_sound": True, "result": "", "checked_by": "",
}  # fmt: skip
WRITES = {
    "centre": lambda c, _h, who: edit_centre(pk=c.pk, facts={"phone": "029-1"}, by=who, now=NOW),
    "zone": lambda c, _h, who: set_zone(centre_pk=c.pk, facts={"name": "红咖汇"}, by=who, now=NOW),
    "room": lambda c, _h, who: furnish(c, who),
    "room's name": lambda c, h, who: furnish(c, who, pk=h.pk, name="大厅"),
    "policy": lambda c, _h, who: set_policy(centre_pk=c.pk, facts=POLICY, by=who, now=NOW),
    "policy's rule": lambda c, h, who: set_policy(
        centre_pk=c.pk, pk=h.policy_id, facts={"longest": 60}, by=who, now=NOW
    ),
    "hours": lambda c, _h, who: set_hours(centre_pk=c.pk, week=MORNINGS, by=who, now=NOW),
    "room's hours": lambda c, h, who: set_hours(
        centre_pk=c.pk, space_pk=h.pk, week=MORNINGS, by=who, now=NOW
    ),
    "exception": lambda c, _h, who: set_exception(
        centre_pk=c.pk, on=date(2027, 3, 10), spans=[], reason="检修", by=who, now=NOW
    ),
    "retire": lambda c, h, who: retire_room(
        centre_pk=c.pk, pk=h.pk, on=date(2027, 4, 1), by=who, now=NOW
    ),
    "check": lambda c, _h, who: enter_check(
        centre_pk=c.pk, facts=CHECK, by=who, now=NOW, today=NOW.date()
    ),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_each_write_shows_in_the_next_layout_and_in_the_log(centre, hall, keeper, write):
    before, stamp = house(centre), Centre.objects.get(pk=centre.pk).layout_stamp
    entries = LogEntry.objects.count()
    WRITES[write](centre, hall, keeper)
    assert Centre.objects.get(pk=centre.pk).layout_stamp > stamp
    assert house(centre) is not before
    if write not in {
        "centre",
        "zone",
        "check",
        "policy",
        "policy's rule",
    }:  # rules are equal by key
        assert house(centre) != before
    assert LogEntry.objects.count() > entries
    assert str(centre.node.path) in LogEntry.objects.latest("pk").path


@pytest.mark.parametrize("write", WRITES)
def test_another_streets_keeper_finds_no_such_house(centre, hall, district, write):
    other = make_actor("STO", district.streets[1])
    stamp = Centre.objects.get(pk=centre.pk).layout_stamp
    with pytest.raises(Centre.DoesNotExist):
        WRITES[write](centre, hall, other)
    with pytest.raises(Centre.DoesNotExist):
        WRITES[write](centre, hall, make_actor("COM", district.communities[0][0]))
    assert Centre.objects.get(pk=centre.pk).layout_stamp == stamp


def test_a_rule_holds_from_the_next_layout_on(centre, hall, keeper):
    assert house(centre).rooms[hall.pk].policy.longest == 240
    WRITES["policy's rule"](centre, hall, keeper)
    assert house(centre).rooms[hall.pk].policy.longest == 60


def test_ending_and_bringing_back_are_writes_too(centre, hall, keeper):
    zone = set_zone(centre_pk=centre.pk, facts={"name": "红驿站"}, by=keeper, now=NOW)
    furnish(centre, keeper, pk=hall.pk, name="多功能厅", zone=zone)
    assert house(centre).rooms[hall.pk].zone == "红驿站"
    end_zone(centre_pk=centre.pk, pk=zone.pk, by=keeper, now=NOW)
    assert house(centre).rooms[hall.pk].zone == ""
    retire_room(centre_pk=centre.pk, pk=hall.pk, on=date(2027, 3, 2), by=keeper, now=NOW)
    assert house(centre).rooms[hall.pk].retired_on == date(2027, 3, 2)
    bring_back_room(centre_pk=centre.pk, pk=hall.pk, by=keeper, now=NOW)
    assert house(centre).rooms[hall.pk].retired_on is None
    with pytest.raises(HouseRefused, match="没有停用"):
        bring_back_room(centre_pk=centre.pk, pk=hall.pk, by=keeper, now=NOW)


def test_nothing_that_does_not_differ_is_written(centre, hall, keeper):
    stamp, entries = Centre.objects.get(pk=centre.pk).layout_stamp, LogEntry.objects.count()
    edit_centre(pk=centre.pk, facts={"name": centre.name}, by=keeper, now=NOW)
    furnish(centre, keeper, pk=hall.pk, name=hall.name, capacity=hall.capacity, policy=hall.policy)
    assert Centre.objects.get(pk=centre.pk).layout_stamp == stamp
    assert LogEntry.objects.count() == entries


def test_a_house_for_a_place_once(district):
    street = make_actor("STO", district.streets[0])
    seat = district.communities[0][0]
    assert seat in set(seats_without(street))
    facts = {"name": "一社区共享空间"}
    made = add_centre(node=seat, facts=facts, by=street, now=NOW)
    assert made.policies.count() == 1
    assert made.policies.get().priority == list(Booking.Class.values)
    assert seat not in set(seats_without(street))
    with pytest.raises(HouseRefused, match="已经设立"):
        add_centre(node=seat, facts=facts, by=street, now=NOW)
    with pytest.raises(HouseRefused, match="中心或社区"):
        add_centre(node=district.streets[0], facts=facts, by=street, now=NOW)
    with pytest.raises(Node.DoesNotExist):
        add_centre(node=district.communities[1][0], facts=facts, by=street, now=NOW)


def test_a_hall_made_of_two_rooms_shuts_them_out(centre, keeper, team):
    a, b = furnish(centre, keeper, name="东厅"), furnish(centre, keeper, name="西厅")
    whole = furnish(centre, keeper, name="大厅", parts=[a.pk, b.pk])
    policy = centre.policies.get()
    set_policy(
        centre_pk=centre.pk, pk=policy.pk, facts={"needs_approval": False, "hours_ahead": 1},
        by=keeper, now=NOW,
    )  # fmt: skip
    assert set(house(centre).rooms[whole.pk].pools) == {a.pools.get().pk, b.pools.get().pk}
    ask(centre, team, a)
    with pytest.raises(Taken):
        ask(centre, team, whole)
    ask(centre, team, b)  # the other half is free


def test_what_cannot_be_a_part(centre, keeper):
    a, b, c = (furnish(centre, keeper, name=name) for name in ("东厅", "西厅", "北厅"))
    whole = furnish(centre, keeper, name="大厅", parts=[a.pk, b.pk])
    with pytest.raises(HouseRefused, match="不再含有"):
        furnish(centre, keeper, name="更大", parts=[whole.pk, c.pk])
    with pytest.raises(HouseRefused, match="一部分"):
        furnish(centre, keeper, pk=a.pk, name="东厅", parts=[b.pk, c.pk])
    with pytest.raises(HouseRefused, match="至少要选"):
        furnish(centre, keeper, pk=whole.pk, name="大厅", parts=[a.pk])
    assert {one.name for one in could_be_parts(centre, c)} == {"东厅", "西厅"}
    furnish(centre, keeper, pk=whole.pk, name="大厅")
    assert not {pool.pk for pool in whole.pools.all()} & {a.pools.get().pk, b.pools.get().pk}


def test_the_pools_of_a_room_stay_while_somebody_holds_them(centre, hall, keeper, team):
    a, b = furnish(centre, keeper, name="东厅"), furnish(centre, keeper, name="西厅")
    booking = ask(centre, team, hall)
    same = {"name": hall.name, "capacity": hall.capacity, "policy": hall.policy}
    with pytest.raises(StandingIn, match="1 个已确认") as refusal:
        furnish(centre, keeper, pk=hall.pk, parts=[a.pk, b.pk], **same)
    assert refusal.value.bookings == [booking]
    assert hall.pools.count() == 1


def test_a_room_is_closed_only_when_nothing_accepted_stands(centre, hall, keeper, team):
    booking = ask(centre, team, hall)
    with pytest.raises(StandingIn) as refusal:
        retire_room(centre_pk=centre.pk, pk=hall.pk, on=TUESDAY.date(), by=keeper, now=NOW)
    assert refusal.value.bookings == [booking]
    after = TUESDAY.date() + timedelta(days=1)
    assert retire_room(centre_pk=centre.pk, pk=hall.pk, on=after, by=keeper, now=NOW).retired_on


def test_new_hours_tell_which_bookings_they_leave_outside(centre, hall, keeper, team):
    booking = ask(centre, team, hall)
    with pytest.raises(FallOutside, match="1 个已确认") as refusal:
        set_hours(centre_pk=centre.pk, week=MORNINGS, by=keeper, now=NOW)
    assert refusal.value.bookings == [booking]
    assert not Opening.objects.filter(closes=time(10)).exists()
    left = set_hours(centre_pk=centre.pk, week=MORNINGS, by=keeper, now=NOW, sure=True)
    assert left == [booking]
    booking.refresh_from_db()
    assert booking.state == "approved"
    # what is outside already is no news
    assert set_hours(centre_pk=centre.pk, week=[[]] * 7, by=keeper, now=NOW) == []


@pytest.mark.parametrize("sure", [False, True])
def test_a_day_that_differs_and_a_house_that_closes_are_weighed_alike(
    centre, hall, keeper, team, sure
):
    booking = ask(centre, team, hall)
    on = TUESDAY.date()
    deeds = [
        lambda: set_exception(
            centre_pk=centre.pk, space_pk=hall.pk, on=on, spans=[], reason="检修", by=keeper,
            now=NOW, sure=sure,
        ),
        lambda: edit_centre(pk=centre.pk, facts={"closed_on": on}, by=keeper, now=NOW, sure=sure),
    ]  # fmt: skip
    for deed in deeds:
        if sure:
            assert deed() == [booking]
            OpeningException.objects.all().delete()
        else:
            with pytest.raises(FallOutside):
                deed()
    assert Centre.objects.filter(closed_on__isnull=True).exists() is not sure


def test_an_exception_replaces_what_was_said_of_the_day(centre, hall, keeper):
    on = TUESDAY.date()
    two = [(time(9), time(11)), (time(18), time(2))]
    facts = {"centre_pk": centre.pk, "on": on, "by": keeper, "now": NOW}
    set_exception(spans=[], reason="检修", **facts)
    set_exception(spans=two, reason="半天", **facts)
    assert house(centre).rooms[hall.pk].exceptions == {on: (tuple(two), "半天")}
    end_exception(**facts)
    assert house(centre).rooms[hall.pk].exceptions == {}
    with pytest.raises(HouseRefused, match="没有特殊安排"):
        end_exception(**facts)


@pytest.mark.parametrize(
    ("spans", "sound"),
    [
        ([(time(9), time(12)), (time(12), time(14))], True),
        ([(time(9), time(12)), (time(11), time(14))], False),
        ([(time(9), time(9))], False),
        ([(time(18), time(2))], True),
    ],
)
def test_hours_of_a_day(centre, keeper, spans, sound):
    week = [spans, *[[]] * 6]
    if sound:
        set_hours(centre_pk=centre.pk, week=week, by=keeper, now=NOW)
        assert centre.openings.count() == len(spans)
    else:
        with pytest.raises(HouseRefused):
            set_hours(centre_pk=centre.pk, week=week, by=keeper, now=NOW)


def test_the_night_reaches_into_the_next_day_and_round_the_week(centre, keeper):
    night, early = [(time(20), time(3))], [(time(2), time(9))]
    for week in ([night, early, *[[]] * 5], [early, *[[]] * 5, night]):
        with pytest.raises(HouseRefused, match="重叠"):
            set_hours(centre_pk=centre.pk, week=week, by=keeper, now=NOW)
    set_hours(centre_pk=centre.pk, week=[night] * 7, by=keeper, now=NOW)


def test_the_parts_of_another_house_are_not_there(centre, hall, keeper, district):
    other = make_centre(district.communities[1][0])
    theirs, policy, zone = make_space(other), make_policy(other), Zone(centre=other, name="甲")
    zone.save()
    for facts in ({"policy": policy}, {"zone": zone}):
        with pytest.raises(HouseRefused, match="这个中心的"):
            furnish(centre, keeper, **facts)
    with pytest.raises(HouseRefused, match="本中心"):
        furnish(centre, keeper, parts=[hall.pk, theirs.pk])
    with pytest.raises(Space.DoesNotExist):
        retire_room(centre_pk=centre.pk, pk=theirs.pk, on=NOW.date(), by=keeper, now=NOW)
    with pytest.raises(Space.DoesNotExist):
        set_hours(centre_pk=centre.pk, space_pk=theirs.pk, week=ALL_DAY, by=keeper, now=NOW)


def test_refusals_of_the_table_are_told_in_words(centre, hall, keeper):
    with pytest.raises(HouseRefused, match="同名的场地"):
        furnish(centre, keeper, name=hall.name)
    with pytest.raises(HouseRefused, match="最长不能短于最短"):
        set_policy(centre_pk=centre.pk, facts={**POLICY, "longest": 5}, by=keeper, now=NOW)
    with pytest.raises(HouseRefused, match="晚于本次"):
        enter_check(
            centre_pk=centre.pk, facts={**CHECK, "next_on": CHECK["checked_on"]}, by=keeper,
            now=NOW, today=NOW.date(),
        )  # fmt: skip
    with pytest.raises(HouseRefused, match="不能晚于今天"):
        enter_check(
            centre_pk=centre.pk, facts={**CHECK, "checked_on": date(2027, 5, 1)}, by=keeper,
            now=NOW, today=NOW.date(),
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        SafetyCheck.objects.create(centre=centre, **{**CHECK, "next_on": CHECK["checked_on"]})


def test_checks_are_reminded_of_thirty_seven_and_one_day_ahead(centre, district):
    user = make_user()
    make_grant(user, district.centre, "CTR")
    due = NOW.date() + timedelta(days=40)
    facts = {**CHECK, "next_on": due}
    SafetyCheck.objects.create(centre=centre, **{**facts, "checked_on": date(2026, 1, 1)})
    SafetyCheck.objects.create(centre=centre, **{**facts, "subject": "电梯"})
    SafetyCheck.objects.create(
        centre=centre, **{**facts, "subject": "电梯", "checked_on": date(2027, 2, 1),
                          "next_on": date(2028, 2, 1)},
    )  # fmt: skip
    told = []
    for ahead in (40, 30, 29, 7, 7, 1, -1):
        remind_of_checks(NOW + timedelta(days=40 - ahead))
        told.append(Notice.objects.filter(to_id=user.pk).count())
    assert told == [0, 1, 1, 2, 2, 3, 3]
    assert "消防器材检查还有" in Notice.objects.first().text
    assert [one.subject for one in latest_checks(SafetyCheck.objects.filter(next_on=due))] == [
        "消防器材"
    ]
    assert any(deed is remind_of_checks for _at, deed in SCHEDULE)


def test_the_list_says_which_house_is_late(centre, hall, keeper):
    SafetyCheck.objects.create(centre=centre, **CHECK)
    (row,) = houses_to_edit(keeper, date(2027, 7, 3))
    assert (row.rooms, row.largest, row.overdue) == (1, 30, date(2027, 7, 2))
    assert houses_to_edit(keeper, date(2027, 7, 2)).get().overdue is None
    assert not houses_to_edit(booker_of_nothing(), NOW.date()).exists()


def booker_of_nothing():
    return everything_at(Node(path="999999."))


@pytest.mark.django_db(transaction=True)
def test_of_two_keepers_at_once_one_names_the_room():
    district = make_district()
    centre = make_centre(district.centre)
    keeper, policy = make_actor("CTR", district.centre), make_policy(centre)
    for number in range(4):
        told, start = [], threading.Barrier(2)

        def hand(told=told, start=start, name=f"厅{number}"):
            start.wait()
            try:
                furnish(centre, keeper, name=name, policy=policy)
                told.append("made")
            except HouseRefused:
                told.append("refused")
            finally:
                connection.close()

        hands = [threading.Thread(target=hand) for _each in range(2)]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(told) == ["made", "refused"]
    assert centre.spaces.count() == 4
    assert Centre.objects.get().layout_stamp > 8  # no raise of the stamp is lost
