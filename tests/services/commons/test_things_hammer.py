"""Several pools at once, in any order of deeds and by many hands: never below zero, none lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changle.services.commons.actions.booking import BookingRefused, RuleBroken, Taken, Wish, book
from changle.services.commons.actions.deciding import cancel
from changle.services.commons.actions.houses import HouseRefused
from changle.services.commons.actions.things import set_thing
from changle.services.commons.models import Booking, Claim, Pool
from changle.services.commons.queries.things import free_things
from tests.factories.commons import NOW, TUESDAY, booker, house, make_centre, make_space, make_thing
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_district


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HOUR = timedelta(hours=1)
CLIENTS, ROUNDS, SLOTS = 16, 40, 8


def overdrawn():
    """Every instant at which more is taken of a pool than there is: the sums of a brute force."""
    found = []
    for pool in Pool.objects.all():
        claims = list(Claim.objects.filter(pool=pool))
        for at in {claim.starts_at for claim in claims}:
            taken = sum(c.quantity for c in claims if c.starts_at <= at < c.ends_at)
            if taken > pool.quantity:
                found.append((pool.name, at, taken))
    return found


DEEDS = st.lists(
    st.one_of(
        st.tuples(
            st.just("book"), st.integers(0, 2), st.integers(0, SLOTS - 1), st.integers(1, 4),
            st.integers(0, 7), st.integers(0, 3),
        ),
        st.tuples(st.just("cancel"), st.integers(0, 20)),
        st.tuples(st.just("quantity"), st.integers(0, 1), st.integers(0, 8)),
    ),
    max_size=16,
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_for_any_order_of_deeds_a_model_and_the_house_agree(deeds):
    district = make_district()
    centre = make_centre(district.centre)
    keeper = everything_at(district.streets[0])
    rooms = [make_space(centre) for _each in range(3)]
    things = [make_thing(centre, 6), make_thing(centre, 2)]
    team = make_organisation(district.communities[0][0])
    there, held = [6, 2], {}  # booking -> (room, first slot, after slot, counts)

    def taken(which, slot):
        return sum(one[3][which] for one in held.values() if one[1] <= slot < one[2])

    for deed, *facts in deeds:
        if deed == "cancel":
            if held:
                pk = list(held)[facts[0] % len(held)]
                cancel(pk=pk, by=booker(team), now=NOW)
                del held[pk]
        elif deed == "quantity":
            which, count = facts
            may = all(taken(which, slot) <= count for slot in range(SLOTS + 4))
            try:
                set_thing(
                    centre_pk=centre.pk, pk=things[which].pk, quantity=count,
                    facts={"name": things[which].name}, by=keeper, now=NOW,
                )  # fmt: skip
            except HouseRefused:
                assert not may
            else:
                assert may
                there[which] = count
        else:
            room, first, length, *counts = facts
            slots = range(first, first + length)
            may = not any(
                one[0] == room and one[1] < first + length and one[2] > first
                for one in held.values()
            ) and all(
                taken(which, slot) + counts[which] <= there[which]
                for which in (0, 1)
                for slot in slots
                if counts[which]
            )
            wish = Wish(
                rooms=(rooms[room].pk,), starts_at=TUESDAY + first * HOUR,
                ends_at=TUESDAY + (first + length) * HOUR, title="x", people=1, organisation=team,
                things=tuple((thing.pool_id, n) for thing, n in zip(things, counts, strict=True)),
            )  # fmt: skip
            try:
                made = book(layout=house(centre), wish=wish, by=booker(team), now=NOW)
            except (Taken, RuleBroken):
                assert not may
            else:
                assert may
                held[made.pk] = (room, first, first + length, counts)
        assert overdrawn() == []
    assert set(
        Booking.objects.filter(centre=centre, state="approved").values_list("pk", flat=True)
    ) == set(held)
    for slot in range(SLOTS + 4):
        at = TUESDAY + slot * HOUR
        free = free_things(centre.pk, at, at + HOUR)
        assert [free[thing.pool_id] for thing in things] == [
            there[which] - taken(which, slot) for which in (0, 1)
        ]


def test_sixteen_clients_at_a_hall_thirty_chairs_and_a_projector():
    """Each at a hall of its own, so that only the chairs and the projector are short."""
    district = make_district()
    centre = make_centre(district.centre)
    halls = [make_space(centre) for _each in range(CLIENTS)]
    chairs, projector = make_thing(centre, 40), make_thing(centre, 1)
    teams = [make_organisation(district.communities[0][0]) for _each in range(CLIENTS)]
    layout = house(centre)
    gate = threading.Barrier(CLIENTS)
    won, told, broken = [], [], []

    def client(number):
        team = teams[number]
        wants = ((chairs.pool_id, 30), (projector.pool_id, 1))
        wants = (wants, wants[:1], ((chairs.pool_id, 5),))[number % 3]
        for turn in range(ROUNDS):
            at = TUESDAY + turn % 6 * 2 * HOUR + timedelta(days=turn // 6)
            wish = Wish(
                rooms=(halls[number].pk,), starts_at=at, ends_at=at + 2 * HOUR, title=team.name,
                people=3, organisation=team, things=wants,
            )  # fmt: skip
            gate.wait()
            try:
                won.append(
                    (turn, number, book(layout=layout, wish=wish, by=booker(team), now=NOW).pk)
                )
            except Taken as taken:
                told.append((turn, len(taken.shortages)))
            except Exception as error:  # noqa: BLE001  counted below, whatever it was
                broken.append(repr(error))
        connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert overdrawn() == []
    assert len(won) + len(told) == CLIENTS * ROUNDS
    assert all(count for _turn, count in told)
    # All that was won holds all that it asked for, and nothing else is held: all or none.
    for _turn, number, pk in won:
        assert Claim.objects.filter(booking=pk).count() == {0: 3, 1: 2, 2: 2}[number % 3]
    assert set(Claim.objects.values_list("booking_id", flat=True)) == {pk for _t, _n, pk in won}
    # None was refused while enough were there: what is left of each slot is less than any refused.
    for turn in range(ROUNDS):
        at = TUESDAY + turn % 6 * 2 * HOUR + timedelta(days=turn // 6)
        left = free_things(centre.pk, at, at + 2 * HOUR)[chairs.pool_id]
        assert left < 30


def test_many_hands_at_one_pool_and_one_who_takes_chairs_away():
    district = make_district()
    centre = make_centre(district.centre)
    chairs = make_thing(centre, 40)
    keeper = everything_at(district.streets[0])
    team = make_organisation(district.communities[0][0])
    halls = [make_space(centre) for _each in range(8)]
    gate, broken, won = threading.Barrier(9), [], []

    def client(number):
        for turn in range(10):
            wish = Wish(
                rooms=(halls[number].pk,), starts_at=TUESDAY + timedelta(days=turn),
                ends_at=TUESDAY + timedelta(days=turn, hours=2), title="x", people=1,
                organisation=team, things=((chairs.pool_id, 6),),
            )  # fmt: skip
            gate.wait()
            try:
                won.append(book(layout=house(centre), wish=wish, by=booker(team), now=NOW).pk)
            except BookingRefused:  # taken, fewer than that by now, or just set up anew
                pass
            except Exception as error:  # noqa: BLE001  counted below
                broken.append(repr(error))
        connection.close()

    def taker():
        for turn in range(10):
            gate.wait()
            try:
                set_thing(
                    centre_pk=centre.pk, pk=chairs.pk, quantity=40 - turn * 3,
                    facts={"name": chairs.name}, by=keeper, now=NOW,
                )  # fmt: skip
            except HouseRefused:
                pass
            except Exception as error:  # noqa: BLE001  counted below
                broken.append(repr(error))
        connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
    threads.append(threading.Thread(target=taker))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert overdrawn() == []
    assert won
