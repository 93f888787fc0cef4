"""Report tables, closed months and SDMX-CSV by the API: each number adds up from its own rows."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from changle.core.indicators import CATALOGUE, value
from changle.core.periods import Period
from changle.oversight.statistics.actions.closing import close, open_month
from changle.oversight.statistics.models import MonthlyReport
from changle.oversight.statistics.queries import TABLES
from tests.faces.api.conftest import add, make_caller
from tests.factories.territory import make_actor


pytestmark = pytest.mark.django_db


def rows_of(caller, url):
    rows = []
    while url:
        told = caller.get(url.removeprefix("/api/v1")).json()
        rows += told["items"]
        url = told["next"]
    return rows


def lines_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_tables_are_told_to_everybody(anonymous):
    told = anonymous.get("/reports").json()["items"]
    assert [one["code"] for one in told] == list(TABLES)
    assert all(one["columns"] and one["about"] for one in told)


@pytest.mark.parametrize("code", list(TABLES))
def test_every_number_of_a_table_adds_up_from_its_rows(bodies, bureau, code):
    told = bureau.get(f"/reports/{code}").json()
    assert told["lines"][-1]["label"] == "合计"
    checked = 0
    for line in told["lines"]:
        for cell in line["cells"]:
            if not cell["rows_url"] or cell["column"] == "主管单位总数":
                continue
            total = sum(row["value"] for row in rows_of(bureau, cell["rows_url"]))
            shown = int(cell["of"].split("/")[0]) if cell["of"] else cell["value"]
            assert total == (shown or 0), (line["label"], cell)
            checked += 1
    assert checked


def test_a_street_runs_its_own_tables_and_no_other(bodies, street, district, anonymous):
    told = street.get("/reports/T1").json()
    assert told["node"] == district.streets[0].pk
    assert street.get("/reports/T1", {"node": str(district.root.pk)}).status_code == 404
    assert street.get("/reports/T99").status_code == 404
    assert street.get("/reports/T1", {"period": "soon"}).status_code == 422
    assert anonymous.get("/reports/T1").status_code == 401


def test_a_month_is_told_as_it_was_closed(bodies, district, bureau, street):
    month = date(2026, 1, 1)
    open_month(month)
    row = MonthlyReport.objects.get(node=district.streets[0])
    items = bureau.get("/monthly-reports", {"month": "2026-01", "limit": 2}).json()
    assert (len(items["items"]), bool(items["next"])) == (2, True)
    assert len(rows_of(bureau, "/monthly-reports?limit=1")) == MonthlyReport.objects.count() == 3
    told = street.get(f"/monthly-reports/{row.pk}").json()
    assert (told["state"], told["editions"], told["content"]) == ("open", 0, [])
    by = make_actor("STO", row.node)
    now = datetime(2026, 2, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    edition = close(pk=row.pk, by=by, now=now, note="已核对")
    told = street.get(f"/monthly-reports/{row.pk}").json()
    assert (told["sha256"], told["cells"], told["typed"]) == (edition.sha256, edition.cell_count, 0)
    assert {one["table"] for one in told["content"]} == set(TABLES)
    other = make_caller("STO", district.streets[1])
    assert other.get(f"/monthly-reports/{row.pk}").status_code == 404
    assert [one["node"] for one in other.get("/monthly-reports").json()["items"]] == [
        district.streets[1].pk
    ]
    for wrong in ("2026-13", "x", "2026"):
        assert bureau.get("/monthly-reports", {"month": wrong}).status_code == 422


def test_observations_are_told_by_period_area_and_part(bodies, bureau, district):
    add(district.communities[0][0], "样例晚到的合唱团", filing_number="BA-77")
    today = timezone.localdate()
    answer = bureau.get("/indicators/registry.filed/data.csv", {"by": "street"})
    assert answer["Content-Type"].startswith("application/vnd.sdmx.data+csv")
    rows = lines_of(answer)
    whole = [row for row in rows if row["BREAKDOWN"] == "_T"]
    assert [row["FREQ"] for row in whole] == ["A", *["M"] * today.month]
    assert {row["INDICATOR"] for row in rows} == {"registry.filed"}
    assert whole[0]["TIME_PERIOD"] == str(today.year)
    assert whole[0]["OBS_STATUS"] == "P"
    parts = [row for row in rows if row["BREAKDOWN"] == "street" and row["FREQ"] == "A"]
    assert sum(int(row["OBS_VALUE"]) for row in parts) == int(whole[0]["OBS_VALUE"])
    figure = value(
        "registry.filed", path=district.root.path, period=Period.year(today.year), today=today
    )
    assert int(whole[0]["OBS_VALUE"]) == figure.value
    half = lines_of(bureau.get("/indicators/registry.filed/data.csv", {"period": "2025-H2"}))
    assert (half[0]["FREQ"], half[0]["TIME_PERIOD"], half[0]["OBS_STATUS"]) == ("S", "2025-S2", "A")


@pytest.mark.parametrize(
    "query", [{"by": "nothing"}, {"period": "x"}, {"period": "1900-01-01..2026-01-01"}]
)
def test_what_makes_no_sense_is_refused(bodies, bureau, query):
    assert bureau.get("/indicators/registry.filed/data.csv", query).status_code == 422


def test_a_rate_over_nothing_is_missing_and_no_nought(bodies, bureau):
    code = next(
        one.code
        for one in CATALOGUE.values()
        if one.kind == "rate" and one.code.startswith("venue")
    )
    rows = lines_of(bureau.get(f"/indicators/{code}/data.csv", {"period": "2025-01"}))
    assert (rows[0]["OBS_VALUE"], rows[0]["OBS_STATUS"]) == ("", "M")
