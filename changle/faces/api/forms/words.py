"""The words of which all schemas are made. Answers are written by hand for speed, and tested against them."""

from collections.abc import Callable
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field


def no_controls(text: str) -> str:
    if "\x00" in text:
        raise ValueError("不能含有空字符。")
    return text


Text = Annotated[str, AfterValidator(no_controls)]
Key = Annotated[Text, Field(max_length=700)]


class Told(Schema):
    """An answer: what is not named here is not sent."""

    model_config = ConfigDict(extra="forbid")


class Asked(Schema):
    """A request: what is not named here is refused, so that a slip of the pen is not silence."""

    model_config = ConfigDict(extra="forbid")


class Named(Told):
    id: int
    name: str


class Class(Told):
    code: str
    name: str


def by_rule(rule: Callable[[str], None]) -> AfterValidator:
    """One of Django's validators; an empty text passes."""

    def check(text: str) -> str:
        try:
            if text:
                rule(text)
        except ValidationError as error:
            raise ValueError("".join(error.messages)) from None
        return text

    return AfterValidator(check)


class Page(Schema):
    limit: int = Field(50, ge=1, le=200)
    after: Key = Field("", description="从上一页的 next 得来，不要自己拼写")


class ProblemField(Schema):
    field: str
    message: str


class TakenSpan(Schema):
    starts_at: str
    ends_at: str
    holder: str = Field("", description="占用者；只对有权知道的人给出")
    title: str = ""


class FreeSpan(Schema):
    starts_at: str
    ends_at: str


class ShortThing(Schema):
    pool: int
    name: str
    wanted: int
    free: int = Field(description="整段时间里最少时的可用数量")
    enough_from: str | None = Field(description="从何时起够用；看不到时为空")


class DateInQuestion(Schema):
    on: str = Field(description="日期；规则没有日期的月份为 年-月")
    starts_at: str | None
    ends_at: str | None
    verdict: str = Field(description="free、taken、closed、rule、holiday、excepted 或 gap")
    why: str
    asks: bool = Field(description="须在 choices 中决定")
    options: list[FreeSpan] = Field(description="可以改到的时段")


class ProblemDetails(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemField]
    conflicts: list[TakenSpan] = Field([], description="场地预约被占用时：与哪些时段冲突")
    next_free: list[FreeSpan] = Field([], description="场地预约被占用时：离所订时间最近的可用时段")
    short: list[ShortThing] = Field([], description="物资不够时：各缺多少")
    dates: list[DateInQuestion] = Field([], description="重复预约：规则的每个日期和它的情况")


def given(values: Any) -> dict[str, Any]:
    """Only what the caller wrote, and wrote something into."""
    return {name: value for name, value in values.model_dump().items() if value not in ("", None)}
