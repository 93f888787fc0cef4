"""A write with an Idempotency-Key, done once and answered again."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from changle.core.reach import Actor
from changle.faces.api.actions import Kept, KeyInUse, KeyMisused, once
from changle.faces.api.views.answers import answered
from changle.faces.api.views.problems import Problem, invalid


MOST = 200  # characters, as the document says


def once_for(request: HttpRequest, actor: Actor, deed: Callable[[], Kept]) -> HttpResponse:
    """Do it, or answer as before; without a key it is simply done."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MOST:
        raise invalid("Idempotency-Key", f"不能超过 {MOST} 个字符。")
    route, now = f"POST {request.path}", timezone.now()
    try:
        kept = (
            once(key=key, route=route, body=request.body, by=actor, now=now, deed=deed)
            if key
            else deed()
        )
    except KeyInUse as refusal:
        raise Problem("conflict", str(refusal), headers={"Retry-After": "1"}) from None
    except KeyMisused as refusal:
        raise invalid("Idempotency-Key", str(refusal)) from None
    replay = {"Idempotent-Replayed": "true"} if kept.replayed else {}
    return answered(kept.body, kept.status, {**kept.headers, **replay})
