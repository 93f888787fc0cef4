"""What shared rooms, experts, vehicles and things add up to. A day is that on which a use begins, here."""

from datetime import date

from django.db.models import QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.services.commons.models import (
    BookedSpace,
    BookedThing,
    Booking,
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


PLACED = {"place": "space__centre__node__path", "label": "space__name", "subject": "booking_id"}
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
        subject="space_id", cuts=(CENTRE, STREET, SPACE),
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
        label="pool__name", subject="booking_id",
        cuts=(THING_CENTRE, THING_STREET, THING, BODY, CLASS, PURPOSE),
    ),
)  # fmt: skip
