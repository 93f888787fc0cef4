"""The share of use: what was used of what was to be had, each leading to its rows."""

from datetime import date, timedelta

import pytest

from changle.core.indicators import parts, rows, value
from changle.core.periods import Period
from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.actions.closing import close_rooms
from changle.services.commons.actions.counting import count_open_days
from changle.services.commons.actions.missed import answer_appeal, appeal
from changle.services.commons.actions.using import (
    check_in,
    check_out,
    miss_late,
)
from changle.services.commons.models import NoShow, OpenDay
from tests.factories.commons import (
    NOW,
    TUESDAY,
    booker,
    house,
    make_centre,
    make_space,
    make_thing,
)
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MARCH = Period.month(2027, 3)
LATER = TUESDAY + timedelta(days=3)


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def hall(district):
    return make_space(make_centre(district.centre))


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


def had(hall, team, *, at=TUESDAY, hours=2):
    wish = Wish(
        rooms=(hall.pk,), starts_at=at, ends_at=at + hours * HOUR, title="排练", people=9,
        organisation=team,
    )  # fmt: skip
    return book(layout=house(hall.centre), wish=wish, by=booker(team), now=NOW)


def figure(code, path):
    return value(code, path=path, period=MARCH, today=LATER.date()).value


def test_used_of_open(hall, team, district):
    booking = had(hall, team)
    check_in(pk=booking.pk, by=booker(team), now=TUESDAY)
    check_out(pk=booking.pk, by=booker(team), now=TUESDAY + 1.5 * HOUR)
    count_open_days(TUESDAY + timedelta(days=1))
    path = district.root.path
    assert figure("venue.used_minutes", path) == 90
    assert figure("venue.open_minutes", path) == 14 * 60
    rate = value("venue.utilisation", path=path, period=MARCH, today=LATER.date())
    assert (rate.numerator, rate.denominator, rate.value) == (90, 840, round(9000 / 840, 2))
    told = rows("venue.used_minutes", path=path, period=MARCH, today=LATER.date())
    assert [row.booking_id for row in told] == [booking.pk]
    by = parts("venue.uses", "organisation", path=path, period=MARCH, today=LATER.date())
    assert [(one.label, one.value) for one in by] == [(team.name, 1)]
    assert figure("venue.uses", district.streets[1].path) == 0


def test_what_was_closed_was_not_to_be_had(hall, district):
    close_rooms(
        layout=house(hall.centre), spaces=[hall.pk], starts_at=TUESDAY, ends_at=TUESDAY + 4 * HOUR,
        reason="检修", by=everything_at(district.root), now=NOW,
    )  # fmt: skip
    count_open_days(TUESDAY + timedelta(days=1))
    assert OpenDay.objects.get(on=date(2027, 3, 9)).minutes == 10 * 60


def test_days_are_counted_once_and_made_up_for(hall):
    assert count_open_days(TUESDAY) == 1
    assert count_open_days(TUESDAY) == 0
    assert count_open_days(TUESDAY + timedelta(days=3)) == 3
    assert OpenDay.objects.count() == 4


def test_a_no_show_that_is_lifted_is_none(hall, team, district):
    had(hall, team)
    miss_late(TUESDAY + HOUR)
    path = district.root.path
    assert (figure("venue.no_shows", path), figure("venue.due", path)) == (1, 1)
    assert figure("venue.no_show_rate", path) == 100
    row = NoShow.objects.get()
    appeal(pk=row.pk, why="停电", by=booker(team), now=TUESDAY + HOUR)
    judge = everything_at(district.root)
    answer_appeal(pk=row.pk, name="lift", answer="属实", by=judge, now=TUESDAY + HOUR)
    assert figure("venue.no_shows", path) == 0


def test_experts_vehicles_and_things_are_counted_apart_from_rooms(hall, team, district):
    centre, path = hall.centre, str(district.root.path)
    expert = make_space(centre, kind="person", capacity=1)
    van = make_space(centre, kind="vehicle", capacity=12)
    chairs = make_thing(centre, 40)
    wish = Wish(
        rooms=(hall.pk, expert.pk, van.pk), starts_at=TUESDAY, ends_at=TUESDAY + 2 * HOUR,
        title="排练", people=9, organisation=team, things=((chairs.pool_id, 30),),
    )  # fmt: skip
    booking = book(layout=house(centre), wish=wish, by=booker(team), now=NOW)
    check_in(pk=booking.pk, by=booker(team), now=TUESDAY)
    check_out(pk=booking.pk, by=booker(team), now=TUESDAY + 2 * HOUR)
    told = {
        "venue.uses": 1, "venue.used_minutes": 120, "venue.due": 1, "venue.person_uses": 1,
        "venue.person_minutes": 120, "venue.vehicle_uses": 1, "venue.thing_uses": 30,
    }  # fmt: skip
    assert {code: figure(code, path) for code in told} == told
    by_body = parts("venue.thing_uses", "organisation", path=path, period=MARCH, today=LATER.date())
    assert [one.value for one in by_body] == [30]
