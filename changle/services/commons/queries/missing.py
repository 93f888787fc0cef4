"""What is not back in the house, and who was promised it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from django.db.models import Q
from django.utils import timezone

from changle.services.commons.models import Claim, Loan, LoanDamage, LoanRule
from changle.services.commons.queries.hours import moment
from changle.services.commons.queries.things import Part


@dataclass(frozen=True)
class Endangered:
    """A use for which there may be too few, since a loan is not back."""

    claim: Claim
    late: Loan

    @property
    def subject(self) -> str:
        return str(self.claim.booking or self.claim.loan)

    @property
    def who(self) -> str:
        booking = self.claim.booking
        if booking is not None:
            return str(booking.organisation or booking.on_behalf or booking.person or "")
        return self.claim.loan.borrower if self.claim.loan else ""


def horizon(now: datetime, days: int) -> datetime:
    """Up to which nobody is promised what is not back: whole days, so that a day's runs agree."""
    return moment(timezone.localdate(now) + timedelta(days=days + 1), time.min)


def owed(loan: Loan) -> dict[int, int]:
    """Pool -> how many pieces of a loan are not sound in the house; from its prefetched rows."""
    counts: dict[int, int] = {}
    if loan.state in Loan.OUT:
        for line in loan.lines.all():
            counts[line.pool_id] = line.out
    elif loan.state == Loan.State.DAMAGED:
        pools = {line.pk: line.pool_id for line in loan.lines.all()}
        for damage in loan.damages.all():
            if damage.state == LoanDamage.State.FOUND:
                pool = pools[damage.line_id]
                counts[pool] = counts.get(pool, 0) + damage.quantity
    return {pool: count for pool, count in counts.items() if count}


def cover(
    parts: Iterable[Part], there: int, needed: int, start: datetime, end: datetime
) -> list[Part]:
    """The most that can be kept for what is owed, span by span: all of it, or what is left."""
    within = [part for part in parts if part[0] < end and part[1] > start]
    edges = sorted({start, end, *(at for part in within for at in part[:2] if start < at < end)})
    kept: list[Part] = []
    for at, until in pairwise(edges):
        taken = sum(count for begins, ends, count in within if begins <= at < ends)
        count = min(needed, max(0, there - taken))
        if kept and kept[-1][1] == at and kept[-1][2] == count:
            kept[-1] = (kept[-1][0], until, count)
        elif count:
            kept.append((at, until, count))
    return kept


def late_loans(now: datetime, *, centre: int = 0) -> list[Loan]:
    """What is past its time or was lost, with lines and damages; three queries."""
    late = Q(state__in=Loan.OUT, ends_at__lte=now) | Q(state=Loan.State.DAMAGED)
    rows = Loan.objects.filter(late)
    if centre:
        rows = rows.filter(centre=centre)
    rows = rows.select_related("centre__loan_rule", "organisation", "on_behalf", "person")
    return list(rows.prefetch_related("lines__pool", "damages").order_by("ends_at", "pk"))


def days_kept(loan: Loan) -> int:
    """From the rule that the house has set, which its row brings along, or the usual one."""
    rule: LoanRule = getattr(loan.centre, "loan_rule", None) or LoanRule()
    return rule.overdue_days


def endangered(loans: Iterable[Loan], now: datetime) -> list[Endangered]:
    """Uses to come of which the pools cannot have all, with what is owed; one query."""
    owing: dict[int, list[tuple[Loan, int]]] = {}
    there: dict[int, int] = {}
    until = now
    for loan in loans:
        until = max(until, horizon(now, days_kept(loan)))
        there |= {line.pool_id: line.pool.quantity for line in loan.lines.all()}
        for pool, count in owed(loan).items():
            owing.setdefault(pool, []).append((loan, count))
    if not owing:
        return []
    keys = {loan.pk for pairs in owing.values() for loan, _count in pairs}
    rows = Claim.objects.filter(pool_id__in=owing, ends_at__gt=now, starts_at__lt=until)
    rows = rows.exclude(loan_id__in=keys).select_related(
        "booking__organisation", "booking__on_behalf", "booking__person", "booking__centre",
        "loan__organisation", "loan__on_behalf", "loan__person", "loan__centre", "pool",
    )  # fmt: skip
    others: dict[int, list[Claim]] = {}
    for claim in rows.order_by("starts_at", "pk"):
        others.setdefault(claim.pool_id, []).append(claim)
    found = []
    for pool, claims in others.items():
        needed = sum(count for _loan, count in owing[pool])
        found += [
            Endangered(one, owing[pool][0][0])
            for one in claims
            if one.starts_at > now and one.closure_id is None
            and is_short(one, claims, there[pool] - needed)
        ]  # fmt: skip
    return found


def is_short(one: Claim, claims: Iterable[Claim], left: int) -> bool:
    """Whether at some instant of a use more are promised than are left in the house."""
    during = [c for c in claims if c.starts_at < one.ends_at and c.ends_at > one.starts_at]
    moments = {one.starts_at, *(c.starts_at for c in during if c.starts_at > one.starts_at)}
    return any(
        sum(c.quantity for c in during if c.starts_at <= at < c.ends_at) > left for at in moments
    )


def parts_but(
    loan: Loan, pools: Iterable[int], start: datetime, end: datetime
) -> dict[int, list[Part]]:
    """Pool -> what others have taken of it within a span; one query."""
    found: dict[int, list[Part]] = {pool: [] for pool in pools}
    rows = Claim.objects.filter(pool_id__in=found, ends_at__gt=start, starts_at__lt=end)
    rows = rows.filter(Q(loan__isnull=True) | ~Q(loan=loan))
    for pool, begins, ends, count in rows.values_list(
        "pool_id", "starts_at", "ends_at", "quantity"
    ):
        found[pool].append((begins, ends, count))
    return found
