"""How many desks there are, how many are held, by whom and how long."""

from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Greatest, Least
from django.utils import timezone

from changle.core.indicators import Cut, Indicator, declare
from changle.services.leases.models import Desk, Lease, LeasedDesk
from changle.services.leases.queries.terms import OCCUPIED, live_on


def of_house(house: str) -> tuple[Cut, ...]:
    return (
        Cut(name="centre", label="中心", key=f"{house}_id", text=f"{house}__name"),
        Cut(name="street", label="街道", key=f"{house}__node__parent_id",
            text=f"{house}__node__parent__name"),
    )  # fmt: skip


def of_kind(desk: str) -> Cut:
    return Cut(name="kind", label="类别", key=f"{desk}kind", labels=dict(Desk.Kind.choices))


def of_body(lease: str) -> Cut:
    return Cut(name="organisation", label="组织", key=f"{lease}organisation_id",
               text=f"{lease}organisation__name")  # fmt: skip


class Days(Func):
    """Whole days from the second date up to the first."""

    output_field = IntegerField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:  # noqa: ARG002  Django's own
        sides = [compiler.compile(one) for one in self.get_source_expressions()]
        (after, told), (first, said) = sides
        return f"CAST(julianday({after}) - julianday({first}) AS INTEGER)", [*told, *said]


def desks(day: date, _after: date) -> "QuerySet[Desk]":
    return Desk.objects.filter(live_on(day))


def there(day: date, lease: str = "") -> Q:
    """Stays that were lived in on a day: from the keys on, until the desks were handed back."""
    since = Q((f"{lease}moved_in_on__lte", day))
    left = Q((f"{lease}handed_back_on__isnull", False))
    back_later = Q((f"{lease}handed_back_on__gt", day))
    still = Q((f"{lease}state__in", OCCUPIED)) | Q((f"{lease}ends_on__gt", day))
    return since & (back_later | (~left & still))


def held(day: date, _after: date) -> "QuerySet[LeasedDesk]":
    return LeasedDesk.objects.filter(there(day, "lease__"))


def inside(day: date, _after: date) -> "QuerySet[Lease]":
    """The first of those that a body has in one house on a day."""
    earlier = Lease.objects.filter(
        there(day), centre=OuterRef("centre"), organisation=OuterRef("organisation"),
        pk__lt=OuterRef("pk"),
    )  # fmt: skip
    return Lease.objects.filter(there(day)).filter(~Exists(earlier))


def days_held(first: date, after: date) -> "QuerySet[LeasedDesk]":
    """The spans within a period, each with its days up to today."""
    until = max(first, min(after, timezone.localdate() + timedelta(days=1)))
    last = Cast(Value(until), DateField())
    left = Case(
        When(lease__handed_back_on__isnull=False, then=F("lease__handed_back_on")),
        When(lease__state__in=OCCUPIED, then=last),
        default=F("lease__ends_on"),
    )
    rows = LeasedDesk.objects.filter(lease__moved_in_on__lt=until).annotate(left=left)
    end = Least(F("left"), last)
    start = Greatest(F("lease__moved_in_on"), Cast(Value(first), DateField()))
    return rows.filter(left__gt=first).annotate(days=Days(end, start)).filter(days__gt=0)


HELD: dict[str, Any] = {
    "place": "desk__centre__node__path", "label": "lease__organisation__name",
    "subject": "lease_id", "opens": "leases:lease",
    "cuts": (*of_house("desk__centre"), of_kind("desk__"), of_body("lease__")),
}  # fmt: skip

declare(
    Indicator(
        code="leases.desks", name="可入驻工位", unit="个", kind="stock",
        definition="期末在用的工位和独立办公室，不含已停用的。",
        records=desks, cuts=(*of_house("centre"), of_kind("")), place="centre__node__path",
        label="number", subject="pk", opens="leases:desk",
    ),
    Indicator(
        code="leases.desks_taken", name="已入驻工位", unit="个", kind="stock",
        definition="期末由组织入驻的工位，从入驻日期到退还之日（不含）。", records=held, **HELD,
    ),
    Indicator(
        code="leases.occupancy", name="工位入驻率", unit="%", kind="rate",
        definition="已入驻工位 ÷ 可入驻工位。", above="leases.desks_taken", below="leases.desks",
    ),
    Indicator(
        code="leases.organisations_in", name="入驻中的组织", unit="家", kind="stock",
        definition="期末正在入驻的组织，含只用地址的；在几个中心入驻的，每个中心各算一次。",
        records=inside, place="centre__node__path", label="organisation__name", subject="pk",
        opens="leases:lease", cuts=(*of_house("centre"), of_body("")),
    ),
    Indicator(
        code="leases.desk_days", name="工位入驻天数", unit="天", kind="flow",
        definition="期间每个工位由组织入驻的天数之和，算到今天为止。",
        records=days_held, measure="days", **HELD,
    ),
)  # fmt: skip
