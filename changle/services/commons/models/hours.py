from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.services.commons.models.places import Centre, Space


class Opening(Reachable):
    """Hours on one weekday, of a whole house or of one room; several a day where there is a break.

    `closes` before `opens` is the next day's. Rooms without hours of their own keep the house's.
    """

    anchors = ("centre__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"weekday", "opens", "closes"})

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="openings")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="openings")
    weekday = models.PositiveSmallIntegerField("星期")  # 0 is Monday
    opens = models.TimeField("开")
    closes = models.TimeField("关")

    class Meta:
        verbose_name = "开放时间"
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6) & ~Q(opens=F("closes")),
                name="opening_makes_sense",
                violation_error_message="开放时间的起止不能相同。",
            )
        ]

    def __str__(self) -> str:
        return f"周{'一二三四五六日'[self.weekday]} {self.opens:%H:%M}–{self.closes:%H:%M}"


class OpeningException(Reachable):
    """A day that differs: other hours, or none. Goes before weekdays and holidays alike."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"reason": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"on", "opens", "closes"})

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="exceptions")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="+")
    on = models.DateField("日期")
    opens = models.TimeField("开", null=True, blank=True)  # none: closed all day
    closes = models.TimeField("关", null=True, blank=True)
    reason = models.CharField("原因", max_length=100)

    class Meta:
        verbose_name = "特殊开放日"
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | (Q(opens__isnull=False, closes__isnull=False) & ~Q(opens=F("closes"))),
                name="exception_makes_sense",
                violation_error_message="起止时间应同时填写且不相同，或都不填（全天不开放）。",
            )
        ]
        indexes = [models.Index(fields=["centre", "on"], name="opening_exception_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


class OpenDay(Reachable):
    """How long a room was to be had on a day that is over: what a share of use is a share of."""

    anchors = ("space__centre__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"on", "minutes"})

    id = models.BigAutoField(primary_key=True)
    space = models.ForeignKey(Space, models.CASCADE, related_name="open_days")
    on = models.DateField("日期")
    minutes = models.PositiveSmallIntegerField("开放分钟数")

    class Meta:
        verbose_name = "场地开放记录"
        constraints = [
            models.UniqueConstraint(fields=["space", "on"], name="open_day_once"),
        ]
        indexes = [models.Index(fields=["on", "space"], name="open_day_span")]

    def __str__(self) -> str:
        return f"{self.space} {self.on} {self.minutes} 分钟"


class SafetyCheck(Reachable):
    """A check of the house that comes round again: fire, electricity, lift."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "subject": Privacy.P0,
        "result": Privacy.P1,
        "checked_by": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"checked_on", "next_on", "is_sound"})

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="checks")
    subject = models.CharField("项目", max_length=60)
    checked_on = models.DateField("检查日期")
    next_on = models.DateField("下次检查日期")
    is_sound = models.BooleanField("合格", default=True)
    result = models.CharField("结果", max_length=300, blank=True)
    checked_by = models.CharField("检查人", max_length=60, blank=True)

    class Meta:
        verbose_name = "安全检查"
        constraints = [
            models.CheckConstraint(
                condition=Q(next_on__gt=F("checked_on")),
                name="next_check_comes_later",
                violation_error_message="下次检查应晚于本次。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.checked_on}"
