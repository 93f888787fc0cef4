"""A report is filled from the house; what is typed is counted, kept, and never lost between two."""

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.refusals import Refused
from changle.ground.annual.actions import (
    AnnualRefused,
    Outdated,
    explain,
    prepare,
    save_section,
)
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import read
from changle.ground.people.models import Person
from changle.ground.registry.actions import rename_organisation
from changle.ground.registry.models import Organisation
from tests.factories.annual import everyone_at, make_body, make_report, put, sound
from tests.factories.matters import make_matter
from tests.factories.people import make_party_fact, make_person, make_post
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def body(tree):
    return make_body(tree.communities[0][0], address="样例路一号", legal_representative="样例甲")


@pytest.fixture
def keeper(body):
    return make_actor("OADM", body.node)


def save(report, code, by, version=0, **values):
    return save_section(
        pk=report.pk, code=code, version=version, values=values, by=by, now=timezone.now()
    )


def cell(report, code):
    reading = read(AnnualReport.objects.get(pk=report.pk))
    return next(c for part in reading.parts for c in part.cells if c.field.code == code)


def test_what_the_house_knows_is_there_and_not_typed(body, keeper):
    report = make_report(body, by=keeper)
    told = read(report).values
    assert told["name"] == body.name
    assert told["uscc"] == body.uscc
    assert told["address"] == "样例路一号"
    assert cell(report, "address").from_house
    assert (report.typed_count, report.filled_count > 0) == (0, True)
    assert LogEntry.objects.filter(verb="prepare", subject_id=str(report.pk)).exists()


def test_a_typed_value_stands_and_both_are_shown(body, keeper):
    report = make_report(body, by=keeper)
    save(report, "basic", keeper, address="样例路二号")
    one = cell(report, "address")
    assert (one.text, one.house_text, one.from_house) == ("样例路二号", "样例路一号", False)
    save(report, "basic", keeper, 1, address="")
    assert cell(report, "address").from_house
    assert AnnualReport.objects.get(pk=report.pk).typed == []


def test_typing_what_the_house_says_is_not_typing(body, keeper):
    report = make_report(body, by=keeper)
    save(report, "basic", keeper, address="样例路一号", postcode="710016")
    assert AnnualReport.objects.get(pk=report.pk).typed == ["postcode"]


def test_what_is_put_right_at_the_source_is_right_here(body, keeper):
    report = make_report(body, by=keeper)
    Organisation.objects.filter(pk=body.pk).update(address="样例路三号")
    assert cell(report, "address").text == "样例路三号"


def test_changes_of_the_year_are_listed(tree, body, keeper):
    rename_organisation(
        pk=body.pk, name="样例新名中心", on=date(2021, 6, 1), by=everyone_at(tree.root), now=timezone.now()
    )  # fmt: skip
    report = make_report(Organisation.objects.get(pk=body.pk), by=keeper)
    assert read(report).values["change_items"] == [
        ["名称", "2021-06-01", body.name, "样例新名中心"]
    ]


def test_people_and_party_fill_their_figures(body, keeper):
    women = [Person.Sex.FEMALE, Person.Sex.FEMALE, Person.Sex.MALE]
    for number, sex in enumerate(women):
        person = make_person(sex=sex, birth_year=1980 + 10 * number, education="bachelor")
        make_post(body, "staff", person, is_full_time=True, has_contract=number > 0)
    make_post(body, "chair", make_person("样例戊"))
    make_post(body, "council")
    make_post(body, "council", ends_on=date(2021, 12, 31))
    make_party_fact(body, has_organisation=True, full_time=2, part_time=1, probationary=1)
    report = make_report(body, by=keeper)
    told = read(report).values
    names = (
        "staff",
        "staff_female",
        "edu_bachelor",
        "age_35",
        "age_45",
        "age_55",
        "staff_contract",
    )
    assert [told[name] for name in names] == [3, 2, 3, 2, 1, 0, 2]
    assert (told["chair"], told["council"], told["leaders"]) == ("样例戊", 1, 1)
    assert (told["party_has"], told["party_form"], told["party_members"]) == (True, "党支部", 4)
    assert cell(report, "staff").told_by == "人员与党建"
    assert "members_total" not in told  # nobody has entered any: not the same as none
    save(report, "staff", keeper, staff=4)
    assert (cell(report, "staff").text, cell(report, "staff").house_text) == ("4 人", "3 人")


def test_reported_events_fill_the_table_of_events(body, keeper):
    held = {"held_on": date(2021, 10, 14)}
    make_matter(body=body, state="closed", columns=held, place="样例广场", title="重阳文艺汇演")
    make_matter(body=body, state="closed", columns={"held_on": date(2020, 10, 14)})
    make_matter(body=body, state="acknowledged")
    rows = read(make_report(body, by=keeper)).values["events_table"]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("重阳文艺汇演", "2021-10-14", "样例广场")
    ]


def test_the_balance_is_carried_over_from_last_year(body, keeper):
    last = make_report(body, year=2020, by=keeper, values=sound("MF"))
    put(last, "closed", values=sound("MF"), submitted_on=date(2021, 3, 1))
    report = make_report(body, by=keeper)
    assert read(report).values["net_begin"] == 5_500_000
    assert cell(report, "net_begin").told_by == "2020年度报告"
    assert read(report).values["accounting"] == "民间非营利组织会计制度"


