"""What no code may do while it is tested."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import Template


Execute = Callable[..., Any]
WRITE = re.compile(
    r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)', re.IGNORECASE
)
# Housekeeping of the session, the log of who looked at what, and when an address or a token last
# served, are not writes of the domain.
WRITTEN_BY_GET = {
    "django_session", "usersessions_usersession", "core_logentry", "api_token",
    "commons_feedtoken",
}  # fmt: skip


def _refuse_query(execute: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:
    raise AssertionError(f"query while rendering: {sql}")


def _refuse_write(execute: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:
    found = WRITE.match(sql)
    if found and found[1] not in WRITTEN_BY_GET:
        raise AssertionError(f"write in a GET: {sql}")
    return execute(sql, params, many, context)


@contextmanager
def nothing_written() -> Iterator[None]:
    """Within it every INSERT, UPDATE and DELETE of this thread's connection is an error."""
    with connection.execute_wrapper(_refuse_write):
        yield


def strict_render(render: Callable[..., Any]) -> Callable[..., Any]:
    """House rule 9: templates print, and call no query."""

    def strict(self: Template, *args: Any, **kwargs: Any) -> Any:
        with connection.execute_wrapper(_refuse_query):
            return render(self, *args, **kwargs)

    return strict


def strict_get(answer: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """House rule 11: GET writes nothing."""

    def strict(self: BaseHandler, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            return answer(self, request)
        with nothing_written():
            return answer(self, request)

    return strict


def loopback_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    def strict(self: socket.socket, address: Any) -> Any:
        far = self.family in {socket.AF_INET, socket.AF_INET6} and not (
            str(address[0]).startswith("127.") or address[0] in {"::1", "localhost"}
        )
        if far:
            raise AssertionError(f"a test reaches out to {address[0]}")
        return connect(self, address)

    return strict
