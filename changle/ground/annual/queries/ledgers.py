"""T7 and T8: the statistical ledgers of associations and of private non-enterprise units.

One row a body, from its record, from what it reported of the year and from the official result:
nothing is asked for them that a report does not hold. Money in fen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.core.sealed import mask_phone
from changle.core.sheets import Column
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries.fields import fields
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries import key_of
from changle.ground.territory.roles import Permission


PAGE = 40
AT_A_TIME = 400  # below SQLite's bound on parameters
Record = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """What one row of a ledger is made of."""

    organisation: Organisation
    report: AnnualReport | None  # one that was handed in
    inspected: OfficialFact | None
    year: int
    clear: bool  # whether the asker sees contacts

    def value(self, code: str) -> Any:
        return self.report.value(code) if self.report else None


Reader = Callable[[Subject], Any]


@dataclass(frozen=True)
class LedgerColumn:
    key: str
    label: str
    kind: str  # that of core.sheets
    read: Reader

    @property
    def sheet(self) -> Column:
        label = f"{self.label}（元）" if self.kind == "money" else self.label
        return Column(self.key, label, self.kind, 36 if self.key == "name" else 16)  # type: ignore[arg-type]  # declared below


@dataclass(frozen=True)
class Ledger:
    code: str
    name: str
    kind: str
    about: str
    columns: tuple[LedgerColumn, ...]


def reported(code: str, label: str = "") -> LedgerColumn:
    """A column that is one field of the report."""
    asked = fields()[code]
    kind = "money" if asked.is_money else "int" if asked.is_number else "text"
    if asked.unit == "digits":
        kind = "code"
    return LedgerColumn(code, label or asked.label, kind, lambda one: one.value(code))


def fact(key: str, label: str, kind: str, read: Reader) -> LedgerColumn:
    return LedgerColumn(key, label, kind, read)


def organisation_code(one: Subject) -> str:
    """The nine characters of GB 11714 that stand in the code of the body (GB 32100)."""
    return one.organisation.uscc[8:17]


def changed_items(one: Subject) -> str:
    return "；".join(row[0] for row in one.value("change_items") or [])


def changed_on(one: Subject) -> str:
    return "；".join(row[1] for row in one.value("change_items") or [])


def inspected_on(one: Subject) -> date | None:
    """The day of the official result; while there is none, the day on which the report went in."""
    if one.inspected is not None and one.inspected.starts_on is not None:
        return one.inspected.starts_on
    return one.report.submitted_on if one.report else None


def phone(one: Subject) -> str:
    told = one.value("phone") or one.organisation.contact_phone
    return told if one.clear else mask_phone(told)


def class_of(one: Subject) -> str:
    item = one.organisation.official_class
    return item.name if item else ""


def class_code(one: Subject) -> str:
    item = one.organisation.official_class
    return item.code if item else ""


def is_new(one: Subject) -> bool:
    on = one.organisation.registered_on
    return on is not None and on.year == one.year


NAME = fact("name", "名称", "text", lambda one: one.organisation.name)
HEAD = (
    NAME,
    fact("registered_on", "登记时间", "date", lambda one: one.organisation.registered_on),
    fact("registrar", "登记部门", "text", lambda one: one.organisation.registrar_name),
    fact("uscc", "登记证号", "code", lambda one: one.organisation.uscc),
    fact("organisation_code", "组织机构代码", "code", organisation_code),
    reported("department_code", "部门交换码"),
    fact("legal_representative", "法定代表人", "text", lambda one: one.organisation.legal_representative),
    fact("address", "地址", "text", lambda one: one.organisation.address),
    reported("postcode", "邮编"),
    fact("phone", "电话", "code", phone),
    fact("class", "行业分类", "text", class_of),
    fact("class_code", "行业代码", "code", class_code),
    fact("changes", "变动类型", "text", changed_items),
    fact("changed_on", "变动时间", "text", changed_on),
)  # fmt: skip
BRANCHES = (reported("branches", "分支机构"),)
STAFF = (
    reported("staff", "年末从业人数"),
    reported("staff_female", "其中女性"),
    reported("staff_party", "中共党员"),
    reported("edu_college", "大学专科"),
    reported("edu_bachelor", "大学本科及以上"),
    reported("worker_assistant", "助理社会工作师"),
    reported("worker", "社会工作师"),
    reported("age_35", "35 岁及以下"),
    reported("age_45", "36 至 45 岁"),
    reported("age_55", "46 至 55 岁"),
    reported("age_over", "56 岁及以上"),
    reported("leaders", "负责人数"),
    reported("leaders_female", "女性负责人"),
)
MEMBERS = (
    reported("members_total", "会员总数"),
    reported("members_unit", "团体会员"),
    reported("members_person", "个人会员"),
)
OFFICIALS = (reported("officials_leading", "党政机关领导干部兼任领导人数"),)
MONEY = tuple(
    reported(code, label)
    for code, label in (
        ("accounting", ""), ("fixed_cost", ""), ("surplus_begin", ""), ("depreciation", ""),
        ("sales", ""), ("sales_cost", ""), ("sales_tax", ""), ("selling", ""), ("running", "管理费用"),
        ("running_tax", "管理费用：税金"), ("running_travel", "管理费用：差旅费"), ("finance", ""),
        ("finance_interest", "财务费用：利息支出"), ("fair_value", ""), ("income_invest", ""),
        ("profit", ""), ("pay_payable", ""), ("income", ""), ("income_service", "事业收入"),
        ("income_sales", "经营收入"), ("income_donation", ""), ("income_fee", ""), ("spent", ""),
        ("spent_wages", ""), ("spent_goods", ""), ("spent_welfare", "福利费"), ("spent_labour", "劳务费"),
        ("spent_heating", "取暖费"), ("spent_travel", "差旅费"), ("spent_persons", ""),
        ("spent_study", "助学金"), ("spent_pension", "抚恤金"), ("spent_living", "生活补助"),
        ("surplus", ""), ("business_tax", ""), ("cost", ""), ("cost_business", ""),
        ("cost_business_people", ""), ("cost_business_daily", ""), ("cost_business_wear", ""),
        ("cost_business_tax", ""), ("cost_manage", "管理费用（民间非营利）"), ("cost_manage_people", ""),
        ("cost_manage_daily", ""), ("cost_manage_wear", ""), ("cost_manage_tax", ""),
        ("net_change", ""), ("donation_cash", ""), ("donation_kind", ""),
    )
)  # fmt: skip
TAIL = (
    fact("competent_unit", "业务主管单位", "text", lambda one: one.organisation.competent_unit),
    reported("volunteers", "志愿者数"),
    reported("party_has", "是否建立党组织"),
)
PUBLICATIONS = (reported("publications", "出版物数"),)
INSPECTED = (fact("inspected_on", "年检时间", "date", inspected_on),)
UNIT_ONLY = (
    fact("fund", "开办资金", "money", lambda one: one.organisation.fund_fen),
    fact(
        "liability", "性质", "text",
        lambda one: one.organisation.get_liability_display() if one.organisation.liability else "",
    ),
    fact("is_new", "是否新成立", "text", is_new),
)  # fmt: skip
ABOUT = "一行一家，取自名录、当年年度报告（已提交的）和官方年检结论；没有提交的只列名录上的项目。"
LEDGERS = {
    ledger.code: ledger
    for ledger in (
        Ledger("T7", "社会团体统计台账", "ST", ABOUT,
               HEAD + BRANCHES + STAFF + MEMBERS + OFFICIALS + MONEY + TAIL + PUBLICATIONS + INSPECTED),
        # A private non-enterprise unit sets up no branches (State Council order 251, article 13).
        Ledger("T8", "民办非企业单位统计台账", "MF", ABOUT,
               HEAD + UNIT_ONLY + STAFF + OFFICIALS
               + tuple(c for c in MONEY if c.key != "income_fee") + TAIL + INSPECTED),
    )
}  # fmt: skip


def bodies(actor: Actor, ledger: Ledger, year: int, path: str = "") -> "QuerySet[Organisation]":
    """The bodies of the kind that stood at the end of the year, by pinyin."""
    end = date(year, 12, 31)
    begun = Q(registered_on__isnull=True) | Q(registered_on__lte=end)
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=end)
    rows = actor.rows(Organisation, Permission.ANNUAL_VIEW).filter(begun, lasting, kind=ledger.kind)
    if path:
        rows = rows.filter(node__path__under=path)
    rows = rows.exclude(state=Organisation.State.MERGED)
    return rows.select_related("node", "official_class").order_by("pinyin", "pk")


def page_of(rows: "QuerySet[Organisation]", after: str) -> tuple[list[Organisation], str]:
    number, _, pinyin = after.replace("\x00", "").partition("-")
    last = key_of(number)
    if last is not None:
        rows = rows.filter(Q(pinyin__gt=pinyin) | Q(pinyin=pinyin, pk__gt=last))
    found = list(rows[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    end = found[PAGE - 1]
    return found[:PAGE], f"{end.pk}-{end.pinyin}"


def records(
    ledger: Ledger, organisations: list[Organisation], year: int, actor: Actor
) -> list[Record]:
    """The rows of some bodies: two queries for all of them."""
    keys = [one.pk for one in organisations]
    reports = AnnualReport.objects.filter(organisation__in=keys, year=year)
    by_body = {row.organisation_id: row for row in reports.filter(state__in=AnnualReport.REPORTED)}
    facts = OfficialFact.objects.filter(
        organisation__in=keys, kind=OfficialFact.Kind.INSPECTION, year=year,
        withdrawn_at__isnull=True,
    )  # fmt: skip
    inspected = {row.organisation_id: row for row in facts.order_by("pk")}
    told = []
    for one in organisations:
        clear = actor.holds_at(Permission.CONTACT_VIEW, one.node.path or "")
        subject = Subject(one, by_body.get(one.pk), inspected.get(one.pk), year, clear)
        told.append({"pk": one.pk} | {c.key: c.read(subject) for c in ledger.columns})
    return told


def ledger_rows(code: str, year: int, actor: Actor, path: str = "") -> Iterator[Record]:
    """All rows of a ledger, some hundreds at a time, whatever their number."""
    ledger = LEDGERS[code]
    chunk: list[Organisation] = []
    for one in bodies(actor, ledger, year, path).iterator(chunk_size=AT_A_TIME):
        chunk.append(one)
        if len(chunk) == AT_A_TIME:
            yield from records(ledger, chunk, year, actor)
            chunk = []
    yield from records(ledger, chunk, year, actor)
