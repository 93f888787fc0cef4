"""People as they sign up or come: found by their key, or entered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from changle.core.codes import BadCode, check_phone
from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.services.activities.models import Companion, Participant
from changle.services.activities.queries.sessions import known


LONGEST_NAME = 40
DeedT = TypeVar("DeedT")


class PersonRefused(Refused):
    """What was given of a person is not enough to know them by."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody who takes part, as typed. A child bears the telephone of who looks after it."""

    name: str
    phone: str
    birth_year: int | None = None
    home: Node | None = None


def tidy(guest: Guest) -> Guest:
    """Checked, and in the one way in which it is kept."""
    name = " ".join(guest.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise PersonRefused("请填写姓名（最多 40 个字）。")
    try:
        phone = check_phone(guest.phone)
    except BadCode as error:
        raise PersonRefused(str(error)) from None
    if phone.kind == "hotline":
        raise PersonRefused("请填写本人或监护人的手机号，不能用服务热线。")
    return Guest(name=name, phone=phone.text, birth_year=guest.birth_year, home=guest.home)


def key_of(guest: Guest) -> str:
    field: Any = Participant._meta.get_field("key")
    return str(field.digest(f"{guest.phone}|{guest.name}"))


def enter(
    guests: Sequence[Guest], *, session_pk: int, since: datetime, now: datetime
) -> list[Participant]:
    """The people of these guests in their order, those not yet known entered; two queries at most.

    `guests` are tidy. Where another transaction enters the same person in the same moment, the key
    is taken: IntegrityError, and who called tries once more (`once_more`).
    """
    keys = [key_of(guest) for guest in guests]
    if len(set(keys)) < len(keys):
        raise PersonRefused("同一个人填了两次。")
    there = known(keys, session_pk, since)
    new = [
        Participant(
            name=guest.name, phone=guest.phone, birth_year=guest.birth_year, home=guest.home,
            recorded_at=now,
        )
        for guest, key in zip(guests, keys, strict=True)
        if key not in there
    ]  # fmt: skip
    if new:
        there |= {row.key: row for row in Participant.objects.bulk_create(new)}
    return [there[key] for key in keys]


def once_more(deed: Callable[[], DeedT]) -> DeedT:
    """Do it in a transaction, and again where somebody entered the same person in that moment."""
    try:
        with transaction.atomic():
            return deed()
    except IntegrityError:
        with transaction.atomic():
            return deed()


@transaction.atomic
def keep_companion(*, guest: Guest, relation: str, by: Actor, now: datetime) -> Companion:
    """Remember somebody of the family, so that the next sign-up is two taps."""
    if not by.user_id:
        raise PersonRefused("请先登录。")
    person = enter([tidy(guest)], session_pk=0, since=now, now=now)[0]
    row, new = Companion.objects.get_or_create(
        user_id=by.user_id, participant=person, defaults={"relation": relation}
    )
    if not new and row.relation != relation:
        row.relation = relation
        row.save(update_fields=["relation"])
    record(row, "keep", by=by, at=now)
    return row


@transaction.atomic
def forget_companion(*, pk: int, by: Actor, now: datetime) -> None:
    row = Companion.objects.select_for_update().get(pk=pk, user=by.user_id or None)
    record(row, "forget", by=by, at=now)
    row.delete()
