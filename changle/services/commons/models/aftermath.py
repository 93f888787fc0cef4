from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changle.core.lifecycle import Stateful
from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.ground.registry.models import Organisation
from changle.services.commons.models.bookings import Booking
from changle.services.commons.models.places import Centre, Space


class Damage(Stateful):
    """Something broken or missing at the inspection after a use, until it is settled."""

    class State(models.TextChoices):
        FOUND = "found", "待处理"
        SETTLED = "settled", "已处理"
        WAIVED = "waived", "免予赔偿"

    anchors = (
        "booking__centre__node__path", "booking__organisation__node__path",
        "booking__on_behalf__path",
    )  # fmt: skip
    privacy: ClassVar[dict[str, Privacy]] = {
        "what": Privacy.P1,
        "amount_fen": Privacy.P1,
        "settlement": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"found_at", "state", "state_since", "due_on"})

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="damages")
    what = models.CharField("损坏情况", max_length=300)
    amount_fen = models.BigIntegerField("估价", null=True, blank=True)
    settlement = models.CharField("处理结果", max_length=300, blank=True)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "场地损坏"

    def __str__(self) -> str:
        return self.what


class NoShow(Stateful):
    """A use that nobody came to; it counts until an appeal against it is upheld."""

    class State(models.TextChoices):
        COUNTED = "counted", "已计"
        APPEALED = "appealed", "申诉中"
        UPHELD = "upheld", "维持"
        LIFTED = "lifted", "撤销"

    worded_by = ("booking",)
    anchors = (
        "booking__centre__node__path", "booking__organisation__node__path",
        "booking__on_behalf__path",
    )  # fmt: skip
    owner = "person"
    privacy: ClassVar[dict[str, Privacy]] = {"appeal": Privacy.P1, "answer": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"at", "state", "state_since", "due_on"})

    booking = models.OneToOneField(Booking, models.PROTECT, related_name="no_show")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    appeal = models.CharField("申诉理由", max_length=300, blank=True)
    answer = models.CharField("处理意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "爽约"

    def __str__(self) -> str:
        return f"{self.booking}（爽约）"


class Suspension(Reachable):
    """A house takes no bookings from somebody for a time."""

    anchors = ("centre__node__path", "organisation__node__path")
    privacy: ClassVar[dict[str, Privacy]] = {"reason": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on", "lifted_at"})

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="suspensions")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="venue_suspensions"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（当日不含）")
    reason = models.CharField("原因", max_length=200)
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        verbose_name = "暂停预约"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="suspension_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(person__isnull=False),
                name="suspension_is_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class FeedToken(Reachable):
    """An address with which a calendar program reads one calendar; revoked, it reads nothing.

    Only the hash is kept. A person's feed shows what that person sees today, not when it was made.
    """

    anchors = ()
    owner = "user"
    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"about", "hash", "created_at", "revoked_at", "last_used_at"}
    )

    class About(models.TextChoices):
        VENUES = "venues", "场地预约"
        ACTIVITIES = "activities", "活动报名"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    about = models.CharField("内容", max_length=10, choices=About, default=About.VENUES)
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="+")
    centre = models.ForeignKey(Centre, models.CASCADE, null=True, blank=True, related_name="+")
    hash = models.CharField(max_length=64, unique=True)
    name = models.CharField("用途", max_length=60)
    created_at = models.DateTimeField("建立时间")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = "日历订阅"

    def __str__(self) -> str:
        return self.name
