"""How answers are written: plain JSON, validators for caches, links to the next page."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from changle.faces.api.views.problems import Problem, invalid


MOST_DIGITS = 9
MOST_DIGITS_OF_KEY = 18


def written(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


def answered(
    body: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def paged(request: HttpRequest, items: list[dict[str, Any]], after: str) -> HttpResponse:
    """One page of a list; the way on stands in the body and, by RFC 8288, in the Link header."""
    onward = None
    if after:
        asked = {name: value for name, value in request.GET.items() if name != "after"}
        onward = f"{request.path}?{urlencode({**asked, 'after': after})}"
    headers = {"Link": f'<{onward}>; rel="next"'} if onward else {}
    return answered(written({"items": items, "next": onward}), headers=headers)


def number_after(after: str) -> int:
    """The key of the last row of the page before; 0 for the first page."""
    if not after:
        return 0
    if not (after.isascii() and after.isdecimal()) or len(after) > MOST_DIGITS_OF_KEY:
        raise invalid("after", "翻页标记无效，请从第一页重新开始。")
    return int(after)


def tag_of(version: int, body: str) -> str:
    """A strong validator; what stands before the dash is the version that If-Match asks for."""
    return f'"{version}-{hashlib.sha256(body.encode()).hexdigest()[:16]}"'


def validated(request: HttpRequest, body: str, version: int) -> HttpResponse:
    """The body, or 304 where the caller has it already."""
    tag = tag_of(version, body)
    known = [
        one.strip().removeprefix("W/")
        for one in request.headers.get("If-None-Match", "").split(",")
    ]
    if tag in known or "*" in known:
        response = HttpResponse(status=304)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Authorization, Cookie"
        response.headers["ETag"] = tag
        return response
    return answered(body, headers={"ETag": tag})


def version_asked(request: HttpRequest) -> int:
    """The version that a change starts from, by its If-Match; `*` is no version."""
    told = request.headers.get("If-Match", "").strip()
    if not told:
        raise Problem("precondition-required")
    number = told.strip('"').partition("-")[0]
    if not (number.isascii() and number.isdecimal()) or len(number) > MOST_DIGITS:
        raise Problem("precondition-failed")
    return int(number)
