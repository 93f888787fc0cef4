from datetime import timedelta
from typing import Any

from changle.core.reach import Actor
from changle.services.commons.actions.loans import ask_loan
from changle.services.commons.models import Centre, Loan, LoanRule, Thing
from changle.services.commons.queries.lending import LoanWish
from tests.factories.commons import NOW, TUESDAY, make_thing


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_tent(centre: Centre, quantity: int = 4, **fields: Any) -> Thing:
    """Something that may be carried away."""
    return make_thing(centre, quantity, may_leave=True, **fields)


def make_rule(centre: Centre, **fields: Any) -> LoanRule:
    return LoanRule.objects.create(centre=centre, **fields)


def loan_wish(centre: Centre, *things: tuple[Thing, int], days: int = 2, **fields: Any) -> LoanWish:
    """From ten on the Tuesday, for some days, until five in the afternoon."""
    fields = {
        "starts_at": TUESDAY, "ends_at": TUESDAY + (days - 1) * DAY + 7 * HOUR, "title": "义诊活动",
        "place": "社区广场", "contact_name": "样例", "contact_phone": "13900000001", **fields,
    }  # fmt: skip
    asked = tuple((thing.pool_id, count) for thing, count in things)
    return LoanWish(centre=centre.pk, things=asked, **fields)


def borrow(
    centre: Centre, *things: tuple[Thing, int], by: Actor, now: Any = NOW, **fields: Any
) -> Loan:
    return ask_loan(wish=loan_wish(centre, *things, **fields), by=by, now=now)
