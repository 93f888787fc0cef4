from datetime import date, datetime, time
from typing import Annotated

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Asked, Named, Text, Told


MOST = 100_000
Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
MOST_TIMES = 21


class Times(Asked):
    weekday: int = Field(ge=0, le=6, description="0 是星期一")
    opens: time
    closes: time


class TimesTold(Told):
    weekday: int
    opens: str
    closes: str


class KindTold(Told):
    code: str
    name: str


class OfferItem(Told):
    id: int
    state: str
    state_label: str
    giver: str
    organisation: Named | None
    partner: Named | None
    street: Named | None
    kind: KindTold
    title: str
    about: str
    quantity: int
    left: int = Field(description="现在可用；赠与的是还没有人约的")
    unit: str
    is_gift: bool = Field(description="赠与，领走不还")
    audience: str = Field(description="district 全区，street 只给所在街道")
    place: str
    conditions: str
    starts_on: date
    ends_on: date | None = Field(description="这一天起不再提供")
    times: list[TimesTold] = Field(description="空的是随时可用")
    listed_on: date | None
    url: str


class OfferPage(Told):
    items: list[OfferItem]
    next: str | None


class OfferNew(Asked):
    organisation: Key | None = Field(None, description="以哪个组织的名义")
    node: Key | None = Field(None, description="以哪个街道、社区、中心的名义：节点的 id")
    partner: Key | None = Field(None, description="代哪个共建单位发布")
    kind: Annotated[Text, Field(max_length=20)] = Field(description="类别代码，如 vehicle")
    title: Annotated[Text, Field(min_length=1, max_length=60)]
    about: Annotated[Text, Field(max_length=1000)] = ""
    quantity: int = Field(1, ge=1, le=MOST)
    unit: Annotated[Text, Field(min_length=1, max_length=10)] = "件"
    is_gift: bool = False
    audience: Annotated[Text, Field(pattern="^(district|street)$")] = "district"
    place: Annotated[Text, Field(max_length=200)] = ""
    conditions: Annotated[Text, Field(max_length=300)] = ""
    starts_on: date
    ends_on: date | None = None
    times: Annotated[list[Times], Field(max_length=MOST_TIMES)] = []
    contact_name: Annotated[Text, Field(max_length=60)] = ""
    contact_phone: Annotated[Text, Field(max_length=30)] = ""


class RequestItem(Told):
    id: int
    state: str
    state_label: str
    asker: str
    organisation: Named | None
    street: Named | None
    kind: KindTold
    title: str
    about: str
    quantity: int
    unit: str
    starts_on: date
    ends_on: date
    weekday: int | None
    times: str
    place: str
    asked_at: datetime
    url: str


class RequestPage(Told):
    items: list[RequestItem]
    next: str | None


class ExchangeFilters(Schema):
    q: Annotated[Text, Field(max_length=60)] = ""
    kind: Annotated[Text, Field(max_length=20)] = Field("", description="类别代码")
    street: Key | None = Field(None, description="街道的节点 id")
    on: date | None = Field(None, description="哪天能用（需求：哪天要用）")
