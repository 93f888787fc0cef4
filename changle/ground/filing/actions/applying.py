"""The residents' side: begin, write, list the members, add papers, submit, withdraw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from changle.core.files import IMAGES, FileType, store
from changle.core.files.stored import Upload
from changle.core.lifecycle import MoveRefused
from changle.core.log import changed, record
from changle.core.notices import tell_person
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.core.sealed import mask_phone
from changle.ground.filing.lifecycle import FILING
from changle.ground.filing.models import Filing, FilingMember, FilingTurn
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


MOST_OPEN = 10  # applications that one person may have in hand
MOST_MEMBERS = 500
PAPER_TYPES = IMAGES | {FileType.PDF, FileType.DOCX}
DESKS = {"submitted": FilingTurn.Desk.COMMUNITY, "street_review": FilingTurn.Desk.STREET}


class FilingRefused(Refused):
    """The filing cannot go on so; the sentence says why."""


def locked(pk: int, *, needs: str, by: Actor) -> Filing:
    """The row as the only hand on it; who does not hold the permission over it finds none."""
    return by.rows(Filing, needs).select_for_update(of=("self",)).get(pk=pk)


def writable(pk: int, *, by: Actor) -> Filing:
    row = locked(pk, needs=Permission.FILING_APPLY, by=by)
    if row.state not in Filing.EDITABLE:
        raise FilingRefused(
            "申请已经提交，现在不能修改。需要修改，请先联系社区退回，或撤回后重新申请。"
        )
    return row


def page_of(row: Filing) -> str:
    return reverse("filing:mine_one", args=[row.pk])


def tell_initiator(row: Filing, text: str, *, by: Actor, now: datetime) -> None:
    if row.initiator_id != by.user_id:
        tell_person(row.initiator_id, f"“{row.name}”{text}", at=now, url=page_of(row))


def start(*, name: str, community: Node, by: Actor, now: datetime, team: int = 0) -> Filing:
    """Begin an application for a new body, or for a team that means to be founded."""
    organisation = None
    if team:
        rows = by.rows(Organisation, Permission.ORGANISATION_EDIT)
        organisation = rows.get(pk=team, kind=Organisation.Kind.PRE)
    row = Filing(
        kind=Filing.Kind.NEW, name=name.strip(), community=community, organisation=organisation
    )
    return begun(row, by=by, now=now)


def start_change(*, organisation: Organisation, kind: str, by: Actor, now: datetime) -> Filing:
    """Begin an application of a filed body to change what is filed of it, or to end the filing."""
    body = by.rows(Organisation, Permission.ORGANISATION_EDIT).get(pk=organisation.pk)
    if body.kind != Organisation.Kind.BA or body.state not in {"active", "paused"}:
        raise FilingRefused("只有在备案的社区社会组织可以申请变更或注销备案。")
    if body.community_id is None:
        raise FilingRefused("这个组织还没有落到社区，请街道先办理迁址。")
    cancels = kind == Filing.Kind.CANCEL
    row = Filing(
        kind=kind, organisation=body, community_id=body.community_id, name=body.name,
        category_id=body.category_id, purpose="" if cancels else body.purpose,
        activities=body.business_scope, premises_address=body.address,
        premises_area=body.premises_area, leader_name=body.legal_representative,
        leader_phone=body.contact_phone, member_count=body.member_count,
        filing_number=body.filing_number,
    )  # fmt: skip
    return begun(row, by=by, now=now)


@transaction.atomic
def begun(row: Filing, *, by: Actor, now: datetime) -> Filing:
    if not by.user_id:
        raise FilingRefused("请先登录。")
    if not row.name:
        raise FilingRefused("请填写名称。")
    if row.community.kind != Node.Kind.COMMUNITY or row.community.ends_on is not None:
        raise FilingRefused("请选择一个社区。")
    mine = by.rows(Filing, Permission.FILING_APPLY).filter(initiator_id=by.user_id)
    if mine.filter(state__in=Filing.OPEN).count() >= MOST_OPEN:
        raise FilingRefused(f"您有 {MOST_OPEN} 份申请还没有办结，请先办完或撤回。")
    row.initiator_id, row.begun_at, row.changed_at = by.user_id, now, now
    FILING.begin(row, Filing.State.DRAFT, at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise FilingRefused("这个组织已有一份在办的申请。") from None
    record(row, "begin_filing", by=by, at=now, target=row.state)
    return row


@transaction.atomic
def write(
    *, pk: int, version: int, values: dict[str, Any], by: Actor, now: datetime
) -> Filing:  # fmt: skip
    """Save a step of the form; half-filled is fine, submitting asks for the rest."""
    row = writable(pk, by=by)
    if row.version != version:
        raise FilingRefused("这份申请在别处改过（也许是另一个窗口）。请看过现在的内容再保存。")
    before = {name: getattr(row, name) for name in values}
    differing = {name: value for name, value in values.items() if before[name] != value}
    if not differing:
        return row
    for name, value in differing.items():
        setattr(row, name, value)
    row.version += 1
    row.changed_at = now
    row.save(update_fields=[*differing, "version", "changed_at"])
    record(row, "edit", by=by, at=now, changes=shown(before, differing))
    return row


def shown(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Old and new for the log, phones masked, long texts cut."""
    told = changed(before, after)
    if "leader_phone" in told:
        told["leader_phone"] = [mask_phone(text or "") for text in told["leader_phone"]]
    return {
        name: [text[:60] if isinstance(text, str) else text for text in pair]
        for name, pair in told.items()
    }


