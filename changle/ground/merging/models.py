from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation


DAYS_TO_UNDO = 30


class DuplicatePair(Stateful):
    """Two records that may be of one body, and why; found anew every day."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        DISMISSED = "dismissed", "不是同一家"
        MERGED = "merged", "已合并"

    worded_by = ("left", "right")
    anchors = ("left__node__path", "right__node__path")
    privacy: ClassVar[dict[str, Privacy]] = {"note": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"reasons", "score", "found_at"})

    left = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name="先录入的一条"
    )
    right = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name="后录入的一条"
    )
    # Codes of `REASONS` between blanks (" name phone "), so that one can be asked for on any engine.
    reasons = models.CharField("相似之处", max_length=120)
    score = models.PositiveSmallIntegerField("相似分")
    note = models.CharField("说明", max_length=200, blank=True)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "疑似重复"
        constraints = [
            models.UniqueConstraint(
                fields=["left", "right"],
                name="pair_stands_once",
                violation_error_message="这一对已在待处理之列。",
            ),
            models.CheckConstraint(
                condition=Q(left__lt=F("right")),
                name="pair_is_ordered",
                violation_error_message="一对里先录入的在前。",
            ),
        ]
        indexes = [models.Index(fields=["state", "-score", "id"], name="pair_queue")]

    def __str__(self) -> str:
        return f"{self.left} ／ {self.right}"

    @property
    def codes(self) -> list[str]:
        return self.reasons.split()

    @staticmethod
    def told(codes: Iterable[str]) -> str:
        return f" {' '.join(codes)} "


class Merge(Reachable):
    """One record put into another: all that was moved and changed, so that it can be put back."""

    anchors = ("survivor__node__path", "merged__node__path")
    privacy: ClassVar[dict[str, Privacy]] = {
        "reason": Privacy.P1,
        "snapshot": Privacy.P1,
        "conflicts": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"at", "undo_until", "undone_at"})

    survivor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="继续使用的记录"
    )
    merged = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="并入的记录"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="合并人",
    )  # fmt: skip
    at = models.DateTimeField("合并时间")
    reason = models.CharField("理由", max_length=200)
    # What moved (model, column, old, new and the keys), what stayed and why, and old and new of the
    # columns of both records and of their identities.
    snapshot = models.JSONField("变动", default=dict, encoder=DjangoJSONEncoder)
    undo_until = models.DateField("可撤销至")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="撤销人",
    )  # fmt: skip
    conflicts = models.JSONField("撤销时未能还原", default=list, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "合并记录"
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="merged_once_at_a_time",
                violation_error_message="这条记录已经并入另一条。",
            ),
            models.CheckConstraint(
                condition=~Q(survivor=F("merged")),
                name="nobody_merges_into_itself",
                violation_error_message="记录不能并入自己。",
            ),
        ]
        indexes = [models.Index(fields=["survivor", "-id"], name="merge_of_survivor")]

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"

    def may_be_undone(self, today: date) -> bool:
        """Within the 30 days, the last of them included."""
        return self.undone_at is None and today <= self.undo_until
