"""What must be reported, how early, to whom: data of the district, kept by its bureau."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from changle.core.money import yuan
from changle.core.privacy import Privacy


class MatterType(models.Model):
    """One kind of matter. Lead times differ from district to district: none is law."""

    class Days(models.TextChoices):
        CALENDAR = "calendar", "自然日"
        WORKING = "working", "工作日"

    class Timing(models.TextChoices):
        BEFORE = "before", "活动前"
        AFTER = "after", "作出决定后"

    privacy: ClassVar[dict[str, Privacy]] = {
        "code": Privacy.P0,
        "name": Privacy.P0,
        "about": Privacy.P0,
        "lead_days": Privacy.P0,
        "days_are": Privacy.P0,
        "timing": Privacy.P0,
        "plan_from": Privacy.P0,
        "report_from_people": Privacy.P0,
        "report_from_fen": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"sort", "retired_on"})

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    about = models.CharField("说明", max_length=200, blank=True)
    lead_days = models.PositiveSmallIntegerField("报告期限（天）", default=7)
    days_are = models.CharField("天数按", max_length=10, choices=Days, default=Days.CALENDAR)
    timing = models.CharField("起算", max_length=10, choices=Timing, default=Timing.BEFORE)
    is_event = models.BooleanField("有现场活动", default=True)
    needs_approval = models.BooleanField("须有批准或决议", default=False)
    asks_money = models.BooleanField("须填经费", default=False)
    is_foreign = models.BooleanField("属涉外事项", default=False)
    # From how many expected persons a session a safety plan must come with the report; empty: never.
    plan_from = models.PositiveIntegerField("须附安全方案的人数", null=True, blank=True)
    # Below both a report is welcome and not asked for; empty: always asked for.
    report_from_people = models.PositiveIntegerField("人数达到才须报", null=True, blank=True)
    report_from_fen = models.BigIntegerField("金额达到才须报", null=True, blank=True)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "重大事项类型"
        constraints = [
            models.CheckConstraint(
                condition=Q(timing="before", is_event=True) | Q(timing="after"),
                name="only_events_are_reported_before",
                violation_error_message="没有现场活动的事项从作出决定之日起算。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def before(self) -> bool:
        return self.timing == self.Timing.BEFORE

    @property
    def money_from(self) -> str:
        return "" if self.report_from_fen is None else yuan(self.report_from_fen)

    @property
    def clock(self) -> str:
        """7 自然日."""
        return f"{self.get_timing_display()} {self.lead_days} 个{self.get_days_are_display()}"


class LicenceRule(models.Model):
    """From how many persons a session the police must permit it, which police, how early.

    Regulations on the safety of large mass activities (State Council order 505), art. 2, 11-13:
    expected 1,000 a session; applied for 20 days ahead; below 5,000 with the county, else the city.
    """

    privacy: ClassVar[dict[str, Privacy]] = {
        "from_people": Privacy.P0,
        "authority": Privacy.P0,
        "apply_days": Privacy.P0,
        "basis": Privacy.P0,
    }

    from_people = models.PositiveIntegerField("每场预计人数达到", unique=True)
    authority = models.CharField("许可机关", max_length=60)
    apply_days = models.PositiveSmallIntegerField("至少提前（自然日）", default=20)
    basis = models.CharField("依据", max_length=120, blank=True)

    class Meta:
        verbose_name = "安全许可门槛"

    def __str__(self) -> str:
        return f"{self.from_people} 人起：{self.authority}"


class ReviewRule(models.Model):
    """Who looks at reports, and how soon. One row; without it the field's defaults hold."""

    class Tier(models.TextChoices):
        STREET = "street", "街道"
        DISTRICT = "district", "区"

    technical: ClassVar[frozenset[str]] = frozenset(
        {"name", "filed_tier", "registered_tier", "review_days", "report_days"}
    )

    name = models.CharField(max_length=10, unique=True, default="rule")
    filed_tier = models.CharField(
        "备案组织和团队由谁处理", max_length=10, choices=Tier, default=Tier.STREET
    )
    registered_tier = models.CharField(
        "登记的组织由谁处理", max_length=10, choices=Tier, default=Tier.DISTRICT
    )
    review_days = models.PositiveSmallIntegerField("处理期限（工作日）", default=3)
    report_days = models.PositiveSmallIntegerField("活动后报告期限（工作日）", default=10)

    class Meta:
        verbose_name = "重大事项处理规则"
        constraints = [
            models.CheckConstraint(condition=Q(name="rule"), name="matter_review_rule_is_one")
        ]

    def __str__(self) -> str:
        return "重大事项处理规则"

    def tier_of(self, *, registered: bool) -> str:
        return self.registered_tier if registered else self.filed_tier