@transaction.atomic
def list_members(
    *, pk: int, members: Sequence[tuple[str, str]], by: Actor, now: datetime
) -> int:  # fmt: skip
    """Add names to the list; who is already on it is left as they are. Answers how many were new."""
    row = writable(pk, by=by)
    known = set(row.members.values_list("name", "phone"))
    fresh = list(dict.fromkeys(pair for pair in members if pair not in known))
    if len(known) + len(fresh) > MOST_MEMBERS:
        raise FilingRefused(f"名单最多 {MOST_MEMBERS} 人。")
    FilingMember.objects.bulk_create(
        FilingMember(filing=row, name=name, phone=phone, sort=len(known) + number)
        for number, (name, phone) in enumerate(fresh)
    )
    if fresh:
        record(row, "list_members", by=by, at=now, note=f"{len(fresh)} 人")
    return len(fresh)


@transaction.atomic
def strike_member(*, pk: int, member: int, by: Actor, now: datetime) -> None:
    row = writable(pk, by=by)
    gone, _each = row.members.filter(pk=member).delete()
    if gone:
        record(row, "strike_member", by=by, at=now)


def add_paper(*, pk: int, paper: str, upload: Upload, by: Actor, now: datetime) -> Filing:
    """Keep the charter or the proof of the premises with the application."""
    if paper not in Filing.PAPERS:
        raise FilingRefused("没有这种材料。")
    with transaction.atomic():
        row = writable(pk, by=by)
        stored = store(
            upload=upload, subject=row, needs=Permission.FILING_VIEW, by=by, now=now,
            allowed=PAPER_TYPES,
        )  # fmt: skip
        setattr(row, paper, stored)
        row.version += 1
        row.changed_at = now
        row.save(update_fields=[paper, "version", "changed_at"])
    return row


@transaction.atomic
def submit(*, pk: int, by: Actor, now: datetime) -> Filing:
    row = locked(pk, needs=Permission.FILING_APPLY, by=by)
    today = timezone.localdate(now)
    along = {
        "submitted_on": row.submitted_on or today, "return_reason": "", "opinion": "",
        "opinion_confirmer": "", "opinion_on": None, "opinion_by_id": None,
        "phone_confirmed": False, "version": row.version + 1,
    }  # fmt: skip
    return FILING.fire(pk, "submit", by=by, now=now, along=along)


@transaction.atomic
def withdraw(*, pk: int, by: Actor, now: datetime) -> Filing:
    row = locked(pk, needs=Permission.FILING_APPLY, by=by)
    pass_on(row, FilingTurn.Outcome.WITHDRAWN, by=by, now=now)
    along = {"closed_on": timezone.localdate(now)}
    return FILING.fire(pk, "withdraw", by=by, now=now, along=along)


def pass_on(row: Filing, outcome: str, *, by: Actor, now: datetime, words: str = "") -> None:
    """Write down what the desk that has the application did with it."""
    desk, today = DESKS.get(row.state), timezone.localdate(now)
    if desk is None:
        return
    FilingTurn.objects.create(
        filing=row, desk=desk, outcome=outcome, words=words, by_id=by.user_id or None,
        began_at=row.state_since, due_on=row.due_on, ended_at=now, ended_on=today,
        on_time=row.due_on is None or today <= row.due_on,
    )  # fmt: skip


def refuse_same_hand(row: Filing, by: Actor) -> None:
    if row.initiator_id == by.user_id:
        raise FilingRefused("这是您自己发起的申请，须由别的工作人员办理。")


def refuse_outdated(row: Filing, version: int, *states: str) -> None:
    """What was decided on must be what stands: neither moved on nor written anew since."""
    if row.state not in states:
        raise MoveRefused("状态已经变化，请刷新后再试。")
    if row.version != version:
        raise FilingRefused("申请的内容在您打开之后改过，请看过现在的内容再办理。")
