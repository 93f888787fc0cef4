import pytest
from django.utils import timezone

from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


@pytest.fixture
def tree(db):
    return make_district()


@pytest.fixture
def body(tree):
    return make_organisation(tree.streets[0], "MF", name="样例甲服务中心")


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def enter(client, tree):
    """Sign in as the holder of a role; answers the person."""

    def come(role, node, **fields):
        user = make_user(**fields)
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come
