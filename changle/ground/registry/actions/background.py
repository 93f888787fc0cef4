"""The works of an import that outlive a request."""

from datetime import datetime
from typing import Any

from changle.core.engine import refresh_statistics
from changle.core.jobs import Progress, work
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.accounts.models import User
from changle.ground.registry.actions.importing import CHECK_JOB, WRITE_JOB, check
from changle.ground.registry.actions.writing import failed, write
from changle.ground.registry.models import ImportBatch
from changle.ground.territory.queries import actor_for


def asker(args: dict[str, Any]) -> Actor:
    """Who asked, with what they may do now: a right lost since then is lost here too."""
    return actor_for(User.objects.get(pk=args["user"]))


def moment(args: dict[str, Any]) -> datetime:
    """When it was asked for: that is when the deed is dated."""
    return datetime.fromisoformat(args["at"])


@work(CHECK_JOB)
def check_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    batch = check(pk=args["batch"], by=asker(args), now=moment(args), progress=progress)
    return {"batch": batch.pk}


@work(WRITE_JOB)
def write_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Taken up again after a crash, it finds either nothing written or all of it."""
    by = asker(args)
    batch = ImportBatch.objects.get(pk=args["batch"])
    if batch.state == ImportBatch.State.IMPORTED:
        return {"batch": batch.pk}
    try:
        write(
            pk=batch.pk, good_only=args["good_only"], doubtful=args["doubtful"], by=by,
            now=moment(args), progress=progress,
        )  # fmt: skip
    except Refused as why:
        failed(pk=batch.pk, by=by, now=moment(args), why=why)
        raise
    refresh_statistics()
    return {"batch": batch.pk}
