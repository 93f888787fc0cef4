"""Places, and what a person may do in them."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from changle.faces.api.forms.words import Named, Text, Told


class CodeItem(Told):
    system: Literal["stats", "portal", "civil"]
    code: str
    starts_on: date
    ends_on: date | None


class NodeItem(Told):
    id: int
    kind: str
    kind_label: str
    name: str
    short_name: str
    parent_id: int | None
    path: str
    codes: list[CodeItem] = Field(
        description="同一节点在各代码体系中的代码；代码只在本体系内有意义"
    )
    url: str


class NodePage(Told):
    items: list[NodeItem]
    next: str | None


class NodeFilters(Schema):
    kind: (
        Literal["district", "department", "street", "community", "centre", "organisation"] | None
    ) = None
    parent: int | None = Field(None, description="上级节点的 id")
    q: Annotated[Text, Field(max_length=100)] = Field("", description="名称的一部分")


class GrantItem(Told):
    role: str
    role_name: str
    node: Named
    starts_on: date
    ends_on: date | None


class TokenItem(Told):
    name: str
    expires_on: date


class Me(Told):
    id: int
    username: str
    name: str
    grants: list[GrantItem]
    token: TokenItem | None
