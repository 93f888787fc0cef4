"""Which bodies must report for a year, and by when."""

from datetime import date

from django.db.models import Q, QuerySet

from changle.ground.annual.models import AnnualReport, Deadline
from changle.ground.registry.models import Organisation


# Month and day of the year after: associations and private non-enterprise units by 31 May (State
# Council orders 250 and 251 of 1998, MCA order 27 of 2005); foundations by 31 March (order 400 of 2004).
LAWFUL = {"ST": (5, 31), "MF": (5, 31), "JJH": (3, 31)}
# The last day of registration on which a body still takes part: private non-enterprise units that
# were less than half a year old on 31 December are exempt (MCA order 27, article 3).
LAST_REGISTERED = {"ST": (12, 31), "MF": (6, 30), "JJH": (12, 31)}
KINDS = tuple(LAWFUL)


def deadlines(year: int) -> dict[str, date]:
    """By kind: the day told by the notice of the year, else that of the law."""
    lawful = {kind: date(year + 1, *day) for kind, day in LAWFUL.items()}
    told = Deadline.objects.filter(year=year).values_list("kind", "on")
    return lawful | dict(told)


def deadline_notes(year: int) -> dict[str, Deadline]:
    return {row.kind: row for row in Deadline.objects.filter(year=year).order_by("pk")}


def takes_part(organisation: Organisation, year: int) -> bool:
    """One body, by the same rule as `obliged`."""
    if organisation.kind not in LAWFUL or organisation.state == Organisation.State.MERGED:
        return False
    on, ended = organisation.registered_on, organisation.ended_on
    in_time = on is None or on <= date(year, *LAST_REGISTERED[organisation.kind])
    return in_time and (ended is None or ended > date(year, 12, 31))


def obliged(year: int) -> "QuerySet[Organisation]":
    """The bodies that stood at the year's end and were registered early enough."""
    fits = Q(pk__in=())
    for kind, day in LAST_REGISTERED.items():
        early = Q(registered_on__isnull=True) | Q(registered_on__lte=date(year, *day))
        fits |= Q(kind=kind) & early
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=date(year, 12, 31))
    rows = Organisation.objects.filter(fits, lasting).exclude(state=Organisation.State.MERGED)
    return rows.order_by("pk")


def unopened(year: int) -> "QuerySet[Organisation]":
    """Those of them that have no report yet and still live."""
    begun = AnnualReport.objects.filter(year=year).values("organisation")
    return obliged(year).filter(state__in=Organisation.LIVING).exclude(pk__in=begun)
