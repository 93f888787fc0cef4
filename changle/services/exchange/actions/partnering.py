"""The register of partners is kept."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.telling import ExchangeRefused
from changle.services.exchange.models import Partner
from changle.services.exchange.queries.seats import street_of


EDIT = Permission.PARTNER_EDIT
PERSONAL = {"contact_name", "contact_phone", "legal_representative"}


@dataclass(frozen=True, kw_only=True)
class PartnerDraft:
    node: Node
    name: str
    nature: str
    starts_on: date
    uscc: str = ""
    superior: str = ""
    address: str = ""
    legal_representative: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    staff_count: int | None = None
    area: int | None = None
    settled_on: date | None = None
    about: str = ""
    agreement_number: str = ""
    ends_on: date | None = None

    def columns(self) -> dict[str, object]:
        return {**asdict(self), "node": self.node, "street": street_of(self.node)}


def kept(row: Partner) -> None:
    """Save, with what the database refuses told as a sentence."""
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise ExchangeRefused("".join(error.messages)) from None
    except IntegrityError:
        raise ExchangeRefused("已有同名或同代码的共建单位。") from None


def within(draft: PartnerDraft, by: Actor) -> None:
    if not by.holds_at(EDIT, draft.node.path or ""):
        raise ExchangeRefused("这里不在您的辖区。")


@transaction.atomic
def add_partner(*, draft: PartnerDraft, by: Actor, now: datetime) -> Partner:
    within(draft, by)
    row = Partner(recorded_at=now, changed_at=now, **draft.columns())
    kept(row)
    record(row, "add_partner", by=by, at=now)
    return row


@transaction.atomic
def change_partner(*, pk: int, draft: PartnerDraft, by: Actor, now: datetime) -> Partner:
    rows = by.rows(Partner, EDIT).select_for_update(of=("self",))
    row = rows.select_related("node", "street").get(pk=pk)
    within(draft, by)
    after = draft.columns()
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    row.changed_at = now
    kept(row)
    told = changed(before, after)
    for name in PERSONAL & told.keys():
        told[name] = ["", "（已修改）"]
    record(row, "change_partner", by=by, at=now, changes=told)
    return row
