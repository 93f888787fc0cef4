"""A session counts once, wherever it is asked for; people are counted without their names."""

from datetime import date

import pytest
from django.db import connection

from changle.core.indicators import CATALOGUE, cross, parts, rows, value
from changle.core.periods import Period
from changle.services.activities.actions.sharing import ShareDraft
from changle.services.activities.indicators import broken
from changle.services.activities.models import (
    Attendance,
    Cohost,
    Correction,
    Participant,
    Session,
)
from changle.services.activities.queries.plans import terms_of
from tests.factories.activities import NOW, SATURDAY, make_activity, make_session_draft
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
YEAR, TODAY = Period.year(2027), date(2027, 12, 31)


@pytest.fixture
def district():
    return make_district()


def people(count):
    return [
        Participant.objects.create(name=f"样例{n}", phone=f"137{n:08d}", recorded_at=NOW)
        for n in range(count)
    ]


def held(activity, there=(), *, anonymous=0, state="counted", role="served"):
    """Its sessions as they were held: who was there, and when they were verified."""
    for session in activity.sessions.all():
        Attendance.objects.bulk_create(
            Attendance(session=session, participant=one, method="qr", role=role,
                       came_at=SATURDAY, recorded_at=SATURDAY)
            for one in there
        )  # fmt: skip
        named = len(there) if role == "served" else 0
        Session.objects.filter(pk=session.pk).update(
            state=state, verified_at=NOW, in_time=True, person_times=named + anonymous,
            anonymous_times=anonymous,
        )  # fmt: skip
    Cohost.objects.filter(activity=activity).update(state="accepted", accepted_at=NOW)


def figure(code, place):
    return value(f"activities.{code}", path=place.path, period=YEAR, today=TODAY).value


def sliced(code, by, place):
    told = parts(f"activities.{code}", by, path=place.path, period=YEAR, today=TODAY)
    return {part.label: part.value for part in told}


@pytest.fixture
def together(district):
    """One session held in the first street, with a co-host of the second."""
    lead = make_organisation(district.communities[0][0])
    mate = make_organisation(district.communities[1][0])
    activity = make_activity(
        district.communities[0][0], lead, shares=[ShareDraft(node=mate.node, organisation=mate)],
        facts={"field": None},
    )  # fmt: skip
    field = terms_of("field", TODAY).get(code="elders")
    activity.field = field
    activity.save()
    held(activity, people(4), anonymous=3)
    return activity


def test_held_together_counts_once_at_every_total_that_contains_a_side(district, together):
    for place in (
        district.root, *district.streets, district.communities[0][0], district.communities[1][0],
    ):  # fmt: skip
        assert figure("sessions", place) == 1, place
        assert figure("person_times", place) == 7
        assert figure("persons", place) == 4
    assert figure("sessions", district.communities[0][1]) == 0
    assert sliced("sessions", "street", district.root) == {"甲街道": 1}
    sides = sliced("sessions", "organisation", district.root)
    assert list(sides.values()) == [1, 1]
    assert sliced("sessions", "role", district.root) == {"主办": 1, "协办": 1}
    assert sliced("person_times", "field", district.root) == {"助老": 7}
    assert sliced("person_times", "month", district.root) == {"2027-03": 7}


def test_what_several_held_is_told_apart_from_what_one_supported(district, together):
    alone = make_activity(district.communities[0][0], sessions=[make_session_draft(days=1)])
    held(alone, anonymous=2)
    helped = make_activity(
        district.communities[0][0], sessions=[make_session_draft(days=2)],
        shares=[ShareDraft(node=district.streets[1], role="support")],
    )  # fmt: skip
    held(helped)
    assert figure("sessions", district.root) == 3
    assert figure("cohosted_sessions", district.root) == 1
    assert figure("cohosted_person_times", district.root) == 7
    assert [figure("cohosted_sessions", street) for street in district.streets] == [1, 1]
    assert sum(sliced("cohosted_sessions", "organisation", district.root).values()) == 2
    Cohost.objects.filter(activity=together).exclude(role="lead").update(state="declined")
    assert figure("cohosted_sessions", district.root) == 0


def test_who_has_not_agreed_is_no_side(district, together):
    Cohost.objects.exclude(role="lead").update(state="invited", accepted_at=None)
    assert figure("sessions", district.streets[1]) == 0
    assert len(sliced("sessions", "organisation", district.root)) == 1


