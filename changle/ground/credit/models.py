from typing import ClassVar

from django.conf import settings
from django.db import models

from changle.core.privacy import Privacy
from changle.ground.registry.models import OfficialFact


class ListGround(models.Model):
    """A reason for which bodies are put on a list; retired ones stay for the facts that bear them."""

    class List(models.TextChoices):
        ABNORMAL = OfficialFact.Kind.ABNORMAL.value, "活动异常名录"
        SERIOUS = OfficialFact.Kind.SERIOUS.value, "严重违法失信名单"

    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "source": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"list", "code", "sort", "retired_on"})

    list = models.CharField("名录", max_length=12, choices=List)
    code = models.CharField("代码", max_length=30)
    name = models.CharField("事由", max_length=120)
    source = models.CharField("依据", max_length=120)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "列入事由"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "code"],
                name="list_ground_once",
                violation_error_message="这个名录已有这个代码的事由。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CreditRule(models.Model):
    """A number of the rules as it holds from a day on, until the next of its name."""

    privacy: ClassVar[dict[str, Privacy]] = {"source": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"name", "value", "starts_on", "recorded_at"})

    name = models.CharField("参数", max_length=40)
    value = models.PositiveSmallIntegerField("数值")
    starts_on = models.DateField("自哪天起")
    source = models.CharField("依据", max_length=120)
    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="记录人",
    )

    class Meta:
        verbose_name = "信用规则参数"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "starts_on"],
                name="credit_rule_once_a_day",
                violation_error_message="这个参数在这一天已有数值。",
            ),
            models.CheckConstraint(
                condition=models.Q(value__gt=0),
                name="credit_rule_positive",
                violation_error_message="数值应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}（{self.starts_on} 起）"
