"""Every figure of the registry is the sum of its rows, for each place and month of a year of changes."""

from datetime import date
from itertools import pairwise

import pytest
from django.utils import timezone

from changle.core.indicators import CATALOGUE, NoSuchFigure, cross, parts, rows, total, value
from changle.core.periods import Period
from changle.ground.registry.actions import (
    change_organisation,
    convert_organisation,
    move,
    move_organisation,
    rename_organisation,
)
from changle.ground.registry.models import ClassItem, Crosswalk
from changle.ground.registry.queries import seed_classes
from changle.ground.territory.models import Node, NodeCode
from tests.factories.registry import everything_at, make_organisation, make_uscc
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
TODAY = date(2022, 3, 4)
YEAR = Period.year(2021)
MONTHS = YEAR.months()
HERE, CITY, PROVINCE = "610112", "610100", "610000"


def item(list_, code):
    return ClassItem.objects.get(list=list_, code=code)


class Sample:
    """A small district in 2021: every way in which a body begins, changes and ends."""

    def __init__(self):
        seed_classes()
        self.tree = make_district()
        self.root = self.tree.root
        NodeCode.objects.create(
            node=self.root, system="stats", code="610112000000", starts_on=date(2000, 1, 1)
        )
        self.by, self.now = everything_at(self.root), timezone.now()
        (self.one, self.two), (self.three, self.four) = self.tree.communities
        self.registered()
        self.filed()

    def do(self, action, organisation, **said):
        return action(pk=organisation.pk, by=self.by, now=self.now, **said)

    def end(self, organisation, *names, on):
        for name in names:
            move(organisation.pk, name, by=self.by, now=self.now, on=on, note="样例")

    def registered(self):
        field = item("field", "civil")
        make_organisation(
            self.one, "ST", registered_on=date(2021, 1, 10), field=field,
            official_class=item("association", "culture"),
        )  # fmt: skip
        for region, kind, place in (
            (CITY, "MF", self.tree.streets[1]),
            (PROVINCE, "JJH", self.root),
        ):
            make_organisation(
                place, kind, uscc=make_uscc(kind, region), registered_on=date(2020, 5, 6)
            )
        closing = make_organisation(self.two, "ST", registered_on=date(2020, 5, 6))
        self.end(closing, "liquidate", "deregister", on=date(2021, 9, 30))
        false = make_organisation(self.three, "MF", registered_on=date(2021, 3, 31))
        self.end(false, "revoke", on=date(2021, 10, 1))
        brief = make_organisation(self.three, "MF", registered_on=date(2021, 8, 2))
        self.end(brief, "revoke", on=date(2021, 8, 2))

    def filed(self):
        living, charity = item("community", "living"), item("community", "charity")
        self.converted = make_organisation(
            self.one, registered_on=date(2021, 2, 3), category=living, member_count=20
        )
        self.do(convert_organisation, self.converted, kind="MF", uscc=make_uscc("MF"),
                on=date(2021, 6, 15))  # fmt: skip
        moved = make_organisation(
            self.two, registered_on=date(2021, 2, 3), category=charity, member_count=11
        )
        self.do(rename_organisation, moved, name="样例改名队", on=date(2021, 5, 1))
        self.do(move_organisation, moved, place=self.three, on=date(2021, 7, 1))
        slip = make_organisation(self.four, registered_on=date(2021, 4, 1), premises_area=60)
        self.do(change_organisation, slip, version=slip.version, changes={"name": "样例改错队"},
                on=date(2021, 4, 1))  # fmt: skip
        gone = make_organisation(self.four, registered_on=date(2020, 3, 1), category=living)
        self.end(gone, "cancel", on=date(2021, 12, 31))
        idle = make_organisation(self.tree.streets[0], registered_on=date(2020, 3, 1))
        self.end(idle, "lapse", on=date(2021, 11, 1))
        make_organisation(self.four, "PRE", founded_on=date(2021, 4, 1), registered_on=None)

    def places(self):
        return list(Node.objects.exclude(kind="organisation").order_by("path"))


