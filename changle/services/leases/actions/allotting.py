"""A stay is asked for, its desks are allotted, and it is renewed without a gap."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.periods import midnight, shifted
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.closing import close_rooms, lift_closure
from changle.services.commons.models import Centre
from changle.services.commons.queries.layout import layout
from changle.services.leases.lifecycle import LEASE, on_side
from changle.services.leases.models import Desk, Lease, LeasedDesk
from changle.services.leases.queries.terms import desks_held, free_desks, rule_of


S = Lease.State
ASK, EDIT, DECIDE = Permission.LEASE_ASK, Permission.LEASE_EDIT, Permission.LEASE_DECIDE


class LeaseRefused(Refused):
    """The stay may not be so; the message is for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """What a stay is for and how long; `ends_on` is the first day without it. The fee in fen."""

    starts_on: date
    ends_on: date
    purpose: str
    is_virtual: bool = False
    fee_fen: int = 0


def locked_body(pk: int, today: date) -> Organisation:
    """The body as the only hand on its stays, and fit to move in."""
    body = Organisation.objects.select_for_update(of=("self",)).select_related("node").get(pk=pk)
    verdict = eligible(body, "move_in", today)
    if not verdict.ok:
        raise LeaseRefused(f"“{body.name}”现在不能入驻：{''.join(verdict.reasons)}")
    return body


def locked(pk: int, needs: str, *, by: Actor) -> Lease:
    """A stay that this person may act on from their own side."""
    rows = by.rows(Lease, needs).select_for_update(of=("self",))
    row = rows.select_related("centre__node", "organisation__node").get(pk=pk)
    if not on_side(row, needs, by):
        raise LeaseRefused("这一步不归您办理。")
    return row


def check_term(centre: Centre, term: Term, today: date, *, since: date | None = None) -> None:
    """`since`: the first day of the stay that this term continues."""
    rule = rule_of(centre)
    if centre.closed_on is not None and centre.closed_on < term.ends_on:
        raise LeaseRefused(f"“{centre.name}”自 {centre.closed_on} 起停用。")
    if term.ends_on <= term.starts_on:
        raise LeaseRefused("到期日期应晚于入驻日期。")
    if term.ends_on <= today:
        raise LeaseRefused("这段时间已经过去。")
    if term.ends_on > shifted(term.starts_on, rule.longest_months):
        raise LeaseRefused(f"一期最长 {rule.longest_months} 个月，请改早到期日期。")
    if since is not None and term.ends_on > shifted(since, rule.most_months):
        last = shifted(since, rule.most_months)
        raise LeaseRefused(f"连续入驻最长 {rule.most_months} 个月，最晚到 {last}。")
    if not term.purpose.strip():
        raise LeaseRefused("请写明用途。")


@transaction.atomic
def ask(
    *, organisation: int, centre: int, term: Term, desks_wanted: int, by: Actor, now: datetime
) -> Lease:
    today = timezone.localdate(now)
    if not by.rows(Organisation, ASK).filter(pk=organisation).exists():
        raise Organisation.DoesNotExist
    body = locked_body(organisation, today)
    house = Centre.objects.select_related("node").get(pk=centre)
    check_term(house, term, today)
    most = rule_of(house).most_desks
    if not term.is_virtual and not 1 <= desks_wanted <= most:
        raise LeaseRefused(f"每家最多 {most} 个工位。")
    waiting = Lease.objects.filter(organisation=body, centre=house, state__in=(S.ASKED, S.PROPOSED))
    if waiting.filter(renews__isnull=True).exists():
        raise LeaseRefused("这个中心已有一份申请在办理，请等它办完或先撤回。")
    row = Lease(
        centre=house, organisation=body, desks_wanted=0 if term.is_virtual else desks_wanted,
        asked_at=now, **asdict(term),
    )  # fmt: skip
    LEASE.begin(row, S.ASKED, at=now).save()
    record(row, "ask_lease", by=by, at=now, target=row.state, note=term.purpose)
    return row


@transaction.atomic
def allot(
    *, pk: int, desks: Sequence[int], term: Term, by: Actor, now: datetime, displaces: bool = False
) -> Lease:
    """Give a request its desks; its term and fee may be settled anew with it."""
    row = locked(pk, EDIT, by=by)
    if row.state != S.ASKED:
        raise LeaseRefused("状态已经变化，请刷新后再试。")
    today = timezone.localdate(now)
    locked_body(row.organisation_id, today)
    check_term(row.centre, term, today)
    for name, value in asdict(term).items():
        setattr(row, name, value)
    row.save(update_fields=list(asdict(term)))
    hold(row, desks, by=by, now=now, displaces=displaces)
    facts = {"proposed_by_id": by.user_id or None}
    return LEASE.fire(pk, "propose", by=by, now=now, along=facts, note=numbers_of(row))


