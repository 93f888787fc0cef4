"""The houses as everybody finds them; the same page whoever looks."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.services.commons.queries.centres import (
    houses_by_street,
    page_of,
    public_house,
    public_photo,
    street_of,
)


A_DAY = 24 * 60 * 60
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def absolute(path: str) -> str:
    return f"{settings.CHANGLE_PUBLIC_URL}{path}"


def around(request: HttpRequest) -> dict[str, Any]:
    """What the frame of the portal prints on every page."""
    return {
        "tab": "centres",
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
        "canonical": absolute(request.path),
    }


@public
@require_safe
def centres(request: HttpRequest) -> HttpResponse:
    context = {**around(request), "streets": houses_by_street(timezone.localdate())}
    return render(request, "commons/centres.html", context)


@public
@require_safe
def centre(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    row = public_house(pk, today)
    if row is None:
        raise Http404
    context = {
        **around(request),
        "row": row,
        "street": street_of(row.node),
        "shown": page_of(row, today, absolute(request.path)),
        "sign_in": reverse("commons:venue", args=[pk]),
    }
    return render(request, "commons/centre.html", context)


@public
@require_safe
def photo(_request: HttpRequest, public_id: UUID) -> FileResponse:
    """One picture of a public room; all others are not here."""
    row = public_photo(public_id, timezone.localdate())
    if row is None:
        raise Http404
    try:
        content = row.path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type=row.mime)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = f"public, max-age={A_DAY}"
    return response
