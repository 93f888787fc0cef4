"""The indicators, and the doubts that a page voices: each from data that could mislead it."""

from datetime import date

import pytest

from changle.core.indicators import CATALOGUE, parts, rows, value
from changle.core.periods import Period
from changle.ground.people.queries import doubts_of, roster
from changle.ground.registry.models import Organisation
from changle.oversight.statistics.queries.asking import export_rows, printed
from tests.factories.people import make_party_fact, make_person, make_post
from tests.factories.registry import everything_at, make_organisation


ON = date(2025, 12, 31)
YEAR = Period.year(2025)


def figure(code, place):
    return value(code, path=place.path, period=YEAR, today=date(2026, 3, 1))


def cut(code, by, place):
    told = parts(code, by, path=place.path, period=YEAR, today=date(2026, 3, 1))
    return {part.label: part.value for part in told}


@pytest.fixture
def staffed(body):
    boss = make_person(sex="f", birth_year=1990, politics="party", education="master")
    make_post(body, "head", boss, is_full_time=True)
    make_post(body, "secretary", boss)
    make_post(body, "staff", make_person(sex="m", birth_year=1969, grade="worker"))
    make_post(body, "staff", ends_on=date(2025, 12, 31))
    make_post(body, "member")
    make_post(body, "unit_member", unit_name="样例公司")
    return body


def test_the_figures_of_people(tree, staffed):
    make_post(make_organisation(tree.streets[1], "ST"), "chair")
    told = {code: figure(f"people.{code}", tree.root).value for code in
            ("officers", "staff", "full_time", "members")}  # fmt: skip
    assert told == {"officers": 2, "staff": 2, "full_time": 1, "members": 2}
    assert figure("people.staff", tree.streets[1]).value == 0
    assert figure("people.staff_per_body", tree.root).value == 0.5


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("sex", {"女": 1, "男": 1}), ("age", {"35 岁及以下": 1, "56 岁及以上": 1}),
        ("time", {"专职": 1, "兼职": 1}), ("party", {"中共党员（含预备）": 1, "其他或未填": 1}),
        ("education", {"硕士及以上": 1, "未填": 1}), ("grade", {"社会工作师": 1, "无": 1}),
        ("kind", {"民办非企业单位（社会服务机构）": 2}), ("street", {"甲街道": 2}),
    ],
)  # fmt: skip
def test_every_cut_sums_to_the_whole(tree, staffed, by, told):
    assert cut("people.staff", by, tree.root) == told


CODES = [code for code in CATALOGUE if code.startswith("people.")]


@pytest.mark.parametrize("code", CODES)
def test_every_number_drills_down_to_rows_that_name_bodies_only(tree, staffed, code):
    make_party_fact(staffed, has_organisation=True, full_time=2)
    other = make_organisation(tree.streets[0], "ST")
    make_party_fact(other, full_time=3, no_reason="not_yet")
    make_post(other, "vice_chair")
    asked = {"path": tree.root.path, "period": YEAR, "today": date(2026, 3, 1)}
    found = rows(code, **asked)
    lines = list(printed(CATALOGUE[code], found))
    assert {row.row_label for row in lines} <= {staffed.name, other.name}
    told = figure(code, tree.root)
    expected = told.numerator if told.numerator is not None else told.value
    assert sum(getattr(row, "row_adds", 1) or 0 for row in lines) == expected > 0
    exported = list(export_rows(CATALOGUE[code], found))
    assert {line["label"] for line in exported} <= {staffed.name, other.name}
    for each in CATALOGUE[code].cuts:
        assert sum(cut(code, each.name, tree.root).values()) == told.value
        for part in parts(code, each.name, **asked):
            assert list(rows(code, by=each.name, key=part.key, **asked))


@pytest.mark.parametrize(
    ("stated", "on_record", "due"),
    [
        ({"full_time": 3, "no_reason": "not_yet"}, 0, 1),
        ({"full_time": 2, "no_reason": "too_few"}, 0, 0),
        ({"full_time": 2, "part_time": 5, "no_reason": "too_few"}, 0, 0),
        ({"full_time": 9, "has_organisation": True}, 3, 0),
        ({"no_reason": "no_members"}, 3, 1),  # the roster knows better
        (None, 3, 1),
        (None, 2, 0),
        ({"full_time": 3, "no_reason": "not_yet", "ends_on": ON}, 0, 0),
    ],
)
def test_who_should_have_a_branch_and_has_none(tree, body, stated, on_record, due):
    for _each in range(on_record):
        make_post(body, "staff", make_person(politics="party"), is_full_time=True)
    make_post(body, "staff", make_person(politics="probationary"), is_full_time=True)
    make_post(body, "staff", make_person(politics="party"))
    if stated is not None:
        make_party_fact(body, **stated)
    assert figure("people.party_due", tree.root).value == due


def test_coverage_and_members_of_the_party(tree, body):
    make_organisation(tree.streets[0], "ST")
    make_party_fact(body, has_organisation=True, full_time=3, part_time=2, probationary=1)
    filed = make_organisation(tree.streets[0], "BA")
    make_party_fact(filed, has_organisation=True, full_time=3)
    told = figure("people.party_coverage", tree.root)
    assert (told.numerator, told.denominator, told.value) == (1, 2, 50)
    assert figure("people.party_members", tree.root).value == 6


# Doubts


def doubts(body, tree):
    parts_ = roster(everything_at(tree.root), body.pk, q="", on=ON)
    return " ".join(
        one.text for one in doubts_of(Organisation.objects.get(pk=body.pk), parts_, on=ON)
    )


def test_a_body_in_good_order_raises_no_doubt(tree, body):
    person = make_person(birth_year=1960)
    make_post(body, "head", person, starts_on=date(2024, 1, 1))
    make_post(body, "supervisor", starts_on=date(2024, 1, 1))
    Organisation.objects.filter(pk=body.pk).update(legal_representative=person.name)
    assert doubts(body, tree) == ""


@pytest.mark.parametrize(
    ("person", "post", "sentence"),
    [
        ({"birth_year": 1954}, {}, "已超过 70 岁"),
        ({"is_official": True}, {}, "在职党政机关领导干部"),
        ({"is_official": True, "is_retired": True}, {}, "离退休党政机关领导干部"),
        ({}, {"starts_on": date(2020, 12, 31)}, "任期已满"),
        ({}, {"term_ends_on": date(2025, 12, 1)}, "任期已满"),
        ({"name": "杨理"}, {}, "与在任的杨理不同"),
    ],
)
def test_each_doubt_is_voiced(tree, body, person, post, sentence):
    Organisation.objects.filter(pk=body.pk).update(legal_representative="李四方")
    make_post(body, "head", make_person(**person), **{"starts_on": date(2024, 1, 1), **post})
    assert sentence in doubts(body, tree)


def test_a_head_of_two_bodies_and_an_empty_one(tree, body):
    assert "没有登记在任的法定代表人" in doubts(body, tree)
    assert "没有登记在任的监事" in doubts(body, tree)
    person = make_person()
    make_post(body, "head", person)
    make_post(make_organisation(tree.streets[1], "ST", name="样例乙协会"), "head", person)
    assert "同时是样例乙协会的法定代表人" in doubts(body, tree)
