"""Paper for the walls: a sheet for the door of each room, and the day's programme."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import of_template, table_report
from changle.ground.territory.roles import Permission
from changle.services.commons.queries.centres import programme_of, usual_hours
from changle.services.commons.queries.houses import house_to_operate
from changle.services.commons.queries.layout import layout
from changle.services.commons.views.houses import house_to_edit, room_or_404
from changle.services.commons.views.timeline import day_asked


DOOR = Path(__file__).resolve().parents[1] / "data" / "door.typ"
COLUMNS = ("时间", "场地", "内容", "主办")


def paper(pdf: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@page(Permission.SPACE_EDIT)
@require_safe
def door(request: Request, centre: int, pk: int) -> HttpResponse:
    """With the code by which who booked the room comes in and goes out."""
    row = house_to_edit(request, centre)
    space = room_or_404(row, pk)
    house = layout(centre)
    if house is None:
        raise Http404
    room = house.rooms[pk]
    told = [
        ("容纳", f"{space.capacity} 人"),
        ("设施", "、".join(room.feature_names)),
        ("无障碍", "是" if space.is_accessible else ""),
        ("咨询电话", row.phone),
        ("地址", row.address),
    ]
    facts = {
        "title": space.name,
        "house": row.name,
        "under": " · ".join(part for part in (room.zone, space.floor) if part),
        "hint": "预约成功的，到场用手机扫码签到，用完关灯锁门、扫码离场；还没有预约的，扫码看空闲时间。",
        "facts": [[label, value] for label, value in told if value],
        "hours": [list(day) for day in usual_hours(room)],
        "rules": [line.strip() for line in row.rules.splitlines() if line.strip()],
    }
    code = f"{settings.CHANGLE_PUBLIC_URL}{reverse('commons:door', args=[space.door_token])}"
    pdf = of_template(DOOR, facts, qr_url=code)
    return paper(pdf, f"door-{pk}")


@page(Permission.BOOKING_OPERATE)
@require_safe
def programme(request: Request, centre: int) -> HttpResponse:
    row = house_to_operate(request.actor, centre)
    if row is None:
        raise Http404
    on = day_asked(request)
    rows = programme_of(row, on)
    printed = timezone.localtime(timezone.now())
    notes = [f"打印于 {printed:%Y-%m-%d %H:%M}，以现场安排为准。"]
    if row.phone:
        notes.append(f"咨询电话：{row.phone}")
    if not rows:
        notes.insert(0, "当日没有预约。")
    pdf = table_report(
        title=f"{row.name} {on.year}年{on.month}月{on.day}日安排", columns=COLUMNS, rows=rows,
        notes=notes, header=row.name,
    )  # fmt: skip
    return paper(pdf, f"programme-{centre}-{on}")
