"""What a body hands in, and what people say against its admission."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from changle.core.files import StoredFile
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.services.incubation.models.intake import Incubatee, someone


class Paper(Reachable):
    """A paper of a kind; a newer one takes the place of the older, which stays in the store."""

    anchors = ("incubatee__call__centre__node__path", "incubatee__organisation__node__path")
    technical: ClassVar[frozenset[str]] = frozenset({"kind", "handed_at"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="papers")
    kind = models.CharField("材料", max_length=20)  # a code of data/papers_1.json
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    handed_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "申请材料"
        constraints = [
            models.UniqueConstraint(fields=["incubatee", "kind"], name="paper_once_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.incubatee_id} {self.kind}"


class Objection(Reachable):
    """Somebody objects in the publicity; the house answers. Only the house reads who it was."""

    anchors = ("incubatee__call__centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"text": Privacy.P2, "answer": Privacy.P2}
    technical: ClassVar[frozenset[str]] = frozenset({"raised_at", "answered_at"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="objections")
    text = models.TextField("异议", max_length=1000)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    raised_at = models.DateTimeField("提出时间")
    answer = models.TextField("答复", max_length=1000, blank=True)
    is_upheld = models.BooleanField("异议成立", null=True)
    answered_by = someone("答复人")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "公示异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_upheld__isnull=True, answered_at__isnull=True)
                | (Q(is_upheld__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="objection_answered_in_words",
                violation_error_message="请写明答复。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incubatee_id} 异议"
