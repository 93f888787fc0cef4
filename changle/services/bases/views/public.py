"""The recognised bases as everybody finds them; the same page whoever looks."""

from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.services.bases.queries.bases import (
    facts_of,
    photos_of,
    public_bases,
    public_photo,
    zones_of,
)
from changle.services.bases.queries.certificates import plaque_of
from changle.services.bases.queries.operators import contract_of


A_DAY = 24 * 60 * 60
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
INTERNAL = {"上墙制度"}


def around(request: HttpRequest) -> dict[str, Any]:
    """What the frame of the portal prints on every page."""
    return {
        "tab": "bases",
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
        "canonical": f"{settings.CHANGLE_PUBLIC_URL}{request.path}",
    }


@public
@require_safe
def bases(request: HttpRequest) -> HttpResponse:
    rows = list(public_bases().order_by("tier", "street__sort", "pk"))
    return render(request, "bases/public_bases.html", {**around(request), "rows": rows})


@public
@require_safe
def base(request: HttpRequest, pk: int) -> HttpResponse:
    row = public_bases().filter(pk=pk).first()
    if row is None:
        raise Http404
    today = timezone.localdate()
    context = {
        **around(request),
        "row": row,
        "facts": [one for one in facts_of(row) if one[0] not in INTERNAL],
        "zones": zones_of(row),
        "photos": list(photos_of(row)),
        "contract": contract_of(row, today),
        "plaque": plaque_of(row),
        "lapsed": row.valid_until is not None and row.valid_until <= today,
    }
    return render(request, "bases/public_base.html", context)


@public
@require_safe
def code(_request: HttpRequest, pk: int) -> HttpResponse:
    """The code of the plaque, which leads to the public page."""
    if not public_bases().filter(pk=pk).exists():
        raise Http404
    url = f"{settings.CHANGLE_PUBLIC_URL}{reverse('bases:public_base', args=[pk])}"
    buffer = BytesIO()
    segno.make(url, error="m", micro=False).save(buffer, kind="svg", border=2, scale=4)
    headers = {"Cache-Control": f"public, max-age={A_DAY}", "Content-Security-Policy": _POLICY}
    return HttpResponse(buffer.getvalue(), content_type="image/svg+xml", headers=headers)


@public
@require_safe
def photo(_request: HttpRequest, public_id: UUID) -> FileResponse:
    """One picture of a recognised base; all others are not here."""
    row = public_photo(public_id)
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
