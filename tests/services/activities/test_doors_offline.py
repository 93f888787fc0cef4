"""The queue of a door: no double, no loss, several doors; the list a telephone keeps; paper and screen."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changle.core.log import LogEntry
from changle.services.activities.actions.queue import Note, take_all
from changle.services.activities.models import Attendance, Participant, Session, SignUp
from changle.services.activities.queries.codes import come_code, door_opens, read_come, ticket_code
from changle.services.activities.queries.door_list import code_end
from tests.faces.api.conftest import add, district  # noqa: F401  a fixture
from tests.factories.accounts import make_user
from tests.factories.activities import join, make_guest, make_session, organiser
from tests.factories.territory import make_grant


pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(district):  # noqa: F811
    return district.communities[0][0]


@pytest.fixture
def body(place):
    return add(place, "一社区舞蹈队", filing_number="BA-9")


@pytest.fixture
def by(body):
    return organiser(body, user_id=make_user().pk)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ups(place, body, now):
    session = make_session(place, body)
    rows = [
        join(session)[0],
        join(session, make_guest(birth_year=2019), guardian=make_guest(name="样例妈妈"))[0],
        join(session)[0],
    ]
    opened = {"state": "ongoing", "started_at": now - timedelta(hours=1)}
    Session.objects.filter(pk=session.pk).update(**opened)
    return rows


@pytest.fixture
def client(body):
    user, told = make_user(), Client()
    make_grant(user, body.node, "OADM")
    told.force_login(user)
    return told


def url(name, *args):
    return reverse(f"activities:{name}", args=args)


def scan(up, number, at=None, **fields):
    return Note(id=f"note-{number}", kind="in", code=ticket_code(up.pk), at=at, **fields)


def take(ups, by, now, *notes):
    return [one.result for one in take_all(notes=notes, session=ups[0].session_id, by=by, now=now)]


def sent(client, pk, items):
    return client.post(
        url("check_in_send", pk), json.dumps({"items": items}), content_type="application/json"
    )


def test_a_queue_sent_again_changes_nothing(ups, by, now):
    queue = [scan(up, up.pk, now - 5 * MINUTE) for up in ups]
    assert take(ups, by, now, *queue) == ["done"] * 3
    before = list(Attendance.objects.order_by("pk").values())
    assert take(ups, by, now + MINUTE, *queue) == ["done"] * 3
    assert list(Attendance.objects.order_by("pk").values()) == before


def test_two_doors_note_one_person_and_the_earlier_time_holds(ups, by, now):
    first, second = now - 9 * MINUTE, now - 4 * MINUTE
    assert take(ups, by, now, scan(ups[0], "b", second)) == ["done"]
    assert take(ups, by, now, scan(ups[0], "a", first)) == ["repeated"]
    assert Attendance.objects.get().came_at == first
    assert take(ups, by, now, scan(ups[0], "c", now - MINUTE)) == ["repeated"]
    assert Attendance.objects.get().came_at == first


def test_one_refused_note_holds_up_no_other(ups, by, now):
    notes = [
        Note(id="1", kind="in", code="0" * 12),
        Note(id="2", kind="in", up=ups[0].pk),
        Note(id="3", kind="in", code=ticket_code(ups[1].pk), typed=True),
        Note(id="4", kind="in", code="X", up=ups[2].pk),  # a wrong code is not made right by a name
    ]
    assert take(ups, by, now, *notes) == ["refused", "done", "done", "refused"]
    assert set(Attendance.objects.values_list("method", flat=True)) == {"manual", "code"}


def test_who_goes_before_the_other_door_has_sent_waits(ups, by, now):
    out = Note(id="o", kind="out", up=ups[0].pk, at=now - MINUTE)
    assert take(ups, by, now, out) == ["wait"]
    assert take(ups, by, now, scan(ups[0], 1, now - 5 * MINUTE), out) == ["done", "done"]
    row = Attendance.objects.get()
    assert (row.left_at, row.minutes) == (now - MINUTE, 4)


def test_a_scan_before_the_door_opens_waits(ups, by, now):
    Session.objects.update(state="open", started_at=None)
    assert take(ups, by, now, scan(ups[0], 1)) == ["wait"]
    Session.objects.update(state="verified", verified_at=now)
    assert take(ups, by, now, scan(ups[0], 1)) == ["refused"]


def test_a_child_goes_to_its_guardian_alone(ups, by, now):
    child = ups[1]
    take(ups, by, now, scan(child, 1, now - 5 * MINUTE))
    assert take(ups, by, now, Note(id="o", kind="out", up=child.pk)) == ["refused"]
    assert Attendance.objects.get().left_at is None
    hand = Note(id="h", kind="hand", up=child.pk, at=now - MINUTE)
    assert take(ups, by, now, hand) == ["done"]
    row = Attendance.objects.get()
    assert (row.handed_to, row.handed_at, row.left_at) == ("样例妈妈", now - MINUTE, now - MINUTE)
    assert take(ups, by, now, hand) == ["done"]
    assert LogEntry.objects.filter(verb="hand_over").count() == 1
    other = Note(id="h2", kind="hand", up=child.pk, to="样例外婆")
    assert take(ups, by, now, other) == ["refused"]


def test_strangers_send_nothing(ups, district, now):  # noqa: F811
    stranger = organiser(add(district.communities[1][0], "别的队", filing_number="BA-8"))
    assert take(ups, stranger, now, scan(ups[0], 1)) == ["refused"]
    out = Note(id="o", kind="out", up=ups[0].pk)
    take(ups, organiser_of(ups), now, scan(ups[0], 1))
    assert take(ups, stranger, now, out) == ["refused"]
    assert Attendance.objects.get().left_at is None


def organiser_of(ups):
    return organiser(ups[0].session.activity.organisation)


@pytest.mark.django_db(transaction=True)
def test_doors_that_send_at_once_enter_everybody_once(place, body):
    session, now, by = make_session(place, body), timezone.now(), organiser(body)
    rows = [join(session)[0] for _each in range(6)]
    Session.objects.update(state="ongoing", started_at=now - timedelta(hours=1))

    def door(number):
        try:
            order = rows if number % 2 else rows[::-1]
            notes = [scan(up, f"{number}-{up.pk}", now - number * MINUTE) for up in order]
            return take(rows, by, now, *notes)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as doors:
        told = list(doors.map(door, range(1, 5)))
    assert Attendance.objects.count() == 6
    assert sum(results.count("done") for results in told) == 6
    assert sum(results.count("repeated") for results in told) == 18
    assert set(Attendance.objects.values_list("came_at", flat=True)) == {now - 4 * MINUTE}


def test_the_list_holds_nothing_in_clear(ups, client):
    pk = ups[0].session_id
    answer = client.get(url("check_in_list", pk))
    told, text = answer.json(), answer.content.decode()
    assert [one["up"] for one in told["people"]] == [up.pk for up in ups]
    assert [one["child"] for one in told["people"]] == [False, True, False]
    assert told["people"][1]["guardian"] == "样**妈" or "*" in told["people"][1]["guardian"]
    for person in Participant.objects.all():
        assert person.name not in text
        assert person.phone not in text
    for up in ups:
        assert ticket_code(up.pk) not in text
        assert code_end(pk, ticket_code(up.pk)) in text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_list_costs_the_same_for_one_and_many(ups, client):
    pk = ups[0].session_id
    client.get(url("check_in_list", pk))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url("check_in_list", pk))
    Session.objects.update(state="open")
    for _each in range(5):
        join(ups[0].session)
    with CaptureQueriesContext(connection) as many:
        client.get(url("check_in_list", pk))
    assert len(few) == len(many) <= 12


def test_the_page_that_is_kept_names_nobody(ups, client):
    text = client.get(url("check_in", ups[0].session_id)).content.decode()
    assert "样例丙" not in text
    assert all(one.masked_name not in text for one in Participant.objects.all())


def test_the_worker_keeps_files_that_are_there(client):
    answer = Client().get(url("check_in_worker"))
    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/javascript"
    keep = json.loads(text.partition("KEEP = ")[2].partition(";\n")[0])
    for address in keep["files"]:
        found = Client().get(address)
        assert found.status_code == 200, address
        found.close()
    assert url("check_in_worker").rpartition("/")[0] == "/desk/sessions"  # its widest scope


def test_a_queue_by_the_page(ups, client):
    pk = ups[0].session_id
    items = [
        {"id": "a", "kind": "in", "code": ticket_code(ups[0].pk)},
        {"id": "b", "kind": "in", "up": 9**9},
    ]
    told = sent(client, pk, items).json()["results"]
    assert [(one["id"], one["result"]) for one in told] == [("a", "done"), ("b", "refused")]
    assert "签到成功" in told[0]["sentence"]


@pytest.mark.parametrize(
    "body_", [b"", b"[]", b"{", b'{"items": 1}', b'{"items": [1]}', b'{"items": [{"id": "", "kind": "in"}]}',
              b'{"items": [{"id": "a", "kind": "burn"}]}', b'{"items": [{"id": "a", "kind": "in", "at": "x"}]}',
              b'{"items": [{"id": "a", "kind": "in", "at": 1e300}]}', b'{"items": [{"id": "a", "kind": "in", "up": 1e30}]}',
              b"\xff\xfe", b'{"items": [{"id": "a\\u0000", "kind": "in"}]}'],
)  # fmt: skip
def test_what_is_no_queue_is_refused(ups, client, body_):
    answer = client.post(
        url("check_in_send", ups[0].session_id), body_, content_type="application/json"
    )
    assert answer.status_code == 400
    assert Attendance.objects.count() == 0


def test_odd_words_in_a_queue_break_nothing(ups, client):
    odd = ["=1+1", "𠮷" * 500, "<script>", "\x00", "０" * 12, "-" * 40]
    items = [{"id": f"n{number}", "kind": "in", "code": code} for number, code in enumerate(odd)]
    items.append({"id": "h", "kind": "hand", "up": ups[1].pk, "to": "<b>𠮷" * 999})
    answer = sent(client, ups[0].session_id, items)
    assert answer.status_code == 200
    assert {one["result"] for one in answer.json()["results"]} == {"refused", "wait"}


def test_strangers_find_none_of_it(ups, district):  # noqa: F811
    user, other = make_user(), Client()
    make_grant(user, district.communities[1][0], "COMM")
    other.force_login(user)
    for name in ("check_in", "check_in_list", "screen", "screen_code", "paper", "roster_pdf"):
        assert other.get(url(name, ups[0].session_id)).status_code in {403, 404}, name
    assert sent(other, ups[0].session_id, []).status_code in {403, 404}


def test_the_screen_shows_a_code_that_opens(ups, client, monkeypatch):
    row = Session.objects.get()
    text = client.get(url("screen_code", row.pk)).content.decode()
    digits = text.partition('aria-label="现场码">')[2][:6]
    assert "<svg" in text
    assert door_opens(row.pk, row.door_secret, digits, timezone.now())
    told = read_come(come_code(row.pk, row.door_secret, timezone.now()))
    assert told is not None
    assert told[0] == row.pk
    Session.objects.update(state="open")
    assert "签到开始后" in client.get(url("screen", row.pk)).content.decode()


@pytest.mark.parametrize("text", ["", "-", "x-1", "1", "1-", "９-123456", "9" * 30 + "-123456"])
def test_what_is_no_code_of_a_door(text):
    assert read_come(text) is None


def test_a_paper_list_is_typed_in(ups, client):
    pk = ups[0].session_id
    person = ups[0].participant
    typed = f"{person.name} {person.phone}\n样例甲，13912340001，志愿者\n\n样例乙\t13912340002"
    page = client.post(url("paper", pk), {"lines": typed, "nameless": "2"}, follow=True)
    assert "录入实名 3 人、匿名 2 人" in page.content.decode()
    rows = Attendance.objects.filter(method="paper")
    assert sorted(rows.values_list("role", flat=True)) == ["served"] * 4 + ["volunteer"]
    assert SignUp.objects.get(pk=ups[0].pk).attendance.method == "paper"
    again = client.post(url("paper", pk), {"lines": "样例甲 13912340001"}, follow=True)
    assert "1 人此前已签到" in again.content.decode()


@pytest.mark.parametrize(
    ("lines", "word"),
    [("", "请填写名单"), ("样例甲", "第 1 行"), ("样例甲 13912340001\n=1+1 𠮷", "第 2 行"),
     ("x" * 10_000, "第 1 行"), ("样例甲 13912340001\n" * 501, "一次最多")],
)  # fmt: skip
def test_a_bad_paper_list_stays_as_typed(ups, client, lines, word):
    answer = client.post(url("paper", ups[0].session_id), {"lines": lines})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert Attendance.objects.count() == 0


def test_the_roster_prints(ups, client):
    answer = client.get(url("roster_pdf", ups[0].session_id))
    assert answer.content.startswith(b"%PDF")


def test_a_child_walks_in_with_a_guardian(ups, client):
    cache.clear()
    pk = ups[0].session_id
    told = {"name": "样例小童", "phone": "13912340009", "birth_year": "2020"}
    refused = client.post(url("door_walk_in", pk), told)
    assert refused.status_code == 409
    assert "监护人" in refused.content.decode()
    done = client.post(url("door_walk_in", pk), told | {"guardian_name": "样例爸爸"})
    assert done.status_code == 302
    up = Attendance.objects.get().sign_up
    assert (up.guardian.name, up.guardian.phone) == ("样例爸爸", up.participant.phone)


def test_no_child_walks_in_alone_where_nobody_signs_up(place, body, client):
    row = make_session(place, body, needs_sign_up=False, state="ongoing")
    told = {"name": "样例小童", "phone": "13912340009", "birth_year": "2020"}
    assert client.post(url("door_walk_in", row.pk), told).status_code == 409
    assert (
        client.post(url("door_walk_in", row.pk), told | {"guardian_name": "样例爸爸"}).status_code
        == 302
    )


def test_who_walks_into_a_session_for_one_place_says_where_they_live(place, body, client):
    row = make_session(place, body, for_place=place)
    Session.objects.update(state="ongoing", started_at=timezone.now())
    told = {"name": "样例戊", "phone": "13912340010"}
    assert client.post(url("door_walk_in", row.pk), told).status_code == 422
    there = client.post(url("door_walk_in", row.pk), told | {"home": place.pk})
    assert there.status_code == 302
    assert Attendance.objects.get().participant.home == place
