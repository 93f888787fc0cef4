"""Why a person may not sit on the panel for a body, from what the platform itself knows."""

from changle.ground.territory.models import Grant
from changle.services.incubation.models import Incubatee


def conflicts(row: Incubatee, user_id: int) -> list[str]:
    """The sentences against a reviewer; a past post counts as much as a present one."""
    house = row.call.centre.node
    places = set(
        Grant.objects.filter(
            user_id=user_id, node__in=(row.organisation.node_id, house.pk, house.parent_id)
        ).values_list("node_id", "role")
    )
    found = []
    if any(node == row.organisation.node_id for node, _role in places):
        found.append(f"曾经或正在“{row.organisation.name}”任职")
    if any(role == "CTR" for _node, role in places):
        found.append("曾经或正在运营这个中心")
    return found
