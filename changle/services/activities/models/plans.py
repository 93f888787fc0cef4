from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.ground.matters.models import Matter, MatterType
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.activities.models.words import ConsentText, Term


def term(label: str) -> "models.ForeignKey[Term | None, Term | None]":
    return models.ForeignKey(
        Term, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


def someone(label: str) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=label,
    )  # fmt: skip


class Programme(Reachable):
    """What several series belong to, such as a year's plan of a street."""

    anchors = ("lead__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "about": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on", "is_sample"})

    lead = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="牵头单位")
    name = models.CharField("名称", max_length=60)
    about = models.CharField("简介", max_length=300, blank=True)
    starts_on = models.DateField("起", null=True, blank=True)
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "项目"

    def __str__(self) -> str:
        return self.name


class Series(Reachable):
    """Activities under one name, such as 周末去哪里."""

    anchors = ("lead__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "about": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"ended_on", "is_sample"})

    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="series", verbose_name="项目"
    )
    lead = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="牵头单位")
    name = models.CharField("名称", max_length=60)
    about = models.CharField("简介", max_length=300, blank=True)
    theme = term("主题")
    ended_on = models.DateField("结束日期", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "系列活动"
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "name"],
                name="series_name_once",
                violation_error_message="已有同名的系列。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Activity(Stateful):
    """One undertaking of a lead and its co-hosts, held in one session or several; always free.

    It lies where it takes place (`place`, a community, street or the district: there it is
    reviewed) and at its lead. Co-hosts reach it through their own share, never as if it were theirs.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审批"
        RETURNED = "returned", "退回修改"
        APPROVED = "approved", "已批准"
        OPEN = "open", "已发布"
        ENDED = "ended", "已结束"
        COUNTED = "counted", "已计入统计"
        CANCELLED = "cancelled", "已取消"
        POSTPONED = "postponed", "已延期"
        VOID = "void", "作废"

    EDITABLE = ("draft", "returned")

    class Risk(models.TextChoices):
        LOW = "low", "低"
        MEDIUM = "medium", "中"
        HIGH = "high", "高"

    class Photos(models.TextChoices):
        NONE = "none", "不拍摄"
        ASK = "ask", "经本人（监护人）同意"
        BACKS = "backs", "不出现正脸"

    anchors = ("place__path", "lead__path")
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P0,
        "about": Privacy.P0,
        "risk": Privacy.P1,
        "funding_line": Privacy.P1,
        "budget_fen": Privacy.P1,
        "safety_plan": Privacy.P1,
        "insurance": Privacy.P1,
        "medical": Privacy.P1,
        "weather_plan": Privacy.P1,
        "minors_rule": Privacy.P0,
        "volunteers": Privacy.P0,
        "volunteer_skills": Privacy.P0,
        "volunteer_minutes": Privacy.P0,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "publicity": Privacy.P1,
        "results": Privacy.P1,
        "answer": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "photos", "expected", "checked_on", "planned_at", "submitted_at", "published_at",
    }  # fmt: skip

    series = models.ForeignKey(
        Series,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name="系列",
    )
    place = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="活动所在地")
    lead = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="主办单位")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="activities",
        verbose_name="主办组织",
    )  # fmt: skip
    title = models.CharField("名称", max_length=80)
    about = models.TextField("介绍", max_length=2000, blank=True)
    field = term("服务领域")
    theme = term("主题")
    method = term("方式")
    groups = models.ManyToManyField(Term, blank=True, related_name="+", verbose_name="对象")
    expected = models.PositiveIntegerField("预计每场人数")
    risk = models.CharField("风险等级", max_length=10, choices=Risk, default=Risk.LOW)
    funding_line = models.CharField("经费渠道", max_length=80, blank=True)
    budget_fen = models.BigIntegerField("经费预算", null=True, blank=True)
    safety_plan = models.TextField("安全预案", max_length=2000, blank=True)
    insurance = models.CharField("保险", max_length=200, blank=True)
    medical = models.CharField("医疗保障", max_length=200, blank=True)
    weather_plan = models.CharField("天气预案", max_length=200, blank=True)
    for_minors = models.BooleanField("面向未成年人", default=False)
    minors_rule = models.CharField("未成年人参加规定", max_length=300, blank=True)
    checked_on = models.DateField("从业人员违法犯罪查询日期", null=True, blank=True)
    volunteers = models.PositiveSmallIntegerField("需要志愿者", default=0)
    volunteer_skills = models.CharField("志愿者技能", max_length=120, blank=True)
    volunteer_minutes = models.PositiveIntegerField("每名志愿者时长（分钟）", default=0)
    photos = models.CharField("拍摄方式", max_length=10, choices=Photos, default=Photos.ASK)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    publicity = models.TextField("宣传文稿", max_length=2000, blank=True)
    results = models.TextField("成果", max_length=1000, blank=True)
    # Large or of a kind that must be reported: the kind, and the report.
    matter_type = models.ForeignKey(
        MatterType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="重大事项类型",
    )
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="activities",
        verbose_name="重大事项报告",
    )  # fmt: skip
    terms = models.ForeignKey(
        ConsentText,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="报名须知",
    )
    asks = models.BooleanField(
        "报名时有提问", default=False
    )  # kept by the action that sets questions
    answer = models.CharField("审批意见", max_length=300, blank=True)
    planned_by = someone("策划人")
    submitted_by = someone("申报人")
    reviewed_by = someone("审批人")
    planned_at = models.DateTimeField("策划时间")
    submitted_at = models.DateTimeField("申报时间", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "活动"
        indexes = [models.Index(fields=["state", "planned_at"], name="activity_state")]

    def __str__(self) -> str:
        return self.title


class Cohost(Stateful):
    """The share of one side in an activity; the lead's own is its first row, already agreed to.

    What was promised is what they agreed to online; what was given is told after the activity.
    """

    class State(models.TextChoices):
        INVITED = "invited", "待确认"
        ACCEPTED = "accepted", "已确认"
        DECLINED = "declined", "已谢绝"
        WITHDRAWN = "withdrawn", "已撤回"

    class Role(models.TextChoices):
        LEAD = "lead", "主办"
        HOST = "host", "承办"
        COHOST = "cohost", "协办"
        SUPPORT = "support", "支持"

    anchors = ("node__path", "activity__lead__path", "activity__place__path")
    privacy: ClassVar[dict[str, Privacy]] = {
        "role": Privacy.P0,
        "people": Privacy.P1,
        "money_fen": Privacy.P1,
        "venue": Privacy.P1,
        "other": Privacy.P1,
        "given_people": Privacy.P1,
        "given_fen": Privacy.P1,
        "given_note": Privacy.P1,
        "answer": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {"accepted_at", "invited_at"}

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="cohosts")
    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="单位")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="cohosted",
        verbose_name="组织",
    )  # fmt: skip
    role = models.CharField("角色", max_length=10, choices=Role)
    people = models.PositiveSmallIntegerField("出人", default=0)
    money_fen = models.BigIntegerField("出资", default=0)
    venue = models.CharField("出场地", max_length=120, blank=True)
    other = models.CharField("其他分工", max_length=200, blank=True)
    given_people = models.PositiveSmallIntegerField("实际出人", null=True, blank=True)
    given_fen = models.BigIntegerField("实际出资", null=True, blank=True)
    given_note = models.CharField("实际贡献", max_length=200, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)
    invited_at = models.DateTimeField("邀请时间")
    accepted_at = models.DateTimeField("确认时间", null=True, blank=True)
    answered_by = someone("答复人")

    class Meta:
        verbose_name = "联办分工"
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "node"],
                name="cohost_once_in_activity",
                violation_error_message="这个单位已在联办名单里。",
            ),
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(role="lead"),
                name="activity_has_one_lead",
                violation_error_message="一项活动只有一个主办单位。",
            ),
            models.CheckConstraint(
                condition=Q(money_fen__gte=0) & (Q(given_fen__isnull=True) | Q(given_fen__gte=0)),
                name="share_is_not_negative",
                violation_error_message="金额不能为负。",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False),
                name="accepted_says_when",
            ),
        ]
        indexes = [models.Index(fields=["node", "state"], name="cohost_of_node")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}：{self.node}"
