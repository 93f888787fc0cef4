"""What a house lends, how many of it are free, and who may borrow."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre, Loan, LoanRule, Thing
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.things import most_taken, parts_of


DAY = timedelta(days=1)
PURPOSE = "venue"  # what a body must be to use the rooms of a house, it must be to use its things
FIELD = "take_{}"  # of the form: how many of a pool


@dataclass(frozen=True, kw_only=True)
class LoanWish:
    """All that is asked for; times are aware, things are (pool, how many) of one house."""

    centre: int
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    contact_name: str
    contact_phone: str
    things: tuple[tuple[int, int], ...]
    organisation: Organisation | None = None
    on_behalf: Node | None = None


@dataclass(frozen=True)
class Objection:
    """A rule that a wish breaks, and the field of the form that it stands beside."""

    field: str
    sentence: str


@dataclass(frozen=True)
class Lent:
    """A thing that may be carried away, with how many are free for the time asked."""

    thing: Thing
    free: int

    @property
    def field(self) -> str:
        return FIELD.format(self.thing.pool_id)

    @property
    def there(self) -> int:
        return self.thing.pool.quantity


def rule_of(centre: int) -> LoanRule:
    """The rule of the house; the defaults where it has set none."""
    return LoanRule.objects.filter(centre=centre).first() or LoanRule(centre_id=centre)


def days_of(start: datetime, end: datetime) -> int:
    """Begun days: what is fetched on Monday morning and back on Tuesday evening was out for two."""
    return max(1, -((start - end) // DAY))


def things_lent(centres: Collection[int], day: date) -> "QuerySet[Thing]":
    in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=day)
    rows = Thing.objects.filter(in_use, centre__in=centres, may_leave=True, pool__quantity__gte=1)
    return rows.select_related("pool", "centre").order_by("centre__sort", "centre", "sort", "pk")


def lent_of(centres: Collection[int], start: datetime, end: datetime) -> list[Lent]:
    """Two queries, whatever the number of houses and things."""
    things = list(things_lent(centres, timezone.localdate(start)))
    free = free_counts(things, start, end)
    return [Lent(thing, free[thing.pool_id]) for thing in things]


def free_counts(things: Iterable[Thing], start: datetime, end: datetime) -> dict[int, int]:
    """Pool -> how many are free at every instant of a span."""
    there = {thing.pool_id: thing.pool.quantity for thing in things}
    parts = parts_of(there, start, end)
    return {pool: max(0, there[pool] - most_taken(parts[pool], start, end)) for pool in there}


def houses_that_lend(today: date) -> list[Centre]:
    lends = things_lent(Centre.objects.values_list("pk", flat=True), today).values("centre")
    rows = Centre.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=today), pk__in=lends)
    return list(rows.filter(is_public=True).select_related("node").order_by("sort", "pk"))


def near(houses: Iterable[Centre], actor: Actor) -> list[Centre]:
    """Those in the streets in which somebody has a post, or that somebody runs."""
    mine = actor.reach.get(Permission.BOOKING_MAKE, ())
    found = []
    for house in houses:
        path = house.node.path or ""
        street = path.rstrip(".").rpartition(".")[0] + "."
        if any(one.startswith(street) for one in mine):
            found.append(house)
    return found


def of_borrower(wish: LoanWish, user_id: int) -> "QuerySet[Loan]":
    """The open loans of whoever would borrow."""
    rows = Loan.objects.filter(state__in=Loan.OPEN)
    if wish.organisation is not None:
        return rows.filter(organisation=wish.organisation)
    if wish.on_behalf is not None:
        return rows.filter(on_behalf=wish.on_behalf)
    return rows.filter(person=user_id)


def late_sentence(rows: "QuerySet[Loan]", now: datetime) -> str:
    """Which loan has not come back; "" where none is late. One query."""
    late = rows.filter(state__in=Loan.OUT, ends_at__lte=now).select_related("centre")
    row = late.order_by("ends_at", "pk").first()
    if row is None:
        return ""
    due = timezone.localtime(row.ends_at)
    return f"在{row.centre.name}借的“{row.title}”应于 {due:%m月%d日 %H:%M} 归还，还没有归还；归还后才能再借。"


def against(organisation: Organisation, now: datetime) -> tuple[str, ...]:
    """What in its standing keeps a body from borrowing; none where it is in good standing."""
    return eligible(organisation, PURPOSE, timezone.localdate(now)).reasons


def of_who_asks(
    wish: LoanWish, rule: LoanRule, *, by: Actor, now: datetime, runs: bool
) -> list[Objection]:
    """Whether they may borrow in this name. `runs`: the house itself enters the loan for them."""
    found: list[Objection] = []
    if wish.organisation is not None:
        if not by.holds_at(Permission.BOOKING_MAKE, str(wish.organisation.node.path)):
            return [Objection("whom", "您不能以这个组织的名义借用。")]
        found += [Objection("whom", told) for told in against(wish.organisation, now)]
    elif wish.on_behalf is not None:
        if not by.holds_at(Permission.BOOKING_MAKE, str(wish.on_behalf.path)):
            return [Objection("whom", "您不能以这个单位的名义借用。")]
    elif not by.user_id:
        return [Objection("whom", "请先登录。")]
    elif not rule.residents_may:
        return [Objection("whom", "这里的物资只借给组织和单位，不借给个人。")]
    rows = of_borrower(wish, by.user_id)
    if told := late_sentence(rows, now):
        found.append(Objection("whom", told))
    elif not runs and rows.filter(centre=wish.centre).count() >= rule.most_open:
        told = f"这里同时至多借 {rule.most_open} 笔，请先归还或取消已有的。"
        found.append(Objection("whom", told))
    return found


def of_the_span(
    wish: LoanWish, rule: LoanRule, things: Collection[Thing], *, now: datetime, runs: bool
) -> list[Objection]:
    """The rules of time, each beside the day that breaks it."""
    if wish.ends_at <= wish.starts_at:
        return [Objection("until_on", "归还应晚于取用。")]
    found: list[Objection] = []
    if wish.ends_at <= now:
        found.append(Objection("until_on", "归还时间已过。"))
    ahead = wish.starts_at - now
    if ahead < -DAY / 24:
        found.append(Objection("from_on", "取用时间已过。"))
    elif not runs and ahead < timedelta(hours=rule.hours_ahead):
        found.append(Objection("from_on", f"请至少提前 {rule.hours_ahead} 小时申请。"))
    if ahead > timedelta(days=rule.days_ahead):
        found.append(Objection("from_on", f"至多提前 {rule.days_ahead} 天申请。"))
    days = days_of(wish.starts_at, wish.ends_at)
    for thing in things:
        if days > thing.longest_days:
            told = f"“{thing.name}”一次至多借 {thing.longest_days} 天，这次是 {days} 天。"
            found.append(Objection("until_on", told))
    return found


def of_the_pieces(
    wish: LoanWish, rule: LoanRule, things: dict[int, Thing], *, runs: bool
) -> list[Objection]:
    counts = [(pool, count) for pool, count in wish.things if count]
    if not counts:
        return [Objection("", "请填写要借的数量。")]
    if any(pool not in things or count < 0 for pool, count in counts):
        return [Objection("", "请选择这个中心可以外借的物资。")]
    found = []
    for pool, count in counts:
        there = things[pool].pool.quantity
        if count > there:
            told = f"“{things[pool].name}”共有 {there}，不够 {count}。"
            found.append(Objection(FIELD.format(pool), told))
    pieces = sum(count for _pool, count in counts)
    if not runs and pieces > rule.most_pieces:
        found.append(Objection("", f"一次至多借 {rule.most_pieces} 件，这次是 {pieces} 件。"))
    return found


def runs_house(house: Layout, by: Actor) -> bool:
    """Who operates a house enters loans at its counter for others."""
    return by.holds_at(Permission.BOOKING_DECIDE, house.path)


def is_borrower(loan: Loan, by: Actor) -> bool:
    """Whether somebody stands on the side that borrows, and not by running the house."""
    if loan.person_id:
        return loan.person_id == by.user_id
    place = loan.organisation.node if loan.organisation else loan.on_behalf
    path = place.path if place else None
    house = loan.centre.node.path or ""
    mine = [p for p in by.reach.get(Permission.BOOKING_USE, ()) if not house.startswith(p)]
    return path is not None and any(path.startswith(prefix) for prefix in mine)
