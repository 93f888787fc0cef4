"""The bureau sets what a base must have: in versions, so that nobody is judged by a later rule."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.bases.actions.keeping import BaseRefused
from changle.services.bases.models import Criterion, PaperKind, Standard
from changle.services.bases.queries.rules import is_used, standard_for


@dataclass(frozen=True, kw_only=True)
class Version:
    """What is told of a version."""

    name: str
    basis: str
    pass_points: int
    valid_months: int
    starts_on: date


def refuse_strangers(by: Actor) -> None:
    if not by.holds(Permission.BASE_RULE):
        raise BaseRefused("基地标准由区民政局维护。")


def kept(row: Any) -> None:
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise BaseRefused("".join(dict.fromkeys(error.messages))) from None
    except IntegrityError:
        raise BaseRefused("没有保存：与已有的标准重叠或重名。") from None


@transaction.atomic
def new_version(*, tier: str, version: Version, by: Actor, now: datetime) -> Standard:
    """A version from a day on, with the criteria and papers of the one that it ends."""
    refuse_strangers(by)
    if version.starts_on < timezone.localdate(now):
        raise BaseRefused("新标准不能从过去的日子起用。")
    before = standard_for(tier, version.starts_on)
    if before is not None:
        if before.starts_on == version.starts_on:
            raise BaseRefused("已有从这一天起用的标准，请直接修改它。")
        before = Standard.objects.select_for_update().get(pk=before.pk)
        until = before.ends_on
        before.ends_on = version.starts_on
        before.save(update_fields=["ends_on"])
    else:
        until = None
    row = Standard(tier=tier, ends_on=until, **asdict(version))
    kept(row)
    if before is not None:
        copy(before, row)
    record(row, "add", by=by, at=now, path="")
    return row


def copy(source: Standard, target: Standard) -> None:
    criteria = list(Criterion.objects.filter(standard=source).order_by("sort", "pk"))
    papers = list(PaperKind.objects.filter(standard=source).order_by("sort", "pk"))
    parts: list[Criterion | PaperKind] = [*criteria, *papers]
    for one in parts:
        one.pk, one.standard = None, target
    Criterion.objects.bulk_create(criteria)
    PaperKind.objects.bulk_create(papers)


def open_standard(pk: int, by: Actor) -> Standard:
    """A version that nobody has been judged by."""
    refuse_strangers(by)
    row = Standard.objects.select_for_update().get(pk=pk)
    if is_used(row):
        raise BaseRefused("已有基地按这份标准申报或评估，不能再改；请新建一个版本。")
    return row


@transaction.atomic
def save_criterion(
    *, standard: int, pk: int | None, facts: dict[str, Any], by: Actor, now: datetime
) -> Criterion:
    held = open_standard(standard, by)
    row = Criterion.objects.get(pk=pk, standard=held) if pk else Criterion(standard=held)
    save_part(held, row, facts, by=by, now=now)
    return row


@transaction.atomic
def save_paper(
    *, standard: int, pk: int | None, facts: dict[str, Any], by: Actor, now: datetime
) -> PaperKind:
    held = open_standard(standard, by)
    row = PaperKind.objects.get(pk=pk, standard=held) if pk else PaperKind(standard=held)
    save_part(held, row, facts, by=by, now=now)
    return row


def save_part(
    held: Standard, row: Criterion | PaperKind, facts: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    before = {name: getattr(row, name) for name in facts}
    for name, value in facts.items():
        setattr(row, name, value)
    kept(row)
    record(held, "edit", by=by, at=now, path="", note=row.name, changes=changed(before, facts))


@transaction.atomic
def drop_part(*, standard: int, part: Criterion | PaperKind, by: Actor, now: datetime) -> None:
    held = open_standard(standard, by)
    record(held, "edit", by=by, at=now, path="", note=f"删去“{part.name}”")
    part.delete()
