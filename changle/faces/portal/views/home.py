from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.faces.portal.queries.cards import newest
from changle.faces.portal.queries.places import (
    DISTRICT_FIGURES,
    PLACE_FIGURES,
    communities,
    figures,
    place_of,
    streets,
)
from changle.faces.portal.views.surroundings import printed
from changle.ground.registry.queries import Filters, public_directory
from changle.ground.territory.models import Node
from changle.ground.territory.queries import district
from changle.services.activities.queries.sessions import whats_on
from changle.services.activities.queries.whats_on import cards


NEWS = 6
COMING = 4


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now, root = timezone.now(), district()
    today = timezone.localdate(now)
    context = {
        "district": root,
        "today": today,
        "streets": streets(today),
        "figures": figures(DISTRICT_FIGURES, root.path or "", today) if root else [],
        "newest": newest(public_directory(Filters()), NEWS),
        "coming": cards(whats_on(now), COMING, now),
    }
    return printed(request, "portal/home.html", context, tab="home")


@public
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    context = {"district": district(), "streets": streets(timezone.localdate())}
    return printed(request, "portal/places.html", context, tab="places")


@public
@require_safe
def place(request: HttpRequest, pk: int) -> HttpResponse:
    found, today = place_of(pk), timezone.localdate()
    if found is None:
        raise Http404
    is_street = found.kind == Node.Kind.STREET
    asked = Filters(street=pk) if is_street else Filters(community=pk)
    above = None if is_street else found.parent
    context = {
        "place": found,
        "above": above and {"href": reverse("portal:place", args=[above.pk]), "label": above.label},
        "figures": figures(PLACE_FIGURES, found.path or "", today, node=pk),
        "communities": communities(found, today) if is_street else [],
        "newest": newest(public_directory(asked), NEWS),
        "all_href": f"{reverse('portal:directory')}?{found.kind}={pk}",
        "feed": reverse("portal:street_feed", args=[pk]) if is_street else "",
        "activities": f"{reverse('activities:whats_on')}?street={pk}" if is_street else "",
    }
    return printed(request, "portal/place.html", context, tab="places")
