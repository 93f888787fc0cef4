from datetime import date, timedelta

from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.custody.actions import Terms, take
from changle.ground.custody.models import Custody
from changle.ground.registry.models import Organisation
from tests.factories.registry import everything_at, make_organisation


_count = iter(range(1, 10**9))


def make_terms(**fields) -> Terms:
    today = timezone.localdate()
    facts = {
        "agreement_number": f"样例代〔2026〕{next(_count)}号",
        "money_scope": "公益创投资助、活动经费",
        "signed_on": today - timedelta(days=60),
        "starts_on": today - timedelta(days=60),
        "ends_on": today + timedelta(days=300),
        "contact_name": "样例戊",
        "contact_phone": "13900000001",
    }
    return Terms(**{**facts, **fields})


def make_custody(
    place, *, by: Actor | None = None, body: Organisation | None = None,
    custodian: Organisation | None = None, **fields,
) -> Custody:  # fmt: skip
    """A filed body of a place, its money kept by a registered one of the same place."""
    by = by or everything_at(place)
    body = body or make_organisation(place, "BA")
    custodian = custodian or make_organisation(place, "MF")
    return take(
        organisation=body.pk, custodian=custodian, terms=make_terms(**fields), by=by,
        now=timezone.now(),
    )  # fmt: skip


def listed(organisation: Organisation, kind: str = "abnormal", *, since: date | None = None):
    """An official list on which the body stands."""
    return organisation.facts.create(
        kind=kind, starts_on=since or timezone.localdate() - timedelta(days=3), document="样例号",
        recorded_at=timezone.now(),
    )  # fmt: skip
