from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from changle.core.codes import organisation_check, uscc_check
from changle.core.reach import Actor
from changle.faces.api.actions import issue_token
from changle.ground.registry.actions import Draft, add_organisation
from changle.ground.registry.models import ClassItem
from changle.ground.registry.queries import seed_classes
from changle.ground.territory.models import NodeCode
from tests.factories.accounts import make_user
from tests.factories.territory import make_district, make_grant


SYSTEM = Actor(name="测试")


def code_of(body_type: str, serial: int) -> str:
    """A valid code of a body registered by the district; 1 association, 2 non-enterprise unit."""
    first8 = f"MJ{serial:06d}"
    first = f"5{body_type}610112{first8}{organisation_check(first8)}"
    return first + uscc_check(first)


class Caller:
    """A program with a token of its own."""

    def __init__(self, token: str) -> None:
        self.token, self.client = token, Client()

    def _sent(self, method, path, **kwargs):
        headers = {**kwargs.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return getattr(self.client, method)(f"/api/v1{path}", headers=headers, **kwargs)

    def get(self, path, data=None, **headers):
        return self._sent("get", path, data=data, headers=headers)

    def post(self, path, data, **headers):
        return self._sent("post", path, data=data, content_type="application/json", headers=headers)

    def patch(self, path, data, **headers):
        return self._sent(
            "patch", path, data=data, content_type="application/json", headers=headers
        )


def make_caller(role="", node=None, **fields) -> Caller:
    user = make_user(**fields)
    if role:
        make_grant(user, node, role)
    return Caller(issue_token(user=user, by=SYSTEM, now=timezone.now(), name="测试"))


def add(place, name, kind="BA", **fields):
    draft = Draft(kind=kind, name=name, place=place, registered_on=date(2021, 3, 1), **fields)
    return add_organisation(draft=draft, by=SYSTEM, now=timezone.now())


@pytest.fixture
def district(db):
    seed_classes()
    tree = make_district()
    NodeCode.objects.create(
        node=tree.root, system=NodeCode.System.STATS, code="610112", starts_on=date(2000, 1, 1)
    )
    NodeCode.objects.create(
        node=tree.streets[0],
        system=NodeCode.System.STATS,
        code="610112001000",
        starts_on=date(2000, 1, 1),
    )
    NodeCode.objects.create(
        node=tree.streets[0],
        system=NodeCode.System.PORTAL,
        code="610112008000",
        starts_on=date(2000, 1, 1),
    )
    return tree


@pytest.fixture
def bodies(district):
    """Three filed bodies, two in the first street; one registered in the second."""
    field = ClassItem.objects.get(list="field", code="civil")
    contact = {
        "contact_name": "样例乙",
        "contact_phone": "02900000000",
        "contact_email": "yi@example.org",
    }
    return [
        add(district.communities[0][0], "一社区舞蹈队", filing_number="BA-1", **contact),
        add(district.communities[0][1], "二社区书画社", filing_number="BA-2"),
        add(district.communities[1][0], "三社区合唱团", filing_number="BA-3"),
        add(
            district.streets[1], "乙街道养老服务中心", kind="MF", uscc=code_of("2", 1), field=field
        ),
    ]


@pytest.fixture
def anonymous():
    return Caller("")


@pytest.fixture
def bureau(district):
    return make_caller("DCA", district.root, username="qu-test")


@pytest.fixture
def street(district):
    return make_caller("STO", district.streets[0])
