"""A resident's own pages: what they signed up for, their family, their calendar."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, public, signed_in
from changle.core.refusals import Refused
from changle.ground.territory.queries import actor_for
from changle.services.activities.actions.people import Guest, forget_companion, keep_companion
from changle.services.activities.actions.waiting import accept, cancel
from changle.services.activities.forms.mine import CompanionForm
from changle.services.activities.models import Companion, SignUp
from changle.services.activities.queries.calendars import mine_as_events
from changle.services.activities.queries.mine import mine, subscribed
from changle.services.activities.queries.pictures import drawn
from changle.services.activities.queries.sessions import family
from changle.services.activities.views.whats_on import around
from changle.services.commons.actions.feeds import add_feed, end_feed, note_use
from changle.services.commons.queries.feeds import calendar_text, feed_of, feeds_of


ABOUT = "activities"
MINE = "activities:mine"


def done(request: Request, deed: Callable[[], Any], said: str, back: str) -> HttpResponse:
    """A button of a resident's own page: done or refused, and back."""
    try:
        deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
    except (SignUp.DoesNotExist, Companion.DoesNotExist):
        raise Http404 from None
    else:
        messages.success(request, said)
    return redirect(back)


@signed_in
@require_safe
def sign_ups(request: Request) -> HttpResponse:
    told = mine(request.actor, timezone.now())
    answer = render(
        request, "activities/mine.html", {**around(request), "tab": "mine", "mine": told}
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@signed_in
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    def deed() -> None:
        accept(pk=pk, by=request.actor, now=timezone.now())

    return done(request, deed, "已确认，到时见。", MINE)


@signed_in
@require_POST
def give_up(request: Request, pk: int) -> HttpResponse:
    def deed() -> None:
        cancel(pk=pk, by=request.actor, now=timezone.now())

    return done(request, deed, "已取消，名额让给下一位。", MINE)


@signed_in
def people(request: Request) -> HttpResponse:
    """The family for whom one signs up."""
    form, status = CompanionForm(request.POST or None), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                keep(request, form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, "已记下，下次报名直接选。")
                return redirect("activities:family")
    rows = [
        (one, one.participant.masked_name, one.participant.masked_phone)
        for one in family(request.actor)
    ]
    context = {**around(request), "tab": "mine", "form": form, "rows": rows}
    answer = render(request, "activities/family.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def keep(request: Request, typed: dict[str, Any]) -> None:
    guest = Guest(name=typed["name"], phone=typed["phone"], birth_year=typed["birth_year"])
    keep_companion(guest=guest, relation=typed["relation"], by=request.actor, now=timezone.now())


@signed_in
@require_POST
def forget(request: Request, pk: int) -> HttpResponse:
    def deed() -> None:
        forget_companion(pk=pk, by=request.actor, now=timezone.now())

    return done(request, deed, "已去掉，报过的名不受影响。", "activities:family")


@signed_in
def calendars(request: Request) -> HttpResponse:
    """One's own calendar; a new one's address is shown once."""
    actor, address, status = request.actor, "", 200
    if request.method == "POST":
        try:
            clear = add_feed(name="我的活动", about=ABOUT, by=actor, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            status = 409
        else:
            address = f"{settings.CHANGLE_PUBLIC_URL}{reverse('activities:my_feed', args=[clear])}"
    subscribe = "webcal" + address[address.find(":") :] if address else ""
    context = {
        **around(request), "tab": "mine", "address": address, "subscribe": subscribe,
        "code": drawn(subscribe, "日历订阅地址") if subscribe else "",
        "rows": list(feeds_of(actor, ABOUT)),
    }  # fmt: skip
    answer = render(request, "activities/my_calendar.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@signed_in
@require_POST
def end_calendar(request: Request, pk: int) -> HttpResponse:
    end_feed(pk=pk, about=ABOUT, by=request.actor, now=timezone.now())
    messages.success(request, "已撤销，用这个地址的日历不再更新。")
    return redirect("activities:my_calendar")


@public
@require_safe
def my_feed(request: Request, clear: str) -> HttpResponseBase:
    """The calendar that an address of one's own opens; revoked, it opens nothing."""
    row, now = feed_of(clear, ABOUT), timezone.now()
    if row is None:
        raise Http404
    note_use(feed=row, now=now)
    events = mine_as_events(subscribed(actor_for(row.user), now))
    body = calendar_text("我的活动", events, site=settings.CHANGLE_PUBLIC_URL).encode()
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = 'inline; filename="activities.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=answer) or answer
