"""How many people a body has, as the official ledgers ask."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from changle.ground.people.models import JOINED, LEADING, WORKING, Person, Post


AGES = (35, 45, 55)  # upper bounds, in years, of the bands of the ledgers
PARTY = (Person.Politics.PARTY, Person.Politics.PROBATIONARY)
BACHELOR_UP = (Person.Education.BACHELOR, Person.Education.MASTER)
WORKERS = (Person.Grade.SOCIAL_WORKER, Person.Grade.SENIOR)


def in_office(on: date) -> Q:
    """Posts that are held on a day; on the day it ends a post is held no more."""
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def works() -> Q:
    """Posts whose holder works there: staff, and officers who do it full-time."""
    return Q(kind__in=WORKING) | (Q(is_full_time=True) & ~Q(kind__in=JOINED))


@dataclass
class Headcount:
    """Persons in one body on one day, each counted once in each figure.

    Ages are those reached in the year of the day, which at its end are exact.
    """

    staff: int = 0
    female: int = 0
    party_members: int = 0  # of the staff, probationary ones among them
    college: int = 0
    bachelor_up: int = 0
    assistant_social_workers: int = 0
    social_workers: int = 0
    age_35: int = 0  # up to 35
    age_45: int = 0  # 36 to 45
    age_55: int = 0  # 46 to 55
    age_56_up: int = 0
    heads: int = 0
    heads_female: int = 0
    members_unit: int = 0
    members_individual: int = 0
    officials_in_office: int = 0  # leading cadres of party and government who are heads
    full_time: int = 0
    part_time: int = 0
    volunteers: int = 0

    @property
    def members(self) -> int:
        return self.members_unit + self.members_individual


READ = ("organisation_id", "person_id", "kind", "is_full_time", "person__sex", "person__politics",
        "person__education", "person__grade", "person__birth_year", "person__is_official")  # fmt: skip


def headcounts(organisation_ids: Collection[int], on: date) -> dict[int, Headcount]:
    """The figures of each body on a day, in two queries however many bodies there are."""
    told = {pk: Headcount() for pk in organisation_ids}
    held = Post.objects.filter(in_office(on), organisation_id__in=told)
    people: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in held.filter(works() | Q(kind__in=LEADING)).order_by("pk").values(*READ):
        people[row["organisation_id"], row["person_id"]].append(row)
    for (organisation_id, _person), rows in people.items():
        add_person(told[organisation_id], rows, on)
    joined = held.filter(kind__in=JOINED).values("organisation_id", "kind")
    names = {"member": "members_individual", "unit_member": "members_unit",
             "volunteer": "volunteers"}  # fmt: skip
    for row in joined.annotate(count=Count("pk")).order_by("organisation_id", "kind"):
        setattr(told[row["organisation_id"]], names[row["kind"]], row["count"])
    return told


def add_person(count: Headcount, rows: list[dict[str, Any]], on: date) -> None:
    facts = rows[0]
    female = facts["person__sex"] == Person.Sex.FEMALE
    if any(row["kind"] in LEADING for row in rows):
        count.heads += 1
        count.heads_female += female
        count.officials_in_office += facts["person__is_official"]
    full_time = any(row["is_full_time"] for row in rows)
    if full_time or any(row["kind"] in WORKING for row in rows):
        count.staff += 1
        count.female += female
        count.full_time += full_time
        count.part_time += not full_time
        for name in qualities(facts, on):
            setattr(count, name, getattr(count, name) + 1)


def qualities(facts: dict[str, Any], on: date) -> Iterable[str]:
    """The figures of the staff to which one person adds."""
    if facts["person__politics"] in PARTY:
        yield "party_members"
    if facts["person__education"] == Person.Education.COLLEGE:
        yield "college"
    if facts["person__education"] in BACHELOR_UP:
        yield "bachelor_up"
    if facts["person__grade"] == Person.Grade.ASSISTANT:
        yield "assistant_social_workers"
    if facts["person__grade"] in WORKERS:
        yield "social_workers"
    if facts["person__birth_year"]:
        age = on.year - facts["person__birth_year"]
        yield next((f"age_{bound}" for bound in AGES if age <= bound), "age_56_up")
