from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models.organisation import Organisation


class Succession(Reachable):
    """One body follows another by law: by a split or a merger, from a day on.

    Not to be confused with two records of one body, which are merged (`merged_into`).
    """

    class Kind(models.TextChoices):
        SPLIT = "split", "分立"
        MERGER = "merger", "合并"
        ABSORPTION = "absorption", "吸收合并"

    anchors = ("predecessor__node__path", "successor__node__path")
    privacy: ClassVar[dict[str, Privacy]] = {"kind": Privacy.P0, "document": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"on", "recorded_at"})

    predecessor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="followed_by", verbose_name="原组织"
    )
    successor = models.ForeignKey(
        Organisation, models.PROTECT, related_name="follows", verbose_name="承接组织"
    )
    kind = models.CharField("方式", max_length=12, choices=Kind)
    on = models.DateField("生效日期")
    document = models.CharField("文号", max_length=80, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "分立与合并"
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"],
                name="succession_once",
                violation_error_message="这两个组织的承接关系已记录过。",
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="nobody_succeeds_itself",
                violation_error_message="组织不能承接自己。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}（{self.get_kind_display()}）"
