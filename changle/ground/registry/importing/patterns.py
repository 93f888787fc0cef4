"""An empty list of each kind, to be filled in and brought back: headings, an example, notes."""

from datetime import date
from typing import Any

from changle.core.sheets import Column
from changle.ground.registry.importing.judging import EXAMPLE
from changle.ground.registry.importing.options import BRINGS
from changle.ground.registry.queries.exporting import EXPORT_COLUMNS, FACT_LISTS


Notes = list[tuple[str, str]]
# A code with right checks that belongs to no body (GB 32100-2015).
CODE = "52610112MJT0000295"
NAME = f"{EXAMPLE[0]}某某社会工作服务中心"
NOT_ASKED = {"id", "state", "confirmed_on", "category", "filing_number", "registrar_code"}
LEDGER = [
    Column("name", "团队名称", "text", 30), Column("filing_number", "备案编号", "code", 18),
    Column("street", "所属街道", "text", 14), Column("community", "所属社区", "text", 16),
    Column("category", "备案类别", "text", 14), Column("legal_representative", "负责人", "text", 12),
    Column("contact_phone", "联系电话", "code", 16), Column("member_count", "成员人数", "int", 10),
    Column("premises_count", "活动场所数", "int", 12), Column("premises_area", "活动场所面积", "int", 14),
    Column("registered_on", "备案日期", "date", 12), Column("business_scope", "活动内容", "text", 40),
]  # fmt: skip
WHOSE = {"organisation__name": NAME, "organisation__uscc": CODE}
EXAMPLES: dict[str, dict[str, Any]] = {
    "directory": {
        "name": NAME, "uscc": CODE, "kind": "社会服务机构", "registrar_name": "某某区民政局",
        "competent_unit": "某某区民政局", "legal_representative": "某某", "street": "某某街道",
        "address": "某某路 1 号", "fund_fen": 3_000_000, "registered_on": date(2020, 5, 6),
    },
    "inspection": {**WHOSE, "year": 2024, "result": "合格", "authority": "某某区民政局"},
    "credit": {
        **WHOSE, "kind": "活动异常名录", "starts_on": date(2024, 5, 6), "ground": "未按时报送年度报告",
        "document": "某民社〔2024〕1 号", "authority": "某某区民政局",
    },
    "grade": {
        **WHOSE, "result": "4A", "starts_on": date(2024, 1, 1), "last_day": date(2028, 12, 31),
        "authority": "某某市民政局",
    },
    "penalty": {
        **WHOSE, "result": "警告", "starts_on": date(2024, 5, 6), "ground": "超出章程规定的业务范围活动",
        "document": "某民罚〔2024〕1 号", "authority": "某某区民政局",
    },
    "ledger": {
        "name": f"{EXAMPLE[0]}某某社区舞蹈队", "street": "某某街道", "community": "某某社区",
        "category": "文体活动类", "legal_representative": "某某", "member_count": 20,
        "premises_count": 1, "premises_area": 60, "registered_on": date(2020, 5, 6),
    },
}  # fmt: skip
COMMON: Notes = [
    ("示例行", "名称以“示例：”开头的行不会导入，可以删去，也可以留着。"),
    ("列", "列可以增减、换序；列名与表中不同的，导入时可以逐列指定。不填的格不改原值。"),
    ("日期", "写成 2024-05-06 或 2024年5月6日；只写年份的不收。"),
    ("代码", "统一社会信用代码列请设为文本；变成科学计数的代码数字已丢失，不收。"),
]
NOTES: dict[str, Notes] = {
    "directory": [("识别", "先看代码，再看名称；类型由代码决定。")],
    "inspection": [
        ("识别", "先看代码；没有代码的，辖区内只有一个同名组织才认。"),
        ("年度", "一张表可以有几个年度，同一组织每年一行。"),
        ("结论", "合格、基本合格、不合格、一年未年检、两年未年检等，照原文写。"),
    ],
    "credit": [
        ("名单类别", "活动异常名录，或严重违法失信名单。"),
        ("移出日期", "已移出的填写；移出当日起不再算在名单上。"),
    ],
    "grade": [("有效期至", "证书上的最后一天，当日仍有效。")],
    "penalty": [
        ("识别", "同一组织的几次处罚按决定文号分开。"),
        ("金额", "单位为元；列名写明万元的按万元。"),
    ],
    "ledger": [
        ("识别", "备案编号相同，或同一社区内名称相同的，是同一个团队。"),
        ("所属社区", "同名社区不止一个的，请写明街道。"),
    ],
}


def columns_of(brings: str) -> list[Column]:
    if brings == "directory":
        return [column for column in EXPORT_COLUMNS if column.key not in NOT_ASKED]
    if brings == "ledger":
        return LEDGER
    return [column for column in FACT_LISTS[brings][1] if column.key != "organisation_id"]


def notes_of(brings: str) -> Notes:
    return [("用途", dict(BRINGS)[brings]), *NOTES[brings], *COMMON]
