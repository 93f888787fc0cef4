"""A person enters the records, is put right, or turns out to be one already known."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from changle.core.codes import BadCode, check_resident_id
from changle.core.log import LogEntry, changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.people.models import PartyFact, Person, Post
from changle.ground.people.queries.matching import Namesake, by_number, namesakes
from changle.ground.people.queries.names import checked_name
from changle.ground.territory.actions import spelled
from changle.ground.territory.roles import Permission


# Of these the log says that they changed, not what they were.
UNTOLD = {"phone", "email", "birth_year", "id_type", "id_number", "politics", "note"}


class PeopleRefused(Refused):
    """The people of a body cannot be so; the sentence says why."""


class KnownAlready(PeopleRefused):
    """People of the same name and phone are known: the clerk decides whether it is one of them."""

    def __init__(self, found: list[Namesake]) -> None:
        super().__init__("已有同名同电话的人。请选择是同一个人，还是另一个人。")
        self.found = found


class Outdated(PeopleRefused):
    """Somebody saved in between; `since` are their entries."""

    def __init__(self, since: list[LogEntry]) -> None:
        who = "、".join(dict.fromkeys(entry.actor_name for entry in since)) or "别人"
        super().__init__(f"{who}刚刚改过这条记录。您填的内容还在，看过对方的改动后可再次保存。")
        self.since = since


def entries_of(row: models.Model, count: int) -> list[LogEntry]:
    rows = LogEntry.objects.filter(subject_label=row._meta.label, subject_id=str(row.pk))
    return list(rows.order_by("-id")[: max(1, count)])


def written(row: models.Model, **options: Any) -> None:
    """Save a row after asking its constraints, so that a refusal is a sentence."""
    try:
        row.full_clean()
        with transaction.atomic():
            row.save(**options)
    except ValidationError as error:
        raise PeopleRefused("".join(dict.fromkeys(error.messages))) from None
    except IntegrityError as error:
        raise PeopleRefused(told(row, error)) from None


def told(row: models.Model, error: IntegrityError) -> str:
    """The sentence of the constraint that the database names."""
    for constraint in row._meta.constraints:
        if constraint.name in str(error):
            return str(constraint.get_violation_error_message())
    if "id_index" in str(error):
        return "这个证件号码已属于另一个人。"
    return "与已有的记录冲突，请刷新后再试。"


def checked(facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The facts as they are kept; a resident number also tells sex and year of birth."""
    facts = dict(facts)
    try:
        if "name" in facts:
            facts["name"] = checked_name(facts["name"])
        if facts.get("id_number") and facts.get("id_type") == Person.IdType.RESIDENT:
            number = check_resident_id(facts["id_number"], today=timezone.localdate(now))
            sex = Person.Sex.MALE if number.sex == "男" else Person.Sex.FEMALE
            if facts.get("sex") not in {None, "", sex}:
                raise PeopleRefused("性别与证件号码不符，请核对。")
            year = facts.get("birth_year")
            if year and year != number.born_on.year:
                raise PeopleRefused("出生年份与证件号码不符，请核对。")
            facts |= {"id_number": str(number), "sex": sex, "birth_year": number.born_on.year}
    except BadCode as error:
        raise PeopleRefused(error.sentence) from None
    return facts


def person_for(facts: dict[str, Any], *, same: str, by: Actor, now: datetime) -> Person:
    """The person meant: by number, by the clerk's choice (`same`: a key, or "new"), or a new one."""
    facts = checked(facts, now)
    if facts.get("id_number"):
        found = by_number(facts["id_number"])
        if found is not None:
            if found.name != facts["name"]:
                raise PeopleRefused("这个证件号码已属于另一个姓名的人，请核对姓名和号码。")
            return completed(found, facts, now)
    likely = namesakes(by, facts["name"], facts.get("phone", ""))
    if same.isascii() and same.isdecimal() and int(same) in {one.pk for one in likely}:
        return completed(Person.objects.select_for_update().get(pk=int(same)), facts, now)
    if likely and same != "new":
        raise KnownAlready(likely)
    person = Person(**facts, pinyin=spelled(facts["name"]), recorded_at=now, changed_at=now)
    written(person)
    return person


def completed(person: Person, facts: dict[str, Any], now: datetime) -> Person:
    """Fill in what is not known yet; what is known is put right on the person's own page."""
    blank = {
        name: value
        for name, value in facts.items()
        if value not in {None, "", False} and getattr(person, name) in {None, "", False}
    }
    if "id_number" not in blank:
        blank.pop("id_type", None)
    if blank:
        for name, value in blank.items():
            setattr(person, name, value)
        person.version += 1
        person.changed_at = now
        written(person)
    return person


