from datetime import date

from changle.ground.people.models import HEAD, Post
from changle.ground.people.queries.headcounts import in_office


def head_of(organisation: int, *, on: date) -> Post | None:
    """Who is the legal representative or head of a body on a day; at most one is."""
    rows = Post.objects.filter(in_office(on), organisation_id=organisation, kind=HEAD)
    return rows.select_related("person", "organisation__node", "grant").first()