@transaction.atomic
def propose(
    *,
    organisation: Organisation,
    centre: Centre,
    desks: Sequence[int],
    term: Term,
    by: Actor,
    now: datetime,
    displaces: bool = False,
    renews: Lease | None = None,
) -> Lease:
    """The house offers a stay that nobody asked for on this page, such as after an admission."""
    if not by.holds_at(EDIT, str(centre.node.path)):
        raise LeaseRefused("这个中心的工位不归您办理。")
    today = timezone.localdate(now)
    body = locked_body(organisation.pk, today)
    check_term(centre, term, today, since=first_day(renews) if renews else None)
    row = Lease(
        centre=centre, organisation=body, desks_wanted=len(desks), asked_at=now, renews=renews,
        proposed_by_id=by.user_id or None, **asdict(term),
    )  # fmt: skip
    LEASE.begin(row, S.PROPOSED, at=now).save()
    hold(row, desks, by=by, now=now, displaces=displaces)
    record(row, "propose", by=by, at=now, target=row.state, note=numbers_of(row))
    return row


def first_day(row: Lease) -> date:
    """When the stay began of which this is the last term."""
    while row.renews is not None:
        row = row.renews
    return row.starts_on


@transaction.atomic
def renew(*, pk: int, ends_on: date, fee_fen: int = 0, by: Actor, now: datetime) -> Lease:
    """The same desks from the very day on which the old term ends."""
    old = locked(pk, EDIT, by=by)
    if old.state != S.MOVED_IN:
        raise LeaseRefused("只有已入驻的可以续驻。")
    given = Lease.objects.filter(renews=old).first()
    if given is not None and given.state not in Lease.OVER:
        raise LeaseRefused("已经办理续驻。")
    if given is not None:  # one that came to nothing makes way
        given.renews = None
        given.save(update_fields=["renews"])
    term = Term(
        starts_on=old.ends_on, ends_on=ends_on, purpose=old.purpose, is_virtual=old.is_virtual,
        fee_fen=fee_fen,
    )  # fmt: skip
    desks = list(LeasedDesk.objects.filter(lease=old).values_list("desk_id", flat=True))
    row = propose(
        organisation=old.organisation, centre=old.centre, desks=desks, term=term, by=by, now=now,
        renews=old,
    )  # fmt: skip
    record(old, "renew_lease", by=by, at=now, note=f"续至 {ends_on}")
    return row


def numbers_of(row: Lease) -> str:
    held = LeasedDesk.objects.filter(lease=row).order_by("desk__number")
    return "、".join(held.values_list("desk__number", flat=True)) or "只用地址"


def hold(row: Lease, desks: Sequence[int], *, by: Actor, now: datetime, displaces: bool) -> None:
    """Take the desks for the whole term, and the rooms of offices out of booking with them."""
    chosen = sorted(set(desks))
    if row.is_virtual:
        if chosen:
            raise LeaseRefused("只用地址的入驻不占工位。")
        return
    if not chosen:
        raise LeaseRefused("请选择工位。")
    most = rule_of(row.centre).most_desks
    held = desks_held(row.organisation_id, row.starts_on, row.ends_on)
    if held + len(chosen) > most:
        raise LeaseRefused(f"每家最多 {most} 个工位，这段时间已有 {held} 个。")
    found = list(
        Desk.objects.select_for_update(of=("self",))
        .filter(pk__in=chosen, centre=row.centre)
        .order_by("pk")
    )
    free = set(free_desks(row.centre, row.starts_on, row.ends_on).values_list("pk", flat=True))
    if row.renews_id is not None:  # held by the old term to its very end: the guard decides
        free |= {one.pk for one in found if one.retired_on is None or one.retired_on >= row.ends_on}
    taken = [one.number for one in found if one.pk not in free]
    if len(found) < len(chosen) or taken:
        raise LeaseRefused(
            f"工位{'、'.join(taken)}这段时间已分配或已停用，请另选。"
            if taken
            else "请选择本中心的工位。"
        )
    try:
        with transaction.atomic():
            LeasedDesk.objects.bulk_create(
                LeasedDesk(lease=row, desk=one, starts_on=row.starts_on, ends_on=row.ends_on)
                for one in found
            )
    except IntegrityError as error:
        if "desk_is_let_once" not in str(error):
            raise
        raise LeaseRefused("工位刚刚分配给了别的组织，请另选。") from None
    hold_rooms(row, found, by=by, now=now, displaces=displaces)


def hold_rooms(
    row: Lease, desks: Sequence[Desk], *, by: Actor, now: datetime, displaces: bool
) -> None:
    rooms = [one.space_id for one in desks if one.space_id is not None]
    house = layout(row.centre_id)
    if not rooms or house is None:
        return
    closure, _displaced = close_rooms(
        layout=house, spaces=rooms, starts_at=max(midnight(row.starts_on), now),
        ends_at=midnight(row.ends_on), reason=f"入驻：{row.organisation.name}"[:200], by=by,
        now=now, displaces=displaces,
    )  # fmt: skip
    row.closure = closure
    row.save(update_fields=["closure"])


def release(row: Lease, *, now: datetime) -> None:
    """Nobody moved in: the desks and rooms are as if they had never been promised."""
    LeasedDesk.objects.filter(lease=row).delete()
    free_rooms(row, now=now)


def free_rooms(row: Lease, *, now: datetime) -> None:
    closure = row.closure
    if closure is not None and closure.lifted_at is None and closure.ends_at > now:
        lift_closure(pk=closure.pk, by=keeper(Permission.BOOKING_DECIDE), now=now)
