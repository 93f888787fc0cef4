"""A form as a page of the desk: shown, refused with what was typed, or done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from changle.core.access import Request
from changle.core.refusals import Refused


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The words around a form."""

    heading: str
    button: str
    back: str  # where it came from, and goes to when done
    done: str  # said when done
    about: str = ""
    grave: bool = False
    leads: Callable[[Any], str] | None = None  # where to instead, from what was made


def fill(
    request: Request,
    form: forms.Form,
    sheet: Sheet,
    deed: Callable[[], Any],
    *,
    template: str = "territory/form.html",
    **context: Any,
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = deed()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, sheet.done)
            return redirect(sheet.leads(made) if sheet.leads else sheet.back)
    return render(request, template, {"form": form, "sheet": sheet, **context}, status=status)