@pytest.fixture
def sample(db):
    return Sample()


def number(code, node, period):
    return value(code, path=node.path, period=period, today=TODAY).value


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_value_and_every_part_is_the_sum_of_its_rows(sample, code):
    indicator = CATALOGUE[code]
    for node in sample.places():
        for period in (*MONTHS, YEAR):
            asked = {"path": node.path, "period": period, "today": TODAY}
            figure = value(code, **asked)
            whole = figure.value if figure.numerator is None else figure.numerator
            counted = indicator if indicator.records else CATALOGUE[indicator.above]
            assert total(counted, rows(code, **asked)) == whole
            if not counted.measure:
                assert rows(code, **asked).count() == whole
            for cut in indicator.cuts:
                told = parts(code, cut.name, **asked)
                assert len({part.key for part in told}) == len(told)
                assert not cut.additive or sum(part.value for part in told) == whole
                for part in told:
                    found = rows(code, **asked, by=cut.name, key=part.key)
                    assert total(counted, found) == part.value


@pytest.mark.parametrize("code", ["registry.filed", "registry.registered"])
def test_two_cuts_at_once_sum_to_each_of_them(sample, code):
    asked = {"path": sample.root.path, "period": MONTHS[5], "today": TODAY}
    first, second = ("street", "report") if code == "registry.filed" else ("kind", "registrar")
    both = cross(code, first, second, **asked)
    for part in parts(code, first, **asked):
        assert sum(count for (key, _), count in both.items() if key == part.key) == part.value
    for part in parts(code, second, **asked):
        assert sum(count for (_, key), count in both.items() if key == part.key) == part.value


def test_what_stands_changes_by_what_began_and_ended(sample):
    for before, month in pairwise(MONTHS):

        def n(code, month=month):
            return number(f"registry.{code}", sample.root, month)

        grown = n("registered") - number("registry.registered", sample.root, before)
        assert grown == n("registrations") - n("deregistrations") - n("revocations")
        grown = n("filed") - number("registry.filed", sample.root, before)
        assert grown == n("filings") - n("conversions") - n("filing_endings")


def test_a_body_counts_once_on_any_day(sample):
    for month in MONTHS:
        asked = {"path": "", "period": month, "today": TODAY}
        bodies = [
            row.organisation_id
            for code in ("registry.registered", "registry.filed", "registry.teams")
            for row in rows(code, **asked)
        ]
        assert len(bodies) == len(set(bodies))


def test_conversion_leaves_the_filed_and_joins_the_registered_that_day(sample):
    def told(day):
        period = Period(day, day.replace(day=day.day + 1))
        asked = {"path": sample.root.path, "period": period, "today": TODAY}
        return [
            rows(code, **asked).filter(organisation=sample.converted).count()
            for code in ("registry.filed", "registry.registered", "registry.registrations",
                         "registry.conversions")
        ]  # fmt: skip

    assert told(date(2021, 6, 14)) == [1, 0, 0, 0]
    assert told(date(2021, 6, 15)) == [0, 1, 1, 1]
    assert told(date(2021, 6, 16)) == [0, 1, 0, 0]


def test_what_happens_later_changes_no_past_day(sample):
    """But for the sums of numbers last reported, which say so in their definition."""
    told = [code for code in CATALOGUE if not CATALOGUE[code].measure]

    def past():
        asked = [(code, node, month) for code in told for node in sample.places()
                 for month in (*MONTHS, YEAR)]  # fmt: skip
        return {(code, node.pk, month): number(code, node, month) for code, node, month in asked}

    before, later = past(), date(2022, 2, 1)
    filed = list(rows("registry.filed", path="", period=YEAR, today=TODAY))
    registered = list(rows("registry.registered", path="", period=YEAR, today=TODAY))
    moved, *_ = [row.organisation for row in filed]
    sample.do(rename_organisation, moved, name="样例后来改名队", on=later)
    sample.do(move_organisation, moved, place=sample.four, on=later)
    sample.do(convert_organisation, moved, kind="ST", uscc=make_uscc("ST"), on=date(2022, 2, 2))
    sample.end(registered[0].organisation, "revoke", on=later)
    make_organisation(sample.one, registered_on=later)
    assert past() == before
    february = Period.month(2022, 2)
    assert number("registry.conversions", sample.root, february) == 1
    assert number("registry.revocations", sample.root, february) == 1


