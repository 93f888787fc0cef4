"""What the people app knows of a body at the end of a year, in the words of the report."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from changle.ground.people.models import PartyFact, Post
from changle.ground.people.queries import Headcount, headcounts, in_office, works


COUNCIL, STANDING, SUPERVISORS = "council", "standing", ("chief_supervisor", "supervisor")
NAMED = {"chair": "chair", "secretary": "secretary"}
# The field of the report, and the figure of the headcount that fills it.
STAFF = {
    "staff": "staff", "staff_female": "female", "staff_party": "party_members", "staff_full": "full_time",
    "staff_part": "part_time", "edu_college": "college", "edu_bachelor": "bachelor_up",
    "worker_assistant": "assistant_social_workers", "worker": "social_workers",
    "age_35": "age_35", "age_45": "age_45", "age_55": "age_55", "age_over": "age_56_up",
}  # fmt: skip
HEADS = {
    "leaders": "heads",
    "leaders_female": "heads_female",
    "officials_leading": "officials_in_office",
}
MEMBERS = {
    "members_total": "members",
    "members_unit": "members_unit",
    "members_person": "members_individual",
}


@dataclass(frozen=True)
class People:
    """Counted on one day; a body whose people nobody has entered is not one without people."""

    count: Headcount = field(default_factory=Headcount)
    posts: list[tuple[str, str]] = field(default_factory=list)  # (kind, name) of the offices held
    contracts: int = 0
    party: PartyFact | None = None

    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for group, known in ((STAFF, "staff"), (HEADS, "heads"), (MEMBERS, "members")):
            if getattr(self.count, known):
                found |= {code: getattr(self.count, name) for code, name in group.items()}
        if self.count.staff:
            found["staff_contract"] = self.contracts
        return found | self.offices() | self.of_party()

    def offices(self) -> dict[str, Any]:
        held = Counter(kind for kind, _name in self.posts)
        found: dict[str, Any] = {
            name: "、".join(one for kind, one in self.posts if kind == wanted)
            for name, wanted in NAMED.items()
        }
        if council := held[COUNCIL] + held[STANDING]:
            found |= {"council": council}
        if supervisors := sum(held[kind] for kind in SUPERVISORS):
            found |= {"supervisors": supervisors}
        return found

    def of_party(self) -> dict[str, Any]:
        if self.party is None:
            return {}
        one = self.party
        return {
            "party_has": one.has_organisation,
            "party_form": one.get_form_display() if one.form else "",
            "party_members": one.full_time + one.part_time + one.probationary,
            "party_full": one.full_time,
            "party_probation": one.probationary,
            "party_activists": one.activists,
            "party_none_why": one.get_no_reason_display() if one.no_reason else "",
        }


def people_of(organisation_ids: Collection[int], on: date) -> dict[int, People]:
    """Of each body on a day; five queries however many bodies there are."""
    counts = headcounts(organisation_ids, on)
    held = Post.objects.filter(in_office(on), organisation__in=organisation_ids).order_by("pk")
    posts: dict[int, list[tuple[str, str]]] = {pk: [] for pk in organisation_ids}
    kinds = (COUNCIL, STANDING, *SUPERVISORS, *NAMED.values())
    for pk, kind, name in held.filter(kind__in=kinds).values_list(
        "organisation_id", "kind", "person__name"
    ):
        posts[pk].append((kind, name))
    contracts: dict[int, set[int]] = {pk: set() for pk in organisation_ids}
    signed = held.filter(works(), has_contract=True)
    for pk, person in signed.values_list("organisation_id", "person_id"):
        contracts[pk].add(person)
    party = {
        row.organisation_id: row
        for row in PartyFact.objects.filter(
            in_office(on), organisation__in=organisation_ids
        ).order_by("pk")
    }
    return {
        pk: People(counts[pk], posts[pk], len(contracts[pk]), party.get(pk))
        for pk in organisation_ids
    }
