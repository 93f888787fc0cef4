"""A merge loses nothing, counts once, and can be taken back to the letter."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from changle.core.files.stored import StoredFile
from changle.core.indicators import value
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.ground.merging.actions import MergeRefused, rehearse, undo
from changle.ground.merging.models import DuplicatePair, Merge
from changle.ground.merging.queries.links import links
from changle.ground.merging.queries.queue import survivor_of
from changle.ground.registry.models import Identity, OfficialFact, Organisation, Succession
from changle.ground.territory.models import Grant
from tests.factories.accounts import make_user
from tests.factories.merging import dump, make_merge, make_pair, merger_at
from tests.factories.people import make_party_fact, make_person, make_post
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


@pytest.fixture
def tree(db):
    return make_district()


@pytest.fixture
def by(tree):
    return merger_at(tree.root)


@pytest.fixture
def two(tree):
    place = tree.communities[0][0]
    one = make_organisation(place, name="样例银龄舞蹈队", legal_representative="样例甲", address="")
    other = make_organisation(
        place, name="样例银龄舞蹈团", address="样例路1号", contact_phone="13800000000",
        registered_on=date(2018, 3, 1),
    )  # fmt: skip
    return one, other


def furnish(body, user=None):
    """Something of every sort that may refer to a body."""
    now = timezone.now()
    fact = OfficialFact.objects.create(
        organisation=body, kind="inspection", year=2020, result="合格", recorded_at=now
    )
    post = make_post(body)
    party = make_party_fact(body)
    grant = make_grant(user or make_user(), body.node, "OADM")
    file = StoredFile.objects.create(
        public_id=f"00000000-0000-0000-0000-{body.pk:012d}", name="章程.pdf", size=1, sha256="0" * 64,
        type="PDF", subject_label="registry.Organisation", subject_pk=str(body.pk),
        needs="organisation.view", uploaded_at=now,
    )  # fmt: skip
    notice = Notice.objects.create(
        to=make_user(), at=now, text="样例", subject_label="registry.Organisation",
        subject_id=str(body.pk),
    )  # fmt: skip
    return fact, post, party, grant, file, notice


def referring(*bodies):
    """(table, key) of every row that refers to one of the bodies."""
    return {
        (link.model._meta.label, link.field, pk)
        for link in links()
        for body in bodies
        for pk in link.rows(link.key_of(body)).values_list("pk", flat=True)
    }


def standing(tree):
    today = timezone.localdate()
    period = Period(date(today.year, 1, 1), date(today.year + 1, 1, 1))
    return value("registry.filed", path=tree.root.path, period=period, today=today).value


def test_every_row_goes_over_and_comes_back_to_the_letter(tree, by, two):
    one, other = two
    furnish(one)
    furnish(other)
    before, all_rows, stock = dump(), referring(one, other), standing(tree)
    row = make_merge(one, other, take=("name", "address", "contact_phone", "filing_number"))
    one.refresh_from_db()
    other.refresh_from_db()
    assert referring(one, other) >= all_rows
    assert (one.name, one.address, one.contact_phone) == (
        "样例银龄舞蹈团",
        "样例路1号",
        "13800000000",
    )
    assert other.filing_number == ""
    assert one.filing_number == row.snapshot["bodies"]["merged"]["filing_number"][0]
    assert (other.state, other.merged_into_id) == ("merged", one.pk)
    assert standing(tree) == stock - 1
    assert survivor_of(other.pk) == one.pk
    undone = undo(pk=row.pk, by=by, now=timezone.now())
    assert undone.conflicts == []
    assert dump() == before
    assert standing(tree) == stock
    assert survivor_of(other.pk) is None


def test_what_a_rule_forbids_to_move_stays_and_says_why(tree, two):
    one, other = two
    user = make_user()
    furnish(one, user)
    fact, post, _party, grant, *_others = furnish(other, user)
    row = make_merge(one, other)
    told = {(line["model"], line["pk"]): line["why"] for line in row.snapshot["stayed"]}
    assert told["registry.OfficialFact", fact.pk] == "这条事实已记录过。"
    assert told["territory.Grant", grant.pk] == "此人在这段时间已有同样的授权。"
    post.refresh_from_db()
    assert post.organisation_id == one.pk
    grant.refresh_from_db()
    assert grant.node_id == other.node_id
    assert StoredFile.objects.filter(subject_pk=str(one.pk)).count() == 2


def test_the_merged_record_counts_on_no_day_and_its_beginning_is_kept(tree, two):
    one, other = two
    make_merge(one, other)
    spans = Identity.objects.filter(organisation=other)
    assert [(s.starts_on == s.ends_on, s.closed_by) for s in spans] == [(True, "merged")]
    first = Identity.objects.get(organisation=one)
    assert first.starts_on == date(2018, 3, 1)  # the body did stand since then
    assert first.ends_on is None


def test_a_rehearsal_tells_all_and_changes_nothing(tree, by, two):
    one, other = two
    furnish(other)
    before, entries = dump(), LogEntry.objects.count()
    told = rehearse(survivor=one.pk, merged=other.pk, reason="试", by=by, now=timezone.now())
    assert sum(len(line["pks"]) for line in told.snapshot["rows"]) >= 6
    assert dump() == before
    assert LogEntry.objects.count() == entries
    assert not Merge.objects.exists()


def test_what_changed_since_is_kept_and_told(tree, by, two):
    one, other = two
    _fact, post, _party, _grant, _file, notice = furnish(other)
    third = make_organisation(tree.communities[0][1])
    row = make_merge(one, other, take=("address",))
    type(post).objects.filter(pk=post.pk).update(organisation=third)
    notice.delete()
    Organisation.objects.filter(pk=one.pk).update(address="后来的地址")
    new = OfficialFact.objects.create(
        organisation=one, kind="grade", year=2021, recorded_at=timezone.now()
    )
    undone = undo(pk=row.pk, by=by, now=timezone.now())
    told = {(line["model"], line["field"]) for line in undone.conflicts}
    assert told == {
        ("people.Post", "organisation"), ("core.Notice", "subject_id"),
        ("registry.Organisation", "address"),
    }  # fmt: skip
    one.refresh_from_db()
    post.refresh_from_db()
    new.refresh_from_db()
    assert one.address == "后来的地址"
    assert post.organisation_id == third.pk
    assert new.organisation_id == one.pk
    entry = LogEntry.objects.filter(verb="give_back").get()
    assert "3 处" in entry.note


def test_a_code_taken_by_another_since_stays_with_it(tree, by, two):
    one, other = two
    row = make_merge(one, other, take=("filing_number",))
    code = row.snapshot["bodies"]["merged"]["filing_number"][0]
    Organisation.objects.filter(pk=one.pk).update(filing_number="")
    Organisation.objects.filter(pk=make_organisation(tree.root).pk).update(filing_number=code)
    undone = undo(pk=row.pk, by=by, now=timezone.now())
    assert {line["field"] for line in undone.conflicts} == {"filing_number"}
    other.refresh_from_db()
    assert (other.state, other.filing_number) == ("active", "")


def test_thirty_days_and_no_longer(tree, by, two):
    one, other = two
    now = timezone.now()
    row = make_merge(one, other, now=now)
    with pytest.raises(MergeRefused, match="30 天"):
        undo(pk=row.pk, by=by, now=now + timedelta(days=31))
    undo(pk=row.pk, by=by, now=now + timedelta(days=30))
    with pytest.raises(MergeRefused, match="已经撤销"):
        undo(pk=row.pk, by=by, now=now)


def test_a_chain_leads_to_its_end_and_is_parted_from_there(tree, by, two):
    one, other = two
    third = make_organisation(tree.communities[0][1])
    furnish(one)
    before = dump()
    first = make_merge(other, one)
    with pytest.raises(MergeRefused, match="已经并入"):
        make_merge(one, third)
    with pytest.raises(MergeRefused, match="已经并入"):
        make_merge(third, one)
    second = make_merge(third, other)
    assert survivor_of(one.pk) == third.pk
    one.refresh_from_db()
    assert one.merged_into_id == third.pk
    with pytest.raises(MergeRefused, match="先撤销后一次"):
        undo(pk=first.pk, by=by, now=timezone.now())
    undo(pk=second.pk, by=by, now=timezone.now())
    undo(pk=first.pk, by=by, now=timezone.now())
    assert dump() == before


def test_two_bodies_in_law_are_not_one_record(tree):
    place = tree.communities[0][0]
    one, other = make_organisation(place, "MF"), make_organisation(place, "MF")
    filed = make_organisation(place)
    with pytest.raises(MergeRefused, match="两个法人"):
        make_merge(one, other)
    with pytest.raises(MergeRefused, match="已登记的那条"):
        make_merge(filed, one)
    with pytest.raises(MergeRefused, match="不同的记录"):
        make_merge(one, one)
    row = make_merge(one, filed, take=("filing_number", "category"))
    one.refresh_from_db()
    assert one.filing_number == row.snapshot["bodies"]["merged"]["filing_number"][0]


def test_what_was_seen_is_what_is_merged(tree, two):
    one, other = two
    with pytest.raises(MergeRefused, match="重新核对"):
        make_merge(one, other, versions={one.pk: one.version + 1})


def test_successors_of_one_another_cannot_be_led_into_themselves(tree, two):
    one, other = two
    row = Succession.objects.create(
        predecessor=one, successor=other, kind="split", on=date(2021, 1, 1),
        recorded_at=timezone.now(),
    )  # fmt: skip
    told = make_merge(one, other).snapshot["stayed"]
    assert [(line["model"], line["pk"], line["why"]) for line in told] == [
        ("registry.Succession", row.pk, "组织不能承接自己。")
    ]


@pytest.mark.parametrize(
    ("role", "where", "may"),
    [
        ("DCA", "root", True),
        ("STO", "street", True),
        ("STO", "other", False),
        ("CTR", "street", False),
        ("COM", "community", False),
        ("AUD", "root", False),
        ("OADM", "body", False),
    ],
)
def test_who_may_merge_and_part(tree, two, role, where, may):
    one, other = two
    places = {"root": tree.root, "street": tree.streets[0], "other": tree.streets[1],
              "community": tree.communities[0][0], "body": one.node}  # fmt: skip
    actor = make_actor(role, places[where])
    if not may:
        with pytest.raises(Organisation.DoesNotExist):
            make_merge(one, other, by=actor)
        row = make_merge(one, other)
        with pytest.raises((Merge.DoesNotExist, Organisation.DoesNotExist)):
            undo(pk=row.pk, by=actor, now=timezone.now())
    else:
        row = make_merge(one, other, by=actor)
        assert undo(pk=row.pk, by=actor, now=timezone.now()).undone_by_id == actor.user_id


def test_a_street_may_not_merge_with_a_body_beyond_it(tree, two):
    beyond = make_organisation(tree.communities[1][0])
    with pytest.raises(Organisation.DoesNotExist):
        make_merge(two[0], beyond, by=make_actor("STO", tree.streets[0]))


def test_the_pair_is_settled_and_opened_again(tree, by, two):
    one, other = two
    third = make_organisation(tree.communities[0][1])
    pair, side = make_pair(one, other), make_pair(other, third, "phone")
    row = make_merge(one, other)
    pair.refresh_from_db()
    assert pair.state == "merged"
    assert not DuplicatePair.objects.filter(pk=side.pk).exists()
    undo(pk=row.pk, by=by, now=timezone.now())
    pair.refresh_from_db()
    assert pair.state == "open"
    again = DuplicatePair.objects.get(left=side.left_id, right=side.right_id)
    assert again.codes == ["phone"]


def test_the_log_tells_and_keeps_contacts_to_itself(tree, two):
    one, other = two
    make_merge(one, other, take=("contact_phone", "address"))
    entry = LogEntry.objects.get(verb="take_in")
    assert entry.changes["contact_phone"] == ["…", "…"]
    assert entry.changes["address"] == ["", "样例路1号"]
    assert "13800000000" not in str(entry.changes) + entry.note
    assert LogEntry.objects.get(verb="merge", subject_id=str(other.pk)).note == "样例：录了两次"


def test_the_database_itself_refuses(tree, two):
    one, other = two
    row = make_merge(one, other)
    facts = {"at": timezone.now(), "reason": "样例", "undo_until": date(2030, 1, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(survivor=one, merged=other, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(survivor=one, merged=one, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        DuplicatePair.objects.filter(state="merged").update(
            left=row.merged_id, right=row.survivor_id
        )


def run_together(*deeds):
    told = []
    start = threading.Barrier(len(deeds))

    def hand(deed):
        start.wait()
        try:
            deed()
            told.append("done")
        except MergeRefused:
            told.append("refused")
        except Exception as error:  # noqa: BLE001  shown by the assertion
            told.append(repr(error))
        finally:
            connection.close()

    hands = [threading.Thread(target=hand, args=(deed,)) for deed in deeds]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return sorted(told)


@pytest.mark.django_db(transaction=True)
def test_crossing_merges_neither_wait_for_ever_nor_both_happen():
    tree = make_district()
    for _round in range(4):
        one, other = (make_organisation(tree.communities[0][0]) for _each in range(2))
        make_post(one, person=make_person())
        make_post(other, person=make_person())
        told = run_together(lambda: make_merge(one, other), lambda: make_merge(other, one))  # noqa: B023
        assert told == ["done", "refused"]
        assert Merge.objects.filter(merged__in=(one, other)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_links_of_a_chain_at_once_leave_nobody_behind():
    tree = make_district()
    for _round in range(4):
        a, b, c = (make_organisation(tree.communities[0][0]) for _each in range(3))
        post = make_post(a, person=make_person())
        told = run_together(lambda: make_merge(b, a), lambda: make_merge(c, b))  # noqa: B023
        assert told in (["done", "done"], ["done", "refused"])
        post.refresh_from_db()
        assert post.organisation_id == (c.pk if told == ["done", "done"] else a.pk)
        assert Grant.objects.count() == 0
