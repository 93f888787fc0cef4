"""Offers and requests by the API: read without contacts, offered by who may act for a body."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.services.exchange.actions.asking import RequestDraft, ask
from changle.services.exchange.actions.offering import verify
from changle.services.exchange.models import Offer
from tests.faces.api.conftest import add, make_caller
from tests.factories.exchange import kind, make_partner, make_van, party, sharer, verifier
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words(district):
    kind()


@pytest.fixture
def team(district):
    return add(district.communities[0][0], "一社区车友会", filing_number="BA-9")


@pytest.fixture
def drivers(team):
    return make_caller("OADM", team.node)


def typed(team, **fields):
    return {
        "organisation": team.pk, "kind": "vehicle", "title": "面包车", "unit": "辆",
        "starts_on": str(timezone.localdate()), "contact_phone": "13800000000",
        "times": [{"weekday": 5, "opens": "08:00", "closes": "18:00"}], **fields,
    }  # fmt: skip


def on_board(tree, team, **fields):
    row = make_van(team, **{"starts_on": timezone.localdate(), **fields})
    Offer.objects.filter(pk=row.pk).update(contact_name="秘密联系人", contact_phone="13899998888")
    return row


def test_an_offer_is_made_verified_and_read_by_everybody(district, team, drivers, anonymous):
    made = drivers.post("/offers", typed(team))
    assert made.status_code == 201, made.content
    assert made.json()["state"] == "offered"
    assert anonymous.get("/offers").json()["items"] == []
    verify(pk=made.json()["id"], by=verifier(district.streets[0]), now=timezone.now())
    told = anonymous.get("/offers", {"kind": "vehicle"}).json()["items"]
    assert [(one["title"], one["left"], one["giver"]) for one in told] == [("面包车", 1, team.name)]
    assert told[0]["times"] == [{"weekday": 5, "opens": "08:00", "closes": "18:00"}]
    assert anonymous.get("/offers", {"kind": "goods"}).json()["items"] == []


def test_nobody_reads_contacts(district, team, anonymous, bureau):
    on_board(district, team)
    for caller in (anonymous, bureau):
        text = caller.get("/offers").content.decode()
        assert team.name in text
        assert "13899998888" not in text
        assert "秘密联系人" not in text


def test_the_same_key_offers_once(team, drivers):
    answers = [
        drivers.post("/offers", typed(team), **{"Idempotency-Key": "k1"}) for _twice in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert Offer.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "money"}, "kind"), ({"organisation": 10**17}, "organisation"),
        ({"node": 1}, "organisation"), ({"starts_on": "1900-01-01"}, "starts_on"),
        ({"ends_on": "2001-01-01"}, "ends_on"), ({"contact_phone": "abc"}, "contact_phone"),
        ({"times": [{"weekday": 5, "opens": "18:00", "closes": "08:00"}]}, "times"),
        ({"times": [{"weekday": 5, "opens": "08:00", "closes": "09:00"},
                    {"weekday": 5, "opens": "08:00", "closes": "10:00"}]}, "times"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field(team, drivers, fields, field):
    answer = drivers.post("/offers", typed(team, **fields))
    assert answer.status_code == 422
    assert field in str(answer.json()["errors"])


@pytest.mark.parametrize(
    "fields", [{"title": ""}, {"title": "长" * 61}, {"quantity": 0}, {"organisation": 10**30},
               {"audience": "world"}, {"colour": "red"}, {"title": "a\x00b"}]
)  # fmt: skip
def test_naughty_input_is_no_fault_of_the_server(team, drivers, fields):
    assert drivers.post("/offers", typed(team, **fields)).status_code in {400, 422}
    assert not Offer.objects.exists()


def test_money_is_refused(team, drivers):
    answer = drivers.post("/offers", typed(team, title="爱心捐款"))
    assert answer.status_code == 422
    assert "钱款" in answer.json()["detail"]


def test_for_others_nobody_offers(district, drivers):
    other = make_organisation(district.communities[0][1])
    assert drivers.post("/offers", typed(other)).status_code == 422
    partner = make_partner(district.streets[0])
    answer = drivers.post("/offers", typed(other, organisation=None, partner=partner.pk))
    assert answer.status_code == 422
    street = make_caller("STO", district.streets[0])
    made = street.post("/offers", typed(other, organisation=None, partner=partner.pk))
    assert made.json()["partner"]["name"] == partner.name
    assert make_caller("RES", district.root).post("/offers", typed(other)).status_code == 403


def test_requests_are_read_by_who_may(team, drivers, anonymous, district):
    ask(
        party=party(team), by=sharer(team), now=timezone.now(),
        draft=RequestDraft(kind=kind("expert"), title="要一位律师", starts_on=timezone.localdate(),
                           ends_on=timezone.localdate() + timedelta(days=9)),
    )  # fmt: skip
    assert anonymous.get("/requests").status_code == 401
    assert make_caller("RES", district.root).get("/requests").status_code == 403
    told = drivers.get("/requests").json()["items"]
    assert [(one["title"], one["kind"]["code"]) for one in told] == [("要一位律师", "expert")]


def test_pages_follow_and_cost_the_same(district, team, anonymous):
    counts = []
    for _more in range(3):
        on_board(district, team)
        with CaptureQueriesContext(
            connection,
        ) as told:
            page = anonymous.get("/offers", {"limit": 2}).json()
        counts.append(len(told))
    assert counts[0] == counts[2]
    assert len(page["items"]) == 2
    rest = anonymous.client.get(page["next"]).json()
    assert len(rest["items"]) == 1
    assert anonymous.get("/offers", {"after": "x"}).status_code == 422
    assert anonymous.get("/offers", {"on": "2026-13-01"}).status_code == 422
