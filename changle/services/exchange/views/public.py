"""What everybody may read: the offers on the board without contacts, and gifts in an emergency."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.core.money import yuan
from changle.services.exchange.queries.board import (
    Filters,
    found_offers,
    page_of,
    public_photo,
    streets,
)
from changle.services.exchange.queries.donating import given_of, in_public, public_name, published
from changle.services.exchange.queries.free import left_now
from changle.services.exchange.queries.kinds import kinds
from changle.services.exchange.views.board import times_of


A_DAY = 24 * 60 * 60
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def around(request: HttpRequest) -> dict[str, Any]:
    """What the frame of the portal prints on every page."""
    return {
        "tab": "exchange",
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
        "canonical": f"{settings.CHANGLE_PUBLIC_URL}{request.path}",
    }


@public
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    filters = Filters.of({name: request.GET[name] for name in request.GET if name != "side"})
    found, more = page_of(found_offers(filters, today), filters.page)
    left = left_now(found, now)
    context = {
        **around(request),
        "filters": filters,
        "rows": [{"row": row, "left": left[row.pk], "times": times_of(row)} for row in found],
        "emergencies": list(in_public(today)),
        "kinds": list(kinds(today)),
        "streets": streets(),
        "next": filters.page + 1 if more else 0,
    }
    return render(request, "exchange/public_offers.html", context)


@public
@require_safe
def photo(_request: HttpRequest, public_id: UUID) -> FileResponse:
    """The picture of an offer on the board; all others are not here."""
    row = public_photo(public_id, timezone.localdate())
    if row is None:
        raise Http404
    try:
        content = row.path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type=row.mime)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = f"public, max-age={A_DAY}"
    return response


@public
@require_safe
def emergency(request: HttpRequest, pk: int) -> HttpResponse:
    told = published(pk)
    if told is None:
        raise Http404
    context = {
        **around(request),
        "told": told,
        "value": yuan(told.value_fen),
        "lines": [
            (
                row,
                public_name(row),
                [(one, one.quantity - given_of(one)) for one in row.items.all()],
            )
            for row in told.donations
        ],
    }
    return render(request, "exchange/public_emergency.html", context)
