"""Phone numbers of the mainland, and postcodes."""

import re
from dataclasses import dataclass

from changle.core.codes.text import BadCode, plain


MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(0[0-9]{2,3})-?([0-9]{7,8})(-[0-9]{1,6})?")
# Three digits: 110, 119…; 12345 and its kin; 95 and 96 numbers; 400 and 800 numbers.
HOTLINE = re.compile(r"1[0-2][0-9]|1[0-2][0-9]{3}|9[56][0-9]{3,6}|[48]00-?[0-9]{3}-?[0-9]{4}")
LOCAL = re.compile(r"[2-9][0-9]{6,7}")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))
EXTENSION = re.compile(r"(转|分机|EXT\.?)")


@dataclass(frozen=True)
class Phone:
    text: str  # as it is kept: 13812345678, 029-86234567-801, 12345
    kind: str  # mobile, landline or hotline

    @property
    def e164(self) -> str:
        """+86…, without the extension; a hotline has none."""
        if self.kind == "hotline":
            return ""
        if self.kind == "mobile":
            return f"+86{self.text}"
        area, number = self.text.split("-")[:2]
        return f"+86{area[1:]}{number}"

    def __str__(self) -> str:
        return self.text


def normalise_phone(text: str) -> str:
    """Without country code, spaces and brackets; an extension follows a hyphen."""
    code = plain(text).translate(DASHES)
    code = EXTENSION.sub("-", code)
    code = re.sub(r"^(\+|00)86-?", "", code)
    code = code.replace("(", "").replace(")", "-") if code.startswith("(") else code
    squeezed = code.replace("-", "")
    for prefixed in (squeezed, squeezed.removeprefix("86")):
        if MOBILE.fullmatch(prefixed):
            return prefixed
    landline = LANDLINE.fullmatch(code)
    if landline:
        return f"{area_split(landline)}{landline[3] or ''}"
    return code


def area_split(landline: re.Match[str]) -> str:
    """Area and number: areas 010 and 02x have three digits, all others four."""
    digits = landline[1] + landline[2]
    length = 3 if digits[1] in "12" else 4
    return f"{digits[:length]}-{digits[length:]}"


def check_phone(text: str) -> Phone:
    code = normalise_phone(text)
    if MOBILE.fullmatch(code):
        return Phone(code, "mobile")
    if LANDLINE.fullmatch(code):
        return Phone(code, "landline")
    if HOTLINE.fullmatch(code):
        return Phone(code, "hotline")
    if LOCAL.fullmatch(code):
        raise BadCode(f"固定电话请加区号，例如 029-{code}。")
    raise BadCode("电话号码应为 11 位手机号、带区号的固定电话（如 029-12345678）或服务热线。")


def check_postcode(text: str) -> str:
    code = plain(text)
    if re.fullmatch(r"[0-9]{6}", code) is None:
        raise BadCode("邮政编码应为 6 位数字。")
    return code
