"""How a path of the API is entered: HEAD as GET, every error as a problem, open to programs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from changle.faces.api.views.problems import Problem, told


def opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Dress a view of the API; the operation itself decides who calls and what they reach."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        answer = view(request, *args, **kwargs)
        request.method = asked  # whoever sends the answer drops the body of a HEAD
        if answer.status_code == 405:  # noqa: PLR2004
            allowed = answer.headers.get("Allow", "")
            detail = f"这个网址不支持 {request.method}；可用：{allowed}。"
            return told(request, Problem("method-not-allowed", detail, headers={"Allow": allowed}))
        return answer

    through.csrf_exempt = True  # type: ignore[attr-defined]  # the gate checks sessions itself
    through.access = "api"  # type: ignore[attr-defined]  # read by the house tests
    return through


def unknown(request: HttpRequest) -> HttpResponse:
    """Any path that is none of ours."""
    return told(request, Problem("not-found", "接口没有这个网址；全部网址见 /api/v1/docs。"))
