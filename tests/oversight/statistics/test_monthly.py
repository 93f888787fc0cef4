"""A month is closed by its own place, published by another hand, and never changed afterwards."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from changle.core import sanity
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.periods import shifted
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.actions.closing import (
    ReportRefused,
    close,
    open_month,
    open_months,
    publish,
    send_back,
    type_cell,
)
from changle.oversight.statistics.lifecycle import REPORT
from changle.oversight.statistics.models import Edition, MonthlyReport, TypedCell
from changle.oversight.statistics.queries.monthly import (
    content_of,
    differences,
    digest_of,
    tables_of,
    typed_in,
)
from tests.factories.accounts import make_user
from tests.factories.activities import seat_at
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
P = Permission
MONTHLY = "/desk/figures/monthly/"
TOTAL = ("T1", "", "", "社会组织总数")


@pytest.fixture
def now(bodies):
    """The second day of the month after that of the sample bodies."""
    first = shifted(timezone.localdate(bodies[0].recorded_at).replace(day=1), 1)
    return datetime(first.year, first.month, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def month(now):
    return shifted(now.date().replace(day=1), -1)


@pytest.fixture
def reports(tree, bodies, month):
    """Of the district and of both streets."""
    open_month(month)
    return {row.node_id: row for row in MonthlyReport.objects.all()}


@pytest.fixture
def street(tree):
    return seat_at(tree.streets[0], P.FIGURE_VIEW, P.REPORT_CLOSE, user_id=make_user().pk)


@pytest.fixture
def bureau(tree):
    return seat_at(
        tree.root, P.FIGURE_VIEW, P.REPORT_CLOSE, P.REPORT_DECIDE, user_id=make_user().pk
    )


@pytest.fixture
def row(tree, reports):
    return reports[tree.streets[0].pk]


def closed(row, street, now, note="样例说明"):
    return close(pk=row.pk, by=street, now=now, note=note)


def test_a_month_is_opened_once_for_each_place_with_its_deadline(tree, reports, month, now):
    assert set(reports) == {tree.root.pk, tree.streets[0].pk, tree.streets[1].pk}
    assert open_month(month) == 0
    open_months(now)
    assert MonthlyReport.objects.count() == 3
    assert {row.state for row in reports.values()} == {"open"}
    first = shifted(month, 1)
    assert all(first + timedelta(days=4) <= row.due_on <= first + timedelta(days=16)
               for row in reports.values())  # fmt: skip


# state x move x who: the street of the report, another street, the bureau.
ALLOWED = {
    ("open", "submit"): {"street"},
    ("returned", "submit"): {"street"},
    ("submitted", "send_back"): {"bureau"},
    ("submitted", "publish"): {"bureau"},
}


@pytest.mark.parametrize("state", MonthlyReport.State.values)
@pytest.mark.parametrize("name", ["submit", "send_back", "publish"])
@pytest.mark.parametrize("who", ["street", "other", "bureau"])
def test_who_may_move_a_report_from_where(tree, row, street, bureau, now, state, name, who):
    other = seat_at(tree.streets[1], P.FIGURE_VIEW, P.REPORT_CLOSE, P.REPORT_DECIDE, user_id=1)
    by = {"street": street, "bureau": bureau, "other": other}[who]
    MonthlyReport.objects.filter(pk=row.pk).update(state=state)
    deeds = {"submit": lambda: close(pk=row.pk, by=by, now=now, note="样例"),
             "send_back": lambda: send_back(pk=row.pk, by=by, now=now, note="样例"),
             "publish": lambda: publish(pk=row.pk, by=by, now=now)}  # fmt: skip
    if who in ALLOWED.get((state, name), ()):
        deeds[name]()
        assert MonthlyReport.objects.get(pk=row.pk).state == REPORT.moves[name].target
    else:
        with pytest.raises((MoveRefused, MonthlyReport.DoesNotExist)):
            deeds[name]()
        assert MonthlyReport.objects.get(pk=row.pk).state == state
        assert not Edition.objects.exists()


def test_the_month_must_be_over(row, street, now):
    with pytest.raises(ReportRefused, match="还没有结束"):
        close(pk=row.pk, by=street, now=now - timedelta(days=2), note="样例")


def test_what_does_not_add_up_must_be_explained(tree, reports, bureau, now):
    row = reports[tree.root.pk]
    with pytest.raises(ReportRefused, match="还没有上报的：甲街道、乙街道"):
        close(pk=row.pk, by=bureau, now=now)
    edition = close(pk=row.pk, by=bureau, now=now, note="两个街道在核对")
    assert edition.missing == ["甲街道", "乙街道"]
    assert edition.note == "两个街道在核对"


def test_what_breaks_a_rule_between_figures_must_be_explained(row, street, now, monkeypatch):
    monkeypatch.setattr(
        sanity, "RULES", [lambda path, period, _today: [f"{path}的{period.code}不合理。"]]
    )
    with pytest.raises(ReportRefused, match="不合理"):
        close(pk=row.pk, by=street, now=now)
    edition = close(pk=row.pk, by=street, now=now, note="确实如此")
    assert edition.faults == [f"{row.node.path}的{row.period.code}不合理。"]


def test_what_comes_later_shows_as_a_difference_and_the_edition_stays(tree, row, street, now):
    edition = closed(row, street, now)
    assert edition.sha256 == digest_of(Edition.objects.get(pk=edition.pk).content)
    assert differences(edition, tables_of(row, now.date())) == 0
    make_organisation(tree.communities[0][0], name="样例晚到的合唱团")
    found = tables_of(row, now.date())
    assert differences(edition, found) > 0
    kept = {table["table"]: table for table in edition.content}["T1"]
    assert kept["lines"][-1]["cells"][kept["columns"].index("社会组织总数")]["number"] == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(note="改过")


def test_sent_back_and_closed_again_it_has_two_editions(row, street, bureau, now):
    first = closed(row, street, now)
    with pytest.raises(MoveRefused, match="理由"):
        send_back(pk=row.pk, by=bureau, now=now, note=" ")
    send_back(pk=row.pk, by=bureau, now=now, note="请核对 T1")
    second = closed(row, street, now, note="核对过")
    assert (first.number, second.number) == (1, 2)
    verbs = LogEntry.objects.filter(subject_label="statistics.MonthlyReport")
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "submit", "send_back", "submit",
    ]  # fmt: skip


def test_who_closed_it_never_publishes_it(tree, reports, bureau, now):
    row = reports[tree.root.pk]
    closed(row, bureau, now)
    with pytest.raises(MoveRefused, match="另一位"):
        publish(pk=row.pk, by=bureau, now=now)
    assert row not in REPORT.waiting(bureau)
    second = seat_at(tree.root, P.REPORT_DECIDE, user_id=make_user().pk)
    assert row in REPORT.waiting(second)
    assert publish(pk=row.pk, by=second, now=now).state == "published"


def test_to_dos_are_those_of_ones_own_tier(tree, reports, row, street, bureau, now):
    assert list(REPORT.waiting(street)) == [row]
    assert list(REPORT.waiting(bureau)) == [reports[tree.root.pk]]
    closed(row, street, now)
    assert list(REPORT.waiting(street)) == []
    assert set(REPORT.waiting(bureau)) == {reports[tree.root.pk], row}


def test_a_typed_number_has_its_reason_and_is_counted(row, street, bureau, now):
    with pytest.raises(ReportRefused, match="为什么"):
        type_cell(pk=row.pk, place=TOTAL, number=Decimal(5), reason=" ", by=street, now=now)
    with pytest.raises(ReportRefused, match="没有这一格"):
        type_cell(pk=row.pk, place=("T1", "", "", "没有的列"), number=Decimal(5), reason="样例",
                  by=street, now=now)  # fmt: skip
    with pytest.raises(ReportRefused, match="上级不能代报"):
        type_cell(pk=row.pk, place=TOTAL, number=Decimal(5), reason="样例", by=bureau, now=now)
    type_cell(pk=row.pk, place=TOTAL, number=Decimal("5.00"), reason="纸质台账", by=street, now=now)
    edition = closed(row, street, now)
    assert edition.typed_count == 1
    kept = {table["table"]: table for table in edition.content}["T1"]
    cell = kept["lines"][-1]["cells"][kept["columns"].index("社会组织总数")]
    assert (cell["number"], cell["computed"], cell["reason"]) == (5, "2", "纸质台账")
    with pytest.raises(ReportRefused, match="已经上报"):
        type_cell(pk=row.pk, place=TOTAL, number=None, reason="", by=street, now=now)


def test_a_typed_number_can_be_taken_back(row, street, now):
    type_cell(pk=row.pk, place=TOTAL, number=Decimal(5), reason="样例", by=street, now=now)
    type_cell(pk=row.pk, place=TOTAL, number=None, reason="", by=street, now=now)
    assert not TypedCell.objects.exists()
    content = content_of(tables_of(row, now.date()), typed_in(row))
    assert not any("reason" in c for t in content for ln in t["lines"] for c in ln["cells"])


def test_its_street_sees_it_and_no_other(tree, enter, client, row, reports):
    enter("STO", tree.streets[0])
    told = client.get(MONTHLY).content.decode()
    assert "甲街道" in told
    assert "乙街道" not in told
    assert client.get(f"{MONTHLY}{row.pk}/").status_code == 200
    assert client.get(f"{MONTHLY}{reports[tree.streets[1].pk].pk}/").status_code == 404


def test_the_way_of_a_month_through_its_pages(tree, enter, client, row, reports, monkeypatch, now):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    at = f"{MONTHLY}{row.pk}/"
    enter("STO", tree.streets[0])
    assert "关账并上报" in client.get(at).content.decode()
    refused = client.post(f"{at}type/?table=T1&cut=&key=&column=社会组织总数",
                          {"number": "7", "reason": ""})  # fmt: skip
    assert refused.status_code == 422
    assert 'value="7"' in refused.content.decode()
    typed = client.post(f"{at}type/?table=T1&cut=&key=&column=社会组织总数",
                        {"number": "7", "reason": "纸质台账"})  # fmt: skip
    assert typed.status_code == 302
    assert "手工填报 1 个" in client.get(at).content.decode()
    assert client.post(f"{at}close/", {"note": "样例"}).status_code == 302
    told = client.get(at).content.decode()
    assert "已上报" in told
    assert "关账后没有变化" in told
    make_organisation(tree.communities[0][0])
    told = client.get(at).content.decode()
    assert "修订差额" in told
    assert ">+1<" in told
    assert client.post(f"{at}close/", {"note": "再来"}).status_code == 409
    assert client.post(f"{at}publish/").status_code == 404
    enter("DCA", tree.root)
    assert client.post(f"{at}send-back/", {"note": ""}).status_code == 422
    assert client.post(f"{at}publish/", {"note": ""}).status_code == 302
    assert "已发布" in client.get(at).content.decode()


def test_it_leaves_as_pdf_word_and_spreadsheet(row, street, now, tree, enter, client):
    closed(row, street, now)
    enter("STO", tree.streets[0])
    pdf = client.get(f"{MONTHLY}{row.pk}/file.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    assert "社区社会组织汇总" in text
    assert "第 1 版" in text
    word = Document(BytesIO(client.get(f"{MONTHLY}{row.pk}/file.docx").content))
    assert len(word.tables) == len(tables_of(row, now.date()))
    book = load_workbook(BytesIO(client.get(f"{MONTHLY}{row.pk}/file.xlsx").content))
    assert any("社会组织总数" in [cell.value for cell in line] for line in book.worksheets[0])
    assert client.get(f"{MONTHLY}{row.pk}/file.exe").status_code == 404


def test_nonsense_in_the_address_is_no_error(tree, enter, client, row):
    enter("STO", tree.streets[0])
    for month in ("", "abc", "2026-13", "9999-01", "\x00", "2026"):
        assert client.get(MONTHLY, {"month": month}).status_code == 200
    assert client.get(f"{MONTHLY}999999/").status_code == 404
