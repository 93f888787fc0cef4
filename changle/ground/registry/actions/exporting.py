from datetime import datetime

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


@transaction.atomic
def note_export(*, by: Actor, now: datetime, note: str) -> None:
    """Who takes the list away leaves a line in the log, at the highest place they took it from."""
    paths = by.reach.get(Permission.ORGANISATION_EXPORT, ())
    place = Node.objects.filter(path__in=paths).order_by("path").first()
    if place is not None:
        record(place, "export", by=by, at=now, note=note)
