"""Nobody came: the side appeals, the house answers, and lifts what it had suspended."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell, tell_person
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.booking import BookingRefused
from changle.services.commons.actions.deciding import of_theirs, only_the_house, told
from changle.services.commons.lifecycle import NO_SHOW
from changle.services.commons.models import NoShow, Suspension


@transaction.atomic
def appeal(*, pk: int, why: str, by: Actor, now: datetime) -> NoShow:
    """The side that booked says why nobody came; the house hears of it."""
    row = NO_SHOW.fire(pk, "appeal", by=by, now=now, note=why)
    if not of_theirs(row.booking, by):
        raise BookingRefused("申诉由预约的一方提出。")
    row.appeal = why[:300]
    row.save(update_fields=["appeal"])
    url = f"/desk/bookings/no-shows/{pk}/"
    centre = row.booking.centre
    tell(
        centre, f"爽约申诉：{row.booking}", needs=Permission.BOOKING_DECIDE, by=by, at=now, url=url
    )
    return row


@transaction.atomic
def answer_appeal(*, pk: int, name: str, answer: str, by: Actor, now: datetime) -> NoShow:
    """`name`: uphold or lift. Lifted, it counts no more, and what hung on it is lifted too."""
    row = NO_SHOW.fire(pk, name, by=by, now=now, note=answer)
    booking = row.booking
    only_the_house(booking, by, Permission.BOOKING_DECIDE)
    if booking.booked_by_id and booking.booked_by_id == by.user_id:
        raise BookingRefused("不能处理自己的爽约。")
    row.answer = answer[:300]
    row.save(update_fields=["answer"])
    if name == "lift":
        who = {"organisation": booking.organisation_id, "person": booking.person_id}
        mine = {key: value for key, value in who.items() if value is not None}
        Suspension.objects.filter(
            centre=booking.centre_id, lifted_at__isnull=True,
            ends_on__gt=timezone.localdate(now), **mine,
        ).update(lifted_at=now)  # fmt: skip
    url = f"/desk/bookings/no-shows/{pk}/"
    told(booking, f"爽约{NO_SHOW.moves[name].label}：{answer}", by=by, now=now, url=url)
    return row


@transaction.atomic
def lift_suspension(*, pk: int, why: str, by: Actor, now: datetime) -> Suspension:
    """The house takes bookings from them again before its time is over."""
    rows = by.rows(Suspension, Permission.BOOKING_DECIDE).select_for_update(of=("self",))
    row = rows.select_related("centre__node", "organisation").get(pk=pk)
    if not by.holds_at(Permission.BOOKING_DECIDE, str(row.centre.node.path)):
        raise BookingRefused("这是场地所在中心的事，请由中心办理。")
    if row.person_id and row.person_id == by.user_id:
        raise BookingRefused("不能解除自己的暂停预约。")
    if not why.strip():
        raise BookingRefused("请写明解除的理由。")
    if row.lifted_at is not None or row.ends_on <= timezone.localdate(now):
        raise BookingRefused("已经解除或到期。")
    row.lifted_at = now
    row.save(update_fields=["lifted_at"])
    record(row, "lift", by=by, at=now, note=why)
    text = f"{row.centre.name}已恢复您的预约：{why}"
    if row.organisation is not None:
        tell(
            row.organisation,
            text,
            needs=Permission.BOOKING_MAKE,
            by=by,
            at=now,
            url="/desk/venues/",
        )
    elif row.person_id:
        tell_person(row.person_id, text, at=now, url="/desk/venues/")
    return row
