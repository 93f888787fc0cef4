"""Rooms by the API: found, looked at, booked; a refusal tells who has it and what is free instead."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changle.services.commons.models import Booking, Claim
from tests.faces.api.conftest import add, make_caller
from tests.factories.commons import TUESDAY, make_centre, make_policy, make_space, make_thing


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def a_week_before(monkeypatch):
    """The clock stands a week before the day that the tests book."""
    from changle.faces.api.views import bookings

    class Clock:
        @staticmethod
        def now():
            return TUESDAY - timedelta(days=7)

    monkeypatch.setattr(bookings, "timezone", Clock)


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


WEEK = timedelta(days=7)


@pytest.fixture
def chairs(centre):
    return make_thing(centre, 40, name="折叠椅")


def test_a_hall_and_chairs_are_booked_together_and_told(hall, team, dancers, chairs):
    things = [{"thing": chairs.pk, "quantity": 20}, {"pool": chairs.pool_id, "quantity": 10}]
    made = dancers.post("/bookings", asked(hall, team, things=things))
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["things"] == [{"pool": chairs.pool_id, "name": "折叠椅", "quantity": 30}]
    assert dancers.get(made.headers["Location"].removeprefix("/api/v1")).json() == told


def test_chairs_that_are_short_are_told_with_numbers(centre, hall, team, dancers, chairs):
    many = [{"thing": chairs.pk, "quantity": 30}]
    dancers.post("/bookings", asked(hall, team, things=many))
    other = make_space(centre)
    answer = dancers.post("/bookings", asked(other, team, things=many))
    assert answer.status_code == 409
    told = answer.json()
    assert told["conflicts"] == []
    assert told["short"] == [
        {"pool": chairs.pool_id, "name": "折叠椅", "wanted": 30, "free": 10,
         "enough_from": (TUESDAY + 2 * HOUR).isoformat()}
    ]  # fmt: skip
    assert len(told["next_free"]) == 3
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    "things",
    [
        [{"quantity": 1}],
        [{"thing": 1, "pool": 1, "quantity": 1}],
        [{"pool": 10**9, "quantity": 1}],
        [{"thing": 10**9, "quantity": 1}],
        [{"pool": 1, "quantity": 0}],
        [{"pool": 1, "quantity": 10**9}],
        [{"pool": "x", "quantity": 1}],
        "x",
    ],
)
def test_things_that_make_no_sense_are_refused(hall, team, dancers, chairs, things):
    answer = dancers.post("/bookings", asked(hall, team, things=things))
    assert answer.status_code == 422, answer.content
    assert not Booking.objects.exists()


def test_more_chairs_than_there_are(hall, team, dancers, chairs):
    things = [{"thing": chairs.pk, "quantity": 41}]
    answer = dancers.post("/bookings", asked(hall, team, things=things))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["things"]


def test_free_things_of_a_time(centre, hall, team, dancers, chairs, anonymous, district):
    dancers.post("/bookings", asked(hall, team, things=[{"thing": chairs.pk, "quantity": 30}]))
    make_thing(make_centre(district.communities[1][0]), 3, name="帐篷")
    span = {"from": (TUESDAY - HOUR).isoformat(), "to": (TUESDAY + HOUR).isoformat()}
    told = {one["name"]: one for one in anonymous.get("/things/free", span).json()["items"]}
    assert (told["折叠椅"]["free"], told["折叠椅"]["quantity"]) == (10, 40)
    assert told["帐篷"]["free"] == 3
    here = anonymous.get("/things/free", {**span, "node": centre.node_id}).json()["items"]
    assert [one["id"] for one in here] == [chairs.pk]
    for wrong in ({"node": 10**9}, {"from": "x"}, {"to": span["from"]}):
        assert anonymous.get("/things/free", {**span, **wrong}).status_code == 422


def test_every_week_is_booked_or_each_date_in_question_is_listed(
    centre, hall, team, dancers, chairs
):
    weekly = {"recurrence": {"rule": "FREQ=WEEKLY;COUNT=4", "exceptions": []}}
    dancers.post("/bookings", asked(hall, team, hours=(7 * 24, 7 * 24 + 2)))
    things = [{"thing": chairs.pk, "quantity": 5}]
    first = dancers.post("/bookings", asked(hall, team, things=things, **weekly))
    assert first.status_code == 409
    dates = first.json()["dates"]
    assert [one["verdict"] for one in dates] == ["free", "taken", "free", "free"]
    assert Booking.objects.count() == 1  # nothing of it was booked
    asking = dates[1]
    assert asking["asks"]
    option = asking["options"][0]
    choices = {
        asking["on"]: {"move": [option["starts_at"], option["ends_at"]]},
        dates[3]["on"]: "skip",
    }
    done = dancers.post("/bookings", asked(hall, team, things=things, choices=choices, **weekly))
    assert done.status_code == 201, done.content
    told = done.json()
    assert len(told["bookings"]) == 3
    assert [one["on"] for one in told["skipped"]] == [dates[3]["on"]]
    assert told["bookings"][1]["starts_at"] == option["starts_at"]
    assert {one["things"][0]["quantity"] for one in told["bookings"]} == {5}


def test_what_a_rule_leaves_out_must_be_agreed_to(hall, team, dancers):
    hall.policy.days_ahead = 400
    hall.policy.save()
    at = TUESDAY + timedelta(days=22)  # the 31st of March
    rule = {"recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2"}}
    span = {"starts_at": at.isoformat(), "ends_at": (at + HOUR).isoformat()}
    first = dancers.post("/bookings", asked(hall, team) | rule | span)
    assert first.status_code == 409, first.content
    gap = next(one for one in first.json()["dates"] if one["verdict"] == "gap")
    assert (gap["on"], gap["asks"]) == ("2027-04", True)
    again = asked(hall, team, choices={"2027-04": "skip"}) | rule | span
    done = dancers.post("/bookings", again)
    assert done.status_code == 201, done.content
    assert [one["on"] for one in done.json()["skipped"]] == ["2027-04"]


def test_exceptions_are_told_as_skipped(hall, team, dancers):
    day = (TUESDAY + WEEK).date().isoformat()
    rule = {"rule": "FREQ=WEEKLY;COUNT=3", "exceptions": [day], "skip_holidays": True}
    done = dancers.post("/bookings", asked(hall, team, recurrence=rule))
    assert done.status_code == 201, done.content
    assert [one["on"] for one in done.json()["skipped"]] == [day]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"recurrence": {"rule": "FREQ=SECONDLY;COUNT=3"}}, 422),
        ({"recurrence": {"rule": "FREQ=WEEKLY"}}, 422),
        ({"recurrence": {"rule": ""}}, 422),
        ({"recurrence": {"rule": "FREQ=WEEKLY;COUNT=2", "exceptions": ["x"]}}, 422),
        ({"recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}, "choices": {"2020-01-01": "skip"}}, 422),
        ({"recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}, "choices": {"2027-03-09": "x"}}, 422),
        ({"recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}, "wait": True}, 422),
        (
            {
                "recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"},
                "choices": {
                    "2027-03-09": {
                        "move": ["2027-03-10T10:00:00+08:00", "2027-03-10T12:00:00+08:00"]
                    }
                },
            },
            409,
        ),
    ],
)
def test_recurrences_that_make_no_sense(hall, team, dancers, fields, status):
    answer = dancers.post("/bookings", asked(hall, team, **fields))
    assert answer.status_code == status, answer.content
    assert not Booking.objects.exists()


def test_a_series_sent_twice_is_booked_once(hall, team, dancers):
    body = asked(hall, team, recurrence={"rule": "FREQ=WEEKLY;COUNT=2"})
    first = dancers.post("/bookings", body, **{"Idempotency-Key": "s"})
    again = dancers.post("/bookings", body, **{"Idempotency-Key": "s"})
    assert (first.status_code, first.json()) == (201, again.json())
    assert Booking.objects.count() == 2


def test_experts_are_found_apart_from_rooms(centre, hall, anonymous):
    expert = make_space(centre, kind="person", capacity=1, name="张老师")
    span = {"from": TUESDAY.isoformat(), "to": (TUESDAY + HOUR).isoformat()}
    told = anonymous.get("/spaces/free", span).json()["items"]
    assert [one["id"] for one in told] == [hall.pk]
    told = anonymous.get("/spaces/free", {**span, "kind": "person"}).json()["items"]
    assert [(one["id"], one["kind"]) for one in told] == [(expert.pk, "person")]
    assert anonymous.get("/spaces/free", {**span, "kind": "x"}).status_code == 422
