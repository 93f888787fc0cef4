from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries.grants import Powers, in_force, powers_of, rival_duty
from changle.ground.territory.roles import ROLES, Permission


@dataclass(frozen=True)
class Held:
    """A grant as it stands on a day."""

    grant: Grant
    state: str  # now, later or ended
    mine_to_end: bool = False

    @property
    def ended(self) -> bool:
        return self.state == "ended"


@dataclass(frozen=True)
class PersonRow:
    user: User
    held: list[Held]

    @property
    def left(self) -> bool:
        """Whether no grant is in force any more, nor to come."""
        return all(one.ended for one in self.held)


@dataclass(frozen=True)
class HandOverLine:
    """What becomes of one grant of the leaver."""

    grant: Grant
    ends: bool  # the leaver loses it
    given: bool  # the successor gets it
    why: str = ""  # where one of the two does not happen


def stand(grant: Grant, *, on: date) -> str:
    if grant.ends_on is not None and grant.ends_on <= on:
        return "ended"
    return "later" if grant.starts_on > on else "now"


def seen_grants(actor: Actor) -> "QuerySet[Grant]":
    rows = actor.rows(Grant, Permission.GRANT_VIEW)
    return rows.select_related("node", "user").order_by("-starts_on", "-pk")


def people_seen(
    actor: Actor, *, words: str = "", role: str = "", place: str = "", state: str = "", on: date
) -> "QuerySet[User]":
    """People with a grant that the asker sees, and that fits the filters, past ones too."""
    grants = actor.rows(Grant, Permission.GRANT_VIEW)
    if role:
        grants = grants.filter(role=role)
    if place:
        grants = grants.filter(node__path__under=place)
    if state == "now":
        grants = grants.filter(in_force(on), user__is_active=True)
    elif state == "ended":
        grants = grants.filter(ends_on__lte=on)
    people = User.objects.filter(pk__in=grants.values("user_id"))
    if words:
        people = people.filter(Q(name__icontains=words) | Q(username__icontains=words))
    shown: Prefetch[Any] = Prefetch("grants", seen_grants(actor), to_attr="seen")
    return people.prefetch_related(shown).order_by("name", "pk")


def person_rows(people: "list[User]", *, on: date) -> list[PersonRow]:
    return [
        PersonRow(user, [Held(grant, stand(grant, on=on)) for grant in user.seen])  # type: ignore[attr-defined]  # set by Prefetch
        for user in people
    ]


def person_seen(actor: Actor, pk: int) -> User | None:
    """A person of whom the asker sees a grant."""
    grants = actor.rows(Grant, Permission.GRANT_VIEW).filter(user_id=pk)
    return User.objects.filter(pk__in=grants.values("user_id")).first()


def held_by(user: User, actor: Actor, *, on: date) -> list[Held]:
    """The grants of a person that the asker sees, and which of them the asker may end."""
    powers = powers_of(actor, on=on)
    return [
        Held(grant, stand(grant, on=on), may_touch(actor, powers, grant, on=on))
        for grant in seen_grants(actor).filter(user=user)
    ]


def may_touch(actor: Actor, powers: Powers, grant: Grant, *, on: date) -> bool:
    """Whether a person may end a grant: it is another's, still holds, and is theirs to give."""
    return (
        grant.user_id != actor.user_id
        and stand(grant, on=on) != "ended"
        and actor.reaches(grant, Permission.GRANT_EDIT)
        and powers.may(grant.role, grant.node.path)
    )


def may_manage(actor: Actor, user: User, *, on: date) -> bool:
    """Whether a person may reset or close an account: all that it holds must be theirs to give.

    System operators tend every account in their reach but their own; a deed on it is told to the
    person, and logged.
    """
    if user.pk == actor.user_id or not actor.holds(Permission.USER_EDIT):
        return False
    powers = powers_of(actor, on=on)
    operator = Permission.SYSTEM_OPERATE in actor.reach
    held = Grant.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), user=user)
    grants = list(held.select_related("node"))
    if not grants:
        grants = list(Grant.objects.filter(user=user).select_related("node"))
    return bool(grants) and all(
        actor.reaches(grant, Permission.USER_EDIT)
        and (operator or powers.may(grant.role, grant.node.path))
        for grant in grants
    )


def places_to_grant(actor: Actor) -> "QuerySet[Node]":
    rows = actor.rows(Node, Permission.GRANT_EDIT).filter(ends_on__isnull=True)
    return rows.exclude(kind=Node.Kind.ORGANISATION).order_by("path")


def node_to_grant(actor: Actor, pk: int) -> Node | None:
    rows = actor.rows(Node, Permission.GRANT_EDIT).filter(ends_on__isnull=True)
    return rows.filter(pk=pk).first()


def successors(actor: Actor, leaver: User) -> "QuerySet[User]":
    """People who may take over: active, seen by the asker, neither the leaver nor the asker."""
    grants = actor.rows(Grant, Permission.GRANT_VIEW)
    people = User.objects.filter(pk__in=grants.values("user_id"), is_active=True)
    return people.exclude(pk__in=[leaver.pk, actor.user_id]).order_by("name", "pk")


def hand_over_plan(*, leaver: User, successor: User, on: date, actor: Actor) -> list[HandOverLine]:
    """What a hand-over on a day would do, grant by grant."""
    powers = powers_of(actor, on=on)
    grants = Grant.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), user=leaver)
    lines = []
    for grant in grants.select_related("node", "user").order_by("starts_on", "pk"):
        if not (
            actor.reaches(grant, Permission.GRANT_EDIT) and powers.may(grant.role, grant.node.path)
        ):
            lines.append(HandOverLine(grant, ends=False, given=False, why="不归您授权，须另行交接"))
            continue
        why = obstacle(grant, successor, on)
        lines.append(HandOverLine(grant, ends=True, given=not why, why=why))
    return lines


def obstacle(grant: Grant, successor: User, on: date) -> str:
    """Why the successor does not get a grant of the leaver; empty when they do."""
    starts_on = max(on, grant.starts_on)
    twin = Grant.objects.filter(user=successor, node=grant.node_id, role=grant.role).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on)
    )
    if grant.ends_on is not None:
        twin = twin.filter(starts_on__lt=grant.ends_on)
    if twin.exists():
        return "接任人已有同样的授权"
    rival = rival_duty(successor.pk, grant.role, starts_on, grant.ends_on)
    if rival is not None:
        return f"接任人是{rival.role_name}，三员不得兼任"
    if grant.node.ends_on is not None and grant.node.ends_on <= starts_on:
        return "该单位届时已撤销"
    return ""


def history_of_person(actor: Actor, user: User, *, most: int = 50) -> "QuerySet[LogEntry]":
    """What was done to an account and its grants, the daily coming and going left out."""
    account = Q(subject_label=user._meta.label, subject_id=str(user.pk)) & ~Q(
        verb__in=["sign_in", "sign_out"]
    )
    keys = [str(pk) for pk in seen_grants(actor).filter(user=user).values_list("pk", flat=True)]
    granted = Q(subject_label=Grant._meta.label, subject_id__in=keys)
    return LogEntry.objects.filter(account | granted).order_by("-id")[:most]


def role_filter() -> list[tuple[str, str]]:
    return [(role.code, role.name) for role in ROLES.values()]
