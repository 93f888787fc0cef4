"""The class lists change: entries come, are retired and lead across; none is ever deleted."""

from datetime import date, datetime

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.registry.actions.adding import RegistryRefused
from changle.ground.registry.models import ClassItem, ClassList, Crosswalk
from changle.ground.territory.roles import Permission


def refuse_strangers(by: Actor) -> None:
    if not by.holds(Permission.DICTIONARY_EDIT):
        raise RegistryRefused("分类字典由区民政局维护。")


@transaction.atomic
def add_entry(
    *, list_: str, code: str, name: str, sort: int | None, by: Actor, now: datetime
) -> ClassItem:
    refuse_strangers(by)
    entries = ClassItem.objects.filter(list=list_)
    if entries.filter(code=code).exists():
        raise RegistryRefused("本表已有这个代码。")
    if entries.filter(name=name, retired_on__isnull=True).exists():
        raise RegistryRefused("本表已有同名的分类。")
    last = entries.order_by("-sort", "-pk").first()
    place = sort if sort is not None else (last.sort + 1 if last else 1)
    entry = ClassItem.objects.create(list=list_, code=code, name=name, sort=place)
    told = {"list": [None, str(ClassList(list_).label)], "code": [None, code]}
    record(entry, "add", by=by, at=now, changes=told)
    return entry


@transaction.atomic
def retire_entry(*, pk: int, on: date, by: Actor, now: datetime) -> ClassItem:
    """From that day on nobody chooses it; the records that bear it keep it."""
    refuse_strangers(by)
    entry = ClassItem.objects.select_for_update().get(pk=pk)
    if entry.retired_on is not None:
        raise RegistryRefused("这一分类已经停用。")
    entry.retired_on = on
    entry.save(update_fields=["retired_on"])
    record(entry, "retire", by=by, at=now, changes={"retired_on": [None, on.isoformat()]})
    return entry


@transaction.atomic
def lead_entry(
    *, pk: int, target_list: str, target: ClassItem | None, by: Actor, now: datetime
) -> None:
    """Say as what another list sees an entry; no target means that it has none there."""
    refuse_strangers(by)
    entry = ClassItem.objects.select_for_update().get(pk=pk)
    if entry.list == target_list:
        raise RegistryRefused("请选择另一张表。")
    if target is not None and target.list != target_list:
        raise RegistryRefused("对应的分类不在所选的表里。")
    leads = Crosswalk.objects.filter(source=entry, target_list=target_list)
    before = leads.select_related("target").first()
    old = before.target if before else None
    if old == target:
        return
    leads.delete()
    if target is not None:
        Crosswalk.objects.create(source=entry, target=target, target_list=target_list)
    told = {"target": [str(old) if old else None, str(target) if target else None]}
    record(entry, "lead", by=by, at=now, changes=told)
