"""Who is in incubation where, and how far."""

from datetime import date

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Named, Told


class IncubateeItem(Told):
    """Scores and who gives them are told nowhere here."""

    id: int
    organisation: Named
    centre: Named
    call: Named
    state: str
    state_label: str
    is_virtual: bool = Field(description="虚拟孵化，不占工位")
    applied_on: date
    admitted_on: date | None
    starts_on: date | None
    ends_on: date | None = Field(description="到期日期，当日不含")
    is_extended: bool = Field(description="已续驻")
    graduated_on: date | None
    left_on: date | None
    due_on: date | None = Field(description="现阶段的期限")
    services: int = Field(description="经组织确认的服务次数")
    service_minutes: int = Field(description="经组织确认的服务分钟数")
    url: str


class IncubateePage(Told):
    items: list[IncubateeItem]
    next: str | None


class IncubateeFilters(Schema):
    state: str | None = Field(None, max_length=20)
    centre: int | None = Field(None, ge=1, le=2**62, description="中心的 id")
    call: int | None = Field(None, ge=1, le=2**62, description="招募公告的 id")
    organisation: int | None = Field(None, ge=1, le=2**62, description="组织的 id")
