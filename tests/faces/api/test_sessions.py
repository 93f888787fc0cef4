"""Sessions by the API: found, signed up for, come to; a queue sent twice lets nobody in twice."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changle.core.limits import TRIES
from changle.services.activities.models import Attendance, Session
from changle.services.activities.queries.codes import ticket_code
from tests.faces.api.conftest import add, make_caller
from tests.factories.activities import NOW, SATURDAY, join, make_session


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    from changle.faces.api.views import sessions

    class Clock:
        at = NOW

        @classmethod
        def now(cls):
            return cls.at

    monkeypatch.setattr(sessions, "timezone", Clock)
    return Clock


@pytest.fixture
def place(district):
    return district.communities[0][0]


@pytest.fixture
def body(place):
    return add(place, "一社区舞蹈队", filing_number="BA-9")


@pytest.fixture
def program(body):
    return make_caller("OADM", body.node)


@pytest.fixture
def session(place, body):
    return make_session(place, body, capacity=1)


@pytest.fixture
def running(session, clock):
    up = join(session)[0]
    Session.objects.filter(pk=session.pk).update(state="ongoing")
    clock.at = SATURDAY
    return ticket_code(up.pk)


def told(number=1, **fields):
    return {"name": f"样例{number}", "phone": f"1391234000{number}", "agrees": True, **fields}


def test_what_is_on_is_found_by_place_and_time(session, district):
    anybody = make_caller()
    found = anybody.get("/sessions", {"node": session.place_id}).json()["items"]
    assert [(one["id"], one["free"]) for one in found] == [(session.pk, 1)]
    other = district.communities[1][0].pk
    assert anybody.get("/sessions", {"node": other}).json()["items"] == []
    late = {"from": (SATURDAY + timedelta(days=1)).isoformat()}
    assert anybody.get("/sessions", late).json()["items"] == []
    assert anybody.get("/sessions", {"node": 10**9}).status_code == 422


def test_a_seat_then_the_line_then_a_refusal(session):
    caller = make_caller()
    first = caller.post(f"/sessions/{session.pk}/sign-ups", told(1))
    assert (first.status_code, first.json()["state"]) == (201, "confirmed")
    second = caller.post(f"/sessions/{session.pk}/sign-ups", told(2))
    assert second.json()["state"] == "waitlisted"
    again = caller.post(f"/sessions/{session.pk}/sign-ups", told(1))
    assert again.status_code == 409
    assert caller.post("/sessions/999999/sign-ups", told(3)).status_code == 404
    assert caller.post(f"/sessions/{session.pk}/sign-ups", told(4, phone="12")).status_code == 422


def test_a_scan_and_its_repetition(session, running, program, clock):
    url = f"/sessions/{session.pk}/check-ins"
    first = program.post(url, {"code": running})
    clock.at = SATURDAY + timedelta(minutes=9)
    again = program.post(url, {"code": running})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["came_at"] == first.json()["came_at"]
    assert program.post(url, {"code": "NONSENSE"}).status_code == 404
    assert make_caller().post(url, {"code": running}).status_code == 404


def test_a_queue_sent_twice_lets_nobody_in_twice(session, running, program):
    url = f"/sessions/{session.pk}/check-ins/bulk"
    queue = {"items": [{"code": running}, {"code": "坏"}, {"code": running}]}
    assert [one["status"] for one in program.post(url, queue).json()["items"]] == [201, 409, 200]
    assert [one["status"] for one in program.post(url, queue).json()["items"]] == [200, 409, 200]
    assert Attendance.objects.count() == 1


def test_a_sign_up_and_a_scan_are_cheap(place, body, clock, program):
    """All told, the token included once this hour's use of it is noted."""
    session = make_session(place, body, capacity=9)
    program.get("/me")
    with CaptureQueriesContext(connection) as seen:
        made = program.post(f"/sessions/{session.pk}/sign-ups", told(1))
        signing = deeds(seen)
    Session.objects.filter(pk=session.pk).update(state="ongoing")
    clock.at = SATURDAY
    with CaptureQueriesContext(connection) as seen:
        came = program.post(f"/sessions/{session.pk}/check-ins", {"code": made.json()["code"]})
        scanning = deeds(seen)
    assert came.status_code == 201
    assert signing <= 8
    assert scanning <= 5


def deeds(seen) -> int:
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not one["sql"].startswith(control) for one in seen.captured_queries)


# Without a token


def test_a_resident_signs_up_without_a_token_so_often_and_no_more(client, session):
    caches["shared"].clear()
    Session.objects.filter(pk=session.pk).update(capacity=None)
    address = f"/api/v1/sessions/{session.pk}/sign-ups"

    def ask(number):
        told = {"name": f"样例{number}", "phone": "13800000001", "agrees": True}
        return client.post(address, told, content_type="application/json")

    first = ask(0)
    assert (first.status_code, first.json()["state"]) == (201, "confirmed")
    assert ask(0).status_code == 409
    for number in range(1, TRIES - 1):
        assert ask(number).status_code == 201
    refused = ask(TRIES)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"


def test_pages_follow_the_clock_and_ages_are_asked_for(client, place, body):
    rows = [
        make_session(place, body, starts_at=SATURDAY + n % 2 * timedelta(hours=3),
                     ends_at=SATURDAY + timedelta(hours=5), age_from=60 if n == 3 else None)
        for n in range(5)
    ]  # fmt: skip
    order = [rows[n].pk for n in (0, 2, 4, 1, 3)]
    seen, address = [], "/api/v1/sessions?limit=2"
    while address:
        told = client.get(address).json()
        seen += [one["id"] for one in told["items"]]
        address = told["next"]
    assert seen == order
    young = client.get("/api/v1/sessions?age=30").json()["items"]
    assert [one["id"] for one in young] == order[:4]
    for wrong in ("after=x", "after=-", "after=99999999999999999999-1", "age=-1", "age=x"):
        assert client.get(f"/api/v1/sessions?{wrong}").status_code == 422
