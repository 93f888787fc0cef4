"""The report on paper, and the page that tells a current print from an older one."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from changle.core.access import Request, page, public
from changle.core.documents import facts_sheet_docx, of_template
from changle.ground.annual.queries import masks, read
from changle.ground.annual.queries.paper import (
    docx_sections,
    is_current,
    named_by,
    print_code,
    sheet_facts,
)
from changle.ground.annual.views.showing import found
from changle.ground.territory.roles import Permission


LAYOUT = Path(__file__).resolve().parents[1] / "data" / "report.typ"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@page(Permission.ANNUAL_VIEW)
@require_safe
def printed(request: Request, pk: int, form: str) -> HttpResponse:
    if form not in {"pdf", "docx"}:
        raise Http404
    report = found(request, pk)
    reading = read(report, masked=masks(request.actor, report))
    facts = sheet_facts(reading, competent_unit=report.organisation.competent_unit)
    check = f"{settings.CHANGLE_PUBLIC_URL}{reverse('annual:verify', args=[print_code(reading)])}"
    name = f'filename="annual-{report.year}-{report.pk}.{form}"'
    if form == "docx":
        title = f"{facts['title']}{facts['subtitle']}"
        word = facts_sheet_docx(title=title, sections=docx_sections(facts), qr_url=check)
        headers = {"Content-Disposition": f"attachment; {name}"}
        return HttpResponse(word, content_type=WORD, headers=headers)
    pdf = of_template(LAYOUT, facts, qr_url=check)
    headers = {"Content-Disposition": f"inline; {name}"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@public
@require_safe
def verify(request: Request, code: str) -> HttpResponse:
    """Whether a print is that of the report as it stands now; of the content it tells nothing."""
    report = named_by(code)
    if report is None:
        return render(request, "annual/verify.html", {"known": False}, status=404)
    current = is_current(code, read(report))
    return render(request, "annual/verify.html", {"known": True, "current": current})
