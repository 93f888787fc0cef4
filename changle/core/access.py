"""Who may open a page: every view carries one of these words; the house tests walk the URLs for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from changle.core.reach import Actor


class Request(HttpRequest):
    """A request as the middleware hands it on."""

    actor: Actor
    htmx: Any


View = Callable[..., HttpResponseBase]
PAGES_KNOW = ["GET", "HEAD", "POST"]  # pages and their forms; the API knows more, and says which


def answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if request.method not in PAGES_KNOW:
        return HttpResponseNotAllowed(PAGES_KNOW)
    return view(request, *args, **kwargs)


def page(needs: str) -> Callable[[View], View]:
    """Open to who holds the permission somewhere; strangers find no such page.

    Which rows they see there is a second question, asked with `actor.rows`.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not cast("Request", request).actor.holds(needs):
                raise Http404
            return answered(view, request, *args, **kwargs)

        guarded.access = str(needs)  # type: ignore[attr-defined]  # read by the house tests
        return guarded

    return declare


def signed_in(view: View) -> View:
    """Open to everybody with an account, for what is their own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return answered(view, request, *args, **kwargs)

    guarded.access = "signed_in"  # type: ignore[attr-defined]  # read by the house tests
    return guarded


def public(view: View) -> View:
    """Open to everybody, on purpose."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return answered(view, request, *args, **kwargs)

    opened = login_not_required(guarded)
    opened.access = "public"  # type: ignore[attr-defined]  # read by the house tests
    return opened
