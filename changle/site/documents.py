"""The pages of docs/ that the code writes itself: floors, processes, access, indicators."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from changle.core.indicators import CATALOGUE
from changle.core.lifecycle import Lifecycle, Stateful
from changle.ground.territory.roles import LABELS, ROLES


NOTE = "<!-- 由 changle write_docs 生成，请勿手改 -->\n"
KINDS = {"stock": "存量（期末）", "flow": "流量（期间）", "rate": "比率"}
OPEN = {"public": "所有人", "signed_in": "登录的人（自己的事）", "api": "令牌或登录，按其权限"}


def floors() -> str:
    contracts = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text("utf-8"))
    lines = ["# 代码分层 Floors", "", NOTE, "引用只能向下；由 import-linter 在每次测试中检查。", ""]
    for contract in contracts["tool"]["importlinter"]["contracts"]:
        lines.append(f"## {contract['name']}\n")
        lines += [f"- `{layer}`" for layer in contract.get("layers", contract.get("modules", []))]
        lines.append("")
    lines += ["## Apps", "", "| app | 名称 | 表 |", "|---|---|---|"]
    for config in apps.get_app_configs():
        if config.name.startswith("changle."):
            tables = "、".join(str(model._meta.verbose_name) for model in config.get_models())
            lines.append(f"| `{config.name}` | {config.verbose_name} | {tables} |")
    return "\n".join(lines) + "\n"


def lifecycles() -> str:
    lines = ["# 流程 Lifecycles", "", NOTE]
    for label, lifecycle in sorted(Lifecycle.registered.items()):
        lines += [f"## {lifecycle.model._meta.verbose_name} `{label}`", "", *diagram(lifecycle), ""]
        lines += ["| 动作 | 从 | 到 | 权限 | 须写理由 |", "|---|---|---|---|---|"]
        states = dict(lifecycle.model.State.choices)
        for move in lifecycle.moves.values():
            sources = "、".join(str(states[s]) for s in states if s in move.sources)
            lines.append(
                f"| {move.label} `{move.name}` | {sources} | {states[move.target]} "
                f"| {LABELS.get(move.needs, move.needs)} | {'是' if move.reasoned else ''} |"  # type: ignore[call-overload]
            )
        lines += ["", *clocks(lifecycle)]
    return "\n".join(lines).rstrip() + "\n"


def diagram(lifecycle: Lifecycle[Stateful]) -> list[str]:
    states = dict(lifecycle.model.State.choices)
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"  {state}: {label}" for state, label in states.items()]
    for move in lifecycle.moves.values():
        lines += [f"  {s} --> {move.target}: {move.label}" for s in states if s in move.sources]
    return [*lines, "```"]


def clocks(lifecycle: Lifecycle[Stateful]) -> list[str]:
    states = dict(lifecycle.model.State.choices)
    told = [
        f"- {states[s]}：{clock.working_days} 个工作日" for s, clock in lifecycle.clocks.items()
    ]
    return ["时限：", "", *told, ""] if told else []


def access() -> str:
    lines = ["# 谁能打开什么 Access", "", NOTE, "## 角色", ""]
    lines += ["| 角色 | 代码 | 说明 | 双重验证 |", "|---|---|---|---|"]
    for role in ROLES.values():
        lines.append(
            f"| {role.name} | {role.code} | {role.about} | {'必须' if role.staff else ''} |"
        )
    lines += ["", "## 角色与权限", "", "每项权限只及于授权所在的辖区及其以下。", ""]
    lines += ["| 权限 | " + " | ".join(ROLES) + " |", "|---|" + ":-:|" * len(ROLES)]
    for permission, label in LABELS.items():
        marks = ["●" if permission in role.permissions else " " for role in ROLES.values()]
        lines.append(f"| {label} `{permission}` | " + " | ".join(marks) + " |")
    lines += ["", "## 页面", "", "| 地址 | 谁能打开 |", "|---|---|"]
    labels = {str(permission): label for permission, label in LABELS.items()}
    for route, entry in routes(get_resolver()):
        needs = getattr(entry.callback, "access", "")
        who = OPEN.get(needs) or f"有权限“{labels.get(needs, needs)}”的人，限其辖区"
        lines.append(f"| `/{route}` | {who} |")
    return "\n".join(lines) + "\n"


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route, entry


def indicators() -> str:
    lines = [
        "# 指标口径 Indicators",
        "",
        NOTE,
        "期间半开：含首日，不含末日次日。每个数都能点到构成它的记录。",
        "",
    ]
    for indicator in CATALOGUE.values():
        lines += [f"## {indicator.name} `{indicator.code}`", "", indicator.definition, ""]
        lines.append(
            f"- 单位：{indicator.unit}；{KINDS[indicator.kind]}；口径版本 {indicator.version}"
        )
        if indicator.above:
            lines.append(f"- 分子 `{indicator.above}`，分母 `{indicator.below}`")
        if indicator.cuts:
            lines.append(
                "- 分组：" + "、".join(f"{cut.label} `{cut.name}`" for cut in indicator.cuts)
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


PAGES = {
    "floors.md": floors,
    "lifecycles.md": lifecycles,
    "access.md": access,
    "indicators.md": indicators,
}
