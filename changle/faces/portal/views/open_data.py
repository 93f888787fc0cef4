"""Open data: the public directory as files, feeds of what is new, and words for machines."""

import json
import tempfile
from collections.abc import Iterable, Iterator

from django.db.models import Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.core.periods import Period
from changle.core.sheets import csv_lines, write_xlsx
from changle.faces.portal.queries.catalogue import dcat
from changle.faces.portal.queries.exports import EXPORT, exported, facts, feed_text
from changle.faces.portal.queries.places import DISTRICT_FIGURES, place_of
from changle.faces.portal.views.surroundings import absolute, printed
from changle.ground.registry.queries import Filters, public_directory
from changle.ground.territory.models import Node
from changle.ground.territory.queries import district, public_places
from changle.oversight.statistics.queries.sdmx import COLUMNS, observations


PART = 20_000  # keys in one part of the site map; the protocol allows 50,000 addresses
IN_MEMORY = 1_000_000
FIRST_YEAR = 2021


@public
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    return printed(request, "portal/open_data.html", {}, tab="data")


@public
@require_safe
def download(_request: HttpRequest, form: str) -> HttpResponseBase:
    """The whole public directory; rows are fetched as they are sent."""
    rows = exported(public_directory(Filters()))
    name = f"组织公开名录-{timezone.localdate():%Y%m%d}.{form}"
    if form == "csv":
        response = StreamingHttpResponse(
            encoded(csv_lines(EXPORT, rows)), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
        return response
    if form != "xlsx":
        raise Http404
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
    write_xlsx(EXPORT, rows, file, facts=facts(timezone.localdate()), sheet="组织公开名录")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


@public
@require_safe
def figures_csv(_request: HttpRequest) -> HttpResponseBase:
    """The figures that the portal shows, by year and street, as SDMX-CSV 1.0."""
    today, root = timezone.localdate(), district()
    if root is None:
        raise Http404
    years = [Period.year(year) for year in range(today.year, FIRST_YEAR - 1, -1)]
    found = observations(DISTRICT_FIGURES, node=root, periods=years, today=today, by="street")
    response = StreamingHttpResponse(
        encoded(csv_lines(COLUMNS, found)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="figures.csv"'
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@public
@require_safe
def catalogue(_request: HttpRequest) -> HttpResponse:
    """What there is to be had, for machines: DCAT 3 as JSON-LD."""
    root = district()
    told = dcat(root.name if root else "", absolute, timezone.localdate())
    text = json.dumps(told, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/ld+json; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    return (line.encode() for line in lines)


@public
@require_safe
def feed(_request: HttpRequest) -> HttpResponse:
    return atom("新登记和备案的组织", reverse("portal:home"), reverse("portal:feed"), Filters())


@public
@require_safe
def street_feed(_request: HttpRequest, pk: int) -> HttpResponse:
    street = place_of(pk)
    if street is None or street.kind != Node.Kind.STREET:
        raise Http404
    here = reverse("portal:street_feed", args=[pk])
    page = reverse("portal:place", args=[pk])
    return atom(f"{street.name}新登记和备案的组织", page, here, Filters(street=pk))


def atom(title: str, page: str, here: str, filters: Filters) -> HttpResponse:
    text = feed_text(title, absolute(page), absolute(here), public_directory(filters), absolute)
    response = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@public
@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /desk/",
        "Disallow: /account/",
        "Disallow: /api/",
        "Disallow: /files/",
        "",
        f"Sitemap: {absolute(reverse('portal:sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index: one map of pages and places, and one for each range of keys."""
    last = public_directory(Filters()).order_by().aggregate(last=Max("pk"))["last"]
    parts = range((last or 0) // PART + 1) if last else []
    stem = reverse("portal:sitemap_part", args=[0]).removesuffix("0.xml")
    maps = [reverse("portal:sitemap_places"), *(f"{stem}{part}.xml" for part in parts)]
    context = {"maps": [absolute(one) for one in maps]}
    return render(request, "portal/sitemap_index.xml", context, content_type="application/xml")


@public
@require_safe
def sitemap_places(request: HttpRequest) -> HttpResponse:
    kinds = [Node.Kind.STREET, Node.Kind.COMMUNITY]
    stem = reverse("portal:place", args=[0]).removesuffix("0/")
    keys = public_places().filter(kind__in=kinds).values_list("pk", flat=True)
    fixed = [
        reverse(f"portal:{name}")
        for name in ("home", "directory", "places", "open_data", "about", "privacy")
    ]
    fixed.append(reverse("commons:centres"))
    urls = [{"loc": absolute(one)} for one in (*fixed, *(f"{stem}{pk}/" for pk in keys))]
    return render(request, "portal/sitemap.xml", {"urls": urls}, content_type="application/xml")


@public
@require_safe
def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    stem = reverse("portal:organisation", args=[0]).removesuffix("0/")
    rows = public_directory(Filters()).filter(pk__gte=part * PART, pk__lt=(part + 1) * PART)
    urls = [
        {"loc": absolute(f"{stem}{pk}/"), "lastmod": timezone.localdate(changed).isoformat()}
        for pk, changed in rows.order_by("pk").values_list("pk", "changed_at")
    ]
    return render(request, "portal/sitemap.xml", {"urls": urls}, content_type="application/xml")
