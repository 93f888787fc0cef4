"""When a house and its rooms are open."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet
from changle.services.commons.actions.house_hours import end_exception, set_exception, set_hours
from changle.services.commons.forms.house_hours import (
    AgreeForm,
    EndExceptionForm,
    ExceptionForm,
    WeekForm,
)
from changle.services.commons.queries.houses import openings_of, rooms_of_house, week_of
from changle.services.commons.views.houses import house_to_edit, page_of, room_or_404, weighing


def posted(request: Request) -> Any:
    """What was sent, even where nothing was ticked or filled in."""
    return request.POST if request.method == "POST" else None


@page(Permission.SPACE_EDIT)
def hours(request: Request, centre: int, pk: int | None = None) -> HttpResponse:
    """Of the house, or of one room."""
    row = house_to_edit(request, centre)
    space = room_or_404(row, pk) if pk else None
    form = WeekForm(posted(request), week=week_of(openings_of(row), pk))
    usual = "每天都不填时，与中心的开放时间相同。" if space else ""
    sheet = Sheet(
        heading=f"{(space or row).name}的开放时间", button="保存", done="已保存。",
        back=page_of(centre),
        about=f"写成 09:00-12:00，一天几段用空格隔开；18:00-02:00 到次日凌晨。{usual}",
    )  # fmt: skip
    return weighing(request, form, sheet, lambda: set_hours(
        centre_pk=centre, space_pk=pk, week=form.week(), sure=form.is_sure(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
def exception(request: Request, centre: int) -> HttpResponse:
    row = house_to_edit(request, centre)
    form = ExceptionForm(request.POST or None, rooms=rooms_of_house(row))
    sheet = Sheet(
        heading=f"{row.name}：特殊开放日", button="保存", done="已保存。", back=page_of(centre),
        about="这一天不按每周的开放时间，也不按法定节假日；同一天再登记时，以新的为准。",
    )  # fmt: skip

    def deed() -> Any:
        typed = form.cleaned_data
        return set_exception(
            centre_pk=centre, space_pk=form.space_pk(), on=typed["on"], spans=typed["hours"],
            reason=typed["reason"], sure=form.is_sure(), by=request.actor, now=timezone.now(),
        )  # fmt: skip

    return weighing(request, form, sheet, deed)


@page(Permission.SPACE_EDIT)
def exception_end(request: Request, centre: int) -> HttpResponse:
    """The day and the room stand in the address."""
    row = house_to_edit(request, centre)
    which = EndExceptionForm(request.GET)
    if not which.is_valid():
        raise Http404
    on, pk = which.cleaned_data["on"], which.cleaned_data["room"]
    space = room_or_404(row, pk) if pk else None
    form = AgreeForm(posted(request))
    sheet = Sheet(
        heading=f"取消{(space or row).name} {on} 的特殊安排", button="取消安排", done="已取消。",
        back=reverse("commons:house", args=[centre]), about="取消后，这一天与平常一样开放。",
    )  # fmt: skip
    return weighing(request, form, sheet, lambda: end_exception(
        centre_pk=centre, space_pk=pk, on=on, sure=form.is_sure(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip
