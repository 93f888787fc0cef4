"""What a filing does to the registry, in the transaction of whoever files."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.filing.actions.applying import FilingRefused
from changle.ground.filing.actions.numbering import allot
from changle.ground.filing.models import Filing
from changle.ground.filing.queries import differences
from changle.ground.filing.queries.rules import Rulebook
from changle.ground.registry.actions import (
    Draft,
    add_organisation,
    change_organisation,
    move,
    move_organisation,
)
from changle.ground.registry.models import Organisation
from changle.ground.territory.actions import Terms, grant
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import in_force


ADMIN = "OADM"


def enter_body(row: Filing, *, by: Actor, now: datetime) -> Organisation:
    """The body stands in the registry, and its initiator keeps its record."""
    street = row.community.parent
    if street is None:
        raise FilingRefused("这个社区不属于任何街道，不能备案。")
    on = timezone.localdate(now)
    number = allot(street=street, on=on, form=Rulebook(on).terms().number_format)
    columns: dict[str, Any] = {
        "filing_number": number, "registered_on": on, "name": row.name, "category": row.category,
        "registrar_name": f"{street.name.removesuffix('办事处')}办事处",
        "legal_representative": row.leader_name, "contact_name": row.leader_name,
        "contact_phone": row.leader_phone, "address": row.premises_address,
        "purpose": row.purpose, "business_scope": row.activities,
        "member_count": row.member_count or row.members.count(),
        "premises_count": int(bool(row.premises_address)), "premises_area": row.premises_area,
    }  # fmt: skip
    if row.organisation_id is None:
        draft = Draft(
            kind="BA", place=row.community, source="备案申请", is_sample=row.is_sample, **columns
        )
        body = add_organisation(draft=draft, by=by, now=now)
    else:
        body = file_team(row, columns, by=by, now=now)
    appoint(row, body, by=by, now=now)
    return body


def file_team(row: Filing, columns: dict[str, Any], *, by: Actor, now: datetime) -> Organisation:
    """A team that meant to be founded keeps its record and becomes a filed body."""
    team = body_of(row, "node")
    if team.kind != Organisation.Kind.PRE or team.state != Organisation.State.ACTIVE:
        raise FilingRefused("这个团队已经备案、登记或终止。")
    on = timezone.localdate(now)
    if team.node.parent_id != row.community_id:
        team = move_organisation(pk=team.pk, place=row.community, on=on, by=by, now=now)
    changes = {**columns, "kind": Organisation.Kind.BA.value}
    return change_organisation(
        pk=team.pk, version=team.version, changes=changes, by=by, now=now, on=on
    )


def appoint(row: Filing, body: Organisation, *, by: Actor, now: datetime) -> None:
    """Whoever began the filing keeps the body's record from now on."""
    today = timezone.localdate(now)
    held = Grant.objects.filter(
        in_force(today), user=row.initiator_id, node=body.node_id, role=ADMIN
    )
    if held.exists():
        return
    user = User.objects.get(pk=row.initiator_id)
    terms = Terms(role=ADMIN, starts_on=today, reason=f"备案 {body.filing_number}", post="发起人")
    grant(user=user, node=body.node, terms=terms, by=by, now=now)


def change_body(row: Filing, *, by: Actor, now: datetime) -> None:
    body = filed_body(row)
    changes = {one.column: one.value for one in differences(row, body)}
    change_organisation(
        pk=body.pk, version=body.version, changes=changes, by=by, now=now,
        on=timezone.localdate(now), note="变更备案",
    )  # fmt: skip


def end_filing(row: Filing, *, by: Actor, now: datetime) -> None:
    body = filed_body(row)
    note = f"组织申请注销备案：{row.purpose}"[:200]
    move(body.pk, "cancel", by=by, now=now, on=timezone.localdate(now), note=note)


def filed_body(row: Filing) -> Organisation:
    body = body_of(row, "node", "category")
    if body.kind != Organisation.Kind.BA:
        raise FilingRefused("这个组织已不是备案组织。")
    return body


def body_of(row: Filing, *along: str) -> Organisation:
    """The body as it stands now, not as it was when the row was read."""
    return Organisation.objects.select_related(*along).get(filings=row)
