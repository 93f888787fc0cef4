"""In the publicity anybody signed in may object; the house answers each."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell, tell_person
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.models import Incubatee, Objection


MOST_OBJECTIONS = 3  # of one person against one admission


@transaction.atomic
def raise_objection(*, incubatee: int, text: str, by: Actor, now: datetime) -> Objection:
    rows = Incubatee.objects.select_for_update(of=("self",))
    row = rows.select_related("call__centre__node", "organisation__node").get(pk=incubatee)
    if not by.user_id:
        raise IncubationRefused("请先登录。")
    today = timezone.localdate(now)
    if row.state != Incubatee.State.PUBLICISED or (row.due_on and today > row.due_on):
        raise IncubationRefused("公示已经结束。")
    if not text.strip():
        raise IncubationRefused("请写明异议和依据。")
    if Objection.objects.filter(incubatee=row, raised_by=by.user_id).count() >= MOST_OBJECTIONS:
        raise IncubationRefused("您已提出多次异议，请等待答复。")
    one = Objection.objects.create(
        incubatee=row, text=text.strip(), raised_by_id=by.user_id, raised_at=now
    )
    # the log of the body's page does not tell who objects, nor to what
    record(one, "raise_objection", by=by, at=now)
    tell(row, f"{row}：公示中有异议，请答复", needs=Permission.INCUBATION_DECIDE, by=by, at=now)
    return one


@transaction.atomic
def answer_objection(
    *, pk: int, answer: str, is_upheld: bool, by: Actor, now: datetime
) -> Objection:
    rows = by.rows(Objection, Permission.INCUBATION_DECIDE).select_for_update(of=("self",))
    one = rows.select_related("incubatee").get(pk=pk)
    if one.answered_at is not None:
        raise IncubationRefused("这条异议已经答复。")
    if one.raised_by_id == by.user_id:
        raise IncubationRefused("谁提出谁不能答复。")
    if not answer.strip():
        raise IncubationRefused("请写明答复。")
    one.answer, one.is_upheld = answer.strip(), is_upheld
    one.answered_by_id, one.answered_at = by.user_id or None, now
    one.save(update_fields=["answer", "is_upheld", "answered_by", "answered_at"])
    record(one.incubatee, "answer_objection", by=by, at=now, note="成立" if is_upheld else "不成立")
    tell_person(one.raised_by_id, f"您的异议已答复：{one.answer}", at=now)
    return one
