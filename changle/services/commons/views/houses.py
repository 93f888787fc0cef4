"""The keepers of a house set it up."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.commons.actions.house_rooms import (
    bring_back_room,
    retire_room,
    set_room,
)
from changle.services.commons.actions.houses import (
    StandingIn,
    add_centre,
    edit_centre,
    end_zone,
    enter_check,
    set_policy,
    set_zone,
)
from changle.services.commons.forms.houses import (
    AddCentreForm,
    CentreForm,
    CheckForm,
    PolicyForm,
    RetireForm,
    RoomForm,
    ZoneForm,
    begun_room,
)
from changle.services.commons.models import Centre, Space
from changle.services.commons.queries.houses import (
    WEEKDAYS,
    Line,
    centre_to_edit,
    house_whole,
    houses_to_edit,
    latest_checks,
    lines,
    openings_of,
    rooms_fitted,
    rooms_of_house,
    seats_without,
    week_of,
)
from changle.services.commons.views.posting import done


MOST_LISTED = 20  # of the bookings that stand in the way, the soonest first


@dataclass(frozen=True)
class Step:
    """One thing to do before a house can be booked."""

    label: str
    url: str
    is_done: bool


def house_to_edit(request: Request, pk: int) -> Centre:
    found = centre_to_edit(request.actor, pk)
    if found is None:
        raise Http404
    return found


def page_of(pk: int) -> str:
    return reverse("commons:house", args=[pk])


def one_of(rows: Any, pk: int | None) -> Any:
    """A part of the house by its key; none where a new one is meant."""
    if pk is None:
        return None
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def weighing(
    request: Request, form: Any, sheet: Sheet, deed: Callable[[], Any], **context: Any
) -> HttpResponse:
    """A form whose refusal may name the bookings that stand in the way."""
    standing: list[Line] = []

    def told() -> None:
        try:
            deed()
        except StandingIn as refusal:
            standing.extend(lines(refusal.bookings[:MOST_LISTED]))
            raise

    return fill(
        request,
        form,
        sheet,
        told,
        template="commons/house_form.html",
        standing=standing,
        most=MOST_LISTED,
        **context,
    )


@page(Permission.SPACE_EDIT)
def houses(request: Request) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "rows": list(houses_to_edit(request.actor, today)),
        "today": today,
        "may_add": seats_without(request.actor).exists(),
    }
    return render(request, "commons/houses.html", context)


@page(Permission.SPACE_EDIT)
def house(request: Request, centre: int) -> HttpResponse:
    row, today = house_whole(request.actor, centre), timezone.localdate()
    if row is None:
        raise Http404
    openings = openings_of(row)
    own = {one.space_id for one in openings}
    rooms = rooms_fitted(row, own, today)
    exceptions = row.exceptions.filter(on__gte=today).select_related("space")
    policies = list(row.policies.order_by("pk"))
    context = {
        "row": row,
        "today": today,
        "zones": list(row.zones.order_by("sort", "pk")),
        "rooms": rooms,
        "steps": steps_left(row, own, rooms),
        "week": list(zip(WEEKDAYS, week_of(openings, None), strict=True)),
        "exceptions": list(exceptions.order_by("on", "space_id", "opens")),
        "policies": policies,
        "checks": list(latest_checks(row.checks.all()).order_by("next_on", "pk")),
        "public": reverse("commons:centre", args=[row.pk]),
    }
    return render(request, "commons/house.html", context)


def steps_left(row: Centre, own: Container[int | None], rooms: Sequence[Any]) -> list[Step]:
    """What a new house still lacks before anybody can book it, in the order to do it."""
    facts = bool(row.address and row.phone and row.accessibility)
    told = [
        (facts, "填地址、电话、面积和无障碍设施", "house_edit"),
        (bool(row.rules), "写场地守则", "house_edit"),
        (None in own, "设定每周开放时间", "house_hours"),
        (bool(rooms), "新增场地", "room_add"),
    ]
    if all(is_done for is_done, _label, _way in told):
        return []
    return [
        Step(label, reverse(f"commons:{way}", args=[row.pk]), is_done)
        for is_done, label, way in told
    ]


@page(Permission.SPACE_EDIT)
def add(request: Request) -> HttpResponse:
    seats = seats_without(request.actor)
    form = AddCentreForm(request.POST or None, seats=seats)
    sheet = Sheet(
        heading="新增共享场地", button="新增", done="已新增，请按下面的步骤设定。",
        back=reverse("commons:houses"),
        about="场地设在一个中心或社区名下；只列出您管理的、还没有设立的。",
    )  # fmt: skip
    made = list[Centre]()
    answer = weighing(request, form, sheet, lambda: made.append(add_centre(
        node=form.cleaned_data["node"], facts=form.facts(), by=request.actor, now=timezone.now()
    )))  # fmt: skip
    return redirect(page_of(made[0].pk)) if made else answer


@page(Permission.SPACE_EDIT)
def edit(request: Request, centre: int) -> HttpResponse:
    row = house_to_edit(request, centre)
    form = CentreForm(request.POST or None, instance=row)
    sheet = Sheet(heading=f"修改{row.name}", button="保存", done="已保存。", back=page_of(centre))
    return weighing(request, form, sheet, lambda: edit_centre(
        pk=centre, facts=form.facts(), sure=form.is_sure(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
def zone(request: Request, centre: int, pk: int | None = None) -> HttpResponse:
    row = house_to_edit(request, centre)
    form = ZoneForm(request.POST or None, instance=one_of(row.zones, pk))
    heading = f"{row.name}：{'修改' if pk else '新增'}功能区"
    sheet = Sheet(heading=heading, button="保存", done="已保存。", back=page_of(centre))
    return weighing(request, form, sheet, lambda: set_zone(
        centre_pk=centre, pk=pk, facts=form.facts(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
@require_POST
def zone_end(request: Request, centre: int, pk: int) -> HttpResponse:
    row = house_to_edit(request, centre)
    one_of(row.zones, pk)
    return done(
        request,
        lambda: end_zone(centre_pk=centre, pk=pk, by=request.actor, now=timezone.now()),
        back=page_of(centre), told="已撤销，原属它的场地不再分区。",
    )  # fmt: skip


def room_or_404(row: Centre, pk: int) -> Space:
    found: Space = one_of(row.spaces.prefetch_related("features", "pools"), pk)
    return found


@page(Permission.SPACE_EDIT)
def room(request: Request, centre: int, pk: int | None = None) -> HttpResponse:
    row = house_to_edit(request, centre)
    known = room_or_404(row, pk) if pk else None
    form = RoomForm(
        request.POST or None, instance=known, centre=row, room=known,
        initial=begun_room(known, rooms_of_house(row) if known else []),
    )  # fmt: skip
    heading = f"修改{known.name}" if known else f"{row.name}：新增场地"
    sheet = Sheet(heading=heading, button="保存", done="已保存。", back=page_of(centre))
    return weighing(request, form, sheet, lambda: set_room(
        centre_pk=centre, pk=pk, facts=form.facts(), features=form.cleaned_data["features"],
        parts=form.cleaned_data.get("parts", []), by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
def retire(request: Request, centre: int, pk: int) -> HttpResponse:
    row = house_to_edit(request, centre)
    space = room_or_404(row, pk)
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"停用{space.name}", button="停用", done="已停用。", back=page_of(centre), grave=True,
        about="从这一天起不再接受预约；以往的记录和统计保留，以后可以恢复。短期维修请在值守页登记停用时段。",
    )  # fmt: skip
    return weighing(request, form, sheet, lambda: retire_room(
        centre_pk=centre, pk=pk, on=form.cleaned_data["on"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
@require_POST
def bring_back(request: Request, centre: int, pk: int) -> HttpResponse:
    room_or_404(house_to_edit(request, centre), pk)
    return done(
        request,
        lambda: bring_back_room(centre_pk=centre, pk=pk, by=request.actor, now=timezone.now()),
        back=page_of(centre), told="已恢复使用。",
    )  # fmt: skip


@page(Permission.SPACE_EDIT)
def policy(request: Request, centre: int, pk: int | None = None) -> HttpResponse:
    row = house_to_edit(request, centre)
    form = PolicyForm(request.POST or None, instance=one_of(row.policies, pk))
    sheet = Sheet(
        heading=f"{row.name}：{'修改' if pk else '新增'}预约规则", button="保存", done="已保存。",
        back=page_of(centre), about="改动只约束以后的预约，已确认的不变。",
    )  # fmt: skip
    return weighing(request, form, sheet, lambda: set_policy(
        centre_pk=centre, pk=pk, facts=form.facts(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
def check(request: Request, centre: int) -> HttpResponse:
    row, today = house_to_edit(request, centre), timezone.localdate()
    form = CheckForm(
        request.POST or None,
        initial={"checked_on": today, "subject": request.GET.get("subject", "")[:60]},
    )
    sheet = Sheet(
        heading=f"{row.name}：登记安全检查", button="登记", done="已登记。", back=page_of(centre)
    )
    return weighing(request, form, sheet, lambda: enter_check(
        centre_pk=centre, facts=form.facts(), by=request.actor, now=timezone.now(), today=today
    ))  # fmt: skip
