from datetime import date

import pytest

from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def bureau(tree):
    return make_actor("DCA", tree.root)


@pytest.fixture
def body(tree):
    """A non-enterprise unit registered long ago, in the first street."""
    return make_organisation(tree.communities[0][0], "MF", registered_on=date(2015, 3, 1))


@pytest.fixture
def enter(client):
    """enter("DCA", node): signed in as one who holds the role there."""

    def sign_in(role, node):
        user = make_user()
        make_grant(user, node, role)
        client.force_login(user)
        return client

    return sign_in
