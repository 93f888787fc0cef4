from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.constraints import AppendOnly, WithinPool
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.exchange.models.offers import someone
from changle.services.exchange.models.partners import Partner


class Emergency(Reachable):
    """A response during which gifts are disclosed at least every five days (Charity Law, ch. 8)."""

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P0, "about": Privacy.P0}
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on", "is_sample"})

    node = models.ForeignKey(Node, models.PROTECT, related_name="emergencies", verbose_name="范围")
    name = models.CharField("名称", max_length=60)
    about = models.CharField("说明", max_length=300, blank=True)
    starts_on = models.DateField("启动日期")
    ends_on = models.DateField("结束日期（当日不含）", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "应急响应"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="emergency_ends_after_it_starts",
                violation_error_message="结束日期不能早于启动日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Disclosure(Reachable):
    """The moment up to which the gifts of a response have been made public."""

    anchors = ("emergency__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"at"})

    emergency = models.ForeignKey(Emergency, models.PROTECT, related_name="disclosures")
    at = models.DateTimeField("公布时间")
    by = someone("公布人")

    class Meta:
        verbose_name = "应急捐赠公布"
        constraints = [AppendOnly(name="disclosure_append_only", except_fields=("by",))]

    def __str__(self) -> str:
        return f"{self.emergency} {self.at:%Y-%m-%d}"


class ReceiptBook(Reachable):
    """The last number that a place has given in a year: locked while the next is taken."""

    anchors = ("node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"year", "last"})

    node = models.ForeignKey(Node, models.PROTECT, related_name="receipt_books")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = "凭证号簿"
        constraints = [
            models.UniqueConstraint(fields=["node", "year"], name="receipt_book_once"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.year}"


class Donation(Reachable):
    """Things given to a place, never money; its receipt is numbered without a gap per place and year."""

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "donor_name": Privacy.P1,
        "donor_phone": Privacy.P2,
        "earmark": Privacy.P0,
        "note": Privacy.P1,
        "void_reason": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"received_on", "year", "number", "recorded_at", "voided_at", "is_sample"}
    )

    node = models.ForeignKey(
        Node, models.PROTECT, related_name="donations", verbose_name="接收单位"
    )
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="donations",
        verbose_name="共建单位",
    )  # fmt: skip
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="donations",
        verbose_name="捐赠组织",
    )  # fmt: skip
    donor_name = models.CharField("捐赠人姓名", max_length=60, blank=True)
    donor_phone = models.CharField("捐赠人电话", max_length=30, blank=True)
    is_anonymous = models.BooleanField("公示时隐去名称", default=False)
    emergency = models.ForeignKey(
        Emergency, models.PROTECT, null=True, blank=True, related_name="donations",
        verbose_name="应急响应",
    )  # fmt: skip
    received_on = models.DateField("接收日期")
    earmark = models.CharField("捐赠意愿（指定用途）", max_length=200, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    year = models.PositiveSmallIntegerField("凭证年度")
    number = models.PositiveIntegerField("凭证序号")
    recorded_by = someone("经手人")
    recorded_at = models.DateTimeField("录入时间")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "实物捐赠"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "year", "number"],
                name="receipt_number_once",
                violation_error_message="这个凭证号已经用过。",
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=False, organisation__isnull=True, donor_name="")
                | Q(partner__isnull=True, organisation__isnull=False, donor_name="")
                | (Q(partner__isnull=True, organisation__isnull=True) & ~Q(donor_name="")),
                name="donation_has_one_donor",
                violation_error_message="捐赠人须是共建单位、组织、个人之一。",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="void_donation_says_why",
                violation_error_message="作废须写明原因。",
            ),
        ]
        indexes = [
            models.Index(fields=["node", "-received_on"], name="donation_of_node"),
            models.Index(fields=["received_on"], name="donation_received"),
        ]

    def __str__(self) -> str:
        return f"实物捐赠 {self.receipt}"

    @property
    def receipt(self) -> str:
        return f"实捐〔{self.year}〕{self.number:04d}号"

    @property
    def donor(self) -> str:
        return str(self.organisation or self.partner or self.donor_name)


class DonationItem(Reachable):
    """One sort of thing within a gift, with what it is worth in all and how that is known."""

    class Basis(models.TextChoices):
        INVOICE = "invoice", "发票"
        APPRAISAL = "appraisal", "评估"
        MARKET = "market", "市场价"

    anchors = ("donation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "quantity": Privacy.P0,
        "unit": Privacy.P0,
        "value_fen": Privacy.P0,
        "basis": Privacy.P0,
    }

    donation = models.ForeignKey(Donation, models.CASCADE, related_name="items")
    name = models.CharField("物品", max_length=60)
    quantity = models.PositiveIntegerField("数量")
    unit = models.CharField("单位", max_length=10)
    value_fen = models.BigIntegerField("价值（分）")  # of all of them
    basis = models.CharField("计价依据", max_length=10, choices=Basis)

    class Meta:
        verbose_name = "捐赠物品"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(value_fen__gte=0),
                name="donation_item_is_something",
                violation_error_message="数量至少是 1，价值不能为负。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Distribution(Reachable):
    """What became of a gift. The guard lets no more be handed out than was given."""

    anchors = ("item__donation__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "quantity": Privacy.P0,
        "recipient": Privacy.P1,
        "purpose": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"given_on", "from_at", "until_at", "recorded_at"}
    )

    item = models.ForeignKey(DonationItem, models.PROTECT, related_name="distributions")
    quantity = models.PositiveIntegerField("数量")
    given_on = models.DateField("发放日期")
    recipient = models.CharField("发放对象", max_length=100)
    purpose = models.CharField("用途", max_length=200, blank=True)
    # For the guard of the pool: what is handed out is out for ever, whatever its day.
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    recorded_by = someone("经手人")
    recorded_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "捐赠物品去向"
        constraints = [
            WithinPool(
                name="gift_is_never_overspent",
                pool="item",
                start="from_at",
                end="until_at",
                quantity="quantity",
                limit="quantity",
                violation_error_message="发放数量超过剩余数量。",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(until_at__gt=F("from_at")),
                name="distribution_is_of_something",
                violation_error_message="数量至少是 1。",
            ),
            AppendOnly(name="distribution_append_only", except_fields=("recorded_by",)),
        ]

    def __str__(self) -> str:
        return f"{self.item} × {self.quantity}"
