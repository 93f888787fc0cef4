"""What the residents' pages print around their own, and how a file of theirs is handed out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse


def absolute(path: str) -> str:
    """The address by which the world outside knows a page."""
    return f"{settings.CHANGLE_PUBLIC_URL}{path}"


def printed(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    around = {
        "tab": "mine",
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
        "canonical": absolute(request.path),
    }
    return render(request, template, {**around, **context}, status=status)
