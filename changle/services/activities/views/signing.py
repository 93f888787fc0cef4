"""A resident signs up: two taps with an account that knows the family, a short form without."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from changle.core.access import Request, public
from changle.core.limits import TRIES, WINDOW, tries
from changle.core.refusals import Refused
from changle.services.activities.actions.people import keep_companion
from changle.services.activities.actions.signing import sign_up
from changle.services.activities.forms.signing import SignUpForm
from changle.services.activities.models import Companion, Session, SignUp
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.pictures import drawn
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.sessions import family
from changle.services.activities.queries.showing import (
    closed,
    consents,
    day_and_hours,
    seats,
    spoken,
    where,
)
from changle.services.activities.queries.signed import by_tickets, homes_within, places_in_line
from changle.services.activities.views.whats_on import around, found


def form_of(request: Request, row: Session) -> SignUpForm:
    actor = request.actor
    questions = list(row.activity.questions.all()) if row.activity.asks else []
    questions.sort(key=lambda one: (one.sort, one.pk))
    return SignUpForm(
        request.POST or None, session=row, by_rule=rule(), questions=questions, known=bool(actor.user_id),
        family=list(family(actor).select_related("participant__home")) if actor.user_id else [],
        homes=homes_within(row.for_place) if row.for_place else [],
    )  # fmt: skip


@public
def signing(request: Request, pk: int) -> HttpResponse:
    row, now = found(pk), timezone.now()
    why = closed(row, now)
    if why:
        return shown(request, row, None, why=why, status=409 if request.method == "POST" else 200)
    form = form_of(request, row)
    if request.method != "POST":
        return shown(request, row, form)
    if not request.actor.user_id and tries(request, "sign-up") > TRIES:
        form.add_error(None, "这个网络地址报名太频繁，请一小时后再来，或请社区代报。")
        response = shown(request, row, form, status=429)
        response.headers["Retry-After"] = str(WINDOW)
        return response
    if not form.is_valid():
        return shown(request, row, form, status=422)
    application = form.application(agrees=request.POST.get("agrees") == "yes")
    try:
        rows = sign_up(session=pk, application=application, by=request.actor, now=now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return shown(request, row, form, status=409)
    remember(request, form)
    codes = ",".join(ticket_code(one.pk) for one in rows)
    return redirect(f"{reverse('activities:signed_up', args=[pk])}?{urlencode({'tickets': codes})}")


def remember(request: Request, form: SignUpForm) -> None:
    """Keep who was typed first, where they asked for it: the next time it is two taps."""
    typed, actor = form.cleaned_data, request.actor
    if not actor.user_id or not typed.get("remember") or not typed.get("name"):
        return
    own = any(one.relation == Companion.Relation.SELF for one in form.family)
    guest = next(one for one in form.guests() if one.name == typed["name"])
    relation = Companion.Relation.OTHER if own else Companion.Relation.SELF
    keep_companion(guest=guest, relation=relation, by=actor, now=timezone.now())


def shown(
    request: Request, row: Session, form: SignUpForm | None, *, why: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        **around(request),
        "row": row,
        "form": form,
        "closed": why,
        "when": day_and_hours(row),
        "where": where(row),
        "seats": seats(row),
        "waits": row.free == 0,
        "consents": consents(row),
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "known": bool(request.actor.user_id),
    }
    answer = render(request, "activities/sign_up.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@public
@require_safe
def signed_up(request: Request, pk: int) -> HttpResponse:
    """What came of it, with the tickets; who holds their codes may see it again."""
    row = found(pk)
    rows = by_tickets(pk, request.GET.get("tickets", ""))
    if not rows:
        raise Http404
    places = places_in_line(rows)
    told = [
        {
            "name": one.participant.masked_name,
            "state": SignUp.State(one.state).label,
            "seated": one.state in SignUp.HOLDING,
            "line": places.get(one.pk, 0),
            "code": ticket_code(one.pk),
            "drawn": drawn(ticket_code(one.pk), f"{one.participant.masked_name}的票"),
        }
        for one in rows
    ]
    context = {
        **around(request),
        "row": row,
        "tickets": told,
        "when": day_and_hours(row),
        "starts": spoken(row.starts_at),
        "where": where(row),
        "seated": all(one["seated"] for one in told),
        "known": bool(request.actor.user_id),
        "hours": rule().offer_hours,
    }
    answer = render(request, "activities/signed_up.html", context)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
