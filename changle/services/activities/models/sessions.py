from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import Marks
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.ground.territory.models import Node
from changle.services.activities.models.plans import Activity, someone
from changle.services.commons.models import Booking


COUNTING = ("verified", "counted")


class Session(Stateful):
    """One continuous gathering at one place, from `starts_at` up to `ends_at`.

    A series of eight meetings is eight sessions, one day in two places is two. `held` and
    `waiting` are kept by the database itself: who has a seat, who stands in line.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "待发布"
        OPEN = "open", "报名中"
        FULL = "full", "已满"
        ONGOING = "ongoing", "进行中"
        ENDED = "ended", "已结束"
        RECORDING = "recording", "待归档"
        VERIFIED = "verified", "已核实"
        COUNTED = "counted", "已计入统计"
        CANCELLED = "cancelled", "已取消"
        POSTPONED = "postponed", "已延期"
        VOID = "void", "作废"

    AHEAD = ("planned", "open", "full")  # may still be changed or called off
    SHOWN = ("open", "full", "ongoing")  # what is on
    COUNTING = COUNTING  # locked, and in the figures
    PAST = ("ended", "recording", "verified", "counted")

    anchors = ("place__path", "activity__lead__path")
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P0,
        "venue": Privacy.P0,
        "address": Privacy.P0,
        "online_room": Privacy.P1,
        "age_from": Privacy.P0,
        "age_to": Privacy.P0,
        "summary": Privacy.P1,
        "reason": Privacy.P0,
        "claimed": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "starts_at", "ends_at", "on", "month", "capacity", "held", "waiting", "sign_up_from",
        "sign_up_until", "door_secret", "sequence", "person_times", "anonymous_times", "started_at",
        "handed_in_at", "verified_at", "feedback_count", "feedback_sum",
    }  # fmt: skip

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="sessions")
    title = models.CharField("场次名称", max_length=100)  # the activity's, and what tells it apart
    place = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="所在地")
    # Those of the place on the day, for the figures; a place moved later leaves them.
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    community = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="社区"
    )
    booking = models.OneToOneField(
        Booking,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="session",
        verbose_name="场地预约",
    )
    venue = models.CharField("地点", max_length=120, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    is_online = models.BooleanField("线上", default=False)
    online_room = models.CharField("线上会议", max_length=200, blank=True)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    on = models.DateField("日期")  # here, on which it begins: figures go by it
    month = models.CharField("月份", max_length=7)  # 2026-07
    needs_sign_up = models.BooleanField("须报名", default=True)
    capacity = models.PositiveIntegerField("名额", null=True, blank=True)  # none: no bound
    held = models.PositiveIntegerField("已占名额", default=0, editable=False)
    waiting = models.PositiveIntegerField("候补人数", default=0, editable=False)
    sign_up_from = models.DateTimeField("报名开始", null=True, blank=True)
    sign_up_until = models.DateTimeField("报名截止", null=True, blank=True)
    age_from = models.PositiveSmallIntegerField("最小年龄", null=True, blank=True)
    age_to = models.PositiveSmallIntegerField("最大年龄", null=True, blank=True)
    # Only who lives under this place may sign up; none: everybody.
    for_place = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="限哪里的居民"
    )
    door_secret = models.CharField(max_length=40, default="", editable=False)
    sequence = models.PositiveSmallIntegerField(default=0)  # RFC 5545: raised by each change
    reason = models.CharField("取消或延期原因", max_length=200, blank=True)
    started_at = models.DateTimeField("签到开放时间", null=True, blank=True)
    summary = models.TextField("小结", max_length=1000, blank=True)
    # What the organiser believes to have reached; kept apart and never added to anything.
    claimed = models.PositiveIntegerField("自报受益人数", null=True, blank=True)
    handed_in_at = models.DateTimeField("提交归档时间", null=True, blank=True)
    handed_in_by = someone("提交人")
    feedback_count = models.PositiveIntegerField(default=0, editable=False)
    feedback_sum = models.PositiveIntegerField(default=0, editable=False)
    # As counted at verification, moved since by corrections alone.
    person_times = models.PositiveIntegerField("服务人次", default=0)
    anonymous_times = models.PositiveIntegerField("其中匿名人次", default=0)
    verified_at = models.DateTimeField("核实时间", null=True, blank=True)
    verified_by = someone("核实人")
    in_time = models.BooleanField("按期核实", default=False)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "活动场次"
        constraints = [
            # What the sums by street and month are made of (see models.sums).
            Marks(
                name="session_marks_its_month",
                table="activities_monthmark",
                key="month",
                watched=[
                    "state",
                    "street",
                    "activity",
                    "person_times",
                    "anonymous_times",
                    "in_time",
                    "is_online",
                ],
                live=Q(state__in=COUNTING),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="session_ends_after_it_starts",
                violation_error_message="结束应晚于开始。",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(held__lte=F("capacity")),
                name="session_seats_are_never_oversold",
                violation_error_message="名额不能少于已报名的人数。",
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True)
                | Q(age_to__isnull=True)
                | Q(age_to__gte=F("age_from")),
                name="session_ages_make_sense",
                violation_error_message="最大年龄不能小于最小年龄。",
            ),
            models.CheckConstraint(
                condition=Q(anonymous_times__lte=F("person_times")),
                name="anonymous_are_among_all",
                violation_error_message="匿名人次不能多于服务人次。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("verified", "counted")) | Q(verified_at__isnull=False),
                name="verified_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["on", "state"], name="session_day_state"),
            models.Index(fields=["state", "starts_at"], name="session_state_start"),
            models.Index(fields=["state", "ends_at"], name="session_state_end"),
            models.Index(fields=["street", "starts_at"], name="session_of_street"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def free(self) -> int | None:
        """Seats left; None: no bound."""
        return None if self.capacity is None else max(0, self.capacity - self.held)

    @property
    def score(self) -> float | None:
        """The mean of the feedback, 1 to 5."""
        return round(self.feedback_sum / self.feedback_count, 2) if self.feedback_count else None
