"""The unified social credit code of organisations (统一社会信用代码, GB 32100-2015)."""

import re
from dataclasses import dataclass

from changle.core.codes.text import BadCode, plain


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
LENGTH = 18
# GB 11714-1997, the organisation code inside it: positions 9 to 16, and 17 as its check.
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# A valid code may read 5144…5E5: only a point or a plus tells a number apart.
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+|\d\.\d+E\d+")
SPREADSHEET_ZEROS = "000"  # a spreadsheet keeps 15 digits of a number and fills up with zeros

DIGITS_LOST = "数字已丢失，无法还原，请在原表中把该列设为文本后重新导出。"

KINDS = {"51": "ST", "52": "MF", "53": "JJH"}
BODIES = {
    "11": "机关",
    "12": "事业单位",
    "13": "群众团体",
    "19": "机构编制部门登记的其他机构",
    "31": "律师执业机构",
    "32": "公证处",
    "33": "基层法律服务所",
    "34": "司法鉴定机构",
    "35": "仲裁委员会",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "54": "村民委员会",
    "55": "居民委员会",
    "59": "民政部门登记的其他机构",
    "71": "宗教活动场所",
    "72": "宗教院校",
    "81": "基层工会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
}
DEPARTMENTS = {
    "1": "机构编制部门登记的机构",
    "2": "外交部门登记的机构",
    "3": "司法行政部门登记的机构",
    "4": "文化部门登记的机构",
    "5": "民政部门登记的机构",
    "6": "旅游部门登记的机构",
    "7": "宗教部门登记的机构",
    "8": "工会",
    "9": "市场监管部门登记的主体",
    "A": "军队机构",
    "N": "农村集体经济组织",
    "Y": "其他机构",
}


@dataclass(frozen=True)
class Uscc:
    """A code whose check character fits."""

    text: str

    @property
    def department(self) -> str:
        """The registering department, 5 for civil affairs."""
        return self.text[0]

    @property
    def body_type(self) -> str:
        return self.text[1]

    @property
    def region(self) -> str:
        """The registrar's region, not the domicile's: it stays when the office moves."""
        return self.text[2:8]

    @property
    def organisation_code(self) -> str:
        return self.text[8:17]

    @property
    def organisation_code_holds(self) -> bool:
        """Whether the inner check fits too; a code that fails it is doubtful, not refused."""
        return organisation_check(self.organisation_code[:8]) == self.organisation_code[8]

    @property
    def kind(self) -> str | None:
        return kind_of_uscc(self.text)

    @property
    def body_name(self) -> str:
        return body_name(self.text)

    def __str__(self) -> str:
        return self.text


def normalise_uscc(text: str) -> str:
    return plain(text)


def looks_scientific(text: str) -> bool:
    """Whether a spreadsheet has turned the code into a number such as 9.111E+17."""
    return SCIENTIFIC.fullmatch(plain(text)) is not None


def uscc_check(first17: str) -> str:
    total = sum(ALPHABET.index(c) * w for c, w in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(first8: str) -> str:
    """The check character of GB 11714 for the first eight characters."""
    pairs = zip(first8, ORGANISATION_WEIGHTS, strict=True)
    total = sum(ORGANISATION_ALPHABET.index(c) * w for c, w in pairs)
    return "0123456789X0"[11 - total % 11]


def check_uscc(text: str) -> Uscc:
    """What the code says, however it was typed."""
    code = normalise_uscc(text)
    if looks_scientific(code):
        raise BadCode(f"统一社会信用代码“{text.strip()}”是科学计数法：{DIGITS_LOST}")
    refuse_shape(code)
    if uscc_check(code[:-1]) != code[-1]:
        hint = ""
        if code.isdigit() and code.endswith(SPREADSHEET_ZEROS):
            hint = "末尾的 0 可能是表格软件截断数字所致。"
        raise BadCode(f"统一社会信用代码 {code} 的校验码不符，请对照登记证书核对。{hint}")
    return Uscc(code)


def refuse_shape(code: str) -> None:
    if not code:
        raise BadCode("请填写统一社会信用代码。")
    if len(code) != LENGTH:
        raise BadCode(f"统一社会信用代码应为 18 位，现在是 {len(code)} 位。")
    wrong = sorted(set(code) - set(ALPHABET))
    if wrong:
        meant = code.replace("O", "0").replace("I", "1")
        sentence = f"统一社会信用代码中不应有“{'、'.join(wrong)}”"
        if is_uscc(meant):
            raise BadCode(f"{sentence}，是否为 {meant}？", suggestion=meant)
        raise BadCode(f"{sentence}，只用数字和除 I、O、S、V、Z 以外的大写字母。")
    if not code[2:8].isdigit():
        raise BadCode("统一社会信用代码第 3 至 8 位是登记机关的行政区划码，只能是数字。")


def is_uscc(code: str) -> bool:
    """Whether an already normal text is a whole and right code."""
    return (
        len(code) == LENGTH
        and set(code) <= set(ALPHABET)
        and code[2:8].isdigit()
        and uscc_check(code[:-1]) == code[-1]
    )


def check_organisation_code(text: str) -> str:
    """A nine-character organisation code (组织机构代码), the hyphen before the check left out."""
    code = plain(text).replace("-", "")
    if re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code) is None:
        raise BadCode("组织机构代码应为 8 位数字或大写字母加 1 位校验码。")
    if organisation_check(code[:8]) != code[8]:
        raise BadCode(f"组织机构代码 {code} 的校验码不符，请核对。")
    return code


def kind_of_uscc(code: str) -> str | None:
    """ST, MF or JJH for the three kinds of social organisation; the name is never asked."""
    return KINDS.get(normalise_uscc(code)[:2])


def body_name(code: str) -> str:
    """What kind of body a code of this prefix stands for."""
    prefix = normalise_uscc(code)[:2]
    return BODIES.get(prefix) or DEPARTMENTS.get(prefix[:1], "未知机构")
