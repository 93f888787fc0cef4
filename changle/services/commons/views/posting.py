"""A deed of one button: done or refused in words, and back to where it was pressed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from changle.core.access import Request
from changle.core.refusals import Refused


def done(request: Request, deed: Callable[[], Any], *, back: str, told: str) -> HttpResponse:
    try:
        deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect(back)
