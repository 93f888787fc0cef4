"""Desks on the plan of a house, and who holds them for months."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.files import StoredFile
from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.commons.models import Centre, Closure, Space, Zone


def asked_days() -> list[int]:
    return [60, 30, 7]


class Floor(Reachable):
    """A storey of a house as a plan; metres, from the upper left corner."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"width", "height", "sort"})

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="floors", verbose_name="中心")
    name = models.CharField("名称", max_length=40)
    width = models.PositiveSmallIntegerField("宽（米）")
    height = models.PositiveSmallIntegerField("深（米）")
    plan = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="平面图",
    )  # fmt: skip
    sort = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "楼层"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], name="floor_once_in_centre",
                violation_error_message="这个中心已有同名的楼层。",
            ),
            models.CheckConstraint(
                condition=Q(width__gte=1, height__gte=1), name="floor_has_extent",
                violation_error_message="宽和深至少 1 米。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Desk(Reachable):
    """A place to work that is let: a desk, or an office, which is also a room of the house.

    Its place on the plan is in decimetres.
    """

    class Kind(models.TextChoices):
        FIXED = "fixed", "固定工位"
        SHARED = "shared", "共享工位"
        OFFICE = "office", "独立办公室"

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"number": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"x", "y", "width", "height", "kind", "opened_on", "retired_on"}
    )

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="desks", verbose_name="中心")
    floor = models.ForeignKey(Floor, models.PROTECT, related_name="desks", verbose_name="楼层")
    zone = models.ForeignKey(
        Zone, models.SET_NULL, null=True, blank=True, related_name="desks", verbose_name="功能区"
    )
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="desks", verbose_name="房间"
    )
    number = models.CharField("编号", max_length=20)
    kind = models.CharField("类别", max_length=8, choices=Kind, default=Kind.FIXED)
    x = models.PositiveSmallIntegerField("左（分米）")
    y = models.PositiveSmallIntegerField("上（分米）")
    width = models.PositiveSmallIntegerField("宽（分米）", default=14)
    height = models.PositiveSmallIntegerField("深（分米）", default=7)
    opened_on = models.DateField("启用日期")
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "工位"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "number"], name="desk_once_in_centre",
                violation_error_message="这个中心已有同号的工位。",
            ),
            models.UniqueConstraint(
                fields=["space"], name="room_is_one_office",
                violation_error_message="这个房间已经是一间独立办公室。",
            ),
            models.CheckConstraint(
                condition=Q(kind="office", space__isnull=False)
                | (~Q(kind="office") & Q(space__isnull=True)),
                name="office_is_a_room",
                violation_error_message="独立办公室须对应一个房间，其他工位不对应房间。",
            ),
            models.CheckConstraint(
                condition=Q(width__gte=1, height__gte=1), name="desk_has_extent",
                violation_error_message="宽和深至少 1 分米。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class LeaseRule(Reachable):
    """The limits of a house, or of all houses below a node. Defaults are assumptions."""

    anchors = ("node__path",)
    technical: ClassVar[frozenset[str]] = frozenset(
        {"longest_months", "most_months", "most_desks", "days_to_sign", "remind_days"}
    )

    node = models.OneToOneField(Node, models.PROTECT, related_name="lease_rule")
    longest_months = models.PositiveSmallIntegerField("一期最长（月）", default=12)
    # The first term and its renewals together: 12 months and one extension of as long.
    most_months = models.PositiveSmallIntegerField("连续入驻最长（月）", default=24)
    most_desks = models.PositiveSmallIntegerField("每家最多工位", default=4)
    days_to_sign = models.PositiveSmallIntegerField("同意后几天内签约", default=15)
    remind_days = models.JSONField("到期前几天提醒", default=asked_days)

    class Meta:
        verbose_name = "入驻规则"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    longest_months__gte=1, most_desks__gte=1, days_to_sign__gte=1,
                    most_months__gte=F("longest_months"),
                ),
                name="lease_rule_makes_sense",
                violation_error_message="各项至少为 1，连续最长不能短于一期最长。",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.node} 入驻规则"


