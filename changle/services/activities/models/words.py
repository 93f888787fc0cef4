from typing import ClassVar

from django.db import models
from django.db.models import Q

from changle.core.constraints import AppendOnly
from changle.core.privacy import Privacy
from changle.core.reach import Reachable


class Term(Reachable):
    """A word by which activities are told apart; entries are data and are only retired."""

    class List(models.TextChoices):
        FIELD = "field", "服务领域"  # 助学, 助老, 助乐, 助洁, 法律 and others
        THEME = "theme", "主题"  # the four series of the national action 2021-2023, and local ones
        METHOD = "method", "方式"
        GROUP = "group", "对象"

    anchors = ()  # a word list, which lies nowhere
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"list", "code", "sort", "retired_on"})

    list = models.CharField("词表", max_length=10, choices=List)
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=40)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "活动词表"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "code"],
                name="term_code_once_in_list",
                violation_error_message="本表已有这个代码。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Rule(Reachable):
    """What the district asks of activities. One row; without it the fields' defaults hold.

    No source sets these numbers: all defaults are assumptions, kept by the bureau, but the ten
    working days, which follow the limit for records of voluntary service.
    """

    anchors = ()  # holds everywhere
    privacy: ClassVar[dict[str, Privacy]] = {
        "lead_days_low": Privacy.P0,
        "lead_days_medium": Privacy.P0,
        "lead_days_high": Privacy.P0,
        "verify_days": Privacy.P0,
        "least_photos": Privacy.P0,
        "most_summary": Privacy.P0,
        "least_feedback": Privacy.P0,
        "feedback_percent": Privacy.P0,
        "lead_weight": Privacy.P0,
        "offer_hours": Privacy.P0,
        "no_show_limit": Privacy.P0,
        "no_show_days": Privacy.P0,
        "no_show_window": Privacy.P0,
        "guardian_below": Privacy.P0,
        "check_months": Privacy.P0,
        "online_minutes": Privacy.P0,
        "people_at_once": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"name", "early_minutes"})

    name = models.CharField(max_length=10, unique=True, default="rule")
    lead_days_low = models.PositiveSmallIntegerField("低风险提前申报（天）", default=2)
    lead_days_medium = models.PositiveSmallIntegerField("中风险提前申报（天）", default=7)
    lead_days_high = models.PositiveSmallIntegerField("高风险提前申报（天）", default=15)
    verify_days = models.PositiveSmallIntegerField("核实期限（工作日）", default=10)
    least_photos = models.PositiveSmallIntegerField("现场照片至少（张）", default=1)
    most_summary = models.PositiveSmallIntegerField("小结最多（字）", default=300)
    least_feedback = models.PositiveSmallIntegerField("反馈至少（份）", default=5)
    # Of who came, where that is fewer than the number above.
    feedback_percent = models.PositiveSmallIntegerField("或达到到场人数的（%）", default=10)
    lead_weight = models.PositiveSmallIntegerField("考核折算：主办占（%）", default=60)
    offer_hours = models.PositiveSmallIntegerField("候补应答时限（小时）", default=12)
    no_show_limit = models.PositiveSmallIntegerField("爽约几次后推迟报名", default=3)
    no_show_days = models.PositiveSmallIntegerField("爽约统计期（天）", default=90)
    no_show_window = models.PositiveSmallIntegerField("推迟到开始前（小时）", default=24)
    guardian_below = models.PositiveSmallIntegerField("几岁以下须有监护人", default=14)
    # Law on the Protection of Minors (2020), art. 62: at hiring and every year.
    check_months = models.PositiveSmallIntegerField("从业查询有效期（月）", default=12)
    online_minutes = models.PositiveSmallIntegerField("线上参加至少（分钟）", default=10)
    people_at_once = models.PositiveSmallIntegerField("一次最多报名（人）", default=6)
    early_minutes = models.PositiveSmallIntegerField("提前签到（分钟）", default=60)

    class Meta:
        verbose_name = "活动规则"
        constraints = [
            models.CheckConstraint(condition=Q(name="rule"), name="activity_rule_is_one"),
            models.CheckConstraint(
                condition=Q(lead_weight__lte=100, feedback_percent__lte=100),
                name="activity_rule_percents",
                violation_error_message="百分比不能超过 100。",
            ),
        ]

    def __str__(self) -> str:
        return "活动规则"


class ConsentText(Reachable):
    """What people agree to when they sign up; a change is a new version, the old ones stay."""

    class Kind(models.TextChoices):
        SIGN_UP = "sign_up", "报名须知和个人信息告知"
        PHOTO = "photo", "拍摄和使用影像"
        MINOR = "minor", "未成年人参加"

    anchors = ()  # the same for the whole district
    privacy: ClassVar[dict[str, Privacy]] = {"text": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"kind", "version", "issued_on"})

    kind = models.CharField("类别", max_length=10, choices=Kind)
    version = models.PositiveSmallIntegerField("版本")
    text = models.TextField("全文", max_length=5000)
    issued_on = models.DateField("启用日期")

    class Meta:
        verbose_name = "同意书"
        constraints = [
            AppendOnly(name="consent_text_append_only"),
            models.UniqueConstraint(fields=["kind", "version"], name="consent_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}第 {self.version} 版"
