"""Sums by street and month, kept beside the sessions, and how often a month was written to since."""

from typing import ClassVar

from django.db import models

from changle.core.privacy import Privacy
from changle.core.reach import Reachable


class MonthMark(Reachable):
    """A month in which sessions count. The database raises `writes` with each write to one of them."""

    anchors = ()  # read by figures alone
    privacy: ClassVar[dict[str, Privacy]] = {}
    technical: ClassVar[frozenset[str]] = frozenset({"month", "writes", "told"})

    month = models.CharField("月份", max_length=7, primary_key=True)  # 2026-07
    writes = models.BigIntegerField("写入次数", default=0)
    told = models.BigIntegerField("汇总时的写入次数", null=True, blank=True)

    class Meta:
        verbose_name = "月度汇总标记"

    def __str__(self) -> str:
        return self.month


class MonthSum(Reachable):
    """One indicator in one street in one month; 0 as the street: in none."""

    anchors = ()
    privacy: ClassVar[dict[str, Privacy]] = {"value": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"code", "month", "street"})

    code = models.CharField("指标", max_length=60)
    month = models.CharField("月份", max_length=7)
    street = models.BigIntegerField("街道", default=0)  # the key of a Node
    value = models.BigIntegerField("值")

    class Meta:
        verbose_name = "月度汇总"
        constraints = [
            models.UniqueConstraint(fields=["code", "month", "street"], name="one_sum_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.month} {self.value}"
