from typing import ClassVar

from django.db import models

from changle.core.privacy import Privacy


class ClassList(models.TextChoices):
    """Lists by which bodies are classed; no list replaces another, `Crosswalk` leads across."""

    FIELD = "field", "本区服务领域"
    ASSOCIATION = "association", "社会团体行业分类（14 类）"
    NONENTERPRISE = "nonenterprise", "民办非企业单位行业分类（11 类）"
    FOUNDATION = "foundation", "基金会类别"
    INDUSTRY = "industry", "民办非企业单位登记行业（1999）"
    COMMUNITY = "community", "社区社会组织类别"
    REPORT = "report", "社区社会组织汇总表类别"


class ClassItem(models.Model):
    """One entry of a class list; retired entries stay for the records that bear them."""

    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"list", "code", "sort", "retired_on"})

    list = models.CharField("分类表", max_length=20, choices=ClassList)
    code = models.CharField("代码", max_length=30)
    name = models.CharField("名称", max_length=60)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "分类"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "code"],
                name="class_code_once_in_list",
                violation_error_message="本表已有这个代码。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Crosswalk(models.Model):
    """An entry of one list seen as an entry of another; at most one answer a target list."""

    technical: ClassVar[frozenset[str]] = frozenset({"target_list"})

    source = models.ForeignKey(ClassItem, models.CASCADE, related_name="leads_to")
    target = models.ForeignKey(ClassItem, models.PROTECT, related_name="led_from")
    target_list = models.CharField(max_length=20, choices=ClassList)

    class Meta:
        verbose_name = "分类对照"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target_list"],
                name="crosswalk_one_answer",
                violation_error_message="该类在目标表中已有对照。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
