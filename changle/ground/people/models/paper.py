from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.ground.registry.models import Organisation


class Paper(Stateful):
    """A charter, certificate or permit of one body, mirrored from the paper in the drawer."""

    class Kind(models.TextChoices):
        CHARTER = "charter", "章程"
        CERTIFICATE = "certificate", "登记证书（正本）"
        DUPLICATE = "duplicate", "登记证书（副本）"
        FILING = "filing", "备案证书"
        PREMISES = "premises", "场地证明"
        FUNDRAISING = "fundraising", "公开募捐资格证书"
        TAX = "tax", "免税资格"
        BANK = "bank", "开户许可"
        OTHER = "other", "其他"

    # Of these a body has one that is valid; a new one replaces it.
    SINGLE = ("charter", "certificate", "duplicate", "filing", "fundraising", "tax")

    class State(models.TextChoices):
        VALID = "valid", "有效"
        RECALLED = "recalled", "已收回"
        REPLACED = "replaced", "已换发"

    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "number": Privacy.P1,
        "issuer": Privacy.P1,
        "note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"kind", "starts_on", "ends_on", "approved_on", "recorded_at", "state", "state_since",
         "due_on"}
    )  # fmt: skip

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="papers", verbose_name="组织"
    )
    kind = models.CharField("种类", max_length=12, choices=Kind)
    number = models.CharField("编号", max_length=60, blank=True)
    issuer = models.CharField("发证（核准）机关", max_length=80, blank=True)
    approved_on = models.DateField("核准（发证）日期", null=True, blank=True)
    starts_on = models.DateField("有效期自", null=True, blank=True)
    ends_on = models.DateField("有效期止（当日起失效）", null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces",
        verbose_name="换发为",
    )  # fmt: skip
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "证照"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True)
                | Q(ends_on__gt=F("starts_on")),
                name="paper_ends_after_it_starts",
                violation_error_message="有效期止不能早于有效期起。",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=Q(state="valid",
                            kind__in=("charter", "certificate", "duplicate", "filing",
                                      "fundraising", "tax")),
                name="one_valid_paper_of_a_kind",
                violation_error_message="这种证照已有一份有效的，请用“换发”。",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "ends_on"], name="paper_running_out")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as it is printed on the paper."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None
