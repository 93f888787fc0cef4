"""What shared rooms, experts, vehicles and things add up to. A day is that on which a use begins, here."""

from datetime import date

from django.db.models import QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.services.commons.models import (
    BookedSpace,
    BookedThing,
    Booking,
    Loan,
    LoanDamage,
    LoanLine,
    NoShow,
    OpenDay,
    Space,
)


ENDED = ("checked_out", "damaged", "closed")
HELD = (*ENDED, "approved", "checked_in", "no_show")
STREET = Cut(name="street", label="街道", key="space__centre__node__parent_id",
             text="space__centre__node__parent__name", none="区级")  # fmt: skip
CENTRE = Cut(name="centre", label="中心", key="space__centre_id", text="space__centre__name",
             order="space__centre__sort")  # fmt: skip
SPACE = Cut(name="space", label="场地", key="space_id", text="space__name", order="space__sort")
BODY = Cut(name="organisation", label="组织", key="booking__organisation_id",
           text="booking__organisation__name", none="单位和个人")  # fmt: skip
CLASS = Cut(name="class", label="优先类别", key="booking__standing",
            labels=dict(Booking.Class.choices))  # fmt: skip
PURPOSE = Cut(name="purpose", label="用途", key="booking__purpose",
              labels=dict(Booking.Purpose.choices))  # fmt: skip


THING = Cut(name="thing", label="物资", key="pool_id", text="pool__name")
THING_CENTRE = Cut(name="centre", label="中心", key="pool__centre_id", text="pool__centre__name",
                   order="pool__centre__sort")  # fmt: skip
THING_STREET = Cut(name="street", label="街道", key="pool__centre__node__parent_id",
                   text="pool__centre__node__parent__name", none="区级")  # fmt: skip


def of_kind(
    kind: str, states: tuple[str, ...], first: date, after: date
) -> "QuerySet[BookedSpace]":
    return BookedSpace.objects.filter(
        on__gte=first, on__lt=after, booking__state__in=states, space__kind=kind
    )


def used(first: date, after: date) -> "QuerySet[BookedSpace]":
    return of_kind(Space.Kind.ROOM, ENDED, first, after)


def due(first: date, after: date) -> "QuerySet[BookedSpace]":
    return of_kind(Space.Kind.ROOM, HELD, first, after)


def with_experts(first: date, after: date) -> "QuerySet[BookedSpace]":
    return of_kind(Space.Kind.PERSON, ENDED, first, after)


def with_vehicles(first: date, after: date) -> "QuerySet[BookedSpace]":
    return of_kind(Space.Kind.VEHICLE, ENDED, first, after)


def with_things(first: date, after: date) -> "QuerySet[BookedThing]":
    return BookedThing.objects.filter(on__gte=first, on__lt=after, booking__state__in=ENDED)


def open_days(first: date, after: date) -> "QuerySet[OpenDay]":
    rows = OpenDay.objects.filter(on__gte=first, on__lt=after, minutes__gt=0)
    return rows.filter(space__kind=Space.Kind.ROOM)


def missed(first: date, after: date) -> "QuerySet[BookedSpace]":
    """Those whose no-show was lifted after an appeal are none."""
    rows = due(first, after).filter(booking__state="no_show")
    return rows.exclude(booking__no_show__state=NoShow.State.LIFTED)


PLACED = {
    "place": "space__centre__node__path", "label": "space__name", "subject": "booking_id",
    "opens": "commons:booking", "dated": "on",
}  # fmt: skip
CUTS = (CENTRE, STREET, SPACE, BODY, CLASS, PURPOSE)

