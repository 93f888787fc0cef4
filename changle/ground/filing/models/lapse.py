from typing import ClassVar

from django.db import models
from django.db.models import Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.ground.registry.models import Organisation


class LapseProposal(Stateful):
    """The house noticed that a filed body shows no verified activity; the street decides."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待街道认定"
        CONFIRMED = "confirmed", "已认定长期未活动"
        KEPT = "kept", "保留备案"
        CLOSED = "closed", "已终止"

    worded_by = ("organisation",)
    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"reason": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"last_active_on", "months", "found_on", "decided_on"}
    )

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="lapse_proposals", verbose_name="组织"
    )
    last_active_on = models.DateField("最近一次经核实的活动")
    months = models.PositiveSmallIntegerField("当时的月数标准")
    found_on = models.DateField("发现日期")
    decided_on = models.DateField("认定日期", null=True, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "长期未活动提示"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="proposed"),
                name="one_open_lapse_proposal",
                violation_error_message="这个组织已有一条待认定的提示。",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_on__isnull=True)
                | (~Q(state="proposed") & Q(decided_on__isnull=False)),
                name="lapse_is_decided_on_a_day",
                violation_error_message="认定须有日期。",
            ),
        ]
        indexes = [models.Index(fields=["found_on", "id"], name="lapse_found")]

    def __str__(self) -> str:
        return f"{self.organisation}·长期未活动"
