"""An agreement is signed, put right, renewed, ended."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import StoredFile, store
from changle.core.files.stored import Upload
from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import fault_of
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


EDIT = Permission.CUSTODY_EDIT
PERSONAL = {"contact_name", "contact_phone"}


class CustodyRefused(Refused):
    """The money may not be kept so; the message is for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the agreement says."""

    agreement_number: str
    money_scope: str
    signed_on: date
    starts_on: date
    ends_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""


def body_of(pk: int, *, by: Actor) -> Organisation:
    """The body as the only hand on its custodies; who may not edit them finds none."""
    rows = by.rows(Organisation, EDIT).select_for_update(of=("self",))
    return rows.select_related("node").get(pk=pk)


def locked(pk: int, *, by: Actor) -> Custody:
    """The agreement, reached over the body: a custodian's street only reads it."""
    rows = Custody.objects.filter(organisation__in=by.rows(Organisation, EDIT))
    return (
        rows.select_for_update(of=("self",))
        .select_related("organisation__node", "custodian__node")
        .get(pk=pk)
    )


def check_parties(body: Organisation, custodian: Organisation, terms: Terms, today: date) -> None:
    if body.is_registered:
        raise CustodyRefused("已登记的组织是法人，有自己的账户，不需要代管。")
    if body.state not in Organisation.LIVING:
        raise CustodyRefused(f"“{body.name}”{body.state_label()}，不能再签代管协议。")
    if body.pk == custodian.pk:
        raise CustodyRefused("组织不能代管自己的资金。")
    if fault := fault_of(custodian, max(today, terms.starts_on)):
        raise CustodyRefused(fault)


def check_days(terms: Terms) -> None:
    if terms.starts_on < terms.signed_on:
        raise CustodyRefused("起始日期不能早于签订日期。")
    if terms.ends_on is not None and terms.ends_on <= terms.starts_on:
        raise CustodyRefused("到期日期应晚于起始日期。")


def kept(row: Custody) -> None:
    """Save, with what the database refuses told as a sentence."""
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise CustodyRefused("".join(error.messages)) from None
    except IntegrityError:
        raise CustodyRefused("这段时间已有代管协议，请先终止或改期。") from None


def attach(row: Custody, upload: Upload | None, *, by: Actor, now: datetime) -> None:
    """Both sides may read the agreement."""
    if upload is None:
        return
    stored: StoredFile = store(
        upload=upload, subject=row, needs=Permission.ORGANISATION_EDIT, by=by, now=now
    )
    row.agreement = stored
    row.save(update_fields=["agreement"])


@transaction.atomic
def take(
    *,
    organisation: int,
    custodian: Organisation,
    terms: Terms,
    by: Actor,
    now: datetime,
    upload: Upload | None = None,
) -> Custody:
    body = body_of(organisation, by=by)
    check_parties(body, custodian, terms, timezone.localdate(now))
    check_days(terms)
    row = Custody(organisation=body, custodian=custodian, recorded_at=now, **asdict(terms))
    kept(row)
    record(row, "take", by=by, at=now, note=terms.agreement_number)
    attach(row, upload, by=by, now=now)
    return row


@transaction.atomic
def change(
    *, pk: int, terms: Terms, by: Actor, now: datetime, upload: Upload | None = None
) -> Custody:
    """Put right what was typed wrongly; an ended agreement stands as it is."""
    row = locked(pk, by=by)
    if row.ended_because:
        raise CustodyRefused("这份协议已经终止，不能再改。")
    check_days(terms)
    after = asdict(terms)
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    kept(row)
    told = changed(before, after)
    for name in PERSONAL & told.keys():
        told[name] = ["", "（已修改）"]
    record(row, "change", by=by, at=now, changes=told)
    attach(row, upload, by=by, now=now)
    return row


@transaction.atomic
def renew(
    *, pk: int, terms: Terms, by: Actor, now: datetime, upload: Upload | None = None
) -> Custody:
    """The same two parties go on under a new agreement: a row of its own."""
    old = locked(pk, by=by)
    if old.ended_because or old.ends_on is None:
        raise CustodyRefused("只有约定了到期日且未提前终止的协议可以续签。")
    if terms.starts_on < old.ends_on:
        raise CustodyRefused(f"续签从原协议到期之日（{old.ends_on}）起，不能更早。")
    row = take(
        organisation=old.organisation_id, custodian=old.custodian, terms=terms, by=by, now=now,
        upload=upload,
    )  # fmt: skip
    row.renews = old
    row.save(update_fields=["renews"])
    record(old, "renew", by=by, at=now, note=terms.agreement_number)
    return row


@transaction.atomic
def end(*, pk: int, on: date, because: str, note: str = "", by: Actor, now: datetime) -> Custody:
    row = locked(pk, by=by)
    if row.ended_because:
        raise CustodyRefused("这份协议已经终止。")
    if because == Custody.Ending.MISTAKE:
        on = row.starts_on
    elif on > timezone.localdate(now):
        raise CustodyRefused("终止日期不能晚于今天；以后的终止请改到期日期。")
    return stop(row, on=on, because=because, note=note, by=by, now=now)


def stop(
    row: Custody, *, on: date, because: str, by: Actor, now: datetime, note: str = ""
) -> Custody:
    if on < row.starts_on:
        raise CustodyRefused(f"终止日期不能早于起始日期 {row.starts_on}。")
    if row.ends_on is not None and on > row.ends_on:
        raise CustodyRefused(f"协议已于 {row.ends_on} 到期。")
    before = {"ends_on": row.ends_on, "ended_because": row.ended_because}
    row.ends_on, row.ended_because, row.ended_note = on, because, note
    row.save(update_fields=["ends_on", "ended_because", "ended_note"])
    after = {"ends_on": on, "ended_because": because}
    record(row, "end_custody", by=by, at=now, changes=changed(before, after), note=note)
    return row


@transaction.atomic
def end_for_conversion(
    *, organisation: Organisation, on: date, by: Actor, now: datetime
) -> list[Custody]:
    """A body that is registered is a legal person from that day: what holds then ends with it.

    Follows from the conversion, whose hand has been judged there; answers what has ended.
    """
    rows = Custody.objects.filter(organisation=organisation, ended_because="").exclude(
        ends_on__lte=on
    )
    rows = rows.select_for_update(of=("self",)).select_related("organisation__node", "custodian")
    return [
        stop(row, on=max(on, row.starts_on), because=Custody.Ending.CONVERTED, by=by, now=now)
        for row in rows.order_by("starts_on", "pk")
    ]
