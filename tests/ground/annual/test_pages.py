"""The pages of reports: each works, keeps what was typed, stays shut for other places."""

import re
from contextlib import closing
from datetime import date
from html import unescape
from io import BytesIO

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from changle.core.files import StoredFile
from changle.core.log import LogEntry
from changle.ground.annual.actions import save_section
from changle.ground.annual.models import AnnualReport, Deadline
from changle.ground.annual.queries import book
from changle.ground.registry.queries import seed_classes
from tests.core.test_documents import picture
from tests.factories.accounts import make_user
from tests.factories.annual import everyone_at, make_body, make_report, put, sound
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LIST = "/desk/annual/"
CHINESE = re.compile(r"[一-龥]")
LONG = "长" * 10_000


@pytest.fixture
def tree():
    seed_classes()
    return make_district()


@pytest.fixture
def body(tree):
    return make_body(tree.communities[0][0], name="样例助老中心", contact_phone="029-86234567")


@pytest.fixture
def enter(client):
    def come(role, node, **fields):
        user = make_user(**fields)
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


@pytest.fixture
def keeper(enter, body):
    return enter("OADM", body.node, name="样例负责甲")


@pytest.fixture
def report(body):
    return make_report(body)


def text(answer):
    return unescape(answer.content.decode())


def url(report, rest=""):
    return f"{LIST}{report.pk}/{rest}"


# One body


def test_a_body_begins_its_report_and_finds_it(client, body, keeper):
    tab = f"/desk/organisations/{body.pk}/annual/"
    assert "还没有年度报告" in text(client.get(tab))
    answer = client.post(f"{tab}prepare/", {"year": "2021"})
    report = AnnualReport.objects.get()
    assert answer["Location"] == url(report)
    page = text(client.get(url(report)))
    assert "来自组织资料" in page
    assert body.name in page
    again = client.post(f"{tab}prepare/", {"year": "2021"})
    assert again.status_code == 409
    assert "已经在准备" in text(again)
    assert client.post(f"{tab}prepare/", {"year": "甲"}).status_code == 422
    assert "2021 年度报告" in text(client.get(tab))


@pytest.mark.parametrize("section", [section.code for section in book().sections])
def test_every_section_opens_and_saves_as_it_is(client, tree, enter, section):
    body = make_body(tree.communities[0][0], "ST")
    enter("OADM", body.node)
    report = make_report(body)
    form = client.get(url(report, f"section/{section}/")).context["form"]
    sent = {f.html_name: f.value() for f in form if isinstance(f.value(), str | int)}
    assert client.post(url(report, f"section/{section}/"), sent).status_code == 302
    assert AnnualReport.objects.get(pk=report.pk).typed == []


def test_a_section_is_saved_and_leads_on(client, report, keeper):
    sent = {
        "version": "0",
        "unit": "元",
        "income": "80,000",
        "income_donation": "1万元",
        "cost": "７万元",
    }
    answer = client.post(url(report, "section/activity/"), {**sent, "next": "1"})
    assert answer["Location"] == url(report, "section/cash/")
    told = AnnualReport.objects.get(pk=report.pk)
    assert [told.values[c] for c in ("income", "income_donation", "cost")] == [8_000_000, 1_000_000, 7_000_000]  # fmt: skip
    assert (told.income_fen, told.expense_fen, told.donation_fen) == (
        8_000_000,
        7_000_000,
        1_000_000,
    )
    assert LogEntry.objects.filter(verb="save", note="activity").count() == 1


