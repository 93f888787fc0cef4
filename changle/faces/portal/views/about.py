import hashlib
from datetime import date
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.faces.portal.views.surroundings import printed
from changle.ground.territory.queries import district


# A change of the notice takes a new version and date; a test holds the digest to the version.
NOTICE_VERSION = "1"
NOTICE_SINCE = date(2026, 11, 23)
NOTICE = Path(__file__).resolve().parents[1] / "templates" / "portal" / "privacy.html"


@cache
def notice_digest() -> str:
    """By which a person can prove which text they were shown."""
    return hashlib.sha256(NOTICE.read_bytes()).hexdigest()


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return printed(request, "portal/about.html", {"district": district()})


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    context = {
        "district": district(),
        "version": NOTICE_VERSION,
        "since": NOTICE_SINCE,
        "digest": notice_digest(),
    }
    return printed(request, "portal/privacy.html", context)
