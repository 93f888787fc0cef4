from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.venues import Moment
from changle.faces.api.forms.words import Asked, Named, Text, Told


MOST_SCANS = 500
Code = Annotated[Text, Field(min_length=1, max_length=60)]


class SessionItem(Told):
    id: int
    title: str
    state: str
    state_label: str
    starts_at: datetime
    ends_at: datetime
    lead: Named
    place: Named
    field: str
    capacity: int | None = Field(description="空为不限")
    free: int | None = Field(description="剩余名额；空为不限")
    needs_sign_up: bool


class SessionPage(Told):
    items: list[SessionItem]
    next: str | None


class SessionsAsked(Schema):
    from_: Moment | None = Field(None, alias="from", description="此时以后开始，含；带时区")
    to: Moment | None = Field(None, description="此时以前开始，不含")
    node: int | None = Field(None, description="区、街道、社区或中心的节点 id")
    field: Annotated[Text, Field(max_length=40)] = Field("", description="领域代码")
    age: int | None = Field(None, ge=0, le=120, description="参加人的年龄")


class SignUpNew(Asked):
    name: Annotated[Text, Field(min_length=1, max_length=40)]
    phone: Annotated[Text, Field(min_length=1, max_length=30)]
    birth_year: int | None = Field(None, ge=1900, le=2200)
    home: int | None = Field(None, description="居住社区的节点 id")
    guardian_name: Annotated[Text, Field(max_length=40)] = ""
    guardian_phone: Annotated[Text, Field(max_length=30)] = ""
    agrees: bool = Field(description="已阅读并同意报名须知")
    photo_ok: bool = False
    answers: dict[int, Annotated[Text, Field(max_length=300)]] = Field(
        {}, description="问题的 id 和回答"
    )


class SignUpTold(Told):
    id: int
    state: str = Field(description="confirmed 有名额，waitlisted 候补")
    state_label: str
    code: str = Field(description="签到码，可打印成二维码")


class CheckInNew(Asked):
    code: Code
    at: Moment | None = Field(None, description="扫码时间；离线扫码后补发时填")
    device: Annotated[Text, Field(max_length=40)] = ""


class CheckInTold(Told):
    id: int
    first: bool = Field(description="false：此前已签到，came_at 是第一次的时间")
    came_at: datetime
    method: str
    name: str = Field(description="已脱敏")


class CheckInsNew(Asked):
    items: Annotated[list[CheckInNew], Field(min_length=1, max_length=MOST_SCANS)]


class CheckInResult(Told):
    code: str
    status: int = Field(description="201 新签到，200 此前已签到，409 不能签到")
    detail: str
    check_in: CheckInTold | None


class CheckInResults(Told):
    items: list[CheckInResult]
