"""What the body does: drafts, reports, hands in papers, tells what came of it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from changle.core.calendar import Calendar, day_of
from changle.core.files import store
from changle.core.files.stored import Upload
from changle.core.lifecycle import MoveRefused
from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.matters.lifecycle import EDITABLE, LICENSABLE, MATTER
from changle.ground.matters.models import Matter, MatterType
from changle.ground.matters.queries import latest_day, review_rule
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


REPORT, VIEW = Permission.MATTER_REPORT, Permission.MATTER_VIEW
PERSONAL = {"contact_name", "contact_phone"}


class MatterRefused(Refused):
    """The report may not be made so; the message is for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is typed of a matter; anything but its name may still be missing."""

    title: str
    content: str = ""
    form: str = ""
    scale: str = ""
    expected: int | None = None
    sessions: int | None = None
    place: str = ""
    address: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    decided_on: date | None = None
    budget_fen: int | None = None
    money_source: str = ""
    approvals: str = ""
    is_foreign: bool = False
    foreign_about: str = ""
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of an event, as the body tells it."""

    held_on: date
    real_participants: int
    effect: str
    impact: str = ""
    problems: str = ""
    next_steps: str = ""


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Files that came with the form, by the column that names them."""

    safety_plan: Upload | None = None
    licence: Upload | None = None
    report: Upload | None = None


def locked(pk: int, *, by: Actor) -> Matter:
    """The report as the only hand on it; who may not report for the body finds none."""
    rows = by.rows(Matter, REPORT).select_for_update(of=("self",))
    return rows.select_related("organisation__node", "type").get(pk=pk)


def attach(row: Matter, papers: Papers, *, by: Actor, now: datetime) -> None:
    for name, upload in vars(papers).items():
        if upload is not None:
            setattr(row, name, store(upload=upload, subject=row, needs=VIEW, by=by, now=now))
            row.save(update_fields=[name])


def check(row: Matter) -> None:
    try:
        row.validate_constraints(exclude=["state", "submitted_on", "late_reason"])
    except ValidationError as error:
        raise MatterRefused("".join(error.messages)) from None


def keep_latest(row: Matter) -> None:
    row.latest_on = latest_day(
        row.type,
        begins=day_of(row.starts_at) if row.starts_at else None,
        decided=row.decided_on,
        calendar=Calendar.load(),
    )


@transaction.atomic
def start(
    *, organisation: int, kind: MatterType, draft: Draft, by: Actor, now: datetime,
    papers: Papers = Papers(),
) -> Matter:  # fmt: skip
    body = by.rows(Organisation, REPORT).select_related("node").get(pk=organisation)
    if body.state not in Organisation.LIVING:
        raise MatterRefused(f"组织{body.state_label()}，不能再报告。")
    if kind.retired_on is not None and kind.retired_on <= timezone.localdate(now):
        raise MatterRefused("这类事项已停用，请选别的类型。")
    row = Matter(
        organisation=body, type=kind, recorded_at=now, recorded_by_id=by.user_id or None,
        **asdict(draft),
    )  # fmt: skip
    check(row)
    keep_latest(row)
    MATTER.begin(row, Matter.State.DRAFT, at=now).save()
    record(row, "draft", by=by, at=now, target=row.state)
    attach(row, papers, by=by, now=now)
    return row


@transaction.atomic
def save_draft(
    *, pk: int, draft: Draft, by: Actor, now: datetime, papers: Papers = Papers()
) -> Matter:  # fmt: skip
    row = locked(pk, by=by)
    if row.state not in EDITABLE:
        raise MatterRefused(f"这份报告{row.state_label()}，不能再改。")
    after = asdict(draft)
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    check(row)
    keep_latest(row)
    row.save(update_fields=[*after, "latest_on"])
    told: dict[str, Any] = changed(before, after)
    for name in PERSONAL & told.keys():
        told[name] = ["", "（已修改）"]
    if told:
        record(row, "change", by=by, at=now, changes=told)
    attach(row, papers, by=by, now=now)
    return row


@transaction.atomic
def submit(*, pk: int, by: Actor, now: datetime, late_reason: str = "") -> Matter:
    """Report it. Late is better than never: the reason is asked for, and it counts as late."""
    row, today = locked(pk, by=by), timezone.localdate(now)
    if row.state not in EDITABLE:
        raise MoveRefused("状态已经变化，请刷新后再试。")
    facts: dict[str, Any] = {}
    if row.submitted_on is None:
        late = row.latest_on is not None and today > row.latest_on
        if late and not late_reason.strip():
            raise MatterRefused(f"已过最迟报告日（{row.latest_on}），请写明迟报原因后提交。")
        reason = late_reason.strip() if late else ""
        facts = {"submitted_on": today, "is_late": late, "late_reason": reason}
    along = {**facts, "submitted_by_id": by.user_id or None, "due_on": answer_by(today)}
    return MATTER.fire(pk, "submit", by=by, now=now, note=facts.get("late_reason", ""), along=along)


def answer_by(today: date) -> date:
    """Until when the reviewer should have looked at what came today."""
    return Calendar.load().add_working_days(today, review_rule().review_days)


@transaction.atomic
def hand_in_licence(
    *, pk: int, number: str, authority: str, by: Actor, now: datetime,
    papers: Papers = Papers(),
) -> Matter:  # fmt: skip
    row = locked(pk, by=by)
    if row.state not in LICENSABLE:
        raise MatterRefused(f"这份报告{row.state_label()}，不用再补许可。")
    before = {"licence_number": row.licence_number, "licence_authority": row.licence_authority}
    row.licence_number, row.licence_authority = number, authority
    row.save(update_fields=[*before])
    after = {"licence_number": number, "licence_authority": authority}
    record(row, "hand_in_licence", by=by, at=now, changes=changed(before, after))
    attach(row, papers, by=by, now=now)
    return row


@transaction.atomic
def report_result(
    *, pk: int, result: Result, by: Actor, now: datetime, papers: Papers = Papers()
) -> Matter:  # fmt: skip
    """What came of it; from a held or due matter, and again after a reviewer has returned it."""
    row, today = locked(pk, by=by), timezone.localdate(now)
    if row.state not in MATTER.moves["report"].sources:
        raise MoveRefused("状态已经变化，请刷新后再试。")
    if result.held_on > today:
        raise MatterRefused("实际举办日期不能晚于今天。")
    facts = {**asdict(result), "reported_on": row.reported_on or today}
    note = f"{result.held_on}，{result.real_participants} 人次"
    attach(row, papers, by=by, now=now)
    along = {**facts, "reported_by_id": by.user_id or None, "due_on": answer_by(today)}
    return MATTER.fire(pk, "report", by=by, now=now, note=note, along=along)
