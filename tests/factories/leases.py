from datetime import UTC, date, datetime
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.commons.models import Centre
from changle.services.leases.actions.allotting import Term, ask, propose
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Desk, Floor, Lease
from tests.factories.accounts import make_user
from tests.factories.commons import make_centre
from tests.factories.territory import make_actor


_count = iter(range(1, 10**9))
NOW = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Xi'an
TODAY = date(2027, 3, 2)


def make_desk(centre: Centre, *, floor: Floor | None = None, **fields: Any) -> Desk:
    floor = floor or Floor.objects.get_or_create(
        centre=centre, name="一楼", defaults={"width": 40, "height": 30}
    )[0]  # fmt: skip
    number = next(_count)
    fields = {"number": f"A{number}", "x": number % 20 * 16, "y": 10,
              "opened_on": date(2020, 1, 1), **fields}  # fmt: skip
    return Desk.objects.create(centre=centre, floor=floor, **fields)


def make_house(node: Node, desks: int = 3) -> tuple[Centre, list[Desk]]:
    centre = make_centre(node)
    return centre, [make_desk(centre) for _each in range(desks)]


def clerk(centre: Centre) -> Actor:
    return make_actor("CTR", centre.node)


def street(centre: Centre) -> Actor:
    node = centre.node.parent if centre.node.kind == "centre" else centre.node
    return make_actor("STO", node)


def head_of(body: Organisation) -> Actor:
    """Who runs a body; the body's place stands for the body."""
    user = make_user()
    path = (str(body.node.path),)
    reach = dict.fromkeys(("lease.view", "lease.ask", "organisation.view", "desk.open"), path)
    return Actor(user_id=user.pk, name=user.name, reach=reach)


def term(**fields: Any) -> Term:
    return Term(
        **{"starts_on": TODAY, "ends_on": date(2028, 3, 2), "purpose": "样例办公", **fields}
    )


def asked(body: Organisation, centre: Centre, *, now: datetime = NOW, **fields: Any) -> Lease:
    wanted = fields.pop("desks_wanted", 1)
    return ask(organisation=body.pk, centre=centre.pk, term=term(**fields), desks_wanted=wanted,
               by=head_of(body), now=now)  # fmt: skip


def proposed(
    body: Organisation, centre: Centre, desks: list[Desk], *, now: datetime = NOW, **fields: Any
) -> Lease:
    return propose(organisation=body, centre=centre, desks=[one.pk for one in desks],
                   term=term(**fields), by=clerk(centre), now=now)  # fmt: skip


def in_state(row: Lease, state: str) -> Lease:
    LEASE.begin(row, state, at=NOW).save()
    return row
