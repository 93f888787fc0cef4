"""What came of a sign-up, for who holds the codes of its tickets."""

from collections.abc import Sequence

from changle.ground.territory.models import Node
from changle.ground.territory.queries import public_places
from changle.services.activities.models import SignUp
from changle.services.activities.queries.codes import read_ticket


MOST_TICKETS = 10


def by_tickets(session_pk: int, codes: str) -> list[SignUp]:
    """The sign-ups for a session that these codes, parted by commas, name; one query."""
    keys = [read_ticket(code) for code in codes.split(",")[:MOST_TICKETS]]
    rows = SignUp.objects.filter(session=session_pk, pk__in=[pk for pk in keys if pk is not None])
    return list(rows.select_related("participant").order_by("pk"))


def places_in_line(rows: Sequence[SignUp]) -> dict[int, int]:
    """Key -> place in the line of their session, 1 for who is offered the next seat; one query."""
    waiting = [row for row in rows if row.state == SignUp.State.WAITLISTED]
    if not waiting:
        return {}
    line = SignUp.objects.filter(session=waiting[0].session_id, state=SignUp.State.WAITLISTED)
    keys = list(line.order_by("pk").values_list("pk", flat=True))
    places = {pk: number for number, pk in enumerate(keys, 1)}
    return {row.pk: places[row.pk] for row in waiting if row.pk in places}


def homes_within(place: Node) -> list[Node]:
    """The communities in which somebody may live who is to live there."""
    rows = public_places().filter(path__under=place.path, kind=Node.Kind.COMMUNITY)
    return list(rows.order_by("path"))
