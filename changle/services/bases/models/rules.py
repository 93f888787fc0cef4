"""What a base of a tier must have and is scored by: data of the bureau, in dated versions."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.privacy import Privacy
from changle.core.reach import Reachable


MOST_POINTS = 100


class Tier(models.TextChoices):
    DISTRICT = "district", "区级"
    STREET = "street", "街道级"
    COMMUNITY = "community", "社区级"


class Standard(Reachable):
    """One version of the rules for one tier. `ends_on` is the first day on which it no longer holds.

    What it asks for follows the local standard of Anhui (DB34, 社会组织孵化基地建设和服务规范) and the
    five themes of Fujian's guide (闽民管〔2025〕28号). Points, terms and bounds are assumptions that the
    bureau sets: no published rule gives them.
    """

    anchors = ()  # rules, which lie nowhere
    privacy: ClassVar[dict[str, Privacy]] = {
        "tier": Privacy.P0,
        "name": Privacy.P0,
        "basis": Privacy.P0,
        "pass_points": Privacy.P0,
        "valid_months": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on"})

    tier = models.CharField("层级", max_length=10, choices=Tier)
    name = models.CharField("名称", max_length=80)
    basis = models.CharField("依据", max_length=200, blank=True)
    pass_points = models.PositiveSmallIntegerField("合格分", default=60)
    valid_months = models.PositiveSmallIntegerField("认定有效期（月）", default=36)
    starts_on = models.DateField("启用日期")
    ends_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "基地标准"
        constraints = [
            NoOverlap(
                name="one_base_standard_of_a_tier_at_a_time",
                scope=("tier",),
                start="starts_on",
                end="ends_on",
                violation_error_message="这一层级在这段时间已有标准，请换一个启用日期。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="base_standard_ends_after_it_starts",
                violation_error_message="停用日期应晚于启用日期。",
            ),
            models.CheckConstraint(
                condition=Q(pass_points__lte=MOST_POINTS, valid_months__gte=1),
                name="base_standard_makes_sense",
                violation_error_message="合格分不超过 100，有效期至少 1 个月。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Criterion(Reachable):
    """One thing that is asked for: a must, or so many points, or both."""

    class Theme(models.TextChoices):
        FACILITIES = "facilities", "场所设施"
        CAPABILITY = "capability", "服务能力"
        BUSINESS = "business", "业务开展"
        RISK = "risk", "风险防范"
        PROGRESS = "progress", "评价改进"
        PARTY = "party", "党建引领"

    anchors = ()  # rules, which lie nowhere
    privacy: ClassVar[dict[str, Privacy]] = {
        "theme": Privacy.P0,
        "name": Privacy.P0,
        "about": Privacy.P0,
        "points": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"code", "sort"})

    standard = models.ForeignKey(
        Standard, models.CASCADE, related_name="criteria", verbose_name="标准"
    )
    code = models.SlugField("代码", max_length=30)
    theme = models.CharField("主题", max_length=12, choices=Theme)
    name = models.CharField("条件", max_length=60)
    about = models.CharField("说明", max_length=300, blank=True)
    is_must = models.BooleanField("必备", default=False)
    points = models.PositiveSmallIntegerField("分值", default=0)
    sort = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "基地条件"
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "code"],
                name="criterion_once_in_base_standard",
                violation_error_message="这份标准里已有这个代码。",
            ),
            models.CheckConstraint(
                condition=Q(is_must=True) | Q(points__gt=0),
                name="criterion_asks_for_something",
                violation_error_message="条件要么必备，要么有分值。",
            ),
            models.CheckConstraint(
                condition=Q(points__lte=MOST_POINTS),
                name="criterion_points_within_bounds",
                violation_error_message="分值不超过 100。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PaperKind(Reachable):
    """A paper that comes with an application for recognition."""

    anchors = ()  # rules, which lie nowhere
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "about": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"sort"})

    standard = models.ForeignKey(
        Standard, models.CASCADE, related_name="papers", verbose_name="标准"
    )
    name = models.CharField("材料", max_length=60)
    about = models.CharField("说明", max_length=200, blank=True)
    is_required = models.BooleanField("必交", default=True)
    sort = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "基地材料"
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "name"],
                name="paper_once_in_base_standard",
                violation_error_message="这份标准里已有同名的材料。",
            )
        ]

    def __str__(self) -> str:
        return self.name
