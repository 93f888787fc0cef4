from datetime import UTC, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import WithinPool
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.exchange.models.offers import Offer, Request, someone


FOREVER = datetime(2199, 12, 31, tzinfo=UTC)  # what is given away never comes back


class Use(Stateful):
    """So much of an offer for a time, from the reservation until it is back.

    `holds_until` is what the guard counts: the agreed end while the use stands, the real return
    where it came earlier, its own start where it was called off, and for ever where it is a gift.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", "待确认"
        ACCEPTED = "accepted", "已约定"
        IN_USE = "in_use", "使用中"
        RETURNED = "returned", "已归还"
        CLOSED = "closed", "已完结"
        CANCELLED = "cancelled", "已取消"
        PROBLEM = "problem", "有问题"

    worded_by = ("offer__organisation", "offer__partner", "offer__node", "organisation", "node")
    anchors = ("offer__node__path", "node__path")
    privacy: ClassVar[dict[str, Privacy]] = {
        "quantity": Privacy.P1,
        "purpose": Privacy.P1,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "condition": Privacy.P1,
        "settlement": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "starts_at", "ends_at", "holds_until", "on", "hours", "reserved_at", "handed_at",
        "returned_at",
    }  # fmt: skip

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="uses", verbose_name="资源")
    request = models.ForeignKey(
        Request, models.SET_NULL, null=True, blank=True, related_name="uses",
        verbose_name="对应需求",
    )  # fmt: skip
    node = models.ForeignKey(Node, models.PROTECT, related_name="uses", verbose_name="使用方所在")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="uses",
        verbose_name="使用组织",
    )  # fmt: skip
    quantity = models.PositiveIntegerField("数量", default=1)
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    holds_until = models.DateTimeField("占用至")
    on = models.DateField("日期")  # here, on which it begins: days are counted by it
    hours = models.PositiveIntegerField("使用小时", default=0)  # 0 until it is closed
    purpose = models.CharField("用途", max_length=200)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    condition = models.CharField("归还情况", max_length=300, blank=True)
    settlement = models.CharField("问题与处理", max_length=300, blank=True)
    reserved_by = someone("预约人")
    reserved_at = models.DateTimeField("预约时间")
    handed_at = models.DateTimeField("交付时间", null=True, blank=True)
    returned_at = models.DateTimeField("归还时间", null=True, blank=True)

    class Meta:
        verbose_name = "资源使用"
        constraints = [
            WithinPool(
                name="offer_is_never_overdrawn",
                pool="offer",
                start="starts_at",
                end="holds_until",
                quantity="quantity",
                limit="quantity",
                violation_error_message="这段时间内数量不够。",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1)
                & Q(ends_at__gt=F("starts_at"))
                & Q(holds_until__gte=F("starts_at")),
                name="use_takes_something",
                violation_error_message="结束应晚于开始，数量至少是 1。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("reserved", "accepted", "in_use"))
                | Q(holds_until__gte=F("ends_at")),
                name="standing_use_holds_to_its_end",
                violation_error_message="在约的使用须占用到约定的结束时间。",
            ),
        ]
        indexes = [
            models.Index(fields=["offer", "starts_at"], name="use_of_offer"),
            models.Index(fields=["offer", "holds_until"], name="use_until"),
            models.Index(fields=["node", "-starts_at"], name="use_of_node"),
            models.Index(fields=["state", "on"], name="use_state_day"),
        ]

    def __str__(self) -> str:
        return f"{self.taker}使用“{self.offer.title}”"

    @property
    def taker(self) -> str:
        return str(self.organisation or self.node)
