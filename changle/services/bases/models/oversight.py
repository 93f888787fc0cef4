"""On-site checks of an operator, and the hand-over when it changes."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.files import StoredFile
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.services.bases.models.base import someone
from changle.services.bases.models.operators import OperatorContract


class OperatorCheck(Stateful):
    """The office looked at the operator's work on the spot; what it found is to be remedied."""

    class State(models.TextChoices):
        OPEN = "open", "待整改"
        REMEDIED = "remedied", "已整改待复核"
        CLOSED = "closed", "已办结"

    worded_by = ("contract__base",)
    anchors = ("contract__base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "subject": Privacy.P1,
        "findings": Privacy.P1,
        "remedy": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {"on", "remedied_on", "closed_on"}

    contract = models.ForeignKey(
        OperatorContract, models.CASCADE, related_name="checks", verbose_name="合同"
    )
    on = models.DateField("检查日期")
    subject = models.CharField("检查内容", max_length=80)
    findings = models.TextField("发现的问题", max_length=2000, blank=True)
    checked_by = someone("检查人")
    remedy = models.TextField("整改情况", max_length=2000, blank=True)
    evidence = models.ForeignKey(
        StoredFile,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="整改佐证",
    )
    remedied_by = someone("整改人")
    remedied_on = models.DateField("整改日期", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    class Meta:
        verbose_name = "运营检查"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed") | ~Q(findings=""),
                name="open_check_found_something",
                violation_error_message="没有发现问题的检查当场办结。",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(findings="") | ~Q(remedy=""),
                name="remedied_check_says_how",
                violation_error_message="须写明怎样整改的。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract.base.name}检查：{self.subject}"


class HandOver(Stateful):
    """What the leaving operator hands to the next: line by line, confirmed by both sides."""

    class State(models.TextChoices):
        OPEN = "open", "交接中"
        DONE = "done", "已交接"
        STOPPED = "stopped", "已中止"

    worded_by = ("old__base",)
    anchors = ("old__base__node__path",)
    technical: ClassVar[frozenset[str]] = LIFE | {"opened_on", "done_on"}

    old = models.OneToOneField(
        OperatorContract, models.PROTECT, related_name="hand_over", verbose_name="移交方"
    )
    new = models.ForeignKey(
        OperatorContract, models.PROTECT, related_name="taken_over", verbose_name="接收方"
    )
    opened_on = models.DateField("开始日期")
    done_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        verbose_name = "运营交接"
        constraints = [
            models.CheckConstraint(
                condition=~Q(old=F("new")),
                name="hand_over_has_two_sides",
                violation_error_message="移交方和接收方应是两份合同。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.old.base.name}运营交接"


class HandOverItem(Reachable):
    """One line of the list."""

    class Kind(models.TextChoices):
        ACCOUNTS = "accounts", "账户"
        KEYS = "keys", "钥匙与门禁"
        MONEY = "money", "资金与台账"
        DATA = "data", "档案与数据"
        EQUIPMENT = "equipment", "设备物资"
        CASES = "cases", "未结事项"

    anchors = ("hand_over__old__base__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "what": Privacy.P1,
        "note": Privacy.P1,
        "given_for": Privacy.P2,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"kind", "given_at", "received_at", "sort"})

    hand_over = models.ForeignKey(
        HandOver, models.CASCADE, related_name="items", verbose_name="交接"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind)
    what = models.CharField("内容和数量", max_length=300)
    note = models.CharField("备注", max_length=300, blank=True)
    # Who signed on paper, where the office enters it because the operator has no access any more.
    given_for = models.CharField("移交方签字人", max_length=60, blank=True)
    given_by = someone("移交确认")
    given_at = models.DateTimeField("移交时间", null=True, blank=True)
    received_by = someone("接收确认")
    received_at = models.DateTimeField("接收时间", null=True, blank=True)
    sort = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "交接事项"
        constraints = [
            models.CheckConstraint(
                condition=~Q(given_by=F("received_by")),
                name="two_hands_at_a_hand_over",
                violation_error_message="移交和接收须由两个人确认。",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(given_at__isnull=False),
                name="received_after_given",
                violation_error_message="移交方确认后才能接收。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hand_over}：{self.what}"
