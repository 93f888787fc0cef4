"""The month's report of a place: its tables as they are now, as they were closed, and the difference."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from changle.core.indicators import CATALOGUE
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.models import Edition, MonthlyReport, TypedCell
from changle.oversight.statistics.queries.lines import Line
from changle.oversight.statistics.queries.reports import Cell, Filled, fill
from changle.oversight.statistics.queries.tables import TABLES


TOTAL = "合计"
Place = tuple[str, str, str, str]  # table, cut and key of the line (both empty: the total), column
Content = list[dict[str, Any]]
WITH_REPORTS = (Node.Kind.DISTRICT, Node.Kind.STREET)


@dataclass(frozen=True)
class Shown:
    """One cell of a report: what it was when closed, and what the rows say now."""

    text: str
    query: str = ""  # leads to the rows that the number of now counts
    now: str = ""  # where that differs from what was closed
    difference: str = ""
    typed: str = ""  # why it was typed by hand, and by whom
    computed: str = ""  # what the platform had computed, where it was
    column: str = ""
    of: str = ""  # of a quotient: what is divided by what
    counted: bool = True  # the number is that of the rows it leads to


@dataclass(frozen=True)
class ShownTable:
    code: str
    name: str
    about: str
    columns: list[str]
    lines: list[tuple[str, str, str, list[Shown]]]  # label, cut, key, cells; the total last
    faults: list[str]

    @property
    def differs(self) -> int:
        return sum(bool(cell.difference) for _l, _c, _k, cells in self.lines for cell in cells)


def report_seen(actor: Actor, pk: int) -> MonthlyReport | None:
    return reports_seen(actor).filter(pk=pk).first()


def reports_seen(actor: Actor) -> "QuerySet[MonthlyReport]":
    return actor.rows(MonthlyReport, Permission.FIGURE_VIEW).select_related("node")


def reports_of(actor: Actor, month: date) -> list[MonthlyReport]:
    """Those of a month, the widest place first."""
    rows = reports_seen(actor).filter(month=month).order_by("node__sort", "node__pk")
    return sorted(rows, key=lambda row: (row.node.path or "").count("."))


def months_with_reports(actor: Actor) -> list[date]:
    months = reports_seen(actor).order_by("-month").values_list("month", flat=True)
    return list(months.distinct())


def last_edition(report: MonthlyReport) -> Edition | None:
    return report.editions.select_related("closed_by").order_by("-number").first()


def places_to_report() -> "QuerySet[Node]":
    return Node.objects.filter(kind__in=WITH_REPORTS, ends_on=None)


def unsent(report: MonthlyReport) -> list[str]:
    """The places below whose report of the month is not in."""
    below = MonthlyReport.objects.filter(node__parent=report.node_id, month=report.month)
    sent = below.filter(state__in=MonthlyReport.CLOSED).values("node")
    rows = places_to_report().filter(parent=report.node_id).exclude(pk__in=sent)
    return [row.label for row in rows.order_by("sort", "pk")]


def tables_of(report: MonthlyReport, today: date) -> list[Filled]:
    """All the tables, from the rows as they are now; a few grouped queries for each."""
    return [
        fill(table, node=report.node, period=report.period, today=today)
        for table in TABLES.values()
    ]


def cells_of(filled: Filled) -> Iterator[tuple[Place, Cell]]:
    labels = [measure.label for measure in filled.table.columns]
    for line, cells in [*filled.rows, (Line(TOTAL, "", ""), filled.total)]:
        for label, cell in zip(labels, cells, strict=True):
            yield (filled.table.code, line.cut, line.key, label), cell


def typed_in(report: MonthlyReport) -> dict[Place, TypedCell]:
    rows = TypedCell.objects.filter(report=report).select_related("typed_by")
    return {(row.table, row.cut, row.key, row.column): row for row in rows}


def content_of(tables: list[Filled], typed: dict[Place, TypedCell]) -> Content:
    """What an edition keeps: each table with its lines, its cells and the versions of its figures."""
    told = []
    for filled in tables:
        cells = dict(cells_of(filled))
        versions = {
            measure.code: CATALOGUE[measure.code].version
            for measure in filled.table.columns
            if measure.code
        }
        lines = [*(line for line, _cells in filled.rows), Line(TOTAL, "", "")]
        labels = [measure.label for measure in filled.table.columns]
        told.append({
            "table": filled.table.code, "name": filled.table.name, "about": filled.table.about,
            "as_of": filled.as_of.isoformat(), "versions": versions, "columns": labels,
            "faults": filled.faults,
            "lines": [
                {"label": f"{line.note} {line.label}".strip(), "cut": line.cut, "key": line.key,
                 "cells": [
                     kept_cell(cells[place], typed.get(place))
                     for place in ((filled.table.code, line.cut, line.key, one) for one in labels)
                 ]}
                for line in lines
            ],
        })  # fmt: skip
    return told


def kept_cell(cell: Cell, typed: TypedCell | None) -> dict[str, Any]:
    told: dict[str, Any] = {"text": cell.text, "number": cell.number}
    if typed is not None:
        number = plain(typed.number)
        told |= {"text": f"{number:,}", "number": number, "computed": cell.text,
                 "reason": typed.reason, "by": str(typed.typed_by or "")}  # fmt: skip
    return told


def plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def digest_of(content: Content) -> str:
    """SHA-256 over the content as JSON with sorted keys: equal wherever it is computed anew."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def count_cells(content: Content) -> tuple[int, int]:
    """How many numbers an edition holds, and how many of them were typed by hand."""
    cells = [cell for table in content for line in table["lines"] for cell in line["cells"]]
    numbers = [cell for cell in cells if cell["number"] is not None]
    return len(numbers), sum("reason" in cell for cell in numbers)


