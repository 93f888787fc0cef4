"""Tables told apart, read within bounds, laid out and cleaned."""

import csv
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from changle.core.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    Column,
    Kind,
    SheetRefused,
    Unreadable,
    as_date,
    as_int,
    csv_lines,
    digits_lost,
    layout,
    person_name,
    read,
    sniff,
    text,
    write_csv,
    write_xlsx,
)


def book(tmp_path, rows, *, name="book.xlsx", then=None):
    path = tmp_path / name
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("名单")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    if then:
        then(workbook, sheet)
    workbook.close()
    return path


def read_apart(path):
    """What a process of its own says to this table, and the most memory (KiB) its reader held.

    The test's own process has had other children, some of them larger.
    """
    script = (
        "import json, resource, sys\n"
        "from pathlib import Path\n"
        "from changle.core.sheets import SheetRefused, read\n"
        "said = ''\n"
        "try:\n"
        "    read(Path(sys.argv[1]))\n"
        "except SheetRefused as refused:\n"
        "    said = str(refused)\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(json.dumps([said, peak]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def rezip(path, *, add=(), change=None):
    """The same archive with entries added or changed."""
    with zipfile.ZipFile(path) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    entries |= dict(add)
    for name, edit in (change or {}).items():
        entries[name] = edit(entries[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in entries.items():
            new.writestr(name, content)
    return path


def plain(tmp_path, content, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


ROWS = [["名称", "代码"], ["甲社区花友会", "A1"], ["乙社区棋社", "B2"]]


# what a file is


def test_kind_is_told_by_content_not_by_name(tmp_path):
    assert sniff(book(tmp_path, ROWS, name="a.csv")) == Kind.XLSX
    assert sniff(plain(tmp_path, "名称,代码\n甲,1\n", "a.xlsx")) == Kind.CSV_UTF8
    assert sniff(plain(tmp_path, "\ufeff名称\n甲\n", "b.xls")) == Kind.CSV_UTF8
    assert (
        sniff(plain(tmp_path, "名称\n𠮷田镕基䶮\n".encode("gb18030"), "c.csv")) == Kind.CSV_GB18030
    )
    assert sniff(plain(tmp_path, "名称\t代码\n甲\t1\n".encode("utf-16"), "d.csv")) == Kind.CSV_UTF16


def test_gb18030_keeps_rare_letters(tmp_path):
    table = read(plain(tmp_path, "姓名,街道\n㛃䶮𠮷,张家堡街道\n".encode("gb18030")))
    assert table.rows[1].cells == ("㛃䶮𠮷", "张家堡街道")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf", "没有内容"),
        (b" \n,,,\n", "没有内容"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xff\xd8\xff\xe0 jpg", "图片"),
        (b"\x00\x01\x02\x03\x04", "认不出"),
        (os.urandom(4096), "认不出|残缺"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b'<?xml version="1.0"?><Workbook/>', "网页或 XML"),
        ("名称,地址\n未央区张家堡社区服务中心,凤城".encode()[:-1], "残缺"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "不是表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le"), "密码"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le") + b"\0" * 2000,
            "损坏",
        ),
        (b"PK\x03\x04 not a zip at all", "损坏"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path, content, reason):
    with pytest.raises(SheetRefused, match=reason):
        read(plain(tmp_path, content))


def test_too_large_a_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    with pytest.raises(SheetRefused, match="最大 20 MB"):
        read(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_workbook_is_refused(tmp_path, share):
    path = book(tmp_path, ROWS)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SheetRefused, match="损坏"):
        read(path)


def test_zip_bomb_is_refused_in_little_time_and_memory(tmp_path):
    bomb = b"0" * 250_000_000
    path = rezip(book(tmp_path, ROWS), add=[("xl/media/a.bin", bomb)])
    del bomb
    start = time.monotonic()
    with pytest.raises(SheetRefused, match="压缩炸弹"):
        read(path)
    assert time.monotonic() - start < 1


def test_zip_bomb_that_lies_about_its_size_is_refused(tmp_path):
    path = rezip(book(tmp_path, ROWS), add=[("xl/media/a.bin", b"0" * 210_000_000)])
    content = path.read_bytes().replace(struct.pack("<I", 210_000_000), struct.pack("<I", 1000))
    path.write_bytes(content)
    with pytest.raises(SheetRefused, match=r"损坏|压缩炸弹"):
        read(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("xl/vbaProject.bin", "有宏"),
        ("xl/externalLinks/externalLink1.xml", "外部"),
        ("xl/connections.xml", "数据连接"),
    ],
)
def test_macros_and_links_are_refused(tmp_path, name, reason):
    with pytest.raises(SheetRefused, match=reason):
        read(rezip(book(tmp_path, ROWS), add=[(name, b"x")]))


def test_thousands_of_entries_are_refused(tmp_path):
    path = rezip(book(tmp_path, ROWS), add=[(f"xl/media/{n}.bin", b"") for n in range(3000)])
    with pytest.raises(SheetRefused, match="部件"):
        read(path)


def test_entities_are_refused(tmp_path):
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = rezip(
        book(tmp_path, ROWS),
        change={"xl/sharedStrings.xml": lambda xml: laughs + xml.split(b"?>", 1)[1]},
    )
    with pytest.raises(SheetRefused, match="实体"):
        read(path)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [("word/document.xml", "Word"), ("content.xml", "ODS"), ("a.txt", "压缩包")],
)
def test_other_archives_are_told_by_name(tmp_path, entry, reason):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "x")
    with pytest.raises(SheetRefused, match=reason):
        read(path)


# rows and columns beyond all bounds


def test_sixteen_thousand_columns_are_refused(tmp_path):
    path = book(tmp_path, [[f"列{n}" for n in range(16_000)], list(range(16_000))])
    with pytest.raises(SheetRefused, match="16000 列"):
        read(path)
    with pytest.raises(SheetRefused, match="16000 列"):
        read(plain(tmp_path, ",".join(["x"] * 16_000) + "\n"))


def test_two_cells_at_opposite_corners_cost_little(tmp_path):
    def corner(_workbook, sheet):
        sheet.write(1_048_575, 16_383, "远")

    start = time.monotonic()
    said, peak = read_apart(book(tmp_path, ROWS, then=corner))
    assert "过多" in said or "损坏" in said
    assert time.monotonic() - start < 20
    assert peak < 1_200_000


def test_one_long_string_named_a_hundred_thousand_times_costs_little(tmp_path):
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 100_001)
    )
    path = rezip(
        book(tmp_path, [["x" * 30_000]]),
        change={
            "xl/worksheets/sheet1.xml": lambda xml: (
                xml[: xml.index(b"<sheetData>")]
                + b"<sheetData>"
                + cells
                + b"</sheetData></worksheet>"
            )
        },
    )
    with pytest.raises(SheetRefused, match=r"过多|损坏"):
        read(path)


