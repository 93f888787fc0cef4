"""Errors as RFC 9457 says them: a kind with a page, a status, and a sentence for people."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as FieldErrors
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as BadArguments

from changle.core.refusals import Refused


log = logging.getLogger(__name__)
DOCS = "/api/v1/docs"
# kind -> (status, title, what to do about it)
KINDS: Mapping[str, tuple[int, str, str]] = {
    "bad-request": (400, "请求无法读取", "请求体不是有效的 JSON，或请求头、网址不合规范。"),
    "unauthenticated": (401, "需要有效的令牌", "令牌缺失、错误、已到期或已撤销。请带上请求头 Authorization: Bearer 令牌。"),
    "forbidden": (403, "不允许这样做", "浏览器会话写入须带 CSRF 令牌；或您没有此项权限。"),
    "not-found": (404, "没有找到", "网址不存在，或不在您的管辖范围内。"),
    "method-not-allowed": (405, "不支持这种方法", "见响应头 Allow 所列的方法。"),
    "conflict": (409, "现在不能这样做", "与当前状态冲突；原因见 detail。"),
    "precondition-failed": (412, "资料已被他人修改", "If-Match 的版本已过时。请重新读取，再提交修改。"),
    "too-large": (413, "内容过大", "请求体超过上限。"),
    "invalid": (422, "内容不合要求", "逐项原因见 errors。"),
    "precondition-required": (428, "须说明修改的是哪个版本", "修改须带请求头 If-Match，其值为读取时的 ETag。"),
    "too-many-requests": (429, "请求过于频繁", "请按响应头 Retry-After 的秒数等待。"),
    "internal": (500, "服务器出错", "错误已记录。请稍后重试；写入请用同一个 Idempotency-Key 重试。"),
}  # fmt: skip
BY_STATUS = {status: kind for kind, (status, _title, _help) in KINDS.items()}


class Problem(Exception):
    """An answer other than success; `kind` is one of KINDS."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or kind)
        self.kind, self.detail, self.errors, self.headers = kind, detail, errors, headers or {}
        self.extra = extra or {}  # members of this kind of problem alone (RFC 9457, 3.2)


def invalid(field: str, message: str) -> Problem:
    return Problem("invalid", message, errors=[(field, message)])


def told(request: HttpRequest, problem: Problem) -> HttpResponse:
    status, title, advice = KINDS[problem.kind]
    body = {
        "type": f"{DOCS}#{problem.kind}",
        "title": title,
        "status": status,
        "detail": problem.detail or advice,
        "instance": request.path,
        "errors": [{"field": field, "message": message} for field, message in problem.errors],
        **problem.extra,
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str),
        status=status,
        content_type="application/problem+json",
    )
    for name, value in problem.headers.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if status == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = 'Bearer realm="changle"'
    return response


SENTENCES = {
    "missing": "必填。",
    "string_too_long": "不能超过 {max_length} 个字符。",
    "string_too_short": "不能少于 {min_length} 个字符。",
    "string_type": "应为文字。",
    "int_parsing": "应为整数。",
    "int_type": "应为整数。",
    "int_from_float": "应为整数。",
    "less_than_equal": "不能大于 {le}。",
    "greater_than_equal": "不能小于 {ge}。",
    "greater_than": "应大于 {gt}。",
    "literal_error": "只能是：{expected}。",
    "enum": "只能是：{expected}。",
    "extra_forbidden": "没有这个字段，或不能由接口修改。",
    "date_parsing": "日期应写作 2021-09-18。",
    "date_from_datetime_parsing": "日期应写作 2021-09-18。",
    "date_from_datetime_inexact": "日期应写作 2021-09-18，不带时间。",
    "date_type": "日期应写作 2021-09-18。",
    "model_attributes_type": "应为 JSON 对象。",
    "model_type": "应为 JSON 对象。",
    "dict_type": "应为 JSON 对象。",
    "string_pattern_mismatch": "写法不对。",
    "value_error": "{error}",
}


def sentence(error: Mapping[str, Any]) -> str:
    """Our words for one of pydantic's errors."""
    template = SENTENCES.get(str(error["type"]), "取值不合要求。")
    context = {key: str(value).replace(" or ", "、") for key, value in error.get("ctx", {}).items()}
    try:
        return template.format(**context)
    except KeyError:
        return "取值不合要求。"


def field_of(location: Sequence[Any]) -> str:
    """Where pydantic found it, without its own wrapping: ("body", "payload", "name") -> name."""
    inner = location[2:] if location[0] == "body" else location[1:]
    return ".".join(str(step) for step in inner) or "body"


def arguments_problem(error: BadArguments) -> Problem:
    errors = [(field_of(one["loc"]), sentence(one)) for one in error.errors]
    return Problem("invalid", "；".join(f"{name}：{text}" for name, text in errors), errors=errors)


def fields_problem(error: FieldErrors) -> Problem:
    if not hasattr(error, "error_dict"):
        return Problem("invalid", "".join(error.messages), errors=[("", m) for m in error.messages])
    errors = [
        ("" if name == "__all__" else name, message)
        for name, messages in error.message_dict.items()
        for message in messages
    ]
    return Problem("invalid", "".join(message for _name, message in errors), errors=errors)


def answers(api: NinjaAPI) -> None:
    """Let every error of an operation be told as a problem."""

    def tell(kind: str) -> Any:
        return lambda request, error: told(request, Problem(kind, sentence_of(error)))

    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return told(request, Problem(BY_STATUS.get(error.status_code, "bad-request")))

    def unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("API error at %s", request.path, exc_info=error)
        return told(request, Problem("internal"))

    api.add_exception_handler(Problem, told)  # type: ignore[arg-type]  # the handler's own exception
    api.add_exception_handler(Refused, tell("conflict"))
    api.add_exception_handler(Http404, lambda request, _error: told(request, Problem("not-found")))
    api.add_exception_handler(HttpError, http)  # type: ignore[arg-type]  # likewise
    api.add_exception_handler(
        BadArguments,
        lambda request, error: told(request, arguments_problem(error)),  # type: ignore[arg-type]  # likewise
    )
    api.add_exception_handler(
        FieldErrors,
        lambda request, error: told(request, fields_problem(error)),  # type: ignore[arg-type]  # likewise
    )
    api.add_exception_handler(RequestDataTooBig, tell("too-large"))
    api.add_exception_handler(SuspiciousOperation, tell("bad-request"))
    api.add_exception_handler(Exception, unforeseen)  # type: ignore[arg-type]  # likewise


def sentence_of(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else ""
