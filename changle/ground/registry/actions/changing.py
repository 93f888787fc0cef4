"""A body changes: what it is called and is, by dated identities; all else, by plain columns."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.log import LogEntry, changed, record
from changle.core.reach import Actor
from changle.ground.registry.actions.adding import (
    UNIQUE,
    Draft,
    DuplicateCode,
    RegistryRefused,
    checked_code,
    index,
    seat,
)
from changle.ground.registry.lifecycle import CLOSES, ORGANISATION
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node


EDIT = "organisation.edit"
DATED = {"name", "kind", "uscc", "filing_number", "registrar_code", "field", "official_class",
         "category"}  # fmt: skip
CODED = {"kind", "uscc", "code_override_reason", "registrar_code"}
PERSONAL = {"contact_name", "contact_phone", "contact_email"}


class Outdated(RegistryRefused):
    """Somebody saved in between; `since` are their entries, so that the later one may decide."""

    def __init__(self, since: list[LogEntry]) -> None:
        who = "、".join(dict.fromkeys(entry.actor_name for entry in since)) or "别人"
        super().__init__(f"{who}刚刚改过这条记录。请看过改动后再决定是否保存。")
        self.since = since


def locked(pk: int, *, by: Actor) -> Organisation:
    """The row as the only hand on it; who may not edit it finds none."""
    rows = by.rows(Organisation, EDIT).select_for_update(of=("self",))
    return rows.select_related("node").get(pk=pk)


def place_of(organisation: Organisation) -> Node:
    """Where it lies in the tree: every organisation lies somewhere."""
    place = organisation.node.parent
    if place is None:
        raise RegistryRefused("这个组织没有所在地。")
    return place


def open_identity(organisation: Organisation) -> Identity | None:
    return (
        organisation.identities.filter(ends_on__isnull=True).order_by("-starts_on", "-pk").first()
    )


@transaction.atomic
def change_organisation(
    *,
    pk: int,
    version: int,
    changes: dict[str, Any],
    by: Actor,
    now: datetime,
    on: date | None = None,
    note: str = "",
) -> Organisation:
    """Save what differs.

    `version` is the one the person had before them; `on` dates a change of what the body is
    (default: today).
    """
    organisation = locked(pk, by=by)
    if organisation.version != version:
        raise Outdated(entries_since(organisation, version))
    before = {name: getattr(organisation, name) for name in changes}
    differing = {name: value for name, value in changes.items() if before[name] != value}
    if not differing:
        return organisation
    refuse_leap(before.get("kind", ""), differing.get("kind", ""))
    for name, value in differing.items():
        setattr(organisation, name, value)
    check(organisation, set(differing), by=by)
    save(organisation, set(differing), now=now)
    if DATED & set(differing):
        opening = (
            Identity.Opening.FILED if differing.get("kind") == "BA" else Identity.Opening.CHANGED
        )
        turn_identity(
            organisation, on=on or timezone.localdate(now), now=now, note=note, opening=opening
        )
    record(
        organisation, "change", by=by, at=now, note=note, changes=shown(before, differing)
    )  # fmt: skip
    return organisation


def shown(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Old and new for the log; contacts only as having changed."""
    told = changed(before, after)
    return {name: (["…", "…"] if name in PERSONAL else pair) for name, pair in told.items()}


def entries_since(organisation: Organisation, version: int) -> list[LogEntry]:
    count = max(1, organisation.version - version)
    rows = LogEntry.objects.filter(
        subject_label=Organisation._meta.label, subject_id=str(organisation.pk)
    )
    return list(rows.order_by("-id")[:count])


def refuse_leap(before: str, after: str) -> None:
    """What a body is changes by correction or by filing; registration has its own action."""
    registered = Organisation.REGISTERED
    if after in registered and before not in registered:
        raise RegistryRefused("备案组织或团队登记成立，请用“转登记”办理。")
    if after and after not in registered and (before in registered or after == "PRE"):
        raise RegistryRefused("已登记或备案的组织不能改回未登记的类型；录错的请撤回重录。")


def check(organisation: Organisation, touched: set[str], *, by: Actor) -> None:
    """The rules of entry hold for what is changed; what stood before is not judged anew."""
    if touched & CODED:
        draft = Draft(
            kind=organisation.kind, name=organisation.name, place=place_of(organisation),
            uscc=organisation.uscc, code_override_reason=organisation.code_override_reason,
            registrar_code=organisation.registrar_code,
        )  # fmt: skip
        organisation.registrar_code = checked_code(draft, by=by)
    if not organisation.name.strip():
        raise RegistryRefused("请填写名称。")
    others = Organisation.objects.exclude(pk=organisation.pk)
    for name in touched & set(UNIQUE):
        value = getattr(organisation, name)
        holder = others.filter(**{name: value}).order_by("pk").first() if value else None
        if holder is not None:
            raise DuplicateCode(holder)


def save(organisation: Organisation, names: set[str], *, now: datetime) -> None:
    """Write the touched columns and those that follow from them."""
    index(organisation)
    organisation.version += 1
    organisation.changed_at = now
    derived = {"pinyin", "initials", "search_text", "version", "changed_at", "registrar_code"}
    organisation.save(update_fields=sorted(names | derived))
    if "name" in names:
        organisation.node.name = organisation.name
        organisation.node.save(update_fields=["name"])


