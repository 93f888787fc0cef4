"""The doors of the desk: which pages there are, who may open them, where rows are opened."""

from typing import Any

from changle.core.addresses import page_url
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission


MENU = [  # label, icon, address, permission; what belongs together stands together in GROUPS
    ("总览", "layout-dashboard", "desk:overview", Permission.FIGURE_VIEW),
    ("工作台", "home", "desk:home", Permission.DESK_OPEN),
    ("组织名录", "building-community", "registry:organisations", Permission.ORGANISATION_VIEW),
    ("疑似重复", "copy", "merging:pairs", Permission.ORGANISATION_MERGE),
    ("导入", "upload", "registry:imports", Permission.ORGANISATION_IMPORT),
    ("备案申请", "certificate", "filing:filings", Permission.FILING_VIEW),
    ("信用与等级", "shield-check", "credit:boards", Permission.ORGANISATION_VIEW),
    ("年度报告", "file-text", "annual:reports", Permission.ANNUAL_VIEW),
    ("重大事项", "calendar-event", "matters:matters", Permission.MATTER_VIEW),
    ("资金代管", "coin", "custody:custodies", Permission.CUSTODY_EDIT),
    ("活动", "calendar-stats", "activities:activities", Permission.ACTIVITY_VIEW),
    ("场地", "armchair", "commons:venues", Permission.BOOKING_VIEW),
    ("我的预约", "calendar-event", "commons:bookings", Permission.BOOKING_VIEW),
    ("场地值守", "door", "commons:boards", Permission.BOOKING_OPERATE),
    ("物资借用", "box", "commons:loans", Permission.BOOKING_VIEW),
    ("物资值守", "clipboard-list", "commons:loan_boards", Permission.BOOKING_OPERATE),
    ("场地维护", "tools", "commons:houses", Permission.SPACE_EDIT),
    ("入驻", "armchair", "leases:leases", Permission.LEASE_VIEW),
    ("孵化基地", "building", "bases:bases", Permission.BASE_VIEW),
    ("孵化", "leaf", "incubation:board", Permission.INCUBATION_VIEW),
    ("招募公告", "clipboard-list", "incubation:calls", Permission.INCUBATION_VIEW),
    ("漏斗与批次", "chart-bar", "incubation:funnel", Permission.INCUBATION_VIEW),
    ("导师", "users", "incubation:mentors", Permission.INCUBATION_VIEW),
    ("课程", "certificate", "incubation:courses", Permission.INCUBATION_VIEW),
    ("我的评审", "checklist", "incubation:mine", Permission.INCUBATION_SCORE),
    ("资源供需", "share", "exchange:board", Permission.OFFER_VIEW),
    ("我的供需", "list", "exchange:mine", Permission.OFFER_VIEW),
    ("共建单位", "building-bank", "exchange:partners", Permission.PARTNER_EDIT),
    ("实物捐赠", "heart-handshake", "exchange:donations", Permission.PARTNER_EDIT),
    ("统计报表", "chart-bar", "statistics:catalogue", Permission.FIGURE_VIEW),
    ("月报", "file-text", "statistics:monthly", Permission.FIGURE_VIEW),
    ("四共", "share", "statistics:commons", Permission.FIGURE_VIEW),
    ("辖区", "sitemap", "territory:nodes", Permission.NODE_VIEW),
    ("授权", "users", "territory:people", Permission.GRANT_VIEW),
    ("工作日历", "calendar", "territory:calendar", Permission.DESK_OPEN),
    ("分类字典", "list", "registry:classes", Permission.DICTIONARY_EDIT),
    ("事件推送", "share", "webhooks:webhooks", Permission.WEBHOOK_EDIT),
    ("日志", "history", "territory:log", Permission.LOG_VIEW),
]
GROUPS = {  # label -> icon, addresses; an address in none stands for itself
    "组织": ("building-community", ("registry:organisations", "merging:pairs", "registry:imports")),
    "备案": ("certificate", ("filing:filings",)),
    "监管与服务": (
        "shield-check",
        ("credit:boards", "annual:reports", "matters:matters", "custody:custodies"),
    ),
    "场地": ("armchair", ("commons:venues", "commons:bookings", "commons:boards", "commons:loans",
                        "commons:loan_boards", "commons:houses", "leases:leases", "bases:bases")),
    "孵化": ("leaf", ("incubation:board", "incubation:calls", "incubation:mine", "incubation:courses",
                     "incubation:mentors", "incubation:funnel")),
    "资源": ("share", ("exchange:board", "exchange:mine", "exchange:partners", "exchange:donations")),
    "统计": ("chart-bar", ("statistics:catalogue", "statistics:monthly", "statistics:commons")),
    "辖区与设置": (
        "settings",
        ("territory:nodes", "territory:people", "territory:calendar", "registry:classes",
         "webhooks:webhooks", "territory:log"),
    ),
}  # fmt: skip
GROUP_OF = {address: label for label, (_icon, held) in GROUPS.items() for address in held}
# Where the rows of a lifecycle are opened, by the model's label.
OPENS = {
    "annual.AnnualReport": "annual:report", "registry.Organisation": "registry:organisation",
    "registry.ImportBatch": "registry:import_batch", "filing.Filing": "filing:filing",
    "filing.LapseProposal": "filing:lapse", "merging.DuplicatePair": "merging:pair",
    "matters.Matter": "matters:matter", "commons.Booking": "commons:booking",
    "commons.Damage": "commons:damage", "commons.NoShow": "commons:no_show",
    "bases.Base": "bases:base", "bases.Evaluation": "bases:evaluation",
    "bases.OperatorCheck": "bases:check", "bases.HandOver": "bases:hand_over",
    "exchange.Offer": "exchange:offer", "exchange.Request": "exchange:request",
    "exchange.Use": "exchange:use", "leases.Lease": "leases:lease",
    "activities.Activity": "activities:activity", "activities.Session": "activities:session",
    "incubation.Incubatee": "incubation:incubatee", "incubation.PlanItem": "incubation:item",
    "statistics.MonthlyReport": "statistics:monthly_one",
}  # fmt: skip


def doors(actor: Actor, path: str, *, figures: bool) -> list[dict[str, Any]]:
    """The pages open to a person; `figures`: whether there is a place whose figures they read."""
    items = []
    for label, icon, name, needs in MENU:
        if actor.holds(needs) and (figures or needs != Permission.FIGURE_VIEW):
            url = page_url(name)
            here = path.startswith(url)
            items.append({"label": label, "icon": icon, "url": url, "name": name, "active": here})
    longest = max((len(str(item["url"])) for item in items if item["active"]), default=0)
    for item in items:
        item["active"] = item["active"] and len(str(item["url"])) == longest
    return items


def menu(actor: Actor, path: str, *, figures: bool) -> dict[str, list[dict[str, Any]]]:
    """The upper line, a link a group, and the lower: the pages of the group one is in."""
    upper: dict[str, dict[str, Any]] = {}
    for item in doors(actor, path, figures=figures):
        label = GROUP_OF.get(item["name"], item["label"])
        icon = GROUPS[label][0] if label in GROUPS else item["icon"]
        group = upper.setdefault(
            label, {"label": label, "icon": icon, "url": item["url"], "active": False, "pages": []}
        )
        group["active"] = group["active"] or item["active"]
        group["pages"].append(item)
    lower: list[dict[str, Any]] = next(
        (group["pages"] for group in upper.values() if group["active"]), []
    )
    return {"menu": list(upper.values()), "submenu": lower if len(lower) > 1 else []}
