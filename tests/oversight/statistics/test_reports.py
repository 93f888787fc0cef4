"""The tables of the reports: sums hold or say that they do not, and cells lead to their rows."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from changle.core.periods import Period
from changle.ground.registry.models import ClassItem
from changle.oversight.statistics.queries import TABLES, fill
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
T1, T9 = "/desk/figures/report/T1/", "/desk/figures/report/T9/"


@pytest.fixture
def bureau(enter, tree, bodies):
    return enter("DCA", tree.root)


def filled(table, node, period, today, *, finer=False):
    told = fill(TABLES[table], node=node, period=period, today=today, finer=finer)
    labels = [column.label for column in told.table.columns]
    return told, {
        line.label: dict(zip(labels, [cell.number for cell in cells], strict=True))
        for line, cells in told.rows
    } | {"合计": dict(zip(labels, [cell.number for cell in told.total], strict=True))}


@pytest.fixture
def this_year(bodies):
    today = timezone.localdate(bodies[0].recorded_at)
    return Period.year(today.year), today


def test_streets_sum_to_the_district_and_kinds_to_the_total(tree, bodies, this_year):
    told, table = filled("T1", tree.root, *this_year)
    assert list(table) == ["甲街道", "乙街道", "合计"]
    assert [table[line]["社会组织总数"] for line in table] == [2, 1, 3]
    assert [table[line]["社区数量"] for line in table] == [2, 2, 4]
    assert table["甲街道"]["社会服务类个数"] == 1
    assert table["甲街道"]["未分类"] == 1
    assert table["合计"]["成员总数"] == 20
    assert told.faults == []


def test_an_average_is_the_total_by_the_communities_never_of_averages(tree, bodies, this_year):
    make_organisation(tree.communities[1][1])
    make_organisation(tree.communities[1][1])
    _told, table = filled("T1", tree.root, *this_year)
    assert table["甲街道"]["社会组织平均数"] == 1
    assert table["乙街道"]["社会组织平均数"] == 1.5
    assert table["合计"]["社会组织平均数"] == 1.25


def test_a_street_is_told_by_its_communities(tree, bodies, this_year):
    _told, table = filled("T1", tree.streets[0], *this_year)
    assert list(table) == ["一社区", "二社区", "合计"]


def test_communities_sum_to_their_street_and_streets_to_the_district(tree, bodies, this_year):
    told, table = filled("T1", tree.root, *this_year, finer=True)
    assert list(table) == [
        "一社区", "二社区", "甲街道 小计", "三社区", "四社区", "乙街道 小计", "合计",
    ]  # fmt: skip
    assert [table[line]["社会组织总数"] for line in table] == [1, 1, 2, 1, 0, 1, 3]
    assert [table[line]["社区数量"] for line in table] == [1, 1, 2, 1, 1, 2, 4]
    assert [table[line]["社会服务类个数"] for line in table] == [1, 0, 1, 1, 0, 1, 2]
    assert told.faults == []


def test_a_subtotal_says_what_lies_in_none_of_its_communities(tree, bodies, this_year):
    make_organisation(tree.streets[0], member_count=5)
    told, table = filled("T1", tree.root, *this_year, finer=True)
    assert table["甲街道 小计"]["社会组织总数"] == 3
    assert told.faults == ["甲街道 小计中未落到社区的：社会组织总数 1、未分类 1、成员总数 5。"]


def test_a_street_has_no_finer_lines_than_its_communities(tree, bodies, this_year):
    _told, table = filled("T1", tree.streets[0], *this_year, finer=True)
    assert list(table) == ["一社区", "二社区", "合计"]


def test_a_table_says_what_falls_into_none_of_its_rows(tree, bodies, this_year):
    make_organisation(tree.root)
    told, table = filled("T1", tree.root, *this_year)
    assert table["合计"]["社会组织总数"] == 4
    assert "“社会组织总数”有 1 未落到所列各行。" in told.faults


def test_the_classes_sum_to_what_is_registered(tree, bodies, this_year):
    culture = ClassItem.objects.get(list="association", code="culture")
    make_organisation(tree.streets[0], "ST", official_class=culture)
    told, table = filled("T9", tree.root, *this_year)
    assert table["合计"]["期末数"] == 3
    assert table["未填行业分类"]["期末数"] == 2
    counts = {line.key: cells[0].number for line, cells in told.rows}
    assert counts[str(culture.pk)] == 1
    assert told.faults == []


def test_a_competent_unit_of_two_streets_counts_once_in_all(tree, bodies, this_year):
    for place in (tree.communities[0][0], tree.communities[1][0], tree.communities[1][1]):
        make_organisation(place, competent_unit="样例区民政局")
    make_organisation(tree.communities[0][1], competent_unit="样例区文化局")
    told, table = filled("T1", tree.root, *this_year, finer=True)
    column = {line: table[line]["主管单位总数"] for line in table}
    assert (column["甲街道 小计"], column["乙街道 小计"], column["合计"]) == (2, 1, 2)
    assert (column["一社区"], column["四社区"]) == (1, 1)
    assert told.faults == []


def test_the_four_kinds_and_the_unclassified_sum_to_the_total(tree, bodies, this_year):
    _told, table = filled("T1", tree.root, *this_year, finer=True)
    kinds = ("行业协会类个数", "社会服务类个数", "公益慈善类个数", "其他类个数", "未分类")
    for line in table.values():
        assert sum(line[kind] for kind in kinds) == line["社会组织总数"]


def test_what_the_platform_does_not_report_up_is_said(client, bureau, this_year):
    shown = client.get(T1).content.decode()
    assert "平台实时" in shown
    assert "平台未上报" in shown
    text = b"".join(client.get(f"{T1}file.csv").streaming_content).decode("utf-8-sig")
    head, *lines = csv.reader(StringIO(text))
    assert {line[head.index("填报状态")] for line in lines} == {"平台实时"}
    assert {line[head.index("填报日期")] for line in lines} == {this_year[1].isoformat()}


@pytest.mark.parametrize("url", [T1, f"{T1}?detail=community", T9])
def test_every_cell_leads_to_that_many_rows(client, bureau, url):
    told = client.get(url).content.decode()
    cells = re.findall(r'class="num" href="([^"]+)">([^<]+)<', told)
    assert len(cells) > 10
    for href, text in cells:
        page = client.get(href.replace("&amp;", "&"))
        assert page.status_code == 200
        value = re.search(r"data-rows-value>([^<]+)<", page.content.decode())[1]
        assert text in {value, "—"} or "." in text  # an average leads to what it divides


def test_the_files_say_what_the_page_says(client, bureau, tree):
    book = load_workbook(BytesIO(client.get(f"{T1}file.xlsx").content))
    told = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {"甲街道", "合计", "社会组织平均数"} <= set(told)
    text = b"".join(client.get(f"{T1}file.csv").streaming_content).decode("utf-8-sig")
    assert [line[0] for line in csv.reader(StringIO(text))] == ["项目", "甲街道", "乙街道", "合计"]
    pdf = PdfReader(BytesIO(client.get(f"{T9}file.pdf").content))
    assert "登记存量" in "".join(page.extract_text() for page in pdf.pages).replace("\n", "")


def test_a_file_holds_numbers_as_numbers(client, bureau, tree):
    make_organisation(tree.communities[0][0], member_count=54_321)
    book = load_workbook(BytesIO(client.get(f"{T1}file.xlsx?detail=community").content))
    head, *lines = book["数据"].iter_rows(values_only=True)
    told = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert told["合计"]["成员总数"] == 54_341
    assert told["甲街道 小计"]["社会组织平均数"] == 1.5
    text = b"".join(client.get(f"{T1}file.csv").streaming_content).decode("utf-8-sig")
    assert "54341" in text


def test_a_file_tells_classes_of_one_name_apart(client, bureau):
    book = load_workbook(BytesIO(client.get(f"{T9}file.xlsx").content))
    names = [line[:2] for line in book["数据"].iter_rows(values_only=True)]
    assert names[0] == ("类别", "项目")
    assert {("社会团体", "教育"), ("民办非企业单位", "教育")} <= set(names)
    assert len(names) == len(set(names))


def test_a_street_is_one_step_below_and_above(client, bureau, tree):
    street = tree.streets[0]
    told = client.get(T1, {"period": "2021-Q3"}).content.decode()
    assert f'href="{T1}?node={street.pk}&amp;period=2021-Q3">{street.label}<' in told
    told = client.get(T1, {"node": street.pk, "period": "2021-Q3"}).content.decode()
    assert f'href="{T1}?node={tree.root.pk}&amp;period=2021-Q3">{tree.root.name}<' in told
    assert "展开到社区" not in told


def test_a_street_office_is_not_led_above_itself(client, enter, tree, bodies):
    enter("STO", tree.streets[0])
    assert tree.root.name not in client.get(T1).content.decode().split("<main")[1]


def test_an_unknown_table_or_period_is_not_there(client, bureau):
    assert client.get("/desk/figures/report/T99/").status_code == 404
    assert client.get(T1, {"period": "2021-Q9"}).status_code == 404
