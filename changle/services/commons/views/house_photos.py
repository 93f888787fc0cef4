"""Pictures of a house and of its rooms, which everybody sees."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.commons.actions.house_rooms import add_photo, end_photo, pictures
from changle.services.commons.forms.houses import PhotoForm
from changle.services.commons.views.houses import house_to_edit, page_of, room_or_404
from changle.services.commons.views.posting import done


@page(Permission.SPACE_EDIT)
def photos(request: Request, centre: int, pk: int | None = None) -> HttpResponse:
    """Of a room, or of the house itself."""
    row = house_to_edit(request, centre)
    subject = room_or_404(row, pk) if pk else row
    form = PhotoForm(request.POST or None, request.FILES or None)
    sheet = Sheet(
        heading=f"{subject.name}的照片", button="上传", done="已上传。",
        back=page_of(centre) if request.method != "POST" else request.path,
    )  # fmt: skip

    def deed() -> Any:
        return add_photo(
            centre_pk=centre, pk=pk, upload=form.cleaned_data["file"], by=request.actor,
            now=timezone.now(),
        )  # fmt: skip

    return fill(
        request, form, sheet, deed, template="commons/house_photos.html", subject=subject,
        room=pk, centre=centre, photos=pictures(centre, pk),
    )  # fmt: skip


@page(Permission.SPACE_EDIT)
@require_POST
def photo_end(request: Request, centre: int, photo: int, pk: int | None = None) -> HttpResponse:
    row = house_to_edit(request, centre)
    if pk:
        room_or_404(row, pk)
    back = (
        reverse("commons:room_photos", args=[centre, pk])
        if pk else reverse("commons:house_photos", args=[centre])
    )  # fmt: skip
    return done(
        request,
        lambda: end_photo(
            centre_pk=centre, pk=pk, photo_pk=photo, by=request.actor, now=timezone.now()
        ),
        back=back, told="已删去。",
    )  # fmt: skip
