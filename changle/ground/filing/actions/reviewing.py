"""The community's opinion, the street's review, and the filing itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.filing.actions.applying import (
    FilingRefused,
    locked,
    pass_on,
    refuse_outdated,
    refuse_same_hand,
    tell_initiator,
)
from changle.ground.filing.actions.entering import change_body, end_filing, enter_body
from changle.ground.filing.actions.numbering import new_code
from changle.ground.filing.lifecycle import FILING
from changle.ground.filing.models import Filing, FilingTurn
from changle.ground.filing.queries import Lookalike, twins_of
from changle.ground.territory.roles import Permission


Outcome = FilingTurn.Outcome
State = Filing.State


class Confusable(FilingRefused):
    """Bodies of the registry look like this one; the street says why it may be filed all the same."""

    def __init__(self, twins: list[Lookalike]) -> None:
        names = "、".join(f"“{twin.name}”（{'，'.join(twin.reasons)}）" for twin in twins[:3])
        super().__init__(f"名录里有相似的组织：{names}。确认不致混淆的，请写明理由。")
        self.twins = twins


@transaction.atomic
def agree(
    *, pk: int, version: int, opinion: str, confirmer: str, phone_confirmed: bool, by: Actor,
    now: datetime,
) -> Filing:  # fmt: skip
    """The community agrees and passes the application on to the street."""
    row = locked(pk, needs=Permission.FILING_OPINION, by=by)
    refuse_same_hand(row, by)
    refuse_outdated(row, version, State.SUBMITTED)
    if not confirmer.strip():
        raise FilingRefused("请填写意见确认人。")
    pass_on(row, Outcome.AGREED, by=by, now=now, words=opinion)
    along = {
        "opinion": opinion, "opinion_confirmer": confirmer, "opinion_by_id": by.user_id,
        "opinion_on": timezone.localdate(now), "phone_confirmed": phone_confirmed,
    }  # fmt: skip
    row = FILING.fire(pk, "agree", by=by, now=now, note=opinion, along=along)
    tell_initiator(row, f"的备案申请，社区已同意，正由街道审核{until(row)}。", by=by, now=now)
    return row


def until(row: Filing) -> str:
    return f"，{row.due_on}前办结" if row.due_on else ""


def disagree(*, pk: int, version: int, reason: str, by: Actor, now: datetime) -> Filing:
    """The community sends the application back to whoever began it."""
    return sent_back(pk, version, "disagree", reason, by=by, now=now)


def send_back(*, pk: int, version: int, reason: str, by: Actor, now: datetime) -> Filing:
    """The street sends the application back to whoever began it."""
    return sent_back(pk, version, "send_back", reason, by=by, now=now)


@transaction.atomic
def sent_back(pk: int, version: int, name: str, reason: str, *, by: Actor, now: datetime) -> Filing:
    move = FILING.moves[name]
    row = locked(pk, needs=move.needs, by=by)
    refuse_same_hand(row, by)
    refuse_outdated(row, version, *move.sources)
    pass_on(row, Outcome.RETURNED, by=by, now=now, words=reason)
    along = {"return_reason": reason, "returned_count": row.returned_count + 1}
    row = FILING.fire(pk, name, by=by, now=now, note=reason, along=along)
    tell_initiator(row, f"的备案申请被退回：{reason}。改好后可以重新提交。", by=by, now=now)
    return row


@transaction.atomic
def file(
    *, pk: int, version: int, by: Actor, now: datetime, note: str = "", sure: str = ""
) -> Filing:
    """The street files: the body enters the registry, its initiator keeps its record from now on.

    `sure`: why the name is not confusing though others look like it. All or nothing is done.
    """
    row = locked(pk, needs=Permission.FILING_REVIEW, by=by)
    refuse_same_hand(row, by)
    refuse_outdated(row, version, State.STREET_REVIEW)
    twins = twins_of(row, actor=by)
    if twins and not sure.strip():
        raise Confusable(twins)
    today = timezone.localdate(now)
    pass_on(row, Outcome.FILED, by=by, now=now, words=note)
    along: dict[str, Any] = {
        "filed_on": today, "closed_on": today, "reviewed_by_id": by.user_id or None,
        "review_note": note, "name_confirmed_because": sure if twins else "",
        "days_taken": (today - (row.submitted_on or today)).days,
        **done(row, by=by, now=now),
    }  # fmt: skip
    row = FILING.fire(pk, "approve", by=by, now=now, note=note or sure, along=along)
    tell_initiator(row, told_done(row), by=by, now=now)
    return row


def done(row: Filing, *, by: Actor, now: datetime) -> dict[str, Any]:
    """What the kind of application asks for, and the columns that follow from it."""
    if row.kind == Filing.Kind.CHANGE:
        change_body(row, by=by, now=now)
        return {}
    if row.kind == Filing.Kind.CANCEL:
        end_filing(row, by=by, now=now)
        return {}
    body = enter_body(row, by=by, now=now)
    return {
        "organisation_id": body.pk,
        "filing_number": body.filing_number,
        "certificate_code": new_code(),
    }


def told_done(row: Filing) -> str:
    if row.kind == Filing.Kind.CHANGE:
        return "的变更备案已办结。"
    if row.kind == Filing.Kind.CANCEL:
        return "的备案已注销。"
    return f"已备案，编号 {row.filing_number}。可以下载备案证明。"


@dataclass(frozen=True)
class Filed:
    """What became of one application of a heap."""

    pk: int
    name: str
    number: str = ""
    refusal: str = ""


def file_many(
    *, chosen: Iterable[tuple[int, int]], by: Actor, now: datetime, note: str = ""
) -> list[Filed]:
    """File a heap of (key, version); each stands or falls by itself, and says why."""
    wanted = list(chosen)
    rows = by.rows(Filing, Permission.FILING_REVIEW).filter(pk__in=[pk for pk, _version in wanted])
    names = dict(rows.values_list("pk", "name"))
    found = []
    for pk, version in wanted:
        if pk not in names:
            continue
        try:
            with transaction.atomic():
                row = file(pk=pk, version=version, by=by, now=now, note=note)
        except Refused as refusal:
            found.append(Filed(pk, names[pk], refusal=str(refusal)))
        except IntegrityError:
            found.append(Filed(pk, names[pk], refusal="与刚刚录入的另一条记录冲突，请逐份办理。"))
        else:
            found.append(Filed(pk, row.name, number=row.filing_number))
    return found
