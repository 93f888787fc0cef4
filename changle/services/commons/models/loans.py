from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.commons.models.places import Centre, Pool


class LoanRule(Reachable):
    """How a house lends: every bound that a refusal names is a column here.

    Defaults are assumptions; the house sets its own, and each thing has its longest days.
    """

    anchors = ("centre__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "needs_approval", "residents_may", "most_pieces", "most_open", "hours_ahead",
            "days_ahead", "most_extensions", "keep_hours", "overdue_days",
        }
    )  # fmt: skip

    centre = models.OneToOneField(Centre, models.CASCADE, related_name="loan_rule")
    needs_approval = models.BooleanField("须经审批", default=True)
    residents_may = models.BooleanField("居民个人可借", default=False)
    most_pieces = models.PositiveSmallIntegerField("一次至多（件）", default=60)
    most_open = models.PositiveSmallIntegerField("同时未还至多（笔）", default=3)
    hours_ahead = models.PositiveSmallIntegerField("至少提前（小时）", default=4)
    days_ahead = models.PositiveSmallIntegerField("至多提前（天）", default=60)
    most_extensions = models.PositiveSmallIntegerField("借用方可续借（次）", default=1)
    keep_hours = models.PositiveSmallIntegerField("过取用时间保留（小时）", default=24)
    # So far ahead nobody is promised what has not come back.
    overdue_days = models.PositiveSmallIntegerField("逾期后继续占用（天）", default=3)

    class Meta:
        verbose_name = "外借规则"
        constraints = [
            models.CheckConstraint(
                condition=Q(most_pieces__gte=1)
                & Q(most_open__gte=1)
                & Q(overdue_days__gte=1, overdue_days__lte=30)
                & Q(days_ahead__gte=1, days_ahead__lte=366),
                name="loan_rule_makes_sense",
                violation_error_message="件数、笔数至少是 1，逾期占用 1 至 30 天，至多提前 1 至 366 天。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.centre}外借规则"


class Loan(Stateful):
    """Things of a house that are carried away and brought back, under one signed list.

    A request holds nothing. From the approval to the return the things are taken in their pools;
    when they are late, so far ahead as the rule says.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        APPROVED = "approved", "待取用"
        HANDED = "handed", "待借用方确认"
        IN_USE = "in_use", "借出中"
        OVERDUE = "overdue", "逾期未还"
        RETURNED = "returned", "已归还待核查"
        DAMAGED = "damaged", "损失待处理"
        CLOSED = "closed", "已办结"
        REJECTED = "rejected", "未通过"
        CANCELLED = "cancelled", "已取消"

    OUT = ("handed", "in_use", "overdue")
    OPEN = ("requested", "approved", *OUT)

    anchors = ("centre__node__path", "organisation__node__path", "on_behalf__path")
    owner = "person"
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P1,
        "place": Privacy.P1,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "receiver_name": Privacy.P1,
        "returner_name": Privacy.P1,
        "reason": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "starts_at", "ends_at", "asked_at", "handed_at", "received_at", "returned_at",
            "handed_on", "overdue_on", "extensions", "state", "state_since", "due_on", "is_sample",
        }
    )  # fmt: skip

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="loans", verbose_name="中心")
    # For whom: an organisation, or a place (a community, a street), or a person.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="loans",
        verbose_name="组织",
    )  # fmt: skip
    on_behalf = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="个人",
    )  # fmt: skip
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="申请人"
    )
    title = models.CharField("用途", max_length=80)
    place = models.CharField("使用地点", max_length=120)
    contact_name = models.CharField("联系人", max_length=60)
    contact_phone = models.CharField("联系电话", max_length=30)
    starts_at = models.DateTimeField("取用时间")
    ends_at = models.DateTimeField("应还时间")
    asked_at = models.DateTimeField("提交时间")
    reason = models.CharField("理由", max_length=200, blank=True)  # of a refusal or cancellation
    # The house hands over; the borrower confirms by an account, or signs before the house.
    handed_at = models.DateTimeField("交付时间", null=True, blank=True)
    handed_on = models.DateField("交付日期", null=True, blank=True)  # here: days are counted by it
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="交付人"
    )
    received_at = models.DateTimeField("确认时间", null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    receiver_name = models.CharField("领取人", max_length=60, blank=True)
    returned_at = models.DateTimeField("归还时间", null=True, blank=True)
    returned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="收回人"
    )
    returner_name = models.CharField("归还人", max_length=60, blank=True)
    overdue_on = models.DateField("逾期日期", null=True, blank=True)  # the first, if ever
    extensions = models.PositiveSmallIntegerField("续借次数", default=0)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "物资借用"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="loan_ends_after_it_starts",
                violation_error_message="归还应晚于取用。",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, on_behalf__isnull=True, person__isnull=True)
                | Q(organisation__isnull=True, on_behalf__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, on_behalf__isnull=True, person__isnull=False),
                name="loan_is_to_one",
                violation_error_message="请说明谁借用。",
            ),
            models.CheckConstraint(
                condition=Q(received_by__isnull=True)
                | Q(handed_by__isnull=True)
                | ~Q(received_by=F("handed_by")),
                name="loan_is_signed_by_two",
                violation_error_message="交付和领取须由两人确认。",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=False, handed_on__isnull=False)
                | Q(
                    handed_at__isnull=True,
                    handed_on__isnull=True,
                    received_at__isnull=True,
                    returned_at__isnull=True,
                ),
                name="loan_comes_back_after_it_went",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "state", "ends_at"], name="loan_of_centre"),
            models.Index(fields=["organisation", "state"], name="loan_of_organisation"),
            models.Index(fields=["state", "ends_at"], name="loan_due"),
            models.Index(fields=["handed_on", "centre"], name="loan_day"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def borrower(self) -> str:
        return str(self.organisation or self.on_behalf or self.person or "")


class LoanLine(Reachable):
    """So many of one thing on the list of a loan: promised, given out, come back."""

    anchors = (
        "loan__centre__node__path",
        "loan__organisation__node__path",
        "loan__on_behalf__path",
    )
    privacy: ClassVar[dict[str, Privacy]] = {
        "quantity": Privacy.P1,
        "condition_out": Privacy.P1,
        "condition_back": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"out", "back", "broken", "piece_days"})

    loan = models.ForeignKey(Loan, models.CASCADE, related_name="lines")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="loan_lines")
    quantity = models.PositiveIntegerField("申请数量")
    out = models.PositiveIntegerField("交付数量", default=0)
    back = models.PositiveIntegerField("归还数量", default=0)
    broken = models.PositiveIntegerField("其中损坏", default=0)
    condition_out = models.CharField("交付时状况", max_length=200, blank=True)
    condition_back = models.CharField("归还时状况", max_length=200, blank=True)
    piece_days = models.PositiveIntegerField("件·天", default=0)  # 0 until it came back

    class Meta:
        verbose_name = "借用物资"
        constraints = [
            models.UniqueConstraint(fields=["loan", "pool"], name="thing_once_in_loan"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1)
                & Q(out__lte=F("quantity"))
                & Q(back__lte=F("out"))
                & Q(broken__lte=F("back")),
                name="loan_line_adds_up",
                violation_error_message="交付不能多于申请，归还不能多于交付，损坏不能多于归还。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool} × {self.quantity}"

    @property
    def lost(self) -> int:
        return self.out - self.back


class LoanDamage(Stateful):
    """Pieces that came back broken or not at all, until somebody else has settled it."""

    class State(models.TextChoices):
        FOUND = "found", "待处理"
        SETTLED = "settled", "已处理"
        WAIVED = "waived", "免予赔偿"

    class Kind(models.TextChoices):
        BROKEN = "broken", "损坏"
        LOST = "lost", "丢失"

    anchors = (
        "loan__centre__node__path",
        "loan__organisation__node__path",
        "loan__on_behalf__path",
    )
    privacy: ClassVar[dict[str, Privacy]] = {
        "what": Privacy.P1,
        "amount_fen": Privacy.P1,
        "settlement": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "kind", "quantity", "written_off", "found_at", "found_on", "settled_at", "state",
            "state_since", "due_on",
        }
    )  # fmt: skip

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="damages")
    line = models.ForeignKey(LoanLine, models.PROTECT, related_name="damages")
    kind = models.CharField("类别", max_length=6, choices=Kind)
    quantity = models.PositiveIntegerField("件数")
    what = models.CharField("情况", max_length=300)
    found_at = models.DateTimeField("发现时间")
    found_on = models.DateField("发现日期")
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    amount_fen = models.BigIntegerField("赔偿（分）", null=True, blank=True)
    settlement = models.CharField("处理结果", max_length=300, blank=True)
    written_off = models.PositiveIntegerField("核销件数", default=0)  # taken from the pool for good
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "借用损失"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(written_off__lte=F("quantity")),
                name="loan_damage_counts",
                violation_error_message="核销件数不能多于损失件数。",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True)
                | Q(found_by__isnull=True)
                | ~Q(settled_by=F("found_by")),
                name="loan_damage_settled_by_another",
                violation_error_message="登记损失的人不能处理同一笔损失。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gte=0),
                name="loan_damage_is_not_negative",
                violation_error_message="赔偿金额不能为负。",
            ),
        ]
        indexes = [models.Index(fields=["found_on"], name="loan_damage_day")]

    def __str__(self) -> str:
        return self.what
