"""What is late is said to be so, kept out of every promise, and asked back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.notices import tell
from changle.core.reach import Actor, Reachable
from changle.core.reminders import SYSTEM, Reminder
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.claiming import hold
from changle.services.commons.actions.loans import told_borrower, url_of
from changle.services.commons.lifecycle import LOAN
from changle.services.commons.models import Claim, Loan
from changle.services.commons.queries.missing import (
    cover,
    days_kept,
    endangered,
    horizon,
    late_loans,
    owed,
    parts_but,
)


AHEAD = (1, 0)  # days before a loan is due on which it is said
P = Permission


def fall_overdue(now: datetime) -> int:
    """Loans past their time; the worker calls it every minute."""
    late = Loan.objects.filter(state__in=("handed", "in_use"), ends_at__lte=now).order_by("pk")
    return sum(become_overdue(pk, now) for pk in list(late.values_list("pk", flat=True)))


@transaction.atomic
def become_overdue(pk: int, now: datetime) -> bool:
    row = Loan.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.state not in LOAN.moves["fall_overdue"].sources or row.ends_at > now:
        return False
    by = keeper(P.BOOKING_OPERATE)
    told = {"overdue_on": row.overdue_on or timezone.localdate(row.ends_at)}
    loan = LOAN.fire(pk, "fall_overdue", by=by, now=now, along=told)
    keep_missing(pk, now)
    told_borrower(loan, "已逾期，请马上归还；归还前不能再借", by=by, now=now)
    text = f"{loan.borrower}借的“{loan}”逾期未还"
    tell(loan.centre, text, needs=P.BOOKING_OPERATE, by=by, at=now, url=url_of(loan))
    return True


@transaction.atomic
def keep_missing(pk: int, now: datetime) -> None:
    """Claim anew, as far ahead as the rule says, what of a loan is not sound in the house.

    Where others were promised the same, they keep it, and are told: see `warn`.
    """
    rows = Loan.objects.filter(pk=pk).select_related("centre__loan_rule")
    loan = rows.prefetch_related("lines__pool", "damages").get()
    there = {line.pool_id: line.pool.quantity for line in loan.lines.all()}
    hold(sorted(there))
    held = Claim.objects.filter(loan=loan, ends_at__gt=now)
    whole = now.replace(microsecond=0)  # SQLite's own clock, by which its guard looks ahead
    held.filter(starts_at__lt=whole).update(ends_at=whole)
    held.delete()
    until, needed = horizon(now, days_kept(loan)), owed(loan)
    parts = parts_but(loan, sorted(needed), now, until)
    Claim.objects.bulk_create(
        Claim(pool_id=pool, loan=loan, starts_at=begins, ends_at=ends, quantity=count,
              is_sole=False)
        for pool in sorted(needed)
        for begins, ends, count in cover(parts[pool], there[pool], needed[pool], now, until)
    )  # fmt: skip


def keep_late(now: datetime) -> int:
    """Once a day: what is still not back stays out of every promise, and who may miss it is told."""
    loans = late_loans(now)
    for loan in loans:
        keep_missing(loan.pk, now)
    return warn(loans, now)


def warn(loans: list[Loan], now: datetime) -> int:
    """Tell each use that may come short, once."""
    warned = 0
    for one in endangered(loans, now):
        row: Reachable | None = one.claim.booking or one.claim.loan
        if row is None or not once(row, f"late-{one.late.pk}", one.claim.starts_at, 0, now):
            continue
        at = timezone.localtime(one.claim.starts_at)
        text = f"“{row}”（{at:%m-%d %H:%M}）要用的“{one.claim.pool.name}”可能不够：有人逾期未还，中心正在催还"
        kind = "bookings" if one.claim.booking_id else "loans"
        url = f"/desk/{kind}/{row.pk}/"
        tell(row, text, needs=P.BOOKING_MAKE, by=SYSTEM, at=now, url=url)
        warned += 1
    return warned


def once(row: Reachable, topic: str, on: datetime, days: int, now: datetime) -> bool:
    _row, new = Reminder.objects.get_or_create(
        subject_label=row._meta.label, subject_id=str(row.pk), topic=topic,
        due_on=timezone.localdate(on), days=days, defaults={"at": now},
    )  # fmt: skip
    return new


def ask_back(now: datetime) -> int:
    """The day before, on the day, and on each working day that a loan is late; once each."""
    today = timezone.localdate(now)
    rows = Loan.objects.filter(state__in=Loan.OUT, ends_at__lt=now + timedelta(days=2))
    working, sent = Calendar.load().is_working(today), 0
    for loan in rows.select_related("centre", "organisation", "on_behalf").order_by("pk"):
        due = timezone.localtime(loan.ends_at)
        left = (due.date() - today).days
        if loan.ends_at <= now:
            if working and left < 0 and once(loan, "loan_late", now, 0, now):
                remind(loan, f"已逾期 {-left} 天，请马上归还", now)
                sent += 1
        elif left in AHEAD and once(loan, "loan_due", loan.ends_at, left, now):
            day = "今天" if left == 0 else "明天"
            remind(loan, f"请在{day} {due:%H:%M} 前归还到{loan.centre.name}", now)
            sent += 1
    return sent


def remind(loan: Loan, what: str, now: datetime) -> None:
    told_borrower(loan, what, by=Actor(), now=now)
