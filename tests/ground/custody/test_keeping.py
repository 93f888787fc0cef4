"""An agreement stands between the right two parties, one at a time, and ends for a reason."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reminders import Reminder
from changle.ground.custody.actions import (
    CustodyRefused,
    change,
    end,
    end_for_conversion,
    renew,
    take,
)
from changle.ground.custody.actions.reminding import remind_of_endings, warn_of_custodians
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import custodian_of, troubles
from changle.ground.registry.models import Organisation
from tests.factories.accounts import make_user
from tests.factories.custody import listed, make_custody, make_terms
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def street(tree):
    return make_actor("STO", tree.streets[0])


def today():
    return timezone.localdate()


def taking(tree, by, **changes):
    place = tree.communities[0][0]
    parties = {
        "organisation": make_organisation(place, "BA").pk,
        "custodian": make_organisation(place, "MF"),
        "terms": make_terms(),
    }
    return take(**{**parties, **changes}, by=by, now=timezone.now())


def test_an_agreement_is_taken_and_logged(tree, street):
    row = taking(tree, street)
    assert custodian_of([row.organisation_id], today()) == {row.organisation_id: row}
    entry = LogEntry.objects.order_by("-id")[0]
    assert (entry.verb, entry.subject_id, entry.path) == (
        "take",
        str(row.pk),
        row.organisation.node.path,
    )
    assert "13900000001" not in str(entry.changes)


@pytest.mark.parametrize("role", ["OADM", "COM", "AUD", "RES", "OSTF"])
def test_who_may_not_edit_finds_no_body(tree, role):
    body = make_organisation(tree.communities[0][0], "BA")
    other = make_actor(role, body.node if role in {"OADM", "OSTF"} else tree.communities[0][0])
    with pytest.raises(Organisation.DoesNotExist):
        taking(tree, other, organisation=body.pk)


def test_another_street_finds_no_body_even_where_its_body_is_custodian(tree):
    here, there = tree.communities[0][0], tree.communities[1][0]
    row = make_custody(
        tree.root, body=make_organisation(here, "BA"), custodian=make_organisation(there, "MF")
    )
    other = make_actor("STO", tree.streets[1])
    assert other.rows(Custody, "organisation.view").get() == row
    for deed in (
        lambda: change(pk=row.pk, terms=make_terms(), by=other, now=timezone.now()),
        lambda: end(pk=row.pk, on=today(), because="agreed", by=other, now=timezone.now()),
        lambda: renew(pk=row.pk, terms=make_terms(), by=other, now=timezone.now()),
    ):
        with pytest.raises(Custody.DoesNotExist):
            deed()


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("BA", {}, "须是已登记"),
        ("PRE", {}, "须是已登记"),
        ("MF", {"liability": "partner"}, "不是法人"),
        ("MF", {"liability": "individual"}, "不是法人"),
    ],
)
def test_a_custodian_is_a_legal_person(tree, street, kind, fields, sentence):
    place = tree.communities[0][0]
    custodian = make_organisation(place, kind)
    if fields:
        Organisation.objects.filter(pk=custodian.pk).update(**fields)
    custodian.refresh_from_db()
    with pytest.raises(CustodyRefused, match=sentence):
        taking(tree, street, custodian=custodian)


@pytest.mark.parametrize("kind", ["abnormal", "serious"])
def test_a_listed_custodian_is_refused_until_it_is_removed(tree, street, kind):
    custodian = make_organisation(tree.communities[0][0], "MF")
    fact = listed(custodian, kind)
    with pytest.raises(CustodyRefused, match="列入"):
        taking(tree, street, custodian=custodian)
    fact.ends_on = today()
    fact.save(update_fields=["ends_on"])
    assert taking(tree, street, custodian=custodian).pk


def test_a_list_entered_wrongly_and_withdrawn_counts_for_nothing(tree, street):
    custodian = make_organisation(tree.communities[0][0], "MF")
    fact = listed(custodian)
    fact.withdrawn_at = timezone.now()
    fact.save(update_fields=["withdrawn_at"])
    assert taking(tree, street, custodian=custodian).pk


@pytest.mark.parametrize("state", ["rectifying", "suspended", "liquidating", "deregistered"])
def test_a_custodian_not_in_good_standing_is_refused(tree, street, state):
    custodian = make_organisation(tree.communities[0][0], "MF")
    Organisation.objects.filter(pk=custodian.pk).update(state=state)
    custodian.refresh_from_db()
    with pytest.raises(CustodyRefused, match="状态"):
        taking(tree, street, custodian=custodian)


def test_a_registered_body_needs_no_custodian(tree, street):
    body = make_organisation(tree.communities[0][0], "MF")
    with pytest.raises(CustodyRefused, match="法人"):
        taking(tree, street, organisation=body.pk)


def test_an_ended_body_takes_no_custodian(tree, street):
    body = make_organisation(tree.communities[0][0], "BA")
    Organisation.objects.filter(pk=body.pk).update(state="cancelled")
    with pytest.raises(CustodyRefused, match="不能再签"):
        taking(tree, street, organisation=body.pk)


@pytest.mark.parametrize(
    "days",
    [
        {"starts_on": -90},
        {"ends_on": -60},
        {"ends_on": -70},
    ],
)
def test_days_in_the_wrong_order_are_refused(tree, street, days):
    told = {name: today() + DAY * offset for name, offset in days.items()}
    with pytest.raises(CustodyRefused, match="日期"):
        taking(tree, street, terms=make_terms(**told))


def test_a_second_agreement_of_the_same_time_is_refused(tree, street):
    row = taking(tree, street)
    with pytest.raises(CustodyRefused, match="已有代管协议"):
        taking(tree, street, organisation=row.organisation_id)


def test_the_database_keeps_one_custodian_at_a_time(tree, street):
    row = taking(tree, street)
    twin = {
        "organisation": row.organisation, "custodian": make_organisation(tree.streets[0], "MF"),
        "agreement_number": "二", "money_scope": "二", "signed_on": today(), "starts_on": today(),
        "recorded_at": timezone.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(**twin)
    free = {**twin, "organisation": make_organisation(tree.streets[0], "BA")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(**{**free, "custodian": free["organisation"]})
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(**{**free, "ends_on": today()})
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(**{**free, "ended_because": "agreed"})


def test_an_agreement_ends_for_a_reason_and_stands_then(tree, street):
    row = taking(tree, street)
    end(pk=row.pk, on=today(), because="agreed", note="换代管方", by=street, now=timezone.now())
    assert custodian_of([row.organisation_id], today()) == {}
    assert custodian_of([row.organisation_id], today() - DAY)
    for deed in (
        lambda: end(pk=row.pk, on=today(), because="agreed", by=street, now=timezone.now()),
        lambda: change(pk=row.pk, terms=make_terms(), by=street, now=timezone.now()),
        lambda: renew(pk=row.pk, terms=make_terms(), by=street, now=timezone.now()),
    ):
        with pytest.raises(CustodyRefused):
            deed()
    assert taking(
        tree, street, organisation=row.organisation_id, terms=make_terms(starts_on=today())
    )


def test_an_end_lies_neither_ahead_nor_before_the_start(tree, street):
    row = taking(tree, street)
    for on in (today() + DAY, row.starts_on - DAY):
        with pytest.raises(CustodyRefused):
            end(pk=row.pk, on=on, because="agreed", by=street, now=timezone.now())


def test_what_was_entered_by_mistake_never_held(tree, street):
    row = taking(tree, street)
    end(pk=row.pk, on=today(), because="mistake", by=street, now=timezone.now())
    assert custodian_of([row.organisation_id], row.starts_on) == {}


def test_a_renewal_is_a_row_of_its_own_from_the_end_on(tree, street):
    row = taking(tree, street)
    with pytest.raises(CustodyRefused, match="不能更早"):
        renew(
            pk=row.pk, terms=make_terms(starts_on=row.ends_on - DAY, ends_on=None), by=street,
            now=timezone.now(),
        )  # fmt: skip
    new = renew(
        pk=row.pk, terms=make_terms(starts_on=row.ends_on, ends_on=None), by=street,
        now=timezone.now(),
    )  # fmt: skip
    assert (new.renews, new.custodian) == (row, row.custodian)
    assert custodian_of([row.organisation_id], row.ends_on)[row.organisation_id] == new


def test_registration_ends_what_holds_and_what_was_to_come(tree, street):
    row = taking(tree, street)
    new = renew(
        pk=row.pk, terms=make_terms(starts_on=row.ends_on, ends_on=None), by=street,
        now=timezone.now(),
    )  # fmt: skip
    ended = end_for_conversion(
        organisation=row.organisation, on=today(), by=street, now=timezone.now()
    )
    assert ended == [row, new]
    row.refresh_from_db()
    new.refresh_from_db()
    assert (row.ends_on, row.ended_because) == (today(), "converted")
    assert (new.ends_on, new.ended_because) == (new.starts_on, "converted")
    assert custodian_of([row.organisation_id], today()) == {}
    again = end_for_conversion(
        organisation=row.organisation, on=today(), by=street, now=timezone.now()
    )
    assert again == []


def test_putting_right_is_logged_without_the_phone(tree, street):
    row = taking(tree, street)
    change(pk=row.pk, terms=make_terms(contact_phone="13800000009"), by=street, now=timezone.now())
    entry = LogEntry.objects.order_by("-id")[0]
    assert entry.verb == "change"
    assert "13800000009" not in str(entry.changes)
    assert "13900000001" not in str(entry.changes)


def test_both_sides_are_reminded_once_a_step(tree):
    place = tree.communities[0][0]
    row = make_custody(place, ends_on=today() + DAY * 20)
    ours, theirs = make_user(), make_user()
    make_grant(ours, row.organisation.node, "OADM")
    make_grant(theirs, row.custodian.node, "OADM")
    for _night in range(2):
        remind_of_endings(timezone.now())
    assert Reminder.objects.count() == 1
    assert set(Notice.objects.values_list("to", flat=True)) == {ours.pk, theirs.pk}
    renew(
        pk=row.pk, terms=make_terms(starts_on=row.ends_on, ends_on=None), by=everything_at(place),
        now=timezone.now(),
    )  # fmt: skip
    remind_of_endings(timezone.now() + DAY * 15)
    assert Reminder.objects.count() == 1


def test_a_custodian_in_trouble_is_told_of_once(tree):
    row = make_custody(tree.communities[0][0])
    user = make_user()
    make_grant(user, tree.streets[0], "STO")
    listed(row.custodian)
    for _night in range(2):
        warn_of_custodians(timezone.now())
    notice = Notice.objects.get(to=user)
    assert "需要更换" in notice.text
    assert row.custodian_id in troubles([row.custodian], today())


@pytest.mark.django_db(transaction=True)
def test_of_two_hands_at_once_one_takes_the_body():
    tree = make_district()
    place = tree.communities[0][0]
    by = everything_at(place)
    for _round in range(5):
        body = make_organisation(place, "BA")
        keepers = [make_organisation(place, "MF") for _each in range(2)]
        told, start = [], threading.Barrier(2)

        def hand(custodian, body=body, told=told, start=start):
            start.wait()
            try:
                take(
                    organisation=body.pk, custodian=custodian, terms=make_terms(), by=by,
                    now=timezone.now(),
                )  # fmt: skip
                told.append("taken")
            except CustodyRefused:
                told.append("refused")
            finally:
                connection.close()

        hands = [threading.Thread(target=hand, args=(keeper,)) for keeper in keepers]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(told) == ["refused", "taken"]
        assert Custody.objects.filter(organisation=body).count() == 1
