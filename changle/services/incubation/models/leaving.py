"""How a body stood at the middle and at the end of its term, and what became of it."""

from typing import ClassVar

from django.db import models

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.services.incubation.models.growing import OF_BODY
from changle.services.incubation.models.intake import Incubatee, someone


class Appraisal(Reachable):
    """The body's own report on a stage, and at mid-term the points that the house gave.

    At the exit the points lie on the panel's sheets of the same round.
    """

    class Stage(models.TextChoices):
        MIDTERM = "midterm", "中期评估"
        EXIT = "exit", "出壳评估"

    anchors = OF_BODY
    privacy: ClassVar[dict[str, Privacy]] = {
        "report": Privacy.P1, "scores": Privacy.P1, "remark": Privacy.P1,
    }  # fmt: skip
    technical: ClassVar[frozenset[str]] = frozenset(
        {"stage", "round", "version", "reported_at", "scored_at", "total"}
    )

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="appraisals")
    stage = models.CharField("阶段", max_length=8, choices=Stage)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    version = models.PositiveSmallIntegerField("评估表版本", default=1)
    report = models.TextField("自评", max_length=3000, blank=True)
    reported_by = someone("自评人")
    reported_at = models.DateTimeField("自评时间", null=True, blank=True)
    scores = models.JSONField("得分", default=dict)
    total = models.PositiveSmallIntegerField("总分", null=True, blank=True)
    remark = models.TextField("评估意见", max_length=1000, blank=True)
    scored_by = someone("评估人")
    scored_at = models.DateTimeField("评估时间", null=True, blank=True)

    class Meta:
        verbose_name = "阶段评估"
        constraints = [
            models.UniqueConstraint(
                fields=["incubatee", "stage", "round"], name="appraisal_once_a_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.round}"


class FollowUp(Reachable):
    """A visit 3, 6, 9 or 12 months after graduation ([OA], quarterly)."""

    anchors = OF_BODY
    privacy: ClassVar[dict[str, Privacy]] = {"note": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"month", "due_on", "done_on", "is_alive"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="follow_ups")
    month = models.PositiveSmallIntegerField("出壳后第几个月")
    due_on = models.DateField("期限")
    done_on = models.DateField("回访日期", null=True, blank=True)
    is_alive = models.BooleanField("仍在开展活动", null=True)
    note = models.TextField("回访记录", max_length=1000, blank=True)
    done_by = someone("回访人")

    class Meta:
        verbose_name = "出壳回访"
        constraints = [
            models.UniqueConstraint(fields=["incubatee", "month"], name="follow_up_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.incubatee_id} 第 {self.month} 个月"


class ChecklistTick(Reachable):
    """A step towards registration that people say is done; others the registry itself knows."""

    anchors = OF_BODY
    privacy: ClassVar[dict[str, Privacy]] = {"note": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"step", "done_on", "ticked_at"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="ticks")
    step = models.CharField("步骤", max_length=20)  # a code of data/checklist_1.json
    done_on = models.DateField("完成日期")
    note = models.CharField("说明", max_length=200, blank=True)
    ticked_by = someone("确认人")
    ticked_at = models.DateTimeField("确认时间")

    class Meta:
        verbose_name = "登记准备"
        constraints = [models.UniqueConstraint(fields=["incubatee", "step"], name="tick_once")]

    def __str__(self) -> str:
        return f"{self.incubatee_id} {self.step}"
