"""The one API object: its operations come from the routers beside it."""

from ninja import NinjaAPI

from changle.faces.api.views import (
    bases,
    exchange,
    figures,
    incubation,
    leases,
    loans,
    me,
    nodes,
    organisations,
    reports,
    sessions,
    venues,
)
from changle.faces.api.views.problems import answers


PREFIX = "/api/v1/"
api = NinjaAPI(
    title="长乐 · 接口",
    version="1.0.0",
    description=(
        "社会组织名录、辖区和统计指标。令牌的权限就是其用户的权限；没有令牌时只给公开信息。"
        "时间段前闭后开；金额以分计；错误按 RFC 9457 回答。"
    ),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
answers(api)
for part in (
    organisations, nodes, figures, reports, venues, sessions, loans, leases, bases, incubation, exchange,
    me,
):  # fmt: skip
    api.add_router("", part.router)
