from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Text, Told


class ReportItem(Told):
    code: str
    name: str
    about: str
    columns: list[str]
    url: str


class ReportPage(Told):
    items: list[ReportItem]
    next: str | None


class ReportAsked(Schema):
    node: Annotated[Text, Field(max_length=120)] = Field(
        "", description="节点 id、统计用区划代码或名称；缺省为您的最大范围"
    )
    period: Annotated[Text, Field(max_length=30)] = Field(
        "",
        description="2026、2026-H1、2026-Q3、2026-03 或 2026-01-01..2026-04-01（止不含）；缺省为今年",
    )


class ReportCell(Told):
    column: str
    text: str
    value: float | int | None
    of: str = Field(description="平均数由什么除以什么得来，如 597/601；其他为空")
    rows_url: str = Field(description="这个数的记录；没有数的为空")


class ReportLine(Told):
    label: str
    cut: str = Field(description="行的类别；合计行为空")
    key: str
    cells: list[ReportCell]


class ReportTold(Told):
    code: str
    name: str
    about: str
    node: int
    period: str
    as_of: date
    faults: list[str] = Field(description="表间不平之处")
    lines: list[ReportLine] = Field(description="最后一行是合计")


class MonthlyItem(Told):
    id: int
    node: int
    place: str
    month: str
    state: str
    state_label: str
    editions: int
    sha256: str = Field(description="最近一版的摘要；没有关账的为空")
    url: str


class MonthlyPage(Told):
    items: list[MonthlyItem]
    next: str | None


class MonthlyTold(MonthlyItem):
    cells: int = Field(description="一共多少个数")
    typed: int = Field(description="其中手工填报的")
    differences: int = Field(description="关账后变化的数（修订差额不为零的格）")
    content: list[dict[str, object]] = Field(description="最近一版的各表；没有关账的为空")


class DataAsked(ReportAsked):
    by: Annotated[Text, Field(max_length=30)] = Field("", description="分组，如 street、month")
