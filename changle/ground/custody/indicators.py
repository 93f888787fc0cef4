"""How many filed bodies have somebody who answers for their money."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from changle.core.indicators import Indicator, declare
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import holds_on
from changle.ground.registry.indicators import CATEGORY, COMMUNITY, PLACED, STREET
from changle.ground.registry.models import Identity


def filed_with_custodian(day: date, _after: date) -> "QuerySet[Identity]":
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    filed = Identity.objects.filter(lasting, kind="BA", starts_on__lte=day)
    kept = Custody.objects.filter(holds_on(day), organisation=OuterRef("organisation"))
    return filed.filter(Exists(kept))


declare(
    Indicator(
        code="custody.held", name="有代管方的备案组织", unit="家", kind="stock",
        definition="期末仍在备案、且有有效资金代管协议的社区社会组织；每个组织只算一次。",
        records=filed_with_custodian, cuts=(STREET, COMMUNITY, CATEGORY), **PLACED,
    ),
    Indicator(
        code="custody.share", name="备案组织资金代管覆盖率", unit="%", kind="rate",
        definition="有代管方的备案组织 ÷ 备案的社区社会组织。",
        above="custody.held", below="registry.filed",
    ),
)  # fmt: skip
