"""Bodies follow one another by law: one is divided, several become one, one takes in another.

Regulations on associations (State Council order 250) art. 19-21 and on private non-enterprise units
(order 251) art. 15-16: who ends by a division or a merger is deregistered; who is founded by it is
registered. The platform mirrors what the registrar decided, from the day it took effect.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.registry.actions.adding import Draft, RegistryRefused, add_organisation
from changle.ground.registry.actions.changing import close, open_identity
from changle.ground.registry.lifecycle import CLOSES, ORGANISATION
from changle.ground.registry.models import Identity, Organisation, Succession
from changle.ground.territory.roles import Permission


NEEDS = Permission.ORGANISATION_MOVE
ADD = "organisation.edit"
Kind = Succession.Kind
LEAST = 2  # bodies that become one, or that one becomes


@transaction.atomic
def split(
    *,
    pk: int,
    into: Sequence[Draft],
    on: date,
    ends: bool,
    by: Actor,
    now: datetime,
    note: str,
    document: str = "",
) -> list[Organisation]:
    """分立: new bodies begin from one, which itself ends or goes on. Answers the new ones."""
    told(on, now)
    whole = hands_on([pk], by)[0]
    if len(into) < (LEAST if ends else 1):
        raise RegistryRefused("原组织终止的分立，至少成立两家；存续的，至少成立一家。")
    older_than(whole, on)
    parts = [begun(draft, on, by, now) for draft in into]
    if ends:
        end(whole, "end_by_split", on, by, now, note)
    for part in parts:
        follow(whole, part, Kind.SPLIT, on, document, by, now)
    return parts


@transaction.atomic
def merge_by_law(
    *,
    pks: Iterable[int],
    into: Draft,
    on: date,
    by: Actor,
    now: datetime,
    note: str,
    document: str = "",
) -> Organisation:
    """合并: two or more bodies end and a new one begins."""
    told(on, now)
    ending = hands_on(pks, by)
    if len(ending) < LEAST:
        raise RegistryRefused("合并至少要有两家原组织。")
    for one in ending:
        older_than(one, on)
    whole = begun(into, on, by, now)
    for one in ending:
        end(one, "end_by_merger", on, by, now, note)
        follow(one, whole, Kind.MERGER, on, document, by, now)
    return whole


@transaction.atomic
def absorb(
    *,
    pk: int,
    absorbed: Iterable[int],
    on: date,
    by: Actor,
    now: datetime,
    note: str,
    document: str = "",
) -> Organisation:
    """吸收合并: one body goes on and takes in others, which end."""
    told(on, now)
    others = [each for each in dict.fromkeys(absorbed) if each != pk]
    if not others:
        raise RegistryRefused("请选择被吸收的组织，不能是它自己。")
    bodies = {row.pk: row for row in hands_on([pk, *others], by)}
    for each in others:
        older_than(bodies[each], on)
        end(bodies[each], "end_by_merger", on, by, now, note)
        follow(bodies[each], bodies[pk], Kind.ABSORPTION, on, document, by, now)
    return bodies[pk]


def told(on: date, now: datetime) -> None:
    if on > timezone.localdate(now):
        raise RegistryRefused("生效日期不能晚于今天。")


def hands_on(pks: Iterable[int], by: Actor) -> list[Organisation]:
    """The bodies as the only hand on them, in the order of their keys; all, or none is found."""
    wanted = sorted(set(pks))
    rows = by.rows(Organisation, NEEDS).filter(pk__in=wanted).order_by("pk")
    found = list(rows.select_for_update(of=("self",)).select_related("node__parent"))
    if len(found) < len(wanted):
        raise Organisation.DoesNotExist
    for row in found:
        if not row.is_registered:
            raise RegistryRefused(f"“{row.name}”没有登记，分立与合并只适用于已登记的组织。")
        if row.state not in Organisation.LIVING:
            raise RegistryRefused(f"“{row.name}”{row.state_label()}，不能再分立或合并。")
    return found


def older_than(row: Organisation, on: date) -> None:
    current = open_identity(row)
    if current is not None and on < current.starts_on:
        raise RegistryRefused(f"生效日期不能早于“{row.name}”现有身份的起始日 {current.starts_on}。")


def begun(draft: Draft, on: date, by: Actor, now: datetime) -> Organisation:
    """A new body, whose first identity says that it came of others."""
    if draft.kind not in Organisation.REGISTERED:
        raise RegistryRefused("分立或合并成立的组织应当登记，请选择登记的类型。")
    if not by.holds_at(ADD, draft.place.path or ""):
        raise RegistryRefused("新组织的所在地不在您的管理范围内。")
    row = add_organisation(draft=replace(draft, registered_on=on), by=by, now=now)
    Identity.objects.filter(organisation=row).update(opened_by=Identity.Opening.SUCCEEDED)
    return row


def end(row: Organisation, name: str, on: date, by: Actor, now: datetime, note: str) -> None:
    moved = ORGANISATION.fire(row.pk, name, by=by, now=now, note=note)
    close(moved, CLOSES[name], on=on, now=now)


def follow(
    old: Organisation,
    new: Organisation,
    kind: str,
    on: date,
    document: str,
    by: Actor,
    now: datetime,
) -> None:
    try:
        with transaction.atomic():
            row = Succession.objects.create(
                predecessor=old, successor=new, kind=kind, on=on, document=document,
                recorded_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise RegistryRefused(f"“{old.name}”与“{new.name}”的承接关系已记录过。") from None
    record(row, "succeed", by=by, at=now, note=document)
    record(old, "succeed", by=by, at=now, note=f"{row.get_kind_display()}：由“{new.name}”承接")
    record(new, "succeed", by=by, at=now, note=f"{row.get_kind_display()}：承接“{old.name}”")
