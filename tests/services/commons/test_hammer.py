"""Many at once at one door: one comes in, nobody is lost, the rest are told who has it."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changle.services.commons.actions.booking import Taken, Wish, book
from changle.services.commons.actions.deciding import cancel
from changle.services.commons.models import Booking, Claim
from tests.factories.commons import NOW, TUESDAY, booker, house, make_centre, make_space
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HOUR = timedelta(hours=1)
CLIENTS, ROUNDS = 16, 200


def overlapping():
    claims = list(Claim.objects.order_by("pool_id", "starts_at"))
    return [
        (one.pk, other.pk)
        for one, other in pairwise(claims)
        if one.pool_id == other.pool_id and other.starts_at < one.ends_at
    ]


def test_sixteen_clients_at_one_slot_round_after_round():
    district = make_district()
    centre = make_centre(district.centre)
    hall = make_space(centre)
    teams = [make_organisation(district.communities[0][0]) for _each in range(CLIENTS)]
    layout = house(centre)
    gate = threading.Barrier(CLIENTS)
    won, told, broken = [], [], []

    def client(number):
        team = teams[number]
        for turn in range(ROUNDS):
            at = TUESDAY + turn % 6 * 2 * HOUR + timedelta(days=turn // 6)
            wish = Wish(
                rooms=(hall.pk,), starts_at=at, ends_at=at + 2 * HOUR, title=team.name, people=3,
                organisation=team,
            )  # fmt: skip
            gate.wait()
            try:
                won.append((turn, book(layout=layout, wish=wish, by=booker(team), now=NOW).pk))
            except Taken as taken:
                told.append((turn, len(taken.conflicts)))
            except Exception as error:  # noqa: BLE001  counted below, whatever it was
                broken.append(repr(error))
        connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert sorted(turn for turn, _pk in won) == list(range(ROUNDS))
    assert len(told) == ROUNDS * (CLIENTS - 1)
    assert all(count for _turn, count in told)
    assert overlapping() == []
    assert set(Claim.objects.values_list("booking_id", flat=True)) == {pk for _turn, pk in won}


WISHES = st.lists(
    st.tuples(
        st.sampled_from(["half", "other", "whole", "both"]),
        st.integers(0, 9),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=20,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wishes=WISHES)
def test_for_any_order_of_wishes_no_room_is_had_twice(wishes):
    district = make_district()
    centre = make_centre(district.centre)
    half, other = make_space(centre), make_space(centre)
    whole = make_space(centre, pools=[half.pools.get(), other.pools.get()])
    team = make_organisation(district.communities[0][0])
    rooms = {"half": (half,), "other": (other,), "whole": (whole,), "both": (half, other)}
    layout, had = house(centre), []
    for which, first, length, gives_up in wishes:
        if gives_up and had:
            cancel(pk=had.pop().pk, by=booker(team), now=NOW)
            continue
        start = TUESDAY + first * HOUR
        wish = Wish(
            rooms=tuple(space.pk for space in rooms[which]), starts_at=start,
            ends_at=start + length * HOUR, title="x", people=1, organisation=team,
        )  # fmt: skip
        needed = {pool.pk for space in rooms[which] for pool in space.pools.all()}
        free = not Claim.objects.filter(
            pool_id__in=needed, starts_at__lt=wish.ends_at, ends_at__gt=wish.starts_at
        ).exists()
        if wish.ends_at > TUESDAY + 12 * HOUR:
            continue
        try:
            had.append(book(layout=layout, wish=wish, by=booker(team), now=NOW))
        except Taken:
            assert not free
        else:
            assert free
        assert overlapping() == []
    assert Booking.objects.filter(state="approved", centre=centre).count() == len(had)
