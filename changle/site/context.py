from typing import Any

from django.conf import settings
from django.http import HttpRequest


def surroundings(_request: HttpRequest) -> dict[str, Any]:
    """What every template may print of the installation itself."""
    return {"platform_title": settings.CHANGLE_TITLE, "demo_mode": settings.CHANGLE_DEMO}
