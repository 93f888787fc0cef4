"""The door on a telephone: a page that works without a line, its list, its queue and its worker."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page, public
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.queue import take_all
from changle.services.activities.forms.queue import Unreadable, notes_of
from changle.services.activities.queries.door_list import door_list, moment
from changle.services.activities.views.doors import run


WORKER = "activities/check_in_worker.js"
DECODER = "core/vendor/qr-decode.js"
PAGE = (
    "core/vendor/tabler.min.css", "core/tokens.css", "core/icon.svg", "core/icons.svg",
    "core/app.js", "activities/check_in.css", "activities/check_in_store.js",
    "activities/check_in_camera.js", "activities/check_in.js", DECODER,
)  # fmt: skip
PART = "qr-index.js"  # which the reader names by itself


@page(Permission.SESSION_RUN)
@require_safe
def check_in_page(request: Request, pk: int) -> HttpResponse:
    """Kept by the device: nobody's name is in it."""
    row = run(request, pk)
    return render(request, "activities/check_in.html", {"row": row, "decoder": static(DECODER)})


@page(Permission.SESSION_RUN)
@require_safe
def people(request: Request, pk: int) -> JsonResponse:
    row = run(request, pk)
    return JsonResponse({
        "csrf": get_token(request), "state": row.state, "label": row.state_label(),
        "title": row.title, "ends": moment(row.ends_at), "capacity": row.capacity,
        "people": door_list(row),
    })  # fmt: skip


@page(Permission.SESSION_RUN)
@require_POST
def send(request: Request, pk: int) -> JsonResponse:
    """A queue, with what became of each of its notes."""
    run(request, pk)
    try:
        notes = notes_of(request.body)
    except Unreadable as refusal:
        return JsonResponse({"detail": str(refusal)}, status=400)
    told = take_all(notes=notes, session=pk, by=request.actor, now=timezone.now())
    return JsonResponse({"results": [vars(one) for one in told]})


@lru_cache(maxsize=1)
def files() -> dict[str, Any]:
    """What the worker keeps, and a word that changes whenever any of it does."""
    addresses = [static(name) for name in PAGE]
    addresses.append(f"{static(DECODER).rpartition('/')[0]}/{PART}")
    whole = sha256()
    for name in (*PAGE, f"core/vendor/{PART}", WORKER):
        found = finders.find(name)
        whole.update(Path(str(found)).read_bytes() if found else b"")
    return {"files": addresses, "version": whole.hexdigest()[:12]}


@public
@require_safe
def worker(_request: Request) -> HttpResponse:
    """The service worker of all check-in pages; nothing of anybody is in it."""
    text = f"self.KEEP = {json.dumps(files())};\nimportScripts({json.dumps(static(WORKER))});\n"
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})
