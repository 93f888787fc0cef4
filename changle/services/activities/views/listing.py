"""The activities of a place or body, and what of them waits for the person."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.registry.queries import streets_seen
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Activity
from changle.services.activities.queries.listing import TONES, Filters, listed, page_of
from changle.services.activities.queries.plans import shares_waiting
from changle.services.activities.queries.sessions import (
    waiting_for_record,
    waiting_for_verification,
)


MOST_WAITING = 6
WHENS = [("coming", "筹备和进行"), ("past", "已结束"), ("all", "全部")]


@page(Permission.ACTIVITY_VIEW)
def activities(request: Request) -> HttpResponse:
    actor, filters = request.actor, Filters.of(request.GET)
    asked, here = filters.asked(), reverse("activities:activities")
    rows, following = page_of(
        listed(actor, filters, timezone.localdate()), request.GET.get("page", "")
    )
    plans = actor.holds(Permission.ACTIVITY_EDIT)
    verifies = actor.holds(Permission.SESSION_VERIFY)
    runs = actor.holds(Permission.SESSION_RUN) and not verifies
    context = {
        "filters": filters,
        "asked": {name: told for name, told in asked.items() if name != "when"},
        "rows": [(row, TONES.get(row.state, "")) for row in rows],
        "next": f"{here}?{urlencode({**asked, 'page': following})}" if following else "",
        "whens": [
            (name, label, f"{here}?{urlencode({**asked, 'when': name})}") for name, label in WHENS
        ],
        "states": Activity.State.choices,
        "streets": list(streets_seen(actor).values_list("pk", "name")) if verifies else [],
        "plans": plans,
        "rules": actor.holds(Permission.ACTIVITY_RULE),
        "invitations": list(shares_waiting(actor)[:MOST_WAITING]) if plans else [],
        "to_verify": list(waiting_for_verification(actor)[:MOST_WAITING]) if verifies else [],
        "to_record": list(waiting_for_record(actor)[:MOST_WAITING]) if runs else [],
    }
    return render(request, "activities/activities.html", context)
