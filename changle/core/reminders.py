"""Reminders before a day that matters: 30, 7 and 1 days ahead, each sent once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from changle.core.notices import tell
from changle.core.reach import Actor, Reachable


AHEAD = (30, 7, 1)
SYSTEM = Actor()


class Reminder(models.Model):
    """One step that has been sent; the key makes a second worker's attempt nothing."""

    technical: ClassVar[frozenset[str]] = frozenset(
        {"subject_label", "subject_id", "topic", "due_on", "days", "at"}
    )

    id = models.BigAutoField(primary_key=True)
    subject_label = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    topic = models.CharField(max_length=40)
    due_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "已发提醒"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_label", "subject_id", "topic", "due_on", "days"],
                name="reminded_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_label} {self.subject_id} {self.topic} T-{self.days}"


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something of a row that ends on a day."""

    row: Reachable
    topic: str  # such as "paper"; one row may have several
    on: date
    text: str  # "章程有效期"; the days left are added
    url: str = ""


def step(on: date, today: date) -> int | None:
    """The narrowest of `AHEAD` that the days left have come within; None: too early or past."""
    left = (on - today).days
    return min((days for days in AHEAD if 0 <= left <= days), default=None)


def remind(dues: Iterable[Due], *, needs: str, now: datetime) -> int:
    """Tell who holds the permission over each row, once a step; answers how many steps were new.

    Missed days are caught up: a worker that was down tells the narrowest step on its return.
    """
    today, sent = timezone.localdate(now), 0
    for due in dues:
        days = step(due.on, today)
        if days is None:
            continue
        _row, new = Reminder.objects.get_or_create(
            subject_label=due.row._meta.label, subject_id=str(due.row.pk), topic=due.topic,
            due_on=due.on, days=days, defaults={"at": now},
        )  # fmt: skip
        if new:
            text = f"{due.text}还有 {(due.on - today).days} 天到期（{due.on}）"
            tell(due.row, text, needs=needs, by=SYSTEM, at=now, url=due.url)
            sent += 1
    return sent
