"""People take up posts and leave them; what the database refuses, it refuses by itself."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from changle.core.log import LogEntry
from changle.ground.people.actions import (
    KnownAlready,
    Outdated,
    PeopleRefused,
    PostDraft,
    add_members,
    add_post,
    change_head,
    edit_person,
    edit_post,
    end_post,
    give_access,
    merge_people,
    read_number,
)
from changle.ground.people.models import Person, Post
from changle.ground.people.queries import head_of
from changle.ground.registry.actions import Outdated as OutdatedBody
from changle.ground.registry.models import Organisation
from changle.ground.territory.actions import GrantRefused, end_grant
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import actor_for
from tests.factories.accounts import make_user
from tests.factories.people import make_person, make_post
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district


TODAY = timezone.localdate()
NUMBER = "610112199003070012"


def number_of(birth="19900307", order="001"):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = f"610112{birth}{order}"
    return (
        digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    )


def draft(name="杨理", kind="staff", starts_on=date(2024, 3, 1), same="", facts=None, **person):
    return PostDraft(
        person={"name": name, **person}, kind=kind, starts_on=starts_on, same=same,
        facts=facts or {},
    )  # fmt: skip


@pytest.fixture
def by(tree):
    return everything_at(tree.root)


# Who it is


def test_the_same_number_is_the_same_person_in_another_body(tree, body, by, now):
    other = make_organisation(tree.streets[1], "ST")
    number = number_of()
    one = add_post(
        organisation=body.pk, by=by, now=now, draft=draft(id_type="resident", id_number=number)
    )
    two = add_post(
        organisation=other.pk, by=by, now=now,
        draft=draft(id_type="resident", id_number=f" {number.lower()} ", employer="样例公司"),
    )  # fmt: skip
    assert one.person_id == two.person_id
    person = Person.objects.get()
    assert (person.sex, person.birth_year, person.employer) == ("m", 1990, "样例公司")


def test_a_number_that_bears_another_name_is_refused(body, by, now):
    number = number_of()
    add_post(
        organisation=body.pk, by=by, now=now, draft=draft(id_type="resident", id_number=number)
    )
    with pytest.raises(PeopleRefused, match="另一个姓名"):
        add_post(
            organisation=body.pk, by=by, now=now,
            draft=draft("李四方", id_type="resident", id_number=number),
        )  # fmt: skip


def test_what_a_number_says_must_agree(body, by, now):
    with pytest.raises(PeopleRefused, match="性别与证件号码不符"):
        add_post(
            organisation=body.pk, by=by, now=now,
            draft=draft(id_type="resident", id_number=number_of(), sex="f"),
        )  # fmt: skip
    with pytest.raises(PeopleRefused, match="校验码不符"):
        add_post(
            organisation=body.pk, by=by, now=now,
            draft=draft(id_type="resident", id_number=NUMBER[:-1] + "X"),
        )  # fmt: skip
    assert not Person.objects.exists()


def test_the_same_name_and_phone_is_the_clerks_to_decide(tree, body, by, now):
    first = add_post(organisation=body.pk, by=by, now=now, draft=draft(phone="13800000000"))
    other = make_organisation(tree.streets[1], "ST")
    with pytest.raises(KnownAlready) as known:
        add_post(organisation=other.pk, by=by, now=now, draft=draft(phone="13800000000"))
    assert [(one.pk, one.phone) for one in known.value.found] == [(first.person_id, "138****0000")]
    same = draft(phone="13800000000", same=str(first.person_id))
    assert add_post(organisation=other.pk, by=by, now=now, draft=same).person_id == first.person_id
    third = make_organisation(tree.streets[1], "ST")
    new = draft(phone="13800000000", same="new")
    assert add_post(organisation=third.pk, by=by, now=now, draft=new).person_id != first.person_id


def test_somebody_of_another_street_is_neither_proposed_nor_takable(tree, body, now):
    there = make_organisation(tree.streets[1], "ST")
    held = make_post(there, person=make_person("杨理", phone="13800000000"))
    clerk = make_actor("STO", tree.streets[0])
    taken = draft(phone="13800000000", same=str(held.person_id))
    row = add_post(organisation=body.pk, by=clerk, now=now, draft=taken)
    assert row.person_id != held.person_id


@pytest.mark.parametrize(
    "name", ["杨理", "阿卜杜拉·热合曼", "𠅤丁", "买买提·艾力·司马义", "John O'Neil"]
)
def test_names_of_people_as_they_are(body, by, now, name):
    assert add_post(organisation=body.pk, by=by, now=now, draft=draft(name)).person.name == name


@pytest.mark.parametrize("typed", ["阿卜杜拉•热合曼", "阿卜杜拉 ・ 热合曼", " 阿卜杜拉·热合曼 "])
def test_every_dot_is_the_interpunct(body, by, now, typed):
    row = add_post(organisation=body.pk, by=by, now=now, draft=draft(typed))
    assert row.person.name == "阿卜杜拉·热合曼"


@pytest.mark.parametrize("name", ["", "杨", "杨" * 61, "杨理1", "=1+1", "<b>杨</b>", "🙂🙂"])
def test_what_is_no_name_is_refused(body, by, now, name):
    with pytest.raises(PeopleRefused, match="姓名"):
        add_post(organisation=body.pk, by=by, now=now, draft=draft(name))


def test_two_records_of_one_person_become_one(tree, body, by, now):
    keep = make_post(body, person=make_person("杨理", phone="13800000000"))
    other = make_organisation(tree.streets[1], "ST")
    drop = make_post(
        other, person=make_person("杨理", phone="13800000000", education="master", id_type="passport",
                                  id_number="E12345678")
    )  # fmt: skip
    with pytest.raises(PeopleRefused, match="由您管理"):
        merge_people(
            post=keep.pk, other=drop.person_id, by=make_actor("STO", tree.streets[0]), now=now
        )
    merge_people(post=keep.pk, other=drop.person_id, by=by, now=now)
    drop.refresh_from_db()
    assert drop.person_id == keep.person_id
    assert Person.objects.get(pk=keep.person_id).id_number == "E12345678"


# Posts


def test_taking_up_and_leaving_a_post_is_logged_at_the_body(body, by, now):
    row = add_post(organisation=body.pk, by=by, now=now, draft=draft(phone="13800000000"))
    end_post(pk=row.pk, on=TODAY, because="resigned", by=by, now=now)
    entries = LogEntry.objects.filter(subject_label="people.Post").order_by("id")
    assert [(e.verb, e.path) for e in entries] == [
        ("add_post", body.node.path), ("end_post", body.node.path),
    ]  # fmt: skip
    assert "13800000000" not in str([(e.changes, e.note) for e in LogEntry.objects.order_by("id")])


def test_an_ended_post_ends_once_and_a_slip_is_taken_back(body, by, now):
    row = add_post(organisation=body.pk, by=by, now=now, draft=draft())
    end_post(pk=row.pk, on=date(2025, 1, 1), because="left", by=by, now=now)
    with pytest.raises(PeopleRefused, match="已于"):
        end_post(pk=row.pk, on=TODAY, because="left", by=by, now=now)
    end_post(pk=row.pk, on=None, because="mistake", by=by, now=now)
    row.refresh_from_db()
    assert row.ends_on == row.starts_on
    with pytest.raises(PeopleRefused, match="不能早于任职日期"):
        one = add_post(organisation=body.pk, by=by, now=now, draft=draft("李四方"))
        end_post(pk=one.pk, on=date(2020, 1, 1), because="left", by=by, now=now)


def test_two_clerks_at_one_post(body, by, now):
    row = make_post(body)
    edit_post(pk=row.pk, version=1, changes={"title": "社工"}, by=by, now=now)
    with pytest.raises(Outdated, match="刚刚改过"):
        edit_post(pk=row.pk, version=1, changes={"title": "会计"}, by=by, now=now)
    edit_person(post=row.pk, version=1, changes={"name": "杨理"}, by=by, now=now)
    with pytest.raises(Outdated):
        edit_person(post=row.pk, version=1, changes={"name": "李四方"}, by=by, now=now)


def test_putting_a_person_right_keeps_the_number_and_masks_the_log(body, by, now):
    row = make_post(body, person=make_person(id_type="resident", id_number=number_of()))
    edit_person(
        post=row.pk, version=1, by=by, now=now,
        changes={"name": "杨理", "phone": "13900000000", "id_type": "resident", "id_number": ""},
    )  # fmt: skip
    person = Person.objects.get()
    assert (person.id_number, person.phone) == (number_of(), "13900000000")
    assert LogEntry.objects.get(verb="edit_person").changes["phone"] == ["…", "…"]


ALLOWED = {"DCA": True, "STO": True, "CTR": True, "COM": False, "AUD": False, "DSW": False,
           "SYS": False, "RES": False}  # fmt: skip


@pytest.mark.parametrize("role", ALLOWED)
def test_who_keeps_the_people_of_a_body(tree, body, now, role):
    place = {"DCA": tree.root, "DSW": tree.root, "AUD": tree.root, "SYS": tree.root}.get(
        role, tree.streets[0]
    )
    by = make_actor(role, place)
    if ALLOWED[role]:
        assert add_post(organisation=body.pk, by=by, now=now, draft=draft()).pk
    else:
        with pytest.raises(Organisation.DoesNotExist):
            add_post(organisation=body.pk, by=by, now=now, draft=draft())


def test_another_street_finds_no_such_post(tree, body, now):
    row = make_post(body)
    by = make_actor("STO", tree.streets[1])
    with pytest.raises(Post.DoesNotExist):
        end_post(pk=row.pk, on=TODAY, because="left", by=by, now=now)
    with pytest.raises(Post.DoesNotExist):
        read_number(post=row.pk, reason="核对", by=by, now=now)
    with pytest.raises(Post.DoesNotExist):
        edit_person(post=row.pk, version=1, changes={"name": "杨理"}, by=by, now=now)


# What the database itself refuses


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ({"kind": "head"}, {"kind": "head", "starts_on": date(2021, 1, 1)}, "one_head_at_a_time"),
        ({}, {"same": True}, "same_post_once_at_a_time"),
        ({}, {"kind": "unit_member"}, "unit_member_names_its_unit"),
        ({}, {"unit_name": "样例公司"}, "unit_member_names_its_unit"),
        ({}, {"ends_on": date(2019, 1, 1)}, "post_ends_after_it_starts"),
        ({}, {"term_ends_on": date(2019, 1, 1)}, "term_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_posts_that_cannot_be(body, first, second, name):
    row = make_post(body, **first)
    if second.pop("same", False):
        second["person"] = row.person
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_post(body, **second)


def test_the_database_refuses_a_second_bearer_of_a_number(body):
    one = make_person(id_type="passport", id_number="E12345678")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_person(id_type="passport", id_number="Ｅ12345678 ")
    Person.objects.filter(pk=one.pk).update(merged_into=make_person())
    make_person(id_type="passport", id_number="e12345678")


def test_a_second_head_and_the_same_person_are_told_in_words(body, by, now):
    person = make_person("杨理", phone="13800000000")
    make_post(body, "staff", person)
    with pytest.raises(PeopleRefused, match="已在本组织担任同样的职务"):
        again = draft(phone="13800000000", same=str(person.pk))
        add_post(organisation=body.pk, by=by, now=now, draft=again)
    with pytest.raises(PeopleRefused, match="变更负责人"):
        add_post(organisation=body.pk, by=by, now=now, draft=draft("李四方", "head"))


# The head


def changing(body, since=0, **words):
    row = Organisation.objects.get(pk=body.pk)
    words = {
        "organisation": body.pk,
        "version": row.version,
        "since": since,
        "because": "election",
    } | words
    return {"now": timezone.now(), **words}


def test_a_new_head_takes_over_in_the_record_too(body, by):
    first = change_head(by=by, draft=draft("杨理", "head", date(2020, 1, 1)), **changing(body))
    second = change_head(
        by=by, draft=draft("李四方", "head", date(2025, 1, 1)), **changing(body, first.pk)
    )
    first.refresh_from_db()
    assert (first.ends_on, first.ended_because) == (date(2025, 1, 1), "election")
    assert head_of(body.pk, on=date(2024, 12, 31)) == first
    assert head_of(body.pk, on=date(2025, 1, 1)) == second
    assert Organisation.objects.get(pk=body.pk).legal_representative == "李四方"


def test_two_clerks_change_the_head(body, by):
    first = change_head(by=by, draft=draft("杨理", "head", date(2020, 1, 1)), **changing(body))
    told = changing(body, first.pk)
    change_head(by=by, draft=draft("李四方", "head", date(2025, 1, 1)), **told)
    with pytest.raises(PeopleRefused, match="刚刚变更过"):
        change_head(by=by, draft=draft("王五常", "head", date(2025, 2, 1)), **told)


def test_a_record_changed_in_between_stops_the_change_of_head_whole(body, by):
    told = changing(body, version=99)
    with pytest.raises(OutdatedBody):
        change_head(by=by, draft=draft("杨理", "head", date(2020, 1, 1)), **told)
    assert not Post.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("name", "on", "sentence"),
    [
        ("李四方", TODAY + timedelta(days=1), "不能晚于今天"),
        ("李四方", date(2020, 1, 1), "应晚于现任"),
        ("杨理", date(2025, 1, 1), "同一个人"),
    ],
)
def test_what_is_no_change_of_head(body, by, name, on, sentence):
    first = draft("杨理", "head", date(2020, 1, 1), phone="13800000000")
    row = change_head(by=by, draft=first, **changing(body))
    with pytest.raises(PeopleRefused, match=sentence):
        change_head(
            by=by, **changing(body, row.pk),
            draft=draft(name, "head", on, phone="13800000000", same=str(row.person_id)),
        )  # fmt: skip


# Access that ends with the post


@pytest.fixture
def secretary(body):
    return make_post(body, "secretary", starts_on=date(2024, 1, 1))


def test_access_ends_on_the_day_the_post_ends_without_anyone_acting(
    tree, body, now, time_machine_to
):
    until = TODAY + timedelta(days=30)
    row = make_post(body, "secretary", ends_on=until)
    user = make_user("mishu")
    give_access(
        pk=row.pk, username="mishu", role="OADM", by=make_actor("STO", tree.streets[0]), now=now
    )
    row.refresh_from_db()
    assert row.grant.ends_on == row.ends_on == until
    assert actor_for(user).reaches(body, "people.edit")
    time_machine_to(until - timedelta(days=1))
    assert actor_for(user).reaches(body, "people.edit")
    time_machine_to(until)
    assert not actor_for(user).reaches(body, "people.edit")
    assert not actor_for(user).reach


@pytest.fixture
def time_machine_to(monkeypatch):
    """Let the wall calendar stand on a day."""

    def go(day):
        real = timezone.localdate
        monkeypatch.setattr(timezone, "localdate", lambda value=None: real(value) if value else day)

    return go


def test_leaving_the_post_takes_the_access_whoever_ends_it(tree, body, now, secretary):
    user = make_user("mishu")
    clerk = make_actor("STO", tree.streets[0])
    give_access(pk=secretary.pk, username="mishu", role="OADM", by=clerk, now=now)
    colleague = make_actor("OADM", body.node)  # who may not grant or revoke anything
    end_post(pk=secretary.pk, on=date(2025, 1, 1), because="resigned", by=colleague, now=now)
    assert not actor_for(user).reach
    assert Grant.objects.get(user=user).ends_on == TODAY


def test_changing_the_head_takes_the_old_ones_access(tree, body, by, now):
    first = change_head(by=by, draft=draft("杨理", "head", date(2020, 1, 1)), **changing(body))
    user = make_user("fuzeren")
    give_access(pk=first.pk, username="fuzeren", role="OADM", now=now,
                by=make_actor("STO", tree.streets[0]))  # fmt: skip
    change_head(by=by, draft=draft("李四方", "head", date(2025, 1, 1)), **changing(body, first.pk))
    assert not actor_for(user).reach


def test_an_earlier_end_cuts_the_grant_and_a_later_one_is_refused(tree, body, by, now):
    row = make_post(body, "secretary", ends_on=TODAY + timedelta(days=60))
    make_user("mishu")
    give_access(
        pk=row.pk, username="mishu", role="OSTF", by=make_actor("STO", tree.streets[0]), now=now
    )
    sooner = TODAY + timedelta(days=30)
    row = edit_post(pk=row.pk, version=2, changes={"ends_on": sooner}, by=by, now=now)
    assert Grant.objects.get(pk=row.grant_id).ends_on == sooner
    for later in (None, TODAY + timedelta(days=90)):
        with pytest.raises(PeopleRefused, match="要延长"):
            edit_post(pk=row.pk, version=3, changes={"ends_on": later}, by=by, now=now)
    row.refresh_from_db()
    assert row.ends_on == sooner


@pytest.mark.parametrize(("role", "may"), [("DCA", True), ("STO", True)])
def test_who_may_grant_gives_access(tree, body, now, secretary, role, may):
    make_user("mishu")
    by = make_actor(role, tree.root if role == "DCA" else tree.streets[0])
    assert (
        bool(give_access(pk=secretary.pk, username="mishu", role="OADM", by=by, now=now).grant)
        == may
    )


def test_who_may_not_grant_gives_no_access(tree, body, now, secretary):
    make_user("mishu")
    with pytest.raises(GrantRefused):
        give_access(pk=secretary.pk, username="mishu", role="OADM", by=make_actor("CTR", tree.streets[0]),
                    now=now)  # fmt: skip
    clerk = make_actor("STO", tree.streets[0])
    for username, role in (("niemand", "OADM"), ("mishu", "STO")):
        with pytest.raises(PeopleRefused):
            give_access(pk=secretary.pk, username=username, role=role, by=clerk, now=now)
    assert Post.objects.get(pk=secretary.pk).grant is None


# The number in clear


def test_a_number_is_read_with_a_reason_and_leaves_a_line(body, by, now):
    row = make_post(body, person=make_person(id_type="resident", id_number=number_of()))
    with pytest.raises(PeopleRefused, match="理由"):
        read_number(post=row.pk, reason=" ", by=by, now=now)
    assert read_number(post=row.pk, reason="核对换届材料", by=by, now=now) == number_of()
    entry = LogEntry.objects.get(subject_label="people.Post")
    assert (entry.verb, entry.note, entry.path) == ("read_number", "核对换届材料", body.node.path)
    assert number_of() not in str([entry.subject_text, entry.note, entry.changes])


@pytest.mark.parametrize("role", ["COM", "CTR", "AUD"])
def test_who_does_not_hold_the_seal_reads_no_number(tree, body, now, role):
    row = make_post(body, person=make_person(id_type="resident", id_number=number_of()))
    place = tree.root if role == "AUD" else tree.streets[0]
    with pytest.raises(Post.DoesNotExist):
        read_number(post=row.pk, reason="看看", by=make_actor(role, place), now=now)


# Lists


def test_a_pasted_list_enters_whole_or_not_at_all(body, by, now):
    words = {"organisation": body.pk, "kind": "member", "starts_on": TODAY, "by": by, "now": now}
    with pytest.raises(PeopleRefused, match=r"第 2 行：.*第 4 行："):
        add_members(text="杨理 13800000000\n李四方 99\n\n王1", **words)
    assert not Post.objects.exists()
    text = "杨理\t13800000000\n李四方，029-86234567\n阿卜杜拉·热合曼\nJohn Smith 139 0000 0000\n"
    told = add_members(text=text, **words)
    assert told.added == 4
    names = Post.objects.order_by("pk").values_list("person__name", "person__phone")
    assert list(names) == [
        ("杨理", "13800000000"), ("李四方", "029-86234567"), ("阿卜杜拉·热合曼", ""),
        ("John Smith", "13900000000"),
    ]  # fmt: skip
    again = add_members(text="杨理 13800000000\n赵六合 13900000000", **words)
    assert (again.added, again.known) == (1, ["杨理"])
    assert LogEntry.objects.filter(verb="add_members").count() == 2


@pytest.mark.parametrize(
    "line",
    [
        "样例一公司 杨理 13800000000",
        "样例一公司\t杨理\t13800000000",
        "样例一公司，杨理，13800000000",
    ],
)
def test_a_unit_stands_with_its_representative(body, by, now, line):
    add_members(
        organisation=body.pk, kind="unit_member", text=line, starts_on=TODAY, by=by, now=now
    )
    row = Post.objects.select_related("person").get()
    told = (row.unit_name, row.person.name, row.person.phone)
    assert told == ("样例一公司", "杨理", "13800000000")


def test_five_hundred_lines_cost_few_queries(body, by, now, django_assert_max_num_queries):
    text = "\n".join(f"杨{chr(0x4E00 + n)}" for n in range(500))
    with django_assert_max_num_queries(32):
        add_members(organisation=body.pk, kind="member", text=text, starts_on=TODAY, by=by, now=now)
    with pytest.raises(PeopleRefused, match="最多"):
        add_members(
            organisation=body.pk,
            kind="member",
            text=text + "\n赵六",
            starts_on=TODAY,
            by=by,
            now=now,
        )


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_at_once_one_changes_the_head():
    tree = make_district()
    body = make_organisation(tree.streets[0], "MF")
    by, told, answers = everything_at(tree.root), changing(body), []
    gate = threading.Barrier(2)

    def change(name):
        gate.wait()
        try:
            change_head(by=by, draft=draft(name, "head", date(2024, 1, 1)), **told)
            answers.append("done")
        except (PeopleRefused, OutdatedBody):
            answers.append("refused")
        finally:
            connection.close()

    hands = [threading.Thread(target=change, args=(name,)) for name in ("杨理", "李四方")]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(answers) == ["done", "refused"]
    assert Post.objects.filter(kind="head").count() == 1


def test_leaving_after_the_access_has_been_cut_short_is_no_extension(
    tree, body, by, now, secretary
):
    make_user("mishu")
    clerk = make_actor("STO", tree.streets[0])
    row = give_access(pk=secretary.pk, username="mishu", role="OADM", by=clerk, now=now)
    soon, later = TODAY + timedelta(days=1), TODAY + timedelta(days=30)
    end_grant(row=row.grant, on=soon, by=clerk, now=now)
    end_post(pk=row.pk, on=later, because="resigned", by=by, now=now)
    row.refresh_from_db()
    assert (row.ends_on, Grant.objects.get(pk=row.grant_id).ends_on) == (later, soon)