def test_sessions_activities_and_people_are_three_numbers(district):
    body = make_organisation(district.communities[0][0])
    crowd = people(5)
    first = make_activity(
        district.communities[0][0], body, sessions=[make_session_draft(), make_session_draft(30)]
    )
    second = make_activity(district.communities[1][1])
    held(first, crowd[:4])
    held(second, crowd[2:])
    held(make_activity(district.communities[1][1]), crowd, role="volunteer", anonymous=3)
    root = district.root
    assert figure("sessions", root) == 4
    assert figure("activities", root) == 3
    assert figure("person_times", root) == 4 + 4 + 3 + 3
    assert figure("persons", root) == 5
    assert figure("anonymous_person_times", root) == 3
    assert figure("per_session", root) == 3.5
    assert sliced("persons", "street", root) == {"甲街道": 4, "乙街道": 3}
    assert sliced("persons", "month", root) == {"2027-03": 5, "2027-04": 4}
    table = cross(
        "activities.sessions", "street", "month", path=root.path, period=YEAR, today=TODAY
    )
    assert sorted(table.values()) == [1, 1, 2]
    assert not [check for check in broken(path=root.path, period=YEAR, today=TODAY) if check.grave]


@pytest.mark.parametrize(
    "code", sorted(code for code in CATALOGUE if code.startswith("activities."))
)
def test_what_is_drilled_into_adds_up_to_the_figure(district, together, code):
    asked = CATALOGUE[code]
    if asked.kind == "rate":
        return
    for place in (district.root, district.streets[1]):
        found = list(rows(code, path=place.path, period=YEAR, today=TODAY))
        told = sum(getattr(row, asked.measure) for row in found) if asked.measure else len(found)
        assert told == value(code, path=place.path, period=YEAR, today=TODAY).value
        assert len({row.pk for row in found}) == len(found)
        for cut in asked.cuts:
            for part in parts(code, cut.name, path=place.path, period=YEAR, today=TODAY):
                under = list(rows(code, path=place.path, period=YEAR, today=TODAY, by=cut.name, key=part.key))  # fmt: skip
                adds = (
                    sum(getattr(row, asked.measure) for row in under)
                    if asked.measure
                    else len(under)
                )
                assert adds == part.value, (code, cut.name, part)


@pytest.mark.parametrize("state", ["open", "ended", "recording", "cancelled", "void", "postponed"])
def test_only_what_is_verified_counts(district, state):
    activity = make_activity(district.communities[0][0])
    held(activity, people(3), state=state)
    for code in ("sessions", "activities", "person_times", "persons"):
        assert figure(code, district.root) == 0
    assert figure("sessions_over", district.root) == (state in {"ended", "recording"})


def test_who_was_struck_out_or_online_too_briefly_is_no_person(district):
    activity = make_activity(district.communities[0][0])
    held(activity, people(3))
    first = Attendance.objects.order_by("pk").first()
    Correction.objects.create(
        session=activity.sessions.get(), strikes=first, named=-1, reason="冒名", made_at=NOW
    )
    assert figure("persons", district.root) == 2
    Session.objects.update(state="recording")
    Session.objects.update(is_online=True)
    Attendance.objects.filter(pk__gt=first.pk + 1).update(minutes=10)
    Session.objects.update(state="counted")
    assert figure("persons", district.root) == 1


def test_no_name_stands_in_the_clear(district):
    people(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, key FROM activities_participant")
        told = str(cursor.fetchall())
    assert "样例" not in told
    assert "137000" not in told


def test_strange_figures_are_flagged(district):
    activity = make_activity(district.communities[0][0])
    held(activity, anonymous=2)
    found = broken(path=district.root.path, period=YEAR, today=TODAY)
    assert [(check.name, check.grave) for check in found] == [("usual_size", False)]
    Session.objects.update(state="recording")
    held(activity, people(3))
    Session.objects.update(person_times=1, anonymous_times=0)
    names = {check.name for check in broken(path=district.root.path, period=YEAR, today=TODAY)}
    assert "persons_within_person_times" in names


def test_a_figure_asks_one_question_however_many_rows(district, django_assert_num_queries):
    for days in range(3):
        held(make_activity(district.communities[0][0], sessions=[make_session_draft(days)]), people(0), anonymous=4)  # fmt: skip
    with django_assert_num_queries(2):  # whether the month's sum is fresh, and the rows where not
        assert figure("person_times", district.root) == 12
