"""Rooms by the API: found, looked at, booked; a refusal tells who has it and what is free instead."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changle.services.commons.models import Booking, Claim
from tests.faces.api.conftest import add, make_caller
from tests.factories.commons import TUESDAY, make_centre, make_policy, make_space


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def a_week_before(monkeypatch):
    """The clock stands a week before the day that the tests book."""
    from changle.faces.api.views import venues

    class Clock:
        @staticmethod
        def now():
            return TUESDAY - timedelta(days=7)

    monkeypatch.setattr(venues, "timezone", Clock)


@pytest.fixture
def centre(district):
    return make_centre(district.centre, name="甲中心")


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅", features=("projector",))


@pytest.fixture
def team(district):
    return add(district.communities[0][0], "一社区舞蹈队", filing_number="BA-9")


@pytest.fixture
def dancers(team):
    return make_caller("OADM", team.node)


def asked(hall, team, *, hours=(0, 2), **fields):
    return {
        "space": hall.pk, "starts_at": (TUESDAY + hours[0] * HOUR).isoformat(),
        "ends_at": (TUESDAY + hours[1] * HOUR).isoformat(), "organisation": team.pk if team else None,
        "purpose": "排练", **fields,
    }  # fmt: skip


def test_a_room_is_booked_and_read_again(hall, team, dancers):
    made = dancers.post("/bookings", asked(hall, team))
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["spaces"][0]["name"]) == ("approved", "多功能厅")
    assert dancers.get(made.headers["Location"].removeprefix("/api/v1")).json() == told


def test_the_second_is_told_who_has_it_and_what_is_free(hall, team, dancers, district):
    dancers.post("/bookings", asked(hall, team))
    answer = dancers.post("/bookings", asked(hall, team, hours=(1, 3)))
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["conflicts"][0]["holder"] == team.name
    assert told["next_free"][0]["starts_at"] == (TUESDAY + 2 * HOUR).isoformat()
    other = add(district.communities[1][0], "三社区合唱团", filing_number="BA-8")
    stranger = make_caller("OADM", other.node)
    told = stranger.post("/bookings", asked(hall, other)).json()
    assert told["conflicts"][0]["holder"] == told["conflicts"][0]["title"] == ""
    waiting = stranger.post("/bookings", asked(hall, other, wait=True))
    assert (waiting.status_code, waiting.json()["state"]) == (201, "waitlisted")


def test_the_same_request_sent_twice_books_once(hall, team, dancers):
    first = dancers.post("/bookings", asked(hall, team), **{"Idempotency-Key": "k"})
    again = dancers.post("/bookings", asked(hall, team), **{"Idempotency-Key": "k"})
    assert first.json() == again.json()
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"people": 31}, "people"),
        ({"people": 0}, "people"),
        ({"purpose": ""}, "purpose"),
        ({"kind": "party"}, "kind"),
        ({"space": 10**9}, "space"),
        ({"space": None}, "space"),
        ({"organisation": 10**9}, "organisation"),
        ({"starts_at": "2027-03-09T10:00:00"}, "starts_at"),
        ({"starts_at": "9999-03-09T10:00:00+08:00"}, "starts_at"),
        ({"hours": (11, 13)}, "starts_at"),
        ({"hours": (2, 2)}, "ends_at"),
        ({"hours": (-24 * 8, -24 * 8 + 1)}, "starts_at"),
        ({"purpose": "x" * 81}, "purpose"),
    ],
)
def test_each_refusal_stands_beside_its_argument(hall, team, dancers, fields, field):
    answer = dancers.post("/bookings", asked(hall, team, **fields))
    assert answer.status_code == 422, answer.content
    assert field in {one["field"] for one in answer.json()["errors"]}
    assert not Claim.objects.exists()


def test_nobody_books_without_a_name(hall, team, anonymous):
    assert anonymous.post("/bookings", asked(hall, team)).status_code == 401


def test_free_rooms_the_smallest_first(centre, hall, dancers, team, anonymous):
    small = make_space(centre, name="小会议室", capacity=8)
    span = {"from": TUESDAY.isoformat(), "to": (TUESDAY + HOUR).isoformat()}
    told = anonymous.get("/spaces/free", span).json()["items"]
    assert [one["name"] for one in told] == [small.name, hall.name]
    dancers.post("/bookings", asked(hall, team))
    told = anonymous.get("/spaces/free", {**span, "capacity": 20}).json()["items"]
    assert told == []
    told = anonymous.get("/spaces/free", {**span, "features": "projector"}).json()["items"]
    assert told == []
    assert anonymous.get("/spaces/free", {**span, "node": 10**9}).status_code == 422
    assert anonymous.get("/spaces/free", {"from": "x", "to": "y"}).status_code == 422
    assert (
        anonymous.get("/spaces/free", {"from": span["to"], "to": span["from"]}).status_code == 422
    )


def test_the_timeline_hides_what_is_not_theirs(hall, dancers, team, anonymous):
    dancers.post("/bookings", asked(hall, team))
    span = {"from": TUESDAY.isoformat(), "to": (TUESDAY + timedelta(days=1)).isoformat()}
    seen = dancers.get(f"/spaces/{hall.pk}/timeline", span).json()
    assert seen["busy"][0]["holder"] == team.name
    public = anonymous.get(f"/spaces/{hall.pk}/timeline", span).json()
    assert (public["busy"][0]["holder"], public["busy"][0]["title"]) == ("", "")
    assert public["busy"][0]["starts_at"] == seen["busy"][0]["starts_at"]
    assert len(public["open"]) == 2
    assert anonymous.get("/spaces/999999/timeline", span).status_code == 404
    far = {"from": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    assert anonymous.get(f"/spaces/{hall.pk}/timeline", far).status_code == 422


def test_a_booking_of_another_is_not_there(hall, team, dancers, district):
    made = dancers.post("/bookings", asked(hall, team)).json()
    other = add(district.communities[1][0], "三社区合唱团", filing_number="BA-8")
    assert make_caller("OADM", other.node).get(f"/bookings/{made['id']}").status_code == 404


def test_a_contended_booking_costs_few_queries(centre, team, dancers):
    room = make_space(centre, policy=make_policy(centre))
    dancers.post("/bookings", asked(room, team))
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        assert dancers.post("/bookings", asked(room, team)).status_code == 409
    told = [one["sql"] for one in asked_for if "SAVEPOINT" not in one["sql"]]
    assert len(told) <= 8, told


FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")  # the frame of a deed, no question


def test_a_booking_and_its_refusal_cost_eight_queries_at_most(hall, team, dancers):
    dancers.post("/bookings", asked(hall, team, hours=(6, 7)))
    for status in (201, 409):
        with CaptureQueriesContext(connection) as queries:
            answer = dancers.post("/bookings", asked(hall, team))
        assert answer.status_code == status
        assert len([one for one in queries if not one["sql"].startswith(FRAME)]) <= 8
