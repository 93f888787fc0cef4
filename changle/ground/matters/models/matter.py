from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.files import StoredFile
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.ground.matters.models.rules import MatterType
from changle.ground.registry.models import Organisation


def paper(label: str) -> "models.ForeignKey[StoredFile | None, StoredFile | None]":
    return models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=label
    )


def someone(label: str) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=label,
    )  # fmt: skip


class Matter(Stateful):
    """A matter that a body reports before it happens, or soon after it decided on it.

    It is a report, not an application: it is taken note of, answered with advice, or the body is
    urged to desist. Afterwards the body tells what came of it, and the reviewer confirms it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已报告"
        ACKNOWLEDGED = "acknowledged", "已知悉"
        GUIDED = "guided", "已提示"
        STOPPED = "stopped", "建议停止"
        HELD = "held", "已举办"
        POST_REPORT_DUE = "post_report_due", "待报结果"
        REPORTED = "reported", "结果已报"
        CLOSED = "closed", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"
        CANCELLED = "cancelled", "已取消"

    worded_by = ("organisation",)
    anchors = ("organisation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P1,
        "content": Privacy.P1,
        "form": Privacy.P1,
        "scale": Privacy.P1,
        "place": Privacy.P1,
        "address": Privacy.P1,
        "budget_fen": Privacy.P1,
        "money_source": Privacy.P1,
        "approvals": Privacy.P1,
        "foreign_about": Privacy.P1,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "licence_number": Privacy.P1,
        "licence_authority": Privacy.P1,
        "late_reason": Privacy.P1,
        "advice": Privacy.P1,
        "effect": Privacy.P1,
        "impact": Privacy.P1,
        "problems": Privacy.P1,
        "next_steps": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "expected", "sessions", "starts_at", "ends_at", "decided_on", "latest_on", "submitted_on",
        "stopped_on", "held_on", "real_participants", "report_due_on", "reported_on", "closed_on",
        "recorded_at",
    }  # fmt: skip

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="matters", verbose_name="组织"
    )
    type = models.ForeignKey(MatterType, models.PROTECT, related_name="+", verbose_name="类型")
    title = models.CharField("事项名称", max_length=120)
    content = models.TextField("内容", max_length=2000, blank=True)
    form = models.CharField("形式", max_length=120, blank=True)
    scale = models.CharField("规模", max_length=200, blank=True)
    expected = models.PositiveIntegerField("预计每场人数", null=True, blank=True)
    sessions = models.PositiveSmallIntegerField("场次", null=True, blank=True)
    place = models.CharField("地点", max_length=120, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    starts_at = models.DateTimeField("开始时间", null=True, blank=True)
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    decided_on = models.DateField("作出决定的日期", null=True, blank=True)
    budget_fen = models.BigIntegerField("经费预算", null=True, blank=True)
    money_source = models.CharField("经费来源", max_length=120, blank=True)
    approvals = models.CharField("批准或决议", max_length=300, blank=True)
    safety_plan = paper("安全方案")
    is_foreign = models.BooleanField("涉外（含港澳台）", default=False)
    foreign_about = models.CharField("涉外情况", max_length=300, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    licence_number = models.CharField("安全许可编号", max_length=60, blank=True)
    licence_authority = models.CharField("许可机关", max_length=60, blank=True)
    licence = paper("许可文件")
    # The last day on which the report still comes in time; kept whenever the dates change.
    latest_on = models.DateField("最迟报告日", null=True, blank=True)
    submitted_on = models.DateField("首次报告日期", null=True, blank=True)
    submitted_by = someone("报告人")
    is_late = models.BooleanField("迟报", default=False)
    late_reason = models.CharField("迟报原因", max_length=300, blank=True)
    advice = models.CharField("处理意见", max_length=1000, blank=True)
    stopped_on = models.DateField("建议停止日期", null=True, blank=True)
    held_on = models.DateField("实际举办日期", null=True, blank=True)
    real_participants = models.PositiveIntegerField("实际参加人次", null=True, blank=True)
    effect = models.TextField("效果", max_length=2000, blank=True)
    impact = models.TextField("社会影响", max_length=2000, blank=True)
    problems = models.TextField("问题", max_length=2000, blank=True)
    next_steps = models.TextField("下一步", max_length=2000, blank=True)
    report = paper("总结材料")
    report_due_on = models.DateField("结果报告期限", null=True, blank=True)
    reported_on = models.DateField("结果报告日期", null=True, blank=True)
    reported_by = someone("结果报告人")
    closed_on = models.DateField("办结日期", null=True, blank=True)
    recorded_by = someone("录入人")
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "重大事项报告"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="matter_ends_after_it_starts",
                violation_error_message="结束时间应晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn")) | Q(submitted_on__isnull=False),
                name="matter_submitted_on_a_day",
                violation_error_message="已报告的事项须有报告日期。",
            ),
            models.CheckConstraint(
                condition=Q(is_late=False) | ~Q(late_reason=""),
                name="late_matter_says_why",
                violation_error_message="迟报须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(state="reported")
                | Q(held_on__isnull=False, reported_on__isnull=False),
                name="reported_matter_was_held",
                violation_error_message="报结果须写明实际举办日期。",
            ),
            models.CheckConstraint(
                condition=Q(budget_fen__isnull=True) | Q(budget_fen__gte=0),
                name="matter_budget_not_negative",
                violation_error_message="经费预算不能为负数。",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "starts_at"], name="matter_state_start"),
            models.Index(fields=["organisation", "-recorded_at"], name="matter_of_body"),
            models.Index(fields=["submitted_on"], name="matter_submitted"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}：{self.title}"