def test_renaming_moving_and_putting_right_is_no_new_filing(sample):
    assert number("registry.filings", sample.root, YEAR) == 3
    assert number("registry.filings", sample.tree.streets[1], YEAR) == 1


def test_the_registrar_decides_what_is_registered_by_the_district(sample):
    march = Period.month(2021, 2)
    assert number("registry.registered", sample.root, march) == 4
    assert number("registry.registered_by_district", sample.root, march) == 2
    told = parts("registry.registered", "registrar", path=sample.root.path, period=march,
                 today=TODAY)  # fmt: skip
    assert [(part.key, part.value) for part in told] == [(PROVINCE, 1), (CITY, 1), (HERE, 2)]


def test_a_category_counts_once_though_it_leads_into_two_lists(sample):
    living = item("community", "living")
    Crosswalk.objects.create(source=living, target=item("field", "civil"), target_list="field")
    asked = {"path": sample.root.path, "period": MONTHS[2], "today": TODAY}
    told = {part.key: part.value for part in parts("registry.filed", "report", **asked)}
    assert told == {"service": 2, "charity": 1, "": 1}
    assert rows("registry.filed", **asked, by="report", key="service").count() == 2


def test_what_is_not_filled_in_comes_last(sample):
    asked = {"path": sample.root.path, "period": MONTHS[2], "today": TODAY}
    told = parts("registry.filed", "category", **asked)
    assert [part.label for part in told] == ["生活服务类", "公益慈善类", "未填"]


def test_a_period_under_way_is_counted_as_of_today(sample):
    figure = value("registry.filed", path="", period=YEAR, today=date(2021, 3, 1))
    assert figure.as_of == date(2021, 3, 1)
    assert figure.value == 4


def test_a_flow_is_half_open(sample):
    def revoked(start, end):
        return number("registry.revocations", sample.root, Period(start, end))

    assert revoked(date(2021, 9, 30), date(2021, 10, 1)) == 0
    assert revoked(date(2021, 10, 1), date(2021, 10, 2)) == 1


def test_a_rate_is_made_of_its_own_numerator_and_denominator(sample):
    figure = value("registry.filed_per_community", path=sample.tree.streets[0].path,
                   period=MONTHS[2], today=TODAY)  # fmt: skip
    assert (figure.numerator, figure.denominator, figure.value) == (3, 2, 1.5)
    nowhere = value("registry.filed_per_community", path=sample.tree.centre.path,
                    period=MONTHS[2], today=TODAY)  # fmt: skip
    assert nowhere.value is None


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "1 OR 1=1", "\x00", "²"])
@pytest.mark.parametrize("by", ["street", "kind"])
def test_a_key_that_names_nothing_has_no_rows(sample, by, key):
    asked = {"path": "", "period": YEAR, "today": TODAY, "by": by, "key": key}
    assert not rows("registry.registered", **asked).exists()


def test_an_unknown_figure_or_cut_says_so():
    with pytest.raises(NoSuchFigure, match="没有代码为"):
        rows("registry.nothing", path="", period=YEAR, today=TODAY)
    with pytest.raises(NoSuchFigure, match="可用：kind"):
        rows("registry.conversions", path="", period=YEAR, today=TODAY, by="colour")


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_indicator_says_what_it_counts(code):
    indicator = CATALOGUE[code]
    assert indicator.name
    assert indicator.unit
    assert indicator.definition.endswith("。")
    assert (indicator.records is None) == (indicator.kind == "rate")
    assert indicator.records is None or (indicator.label and indicator.subject and indicator.place)
