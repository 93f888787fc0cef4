from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.services.commons.models.bookings import Booking
from changle.services.commons.models.places import Centre, Pool


class Thing(Reachable):
    """What a house has several of and shares: chairs, projectors, tents. How many, its pool says."""

    anchors = ("centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "name": Privacy.P0,
        "about": Privacy.P0,
        "value_fen": Privacy.P1,
        "may_leave": Privacy.P0,
        "longest_days": Privacy.P0,
        "needs_deposit": Privacy.P0,
    }
    technical: ClassVar[frozenset[str]] = frozenset({"sort", "retired_on", "is_sample"})

    pool = models.OneToOneField(Pool, models.PROTECT, related_name="thing")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="things")
    name = models.CharField("名称", max_length=60)
    about = models.CharField("说明", max_length=300, blank=True)
    value_fen = models.PositiveIntegerField("单价（分）", null=True, blank=True)  # of one of them
    may_leave = models.BooleanField("可外借", default=False)
    longest_days = models.PositiveSmallIntegerField("外借至多（天）", default=7)
    needs_deposit = models.CharField("押金要求", max_length=100, blank=True)
    sort = models.PositiveSmallIntegerField("次序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)
    is_sample = models.BooleanField("样例", default=False)

    class Meta:
        verbose_name = "物资"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="thing_once_in_centre",
                violation_error_message="这个中心已有同名的物资。",
            ),
            models.CheckConstraint(
                condition=Q(longest_days__gte=1),
                name="thing_is_lent_for_a_day",
                violation_error_message="外借至少一天。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BookedThing(Reachable):
    """So many of a thing with a booking; it stays when the booking is given up, for the record."""

    anchors = ("booking__centre__node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {"quantity": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset({"starts_at", "ends_at", "on"})

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="booked_things")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="booked_things")
    quantity = models.PositiveIntegerField("数量")
    starts_at = models.DateTimeField()  # as the booking's, so that one index serves a pool's week
    ends_at = models.DateTimeField()
    on = models.DateField("日期")  # here, on which it begins: days are counted by it

    class Meta:
        verbose_name = "预约的物资"
        constraints = [
            models.UniqueConstraint(fields=["booking", "pool"], name="thing_once_in_booking"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(ends_at__gt=F("starts_at")),
                name="booked_thing_takes_something",
                violation_error_message="数量至少是 1。",
            ),
        ]
        indexes = [
            models.Index(fields=["pool", "starts_at"], name="booked_thing_time"),
            models.Index(fields=["on", "pool"], name="booked_thing_day"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} × {self.quantity}"
