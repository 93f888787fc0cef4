"""What the person says of a list as a whole."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


BRINGS = (
    ("directory", "组织名录"),
    ("inspection", "年检（年报）结论"),
    ("credit", "信用名单（异常名录、严重违法失信）"),
    ("grade", "评估等级"),
    ("penalty", "行政处罚"),
    ("ledger", "社区台账（备案组织、队伍）"),
)
FACT_LISTS = frozenset({"inspection", "credit", "grade", "penalty"})
UNKNOWN = (
    ("refuse", "拒绝：应先导入名录"),
    ("add", "补录：代码和名称齐全的新增为组织"),
)
LISTINGS = (
    ("", "不是，或表中有名单类别列"),
    ("abnormal", "活动异常名录"),
    ("serious", "严重违法失信名单"),
)
KINDS_WITHOUT_CODE = (
    ("", "拒绝：登记的组织应有代码"),
    ("BA", "作为备案社区社会组织"),
    ("PRE", "作为拟成立团队"),
)
EXISTING = (("update", "以表中内容更新（空格不清除原值）"), ("fill", "只补空白，不改原值"))


@dataclass(frozen=True, kw_only=True)
class Options:
    brings: str = ""  # one of BRINGS; "" until it is proposed, and read as a directory
    unknown: str = "refuse"  # of a list of facts: what becomes of a body that is not known
    kind: str = ""  # of rows without a code: BA, PRE, or none
    inspection_year: int | None = None
    listing: str = ""  # abnormal or serious: each row says that the body stands on that list
    listed_on: date | None = None  # where the rows name no day
    authority: str = ""
    code_system: str = ""  # in which a column of region codes is written; it must be named
    existing: str = "update"
    columns: dict[str, str] = field(default_factory=dict)  # column -> all or none of its changes

    @property
    def of_facts(self) -> bool:
        return self.brings in FACT_LISTS

    def plain(self) -> dict[str, Any]:
        told = asdict(self)
        told["listed_on"] = self.listed_on.isoformat() if self.listed_on else None
        return told

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Options":
        known = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
        if known.get("listed_on"):
            known["listed_on"] = date.fromisoformat(known["listed_on"])
        return cls(**known)
