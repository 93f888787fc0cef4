"""Rounds in which a base is looked at anew."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.services.bases.models.base import Base, someone
from changle.services.bases.models.rules import Criterion, Standard


class Evaluation(Stateful):
    """One round: the base scores itself, evaluators score it, somebody decides.

    `result` follows from the scores; the decision is a person's, who did not score for the base.
    """

    class State(models.TextChoices):
        OPEN = "open", "待自评"
        SCORING = "scoring", "评审中"
        DECIDED = "decided", "已定"

    class Kind(models.TextChoices):
        PERIODIC = "periodic", "定期评估"
        RECHECK = "recheck", "整改复核"

    class Decision(models.TextChoices):
        RENEW = "renew", "续认"
        RECTIFY = "rectify", "限期整改"
        WITHDRAW = "withdraw", "取消认定"

    worded_by = ("base",)
    anchors = ("base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P1,
        "statement": Privacy.P1,
        "decision": Privacy.P1,
        "decision_note": Privacy.P1,
        "points": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "kind", "opened_on", "on_site_on", "decided_on", "valid_until",
    }  # fmt: skip

    base = models.ForeignKey(Base, models.CASCADE, related_name="evaluations", verbose_name="基地")
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="+", verbose_name="标准")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.PERIODIC)
    name = models.CharField("名称", max_length=60)
    opened_on = models.DateField("开始日期")
    on_site_on = models.DateField("现场日期", null=True, blank=True)
    statement = models.TextField("自评报告", max_length=4000, blank=True)
    stated_by = someone("自评人")
    # Hundredths of a point, the mean of the evaluators' sums; kept when it is decided.
    points = models.PositiveIntegerField("得分（百分之一分）", null=True, blank=True)
    decision = models.CharField("决定", max_length=10, choices=Decision, blank=True)
    decision_note = models.CharField("决定理由", max_length=1000, blank=True)
    decided_by = someone("决定人")
    decided_on = models.DateField("决定日期", null=True, blank=True)
    valid_until = models.DateField("续认有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "基地评估"
        constraints = [
            models.UniqueConstraint(
                fields=["base"],
                condition=~Q(state="decided"),
                name="one_evaluation_of_a_base_at_a_time",
                violation_error_message="这个基地正在评估。",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | (Q(decided_on__isnull=False, points__isnull=False) & ~Q(decision="")),
                name="decided_evaluation_says_what",
                violation_error_message="评估须有得分和决定。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(decision="renew"),
                name="only_a_renewal_has_a_term",
                violation_error_message="只有续认才有新的有效期。",
            ),
            models.CheckConstraint(
                condition=~Q(stated_by=F("decided_by")),
                name="nobody_decides_on_their_own_statement",
                violation_error_message="谁自评谁不能决定。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}：{self.name}"


class Score(Reachable):
    """Points of one hand for one criterion: of an evaluator, or of the base itself."""

    anchors = ("evaluation__base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"points": Privacy.P1, "note": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"at"})

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="scores", verbose_name="评估"
    )
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="条件")
    evaluator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="评分人"
    )
    is_self = models.BooleanField("自评", default=False)
    points = models.PositiveSmallIntegerField("得分", default=0)
    is_met = models.BooleanField("符合", default=False)
    note = models.CharField("说明", max_length=300, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "基地评分"
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "criterion", "evaluator"],
                condition=Q(is_self=False),
                name="base_score_once_an_evaluator",
            ),
            models.UniqueConstraint(
                fields=["evaluation", "criterion"],
                condition=Q(is_self=True),
                name="base_scores_itself_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.points}"
