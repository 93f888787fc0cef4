"""What is told of an organisation outside, and who is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from changle.core.log import LogEntry, LogSeal
from changle.core.reach import Actor
from changle.faces.api.models import Delivery, Webhook
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Incubatee


TEST = "webhook.test"
EVENTS = {
    "organisation.filed": "备案",
    "organisation.registered": "登记成立",
    "organisation.converted": "备案转登记",
    "organisation.changed": "资料变更",
    "organisation.ended": "注销、撤销或终止",
    "organisation.merged": "重复记录并入另一条",
    "organisation.unmerged": "撤销并入",
    "incubation.admitted": "孵化准入",
    "incubation.graduated": "孵化出壳",
}
ENDINGS = {"deregister", "revoke", "lapse", "cancel", "dissolve"}
SUBJECT, GROWING = Organisation._meta.label, Incubatee._meta.label
GROWN = {"admit": "incubation.admitted", "graduate": "incubation.graduated"}
MOST_SHOWN = 50
BATCH = 500


def event_of(verb: str, changes: Mapping[str, Any], opening: str) -> str:
    """The event that a deed on an organisation is, if any; `opening`: how its record began."""
    if verb == "add":
        first = {"filed": "organisation.filed", "registered": "organisation.registered"}
        return first.get(opening, "")
    if verb == "convert":
        filed = (changes.get("kind") or [""])[0] == Organisation.Kind.BA
        return "organisation.converted" if filed else "organisation.registered"
    if verb in {"change", "move"}:
        became = (changes.get("kind") or ["", ""])[1]
        return "organisation.filed" if became == Organisation.Kind.BA else "organisation.changed"
    if verb in ENDINGS:
        return "organisation.ended"
    if verb == "merge":
        return "organisation.merged"
    return "organisation.unmerged" if verb.startswith("unmerge") else ""


def sealed_after(followed: int) -> list[tuple[int, int]]:
    """(seal, entry) in the order in which the log was sealed."""
    seals = LogSeal.objects.filter(pk__gt=followed).order_by("pk")
    return list(seals.values_list("pk", "entry_id")[:BATCH])


def newest_seal() -> int:
    return LogSeal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def deeds(entry_ids: Iterable[int], path: str) -> dict[int, LogEntry]:
    """The entries among these that tell of an organisation, or its incubation, under a place."""
    told = Q(subject_label=SUBJECT) | Q(subject_label=GROWING, verb__in=GROWN)
    found = LogEntry.objects.filter(told, pk__in=list(entry_ids), path__under=path)
    return {entry.pk: entry for entry in found}


def stays_of(entries: Iterable[LogEntry]) -> dict[int, Incubatee]:
    """The stays in incubation that entries tell of."""
    pks = [int(entry.subject_id) for entry in entries if entry.subject_label == GROWING]
    rows = Incubatee.objects.filter(pk__in=pks) if pks else Incubatee.objects.none()
    return {row.pk: row for row in rows.select_related("call__centre")}


def stay(row: Incubatee) -> dict[str, Any]:
    return {
        "id": row.pk,
        "centre": {"id": row.call.centre_id, "name": row.call.centre.name},
        "is_virtual": row.is_virtual,
        "admitted_on": row.admitted_on.isoformat() if row.admitted_on else None,
        "graduated_on": row.graduated_on.isoformat() if row.graduated_on else None,
        "url": f"{settings.CHANGLE_PUBLIC_URL}/api/v1/incubatees/{row.pk}",
    }


def told_of(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What a receiver is told of each body: what everybody may see (class P0), and where to ask."""
    rows = Organisation.objects.filter(pk__in=list(pks)).prefetch_related("identities")
    return {
        row.pk: {
            "id": row.pk,
            "name": row.name,
            "kind": row.kind,
            "uscc": row.uscc,
            "filing_number": row.filing_number,
            "state": row.state,
            "street": place(row.street),
            "community": place(row.community),
            "merged_into": row.merged_into_id,
            "url": f"{settings.CHANGLE_PUBLIC_URL}/api/v1/organisations/{row.pk}",
            "_opening": min(
                ((one.starts_on, one.pk, one.opened_by) for one in row.identities.all()),
                default=(None, 0, ""),
            )[2],
        }
        for row in rows.select_related("street", "community")
    }


def place(node: Node | None) -> dict[str, Any] | None:
    return {"id": node.pk, "name": node.name} if node else None


def webhooks_of(actor: Actor) -> "QuerySet[Webhook]":
    rows = actor.rows(Webhook, Permission.WEBHOOK_EDIT).select_related("node")
    return rows.order_by("-is_active", "pk")


def webhook_of(actor: Actor, pk: int) -> Webhook | None:
    return webhooks_of(actor).filter(pk=pk).first()


def deliveries_of(webhook: Webhook) -> "QuerySet[Delivery]":
    """The latest, newest first."""
    return Delivery.objects.filter(webhook=webhook).order_by("-pk")[:MOST_SHOWN]


def delivery_of(actor: Actor, pk: int) -> Delivery | None:
    rows = Delivery.objects.filter(webhook__in=actor.rows(Webhook, Permission.WEBHOOK_EDIT))
    return rows.filter(pk=pk).first()


def scopes_of(actor: Actor) -> "QuerySet[Node]":
    """The places for whose bodies a person may have events sent."""
    kinds = (Node.Kind.DISTRICT, Node.Kind.STREET)
    rows = actor.rows(Node, Permission.WEBHOOK_EDIT).filter(kind__in=kinds, ends_on__isnull=True)
    return rows.order_by("path")


def waiting(webhook: Webhook) -> "QuerySet[Delivery]":
    rows = Delivery.objects.filter(
        webhook=webhook, delivered_at__isnull=True, failed_at__isnull=True
    )
    return rows.order_by("pk")