def test_blank_rows_and_columns_by_the_thousand_are_nothing(tmp_path):
    def blanks(workbook, sheet):
        style = workbook.add_format({"bold": True})
        for row in range(3, 5000):
            sheet.write_blank(row, 3, None, style)
        for column in range(3, 5000):
            sheet.write_blank(1, column, None, style)
        sheet.write(6000, 0, "丙社区合唱团")

    table = read(book(tmp_path, ROWS, then=blanks))
    assert (len(table.rows), table.width, table.blank_rows) == (4, 2, 5997)
    assert table.rows[-1] == (6001, ("丙社区合唱团",))


def test_too_many_rows_are_refused(tmp_path):
    with pytest.raises(SheetRefused, match=str(MOST_ROWS)):
        read(plain(tmp_path, "1,2\n" * (MOST_ROWS + 1)))


def test_reading_keeps_near_the_reader_and_lean(tmp_path):
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc to measure memory by")
    path = tmp_path / "long.xlsx"
    columns = [Column(f"k{n}", f"名称{n}") for n in range(10)]
    with path.open("wb") as file:
        write_xlsx(
            columns, ({c.key: f"{c.key}社{n}" for c in columns} for n in range(20_000)), file
        )
    probe = (  # VmHWM: what getrusage tells of a child counts its parent before exec
        "import re,sys;from pathlib import Path;from changle.core.sheets import read;"
        "t=read(Path(sys.argv[1]));"
        "print(len(t.rows),re.search(r'VmHWM:\\s+(\\d+)',Path('/proc/self/status').read_text())[1])"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", probe, str(path)], cwd=root, capture_output=True, check=True
    )
    rows, memory = map(int, out.stdout.split())
    assert rows == 20_001
    assert memory < 300_000


# what cells are


def test_numbers_dates_and_truth_keep_their_kind(tmp_path):
    def typed(workbook, sheet):
        style = workbook.add_format({"num_format": "yyyy/m/d"})
        sheet.write(3, 0, 3.0)
        sheet.write(3, 1, 3.5)
        sheet.write_datetime(3, 2, date(2021, 9, 18), style)
        sheet.write(3, 3, True)
        sheet.write(3, 4, 911100001234567890)
        sheet.write_formula(3, 5, "=1+1", None, 2)
        sheet.write_string(3, 6, "=cmd|' /C calc'!A0")

    cells = read(book(tmp_path, ROWS, then=typed)).rows[-1].cells
    assert cells[:4] == (3, 3.5, date(2021, 9, 18), True)
    assert isinstance(cells[0], int)
    assert digits_lost(cells[4])
    assert cells[5:] == (2, "=cmd|' /C calc'!A0")


