"""The kinds of list: an empty one to fill in, and what is known as one to take away."""

from io import BytesIO

from django.http import Http404, HttpResponse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.sheets import write_xlsx
from changle.ground.registry.actions import note_export
from changle.ground.registry.importing.options import BRINGS
from changle.ground.registry.importing.patterns import EXAMPLES, columns_of, notes_of
from changle.ground.registry.queries.exporting import FACT_LISTS, fact_rows
from changle.ground.territory.roles import Permission


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = dict(BRINGS)


@page(Permission.ORGANISATION_IMPORT)
def import_template(_request: Request, brings: str) -> HttpResponse:
    if brings not in EXAMPLES:
        raise Http404
    file = BytesIO()
    told = notes_of(brings)
    write_xlsx(columns_of(brings), [EXAMPLES[brings]], file, facts=told, sheet=LABELS[brings][:20])
    return sent(file, f"template-{brings}.xlsx")


@page(Permission.ORGANISATION_EXPORT)
def export_facts(request: Request, brings: str) -> HttpResponse:
    if brings not in FACT_LISTS:
        raise Http404
    now, actor = timezone.now(), request.actor
    note_export(by=actor, now=now, note=f"{LABELS[brings]}（xlsx）")
    file = BytesIO()
    told = [("导出人", actor.name), ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}")]
    write_xlsx(
        FACT_LISTS[brings][1], fact_rows(brings, actor), file, facts=told, sheet=LABELS[brings][:20]
    )
    return sent(file, f"{brings}-{timezone.localdate(now):%Y%m%d}.xlsx")


def sent(file: BytesIO, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)
