"""One body's room of credit and grade."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.credit.queries.room import answers, standing_now, story_of
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import detail
from changle.ground.territory.roles import Permission


def body_or_404(request: Request, pk: int) -> Organisation:
    row = detail(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.ORGANISATION_VIEW)
def room(request: Request, pk: int) -> HttpResponse:
    row, today = body_or_404(request, pk), timezone.localdate()
    standing = standing_now(row, today)
    context = {
        "row": row,
        "today": today,
        "standing": standing,
        "answers": answers(row, standing),
        "story": story_of(row, standing),
        "enters": request.actor.reaches(row, Permission.FACT_EDIT),
    }
    return render(request, "credit/room.html", context)
