"""Many members at once, from lines as they are pasted out of a list."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction

from changle.core.codes import BadCode, check_phone
from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.people.actions.people import PeopleRefused
from changle.ground.people.actions.posts import body_of
from changle.ground.people.models import JOINED, KINDS, UNIT_MEMBER, Person, Post
from changle.ground.people.queries.names import checked_name
from changle.ground.territory.actions import spelled
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


MOST_LINES = 500
MOST_TOLD = 8  # faults that one refusal names
GAPS = re.compile(r"[\t,，;；、|]+| {2,}|　+")
LAST_GAP = re.compile(r"\s+(?=[+(（]?[0-9][0-9()（）+\- ]*$)")


@dataclass(frozen=True)
class MemberLine:
    name: str
    phone: str = ""
    unit: str = ""


@dataclass
class Entered:
    """What became of the lines."""

    added: int = 0
    known: list[str] = field(default_factory=list)  # names that were on the list already


def parsed(text: str, *, units: bool) -> list[MemberLine]:
    """The lines as members; raises PeopleRefused with every fault and its line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        raise PeopleRefused("请粘贴名单，一行一人。")
    if len(lines) > MOST_LINES:
        raise PeopleRefused(f"一次最多 {MOST_LINES} 行，请分几次粘贴。")
    told, faults = [], []
    for number, line in lines:
        try:
            told.append(line_of(line, units=units))
        except BadCode as error:
            faults.append(f"第 {number} 行：{error.sentence}")
    if faults:
        more = f"……共 {len(faults)} 处。" if len(faults) > MOST_TOLD else ""
        raise PeopleRefused("".join(faults[:MOST_TOLD]) + more)
    return told


def line_of(line: str, *, units: bool) -> MemberLine:
    """姓名 电话, or 单位 代表姓名 电话; the phone may be missing."""
    cells = [cell.strip() for cell in GAPS.split(line) if cell.strip()]
    if len(cells) == 1 or (units and len(cells) == 2):  # noqa: PLR2004  one blank parts them
        cells = [*cells[:-1], *LAST_GAP.split(cells[-1], maxsplit=1)]
    if units and len(cells) == 2 and not cells[1][:1].isdigit():  # noqa: PLR2004
        cells = [*cells, ""]
    if units and len(cells) < 3 and " " in cells[0]:  # noqa: PLR2004
        cells = [*cells[0].rsplit(None, 1), *cells[1:]]
    unit = cells.pop(0)[:120] if units and len(cells) > 1 else ""
    if units and not unit:
        raise BadCode("单位会员须写：单位名称 代表姓名 电话。")
    if len(cells) > 2:  # noqa: PLR2004  name and phone
        raise BadCode("一行应为：姓名 电话。")
    phone = str(check_phone(cells[1])) if len(cells) > 1 and cells[1] else ""
    return MemberLine(checked_name(cells[0]), phone, unit)


@transaction.atomic
def add_members(
    *, organisation: int, kind: str, text: str, starts_on: date, by: Actor, now: datetime
) -> Entered:
    """All lines or none; who stands on the list already is left as they are."""
    if kind not in JOINED:
        raise PeopleRefused("名单只用于会员和骨干。")
    body = body_of(organisation, by)
    lines = parsed(text, units=kind == UNIT_MEMBER)
    told, seen, fresh = Entered(), present(body.pk, kind, starts_on), []
    for line in lines:
        key = (line.name, line.phone, line.unit)
        if key in seen:
            told.known.append(line.unit or line.name)
            continue
        seen.add(key)
        fresh.append(line)
    people = Person.objects.bulk_create(
        [
            Person(name=line.name, phone=line.phone, pinyin=spelled(line.name), recorded_at=now,
                   changed_at=now)
            for line in fresh
        ],
        batch_size=200,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Post.objects.bulk_create(
                [
                    Post(organisation=body, person=person, kind=kind, unit_name=line.unit,
                         starts_on=starts_on, recorded_at=now, changed_at=now)
                    for person, line in zip(people, fresh, strict=True)
                ],
                batch_size=200,
            )  # fmt: skip
    except IntegrityError:
        raise PeopleRefused("名单与已有的记录冲突，请刷新后再试。") from None
    told.added = len(fresh)
    if fresh:
        record(body, "add_members", by=by, at=now, note=f"{KINDS[kind].label} {len(fresh)} 名")
    return told


def present(organisation: int, kind: str, on: date) -> set[tuple[str, str, str]]:
    """Those on the list from a day on, as a line says them."""
    rows = Post.objects.filter(organisation_id=organisation, kind=kind).exclude(ends_on__lte=on)
    return set(rows.values_list("person__name", "person__phone", "unit_name"))


@transaction.atomic
def note_members_export(*, organisation: int, count: int, by: Actor, now: datetime) -> None:
    """Who takes a list of people away leaves a line in the log."""
    node = by.rows(Node, Permission.PEOPLE_SEALED).get(organisation=organisation)
    record(node, "export_members", by=by, at=now, note=f"会员名单（掩码）{count} 行")
