"""A body changes: the record stays one, what it was when stays told."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from changle.core.log import LogEntry
from changle.ground.registry.actions import (
    DuplicateCode,
    Outdated,
    RegistryRefused,
    change_organisation,
    convert_organisation,
    move,
    move_organisation,
    rename_organisation,
)
from changle.ground.registry.models import ClassItem, Identity, Organisation
from changle.ground.registry.queries import seed_classes
from tests.factories.registry import everything_at, make_organisation, make_uscc
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def by(tree):
    return everything_at(tree.root)


def change(row, by, **changes):
    return change_organisation(
        pk=row.pk, version=row.version, changes=changes, by=by, now=timezone.now()
    )


def spans(row):
    told = row.identities.order_by("starts_on", "pk")
    return [(i.name, i.kind, i.starts_on, i.ends_on, i.opened_by, i.closed_by) for i in told]


def holding(day):
    """How many bodies hold an identity on a day, by kind."""
    rows = Identity.objects.filter(starts_on__lte=day).exclude(ends_on__lte=day)
    return sorted(rows.values_list("kind", flat=True))


def test_what_differs_is_saved_and_logged_with_old_and_new(tree, by):
    row = make_organisation(tree.root, address="甲路一号", contact_phone="13800000000")
    row = change(row, by, address="甲路二号", contact_phone="13900000000", purpose="")
    assert (row.address, row.version) == ("甲路二号", 2)
    entry = LogEntry.objects.get(verb="change")
    assert entry.changes == {"address": ["甲路一号", "甲路二号"], "contact_phone": ["…", "…"]}
    assert row.identities.count() == 1


def test_saving_what_stands_leaves_no_trace(tree, by):
    row = make_organisation(tree.root, address="甲路一号")
    assert change(row, by, address="甲路一号").version == 1
    assert not LogEntry.objects.filter(verb="change").exists()


def test_a_save_over_another_is_refused_and_names_who_and_what(tree, by):
    row = make_organisation(tree.root)
    first = everything_at(tree.root)
    change(row, first, address="甲路一号")
    with pytest.raises(Outdated, match="样例丁刚刚改过") as refused:
        change(row, by, address="乙路二号")
    assert [entry.changes for entry in refused.value.since] == [{"address": ["", "甲路一号"]}]
    row.refresh_from_db()
    assert row.address == "甲路一号"


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_exactly_one_wins():
    tree = make_district()
    by = everything_at(tree.root)
    for _round in range(4):
        row = make_organisation(tree.root)
        told = []
        start = threading.Barrier(2)

        def hand(address, row=row, told=told, start=start):
            start.wait()
            try:
                change(row, by, address=address)
                told.append("saved")
            except Outdated:
                told.append("outdated")
            finally:
                connection.close()

        hands = [threading.Thread(target=hand, args=(f"甲路{number}号",)) for number in (1, 2)]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(told) == ["outdated", "saved"]
        row.refresh_from_db()
        assert row.version == 2
        assert LogEntry.objects.filter(verb="change", subject_id=str(row.pk)).count() == 1


def test_a_new_name_closes_an_identity_and_opens_the_next(tree, by):
    row = make_organisation(tree.root, name="样例旧名")
    on = date(2022, 3, 1)
    rename_organisation(pk=row.pk, name="样例新名", on=on, by=by, now=timezone.now())
    assert spans(row) == [
        ("样例旧名", "BA", date(2020, 5, 6), on, "filed", "changed"),
        ("样例新名", "BA", on, None, "changed", ""),
    ]
    row.refresh_from_db()
    assert (row.name, row.node.name, row.initials[:4]) == ("样例新名", "样例新名", "ylxm")
    assert "样例新名" in row.search_text


def test_a_name_put_right_on_its_first_day_still_began_so(tree, by):
    row = make_organisation(tree.root, name="样例错名", registered_on=date(2021, 1, 1))
    rename_organisation(pk=row.pk, name="样例正名", on=date(2021, 1, 1), by=by, now=timezone.now())
    assert spans(row)[-1] == ("样例正名", "BA", date(2021, 1, 1), None, "filed", "")
    assert holding(date(2021, 1, 1)) == ["BA"]


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(TODAY + timedelta(days=1), "不能晚于今天"), (date(2019, 1, 1), "不能早于")],
)
def test_a_change_holds_from_a_day_that_can_be(tree, by, on, sentence):
    row = make_organisation(tree.root)
    with pytest.raises(RegistryRefused, match=sentence):
        rename_organisation(pk=row.pk, name="样例新名", on=on, by=by, now=timezone.now())
    assert len(spans(row)) == 1


def test_a_class_is_dated_too(tree, by):
    seed_classes()
    row = make_organisation(tree.root)
    change(row, by, category=ClassItem.objects.get(list="community", code="charity"))
    assert [i.category_id is None for i in row.identities.order_by("pk")] == [True, False]


def test_the_registrar_stays_when_the_seat_moves(tree, by):
    row = make_organisation(tree.communities[0][0], "MF", uscc=make_uscc("MF", "610100"))
    to = tree.communities[1][1]
    moved = move_organisation(pk=row.pk, place=to, on=date(2023, 1, 1), by=by, now=timezone.now())
    assert moved.registrar_code == "610100"
    assert (moved.street, moved.community) == (tree.streets[1], to)
    assert moved.node.path == f"{to.path}{moved.node.pk}."
    assert [i.place for i in moved.identities.order_by("pk")] == [tree.communities[0][0], to]


def test_a_body_is_moved_only_to_where_one_may_tend_it(tree):
    row = make_organisation(tree.communities[0][0])
    street = make_actor("STO", tree.streets[0])
    with pytest.raises(RegistryRefused, match="不在您的管理范围内"):
        move_organisation(pk=row.pk, place=tree.streets[1], on=TODAY, by=street, now=timezone.now())


@pytest.mark.parametrize("role", ["STO", "COM", "AUD", "SYS"])
def test_who_may_not_tend_the_body_finds_none(tree, role):
    row = make_organisation(tree.communities[1][0])
    stranger = make_actor(role, tree.streets[0])
    with pytest.raises(Organisation.DoesNotExist):
        change(row, stranger, address="甲路")


def test_a_filed_body_that_registers_is_counted_once_before_and_after(tree, by):
    row = make_organisation(tree.communities[0][0], "BA", name="样例志愿队")
    on, code = date(2022, 6, 1), make_uscc("MF")
    convert_organisation(
        pk=row.pk, kind="MF", uscc=code, on=on, name="样例志愿服务中心", by=by, now=timezone.now()
    )
    assert spans(row) == [
        ("样例志愿队", "BA", date(2020, 5, 6), on, "filed", "converted"),
        ("样例志愿服务中心", "MF", on, None, "converted", ""),
    ]
    assert holding(on - timedelta(days=1)) == ["BA"]
    assert holding(on) == ["MF"]
    row.refresh_from_db()
    assert (row.kind, row.uscc, row.registrar_code) == ("MF", code, "610112")
    assert Organisation.objects.count() == 1


def test_a_team_that_registers_was_never_filed(tree, by):
    row = make_organisation(tree.root, "PRE")
    convert_organisation(
        pk=row.pk, kind="ST", uscc=make_uscc("ST"), on=TODAY, by=by, now=timezone.now()
    )
    assert [(s[4], s[5]) for s in spans(row)] == [("founded", "changed"), ("registered", "")]


def test_a_team_that_is_filed_counts_as_a_new_filing(tree, by):
    row = make_organisation(tree.root, "PRE")
    change(row, by, kind="BA", filing_number="样例备1号")
    assert [(s[1], s[4]) for s in spans(row)] == [("PRE", "founded"), ("BA", "filed")]


@pytest.mark.parametrize(
    ("kind", "told", "sentence"),
    [
        ("MF", {"kind": "MF", "uscc": make_uscc("MF")}, "已经登记"),
        ("BA", {"kind": "PRE", "uscc": make_uscc("MF")}, "请选择登记的类型"),
        ("BA", {"kind": "ST", "uscc": make_uscc("MF")}, "与所选类型不符"),
        ("BA", {"kind": "ST", "uscc": ""}, "统一社会信用代码"),
        ("BA", {"kind": "ST", "uscc": "51"}, "18 位"),
    ],
)
def test_a_conversion_that_cannot_be_is_refused(tree, by, kind, told, sentence):
    row = make_organisation(tree.root, kind)
    with pytest.raises(RegistryRefused, match=sentence):
        convert_organisation(pk=row.pk, on=TODAY, by=by, now=timezone.now(), **told)
    row.refresh_from_db()
    assert (row.kind, row.version) == (kind, 1)


def test_only_a_standing_body_registers(tree, by):
    row = make_organisation(tree.root)
    move(row.pk, "pause", by=by, now=timezone.now(), note="场地维修")
    with pytest.raises(RegistryRefused, match="状态正常"):
        convert_organisation(
            pk=row.pk, kind="MF", uscc=make_uscc("MF"), on=TODAY, by=by, now=timezone.now()
        )


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("BA", {"kind": "MF", "uscc": make_uscc("MF")}),
        ("MF", {"kind": "BA", "uscc": ""}),
        ("BA", {"kind": "PRE"}),
    ],
)
def test_registration_is_no_mere_correction(tree, by, kind, changes):
    row = make_organisation(tree.root, kind)
    with pytest.raises(RegistryRefused):
        change(row, by, **changes)


@pytest.mark.parametrize(("kind", "field"), [("MF", "uscc"), ("BA", "filing_number")])
def test_a_change_takes_nobody_elses_code(tree, by, kind, field):
    holder, row = make_organisation(tree.root, kind), make_organisation(tree.root, kind)
    with pytest.raises(DuplicateCode):
        change(row, by, **{field: getattr(holder, field)})


def test_a_code_kept_by_its_certificate_does_not_hinder_other_changes(tree, by):
    code = make_uscc("MF")
    bad = code[:-1] + next(c for c in "0123456789" if c != code[-1])
    row = make_organisation(tree.streets[0], "MF", by=by, uscc=bad, code_override_reason="证书")
    street = make_actor("STO", tree.streets[0])
    assert change(row, street, address="甲路一号").address == "甲路一号"


def test_a_body_that_ends_holds_no_identity_from_that_day(tree, by):
    row = make_organisation(tree.root, "MF")
    on = date(2023, 5, 5)
    move(row.pk, "liquidate", by=by, now=timezone.now(), note="决议解散")
    ended = move(row.pk, "deregister", by=by, now=timezone.now(), on=on, note="清算结束")
    assert (ended.state, ended.ended_on) == ("deregistered", on)
    assert spans(row)[-1][3:] == (on, "registered", "deregistered")
    assert holding(on - timedelta(days=1)) == ["MF"]
    assert holding(on) == []


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(TODAY + timedelta(days=1), "不能晚于今天"), (date(2001, 1, 1), "不能早于")],
)
def test_an_end_on_a_day_that_cannot_be_changes_nothing(tree, by, on, sentence):
    row = make_organisation(tree.root, "BA")
    with pytest.raises(RegistryRefused, match=sentence):
        move(row.pk, "cancel", by=by, now=timezone.now(), on=on, note="成员迁离")
    row.refresh_from_db()
    assert row.state == "active"
    assert not LogEntry.objects.filter(verb="cancel").exists()
