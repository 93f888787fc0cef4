from datetime import UTC, date, datetime, time
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.exchange.actions.offering import OfferDraft, offer, verify
from changle.services.exchange.models import Offer, Partner, ResourceKind
from changle.services.exchange.queries.kinds import seed_kinds
from changle.services.exchange.queries.seats import Party, street_of


_count = iter(range(1, 10**9))
NOW = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Xi'an
TODAY = date(2027, 3, 2)
SATURDAY = date(2027, 3, 6)


def kind(code: str = "goods") -> ResourceKind:
    seed_kinds()
    return ResourceKind.objects.get(code=code)


def party(organisation: Organisation) -> Party:
    return Party(organisation.node, organisation)


def sharer(organisation: Organisation, *, user_id: int = 0) -> Actor:
    """Who runs a body."""
    path = (str(organisation.node.path),)
    return Actor(
        user_id=user_id, name="样例丙",
        reach=dict.fromkeys(("offer.make", "offer.view", "organisation.view"), path),
    )  # fmt: skip


def verifier(place: Node, *, user_id: int = 0) -> Actor:
    path = (str(place.path),)
    return Actor(
        user_id=user_id, name="样例丁",
        reach=dict.fromkeys(("offer.view", "offer.verify", "offer.make", "partner.edit"), path),
    )  # fmt: skip


def draft(**fields: Any) -> OfferDraft:
    fields.setdefault("kind", kind())
    fields.setdefault("title", f"样例帐篷{next(_count)}")
    fields.setdefault("starts_on", TODAY)
    return OfferDraft(**fields)


def make_offer(organisation: Organisation, **fields: Any) -> Offer:
    """One on the board."""
    row = offer(party=party(organisation), draft=draft(**fields), by=sharer(organisation), now=NOW)
    return verify(pk=row.pk, by=verifier(organisation.street or organisation.node), now=NOW)


def make_van(organisation: Organisation, **fields: Any) -> Offer:
    fields = {"kind": kind("vehicle"), "title": "样例面包车", "unit": "辆", **fields}
    return make_offer(organisation, times=((5, time(8), time(18)),), **fields)


def make_partner(node: Node, **fields: Any) -> Partner:
    fields.setdefault("name", f"样例共建单位{next(_count)}")
    fields.setdefault("starts_on", date(2021, 1, 1))
    return Partner.objects.create(
        node=node, street=street_of(node), nature="C", recorded_at=NOW, changed_at=NOW, **fields
    )
