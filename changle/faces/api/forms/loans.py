from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.venues import Moment
from changle.faces.api.forms.words import Asked, Named, Text, Told


MOST_THINGS = 30


class ThingWanted(Asked):
    id: int = Field(description="物资的 id，见 /loans/things")
    quantity: int = Field(ge=1, le=32767)


class LoanNew(Asked):
    centre: int = Field(description="中心的 id；一笔借用的物资须在同一个中心")
    things: Annotated[list[ThingWanted], Field(min_length=1, max_length=MOST_THINGS)]
    starts_at: Moment = Field(description="取用时间，带时区")
    ends_at: Moment = Field(description="应还时间")
    organisation: int | None = Field(None, description="以哪个组织的名义；本人借用时不填")
    on_behalf: int | None = Field(None, description="以哪个社区、街道的名义：节点的 id")
    title: Annotated[Text, Field(min_length=1, max_length=80)] = Field(description="用途")
    place: Annotated[Text, Field(min_length=1, max_length=120)] = Field(description="使用地点")
    contact_name: Annotated[Text, Field(min_length=1, max_length=60)]
    contact_phone: Annotated[Text, Field(min_length=1, max_length=30)]


class LineTold(Told):
    thing: Named
    quantity: int
    out: int
    back: int
    broken: int


class LoanTold(Told):
    id: int
    state: str
    state_label: str
    centre: Named
    organisation: Named | None
    on_behalf: Named | None
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    handed_at: datetime | None
    returned_at: datetime | None
    lines: list[LineTold]
    reason: str
    url: str


class LoanPage(Told):
    items: list[LoanTold]
    next: str | None


class ThingTold(Told):
    id: int
    name: str
    about: str
    centre: Named
    quantity: int
    free: int = Field(description="这段时间里每一刻都有的件数")
    longest_days: int


class ThingPage(Told):
    items: list[ThingTold]
    next: str | None


class ThingsAsked(Schema):
    centre: int | None = Field(None, description="只看一个中心")


class LoansFilter(Schema):
    state: Annotated[Text, Field(max_length=20)] = Field("", description="状态的代码，如 overdue")
