"""A base: a place recognised for growing social organisations."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.files import StoredFile
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.ground.territory.models import Node
from changle.services.bases.models.rules import Criterion, PaperKind, Standard, Tier
from changle.services.commons.models import Centre


def someone(label: str) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=label,
    )  # fmt: skip


class Base(Stateful):
    """An incubation base, from the plan to the withdrawal of its recognition.

    Its rooms, zones, hours and safety checks are those of the house (`centre`), never typed twice;
    its numbers are indicators at its node.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "规划中"
        BUILT = "built", "已建成"
        APPLIED = "applied", "申请认定"
        RECOGNISED = "recognised", "已认定"
        OPERATING = "operating", "运营中"
        UNDER_EVALUATION = "under_evaluation", "评估中"
        RECTIFYING = "rectifying", "整改中"
        WITHDRAWN = "withdrawn", "已取消"

    # A base in one of these states bears its title.
    TITLED = (State.RECOGNISED, State.OPERATING, State.UNDER_EVALUATION, State.RECTIFYING)
    UNTITLED = (State.PLANNED, State.BUILT, State.APPLIED, State.WITHDRAWN)

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "tier": Privacy.P0,
        "about": Privacy.P0,
        "address": Privacy.P0,
        "area_total": Privacy.P0,
        "area_shared": Privacy.P0,
        "builder": Privacy.P0,
        "party_organisation": Privacy.P0,
        "wall_rules": Privacy.P0,
        "certificate_number": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "planned_on", "built_on", "opened_on", "submitted_on", "recognised_on", "valid_until",
        "withdrawn_on", "recorded_at",
    }  # fmt: skip

    node = models.ForeignKey(Node, models.PROTECT, related_name="bases", verbose_name="所在节点")
    # The street of the node, kept so that a figure can be cut by it; none for the district's own.
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    centre = models.OneToOneField(
        Centre, models.SET_NULL, null=True, blank=True, related_name="base", verbose_name="共享场地"
    )
    standard = models.ForeignKey(
        Standard, models.PROTECT, null=True, blank=True, related_name="bases",
        verbose_name="适用标准",
    )  # fmt: skip
    tier = models.CharField("层级", max_length=10, choices=Tier)
    name = models.CharField("名称", max_length=80)
    about = models.TextField("介绍", max_length=2000, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    area_total = models.PositiveIntegerField("总面积（平方米）", null=True, blank=True)
    area_shared = models.PositiveIntegerField("共享面积（平方米）", null=True, blank=True)
    builder = models.CharField("建设单位", max_length=80, blank=True)
    party_organisation = models.CharField("党组织", max_length=120, blank=True)
    wall_rules = models.TextField("上墙制度", max_length=1000, blank=True)
    planned_on = models.DateField("规划日期")
    built_on = models.DateField("建成日期", null=True, blank=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    submitted_by = someone("申请人")
    submitted_on = models.DateField("申请日期", null=True, blank=True)
    recognised_by = someone("认定人")
    recognised_on = models.DateField("认定日期", null=True, blank=True)
    # The first day on which the recognition no longer holds.
    valid_until = models.DateField("认定有效期至", null=True, blank=True)
    certificate_number = models.CharField("认定编号", max_length=60, blank=True)
    withdrawn_on = models.DateField("取消日期", null=True, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "孵化基地"
        constraints = [
            models.UniqueConstraint(
                fields=["node"],
                condition=~Q(state="withdrawn"),
                name="one_base_at_a_node",
                violation_error_message="这个节点已有一个孵化基地。",
            ),
            models.UniqueConstraint(
                fields=["certificate_number"],
                condition=~Q(certificate_number=""),
                name="base_certificate_number_once",
                violation_error_message="这个认定编号已经用过。",
            ),
            models.CheckConstraint(
                condition=Q(area_shared__isnull=True)
                | Q(area_total__isnull=False, area_shared__lte=F("area_total")),
                name="base_shares_no_more_than_it_has",
                violation_error_message="共享面积不能大于总面积。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "built", "applied", "withdrawn"))
                | Q(
                    recognised_on__isnull=False,
                    valid_until__gt=F("recognised_on"),
                    certificate_number__gt="",
                ),
                name="recognised_base_has_its_certificate",
                violation_error_message="认定须有日期、编号和有效期。",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_on__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_on__isnull=True)),
                name="withdrawn_base_says_when",
                violation_error_message="取消的基地须有取消日期。",
            ),
            models.CheckConstraint(
                condition=~Q(submitted_by=F("recognised_by")),
                name="nobody_recognises_their_own_base",
                violation_error_message="谁申请谁不能认定。",
            ),
        ]
        indexes = [models.Index(fields=["state", "tier"], name="base_state_tier")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_titled(self) -> bool:
        return self.state in self.TITLED


class Budget(Reachable):
    """What a base has to spend in a year, from one source."""

    class Source(models.TextChoices):
        DISTRICT = "district", "区级财政"
        STREET = "street", "街道财政"
        LOTTERY = "lottery", "福彩公益金"
        DONATION = "donation", "社会捐赠"
        OWN = "own", "自筹"
        OTHER = "other", "其他"

    anchors = ("base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "source": Privacy.P1,
        "amount_fen": Privacy.P1,
        "note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"year"})

    base = models.ForeignKey(Base, models.CASCADE, related_name="budgets", verbose_name="基地")
    year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("来源", max_length=10, choices=Source)
    amount_fen = models.BigIntegerField("金额")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "基地经费"
        constraints = [
            models.UniqueConstraint(
                fields=["base", "year", "source"],
                name="budget_once_a_year_and_source",
                violation_error_message="这一年度已登记过这个来源，请先删去再登记。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0),
                name="base_budget_is_positive",
                violation_error_message="金额应大于零。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}{self.year}年{self.get_source_display()}"


class BasePaper(Reachable):
    """A paper handed in for an application; a newer one takes its place."""

    anchors = ("base__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"handed_at"})

    base = models.ForeignKey(Base, models.CASCADE, related_name="papers", verbose_name="基地")
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="+", verbose_name="材料")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    handed_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "基地申报材料"
        constraints = [
            models.UniqueConstraint(fields=["base", "kind"], name="base_paper_once_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.base}：{self.kind}"


class BasePhoto(Reachable):
    """A picture of a base, shown to everybody once it bears its title."""

    anchors = ("base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"caption": Privacy.P0}

    base = models.ForeignKey(Base, models.CASCADE, related_name="photos", verbose_name="基地")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="照片")
    caption = models.CharField("说明", max_length=60)

    class Meta:
        verbose_name = "基地照片"

    def __str__(self) -> str:
        return f"{self.base}：{self.caption}"


class BaseMark(Reachable):
    """What a base says of one criterion, and what was found of it on the spot, by somebody else."""

    anchors = ("base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"claim": Privacy.P1, "finding": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"claimed_at", "confirmed_at"})

    base = models.ForeignKey(Base, models.CASCADE, related_name="marks", verbose_name="基地")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="条件")
    is_claimed = models.BooleanField("自查符合", default=False)
    claim = models.CharField("自查说明", max_length=300, blank=True)
    claimed_by = someone("自查人")
    claimed_at = models.DateTimeField("自查时间", null=True, blank=True)
    is_confirmed = models.BooleanField("现场核实", null=True, blank=True)
    finding = models.CharField("核实说明", max_length=300, blank=True)
    confirmed_by = someone("核实人")
    confirmed_at = models.DateTimeField("核实时间", null=True, blank=True)

    class Meta:
        verbose_name = "基地条件自查"
        constraints = [
            models.UniqueConstraint(fields=["base", "criterion"], name="base_mark_once"),
            models.CheckConstraint(
                condition=~Q(claimed_by=F("confirmed_by")),
                name="nobody_confirms_their_own_claim",
                violation_error_message="谁自查谁不能核实。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}：{self.criterion}"
