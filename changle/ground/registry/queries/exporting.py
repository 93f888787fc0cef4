"""The list as a file: the headings are those that an import understands, so that it comes back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.core.sheets import Column
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.territory.roles import Permission


EXPORT_COLUMNS = [
    Column("id", "平台编号", "code", 10),
    Column("name", "名称", "text", 36),
    Column("short_name", "简称", "text", 14),
    Column("kind", "类型", "text", 26),
    Column("liability", "民非形式", "text", 10),
    Column("uscc", "统一社会信用代码", "code", 22),
    Column("filing_number", "备案编号", "code", 18),
    Column("state", "状态", "text", 12),
    Column("registrar_name", "登记机关", "text", 24),
    Column("registrar_code", "登记机关区划代码", "code", 12),
    Column("competent_unit", "业务主管单位", "text", 24),
    Column("legal_representative", "法定代表人（负责人）", "text", 14),
    Column("street", "所属街道", "text", 14),
    Column("community", "所属社区", "text", 16),
    Column("address", "住所", "text", 40),
    Column("field", "服务领域", "text", 12),
    Column("official_class", "行业分类", "text", 14),
    Column("category", "备案类别", "text", 14),
    Column("purpose", "宗旨", "text", 40),
    Column("business_scope", "业务范围", "text", 50),
    Column("fund_fen", "注册（开办）资金（元）", "money", 16),
    Column("founded_on", "成立日期", "date", 12),
    Column("registered_on", "登记（备案）日期", "date", 14),
    Column("website", "网址", "text", 24),
    Column("contact_name", "联系人", "text", 12),
    Column("contact_phone", "联系电话", "code", 16),
    Column("contact_email", "电子邮箱", "text", 24),
    Column("member_count", "成员数", "int", 8),
    Column("premises_count", "办公场所数", "int", 10),
    Column("premises_area", "办公场所面积（平方米）", "int", 14),
    Column("confirmed_on", "最近核对日期", "date", 12),
]
CONTACTS = ("contact_name", "contact_phone", "contact_email")
NAMED = ("street", "community", "field", "official_class", "category")
READ = [f"{c.key}__name" if c.key in NAMED else c.key for c in EXPORT_COLUMNS]
LABELS = {
    "kind": dict(Organisation.Kind.choices),
    "state": dict(Organisation.State.choices),
    "liability": dict(Organisation.Liability.choices),
}
AT_A_TIME = 2000


def export_rows(rows: "QuerySet[Organisation]", actor: Actor) -> Iterator[dict[str, Any]]:
    """Row by row from the database; contacts only where the asker sees them."""
    for row in rows.values(*READ, "node__path").iterator(chunk_size=AT_A_TIME):
        yield export_row(row, actor)


def export_row(row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The values of `READ` and the path of the node, as the columns of the file."""
    path = row["node__path"]
    told = {c.key: row[key] for c, key in zip(EXPORT_COLUMNS, READ, strict=True)}
    for name, labels in LABELS.items():
        told[name] = labels.get(told[name], told[name])
    if not actor.holds_at(Permission.CONTACT_VIEW, path):
        told |= dict.fromkeys(CONTACTS, "")
    return told


WHOSE = [
    Column("organisation_id", "平台编号", "code", 10),
    Column("organisation__name", "名称", "text", 36),
    Column("organisation__uscc", "统一社会信用代码", "code", 22),
]
ACT = [Column("document", "决定文号", "text", 24), Column("authority", "作出机关", "text", 24)]
# By what a list brings: the kinds of fact on it, and the columns as an import reads them.
FACT_LISTS: dict[str, tuple[tuple[str, ...], list[Column]]] = {
    "inspection": (("inspection",), [
        *WHOSE, Column("year", "年检年度", "int", 10), Column("result", "年检结论", "text", 12),
        Column("rectify_by", "整改期限", "date", 12), Column("rectified_on", "整改完成日期", "date", 14), *ACT,
    ]),
    "credit": (("abnormal", "serious"), [
        *WHOSE, Column("kind", "名单类别", "text", 20), Column("starts_on", "列入日期", "date", 12),
        Column("ground", "列入事由", "text", 40), Column("ends_on", "移出日期", "date", 12),
        Column("end_ground", "移出事由", "text", 30), *ACT,
    ]),
    "grade": (("grade",), [
        *WHOSE, Column("result", "评估等级", "text", 10), Column("starts_on", "等级起始日期", "date", 14),
        Column("last_day", "有效期至", "date", 12), *ACT,
    ]),
    "penalty": (("penalty",), [
        *WHOSE, Column("result", "处罚种类", "text", 16), Column("starts_on", "处罚决定日期", "date", 14),
        Column("ground", "违法事实", "text", 40), Column("amount_fen", "罚没金额（元）", "money", 14),
        Column("last_day", "期满日期", "date", 12), *ACT,
    ]),
}  # fmt: skip


def fact_rows(brings: str, actor: Actor) -> Iterator[dict[str, Any]]:
    """The facts in force of one list, of bodies that the asker may take away."""
    kinds, columns = FACT_LISTS[brings]
    facts = actor.rows(OfficialFact, Permission.ORGANISATION_EXPORT).filter(
        kind__in=kinds, withdrawn_at__isnull=True, organisation__merged_into__isnull=True
    )
    read = {c.key for c in columns if c.key != "last_day"} | {"kind", "ends_on"}
    labels = dict(OfficialFact.Kind.choices)
    rows = facts.order_by("organisation__name", "organisation", "year", "starts_on", "pk")
    for row in rows.values(*sorted(read)).iterator(chunk_size=AT_A_TIME):
        ends_on = row["ends_on"]
        # Papers name the last day on which something holds; spans here end on the day after.
        last = ends_on - timedelta(days=1) if ends_on else None
        yield {**row, "kind": labels[row["kind"]], "last_day": last}