def test_merged_cells_are_filled(tmp_path):
    def merge(_workbook, sheet):
        sheet.merge_range(3, 0, 5, 0, "张家堡街道")
        sheet.write_column(3, 1, ["子", "丑", "寅"])

    rows = read(book(tmp_path, ROWS, then=merge)).rows[-3:]
    assert [row.cells for row in rows] == [("张家堡街道", name) for name in "子丑寅"]


def test_sheets_are_listed_and_the_first_with_content_is_read(tmp_path):
    path = tmp_path / "many.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    hidden, empty, full = (workbook.add_worksheet(name) for name in ("藏", "空", "满"))
    hidden.write(0, 0, "秘")
    full.write(0, 0, "名称")
    hidden.hide()
    empty.activate()
    full.set_first_sheet()
    workbook.close()
    table = read(path)
    assert (table.sheet, [tuple(each) for each in table.sheets]) == (
        "满",
        [("藏", True), ("空", False), ("满", False)],
    )
    assert read(path, "藏").rows[0].cells == ("秘",)
    with pytest.raises(SheetRefused, match="没有内容"):
        read(path, "空")
    with pytest.raises(SheetRefused, match="没有名为"):
        read(path, "无")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiter_is_found(tmp_path, mark):
    rows = read(plain(tmp_path, f"名称{mark}地址\n甲{mark}凤城一路，3号\n")).rows
    assert rows[1].cells == ("甲", "凤城一路，3号")


def test_quotes(tmp_path):
    assert read(plain(tmp_path, '名称,注\n"甲\n乙",1\n丙,2\n')).rows[2] == (4, ("丙", "2"))
    assert read(plain(tmp_path, '名称,注\n"阳光"志愿队,1\n')).rows[1].cells[1] == "1"
    with pytest.raises(SheetRefused, match="引号"):
        read(plain(tmp_path, '名称,注\n"甲,1\n乙,2\n'))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, ""),
        ("  甲 \u00a0", "甲"),
        ("ＡＢ１２", "AB12"),
        ("91\u200b12", "9112"),
        (3, "3"),
        (3.5, "3.5"),
        ("一、\r\n二", "一、\n二"),
        (True, "是"),
        (date(2021, 9, 18), "2021-09-18"),
        ("（未央）", "（未央）"),
        ("a  b", "a b"),
        (9.111e17, "9.111E+17"),
        ("\u202e甲", "甲"),
    ],
)
def test_text(cell, words):
    assert text(cell) == words
    assert text(text(cell)) == words


def test_gaps_in_chinese_names_close():
    assert person_name("张 三") == "张三"
    assert person_name("名　称") == "名称"
    assert person_name("Anna Li") == "Anna Li"


@pytest.mark.parametrize(
    "cell",
    [
        "2021.9.18",
        "2021年9月18日",
        "20210918",
        20210918,
        "2021/9/18",
        "２０２１－０９－１８",
        "2021-09-18",
        "2021-09-18 10:30:00",
        "2021-09-18T10:30:00",
        44457,
        44457.5,
        "44457",
        date(2021, 9, 18),
        datetime(2021, 9, 18, 8, tzinfo=UTC),
    ],
)
def test_dates_as_people_write_them(cell):
    assert as_date(cell) == date(2021, 9, 18)


@pytest.mark.parametrize(
    "cell",
    [
        "21.9.18",
        "9/18/21",
        "2021",
        2021,
        "2021-02-30",
        "昨天",
        20211345,
        -3,
        60,
        True,
        1e20,
        float("inf"),
        "1021-01-01",
    ],
)
def test_doubtful_dates_are_refused(cell):
    with pytest.raises(Unreadable):
        as_date(cell)


def test_blank_dates_and_first_days():
    assert as_date(None) is as_date(" ") is as_int("") is None
    assert (as_date(1), as_date(59), as_date(61)) == (
        date(1900, 1, 1),
        date(1900, 2, 28),
        date(1900, 3, 1),
    )


def test_whole_numbers():
    assert [as_int(cell) for cell in (3, 3.0, "3", "1,234", "３", "12.0", "-4")] == [
        3,
        3,
        3,
        1234,
        3,
        12,
        -4,
    ]
    for cell in (
        3.5,
        "三",
        "1,23",
        True,
        "1e3",
        date(2021, 1, 1),
        "9" * 19,
        float("nan"),
        float("inf"),
    ):
        with pytest.raises(Unreadable):
            as_int(cell)


