"""What a month's report holds once it is closed, what was typed into it, and cuts kept for others."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from changle.core.constraints import AppendOnly
from changle.core.lifecycle import Stateful
from changle.core.periods import Period
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.territory.models import Node


class MonthlyReport(Stateful):
    """The report of one place for one month: live until it is closed, then an edition of it."""

    class State(models.TextChoices):
        OPEN = "open", "待上报"
        SUBMITTED = "submitted", "已上报"
        RETURNED = "returned", "已退回"
        PUBLISHED = "published", "已发布"

    CLOSED = (State.SUBMITTED, State.PUBLISHED)
    worded_by = ("node",)
    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {}
    technical: ClassVar[frozenset[str]] = frozenset({"month", "state", "state_since", "due_on"})

    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="单位")
    month = models.DateField("月份")  # its first day

    class Meta:
        verbose_name = "月报"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "month"], name="one_report_of_a_month",
                violation_error_message="这个月的月报已经有了。",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="report_is_of_a_month"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["month", "state"], name="report_month_state")]

    def __str__(self) -> str:
        return f"{self.node.label}{self.period.label}月报"

    @property
    def period(self) -> Period:
        return Period.month(self.month.year, self.month.month)


class Edition(Reachable):
    """A report as it stood when it was closed. Never changed: a correction is the next edition."""

    anchors = ("report__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"content": Privacy.P0, "note": Privacy.P1,
                                             "faults": Privacy.P0, "missing": Privacy.P0}  # fmt: skip
    technical: ClassVar[frozenset[str]] = frozenset(
        {"number", "closed_at", "sha256", "typed_count", "cell_count"}
    )

    report = models.ForeignKey(
        MonthlyReport, models.PROTECT, related_name="editions", verbose_name="月报"
    )
    number = models.PositiveSmallIntegerField("版次")
    content = models.JSONField("内容")  # the tables, see queries.monthly.content_of
    faults = models.JSONField("校验提示", default=list)
    missing = models.JSONField("未上报的下级", default=list)
    note = models.CharField("说明", max_length=500, blank=True)
    cell_count = models.PositiveIntegerField("单元格数")
    typed_count = models.PositiveIntegerField("手工填报的单元格数")
    sha256 = models.CharField("摘要", max_length=64)  # of the content, see digest_of
    closed_at = models.DateTimeField("关账时间")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="关账人",
    )  # fmt: skip

    class Meta:
        verbose_name = "月报版次"
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_edition_of_a_number"),
            AppendOnly(name="edition_is_never_changed"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版（{timezone.localtime(self.closed_at):%Y-%m-%d %H:%M}）"


class TypedCell(Reachable):
    """A number typed over one the platform computed: shown as such, with its reason, and counted."""

    anchors = ("report__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"reason": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"table", "cut", "key", "column", "number", "typed_at"}
    )

    report = models.ForeignKey(
        MonthlyReport, models.CASCADE, related_name="typed", verbose_name="月报"
    )
    table = models.CharField("表", max_length=20)
    cut = models.CharField("行的类别", max_length=20, blank=True)  # both empty: of the total
    key = models.CharField("行", max_length=40, blank=True)
    column = models.CharField("列", max_length=40)
    number = models.DecimalField("数值", max_digits=16, decimal_places=2)
    reason = models.CharField("理由", max_length=300)
    typed_at = models.DateTimeField("填报时间")
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name="填报人",
    )  # fmt: skip

    class Meta:
        verbose_name = "手工填报"
        constraints = [
            models.UniqueConstraint(
                fields=["report", "table", "cut", "key", "column"], name="one_number_typed_a_cell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.column}：{self.number}"


class SavedCut(Reachable):
    """A table of the explorer that somebody kept, for themselves or for all who may see the place."""

    anchors = ("node__path",)
    owner = "made_by"
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"query", "is_shared", "made_at"})

    name = models.CharField("名称", max_length=60)
    node = models.ForeignKey(Node, models.CASCADE, related_name="+", verbose_name="范围")
    query = models.CharField("查询", max_length=2000)
    is_shared = models.BooleanField("给别人用", default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="保存人"
    )
    made_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "保存的分析"
        indexes = [models.Index(fields=["node", "is_shared"], name="saved_cut_place")]

    def __str__(self) -> str:
        return self.name


class Bulletin(Reachable):
    """A notice in words (通报) whose numbers are asked, never typed; issued, it is kept as it read.

    `text` holds questions in braces, see queries.bulletins; what qualifies a number (超过, 近) stays words.
    """

    anchors = ("node__path",)
    owner = "written_by"
    privacy: ClassVar[dict[str, Privacy]] = {"title": Privacy.P0, "text": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on", "written_at"})

    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="单位")
    starts_on = models.DateField("期间起")
    ends_on = models.DateField("期间止（不含）")
    title = models.CharField("标题", max_length=80)
    text = models.TextField("正文", max_length=3000)
    written_at = models.DateTimeField("起草时间")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="起草人",
    )

    class Meta:
        verbose_name = "通报"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=models.F("starts_on")), name="bulletin_is_of_a_period",
                violation_error_message="期间的止应晚于起。",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)


class Issue(Reachable):
    """A bulletin as it read on the day it was issued. What is wrong is said by the next issue."""

    anchors = ("bulletin__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"title": Privacy.P0, "content": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"number", "issued_at", "sha256"})

    bulletin = models.ForeignKey(
        Bulletin, models.PROTECT, related_name="issues", verbose_name="通报"
    )
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("标题", max_length=80)
    content = models.JSONField("内容")  # pieces, see queries.bulletins.kept_of
    sha256 = models.CharField("摘要", max_length=64)
    issued_at = models.DateTimeField("印发时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="印发人",
    )

    class Meta:
        verbose_name = "通报印发稿"
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "number"], name="one_issue_of_a_number"),
            AppendOnly(name="issue_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.number} 版"
