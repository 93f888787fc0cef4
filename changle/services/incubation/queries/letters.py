"""The letters of an admission: the notice and the agreement with its undertaking."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from changle.services.incubation.models import Appraisal, Incubatee
from changle.services.incubation.queries.readiness import appraisal_of
from changle.services.incubation.queries.scoring import average_of, complete, rubric


def signature(side: str, name: str, at: datetime | None) -> str:
    day = f"，{timezone.localtime(at):%Y-%m-%d} 在线签署" if at else "，尚未签署"
    return f"{side}：{name}{day}"


def notice_of(row: Incubatee, admitted_on: date) -> dict[str, Any]:
    way = "虚拟孵化，不占工位" if row.is_virtual else "实地孵化"
    return {
        "title": "准入通知书",
        "number": f"孵化准入第 {row.pk} 号",
        "to": row.organisation.name,
        "paragraphs": [
            f"你单位在“{row.call.title}”中的申请，经资格初审、评审和公示，准予入驻（{way}）。",
            "请在收到通知后十五个工作日内签署孵化协议和承诺书；逾期未签的，名额可另行安排。",
        ],
        "signed": row.call.centre.name,
        "dated": admitted_on,
    }


def agreement_of(row: Incubatee) -> dict[str, Any]:
    house, body = row.call.centre.name, row.organisation.name
    seat = "虚拟孵化，不占工位。" if row.is_virtual else "工位和期限见所附入驻协议。"
    return {
        "title": "孵化协议",
        "number": f"孵化第 {row.pk} 号",
        "paragraphs": [
            f"甲方：{house}；乙方：{body}。",
            "一、甲方为乙方提供需求评估、培训、督导、资源对接等服务，双方共同制定服务计划。",
            f"二、{seat}",
            "三、乙方每月至少开展一次服务，公开账目，接受中期评估和出壳评估。",
            (
                "四、乙方违法、挪用或转租工位、三个月没有活动、提供虚假材料、整改不合格或不再符合条件的，"
                "甲方可提请街道终止孵化；乙方在十五个工作日内完成交接。"
            ),
            (
                "承诺书：乙方承诺所交材料真实，依照章程开展活动，不把工位用于经营、不转租转借，"
                "遵守安全规定，到期参加出壳评估。"
            ),
            signature("甲方", house, row.countersigned_at),
            signature("乙方", body, row.signed_at),
        ],
        "signed": house,
        "dated": timezone.localdate(row.countersigned_at) if row.countersigned_at else None,
    }


def admission_letter(row: Incubatee) -> dict[str, Any] | None:
    if row.admitted_on is None:
        return None
    return notice_of(row, row.admitted_on)


def agreement_letter(row: Incubatee) -> dict[str, Any] | None:
    return agreement_of(row) if row.admitted_on else None


def scored_lines(scores: dict[str, int], card: dict[str, Any]) -> list[str]:
    return [
        f"{part['name']}：" + "；".join(
            f"{one['name']} {scores.get(one['code'], 0)}/{one['points']}" for one in part["items"]
        ) + "。"
        for part in card["dimensions"]
    ]  # fmt: skip


def midterm_letter(row: Incubatee) -> dict[str, Any] | None:
    told = appraisal_of(row, Appraisal.Stage.MIDTERM)
    if told is None or told.total is None or told.scored_at is None:
        return None
    card = rubric("midterm", told.version)
    result = "继续孵化" if told.total >= card["pass"] else "限期整改"
    return {
        "title": "中期评估意见书", "number": f"孵化中期第 {row.pk}-{told.round} 号",
        "to": row.organisation.name,
        "paragraphs": [
            f"中期评估得分 {told.total} 分（满分 70 分，{card['pass']} 分及以上继续孵化），结论：{result}。",
            *scored_lines(told.scores, card), f"评估意见：{told.remark or '无'}",
            f"组织自评：{told.report or '未提交'}",
        ],
        "signed": row.call.centre.name, "dated": timezone.localdate(told.scored_at),
    }  # fmt: skip


def exit_letter(row: Incubatee) -> dict[str, Any] | None:
    """The opinion on leaving, once it is decided: who still decides reads no points in a letter."""
    told = appraisal_of(row, Appraisal.Stage.EXIT)
    if told is None or told.scored_at is None or not complete(row):
        return None
    result = "出壳" if row.graduated_on else "续驻" if row.extended else "不予出壳"
    return {
        "title": "出壳评估意见书", "number": f"孵化出壳第 {row.pk}-{told.round} 号",
        "to": row.organisation.name,
        "paragraphs": [
            f"评审组 {row.call.panel_size} 人平均 {average_of(row, row.round):.1f} 分（满分 100 分），结论：{result}。",
            f"评估会议纪要：{told.remark}", f"组织自评：{told.report or '未提交'}",
        ],
        "signed": row.call.centre.name, "dated": timezone.localdate(told.scored_at),
    }  # fmt: skip


def graduation_letter(row: Incubatee) -> dict[str, Any] | None:
    if row.graduated_on is None:
        return None
    return {
        "title": "出壳证书", "number": f"孵化出壳证第 {row.pk} 号", "to": "",
        "paragraphs": [
            (f"{row.organisation.name}自 {row.starts_on} 至 {row.graduated_on} "
             f"在{row.call.centre.name}孵化，经出壳评估合格，准予出壳。"),
            "本中心在出壳后的十二个月内每季度回访一次，继续提供支持。",
        ],
        "signed": row.call.centre.name, "dated": row.graduated_on,
    }  # fmt: skip


def exit_notice(row: Incubatee) -> dict[str, Any] | None:
    if row.state not in {"handing_over", "forced_exit"}:
        return None
    ground = Incubatee.Ground(row.exit_ground).label if row.exit_ground else ""
    return {
        "title": "终止孵化通知书", "number": f"孵化终止第 {row.pk} 号", "to": row.organisation.name,
        "paragraphs": [
            f"因{ground}，终止你单位在{row.call.centre.name}的孵化。",
            "请在十五个工作日内退还工位和物资，移交账目、服务对象资料和在办事项。",
            f"交接清单：{row.handed_over or '待交接'}",
        ],
        "signed": row.call.centre.name, "dated": timezone.localdate(row.state_since),
    }  # fmt: skip


LETTERS: dict[str, Callable[[Incubatee], dict[str, Any] | None]] = {
    "notice": admission_letter, "agreement": agreement_letter, "midterm": midterm_letter,
    "exit": exit_letter, "graduation": graduation_letter, "exit_notice": exit_notice,
}  # fmt: skip
LETTER_LABELS = {
    "notice": "准入通知书", "agreement": "孵化协议", "midterm": "中期评估意见书",
    "exit": "出壳评估意见书", "graduation": "出壳证书", "exit_notice": "终止孵化通知书",
}  # fmt: skip
