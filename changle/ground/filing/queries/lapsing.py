"""Since when nobody has seen a filed body at work."""

from collections.abc import Callable
from datetime import date

from django.db.models import Max, QuerySet
from django.utils import timezone

from changle.core.periods import shifted
from changle.core.reach import Actor
from changle.ground.filing.models import LapseProposal
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


# Each answers, for a day, organisation -> last day on which an activity of it was verified.
# Apps that verify activities enter theirs when they start.
ACTIVITY_SOURCES: list[Callable[[date], dict[int, date]]] = []
PROPOSABLE = ("active", "paused")
verbs.update(
    {
        "begin_filing": "开始申请备案",
        "list_members": "登记成员名单",
        "propose_lapse": "提示长期未活动",
        "set_rule": "设定备案条件",
        "strike_member": "从名单删除成员",
        "join": "自助建立账户",
    }
)


def last_seen(on: date) -> dict[int, date]:
    """Organisation -> the last sign of life, from every source together."""
    found: dict[int, date] = {}

    def note(pk: int, day: date | None) -> None:
        if day is not None and day <= on and day > found.get(pk, date.min):
            found[pk] = day

    rows = Organisation.objects.filter(kind=Organisation.Kind.BA, state__in=PROPOSABLE)
    told = rows.values_list("pk", "registered_on", "confirmed_on", "recorded_at")
    for pk, registered_on, confirmed_on, recorded_at in told.order_by("pk"):
        # Of the time before the platform knew it, the platform cannot say that nothing happened.
        for day in (registered_on, confirmed_on, timezone.localdate(recorded_at)):
            note(pk, day)
    kept = LapseProposal.objects.filter(state=LapseProposal.State.KEPT)
    for pk, day in kept.values_list("organisation").annotate(last=Max("decided_on")).order_by():
        note(pk, day)
    for source in ACTIVITY_SOURCES:
        for pk, day in source(on).items():
            note(pk, day)
    return found


def silent_bodies(on: date, months: int) -> list[tuple[int, date]]:
    """(organisation, last sign of life) of filed bodies silent for as long, the longest first."""
    before = shifted(on, -months)
    open_ = LapseProposal.objects.filter(state=LapseProposal.State.PROPOSED)
    proposed = set(open_.values_list("organisation_id", flat=True))
    standing = Organisation.objects.filter(kind=Organisation.Kind.BA, state__in=PROPOSABLE)
    living = set(standing.values_list("pk", flat=True))
    found = [
        (pk, day)
        for pk, day in last_seen(on).items()
        if day <= before and pk in living and pk not in proposed
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def lapses_seen(actor: Actor, *, state: str = "") -> "QuerySet[LapseProposal]":
    rows = actor.rows(LapseProposal, Permission.ORGANISATION_VIEW)
    if state:
        rows = rows.filter(state=state)
    with_ = rows.select_related(
        "organisation__node", "organisation__street", "organisation__community"
    )
    return with_.order_by("-found_on", "-pk")
