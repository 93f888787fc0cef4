"""The figures of the official ledgers: each person once, on the day asked, in few queries."""

from datetime import date

import pytest

from changle.ground.people.queries import Headcount, headcounts, in_office_elsewhere
from tests.factories.people import make_person, make_post
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
ON = date(2025, 12, 31)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def body(tree):
    return make_organisation(tree.streets[0], "ST")


def test_a_body_without_people_counts_nought(body):
    assert headcounts([body.pk], ON) == {body.pk: Headcount()}


def test_each_person_counts_once_however_many_posts(body):
    boss = make_person(
        sex="f", birth_year=1990, education="master", politics="party", grade="senior"
    )
    make_post(body, "head", boss, is_full_time=True)
    make_post(body, "chair", boss)
    make_post(body, "staff", boss, is_full_time=True)
    assert headcounts([body.pk], ON)[body.pk] == Headcount(
        staff=1, female=1, party_members=1, bachelor_up=1, social_workers=1, age_35=1, heads=1,
        heads_female=1, full_time=1,
    )  # fmt: skip


def test_who_only_sits_in_the_council_is_no_staff(body):
    make_post(body, "vice_chair", make_person(is_official=True))
    make_post(body, "council")
    make_post(body, "supervisor")
    make_post(body, "party_head", make_person(is_official=True))
    count = headcounts([body.pk], ON)[body.pk]
    assert (count.staff, count.heads, count.officials_in_office) == (0, 1, 1)


@pytest.mark.parametrize(
    ("birth_year", "band"),
    [(1990, "age_35"), (1989, "age_45"), (1980, "age_45"), (1979, "age_55"), (1970, "age_55"),
     (1969, "age_56_up")],
)  # fmt: skip
def test_ages_are_those_reached_at_the_end_of_the_year(body, birth_year, band):
    make_post(body, "staff", make_person(birth_year=birth_year))
    count = headcounts([body.pk], ON)[body.pk]
    bands = ("age_35", "age_45", "age_55", "age_56_up")
    assert {name: getattr(count, name) for name in bands} == {
        name: int(name == band) for name in bands
    }


def test_who_has_left_by_the_day_counts_no_more(body):
    make_post(body, "staff", ends_on=ON)
    make_post(body, "staff", starts_on=date(2026, 1, 1))
    make_post(body, "finance", ends_on=date(2026, 1, 1))
    count = headcounts([body.pk], ON)[body.pk]
    assert (count.staff, count.full_time, count.part_time) == (1, 0, 1)


def test_members_are_counted_by_kind_and_are_no_staff(body):
    for _each in range(3):
        make_post(body, "member", is_full_time=True)
    speaker = make_person()
    make_post(body, "unit_member", speaker, unit_name="样例一公司")
    make_post(body, "unit_member", speaker, unit_name="样例二公司")
    make_post(body, "volunteer")
    count = headcounts([body.pk], ON)[body.pk]
    assert (count.members_individual, count.members_unit, count.volunteers) == (3, 2, 1)
    assert (count.members, count.staff) == (5, 0)


@pytest.mark.parametrize("bodies", [1, 3])
def test_as_many_queries_for_three_bodies_as_for_one(tree, django_assert_num_queries, bodies):
    rows = [make_organisation(tree.streets[0], "MF") for _each in range(bodies)]
    for row in rows:
        make_post(row, "head")
        make_post(row, "staff", make_person(education="college"))
        make_post(row, "member")
    with django_assert_num_queries(2):
        told = headcounts([row.pk for row in rows], ON)
    assert {(c.staff, c.college, c.heads, c.members) for c in told.values()} == {(1, 1, 1, 1)}


def test_offices_elsewhere_are_offices_of_living_bodies_alone(tree, body):
    person = make_person()
    other = make_organisation(tree.streets[1], "ST", name="样例乙协会")
    make_post(body, "head", person)
    make_post(other, "vice_chair", person, title="执行副会长")
    make_post(other, "member", person)
    make_post(make_organisation(tree.streets[1], "ST"), "staff", person)
    make_post(make_organisation(tree.streets[1], "PRE"), "head", person)
    make_post(make_organisation(tree.streets[1], "ST"), "head", person, ends_on=ON)
    found = in_office_elsewhere([person.pk], on=ON, besides=body.pk)
    assert [(o.organisation, o.label) for o in found[person.pk]] == [("样例乙协会", "执行副会长")]
