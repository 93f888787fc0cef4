"""A table of the explorer is kept under a name, for oneself or for others."""

from datetime import datetime

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.oversight.statistics.models import SavedCut


MOST = 100  # that one person may keep


class CutRefused(Refused):
    """The table cannot be kept so; the sentence says why."""


@transaction.atomic
def keep_cut(
    *, name: str, node: Node, query: str, is_shared: bool, by: Actor, now: datetime
) -> SavedCut:
    """Keep what an address asks. A name kept before by the same person now means this."""
    name = name.strip()
    if not name:
        raise CutRefused("请给这张表起个名字。")
    mine = SavedCut.objects.filter(made_by_id=by.user_id)
    if mine.count() >= MOST:
        raise CutRefused(f"最多保存 {MOST} 张表，请先删去不用的。")
    row, is_new = SavedCut.objects.update_or_create(
        made_by_id=by.user_id, name=name,
        defaults={"node": node, "query": query, "is_shared": is_shared, "made_at": now},
    )  # fmt: skip
    record(row, "keep" if is_new else "keep_again", by=by, at=now, note=name)
    return row


@transaction.atomic
def forget_cut(*, pk: int, by: Actor, now: datetime) -> None:
    """Only who kept it takes it away."""
    row = SavedCut.objects.select_for_update().filter(made_by_id=by.user_id, pk=pk).first()
    if row is None:
        raise CutRefused("这张表不是您保存的，或已经删去。")
    record(row, "forget", by=by, at=now, note=row.name)
    row.delete()
