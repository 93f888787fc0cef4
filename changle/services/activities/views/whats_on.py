"""What is on, and each session, as everybody finds it without an account."""

import hashlib
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from changle.core.access import Request, public
from changle.services.activities.models import Session
from changle.services.activities.queries.calendars import calendar_of, events
from changle.services.activities.queries.pictures import share_picture
from changle.services.activities.queries.sessions import published
from changle.services.activities.queries.showing import (
    GONE,
    closed,
    consents,
    day_and_hours,
    facts,
    json_ld,
    others_of,
    photos_of,
    public_photo,
    seats,
    spoken,
    where,
)
from changle.services.activities.queries.whats_on import (
    WHEN,
    Wanted,
    choices,
    page_of,
    told_of,
    wanted_of,
)
from changle.services.commons.queries.feeds import Event, calendar_text


A_DAY = 24 * 60 * 60
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def absolute(path: str) -> str:
    return f"{settings.CHANGLE_PUBLIC_URL}{path}"


def around(request: HttpRequest) -> dict[str, Any]:
    """What the frame of the portal prints on every page."""
    return {
        "tab": "activities",
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
        "canonical": absolute(request.path),
    }


@public
@require_safe
def whats_on(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    wanted, offered = Wanted.of(request.GET.dict()), choices(timezone.localdate(now))
    rows, after = page_of(wanted_of(wanted, now), wanted.after, now)
    asked = wanted.asked()
    context = {
        **around(request),
        "wanted": wanted,
        "rows": rows,
        "whens": [
            (label, wanted.having(when=name, on=None), name == wanted.when) for name, label in WHEN
        ],
        "selects": [
            ("street", "街道", offered["street"], str(wanted.street)),
            ("field", "领域", offered["field"], wanted.field),
        ],
        "chips": told_of(wanted, offered),
        "next": f"?{urlencode({**asked, 'after': after})}" if after else "",
        "plain": not asked and not wanted.after,
        "feed": feed_address(wanted),
    }
    return render(request, "activities/whats_on.html", context)


def feed_address(wanted: Wanted) -> str:
    """Of the calendar that has what was asked for, where there is one."""
    for kind, pk in (
        ("series", wanted.series),
        ("organisations", wanted.organisation),
        ("streets", wanted.street),
    ):
        if pk:
            return reverse("activities:calendar", args=[kind, pk])
    return ""


def found(pk: int) -> Session:
    row = published(pk)
    if row is None:
        raise Http404
    return row


@public
@require_safe
def session(request: Request, pk: int) -> HttpResponse:
    row, now = found(pk), timezone.now()
    address = absolute(request.path)
    picture = absolute(reverse("activities:share_picture", args=[pk]))
    past = row.state in Session.COUNTING
    context = {
        **around(request),
        "row": row,
        "gone": GONE.get(Session.State(row.state), "") if row.state in GONE else "",
        "closed": closed(row, now),
        "facts": facts(row),
        "seats": seats(row),
        "sides": getattr(row.activity, "sides", []),
        "consents": consents(row),
        "others": [(one.pk, one.title, spoken(one.starts_at), seats(one)) for one in others_of(row, now)],
        "photos": photos_of(row),
        "summary": row.summary if past else "",
        "when": day_and_hours(row),
        "json_ld": json_ld(row, address, picture),
        "picture": picture,
    }  # fmt: skip
    return render(request, "activities/public.html", context)


@public
@require_safe
def picture(_request: HttpRequest, pk: int) -> HttpResponse:
    """What a chat shows beside the address."""
    row = found(pk)
    sides = " × ".join(one.node.name for one in getattr(row.activity, "sides", []))
    content = share_picture(row.title, day_and_hours(row), where(row), sides)
    headers = {"Cache-Control": f"public, max-age={A_DAY}", "Content-Security-Policy": POLICY}
    return HttpResponse(content, content_type="image/png", headers=headers)


@public
@require_safe
def photo(_request: HttpRequest, public_id: UUID) -> FileResponse:
    """One public picture of a verified session; all others are not here."""
    row = public_photo(public_id)
    if row is None:
        raise Http404
    try:
        content = row.path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type=row.mime)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # An hour, so that a picture withdrawn is soon gone everywhere.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def as_calendar(request: HttpRequest, name: str, told: list[Event], file: str) -> HttpResponseBase:
    """The calendar, or that it is as it was."""
    body = calendar_text(name, told, site=settings.CHANGLE_PUBLIC_URL).encode()
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.headers["Content-Disposition"] = f'inline; filename="{file}.ics"'
    return get_conditional_response(request, etag=etag, response=answer) or answer


@public
@require_safe
def one_calendar(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = found(pk)
    return as_calendar(request, row.title, events([row]), f"session-{pk}")


@public
@require_safe
def calendar(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    told = calendar_of(kind, pk, timezone.now())
    if told is None:
        raise Http404
    name, rows = told
    return as_calendar(request, name, events(rows), f"{kind}-{pk}")
