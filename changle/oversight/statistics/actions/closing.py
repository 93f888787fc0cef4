"""A month is opened for every place, closed into an edition, sent back or published."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import record
from changle.core.periods import midnight, shifted
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.core.sanity import oddities
from changle.core.schedule import daily
from changle.oversight.statistics.lifecycle import CLOSE, REPORT, State
from changle.oversight.statistics.models import Edition, MonthlyReport, TypedCell
from changle.oversight.statistics.queries.monthly import (
    Place,
    cells_of,
    content_of,
    count_cells,
    digest_of,
    places_to_report,
    tables_of,
    typed_in,
    unsent,
)


MOST_SAID = 3  # faults that a refusal spells out
LARGEST = Decimal(10) ** 13


class ReportRefused(Refused):
    """The month cannot be closed so, or the cell cannot be typed; the sentence says why."""


@daily(time(0, 20))
def open_months(now: datetime) -> None:
    """On the first of a month the report of the month before begins, for each place that has one."""
    first = shifted(timezone.localdate(now).replace(day=1), -1)
    open_month(first)


@transaction.atomic
def open_month(month: date) -> int:
    """The reports of a month that are not there yet; how many were begun."""
    there = set(MonthlyReport.objects.filter(month=month).values_list("node_id", flat=True))
    at = midnight(shifted(month, 1))
    rows = [
        REPORT.begin(MonthlyReport(node=node, month=month), State.OPEN, at=at)
        for node in places_to_report().order_by("pk")
        if node.pk not in there and (node.starts_on is None or node.starts_on < shifted(month, 1))
    ]
    MonthlyReport.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def close(*, pk: int, by: Actor, now: datetime, note: str = "") -> Edition:
    """Freeze the report and send it up.

    What does not add up, and places below that have not reported, must be explained in `note`.
    """
    row = by.rows(MonthlyReport, CLOSE).select_for_update(of=("self",)).get(pk=pk)
    today = timezone.localdate(now)
    if row.period.end > today:
        raise ReportRefused(
            f"{row.period.label}还没有结束，{row.period.end:%-m月%-d日}起可以关账。"
        )
    if row.state not in REPORT.moves["submit"].sources:
        raise MoveRefused("状态已经变化，请刷新后再试。")
    filled, missing = tables_of(row, today), unsent(row)
    faults = [f"{one.table.name}：{fault}" for one in filled for fault in one.faults]
    faults += oddities(path=row.node.path or "", period=row.period, today=today)
    open_points = faults + ([f"还没有上报的：{'、'.join(missing)}。"] if missing else [])
    if open_points and not note.strip():
        said = "".join(open_points[:MOST_SAID])
        more = f"等 {len(open_points)} 处" if len(open_points) > MOST_SAID else ""
        raise ReportRefused(f"{said}{more}请核对；确实如此的，在说明中写明原因后再上报。")
    content = content_of(filled, typed_in(row))
    cells, typed = count_cells(content)
    edition = Edition.objects.create(
        report=row, number=row.editions.count() + 1, content=content, faults=faults,
        missing=missing, note=note.strip(), cell_count=cells, typed_count=typed,
        sha256=digest_of(content), closed_at=now, closed_by_id=by.user_id or None,
    )  # fmt: skip
    REPORT.fire(row.pk, "submit", by=by, now=now, note=note.strip())
    return edition


def send_back(*, pk: int, by: Actor, now: datetime, note: str) -> MonthlyReport:
    return REPORT.fire(pk, "send_back", by=by, now=now, note=note)


def publish(*, pk: int, by: Actor, now: datetime, note: str = "") -> MonthlyReport:
    return REPORT.fire(pk, "publish", by=by, now=now, note=note)


@transaction.atomic
def type_cell(
    *, pk: int, place: Place, number: Decimal | None, reason: str, by: Actor, now: datetime
) -> None:
    """Put a number in the place of one computed, with the reason; None takes it away again."""
    row = by.rows(MonthlyReport, CLOSE).select_for_update(of=("self",)).get(pk=pk)
    if sentence := REPORT.may_not(row, by, "submit"):
        raise ReportRefused(sentence)
    if row.state not in REPORT.moves["submit"].sources:
        raise ReportRefused("月报已经上报，数字不能再改；需要改的请上级退回。")
    table, cut, key, column = place
    cells = dict(pair for one in tables_of(row, timezone.localdate(now)) for pair in cells_of(one))
    if place not in cells or not cells[place].query:
        raise ReportRefused("表里没有这一格。")
    at: dict[str, Any] = {"report": row, "table": table, "cut": cut, "key": key, "column": column}
    if number is None:
        TypedCell.objects.filter(**at).delete()
        record(row, "untype", by=by, at=now, note=f"{table} {column}")
        return
    if not reason.strip():
        raise ReportRefused("请写明为什么不用平台算出的数。")
    if not 0 <= number < LARGEST:
        raise ReportRefused("数值应不小于 0，且在十三位以内。")
    facts: dict[str, Any] = {
        "number": number, "reason": reason.strip()[:300], "typed_at": now,
        "typed_by_id": by.user_id or None,
    }  # fmt: skip
    TypedCell.objects.update_or_create(**at, defaults=facts)
    record(row, "type", by=by, at=now, note=f"{table} {column} {number}：{reason.strip()[:200]}")
