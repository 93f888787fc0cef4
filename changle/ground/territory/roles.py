"""Every permission, and every role as a name, a sentence for people and its permissions.

Roles and their bounds follow the working rules of a district: who defines, who operates, who
confirms, and who must never decide on their own doing.
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    NODE_VIEW = "node.view"
    NODE_EDIT = "node.edit"
    GRANT_VIEW = "grant.view"
    GRANT_EDIT = "grant.edit"
    USER_EDIT = "user.edit"
    SYSTEM_OPERATE = "system.operate"
    CALENDAR_EDIT = "calendar.edit"
    DICTIONARY_EDIT = "dictionary.edit"
    LOG_VIEW = "log.view"
    REACH_EXPLAIN = "reach.explain"
    ORGANISATION_VIEW = "organisation.view"
    ORGANISATION_EDIT = "organisation.edit"
    ORGANISATION_MOVE = "organisation.move"  # mirrored official states
    FILING_MOVE = "filing.move"  # what street and community themselves record
    ORGANISATION_IMPORT = "organisation.import"
    ORGANISATION_EXPORT = "organisation.export"
    ORGANISATION_MERGE = "organisation.merge"  # two records of one body
    CODE_OVERRIDE = "organisation.code_override"
    FILING_APPLY = "filing.apply"  # everybody, for a filing of their own
    FILING_VIEW = "filing.view"
    FILING_OPINION = "filing.opinion"
    FILING_REVIEW = "filing.review"
    FILING_RULE = "filing.rule"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_SEALED = "people.sealed"  # identity numbers in clear, each reading logged
    FACT_EDIT = "fact.edit"
    ANNUAL_VIEW = "annual.view"
    ANNUAL_EDIT = "annual.edit"
    ANNUAL_REVIEW = "annual.review"
    MATTER_VIEW = "matter.view"
    MATTER_REPORT = "matter.report"
    MATTER_REVIEW = "matter.review"
    MATTER_RULE = "matter.rule"
    CUSTODY_EDIT = "custody.edit"
    WEBHOOK_EDIT = "webhook.edit"
    SPACE_EDIT = "space.edit"
    BOOKING_VIEW = "booking.view"
    BOOKING_MAKE = "booking.make"
    BOOKING_USE = "booking.use"  # come in and go out
    BOOKING_DECIDE = "booking.decide"
    BOOKING_OPERATE = "booking.operate"  # the board of the day, inspection, damage
    LEASE_VIEW = "lease.view"
    LEASE_ASK = "lease.ask"  # a body, for a desk or room of its own
    LEASE_EDIT = "lease.edit"  # desks, plans, agreements, hand-over and hand-back
    LEASE_DECIDE = "lease.decide"  # agree to what the house proposes
    BASE_VIEW = "base.view"
    BASE_EDIT = "base.edit"  # papers, self-evaluation, handing over
    BASE_DECIDE = "base.decide"  # recognise, evaluate, withdraw
    BASE_RULE = "base.rule"  # criteria and papers asked for
    OPERATOR_EDIT = "operator.edit"  # contracts with operators, checks, replacement
    OFFER_VIEW = "offer.view"
    OFFER_MAKE = "offer.make"  # offer, ask for, reserve and return
    OFFER_VERIFY = "offer.verify"
    PARTNER_EDIT = "partner.edit"
    ACTIVITY_VIEW = "activity.view"
    ACTIVITY_EDIT = "activity.edit"  # plan, agree to a share, report
    ACTIVITY_REVIEW = "activity.review"
    ACTIVITY_RULE = "activity.rule"  # lead times, evidence, weights of shares
    SESSION_RUN = "session.run"  # sign-in and the roster of the day
    SESSION_VERIFY = "session.verify"  # never by who led it
    SIGN_UP_MAKE = "sign_up.make"  # everybody, for themselves and their family
    SIGN_UP_VIEW = "sign_up.view"  # who has signed up, names masked
    INCUBATION_VIEW = "incubation.view"
    INCUBATION_APPLY = "incubation.apply"  # a body, for itself
    INCUBATION_EDIT = "incubation.edit"  # calls, checks of papers, plans, deliveries
    INCUBATION_DECIDE = "incubation.decide"  # admit, extend, graduate, end
    INCUBATION_SCORE = "incubation.score"  # everybody, on the sheets given to them alone
    CONTACT_VIEW = "organisation.contact"  # P1 contacts in clear
    FIGURE_VIEW = "figure.view"
    REPORT_CLOSE = "report.close"  # the month of one's own place
    REPORT_DECIDE = "report.decide"  # send back or publish; never by who closed it
    DESK_OPEN = "desk.open"


P = Permission
LABELS = {
    P.NODE_VIEW: "查看辖区",
    P.NODE_EDIT: "维护辖区",
    P.GRANT_VIEW: "查看授权",
    P.GRANT_EDIT: "授权与撤销",
    P.USER_EDIT: "维护账户",
    P.SYSTEM_OPERATE: "系统运维",
    P.CALENDAR_EDIT: "维护工作日历",
    P.DICTIONARY_EDIT: "维护分类字典",
    P.LOG_VIEW: "查看操作日志",
    P.REACH_EXPLAIN: "查看“谁能看到”",
    P.ORGANISATION_VIEW: "查看组织",
    P.ORGANISATION_EDIT: "维护组织",
    P.ORGANISATION_MOVE: "登记官方状态",
    P.FILING_MOVE: "办理备案状态",
    P.ORGANISATION_IMPORT: "导入组织",
    P.ORGANISATION_EXPORT: "导出组织",
    P.ORGANISATION_MERGE: "合并重复记录",
    P.FILING_APPLY: "申请备案（自己的）",
    P.FILING_VIEW: "查看备案申请",
    P.FILING_OPINION: "提出社区意见",
    P.FILING_REVIEW: "审核备案",
    P.FILING_RULE: "维护备案条件",
    P.PEOPLE_VIEW: "查看组织人员",
    P.PEOPLE_EDIT: "维护组织人员",
    P.PEOPLE_SEALED: "查看证件号码",
    P.FACT_EDIT: "登记年检、等级与名录",
    P.ANNUAL_VIEW: "查看年度报告",
    P.ANNUAL_EDIT: "编制年度报告",
    P.ANNUAL_REVIEW: "核对年度报告",
    P.MATTER_VIEW: "查看重大事项报告",
    P.MATTER_REPORT: "报告重大事项",
    P.MATTER_REVIEW: "处理重大事项报告",
    P.MATTER_RULE: "维护重大事项规则",
    P.CUSTODY_EDIT: "维护资金代管",
    P.WEBHOOK_EDIT: "维护事件推送",
    P.SPACE_EDIT: "维护场地",
    P.BOOKING_VIEW: "查看预约",
    P.BOOKING_MAKE: "预约场地",
    P.BOOKING_USE: "签到与离场",
    P.BOOKING_DECIDE: "审批预约",
    P.BOOKING_OPERATE: "场地值守",
    P.LEASE_VIEW: "查看工位租用",
    P.LEASE_ASK: "申请工位",
    P.LEASE_EDIT: "办理工位租用",
    P.LEASE_DECIDE: "审批工位租用",
    P.BASE_VIEW: "查看孵化基地",
    P.BASE_EDIT: "维护孵化基地",
    P.BASE_DECIDE: "认定与评估基地",
    P.BASE_RULE: "维护基地标准",
    P.OPERATOR_EDIT: "管理运营机构",
    P.OFFER_VIEW: "查看资源供需",
    P.OFFER_MAKE: "发布和使用资源",
    P.OFFER_VERIFY: "核实资源",
    P.PARTNER_EDIT: "维护共建单位",
    P.ACTIVITY_VIEW: "查看活动",
    P.ACTIVITY_EDIT: "策划和申报活动",
    P.ACTIVITY_REVIEW: "审批活动",
    P.ACTIVITY_RULE: "维护活动规则",
    P.SESSION_RUN: "主持场次",
    P.SESSION_VERIFY: "核实场次",
    P.SIGN_UP_MAKE: "报名活动（自己的）",
    P.SIGN_UP_VIEW: "查看报名名单",
    P.INCUBATION_VIEW: "查看孵化",
    P.INCUBATION_APPLY: "申请孵化",
    P.INCUBATION_EDIT: "办理孵化",
    P.INCUBATION_DECIDE: "审批孵化",
    P.INCUBATION_SCORE: "评审打分（自己的）",
    P.CODE_OVERRIDE: "凭证书保留校验不符的代码",
    P.CONTACT_VIEW: "查看联系方式",
    P.FIGURE_VIEW: "查看统计",
    P.REPORT_CLOSE: "关账上报",
    P.REPORT_DECIDE: "退回与发布报表",
    P.DESK_OPEN: "进入工作台",
}


@dataclass(frozen=True)
class Role:
    code: str
    name: str
    about: str
    permissions: frozenset[Permission]
    own: frozenset[Permission] = frozenset()
    staff: bool = True  # must use a second factor
    kinds: tuple[str, ...] = ()  # kinds of node at which it may be granted; empty: any


_READ = {P.DESK_OPEN, P.NODE_VIEW, P.ORGANISATION_VIEW, P.FIGURE_VIEW, P.REACH_EXPLAIN}
_RECORDS = {P.FILING_VIEW, P.PEOPLE_VIEW, P.ANNUAL_VIEW, P.MATTER_VIEW}
_BOOKS = {P.BOOKING_VIEW, P.BOOKING_MAKE, P.BOOKING_USE}
_HOUSE = _BOOKS | {P.BOOKING_DECIDE, P.BOOKING_OPERATE}
_SHARES = {P.OFFER_VIEW, P.OFFER_MAKE}
_SEES = {P.LEASE_VIEW, P.BASE_VIEW, P.ACTIVITY_VIEW, P.INCUBATION_VIEW}
_CENTRE = _SHARES | _SEES | {P.LEASE_EDIT, P.BASE_EDIT, P.OFFER_VERIFY, P.PARTNER_EDIT,
                             P.ACTIVITY_EDIT, P.SESSION_RUN, P.SESSION_VERIFY, P.SIGN_UP_VIEW,
                             P.INCUBATION_EDIT}  # fmt: skip
_OFFICE = _CENTRE | {P.LEASE_DECIDE, P.BASE_DECIDE, P.OPERATOR_EDIT, P.ACTIVITY_REVIEW,
                     P.INCUBATION_DECIDE}  # fmt: skip
_REGISTRAR = _READ | {
    P.ORGANISATION_EDIT,
    P.ORGANISATION_IMPORT,
    P.ORGANISATION_EXPORT,
    P.FILING_MOVE,
    P.CONTACT_VIEW,
    P.GRANT_VIEW,
    P.ORGANISATION_MERGE,
    P.FILING_REVIEW,
    P.PEOPLE_EDIT,
    P.PEOPLE_SEALED,
    P.ANNUAL_REVIEW,
    P.MATTER_REVIEW,
    P.CUSTODY_EDIT,
    *_RECORDS,
}


def _role(
    code: str,
    name: str,
    about: str,
    permissions: set[Permission],
    *,
    staff: bool = True,
    kinds: tuple[str, ...] = (),
) -> Role:
    return Role(code, name, about, frozenset(permissions), staff=staff, kinds=kinds)


_ALL = [
    _role(
        "DCA", "区民政局", "定规则、定周期、维护字典和日历，管理全区组织名录，公布统计。",
        _REGISTRAR
        | {P.NODE_EDIT, P.GRANT_EDIT, P.USER_EDIT, P.CALENDAR_EDIT, P.DICTIONARY_EDIT, P.LOG_VIEW,
           P.ORGANISATION_MOVE, P.CODE_OVERRIDE, P.FILING_RULE, P.FACT_EDIT, P.MATTER_RULE,
           P.WEBHOOK_EDIT, P.SPACE_EDIT, P.BASE_RULE, P.ACTIVITY_RULE, P.REPORT_CLOSE, P.REPORT_DECIDE,
           *_HOUSE, *_OFFICE},
        kinds=("district",),
    ),
    _role("DSW", "区委社会工作部", "共管志愿服务与社会工作统计，不改名录。", _READ,
          kinds=("district",)),
    _role("JCO", "联席会议办公室", "组织联席会议，督办议定事项。", _READ, kinds=("district",)),
    _role("MU", "成员单位", "查看所主管的组织，填报本单位考核事项。", _READ,
          kinds=("district", "department")),
    _role("STO", "街道办事处", "审核备案、核实活动、分派诉求，管理本街道名录。",
          _REGISTRAR | _HOUSE | _OFFICE | {P.GRANT_EDIT, P.USER_EDIT, P.SPACE_EDIT, P.REPORT_CLOSE},
          kinds=("street",)),
    _role("CTR", "街道中心运营机构",
          "按合同运营场地、孵化和对接；不审批自己的申请，不批量导出个人信息。",
          _READ | _RECORDS | {P.ORGANISATION_EDIT, P.CONTACT_VIEW, P.PEOPLE_EDIT, P.CUSTODY_EDIT,
                              P.SPACE_EDIT, *_HOUSE, *_CENTRE},
          kinds=("street", "centre")),
    _role("COM", "社区", "发现需求、对备案提意见、核实活动确已开展。",
          _READ | _RECORDS | _HOUSE | _SHARES | _SEES
          | {P.CONTACT_VIEW, P.FILING_OPINION, P.BASE_EDIT, P.OFFER_VERIFY, P.PARTNER_EDIT,
             P.ACTIVITY_EDIT, P.ACTIVITY_REVIEW, P.SESSION_RUN, P.SESSION_VERIFY, P.SIGN_UP_VIEW},
          kinds=("community",)),
    _role("OADM", "组织管理员", "维护本组织资料，申请、报告，管理成员。",
          _READ | _RECORDS | {P.ORGANISATION_EDIT, P.CONTACT_VIEW, P.PEOPLE_EDIT, P.PEOPLE_SEALED,
                              P.ANNUAL_EDIT, P.MATTER_REPORT, P.LEASE_VIEW, P.LEASE_ASK,
                              P.ACTIVITY_VIEW, P.ACTIVITY_EDIT, P.SESSION_RUN, P.SIGN_UP_VIEW,
                              P.INCUBATION_VIEW, P.INCUBATION_APPLY, *_BOOKS, *_SHARES},
          staff=False, kinds=("organisation",)),
    _role("OSTF", "组织工作人员", "开展服务、签到、记录。",
          {P.DESK_OPEN, P.NODE_VIEW, P.ORGANISATION_VIEW, P.ACTIVITY_VIEW, P.SESSION_RUN,
           P.SIGN_UP_VIEW, P.OFFER_VIEW, *_BOOKS}, staff=False, kinds=("organisation",)),
    _role("RES", "居民", "浏览公开信息，办理自己的事。", set(), staff=False),
    _role("EXP", "评审专家", "只看分配给自己的材料。", {P.DESK_OPEN}, staff=False),
    _role("AUD", "审计", "限期只读：名录、统计、日志。",
          _READ | _RECORDS | {P.ORGANISATION_EXPORT, P.LOG_VIEW, P.GRANT_VIEW, P.BOOKING_VIEW,
                              P.OFFER_VIEW, *_SEES}),
    _role("SYS", "系统管理员", "账户、备份、后台事项；不看业务内容，不给自己授权。",
          {P.DESK_OPEN, P.USER_EDIT, P.SYSTEM_OPERATE, P.GRANT_VIEW}),
    _role("SEC", "安全管理员", "审核授权。",
          {P.DESK_OPEN, P.NODE_VIEW, P.GRANT_VIEW, P.GRANT_EDIT, P.REACH_EXPLAIN}),
    _role("LOG", "审计管理员", "查看和导出日志，不能改。", {P.DESK_OPEN, P.LOG_VIEW}),
]  # fmt: skip
# What everybody with an account may do with the rows they filed themselves, whatever their grants.
EVERYBODY = frozenset({P.FILING_APPLY, P.SIGN_UP_MAKE, P.INCUBATION_SCORE, *_BOOKS})
ROLES = {role.code: role for role in _ALL}
ROLE_CHOICES = [(role.code, role.name) for role in _ALL]
# Separation of duties: nobody holds two of these at once.
TECHNICAL = frozenset({"SYS", "SEC", "LOG"})
# Which roles the holder of a role may hand out, at or under their place; never to themselves.
MAY_GRANT: dict[str, frozenset[str]] = {
    "DCA": frozenset(ROLES) - TECHNICAL,
    "STO": frozenset({"CTR", "COM", "OADM", "OSTF"}),
    "SEC": TECHNICAL,
}
# The first security officer has nobody above; where none is in office, these may appoint one.
FIRST = {"DCA": frozenset({"SEC"})}