def shown_tables(content: Content, now: list[Filled], *, live: bool) -> list[ShownTable]:
    """The tables for a page. `live`: not closed yet, so that there is nothing to differ from."""
    today = {place: cell for filled in now for place, cell in cells_of(filled)}
    names = {
        (filled.table.code, line.cut, line.key): f"{line.note} {line.label}".strip()
        for filled in now
        for line, _cells in filled.rows
    }
    told = []
    for table in content:
        lines, met = [], set()
        for line in table["lines"]:
            met.add((table["table"], line["cut"], line["key"]))
            cells = [
                shown_cell(cell, today.get((table["table"], line["cut"], line["key"], column)),
                           column, live=live)
                for column, cell in zip(table["columns"], line["cells"], strict=True)
            ]  # fmt: skip
            lines.append((line["label"], line["cut"], line["key"], cells))
        later = [place for place in names if place[0] == table["table"] and place not in met]
        for code, cut, key in later:  # a place that came into being afterwards
            cells = [
                shown_cell({"text": "—", "number": None}, today.get((code, cut, key, column)),
                           column, live=False)
                for column in table["columns"]
            ]  # fmt: skip
            lines.insert(-1, (names[code, cut, key], cut, key, cells))
        told.append(ShownTable(table["table"], table["name"], table["about"], table["columns"],
                               lines, table["faults"]))  # fmt: skip
    return told


def shown_cell(kept: dict[str, Any], now: Cell | None, column: str, *, live: bool) -> Shown:
    query = now.query if now else ""
    typed = f"{kept['reason']}（{kept['by']}）" if "reason" in kept else ""
    shown = Shown(
        kept["text"], query, typed=typed, computed=kept.get("computed", ""), column=column,
        of=now.of if now else "", counted=now is None or now.counted,
    )  # fmt: skip
    if live or typed or now is None:
        return shown
    was, is_now = kept["number"], now.number
    if was == is_now or (was is None and not is_now):
        return shown
    difference = (is_now or 0) - (was or 0)
    return replace(shown, now=now.text, difference=f"{difference:+,.10g}")


def differences(edition: Edition, now: list[Filled]) -> int:
    """How many cells of what was closed the rows tell otherwise by now (修订差额)."""
    return sum(table.differs for table in shown_tables(edition.content, now, live=False))
