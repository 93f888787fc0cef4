"""Report tables and closed months as the API tells them; each number with the address of its rows."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Count

from changle.core.reach import Actor
from changle.oversight.statistics.models import MonthlyReport
from changle.oversight.statistics.queries import TABLES, Filled, Line
from changle.oversight.statistics.queries.monthly import last_edition, reports_seen
from changle.oversight.statistics.queries.reports import Cell


STEM, MONTHLY = "/api/v1/reports", "/api/v1/monthly-reports"


def tables() -> list[dict[str, Any]]:
    return [
        {
            "code": one.code, "name": one.name, "about": one.about,
            "columns": [measure.label for measure in one.columns], "url": f"{STEM}/{one.code}",
        }
        for one in TABLES.values()
    ]  # fmt: skip


def rows_url(query: str) -> str:
    """The desk's question of rows, as the API asks it."""
    told = dict(parse_qsl(query, keep_blank_values=True))
    code = told.pop("code")
    return f"/api/v1/indicators/{code}/rows?{urlencode(told)}"


def cell(label: str, one: Cell) -> dict[str, Any]:
    return {
        "column": label, "text": one.text, "value": one.number, "of": one.of,
        "rows_url": rows_url(one.query) if one.query else "",
    }  # fmt: skip


def told(filled: Filled) -> dict[str, Any]:
    labels = [measure.label for measure in filled.table.columns]
    lines = [*filled.rows, (Line("合计", "", ""), filled.total)]
    return {
        "code": filled.table.code, "name": filled.table.name, "about": filled.table.about,
        "node": filled.node.pk, "period": filled.period.code, "as_of": filled.as_of.isoformat(),
        "faults": filled.faults,
        "lines": [
            {"label": line.label, "cut": line.cut, "key": line.key,
             "cells": [cell(label, one) for label, one in zip(labels, cells, strict=True)]}
            for line, cells in lines
        ],
    }  # fmt: skip


def monthly(actor: Actor, month: str, after: int, most: int) -> list[dict[str, Any]]:
    rows = reports_seen(actor).annotate(count=Count("editions")).filter(pk__gt=after)
    if month:
        rows = rows.filter(month=f"{month}-01")
    found = rows.prefetch_related("editions").order_by("pk")[:most]
    return [monthly_item(row) for row in found]


def monthly_item(row: MonthlyReport) -> dict[str, Any]:
    editions = sorted(row.editions.all(), key=lambda one: one.number)
    return {
        "id": row.pk, "node": row.node_id, "place": row.node.name, "month": row.period.code,
        "state": row.state, "state_label": row.state_label(), "editions": len(editions),
        "sha256": editions[-1].sha256 if editions else "", "url": f"{MONTHLY}/{row.pk}",
    }  # fmt: skip


def monthly_told(row: MonthlyReport, differences: int) -> dict[str, Any]:
    edition = last_edition(row)
    return monthly_item(row) | {
        "cells": edition.cell_count if edition else 0,
        "typed": edition.typed_count if edition else 0,
        "differences": differences, "content": edition.content if edition else [],
    }  # fmt: skip
