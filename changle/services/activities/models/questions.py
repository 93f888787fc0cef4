from typing import ClassVar

from django.db import models

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.services.activities.models.plans import Activity


class Question(Reachable):
    """What is asked of who signs up, beside the name; the answers are sealed."""

    class Kind(models.TextChoices):
        TEXT = "text", "文字"
        YES_NO = "yes_no", "是或否"
        CHOICE = "choice", "单选"

    anchors = ("activity__place__path", "activity__lead__path")
    privacy: ClassVar[dict[str, Privacy]] = {"text": Privacy.P0, "why": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"kind", "choices", "sort"})

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="questions")
    text = models.CharField("问题", max_length=100)
    why = models.CharField("为什么问", max_length=100, blank=True)
    kind = models.CharField("形式", max_length=10, choices=Kind, default=Kind.TEXT)
    choices = models.JSONField("选项", default=list, blank=True)
    is_required = models.BooleanField("必答", default=False)
    sort = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "报名提问"

    def __str__(self) -> str:
        return self.text