def test_a_report_that_was_not_handed_in_carries_nothing(body, keeper):
    make_report(body, year=2020, by=keeper, values=sound("MF"))
    assert "net_begin" not in read(make_report(body, by=keeper)).values


def test_two_at_different_sections_do_not_meet(body, keeper):
    report = make_report(body, by=keeper)
    save(report, "work", keeper, projects=3)
    save(report, "words", keeper, plan="继续")
    told = AnnualReport.objects.get(pk=report.pk)
    assert (told.values["projects"], told.values["plan"], told.version) == (3, "继续", 3)


def test_two_at_one_section_are_told(body, keeper):
    report = make_report(body, by=keeper)
    save(report, "work", keeper, projects=3)
    with pytest.raises(Outdated, match="刚刚保存过这一部分") as told:
        save(report, "work", keeper, projects=4)
    assert [entry.changes for entry in told.value.since] == [{"projects": [None, 3]}]
    assert save(report, "work", keeper, 1, projects=4).values["projects"] == 4


@pytest.mark.parametrize("state", ["checked", "submitted", "accepted", "closed", "excused"])
def test_what_is_checked_or_in_is_not_edited(body, keeper, state):
    report = put(make_report(body, by=keeper), state)
    with pytest.raises(AnnualRefused, match="先退回修改"):
        save(report, "work", keeper, projects=3)
    with pytest.raises(AnnualRefused, match="先退回修改"):
        explain(pk=report.pk, code="idle", reason="x", by=keeper, now=timezone.now())


@pytest.mark.parametrize(
    ("kind", "registered_on", "year", "takes_part"),
    [
        ("MF", date(2021, 6, 30), 2021, True), ("MF", date(2021, 7, 1), 2021, False),
        ("ST", date(2021, 12, 31), 2021, True), ("ST", date(2022, 1, 1), 2021, False),
        ("JJH", date(2021, 12, 31), 2021, True), ("MF", None, 2021, True),
    ],
)  # fmt: skip
def test_who_takes_part(tree, kind, registered_on, year, takes_part):
    body = make_body(tree.streets[0], kind, registered_on=registered_on)
    by = make_actor("OADM", body.node)
    if takes_part:
        assert make_report(body, year=year, by=by).report_by == (
            date(2022, 3, 31) if kind == "JJH" else date(2022, 5, 31)
        )
    else:
        with pytest.raises(AnnualRefused, match="不需要报送"):
            make_report(body, year=year, by=by)


def test_filed_bodies_and_years_to_come_have_no_report(tree, body, keeper):
    filed = make_body(tree.streets[0], "BA")
    with pytest.raises(AnnualRefused):
        make_report(filed, by=everyone_at(tree.root))
    with pytest.raises(AnnualRefused, match="现在还不能准备"):
        make_report(body, year=2199, by=keeper)


def test_strangers_prepare_nothing(tree, body):
    for role, node in (("STO", tree.streets[0]), ("DCA", tree.root), ("CTR", tree.streets[0])):
        with pytest.raises(Organisation.DoesNotExist):
            make_report(body, by=make_actor(role, node))


# The database itself


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("annual_report_of_the_registered", {"kind": "BA"}),
        ("annual_report_year_is_a_year", {"year": 1890}),
        ("annual_report_submitted_on_a_day", {"state": "submitted"}),
        ("annual_report_late_with_a_reason", {"submitted_on": date(2022, 6, 1)}),
    ],
)
def test_the_database_refuses(body, keeper, name, columns):
    report = make_report(body, by=keeper)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        AnnualReport.objects.filter(pk=report.pk).update(**columns)


def test_a_year_has_one_report(body, keeper):
    make_report(body, by=keeper)
    with pytest.raises(AnnualRefused, match="已经在准备"):
        make_report(body, by=keeper)


# Two at once


def both(deed):
    """Run a deed in two threads; answers what each came to."""
    told, start = [], threading.Barrier(2)

    def hand():
        start.wait()
        try:
            deed()
            told.append("done")
        except Refused:
            told.append("refused")
        finally:
            connection.close()

    hands = [threading.Thread(target=hand) for _each in range(2)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return sorted(told)


@pytest.mark.django_db(transaction=True)
def test_of_two_savings_of_one_version_one_is_told():
    tree = make_district()
    body = make_body(tree.communities[0][0])
    by = make_actor("OADM", body.node)
    report = make_report(body, by=by)
    for version in range(4):
        count = iter(range(version * 10, version * 10 + 9))
        assert both(lambda v=version, n=count: save(report, "work", by, v, projects=next(n))) == [
            "done",
            "refused",
        ]


@pytest.mark.django_db(transaction=True)
def test_of_two_beginnings_one_stands():
    tree = make_district()
    body = make_body(tree.communities[0][0])
    by = make_actor("OADM", body.node)
    deed = lambda: prepare(organisation=body, year=2021, by=by, now=timezone.now())  # noqa: E731
    assert both(deed) == ["done", "refused"]
    assert AnnualReport.objects.count() == 1
