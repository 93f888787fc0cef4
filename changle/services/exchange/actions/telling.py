"""A side of a deal hears of what the other side did."""

from datetime import datetime

from django.utils import timezone

from changle.core.notices import tell_person
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.services.exchange.queries.kinds import NO_MONEY, speaks_of_money
from changle.services.exchange.queries.seats import people_at


class ExchangeRefused(Refused):
    """It may not be done so; the message is for the person who asked."""


def tell_side(
    node: Node, text: str, *, also: int | None, by: Actor, now: datetime, url: str
) -> None:
    """Who sits at the place, and who filed the row, but for who did it."""
    people = people_at(node, timezone.localdate(now)) | ({also} if also else set())
    for person in sorted(people - {by.user_id}):
        tell_person(person, text, at=now, url=url)


def refuse_money(*texts: str) -> None:
    """Charity Law art. 26: no raising of money by who has no licence to; here by nobody."""
    if word := speaks_of_money(*texts):
        raise ExchangeRefused(f"内容里提到“{word}”。{NO_MONEY}")
