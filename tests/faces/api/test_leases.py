"""Stays by programs: a house sees its own, a body its own, and nobody else's."""

import pytest

from changle.faces.api.forms.leases import LeaseItem, LeasePage
from tests.factories.accounts import make_user
from tests.factories.leases import make_house, proposed
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/api/v1/leases"


@pytest.fixture
def tree():
    return make_district()


def enter(client, node, role):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)


def bodies(answer):
    body = answer.json()
    LeasePage.model_validate(body)
    return [one["organisation"]["name"] for one in body["items"]]


def test_each_side_reads_its_own(client, tree):
    centre, desks = make_house(tree.centre)
    one = make_organisation(tree.communities[0][0], name="样例甲队")
    other = make_organisation(tree.communities[0][1], name="样例乙队")
    first = proposed(one, centre, desks[:2])
    proposed(other, centre, desks[2:])
    assert client.get(LIST).status_code == 401
    enter(client, one.node, "OADM")
    assert bodies(client.get(LIST)) == ["样例甲队"]
    told = client.get(f"{LIST}/{first.pk}").json()
    LeaseItem.model_validate(told)
    assert told["desks"] == sorted(desk.number for desk in desks[:2])
    enter(client, tree.streets[0], "STO")
    assert bodies(client.get(LIST)) == ["样例甲队", "样例乙队"]
    assert bodies(client.get(f"{LIST}?organisation={other.pk}")) == ["样例乙队"]
    assert bodies(client.get(f"{LIST}?state=closed")) == []
    assert len(bodies(client.get(f"{LIST}?limit=1"))) == 1
    enter(client, tree.streets[1], "STO")
    assert bodies(client.get(LIST)) == []
    assert client.get(f"{LIST}/{first.pk}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_for_few_and_many(client, tree, count, django_assert_max_num_queries):
    centre, desks = make_house(tree.centre)
    for number in range(count):
        proposed(make_organisation(tree.communities[0][0]), centre, [desks[number]])
    enter(client, tree.root, "DCA")
    with django_assert_max_num_queries(6):
        client.get(LIST)