def test_bare_numbers_are_in_the_unit_of_the_page_and_those_that_stand_are_not(
    client, report, keeper
):
    sent = {"version": "0", "unit": "万元", "income": "8", "cost": "7.5"}
    client.post(url(report, "section/activity/"), sent)
    assert AnnualReport.objects.get(pk=report.pk).values["cost"] == 7_500_000
    form = client.get(url(report, "section/activity/")).context["form"]
    again = {f.html_name: f.value() for f in form if f.value()} | {"unit": "万元"}
    assert again["income"] == "80,000.00元"
    client.post(url(report, "section/activity/"), again)
    assert AnnualReport.objects.get(pk=report.pk).values["income"] == 8_000_000


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("activity", "income", "三万"), ("activity", "income", "-1"), ("activity", "income", "1.234"),
        ("activity", "income", "=1+1"), ("activity", "income", "9" * 60), ("activity", "income", LONG),
        ("work", "projects", "-1"), ("work", "projects", "1.5"), ("work", "projects", "9" * 30),
        ("work", "projects", "甲"), ("basic", "postcode", "71001"), ("basic", "phone", "abc"),
        ("basic", "phone", LONG), ("basic", "premises_source", "偷来的"), ("basic", "address", LONG),
        ("basic", "bank_account", "六二二"), ("basic", "is_new", "也许"), ("words", "summary", "a\x00b"),
        ("words", "plan", LONG), ("governance", "last_election_on", "2021-02-30"),
        ("changes", "units_added-0-0", LONG), ("changes", "units_added-0-2", "昨天"),
        ("changes", "units_added-0-0", "a\x00b"),
    ],
    ids=lambda value: str(value)[:14],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field_and_kept(
    client, report, keeper, section, field, value
):
    other = {"activity": "cost_other", "work": "events", "basic": "website", "words": "problems",
             "governance": "chair", "changes": "units_added-1-0"}[section]  # fmt: skip
    kept = "不应丢失" if section not in {"activity", "work"} else "77"
    answer = client.post(
        url(report, f"section/{section}/"), {"version": "0", field: value, other: kept}
    )
    assert answer.status_code == 422
    page = text(answer)
    assert CHINESE.search(re.search(r"invalid-feedback[^>]*>([^<]+)<", page)[1])
    assert kept in page
    assert AnnualReport.objects.get(pk=report.pk).version == 1


@pytest.mark.parametrize(
    "value", ["𠅤丁中心", "<script>alert(1)</script>", "=1+1", "🙂", "甲\u202e乙"]
)
def test_odd_but_possible_text_is_kept_and_shown_as_text(client, report, keeper, value):
    sent = {"version": "0", "units_added-0-0": value, "units_added-0-1": value}
    assert client.post(url(report, "section/changes/"), sent).status_code == 302
    assert AnnualReport.objects.get(pk=report.pk).values["units_added"] == [[value, value, "", ""]]
    raw = client.get(url(report)).content.decode()
    assert value in unescape(raw)
    assert "<script>alert" not in raw


def test_of_two_editors_the_later_is_told_and_loses_nothing(client, report, body, keeper):
    form = client.get(url(report, "section/work/")).context["form"]
    other = everyone_at(body.node)
    save_section(
        pk=report.pk, code="work", version=0, values={"projects": 9}, by=other, now=timezone.now()
    )
    sent = {"version": form["version"].value(), "projects": "4", "events": "12"}
    late = client.post(url(report, "section/work/"), sent)
    page = text(late)
    assert late.status_code == 409
    assert "刚刚保存过这一部分" in page
    assert "公益项目数：（空） → 9 个" in page
    assert late.context["form"]["projects"].value() == "4"
    again = sent | {"version": late.context["form"]["version"].value()}
    assert client.post(url(report, "section/work/"), again).status_code == 302
    assert AnnualReport.objects.get(pk=report.pk).values["projects"] == 4


def test_the_way_to_the_bureau_and_back(client, tree, body, enter):
    owner = enter("OADM", body.node)
    report = make_report(body, values=sound("MF", council_meetings=0))
    blocked = client.get(url(report))
    assert "没有按章程召开会议" in text(blocked)
    assert client.post(url(report, "move/check/")).status_code == 409
    sent = {"code": "no_meeting", "reason": "改为通讯表决"}
    assert client.post(url(report, "explain/"), sent).status_code == 302
    assert client.post(url(report, "explain/"), {"code": "x", "reason": LONG}).status_code == 422
    assert client.post(url(report, "move/check/")).status_code == 302
    assert client.get(url(report, "section/work/")).status_code == 200
    assert (
        client.post(url(report, "section/work/"), {"version": 1, "projects": 5}).status_code == 409
    )
    late = client.post(url(report, "submit/"), {"on": "2022-06-02"})
    assert late.status_code == 409
    assert "请写明逾期原因" in text(late)
    assert (
        client.post(url(report, "submit/"), {"on": "2022-03-01", "receipt": "A1"}).status_code
        == 302
    )
    assert client.post(url(report, "move/accept/")).status_code == 404
    enter("DCA", tree.root)
    assert "情况说明" in text(client.get(f"{LIST}?year=2021"))
    assert client.post(url(report, "move/send_back/"), {"note": ""}).status_code == 409
    assert client.post(url(report, "move/send_back/"), {"note": LONG}).status_code == 422
    assert client.post(url(report, "move/send_back/"), {"note": "请补章"}).status_code == 302
    client.force_login(owner)
    page = text(client.get(url(report)))
    assert "已退回" in page
    assert "请补章" in page


