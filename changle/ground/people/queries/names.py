"""Names of persons as they are kept."""

import re
import unicodedata

from changle.core.codes import BadCode
from changle.core.sheets import person_name


LEAST, MOST = 2, 60
# What stands for the interpunct in 阿卜杜拉·热合曼 on one keyboard or another.
DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅᛫･﹒", "·"))
JOINTS = re.compile(r"\s*·\s*")
WITHIN = frozenset("·.-' ’()（）")


def checked_name(text: str) -> str:
    """A name of 2 to 60 letters of any script; raises BadCode with the sentence for the typist.

    Compatibility forms of rare letters stay as they are: to normalise them would change the name.
    """
    name = JOINTS.sub("·", person_name(text).translate(DOTS)).strip()
    if not name:
        raise BadCode("请填写姓名。")
    if not LEAST <= len(name) <= MOST:
        raise BadCode(f"姓名应为 {LEAST} 至 {MOST} 个字。")
    if not all(unicodedata.category(c)[0] in "LM" or c in WITHIN for c in name):
        raise BadCode("姓名里只能有文字和间隔号“·”，不能有数字或其他符号。")
    return name
