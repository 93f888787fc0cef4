"""Who sits in which house."""

from datetime import date

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Named, Told


class LeaseItem(Told):
    id: int
    organisation: Named
    centre: Named
    state: str
    state_label: str
    starts_on: date
    ends_on: date = Field(description="到期日期，当日不含")
    is_virtual: bool = Field(description="只用地址，不占工位")
    desks: list[str] = Field(description="工位编号；退还后只留在位期间的")
    moved_in_on: date | None
    handed_back_on: date | None
    url: str


class LeasePage(Told):
    items: list[LeaseItem]
    next: str | None


class LeaseFilters(Schema):
    state: str | None = Field(None, max_length=20)
    centre: int | None = Field(None, ge=1, le=2**62, description="中心的 id")
    organisation: int | None = Field(None, ge=1, le=2**62, description="组织的 id")