def turn_identity(
    organisation: Organisation,
    *,
    on: date,
    now: datetime,
    note: str = "",
    closing: str = Identity.Closing.CHANGED,
    opening: str = Identity.Opening.CHANGED,
) -> None:
    """Close the identity that held until `on` and open the one that holds from then."""
    if on > timezone.localdate(now):
        raise RegistryRefused("生效日期不能晚于今天。")
    current = open_identity(organisation)
    if current is not None:
        if on < current.starts_on:
            raise RegistryRefused(f"生效日期不能早于现有身份的起始日 {current.starts_on}。")
        current.ends_on, current.closed_by = on, closing
        if on == current.starts_on and opening == Identity.Opening.CHANGED:
            opening = current.opened_by  # put right on the day it began: it still began so
        current.save(update_fields=["ends_on", "closed_by"])
    Identity.objects.create(
        organisation=organisation, kind=organisation.kind, name=organisation.name,
        code=organisation.uscc or organisation.filing_number,
        registrar_code=organisation.registrar_code, place=place_of(organisation),
        street=organisation.street, community=organisation.community, field=organisation.field,
        official_class=organisation.official_class, category=organisation.category, starts_on=on,
        opened_by=opening, note=note, recorded_at=now,
    )  # fmt: skip


@transaction.atomic
def rename_organisation(
    *, pk: int, name: str, on: date, by: Actor, now: datetime, note: str = ""
) -> Organisation:
    organisation = locked(pk, by=by)
    return change_organisation(
        pk=pk,
        version=organisation.version,
        changes={"name": name},
        by=by,
        now=now,
        on=on,
        note=note,
    )


@transaction.atomic
def move_organisation(
    *, pk: int, place: Node, on: date, by: Actor, now: datetime, note: str = ""
) -> Organisation:
    """The seat moves; who registered the body does not change with it."""
    organisation = locked(pk, by=by)
    if not by.holds_at(EDIT, place.path or ""):
        raise RegistryRefused("新的所在地不在您的管理范围内。")
    old = place_of(organisation)
    if old == place:
        return organisation
    node = organisation.node
    node.parent, node.path = place, f"{place.path}{node.pk}."
    node.save(update_fields=["parent", "path"])
    organisation.street, organisation.community = seat(place)
    save(organisation, {"street", "community"}, now=now)
    turn_identity(organisation, on=on, now=now, note=note)
    record(
        organisation, "move", by=by, at=now, note=note, changes={"place": [str(old), str(place)]}
    )
    return organisation


@transaction.atomic
def convert_organisation(
    *,
    pk: int,
    kind: str,
    uscc: str,
    on: date,
    by: Actor,
    now: datetime,
    name: str = "",
    note: str = "",
) -> Organisation:
    """备案转登记: the same record from now on registered; it is counted once before and once after."""
    organisation = locked(pk, by=by)
    if organisation.kind in Organisation.REGISTERED:
        raise RegistryRefused("这个组织已经登记。")
    if organisation.state != Organisation.State.ACTIVE:
        raise RegistryRefused("只有状态正常的组织可以转登记。")
    if kind not in Organisation.REGISTERED:
        raise RegistryRefused("请选择登记的类型。")
    filed = organisation.kind == Organisation.Kind.BA
    before = {"kind": organisation.kind, "name": organisation.name, "uscc": organisation.uscc}
    organisation.kind, organisation.uscc, organisation.registrar_code = kind, uscc, ""
    organisation.name = name.strip() or organisation.name
    organisation.registered_on = on
    if not uscc:
        raise RegistryRefused("请填写登记证书上的统一社会信用代码。")
    check(organisation, {*CODED, "name"}, by=by)
    after = {"kind": kind, "name": organisation.name, "uscc": uscc}
    save(organisation, {*after, "registered_on"}, now=now)
    turn_identity(
        organisation, on=on, now=now, note=note,
        closing=Identity.Closing.CONVERTED if filed else Identity.Closing.CHANGED,
        opening=Identity.Opening.CONVERTED if filed else Identity.Opening.REGISTERED,
    )  # fmt: skip
    record(organisation, "convert", by=by, at=now, note=note, changes=changed(before, after))
    return organisation


@transaction.atomic
def move(
    pk: int, name: str, *, by: Actor, now: datetime, on: date | None = None, note: str = ""
) -> Organisation:
    """Fire a move of the lifecycle, with what it does to the identity."""
    organisation = ORGANISATION.fire(pk, name, by=by, now=now, note=note)
    if name in CLOSES:
        close(organisation, CLOSES[name], on=on or timezone.localdate(now), now=now)
    return organisation


def close(organisation: Organisation, closing: str, *, on: date, now: datetime) -> None:
    if on > timezone.localdate(now):
        raise RegistryRefused("日期不能晚于今天。")
    current = open_identity(organisation)
    if current is not None:
        if on < current.starts_on:
            raise RegistryRefused(f"日期不能早于现有身份的起始日 {current.starts_on}。")
        current.ends_on, current.closed_by = on, closing
        current.save(update_fields=["ends_on", "closed_by"])
    organisation.ended_on = on
    organisation.version += 1
    organisation.changed_at = now
    organisation.save(update_fields=["ended_on", "version", "changed_at"])
