from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from socket import socket

import pytest
from django.core.cache import caches
from django.core.handlers.base import BaseHandler
from django.template.backends.django import Template

from changle.services.commons.queries.layout import LATEST, laid_out
from tests.harness import guards
from tests.harness.realdata import realdata_path


@pytest.fixture(autouse=True)
def no_query_while_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Template, "render", guards.strict_render(Template.render))


@pytest.fixture(autouse=True)
def no_write_in_a_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseHandler, "get_response", guards.strict_get(BaseHandler.get_response))


@pytest.fixture(autouse=True)
def nobody_out_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "connect", guards.loopback_only(socket.connect))
    monkeypatch.setattr(socket, "connect_ex", guards.loopback_only(socket.connect_ex))


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    yield
    for cache in caches.all():
        cache.clear()
    laid_out.cache_clear()  # keys come again in the next test
    LATEST.clear()


@pytest.fixture
def nothing_written() -> Callable[[], AbstractContextManager[None]]:
    """`with nothing_written(): …` fails at the first write of the domain."""
    return guards.nothing_written


@pytest.fixture
def realdata() -> Callable[[str], Path]:
    """`realdata(name)`: a published file; the test is skipped where it is absent."""
    return realdata_path
