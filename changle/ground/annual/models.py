from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.ground.registry.models import Organisation


FIRST_YEAR, LAST_YEAR = 1999, 2199  # from the first registrations under the orders of 1998 on


class Deadline(models.Model):
    """By when the reports of a kind of body for a year must be in, where the notice says so.

    Without a row the day of the law holds (queries.seasons).
    """

    privacy: ClassVar[dict[str, Privacy]] = {"note": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"year", "kind", "on"})

    year = models.PositiveSmallIntegerField("报告年度")
    kind = models.CharField("类型", max_length=4, choices=Organisation.Kind)
    on = models.DateField("报送截止日期")
    note = models.CharField("依据（通知文号）", max_length=120, blank=True)

    class Meta:
        verbose_name = "年报截止日期"
        constraints = [
            models.UniqueConstraint(
                fields=["year", "kind"],
                name="annual_deadline_once",
                violation_error_message="这一年度、这一类型的截止日期已经定过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年度{self.get_kind_display()}：{self.on}"


class AnnualReport(Stateful):
    """What a registered body reports of one year: prepared here, decided in the official system.

    `values` holds a field's value by its code (queries.fields); money in whole fen. While a report
    is being prepared the fields that the house knows are read from the house, and only what was
    typed instead of them is kept; at the self-check all is frozen. `typed` names the fields that
    hold what people typed: their number is what this platform still asks for.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", "准备中"
        CHECKED = "checked", "已自查"
        SUBMITTED = "submitted", "已提交"
        ACCEPTED = "accepted", "已核对"
        RETURNED = "returned", "已退回"
        CLOSED = "closed", "已办结"
        EXCUSED = "excused", "免报"

    OPEN = ("preparing", "returned")  # in which it may be filled in
    REPORTED = ("submitted", "accepted", "closed")

    worded_by = ("organisation",)
    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "values": Privacy.P1,
        "reasons": Privacy.P1,
        "income_fen": Privacy.P1,
        "expense_fen": Privacy.P1,
        "net_fen": Privacy.P1,
        "donation_fen": Privacy.P1,
        "fee_fen": Privacy.P1,
        "staff_count": Privacy.P1,
        "receipt": Privacy.P1,
        "late_reason": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"kind", "year", "report_by", "typed", "typed_count", "filled_count", "asked_count", "versions", "version",
         "public_id", "submitted_on", "recorded_at", "changed_at"}
    )  # fmt: skip

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="annual_reports", verbose_name="组织"
    )
    kind = models.CharField("类型", max_length=4, choices=Organisation.Kind)  # in that year
    year = models.PositiveSmallIntegerField("报告年度")
    report_by = models.DateField("报送截止日期")
    public_id = models.UUIDField("核验编号", default=uuid4, unique=True, editable=False)
    values = models.JSONField("填报内容", default=dict)
    typed = models.JSONField("手工填写的项目", default=list)
    reasons = models.JSONField("情况说明", default=dict)  # code of a warning -> why it is so
    versions = models.JSONField("各部分的版本", default=dict)
    version = models.PositiveIntegerField("版本", default=1)
    # Sums are asked of the whole district: what they add up stands in columns, kept by the actions.
    income_fen = models.BigIntegerField("本年收入合计（分）", null=True, blank=True)
    expense_fen = models.BigIntegerField("本年费用合计（分）", null=True, blank=True)
    net_fen = models.BigIntegerField("年末净资产（分）", null=True, blank=True)
    donation_fen = models.BigIntegerField("捐赠收入（分）", null=True, blank=True)
    fee_fen = models.BigIntegerField("会费收入（分）", null=True, blank=True)
    staff_count = models.PositiveIntegerField("年末从业人数", null=True, blank=True)
    typed_count = models.PositiveSmallIntegerField("手工填写项数", default=0)
    filled_count = models.PositiveSmallIntegerField("必填已填", default=0)
    asked_count = models.PositiveSmallIntegerField("必填", default=0)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="填报人",
    )  # fmt: skip
    submitted_on = models.DateField("官方系统上报日期", null=True, blank=True)
    receipt = models.CharField("官方系统回执号", max_length=60, blank=True)
    late_reason = models.CharField("逾期原因", max_length=300, blank=True)
    recorded_at = models.DateTimeField("建立时间")
    changed_at = models.DateTimeField("最近修改时间")
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "年度报告"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="annual_report_once_a_year",
                violation_error_message="这个组织这一年度的报告已经建立。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Organisation.REGISTERED),
                name="annual_report_of_the_registered",
                violation_error_message="只有已登记的组织报送年度报告。",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                name="annual_report_year_is_a_year",
                violation_error_message="报告年度不对。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("submitted", "accepted", "closed"))
                | Q(submitted_on__isnull=False),
                name="annual_report_submitted_on_a_day",
                violation_error_message="提交的报告须有上报日期。",
            ),
            models.CheckConstraint(
                condition=Q(submitted_on__isnull=True)
                | Q(submitted_on__lte=F("report_by"))
                | ~Q(late_reason=""),
                name="annual_report_late_with_a_reason",
                violation_error_message="逾期提交须写明原因。",
            ),
        ]
        indexes = [
            models.Index(fields=["year", "state"], name="annual_year_state"),
            models.Index(fields=["report_by", "state"], name="annual_report_by"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.year}年度报告"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def progress(self) -> int:
        """Percent of the required fields that are filled."""
        return self.filled_count * 100 // self.asked_count if self.asked_count else 0

    def value(self, code: str) -> Any:
        return self.values.get(code)
