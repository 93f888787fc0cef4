"""The door page: a code typed without script, the second scan, who is inside, who went with whom."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from changle.services.activities.models import Attendance, Session
from changle.services.activities.queries.codes import ticket_code
from tests.faces.api.conftest import add, district  # noqa: F401  a fixture
from tests.factories.accounts import make_user
from tests.factories.activities import join, make_session
from tests.factories.territory import make_grant


pytestmark = pytest.mark.django_db


@pytest.fixture
def place(district):  # noqa: F811
    return district.communities[0][0]


@pytest.fixture
def body(place):
    return add(place, "一社区舞蹈队", filing_number="BA-9")


@pytest.fixture
def up(place, body):
    session = make_session(place, body)
    row = join(session)[0]
    Session.objects.filter(pk=session.pk).update(state="ongoing", started_at=timezone.now())
    return row


def signed_in(node, role="OADM"):
    user, client = make_user(), Client()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"activities:{name}", args=args)


def test_a_typed_code_comes_in_once(up, body):
    client, pk = signed_in(body.node), up.session_id
    for word in ("签到成功", "登记人"):
        page = client.post(url("door_scan", pk), {"code": ticket_code(up.pk)}, follow=True)
        assert word in page.content.decode()
    assert Attendance.objects.count() == 1


def test_a_child_goes_out_with_who_came_for_it(up, body):
    client, pk = signed_in(body.node), up.session_id
    client.post(url("door_scan", pk), {"code": ticket_code(up.pk)})
    there = Attendance.objects.get()
    assert client.post(url("door_out", pk, there.pk), {"to": "样例家长"}).status_code == 302
    there.refresh_from_db()
    assert (there.handed_to, there.left_at is not None) == ("样例家长", True)


def test_a_walk_in_and_what_is_refused(up, body):
    client, pk = signed_in(body.node), up.session_id
    came = client.post(url("door_walk_in", pk), {"name": "样例甲", "phone": "13912340001"})
    assert came.status_code == 302
    assert Attendance.objects.get().sign_up.channel == "desk"
    bad = client.post(url("door_scan", pk), {"code": "=1+1𠮷"})
    assert bad.status_code == 409
    assert "=1+1𠮷" in bad.content.decode()
    assert client.post(url("door_scan", pk), {"code": ""}).status_code == 422
    assert client.post(url("door_walk_in", pk), {"name": "x" * 10_000}).status_code == 422


def test_strangers_find_no_door(up, district):  # noqa: F811
    other = signed_in(district.communities[1][0], "COMM")
    assert other.get(url("door", up.session_id)).status_code in {403, 404}
