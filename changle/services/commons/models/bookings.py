from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap, WithinPool
from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.commons.models.places import Centre, Pool, Space


class Series(Reachable):
    """Bookings that were asked for together by a rule (RFC 5545); each stands for itself since."""

    anchors = ("centre__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"rule", "asked_at", "skipped"})

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    rule = models.CharField("规则", max_length=300)
    skipped = models.JSONField("跳过的日期", default=list)  # [[date, why], …] as told to the person
    asked_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "循环预约"

    def __str__(self) -> str:
        return self.rule


class Booking(Stateful):
    """One use of one or several rooms of a house, from `starts_at` up to `ends_at`.

    Only states of `HOLDING` hold rooms, by their claims; a request that awaits approval holds
    none, so that several may ask for one slot and one of them is chosen.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        WAITLISTED = "waitlisted", "候补"
        OFFERED = "offered", "候补待确认"
        APPROVED = "approved", "已确认"
        CHECKED_IN = "checked_in", "使用中"
        CHECKED_OUT = "checked_out", "已离场"
        DAMAGED = "damaged", "有损坏待处理"
        CLOSED = "closed", "已办结"
        REJECTED = "rejected", "未通过"
        EXPIRED = "expired", "候补过期"
        CANCELLED = "cancelled", "已取消"
        DISPLACED = "displaced", "已被占用"
        NO_SHOW = "no_show", "爽约"

    HOLDING = ("offered", "approved", "checked_in")
    USED = ("checked_in", "checked_out", "damaged", "closed")

    class Purpose(models.TextChoices):
        ACTIVITY = "activity", "活动"
        MEETING = "meeting", "会议"
        TRAINING = "training", "培训"
        REHEARSAL = "rehearsal", "排练"
        COUNSELLING = "counselling", "咨询（个案）"
        DUTY = "duty", "公务"
        UPKEEP = "upkeep", "保洁维护"
        OTHER = "other", "其他"

    class Class(models.TextChoices):
        EMERGENCY = "emergency", "应急和公务"
        INCUBATEE = "incubatee", "在孵组织"
        COMMUNITY = "community", "社区社会组织"
        COHOSTED = "cohosted", "联办活动"
        REGISTERED = "registered", "本区登记的社会组织"
        OTHER = "other", "其他"

    anchors = ("centre__node__path", "organisation__node__path", "on_behalf__path")
    owner = "person"
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P1,
        "purpose": Privacy.P1,
        "people": Privacy.P1,
        "actual_people": Privacy.P1,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "layout": Privacy.P1,
        "needs": Privacy.P1,
        "safety_officer": Privacy.P1,
        "return_note": Privacy.P1,
        "reason": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "starts_at", "ends_at", "holds_from", "holds_until", "is_open", "is_commercial",
            "standing", "booked_at", "queued_at", "offered_until", "checked_in_at",
            "checked_out_at", "series_on", "state", "state_since", "due_on", "is_sample",
        }
    )  # fmt: skip

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="bookings", verbose_name="中心")
    spaces = models.ManyToManyField(Space, through="BookedSpace", related_name="bookings")
    # For whom: an organisation, or a place (a community, a street, the centre itself), or a person.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="bookings",
        verbose_name="组织",
    )  # fmt: skip
    on_behalf = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="预约人"
    )
    # Who it is for where it is for nobody else: a resident's own.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="个人",
    )  # fmt: skip
    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="bookings"
    )
    series_on = models.DateField(null=True, blank=True)
    title = models.CharField("事由", max_length=80)
    purpose = models.CharField("用途", max_length=12, choices=Purpose, default=Purpose.ACTIVITY)
    is_open = models.BooleanField("事由可公开", default=False)
    is_commercial = models.BooleanField("经营性用途", default=False)
    people = models.PositiveSmallIntegerField("预计人数")
    actual_people = models.PositiveIntegerField("实到人数", null=True, blank=True)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    # With the time to set up and to clean: what the rooms are really held for.
    holds_from = models.DateTimeField("占用起")
    holds_until = models.DateTimeField("占用止")
    standing = models.CharField("优先类别", max_length=12, choices=Class, default=Class.OTHER)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    layout = models.CharField("布置要求", max_length=200, blank=True)
    needs = models.CharField("设备要求", max_length=200, blank=True)
    safety_officer = models.CharField("安全员", max_length=60, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)  # of a refusal or cancellation
    return_note = models.CharField("离场说明", max_length=300, blank=True)
    booked_at = models.DateTimeField("提交时间")
    queued_at = models.DateTimeField("候补起", null=True, blank=True)
    offered_until = models.DateTimeField("应答时限", null=True, blank=True)
    checked_in_at = models.DateTimeField("签到时间", null=True, blank=True)
    checked_out_at = models.DateTimeField("离场时间", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "场地预约"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(holds_from__lte=F("starts_at"))
                & Q(holds_until__gte=F("ends_at")),
                name="booking_ends_after_it_starts",
                violation_error_message="结束应晚于开始。",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, on_behalf__isnull=True, person__isnull=True)
                | Q(organisation__isnull=True, on_behalf__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, on_behalf__isnull=True, person__isnull=False),
                name="booking_is_for_one",
                violation_error_message="请说明为谁预约。",
            ),
            models.CheckConstraint(
                condition=~Q(is_commercial=True),
                name="booking_is_never_commercial",
                violation_error_message="公共场地不得用于经营。",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "starts_at"], name="booking_of_centre"),
            models.Index(fields=["organisation", "starts_at"], name="booking_of_organisation"),
            models.Index(fields=["person", "starts_at"], name="booking_of_person"),
            models.Index(fields=["state", "starts_at"], name="booking_state"),
        ]

    def __str__(self) -> str:
        return self.title


class BookedSpace(Reachable):
    """A room of a booking; it stays when the booking is given up, for the record."""

    anchors = ("booking__centre__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"starts_at", "ends_at", "on", "minutes"})

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="booked")
    space = models.ForeignKey(Space, models.PROTECT, related_name="booked")
    starts_at = models.DateTimeField()  # as the booking's, so that one index serves a room's week
    ends_at = models.DateTimeField()
    on = models.DateField("日期")  # here, on which it begins: days are counted by it
    minutes = models.PositiveSmallIntegerField("使用分钟数", default=0)  # 0 until it was used

    class Meta:
        verbose_name = "预约的场地"
        constraints = [
            models.UniqueConstraint(fields=["booking", "space"], name="space_once_in_booking")
        ]
        indexes = [
            models.Index(fields=["space", "starts_at"], name="booked_space_time"),
            models.Index(fields=["on", "space"], name="booked_space_day"),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.starts_at:%m-%d %H:%M}"


class Closure(Reachable):
    """A room is not to be had for a time: repairs, cleaning, an emergency."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"reason": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"starts_at", "ends_at", "is_emergency", "recorded_at", "lifted_at"}
    )

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="closures")
    spaces = models.ManyToManyField(Space, related_name="closures", verbose_name="场地")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    reason = models.CharField("原因", max_length=200)
    is_emergency = models.BooleanField("应急征用", default=False)
    recorded_at = models.DateTimeField("登记时间")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "停用时段"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="closure_ends_after_it_starts",
                violation_error_message="结束应晚于开始。",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Claim(Reachable):
    """So many of a pool for a time, on behalf of a booking, a loan or a closure. What the guards stand on."""

    anchors = ("pool__centre__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"starts_at", "ends_at", "quantity", "is_sole"})

    id = models.BigAutoField(primary_key=True)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="claims")
    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="claims"
    )
    closure = models.ForeignKey(
        Closure, models.CASCADE, null=True, blank=True, related_name="claims"
    )
    loan = models.ForeignKey(
        "commons.Loan", models.CASCADE, null=True, blank=True, related_name="claims"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    quantity = models.PositiveIntegerField(default=1)
    is_sole = models.BooleanField(default=True)  # nobody else at all, as in a room

    class Meta:
        verbose_name = "占用"
        constraints = [
            NoOverlap(
                name="room_is_taken_once",
                scope=("pool",),
                start="starts_at",
                end="ends_at",
                live=Q(is_sole=True),
                violation_error_message="这段时间已被占用。",
            ),
            WithinPool(
                name="pool_is_never_overdrawn",
                pool="pool",
                start="starts_at",
                end="ends_at",
                quantity="quantity",
                limit="quantity",
                violation_error_message="这段时间内数量不够。",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(quantity__gte=1),
                name="claim_takes_something",
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, closure__isnull=True, loan__isnull=True)
                | Q(booking__isnull=True, closure__isnull=False, loan__isnull=True)
                | Q(booking__isnull=True, closure__isnull=True, loan__isnull=False),
                name="claim_has_one_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["pool", "starts_at"], name="claim_of_pool"),
            # Of a pool that many share any claim may reach over a moment: those ended are not read.
            models.Index(fields=["pool", "ends_at"], name="claim_until"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} × {self.quantity}"
