"""Codes of regions: GB/T 2260 (6 digits) and the statistical codes below it (9 and 12 digits)."""

import re
from dataclasses import dataclass

from changle.core.codes.text import BadCode, plain


# North, north-east, east, middle and south, south-west, north-west; 台湾, 香港, 澳门.
RUNS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
PROVINCES = frozenset(str(code) for low, high in RUNS for code in range(low, high + 1))


@dataclass(frozen=True)
class RegionCode:
    """A code of 6, 9 or 12 digits. Which system gave it (统计、民政、政务网) stands beside it."""

    text: str

    @property
    def county(self) -> str:
        return self.text[:6]

    @property
    def street(self) -> str:
        """The nine digits down to the street or town; empty above it."""
        return self.text[:9] if self.text[6:9].strip("0") else ""

    @property
    def community(self) -> str:
        return self.text if self.text[9:].strip("0") else ""

    @property
    def level(self) -> str:
        """province, city, county, street or community."""
        if self.community:
            return "community"
        if self.street:
            return "street"
        if self.text[4:6] != "00":
            return "county"
        return "province" if self.text[2:4] == "00" else "city"

    def __str__(self) -> str:
        return self.text


def check_region(text: str) -> RegionCode:
    """What the code says; whether the place exists, or existed, the territory knows."""
    code = plain(text)
    if re.fullmatch(r"[0-9]{6}([0-9]{3}){0,2}", code) is None:
        raise BadCode("行政区划代码应为 6、9 或 12 位数字。")
    if code[:2] not in PROVINCES:
        raise BadCode(f"行政区划代码开头的 {code[:2]} 不是省级代码。")
    if RegionCode(code).community and not RegionCode(code).street:
        raise BadCode("行政区划代码有社区却没有街道，请核对第 7 至 9 位。")
    return RegionCode(code)
