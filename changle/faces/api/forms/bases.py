"""Incubation bases."""

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Named, Told


class BaseItem(Told):
    id: int
    name: str
    tier: Literal["district", "street", "community"]
    tier_label: str
    state: str
    state_label: str
    node: Named
    street: Named | None
    centre: Named | None = Field(description="共享场地所在的中心")
    address: str
    area: int | None = Field(description="总面积，平方米")
    area_shared: int | None
    certificate_number: str
    recognised_on: date | None
    valid_until: date | None = Field(description="自这一天起认定不再有效")
    operator: Named | None = Field(description="今天的运营机构")
    url: str


class BasePage(Told):
    items: list[BaseItem]
    next: str | None


class BaseFilters(Schema):
    tier: Literal["district", "street", "community"] | None = None
    state: (
        Literal[
            "planned", "built", "applied", "recognised", "operating", "under_evaluation",
            "rectifying", "withdrawn",
        ]
        | None
    ) = None  # fmt: skip
    street: int | None = Field(None, ge=1, le=2**62, description="街道节点的 id")
