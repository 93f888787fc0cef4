"""The sample's accounts: one a role, named for the post, none with a password."""

from datetime import date, datetime

from changle.ground.accounts.models import User
from changle.ground.territory.models import Grant, Node


CAST = [  # username, name, role, post, place
    ("qu", "区局 王示例", "DCA", "社会组织管理科", "西安市未央区"),
    ("shegongbu", "社工部 赵示例", "DSW", "社会工作科", "西安市未央区"),
    ("lianxi", "联席办 钱示例", "JCO", "联席会议办公室", "西安市未央区"),
    ("jie-zhangjiabu", "街道 李示例", "STO", "公共服务办", "张家堡街道"),
    ("jie-xinjiamiao", "街道 孙示例", "STO", "公共服务办", "辛家庙街道"),
    ("zhongxin-zhangjiabu", "中心 周示例", "CTR", "中心主任", "张家堡街道"),
    ("zhongxin-xinjiamiao", "中心 吴示例", "CTR", "中心主任", "辛家庙街道"),
    ("shequ-fangxin", "社区 郑示例", "COM", "社区工作者", "张家堡街道/方新社区"),
    ("zuzhi-qiuwen", "秋文 冯示例", "OADM", "负责人", "秋文"),
    ("shenji", "审计 陈示例", "AUD", "限期审计", "西安市未央区"),
    ("xitong", "运维 褚示例", "SYS", "系统管理员", "西安市未央区"),
    ("anquan", "安全 卫示例", "SEC", "安全管理员", "西安市未央区"),
    ("rizhi", "审计员 蒋示例", "LOG", "审计管理员", "西安市未央区"),
    ("zhuanjia", "专家 沈示例", "EXP", "评审专家", "西安市未央区"),
    ("jumin", "居民 韩示例", "RES", "", "张家堡街道/方新社区"),
]
# Ended the day before the sample is made: kept to show that an ended grant opens nothing.
FORMER = ("jie-zhangjiabu-qianren", "街道 杨示例（已离岗）", "STO", "公共服务办", "张家堡街道")
STAFF = {"DCA", "DSW", "JCO", "STO", "CTR", "COM", "AUD", "SYS", "SEC", "LOG"}


def invite(nodes: dict[str, Node], *, today: date, now: datetime) -> dict[str, User]:
    people = {}
    for username, name, role, post, place in [*CAST, FORMER]:
        user = User(
            username=username, name=name, joined_at=now, is_sample=True,
            is_staff_member=role in STAFF,
        )  # fmt: skip
        user.set_unusable_password()
        user.save()
        Grant.objects.create(
            user=user, node=nodes[place], role=role, post=post, starts_on=date(2021, 1, 1),
            ends_on=today if username == FORMER[0] else None, reason="样例", recorded_at=now,
        )  # fmt: skip
        people[username] = user
    return people
