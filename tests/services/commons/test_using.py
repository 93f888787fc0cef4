"""Coming in, going out, looking over; nobody came; something broke; the house needs its rooms."""

from datetime import timedelta

import pytest

from changle.core.lifecycle import MoveRefused
from changle.core.notices import Notice
from changle.core.reach import Actor
from changle.services.commons.actions.booking import BookingRefused, RuleBroken, Taken, Wish, book
from changle.services.commons.actions.closing import InTheWay, close_rooms, lift_closure
from changle.services.commons.actions.missed import answer_appeal, appeal
from changle.services.commons.actions.using import (
    check_in,
    check_out,
    find_damage,
    inspect,
    miss_late,
    settle_damage,
)
from changle.services.commons.models import Booking, Claim, Damage, NoShow, Suspension
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
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


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


def had(centre, team, space, *, at=TUESDAY, hours=2, by=None):
    wish = Wish(
        rooms=(space.pk,), starts_at=at, ends_at=at + hours * HOUR, title="排练", people=9,
        organisation=team,
    )  # fmt: skip
    return book(layout=house(centre), wish=wish, by=by or booker(team), now=NOW)


def test_from_the_door_to_the_inspected_return(centre, hall, team, operator):
    booking = had(centre, team, hall)
    with pytest.raises(BookingRefused, match="还早"):
        check_in(pk=booking.pk, by=booker(team), now=TUESDAY - 31 * MINUTE)
    check_in(pk=booking.pk, by=booker(team), now=TUESDAY - 5 * MINUTE, people=11)
    out = check_out(pk=booking.pk, by=booker(team), now=TUESDAY + HOUR, note="灯已关")
    assert (out.state, out.actual_people, out.due_on is not None) == ("checked_out", 11, True)
    assert not Claim.objects.exists()  # the second hour is free for others
    assert inspect(pk=booking.pk, by=operator, now=TUESDAY + 3 * HOUR).state == "closed"


def test_too_late_at_the_door_the_desk_may_still_let_in(centre, hall, team, operator):
    booking = had(centre, team, hall)
    with pytest.raises(BookingRefused, match="服务台"):
        check_in(pk=booking.pk, by=booker(team), now=TUESDAY + 31 * MINUTE)
    check_in(pk=booking.pk, by=operator, now=TUESDAY + 31 * MINUTE)


def test_who_used_a_room_does_not_look_it_over(centre, hall, team, district):
    user = make_user()
    booking = had(centre, team, hall, by=booker(team, user_id=user.pk))
    both = Actor(user_id=user.pk, name="同一人", reach=everything_at(district.streets[0]).reach)
    check_in(pk=booking.pk, by=both, now=TUESDAY)
    check_out(pk=booking.pk, by=both, now=TUESDAY + HOUR)
    with pytest.raises(BookingRefused, match="自己"):
        inspect(pk=booking.pk, by=both, now=TUESDAY + HOUR)
    assert Booking.objects.get().state == "checked_out"


def test_damage_is_settled_before_the_use_is_closed(centre, hall, team, operator):
    booking = had(centre, team, hall)
    check_in(pk=booking.pk, by=operator, now=TUESDAY)
    check_out(pk=booking.pk, by=operator, now=TUESDAY + HOUR)
    with pytest.raises(BookingRefused, match="损坏情况"):
        find_damage(pk=booking.pk, what=" ", amount_fen=None, by=operator, now=TUESDAY + HOUR)
    damage = find_damage(
        pk=booking.pk, what="投影幕布破损", amount_fen=32_000, by=operator, now=TUESDAY + HOUR
    )
    with pytest.raises(MoveRefused):
        inspect(pk=booking.pk, by=operator, now=TUESDAY + HOUR)
    settle_damage(pk=damage.pk, name="settle", how="已赔偿", by=operator, now=TUESDAY + 2 * HOUR)
    assert Booking.objects.get().state == "closed"
    assert Damage.objects.get().state == "settled"