def test_doors_are_shut(client, tree, body, enter, report):
    doors = ["", "section/work/", "print.pdf", "submit/", "scan/"]
    tab = f"/desk/organisations/{body.pk}/annual/"
    stranger = make_body(tree.communities[1][0]).node
    here = tree.communities[0][0]
    for role, node in (("STO", tree.streets[1]), ("OADM", stranger), ("RES", here)):
        enter(role, node)
        assert {client.get(url(report, door)).status_code for door in doors} == {404}
        assert client.get(tab).status_code == 404
        assert client.post(url(report, "move/accept/")).status_code == 404
    enter("COM", tree.communities[0][0])
    assert client.get(url(report)).status_code == 200
    assert client.get(url(report, "section/work/")).status_code == 404
    assert client.post(f"{tab}prepare/", {"year": 2021}).status_code == 404


def test_contacts_are_masked_for_who_may_not_see_them(client, tree, enter, report):
    enter("AUD", tree.root)
    assert "029-86234567" not in text(client.get(url(report)))
    enter("DCA", tree.root)
    assert "029-86234567" in text(client.get(url(report)))


# Paper


def words_of(pdf):
    return "".join(
        "".join(p.extract_text().split()) for p in PdfReader(BytesIO(pdf)).pages
    ).replace("\u200b", "")


def test_the_set_reads_back_and_its_code_tells_old_from_new(client, body, keeper, tmp_path):
    report = make_report(
        body, values=sound("MF", units_added=[["志愿部", "样例乙", "2021-05-01", "增"]])
    )
    pdf = client.get(url(report, "print.pdf"))
    told = words_of(pdf.content)
    for part in (
        "2021年度", "民办非企业单位（社会服务机构）年度检查报告书", "样例助老中心", "净资产合计", "55,000.00元",
        "上年末净资产45,000.00元+本年收入合计80,000.00元−本年费用合计70,000.00元=55,000.00元",
        "登记管理机关初审意见", "附件清单", "志愿部", "一年来，本单位",
    ):  # fmt: skip
        assert part in told
    page = PdfReader(BytesIO(pdf.content)).pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    code = zxingcpp.read_barcodes(picture(pdf.content, tmp_path))[0].text
    path = "/verify/annual/" + code.split("/verify/annual/")[1]
    client.logout()
    answer = text(client.get(path))
    assert "与平台上的当前内容一致" in answer
    assert body.name not in answer
    save_section(
        pk=report.pk, code="work", version=1, values={"projects": 99}, by=everyone_at(body.node), now=timezone.now()
    )  # fmt: skip
    assert "不是当前版本" in text(client.get(path))
    for wrong in ("abc", "0" * 32 + "-00", code.split("/")[-2][:-1] + "g"):
        assert "当前内容一致" not in text(client.get(f"/verify/annual/{wrong}/"))


def test_word_is_made_too_and_other_forms_are_not(client, report, keeper):
    assert client.get(url(report, "print.docx")).content[:2] == b"PK"
    assert client.get(url(report, "print.exe")).status_code == 404


def test_the_stamped_page_is_kept_with_the_report(
    client, tree, enter, report, keeper, settings, tmp_path
):
    settings.CHANGLE_DATA = tmp_path
    pdf = client.get(url(report, "print.pdf")).content
    file = SimpleUploadedFile("签章页.pdf", pdf, "application/pdf")
    assert client.post(url(report, "scan/"), {"file": file}).status_code == 302
    stored = StoredFile.objects.get()
    assert "签章页.pdf" in text(client.get(url(report)))
    handed = client.get(f"/files/{stored.public_id}/")
    with closing(handed._resource_closers.pop().__self__):  # the file, and not the connection
        assert b"".join(handed.streaming_content) == pdf
    bad = SimpleUploadedFile("a.pdf", b"MZ", "application/pdf")
    assert client.post(url(report, "scan/"), {"file": bad}).status_code == 409
    enter("STO", tree.streets[1])
    assert client.get(f"/files/{stored.public_id}/").status_code == 404


# The district


