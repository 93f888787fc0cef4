from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import PoolHolds
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.territory.models import Node


class Centre(Reachable):
    """A house that shares its rooms: a service centre, a base, a community's rooms.

    Who runs it holds a grant at its node or above; the house itself is the node.
    """

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "about": Privacy.P0,
        "address": Privacy.P0,
        "phone": Privacy.P0,
        "area": Privacy.P0,
        "accessibility": Privacy.P0,
        "rules": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "is_public",
            "holidays_closed",
            "opened_on",
            "closed_on",
            "sort",
            "layout_stamp",
            "is_sample",
        }
    )

    node = models.OneToOneField(
        Node, models.PROTECT, related_name="centre", verbose_name="所在节点"
    )
    name = models.CharField("名称", max_length=80)
    about = models.TextField("介绍", max_length=2000, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("咨询电话", max_length=30, blank=True)
    area = models.PositiveIntegerField("建筑面积（平方米）", null=True, blank=True)
    accessibility = models.TextField("无障碍设施", max_length=500, blank=True)
    rules = models.TextField("场地守则", max_length=4000, blank=True)
    is_public = models.BooleanField("对外公开", default=True)
    holidays_closed = models.BooleanField("法定节假日不开放", default=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    # Raised by every change of rooms, hours and rules: processes keep the layout until it differs.
    layout_stamp = models.PositiveIntegerField(default=1)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "服务中心"

    def __str__(self) -> str:
        return self.name


class Zone(Reachable):
    """A part of a house with a name of its own, such as 红管家, 红驿站, 红咖汇."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "purpose": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"sort"})

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="zones")
    name = models.CharField("名称", max_length=40)
    purpose = models.CharField("用途", max_length=200, blank=True)
    sort = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "功能区"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="zone_once_in_centre",
                violation_error_message="这个中心已有同名的功能区。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Feature(Reachable):
    """What a room may have: a projector, a stage, mirrors. Entries are data and are only retired."""

    anchors = ()  # a word list, which lies nowhere
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"code", "sort", "retired_on"})

    code = models.SlugField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=40)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "场地设施"

    def __str__(self) -> str:
        return self.name


class Policy(Reachable):
    """Who may book a room and how: every rule that a refusal names is a column here.

    Defaults are assumptions; the house sets its own. Durations in minutes, spans ahead in hours
    or days, as the label says; an empty bound binds nobody.
    """

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "needs_approval", "residents_may", "hours_ahead", "days_ahead", "longest", "shortest",
            "step", "per_month", "hours_per_month", "cap_percent", "free_cancel_hours",
            "check_in_before", "no_show_after", "no_shows", "no_show_days", "suspended_days",
            "offer_hours", "priority",
        }
    )  # fmt: skip

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="policies")
    name = models.CharField("名称", max_length=40)
    needs_approval = models.BooleanField("须经审批", default=True)
    residents_may = models.BooleanField("居民个人可订", default=False)
    hours_ahead = models.PositiveSmallIntegerField("至少提前（小时）", default=24)
    days_ahead = models.PositiveSmallIntegerField("至多提前（天）", default=60)
    shortest = models.PositiveSmallIntegerField("最短（分钟）", default=30)
    longest = models.PositiveSmallIntegerField("最长（分钟）", default=240)
    step = models.PositiveSmallIntegerField("时间刻度（分钟）", default=30)
    per_month = models.PositiveSmallIntegerField("每家每月次数上限", null=True, blank=True)
    hours_per_month = models.PositiveSmallIntegerField("每家每月小时上限", null=True, blank=True)
    # Of the open hours of the month in this room, for one organisation.
    cap_percent = models.PositiveSmallIntegerField("每家每月占用上限（%）", null=True, blank=True)
    free_cancel_hours = models.PositiveSmallIntegerField("取消须提前（小时）", default=12)
    check_in_before = models.PositiveSmallIntegerField("可提前签到（分钟）", default=30)
    no_show_after = models.PositiveSmallIntegerField("未签到视为爽约（分钟）", default=30)
    no_shows = models.PositiveSmallIntegerField("爽约几次暂停预约", default=2)
    no_show_days = models.PositiveSmallIntegerField("在几天之内", default=30)
    suspended_days = models.PositiveSmallIntegerField("暂停几天", default=30)
    offer_hours = models.PositiveSmallIntegerField("候补应答时限（小时）", default=24)
    # The classes that come first, in their order; who is not named comes last.
    priority = models.JSONField("优先次序", default=list)

    class Meta:
        verbose_name = "预约规则"
        constraints = [
            models.CheckConstraint(
                condition=Q(longest__gte=F("shortest")) & Q(step__gte=5),
                name="policy_makes_sense",
                violation_error_message="最长不能短于最短，刻度至少 5 分钟。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Pool(Reachable):
    """What is taken for a time: a room (one of it), chairs (forty of them), hours of an expert."""

    class Kind(models.TextChoices):
        ROOM = "room", "房间"
        EQUIPMENT = "equipment", "物资"
        PERSON = "person", "人员"
        VEHICLE = "vehicle", "车辆"

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "quantity": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"kind"})

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="pools")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.ROOM)
    name = models.CharField("名称", max_length=60)
    quantity = models.PositiveIntegerField("数量", default=1)

    class Meta:
        verbose_name = "可占用的资源"
        constraints = [
            PoolHolds(
                name="pool_holds_what_is_promised",
                quantity="quantity",
                claims="commons_claim",
                columns=("pool_id", "starts_at", "ends_at", "quantity"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Space(Reachable):
    """A room that is booked by its name. Rooms that share walls share pools: hall = A + B.

    An expert's hours and a vehicle are had by one at a time as a room is, with hours and rules of
    their own; only rooms (and the seats of a vehicle) hold so many people.
    """

    class Kind(models.TextChoices):
        ROOM = "room", "场地"
        PERSON = "person", "专家师资"
        VEHICLE = "vehicle", "车辆"

    class Ownership(models.TextChoices):
        OWN = "own", "自有"
        LEASED = "leased", "租赁"
        BORROWED = "borrowed", "借用"
        OTHER = "other", "其他"

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "about": Privacy.P0,
        "capacity": Privacy.P0,
        "area": Privacy.P0,
        "floor": Privacy.P0,
        "ownership": Privacy.P0,
        "door_note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "kind", "setup_minutes", "cleanup_minutes", "is_accessible", "in_use_since", "sort",
            "retired_on", "door_token",
        }
    )  # fmt: skip

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="spaces")
    zone = models.ForeignKey(Zone, models.SET_NULL, null=True, blank=True, related_name="spaces")
    policy = models.ForeignKey(
        Policy, models.PROTECT, related_name="spaces", verbose_name="预约规则"
    )
    pools = models.ManyToManyField(Pool, related_name="spaces", verbose_name="占用的房间")
    features = models.ManyToManyField(
        Feature, blank=True, related_name="spaces", verbose_name="设施"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.ROOM)
    name = models.CharField("名称", max_length=60)
    about = models.CharField("说明", max_length=300, blank=True)
    capacity = models.PositiveSmallIntegerField("容纳人数")
    area = models.PositiveIntegerField("面积（平方米）", null=True, blank=True)
    floor = models.CharField("楼层", max_length=20, blank=True)
    ownership = models.CharField("权属", max_length=10, choices=Ownership, default=Ownership.OWN)
    is_accessible = models.BooleanField("无障碍", default=False)
    in_use_since = models.PositiveSmallIntegerField("启用年份", null=True, blank=True)
    setup_minutes = models.PositiveSmallIntegerField("布置（分钟）", default=0)
    cleanup_minutes = models.PositiveSmallIntegerField("清场（分钟）", default=30)
    door_note = models.CharField("开门办法", max_length=200, blank=True)
    door_token = models.CharField(max_length=32, unique=True)  # in the QR code on the door
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "场地"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="space_once_in_centre",
                violation_error_message="这个中心已有同名的场地。",
            )
        ]

    def __str__(self) -> str:
        return self.name