def test_nobody_came_twice_and_is_suspended_until_an_appeal_is_upheld(centre, hall, team, operator):
    first = had(centre, team, hall)
    second = had(centre, team, hall, at=TUESDAY + timedelta(days=1))
    assert miss_late(TUESDAY + 29 * MINUTE) == 0
    assert miss_late(TUESDAY + 31 * MINUTE) == 1
    assert not Suspension.objects.exists()
    assert miss_late(TUESDAY + timedelta(days=1, minutes=31)) == 1
    assert not Claim.objects.exists()
    assert {first.pk, second.pk} == set(
        Booking.objects.filter(state="no_show").values_list("pk", flat=True)
    )
    late = TUESDAY + timedelta(days=1, hours=1)
    wish = Wish(
        rooms=(hall.pk,), starts_at=late + 24 * HOUR - HOUR, ends_at=late + 24 * HOUR, title="x",
        people=3, organisation=team,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="爽约 2 次"):
        book(layout=house(centre), wish=wish, by=booker(team), now=late)
    row = NoShow.objects.order_by("pk")[0]
    appeal(pk=row.pk, why="突降暴雨，社区通知停办", by=booker(team), now=late)
    answer_appeal(pk=row.pk, name="lift", answer="情况属实", by=operator, now=late)
    book(layout=house(centre), wish=wish, by=booker(team), now=late)


def test_a_no_show_is_counted_once_by_two_workers(centre, hall, team):
    had(centre, team, hall)
    assert miss_late(TUESDAY + HOUR) == 1
    assert miss_late(TUESDAY + HOUR) == 0
    assert NoShow.objects.count() == 1


def closed(centre, spaces, operator, **fields):
    fields = {"starts_at": TUESDAY, "ends_at": TUESDAY + 4 * HOUR, "reason": "防汛值守", **fields}
    return close_rooms(
        layout=house(centre), spaces=[space.pk for space in spaces], by=operator, now=NOW, **fields
    )


def test_a_closure_says_who_is_in_the_way_and_then_tells_them_all(
    centre, hall, team, operator, district
):
    user = make_user()
    make_grant(user, team.node, "OADM")
    booking = had(centre, team, hall)
    with pytest.raises(InTheWay) as refusal:
        closed(centre, [hall], operator)
    assert [one.pk for one in refusal.value.bookings] == [booking.pk]
    _closure, displaced = closed(centre, [hall], operator, displaces=True, is_emergency=True)
    assert TUESDAY + 4 * HOUR in {start for start, _end in displaced[0].instead}
    assert Booking.objects.get().state == "displaced"
    assert Notice.objects.filter(to=user, text__contains="防汛值守").exists()
    with pytest.raises(Taken, match="防汛值守"):
        had(centre, team, hall)


def test_a_lifted_closure_gives_the_rooms_back(centre, hall, team, operator):
    closure, _displaced = closed(centre, [hall], operator)
    with pytest.raises(BookingRefused, match="缩短"):
        closed(centre, [hall], operator)
    wish = Wish(
        rooms=(hall.pk,), starts_at=TUESDAY, ends_at=TUESDAY + HOUR, title="x", people=3,
        organisation=team,
    )  # fmt: skip
    waiting = book(layout=house(centre), wish=wish, by=booker(team), now=NOW, wait=True)
    lift_closure(pk=closure.pk, by=operator, now=NOW)
    assert Booking.objects.get(pk=waiting.pk).state == "offered"
    with pytest.raises(BookingRefused, match="已经解除"):
        lift_closure(pk=closure.pk, by=operator, now=NOW)


def test_a_use_that_has_begun_is_not_cut_off(centre, hall, team, operator):
    booking = had(centre, team, hall)
    check_in(pk=booking.pk, by=operator, now=TUESDAY)
    with pytest.raises(BookingRefused, match="缩短"):
        closed(centre, [hall], operator, displaces=True)
    assert Booking.objects.get().state == "checked_in"


def test_another_house_is_not_theirs_to_close(centre, hall, district):
    with pytest.raises(BookingRefused, match="不归"):
        closed(centre, [hall], everything_at(district.streets[1]))


def test_rules_of_a_room_may_forgive(centre, team):
    room = make_space(centre, policy=make_policy(centre, no_shows=0))
    had(centre, team, room)
    miss_late(TUESDAY + HOUR)
    assert not Suspension.objects.exists()
