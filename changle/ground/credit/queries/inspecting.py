"""Who must be inspected for a year, and what came of it: by the identity at the close of that year."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from changle.ground.registry.indicators import REGISTERED, Standing
from changle.ground.registry.models import Identity, OfficialFact
from changle.ground.registry.queries.rulebook import EXEMPT, day_of, numbers


Kind = OfficialFact.Kind


def of_the_body(**conditions: Any) -> "QuerySet[OfficialFact]":
    """The facts that hold good of the body of an outer identity."""
    return OfficialFact.objects.filter(
        organisation=OuterRef("organisation"), withdrawn_at__isnull=True, **conditions
    )


def results_of(year: int, *results: str) -> Exists:
    told = of_the_body(kind=Kind.INSPECTION, year=year, result__in=results)
    return Exists(told)


def expected(year: int) -> "QuerySet[Identity]":
    """The registered bodies at the close of the inspected year, the exempt among them."""
    close = date(year, 12, 31)
    return Standing(REGISTERED)(close, close)


def exempt(year: int) -> Q:
    """Non-enterprise units registered after the cut-off of the year (MCA order 27, art. 4)."""
    close = date(year, 12, 31)
    after = day_of(year, numbers(close)["exempt_after"])
    young = Q(
        kind="MF", organisation__registered_on__gt=after, organisation__registered_on__lte=close
    )
    return young | Q(results_of(year, EXEMPT))


def bound(year: int) -> "QuerySet[Identity]":
    """Those that must be inspected for a year."""
    return expected(year).exclude(exempt(year))
