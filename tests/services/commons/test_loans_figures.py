"""What loans add up to: each number leads to its rows, each part to its own."""

import pytest

from changle.core.indicators import parts, rows, value
from changle.core.periods import Period
from changle.services.commons.models import Loan
from tests.factories.commons import TUESDAY
from tests.factories.loans import DAY
from tests.services.commons.test_loans_moves import House


pytestmark = pytest.mark.django_db
MARCH = Period.month(2027, 3)
TODAY = (TUESDAY + 9 * DAY).date()


def asking(path):
    return {"path": path, "period": MARCH, "today": TODAY}


def test_loans_pieces_days_delays_and_losses():
    house = House()
    house.at("requested")
    Loan.objects.update(state="closed")
    house.at("damaged")  # two tents out on Tuesday, back on Wednesday, one broken
    late = house.at("overdue", count=1)
    path = str(house.district.streets[0].path)
    told = {
        code: value(f"loans.{code}", **asking(path)).value
        for code in ("count", "items", "days", "overdue", "damaged")
    }
    assert told == {"count": 2, "items": 3, "days": 2, "overdue": 1, "damaged": 1}
    for code, number in told.items():
        assert value(f"loans.{code}", **asking(str(house.district.streets[1].path))).value == 0
        for cut in ("centre", "street", "organisation"):
            assert [one.value for one in parts(f"loans.{code}", cut, **asking(path))] == [number]
    for code in ("items", "days", "damaged"):
        by = parts(f"loans.{code}", "thing", **asking(path))
        assert [(one.label, one.value) for one in by] == [("帐篷", told[code])]
    assert list(rows("loans.overdue", **asking(path))) == [late]
