"""The sample's organisations: as many as published, a few of them named, all else invented.

281 = 51 associations + 230 non-enterprise units registered by the district at the end of 2021, and
just over 2,000 filed community organisations. The numbers hold again on the day the sample is made:
what the last eight weeks add to the registered, they also take away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from changle.core.codes import organisation_check, uscc_check
from changle.ground.registry.actions.adding import Draft
from changle.ground.registry.models import ClassItem
from changle.ground.territory.models import Node


FILED_AT_CLOSE = 2043
FILED_IN_2021 = 186
# As published where it is; the rest in proportion to the number of communities.
FILED_BY_STREET = {
    "张家堡街道": 312, "辛家庙街道": 287, "大明宫街道": 241, "三桥街道": 226, "徐家湾街道": 198,
    "未央宫街道": 187, "谭家街道": 143, "汉城街道": 110, "未央湖街道": 106, "建章路街道": 91,
    "六村堡街道": 78, "草滩街道": 64,
}  # fmt: skip
MF_BY_FIELD = {"教育": 118, "民政": 47, "文体": 25, "科技": 15, "卫健": 15, "社会问题": 10}
ST_BY_FIELD = {"文体": 14, "科技": 10, "民政": 10, "教育": 6, "社会问题": 6, "卫健": 5}
NAMED = {  # from the published account; their particulars are invented
    ("MF", "民政"): ["西安市未央区秋文社会工作服务中心", "西安市未央区常青藤社会工作服务中心"],
    ("ST", "社会问题"): ["西安市未央区益人行志愿者协会"],
}
SHORT = {"秋文": "秋文社工", "常青藤": "常青藤社工", "益人行": "益人行"}
TRADE = [
    "晨曦", "和风", "青禾", "朝露", "雁南", "松涛", "云帆", "春泥", "向阳", "同心",
    "星河", "渭滨", "明德", "惠民", "安澜", "乐康", "知行", "嘉木", "远山", "清源",
    "百川", "初心", "凌霄", "博雅", "启明", "瑞丰", "守望", "汇智", "泽润", "融和",
]  # fmt: skip
MF_FORMS = {
    "教育": ["幼儿园", "艺术培训中心", "青少年成长中心", "职业技能培训学校"],
    "民政": ["社会工作服务中心", "养老服务中心", "社区服务中心", "助残服务中心"],
    "文体": ["文化交流中心", "武术俱乐部", "美术馆", "体育健身俱乐部"],
    "科技": ["科技创新服务中心", "科普服务中心"],
    "卫健": ["健康服务中心", "康复服务中心"],
    "社会问题": ["法律服务中心", "心理服务中心", "矛盾调处服务中心"],
}
ST_FORMS = {
    "文体": [
        "书法家协会",
        "太极拳协会",
        "戏曲协会",
        "篮球协会",
        "摄影家协会",
        "秦腔研究会",
        "象棋协会",
    ],
    "科技": ["科技工作者联合会", "农技协会", "信息技术协会", "创新创业协会", "科普协会"],
    "民政": ["社会组织联合会", "慈善协会", "老年人协会", "社会工作协会", "养老服务协会"],
    "教育": ["教育学会", "家庭教育研究会", "民办教育协会"],
    "社会问题": ["志愿服务联合会", "法学会", "人民调解员协会"],
    "卫健": ["医学会", "健康促进会", "中医药协会"],
}
CLASS_OF = {  # local field -> the national class of a non-enterprise unit and of an association
    "教育": ("教育", "教育"), "民政": ("社会服务", "社会服务"), "文体": ("文化", "文化"),
    "科技": ("科技服务", "科技研究"), "卫健": ("卫生", "卫生"), "社会问题": ("社会服务", "法律"),
}  # fmt: skip
TEAMS = {
    "文体活动类": [
        "舞蹈队",
        "合唱团",
        "太极队",
        "书画社",
        "秦腔自乐班",
        "乒乓球队",
        "摄影社",
        "模特队",
    ],
    "生活服务类": [
        "为老服务队",
        "家电维修队",
        "四点半课堂",
        "便民理发队",
        "助餐服务队",
        "健康义诊队",
    ],
    "社区事务类": ["治安巡逻队", "环境维护队", "邻里调解队", "物业协商会", "红袖章巡防队"],
    "公益慈善类": ["爱心互助社", "助残志愿队", "助学志愿队", "邻里互助会", "关爱儿童志愿队"],
}
TEAM_WEIGHTS = {"文体活动类": 42, "生活服务类": 24, "社区事务类": 20, "公益慈善类": 14}
PREFIXES = [
    "夕阳红",
    "红石榴",
    "凤城",
    "暖心",
    "幸福里",
    "百姓",
    "同乐",
    "常春",
    "金秋",
    "雅韵",
    "渭水",
    "",
]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦"


@dataclass
class Maker:
    """Invents bodies in a fixed order, so that the same day gives the same district."""

    random: Random
    nodes: dict[str, Node]
    classes: dict[tuple[str, str], ClassItem]  # (list, name)
    serial: int = 0
    filing: int = 0

    def __post_init__(self) -> None:
        self.communities: dict[str, list[Node]] = {}
        for key, node in self.nodes.items():
            if "/" in key:
                self.communities.setdefault(key.split("/")[0], []).append(node)
        self.taken: set[str] = set()

    def uscc(self, kind: str) -> str:
        """A code with both check characters right, in a block of numbers no registrar gives out."""
        self.serial += 1
        body = f"MJT{self.serial:05d}"
        first = (
            f"{ {'ST': '51', 'MF': '52', 'JJH': '53'}[kind] }610112{body}{organisation_check(body)}"
        )
        return first + uscc_check(first)

    def name(self, field: str, forms: dict[str, list[str]]) -> str:
        while True:
            trade = self.random.choice(TRADE) + self.random.choice(["", *TRADE[:8]])
            name = f"西安市未央区{trade}{self.random.choice(forms[field])}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def leader(self) -> str:
        return f"{self.random.choice(SURNAMES)}示例"

    def day(self, first: int, last: int) -> date:
        start, end = date(first, 1, 5), date(last, 12, 20)
        return start + timedelta(days=self.random.randrange((end - start).days))

    def seat(self) -> Node:
        street = self.random.choices(list(FILED_BY_STREET), list(FILED_BY_STREET.values()))[0]
        return self.random.choice(self.communities[street])

    def registered(
        self, kind: str, field: str, name: str, on: date, *, place: Node | None = None
    ) -> Draft:
        seat = place or self.seat()
        national, association = CLASS_OF[field]
        listed = ("nonenterprise", national) if kind == "MF" else ("association", association)
        if field == "文体" and any(word in name for word in ("体育", "武术", "篮球", "太极")):
            listed = (listed[0], "体育")
        fund = self.random.choice([30_000, 50_000, 100_000, 200_000]) * 100
        short = next((full for key, full in SHORT.items() if key in name), "")
        return Draft(
            kind=kind, name=name, short_name=short, uscc=self.uscc(kind), registrar_code="610112",
            registrar_name="西安市未央区民政局", place=seat, field=self.classes["field", field],
            official_class=self.classes[listed], liability="legal" if kind == "MF" else "",
            legal_representative=self.leader(), address=f"{seat.parent}{seat.name}（样例地址）",
            competent_unit={"教育": "未央区教育局", "卫健": "未央区卫生健康局"}.get(field, "未央区民政局"),
            purpose="为居民提供服务（样例）", business_scope=f"{field}领域的服务与交流（样例）",
            fund_fen=fund, founded_on=on, registered_on=on, contact_name=self.leader(),
            contact_phone=f"029-0000{self.serial:04d}",
            member_count=self.random.randrange(50, 300) if kind == "ST" else self.random.randrange(5, 60),
            premises_count=1, premises_area=self.random.randrange(40, 600),
            confirmed_on=None, source="样例", is_sample=True,
        )  # fmt: skip

    def filed(self, place: Node, on: date) -> Draft:
        category = self.random.choices(list(TEAM_WEIGHTS), list(TEAM_WEIGHTS.values()))[0]
        while True:
            name = (
                f"{place.name}{self.random.choice(PREFIXES)}{self.random.choice(TEAMS[category])}"
            )
            if f"{place.pk}{name}" not in self.taken:
                break
        self.taken.add(f"{place.pk}{name}")
        self.filing += 1
        premises = self.random.random() < 0.7  # noqa: PLR2004  seven in ten have a room
        return Draft(
            kind="BA", name=name, filing_number=f"未社备〔{on.year}〕{self.filing:04d}号", place=place,
            registrar_name=f"{place.parent}办事处", category=self.classes["community", category],
            legal_representative=self.leader(), purpose="邻里互助（样例）", founded_on=on,
            registered_on=on, contact_name=self.leader(), contact_phone=f"029-0001{self.filing:04d}",
            member_count=self.random.randrange(8, 46), premises_count=int(premises),
            premises_area=self.random.randrange(20, 120) if premises else 0, source="样例",
            is_sample=True,
        )  # fmt: skip

    def team(self, place: Node, on: date) -> Draft:
        return Draft(
            kind="PRE", name=f"{place.name}{self.random.choice(PREFIXES[:8])}筹备组", place=place,
            legal_representative=self.leader(), founded_on=on, member_count=6, source="样例",
            is_sample=True,
        )  # fmt: skip


def at_close(maker: Maker) -> Iterator[Draft]:
    """The bodies that stand on 31 December 2021."""
    for kind, fields, forms in [("ST", ST_BY_FIELD, ST_FORMS), ("MF", MF_BY_FIELD, MF_FORMS)]:
        for field, count in fields.items():
            named = NAMED.get((kind, field), [])
            for number in range(count):
                late = maker.random.random() < 0.06  # noqa: PLR2004  some joined in the closed year
                on = maker.day(2021, 2021) if late else maker.day(2006, 2020)
                if number < len(named):
                    home = maker.communities[
                        "辛家庙街道" if "常青藤" in named[number] else "张家堡街道"
                    ][0]
                    yield maker.registered(
                        kind, field, named[number], date(2016, 5, 18), place=home
                    )
                else:
                    yield maker.registered(kind, field, maker.name(field, forms), on)
    recent = set(maker.random.sample(range(FILED_AT_CLOSE), FILED_IN_2021))
    number = 0
    for street, count in FILED_BY_STREET.items():
        for _each in range(count):
            on = maker.day(2021, 2021) if number in recent else maker.day(2017, 2020)
            yield maker.filed(maker.random.choice(maker.communities[street]), on)
            number += 1
