"""Rooms with so many of some things, all or none; never more promised than there are."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from changle.services.commons.actions.booking import BookingRefused, RuleBroken, Taken, Wish, book
from changle.services.commons.actions.closing import close_rooms, rebook
from changle.services.commons.actions.deciding import accept, approve, cancel
from changle.services.commons.actions.planning import plan
from changle.services.commons.actions.recurring import book_series
from changle.services.commons.actions.using import check_in, check_out
from changle.services.commons.models import BookedThing, Booking, Claim
from changle.services.commons.queries.things import enough, free_things, most_taken
from tests.factories.accounts import make_user
from tests.factories.commons import (
    NOW,
    TUESDAY,
    booker,
    house,
    make_centre,
    make_policy,
    make_space,
    make_thing,
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
def chairs(centre):
    return make_thing(centre, 40, name="折叠椅")


@pytest.fixture
def projector(centre):
    return make_thing(centre, 1, name="投影仪")


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def operator(district):
    return everything_at(district.streets[0])


def wish(space, team, *things, hours=(0, 2), **fields):
    spaces = space if isinstance(space, tuple) else (space,)
    return Wish(
        rooms=tuple(one.pk for one in spaces), starts_at=TUESDAY + hours[0] * HOUR,
        ends_at=TUESDAY + hours[1] * HOUR, title="联欢", people=10, organisation=team,
        things=tuple((thing.pool_id, count) for thing, count in things), **fields,
    )  # fmt: skip


def ask(centre, space, team, *things, by=None, wait=False, now=NOW, **fields):
    asked = wish(space, team, *things, **fields)
    return book(layout=house(centre), wish=asked, by=by or booker(team), now=now, wait=wait)


def free(centre, thing, hours=(0, 2)):
    told = free_things(centre.pk, TUESDAY + hours[0] * HOUR, TUESDAY + hours[1] * HOUR)
    return told[thing.pool_id]


def test_hall_chairs_and_projector_in_one_go(centre, hall, team, chairs, projector):
    booking = ask(centre, hall, team, (chairs, 30), (projector, 1))
    assert booking.state == "approved"
    taken = dict(booking.claims.values_list("pool_id", "quantity"))
    assert taken == {hall.pools.get().pk: 1, chairs.pool_id: 30, projector.pool_id: 1}
    assert set(booking.claims.filter(is_sole=False).values_list("pool_id", flat=True)) == {
        chairs.pool_id, projector.pool_id,
    }  # fmt: skip
    assert dict(BookedThing.objects.values_list("pool_id", "quantity")) == {
        chairs.pool_id: 30, projector.pool_id: 1,
    }  # fmt: skip
    assert (free(centre, chairs), free(centre, projector)) == (10, 0)
    assert free(centre, chairs, (2, 4)) == 40


def test_each_has_its_own_limit_and_the_refusal_tells_how_many_and_when(
    centre, hall, team, chairs, projector
):
    other = make_space(centre)
    ask(centre, hall, team, (chairs, 30))
    ask(centre, other, team, (chairs, 5), hours=(1, 3))
    third = make_space(centre)
    with pytest.raises(Taken) as refusal:
        ask(centre, third, team, (chairs, 8), (projector, 1), hours=(0, 3))
    short = refusal.value.shortages[0]
    assert (short.wanted, short.free) == (8, 5)  # at the worst instant, not at the beginning
    assert short.enough_from == TUESDAY + 2 * HOUR
    assert "只剩 5" in str(refusal.value)
    assert "12:00 起够" in str(refusal.value)
    near = [TUESDAY - 2 * HOUR, TUESDAY + 2 * HOUR]  # until eleven only thirty are taken
    assert [start for start, _end in refusal.value.free[:2]] == near
    assert Booking.objects.count() == 2  # nothing of the third is left, not the projector either
    assert not Claim.objects.filter(pool=projector.pool).exists()
    ask(centre, third, team, (chairs, 5), (projector, 1), hours=(0, 3))
    assert free(centre, chairs, (0, 3)) == 0


def test_what_is_offered_instead_can_be_had(centre, hall, team, chairs):
    cleaned = make_space(centre, setup_minutes=30, cleanup_minutes=60)
    ask(centre, hall, team, (chairs, 20), hours=(1, 5))
    with pytest.raises(Taken) as refusal:
        ask(centre, cleaned, team, (chairs, 21), hours=(2, 4))
    assert len(refusal.value.free) == 3
    assert refusal.value.free[0][0] == TUESDAY + timedelta(hours=5, minutes=30)
    for start, end in refusal.value.free:
        again = wish(cleaned, team, (chairs, 21))
        made = Wish(**{**vars(again), "starts_at": start, "ends_at": end})
        booking = book(layout=house(centre), wish=made, by=booker(team), now=NOW)
        cancel(pk=booking.pk, by=booker(team), now=NOW)


def test_more_than_there_are_breaks_a_rule(centre, hall, team, chairs):
    with pytest.raises(RuleBroken, match="共有 40，不够 41") as refusal:
        ask(centre, hall, team, (chairs, 41))
    assert [one.rule for one in refusal.value.broken] == ["things"]
    with pytest.raises(RuleBroken):  # named twice, counted together
        ask(centre, hall, team, (chairs, 21), (chairs, 20))
    with pytest.raises(BookingRefused):
        ask(centre, hall, team, (chairs, -1))
    ask(centre, hall, team, (chairs, 0))
    assert not BookedThing.objects.exists()


def test_things_of_another_house_and_retired_ones_are_not_to_be_had(centre, hall, team, district):
    elsewhere = make_thing(make_centre(district.communities[1][0]), 9)
    gone = make_thing(centre, 9, retired_on=TUESDAY.date())
    for thing in (elsewhere, gone):
        with pytest.raises(BookingRefused, match="在用的物资"):
            ask(centre, hall, team, (thing, 1))
    assert gone.pool_id not in free_things(centre.pk, TUESDAY, TUESDAY + HOUR)


def test_giving_up_and_leaving_early_give_the_things_back(centre, hall, team, chairs):
    booking = ask(centre, hall, team, (chairs, 30))
    cancel(pk=booking.pk, by=booker(team), now=NOW)
    assert free(centre, chairs) == 40
    assert booking.booked_things.get().quantity == 30  # for the record
    booking = ask(centre, hall, team, (chairs, 30))
    check_in(pk=booking.pk, by=booker(team), now=TUESDAY)
    check_out(pk=booking.pk, by=booker(team), now=TUESDAY + HOUR)
    assert free(centre, chairs) == 40


def test_approval_takes_the_things_and_declines_who_comes_short(
    centre, team, chairs, operator, district
):
    asking = make_policy(centre, needs_approval=True)
    one, other, third = (make_space(centre, policy=asking) for _each in range(3))
    first = ask(centre, one, team, (chairs, 30))
    second = ask(centre, other, team, (chairs, 20))
    fits = ask(centre, third, team, (chairs, 10))
    assert free(centre, chairs) == 40
    approve(pk=first.pk, by=operator, now=NOW)
    assert free(centre, chairs) == 10
    states = {row.pk: row.state for row in Booking.objects.all()}
    assert (states[second.pk], states[fits.pk]) == ("rejected", "requested")
    late = make_space(centre)
    ask(centre, late, team, (chairs, 5))
    with pytest.raises(Taken, match="只剩 5"):
        approve(pk=fits.pk, by=operator, now=NOW)
    assert Booking.objects.get(pk=fits.pk).state == "requested"


def test_who_waits_for_chairs_is_offered_them(centre, hall, team, chairs):
    holding = ask(centre, hall, team, (chairs, 30))
    other = make_space(centre)
    waiting = ask(centre, other, team, (chairs, 20), wait=True)
    assert waiting.state == "waitlisted"
    cancel(pk=holding.pk, by=booker(team), now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == "offered"
    assert free(centre, chairs) == 20
    accept(pk=waiting.pk, by=booker(team), now=NOW)


def test_a_closure_frees_the_things_and_the_other_time_has_them(
    centre, hall, team, chairs, operator
):
    booking = ask(centre, hall, team, (chairs, 30))
    _closure, displaced = close_rooms(
        layout=house(centre), spaces=[hall.pk], starts_at=TUESDAY, ends_at=TUESDAY + 4 * HOUR,
        reason="检修", by=operator, now=NOW, displaces=True,
    )  # fmt: skip
    assert free(centre, chairs) == 40
    start = displaced[0].instead[0][0]
    new = rebook(pk=booking.pk, starts_at=start, by=booker(team), now=NOW)
    assert new.booked_things.get().quantity == 30
    assert dict(new.claims.values_list("pool_id", "quantity"))[chairs.pool_id] == 30


def test_each_date_of_a_series_carries_the_things(centre, hall, team, chairs):
    other = make_space(centre)
    week = timedelta(days=7)
    in_the_way = wish(other, team, (chairs, 30))
    in_the_way = Wish(
        **{**vars(in_the_way), "starts_at": TUESDAY + week, "ends_at": TUESDAY + week + HOUR}
    )
    book(layout=house(centre), wish=in_the_way, by=booker(team), now=NOW)
    made = plan(
        layout=house(centre), wish=wish(hall, team, (chairs, 20)), rule="FREQ=WEEKLY;COUNT=3",
        by=booker(team), now=NOW,
    )  # fmt: skip
    assert [one.verdict for one in made.occurrences] == ["free", "taken", "free"]
    taken = made.occurrences[1]
    assert "只剩 10" in taken.why
    choices = {taken.key: taken.options[0][0].isoformat()}
    _series, booked = book_series(plan=made, choices=choices, by=booker(team), now=NOW)
    assert [one.booked_things.get().quantity for one in booked] == [20] * 3


def test_an_expert_and_a_van_have_hours_rules_and_seats(centre, hall, team, chairs):
    expert = make_space(centre, kind="person", capacity=1, name="心理咨询师")
    van = make_space(centre, kind="vehicle", capacity=7, name="七座车")
    booking = ask(centre, (hall, expert), team, (chairs, 30))  # ten people, of one expert
    assert booking.claims.count() == 3
    with pytest.raises(Taken):
        ask(centre, (make_space(centre), expert), team)
    with pytest.raises(RuleBroken, match="最多容纳 7 人"):
        ask(centre, van, team)


def test_the_database_has_the_last_word(centre, hall, team, chairs):
    booking = ask(centre, hall, team, (chairs, 30))
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(
            pool=chairs.pool, booking=booking, starts_at=TUESDAY + HOUR,
            ends_at=TUESDAY + 3 * HOUR, quantity=11, is_sole=False,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        chairs.pool.quantity = 29
        chairs.pool.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        BookedThing.objects.create(
            booking=booking, pool=chairs.pool, quantity=1, starts_at=TUESDAY,
            ends_at=TUESDAY + HOUR, on=TUESDAY.date(),
        )  # fmt: skip


def test_what_is_free_costs_one_query(centre, hall, team, chairs, projector):
    ask(centre, hall, team, (chairs, 30))
    for _each in range(2):
        with CaptureQueriesContext(connection) as queries:
            told = free_things(centre.pk, TUESDAY, TUESDAY + HOUR)
        assert len(queries) == 1
        assert told == {chairs.pool_id: 10, projector.pool_id: 1} | {
            pk: 5 for pk in told if pk not in {chairs.pool_id, projector.pool_id}
        }
        make_thing(centre, 5)
    booking = Booking.objects.get()
    told = free_things(centre.pk, TUESDAY, TUESDAY + HOUR, but=booking.pk)
    assert told[chairs.pool_id] == 40


FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.mark.parametrize("with_chairs", [False, True])
def test_a_booking_and_a_refusal_ask_little(centre, hall, team, chairs, with_chairs):
    things = ((chairs, 3),) if with_chairs else ()
    asked = [wish(hall, team, *things), wish(hall, team, *things)]
    layout, counts = house(centre), []
    for one in asked:
        with CaptureQueriesContext(connection) as queries, suppress(Taken):
            book(layout=layout, wish=one, by=booker(team), now=NOW)
        counts.append(len([q for q in queries if not q["sql"].startswith(FRAME)]))
    assert counts[0] == 5 + with_chairs
    assert counts[1] <= 4 + 2 * with_chairs


def test_a_house_set_up_anew_meanwhile_is_read_again(centre, hall, team, chairs):
    old = house(centre)
    fresh = make_thing(centre, 3)
    booking = (
        book(layout=old, wish=wish(hall, team, (fresh, 2)), by=booker(team), now=NOW)
        if fresh.pool_id in old.things
        else ask(centre, hall, team, (fresh, 2))
    )
    assert booking.claims.count() == 2
    stale = book(layout=old, wish=wish(hall, team, hours=(5, 6)), by=booker(team), now=NOW)
    assert stale.state == "approved"


def test_a_person_books_things_too(centre, hall, chairs):
    user = make_user()
    by = booker(make_organisation(make_district().communities[0][0]), user_id=user.pk)
    booking = ask(centre, hall, None, (chairs, 2), by=by)
    assert (booking.person_id, booking.booked_things.get().quantity) == (user.pk, 2)


def test_the_sweep_over_parts():
    at = [TUESDAY + n * HOUR for n in range(6)]
    parts = [(at[0], at[2], 3), (at[1], at[3], 4), (at[4], at[5], 7)]
    assert most_taken(parts, at[0], at[5]) == 7
    assert most_taken(parts, at[0], at[1]) == 3
    assert most_taken(parts, at[3], at[4]) == 0
    assert enough(parts, 10, 4, at[0], at[5]) == [(at[0], at[1]), (at[2], at[4])]
    assert enough(parts, 10, 11, at[0], at[5]) == []
    assert enough([], 10, 10, at[0], at[5]) == [(at[0], at[5])]
