"""Calls, incubatees, and the sheets on which a panel scores them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.services.commons.models import Centre
from changle.services.leases.models import Lease


MOST_REMARK = 500


def someone(label: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=label,
    )  # fmt: skip


class Call(Reachable):
    """An intake: who may apply, until when, and by which version of the scorecard.

    `closes_on` is the first day on which nobody may apply any more.
    """

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"title": Privacy.P0, "conditions": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"opens_on", "closes_on", "places", "virtual_places", "panel_size", "is_anonymous",
         "scorecard_version"}
    )  # fmt: skip

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="calls", verbose_name="中心")
    title = models.CharField("名称", max_length=80)
    conditions = models.JSONField("条件", default=list)  # codes in queries.conditions.CONDITIONS
    opens_on = models.DateField("开始日期")
    closes_on = models.DateField("截止日期（当日不含）")
    places = models.PositiveSmallIntegerField("实地名额", default=15)
    virtual_places = models.PositiveSmallIntegerField("虚拟名额", default=15)
    panel_size = models.PositiveSmallIntegerField("评审人数", default=3)
    # What the panel may not see besides each other's sheets: who applies.
    is_anonymous = models.BooleanField("评审时隐去组织名称", default=False)
    scorecard_version = models.PositiveSmallIntegerField("评审表版本", default=1)

    class Meta:
        verbose_name = "招募公告"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gt=F("opens_on")), name="call_closes_after_it_opens",
                violation_error_message="截止日期应晚于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(panel_size__in=(3, 5, 7, 9)), name="call_panel_is_odd",
                violation_error_message="评审人数应为 3、5、7 或 9 人。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Incubatee(Stateful):
    """A body on its way through a house, from the application to the end of the follow-up."""

    class State(models.TextChoices):
        APPLIED = "applied", "待资格初审"
        RETURNED = "returned", "退回补正"
        REVIEW = "review", "评审中"
        PUBLICISED = "publicised", "公示中"
        ADMITTED = "admitted", "待签约"
        AGREED = "agreement_signed", "已签约"
        DIAGNOSING = "diagnosing", "需求评估"
        INCUBATING = "incubating", "在孵"
        MIDTERM = "midterm", "中期评估"
        PROBATION = "probation", "整改"
        EXIT_REVIEW = "exit_review", "出壳评估"
        HANDING_OVER = "handing_over", "强制退出交接"
        FOLLOW_UP = "follow_up", "出壳后跟踪"
        CLOSED = "closed", "已办结"
        REJECTED = "rejected", "不予入驻"
        WITHDRAWN = "withdrawn", "自愿退出"
        FORCED_EXIT = "forced_exit", "强制退出"

    class Ground(models.TextChoices):
        ILLEGAL = "illegal", "从事违法活动"
        SEAT = "seat", "工位用于经营或转租"
        IDLE = "idle", "三个月没有活动"
        FALSE = "false", "提供虚假材料"
        PROBATION = "probation", "整改不合格"
        EXIT = "exit", "出壳评估不合格或不参加评估"
        ELIGIBILITY = "eligibility", "不再符合条件"

    OVER = ("closed", "rejected", "withdrawn", "forced_exit")
    # States in which the services of the house go on.
    INSIDE = ("agreement_signed", "diagnosing", "incubating", "midterm", "probation", "exit_review")

    anchors = ("call__centre__node__path", "organisation__node__path")
    worded_by = ("organisation", "call")
    privacy: ClassVar[dict[str, Privacy]] = {
        "plan": Privacy.P1, "exit_ground": Privacy.P1, "handed_over": Privacy.P1,
    }  # fmt: skip
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "applied_at", "extended", "signed_at", "countersigned_at", "admitted_on", "starts_on",
            "ends_on", "graduated_on", "left_on", "round",
        }
    )  # fmt: skip

    call = models.ForeignKey(Call, models.PROTECT, related_name="incubatees", verbose_name="招募")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="incubations", verbose_name="组织"
    )
    plan = models.TextField("项目和发展计划", max_length=3000)
    is_virtual = models.BooleanField("虚拟孵化，不占工位", default=False)
    # Who found the papers in order does not decide on the body.
    checked_by = someone("初审人")
    signed_by = someone("乙方签署人")
    signed_at = models.DateTimeField("乙方签署时间", null=True, blank=True)
    countersigned_by = someone("甲方签署人")
    countersigned_at = models.DateTimeField("甲方签署时间", null=True, blank=True)
    applied_at = models.DateTimeField("申请时间")
    admitted_on = models.DateField("准入日期", null=True, blank=True)
    # The term of the agreement; nobody stays from `ends_on` on.
    starts_on = models.DateField("孵化开始", null=True, blank=True)
    ends_on = models.DateField("孵化到期", null=True, blank=True)
    extended = models.BooleanField("已续驻", default=False)
    round = models.PositiveSmallIntegerField("出壳评估次数", default=0)
    graduated_on = models.DateField("出壳日期", null=True, blank=True)
    left_on = models.DateField("离开日期", null=True, blank=True)
    exit_ground = models.CharField("退出事由", max_length=12, choices=Ground, blank=True)
    exit_proposed_by = someone("提请退出的人")
    handed_over = models.TextField("交接清单", max_length=1000, blank=True)
    lease = models.OneToOneField(
        Lease, models.PROTECT, null=True, blank=True, related_name="incubatee", verbose_name="入驻"
    )

    class Meta:
        verbose_name = "孵化对象"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], name="one_live_incubation",
                condition=~Q(state__in=("closed", "rejected", "withdrawn", "forced_exit")),
                violation_error_message="这个组织已有办理中的孵化申请。",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_at__isnull=True) | Q(signed_at__isnull=False),
                name="incubatee_body_signs_first",
                violation_error_message="请组织先签署协议和承诺书。",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by__isnull=True) | ~Q(countersigned_by=F("signed_by")),
                name="incubatee_two_hands_sign",
                violation_error_message="双方不能由同一个人签署。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="incubatee_term_has_days",
                violation_error_message="到期日期应晚于开始日期。",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "due_on"], name="incubatee_state"),
            models.Index(fields=["admitted_on"], name="incubatee_admitted"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}孵化"


class Sheet(Reachable):
    """One reviewer's scores for one incubatee: at its admission, or at a round of leaving.

    It lies nowhere in the territory: only its reviewer reaches it, whatever the grants of others,
    and everybody else reads it through `queries.scoring.open_sheets` once the panel is complete.
    """

    anchors = ()
    owner = "reviewer"
    privacy: ClassVar[dict[str, Privacy]] = {
        "scores": Privacy.P2,
        "remark": Privacy.P2,
        "left_because": Privacy.P2,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"submitted_at", "round"})

    incubatee = models.ForeignKey(Incubatee, models.PROTECT, related_name="sheets")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="评审人"
    )
    # 0: the admission; from 1: the rounds of the exit review.
    round = models.PositiveSmallIntegerField("轮次", default=0)
    scores = models.JSONField("得分", default=dict)  # code of an item -> points
    remark = models.CharField("意见", max_length=MOST_REMARK, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    # A reviewer who drops out keeps the row, so that they are not appointed again.
    left_because = models.CharField("退出评审的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "评审表"
        constraints = [
            models.UniqueConstraint(
                fields=["incubatee", "round", "reviewer"], name="one_sheet_a_reviewer",
                violation_error_message="这位评审人已在评审组，或已退出评审。",
            ),
            models.CheckConstraint(
                condition=Q(left_because="") | Q(submitted_at__isnull=True),
                name="sheet_handed_in_stays",
                violation_error_message="已经提交的评审表不能退出。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.incubatee_id} {self.reviewer_id}"
