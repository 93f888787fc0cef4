from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from changle.faces.api.forms.words import Asked, Named, Text, Told
from changle.services.commons.models import Booking, Space


MOST_ROOMS = 10
MOST_THINGS, MOST_QUANTITY = 30, 100_000
MOST_DATES = 100


def within_reason(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:  # noqa: PLR2004  as for all periods
        raise ValueError("年份应在 2000 至 2199 之间。")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(within_reason)]


def known_purpose(word: str) -> str:
    if word not in Booking.Purpose.values:
        raise ValueError(f"可用：{'、'.join(Booking.Purpose.values)}。")
    return word


Purpose = Annotated[Text, AfterValidator(known_purpose)]


def known_kind(word: str) -> str:
    if word not in Space.Kind.values:
        raise ValueError(f"可用：{'、'.join(Space.Kind.values)}。")
    return word


SpaceKind = Annotated[Text, AfterValidator(known_kind)]


class ThingWanted(Asked):
    thing: int | None = Field(None, description="物资的 id；与 pool 填一个")
    pool: int | None = Field(None, description="物资的库存 id")
    quantity: int = Field(ge=1, le=MOST_QUANTITY)


class Recurrence(Asked):
    rule: Annotated[Text, Field(min_length=1, max_length=300)] = Field(
        description="RFC 5545 的规则，如 FREQ=WEEKLY;COUNT=10；须有 COUNT 或 UNTIL"
    )
    exceptions: Annotated[list[date], Field(max_length=MOST_DATES)] = Field(
        [], description="除去的日期"
    )
    skip_holidays: bool = Field(False, description="避开法定节假日")


class Moved(Asked):
    move: tuple[Moment, Moment] = Field(description="改到所列 options 中的一个：起、止")


class BookingNew(Asked):
    space: int | None = Field(None, description="场地的 id；订几间时用 spaces")
    spaces: Annotated[list[int], Field(max_length=MOST_ROOMS)] = Field(
        [], description="同一中心的几间，全部订到或都不订"
    )
    starts_at: Moment = Field(description="带时区，如 2026-11-28T14:00:00+08:00")
    ends_at: Moment
    organisation: int | None = Field(None, description="以哪个组织的名义；本人预约时不填")
    on_behalf: int | None = Field(None, description="以哪个社区、街道、中心的名义：节点的 id")
    purpose: Annotated[Text, Field(min_length=1, max_length=80)] = Field(description="事由")
    kind: Purpose = Field("activity", description="用途类别")
    people: int = Field(1, ge=1, le=32767)
    is_open: bool = Field(False, description="事由是否公开")
    contact_name: Annotated[Text, Field(max_length=60)] = ""
    contact_phone: Annotated[Text, Field(max_length=30)] = ""
    needs: Annotated[Text, Field(max_length=200)] = ""
    things: Annotated[list[ThingWanted], Field(max_length=MOST_THINGS)] = Field(
        [], description="一并使用的物资；与场地一起订到，或都不订"
    )
    wait: bool = Field(False, description="被占用时排队候补，而不是回答 409")
    recurrence: Recurrence | None = Field(
        None, description="重复预约：全部订到或都不订；有冲突的日期回答 409，逐日列出"
    )
    choices: Annotated[dict[str, Literal["skip"] | Moved], Field(max_length=MOST_DATES)] = Field(
        {}, description="对 409 所列每个日期的决定：日期 → skip，或改到的时段"
    )


class ThingTold(Told):
    pool: int
    name: str
    quantity: int


class BookingTold(Told):
    id: int
    state: str
    state_label: str
    centre: Named
    spaces: list[Named]
    things: list[ThingTold]
    starts_at: datetime
    ends_at: datetime
    organisation: Named | None
    on_behalf: Named | None
    purpose: str
    kind: str
    people: int
    offered_until: datetime | None = Field(description="候补到了以后，须在此前确认")
    reason: str
    url: str


class SkippedDate(Told):
    on: str = Field(description="日期，或规则在其中没有日期的月份")
    why: str


class SeriesTold(Told):
    id: int
    rule: str
    bookings: list[BookingTold]
    skipped: list[SkippedDate] = Field(description="没有预约的日期和原因，无一遗漏")


class ThingItem(Told):
    id: int
    pool: int
    name: str
    about: str
    centre: Named
    quantity: int
    free: int = Field(description="整段时间里任何时刻都可用的数量")
    may_leave: bool = Field(description="可否外借")


class ThingPage(Told):
    items: list[ThingItem]
    next: str | None


class SpaceItem(Told):
    id: int
    name: str
    kind: str = Field(description="room 场地、person 专家师资、vehicle 车辆")
    centre: Named
    capacity: int
    features: list[str]
    zone: str
    is_accessible: bool
    url: str


class SpacePage(Told):
    items: list[SpaceItem]
    next: str | None


class SpanTold(Told):
    starts_at: datetime
    ends_at: datetime


class BusyTold(SpanTold):
    title: str = Field(description="只对有权知道的人给出；否则为空")
    holder: str


class Timeline(Told):
    space: Named
    open: list[SpanTold]
    busy: list[BusyTold] = Field(description="含布置和清场；前闭后开")


class Between(Schema):
    from_: Moment = Field(alias="from", description="起，含；带时区")
    to: Moment = Field(description="止，不含")


class ThingsAsked(Schema):
    node: int | None = Field(None, description="街道、社区或中心的节点 id")


class FreeAsked(Schema):
    kind: SpaceKind = Field("room", description="room、person 或 vehicle")
    capacity: int = Field(0, ge=0, le=32767)
    features: Annotated[Text, Field(max_length=200)] = Field("", description="设施代码，逗号分隔")
    node: int | None = Field(None, description="街道、社区或中心的节点 id")
