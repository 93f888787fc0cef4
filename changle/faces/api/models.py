from typing import ClassVar

from django.conf import settings
from django.db import models

from changle.core.privacy import Privacy


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
