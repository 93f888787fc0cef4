"""Calendars that programs read by an address, and the page on which one makes such addresses."""

import hashlib
from io import BytesIO

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, public, signed_in
from changle.core.refusals import Refused
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.feeds import add_feed, end_feed, note_use
from changle.services.commons.forms.feeds import FeedForm
from changle.services.commons.queries.feeds import (
    calendar_text,
    events_of,
    facts,
    feed_of,
    feeds_of,
    houses_seen,
    subject,
)


@public
@require_safe
def feed(request: Request, clear: str) -> HttpResponseBase:
    """The calendar, or that it is as it was; who has no living address finds nothing."""
    row, now = feed_of(clear), timezone.now()
    if row is None:
        raise Http404
    events = events_of(row, actor_for(row.user), now)
    if events is None:
        raise Http404
    note_use(feed=row, now=now)
    site = request.build_absolute_uri("/").rstrip("/")
    body = calendar_text(subject(row), events, site=site).encode()
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = 'inline; filename="venues.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=answer) or answer


@signed_in
def feeds(request: Request) -> HttpResponse:
    """One's own; a new one's address is shown once."""
    actor, status, address = request.actor, 200, ""
    form = FeedForm(request.POST or None, houses=houses_seen(actor))
    if form.is_bound and form.is_valid():
        try:
            clear = add_feed(by=actor, now=timezone.now(), **form.wish())
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            address = request.build_absolute_uri(reverse("commons:feed", args=[clear]))
            form = FeedForm(houses=houses_seen(actor))
    elif form.is_bound:
        status = 422
    subscribe = "webcal" + address[address.find(":") :] if address else ""
    context = {
        "form": form,
        "address": address,
        "subscribe": subscribe,
        "code": drawn(subscribe) if subscribe else "",
        "rows": [facts(row) for row in feeds_of(actor)],
    }
    answer = render(request, "commons/feeds.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def drawn(address: str) -> SafeString:
    """A QR code to point a telephone at."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", scale=4, border=2, xmldecl=False, svgns=False, title="日历订阅二维码"
    )
    return mark_safe(picture.getvalue().decode())  # noqa: S308  drawn here, of an address of ours


@signed_in
@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    end_feed(pk=pk, by=request.actor, now=timezone.now())
    messages.success(request, "已撤销，原来的地址不再有内容。")
    return redirect("commons:feeds")
