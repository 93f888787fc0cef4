from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.constraints import PoolHolds
from changle.core.files import StoredFile
from changle.core.lifecycle import Stateful
from changle.core.privacy import LIFE, Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.exchange.models.partners import Partner


def someone(label: str) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=label,
    )  # fmt: skip


class ResourceKind(Reachable):
    """A kind of what is shared. Money is none (Charity Law art. 26), and none is ever added for it."""

    anchors = ()  # a word list, which lies nowhere
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "unit": Privacy.P0,
        "about": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"code", "icon", "sort", "retired_on"})

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=30)
    unit = models.CharField("常用单位", max_length=10)
    about = models.CharField("说明", max_length=100, blank=True)
    icon = models.CharField("图标", max_length=30, default="box")
    is_venue = models.BooleanField("场地类", default=False)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "资源类别"
        constraints = [
            models.CheckConstraint(
                condition=~Q(code__in=("money", "fund", "funds", "cash", "donation")),
                name="no_kind_is_money",
                violation_error_message="平台不收也不转交钱款。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Offer(Stateful):
    """What a body, a partner or a place lets others use or take; `node` is the giver's place.

    Half open: on `ends_on` it is no longer to be had. Reserved in parts: what is promised at any
    instant never exceeds `quantity`, guarded from both sides by the database.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "待核实"
        REFUSED = "refused", "未通过"
        VERIFIED = "verified", "已核实"
        LISTED = "listed", "已上架"
        CLOSED = "closed", "已结束"
        EXPIRED = "expired", "已到期"
        WITHDRAWN = "withdrawn", "已撤回"

    class Audience(models.TextChoices):
        DISTRICT = "district", "全区"
        STREET = "street", "本街道"

    worded_by = ("organisation", "partner", "node")
    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P0,
        "about": Privacy.P0,
        "quantity": Privacy.P0,
        "unit": Privacy.P0,
        "place": Privacy.P0,
        "conditions": Privacy.P0,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "audience", "starts_on", "ends_on", "listed_on", "offered_at", "is_sample",
    }  # fmt: skip

    node = models.ForeignKey(Node, models.PROTECT, related_name="offers", verbose_name="提供方所在")
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="offers",
        verbose_name="提供组织",
    )  # fmt: skip
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="offers",
        verbose_name="共建单位",
    )  # fmt: skip
    kind = models.ForeignKey(
        ResourceKind, models.PROTECT, related_name="offers", verbose_name="类别"
    )
    title = models.CharField("名称", max_length=60)
    about = models.TextField("说明", max_length=1000, blank=True)
    quantity = models.PositiveIntegerField("数量", default=1)
    unit = models.CharField("单位", max_length=10, default="件")
    is_gift = models.BooleanField("赠与（领走不还）", default=False)
    audience = models.CharField(
        "谁可以用", max_length=10, choices=Audience, default=Audience.DISTRICT
    )
    place = models.CharField("取用地点", max_length=200, blank=True)
    conditions = models.CharField("使用条件", max_length=300, blank=True)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不含）", null=True, blank=True)
    photo = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="照片"
    )
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    offered_by = someone("发布人")
    verified_by = someone("核实人")
    offered_at = models.DateTimeField("发布时间")
    listed_on = models.DateField("上架日期", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "共享资源"
        constraints = [
            PoolHolds(
                name="offer_holds_what_is_promised",
                quantity="quantity",
                claims="exchange_use",
                columns=("offer_id", "starts_at", "holds_until", "quantity"),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1),
                name="offer_is_of_something",
                violation_error_message="数量至少是 1。",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(partner__isnull=True),
                name="offer_has_one_giver",
                violation_error_message="提供方只能是一个。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="offer_ends_after_it_starts",
                violation_error_message="截止日期应晚于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="listed") | Q(listed_on__isnull=False),
                name="listed_offer_has_its_day",
                violation_error_message="已上架的资源须有上架日期。",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("offered_by")),
                name="nobody_verifies_their_own_offer",
                violation_error_message="发布人不能核实自己的资源。",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "kind", "ends_on"], name="offer_on_board"),
            models.Index(fields=["street", "state"], name="offer_of_street"),
            models.Index(fields=["listed_on"], name="offer_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.giver}：{self.title}"

    @property
    def giver(self) -> str:
        """Its name as people know it; organisation, partner and node must be loaded."""
        return str(self.organisation or self.partner or self.node)


class OfferTime(Reachable):
    """A span of a weekday in which the thing is to be had; an offer without any is had at all times."""

    WEEKDAYS: ClassVar[list[tuple[int, str]]] = list(enumerate("一二三四五六日"))

    anchors = ("offer__node__path",)
    technical: ClassVar[frozenset[str]] = frozenset({"weekday", "opens", "closes"})

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="times")
    weekday = models.PositiveSmallIntegerField("星期")  # 0 is Monday
    opens = models.TimeField("自")
    closes = models.TimeField("至")

    class Meta:
        verbose_name = "可用时间"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) & Q(weekday__lte=6),
                name="offer_time_closes_after_it_opens",
                violation_error_message="结束时间应晚于开始时间。",
            ),
            models.UniqueConstraint(fields=["offer", "weekday", "opens"], name="offer_time_once"),
        ]

    def __str__(self) -> str:
        return f"周{'一二三四五六日'[self.weekday]} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Request(Stateful):
    """What a body or a place needs and asks the neighbours for; never money."""

    class State(models.TextChoices):
        OPEN = "open", "征集中"
        MATCHED = "matched", "已对接"
        FULFILLED = "fulfilled", "已满足"
        WITHDRAWN = "withdrawn", "已撤回"
        EXPIRED = "expired", "已到期"

    worded_by = ("organisation", "node")
    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P0,
        "about": Privacy.P0,
        "quantity": Privacy.P0,
        "unit": Privacy.P0,
        "times": Privacy.P0,
        "place": Privacy.P0,
        "contact_name": Privacy.P1,
        "contact_phone": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = LIFE | {
        "starts_on", "ends_on", "weekday", "asked_on", "asked_at", "matched_on", "is_sample",
    }  # fmt: skip

    node = models.ForeignKey(
        Node, models.PROTECT, related_name="requests", verbose_name="需求方所在"
    )
    street = models.ForeignKey(
        Node, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="requests",
        verbose_name="需求组织",
    )  # fmt: skip
    kind = models.ForeignKey(
        ResourceKind, models.PROTECT, related_name="requests", verbose_name="类别"
    )
    title = models.CharField("需要什么", max_length=60)
    about = models.TextField("说明", max_length=1000, blank=True)
    quantity = models.PositiveIntegerField("数量", default=1)
    unit = models.CharField("单位", max_length=10, default="件")
    starts_on = models.DateField("最早哪天用")
    ends_on = models.DateField("到哪天为止（当日不含）")
    weekday = models.PositiveSmallIntegerField("星期几用", null=True, blank=True)  # 0 is Monday
    times = models.CharField("时间要求", max_length=100, blank=True)
    place = models.CharField("使用地点", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    asked_by = someone("发布人")
    asked_at = models.DateTimeField("发布时间")
    asked_on = models.DateField("发布日期")
    matched_on = models.DateField("对接日期", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "资源需求"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1),
                name="request_is_of_something",
                violation_error_message="数量至少是 1。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="request_ends_after_it_starts",
                violation_error_message="截止日期应晚于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(weekday__lte=6),
                name="request_weekday_is_one",
                violation_error_message="没有这个星期几。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("matched", "fulfilled")) | Q(matched_on__isnull=False),
                name="matched_request_has_its_day",
                violation_error_message="已对接的需求须有对接日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "kind", "ends_on"], name="request_on_board"),
            models.Index(fields=["asked_on"], name="request_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.asker}需要{self.title}"

    @property
    def asker(self) -> str:
        return str(self.organisation or self.node)
