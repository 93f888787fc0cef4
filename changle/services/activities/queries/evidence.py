"""What a session's record has, and what it lacks."""

from dataclasses import dataclass
from math import ceil

from django.db.models import Exists, OuterRef, Q, QuerySet

from changle.services.activities.models import (
    Attendance,
    Correction,
    Evidence,
    Expense,
    HeadCount,
    Session,
)
from changle.services.activities.queries.plans import rule


def served(session: Session, online_minutes: int) -> "QuerySet[Attendance]":
    """Those who count: served, not working there; online for long enough."""
    rows = Attendance.objects.filter(session=session, role=Attendance.Role.SERVED)
    if session.is_online:
        rows = rows.filter(minutes__gte=online_minutes)
    struck = Correction.objects.filter(strikes=OuterRef("pk"))
    return rows.filter(~Exists(struck))


@dataclass(frozen=True)
class Numbers:
    """Of one session: people known by name, and attendances that name nobody."""

    named: int
    anonymous: int

    @property
    def person_times(self) -> int:
        return self.named + self.anonymous


def numbers(session: Session) -> Numbers:
    """Each person at most once; a head-count tells how many were there beside those known.

    The count of heads includes who checked in, so that nobody is counted by both.
    """
    rows = served(session, rule().online_minutes)
    named = rows.filter(participant__isnull=False).count()
    nameless = rows.filter(participant__isnull=True).count()
    heads = HeadCount.objects.filter(session=session).order_by("-pk")
    counted = heads.values_list("people", flat=True).first()
    beside = max(0, (counted or 0) - named)
    return Numbers(named, max(nameless, beside))


def missing_evidence(session: Session) -> list[str]:
    """What the minimum still asks for, in words; `session.activity` is loaded."""
    told, by_rule, counts = [], rule(), numbers(session)
    kinds = list(Evidence.objects.filter(session=session).values_list("kind", flat=True))
    if not counts.person_times:
        told.append("签到名单或人数清点（写明清点人）")
    photos = kinds.count(Evidence.Kind.PHOTO)
    if session.activity.photos == "none":
        if not {"list", "count"} & set(kinds):
            told.append("签到表或清点单的影像（约定不拍摄）")
    elif photos < by_rule.least_photos:
        told.append(f"现场照片 {by_rule.least_photos} 张（已有 {photos} 张）")
    if not session.summary.strip():
        told.append(f"{by_rule.most_summary} 字以内的小结")
    part = ceil(counts.person_times * by_rule.feedback_percent / 100)
    least = min(by_rule.least_feedback, part)
    if session.feedback_count < least:
        told.append(f"参加人反馈 {least} 份（已有 {session.feedback_count} 份）")
    if session.activity.budget_fen and not Expense.objects.filter(session=session).exists():
        told.append("支出清单")
    return told


def children_here(session: Session, guardian_below: int) -> "QuerySet[Attendance]":
    """Children who have come and were not handed over to anybody."""
    born = session.on.year - guardian_below
    rows = Attendance.objects.filter(session=session, handed_at__isnull=True, left_at__isnull=True)
    return rows.filter(Q(participant__birth_year__gt=born)).select_related("participant")
