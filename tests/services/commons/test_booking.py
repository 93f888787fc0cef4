"""A room is had by one; the others are told who has it and what is free instead."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.services.commons.actions.booking import (
    BookingRefused,
    RuleBroken,
    Taken,
    Wish,
    book,
)
from changle.services.commons.actions.deciding import (
    accept,
    approve,
    cancel,
    displace,
    lapse_offers,
    reject,
)
from changle.services.commons.models import (
    BookedSpace,
    Booking,
    Centre,
    Claim,
    OpeningException,
    Pool,
    Suspension,
)
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
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(district.centre)


@pytest.fixture
def hall(centre):
    return make_space(centre)


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def operator(district):
    return everything_at(district.streets[0])


def wish(*spaces, organisation=None, hours=(0, 2), at=TUESDAY, **fields):
    fields = {"title": "排练", "people": 12, **fields}
    return Wish(
        rooms=tuple(space.pk for space in spaces), organisation=organisation,
        starts_at=at + hours[0] * HOUR, ends_at=at + hours[1] * HOUR, **fields,
    )  # fmt: skip


def ask(centre, team, *spaces, by=None, now=NOW, wait=False, **fields):
    asked = wish(*spaces, organisation=team, **fields)
    return book(layout=house(centre), wish=asked, by=by or booker(team), now=now, wait=wait)


def test_a_free_room_is_had_at_once_and_written_down(centre, hall, team):
    booking = ask(centre, team, hall)
    assert booking.state == "approved"
    assert booking.standing == "community"
    claim = Claim.objects.get()
    assert (claim.starts_at, claim.ends_at) == (booking.starts_at, booking.ends_at)
    assert LogEntry.objects.filter(verb="book").count() == 1


def test_who_comes_later_is_told_who_has_it_and_what_is_free(centre, hall, team, district):
    ask(centre, team, hall)
    other = make_organisation(district.communities[1][0])
    with pytest.raises(Taken) as refusal:
        ask(centre, other, hall, hours=(1, 3))
    assert team.name not in str(refusal.value)  # of another street: not theirs to know
    assert refusal.value.free[0] == (TUESDAY + 2 * HOUR, TUESDAY + 4 * HOUR)
    with pytest.raises(Taken, match=team.name):
        ask(centre, team, hall, hours=(1, 3))
    assert Booking.objects.count() == 1


def test_what_touches_does_not_overlap_but_cleaning_does(centre, hall, team):
    ask(centre, team, hall)
    ask(centre, team, hall, hours=(2, 3))
    cleaned = make_space(centre, cleanup_minutes=30, setup_minutes=30)
    ask(centre, team, cleaned)
    with pytest.raises(Taken):
        ask(centre, team, cleaned, hours=(2, 4))
    ask(centre, team, cleaned, hours=(3, 4))


def test_half_a_hall_and_the_hall_shut_each_other_out(centre, team):
    a, b = (Pool.objects.create(centre=centre, name=name) for name in "AB")
    whole, half, other = (make_space(centre, pools=pools) for pools in ([a, b], [a], [b]))
    ask(centre, team, half)
    ask(centre, team, other)
    with pytest.raises(Taken):
        ask(centre, team, whole)
    ask(centre, team, whole, hours=(3, 4))
    with pytest.raises(Taken):
        ask(centre, team, half, hours=(3, 4))
    with pytest.raises(BookingRefused, match="互相包含"):
        ask(centre, team, whole, half, hours=(5, 6))


def test_several_rooms_are_all_had_or_none(centre, hall, team):
    second = make_space(centre)
    ask(centre, team, second)
    with pytest.raises(Taken):
        ask(centre, team, hall, second)
    assert Claim.objects.count() == 1
    both = ask(centre, team, hall, second, hours=(4, 5))
    assert both.claims.count() == both.booked.count() == 2


def test_the_database_refuses_what_python_forgot(centre, hall, team):
    booking = ask(centre, team, hall)
    pool = hall.pools.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(
            pool=pool, booking=booking, starts_at=booking.starts_at + HOUR,
            ends_at=booking.ends_at + HOUR,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(is_commercial=True)


@pytest.mark.parametrize(
    ("policy", "asked", "rule"),
    [
        ({"hours_ahead": 24 * 30}, {}, "hours_ahead"),
        ({"days_ahead": 3}, {}, "days_ahead"),
        ({"shortest": 180}, {}, "shortest"),
        ({"longest": 60}, {}, "longest"),
        ({"step": 50, "shortest": 30}, {}, "step"),
        ({}, {"people": 31}, "capacity"),
        ({}, {"people": 0}, "people"),
        ({}, {"is_commercial": True}, "commercial"),
        ({}, {"hours": (11, 13)}, "hours"),
        ({}, {"hours": (2, 2)}, "order"),
        ({}, {"hours": (-24 * 8, -24 * 8 + 2)}, "past"),
    ],
)
def test_each_refusal_names_its_rule(centre, team, policy, asked, rule):
    room = make_space(centre, policy=make_policy(centre, **policy))
    with pytest.raises(RuleBroken) as refusal:
        ask(centre, team, room, **asked)
    assert rule in {one.rule for one in refusal.value.broken}
    assert room.name in str(refusal.value) or rule in {"commercial", "people", "order", "past"}
    assert not Booking.objects.exists()


def test_the_bounds_of_a_month(centre, team, district):
    room = make_space(centre, policy=make_policy(centre, per_month=2))
    first = ask(centre, team, room)
    ask(centre, team, room, hours=(2, 3))
    with pytest.raises(RuleBroken, match="每月至多 2 次"):
        ask(centre, team, room, hours=(3, 4))
    other = make_organisation(district.communities[0][1])
    ask(centre, other, room, hours=(3, 4))
    cancel(pk=first.pk, by=booker(team), now=NOW)
    ask(centre, team, room, hours=(4, 5))
    long = make_space(centre, policy=make_policy(centre, hours_per_month=3))
    ask(centre, team, long)
    with pytest.raises(RuleBroken, match="3 小时"):
        ask(centre, team, long, hours=(2, 4))
    fair = make_space(centre, policy=make_policy(centre, cap_percent=1))
    ask(centre, team, fair, hours=(0, 4))
    with pytest.raises(RuleBroken, match="1%"):
        ask(centre, team, fair, hours=(5, 7))


def test_who_is_suspended_books_nothing_until_the_day(centre, hall, team):
    today = NOW.date()
    Suspension.objects.create(
        centre=centre, organisation=team, starts_on=today, ends_on=today + timedelta(days=30),
        reason="两次爽约",
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="两次爽约"):
        ask(centre, team, hall)
    Suspension.objects.update(ends_on=today + timedelta(days=1))
    ask(centre, team, hall, now=NOW + timedelta(days=1))


def test_holidays_closed_days_and_other_hours(centre, hall, team):
    tuesday = TUESDAY.date()
    OpeningException.objects.create(centre=centre, on=tuesday, reason="设备检修")
    Centre.objects.update(layout_stamp=10**6)
    with pytest.raises(RuleBroken, match="设备检修"):
        ask(centre, team, hall)
    OpeningException.objects.create(
        centre=centre, space=hall, on=tuesday, opens=time(9), closes=time(12), reason="半天"
    )
    Centre.objects.update(layout_stamp=10**6 + 1)
    ask(centre, team, hall)  # ten to noon: the room's own day goes before the house's
    with pytest.raises(RuleBroken, match="09:00–12:00"):
        ask(centre, team, hall, hours=(2, 4))


def test_across_midnight(centre, hall, team):
    from changle.services.commons.models import Opening

    Opening.objects.filter(centre=centre).update(opens=time(18), closes=time(3))
    Centre.objects.update(layout_stamp=10**6 + 2)
    late = ask(centre, team, hall, hours=(12, 15))  # ten at night to one
    assert late.ends_at - late.starts_at == 3 * HOUR
    with pytest.raises(Taken):
        ask(centre, team, hall, hours=(14, 16))
    with pytest.raises(RuleBroken):
        ask(centre, team, hall, hours=(16, 18))


def test_only_in_a_name_that_is_ones_own(centre, hall, team, district):
    stranger = booker(make_organisation(district.communities[1][0]))
    with pytest.raises(BookingRefused, match="名义"):
        ask(centre, team, hall, by=stranger)
    team.state = "suspended"
    with pytest.raises(BookingRefused, match="状态"):
        ask(centre, team, hall)
    closed = make_space(centre, policy=make_policy(centre, residents_may=False))
    resident = Actor(user_id=make_user().pk, name="居民", own=frozenset({"booking.make"}))
    with pytest.raises(BookingRefused, match="只接受组织"):
        ask(centre, None, closed, by=resident)
    assert ask(centre, None, hall, by=resident).person_id == resident.user_id


def test_a_request_holds_nothing_until_it_is_granted(centre, team, district, operator):
    room = make_space(centre, policy=make_policy(centre, needs_approval=True))
    other = make_organisation(district.communities[0][1])
    first, second = ask(centre, team, room), ask(centre, other, room, hours=(1, 3))
    assert (first.state, second.state) == ("requested", "requested")
    approve(pk=second.pk, by=operator, now=NOW)
    first.refresh_from_db()
    assert first.state == "rejected"
    assert "其他预约" in first.reason
    assert Claim.objects.get().booking_id == second.pk


def test_nobody_grants_what_they_asked_for(centre, team, district):
    room = make_space(centre, policy=make_policy(centre, needs_approval=True))
    user = make_user()
    asked = ask(centre, team, room, by=booker(team, user_id=user.pk))
    judge = everything_at(district.streets[0])
    same = Actor(user_id=user.pk, name="同一人", reach=judge.reach)
    with pytest.raises(BookingRefused, match="自己"):
        approve(pk=asked.pk, by=same, now=NOW)
    asked.refresh_from_db()
    assert asked.state == "requested"
    reject(pk=asked.pk, reason="装修", by=judge, now=NOW)


def test_the_line_moves_up_and_an_unanswered_offer_goes_on(centre, hall, team, district):
    first = ask(centre, team, hall)
    second, third = (make_organisation(district.communities[0][1]) for _each in range(2))
    waiting = [ask(centre, who, hall, wait=True) for who in (second, third)]
    assert {row.state for row in waiting} == {"waitlisted"}
    cancel(pk=first.pk, by=booker(team), now=NOW)
    states = [Booking.objects.get(pk=row.pk).state for row in waiting]
    assert states == ["offered", "waitlisted"]
    with pytest.raises(Taken):
        ask(centre, team, hall)  # the offer holds the room
    assert lapse_offers(NOW + timedelta(hours=25)) == 1
    states = [Booking.objects.get(pk=row.pk).state for row in waiting]
    assert states == ["expired", "offered"]
    accept(pk=waiting[1].pk, by=booker(third), now=NOW + timedelta(hours=26))
    assert Booking.objects.get(pk=waiting[1].pk).state == "approved"
    assert Claim.objects.count() == 1


def test_the_first_class_goes_before_the_first_comer(centre, team, district):
    policy = make_policy(centre, priority=["community", "registered"])
    room = make_space(centre, policy=policy)
    taken = ask(centre, team, room)
    unit = make_organisation(district.communities[0][1], "MF")
    filed = make_organisation(district.communities[0][1])
    early, late = ask(centre, unit, room, wait=True), ask(centre, filed, room, wait=True)
    cancel(pk=taken.pk, by=booker(team), now=NOW)
    assert Booking.objects.get(pk=late.pk).state == "offered"
    assert Booking.objects.get(pk=early.pk).state == "waitlisted"


def test_the_house_cancels_only_with_a_reason(centre, hall, team, operator):
    booking = ask(centre, team, hall)
    with pytest.raises(BookingRefused, match="理由"):
        cancel(pk=booking.pk, by=operator, now=NOW)
    cancel(pk=booking.pk, by=operator, now=NOW, reason="停电")
    assert not Claim.objects.exists()
    assert BookedSpace.objects.count() == 1  # the record stays


def test_what_goes_before_displaces_and_says_why(centre, hall, team, operator):
    booking = ask(centre, team, hall)
    displace(pk=booking.pk, reason="防汛值守", by=operator, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, booking.reason) == ("displaced", "防汛值守")
    assert not Claim.objects.exists()


def test_a_booking_costs_the_same_whatever_stands(
    centre, hall, team, django_assert_max_num_queries
):
    layout = house(centre)
    actor = booker(team)
    with django_assert_max_num_queries(10):
        book(layout=layout, wish=wish(hall, organisation=team), by=actor, now=NOW)
    for number in range(1, 5):
        ask(centre, team, hall, hours=(number * 2, number * 2 + 1))
    with django_assert_max_num_queries(10):
        book(layout=layout, wish=wish(hall, organisation=team, hours=(3, 4)), by=actor, now=NOW)
