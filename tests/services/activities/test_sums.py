"""The sums by street and month equal the rows at any time: after each write, fresh or stale."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.indicators import CATALOGUE, cross, cross_of_rows, value
from changle.core.periods import Period
from changle.services.activities.actions.ruling import set_rule
from changle.services.activities.actions.summing import sum_month, sum_up
from changle.services.activities.indicators.sums import KEPT_BY
from changle.services.activities.models import (
    Attendance,
    MonthMark,
    MonthSum,
    Participant,
    Session,
)
from tests.factories.activities import NOW, SATURDAY, make_activity, make_session_draft, seat_at
from tests.factories.territory import make_district


YEAR, TODAY = Period.year(2027), date(2027, 12, 31)
SUMMED = [one.code for one in CATALOGUE.values() if one.kept_by == KEPT_BY]


@pytest.fixture
def district(db):
    return make_district()


@pytest.fixture
def sessions(district):
    """Three months, two streets; one person who comes everywhere, one who comes once."""
    made = []
    people = [
        Participant.objects.create(name=f"样例{n}", phone=f"137{n:08d}", recorded_at=NOW)
        for n in range(2)
    ]
    for number, place in enumerate((district.communities[0][0], district.communities[1][0]) * 3):
        draft = make_session_draft(days=number * 15)
        row = make_activity(place, sessions=[draft]).sessions.get()
        for person in people[: 2 if number == 0 else 1]:
            Attendance.objects.create(session=row, participant=person, method="qr", came_at=SATURDAY,
                                      recorded_at=SATURDAY)  # fmt: skip
        made.append(row)
    verified(made)
    return made


def verified(rows, **fields):
    told = {
        "state": "verified",
        "verified_at": NOW,
        "in_time": True,
        "person_times": 5,
        "anonymous_times": 3,
    }
    Session.objects.filter(pk__in=[row.pk for row in rows]).update(**(told | fields))


def equal(district):
    """Whether every kept answer is that of the rows, over the year and over each quarter."""
    for period in (YEAR, *(Period.quarter(2027, n) for n in (1, 2))):
        asking = {"path": str(district.root.path), "period": period, "today": TODAY}
        for code in SUMMED:
            rows = cross_of_rows(CATALOGUE[code], *KEPT_BY, **asking)
            assert cross(code, *KEPT_BY, **asking) == rows, code
            turned = {(b, a): n for (a, b), n in rows.items()}
            assert cross(code, "month", "street", **asking) == turned
            if not CATALOGUE[code].distinct:
                assert value(code, **asking).value == sum(rows.values())


def stale():
    return [mark.month for mark in MonthMark.objects.order_by("month") if mark.told != mark.writes]


def test_they_are_the_rows_before_and_after_they_are_summed_up(district, sessions):
    assert len(SUMMED) == 6
    equal(district)
    assert sum_up(NOW) == len({row.month for row in sessions})
    assert MonthSum.objects.exists()
    assert stale() == []
    equal(district)
    assert sum_up(NOW) == 0


@pytest.mark.parametrize("change", [
    {"person_times": 9}, {"anonymous_times": 1}, {"state": "void"}, {"state": "counted"}, {"in_time": False},
    {"month": "2027-09", "on": date(2027, 9, 1)}, {"is_online": True},
])  # fmt: skip
def test_a_write_is_told_at_once_and_makes_its_month_stale(district, sessions, change):
    sum_up(NOW)
    Session.objects.filter(pk=sessions[2].pk).update(**change)
    assert sessions[2].month in stale()
    assert set(stale()) <= {sessions[2].month, "2027-09"}
    equal(district)
    sum_up(NOW)
    assert stale() == []
    equal(district)


def test_a_street_that_changes_and_a_session_that_goes_are_told(district, sessions):
    sum_up(NOW)
    Session.objects.filter(pk=sessions[0].pk).update(street=district.streets[1])
    equal(district)
    Session.objects.filter(pk=sessions[0].pk).update(state="recording", verified_at=None)
    Attendance.objects.filter(session=sessions[0]).delete()
    Session.objects.filter(pk=sessions[0].pk).delete()
    equal(district)


def test_what_does_not_count_makes_nothing_stale(district, sessions):
    sum_up(NOW)
    row = make_activity(
        district.communities[0][0], sessions=[make_session_draft(days=3)]
    ).sessions.get()
    Session.objects.filter(pk=row.pk).update(capacity=99)
    Session.objects.filter(pk=sessions[0].pk).update(feedback_count=4, feedback_sum=20)
    assert stale() == []


def test_a_rule_by_which_people_are_counted_makes_all_stale(district, sessions):
    sum_up(NOW)
    set_rule(facts={"online_minutes": 20}, by=seat_at(district.root, "activity.rule"), now=NOW)
    assert stale()
    equal(district)


def test_the_year_costs_few_queries_however_many_sessions(district, sessions):
    sum_up(NOW)
    asking = {"path": str(district.root.path), "period": YEAR, "today": TODAY, "stamp": ""}
    for code in SUMMED:
        with CaptureQueriesContext(connection) as told:
            cross(code, *KEPT_BY, **asking)
        assert len(told) == 2


@pytest.mark.django_db(transaction=True)
def test_who_verifies_while_a_month_is_summed_up_is_not_lost():
    district = make_district()
    rows = [
        make_activity(district.communities[0][0], sessions=[make_session_draft()]).sessions.get()
        for _each in range(8)
    ]
    verified(rows[:1])
    barrier, faults = Barrier(2), []

    def write():
        try:
            barrier.wait()
            for row in rows[1:]:
                verified([row])
        except DatabaseError as fault:
            faults.append(fault)
        finally:
            close_old_connections()
            connection.close()

    thread = Thread(target=write)
    thread.start()
    barrier.wait()
    for _turn in range(5):
        sum_month(rows[0].month, timezone.now())
    thread.join()
    assert faults == []
    equal(district)
    sum_up(NOW + timedelta(days=1))
    assert stale() == []
    equal(district)
    assert (
        value("activities.sessions", path=str(district.root.path), period=YEAR, today=TODAY).value
        == 8
    )
