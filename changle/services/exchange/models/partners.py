from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.territory.models import Node


class Partner(Reachable):
    """A unit that builds the neighbourhood along (共建单位): it is no member of the registry.

    It has no accounts: the street or community where it lies acts for it.
    """

    class Nature(models.TextChoices):
        GOVERNMENT = "A", "政府机关"
        INSTITUTION = "B", "事业单位"
        ENTERPRISE = "C", "企业"
        OTHER = "D", "其他"

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "uscc": Privacy.P0,
        "nature": Privacy.P0,
        "address": Privacy.P0,
        "superior": Privacy.P1,
        "legal_representative": Privacy.P1,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
        "staff_count": Privacy.P1,
        "area": Privacy.P1,
        "about": Privacy.P1,
        "agreement_number": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"settled_on", "starts_on", "ends_on", "recorded_at", "changed_at", "is_sample"}
    )

    node = models.ForeignKey(
        Node, models.PROTECT, related_name="partners", verbose_name="所在街道或社区"
    )
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    name = models.CharField("名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    nature = models.CharField("性质", max_length=1, choices=Nature)
    superior = models.CharField("上级主管单位", max_length=120, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    legal_representative = models.CharField("法定代表人（负责人）", max_length=60, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    staff_count = models.PositiveIntegerField("职工人数", null=True, blank=True)
    area = models.PositiveIntegerField("占地面积（平方米）", null=True, blank=True)
    settled_on = models.DateField("进驻日期", null=True, blank=True)
    about = models.CharField("能提供什么", max_length=500, blank=True)
    agreement_number = models.CharField("共建协议编号", max_length=60, blank=True)
    starts_on = models.DateField("共建起始日期")
    ends_on = models.DateField("共建到期日期（当日不含）", null=True, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    changed_at = models.DateTimeField("最近修改时间")
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "共建单位"
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="partner_uscc_once",
                violation_error_message="这个统一社会信用代码已登记为另一个共建单位。",
            ),
            models.UniqueConstraint(
                fields=["node", "name"],
                name="partner_once_at_place",
                violation_error_message="这里已有同名的共建单位。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="partner_ends_after_it_starts",
                violation_error_message="到期日期应晚于起始日期。",
            ),
        ]
        indexes = [models.Index(fields=["street", "name"], name="partner_of_street")]

    def __str__(self) -> str:
        return self.name
