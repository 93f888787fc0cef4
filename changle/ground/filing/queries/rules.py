"""The conditions of filing as they hold on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from changle.ground.filing.models import Filing, FilingRule
from changle.ground.registry.models import ClassItem


@dataclass(frozen=True)
class Terms:
    """The conditions for one category on one day: the category's own, and the general ones."""

    minimum: int
    larger: int
    words: tuple[str, ...]
    opinion_days: int
    review_days: int
    lapse_months: int
    number_format: str


class Rulebook:
    """The rules that hold on a day, read in one query, asked as often as wanted."""

    def __init__(self, on: date) -> None:
        held: dict[int | None, FilingRule] = {}
        for rule in FilingRule.objects.filter(starts_on__lte=on).order_by("starts_on", "pk"):
            held[rule.category_id] = rule  # the later one holds
        self.general = held.get(None) or FilingRule(starts_on=on)
        self.held = held

    def terms(self, category_id: int | None = None) -> Terms:
        general, own = self.general, self.held.get(category_id) if category_id else None
        words = [*general.words(), *(own.words() if own else ())]
        return Terms(
            minimum=(own or general).minimum_members,
            larger=(own or general).larger_members,
            words=tuple(dict.fromkeys(words)),
            opinion_days=general.opinion_days,
            review_days=general.review_days,
            lapse_months=general.lapse_months,
            number_format=general.number_format,
        )


def all_rules() -> list[FilingRule]:
    """Every rule, those in force first by category, then the older ones."""
    rows = FilingRule.objects.select_related("category")
    return list(rows.order_by(F("category__sort").asc(nulls_first=True), "-starts_on", "-pk"))


def rule_seen(pk: int) -> FilingRule | None:
    return FilingRule.objects.filter(pk=pk).select_related("category").first()


def excluded_in(name: str, terms: Terms) -> str:
    """The word in a name for which such a body is not filed; "" if there is none."""
    return next((word for word in terms.words if word in name), "")


def lacks(filing: Filing, listed: int, terms: Terms) -> list[str]:
    """What an application still wants before it may be submitted, a sentence each.

    `listed`: how many names its members' list has.
    """
    if filing.kind == Filing.Kind.CANCEL:
        return [] if filing.purpose.strip() else ["请写明注销备案的原因。"]
    asked: dict[str, Any] = {
        "备案类别": filing.category_id, "性质": filing.nature, "宗旨": filing.purpose,
        "活动内容": filing.activities, "活动范围": filing.scope,
        "负责人": filing.leader_name, "负责人手机号": filing.leader_phone,
        "活动场所地址": filing.premises_address, "经费来源": filing.fund_source,
    }  # fmt: skip
    if filing.kind == Filing.Kind.CHANGE:
        for optional in ("性质", "活动范围", "活动场所地址", "经费来源"):
            asked.pop(optional)
    found = [f"还没有填写{label}。" for label, value in asked.items() if not value]
    if word := excluded_in(filing.name, terms):
        found.append(
            f"名称里有“{word}”：居委会下属机构、业主组织、楼栋自治组织和营利团体不作社区社会组织备案。"
        )
    if filing.kind == Filing.Kind.NEW:
        found += lacking_members(filing, listed, terms)
    return found


def lacking_members(filing: Filing, listed: int, terms: Terms) -> list[str]:
    found = []
    if listed < terms.minimum:
        found.append(f"成员名单有 {listed} 人，备案至少要 {terms.minimum} 人。")
    if filing.member_count is not None and filing.member_count < listed:
        found.append(f"成员总数填了 {filing.member_count} 人，少于名单上的 {listed} 人。")
    if (filing.party_member_count or 0) > (filing.member_count or listed):
        found.append("党员人数多于成员总数。")
    return found


def categories() -> list[tuple[int, str]]:
    rows = ClassItem.objects.filter(list="community", retired_on__isnull=True)
    return list(rows.order_by("sort", "pk").values_list("pk", "name"))
