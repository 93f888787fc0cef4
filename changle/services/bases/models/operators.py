"""Who runs a base under which contract, towards which targets, with which people."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.files import StoredFile
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.services.bases.models.base import Base, someone


class OperatorContract(Reachable):
    """A registered body runs a base for a time; `ends_on` is the first day on which it no longer does."""

    class Ending(models.TextChoices):
        REPLACED = "replaced", "更换运营机构"
        AGREED = "agreed", "双方协商终止"
        BREACH = "breach", "运营机构违约"
        UNFIT = "unfit", "运营机构不再具备条件"
        BASE = "base", "基地取消"
        MISTAKE = "mistake", "录入有误"

    anchors = ("base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "number": Privacy.P1,
        "amount_fen": Privacy.P1,
        "duties": Privacy.P1,
        "ended_because": Privacy.P1,
        "ended_note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"signed_on", "starts_on", "ends_on", "recorded_at"}
    )

    base = models.ForeignKey(Base, models.PROTECT, related_name="contracts", verbose_name="基地")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="operator_contracts", verbose_name="运营机构"
    )
    number = models.CharField("合同编号", max_length=60)
    duties = models.CharField("运营内容", max_length=500, blank=True)
    amount_fen = models.BigIntegerField("合同金额")
    signed_on = models.DateField("签订日期")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("到期日期")
    ended_because = models.CharField("终止原因", max_length=10, choices=Ending, blank=True)
    ended_note = models.CharField("终止说明", max_length=300, blank=True)
    document = models.ForeignKey(
        StoredFile,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="合同文本",
    )
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "运营合同"
        constraints = [
            NoOverlap(
                name="one_operator_of_a_base_at_a_time",
                scope=("base",),
                start="starts_on",
                end="ends_on",
                violation_error_message="这段时间已有运营机构，请先终止或更换。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on"))
                | (Q(ends_on=F("starts_on")) & ~Q(ended_because="")),
                name="operator_contract_ends_after_it_starts",
                violation_error_message="到期日期应晚于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0),
                name="operator_contract_amount_not_negative",
                violation_error_message="合同金额不能为负数。",
            ),
        ]
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="operator_contract_span")]

    def __str__(self) -> str:
        return f"{self.organisation.name}运营{self.base.name}"


class OperatorTarget(Reachable):
    """What the operator promised, in a span of days.

    With the code of an indicator its progress is counted at the base's node and typed by nobody; else
    the operator declares it with evidence and the office verifies it.
    """

    anchors = ("contract__base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P1,
        "unit": Privacy.P1,
        "target": Privacy.P1,
        "declared": Privacy.P1,
        "evidence_note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"indicator", "starts_on", "ends_on", "declared_at", "verified_at"}
    )

    contract = models.ForeignKey(
        OperatorContract, models.CASCADE, related_name="targets", verbose_name="合同"
    )
    indicator = models.CharField("指标", max_length=60, blank=True)
    name = models.CharField("目标", max_length=80)
    unit = models.CharField("单位", max_length=10, blank=True)
    target = models.PositiveIntegerField("目标值")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不计）")
    declared = models.PositiveIntegerField("申报值", null=True, blank=True)
    evidence = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="佐证"
    )
    evidence_note = models.CharField("佐证说明", max_length=300, blank=True)
    declared_by = someone("申报人")
    declared_at = models.DateTimeField("申报时间", null=True, blank=True)
    verified_by = someone("核实人")
    verified_at = models.DateTimeField("核实时间", null=True, blank=True)

    class Meta:
        verbose_name = "运营目标"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="operator_target_ends_after_it_starts",
                violation_error_message="止期应晚于起期。",
            ),
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="operator_target_is_positive",
                violation_error_message="目标值应大于零。",
            ),
            models.CheckConstraint(
                condition=Q(indicator="") | Q(declared__isnull=True),
                name="counted_target_is_never_typed",
                violation_error_message="由系统计数的目标不能手填。",
            ),
            models.CheckConstraint(
                condition=~Q(declared_by=F("verified_by")),
                name="nobody_verifies_their_own_target",
                violation_error_message="谁申报谁不能核实。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract.base}：{self.name}"


class OperatorStaff(Reachable):
    """A person who works at a base for its operator, by a grant that ends with the contract."""

    anchors = ("contract__base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"post": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"added_at", "ended_on"})

    contract = models.ForeignKey(
        OperatorContract, models.CASCADE, related_name="staff", verbose_name="合同"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="operator_posts", verbose_name="人员"
    )
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+", verbose_name="授权")
    post = models.CharField("岗位", max_length=60, blank=True)
    added_at = models.DateTimeField("加入时间")
    ended_on = models.DateField("离开日期", null=True, blank=True)

    class Meta:
        verbose_name = "运营人员"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "user"],
                condition=Q(ended_on__isnull=True),
                name="operator_staff_once_in_contract",
                violation_error_message="此人已在这份合同的运营人员中。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract.base}运营人员"
