from datetime import UTC, datetime, time, timedelta
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.commons.models import Centre, Feature, Opening, Policy, Pool, Space, Thing
from changle.services.commons.queries.layout import Layout, layout


_count = iter(range(1, 10**9))
# A Tuesday far enough ahead for every rule, in no holiday: 10:00 in Xi'an.
TUESDAY = datetime(2027, 3, 9, 2, 0, tzinfo=UTC)
NOW = TUESDAY - timedelta(days=7)


def make_centre(node: Node, **fields: Any) -> Centre:
    """A house open from eight to ten every day of the week."""
    fields.setdefault("name", f"样例中心{next(_count)}")
    centre = Centre.objects.create(node=node, **fields)
    Opening.objects.bulk_create(
        Opening(centre=centre, weekday=weekday, opens=time(8), closes=time(22))
        for weekday in range(7)
    )
    return centre


def make_policy(centre: Centre, **fields: Any) -> Policy:
    fields = {"needs_approval": False, "residents_may": True, "hours_ahead": 1, **fields}
    return Policy.objects.create(centre=centre, name=f"规则{next(_count)}", **fields)


def make_space(
    centre: Centre,
    *,
    pools: list[Pool] | None = None,
    features: tuple[str, ...] = (),
    **fields: Any,
) -> Space:
    number = next(_count)
    policy = fields.pop("policy", None) or make_policy(centre)
    fields = {"capacity": 30, "cleanup_minutes": 0, **fields}
    fields.setdefault("name", f"样例厅{number}")
    space = Space.objects.create(
        centre=centre, policy=policy, door_token=f"door-{number}", **fields
    )
    space.pools.set(pools or [Pool.objects.create(centre=centre, name=fields["name"])])
    for code in features:
        space.features.add(Feature.objects.get_or_create(code=code, defaults={"name": code})[0])
    Centre.objects.filter(pk=centre.pk).update(layout_stamp=next(_count))
    return space


def make_thing(centre: Centre, quantity: int, **fields: Any) -> Thing:
    """So many of a thing of the house."""
    fields.setdefault("name", f"样例物资{next(_count)}")
    pool = Pool.objects.create(
        centre=centre, kind=Pool.Kind.EQUIPMENT, name=fields["name"], quantity=quantity
    )
    thing = Thing.objects.create(centre=centre, pool=pool, **fields)
    Centre.objects.filter(pk=centre.pk).update(layout_stamp=next(_count))
    return thing


def house(centre: Centre) -> Layout:
    found = layout(centre.pk)
    assert found is not None
    return found


def booker(organisation: Organisation, *, user_id: int = 0) -> Actor:
    path = (str(organisation.node.path),)
    return Actor(
        user_id=user_id, name="样例丙",
        reach={"booking.make": path, "booking.view": path, "booking.use": path},
    )  # fmt: skip
