"""Keys out, keys back, and what ends a stay."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.services.leases.actions.allotting import (
    ASK,
    DECIDE,
    EDIT,
    LeaseRefused,
    free_rooms,
    locked,
)
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Lease, LeasedDesk


@transaction.atomic
def hand_over(*, pk: int, keys: int, condition: str, by: Actor, now: datetime) -> Lease:
    """What the body is given; it confirms the list itself."""
    row = locked(pk, EDIT, by=by)
    if row.starts_on > timezone.localdate(now):
        raise LeaseRefused(f"入驻日期是 {row.starts_on}，到那一天再交付。")
    desks = LeasedDesk.objects.filter(lease=row).values("desk")
    inside = LeasedDesk.objects.filter(desk__in=desks, lease__state__in=("moved_in", "ending"))
    blocked = inside.exclude(lease=row).select_related("desk", "lease__organisation").first()
    if blocked is not None:
        name = blocked.lease.organisation.name
        raise LeaseRefused(f"工位 {blocked.desk.number} 还没有由“{name}”退还，请先办理退还。")
    if not condition.strip():
        raise LeaseRefused("请写明交付时的状况。")
    facts = {"keys": keys, "condition": condition, "handed_by_id": by.user_id or None}
    return LEASE.fire(pk, "hand_over", by=by, now=now, along=facts, note=f"钥匙 {keys} 把")


@transaction.atomic
def confirm(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    locked(pk, ASK, by=by)
    facts = {"moved_in_on": timezone.localdate(now)}
    return LEASE.fire(pk, "confirm", by=by, now=now, note=note, along=facts)


@transaction.atomic
def give_notice(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    locked(pk, ASK, by=by)
    facts = {"ground": Lease.Ground.NOTICE}
    return LEASE.fire(pk, "give_notice", by=by, now=now, note=note, along=facts)


@transaction.atomic
def terminate(*, pk: int, ground: str, note: str, by: Actor, now: datetime) -> Lease:
    locked(pk, DECIDE, by=by)
    if ground not in Lease.Ground.values or ground == Lease.Ground.NOTICE:
        raise LeaseRefused("请选择终止的原因。")
    label = Lease.Ground(ground).label
    return LEASE.fire(
        pk, "terminate", by=by, now=now, note=f"{label}：{note}" if note.strip() else "",
        along={"ground": ground},
    )  # fmt: skip


@transaction.atomic
def hand_back(
    *,
    pk: int,
    keys_back: bool,
    desk_sound: bool,
    debts_paid: bool,
    condition: str,
    by: Actor,
    now: datetime,
    settled: str = "",
) -> Lease:
    """All three lines of the checklist, or `settled`: how the house makes up for what is not there.

    A lost key never comes back, and the desk must not wait for it.
    """
    row = locked(pk, EDIT, by=by)
    lacking = [
        word
        for done, word in ((keys_back, "钥匙"), (desk_sound, "工位"), (debts_paid, "费用"))
        if not done
    ]
    if lacking and not settled:
        raise LeaseRefused(f"还没有交清：{'、'.join(lacking)}。补不回来的，请写明怎么处理。")
    if lacking:
        condition = f"{condition}（未交清：{'、'.join(lacking)}；处理：{settled}）"
    today = timezone.localdate(now)
    facts = {
        "condition_back": condition,
        "handed_back_on": today,
        "taken_back_by_id": by.user_id or None,
    }
    moved = LEASE.fire(pk, "hand_back", by=by, now=now, note=condition, along=facts)
    cut_short(row, moved, now=now)
    return moved


def cut_short(row: Lease, moved: Lease, *, now: datetime) -> None:
    """From the day of the hand-back the desks are free; on the first day they were never held."""
    today = timezone.localdate(now)
    LeasedDesk.objects.filter(lease=row, starts_on__gte=today).delete()
    LeasedDesk.objects.filter(lease=row, ends_on__gt=today).update(ends_on=today)
    free_rooms(moved, now=now)
