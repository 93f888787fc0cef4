from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from changle.core.constraints import NoOverlap
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models.classes import ClassItem
from changle.ground.registry.models.organisation import Organisation
from changle.ground.territory.models import Node


class Identity(Reachable):
    """What an organisation was called, was, and where it stood, for a span of time (half open).

    A rename, a move or a conversion closes one and opens the next on the same day, so that on any
    day each body counts at most once, under what it was on that day.
    """

    class Opening(models.TextChoices):
        FOUNDED = "founded", "组成团队"
        FILED = "filed", "备案"
        REGISTERED = "registered", "登记"
        CONVERTED = "converted", "备案转登记"
        CHANGED = "changed", "变更"
        SUCCEEDED = "succeeded", "分立（合并）成立"

    class Closing(models.TextChoices):
        CHANGED = "changed", "变更"
        CONVERTED = "converted", "备案转登记"
        DEREGISTERED = "deregistered", "注销登记"
        REVOKED = "revoked", "撤销登记"
        LAPSED = "lapsed", "长期未活动"
        CANCELLED = "cancelled", "注销备案"
        DISSOLVED = "dissolved", "解散"
        ABSORBED = "absorbed", "合并终止"
        SPLIT = "split", "分立终止"
        MERGED = "merged", "重复记录并入"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "kind": Privacy.P0,
        "code": Privacy.P0,
        "registrar_code": Privacy.P0,
        "note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"starts_on", "ends_on", "opened_by", "closed_by", "recorded_at"}
    )

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="identities", verbose_name="组织"
    )
    kind = models.CharField("类型", max_length=4, choices=Organisation.Kind)
    name = models.CharField("名称", max_length=120)
    code = models.CharField("代码或备案编号", max_length=40, blank=True)
    registrar_code = models.CharField("登记机关区划代码", max_length=6, blank=True)
    place = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="所在地")
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    community = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="社区"
    )
    field = models.ForeignKey(ClassItem, models.PROTECT, null=True, blank=True, related_name="+")
    official_class = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.ForeignKey(ClassItem, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    opened_by = models.CharField("起因", max_length=20, choices=Opening)
    closed_by = models.CharField("止因", max_length=20, choices=Closing, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "历史名称与身份"
        constraints = [
            NoOverlap(
                name="one_identity_at_a_time",
                scope=("organisation",),
                start="starts_on",
                end="ends_on",
                violation_error_message="同一组织的两段身份时间重叠。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, closed_by="")
                | (Q(ends_on__gte=F("starts_on")) & ~Q(closed_by="")),
                name="identity_closes_with_a_reason",
                violation_error_message="止期与止因应同时填写，且不早于起期。",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "starts_on", "ends_on"], name="identity_span"),
            models.Index(fields=["place", "kind"], name="identity_place"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"


class OfficialFact(Reachable):
    """A dated fact mirrored from the official systems: inspection, grade, list, penalty.

    What was entered wrongly is withdrawn with a reason and entered anew; it is never edited.
    """

    class Kind(models.TextChoices):
        INSPECTION = "inspection", "年检（年报）结论"
        GRADE = "grade", "评估等级"
        ABNORMAL = "abnormal", "活动异常名录"
        SERIOUS = "serious", "严重违法失信名单"
        PENALTY = "penalty", "行政处罚"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "kind": Privacy.P0,
        "result": Privacy.P0,
        "authority": Privacy.P0,
        "document": Privacy.P0,
        "ground": Privacy.P0,
        "end_ground": Privacy.P0,
        "amount_fen": Privacy.P0,
        "withdrawn_because": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"year", "starts_on", "ends_on", "rectify_by", "rectified_on", "source", "recorded_at", "withdrawn_at"}
    )  # fmt: skip

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="facts", verbose_name="组织"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind)
    result = models.CharField("结论", max_length=40, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    starts_on = models.DateField("起", null=True, blank=True)
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    authority = models.CharField("作出机关", max_length=60, blank=True)
    document = models.CharField("文号", max_length=80, blank=True)
    ground = models.CharField("事由", max_length=200, blank=True)
    end_ground = models.CharField("解除（移出）事由", max_length=200, blank=True)
    amount_fen = models.BigIntegerField("罚没金额", null=True, blank=True)
    rectify_by = models.DateField("整改期限", null=True, blank=True)
    rectified_on = models.DateField("整改完成日期", null=True, blank=True)
    source = models.CharField("来源", max_length=80, blank=True)
    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="记录人",
    )  # fmt: skip
    withdrawn_at = models.DateTimeField("更正时间", null=True, blank=True)
    withdrawn_because = models.CharField("更正原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "官方事实"
        constraints = [
            models.UniqueConstraint(
                "organisation",
                "kind",
                Coalesce("year", 0),
                Coalesce("starts_on", date.min),
                "document",
                condition=Q(withdrawn_at__isnull=True),
                name="official_fact_once",
                violation_error_message="这条事实已记录过。",
            )
        ]
        indexes = [models.Index(fields=["kind", "starts_on", "ends_on"], name="official_fact_span")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.result}"
