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
    CODE_OVERRIDE = "organisation.code_override"
    CONTACT_VIEW = "organisation.contact"  # P1 contacts in clear
    FIGURE_VIEW = "figure.view"
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
    P.CODE_OVERRIDE: "凭证书保留校验不符的代码",
    P.CONTACT_VIEW: "查看联系方式",
    P.FIGURE_VIEW: "查看统计",
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
_REGISTRAR = _READ | {
    P.ORGANISATION_EDIT,
    P.ORGANISATION_IMPORT,
    P.ORGANISATION_EXPORT,
    P.FILING_MOVE,
    P.CONTACT_VIEW,
    P.GRANT_VIEW,
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
           P.ORGANISATION_MOVE, P.CODE_OVERRIDE},
        kinds=("district",),
    ),
    _role("DSW", "区委社会工作部", "共管志愿服务与社会工作统计，不改名录。", _READ,
          kinds=("district",)),
    _role("JCO", "联席会议办公室", "组织联席会议，督办议定事项。", _READ, kinds=("district",)),
    _role("MU", "成员单位", "查看所主管的组织，填报本单位考核事项。", _READ,
          kinds=("district", "department")),
    _role("STO", "街道办事处", "审核备案、核实活动、分派诉求，管理本街道名录。",
          _REGISTRAR | {P.GRANT_EDIT, P.USER_EDIT}, kinds=("street",)),
    _role("CTR", "街道中心运营机构",
          "按合同运营场地、孵化和对接；不审批自己的申请，不批量导出个人信息。",
          _READ | {P.ORGANISATION_EDIT, P.CONTACT_VIEW}, kinds=("street", "centre")),
    _role("COM", "社区", "发现需求、对备案提意见、核实活动确已开展。", _READ | {P.CONTACT_VIEW},
          kinds=("community",)),
    _role("OADM", "组织管理员", "维护本组织资料，申请、报告，管理成员。",
          _READ | {P.ORGANISATION_EDIT, P.CONTACT_VIEW}, staff=False, kinds=("organisation",)),
    _role("OSTF", "组织工作人员", "开展服务、签到、记录。",
          {P.DESK_OPEN, P.NODE_VIEW, P.ORGANISATION_VIEW}, staff=False, kinds=("organisation",)),
    _role("RES", "居民", "浏览公开信息，办理自己的事。", set(), staff=False),
    _role("EXP", "评审专家", "只看分配给自己的材料。", {P.DESK_OPEN}, staff=False),
    _role("AUD", "审计", "限期只读：名录、统计、日志。",
          _READ | {P.ORGANISATION_EXPORT, P.LOG_VIEW, P.GRANT_VIEW}),
    _role("SYS", "系统管理员", "账户、备份、后台事项；不看业务内容，不给自己授权。",
          {P.DESK_OPEN, P.USER_EDIT, P.SYSTEM_OPERATE, P.GRANT_VIEW}),
    _role("SEC", "安全管理员", "审核授权。",
          {P.DESK_OPEN, P.NODE_VIEW, P.GRANT_VIEW, P.GRANT_EDIT, P.REACH_EXPLAIN}),
    _role("LOG", "审计管理员", "查看和导出日志，不能改。", {P.DESK_OPEN, P.LOG_VIEW}),
]  # fmt: skip
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
