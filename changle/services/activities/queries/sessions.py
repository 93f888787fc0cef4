"""Sessions as people see them, and as staff run them."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.activities.models import (
    Activity,
    Attendance,
    Cohost,
    Companion,
    Participant,
    Session,
    SignUp,
)


RUN = Permission.SESSION_RUN
ACCEPTED = Prefetch(
    "activity__cohosts",
    Cohost.objects.filter(state="accepted").select_related("node").order_by("pk"),
    to_attr="sides",
)
PUBLISHED = ("open", "ended", "counted")
SEATED = ("confirmed", "offered", "attended", "no_show")  # may come in


def sides_of(actor: Actor, needs: str) -> "QuerySet[Cohost]":
    """The shares, agreed to, of sides at which a permission was granted."""
    within = Q(pk__in=[])
    for path in actor.reach.get(needs, ()):
        within |= Q(node__path__under=path)
    return Cohost.objects.filter(within, state="accepted")


def run_by(actor: Actor, needs: str = RUN) -> Q:
    """The sessions a person may run: of their place, their lead, or an activity they co-host."""
    within = Q(pk__in=[])
    for path in actor.reach.get(needs, ()):
        for anchor in Session.anchors:
            within |= Q((f"{anchor}__under", path))
    if actor.reach.get(needs):
        within |= Q(activity__in=sides_of(actor, needs).values("activity"))
    return within


def sessions_run(actor: Actor, needs: str = RUN) -> "QuerySet[Session]":
    rows = Session.objects.filter(run_by(actor, needs))
    return rows.select_related("activity", "activity__lead", "place", "street", "community")


def sessions_seen(actor: Actor) -> "QuerySet[Session]":
    """Those that a person may look at on the desk, with all that a list prints."""
    rows = Session.objects.filter(run_by(actor, Permission.ACTIVITY_VIEW))
    return rows.select_related(
        "activity", "activity__lead", "activity__series", "place", "street", "community"
    )


def whats_on(now: datetime) -> "QuerySet[Session]":
    """What is public and yet to come: published, neither over nor called off. Public on purpose."""
    rows = Session.objects.filter(
        state__in=Session.SHOWN, ends_at__gt=now, activity__state=Activity.State.OPEN
    )
    return (
        rows.select_related("activity", "activity__lead", "activity__field", "activity__series",
                            "activity__theme", "place", "street", "community")
        .prefetch_related(ACCEPTED)
        .order_by("starts_at", "pk")
    )  # fmt: skip


# Of what hangs on a session a public page prints the name and no more.
NAMED = ("activity__field", "activity__theme", "activity__series", "place", "street", "for_place")
PRINTED = (
    *(one.name for one in Session._meta.concrete_fields),
    *(f"activity__{name}" for name in (
        "title", "about", "state", "published_at", "photos", "for_minors", "minors_rule", "asks",
        "lead", "field", "theme", "series", "terms")),
    *(f"{name}__name" for name in NAMED),
    "place__path", "for_place__path", "activity__terms__kind", "activity__terms__version",
    "activity__terms__text",
)  # fmt: skip
HIDDEN = ("planned", "void")
NAMED_SIDES = Prefetch(
    "activity__cohosts",
    Cohost.objects.filter(state="accepted").select_related("node").order_by("pk")
    .only("activity", "organisation", "role", "state", "node__name"),
    to_attr="sides",
)  # fmt: skip


def published(pk: int) -> Session | None:
    """One session's public page, also when it is over or called off. Public on purpose."""
    rows = Session.objects.filter(pk=pk, activity__published_at__isnull=False)
    rows = rows.select_related("activity", "activity__terms", *NAMED).only(*PRINTED)
    row = rows.prefetch_related(NAMED_SIDES).first()
    return None if row is None or row.state in HIDDEN else row


def my_sign_ups(actor: Actor) -> "QuerySet[SignUp]":
    """What a person with an account has signed up for, family included; the next first."""
    rows = SignUp.objects.filter(made_by=actor.user_id or None)
    return rows.select_related("session", "session__activity", "participant").order_by(
        "-session__starts_at", "pk"
    )


def family(actor: Actor) -> "QuerySet[Companion]":
    rows = Companion.objects.filter(user=actor.user_id or None)
    return rows.select_related("participant").order_by("pk")


def sign_up_by_ticket(pk: int) -> SignUp | None:
    """What a ticket shows; the code is its own right to see it."""
    rows = SignUp.objects.select_related(
        "session", "session__activity", "session__activity__lead", "participant", "attendance"
    )
    return rows.filter(pk=pk).first()


AT_THE_DOOR = (
    "state", "session", "participant", "session__state", "session__title", "session__starts_at",
    "session__started_at", "session__activity", "session__place", "participant__name",
    "attendance__came_at", "attendance__method", "attendance__session",
)  # fmt: skip


def for_the_door(pk: int) -> SignUp | None:
    """A sign-up with what a queue waits for and no more: a scan is asked for thousands of times."""
    rows = SignUp.objects.select_related("session", "participant", "attendance").only(*AT_THE_DOOR)
    rows = rows.annotate(
        place_path=F("session__place__path"), lead_path=F("session__activity__lead__path")
    )
    return rows.filter(pk=pk).first()


def place_in_line(row: SignUp) -> int:
    """1 for who is offered the next seat; 0 for who does not wait."""
    if row.state != SignUp.State.WAITLISTED:
        return 0
    ahead = SignUp.objects.filter(session=row.session_id, state=row.state, pk__lte=row.pk)
    return ahead.count()


def roster(session: Session) -> "QuerySet[SignUp]":
    """Who has a seat or waits for one, in the order of asking, with whether they came."""
    rows = SignUp.objects.filter(session=session, state__in=SignUp.STANDING)
    return rows.select_related("participant", "guardian", "attendance").order_by("pk")


def present(session: Session) -> "QuerySet[Attendance]":
    rows = Attendance.objects.filter(session=session)
    return rows.select_related("participant", "sign_up", "recorded_by").order_by("came_at", "pk")


def to_call(session: Session) -> "QuerySet[SignUp]":
    """Who has no account, and so hears of a change by telephone alone."""
    return roster(session).filter(made_by__isnull=True)


def waiting_for_record(actor: Actor) -> "QuerySet[Session]":
    """Sessions that are over and whose evidence is not handed in."""
    rows = sessions_run(actor).filter(state="recording", handed_in_at__isnull=True)
    return rows.order_by("ends_at", "pk")


def waiting_for_verification(actor: Actor) -> "QuerySet[Session]":
    rows = actor.rows(Session, Permission.SESSION_VERIFY).filter(
        state="recording", handed_in_at__isnull=False
    )
    return rows.select_related("activity", "activity__lead", "place").order_by("due_on", "pk")


def missed_since(since: datetime) -> Count:
    """How often somebody did not come, since then: an annotation on participants."""
    return Count(
        "sign_ups",
        filter=Q(sign_ups__state="no_show", sign_ups__session__starts_at__gte=since),
        distinct=True,
    )


def known(keys: list[str], session_pk: int, since: datetime) -> dict[str, Any]:
    """Key -> person, with what stands against or beside signing them up; one query."""
    rows = Participant.objects.filter(key__in=keys).annotate(
        missed=missed_since(since),
        already=Count(
            "sign_ups",
            filter=Q(sign_ups__session=session_pk, sign_ups__state__in=SignUp.STANDING),
            distinct=True,
        ),
    )
    return {row.key: row for row in rows}