declare(
    Indicator(
        code="venue.uses", name="场地使用次数", unit="场次", kind="flow",
        definition="期间开始并已离场的场地使用；一次预约用两间算两次，取消和爽约不计。",
        records=used, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.used_minutes", name="场地使用时长", unit="分钟", kind="flow",
        definition="期间开始并已离场的使用，从约定开始到实际离场（不超过约定结束）的分钟数；布置和清场不计。",
        records=used, measure="minutes", cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.open_minutes", name="场地开放时长", unit="分钟", kind="flow",
        definition="期间各场地对外开放的分钟数之和：按当时的开放时间，扣除节假日、特殊开放日的变化和停用时段；只计已过去的日子。",
        records=open_days, measure="minutes", place="space__centre__node__path", label="space__name",
        subject="space__centre_id", opens="commons:centre", dated="on", cuts=(CENTRE, STREET, SPACE),
    ),
    Indicator(
        code="venue.utilisation", name="场地使用率", unit="%", kind="rate",
        definition="场地使用时长 ÷ 场地开放时长；由分子分母直接相除，不用各场地的比率再平均。",
        above="venue.used_minutes", below="venue.open_minutes",
    ),
    Indicator(
        code="venue.no_shows", name="爽约", unit="次", kind="flow",
        definition="期间应开始而无人签到的场地使用；申诉成立撤销的不计。",
        records=missed, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.due", name="应到场的预约", unit="次", kind="flow",
        definition="期间应开始的已确认场地使用，含已使用和爽约的，不含取消和让出的。",
        records=due, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.no_show_rate", name="爽约率", unit="%", kind="rate",
        definition="爽约 ÷ 应到场的预约。", above="venue.no_shows", below="venue.due",
    ),
    Indicator(
        code="venue.person_uses", name="专家服务次数", unit="人次", kind="flow",
        definition="期间开始并已结束的专家师资服务，一位专家一次预约计一人次；取消和爽约不计。",
        records=with_experts, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.person_minutes", name="专家服务时长", unit="分钟", kind="flow",
        definition="期间开始并已结束的专家师资服务，从约定开始到实际结束（不超过约定结束）的分钟数。",
        records=with_experts, measure="minutes", cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.vehicle_uses", name="车辆使用次数", unit="车次", kind="flow",
        definition="期间开始并已归还的共享车辆使用；取消和爽约不计。",
        records=with_vehicles, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="venue.thing_uses", name="随场地使用的物资", unit="件次", kind="flow",
        definition="期间开始并已离场的预约中一并使用的物资件数之和；外借另计，取消和爽约不计。",
        records=with_things, measure="quantity", place="pool__centre__node__path",
        label="pool__name", subject="booking_id", opens="commons:booking", dated="on",
        cuts=(THING_CENTRE, THING_STREET, THING, BODY, CLASS, PURPOSE),
    ),
)  # fmt: skip


def lent(first: date, after: date) -> "QuerySet[Loan]":
    return Loan.objects.filter(handed_on__gte=first, handed_on__lt=after)


def lines_lent(first: date, after: date) -> "QuerySet[LoanLine]":
    return LoanLine.objects.filter(loan__handed_on__gte=first, loan__handed_on__lt=after, out__gt=0)


def overdue(first: date, after: date) -> "QuerySet[Loan]":
    return Loan.objects.filter(overdue_on__gte=first, overdue_on__lt=after)


def damaged(first: date, after: date) -> "QuerySet[LoanDamage]":
    return LoanDamage.objects.filter(found_on__gte=first, found_on__lt=after)


def loan_cuts(stem: str = "", pool: str = "") -> tuple[Cut, ...]:
    """The cuts of rows that lead to their loan by `stem`, and to the pool by `pool`."""
    place = f"{stem}centre"
    cuts = (
        Cut(name="centre", label="中心", key=f"{place}_id", text=f"{place}__name",
            order=f"{place}__sort"),
        Cut(name="street", label="街道", key=f"{place}__node__parent_id",
            text=f"{place}__node__parent__name", none="区级"),
        Cut(name="organisation", label="组织", key=f"{stem}organisation_id",
            text=f"{stem}organisation__name", none="单位和个人"),
    )  # fmt: skip
    return (
        (*cuts, Cut(name="thing", label="物资", key=f"{pool}_id", text=f"{pool}__name"))
        if pool
        else cuts
    )


BY_LOAN = {
    "place": "centre__node__path", "label": "title", "subject": "pk", "opens": "commons:loan",
}  # fmt: skip
BY_LINE = {
    "place": "loan__centre__node__path", "label": "pool__name", "subject": "loan_id",
    "opens": "commons:loan", "dated": "loan__handed_on",
}  # fmt: skip
declare(
    Indicator(
        code="loans.count", name="物资借用", unit="笔", kind="flow",
        definition="期间交付的物资借用，一张借用单计一笔；没有取用的不计。", records=lent, cuts=loan_cuts(),
        dated="handed_on", **BY_LOAN,
    ),
    Indicator(
        code="loans.items", name="借出件数", unit="件次", kind="flow",
        definition="期间交付的物资件数之和，按实际交付计。", records=lines_lent, measure="out",
        cuts=loan_cuts("loan__", "pool"), **BY_LINE,
    ),
    Indicator(
        code="loans.days", name="借用件天", unit="件·天", kind="flow",
        definition="期间交付、已经归还的物资，件数乘以从交付到归还的天数（不足一天计一天）之和。",
        records=lines_lent, measure="piece_days", cuts=loan_cuts("loan__", "pool"), **BY_LINE,
    ),
    Indicator(
        code="loans.overdue", name="逾期借用", unit="笔", kind="flow",
        definition="期间到期没有按时归还的物资借用，后来归还的也计；到期前续借的不计。", records=overdue,
        cuts=loan_cuts(), dated="overdue_on", **BY_LOAN,
    ),
    Indicator(
        code="loans.damaged", name="借用损失", unit="件", kind="flow",
        definition="期间归还时发现损坏或丢失的物资件数，不论如何处理。", records=damaged,
        measure="quantity", place="loan__centre__node__path", label="what", subject="loan_id",
        opens="commons:loan", dated="found_on",
        cuts=loan_cuts("loan__", "line__pool"),
    ),
)  # fmt: skip
