"""Activities, their shares and their words."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Activity, Cohost, ConsentText, Rule, Session, Term


VIEW = Permission.ACTIVITY_VIEW


def rule() -> Rule:
    return Rule.objects.first() or Rule()


def terms_of(list_: str, on: date) -> "QuerySet[Term]":
    """The words of one list that may be chosen on a day."""
    offered = Q(retired_on__isnull=True) | Q(retired_on__gt=on)
    return Term.objects.filter(offered, list=list_).order_by("sort", "pk")


TEXTS = "activities-consents"  # where the texts in force are kept for a minute


def consent_text(kind: str, on: date) -> ConsentText | None:
    """The version in force on a day."""
    rows = ConsentText.objects.filter(kind=kind, issued_on__lte=on)
    return rows.order_by("-version").first()


def pending_shares(activity_pk: int) -> list[str]:
    """The names of those who have not agreed to their share."""
    rows = Cohost.objects.filter(activity=activity_pk, state__in=("invited", "declined"))
    return list(rows.order_by("pk").values_list("node__name", flat=True))


def activities_seen(actor: Actor) -> "QuerySet[Activity]":
    """Those within reach, and those in which a side within reach has a share."""
    shared = actor.rows(Cohost, VIEW).filter(state__in=("invited", "accepted"))
    rows = Activity.objects.filter(
        Q(pk__in=actor.rows(Activity, VIEW).values("pk")) | Q(pk__in=shared.values("activity"))
    )
    return rows.select_related(
        "lead", "organisation", "place", "series", "field", "theme", "method"
    )


def shares_of(activity_pk: int) -> "QuerySet[Cohost]":
    """All shares but those withdrawn, the lead's first."""
    rows = Cohost.objects.filter(activity=activity_pk).exclude(state="withdrawn")
    return rows.select_related("node", "organisation", "answered_by").order_by("pk")


def speaks_for(actor: Actor, node: Node) -> bool:
    """Whether a person answers for a side: from its own seat, or for a house from its street's.

    Who stands higher up does not agree for others; but the people of a house have their posts at
    the street whose house it is.
    """
    paths, path = actor.reach.get(Permission.ACTIVITY_EDIT, ()), str(node.path)
    above = f"{path.rstrip('.').rpartition('.')[0]}."
    return path in paths or (node.kind == Node.Kind.CENTRE and above in paths)


def shares_waiting(actor: Actor) -> "QuerySet[Cohost]":
    """The invitations that wait for this person's own side."""
    paths = actor.reach.get(Permission.ACTIVITY_EDIT, ())
    own = Q(node__path__in=paths)
    own |= Q(node__kind=Node.Kind.CENTRE, node__parent__path__in=paths)
    rows = Cohost.objects.filter(own, state="invited")
    return rows.select_related("activity", "activity__lead", "node").order_by("invited_at", "pk")


@dataclass(frozen=True)
class Ledger:
    """What one side has in the sessions it took part in, by role."""

    sessions: int
    weighted: float  # the lead's part and the others' by the district's weights


def attributed(node: Node, first: date, after: date) -> Ledger:
    """Sessions of a side in a period; each session's weights over its sides add up to one."""
    weight = rule().lead_weight
    mine = Cohost.objects.filter(node=node, state="accepted").values_list("activity", "role")
    roles = dict(mine)
    told = Session.objects.filter(
        activity__in=roles, state__in=Session.COUNTING, on__gte=first, on__lt=after
    ).values_list("activity", flat=True)
    held = list(told)
    others: dict[int, int] = {}
    rows = Cohost.objects.filter(activity__in=set(held), state="accepted").exclude(role="lead")
    for pk in rows.values_list("activity", flat=True):
        others[pk] = others.get(pk, 0) + 1
    total = 0.0
    for pk in held:
        count = others.get(pk, 0)
        if roles[pk] == Cohost.Role.LEAD:
            total += 1 if not count else weight / 100
        else:
            total += (100 - weight) / 100 / count
    return Ledger(len(held), round(total, 4))
