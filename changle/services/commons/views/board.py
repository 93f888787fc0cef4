"""The board of the day at the desk of a house, and the door of a room."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page, public, signed_in
from changle.core.files import IMAGES, FileRefused, store
from changle.core.reach import Actor, Reachable
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.deciding import approve, reject
from changle.services.commons.actions.using import check_in, check_out, inspect
from changle.services.commons.forms.board import DoorForm, NoteForm
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import Space
from changle.services.commons.queries.board import (
    at_the_door,
    board,
    booking_in_house,
    door,
    houses_run,
)
from changle.services.commons.queries.hours import DAY
from changle.services.commons.queries.layout import Layout, Room, layout
from changle.services.commons.queries.taken import conflicts


Deed = Callable[..., Any]
# move -> deed, the permission over the house, its words from those of the form
DEEDS: dict[str, tuple[Deed, Permission, dict[str, str]]] = {
    "check_in": (check_in, Permission.BOOKING_OPERATE, {"people": "people"}),
    "check_out": (check_out, Permission.BOOKING_OPERATE, {"people": "people", "note": "note"}),
    "inspect": (inspect, Permission.BOOKING_OPERATE, {"note": "note"}),
    "approve": (approve, Permission.BOOKING_DECIDE, {}),
    "reject": (reject, Permission.BOOKING_DECIDE, {"reason": "note"}),
}


@dataclass(frozen=True)
class Refusal:
    """A deed of the board that was refused, with what was typed for it."""

    pk: int
    name: str
    sentence: str
    people: str = ""
    note: str = ""


def house_run(pk: int, actor: Actor, needs: Permission = Permission.BOOKING_OPERATE) -> Layout:
    """A house that the person runs; any other is not there."""
    house = layout(pk)
    if house is None or not actor.holds_at(needs, house.path):
        raise Http404
    return house


@page(Permission.BOOKING_OPERATE)
def boards(request: Request) -> HttpResponse:
    """To the board of the only house, or the choice among several."""
    houses = houses_run(request.actor)
    if len(houses) == 1:
        return redirect("commons:board", houses[0].pk)
    return render(request, "commons/board_houses.html", {"houses": houses})


@page(Permission.BOOKING_OPERATE)
def today(request: Request, pk: int) -> HttpResponse:
    return printed(request, house_run(pk, request.actor))


def printed(
    request: Request, house: Layout, refused: Refusal | None = None, *, status: int = 200
) -> HttpResponse:
    actor = request.actor
    context = {
        "house": house,
        "board": board(house, actor, timezone.now()),
        "refused": refused,
        "decides": actor.holds_at(Permission.BOOKING_DECIDE, house.path),
        "me": actor.user_id,
    }
    template = "commons/board_rows.html" if request.htmx else "commons/board.html"
    return render(request, template, context, status=status)


@page(Permission.BOOKING_OPERATE)
@require_POST
def attend(request: Request, pk: int, name: str) -> HttpResponse:
    """One tap on the board."""
    if name not in DEEDS:
        raise Http404
    deed, needs, words = DEEDS[name]
    row = booking_in_house(request.actor, pk, needs)
    if row is None:
        raise Http404
    form = NoteForm(request.POST)
    typed = {one: request.POST.get(one, "")[:400] for one in ("people", "note")}
    house = house_run(row.centre_id, request.actor)
    if not form.is_valid():
        sentence = "".join(str(error) for errors in form.errors.values() for error in errors)
        return printed(request, house, Refusal(pk, name, sentence, **typed), status=422)
    told = {word: form.cleaned_data[one] for word, one in words.items()}
    try:
        deed(pk=pk, by=request.actor, now=timezone.now(), **told)
    except Refused as refusal:
        return printed(request, house, Refusal(pk, name, str(refusal), **typed), status=409)
    messages.success(request, f"“{row}”：{BOOKING.moves[name].label}。")
    return redirect("commons:board", row.centre_id)


def keep_photos(request: Request, photos: list[Any], subject: Reachable) -> None:
    """The deed stands whatever becomes of a picture; who took it is told which were refused."""
    for photo in photos:
        try:
            store(
                upload=photo, subject=subject, needs=Permission.BOOKING_VIEW, by=request.actor,
                now=timezone.now(), allowed=IMAGES,
            )  # fmt: skip
        except FileRefused as refusal:
            messages.warning(request, f"照片“{str(photo.name)[:40]}”没有保存：{refusal}")


def room_at(token: str) -> tuple[Space, Layout, Room]:
    space = door(token)
    house = layout(space.centre_id) if space else None
    if space is None or house is None or space.pk not in house.rooms:
        raise Http404
    return space, house, house.rooms[space.pk]


@public
def door_page(request: Request, token: str) -> HttpResponse:
    """What the code on the door opens: free or taken, what comes, and the way in and out."""
    space, house, room = room_at(token)
    return at_door(request, space, house, room)


def at_door(
    request: Request,
    space: Space,
    house: Layout,
    room: Room,
    *,
    refused: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    taken = conflicts([room], now, now + 2 * DAY, actor=actor)
    # A hall of two halves is taken twice over by one use: told once.
    coming = list({(one.starts_at, one.ends_at): one for one in taken}.values())
    here = reverse("commons:door", args=[space.door_token])
    context = {
        "space": space,
        "house": house,
        "room": room,
        "now_used": [use for use in coming if use.starts_at <= now],
        "coming": [use for use in coming if use.starts_at > now][:5],
        "mine": at_the_door(actor, room, now),
        "refused": refused,
        "sign_in": f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': here})}",
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
    }
    return render(request, "commons/board_door.html", context, status=status)


@signed_in
@require_POST
def pass_door(request: Request, token: str, pk: int, name: str) -> HttpResponse:
    """Come in or go out."""
    space, house, room = room_at(token)
    actor, now = request.actor, timezone.now()
    row = next((one for one in at_the_door(actor, room, now) if one.pk == pk), None)
    if row is None or name not in {"in", "out"}:
        raise Http404
    form = DoorForm(request.POST, request.FILES)
    typed = {one: request.POST.get(one, "")[:400] for one in ("people", "note")}
    wrong = ""
    if not form.is_valid():
        wrong = "".join(str(error) for errors in form.errors.values() for error in errors)
    elif name == "out" and not form.cleaned_data["tidy"]:
        wrong = "请先关灯、锁好门窗并勾选确认；做不到的请找服务台。"
    if wrong:
        refusal = Refusal(pk, name, wrong, **typed)
        return at_door(request, space, house, room, refused=refusal, status=422)
    people, note = form.cleaned_data["people"], form.cleaned_data["note"]
    try:
        if name == "in":
            check_in(pk=pk, by=actor, now=now, people=people)
        else:
            told = f"已确认灯关、门窗锁好。{note}"
            check_out(pk=pk, by=actor, now=now, people=people, note=told)
    except Refused as refusal_:
        refusal = Refusal(pk, name, str(refusal_), **typed)
        return at_door(request, space, house, room, refused=refusal, status=409)
    keep_photos(request, form.cleaned_data["photos"], row)
    messages.success(request, "已签到，请爱护场地。" if name == "in" else "已离场，谢谢。")
    return redirect("commons:door", token)
