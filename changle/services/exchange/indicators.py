"""What is offered, asked for, used and given. A use falls on the day on which it begins, here."""

from datetime import date

from django.db.models import F, QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.services.exchange.models import Donation as Gift
from changle.services.exchange.models import DonationItem, Offer, Partner, Request, Use
from changle.services.exchange.queries.partners import in_force


NONE_STREET = "区级"


def street(prefix: str = "") -> Cut:
    return Cut(name="street", label="街道", key=f"{prefix}street_id", text=f"{prefix}street__name",
               order=f"{prefix}street__sort", none=NONE_STREET)  # fmt: skip


def kind(prefix: str = "") -> Cut:
    return Cut(name="kind", label="资源类别", key=f"{prefix}kind_id", text=f"{prefix}kind__name",
               order=f"{prefix}kind__sort")  # fmt: skip


def body(prefix: str = "", label: str = "提供组织") -> Cut:
    return Cut(name="organisation", label=label, key=f"{prefix}organisation_id",
               text=f"{prefix}organisation__name", none="不是组织")  # fmt: skip


def partner(prefix: str = "") -> Cut:
    return Cut(name="partner", label="共建单位", key=f"{prefix}partner_id",
               text=f"{prefix}partner__name", none="不是共建单位")  # fmt: skip


NATURE = Cut(name="nature", label="性质", key="nature", labels=dict(Partner.Nature.choices))
BASIS = Cut(name="basis", label="计价依据", key="basis", labels=dict(DonationItem.Basis.choices))
MET = (Request.State.MATCHED, Request.State.FULFILLED)
USED = (Use.State.RETURNED, Use.State.CLOSED)


def offers(first: date, after: date) -> "QuerySet[Offer]":
    return Offer.objects.filter(listed_on__gte=first, listed_on__lt=after)


def requests(first: date, after: date) -> "QuerySet[Request]":
    rows = Request.objects.filter(asked_on__gte=first, asked_on__lt=after)
    return rows.exclude(state=Request.State.WITHDRAWN)


def matched(first: date, after: date) -> "QuerySet[Request]":
    return requests(first, after).filter(state__in=MET)


def uses(first: date, after: date) -> "QuerySet[Use]":
    return Use.objects.filter(on__gte=first, on__lt=after, state__in=USED)


def gifts(first: date, after: date) -> "QuerySet[Gift]":
    return Gift.objects.filter(
        received_on__gte=first, received_on__lt=after, voided_at__isnull=True
    )


def gift_items(first: date, after: date) -> "QuerySet[DonationItem]":
    rows = DonationItem.objects.filter(
        donation__received_on__gte=first, donation__received_on__lt=after,
        donation__voided_at__isnull=True,
    )  # fmt: skip
    return rows.annotate(yuan=F("value_fen") / 100)


def partners(day: date, _after: date) -> "QuerySet[Partner]":
    return Partner.objects.filter(in_force(day))


OF_USE = (street("offer__"), kind("offer__"), body("offer__"), partner("offer__"),
          Cut(name="taker", label="使用组织", key="organisation_id", text="organisation__name",
              none="社区和单位"))  # fmt: skip

declare(
    Indicator(
        code="exchange.offers", name="上架的共享资源", unit="项", kind="flow",
        definition="期间核实并上架的资源（实物、场地、专家、渠道、车辆、队伍、信息）；改后重新上架的只在最近一次上架时算。",
        records=offers, place="node__path", label="title", subject="pk", opens="exchange:offer",
        dated="listed_on",
        cuts=(street(), kind(), body(), partner()),
    ),
    Indicator(
        code="exchange.requests", name="资源需求", unit="项", kind="flow",
        definition="期间发布的资源需求；已撤回的不计。", records=requests, place="node__path",
        label="title", subject="pk", opens="exchange:request", dated="asked_on",
        cuts=(street(), kind(), body(label="需求组织")),
    ),
    Indicator(
        code="exchange.matched", name="已对接的需求", unit="项", kind="flow",
        definition="期间发布、已对接或已满足的资源需求。", records=matched, place="node__path",
        label="title", subject="pk", opens="exchange:request", dated="asked_on",
        cuts=(street(), kind(), body(label="需求组织")),
    ),
    Indicator(
        code="exchange.match_rate", name="需求对接率", unit="%", kind="rate",
        definition="已对接的需求 ÷ 资源需求。", above="exchange.matched", below="exchange.requests",
    ),
    Indicator(
        code="exchange.uses", name="资源使用次数", unit="次", kind="flow",
        definition="期间开始、已归还或已完结的使用；取消的和还在用的不计，赠与的领取算一次。",
        records=uses, place="offer__node__path", label="offer__title", subject="pk",
        opens="exchange:use", dated="on", cuts=OF_USE,
    ),
    Indicator(
        code="exchange.use_hours", name="资源使用时长", unit="小时", kind="flow",
        definition="期间开始并已完结的使用，从约定开始到归还（不超过约定结束）的小时数；不足一小时按一小时，不乘数量，赠与不计。",
        records=uses, measure="hours", place="offer__node__path", label="offer__title", subject="pk",
        opens="exchange:use", dated="on", cuts=OF_USE,
    ),
    Indicator(
        code="exchange.donations", name="实物捐赠", unit="笔", kind="flow",
        definition="期间接收的实物捐赠，一张凭证算一笔；作废的不计。", records=gifts,
        place="node__path", label="earmark", subject="pk", opens="exchange:donation",
        dated="received_on",
        cuts=(street(), body(label="捐赠组织"), partner()),
    ),
    Indicator(
        code="exchange.donation_value", name="实物捐赠价值", unit="元", kind="flow",
        definition="期间接收的捐赠物品按发票、评估或市场价计的价值；每种物品不足一元的部分舍去，作废的不计。",
        records=gift_items, measure="yuan", place="donation__node__path", label="name",
        subject="donation_id", opens="exchange:donation", dated="donation__received_on",
        cuts=(street("donation__"), body("donation__", "捐赠组织"), partner("donation__"), BASIS),
    ),
    Indicator(
        code="exchange.partners", name="共建单位", unit="家", kind="stock",
        definition="期末共建协议在有效期内的单位。", records=partners, place="node__path", label="name",
        subject="pk", opens="exchange:partner", dated="starts_on", cuts=(street(), NATURE),
    ),
)  # fmt: skip
