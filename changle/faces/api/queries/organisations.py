"""Organisations as the API tells them: read as plain tuples, since a page of models costs thrice."""

from typing import Any

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import (
    ClassItem,
    ClassList,
    Identity,
    OfficialFact,
    Organisation,
    Succession,
)
from changle.ground.registry.queries import Filters, class_items, listed, public_directory
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


KINDS = dict(Organisation.Kind.choices)
STATES = dict(Organisation.State.choices)
COLUMNS = (
    "id", "name", "short_name", "kind", "uscc", "filing_number", "state",
    "street_id", "street__name", "community_id", "community__name",
    "field__code", "field__name", "category__code", "category__name",
    "legal_representative", "address", "registered_on", "ended_on", "version",
)  # fmt: skip
CONTACTS = ("contact_name", "contact_phone", "contact_email")
MORE = (
    "registrar_code", "registrar_name", "competent_unit", "purpose", "business_scope", "fund_fen",
    "founded_on", "website", "confirmed_on", "changed_at", "merged_into_id",
)  # fmt: skip
INTERNAL = ("member_count", "premises_count", "premises_area")  # P1: staff, by their place


PLACES = (Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY)
OFFICIAL = {
    "ST": ClassList.ASSOCIATION,
    "MF": ClassList.NONENTERPRISE,
    "JJH": ClassList.FOUNDATION,
}


def visible(actor: Actor, filters: Filters) -> "QuerySet[Organisation]":
    """What the caller reaches; for who reaches none, the public directory."""
    if actor.holds(Permission.ORGANISATION_VIEW):
        return listed(actor, filters)
    return public_directory(filters)


def seat_of(actor: Actor, pk: int) -> Node | None:
    """A place where the caller may add bodies."""
    places = actor.rows(Node, Permission.ORGANISATION_EDIT).select_related("parent")
    return places.filter(pk=pk, kind__in=PLACES, ends_on__isnull=True).first()


def class_of(name: str, code: str, kind: str) -> tuple[ClassItem | None, list[str]]:
    """The entry that a code names in the list for this column and kind, and the codes there are."""
    lists = {"field": ClassList.FIELD, "category": ClassList.COMMUNITY}
    wanted = lists.get(name) or OFFICIAL.get(kind)
    if wanted is None:
        return None, []
    known = class_items(wanted)
    return known.filter(code=code).first(), list(known.values_list("code", flat=True))


def items_of(rows: "QuerySet[Organisation]", actor: Actor) -> list[dict[str, Any]]:
    """One query; the contacts of class P1 only where the actor may see contacts."""
    if not actor.holds(Permission.CONTACT_VIEW):
        return [item(row) for row in rows.values_list(*COLUMNS)]
    width = len(COLUMNS)
    found = []
    for row in rows.values_list(*COLUMNS, "node__path", *CONTACTS):
        told = item(row[:width])
        if actor.holds_at(Permission.CONTACT_VIEW, row[width]):
            told |= zip(CONTACTS, row[width + 1 :], strict=True)
        found.append(told)
    return found


def item(row: tuple[Any, ...]) -> dict[str, Any]:
    (
        pk, name, short, kind, uscc, filing, state, street, street_name, community, community_name,
        field, field_name, category, category_name, legal, address, registered, ended, version,
    ) = row  # fmt: skip
    return {
        "id": pk,
        "name": name,
        "short_name": short,
        "kind": kind,
        "kind_label": KINDS[kind],
        "uscc": uscc,
        "filing_number": filing,
        "state": state,
        "state_label": STATES.get(state, state),
        "street": {"id": street, "name": street_name} if street else None,
        "community": {"id": community, "name": community_name} if community else None,
        "field": {"code": field, "name": field_name} if field else None,
        "category": {"code": category, "name": category_name} if category else None,
        "legal_representative": legal,
        "address": address,
        "registered_on": registered.isoformat() if registered else None,
        "ended_on": ended.isoformat() if ended else None,
        "version": version,
        "url": f"/api/v1/organisations/{pk}",
    }


def detail_of(rows: "QuerySet[Organisation]", actor: Actor, pk: int) -> dict[str, Any] | None:
    """One body with its history and public facts: six queries."""
    found = rows.filter(pk=pk)
    items = items_of(found, actor)
    if not items:
        return None
    extra = found.values(
        *MORE, *INTERNAL, "node__path", "official_class__code", "official_class__name"
    )[0]
    path = extra.pop("node__path")
    code, name = extra.pop("official_class__code"), extra.pop("official_class__name")
    if not actor.holds_at(Permission.ORGANISATION_VIEW, path):
        for column in INTERNAL:
            del extra[column]
    merged_into = extra.pop("merged_into_id")
    return {
        **items[0],
        **extra,
        "changed_at": extra["changed_at"].isoformat(),
        "official_class": {"code": code, "name": name} if code else None,
        "merged_into": merged_into,
        "identities": identities_of(pk),
        "facts": facts_of(pk),
        "follows": successions_of("successor", "predecessor", pk),
        "followed_by": successions_of("predecessor", "successor", pk),
    }


def identities_of(pk: int) -> list[dict[str, Any]]:
    """Former names and codes, which are public (P0); notes (P1) stay inside."""
    spans = Identity.objects.filter(organisation_id=pk).order_by("starts_on", "pk")
    columns = ("kind", "name", "code", "registrar_code", "starts_on", "ends_on", "opened_by", "closed_by")  # fmt: skip
    return [{**row, "kind_label": KINDS[row["kind"]]} for row in spans.values(*columns)]


def facts_of(pk: int) -> list[dict[str, Any]]:
    labels = dict(OfficialFact.Kind.choices)
    facts = OfficialFact.objects.filter(organisation_id=pk, withdrawn_at__isnull=True).order_by(
        "kind", "-year", "-starts_on", "pk"
    )
    columns = ("kind", "result", "year", "starts_on", "ends_on", "ground", "end_ground",
               "amount_fen", "authority", "document")  # fmt: skip
    return [{**row, "kind_label": labels[row["kind"]]} for row in facts.values(*columns)]


def successions_of(side: str, other: str, pk: int) -> list[dict[str, Any]]:
    """The bodies on the other side of a split or a merger by law."""
    rows = Succession.objects.filter(**{side: pk}).order_by("on", "pk")
    told = rows.values_list(f"{other}_id", f"{other}__name", "kind", "on")
    return [{"id": key, "name": name, "kind": kind, "on": on} for key, name, kind, on in told]