class Lease(Stateful):
    """An organisation's stay in a house. `ends_on` is the first day on which it no longer holds."""

    class State(models.TextChoices):
        ASKED = "asked", "待安排"
        PROPOSED = "proposed", "待街道审批"
        AGREED = "agreed", "待组织签约"
        COUNTERSIGNING = "countersigning", "待中心签约"
        SIGNED = "signed", "待交接"
        HANDING_OVER = "handing_over", "待组织确认交接"
        MOVED_IN = "moved_in", "已入驻"
        ENDING = "ending", "待退还"
        HANDED_BACK = "handed_back", "已退还待核"
        CLOSED = "closed", "已办结"
        DECLINED = "declined", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"
        LAPSED = "lapsed", "逾期未签"

    HELD = ("moved_in", "ending", "handed_back", "closed")
    OVER = ("closed", "declined", "withdrawn", "lapsed")

    class Ground(models.TextChoices):
        """Why a stay ends before its time (domain rules of forced exit)."""

        NOTICE = "notice", "组织提出退出"
        ILLEGAL = "illegal", "违法违规活动"
        COMMERCIAL = "commercial", "经营性使用或转租"
        IDLE = "idle", "连续三个月未开展活动"
        FALSE = "false", "提供虚假材料"
        PROBATION = "probation", "整改不合格"
        INELIGIBLE = "ineligible", "不再具备入驻资格"
        BREACH = "breach", "其他违反协议的情形"

    anchors = ("centre__node__path", "organisation__node__path")
    worded_by = ("organisation", "centre")
    privacy: ClassVar[dict[str, Privacy]] = {
        "purpose": Privacy.P1, "fee_fen": Privacy.P1, "keys": Privacy.P1,
        "condition": Privacy.P1, "condition_back": Privacy.P1, "ground": Privacy.P1,
    }  # fmt: skip
    technical: ClassVar[frozenset[str]] = frozenset(
        {"starts_on", "ends_on", "desks_wanted", "asked_at", "signed_at", "countersigned_at",
         "moved_in_on", "handed_back_on"}
    )  # fmt: skip

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="leases", verbose_name="中心")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="leases", verbose_name="组织"
    )
    starts_on = models.DateField("入驻日期")
    ends_on = models.DateField("到期日期（当日不含）")
    purpose = models.CharField("用途", max_length=300)
    is_virtual = models.BooleanField("只用地址，不占工位", default=False)
    desks_wanted = models.PositiveSmallIntegerField("需要工位", default=1)
    fee_fen = models.PositiveBigIntegerField("费用（分）", default=0)
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewal", verbose_name="续自"
    )
    closure = models.ForeignKey(
        Closure, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="占用房间"
    )
    asked_at = models.DateTimeField("申请时间")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="安排人"
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="组织签署人",
    )  # fmt: skip
    signed_at = models.DateTimeField("组织签署", null=True)
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="中心签署人",
    )  # fmt: skip
    countersigned_at = models.DateTimeField("中心签署", null=True)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="交付人"
    )
    keys = models.PositiveSmallIntegerField("钥匙（把）", default=0)
    condition = models.CharField("交付时的状况", max_length=300, blank=True)
    moved_in_on = models.DateField("入驻交接日期", null=True)
    ground = models.CharField("提前结束的原因", max_length=12, choices=Ground, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="接收人"
    )
    condition_back = models.CharField("退还时的状况", max_length=300, blank=True)
    handed_back_on = models.DateField("退还日期", null=True)

    class Meta:
        verbose_name = "入驻"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="lease_ends_after_it_starts",
                violation_error_message="到期日期应晚于入驻日期。",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True)
                | Q(countersigned_by__isnull=True)
                | ~Q(signed_by=F("countersigned_by")),
                name="lease_has_two_signers",
                violation_error_message="双方不能由同一个人签署。",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["centre", "ends_on"], name="lease_of_centre"),
            models.Index(fields=["organisation", "starts_on"], name="lease_of_organisation"),
            models.Index(fields=["state", "ends_on"], name="lease_state"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}入驻{self.centre.name}"


class LeasedDesk(Reachable):
    """A desk held under a stay, from `starts_on` up to `ends_on`. What the guard stands on."""

    anchors = ("lease__centre__node__path", "lease__organisation__node__path")
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on"})

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="leased")
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="leased")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不含）")

    class Meta:
        verbose_name = "分配的工位"
        constraints = [
            NoOverlap(
                name="desk_is_let_once", scope=("desk",), start="starts_on", end="ends_on",
                violation_error_message="这段时间工位已分配给别的组织。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="leased_desk_lasts",
                violation_error_message="到期日期应晚于起始日期。",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="leased_desk_span")]

    def __str__(self) -> str:
        return f"{self.desk} {self.starts_on}"
