"""What the person says of a list as a whole."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


LISTINGS = (("", "不是名录名单"), ("abnormal", "活动异常名录"), ("serious", "严重违法失信名单"))
KINDS_WITHOUT_CODE = (
    ("", "拒绝：登记的组织应有代码"),
    ("BA", "作为备案社区社会组织"),
    ("PRE", "作为拟成立团队"),
)
EXISTING = (("update", "以表中内容更新（空格不清除原值）"), ("fill", "只补空白，不改原值"))


@dataclass(frozen=True, kw_only=True)
class Options:
    kind: str = ""  # of rows without a code: BA, PRE, or none
    inspection_year: int | None = None
    listing: str = ""  # abnormal or serious: each row says that the body stands on that list
    listed_on: date | None = None  # where the rows name no day
    authority: str = ""
    code_system: str = ""  # in which a column of region codes is written; it must be named
    existing: str = "update"

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
