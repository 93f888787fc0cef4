"""What looks amiss among the people of a body; told, never refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from changle.ground.people.models import HEAD, KINDS, Group
from changle.ground.people.queries.roster import TERMED, Line, Part
from changle.ground.registry.models import Organisation


OLDEST = 70  # years: 《社会团体章程示范文本》, of the chair, vice-chairs and secretary


@dataclass(frozen=True)
class Doubt:
    text: str
    source: str = ""  # the rule behind it


def doubts_of(body: Organisation, parts: list[Part], *, on: date) -> list[Doubt]:
    """From what the page has loaded anyway; no query."""
    lines = [line for part in parts for line in part.lines if not line.to_come]
    counts = {part.group: part.count for part in parts}
    return [
        *of_head(body, lines),
        *of_leaders(lines, on),
        *of_terms(lines),
        *of_council(body, counts),
    ]


def of_head(body: Organisation, lines: list[Line]) -> Iterator[Doubt]:
    heads = [line for line in lines if line.post.kind == HEAD]
    if not heads:
        yield Doubt("没有登记在任的法定代表人（负责人）。")
    for line in heads:
        name = line.post.person.name
        others = [one.organisation for one in line.elsewhere if one.is_head]
        if others:
            association = body.kind == Organisation.Kind.ST
            rule = "《社会团体登记管理条例》：法定代表人不得同时担任其他社会团体的法定代表人"
            text = f"{name}同时是{'、'.join(others)}的法定代表人（负责人）。"
            yield Doubt(text, rule if association else "")
        if body.legal_representative and body.legal_representative != name:
            yield Doubt(
                f"资料里的法定代表人（负责人）是{body.legal_representative}，与在任的{name}不同。"
            )


def of_leaders(lines: list[Line], on: date) -> Iterator[Doubt]:
    told: set[int] = set()
    for line in lines:
        post, person = line.post, line.post.person
        if not KINDS[post.kind].leads or person.pk in told:
            continue
        told.add(person.pk)
        if person.birth_year and on.year - person.birth_year > OLDEST:
            rule = "《社会团体章程示范文本》：任职年龄一般不超过 70 周岁"
            yield Doubt(f"{post.label}{person.name}已超过 {OLDEST} 岁。", rule)
        if person.is_official:
            yield Doubt(
                f"{post.label}{person.name}是{'离退休' if person.is_retired else '在职'}党政机关领导干部，"
                "兼职须按干部管理权限审批。",
                "中组发〔2014〕11号" if person.is_retired else "中办发〔1998〕17号",
            )


def of_terms(lines: list[Line]) -> Iterator[Doubt]:
    late = [line.post for line in lines if line.over and line.post.group in TERMED]
    if late:
        names = "、".join(f"{post.person.name}（{post.label}）" for post in late[:5])
        more = f"等 {len(late)} 人" if len(late) > 5 else ""  # noqa: PLR2004
        since = min(post.term_over_on for post in late)
        yield Doubt(f"任期已满、尚未登记换届：{names}{more}，最早自 {since} 届满。")


def of_council(body: Organisation, counts: dict[Group, int]) -> Iterator[Doubt]:
    if body.is_registered and not counts[Group.SUPERVISORS]:
        yield Doubt("没有登记在任的监事。")
