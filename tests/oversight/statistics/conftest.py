from datetime import date

import pytest

from changle.ground.registry.models import ClassItem
from changle.ground.registry.queries import seed_classes
from changle.ground.territory.models import NodeCode
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


@pytest.fixture
def tree(db):
    seed_classes()
    tree = make_district()
    NodeCode.objects.create(
        node=tree.root, system="stats", code="610112", starts_on=date(2000, 1, 1)
    )
    return tree


@pytest.fixture
def bodies(tree):
    """Two filed bodies in the first street and one in the second; one registered in each."""
    living = ClassItem.objects.get(list="community", code="living")
    (one, two), (three, _four) = tree.communities
    return [
        make_organisation(one, name="样例一社区舞蹈队", category=living, member_count=12),
        make_organisation(two, name="样例二社区书画社", member_count=8, premises_area=30),
        make_organisation(three, name="样例三社区合唱团", category=living),
        make_organisation(tree.streets[0], "MF", name="样例甲街道养老中心"),
        make_organisation(tree.streets[1], "ST", name="样例乙街道商会"),
    ]


@pytest.fixture
def enter(client):
    """Sign in as the holder of a role at a place."""

    def come(role, node):
        user = make_user()
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come
