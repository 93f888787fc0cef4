"""For whom somebody may act: the bodies and places of their own posts, and partners of those places."""

from dataclasses import dataclass
from datetime import date

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import in_force
from changle.ground.territory.roles import ROLES, Permission
from changle.services.commons.models import Centre
from changle.services.exchange.models import Partner


MOST = 300


@dataclass(frozen=True)
class Party:
    """One side of an offer, a request or a use."""

    node: Node
    organisation: Organisation | None = None
    partner: Partner | None = None

    @property
    def key(self) -> str:
        return f"partner:{self.partner.pk}" if self.partner else f"node:{self.node.pk}"

    @property
    def name(self) -> str:
        return str(self.organisation or self.partner or self.node)


def seats(actor: Actor, needs: str = Permission.OFFER_MAKE) -> list[Party]:
    """The places and bodies of a person's own posts."""
    paths = actor.reach.get(needs, ())
    rows = actor.rows(Node, needs).filter(path__in=paths).select_related("organisation")
    return [
        Party(node, getattr(node, "organisation", None))
        for node in rows.order_by("path")
    ]  # fmt: skip


def partners_served(actor: Actor) -> list[Party]:
    """The partners for which a person acts, their agreements in force or not."""
    rows = actor.rows(Partner, Permission.PARTNER_EDIT).select_related("node")
    return [Party(row.node, None, row) for row in rows.order_by("name", "pk")[:MOST]]


def street_of(node: Node) -> Node | None:
    """The street in which a place lies; none for what belongs to the whole district."""
    body = getattr(node, "organisation", None) if node.kind == Node.Kind.ORGANISATION else None
    if body is not None:
        return body.street  # type: ignore[no-any-return]  # a Node; getattr says Any
    at: Node | None = node
    while at is not None and at.kind != Node.Kind.STREET:
        at = at.parent
    return at


def has_house(node: Node) -> bool:
    """Whether the place shares its rooms through the booking engine."""
    return Centre.objects.filter(node__path__startswith=node.path or "-").exists()


def contact_of(actor: Actor) -> tuple[str, str]:
    """The name and telephone number with which a form begins."""
    user = User.objects.filter(pk=actor.user_id).values_list("name", "phone").first()
    return user or ("", "")


def people_at(node: Node, on: date, needs: str = Permission.OFFER_MAKE) -> set[int]:
    """Who sits at a place itself: not all those above, who would be told of everything."""
    codes = [role.code for role in ROLES.values() if needs in role.permissions]
    grants = Grant.objects.filter(in_force(on), node=node, role__in=codes, user__is_active=True)
    return set(grants.values_list("user_id", flat=True))
