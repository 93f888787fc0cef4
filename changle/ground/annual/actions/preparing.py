"""A report is begun, filled in section by section, and its oddities explained."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from changle.core.log import LogEntry, changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.annual.lifecycle import ANNUAL
from changle.ground.annual.models import FIRST_YEAR, AnnualReport
from changle.ground.annual.queries import (
    blank,
    deadlines,
    entries_since,
    filled,
    house_of,
    live,
    section,
    standing,
    takes_part,
)
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


EDIT = Permission.ANNUAL_EDIT
# The columns that the district's sums read, and the field each mirrors.
MIRRORED = {
    "income_fen": "income", "expense_fen": "cost", "net_fen": "net_end",
    "donation_fen": "income_donation", "fee_fen": "income_fee", "staff_count": "staff",
}  # fmt: skip
COUNTS = ("typed_count", "filled_count", "asked_count")
MOST_REASON = 300
MOST_STAFF = 2_147_483_647


class AnnualRefused(Refused):
    """What was asked of a report may not be done now."""


class Outdated(AnnualRefused):
    """Somebody saved the same section in between; `since` are their entries."""

    def __init__(self, since: list[LogEntry]) -> None:
        who = "、".join(dict.fromkeys(entry.actor_name for entry in since)) or "别人"
        super().__init__(f"{who}刚刚保存过这一部分。请看过改动后再决定是否保存。")
        self.since = since


def locked(pk: int, *, by: Actor, needs: str = EDIT) -> AnnualReport:
    """The row as the only hand on it; who may not touch it finds none."""
    rows = by.rows(AnnualReport, needs).select_for_update(of=("self",))
    return rows.select_related("organisation__node", "organisation__official_class").get(pk=pk)


def blank_report(organisation: Organisation, year: int, by_when: date, now: datetime) -> AnnualReport:  # fmt: skip
    report = AnnualReport(
        organisation=organisation, kind=organisation.kind, year=year, report_by=by_when,
        recorded_at=now, changed_at=now, is_sample=organisation.is_sample,
    )  # fmt: skip
    ANNUAL.begin(report, AnnualReport.State.PREPARING, at=now)
    report.due_on = by_when
    return report


@transaction.atomic
def prepare(*, organisation: Organisation, year: int, by: Actor, now: datetime) -> AnnualReport:
    """Begin the report of a body for a year; what the house knows is already in it."""
    if not by.reaches(organisation, EDIT):
        raise Organisation.DoesNotExist
    if not FIRST_YEAR <= year <= now.year:
        raise AnnualRefused(f"{year} 年的报告现在还不能准备。")
    if not takes_part(organisation, year):
        raise AnnualRefused(
            f"{organisation.name}不需要报送 {year} 年度报告：尚未登记、当年下半年才登记的民非或已终止的组织不参加。"
        )
    report = blank_report(organisation, year, deadlines(year)[organisation.kind], now)
    report.prepared_by_id = by.user_id or None
    mirror(report, standing(report, live(house_of(organisation, year), report.kind)))
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError:
        raise AnnualRefused(f"{year} 年度报告已经在准备了。") from None
    record(report, "prepare", by=by, at=now, target=report.state)
    return report


def mirror(report: AnnualReport, values: dict[str, Any]) -> None:
    """Let the columns say what stands in the values."""
    for name, code in MIRRORED.items():
        setattr(report, name, values.get(code))
    report.filled_count, report.asked_count = filled(values, report.kind)
    report.typed_count = len(report.typed)


@transaction.atomic
def save_section(
    *, pk: int, code: str, version: int, values: dict[str, Any], by: Actor, now: datetime
) -> AnnualReport:
    """Keep one section. Empty means: as the house has it; what equals the house is not typed."""
    report = locked(pk, by=by)
    part = section(code)
    if part is None or report.kind not in part.kinds:
        raise AnnualReport.DoesNotExist
    if not report.is_open:
        raise AnnualRefused("报告已经自查或提交，要修改请先退回修改。")
    if report.versions.get(code, 0) != version:
        raise Outdated(entries_since(report, code, version))
    house = live(house_of(report.organisation, report.year), report.kind)
    before, typed = dict(report.values), set(report.typed)
    for field in part.of_kind(report.kind):
        if field.code not in values:
            continue
        value = values[field.code]
        if blank(value) or (field.sourced and house.get(field.code) == value):
            report.values.pop(field.code, None)
            typed.discard(field.code)
        else:
            report.values[field.code] = value
            typed.add(field.code)
    differing = differences(before, report.values)
    if not differing:
        return report
    report.typed = sorted(typed)
    report.versions = {**report.versions, code: version + 1}
    return kept(report, standing(report, house), differing, by=by, now=now, note=code)


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    codes = sorted(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))  # fmt: skip
    old = {code: before.get(code) for code in codes}
    return changed(old, {code: after.get(code) for code in codes})


def kept(
    report: AnnualReport,
    values: dict[str, Any],
    differing: dict[str, list[Any]],
    *,
    by: Actor,
    now: datetime,
    note: str,
) -> AnnualReport:
    mirror(report, values)
    report.version += 1
    report.changed_at = now
    report.prepared_by_id = by.user_id or report.prepared_by_id
    report.save(
        update_fields=[
            "values", "typed", "versions", "version", "changed_at", "prepared_by", *MIRRORED, *COUNTS,
        ]
    )  # fmt: skip
    record(report, "save", by=by, at=now, note=note, changes=differing)
    return report


@transaction.atomic
def explain(*, pk: int, code: str, reason: str, by: Actor, now: datetime) -> AnnualReport:
    """Say why a warning is as it is; an empty reason takes it back."""
    report = locked(pk, by=by)
    if not report.is_open:
        raise AnnualRefused("报告已经自查或提交，要修改请先退回修改。")
    before = report.reasons.get(code, "")
    reason = reason.strip()[:MOST_REASON]
    report.reasons = {**report.reasons, code: reason}
    if not reason:
        del report.reasons[code]
    report.version += 1
    report.changed_at = now
    report.save(update_fields=["reasons", "version", "changed_at"])
    record(report, "explain", by=by, at=now, note=code, changes={"reasons": [before, reason]})
    return report
