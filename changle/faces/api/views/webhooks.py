"""The desk's pages of addresses outside that are told of events."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.faces.api.actions import (
    add_webhook,
    resend,
    rotate_secret,
    switch_webhook,
    try_webhook,
)
from changle.faces.api.forms.webhooks import WebhookForm
from changle.faces.api.models import Webhook
from changle.faces.api.queries.webhooks import (
    EVENTS,
    TEST,
    deliveries_of,
    delivery_of,
    scopes_of,
    webhook_of,
    webhooks_of,
)
from changle.ground.territory.roles import Permission


NEEDS = Permission.WEBHOOK_EDIT


def found(request: Request, pk: int) -> Webhook:
    webhook = webhook_of(request.actor, pk)
    if webhook is None:
        raise Http404
    return webhook


@page(NEEDS)
def webhooks(request: Request) -> HttpResponse:
    rows = [
        (row, "、".join(EVENTS[event] for event in row.events))
        for row in webhooks_of(request.actor)
    ]
    return render(request, "api/webhooks.html", {"rows": rows})


@page(NEEDS)
def add(request: Request) -> HttpResponse:
    form = WebhookForm(request.POST or None, places=scopes_of(request.actor))
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            webhook = add_webhook(by=request.actor, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return shown(request, webhook, secret=webhook.secret)
    return render(request, "api/webhook_form.html", {"form": form}, status=status)


@page(NEEDS)
def webhook(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(request: Request, row: Webhook, *, secret: str = "") -> HttpResponse:
    """The page of one; `secret` is in clear this once, after it was made."""
    labels = {**EVENTS, TEST: "试发"}
    deliveries = [(one, labels.get(one.type, one.type)) for one in deliveries_of(row)]
    events = [EVENTS[event] for event in row.events]
    context = {"row": row, "events": events, "deliveries": deliveries, "secret": secret}
    response = render(request, "api/webhook.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@page(NEEDS)
@require_POST
def rotate(request: Request, pk: int) -> HttpResponse:
    found(request, pk)
    row = rotate_secret(pk=pk, by=request.actor, now=timezone.now())
    return shown(request, row, secret=row.secret)


@page(NEEDS)
@require_POST
def switch(request: Request, pk: int) -> HttpResponse:
    found(request, pk)
    try:
        row = switch_webhook(
            pk=pk, on=request.POST.get("on") == "1", by=request.actor, now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已启用。" if row.is_active else "已停用。")
    return redirect("webhooks:webhook", pk)


@page(NEEDS)
@require_POST
def trial(request: Request, pk: int) -> HttpResponse:
    found(request, pk)
    try:
        try_webhook(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "试发已排队，几秒后刷新可见结果。")
    return redirect("webhooks:webhook", pk)


@page(NEEDS)
@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    one = delivery_of(request.actor, pk)
    if one is None:
        raise Http404
    resend(delivery=one, by=request.actor, now=timezone.now())
    messages.success(request, "已排队重发，编号不变。")
    return redirect("webhooks:webhook", one.webhook_id)
