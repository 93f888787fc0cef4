"""What shows that a session was held: counts, photos, summary, feedback, expenses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from changle.core.files import IMAGES, FileType, store
from changle.core.files.stored import Upload
from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.doors import run_here
from changle.services.activities.models import (
    Attendance,
    Evidence,
    Expense,
    Feedback,
    HeadCount,
    Session,
)
from changle.services.activities.queries.evidence import missing_evidence
from changle.services.activities.queries.plans import rule


OPEN_BOOK = ("ongoing", "ended", "recording")
PAPERS = frozenset({FileType.PDF, *IMAGES})


class RecordRefused(Refused):
    """The record cannot be taken so."""


def book_of(pk: int, by: Actor) -> Session:
    """The session while its record is open, as the only hand on it."""
    row = run_here(pk, by)
    if row.state not in OPEN_BOOK:
        raise RecordRefused(f"这一场{row.state_label()}，现在不能补充记录。")
    return row


@transaction.atomic
def head_count(
    *, session: int, people: int, counted_by: str, counted_at: datetime, by: Actor, now: datetime
) -> HeadCount:
    """Everybody served and there, those who checked in included; a later count replaces it."""
    row = book_of(session, by)
    if not counted_by.strip():
        raise RecordRefused("请写明清点人。")
    if counted_at > now:
        raise RecordRefused("清点时间不能在将来。")
    count = HeadCount.objects.create(
        session=row, people=people, counted_by=counted_by.strip()[:60], counted_at=counted_at,
        recorded_at=now, recorded_by_id=by.user_id or None,
    )  # fmt: skip
    record(row, "head_count", by=by, at=now, changes={"people": [None, people]},
           note=count.counted_by, path=str(row.place.path))  # fmt: skip
    return count


@dataclass(frozen=True, kw_only=True)
class EvidenceDraft:
    upload: Upload
    kind: str
    caption: str = ""
    consent: str = ""
    taken_at: datetime | None = None
    is_public: bool = False


def add_evidence(*, session: int, draft: EvidenceDraft, by: Actor, now: datetime) -> Evidence:
    """Keep a photo or paper; a picture is drawn anew, so that nothing but the picture is kept."""
    with transaction.atomic():
        row = book_of(session, by)
        check_evidence(row, draft, now)
    allowed = IMAGES if draft.kind == Evidence.Kind.PHOTO else PAPERS
    file = store(
        upload=draft.upload, subject=row, needs=Permission.ACTIVITY_VIEW, by=by, now=now,
        allowed=allowed,
    )  # fmt: skip
    with transaction.atomic():
        book_of(session, by)
        return Evidence.objects.create(
            session=row, file=file, kind=draft.kind, caption=draft.caption[:100],
            consent=draft.consent, taken_at=draft.taken_at, is_public=draft.is_public,
            recorded_at=now, recorded_by_id=by.user_id or None,
        )  # fmt: skip


def check_evidence(session: Session, draft: EvidenceDraft, now: datetime) -> None:
    if draft.kind != Evidence.Kind.PHOTO:
        return
    if session.activity.photos == "none":
        raise RecordRefused("这项活动约定不拍摄，请上传签到表或清点单。")
    if draft.taken_at is None or draft.taken_at > now:
        raise RecordRefused("请填写拍摄时间（不能在将来）。")
    on = timezone.localdate(draft.taken_at)
    if on != session.on:
        raise RecordRefused(f"照片应在活动当天（{session.on}）现场拍摄。")
    if draft.consent not in Evidence.Consent.values:
        raise RecordRefused("请说明出镜的人是否同意。")


@transaction.atomic
def write_summary(
    *, session: int, text: str, claimed: int | None, by: Actor, now: datetime
) -> Session:
    row = book_of(session, by)
    most = rule().most_summary
    if len(text.strip()) > most:
        raise RecordRefused(f"小结最多 {most} 个字。")
    row.summary, row.claimed = text.strip(), claimed
    row.save(update_fields=["summary", "claimed"])
    record(row, "summary", by=by, at=now, path=str(row.place.path))
    return row


@dataclass(frozen=True, kw_only=True)
class Cost:
    what: str
    fen: int
    spent_on: date
    payer: str = ""


@transaction.atomic
def list_expenses(
    *, session: int, costs: Sequence[Cost], by: Actor, now: datetime
) -> list[Expense]:
    """The whole list as it is to be; what was listed before is replaced."""
    row = book_of(session, by)
    if any(cost.fen <= 0 or not cost.what.strip() for cost in costs):
        raise RecordRefused("每笔支出须有用途和大于零的金额。")
    Expense.objects.filter(session=row).delete()
    rows = Expense.objects.bulk_create(
        [
            Expense(session=row, what=one.what.strip()[:100], fen=one.fen, spent_on=one.spent_on,
                    payer=one.payer[:80])
            for one in costs
        ]
    )  # fmt: skip
    total = sum(one.fen for one in costs)
    record(row, "expenses", by=by, at=now, changes={"fen": [None, total]}, path=str(row.place.path))
    return rows


@transaction.atomic
def give_feedback(*, attendance: int, score: int, text: str, now: datetime) -> Feedback:
    """Once for each who was there; what is kept does not say whose it is."""
    rows = Attendance.objects.select_related("session").select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=attendance).first()
    if row is None or row.session.state in {"void", "cancelled"}:
        raise RecordRefused("没有到场记录，不能评价。")
    if row.has_answered:
        raise RecordRefused("您已经评价过，谢谢。")
    if not 1 <= score <= 5:  # noqa: PLR2004  stars
        raise RecordRefused("评分为 1 到 5 分。")
    row.has_answered = True
    row.save(update_fields=["has_answered"])
    told = Feedback.objects.create(
        id=uuid4(), session=row.session, score=score, text=text.strip()[:500],
        on=timezone.localdate(now),
    )  # fmt: skip
    Session.objects.filter(pk=row.session_id).update(
        feedback_count=F("feedback_count") + 1, feedback_sum=F("feedback_sum") + score
    )
    return told


@transaction.atomic
def hand_in(*, session: int, by: Actor, now: datetime) -> Session:
    """Say that the record is whole, so that somebody else can verify it."""
    row = book_of(session, by)
    if row.state != Session.State.RECORDING:
        raise RecordRefused("活动结束后才能提交归档。")
    if gaps := missing_evidence(row):
        raise RecordRefused(f"还缺：{'；'.join(gaps)}。")
    row.handed_in_at, row.handed_in_by_id = now, by.user_id or None
    row.save(update_fields=["handed_in_at", "handed_in_by"])
    record(row, "hand_in", by=by, at=now, path=str(row.place.path))
    text = f"“{row}”已提交归档，请核实"
    tell(row, text, needs=Permission.SESSION_VERIFY, by=by, at=now,
         url=f"/desk/sessions/{row.pk}/")  # fmt: skip
    return row
