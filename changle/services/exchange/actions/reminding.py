"""What is done overnight: ends come, answers are overdue, gifts are to be disclosed."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.notices import tell_person
from changle.core.reminders import AHEAD, Due, Reminder, remind
from changle.core.schedule import daily, often
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.using import address, move_use
from changle.services.exchange.lifecycle import OFFER, REQUEST, USE
from changle.services.exchange.models import Use
from changle.services.exchange.queries.donating import due_on, going_on, last_disclosed
from changle.services.exchange.queries.mine import late, out_of_time
from changle.services.exchange.queries.partners import endings
from changle.services.exchange.queries.seats import people_at


MAKE = Permission.OFFER_MAKE


@daily(time(0, 25))
@transaction.atomic
def expire(now: datetime) -> None:
    house, (offers, requests) = keeper(MAKE), out_of_time(timezone.localdate(now))
    for offer in offers:
        OFFER.fire(offer.pk, "expire", by=house, now=now)
    for request in requests:
        REQUEST.fire(request.pk, "expire", by=house, now=now)


@often
def lapse(now: datetime) -> None:
    """A reservation that nobody answered before it began is none."""
    rows = Use.objects.filter(state=Use.State.RESERVED, starts_at__lte=now)
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            if Use.objects.filter(pk=pk, state=Use.State.RESERVED).exists():
                move_use(
                    pk=pk,
                    name="decline",
                    by=keeper(*USE_NEEDS),
                    now=now,
                    note="到时间没有确认，自动取消",
                )


USE_NEEDS = sorted({move.needs for move in USE.moves.values()})


@daily(time(8, 30))
@transaction.atomic
def remind_of_late(now: datetime) -> None:
    """Both sides hear once of what was not given back in time."""
    today = timezone.localdate(now)
    for use in late(now):
        _row, new = Reminder.objects.get_or_create(
            subject_label=Use._meta.label, subject_id=str(use.pk), topic="late",
            due_on=timezone.localdate(use.ends_at), days=0, defaults={"at": now},
        )  # fmt: skip
        if new:
            for person in sorted(people_at(use.node, today) | people_at(use.offer.node, today)):
                tell_person(person, f"已过归还时间：{use}", at=now, url=address(use.pk))


@daily(time(6, 50))
@transaction.atomic
def remind_of_ends(now: datetime) -> None:
    """Agreements with partners; and in an emergency the next disclosure."""
    today = timezone.localdate(now)
    dues = [
        Due(
            row=row, topic="partner", on=row.ends_on, text=f"与{row}的共建协议",
            url=f"/desk/exchange/partners/{row.pk}/",
        )
        for row in endings(today, today + timedelta(days=max(AHEAD)))
        if row.ends_on is not None
    ]  # fmt: skip
    remind(dues, needs=Permission.PARTNER_EDIT, now=now)
    running = list(going_on(today).order_by("pk"))
    last = last_disclosed(running)
    for row in running:
        due = due_on(row, last.get(row.pk))
        if due > today + timedelta(days=1):
            continue
        _row, new = Reminder.objects.get_or_create(
            subject_label=row._meta.label, subject_id=str(row.pk), topic="disclose", due_on=due,
            days=max(0, (due - today).days), defaults={"at": now},
        )  # fmt: skip
        if new:
            told = f"{row}：应在 {due} 前公布捐赠与去向（应急期间至少每 5 日一次）"
            for person in sorted(people_at(row.node, today, Permission.PARTNER_EDIT)):
                tell_person(person, told, at=now, url="/desk/exchange/emergencies/")
