"""What the code of a ticket opens, with an account and without: the ticket, the door, the feedback."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, public
from changle.core.limits import TRIES, WINDOW, tried, tries
from changle.core.refusals import Refused
from changle.services.activities.actions.doors import come_by_door
from changle.services.activities.actions.recording import give_feedback
from changle.services.activities.actions.waiting import accept, cancel, holder
from changle.services.activities.forms.mine import FeedbackForm, TicketForm
from changle.services.activities.models import Attendance, SignUp
from changle.services.activities.queries.codes import read_come, read_ticket
from changle.services.activities.queries.mine import by_code, mates_of, ticket_of, tickets_here
from changle.services.activities.queries.pictures import drawn
from changle.services.activities.queries.showing import day_and_hours
from changle.services.activities.queries.whats_on import session_named
from changle.services.activities.views.whats_on import around


GUESSES = "ticket"


def closed(answer: HttpResponse) -> HttpResponse:
    """Of one person's page: kept by nobody, found by nobody."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    # The address holds the code. With no referrer at all, a form's origin would be null, and refused.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def too_often(request: Request) -> HttpResponse | None:
    """Who guesses codes is soon stopped; who has a code never comes here."""
    if tried(request, GUESSES) <= TRIES:
        return None
    answer = render(request, "activities/too_often.html", around(request), status=429)
    answer.headers["Retry-After"] = str(WINDOW)
    return answer


def row_of(request: Request, code: str) -> SignUp:
    row = by_code(code)
    if row is None:
        tries(request, GUESSES)
        raise Http404
    return row


@public
@require_safe
def ticket(request: Request, code: str) -> HttpResponse:
    if refusal := too_often(request):
        return refusal
    row = row_of(request, code)
    told = ticket_of(row, timezone.now())
    context = {
        **around(request), "row": row.session, "one": told, "mates": mates_of(row),
        "drawn": drawn(told.code, f"{told.name}的票") if told.seated else "",
    }  # fmt: skip
    return closed(render(request, "activities/ticket.html", context))


def deed_of_ticket(
    request: Request, code: str, deed: Callable[[SignUp], Any], said: str
) -> HttpResponse:
    if refusal := too_often(request):
        return refusal
    row = row_of(request, code)
    try:
        deed(row)
    except Refused as refusal_:
        messages.error(request, str(refusal_))
    else:
        messages.success(request, said)
    return redirect("activities:ticket", code=code)


@public
@require_POST
def take(request: Request, code: str) -> HttpResponse:
    def deed(row: SignUp) -> None:
        accept(pk=row.pk, by=holder(row), now=timezone.now())

    return deed_of_ticket(request, code, deed, "已确认，到时见。")


@public
@require_POST
def give_up(request: Request, code: str) -> HttpResponse:
    def deed(row: SignUp) -> None:
        cancel(pk=row.pk, by=holder(row), now=timezone.now())

    return deed_of_ticket(request, code, deed, "已取消，名额让给下一位。")


@public
def come(request: Request, code: str) -> HttpResponse:
    """Who scans the code at the door: one tap with an account, the ticket's code without."""
    told, now = read_come(code), timezone.now()
    session = session_named(told[0]) if told else None
    if told is None or session is None:
        raise Http404
    if refusal := too_often(request):
        return refusal
    mine = list(tickets_here(request.actor, session.pk)) if request.actor.user_id else []
    form = TicketForm(request.POST if request.method == "POST" and not mine else None)
    context: dict[str, Any] = {
        **around(request), "row": session, "when": day_and_hours(session), "form": form,
        "mine": [(one.participant.masked_name, getattr(one, "attendance", None)) for one in mine],
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "known": bool(request.actor.user_id), "came": [],
    }  # fmt: skip
    status = 200
    if request.method == "POST" and (mine or form.is_valid()):
        codes = [] if mine else form.cleaned_data["ticket"].replace("，", ",").split(",")[:10]
        if any(read_ticket(one) is None for one in codes):
            tries(request, GUESSES)
        try:
            context["came"] = come_by_door(
                session=session.pk, typed=told[1], tickets=codes, by=request.actor, now=now
            )
        except Refused as refusal_:
            context["refused"], status = str(refusal_), 409
    elif form.is_bound:
        status = 422
    return closed(render(request, "activities/come.html", context, status=status))


@public
def feedback(request: Request, code: str) -> HttpResponse:
    """What somebody who was there thought; what is kept does not say whose it is."""
    if refusal := too_often(request):
        return refusal
    row = row_of(request, code)
    there: Attendance | None = getattr(row, "attendance", None)
    form = FeedbackForm(request.POST or None)
    context = {
        **around(request), "row": row.session, "form": form, "thanks": False,
        "gone": there is None, "answered": there is not None and there.has_answered,
    }  # fmt: skip
    status = 200
    if form.is_bound and there is not None:
        status = 422
        if form.is_valid():
            try:
                give_feedback(attendance=there.pk, score=form.cleaned_data["score"],
                              text=form.cleaned_data["text"], now=timezone.now())  # fmt: skip
            except Refused as refusal_:
                form.add_error(None, str(refusal_))
                status = 409
            else:
                context["thanks"], status = True, 200
    return closed(render(request, "activities/feedback.html", context, status=status))
