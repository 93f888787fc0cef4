"""A write sent twice acts once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.models import IdempotencyKey


KEPT = timedelta(hours=24)


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