@given(st.text())
def test_any_text_is_cleaned_or_refused(words):
    assert text(text(words)) == text(words)
    for reader in (as_date, as_int):
        with suppress(Unreadable):
            reader(words)


# where the table is


def lay(tmp_path, rows):
    buffer = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    return layout(read(plain(tmp_path, buffer)))


def test_title_total_notes_and_blank_rows_are_set_apart_with_their_numbers(tmp_path):
    found = lay(
        tmp_path,
        [
            ["未央区社会组织名单", "", "", ""],
            ["填报单位：未央区民政局", "", "", ""],
            ["序号", "名 称", "街道", "人数"],
            ["1", "甲社区花友会", "张家堡街道", "3"],
            ["", "", "", ""],
            ["2", "乙社区棋社", "三桥街道", "4"],
            ["小 计", "", "", "7"],
            ["3", "丙合唱团", "三桥街道", "4"],
            ["合计", "", "", "11"],
            ["注：以上数据截至2021年底", "", "", ""],
            ["填表人：某某", "", "审核人：某某", ""],
        ],
    )
    assert found.header == ("序号", "名称", "街道", "人数")
    assert found.header_numbers == (3,)
    assert [row.number for row in found.rows] == [4, 6, 8]
    assert {(each.number, each.reason) for each in found.excluded} == {
        (1, "表格上方的标题"),
        (2, "表格上方的标题"),
        (7, "合计行"),
        (9, "合计行"),
        (10, "表格下方的说明"),
        (11, "表格下方的说明"),
    }
    assert found.blank_rows == 1


def test_answers_above_the_header_are_no_header(tmp_path):
    found = lay(
        tmp_path,
        [
            ["填报单位：某局", "", "填报日期：2021年9月"],
            ["名称（注：写全称）", "街道", "人数"],
            ["甲社区花友会", "三桥街道", "3"],
            ["乙社区棋社", "三桥街道", "4"],
        ],
    )
    assert (found.header_numbers, [row.number for row in found.rows]) == ((2,), [3, 4])


def test_header_of_two_rows_is_joined(tmp_path):
    found = lay(
        tmp_path,
        [
            ["序号", "名称", "负责人", "", "地址"],
            ["", "", "姓名", "电话", ""],
            ["1", "甲社区花友会", "张某", "13800000000", "凤城一路"],
            ["2", "乙社区棋社", "李某", "13800000001", "凤城二路"],
        ],
    )
    assert found.header == ("序号", "名称", "负责人/姓名", "负责人/电话", "地址")
    assert (found.header_numbers, len(found.rows)) == ((1, 2), 2)


def test_merged_header_and_title(tmp_path):
    def merge(_workbook, sheet):
        sheet.merge_range(0, 0, 0, 3, "社会组织一览表")
        sheet.merge_range(1, 0, 2, 0, "名称")
        sheet.merge_range(1, 1, 1, 2, "负责人")
        sheet.merge_range(1, 3, 2, 3, "备注")
        sheet.write_row(2, 1, ["姓名", "电话"])
        sheet.write_row(3, 0, ["甲社区花友会", "张某", "13800000000"])
        sheet.write_row(4, 0, ["乙社区棋社", "李某", "13800000001", "新"])
        sheet.merge_range(5, 0, 5, 3, "备注：电话以登记为准")

    found = layout(read(book(tmp_path, [], then=merge)))
    assert found.header == ("名称", "负责人/姓名", "负责人/电话", "备注")
    assert [row.number for row in found.rows] == [4, 5]
    assert [each.number for each in found.excluded] == [1, 6]


def test_column_without_a_label_and_repeated_headers(tmp_path):
    found = lay(
        tmp_path,
        [
            ["名称", "类型", "", "备注", "备注"],
            ["甲", "社会团体", "x", "y", ""],
            ["名称", "类型", "", "备注", "备注"],
            ["乙", "基金会", "x", "", "z"],
        ],
    )
    assert found.header == ("名称", "类型", "第3列", "备注", "备注（2）")
    assert [row.number for row in found.rows] == [2, 4]
    assert found.excluded[0].reason == "重复的表头"


def test_section_and_counting_rows(tmp_path):
    found = lay(
        tmp_path,
        [
            ["名称", "代码", "街道"],
            ["1", "2", "3"],
            ["一、社会团体", "", ""],
            ["甲协会", "A", "三桥街道"],
            ["二、基金会", "", ""],
            ["乙基金会", "B", "三桥街道"],
        ],
    )
    assert [row.number for row in found.rows] == [4, 6]
    assert [each.reason for each in found.excluded] == ["栏次行", "分段标题", "分段标题"]


