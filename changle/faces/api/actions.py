import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.models import IdempotencyKey, Token
from changle.faces.api.queries.tokens import hashed
from changle.ground.accounts.models import User


KEPT = timedelta(hours=24)
TOKEN_DAYS = 365
USE_NOTED_EVERY = timedelta(hours=1)


class TokenRefused(Refused):
    """No token may be given out so."""


@transaction.atomic
def issue_token(
    *, user: User, by: Actor, now: datetime, name: str = "命令行发放", days: int = TOKEN_DAYS
) -> str:
    """Make a token of 256 random bits; its clear text is answered here and never again."""
    if not user.is_active:
        raise TokenRefused(f"账户 {user.username} 已停用，不能发放令牌。")
    if days < 1:
        raise TokenRefused("令牌的有效期至少为 1 天。")
    clear = f"cl_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user, hash=hashed(clear), name=name[:60] or "未命名", created_at=now,
        expires_on=localdate(now) + timedelta(days=days),
    )  # fmt: skip
    record(token, "issue", by=by, at=now, note=f"用户 {user.username}")
    return clear


@transaction.atomic
def revoke_token(*, token: Token, by: Actor, now: datetime) -> None:
    """End a token; a second time changes nothing."""
    if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        record(token, "revoke", by=by, at=now)


def note_use(*, token: Token, now: datetime) -> None:
    """Remember roughly when a token last served; at most one write an hour."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)


@dataclass(frozen=True)
class Kept:
    """An answer as it is sent, and sent again."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False


class KeyInUse(Refused):
    """Another request with the same key is being answered at this moment."""


class KeyMisused(Refused):
    """The key was used for another request."""


def once(
    *, key: str, route: str, body: bytes, by: Actor, now: datetime, deed: Callable[[], Kept]
) -> Kept:
    """Do a deed at most once for a person's key; the key is committed with the deed or not at all.

    A deed that raises leaves no key behind, so that a mended request may use it again.
    """
    fingerprint = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
            known = IdempotencyKey.objects.filter(user_id=by.user_id, key=key).first()
            if known is not None:
                return _replayed(known, route, fingerprint)
            kept = IdempotencyKey(
                user_id=by.user_id, key=key, route=route, fingerprint=fingerprint, created_at=now
            )
            _claim(kept)
            answer = deed()
            kept.status, kept.body, kept.headers = answer.status, answer.body, answer.headers
            kept.save(update_fields=["status", "body", "headers"])
            return answer
    except _Claimed:
        raise KeyInUse("同一幂等键的请求正在处理，请稍后重试。") from None


class _Claimed(Exception):
    """A rival has committed the same key meanwhile."""


def _claim(kept: IdempotencyKey) -> None:
    """Write the key down first: on PostgreSQL a rival waits here, on SQLite at the transaction."""
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        raise _Claimed from None


def _replayed(known: IdempotencyKey, route: str, fingerprint: str) -> Kept:
    if (known.route, known.fingerprint) != (route, fingerprint):
        raise KeyMisused("这个幂等键已用于另一个内容不同的请求，请换一个新的键。")
    return Kept(known.status, known.body, dict(known.headers), replayed=True)
