"""Why a person may not sit on the panel for a body, from what the platform itself knows."""

from collections.abc import Collection

from django.db.models import Q

from changle.ground.custody.models import Custody
from changle.ground.people.models import Post
from changle.ground.territory.models import Grant
from changle.ground.territory.roles import ROLES, Permission
from changle.services.bases.models import OperatorContract
from changle.services.exchange.models import Use
from changle.services.incubation.models import Incubatee, Mentoring


def operators_of(row: Incubatee) -> list[int]:
    """The places of all bodies that run or ran the house of the call."""
    rows = OperatorContract.objects.filter(base__centre=row.call.centre_id)
    return list(rows.values_list("organisation__node_id", flat=True).distinct())


def funders_of(row: Incubatee) -> list[int]:
    """The places of all bodies that keep the body's money or gave it of their own."""
    body = row.organisation_id
    keepers = Custody.objects.filter(organisation=body).values_list("custodian__node_id", flat=True)
    givers = Use.objects.filter(organisation=body, offer__organisation__isnull=False)
    gave = givers.values_list("offer__organisation__node_id", flat=True)
    return list(keepers.union(gave))


def knowing(row: Incubatee, people: Collection[int]) -> set[int]:
    """Who reads the name of the body on the desk, where the call hides it from the panel."""
    if not row.call.is_anonymous or row.round:
        return set()
    sees = [code for code, role in ROLES.items() if Permission.INCUBATION_VIEW in role.permissions]
    paths = [row.call.centre.node.path or "", row.organisation.node.path or ""]
    grants = Grant.objects.filter(user_id__in=people, role__in=sees).select_related("node")
    return {
        one.user_id for one in grants if any(path.startswith(one.node.path or "") for path in paths)
    }


def conflicts_of(row: Incubatee, people: Collection[int]) -> dict[int, list[str]]:
    """The sentences against each; a past post counts as much as a present one. Six queries."""
    house, body = row.call.centre.node, row.organisation
    running, funding = set(operators_of(row)), set(funders_of(row))
    places = Grant.objects.filter(
        user_id__in=people, node__in=(body.node_id, house.pk, house.parent_id, *running, *funding)
    )
    posts = Post.objects.filter(
        Q(organisation=body) | Q(organisation__node__in=running | funding), user_id__in=people
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
    funds = {user for user, node, _role in held if node in funding}
    knows = knowing(row, people)
    return {
        one: [f"曾经或正在“{body.name}”任职"] * (one in worked)
        + ["曾经或正在运营这个中心"] * (one in runs)
        + [f"曾经或正在担任“{body.name}”的导师"] * (one in mentored)
        + [f"所在组织代管过“{body.name}”的资金或向它提供过资源"] * (one in funds)
        + ["工作岗位能看到申请组织的名称，而这次招募隐去名称"] * (one in knows)
        for one in people
    }


def conflicts(row: Incubatee, user_id: int) -> list[str]:
    return conflicts_of(row, [user_id])[user_id]