def test_without_header_every_row_is_data(tmp_path):
    found = lay(tmp_path, [["1", "甲社区花友会", "2021-01-01"], ["2", "乙社区棋社", "2021-01-02"]])
    assert (found.header_numbers, len(found.rows), found.header[0]) == ((), 2, "第1列")


# tables out


COLUMNS = [
    Column("name", "名称"),
    Column("code", "统一社会信用代码", "code", 22),
    Column("on", "成立日期", "date"),
    Column("people", "人数", "int"),
    Column("sum", "金额（元）", "money"),
]
RECORDS = [
    {
        "name": "甲社区花友会",
        "code": "51110000500312828H",
        "on": date(2021, 9, 18),
        "people": 3,
        "sum": -123456,
    },
    {"name": "=HYPERLINK(1)", "code": "000123", "on": None, "people": None, "sum": None},
    {"name": "'已有撇号", "code": "-5", "on": date(2020, 1, 1), "people": 0, "sum": 5},
    {"name": "\t=1", "code": "@a", "on": None, "people": -1, "sum": 0},
]


def test_xlsx_comes_back_the_same(tmp_path):
    path = tmp_path / "out.xlsx"
    with path.open("wb") as file:
        assert write_xlsx(COLUMNS, iter(RECORDS), file, facts=[("生成时间", "2021-12-31")]) == 4
    table = read(path)
    assert [each.name for each in table.sheets] == ["数据", "说明"]
    found = layout(table)
    assert found.header == tuple(column.label for column in COLUMNS)
    assert found.rows[0].cells == (
        "甲社区花友会",
        "51110000500312828H",
        date(2021, 9, 18),
        3,
        -1234.56,
    )
    assert [row.cells[0] for row in found.rows] == [each["name"] for each in RECORDS]
    assert found.rows[1].cells[1] == "000123"
    assert "formula" not in str(zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml"))


def test_csv_is_harmless_to_a_spreadsheet_and_comes_back_the_same(tmp_path):
    buffer = BytesIO()
    assert write_csv(COLUMNS, iter(RECORDS), buffer) == 4
    assert buffer.getvalue().startswith(b"\xef\xbb\xbf")
    for row in csv.reader(buffer.getvalue().decode("utf-8-sig").splitlines()):
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "|", "%"))
    rows = layout(read(plain(tmp_path, buffer.getvalue()))).rows
    assert [row.cells[0] for row in rows] == [each["name"] for each in RECORDS]
    assert rows[2].cells[1] == "-5"
    assert rows[0].cells[2:] == ("2021-09-18", "3", "-1234.56")


def test_csv_is_streamed():
    def endless():
        while True:
            yield RECORDS[0]

    lines = csv_lines(COLUMNS, endless())
    assert next(lines).startswith("\ufeff名称")
    assert next(lines).startswith("甲社区花友会,")


# published files


@pytest.mark.realdata
def test_real_lists_are_laid_out(realdata):
    expected = {
        "annual_inspection.csv": (Kind.CSV_UTF8, 136, (1,), []),
        "abnormal_directory.csv": (Kind.CSV_UTF8, 134, (1,), []),
        "title_row_scientific_codes.csv": (Kind.CSV_UTF8, 44, (2,), [1]),
        "title_and_footnote.xlsx.csv": (Kind.XLSX, 63, (2,), [1, 66]),
        "serial_dates.xls.csv": (Kind.XLS, 22, (1,), []),
        "tiny_bom_trailing_space.csv": (Kind.CSV_UTF8, 13, (1,), []),
    }
    for name, facts in expected.items():
        table = read(realdata(name))
        found = layout(table)
        excluded = [each.number for each in found.excluded]
        assert (table.kind, len(found.rows), found.header_numbers, excluded) == facts, name


@pytest.mark.realdata
def test_real_oddities(realdata):
    scientific = layout(read(realdata("title_row_scientific_codes.csv")))
    assert sum(digits_lost(row.cells[2]) for row in scientific.rows) == 12
    serials = layout(read(realdata("serial_dates.xls.csv")))
    assert as_date(serials.rows[0].cells[3]) == date(2022, 3, 8)
    tiny = layout(read(realdata("tiny_bom_trailing_space.csv")))
    assert person_name(tiny.rows[11].cells[1]) == "北京圆梦缘农业专业合作社"


def test_bounds_are_as_promised():
    assert (MOST_ROWS, MOST_COLUMNS) == (200_000, 256)
