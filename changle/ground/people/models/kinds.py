"""The kinds of post in one table: what people call them, where they stand, how they count."""

from dataclasses import dataclass

from django.db import models


class Group(models.TextChoices):
    """The parts in which a body's people are shown."""

    OFFICERS = "officers", "负责人"
    COUNCIL = "council", "理事会"
    SUPERVISORS = "supervisors", "监事"
    STAFF = "staff", "工作人员"
    MEMBERS = "members", "会员与骨干"


@dataclass(frozen=True)
class PostKind:
    code: str
    label: str
    group: Group
    leads: bool = False  # counted as 负责人 in the official ledgers


_TABLE = (
    PostKind("head", "法定代表人（负责人）", Group.OFFICERS, leads=True),
    PostKind("chair", "会长（理事长）", Group.OFFICERS, leads=True),
    PostKind("vice_chair", "副会长（副理事长）", Group.OFFICERS, leads=True),
    PostKind("secretary", "秘书长", Group.OFFICERS, leads=True),
    PostKind("party_head", "党组织负责人", Group.OFFICERS),
    PostKind("standing", "常务理事", Group.COUNCIL),
    PostKind("council", "理事", Group.COUNCIL),
    PostKind("chief_supervisor", "监事长", Group.SUPERVISORS),
    PostKind("supervisor", "监事", Group.SUPERVISORS),
    PostKind("finance", "财务负责人", Group.STAFF),
    PostKind("staff", "工作人员", Group.STAFF),
    PostKind("member", "个人会员", Group.MEMBERS),
    PostKind("unit_member", "单位会员", Group.MEMBERS),
    PostKind("volunteer", "志愿者骨干", Group.MEMBERS),
)
KINDS = {kind.code: kind for kind in _TABLE}
KIND_CHOICES = [(kind.code, kind.label) for kind in _TABLE]
HEAD = "head"
UNIT_MEMBER = "unit_member"


def kinds_of(*groups: Group) -> tuple[str, ...]:
    return tuple(kind.code for kind in _TABLE if kind.group in groups)


LEADING = tuple(kind.code for kind in _TABLE if kind.leads)
# Who holds these is public by its nature (P0); mere work and membership is nobody else's business.
OFFICES = kinds_of(Group.OFFICERS, Group.COUNCIL, Group.SUPERVISORS)
WORKING = kinds_of(Group.STAFF)
JOINED = kinds_of(Group.MEMBERS)
