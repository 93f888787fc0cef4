"""A bulletin is written, and issued by another person; its numbers are never typed."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.models import Bulletin, Issue
from changle.oversight.statistics.queries.bulletins import (
    BadQuestion,
    digest_of,
    faults_of,
    kept_of,
    pieces_of,
    scene_of,
)


class BulletinRefused(Refused):
    """It cannot be kept or issued so; the sentence says why."""


@transaction.atomic
def write_bulletin(
    *, node: Node, title: str, text: str, starts_on: date, ends_on: date, by: Actor, now: datetime,
    pk: int | None = None,
) -> Bulletin:  # fmt: skip
    """A new bulletin of a place, or with `pk` other words for one. Issued words stay as they were."""
    row = Bulletin(node=node, written_at=now, written_by_id=by.user_id or None)
    if pk is not None:
        rows = by.rows(Bulletin, Permission.REPORT_CLOSE).select_related("node")
        row = rows.select_for_update(of=("self",)).get(pk=pk)
    if not by.holds_at(Permission.REPORT_CLOSE, str(row.node.path)):
        raise BulletinRefused("只有本单位负责上报的人可以起草。")
    if ends_on <= starts_on:
        raise BulletinRefused("期间的止应晚于起。")
    facts = {
        "title": title.strip(),
        "text": text.strip(),
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    before = {name: getattr(row, name) for name in facts}
    for name, told in facts.items():
        setattr(row, name, told)
    try:
        list(pieces_of(row.text, scene_of(row, timezone.localdate(now))))
    except BadQuestion as bad:
        raise BulletinRefused(str(bad)) from None
    row.save()
    told_changes = changed(
        {k: str(v) for k, v in before.items()}, {k: str(v) for k, v in facts.items()}
    )
    record(row, "write", by=by, at=now, changes=told_changes)
    return row


@transaction.atomic
def issue_bulletin(*, pk: int, by: Actor, now: datetime) -> Issue:
    """Keep it as it reads now. Who wrote it does not issue it; what does not add up is not issued."""
    rows = by.rows(Bulletin, Permission.REPORT_DECIDE).select_related("node")
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    if row.written_by_id and row.written_by_id == by.user_id:
        raise BulletinRefused("起草的人不能印发，请另一位负责人印发。")
    scene = scene_of(row, timezone.localdate(now))
    if faults := faults_of(row.text, scene):
        raise BulletinRefused("".join(faults) + "请核对后再印发。")
    content = kept_of(list(pieces_of(row.text, scene)))
    made = Issue.objects.create(
        bulletin=row, number=row.issues.count() + 1, title=row.title, content=content,
        sha256=digest_of(content), issued_at=now, issued_by_id=by.user_id or None,
    )  # fmt: skip
    record(row, "issue", by=by, at=now, note=made.sha256)
    return made
