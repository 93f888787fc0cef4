"""What a house does for a body: diagnosis, plan, deliveries, mentors."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.services.commons.models import Centre
from changle.services.incubation.models.intake import Incubatee, someone


OF_BODY = ("incubatee__call__centre__node__path", "incubatee__organisation__node__path")
DIMENSIONS = {
    "mission": "使命", "governance": "治理", "people": "人员", "finance": "财务", "projects": "项目",
    "partnership": "合作", "party": "党建", "communication": "传播",
}  # fmt: skip
MOST_LEVEL = 5


class Diagnosis(Reachable):
    """How far a body has come in eight dimensions, 0 to 5, as one side sees it on one day."""

    class Side(models.TextChoices):
        BODY = "body", "组织自评"
        MENTOR = "mentor", "中心评估"

    anchors = OF_BODY
    privacy: ClassVar[dict[str, Privacy]] = {"levels": Privacy.P1, "remark": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"side", "on", "made_at"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="diagnoses")
    side = models.CharField("评估方", max_length=6, choices=Side)
    on = models.DateField("评估日期")
    levels = models.JSONField("水平", default=dict)  # code of a dimension -> 0 to 5
    remark = models.CharField("说明", max_length=500, blank=True)
    made_by = someone("评估人")
    made_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "需求评估"
        constraints = [
            models.UniqueConstraint(
                fields=["incubatee", "side", "on"], name="diagnosis_once_a_day",
                violation_error_message="这一天已经评估过。",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.on}"


class Mentor(Reachable):
    """Somebody who accompanies bodies for a house; known to it with or without an account."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1, "about": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"dimensions", "is_active"})

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="mentors", verbose_name="中心")
    name = models.CharField("姓名", max_length=40)
    about = models.CharField("简介", max_length=500, blank=True)
    dimensions = models.JSONField("擅长", default=list)  # codes of DIMENSIONS
    user = someone("账户")
    is_active = models.BooleanField("在任", default=True)

    class Meta:
        verbose_name = "导师"
        constraints = [models.UniqueConstraint(
            fields=["centre", "name"], name="mentor_once_a_house",
            violation_error_message="这位导师已在名单上。",
        )]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def said(self) -> str:
        return "、".join(DIMENSIONS[one] for one in self.dimensions if one in DIMENSIONS)


class Mentoring(Reachable):
    """A mentor accompanies a body from a day on; whoever did so scores it on no panel."""

    anchors = OF_BODY
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="mentorings")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="mentorings")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期（当日不含）", null=True, blank=True)

    class Meta:
        verbose_name = "结对"
        constraints = [models.UniqueConstraint(
            fields=["incubatee", "mentor"], name="mentoring_once", condition=Q(ends_on__isnull=True),
            violation_error_message="这位导师正在陪伴这个组织。",
        )]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.incubatee_id} {self.mentor_id}"


class PlanItem(Stateful):
    """One service of the tailored plan: proposed by a rule or by people, chosen, delivered."""

    class Kind(models.TextChoices):
        TRAINING = "training", "培训"
        MENTORING = "mentoring", "导师陪伴"
        SEAT = "seat", "工位"
        LEGAL = "legal", "法律帮助"
        FINANCE = "finance", "财务帮助"
        REGISTRATION = "registration", "登记备案帮助"
        MATCHING = "matching", "资源对接"
        GRANT = "grant", "微资助"
        PUBLICITY = "publicity", "宣传"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待选定"
        CHOSEN = "chosen", "进行中"
        DONE = "done", "已完成"
        DROPPED = "dropped", "不采用"

    anchors = OF_BODY
    worded_by = ("incubatee__organisation", "incubatee__call")
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P1, "why": Privacy.P1, "provider": Privacy.P1, "amount_fen": Privacy.P1,
    }  # fmt: skip
    technical: ClassVar[frozenset[str]] = LIFE | {"kind", "rule", "minutes", "wanted_by"}

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="plan_items")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    title = models.CharField("服务", max_length=80)
    rule = models.CharField("规则", max_length=40, blank=True)  # a code of data/plan_1.json
    why = models.CharField("理由", max_length=300, blank=True)
    minutes = models.PositiveIntegerField("计划分钟", default=0)
    provider = models.CharField("提供方", max_length=80, blank=True)
    wanted_by = models.DateField("完成期限", null=True, blank=True)
    amount_fen = models.PositiveBigIntegerField("金额（分）", default=0)  # of a micro-grant alone

    class Meta:
        verbose_name = "计划服务"
        constraints = [
            models.UniqueConstraint(
                fields=["incubatee", "rule"], name="plan_item_once_a_rule", condition=~Q(rule=""),
                violation_error_message="这条建议已在计划里。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen=0) | Q(kind="grant"), name="plan_item_money_is_a_grant",
                violation_error_message="只有微资助可以填金额。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.incubatee.organisation.name}：{self.title}"


class Delivery(Reachable):
    """A service as it was given: told by the house, confirmed or disputed by the body."""

    anchors = OF_BODY
    privacy: ClassVar[dict[str, Privacy]] = {
        "topic": Privacy.P1, "output": Privacy.P1, "provider": Privacy.P1, "remark": Privacy.P1,
        "disputed_because": Privacy.P1,
    }  # fmt: skip
    technical: ClassVar[frozenset[str]] = frozenset(
        {"on", "minutes", "recorded_at", "confirmed_at", "satisfaction"}
    )

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="deliveries")
    item = models.ForeignKey(PlanItem, models.PROTECT, related_name="deliveries")
    mentor = models.ForeignKey(
        Mentor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name="导师",
    )
    on = models.DateField("日期")
    minutes = models.PositiveIntegerField("分钟")
    provider = models.CharField("提供方", max_length=80, blank=True)
    topic = models.CharField("内容", max_length=200)
    output = models.CharField("成果", max_length=300, blank=True)
    recorded_by = someone("记录人")
    recorded_at = models.DateTimeField("记录时间")
    confirmed_by = someone("确认人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField("满意度（1 至 5）", null=True, blank=True)
    remark = models.CharField("评价", max_length=300, blank=True)
    disputed_because = models.CharField("不认可的原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "服务记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("recorded_by")),
                name="delivery_two_hands",
                violation_error_message="谁记录谁不能确认。",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True)
                | Q(satisfaction__range=(1, 5), confirmed_at__isnull=False),
                name="delivery_satisfaction_of_the_confirmed",
                violation_error_message="满意度为 1 至 5 分，确认服务时填写。",
            ),
            models.CheckConstraint(
                condition=Q(disputed_because="") | Q(confirmed_at__isnull=True),
                name="delivery_confirmed_or_disputed",
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 1440)), name="delivery_within_a_day",
                violation_error_message="时长应在 1 分钟到 24 小时之间。",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["on"], name="delivery_on")]

    def __str__(self) -> str:
        return f"{self.on} {self.topic}"
