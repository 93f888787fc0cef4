"""Series and programmes as people see them, with what was held under each name."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Activity, Programme, Series, Session


VIEW = Permission.ACTIVITY_VIEW
MOST = 300


@dataclass(frozen=True)
class Held:
    """What was held under a name, in all years: only what is verified."""

    activities: int
    sessions: int
    person_times: int


def seen(actor: Actor) -> Q:
    """Those of places within reach, and those under which an own activity was held."""
    return Q(pk__in=actor.rows(Series, VIEW).values("pk"))


def series_seen(actor: Actor, *, ended: bool = False) -> "QuerySet[Series]":
    rows = Series.objects.filter(seen(actor), ended_on__isnull=not ended)
    return rows.select_related("lead", "programme", "theme").order_by("lead__path", "name", "pk")[
        :MOST
    ]


def one_series(actor: Actor, pk: int) -> Series | None:
    rows = actor.rows(Series, VIEW).select_related("lead", "programme", "theme")
    return rows.filter(pk=pk).first()


def programmes_of(actor: Actor) -> "QuerySet[Programme]":
    rows = actor.rows(Programme, VIEW).select_related("lead")
    return rows.order_by("lead__path", "name", "pk")[:MOST]


def one_programme(actor: Actor, pk: int) -> Programme | None:
    return actor.rows(Programme, VIEW).select_related("lead").filter(pk=pk).first()


def programmes_led(lead: Node) -> "QuerySet[Programme]":
    """Those that a series of this lead may belong to: its own and those of the places above it."""
    steps = str(lead.path).rstrip(".").split(".")
    above = [".".join(steps[:n]) + "." for n in range(1, len(steps) + 1)]
    return Programme.objects.filter(lead__path__in=above).order_by("name", "pk")


def held_under(keys: list[int]) -> dict[int, Held]:
    """Series -> what was held; one query."""
    rows = Session.objects.filter(activity__series__in=keys, state__in=Session.COUNTING)
    told = (
        rows.order_by()
        .values("activity__series")
        .annotate(
            activities=Count("activity", distinct=True),
            sessions=Count("pk"),
            times=Sum("person_times"),
        )
    )
    return {
        row["activity__series"]: Held(row["activities"], row["sessions"], row["times"] or 0)
        for row in told
    }


def activities_under(series: Series) -> "QuerySet[Activity]":
    rows = Activity.objects.filter(series=series).select_related("lead", "place")
    return rows.order_by("-pk")[:MOST]
