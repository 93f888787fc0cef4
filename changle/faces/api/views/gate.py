"""Who calls: a token, a browser's session, or nobody; and how often they may."""

import time
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.utils import check_csrf

from changle.core.access import Request
from changle.core.reach import Actor
from changle.faces.api.actions import note_use
from changle.faces.api.models import Token
from changle.faces.api.queries.tokens import token_of
from changle.faces.api.views.problems import Problem
from changle.ground.territory.queries import actor_for


WINDOW = 60  # seconds
SAFE = {"GET", "HEAD", "OPTIONS"}


class Caller:
    """What an operation knows of its caller; truthy, as ninja asks."""

    def __init__(self, actor: Actor, token: Token | None = None) -> None:
        self.actor, self.token = actor, token

    @property
    def known(self) -> bool:
        return bool(self.actor.user_id)


def caller_of(request: HttpRequest) -> Caller:
    """What ninja was told by `anybody` or `known`."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]  # set by ninja


def anybody(request: HttpRequest) -> Caller:
    """Open to all: who says nothing gets the public view; a wrong token is told so."""
    if header := request.headers.get("Authorization"):
        return bearer(request, header)
    if request.user.is_authenticated:
        if request.method not in SAFE and check_csrf(request):
            raise Problem("forbidden")
        return Caller(cast("Request", request).actor)
    return Caller(Actor(name="访客"))


def known(request: HttpRequest) -> Caller:
    """Open to a token or a session."""
    caller = anybody(request)
    if not caller.known:
        raise Problem("unauthenticated")
    return caller


def bearer(request: HttpRequest, header: str) -> Caller:
    scheme, _space, clear = header.partition(" ")
    now = timezone.now()
    token = token_of(clear.strip(), timezone.localdate(now)) if scheme.lower() == "bearer" else None
    if token is None:
        raise Problem("unauthenticated")
    hold_back(token)
    note_use(token=token, now=now)
    actor = actor_for(token.user)
    request.user = token.user
    cast("Request", request).actor = actor
    return Caller(actor, token)


def hold_back(token: Token) -> None:
    """Count a token's requests of this minute; each server process counts for itself."""
    minute, passed = divmod(int(time.time()), WINDOW)
    key = f"api-rate-{token.pk}-{minute}"
    if cache.add(key, 1, WINDOW * 2):
        return
    if cache.incr(key) > settings.CHANGLE_API_RATE:
        raise Problem("too-many-requests", headers={"Retry-After": str(WINDOW - passed)})
