"""The letters of an admission: the notice and the agreement with its undertaking."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from changle.services.incubation.models import Incubatee


def signature(side: str, name: str, at: datetime | None) -> str:
    day = f"，{timezone.localtime(at):%Y-%m-%d} 在线签署" if at else "，尚未签署"
    return f"{side}：{name}{day}"


def notice_of(row: Incubatee, admitted_at: datetime) -> dict[str, Any]:
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
        "dated": timezone.localdate(admitted_at),
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
