"""The types of matter, and the first set of them that a district starts from."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from changle.ground.matters.models import LicenceRule, MatterType, ReviewRule


ORDER_505 = "《大型群众性活动安全管理条例》（国务院令第505号）"
AFTER = {"timing": "after", "is_event": False}
# Typical items of district rules; lead times are each district's own to set.
FIRST_TYPES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("festival", "节庆、演出、体育、集会", "面向居民的节庆、文艺演出、体育比赛、集会等", {"plan_from": 200}),
    ("forum", "大型论坛、研讨、培训", "跨区域或邀请外单位参加的论坛、研讨会、培训", {"plan_from": 200}),
    ("fair", "展览、展销", "展览会、展销会、义卖市集", {"plan_from": 200, "asks_money": True}),
    ("award", "评比、表彰、排名", "评比达标表彰须依法经批准", {"needs_approval": True}),
    ("charity", "慈善活动", "募捐、义演、义诊等；金额或人数达到标准的须报",
     {"report_from_people": 50, "report_from_fen": 100_000_00, "asks_money": True, "plan_from": 200}),
    ("foreign", "涉外交流与活动", "邀请境外（含港澳台）人员、赴境外、与境外机构合作",
     {"is_foreign": True, "needs_approval": True}),
    ("foreign_gift", "接受境外捐赠、资助", "自签订协议或决定接受之日起算",
     {**AFTER, "is_foreign": True, "asks_money": True, "needs_approval": True}),
    ("council", "会员（代表）大会、理事会换届", "选举、换届、届中调整会议", {"lead_days": 10}),
    ("charter", "章程修改", "自表决通过之日起算", {**AFTER, "needs_approval": True}),
    ("persons", "负责人变动", "秘书长以上负责人变动，自决定之日起算", {**AFTER, "needs_approval": True}),
    ("entity", "设立经济实体、分支机构", "自决定之日起算", {**AFTER, "needs_approval": True, "asks_money": True}),
)  # fmt: skip
FIRST_LICENCES = ((1000, "活动所在地县（区）级公安机关"), (5000, "活动所在地市级公安机关"))


def seed_types() -> None:
    """What is there already is left as the bureau has made it."""
    for place, (code, name, about, facts) in enumerate(FIRST_TYPES, 1):
        told = {"name": name, "about": about, "sort": place * 10, **facts}
        MatterType.objects.get_or_create(code=code, defaults=told)
    if not LicenceRule.objects.exists():
        for people, authority in FIRST_LICENCES:
            LicenceRule.objects.create(from_people=people, authority=authority, basis=ORDER_505)
    ReviewRule.objects.get_or_create(name="rule")


def all_types() -> "QuerySet[MatterType]":
    return MatterType.objects.order_by("sort", "pk")


def offered_types(on: date) -> "QuerySet[MatterType]":
    """What may be chosen on a day."""
    return all_types().filter(Q(retired_on__isnull=True) | Q(retired_on__gt=on))


def matter_type(pk: int) -> MatterType | None:
    return MatterType.objects.filter(pk=pk).first()


def licence_rule(pk: int) -> LicenceRule | None:
    return LicenceRule.objects.filter(pk=pk).first()
