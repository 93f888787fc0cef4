from typing import ClassVar

from django.conf import settings
from django.db import models

from changle.core.privacy import Privacy
from changle.core.reach import Reachable
from changle.core.sealed import SealedTextField
from changle.ground.territory.models import Node


class Token(models.Model):
    """A key with which a program acts exactly as one person; only its hash is kept."""

    privacy: ClassVar[dict[str, Privacy]] = {"name": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"hash", "created_at", "last_used_at", "expires_on", "revoked_at"}
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name="用户"
    )
    hash = models.CharField("摘要", max_length=64, unique=True)  # SHA-256, hexadecimal
    name = models.CharField("用途", max_length=60)
    created_at = models.DateTimeField("发放时间")
    last_used_at = models.DateTimeField("最近使用（精确到小时）", null=True, blank=True)
    expires_on = models.DateField("到期（当日失效）")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "接口令牌"

    def __str__(self) -> str:
        return f"{self.name}（{self.pk}）"


class IdempotencyKey(models.Model):
    """The answer to a write, kept a day, so that the same request sent twice acts once."""

    privacy: ClassVar[dict[str, Privacy]] = {"body": Privacy.P2}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"key", "route", "fingerprint", "status", "headers", "created_at"}
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    route = models.CharField(max_length=200)  # method and path
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the request's body
    status = models.PositiveSmallIntegerField(default=0)  # 0 only inside the deed's transaction
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "幂等键"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class Webhook(Reachable):
    """An address outside that is told what happens to the bodies of a place.

    Signed after Standard Webhooks 1.0. It reads the sealed log from `followed` on, so that nothing
    that was committed is left out and nothing is told twice under two ids.
    """

    anchors = ("node__path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "url": Privacy.P1,
        "about": Privacy.P1,
        "secret": Privacy.P3,
        "former_secret": Privacy.P3,
        "stopped_because": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"events", "followed", "is_active", "created_at", "rotated_at", "failing_since", "next_at"}
    )

    node = models.ForeignKey(Node, models.PROTECT, related_name="+", verbose_name="范围")
    url = models.URLField("接收网址", max_length=300)
    about = models.CharField("用途", max_length=60, blank=True)
    events = models.JSONField("事件", default=list)
    secret = SealedTextField("密钥")
    former_secret = SealedTextField("换下的密钥", blank=True)  # also signs, a day long
    rotated_at = models.DateTimeField("换密钥时间", null=True, blank=True)
    followed = models.PositiveBigIntegerField(default=0)  # id of the last seal that was looked at
    is_active = models.BooleanField("启用", default=True)
    stopped_because = models.CharField("停用原因", max_length=200, blank=True)
    failing_since = models.DateTimeField("连续失败自", null=True, blank=True)
    next_at = models.DateTimeField("下次发送", null=True, blank=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "事件推送"

    def __str__(self) -> str:
        return self.about or self.url


class Delivery(models.Model):
    """One event on its way to one address, oldest first, until it arrives or is given up."""

    privacy: ClassVar[dict[str, Privacy]] = {"answer": Privacy.P1}
    technical: ClassVar[frozenset[str]] = frozenset(
        {"public_id", "entry_id", "type", "body", "attempts", "created_at", "delivered_at",
         "failed_at", "status"}
    )  # fmt: skip

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    public_id = models.CharField("编号", max_length=40, unique=True)
    entry_id = models.PositiveBigIntegerField(null=True)  # of the log; none for a trial
    type = models.CharField("事件", max_length=60)
    body = models.TextField("内容")  # class P0 alone: what the public directory tells
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_at = models.DateTimeField("发生时间")
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    failed_at = models.DateTimeField("放弃时间", null=True, blank=True)
    status = models.PositiveSmallIntegerField("回答", null=True, blank=True)
    answer = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "推送记录"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "entry_id"], name="event_told_once")
        ]
        indexes = [
            models.Index(
                fields=["webhook", "id"],
                name="delivery_waiting",
                condition=models.Q(delivered_at__isnull=True, failed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"
