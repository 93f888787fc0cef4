from datetime import date
from typing import Any

from django.utils import timezone

from changle.ground.credit.models import ListGround
from changle.ground.credit.queries.rules import seed_grounds
from changle.ground.registry.models import OfficialFact, Organisation


def ground(list_: str = "abnormal", code: str = "annual_report") -> ListGround:
    seed_grounds()
    return ListGround.objects.get(list=list_, code=code)


def make_fact(organisation: Organisation, kind: str, **columns: Any) -> OfficialFact:
    """A fact as an older entry left it, whatever the actions would say."""
    columns.setdefault("recorded_at", timezone.now())
    return OfficialFact.objects.create(organisation=organisation, kind=kind, **columns)


def make_listing(organisation: Organisation, on: date, list_: str = "abnormal", **columns: Any):
    columns.setdefault(
        "ground", ground(list_, "annual_report" if list_ == "abnormal" else "debtor").name
    )
    return make_fact(organisation, list_, starts_on=on, **columns)
