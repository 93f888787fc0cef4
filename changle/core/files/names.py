"""What a file may be called."""

import re
import unicodedata

from changle.core.refusals import Refused


LONGEST_NAME = 120
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_AWKWARD = re.compile(r'[<>:"|?*%;]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Endings that a computer would run; none may stand anywhere in a name ("通知.exe.pdf").
_RUN = frozenset(
    """
    exe com bat cmd scr msi msp pif lnk hta js jse vbs vbe wsf wsh ps1 sh jar app apk dll sys reg
    url html htm xhtml svg xml php phtml jsp asp aspx cgi py pl rb swf
    xlsm xlsb docm dotm pptm iso img
    """.split()  # noqa: SIM905  a list of sixty quoted words is harder to read
)


class FileRefused(Refused):
    """The file may not be kept; the sentence says why."""


def clean_name(name: str) -> str:
    """The name to keep. Raises FileRefused for one that misleads or cannot be a name."""
    name = unicodedata.normalize("NFC", name).strip()
    if _HIDDEN.search(name):
        raise FileRefused("文件名里有看不见的控制字符，请改名后再上传。")
    if "/" in name or "\\" in name or name in {".", ".."}:
        raise FileRefused("文件名里不能有路径，请改名后再上传。")
    if len(name) > LONGEST_NAME:
        raise FileRefused(f"文件名有 {len(name)} 字，最多 {LONGEST_NAME} 字，请改短后再上传。")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem.strip(". ") or not ending.isalnum():
        raise FileRefused("文件名没有扩展名，看不出是什么文件。")
    for part in name.lower().split(".")[1:]:
        if part.strip() in _RUN:
            raise FileRefused(f"文件名里有“.{part.strip()}”，这类文件不能上传。")
    if _RESERVED.fullmatch(name):
        raise FileRefused("这个文件名是系统保留的，请改名后再上传。")
    return _AWKWARD.sub("_", f"{stem.strip('. ')}.{ending.lower()}")
