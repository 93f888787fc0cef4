"""Tokens given out and ended."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.models import Token
from changle.faces.api.queries.tokens import hashed
from changle.ground.accounts.models import User


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
