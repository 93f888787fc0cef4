from datetime import date, datetime
from typing import Annotated, Literal

from django.core.validators import EmailValidator, URLValidator
from ninja import Schema
from pydantic import AfterValidator, Field

from changle.core.codes import normalise_uscc
from changle.faces.api.forms.words import Asked, Class, Named, Text, Told, by_rule


Kind = Literal["ST", "MF", "JJH", "BA", "PRE"]


class OrganisationItem(Told):
    id: int
    name: str
    short_name: str
    kind: str = Field(
        description="ST 社会团体；MF 民办非企业单位（社会服务机构）；JJH 基金会；BA 备案社区社会组织；PRE 拟成立团队"
    )
    kind_label: str
    uscc: str = Field(description="统一社会信用代码（GB 32100-2015）；备案组织没有，为空")
    filing_number: str
    state: str
    state_label: str
    street: Named | None
    community: Named | None
    field: Class | None = Field(description="本区服务领域")
    category: Class | None = Field(description="社区社会组织类别")
    legal_representative: str
    address: str
    registered_on: date | None
    ended_on: date | None
    version: int
    url: str
    contact_name: str = Field("", description="仅对有“查看联系方式”权限的令牌给出")
    contact_phone: str = Field("", description="同上")
    contact_email: str = Field("", description="同上")


class OrganisationPage(Told):
    items: list[OrganisationItem]
    next: str | None = Field(description="下一页的网址；末页为 null")


class IdentityItem(Told):
    kind: str
    kind_label: str
    name: str
    code: str
    registrar_code: str
    starts_on: date
    ends_on: date | None = Field(description="当日不含")
    opened_by: str
    closed_by: str


class FactItem(Told):
    kind: str
    kind_label: str
    result: str
    year: int | None
    starts_on: date | None
    ends_on: date | None = Field(description="当日不含")
    ground: str = Field(description="事由")
    end_ground: str = Field(description="解除、移出的事由")
    amount_fen: int | None = Field(description="罚没金额，单位：分")
    authority: str
    document: str


class SuccessionItem(Told):
    id: int = Field(description="另一方的 id")
    name: str
    kind: str = Field(description="split 分立；merger 合并；absorption 吸收合并")
    on: date


class OrganisationDetail(OrganisationItem):
    registrar_code: str
    registrar_name: str
    competent_unit: str
    official_class: Class | None
    purpose: str
    business_scope: str
    fund_fen: int | None = Field(description="注册（开办）资金，单位：分")
    founded_on: date | None
    website: str
    confirmed_on: date | None
    changed_at: datetime
    merged_into: int | None = Field(description="重复记录并入的那一条的 id")
    identities: list[IdentityItem]
    facts: list[FactItem] = Field(description="官方事实；已更正的不在内")
    follows: list[SuccessionItem] = Field(description="由哪些组织分立、合并而来")
    followed_by: list[SuccessionItem]
    member_count: int | None = Field(None, description="仅对管辖范围内的工作人员给出")
    premises_count: int | None = Field(None, description="同上")
    premises_area: int | None = Field(None, description="同上；平方米")


class IncubationTold(Told):
    id: int
    centre: Named
    is_virtual: bool
    admitted_on: date | None
    graduated_on: date | None
    url: str


class EventData(Told):
    """What everybody may see of a body; the rest is asked for with a token."""

    id: int
    name: str
    kind: str
    uscc: str
    filing_number: str
    state: str
    street: Named | None
    community: Named | None
    merged_into: int | None = Field(description="重复记录并入的那一条的 id")
    url: str
    incubation: IncubationTold | None = Field(None, description="只在 incubation.* 事件中给出")


class OrganisationEvent(Told):
    type: str
    timestamp: datetime
    data: EventData


MOST_INT = 2_147_483_647  # of a column of four bytes


Short = Annotated[Text, Field(max_length=60)]
Line = Annotated[Text, Field(max_length=200)]
Count = Annotated[int, Field(ge=0, le=MOST_INT)]


class Columns(Asked):
    """What may be said of a body by the API, all of it optional."""

    name: Annotated[Text, Field(max_length=120)] = ""
    short_name: Annotated[Text, Field(max_length=40)] = ""
    uscc: Annotated[Text, Field(max_length=40), AfterValidator(normalise_uscc)] = ""
    code_override_reason: Line = Field(
        "", description="代码校验不符而有证书为凭时填写；须有相应权限"
    )
    filing_number: Annotated[Text, Field(max_length=40)] = ""
    registrar_name: Short = ""
    competent_unit: Annotated[Text, Field(max_length=80)] = ""
    field: Annotated[Text, Field(max_length=30)] = Field(
        "", description="本区服务领域代码；空为未填"
    )
    official_class: Annotated[Text, Field(max_length=30)] = Field(
        "", description="行业分类代码，按类型取表"
    )
    category: Annotated[Text, Field(max_length=30)] = Field("", description="社区社会组织类别代码")
    legal_representative: Short = ""
    address: Line = ""
    purpose: Annotated[Text, Field(max_length=1000)] = ""
    business_scope: Annotated[Text, Field(max_length=2000)] = ""
    fund_fen: Annotated[int, Field(ge=0, le=10**15)] | None = None
    founded_on: date | None = None
    registered_on: date | None = None
    website: Annotated[Line, by_rule(URLValidator(("http", "https")))] = ""
    contact_name: Short = ""
    contact_phone: Annotated[Text, Field(max_length=30)] = ""
    contact_email: Annotated[Text, Field(max_length=254), by_rule(EmailValidator())] = ""
    member_count: Count | None = None
    premises_count: Annotated[int, Field(ge=0, le=32767)] | None = None
    premises_area: Count | None = None
    confirmed_on: date | None = None


class OrganisationNew(Columns):
    kind: Kind
    name: Annotated[Text, Field(min_length=1, max_length=120)]
    place: int = Field(description="所在地：区、街道或社区节点的 id")
    registrar_code: Annotated[Text, Field(pattern=r"^(\d{6})?$")] = ""


class OrganisationChange(Columns):
    """Only what is written changes; a new name or code opens a new dated identity."""

    effective_on: date | None = Field(None, description="名称、代码、分类变更的生效日；缺省为今天")


class OrganisationFilters(Schema):
    q: Annotated[Text, Field(max_length=100)] = Field(
        "", description="名称、拼音首字母或代码的一段"
    )
    kind: Kind | None = None
    street: int | None = Field(None, description="街道节点的 id")
    community: int | None = Field(None, description="社区节点的 id")
    field: Annotated[Text, Field(max_length=30)] = Field("", description="服务领域代码")
    category: Annotated[Text, Field(max_length=30)] = Field("", description="备案类别代码")
    state: Annotated[Text, Field(max_length=20)] = Field("", description="状态代码，如 active")
