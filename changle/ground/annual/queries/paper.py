"""The printable set: what stands on each page, and the code by which a print is told from an older one."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from changle.core.money import yuan
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries.fields import book
from changle.ground.annual.queries.judging import Finding
from changle.ground.annual.queries.reading import Part, Reading
from changle.ground.annual.queries.sources import blank


SALT = "changle.annual.print"
DIGITS = 16  # of the seal in the code: 64 bits
PAIRED = (" 年初数", " 年末数")
TITLES = {
    "ST": "社会团体年度工作报告书",
    "MF": "民办非企业单位（社会服务机构）年度检查报告书",
    "JJH": "基金会年度工作报告书",
}


def digest(reading: Reading) -> str:
    """Of all that is printed of the content; it changes with any of it."""
    one = reading.report
    told = [one.pk, one.year, one.kind, one.organisation.name, reading.values, one.reasons]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def print_code(reading: Reading) -> str:
    """Names the report and seals the content; it tells neither to who holds it."""
    seal = salted_hmac(SALT, f"{reading.report.public_id}:{digest(reading)}", algorithm="sha256")
    return f"{reading.report.public_id.hex}-{seal.hexdigest()[:DIGITS]}"


def named_by(code: str) -> AnnualReport | None:
    """The report that a code names; None for what is no code of ours."""
    key, _, _seal = code.partition("-")
    try:
        public_id = UUID(hex=key)
    except ValueError:
        return None
    rows = AnnualReport.objects.select_related("organisation__node", "organisation__official_class")
    return rows.filter(public_id=public_id).first()


def is_current(code: str, reading: Reading) -> bool:
    return constant_time_compare(code.lower(), print_code(reading))


def sheet_facts(reading: Reading, *, competent_unit: str) -> dict[str, Any]:
    """All that the layout (data/report.typ) prints, as plain strings."""
    one = reading.report
    body = one.organisation
    facts = [
        ("单位名称", body.name), ("统一社会信用代码", body.uscc), ("法定代表人", body.legal_representative),
        ("业务主管单位", competent_unit or "无"), ("登记机关", body.registrar_name),
        ("填报日期", "　　　　年　　月　　日"),
    ]  # fmt: skip
    return {
        "title": f"{one.year}年度",
        "subtitle": TITLES[one.kind],
        "cover": [list(fact) for fact in facts],
        "cover_note": "本套打印件由平台按已录入的内容生成；扫封面或末页的二维码可核对是否为最新版本。"
        f"状态：{one.state_label()}；版本 {one.version}。",
        "sections": [section_facts(part, reading.values) for part in reading.parts],
        "arithmetic": arithmetic(reading),
        "opinions": opinions(competent_unit),
        "attachments": book().attachments_of(one.kind),
    }


def section_facts(part: Part, values: dict[str, Any]) -> dict[str, Any]:
    facts, statements, texts = [], [], []
    pairs: dict[str, list[str]] = {}
    for cell in part.cells:
        asked = cell.field
        if asked.unit == "table":
            rows = [list(row) for row in values.get(asked.code) or []]
            statements.append(
                {"heading": asked.label, "columns": list(asked.options), "rows": rows}
            )
        elif asked.unit == "long":
            texts.append([asked.label, cell.text or "（未填）"])
        elif asked.label.replace("（上年末净资产）", "").endswith(PAIRED):
            name, column = paired(asked.label)
            pairs.setdefault(name, ["", ""])[column] = cell.text
        else:
            facts.append([asked.label, cell.text])
    if pairs:
        rows = [[name, *both] for name, both in pairs.items()]
        statements.insert(0, {"heading": "", "columns": ["项目", "年初数", "年末数"], "rows": rows})
    return {
        "heading": part.section.label,
        "facts": facts,
        "statements": statements,
        "texts": texts,
    }


def paired(label: str) -> tuple[str, int]:
    """Such as ("资产总计", 1) of “资产总计 年末数”."""
    bare = label.replace("（上年末净资产）", "")
    for column, ending in enumerate(PAIRED):
        if bare.endswith(ending):
            return bare.removesuffix(ending), column
    raise ValueError(label)


def arithmetic(reading: Reading) -> list[str]:
    """The rule printed on the form, with this year's figures; then what is still open."""
    parts: list[Any] = [reading.values.get(c) for c in ("net_begin", "income", "cost", "net_end")]
    told = []
    if not any(blank(part) for part in parts):
        begin, income, cost, end = parts
        told.append(
            f"上年末净资产 {yuan(begin)} + 本年收入合计 {yuan(income)} − 本年费用合计 {yuan(cost)}"
            f" = {yuan(begin + income - cost)}；年末净资产 {yuan(end)}。"
        )
    return told + [said(one) for one in reading.findings if one.level == "error" or one.reason]


def said(finding: Finding) -> str:
    return f"{finding.sentence}说明：{finding.reason}" if finding.reason else finding.sentence


def opinions(competent_unit: str) -> list[dict[str, str]]:
    boxes = [
        (
            "本单位意见",
            "本单位承诺以上内容真实、准确、完整。",
            "法定代表人签名：　　　　　（单位印章）",
        )
    ]
    if competent_unit:
        boxes.append(("业务主管单位初审意见", competent_unit, "经办人：　　　　　（单位印章）"))
    boxes += [
        ("登记管理机关初审意见", "", "经办人：　　　　　"),
        (
            "登记管理机关结论",
            "合格　□　　基本合格　□　　不合格　□",
            "负责人：　　　　　（单位印章）",
        ),
    ]
    return [{"label": label, "hint": hint, "signed": signed} for label, hint, signed in boxes]


def docx_sections(facts: dict[str, Any]) -> list[tuple[str, list[tuple[str, object]]]]:
    """The same content for those who go on editing: tables line by line."""
    told: list[tuple[str, list[tuple[str, object]]]] = [
        ("封面", [tuple(one) for one in facts["cover"]])
    ]
    for part in facts["sections"]:
        lines: list[tuple[str, object]] = [(label, text) for label, text in part["facts"]]
        for statement in part["statements"]:
            lines += [
                (statement["heading"] or row[0], "；".join(f"{c} {t}" for c, t in zip(statement["columns"], row, strict=False) if t))
                for row in statement["rows"]
            ]  # fmt: skip
        lines += [(label, text) for label, text in part["texts"]]
        told.append((part["heading"], lines))
    told.append(("审查意见", [(box["label"], f"{box['hint']}\n\n{box['signed']}") for box in facts["opinions"]]))  # fmt: skip
    told.append(("附件清单", [("□", one) for one in facts["attachments"]]))
    return told
