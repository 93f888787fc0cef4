"""A body hands in its papers, and goes on when they are all there."""

from datetime import datetime

from django.db import transaction

from changle.core.files import DOCUMENTS, StoredFile, store
from changle.core.files.contents import FileType
from changle.core.files.stored import Upload
from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.models import Incubatee, Paper
from changle.services.incubation.queries.papers import asked_of


S = Incubatee.State
# The old table format keeps its author where nothing can be taken out safely.
ALLOWED = DOCUMENTS - {FileType.XLS}


class Neutral:
    """An upload under the name of its kind: what a person calls a file may tell who they are."""

    def __init__(self, upload: Upload, name: str) -> None:
        ending = (upload.name or "").rpartition(".")[2]
        self.name: str | None = f"{name}.{ending}"
        self.chunks = upload.chunks


def hand_paper(*, incubatee: int, kind: str, upload: Upload, by: Actor, now: datetime) -> Paper:
    rows = by.rows(Incubatee, Permission.INCUBATION_APPLY)
    row = rows.select_related("organisation").get(pk=incubatee)
    if row.state not in {S.APPLIED, S.RETURNED}:
        raise IncubationRefused("资格初审已经通过，材料不能再换。")
    name = asked_of(row.organisation).get(kind)
    if name is None:
        raise IncubationRefused("没有要求这种材料。")
    file: StoredFile = store(
        upload=Neutral(upload, name), subject=row, needs=Permission.INCUBATION_VIEW, by=by,
        now=now, allowed=ALLOWED, plain=True,
    )  # fmt: skip
    with transaction.atomic():
        one, _new = Paper.objects.update_or_create(
            incubatee=row, kind=kind, defaults={"file": file, "handed_at": now}
        )
        record(row, "hand_paper", by=by, at=now, note=name)
    return one
