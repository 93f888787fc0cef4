"""The public directory in the forms that leave the site."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.feedgenerator import Atom1Feed

from changle.core.sheets import Column
from changle.faces.portal.queries.cards import KINDS, STATES, newest
from changle.ground.registry.models import Organisation


EXPORT = [
    Column("name", "名称", "text", 36),
    Column("kind", "类型", "text", 26),
    Column("state", "状态", "text", 10),
    Column("uscc", "统一社会信用代码", "code", 22),
    Column("filing_number", "备案编号", "code", 18),
    Column("registrar_name", "登记（备案）机关", "text", 24),
    Column("competent_unit", "业务主管单位", "text", 24),
    Column("legal_representative", "法定代表人（负责人）", "text", 14),
    Column("street__name", "街道", "text", 14),
    Column("community__name", "社区", "text", 16),
    Column("address", "住所", "text", 40),
    Column("field__name", "服务领域", "text", 12),
    Column("official_class__name", "行业分类", "text", 14),
    Column("category__name", "备案类别", "text", 14),
    Column("business_scope", "业务范围", "text", 50),
    Column("fund_fen", "注册（开办）资金（元）", "money", 16),
    Column("founded_on", "成立日期", "date", 12),
    Column("registered_on", "登记（备案）日期", "date", 14),
    Column("ended_on", "终止日期", "date", 12),
    Column("confirmed_on", "最近核对", "date", 12),
]
ENTRIES = 50
CHINA = timedelta(hours=8)


def exported(rows: "QuerySet[Organisation]") -> Iterator[dict[str, Any]]:
    """Row by row from the database, class P0 only."""
    columns = [column.key for column in EXPORT]
    for row in rows.order_by("pk").values(*columns).iterator(chunk_size=1000):
        yield {**row, "kind": KINDS[row["kind"]], "state": STATES.get(row["state"], row["state"])}


def facts(today: date) -> list[tuple[str, str]]:
    return [
        ("内容", "依法登记的社会组织和已备案的社区社会组织的公开信息"),
        ("日期", today.isoformat()),
        ("许可", "可免费复制、加工和使用；请注明来源和下载日期，不歪曲原意"),
        ("说明", "以登记（备案）机关的公示为准；不含联系方式和内部信息"),
    ]


def feed_text(
    title: str,
    page: str,
    here: str,
    rows: "QuerySet[Organisation]",
    absolute: Callable[[str], str],
) -> str:
    """An Atom feed (RFC 4287) of the bodies registered or filed last."""
    feed = Atom1Feed(
        title=title, link=page, feed_url=here, description="", language="zh-CN", feed_guid=here
    )
    for one in newest(rows, ENTRIES):
        address = absolute(one["href"])
        about = "，".join(filter(None, (one["kind"], one["field"], one["place"], one["code"])))
        day = datetime.combine(one["on"], time(), UTC) - CHINA
        feed.add_item(
            title=one["name"], link=address, description=about, unique_id=address,
            pubdate=day, updateddate=day, categories=[one["kind"]],
        )  # fmt: skip
    return feed.writeString("utf-8")
