"""People take up posts and leave them; what access came with a post ends with it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.accounts.queries import user_by_name
from changle.ground.people.actions.people import (
    Outdated,
    PeopleRefused,
    entries_of,
    person_for,
    written,
)
from changle.ground.people.models import HEAD, KINDS, Person, Post
from changle.ground.people.queries.heads import head_of
from changle.ground.registry.actions import change_organisation
from changle.ground.registry.models import Organisation
from changle.ground.territory.actions import Terms, grant
from changle.ground.territory.actions.granting import cut
from changle.ground.territory.queries import stand
from changle.ground.territory.roles import Permission


GRANTED = ("OADM", "OSTF")  # the roles that a post in a body may bring


@dataclass(frozen=True, kw_only=True)
class PostDraft:
    """What is said of somebody's post."""

    person: dict[str, Any]  # columns of `Person`
    kind: str
    starts_on: date
    facts: dict[str, Any] = field(default_factory=dict)  # further columns of `Post`
    same: str = ""  # the clerk's answer where the person seems known: a key, or "new"


def body_of(pk: int, by: Actor) -> Organisation:
    """The body, as the only hand on its posts; who may not change its people finds none."""
    rows = by.rows(Organisation, Permission.PEOPLE_EDIT).select_for_update(of=("self",))
    return rows.select_related("node").get(pk=pk)


def post_of(pk: int, by: Actor) -> Post:
    rows = by.rows(Post, Permission.PEOPLE_EDIT).select_for_update(of=("self",))
    return rows.select_related("person", "organisation__node", "grant").get(pk=pk)


@transaction.atomic
def add_post(*, organisation: int, draft: PostDraft, by: Actor, now: datetime) -> Post:
    if draft.kind == HEAD:
        raise PeopleRefused("法定代表人（负责人）请用“变更负责人”办理。")
    body = body_of(organisation, by)
    person = person_for(draft.person, same=draft.same, by=by, now=now)
    return enter(body, person, draft, by=by, now=now)


def enter(
    body: Organisation, person: Person, draft: PostDraft, *, by: Actor, now: datetime
) -> Post:
    if draft.kind not in KINDS:
        raise PeopleRefused("没有这种职务。")
    row = Post(
        organisation=body, person=person, kind=draft.kind, starts_on=draft.starts_on,
        recorded_at=now, changed_at=now, **draft.facts,
    )  # fmt: skip
    written(row)
    record(row, "add_post", by=by, at=now, note=KINDS[draft.kind].label)
    return row


@transaction.atomic
def edit_post(*, pk: int, version: int, changes: dict[str, Any], by: Actor, now: datetime) -> Post:
    row = post_of(pk, by)
    if row.version != version:
        raise Outdated(entries_of(row, row.version - version))
    if changes.get("kind", row.kind) != row.kind and HEAD in {changes["kind"], row.kind}:
        raise PeopleRefused("法定代表人（负责人）请用“变更负责人”办理。")
    before = {name: getattr(row, name) for name in changes}
    after = {name: value for name, value in changes.items() if before[name] != value}
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    if "ends_on" in after:
        if access_stands(row, now):
            refuse_extension(before["ends_on"], row.ends_on)
        carry_over(row, by=by, now=now)
    row.version += 1
    row.changed_at = now
    written(row)
    record(row, "edit_post", by=by, at=now, changes=changed(before, after))
    return row


def carry_over(row: Post, *, by: Actor, now: datetime) -> None:
    """The grant ends no later than the post."""
    if row.ends_on is None or not access_stands(row, now):
        return
    until, today = row.grant.ends_on if row.grant else None, timezone.localdate(now)
    if row.grant is not None and (until is None or row.ends_on < until):
        cut(row.grant, max(row.ends_on, today), today=today, by=by, now=now, reason="任职结束")


def access_stands(row: Post, now: datetime) -> bool:
    return row.grant is not None and stand(row.grant, on=timezone.localdate(now)) != "ended"


