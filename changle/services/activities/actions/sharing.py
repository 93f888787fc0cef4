"""Sides are asked for a share, and agree to it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from changle.core.log import changed, record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.lifecycle import COHOST
from changle.services.activities.models import Activity, Cohost
from changle.services.activities.queries.plans import speaks_for


EDIT = Permission.ACTIVITY_EDIT


class ShareRefused(Refused):
    """The share may not be offered or answered so."""


@dataclass(frozen=True, kw_only=True)
class ShareDraft:
    """Who brings what. An organisation, or a place such as a community or the centre."""

    node: Node
    organisation: Organisation | None = None
    role: str = Cohost.Role.COHOST
    people: int = 0
    money_fen: int = 0
    venue: str = ""
    other: str = ""

    def given(self) -> dict[str, Any]:
        return {
            "people": self.people,
            "money_fen": self.money_fen,
            "venue": self.venue,
            "other": self.other,
        }


def invite_all(
    activity: Activity, shares: Sequence[ShareDraft], *, by: Actor, now: datetime
) -> list[Cohost]:
    rows = []
    for draft in shares:
        if draft.role == Cohost.Role.LEAD:
            raise ShareRefused("一项活动只有一个主办单位。")
        if draft.node.pk == activity.lead_id:
            raise ShareRefused("主办单位不用再邀请自己。")
        row = Cohost(
            activity=activity, node=draft.node, organisation=draft.organisation, role=draft.role,
            invited_at=now, **draft.given(),
        )  # fmt: skip
        COHOST.begin(row, Cohost.State.INVITED, at=now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise ShareRefused(f"“{draft.node}”已在联办名单里。") from error
        record(row, "invite", by=by, at=now, target=row.state)
        text = f"邀请贵单位{row.get_role_display()}“{activity}”，请确认分工"
        tell(draft.node, text, needs=EDIT, by=by, at=now, url=f"/desk/activities/{activity.pk}/")
        rows.append(row)
    return rows


@transaction.atomic
def invite(*, activity: int, share: ShareDraft, by: Actor, now: datetime) -> Cohost:
    found = by.rows(Activity, EDIT).select_related("lead", "place")
    row = found.select_for_update(of=("self",), no_key=True).get(pk=activity)
    if row.state not in Activity.EDITABLE:
        raise ShareRefused("已经提交的活动不能再邀请。")
    return invite_all(row, [share], by=by, now=now)[0]


@transaction.atomic
def answer(*, pk: int, accepts: bool, by: Actor, now: datetime, note: str = "") -> Cohost:
    """Agree to the share as it stands, or decline it, for one's own side only."""
    along = {"accepted_at": now} if accepts else {}
    move = "accept" if accepts else "decline"
    row = COHOST.fire(pk, move, by=by, now=now, note=note, along=along)
    row.answer = note[:200]
    row.answered_by_id = by.user_id or None
    row.save(update_fields=["answer", "answered_by"])
    only_their_own(row, by)
    activity = row.activity
    word = "已确认" if accepts else "谢绝了"
    text = f"“{row.node}”{word}“{activity}”的分工{'：' + note if note else ''}"
    tell(activity.lead, text, needs=EDIT, by=by, at=now, url=f"/desk/activities/{activity.pk}/")
    return row


def only_their_own(row: Cohost, by: Actor) -> None:
    """Whoever stands above both sides, or planned the activity, does not agree for the other."""
    if not speaks_for(by, row.node):
        raise ShareRefused("分工须由对方单位自己确认。")
    if row.activity.planned_by_id and row.activity.planned_by_id == by.user_id:
        raise ShareRefused("策划人不能代联办单位确认分工。")


@transaction.atomic
def withdraw(*, pk: int, by: Actor, now: datetime) -> Cohost:
    """Take an invitation back, before the activity is handed in."""
    row = COHOST.fire(pk, "withdraw", by=by, now=now)
    if not by.holds_at(EDIT, str(row.activity.lead.path)):
        raise ShareRefused("只有主办单位可以撤回邀请。")
    return row


@transaction.atomic
def tell_given(*, pk: int, people: int, fen: int, note: str, by: Actor, now: datetime) -> Cohost:
    """What a side really brought, told by itself after the activity."""
    row = by.rows(Cohost, EDIT).select_for_update(of=("self",), no_key=True).get(pk=pk)
    if not by.holds_at(EDIT, str(row.node.path)):
        raise ShareRefused("实际贡献由各单位自己填写。")
    if row.state != Cohost.State.ACCEPTED:
        raise ShareRefused("没有确认的分工不能填写贡献。")
    after = {"given_people": people, "given_fen": fen, "given_note": note[:200]}
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    record(row, "give", by=by, at=now, changes=changed(before, after))
    return row
