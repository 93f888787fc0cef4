from typing import Any

from django.conf import settings
from django.http import HttpRequest


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What every template may print of the installation itself, and of the desk around a page."""
    return {
        "platform_title": settings.CHANGLE_TITLE,
        "demo_mode": settings.CHANGLE_DEMO,
        "desk": getattr(request, "desk", {}),
    }
