"""Which column means what: proposed from the headings and from what stands in the columns."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from changle.core.codes import normalise_uscc
from changle.core.sheets import Cell, Layout, digits_lost, person_name, text
from changle.ground.registry.importing.targets import IDLE, SENSITIVE, TARGETS, Target


LOOKED_AT = 300  # rows from which a column is judged
SAMPLES = 3
MOST_SAMPLE = 60  # letters
UNITS = ("亿元", "百万元", "万元", "千元", "元")
MONEY = frozenset(key for key, target in TARGETS.items() if target.kind == "money")
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_RESIDENT = re.compile(r"[1-9]\d{5}(19|20)\d{2}\d{7}[0-9X]")
_BODY = re.compile(
    r".*(协会|学会|研究会|促进会|联合会|商会|基金会|服务中心|中心|服务社|学校|幼儿园|服务队|志愿队|社团|联谊会|研究院|大学|学院)"
)
# What official lists tell of a body; the rest of the columns is what the body itself is.
FACT_KEYS = frozenset(
    {"inspection", "inspection_year", "rectify_by", "rectified_on", "grade", "valid_from", "valid_to",
     "listing", "penalty", "listed_on", "removed_on", "ground", "end_ground", "amount_fen", "document",
     "authority"}
)  # fmt: skip
_YEAR = re.compile(r"(20\d{2})\s*年")


@dataclass(frozen=True)
class ColumnGuess:
    """A column of the sheet: its label, some of what it holds, and its meaning ("" if none)."""

    label: str
    target: str = ""
    why: str = ""
    samples: tuple[str, ...] = ()
    unit: str = ""  # of a column of money
    sensitive: bool = False


@dataclass(frozen=True)
class Mapping:
    columns: tuple[ColumnGuess, ...]

    def plain(self) -> dict[str, Any]:
        return {"columns": [asdict(column) for column in self.columns]}

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Mapping":
        return cls(
            tuple(
                ColumnGuess(**{**column, "samples": tuple(column["samples"])})
                for column in told.get("columns", ())
            )
        )

    @property
    def ignored(self) -> list[str]:
        return [column.label for column in self.columns if not column.target]

    def places(self) -> dict[str, int]:
        """Target -> index of its column."""
        return {c.target: place for place, c in enumerate(self.columns) if c.target}

    def chosen(self, targets: Iterable[str]) -> "Mapping":
        """The same columns with the meanings that a person gave them."""
        pairs = zip(self.columns, targets, strict=True)
        return Mapping(
            tuple(
                column
                if column.target == target
                else replace(column, target=target, why="人工指定" if target else "不导入")
                for column, target in pairs
            )
        )

    def refusals(self) -> list[str]:
        """Why nothing can be imported so; empty if it can."""
        used = [column.target for column in self.columns if column.target]
        twice = sorted({TARGETS[key].label for key in used if used.count(key) > 1})
        sentences = []
        if twice:
            sentences.append(f"有两列都对应“{'”“'.join(twice)}”，请只留一列。")
        if "name" not in used and not (FACT_KEYS & set(used) and "uscc" in used):
            sentences.append("请指明哪一列是组织的名称。")
        if any(column.sensitive and column.target for column in self.columns):
            sentences.append("证件号码、银行账号的列不能导入。")
        return sentences


def folded(label: str) -> str:
    """A heading without spaces, brackets, punctuation and width."""
    plain = unicodedata.normalize("NFKC", label).upper()
    return re.sub(r"[\s()（）【】\[\]、,，/:：*＊.。_\-—“”\"]+", "", plain)


def propose(laid: Layout) -> Mapping:
    """The meaning of each column, each meaning at most once; what the cells say goes first."""
    width = max(len(laid.header), *(len(row.cells) for row in laid.rows[:LOOKED_AT]), 1)
    header = [*laid.header, *(f"第{n}列" for n in range(len(laid.header) + 1, width + 1))]
    seen = [_cells(laid, place) for place in range(width)]
    offers = [
        (score, place, key, why)
        for place in range(width)
        for key, score, why in _offers(header[place], seen[place])
    ]
    taken: dict[int, tuple[str, str]] = {}
    used: set[str] = set()
    for _score, place, key, why in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if place not in taken and key not in used:
            taken[place] = (key, why)
            used.add(key)
    if "inspection" not in used:  # "年度" alone may be of anything
        taken = {place: told for place, told in taken.items() if told[0] != "inspection_year"}
    return Mapping(
        tuple(
            _column(header[place], seen[place], *taken.get(place, ("", _why_idle(header[place]))))
            for place in range(width)
        )
    )


def _cells(laid: Layout, place: int) -> list[Cell]:
    rows = (row.cells for row in laid.rows[:LOOKED_AT])
    return [c[place] for c in rows if place < len(c) and c[place] is not None]


def _column(label: str, cells: list[Cell], key: str, why: str) -> ColumnGuess:
    sensitive = is_sensitive(label, cells)
    samples = tuple(dict.fromkeys(text(cell)[:MOST_SAMPLE] for cell in cells[:12]))[:SAMPLES]
    unit = unit_of(label) if key in MONEY else ""
    if sensitive:
        return ColumnGuess(label, "", "可能是证件号码或账号，不读取", (), "", sensitive=True)
    return ColumnGuess(label, key, why, samples, unit)


def is_sensitive(label: str, cells: list[Cell]) -> bool:
    if any(word in label for word in SENSITIVE):
        return True
    return _share(cells, lambda cell: bool(_RESIDENT.fullmatch(text(cell)))) > 0.3  # noqa: PLR2004


def _why_idle(label: str) -> str:
    return "与导入无关" if folded(label) in IDLE else "没有对应的内容"


def _share(cells: list[Cell], holds: Callable[[Cell], bool]) -> float:
    return sum(map(holds, cells)) / len(cells) if cells else 0.0


def _offers(label: str, cells: list[Cell]) -> list[tuple[str, float, str]]:
    """(target, score, why); content counts 4 to 5, a heading up to 3."""
    offers: list[tuple[str, float, str]] = []
    codes = _share(cells, lambda cell: bool(_CODE.fullmatch(normalise_uscc(text(cell)))))
    lost = _share(cells, digits_lost)
    if codes + lost >= 0.6 and codes >= lost / 20:  # noqa: PLR2004  a column of lost codes has some whole ones
        offers.append(("uscc", 4 + codes, "内容是统一社会信用代码"))
    for target in TARGETS.values():
        score = _heading_score(label, target)
        if score and (target.key != "uscc" or not cells or codes + lost > 0.2):  # noqa: PLR2004
            offers.append((target.key, score, "列名"))
    bodies = _share(cells, lambda cell: bool(_BODY.fullmatch(person_name(cell))))
    if bodies >= 0.5:  # noqa: PLR2004
        offers.append(("name", 0.5 + bodies / 2, "内容像组织名称"))
    return offers


def _heading_score(label: str, target: Target) -> float:
    """3 for a known heading, 2 for one inside a longer heading; 0 if it means nothing."""
    levels = [folded(part) for part in label.split("/")]
    whole = folded(label)
    bare = folded(re.sub(r"[（(].*?[)）]", "", label))
    unitless = re.sub(r"(万元|千元|百万元|亿元|元|人|平方米|㎡)$", "", whole)
    names = {folded(heading) for heading in target.headings} | {folded(target.label)}
    if names & {whole, bare, unitless, levels[-1]}:
        return 3.0 - 0.01 * min(len(levels) - 1, 5)
    if any(part in whole for part in map(folded, target.parts)):
        return 2.0 - 0.001 * min(len(whole), 100)
    return 0.0


def unit_of(label: str) -> str:
    """元 unless the heading names another."""
    plain = unicodedata.normalize("NFKC", label)
    return next((unit for unit in UNITS if unit in plain), "元")


def year_in(words: str) -> int | None:
    """The one year that a title or heading names: of an inspection."""
    years = {int(found) for found in _YEAR.findall(unicodedata.normalize("NFKC", words))}
    return years.pop() if len(years) == 1 else None
