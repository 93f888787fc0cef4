"""A report goes its way: checked, handed in, verified by somebody else, closed or sent back."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.files import DOCUMENTS, StoredFile, store
from changle.core.files.stored import Upload
from changle.core.lifecycle import MoveRefused
from changle.core.reach import Actor
from changle.ground.annual.actions.preparing import (
    COUNTS,
    EDIT,
    MIRRORED,
    AnnualRefused,
    locked,
    mirror,
)
from changle.ground.annual.lifecycle import ANNUAL
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import has_prepared, read
from changle.ground.territory.roles import Permission


VERIFIES = {"accept", "send_back", "close"}
MOST_AT_ONCE = 500


@transaction.atomic
def move(*, pk: int, name: str, by: Actor, now: datetime, note: str = "") -> AnnualReport:
    """Fire a move with what it does beside: who filled it in never verifies it."""
    if name == "submit":
        raise AnnualRefused("请填写官方系统的上报日期。")
    if name in VERIFIES and has_prepared(locked(pk, by=by, needs=Permission.ANNUAL_REVIEW), by.user_id):  # fmt: skip
        raise AnnualRefused("您参与过这份报告的填报，须由别人核对。")
    if name == "check":
        freeze(locked(pk, by=by), now=now)
    report = ANNUAL.fire(pk, name, by=by, now=now, note=note)
    return timed(report)


def freeze(report: AnnualReport, *, now: datetime) -> None:
    """Keep what stands at the self-check: what the house learns later changes no report."""
    if not report.is_open:
        return
    values = read(report).values
    report.values = values
    mirror(report, values)
    report.version += 1
    report.changed_at = now
    report.save(update_fields=["values", "version", "changed_at", *MIRRORED, *COUNTS])


def timed(report: AnnualReport) -> AnnualReport:
    """The clock of a report that is not yet in is the day by which it must be."""
    if report.state in {*AnnualReport.OPEN, AnnualReport.State.CHECKED}:
        report.due_on = report.report_by
        report.save(update_fields=["due_on"])
    return report


@transaction.atomic
def submit(
    *, pk: int, on: date, by: Actor, now: datetime, receipt: str = "", late_reason: str = ""
) -> AnnualReport:
    """Say that the report was handed in to the official system; late ones say why, and go on."""
    report = locked(pk, by=by)
    if report.state != AnnualReport.State.CHECKED:
        raise MoveRefused("状态已经变化，请刷新后再试。")
    if on > timezone.localdate(now):
        raise AnnualRefused("上报日期不能晚于今天。")
    if on.year < report.year or on < date(report.year, 12, 1):
        raise AnnualRefused(
            f"{report.year} 年度报告不会在 {report.year} 年 12 月以前上报，请核对日期。"
        )
    if on > report.report_by and not late_reason.strip():
        raise AnnualRefused(f"上报日期晚于截止日期 {report.report_by}，请写明逾期原因。")
    report.submitted_on, report.receipt = on, receipt
    report.late_reason = late_reason.strip() if on > report.report_by else ""
    report.save(update_fields=["submitted_on", "receipt", "late_reason"])
    return ANNUAL.fire(pk, "submit", by=by, now=now, note=report.late_reason)


def accept_sound(
    *, pks: Iterable[int], by: Actor, now: datetime
) -> tuple[int, list[tuple[str, str]]]:
    """Accept those in which nothing is doubtful; answers how many, and which not and why."""
    done, doubtful = 0, []
    rows = by.rows(AnnualReport, Permission.ANNUAL_REVIEW).filter(pk__in=list(pks)[:MOST_AT_ONCE])
    for report in rows.select_related("organisation__node").order_by("pk"):
        why = doubt_of(report)
        if not why:
            try:
                move(pk=report.pk, name="accept", by=by, now=now)
            except (AnnualRefused, MoveRefused) as refusal:
                why = str(refusal)
        if why:
            doubtful.append((report.organisation.name, why))
        else:
            done += 1
    return done, doubtful


def doubt_of(report: AnnualReport) -> str:
    """Why a report is not for acceptance in one go."""
    if report.state != AnnualReport.State.SUBMITTED:
        return "不在待核对状态"
    if report.late_reason:
        return f"逾期上报：{report.late_reason}"
    if report.reasons:
        return f"有 {len(report.reasons)} 处情况说明，请逐份查看"
    return ""


def keep_scan(*, pk: int, upload: Upload, by: Actor, now: datetime) -> StoredFile:
    """Keep the signed and stamped pages; what is closed takes no more papers."""
    report = by.rows(AnnualReport, EDIT).select_related("organisation__node").get(pk=pk)
    if report.state in {AnnualReport.State.CLOSED, AnnualReport.State.EXCUSED}:
        raise AnnualRefused("报告已经办结，不再接收扫描件。")
    return store(
        upload=upload, subject=report, needs=Permission.ANNUAL_VIEW, by=by, now=now,
        allowed=DOCUMENTS,
    )  # fmt: skip
