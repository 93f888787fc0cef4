"""What the bases of a place add up to."""

from datetime import date

from django.db.models import F, Q, QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.services.bases.models import Base, OperatorContract, Tier


def cuts(prefix: str = "") -> tuple[Cut, ...]:
    street = Cut(name="street", label="街道", key=f"{prefix}street_id", text=f"{prefix}street__name",
                 order=f"{prefix}street__sort", none="区级")  # fmt: skip
    tier = Cut(name="tier", label="层级", key=f"{prefix}tier", labels=dict(Tier.choices))
    return street, tier


FEN = 100  # in a yuan
STATE = Cut(name="state", label="现在的状态", key="state", labels=dict(Base.State.choices))
PLACED = {"place": "node__path", "label": "name", "subject": "pk", "opens": "bases:base"}
UNDER_CONTRACT = {
    "place": "base__node__path", "label": "base__name", "subject": "pk", "opens": "bases:contract",
}  # fmt: skip


def known(day: date, _after: date) -> "QuerySet[Base]":
    lasting = Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day)
    return Base.objects.filter(lasting, planned_on__lte=day)


def recognised(day: date, after: date) -> "QuerySet[Base]":
    return known(day, after).filter(recognised_on__lte=day)


def contracts(day: date, _after: date) -> "QuerySet[OperatorContract]":
    return OperatorContract.objects.filter(starts_on__lte=day, ends_on__gt=day)


def signed(first: date, after: date) -> "QuerySet[OperatorContract]":
    rows = OperatorContract.objects.filter(signed_on__gte=first, signed_on__lt=after)
    rows = rows.exclude(ended_because=OperatorContract.Ending.MISTAKE)
    return rows.annotate(amount_yuan=F("amount_fen") / FEN)


declare(
    Indicator(
        code="bases.bases", name="孵化基地", unit="个", kind="stock",
        definition="期末规划、在建、已认定的孵化基地，不含已取消的；按状态分组的是现在的状态。",
        records=known, cuts=(*cuts(), STATE), dated="planned_on", **PLACED,
    ),
    Indicator(
        code="bases.recognised", name="已认定的孵化基地", unit="个", kind="stock",
        definition="期末已认定且未取消的孵化基地，含评估中、整改中的。",
        records=recognised, cuts=(*cuts(), STATE), dated="recognised_on", **PLACED,
    ),
    Indicator(
        code="bases.area", name="孵化基地面积", unit="平方米", kind="stock",
        definition="期末已认定且未取消的孵化基地的总面积之和；没有填面积的不计。",
        records=recognised, measure="area_total", cuts=cuts(), dated="recognised_on", **PLACED,
    ),
    Indicator(
        code="bases.operator_contracts", name="履行中的运营合同", unit="份", kind="stock",
        definition="期末当日有效的孵化基地运营合同。",
        records=contracts, cuts=cuts("base__"), **UNDER_CONTRACT,
    ),
    Indicator(
        code="bases.contract_amount", name="运营合同金额", unit="元", kind="flow",
        definition="期间签订的孵化基地运营合同金额之和，不足一元的舍去；录入有误的不计。",
        records=signed, measure="amount_yuan", cuts=cuts("base__"), dated="signed_on", **UNDER_CONTRACT,
    ),
)  # fmt: skip
