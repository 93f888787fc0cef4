"""What every request passes: headers, and the person behind it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from changle.faces.desk.queries.home import surroundings
from changle.ground.territory.queries import actor_for


FRAMED = ("/desk/", "/account/")  # pages within the desk's head and menu
Answer = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def headers(answer: Answer) -> Answer:
    """Nothing but our own files runs in a page; what a signed-in person saw is not kept by caches."""

    def through(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=()")
        return response

    return through


def actor(answer: Answer) -> Answer:
    """Put the actor on the request, read from the grants of today once per request."""

    def through(request: HttpRequest) -> HttpResponse:
        acting = actor_for(request.user)
        request.actor = acting  # type: ignore[attr-defined]  # our own attribute
        if acting.user_id and request.path.startswith(FRAMED):
            # Gathered here, because nothing asks the database while a page is rendered.
            request.desk = surroundings(acting, request.path)  # type: ignore[attr-defined]  # ours too
        response = answer(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return through
