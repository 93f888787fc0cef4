"""A filed body is registered: the same record goes on, and what belonged to the filing ends."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.files import IMAGES, FileType, store
from changle.core.files.stored import Upload
from changle.core.reach import Actor
from changle.ground.custody.actions import end_for_conversion
from changle.ground.filing.actions.applying import FilingRefused, pass_on
from changle.ground.filing.actions.numbering import allot
from changle.ground.filing.lifecycle import FILING, LAPSE
from changle.ground.filing.models import Filing, FilingTurn, LapseProposal
from changle.ground.filing.queries.rules import Rulebook
from changle.ground.registry.actions import change_organisation, convert_organisation
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


CERTIFICATE_TYPES = IMAGES | {FileType.PDF}


@transaction.atomic
def convert(  # noqa: PLR0913  a registration has as many facts
    *, pk: int, kind: str, uscc: str, on: date, by: Actor, now: datetime,
    certificate: Upload | None, name: str = "", note: str = "",
) -> Organisation:  # fmt: skip
    """备案转登记, all or nothing: the registration, the end of custody and of open applications."""
    if certificate is None:
        raise FilingRefused("请上传登记证书。")
    body = convert_organisation(
        pk=pk, kind=kind, uscc=uscc, on=on, by=by, now=now, name=name, note=note
    )
    end_for_conversion(organisation=body, on=on, by=by, now=now)
    end_open(body, by=by, now=now, why="已转为登记的社会组织")
    store(
        upload=certificate, subject=body, needs=Permission.ORGANISATION_VIEW, by=by, now=now,
        allowed=CERTIFICATE_TYPES,
    )  # fmt: skip
    return body


def end_open(body: Organisation, *, by: Actor, now: datetime, why: str) -> None:
    """Close the applications and proposals that the body still has open."""
    today = timezone.localdate(now)
    filings = Filing.objects.select_for_update(of=("self",))
    for row in filings.filter(organisation=body, state__in=Filing.OPEN).order_by("pk"):
        pass_on(row, FilingTurn.Outcome.CLOSED, by=by, now=now, words=why)
        FILING.fire(row.pk, "close", by=by, now=now, note=why, along={"closed_on": today})
    proposals = LapseProposal.objects.filter(
        organisation=body, state=LapseProposal.State.PROPOSED
    ).order_by("pk")
    for proposal in proposals:
        LAPSE.fire(
            proposal.pk, "close_proposal", by=by, now=now, note=why,
            along={"decided_on": today, "reason": why},
        )  # fmt: skip


@transaction.atomic
def file_on_paper(
    *, pk: int, filing_number: str, on: date, by: Actor, now: datetime, note: str = ""
) -> Organisation:
    """A team that was filed without an application here; a number left open is allotted."""
    rows = by.rows(Organisation, Permission.ORGANISATION_EDIT).select_for_update(of=("self",))
    team = rows.select_related("street__parent").get(pk=pk)
    if team.kind != Organisation.Kind.PRE:
        raise FilingRefused("只有拟成立团队可以这样备案。")
    if not by.holds_at(Permission.FILING_REVIEW, team.node.path or ""):
        raise FilingRefused("备案由街道办理。请提交备案申请。")
    if not filing_number:
        if team.street is None:
            raise FilingRefused("这个团队还没有落到街道，请先办理迁址。")
        form = Rulebook(on).terms().number_format
        filing_number = allot(street=team.street, on=on, form=form)
    body = change_organisation(
        pk=pk, version=team.version, by=by, now=now, on=on, note=note,
        changes={"kind": Organisation.Kind.BA.value, "registered_on": on,
                 "filing_number": filing_number},
    )  # fmt: skip
    end_open(body, by=by, now=now, why="街道已直接备案")
    return body
