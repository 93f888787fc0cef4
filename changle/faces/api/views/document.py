"""The API's own description: one OpenAPI 3.1 document, and a page made of it for people."""

import hashlib
import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from changle.faces.api.forms import OrganisationEvent, ProblemDetails
from changle.faces.api.queries.webhooks import EVENTS
from changle.faces.api.views.answers import written
from changle.faces.api.views.problems import DOCS, KINDS
from changle.faces.api.views.surface import PREFIX, api


ALWAYS = (400, 401, 422, 429, 500)
OF_WRITES = (403, 409, 413)
OF_CHANGES = (404, 412, 428)
ABOUT = {status: (title, advice) for status, title, advice in KINDS.values()}
PUBLIC = {"listOrganisations", "getOrganisation", "listNodes", "getNode", "listIndicators"}


def statuses(method: str, path: str) -> list[int]:
    """The errors that an operation may answer with."""
    found = {*ALWAYS}
    if "{" in path:
        found.add(404)
    if method != "get":
        found.update(OF_WRITES)
    if method == "patch":
        found.update(OF_CHANGES)
    return sorted(found)


@cache
def document() -> dict[str, Any]:
    schema = json.loads(json.dumps(described(api)))
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            finish(operation, method, path)
    components = schema["components"]
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= {**problem.pop("$defs"), "ProblemDetails": problem}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "由 changle token 用户名 发放"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "浏览器会话；写入须带 X-CSRFToken"},
    }  # fmt: skip
    schema["webhooks"] = {
        event: {
            "post": {
                "summary": label,
                "description": "Standard Webhooks 1.0：webhook-id、webhook-timestamp、webhook-signature；至少一次，同一 id 为同一事件。",
                "operationId": event.replace(".", "_"),
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/OrganisationEvent"}}}},
                "responses": {"2XX": {"description": "已收到；其他回答按间隔重试三天，410 停止推送"}},
            }
        }
        for event, label in EVENTS.items()
    }  # fmt: skip
    event = OrganisationEvent.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= {**event.pop("$defs"), "OrganisationEvent": event}
    schema["jsonSchemaDialect"] = "https://json-schema.org/draft/2020-12/schema"
    return schema  # type: ignore[no-any-return]  # json.loads


def described(ours: NinjaAPI) -> dict[str, Any]:
    return ours.get_openapi_schema(path_prefix=PREFIX)


def finish(operation: dict[str, Any], method: str, path: str) -> None:
    """What the framework cannot know: our errors, who may call, how answers are cached."""
    operation["security"] = [{"token": []}, {"session": []}]
    if operation["operationId"] in PUBLIC:
        operation["security"].append({})
    for status in statuses(method, path):
        title, advice = ABOUT[status]
        operation["responses"][str(status)] = {
            "description": f"{title}。{advice}",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }  # fmt: skip
    for extra in EXTRAS.get(operation["operationId"], []):
        operation["parameters"].append(extra)
    for code, headers in HEADERS.get(operation["operationId"], {}).items():
        operation["responses"].setdefault(code, {"description": "没有变化"})["headers"] = headers


def header(name: str, about: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "in": "header", "name": name, "required": required, "description": about,
        "schema": {"type": "string", "maxLength": 200},
    }  # fmt: skip


TAG = {"ETag": {"description": "版本标记", "schema": {"type": "string"}}}
PLACE = {"Location": {"description": "新组织的网址", "schema": {"type": "string"}}, **TAG}
GONE_INTO = {"Location": {"description": "重复记录已并入的那一条", "schema": {"type": "string"}}}
LINK = {"Link": {"description": "RFC 8288，rel=next", "schema": {"type": "string"}}}
EXTRAS = {
    "getOrganisation": [header("If-None-Match", "已有版本的 ETag；没有变化时回答 304")],
    "addOrganisation": [
        header("Idempotency-Key", "自拟的唯一键；24 小时内同键同内容的请求只做一次，回答相同")
    ],
    "changeOrganisation": [header("If-Match", "读取时的 ETag（必需；缺少时回答 428）")],
}
HEADERS: dict[str, dict[str, Any]] = {
    "getOrganisation": {"200": TAG, "304": TAG, "308": GONE_INTO},
    "addOrganisation": {"201": PLACE},
    "changeOrganisation": {"200": TAG},
    "listOrganisations": {"200": LINK},
    "listNodes": {"200": LINK},
    "listIndicatorRows": {"200": LINK},
}


@cache
def served() -> tuple[str, str]:
    text = written(document())
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    text, tag = served()
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="application/json")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@cache
def chapters() -> list[dict[str, Any]]:
    """The document as the page prints it: every operation with its parameters and answers."""
    return [
        {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "about": operation.get("description", ""),
            "open": {} in operation["security"],
            "parameters": [
                {"name": one["name"], "place": PLACES[one["in"]], "needed": one.get("required", False), "about": one.get("description", "")}
                for one in operation["parameters"]
            ],
            "answers": [
                {"status": status, "about": one["description"], "schema": schema_name(one)}
                for status, one in sorted(operation["responses"].items())
            ],
        }
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    ]  # fmt: skip


PLACES = {"query": "查询参数", "path": "路径", "header": "请求头", "cookie": "Cookie"}


def schema_name(answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        return str(content["schema"].get("$ref", "")).rsplit("/", 1)[-1]
    return ""


@cache
def shapes() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "about": schema.get("description", ""),
            "fields": [
                {"name": field, "type": type_name(one), "about": one.get("description", "")}
                for field, one in schema.get("properties", {}).items()
            ],
        }
        for name, schema in sorted(document()["components"]["schemas"].items())
    ]


def type_name(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(type_name(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{type_name(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type", "any"))


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    problems = [
        {"kind": kind, "status": status, "title": title, "about": about}
        for kind, (status, title, about) in KINDS.items()
    ]
    context = {"chapters": chapters(), "shapes": shapes(), "problems": problems, "page": DOCS}
    return render(request, "api/docs.html", context)
