from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import NoOverlap
from changle.core.files import StoredFile
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation


class Custody(Reachable):
    """A registered body keeps the money of a body that is no legal person, under an agreement.

    A filed group has no account and signs no contract alone: all its money passes through here.
    Half open: `ends_on` is the first day on which the agreement no longer holds.
    """

    class Ending(models.TextChoices):
        AGREED = "agreed", "双方协商终止"
        CUSTODIAN = "custodian", "代管方不再具备条件"
        CONVERTED = "converted", "已登记为法人，不再需要代管"
        BODY_ENDED = "body", "组织已终止"
        MISTAKE = "mistake", "录入有误"

    anchors = ("organisation__node__path", "custodian__node__path")
    privacy: ClassVar[dict[str, Privacy]] = {
        "agreement_number": Privacy.P1,
        "money_scope": Privacy.P1,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "ended_because": Privacy.P1,
        "ended_note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"signed_on", "starts_on", "ends_on", "recorded_at"}
    )

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="custodies", verbose_name="被代管组织"
    )
    custodian = models.ForeignKey(
        Organisation, models.PROTECT, related_name="custodies_kept", verbose_name="代管方"
    )
    agreement_number = models.CharField("协议编号", max_length=60)
    agreement = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="协议文本",
    )  # fmt: skip
    money_scope = models.CharField("代管资金范围", max_length=300)
    contact_name = models.CharField("代管方联系人", max_length=60, blank=True)
    contact_phone = models.CharField("代管方联系电话", max_length=30, blank=True)
    signed_on = models.DateField("签订日期")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    ended_because = models.CharField("终止原因", max_length=12, choices=Ending, blank=True)
    ended_note = models.CharField("终止说明", max_length=200, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name="续自"
    )
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "资金代管"
        constraints = [
            NoOverlap(
                name="one_custodian_at_a_time",
                scope=("organisation",),
                start="starts_on",
                end="ends_on",
                violation_error_message="这段时间已有代管协议，请先终止或改期。",
            ),
            models.CheckConstraint(
                condition=~Q(custodian=F("organisation")),
                name="nobody_is_custodian_of_itself",
                violation_error_message="组织不能代管自己的资金。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, ended_because="")
                | Q(ends_on__isnull=False, ends_on__gt=F("starts_on"))
                | (Q(ends_on__isnull=False, ends_on=F("starts_on")) & ~Q(ended_because="")),
                name="custody_ends_after_it_starts",
                violation_error_message="到期日期应晚于起始日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["custodian", "ends_on"], name="custody_by_custodian"),
            models.Index(fields=["starts_on", "ends_on"], name="custody_span"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}由{self.custodian.name}代管资金"