@transaction.atomic
def edit_person(
    *, post: int, version: int, changes: dict[str, Any], by: Actor, now: datetime
) -> Person:
    """Put a person right, from one of their posts in a body whose people one may change.

    An empty identity number leaves the one that is kept.
    """
    held = by.rows(Post, Permission.PEOPLE_EDIT).select_related("organisation__node").get(pk=post)
    person = Person.objects.select_for_update().get(pk=held.person_id)
    if person.version != version:
        raise Outdated(entries_of(held, 1))
    if not changes.get("id_number"):
        changes = {name: value for name, value in changes.items() if name != "id_number"}
        if not person.id_index:
            changes["id_type"] = ""
    facts = checked({"id_type": person.id_type, **changes}, now)
    before = {name: getattr(person, name) for name in facts}
    after = {name: value for name, value in facts.items() if before[name] != value}
    if not after:
        return person
    refuse_rival(person, facts)
    for name, value in after.items():
        setattr(person, name, value)
    person.pinyin = spelled(person.name)
    person.version += 1
    person.changed_at = now
    written(person)
    record(held, "edit_person", by=by, at=now, changes=shown(before, after))
    return person


def refuse_rival(person: Person, facts: dict[str, Any]) -> None:
    number = facts.get("id_number")
    rival = by_number(number) if number else None
    if rival is not None and rival.pk != person.pk:
        raise PeopleRefused("这个证件号码已属于另一个人。")


def shown(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Old and new for the log; personal facts only as having changed."""
    return {
        name: (["…", "…"] if name in UNTOLD else pair)
        for name, pair in changed(before, after).items()
    }


@transaction.atomic
def merge_people(*, post: int, other: int, by: Actor, now: datetime) -> Person:
    """Two records of one person become one: that of `post` goes on, `other` (a person) points to it.

    Only for people of the same name and phone, all of whose posts lie within one's reach.
    """
    held = by.rows(Post, Permission.PEOPLE_EDIT).select_related("organisation__node").get(pk=post)
    rows = Person.objects.select_for_update().filter(pk__in=[held.person_id, other])
    people = {person.pk: person for person in rows.order_by("pk")}
    keep, drop = people[held.person_id], people.get(other)
    likely = {one.pk for one in namesakes(by, keep.name, keep.phone, besides=keep.pk)}
    if drop is None or drop.pk not in likely:
        raise PeopleRefused("只能合并同名同电话、且由您管理的人。")
    if (
        Post.objects.filter(person=drop).count()
        != by.rows(Post, Permission.PEOPLE_EDIT).filter(person=drop).count()
    ):
        raise PeopleRefused("此人在您管理范围以外也有任职，请由上级办理合并。")
    if keep.id_index and drop.id_index and keep.id_index != drop.id_index:
        raise PeopleRefused("两条记录的证件号码不同，不是同一个人。")
    drop.merged_into = keep
    drop.changed_at = now
    drop.save(update_fields=["merged_into", "changed_at"])
    names = [f.name for f in Person._meta.concrete_fields if f.name in FACTS]
    completed(keep, {name: getattr(drop, name) for name in names}, now)
    try:
        with transaction.atomic():
            Post.objects.filter(person=drop).update(person=keep)
    except IntegrityError:
        raise PeopleRefused("两条记录在同一组织有时间重叠的同一职务，请先撤回其中一条。") from None
    PartyFact.objects.filter(leader=drop).update(leader=keep)
    record(held, "merge_people", by=by, at=now, note=f"并入 {drop.pk} 号记录")
    return keep


FACTS = ("sex", "birth_year", "email", "id_type", "id_number", "education", "grade", "employer",
         "is_official", "official_rank", "is_retired", "politics", "note")  # fmt: skip


@transaction.atomic
def read_number(*, post: int, reason: str, by: Actor, now: datetime) -> str:
    """The identity number in clear, to who may read it over this body; each reading is logged."""
    held = by.rows(Post, Permission.PEOPLE_SEALED).select_related("person", "organisation__node")
    row = held.get(pk=post)
    if not reason.strip():
        raise PeopleRefused("请写明查看的理由。")
    if not row.person.id_number:
        raise PeopleRefused("没有登记证件号码。")
    record(row, "read_number", by=by, at=now, note=reason)
    return str(row.person.id_number)
