"""Dates by rule: local hours, month ends, all or nothing, and no past that changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from changle.core.calendar import DayRow, set_day
from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.services.commons.actions.booking import BookingRefused, Wish, book
from changle.services.commons.actions.planning import plan
from changle.services.commons.actions.recurring import book_series, cancel_later
from changle.services.commons.models import Booking, Claim, Series
from changle.services.commons.queries.repeating import MOST, BadRule, read, repeats
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


FIRST = datetime(2026, 1, 1)  # noqa: DTZ001  a zone is given to what is drawn
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def local(year, month, day, hour=10):
    return timezone.make_aware(datetime(year, month, day, hour))  # noqa: DTZ001  made aware here


def days(rule, start):
    return repeats(rule, start).days


@given(
    start=st.datetimes(min_value=FIRST, max_value=FIRST + timedelta(days=1500)),
    count=st.integers(1, MOST),
    interval=st.integers(1, 4),
)
def test_weeks_keep_the_weekday_and_the_count(start, count, interval):
    start = timezone.make_aware(start.replace(microsecond=0))
    try:
        found = days(f"FREQ=WEEKLY;INTERVAL={interval};COUNT={count}", start)
    except BadRule:
        pytest.fail("a plain rule was refused")
    most = 732 // (7 * interval) + 1
    assert len(found) == min(count, most)
    assert found[0] == timezone.localdate(start)
    assert {(b - a).days for a, b in pairwise(found)} <= {7 * interval}


@given(year=st.integers(2026, 2032), month=st.integers(1, 12), count=st.integers(2, 20))
def test_the_31st_is_kept_and_shorter_months_are_told(year, month, count):
    start = local(year, month, 28)
    found = repeats(f"FREQ=MONTHLY;BYMONTHDAY=31;COUNT={count}", start)
    assert all(day.day == 31 for day in found.days)
    had = {(day.year, day.month) for day in found.days}
    told = {tuple(int(part) for part in month.split("-")) for month, _why in found.gaps}
    first, last = found.days[0], found.days[-1]
    every = {
        divmod(number, 12)
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    }
    assert had | told == {(year, month + 1) for year, month in every}
    assert not had & told


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text):
    for rule in (text, f"FREQ=WEEKLY;COUNT=2;BYDAY={text}", f"FREQ=MONTHLY;UNTIL={text}"):
        try:
            found = days(rule, TUESDAY)
        except BadRule:
            continue
        assert 1 <= len(found) <= MOST


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=HOURLY;COUNT=3", "FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=61", "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;INTERVAL=0;COUNT=2", "FREQ=WEEKLY;COUNT=2;UNTIL=20270401", "COUNT=2",
        "FREQ=DAILY;UNTIL=20280401", "FREQ=WEEKLY;BYHOUR=3;COUNT=2", "FREQ=WEEKLY;UNTIL=20200101",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=2", "FREQ=WEEKLY;COUNT=2;COUNT=3", "FREQ=WEEKLY;UNTIL=2027-04-01",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "FREQ=WEEKLY;COUNT=2\nRDATE:20270101T000000",
        "FREQ=MONTHLY;BYDAY=99MO;COUNT=2", "FREQ=MONTHLY;BYMONTHDAY=99;COUNT=2",
    ],
)  # fmt: skip
def test_rules_that_cannot_be_followed_are_refused(rule):
    with pytest.raises(BadRule):
        days(rule, TUESDAY)


def test_an_end_in_utc_is_an_end_here():
    assert len(days("FREQ=DAILY;UNTIL=20270310T020000Z", TUESDAY)) == 2
    assert len(days("FREQ=DAILY;UNTIL=20270310T015959Z", TUESDAY)) == 1
    assert len(days("RRULE:freq=daily;until=20270310", TUESDAY)) == 2
    assert read("FREQ=MONTHLY;BYDAY=-1SA;COUNT=3")["BYDAY"] == "-1SA"
    assert days("FREQ=MONTHLY;BYDAY=-1SA;COUNT=2", TUESDAY) == [
        date(2027, 3, 27),
        date(2027, 4, 24),
    ]


@pytest.fixture
def district(db):
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(district.centre)


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


def wished(team, *rooms, at=TUESDAY, **fields):
    return Wish(
        rooms=tuple(room.pk for room in rooms), starts_at=at, ends_at=at + 2 * HOUR, organisation=team,
        **{"title": "排练", "people": 5, **fields},
    )  # fmt: skip


def planned(centre, team, *rooms, rule="FREQ=WEEKLY;COUNT=4", now=NOW, by=None, **fields):
    told = {name: fields.pop(name) for name in ("excepted", "no_holidays") if name in fields}
    wish = wished(team, *rooms, **fields)
    return plan(layout=house(centre), wish=wish, rule=rule, by=by or booker(team), now=now, **told)


def booked(made, team, now=NOW, by=None, **choices):
    return book_series(plan=made, choices=choices, by=by or booker(team), now=now)


def test_hours_stay_on_the_wall_clock_and_all_are_booked(centre, team):
    room = make_space(centre)
    made = planned(centre, team, room, rule="FREQ=MONTHLY;BYMONTHDAY=9;COUNT=2")
    series, rows = booked(made, team)
    assert [timezone.localtime(row.starts_at).hour for row in rows] == [10, 10]
    assert {row.state for row in rows} == {"approved"}
    assert [row.series_on for row in rows] == [one.on for one in made.occurrences]
    assert Claim.objects.count() == 2
    assert LogEntry.objects.filter(verb="book_series", subject_id=str(series.pk)).count() == 1


def test_a_stranger_is_not_told_who_stands_in_the_way(centre, team, district):
    room = make_space(centre)
    book(layout=house(centre), wish=wished(team, room, at=TUESDAY + WEEK), by=booker(team), now=NOW)
    other = make_organisation(district.communities[1][0])
    verdict = planned(centre, other, room).occurrences[1]
    assert (verdict.verdict, team.name in verdict.why) == ("taken", False)
    assert team.name in planned(centre, team, room).occurrences[1].why
    assert verdict.options
    assert all(end - start == 2 * HOUR for start, end in verdict.options)
    assert not any(s < TUESDAY + WEEK + 2 * HOUR and e > TUESDAY + WEEK for s, e in verdict.options)


def test_an_option_is_accepted_in_any_zone_and_nothing_else_is(centre, team):
    room = make_space(centre)
    book(layout=house(centre), wish=wished(team, room, at=TUESDAY + WEEK), by=booker(team), now=NOW)
    made = planned(centre, team, room)
    key = made.occurrences[1].key
    start = made.occurrences[1].options[0][0]
    for wrong in ("", "soon", "2027-03-16T20:00", "2027-03-16T04:07:00+00:00"):
        with pytest.raises(BookingRefused, match="没有选择"):
            booked(made, team, **{key: wrong})
    _series, rows = booked(made, team, **{key: start.astimezone(UTC).isoformat()})
    assert rows[1].starts_at == start


def test_bounds_count_the_dates_of_the_plan_itself(centre, team):
    room = make_space(centre, policy=make_policy(centre, per_month=2))
    made = planned(centre, team, room)
    assert [one.verdict for one in made.occurrences] == ["free", "free", "rule", "rule"]
    rest = {one.key: "skip" for one in made.asking}
    booked(made, team, **rest)


def test_one_that_fails_takes_all_with_it(centre, team):
    room = make_space(centre)
    made = planned(centre, team, room)
    book(
        layout=house(centre),
        wish=wished(team, room, at=TUESDAY + 2 * WEEK),
        by=booker(team),
        now=NOW,
    )
    with pytest.raises(BookingRefused, match="全部日期都没有预约"):
        booked(made, team)
    assert (Booking.objects.count(), Series.objects.count()) == (1, 0)


def test_holidays_and_exceptions_are_told_and_kept(centre, team):
    centre.holidays_closed = False
    room = make_space(centre)
    on = (TUESDAY + WEEK).date()
    set_day(
        row=DayRow(on, is_working=False, name="样例节", notice="国办发明电〔2026〕1号"),
        by=Actor(name="样例"),
        now=NOW,
    )
    excepted = [(TUESDAY + 2 * WEEK).date()]
    made = planned(centre, team, room, excepted=excepted, no_holidays=True)
    assert [one.verdict for one in made.occurrences] == ["free", "holiday", "excepted", "free"]
    series, rows = booked(made, team)
    assert len(rows) == 2
    assert [day for day, _why in series.skipped] == [on.isoformat(), excepted[0].isoformat()]
    assert "样例节" in series.skipped[0][1]


def test_later_ones_are_given_up_and_the_past_never_changes(centre, team, district):
    room = make_space(centre)
    _series, rows = booked(planned(centre, team, room), team)
    then = TUESDAY + WEEK + HOUR  # in the middle of the second
    gone = cancel_later(pk=rows[0].pk, by=booker(team), now=then)
    assert [row.pk for row in gone] == [rows[2].pk, rows[3].pk]
    states = [Booking.objects.get(pk=row.pk).state for row in rows]
    assert states == ["approved", "approved", "cancelled", "cancelled"]
    assert LogEntry.objects.filter(verb="cancel").count() == 2
    with pytest.raises(BookingRefused):
        cancel_later(pk=rows[0].pk, by=booker(team), now=then)
    alone = book(
        layout=house(centre),
        wish=wished(team, room, at=TUESDAY + 4 * WEEK),
        by=booker(team),
        now=NOW,
    )
    with pytest.raises(BookingRefused, match="不是循环"):
        cancel_later(pk=alone.pk, by=booker(team), now=NOW)
    stranger = booker(make_organisation(district.communities[1][0]))
    with pytest.raises(Booking.DoesNotExist):
        cancel_later(pk=rows[2].pk, by=stranger, now=NOW)


def test_the_house_may_plan_past_its_own_rules_and_all_skipped_is_none(centre, district):
    room = make_space(centre, policy=make_policy(centre, days_ahead=3))
    operator = everything_at(district.streets[0])
    made = planned(centre, None, room, by=operator, on_behalf=district.streets[0])
    assert len(made.free) == 4
    with pytest.raises(BookingRefused, match="都跳过"):
        booked(made, None, by=operator, **{one.key: "skip" for one in made.occurrences})


@pytest.mark.parametrize("count", [2, 60])
def test_a_plan_costs_the_same_whatever_its_length(
    centre, team, count, django_assert_max_num_queries
):
    room = make_space(centre, policy=make_policy(centre, per_month=10, days_ahead=1000))
    layout = house(centre)
    with django_assert_max_num_queries(6):
        plan(
            layout=layout, wish=wished(team, room), rule=f"FREQ=WEEKLY;COUNT={count}",
            by=booker(team), now=NOW,
        )  # fmt: skip
