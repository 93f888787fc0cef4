"""Where a person is in office."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from changle.ground.people.models import HEAD, OFFICES, Post
from changle.ground.people.queries.headcounts import in_office
from changle.ground.registry.models import Organisation


@dataclass(frozen=True)
class Office:
    """An office that is public by its nature (P0): no mere membership, no team being prepared."""

    organisation_id: int
    organisation: str
    organisation_kind: str
    kind: str
    label: str

    @property
    def is_head(self) -> bool:
        return self.kind == HEAD


def in_office_elsewhere(
    person_ids: Collection[int], *, on: date | None = None, besides: int | None = None
) -> dict[int, list[Office]]:
    """The offices of each person on a day (default today), those in the body `besides` left out."""
    day = on or timezone.localdate()
    rows = Post.objects.filter(in_office(day), person_id__in=person_ids, kind__in=OFFICES)
    rows = rows.exclude(organisation__kind=Organisation.Kind.PRE)
    rows = rows.filter(organisation__state__in=Organisation.LIVING)
    if besides is not None:
        rows = rows.exclude(organisation_id=besides)
    told: dict[int, list[Office]] = defaultdict(list)
    for post in rows.select_related("organisation").order_by("organisation__pinyin", "pk"):
        body = post.organisation
        told[post.person_id].append(Office(body.pk, body.name, body.kind, post.kind, post.label))
    return told
