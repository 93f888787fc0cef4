from datetime import date

from changle.ground.people.models import PartyFact, Person, Post
from changle.ground.registry.models import Organisation
from tests.factories.accounts import LONG_AGO


LONG_AGO_ON = date(2020, 6, 1)
_count = iter(range(1, 10**9))


def make_person(name: str = "", **fields) -> Person:
    fields.setdefault("pinyin", "yangli yl")
    fields.setdefault("recorded_at", LONG_AGO)
    fields.setdefault("changed_at", LONG_AGO)
    return Person.objects.create(name=name or f"样例人{next(_count)}", **fields)


def make_post(
    organisation: Organisation, kind: str = "staff", person: Person | None = None, **fields
) -> Post:
    fields.setdefault("starts_on", LONG_AGO_ON)
    fields.setdefault("recorded_at", LONG_AGO)
    fields.setdefault("changed_at", LONG_AGO)
    return Post.objects.create(
        organisation=organisation, person=person or make_person(), kind=kind, **fields
    )


def make_party_fact(organisation: Organisation, **fields) -> PartyFact:
    """Without a party organisation, for want of members, unless told otherwise."""
    has = fields.setdefault("has_organisation", False)
    fields.setdefault("form" if has else "no_reason", "branch" if has else "no_members")
    fields.setdefault("starts_on", LONG_AGO_ON)
    return PartyFact.objects.create(organisation=organisation, recorded_at=LONG_AGO, **fields)
