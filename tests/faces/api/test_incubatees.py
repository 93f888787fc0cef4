"""Stays in incubation by programs: a house sees its own, a body its own, a panel none."""

import pytest

from changle.faces.api.forms.incubation import IncubateeItem, IncubateePage
from changle.services.incubation.actions import submit_sheet
from tests.factories.accounts import make_user
from tests.factories.incubation import (
    FULL,
    NOW,
    make_beside,
    make_delivery,
    make_incubatee,
    make_item,
    make_panel,
)
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/api/v1/incubatees"


@pytest.fixture
def tree():
    return make_district()


def enter(client, node, role):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)


def bodies(answer):
    body = answer.json()
    IncubateePage.model_validate(body)
    return [one["organisation"]["name"] for one in body["items"]]


def test_each_side_reads_its_own(client, tree):
    street = tree.streets[0]
    first = make_incubatee(street, "incubating")
    other = make_beside(first, "review")
    item = make_item(first)
    make_delivery(item, minutes=90, confirmed_at=NOW, confirmed_by=make_user())
    make_delivery(item, minutes=30)
    assert client.get(LIST).status_code == 401
    enter(client, first.organisation.node, "OADM")
    assert bodies(client.get(LIST)) == [first.organisation.name]
    told = client.get(f"{LIST}/{first.pk}").json()
    IncubateeItem.model_validate(told)
    assert (told["services"], told["service_minutes"]) == (1, 90)
    assert told["centre"]["id"] == first.call.centre_id
    enter(client, street, "STO")
    both = [first.organisation.name, other.organisation.name]
    assert bodies(client.get(LIST)) == both
    assert bodies(client.get(f"{LIST}?organisation={other.organisation_id}")) == both[1:]
    assert bodies(client.get(f"{LIST}?centre={first.call.centre_id}&state=incubating")) == both[:1]
    assert bodies(client.get(f"{LIST}?call={other.call_id}")) == both
    assert len(bodies(client.get(f"{LIST}?limit=1"))) == 1
    enter(client, tree.streets[1], "STO")
    assert bodies(client.get(LIST)) == []
    assert client.get(f"{LIST}/{first.pk}").status_code == 404


def test_a_panel_reads_nothing_and_nobody_reads_scores(client, tree):
    row = make_incubatee(tree.streets[0], "review")
    (sheet, one), (mine, _two), *_rest = make_panel(row, tree.streets[0])
    submit_sheet(sheet=sheet.pk, scores=FULL, remark="绝密的意见", by=one, now=NOW)
    client.force_login(mine.reviewer)
    assert bodies(client.get(LIST)) == []
    assert client.get(f"{LIST}/{row.pk}").status_code == 404
    enter(client, tree.root, "DCA")
    text = client.get(LIST).content.decode()
    assert "绝密的意见" not in text
    assert "score" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_for_few_and_many(client, tree, count, django_assert_max_num_queries):
    first = make_incubatee(tree.streets[0], "incubating")
    for _number in range(count - 1):
        make_beside(first, "incubating")
    enter(client, tree.root, "DCA")
    with django_assert_max_num_queries(6):
        client.get(LIST)
