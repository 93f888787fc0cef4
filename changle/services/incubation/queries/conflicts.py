"""Why a person may not sit on the panel for a body, from what the platform itself knows."""

from django.db.models import Q

from changle.ground.people.models import Post
from changle.ground.territory.models import Grant
from changle.services.bases.models import OperatorContract
from changle.services.incubation.models import Incubatee


def operators_of(row: Incubatee) -> list[int]:
    """The places of all bodies that run or ran the house of the call."""
    rows = OperatorContract.objects.filter(base__centre=row.call.centre_id)
    return list(rows.values_list("organisation__node_id", flat=True).distinct())


def conflicts(row: Incubatee, user_id: int) -> list[str]:
    """The sentences against a reviewer; a past post counts as much as a present one."""
    house, body = row.call.centre.node, row.organisation
    running = operators_of(row)
    places = set(
        Grant.objects.filter(
            user_id=user_id, node__in=(body.node_id, house.pk, house.parent_id, *running)
        ).values_list("node_id", "role")
    )
    posts = set(
        Post.objects.filter(
            Q(organisation=body) | Q(organisation__node__in=running), user_id=user_id
        ).values_list("organisation__node_id", flat=True)
    )
    found = []
    if body.node_id in posts or any(node == body.node_id for node, _role in places):
        found.append(f"曾经或正在“{body.name}”任职")
    runs = any(role == "CTR" or node in running for node, role in places) or posts & set(running)
    if runs:
        found.append("曾经或正在运营这个中心")
    return found
