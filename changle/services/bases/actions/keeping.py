"""What is entered of a base: the base itself, its money, pictures, papers and its own checks."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import IMAGES, store
from changle.core.files.stored import Upload
from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.bases.lifecycle import BASE
from changle.services.bases.models import (
    Base,
    BaseMark,
    BasePaper,
    BasePhoto,
    Budget,
    Criterion,
    PaperKind,
    Tier,
)
from changle.services.bases.queries.bases import KINDS, house_at, nodes_for_bases, street_above
from changle.services.bases.queries.rules import standard_for


EDIT = Permission.BASE_EDIT
MOST_PHOTOS = 12
State = Base.State
# While it prepares or renews its application a base changes what it hands in.
PREPARING = {State.PLANNED, State.BUILT}


class BaseRefused(Refused):
    """It may not be done so with a base; the message is for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is told of a base."""

    name: str
    about: str = ""
    address: str = ""
    area_total: int | None = None
    area_shared: int | None = None
    builder: str = ""
    party_organisation: str = ""
    wall_rules: str = ""
    planned_on: date
    built_on: date | None = None
    opened_on: date | None = None


def locked(pk: int, *, by: Actor, needs: str = EDIT) -> Base:
    rows = by.rows(Base, needs).select_for_update(of=("self",))
    return rows.select_related("node__parent", "standard").get(pk=pk)


def kept(row: Any, otherwise: str) -> None:
    """Save, with what the database refuses told as a sentence."""
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise BaseRefused("".join(dict.fromkeys(error.messages))) from None
    except IntegrityError:
        raise BaseRefused(otherwise) from None


def check_days(facts: Facts, today: date) -> None:
    if facts.built_on and facts.built_on < facts.planned_on:
        raise BaseRefused("建成日期不能早于规划日期。")
    if facts.built_on and facts.built_on > today:
        raise BaseRefused("建成日期不能晚于今天。")
    if facts.opened_on and facts.built_on and facts.opened_on < facts.built_on:
        raise BaseRefused("启用日期不能早于建成日期。")


@transaction.atomic
def plan_base(*, node: Node, tier: str, facts: Facts, by: Actor, now: datetime) -> Base:
    """Enter a base; the house that stands at its node becomes its house."""
    place = nodes_for_bases(by).select_related("parent__parent").filter(pk=node.pk).first()
    if place is None:
        raise BaseRefused("您不能在这里登记基地，或这里已有基地。")
    if place.kind not in KINDS[Tier(tier)]:
        wanted = "、".join(str(Node.Kind(kind).label) for kind in KINDS[Tier(tier)])
        raise BaseRefused(f"{Tier(tier).label}基地应设在{wanted}。")
    check_days(facts, timezone.localdate(now))
    row = Base(
        node=place, street=street_above(place), centre=house_at(place), tier=tier,
        recorded_at=now, **asdict(facts),
    )  # fmt: skip
    BASE.begin(row, State.BUILT if facts.built_on else State.PLANNED, at=now)
    kept(row, "这个节点已有一个孵化基地。")
    record(row, "plan_base", by=by, at=now, target=row.state)
    return row


@transaction.atomic
def change_base(*, pk: int, facts: Facts, by: Actor, now: datetime) -> Base:
    row = locked(pk, by=by)
    if row.state == State.WITHDRAWN:
        raise BaseRefused("已取消的基地不能再改。")
    check_days(facts, timezone.localdate(now))
    after = asdict(facts)
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    if row.centre_id is None:
        row.centre = house_at(row.node)
    kept(row, "没有保存，请核对。")
    record(row, "edit", by=by, at=now, changes=changed(before, after))
    return row


@transaction.atomic
def set_budget(
    *, pk: int, year: int, source: str, amount_fen: int, note: str = "", by: Actor, now: datetime
) -> Budget:
    row = locked(pk, by=by)
    one = Budget(base=row, year=year, source=source, amount_fen=amount_fen, note=note)
    kept(one, "这一年度已登记过这个来源，请先删去再登记。")
    told = {f"{year}年{one.get_source_display()}": [None, amount_fen]}
    record(row, "set_budget", by=by, at=now, changes=told)
    return one


@transaction.atomic
def drop_budget(*, pk: int, budget: int, by: Actor, now: datetime) -> None:
    row = locked(pk, by=by)
    one = Budget.objects.get(base=row, pk=budget)
    told = {f"{one.year}年{one.get_source_display()}": [one.amount_fen, None]}
    one.delete()
    record(row, "drop_budget", by=by, at=now, changes=told)


@transaction.atomic
def add_photo(*, pk: int, upload: Upload, caption: str, by: Actor, now: datetime) -> BasePhoto:
    row = locked(pk, by=by)
    if row.photos.count() >= MOST_PHOTOS:
        raise BaseRefused(f"一个基地最多 {MOST_PHOTOS} 张照片，请先删去不用的。")
    file = store(
        upload=upload, subject=row, needs=Permission.BASE_VIEW, by=by, now=now, allowed=IMAGES
    )
    one = BasePhoto.objects.create(base=row, file=file, caption=caption)
    record(row, "photo", by=by, at=now, note=caption)
    return one


@transaction.atomic
def drop_photo(*, pk: int, photo: int, by: Actor, now: datetime) -> None:
    row = locked(pk, by=by)
    one = BasePhoto.objects.get(base=row, pk=photo)
    record(row, "drop_photo", by=by, at=now, note=one.caption)
    one.delete()


@transaction.atomic
def hand_paper(*, pk: int, kind: int, upload: Upload, by: Actor, now: datetime) -> BasePaper:
    """Hand in a paper; a newer one takes the place of the older, which stays in the store."""
    row = locked(pk, by=by)
    if row.state not in PREPARING:
        raise BaseRefused(f"基地{row.state_label()}，材料不能再换；要换请先由认定单位退回申请。")
    standard = standard_for(row.tier, timezone.localdate(now))
    asked = PaperKind.objects.filter(pk=kind, standard=standard).first()
    if asked is None:
        raise BaseRefused("现行标准里没有这种材料。")
    file = store(upload=upload, subject=row, needs=Permission.BASE_VIEW, by=by, now=now)
    one, _new = BasePaper.objects.update_or_create(
        base=row, kind=asked, defaults={"file": file, "handed_at": now}
    )
    record(row, "hand_paper", by=by, at=now, note=asked.name)
    return one


Told = dict[int, tuple[bool, str]]  # criterion -> whether it is met, and in words


def asked_of(row: Base, now: datetime) -> dict[int, Criterion]:
    standard = row.standard or standard_for(row.tier, timezone.localdate(now))
    return {one.pk: one for one in Criterion.objects.filter(standard=standard)}


@transaction.atomic
def claim(*, pk: int, told: Told, by: Actor, now: datetime) -> None:
    """What the base says of itself, criterion by criterion; what was found earlier is found anew."""
    row = locked(pk, by=by)
    if row.state not in PREPARING:
        raise BaseRefused(f"基地{row.state_label()}，自查不能再改。")
    marks = {one.criterion_id: one for one in BaseMark.objects.filter(base=row)}
    changes = {}
    for key, criterion in asked_of(row, now).items():
        is_met, words = told.get(key, (False, ""))
        mark = marks.get(key) or BaseMark(base=row, criterion=criterion)
        if mark.pk and (mark.is_claimed, mark.claim) == (is_met, words):
            continue
        changes[criterion.name] = [mark.is_claimed if mark.pk else None, is_met]
        mark.is_claimed, mark.claim = is_met, words
        mark.claimed_by_id, mark.claimed_at = by.user_id or None, now
        mark.is_confirmed, mark.finding, mark.confirmed_by, mark.confirmed_at = None, "", None, None
        mark.save()
    record(row, "claim", by=by, at=now, changes=changes)


@transaction.atomic
def confirm(*, pk: int, told: Told, by: Actor, now: datetime) -> None:
    """What was found on the spot, by somebody who neither claimed it nor applied."""
    row = locked(pk, by=by, needs=Permission.BASE_DECIDE)
    if row.state != State.APPLIED:
        raise BaseRefused("提交申请后才现场核实。")
    marks = {one.criterion_id: one for one in BaseMark.objects.filter(base=row)}
    if by.user_id and by.user_id in {
        row.submitted_by_id,
        *(m.claimed_by_id for m in marks.values()),
    }:
        raise BaseRefused("谁自查、谁申请，谁不能核实，请由其他工作人员办理。")
    changes = {}
    for key, criterion in asked_of(row, now).items():
        is_met, words = told.get(key, (False, ""))
        mark = marks.get(key) or BaseMark(base=row, criterion=criterion)
        mark.is_confirmed, mark.finding = is_met, words
        mark.confirmed_by_id, mark.confirmed_at = by.user_id or None, now
        mark.save()
        changes[criterion.name] = [mark.is_claimed, is_met]
    record(row, "confirm", by=by, at=now, changes=changes)
