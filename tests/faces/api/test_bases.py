"""Bases by programs: the recognised ones for everybody, all of a place for its people."""

import pytest

from changle.faces.api.forms.bases import BaseItem, BasePage
from tests.factories.accounts import make_user
from tests.factories.bases import make_base, make_contract
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/api/v1/bases"


@pytest.fixture
def tree():
    return make_district()


def names(answer):
    body = answer.json()
    BasePage.model_validate(body)
    return [one["name"] for one in body["items"]]


def test_everybody_reads_the_recognised_and_its_people_all(client, tree):
    known = make_base(tree.centre, state="operating")
    contract = make_contract(known)
    built = make_base(tree.streets[1])
    assert names(client.get(LIST)) == [known.name]
    assert client.get(f"{LIST}/{built.pk}").status_code == 404
    body = client.get(f"{LIST}/{known.pk}").json()
    BaseItem.model_validate(body)
    assert body["operator"]["id"] == contract.organisation_id
    user = make_user()
    make_grant(user, tree.root, "AUD")
    client.force_login(user)
    assert names(client.get(LIST)) == [known.name, built.name]
    for asked, count in (
        ("tier=street", 2), ("state=built", 1), (f"street={tree.streets[1].pk}", 1), ("limit=1", 1),
    ):  # fmt: skip
        assert len(names(client.get(f"{LIST}?{asked}"))) == count
    assert client.get(f"{LIST}?tier=x").status_code == 422
    assert client.get(f"{LIST}?street=99999999999999999999999").status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_for_few_and_many(client, tree, count, django_assert_max_num_queries):
    for place in [tree.centre, *tree.communities[0]][:count]:
        tier = "community" if place.kind == "community" else "street"
        make_contract(make_base(place, tier, state="operating"))
    with django_assert_max_num_queries(4):
        client.get(LIST)
