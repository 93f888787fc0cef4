"""The resident identity number (公民身份号码, GB 11643-1999)."""

import re
from dataclasses import dataclass
from datetime import date

from changle.core.codes.regions import PROVINCES
from changle.core.codes.text import BadCode, plain


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
OLD_LENGTH = 15
OLDEST_YEARS = 130
# Residence permits of 台湾 residents carry 83; the first digits are otherwise a historical region
# that may be abolished by now, so that only the province is checked.
REGIONS = PROVINCES | {"83"}


@dataclass(frozen=True)
class ResidentId:
    """A number that could be right; the check digit is no proof of identity."""

    text: str
    born_on: date

    @property
    def region(self) -> str:
        return self.text[:6]

    @property
    def sex(self) -> str:
        return "男" if int(self.text[16]) % 2 else "女"

    def age_on(self, day: date) -> int:
        birthday_to_come = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - birthday_to_come

    def __str__(self) -> str:
        return self.text


def normalise_resident_id(text: str) -> str:
    return plain(text)


def check_resident_id(text: str, *, today: date) -> ResidentId:
    """What the number says. The sentences never repeat it: it is sensitive."""
    code = normalise_resident_id(text)
    if re.fullmatch(r"[0-9]{15}", code):
        raise BadCode("15 位旧身份证号已停用，请填写 18 位公民身份号码。")
    if re.fullmatch(r"[0-9]{17}[0-9X]", code) is None:
        raise BadCode("公民身份号码应为 18 位：17 位数字加 1 位数字或 X。")
    if code[:2] not in REGIONS:
        raise BadCode("公民身份号码开头的地区代码不存在，请核对。")
    born_on = birth_date(code, today)
    total = sum(int(c) * w for c, w in zip(code[:17], WEIGHTS, strict=True))
    if CHECKS[total % 11] != code[17]:
        raise BadCode("公民身份号码的校验码不符，请核对。")
    return ResidentId(code, born_on)


def birth_date(code: str, today: date) -> date:
    try:
        born_on = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        raise BadCode("公民身份号码中的出生日期不存在，请核对。") from None
    if born_on > today:
        raise BadCode("公民身份号码中的出生日期在今天之后，请核对。")
    if ResidentId(code, born_on).age_on(today) > OLDEST_YEARS:
        raise BadCode(f"按公民身份号码计算的年龄超过 {OLDEST_YEARS} 岁，请核对。")
    return born_on
