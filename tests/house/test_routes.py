"""Every route says who may open it, and keeps its word for everybody of the sample district."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def all_routes() -> list[tuple[str, URLPattern]]:
    return list(patterns(get_resolver()))


def test_every_route_says_who_may_open_it():
    silent = [route for route, entry in all_routes() if not getattr(entry.callback, "access", "")]
    assert silent == []


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in_or_find_nothing(client):
    opened = []
    for route, entry in all_routes():
        if entry.callback.access in {"public", "api"}:
            continue
        url = "/" + concrete(route)
        answer = client.get(url)
        if answer.status_code == 302 and "/account/sign-in/" in answer["Location"]:
            continue
        if answer.status_code in {404, 405} or (answer.status_code == 302 and "sign-out" in url):
            continue
        opened.append((url, answer.status_code))
    assert opened == []


def concrete(route: str) -> str:
    """A path for a route, with values that no row bears."""
    parts = []
    for part in route.replace("^", "").replace("$", "").replace("\\Z", "").split("/"):
        if part.startswith("<uuid"):
            parts.append("00000000-0000-0000-0000-000000000000")
        elif part.startswith("<int"):
            parts.append("999999999")
        elif "<" in part:
            parts.append("registry.Organisation" if "label" in part else "none")
        else:
            parts.append(part)
    return "/".join(parts)