def refuse_extension(before: date | None, after: date | None) -> None:
    """A grant can only be shortened, so that a longer one is given anew by who may give it."""
    if before is not None and (after is None or after > before):
        raise PeopleRefused("此职务带有平台账户的授权，要延长请先结束任职，再另行任职和授权。")


@transaction.atomic
def end_post(
    *, pk: int, on: date | None, because: str, by: Actor, now: datetime, note: str = ""
) -> Post:
    """Somebody leaves; from `on` they hold the post no more. A slip is taken back to its first day."""
    row = post_of(pk, by)
    today = timezone.localdate(now)
    if because == Post.Ending.MISTAKE:
        on = row.starts_on
    elif on is None:
        raise PeopleRefused("请填写离任日期。")
    elif row.ends_on is not None and row.ends_on <= min(on, today):
        raise PeopleRefused(f"此人已于 {row.ends_on} 离任。")
    closed(row, on, because, by=by, now=now, note=note)
    return row


def closed(row: Post, on: date, because: str, *, by: Actor, now: datetime, note: str = "") -> None:
    before = row.ends_on
    row.ends_on, row.ended_because = on, because
    carry_over(row, by=by, now=now)
    row.version += 1
    row.changed_at = now
    written(row)
    changes = changed({"ends_on": before}, {"ends_on": on})
    record(row, "end_post", by=by, at=now, changes=changes, note=note)


@transaction.atomic
def change_head(
    *, organisation: int, version: int, since: int, draft: PostDraft, because: str, by: Actor,
    now: datetime,
) -> Post:  # fmt: skip
    """换届、变更负责人: the old head leaves on the day the new one begins, and the record says so.

    `version` and `since` (the post of the head, 0 for none) are what the clerk had before them.
    """
    body = body_of(organisation, by)
    if draft.starts_on > timezone.localdate(now):
        raise PeopleRefused("变更日期不能晚于今天：以登记（备案）机关核准之日为准。")
    current = head_of(body.pk, on=timezone.localdate(now))
    if (current.pk if current else 0) != since:
        raise PeopleRefused("别人刚刚变更过负责人，请刷新后再办理。")
    person = person_for(draft.person, same=draft.same, by=by, now=now)
    if current is not None:
        if current.person_id == person.pk:
            raise PeopleRefused("新任与现任是同一个人；连任请在任职页上修改届次和届满日期。")
        if draft.starts_on <= current.starts_on:
            raise PeopleRefused(f"变更日期应晚于现任的任职日期 {current.starts_on}。")
        closed(current, draft.starts_on, because, by=by, now=now)
    row = enter(body, person, draft, by=by, now=now)
    change_organisation(
        pk=body.pk, version=version, changes={"legal_representative": person.name}, by=by, now=now,
        note="变更负责人",
    )  # fmt: skip
    return row


@transaction.atomic
def give_access(*, pk: int, username: str, role: str, by: Actor, now: datetime) -> Post:
    """An account comes with the post, and its reach ends on the day on which the post ends.

    Whether the giver may give it is judged as for any grant.
    """
    row = post_of(pk, by)
    today = timezone.localdate(now)
    if role not in GRANTED:
        raise PeopleRefused("任职只能带组织管理员或组织工作人员的授权。")
    if row.ends_on is not None and row.ends_on <= today:
        raise PeopleRefused("此人已经离任。")
    if row.grant is not None and stand(row.grant, on=today) != "ended":
        raise PeopleRefused("此任职已有账户授权。")
    user = user_by_name(username.strip())
    if user is None:
        raise PeopleRefused("没有这个用户名的账户。请先在“授权”里新建。")
    terms = Terms(
        role=role, starts_on=max(today, row.starts_on), ends_on=row.ends_on, post=row.label[:60],
        reason="随任职授予",
    )  # fmt: skip
    row.grant = grant(user=user, node=row.organisation.node, terms=terms, by=by, now=now)
    row.user = user
    row.version += 1
    row.changed_at = now
    written(row)
    record(row, "give_access", by=by, at=now, note=f"{user.username}（{row.grant.role_name}）")
    return row