def test_the_list_filters_counts_and_exports(client, tree, enter):
    rows = [
        make_report(make_body(tree.communities[n % 2][0], name=f"样例{n}中心")) for n in range(4)
    ]
    put(rows[0], "submitted")
    put(rows[1], "closed", submitted_on=date(2022, 6, 9), late_reason="会计离职")
    enter("DCA", tree.root)
    page = client.get(f"{LIST}?year=2021")
    counts = page.context["counts"]
    assert (counts["due"], counts["reported"], counts["in_time"], counts["late"]) == (4, 2, 1, 1)
    assert (counts["missing"], counts["waiting"], counts["excused"]) == (2, 1, 0)
    assert "样例3中心" in text(page)
    assert "样例0中心" not in text(client.get(f"{LIST}?year=2021&state=missing"))
    assert "样例1中心" in text(client.get(f"{LIST}?year=2021&state=late"))
    assert "样例2中心" not in text(client.get(f"{LIST}?year=2021&q=样例1"))
    assert (
        client.get(f"{LIST}?year=99999999999999&street=x&kind=BA&state=zz&after=%00-x").status_code
        == 200
    )
    file = client.get(f"{LIST}file.xlsx?year=2021&state=late")
    sheet = load_workbook(BytesIO(file.content)).worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["样例1中心"]
    lines = b"".join(client.get(f"{LIST}file.csv?year=2021").streaming_content).decode()
    assert lines.count("\r\n") == 5
    answer = client.post(
        f"{LIST}accept/", {"pk": [str(r.pk) for r in rows], "year": "2021"}, follow=True
    )
    assert "已核对 1 份" in text(answer)
    assert AnnualReport.objects.get(pk=rows[0].pk).state == "accepted"
    enter("STO", tree.streets[0])
    street = text(client.get(f"{LIST}?year=2021"))
    assert "样例2中心" in street
    assert "样例1中心" not in street


def test_the_bureau_dates_the_season(client, tree, enter, report):
    enter("STO", tree.streets[0])
    assert client.get(f"{LIST}deadlines/").status_code == 404
    enter("DCA", tree.root)
    assert "条例规定" in text(client.get(f"{LIST}deadlines/"))
    there = f"{LIST}deadlines/2021/MF/"
    assert client.get(there).status_code == 200
    assert client.post(there, {"on": "2021-05-01", "note": "x"}).status_code == 409
    assert client.post(there, {"on": "2022-06-30", "note": ""}).status_code == 422
    assert (
        client.post(there, {"on": "2022-06-30", "note": "样例民函〔2022〕1号"}).status_code == 302
    )
    report.refresh_from_db()
    assert (report.report_by, report.due_on) == (date(2022, 6, 30), date(2022, 6, 30))
    assert Deadline.objects.get().note == "样例民函〔2022〕1号"
    assert client.get(f"{LIST}deadlines/2021/BA/").status_code == 404


def test_a_season_is_opened_once(client, tree, enter):
    make_body(tree.communities[0][0])
    make_body(tree.communities[1][0], "ST")
    make_body(tree.communities[1][0], registered_on=date(2021, 7, 1))
    enter("STO", tree.streets[0])
    client.post(f"{LIST}open/", {"year": "2021"})
    assert AnnualReport.objects.count() == 1
    enter("DCA", tree.root)
    assert "1 家建立" in text(client.post(f"{LIST}open/", {"year": "2021"}, follow=True))
    assert "0 家建立" in text(client.post(f"{LIST}open/", {"year": "2021"}, follow=True))
    assert "以后才能统一建立" in text(client.post(f"{LIST}open/", {"year": "2190"}, follow=True))
    assert "请选择" in text(client.post(f"{LIST}open/", {"year": "x"}, follow=True))
    assert AnnualReport.objects.filter(filled_count__gt=0).count() == 2


@pytest.mark.parametrize("where", ["", "ledgers/T8/", "ledgers/T8/file.csv"])
def test_lists_cost_the_same_for_one_and_for_three(client, tree, enter, where):
    enter("DCA", tree.root)
    costs = []
    for count in (1, 2):
        for _each in range(count):
            put(make_report(make_body(tree.communities[0][0]), values=sound("MF")), "submitted")
        client.get(f"{LIST}{where}?year=2021")
        with CaptureQueriesContext(
            connection,
        ) as told:
            answer = client.get(f"{LIST}{where}?year=2021")
            if answer.streaming:
                b"".join(answer.streaming_content)
        costs.append(len(told))
    assert costs[0] == costs[1]
    assert costs[1] < 25


def test_the_page_of_a_report_costs_no_more_for_more_in_it(client, body, keeper):
    report = make_report(body)
    client.get(url(report))
    with CaptureQueriesContext(connection) as before:
        client.get(url(report))
    for code, values in (("work", {"projects": 1}), ("words", {"plan": "甲"})):
        save_section(pk=report.pk, code=code, version=0, values=values, by=everyone_at(body.node), now=timezone.now())  # fmt: skip
    with CaptureQueriesContext(connection) as after:
        client.get(url(report))
    assert len(after) == len(before) < 45
