from datetime import UTC, date, datetime
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Call, Incubatee, Sheet
from changle.services.incubation.queries.scoring import points_of, rubric
from tests.factories.accounts import make_user
from tests.factories.commons import make_centre
from tests.factories.registry import make_organisation
from tests.factories.territory import make_grant


NOW = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Xi'an
FULL = points_of(rubric("admission", 1))


def make_call(node: Node, **fields: Any) -> Call:
    fields = {"title": "样例招募", "opens_on": date(2027, 3, 1), "closes_on": date(2027, 4, 1),
              "conditions": ["move_in"], **fields}  # fmt: skip
    return Call.objects.create(centre=make_centre(node), **fields)


def make_incubatee(
    node: Node, state: str = "applied", *, body: Organisation | None = None, **fields: Any
) -> Incubatee:
    row = Incubatee(call=make_call(node), organisation=body or make_organisation(node),
                    plan="样例计划", applied_at=NOW, **fields)  # fmt: skip
    INCUBATEE.begin(row, state, at=NOW).save()
    return row


def make_expert(node: Node) -> Actor:
    user = make_user()
    make_grant(user, node, "EXP")
    return actor_for(user)


def make_panel(row: Incubatee, node: Node, size: int = 3) -> list[tuple[Sheet, Actor]]:
    experts = [make_expert(node) for _each in range(size)]
    return [(Sheet.objects.create(incubatee=row, reviewer_id=one.user_id), one) for one in experts]
