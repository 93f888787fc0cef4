"""What a person is told: a row a person, shown on the desk, mailed where an address is known."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from changle.core.privacy import Privacy
from changle.core.reach import Actor, Reachable, anchor_paths


class Notice(models.Model):
    """One message to one person; it says that something happened, never sealed content."""

    privacy: ClassVar[dict[str, Privacy]] = {"text": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"at", "read_at", "subject_label", "subject_id", "url"}
    )

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name="收件人"
    )
    at = models.DateTimeField("时间")
    text = models.CharField("内容", max_length=300)
    url = models.CharField("链接", max_length=200, blank=True)
    subject_label = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        indexes = [models.Index(fields=["to", "read_at", "-id"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.text


Audience = Callable[[str, Iterable[str]], Iterable[int]]


class _Audience:
    """Who holds a permission over a place: the territory answers (set at start-up)."""

    ask: Audience = staticmethod(lambda _needs, _paths: ())


audience = _Audience()


def tell(row: Reachable, text: str, *, needs: str, by: Actor, at: datetime, url: str = "") -> int:
    """Tell everybody who holds the permission over the row, but for who did it."""
    people = set(audience.ask(needs, anchor_paths(row))) - {by.user_id}
    Notice.objects.bulk_create(
        [
            Notice(
                to_id=person,
                at=at,
                text=text[:300],
                url=url,
                subject_label=row._meta.label,
                subject_id=str(row.pk),
            )
            for person in sorted(people)
        ]
    )
    return len(people)


def tell_person(user_id: int, text: str, *, at: datetime, url: str = "") -> None:
    Notice.objects.create(to_id=user_id, at=at, text=text[:300], url=url)


def inbox(actor: Actor) -> "QuerySet[Notice]":
    return Notice.objects.filter(to_id=actor.user_id).order_by("-id")


def unread_count(actor: Actor) -> int:
    return Notice.objects.filter(to_id=actor.user_id, read_at__isnull=True).count()


def mark_read(*, by: Actor, now: datetime) -> int:
    return Notice.objects.filter(to_id=by.user_id, read_at__isnull=True).update(read_at=now)
