from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Text, Told


class IndicatorItem(Told):
    code: str
    name: str
    definition: str = Field(description="口径")
    unit: str
    kind: Literal["stock", "flow", "rate"] = Field(
        description="stock 时点数；flow 时段数；rate 比率"
    )
    by: list[str] = Field(description="可用的分组")
    url: str


class IndicatorPage(Told):
    items: list[IndicatorItem]
    next: str | None


class Part(Told):
    key: str
    label: str
    value: float | int | None
    rows_url: str


class FigureTold(Told):
    code: str
    name: str
    definition: str = Field(description="口径")
    unit: str
    value: float | int | None = Field(description="比率的分母为零时为 null")
    numerator: int | None = Field(description="只有比率有")
    denominator: int | None = Field(description="只有比率有")
    as_of: date = Field(description="数字说的是哪一天（含当日）")
    rows_url: str = Field(description="恰好加总成这个数的记录")
    by: list[Part]


class FigureRow(Told):
    id: int | None = Field(description="组织（或社区节点）的 id；没有的为空")
    name: str
    value: int = Field(description="这一行在数字里占多少")
    url: str


class FigureRows(Told):
    items: list[FigureRow]
    next: str | None


class Span(Schema):
    node: Annotated[Text, Field(max_length=120)] = Field(
        "", description="节点 id、统计用区划代码或名称；缺省为您的最大范围"
    )
    from_: date | None = Field(None, alias="from", description="起（含）；缺省为今年 1 月 1 日")
    to: date | None = Field(None, description="止（不含）；缺省为明年 1 月 1 日")
    by: Annotated[Text, Field(max_length=30)] = Field(
        "", description="分组，如 kind、street、field"
    )


class PartAsked(Schema):
    key: Annotated[Text, Field(max_length=60)] = Field(
        "", description="分组中的一项；与 by 同用，空为“未填”"
    )
