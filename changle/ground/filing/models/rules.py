from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from changle.core.privacy import Privacy
from changle.ground.registry.models import ClassItem
from changle.ground.territory.models import Node


# Working bodies of the committees, owners' committees and building-level bodies are not filed.
EXCLUDED = "居民委员会\n居委会\n业主委员会\n业委会\n物业管理委员会\n物管会\n楼长会\n楼委会\n居民小组\n有限公司"


class FilingRule(models.Model):
    """What holds of filings from a day on, of all or of one category, until a later one begins.

    The numbers that stand as defaults are the house's own proposal; no national rule sets them.
    """

    privacy: ClassVar[dict[str, Privacy]] = {"excluded_words": Privacy.P0, "note": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"starts_on", "minimum_members", "larger_members", "opinion_days", "review_days",
         "lapse_months", "number_format", "recorded_at"}
    )  # fmt: skip

    category = models.ForeignKey(
        ClassItem, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="备案类别"
    )
    starts_on = models.DateField("生效日期")
    minimum_members = models.PositiveSmallIntegerField("最少成员数", default=5)
    larger_members = models.PositiveSmallIntegerField("规模较大的成员数", default=10)
    excluded_words = models.TextField(
        "名称中不得出现的字样", max_length=2000, default=EXCLUDED, blank=True
    )
    opinion_days = models.PositiveSmallIntegerField("社区意见期限（工作日）", default=5)
    review_days = models.PositiveSmallIntegerField("街道审核期限（工作日）", default=10)
    lapse_months = models.PositiveSmallIntegerField("多少个月无活动提请认定", default=12)
    number_format = models.CharField(
        "备案编号格式", max_length=60, default="社备〔{year}〕{street}{serial}号"
    )
    note = models.CharField("依据", max_length=200, blank=True)
    recorded_at = models.DateTimeField("记录时间", null=True, blank=True)

    class Meta:
        verbose_name = "备案条件"
        constraints = [
            models.UniqueConstraint(
                Coalesce("category", 0),
                "starts_on",
                name="filing_rule_begins_once",
                violation_error_message="同一天起已有一套条件。",
            ),
            models.CheckConstraint(
                condition=Q(
                    minimum_members__gte=1,
                    larger_members__gte=models.F("minimum_members"),
                    opinion_days__gte=1,
                    review_days__gte=1,
                    lapse_months__gte=1,
                ),
                name="filing_rule_is_sensible",
                violation_error_message="人数、期限须大于 0，且“规模较大”不低于最少成员数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or '通用'}（{self.starts_on} 起）"

    def words(self) -> list[str]:
        return [word.strip() for word in self.excluded_words.splitlines() if word.strip()]


class FilingSerial(models.Model):
    """The last number given out in a year, of a street or of the whole district.

    The row is locked by who takes the next one, and a deed undone gives its number back.
    """

    technical: ClassVar[frozenset[str]] = frozenset({"year", "last"})

    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="街道或区")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最后一号", default=0)

    class Meta:
        verbose_name = "备案编号流水"
        constraints = [
            models.UniqueConstraint(fields=["node", "year"], name="one_serial_of_a_place_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.year}：{self.last}"
