"""T7 and T8 sum to the indicators; indicators to their rows; seasons remind in time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from changle.core.indicators import CATALOGUE, parts, rows, value
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.ground.annual.actions import open_season, remind_of_reports
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import LEDGERS, ledger_rows
from changle.ground.registry.models import ClassItem, OfficialFact
from changle.ground.registry.queries import seed_classes
from tests.factories.accounts import make_user
from tests.factories.annual import make_body, make_report, put, sound
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
YEAR, SEASON = Period.year(2021), Period.year(2022)


@pytest.fixture
def tree():
    seed_classes()
    return make_district()


@pytest.fixture
def district(tree):
    """Reports of both kinds in every state, with amounts to the fen."""
    field = ClassItem.objects.filter(list="field").order_by("pk")[0]
    states = ["submitted", "accepted", "closed", "preparing", "returned", "excused"]
    for number, state in enumerate(states * 2):
        kind = "ST" if number < 6 else "MF"
        body = make_body(tree.communities[number % 2][0], kind, field=field if number % 3 else None)
        values = sound(kind, income=8_000_050 + number, net_end=5_500_051 + number)
        report = make_report(body, values=values)
        late = (
            {"submitted_on": date(2022, 6, 2), "late_reason": "会计离职"} if number % 4 == 1 else {}
        )
        put(report, state, **(late if state in AnnualReport.REPORTED else {}))
    return tree


def test_the_columns_are_those_of_the_forms():
    seventh, eighth = LEDGERS["T7"], LEDGERS["T8"]
    for ledger in (seventh, eighth):
        keys = [column.key for column in ledger.columns]
        assert len(keys) == len(set(keys))
    missing = {c.key for c in eighth.columns} - {c.key for c in seventh.columns}
    assert missing == {"fund", "liability", "is_new"}
    gone = {c.key for c in seventh.columns} - {c.key for c in eighth.columns}
    assert gone == {
        "branches",
        "members_total",
        "members_unit",
        "members_person",
        "publications",
        "income_fee",
    }


@pytest.mark.parametrize(
    ("code", "column", "money"),
    [
        ("annual.income", "income", True), ("annual.expense", "cost", True), ("annual.donation", "income_donation", True),
        ("annual.fee", "income_fee", True), ("annual.staff", "staff", False),
    ],
)  # fmt: skip
def test_the_ledgers_sum_to_the_indicators(district, code, column, money):
    by = make_actor("DCA", district.root)
    told = [row.get(column) or 0 for name in LEDGERS for row in ledger_rows(name, 2021, by)]
    assert sum(told) > 0
    expected = sum((amount + 50) // 100 for amount in told) if money else sum(told)
    assert value(code, path=district.root.path, period=YEAR, today=TODAY).value == expected


@pytest.mark.parametrize(
    "code", [c for c, one in CATALOGUE.items() if c.startswith("annual.") and one.kind != "rate"]
)
@pytest.mark.parametrize("period", [YEAR, SEASON], ids=str)
def test_every_figure_is_the_sum_of_its_rows_and_of_its_parts(district, code, period):
    one = CATALOGUE[code]
    asking = {"path": district.root.path, "period": period, "today": TODAY}
    whole = value(code, **asking).value
    found = list(rows(code, **asking))
    assert whole == sum((getattr(row, one.measure) or 0) if one.measure else 1 for row in found)
    for cut in one.cuts:
        assert sum(part.value for part in parts(code, cut.name, **asking)) == whole
    below = [value(code, path=s.path, period=period, today=TODAY).value for s in district.streets]
    assert sum(below) == whole


def test_who_must_who_has_and_who_in_time(district):
    asking = {"path": district.root.path, "period": SEASON, "today": TODAY}
    told = {
        code: value(f"annual.{code}", **asking).value
        for code in ("due", "submitted", "in_time", "rate")
    }
    assert told == {"due": 10, "submitted": 6, "in_time": 5, "rate": 60}


def test_debts_are_rounded_like_fortunes(tree):
    report = make_report(make_body(tree.streets[0]), values=sound("MF", net_end=-150))
    put(report, "submitted")
    assert value("annual.net", path=tree.root.path, period=YEAR, today=TODAY).value == -2


def test_a_row_tells_record_report_and_result(tree):
    body = make_body(tree.streets[0], name="样例中心", contact_phone="029-86234567")
    report = make_report(
        body, values=sound("MF", change_items=[["名称", "2021-05-01", "甲", "乙"]])
    )
    OfficialFact.objects.create(
        organisation=body, kind="inspection", year=2021, result="合格", starts_on=date(2022, 6, 20), recorded_at=timezone.now()
    )  # fmt: skip
    by = make_actor("DCA", tree.root)
    (before,) = ledger_rows("T8", 2021, by)
    assert (before["name"], before["income"]) == ("样例中心", None)
    put(report, "submitted")
    (row,) = ledger_rows("T8", 2021, by)
    assert row["uscc"] == body.uscc
    assert row["organisation_code"] == body.uscc[8:17]
    assert (row["changes"], row["changed_on"]) == ("名称", "2021-05-01")
    assert (row["staff"], row["income"], row["inspected_on"]) == (10, 8_000_000, date(2022, 6, 20))
    assert row["phone"] == "029-86000000"
    (masked,) = ledger_rows("T8", 2021, make_actor("AUD", tree.root))
    assert masked["phone"] != "029-86000000"
    assert list(ledger_rows("T8", 2021, make_actor("STO", tree.streets[1]))) == []
    assert list(ledger_rows("T8", 2019, by)) == []


@pytest.mark.parametrize(
    ("day", "left"), [(1, 30), (24, 7), (30, 1)]
)  # of May 2022, the day being the 31st
def test_those_who_keep_the_report_are_reminded_once_a_step(tree, day, left):
    body = make_body(tree.communities[0][0])
    user, bureau = make_user(), make_user()
    make_grant(user, body.node, "OADM")
    make_grant(bureau, tree.root, "DCA")
    open_season(year=2021, by=make_actor("DCA", tree.root), now=timezone.now())
    put(make_report(make_body(tree.communities[0][0])), "submitted")
    now = datetime(2022, 5, day, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    remind_of_reports(now)
    remind_of_reports(now)
    told = Notice.objects.get()
    assert told.to == user
    assert f"还有 {left} 天到期" in told.text
    assert told.url == f"/desk/annual/{AnnualReport.objects.get(organisation=body).pk}/"


def test_nobody_is_reminded_of_what_is_far_off_or_past(tree):
    body = make_body(tree.communities[0][0])
    make_grant(make_user(), body.node, "OADM")
    open_season(year=2021, by=make_actor("DCA", tree.root), now=timezone.now())
    for month, day in ((4, 1), (6, 1)):
        on = datetime(2022, month, day, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
        remind_of_reports(on)
    assert not Notice.objects.exists()
