"""Papers are entered, replaced, recalled, given back, and their scans kept."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from changle.core.files import StoredFile, store
from changle.core.files.stored import Upload
from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.people.actions.people import PeopleRefused, written
from changle.ground.people.lifecycle import PAPER
from changle.ground.people.models import Paper, years_after
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


DUPLICATE_YEARS = 4  # of a non-enterprise unit: 《民办非企业单位登记暂行办法》（民政部令第18号）


def proposed_end(kind: str, body_kind: str, starts_on: date) -> date | None:
    """The end that the rules give a paper whose own is not told."""
    if kind == Paper.Kind.DUPLICATE and body_kind == Organisation.Kind.MF:
        return years_after(starts_on, DUPLICATE_YEARS)
    return None


@transaction.atomic
def add_paper(
    *, organisation: int, kind: str, facts: dict[str, Any], by: Actor, now: datetime
) -> Paper:
    """Enter a paper; of a kind of which there is one, the valid one before it is replaced."""
    rows = by.rows(Organisation, Permission.ORGANISATION_EDIT).select_for_update(of=("self",))
    body = rows.select_related("node").get(pk=organisation)
    facts = dict(facts)
    if facts.get("ends_on") is None and facts.get("starts_on"):
        facts["ends_on"] = proposed_end(kind, body.kind, facts["starts_on"])
    old = None
    if kind in Paper.SINGLE:
        old = Paper.objects.filter(organisation=body, kind=kind, state=Paper.State.VALID).first()
    if old is not None:
        PAPER.fire(old.pk, "replace", by=by, now=now)
    row = PAPER.begin(
        Paper(organisation=body, kind=kind, recorded_at=now, **facts), Paper.State.VALID, at=now
    )
    written(row)
    if old is not None:
        Paper.objects.filter(pk=old.pk).update(replaced_by=row)
    record(row, "add_paper", by=by, at=now, target=row.state)
    return row


@transaction.atomic
def edit_paper(*, pk: int, changes: dict[str, Any], by: Actor, now: datetime) -> Paper:
    rows = by.rows(Paper, Permission.ORGANISATION_EDIT).select_for_update(of=("self",))
    row = rows.select_related("organisation__node").get(pk=pk)
    before = {name: getattr(row, name) for name in changes}
    after = {name: value for name, value in changes.items() if before[name] != value}
    if after:
        for name, value in after.items():
            setattr(row, name, value)
        written(row)
        told = {name: [plain(before[name]), plain(value)] for name, value in after.items()}
        record(row, "edit_paper", by=by, at=now, changes=told)
    return row


def plain(value: Any) -> str | None:
    return None if value is None else str(value)


def move_paper(pk: int, name: str, *, by: Actor, now: datetime, note: str = "") -> Paper:
    if name not in {"recall", "give_back"}:
        raise PeopleRefused("没有这一步。")
    try:
        return PAPER.fire(pk, name, by=by, now=now, note=note)
    except IntegrityError:
        raise PeopleRefused("已有一份有效的同种证照，不能再发还这一份。") from None


def keep_scan(*, pk: int, upload: Upload, by: Actor, now: datetime) -> StoredFile:
    row = (
        by.rows(Paper, Permission.ORGANISATION_EDIT).select_related("organisation__node").get(pk=pk)
    )
    return store(upload=upload, subject=row, needs=Permission.PEOPLE_VIEW, by=by, now=now)
