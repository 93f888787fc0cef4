"""Who can see a row, and by which grant."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.apps import apps

from changle.core.reach import Actor, Reachable, anchor_paths
from changle.ground.accounts.models import User
from changle.ground.territory.models import Grant
from changle.ground.territory.queries.grants import in_force, prefixes
from changle.ground.territory.roles import LABELS, ROLES, Permission


# Model -> the permission to see its rows. The apps above add theirs when they start.
explainable: dict[str, str] = {
    "territory.Node": Permission.NODE_VIEW,
    "territory.Grant": Permission.GRANT_VIEW,
    "registry.Organisation": Permission.ORGANISATION_VIEW,
}


@dataclass(frozen=True)
class Reacher:
    """One person who reaches a row, by one grant."""

    user: User
    grant: Grant
    permissions: list[str]  # in words, the one to see first
    by_right_of: str  # the place that holds the row


def model_to_explain(label: str) -> type[Reachable] | None:
    known = {name.lower(): name for name in explainable}
    if label.lower() not in known:
        return None
    return cast("type[Reachable]", apps.get_model(known[label.lower()]))


def row_to_explain(actor: Actor, label: str, pk: int) -> Reachable | None:
    """The row, if the asker sees it too."""
    model = model_to_explain(label)
    if model is None:
        return None
    related = {anchor.rsplit("__", 1)[0] for anchor in model.anchors if "__" in anchor}
    rows = actor.rows(model, explainable[model._meta.label]).filter(pk=pk)
    return rows.select_related(*related).first() if related else rows.first()


def reachers(row: Reachable, *, on: date) -> list[Reacher]:
    """Everybody whose grants reach a row on a day; the widest places first."""
    needs = explainable[row._meta.label]
    roles = {code for code, role in ROLES.items() if needs in role.permissions}
    above = {prefix for path in anchor_paths(row) for prefix in prefixes(path)}
    grants = Grant.objects.filter(
        in_force(on), role__in=roles, node__path__in=above, user__is_active=True
    )
    found = grants.select_related("user", "node").order_by("node__path", "role", "user__name", "pk")
    return [Reacher(grant.user, grant, permitted(grant, needs), grant.node.name) for grant in found]


def permitted(grant: Grant, needs: str) -> list[str]:
    """What a grant lets its holder do with rows of the kind that `needs` is about, in words."""
    noun = needs.split(".", maxsplit=1)[0]
    held = ROLES[grant.role].permissions
    about = [p for p in LABELS if p in held and p.split(".", maxsplit=1)[0] == noun]
    return [LABELS[p] for p in sorted(about, key=lambda p: p != needs)]
