"""Loans by the API: what is free, a wish, a refusal with what is left, and one's own again."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from changle.services.commons.actions.loans import approve_loan
from changle.services.commons.models import Loan
from tests.faces.api.conftest import add, make_caller
from tests.factories.commons import make_centre
from tests.factories.loans import make_tent
from tests.factories.registry import everything_at


pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def centre(district):
    return make_centre(district.centre, name="甲中心")


@pytest.fixture
def tent(centre):
    return make_tent(centre, 4, name="帐篷")


@pytest.fixture
def team(district):
    return add(district.communities[0][0], "一社区舞蹈队", filing_number="BA-9")


@pytest.fixture
def dancers(team):
    return make_caller("OADM", team.node)


def asked(tent, team, count=2, **fields):
    start = timezone.now().replace(microsecond=0) + 3 * DAY
    return {
        "centre": tent.centre_id, "things": [{"id": tent.pool_id, "quantity": count}],
        "starts_at": start.isoformat(), "ends_at": (start + DAY).isoformat(),
        "organisation": team.pk, "title": "义诊", "place": "广场", "contact_name": "样例",
        "contact_phone": "13900000001", **fields,
    }  # fmt: skip


def test_a_loan_is_asked_for_and_read_again(tent, team, dancers, district):
    made = dancers.post("/loans", asked(tent, team))
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["lines"][0]["thing"]["name"]) == ("requested", "帐篷")
    assert dancers.get(f"/loans/{told['id']}").json() == told
    assert [one["id"] for one in dancers.get("/loans").json()["items"]] == [told["id"]]
    assert dancers.get("/loans?state=closed").json()["items"] == []
    stranger = make_caller(
        "OADM", add(district.communities[1][0], "别街", filing_number="B-2").node
    )
    assert stranger.get(f"/loans/{told['id']}").status_code == 404
    assert stranger.get("/loans").json()["items"] == []


def test_what_is_free_and_a_refusal_with_what_is_left(tent, team, dancers, district):
    body = asked(tent, team, 3)
    dancers.post("/loans", body)
    approve_loan(
        pk=Loan.objects.get().pk, by=everything_at(district.streets[0]), now=timezone.now()
    )
    span = urlencode({"from": body["starts_at"], "to": body["ends_at"]})
    found = dancers.get(f"/loans/things?{span}")
    assert [(one["name"], one["quantity"], one["free"]) for one in found.json()["items"]] == [
        ("帐篷", 4, 1)
    ]
    short = dancers.post("/loans", asked(tent, team, 2))
    assert short.status_code == 409
    assert short.json()["short"] == [{"id": tent.pool_id, "free": 1}]


def test_rules_and_nonsense(tent, team, dancers, district):
    many = dancers.post("/loans", asked(tent, team, 5))
    assert (many.status_code, "不够 5" in many.content.decode()) == (422, True)
    other = add(district.communities[1][0], "别街", filing_number="B-2")
    for change in ({"organisation": other.pk}, {"things": []}, {"centre": 0}, {"title": ""},
                   {"things": [{"id": 0, "quantity": 1}]}, {"ends_at": "昨天"}):  # fmt: skip
        assert dancers.post("/loans", asked(tent, team, **change)).status_code == 422, change
    assert not Loan.objects.exists()
