"""T10 and the penalty columns of T9: parts make up the whole, and cells lead to their rows."""

from datetime import date

import pytest
from django.utils import timezone

from changle.core.periods import Period
from changle.ground.registry.models import ClassItem
from changle.oversight.statistics.queries import TABLES, fill
from tests.factories.credit import make_fact
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
YEAR, TODAY = Period.year(2024), date(2026, 11, 1)


def table_of(code, node, period=YEAR):
    told = fill(TABLES[code], node=node, period=period, today=TODAY)
    labels = [column.label for column in told.table.columns]
    lines = {
        line.label: dict(zip(labels, [cell.number for cell in cells], strict=True))
        for line, cells in told.rows
    }
    whole = dict(zip(labels, [cell.number for cell in told.total], strict=True))
    return told, {**lines, "合计": whole}


@pytest.fixture
def inspected(tree):
    """Eight bodies of 2024: one of each result, one without, one exempt."""
    street = tree.streets[0]
    results = ["合格", "合格", "基本合格", "不合格", "一年未年检", "两年未年检", None]
    bodies = []
    for number, result in enumerate(results):
        kind = "MF" if number % 2 else "ST"
        body = make_organisation(street, kind, registered_on=date(2018, 1, 1))
        if result:
            make_fact(body, "inspection", year=2024, result=result, starts_on=date(2025, 5, 6),
                      rectified_on=date(2025, 7, 1) if result == "不合格" else None)  # fmt: skip
        bodies.append(body)
    bodies.append(make_organisation(street, "MF", registered_on=date(2024, 7, 1)))
    make_organisation(street, "ST", registered_on=date(2025, 1, 1))  # no part of 2024
    return bodies


def test_the_columns_of_the_inspection_make_up_who_had_to(tree, inspected):
    told, table = table_of("T10", tree.root)
    assert list(table) == ["社会团体", "民办非企业单位（社会服务机构）", "基金会", "合计"]
    assert table["合计"] == {
        "应检": 7, "不需检": 1, "已参检": 4, "合格": 2, "基本合格": 1, "不合格": 1,
        "一年未检": 1, "两年未检": 1, "尚无结论": 1, "整改完成": 1,
    }  # fmt: skip
    assert table["社会团体"]["应检"] == 4
    assert told.faults == []


@pytest.mark.parametrize("code", ["T9", "T10"])
def test_each_cell_leads_to_its_rows(enter, client, tree, inspected, code):
    item = ClassItem.objects.filter(list="association").order_by("sort")[0]
    type(inspected[0]).objects.filter(pk=inspected[0].pk).update(official_class=item)
    inspected[0].identities.update(official_class=item)
    make_fact(inspected[0], "penalty", result="警告", starts_on=date(2024, 5, 5), document="罚1号")
    make_fact(inspected[1], "penalty", result="罚款", starts_on=date(2024, 5, 5), document="罚2号")
    make_fact(inspected[1], "penalty", result="罚款", starts_on=date(2023, 5, 5), document="罚3号")
    # the same class, so that a cell is one part of a crossing and not the whole class
    make_fact(inspected[0], "penalty", result="罚款", starts_on=date(2024, 6, 5), document="罚4号")
    enter("DCA", tree.root)
    told, table = table_of(code, tree.root)
    if code == "T9":
        assert table[item.name]["警告"] == 1
        assert table[item.name]["罚款"] == 1
        assert (table["合计"]["警告"], table["合计"]["罚款"]) == (1, 2)
    cells = [cell for _line, line in told.rows for cell in line if cell.number]
    assert cells
    for cell in cells:
        page = client.get(f"/desk/figures/rows/?{cell.query}").content.decode()
        assert f"data-rows-value>{cell.text}<" in page, cell.query
        assert page.count("<td data-row>") == cell.number, cell.query


def test_a_withdrawn_result_is_no_result(tree, inspected):
    inspected[0].facts.update(withdrawn_at=timezone.now())
    _told, table = table_of("T10", tree.root)
    assert (table["合计"]["合格"], table["合计"]["尚无结论"]) == (1, 2)
