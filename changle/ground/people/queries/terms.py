"""Terms of office that run out."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from changle.ground.people.models import HEAD, TERM_YEARS, Post
from changle.ground.people.queries.headcounts import in_office
from changle.ground.registry.models import Organisation


def terms_running_out(first: date, after: date) -> Iterator[Post]:
    """The heads of living bodies whose term runs out within a span."""
    unwritten = Q(
        term_ends_on=None,
        starts_on__year__in={first.year - TERM_YEARS, after.year - TERM_YEARS},
    )
    written = Q(term_ends_on__gte=first, term_ends_on__lt=after)
    rows = Post.objects.filter(unwritten | written, in_office(first), kind=HEAD)
    rows = rows.filter(organisation__state__in=Organisation.LIVING)
    for post in rows.select_related("organisation__node").order_by("pk"):
        if first <= post.term_over_on < after:
            yield post
