"""Why a person may not sit on the panel for a body, from what the platform itself knows."""

from collections.abc import Collection

from django.db.models import Q

from changle.ground.people.models import Post
from changle.ground.territory.models import Grant
from changle.services.bases.models import OperatorContract
from changle.services.incubation.models import Incubatee, Mentoring


def operators_of(row: Incubatee) -> list[int]:
    """The places of all bodies that run or ran the house of the call."""
    rows = OperatorContract.objects.filter(base__centre=row.call.centre_id)
    return list(rows.values_list("organisation__node_id", flat=True).distinct())


def conflicts_of(row: Incubatee, people: Collection[int]) -> dict[int, list[str]]:
    """The sentences against each; a past post counts as much as a present one. Four queries."""
    house, body = row.call.centre.node, row.organisation
    running = set(operators_of(row))
    places = Grant.objects.filter(
        user_id__in=people, node__in=(body.node_id, house.pk, house.parent_id, *running)
    )
    posts = Post.objects.filter(
        Q(organisation=body) | Q(organisation__node__in=running), user_id__in=people
    )
    held = {*places.values_list("user_id", "node_id", "role")} | {
        (user, node, "") for user, node in posts.values_list("user_id", "organisation__node_id")
    }
    worked = {user for user, node, _role in held if node == body.node_id}
    known = Mentoring.objects.filter(
        incubatee__organisation=body, mentor__user_id__in=people
    ).values_list("mentor__user_id", flat=True)
    mentored = set(known)
    runs = {user for user, node, role in held if role == "CTR" or node in running}
    return {
        one: [f"曾经或正在“{body.name}”任职"] * (one in worked)
        + ["曾经或正在运营这个中心"] * (one in runs)
        + [f"曾经或正在担任“{body.name}”的导师"] * (one in mentored)
        for one in people
    }


def conflicts(row: Incubatee, user_id: int) -> list[str]:
    return conflicts_of(row, [user_id])[user_id]
