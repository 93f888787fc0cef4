"""The moves of a row as buttons, and one of them pressed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from changle.core.access import Request
from changle.core.lifecycle import Lifecycle
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.services.bases.forms.bases import MoveForm


def offered(life: Lifecycle[Any], row: Any, actor: Actor, route: str) -> dict[str, Any]:
    """What the part `bases/moves.html` prints."""
    found = life.buttons(row, to=actor)
    return {
        "row": row,
        "route": route,
        "moves": [one for one in found if not one.refusal and not one.move.reasoned],
        "refused": [one for one in found if one.refusal],
        "reasoned": [one for one in found if not one.refusal and one.move.reasoned],
    }


def moved(
    request: Request,
    life: Lifecycle[Any],
    row: Any,
    name: str,
    *,
    deed: Callable[[str], Any],
    shown: Callable[..., HttpResponse],
    back: str,
) -> HttpResponse:
    """Press one button; refused, the page is shown again with what was typed."""
    chosen = life.moves.get(name)
    if chosen is None or chosen.by_action or not request.actor.reaches(row, chosen.needs):
        raise Http404
    form, told = MoveForm(request.POST), request.POST.get("note", "")
    if not form.is_valid():
        sentence = "".join(str(e) for errors in form.errors.values() for e in errors)
        return shown(refusal=sentence, told=told, status=422)
    try:
        deed(form.cleaned_data["note"])
    except Refused as refusal:
        return shown(refusal=str(refusal), told=told, status=409)
    messages.success(request, f"已办理“{chosen.label}”。")
    return redirect(back)
