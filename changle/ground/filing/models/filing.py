from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from changle.core.files import StoredFile
from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import ClassItem, Organisation
from changle.ground.territory.models import Node


class Filing(Stateful):
    """An application of residents to file their body with the street, or to change what is filed.

    A filed body may act but is no legal person (MCA 2017 opinions on community organisations).
    """

    class Kind(models.TextChoices):
        NEW = "new", "新备案"
        CHANGE = "change", "变更备案"
        CANCEL = "cancel", "注销备案"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "社区意见中"
        STREET_REVIEW = "street_review", "街道审核中"
        RETURNED = "returned", "已退回"
        FILED = "filed", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"
        CLOSED = "closed", "已终止"

    class Nature(models.TextChoices):
        ASSOCIATION = "association", "会员类（大家一起活动）"
        SERVICE = "service", "服务类（为居民做事）"

    class Scope(models.TextChoices):
        COMMUNITY = "community", "本社区"
        STREET = "street", "本街道"

    EDITABLE = ("draft", "returned")
    OPEN = ("draft", "submitted", "street_review", "returned")
    IN_HAND = ("submitted", "street_review", "returned")
    PAPERS: ClassVar[dict[str, str]] = {"charter": "简易章程", "premises_proof": "场地证明"}

    anchors = ("community__path", "organisation__node__path")
    owner = "initiator"
    privacy: ClassVar[dict[str, Privacy]] = {
        "kind": Privacy.P1,
        "name": Privacy.P1,
        "nature": Privacy.P1,
        "purpose": Privacy.P1,
        "activities": Privacy.P1,
        "scope": Privacy.P1,
        "premises_address": Privacy.P1,
        "premises_area": Privacy.P1,
        "leader_name": Privacy.P1,
        "leader_phone": Privacy.P2,
        "member_count": Privacy.P1,
        "party_member_count": Privacy.P1,
        "fund_source": Privacy.P1,
        "opinion": Privacy.P1,
        "opinion_confirmer": Privacy.P1,
        "review_note": Privacy.P1,
        "return_reason": Privacy.P1,
        "name_confirmed_because": Privacy.P1,
        "filing_number": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"certificate_code", "begun_at", "changed_at", "submitted_on", "opinion_on", "filed_on",
         "closed_on", "days_taken", "returned_count", "version", "is_sample"}
    )  # fmt: skip

    kind = models.CharField("事项", max_length=8, choices=Kind, default=Kind.NEW)
    initiator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="filings", verbose_name="发起人"
    )
    community = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="所在社区")
    # The team that is filed, or the filed body that changes; a new body once it is filed.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="filings",
        verbose_name="组织",
    )  # fmt: skip
    name = models.CharField("名称", max_length=120)
    category = models.ForeignKey(
        ClassItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="备案类别"
    )
    nature = models.CharField("性质", max_length=12, choices=Nature, blank=True)
    purpose = models.TextField("宗旨", max_length=1000, blank=True)
    activities = models.TextField("活动内容", max_length=2000, blank=True)
    scope = models.CharField("活动范围", max_length=12, choices=Scope, blank=True)
    premises_address = models.CharField("活动场所地址", max_length=200, blank=True)
    premises_area = models.PositiveIntegerField("场所面积（平方米）", null=True, blank=True)
    premises_proof = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="场地证明",
    )  # fmt: skip
    charter = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="简易章程",
    )  # fmt: skip
    leader_name = models.CharField("负责人", max_length=60, blank=True)
    leader_phone = models.CharField("负责人手机号", max_length=20, blank=True)
    member_count = models.PositiveIntegerField("成员总数", null=True, blank=True)
    party_member_count = models.PositiveIntegerField("其中党员", null=True, blank=True)
    fund_source = models.CharField("经费来源", max_length=200, blank=True)
    opinion = models.TextField("社区意见", max_length=1000, blank=True)
    opinion_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="意见经办人",
    )  # fmt: skip
    opinion_confirmer = models.CharField("意见确认人", max_length=60, blank=True)
    opinion_on = models.DateField("意见日期", null=True, blank=True)
    phone_confirmed = models.BooleanField("已与负责人通话核实", default=False)
    review_note = models.CharField("审核意见", max_length=500, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="审核人",
    )  # fmt: skip
    name_confirmed_because = models.CharField("名称不致混淆的理由", max_length=200, blank=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    returned_count = models.PositiveSmallIntegerField("退回次数", default=0)
    filing_number = models.CharField("备案编号", max_length=40, blank=True)
    certificate_code = models.CharField("核验码", max_length=32, blank=True)
    begun_at = models.DateTimeField("建立时间")
    changed_at = models.DateTimeField("最近修改时间")
    submitted_on = models.DateField("首次提交日期", null=True, blank=True)
    filed_on = models.DateField("办结日期", null=True, blank=True)
    closed_on = models.DateField("结束日期", null=True, blank=True)
    days_taken = models.PositiveIntegerField("提交到办结的天数", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "备案申请"
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_code"],
                condition=~Q(certificate_code=""),
                name="certificate_code_belongs_to_one",
                violation_error_message="核验码重复。",
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(organisation__isnull=False, filed_on__isnull=False),
                name="filed_names_the_body_and_the_day",
                violation_error_message="办结的申请须有组织和日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "street_review", "filed"])
                | Q(submitted_on__isnull=False),
                name="filing_in_hand_was_submitted",
                violation_error_message="在办的申请须有提交日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="street_review")
                | (~Q(opinion="") & ~Q(opinion_confirmer="") & Q(opinion_on__isnull=False)),
                name="street_reviews_after_the_opinion",
                violation_error_message="社区没有提出意见，不能转街道审核。",
            ),
            models.CheckConstraint(
                condition=Q(kind="new") | Q(organisation__isnull=False),
                name="change_names_the_body",
                violation_error_message="变更、注销须指明组织。",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["draft", "submitted", "street_review", "returned"]),
                name="one_open_filing_of_a_body",
                violation_error_message="这个组织已有一份在办的申请。",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="filing_waiting"),
            models.Index(fields=["submitted_on", "id"], name="filing_received"),
            models.Index(fields=["leader_phone"], name="filing_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.name}·{self.get_kind_display()}"


class FilingMember(Reachable):
    """One name of the members' list."""

    anchors = ("filing__community__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1, "phone": Privacy.P2}
    technical: ClassVar[frozenset[str]] = frozenset({"sort"})

    filing = models.ForeignKey(
        Filing, models.CASCADE, related_name="members", verbose_name="备案申请"
    )
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机号", max_length=20, blank=True)
    sort = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = "成员"
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "name", "phone"],
                name="member_listed_once",
                violation_error_message="这位成员已在名单中。",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="member_has_a_name",
                violation_error_message="请填写姓名。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FilingTurn(Reachable):
    """What one desk did with an application, from when it came until when it went on."""

    class Desk(models.TextChoices):
        COMMUNITY = "community", "社区"
        STREET = "street", "街道"

    class Outcome(models.TextChoices):
        AGREED = "agreed", "同意"
        RETURNED = "returned", "退回"
        FILED = "filed", "办结"
        WITHDRAWN = "withdrawn", "发起人撤回"
        CLOSED = "closed", "终止"

    anchors = ("filing__community__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"words": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"desk", "outcome", "began_at", "due_on", "ended_at", "ended_on"}
    )

    filing = models.ForeignKey(
        Filing, models.CASCADE, related_name="turns", verbose_name="备案申请"
    )
    desk = models.CharField("经办", max_length=10, choices=Desk)
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    words = models.CharField("意见或理由", max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="经办人",
    )  # fmt: skip
    began_at = models.DateTimeField("收到时间")
    due_on = models.DateField("期限", null=True, blank=True)
    ended_at = models.DateTimeField("办出时间")
    ended_on = models.DateField("办出日期")
    on_time = models.BooleanField("按期")

    class Meta:
        verbose_name = "备案办理环节"
        indexes = [models.Index(fields=["ended_on", "id"], name="filing_turn_ended")]

    def __str__(self) -> str:
        return f"{self.get_desk_display()}{self.get_outcome_display()}"
