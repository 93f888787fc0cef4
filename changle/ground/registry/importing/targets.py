"""What a column of a list may mean, and the headings under which offices write it."""

from dataclasses import dataclass
from typing import Literal


Kind = Literal[
    "name", "code", "text", "long", "date", "int", "money", "phone", "email", "url", "class",
    "place", "status", "kind", "fact", "liability", "key", "listing",
]  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One meaning of a column; `headings` are compared without spaces, brackets and punctuation."""

    key: str
    label: str
    kind: Kind
    headings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # a heading that holds one of these means it too
    most: int = 0  # letters, or the largest number


_ALL = [
    Target("name", "名称", "name",
           ("名称", "单位名称", "社会组织名称", "组织名称", "机构名称", "企业名称", "社团名称", "单位",
            "民非名称", "基金会名称", "社会团体名称", "民办非企业单位名称", "社会服务机构名称", "队伍名称", "组织",
            "团队名称", "社区社会组织名称", "社会组织", "单位全称", "全称", "备案组织名称"),
           ("组织名称", "单位名称", "机构名称", "团体名称", "名称全称"), 120),
    Target("short_name", "简称", "text", ("简称", "名称简称", "组织简称"), (), 40),
    Target("uscc", "统一社会信用代码", "code",
           ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "统一代码", "代码", "机构代码",
            "统一社会信用代码证号", "USCC", "登记证号", "登记证书号", "组织机构代码"),
           ("信用代码",), 18),
    Target("filing_number", "备案编号", "text",
           ("备案编号", "备案号", "备案证号", "备案证书编号", "备案文号"), ("备案编号", "备案证"), 40),
    Target("kind", "类型", "kind", ("类型", "组织类型", "社会组织类型", "登记类型", "单位类型", "机构类型"),
           ("组织类型",), 0),
    Target("liability", "民非形式", "liability", ("民非形式", "责任形式"), ()),
    Target("legal_representative", "法定代表人（负责人）", "text",
           ("法定代表人", "法人代表", "法定代表人负责人", "法人", "负责人", "负责人姓名", "法人姓名",
            "法定代表人姓名", "队长", "会长"), ("法定代表人", "负责人姓名"), 60),
    Target("competent_unit", "业务主管单位", "text",
           ("业务主管单位", "主管单位", "业务主管部门", "主管部门", "业务主管"), ("主管单位",), 80),
    Target("registrar_name", "登记机关", "text",
           ("登记机关", "登记管理机关", "发证机关", "登记部门", "备案机关"), ("登记管理机关",), 60),
    Target("registrar_code", "登记机关区划代码", "text", ("登记机关区划代码", "登记机关代码"), (), 6),
    Target("street", "所属街道", "place",
           ("所属街道", "街道", "街道办", "街道办事处", "所在街道", "镇街", "街镇", "街道乡镇", "乡镇街道",
            "所属镇街", "镇街道"), ("所属街道", "所在街道", "街道名称")),
    Target("community", "所属社区", "place",
           ("所属社区", "社区", "所在社区", "社区村", "村社区", "居委会", "社区名称"),
           ("所属社区", "所在社区", "社区名称")),
    Target("place_code", "所在地区划代码", "text",
           ("区划代码", "行政区划代码", "所在地区划代码", "街道代码", "社区代码", "统计用区划代码"),
           ("区划代码",), 12),
    Target("address", "住所", "text",
           ("住所", "地址", "住址", "办公地址", "注册地址", "登记住所", "联系地址", "单位地址", "详细地址",
            "活动地址", "活动地点", "住所地址"), ("住所", "地址"), 200),
    Target("registered_on", "登记（备案）日期", "date",
           ("登记日期", "登记备案日期", "成立登记日期", "登记时间", "备案日期", "备案时间", "批准日期",
            "发证日期", "注册日期", "注册登记时间"), ("登记日期", "备案日期", "登记时间", "备案时间")),
    Target("founded_on", "成立日期", "date", ("成立日期", "成立时间", "组建日期", "组建时间"),
           ("成立日期", "成立时间")),
    Target("fund_fen", "注册（开办）资金", "money",
           ("注册资金", "开办资金", "注册开办资金", "注册资本", "原始基金", "原始基金数额", "开办注册资金",
            "注册资金开办资金"), ("注册资金", "开办资金", "原始基金")),
    Target("purpose", "宗旨", "long", ("宗旨", "组织宗旨"), (), 1000),
    Target("business_scope", "业务范围", "long", ("业务范围", "活动范围", "主要业务", "活动内容"),
           ("业务范围",), 2000),
    Target("field", "服务领域", "class", ("服务领域", "领域", "业务领域", "活动领域"), ("服务领域",)),
    Target("official_class", "行业分类", "class", ("行业分类", "行业", "行业类别", "所属行业"),
           ("行业分类",)),
    Target("category", "备案类别", "class", ("备案类别", "类别", "组织类别", "社区社会组织类别"),
           ("备案类别",)),
    Target("contact_name", "联系人", "text", ("联系人", "联系人姓名", "联络人"), ("联系人姓名",), 60),
    Target("contact_phone", "联系电话", "phone",
           ("联系电话", "电话", "联系方式", "手机", "手机号", "手机号码", "电话号码", "联系人电话",
            "联系人手机", "负责人电话", "办公电话"), ("联系电话", "手机号", "联系方式"), 30),
    Target("contact_email", "电子邮箱", "email", ("电子邮箱", "邮箱", "电子邮件", "EMAIL", "E-MAIL"),
           ("邮箱",), 254),
    Target("website", "网址", "url", ("网址", "网站", "官网", "官方网站"), (), 200),
    Target("member_count", "成员数", "int",
           ("成员数", "人数", "成员人数", "会员数", "会员人数", "队员人数", "队员数", "成员数量"),
           ("成员数", "成员人数", "会员数"), 10_000_000),
    Target("premises_count", "办公场所数", "int", ("办公场所数", "活动场所数", "场所数"), (), 10_000),
    Target("premises_area", "办公场所面积（平方米）", "int",
           ("办公场所面积", "场地面积", "活动场所面积", "面积", "办公面积"), ("场所面积", "场地面积"),
           100_000_000),
    Target("confirmed_on", "最近核对日期", "date", ("最近核对日期", "核对日期"), ()),
    Target("status", "状态", "status", ("状态", "组织状态", "登记状态", "存续状态"), ("登记状态",), 20),
    Target("inspection", "年检（年报）结论", "fact",
           ("年检结论", "年检结果", "年度检查结论", "检查结论", "年检情况", "年报结论", "年检年报结论",
            "年度检查结果", "年检"), ("年检结论", "年检结果", "检查结论"), 40),
    Target("inspection_year", "年检年度", "int", ("年检年度", "检查年度", "年度"), ("年检年度",), 2100),
    Target("rectify_by", "整改期限", "date", ("整改期限", "限期整改至"), ("整改期限",)),
    Target("rectified_on", "整改完成日期", "date", ("整改完成日期", "整改完成时间"), ()),
    Target("grade", "评估等级", "fact", ("评估等级", "等级", "评估结果", "等级评估", "评估等次"),
           ("评估等级",), 40),
    Target("valid_from", "等级起始日期", "date",
           ("等级起始日期", "授予日期", "授予时间", "评估时间", "评估日期", "有效期起", "公告日期", "生效日期"),
           ("起始日期", "有效期起")),
    Target("valid_to", "有效期至（含当日）", "date",
           ("有效期至", "有效期止", "有效期截止", "有效期", "期满日期", "到期日期"), ("有效期至", "有效期止")),
    Target("listing", "名单类别", "listing", ("名单类别", "名录类别", "名单名称", "列入名单", "列入名录"), ()),
    Target("penalty", "处罚种类", "fact",
           ("处罚种类", "处罚类型", "处罚结果", "处罚内容", "行政处罚", "处罚决定", "行政处罚种类"),
           ("处罚种类", "处罚结果"), 40),
    Target("listed_on", "列入（处罚决定）日期", "date",
           ("列入日期", "列入时间", "列入名录日期", "作出决定日期", "决定日期", "处罚日期", "处罚决定日期",
            "处罚时间", "行政处罚日期"), ("列入日期", "列入时间", "处罚日期", "处罚决定日期")),
    Target("removed_on", "移出日期", "date", ("移出日期", "移出时间"), ("移出日期",)),
    Target("ground", "列入（处罚）事由", "text",
           ("列入事由", "列入原因", "列入情形", "列入理由", "违法事实", "违法行为", "处罚事由", "处罚理由",
            "案由", "事由", "违法情形"), ("列入事由", "列入原因", "违法事实", "处罚事由"), 200),
    Target("end_ground", "移出事由", "text", ("移出事由", "移出原因", "移出理由", "解除事由"), ("移出原因",), 200),
    Target("amount_fen", "罚没金额", "money", ("罚没金额", "罚款金额", "处罚金额", "罚款"), ("罚没金额", "罚款金额")),
    Target("document", "决定文号", "text",
           ("决定文号", "处罚决定文号", "列入决定文号", "处罚决定书文号", "处罚文号", "文号", "公告文号"),
           ("决定文号", "决定书文号"), 80),
    Target("authority", "作出机关", "text",
           ("作出机关", "列入机关", "决定机关", "作出决定机关", "处罚机关", "评估机关", "授予机关"),
           ("决定机关", "列入机关", "处罚机关"), 60),
    Target("id", "平台编号", "key", ("平台编号",), ()),
]  # fmt: skip
TARGETS = {target.key: target for target in _ALL}
# Headings that are known and carry nothing to keep.
IDLE = frozenset({"序号", "编号", "备注", "说明", "序", "NO", "ROW"})
# A column that may hold identity numbers is never read, shown as a sample or kept.
SENSITIVE = ("身份证", "证件号", "身份号", "银行账号", "银行卡")


def target_choices() -> list[tuple[str, str]]:
    """For the selects of the mapping page: the first means that the column is left out."""
    return [("", "不导入"), *((target.key, target.label) for target in _ALL)]
