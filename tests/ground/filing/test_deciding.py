"""Who may move an application, from where, and what filing does to the registry."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.refusals import Refused
from changle.ground.accounts.models import User
from changle.ground.filing.actions import (
    Confusable,
    FilingRefused,
    add_paper,
    agree,
    disagree,
    file,
    file_many,
    list_members,
    send_back,
    set_rule,
    start,
    start_change,
    submit,
    withdraw,
    write,
)
from changle.ground.filing.lifecycle import FILING
from changle.ground.filing.models import Filing, FilingMember, FilingTurn
from changle.ground.filing.queries import Filters, certificate, listed
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import actor_for
from tests.factories.filing import (
    agreed,
    category,
    make_draft_filing,
    make_filing,
    phone,
    put_off,
    resident,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
WRITER, COMMUNITY, STREET = "writer", "COM", "STO"
# state -> move -> who may make it; whoever is not named finds no such row, or is refused.
ALLOWED = {
    "draft": {"submit": {WRITER}, "withdraw": {WRITER}},
    "submitted": {"agree": {COMMUNITY}, "disagree": {COMMUNITY}, "withdraw": {WRITER}},
    "street_review": {"approve": {STREET, "DCA"}, "send_back": {STREET, "DCA"}, "withdraw": {WRITER}},
}  # fmt: skip
ROLES = [WRITER, COMMUNITY, STREET, "DCA", "CTR", "AUD", "RES", "other street", "other community"]
MOVES = ["submit", "agree", "disagree", "approve", "send_back", "withdraw"]


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def here(tree):
    return tree.communities[0][0]


@pytest.fixture
def street(tree):
    return make_actor("STO", tree.streets[0])


def someone(role, row, tree):
    if role == WRITER:
        return actor_for(User.objects.get(pk=row.initiator_id))
    if role == "other street":
        return make_actor("STO", tree.streets[1])
    if role == "other community":
        return make_actor("COM", tree.communities[0][1])
    node = {"COM": row.community, "STO": tree.streets[0], "CTR": tree.streets[0]}
    return make_actor(role, node.get(role, tree.root))


def make_move(row, name, by):
    common = {"pk": row.pk, "by": by, "now": timezone.now()}
    if name == "submit":
        submit(**common)
    elif name == "withdraw":
        withdraw(**common)
    elif name == "agree":
        agree(**common, version=row.version, opinion="好", confirmer="样例", phone_confirmed=True)
    elif name == "approve":
        file(**common, version=row.version)
    else:
        deed = disagree if name == "disagree" else send_back
        deed(**common, version=row.version, reason="请补章程")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", ALLOWED)
def test_each_role_makes_exactly_its_own_moves(tree, here, state, role):
    row = make_filing(here, state)
    by = someone(role, row, tree)
    for name in MOVES:
        expected = role in ALLOWED[state].get(name, ())
        try:
            with transaction.atomic():
                make_move(row, name, by)
                assert expected, f"{role} made {name} in {state}"
                transaction.set_rollback(True)
        except (Filing.DoesNotExist, Refused):
            assert not expected, f"{role} could not make {name} in {state}"


def test_buttons_are_those_of_the_table(tree, here):
    for state, moves in ALLOWED.items():
        row = make_filing(here, state)
        for role in ROLES:
            offered = {one.move.name for one in FILING.buttons(row, to=someone(role, row, tree))}
            assert offered == {name for name, who in moves.items() if role in who}


def test_nobody_decides_on_what_they_began(tree, here, street):
    clerk = make_actor("COM", here)
    mine = make_filing(here, by=clerk)
    with pytest.raises(FilingRefused, match="自己发起"):
        make_move(mine, "agree", clerk)
    theirs = make_filing(here, "street_review", by=street)
    with pytest.raises(FilingRefused, match="自己发起"):
        make_move(theirs, "approve", street)
    assert file_many(chosen=[(theirs.pk, theirs.version)], by=street, now=timezone.now())[0].refusal


def test_what_is_wanting_is_told_before_submission(here):
    by = resident()
    row = start(name="样例楼长会", community=here, by=by, now=timezone.now())
    with pytest.raises(MoveRefused) as told:
        submit(pk=row.pk, by=by, now=timezone.now())
    for words in ("备案类别", "负责人手机号", "楼长会", "至少要 5 人"):
        assert words in str(told.value)


def test_a_community_that_is_no_more_takes_no_application(here):
    row = make_draft_filing(here, by := resident())
    Node.objects.filter(pk=here.pk).update(ends_on=timezone.localdate())
    with pytest.raises(MoveRefused, match="撤销"):
        submit(pk=row.pk, by=by, now=timezone.now())


def test_a_rule_of_one_category_asks_for_more_members(tree, here):
    bureau = make_actor("DCA", tree.root)
    facts = {"starts_on": timezone.localdate(), "minimum_members": 8, "larger_members": 20,
             "category_id": category().pk}  # fmt: skip
    set_rule(values=facts, by=bureau, now=timezone.now())
    row = make_draft_filing(here, by := resident())
    with pytest.raises(MoveRefused, match="至少要 8 人"):
        submit(pk=row.pk, by=by, now=timezone.now())
    list_members(pk=row.pk, members=[("己", ""), ("庚", ""), ("辛", "")], by=by, now=timezone.now())
    assert submit(pk=row.pk, by=by, now=timezone.now()).state == "submitted"


def test_only_the_bureau_lays_down_rules(tree, street):
    with pytest.raises(FilingRefused, match="区民政局"):
        set_rule(values={"starts_on": timezone.localdate()}, by=street, now=timezone.now())


def test_filing_enters_the_body_and_appoints_its_initiator(tree, here, street):
    row = make_filing(here, "street_review", name="样例夕阳红合唱团")
    done = file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    body = done.organisation
    today = timezone.localdate()
    assert (done.state, done.filed_on, done.days_taken) == ("filed", today, 0)
    assert (body.kind, body.community, body.name) == ("BA", here, "样例夕阳红合唱团")
    assert body.filing_number == f"社备〔{today.year}〕甲0001号"
    assert body.registrar_name == "甲街道办事处"
    grant = Grant.objects.get(node=body.node, role="OADM")
    assert (grant.user_id, grant.granted_by_id) == (row.initiator_id, street.user_id)
    told = certificate(done.certificate_code)
    assert (told.standing, told.number, told.street) == ("valid", body.filing_number, "甲街道")
    assert Notice.objects.filter(to=row.initiator_id, text__contains="已备案").exists()
    assert LogEntry.objects.filter(subject_id=str(row.pk), verb="approve").count() == 1
    outcomes = FilingTurn.objects.filter(filing=row).order_by("pk")
    assert list(outcomes.values_list("desk", "outcome", "on_time")) == [
        ("community", "agreed", True), ("street", "filed", True),
    ]  # fmt: skip


def test_a_filing_that_fails_leaves_nothing_and_no_gap(tree, here, street):
    row = make_filing(here, "street_review")
    User.objects.filter(pk=row.initiator_id).update(is_active=False)
    with pytest.raises(Refused, match="停用"):
        file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    assert Organisation.objects.count() == 0
    User.objects.filter(pk=row.initiator_id).update(is_active=True)
    done = file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    assert done.filing_number.endswith("0001号")


def test_a_name_like_a_registered_one_needs_a_reason(here, street):
    make_organisation(here, name="样例春泥合唱团")
    row = make_filing(here, "street_review", name="样例春泥合唱队")
    with pytest.raises(Confusable, match="春泥"):
        file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    done = file(pk=row.pk, version=row.version, by=street, now=timezone.now(), sure="成员不同")
    assert done.name_confirmed_because == "成员不同"


def test_a_team_keeps_its_record_when_it_is_filed(here, street):
    team = make_organisation(here, "PRE", name="样例筹备组")
    user = make_actor("OADM", team.node)
    row = make_draft_filing(here, user, name="样例秦腔自乐班")
    Filing.objects.filter(pk=row.pk).update(organisation=team)
    submit(pk=row.pk, by=user, now=timezone.now())
    row = agreed(Filing.objects.get(pk=row.pk))
    body = file(pk=row.pk, version=row.version, by=street, now=timezone.now()).organisation
    assert (body.pk, body.kind, body.name) == (team.pk, "BA", "样例秦腔自乐班")
    kinds = Identity.objects.filter(organisation=body).order_by("starts_on", "pk")
    assert list(kinds.values_list("kind", flat=True)) == ["PRE", "BA"]
    assert Grant.objects.filter(node=body.node, role="OADM").count() == 1


def test_a_returned_one_is_put_right_and_handed_in_again(tree, here, street):
    row = make_filing(here, "street_review")
    by = actor_for(User.objects.get(pk=row.initiator_id))
    row = send_back(
        pk=row.pk, version=row.version, reason="请写清活动时间", by=street, now=timezone.now()
    )
    assert (row.state, row.return_reason, row.returned_count) == ("returned", "请写清活动时间", 1)
    assert Notice.objects.filter(to=row.initiator_id, text__contains="请写清活动时间").exists()
    row = write(
        pk=row.pk, version=row.version, values={"activities": "周一至周五"}, by=by,
        now=timezone.now(),
    )  # fmt: skip
    row = submit(pk=row.pk, by=by, now=timezone.now())
    assert (row.state, row.return_reason, row.opinion) == ("submitted", "", "")
    assert row.phone_confirmed is False
    assert row.due_on is not None


def test_what_changed_since_it_was_read_is_not_decided_on(here, street):
    row = make_filing(here, "street_review")
    with pytest.raises(FilingRefused, match="改过"):
        file(pk=row.pk, version=row.version - 1, by=street, now=timezone.now())
    by = actor_for(User.objects.get(pk=row.initiator_id))
    with pytest.raises(FilingRefused, match="已经提交"):
        write(pk=row.pk, version=row.version, values={"name": "改名"}, by=by, now=timezone.now())


def test_two_windows_do_not_overwrite_each_other(here):
    row = make_draft_filing(here, by := resident())
    write(pk=row.pk, version=row.version, values={"purpose": "甲"}, by=by, now=timezone.now())
    with pytest.raises(FilingRefused, match="别处改过"):
        write(pk=row.pk, version=row.version, values={"purpose": "乙"}, by=by, now=timezone.now())


def test_nobody_writes_in_anothers_name(here):
    row = make_draft_filing(here, resident())
    with pytest.raises(Filing.DoesNotExist):
        write(
            pk=row.pk, version=row.version, values={"name": "改"}, by=resident(), now=timezone.now()
        )


def test_another_street_sees_nothing_and_drafts_are_seen_by_nobody(tree, here):
    make_filing(here)
    make_filing(here, "draft")
    seen = {
        role: listed(make_actor(role, node), Filters()).count()
        for role, node in [("STO", tree.streets[0]), ("COM", here), ("DCA", tree.root)]
    }
    assert seen == {"STO": 1, "COM": 1, "DCA": 1}
    assert not listed(make_actor("STO", tree.streets[1]), Filters()).exists()


def test_a_change_is_applied_on_approval(here, street):
    body = make_organisation(here, name="样例旧名队", category=category())
    admin = make_actor("OADM", body.node)
    row = start_change(organisation=body, kind="change", by=admin, now=timezone.now())
    values = {"name": "样例新名团", "purpose": "新宗旨", "activities": "新内容",
              "leader_name": "样例新人", "leader_phone": phone()}  # fmt: skip
    row = write(pk=row.pk, version=row.version, values=values, by=admin, now=timezone.now())
    row = agreed(submit(pk=row.pk, by=admin, now=timezone.now()))
    file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    body.refresh_from_db()
    assert (body.name, body.legal_representative) == ("样例新名团", "样例新人")
    names = Identity.objects.filter(organisation=body).order_by("starts_on", "pk")
    assert list(names.values_list("name", flat=True)) == ["样例旧名队", "样例新名团"]


def test_a_body_asks_for_the_end_of_its_filing(here, street):
    body = make_organisation(here)
    admin = make_actor("OADM", body.node)
    row = start_change(organisation=body, kind="cancel", by=admin, now=timezone.now())
    with pytest.raises(FilingRefused, match="在办"):
        start_change(organisation=body, kind="change", by=admin, now=timezone.now())
    with pytest.raises(MoveRefused, match="原因"):
        submit(pk=row.pk, by=admin, now=timezone.now())
    row = write(
        pk=row.pk, version=row.version, values={"purpose": "成员搬走了"}, by=admin,
        now=timezone.now(),
    )  # fmt: skip
    row = agreed(submit(pk=row.pk, by=admin, now=timezone.now()))
    file(pk=row.pk, version=row.version, by=street, now=timezone.now())
    body.refresh_from_db()
    assert body.state == "cancelled"


def test_a_heap_is_filed_each_for_itself(here, street):
    sound = [make_filing(here, "street_review") for _each in range(3)]
    make_organisation(here, name="样例同名队")
    twin = make_filing(here, "street_review", name="样例同名队")
    chosen = [(row.pk, row.version) for row in [sound[0], twin, *sound[1:]]]
    told = file_many(chosen=chosen, by=street, now=timezone.now())
    assert [bool(one.refusal) for one in told] == [False, True, False, False]
    assert "样例同名队" in told[1].refusal
    numbers = sorted(one.number[-5:-1] for one in told if not one.refusal)
    assert numbers == ["0001", "0002", "0003"]
    assert Filing.objects.get(pk=twin.pk).state == "street_review"


def test_lateness_is_kept_with_the_turn(here):
    row = make_filing(here)
    put_off(row, 1)
    agreed(Filing.objects.get(pk=row.pk))
    assert FilingTurn.objects.get(filing=row).on_time is False


def test_a_paper_of_a_wrong_kind_is_refused(here, tmp_path):
    class Upload:
        name = "章程.exe"

        def chunks(self):
            return [b"MZ\x90\x00"]

    row = make_draft_filing(here, by := resident())
    with pytest.raises(Refused):
        add_paper(pk=row.pk, paper="charter", upload=Upload(), by=by, now=timezone.now())


def test_the_database_itself_holds_the_bounds(here):
    row = make_filing(here)
    broken = [
        {"state": "street_review"},
        {"state": "filed"},
        {"submitted_on": None},
        {"kind": "change"},
    ]
    for fields in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            Filing.objects.filter(pk=row.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        FilingMember.objects.create(filing=row, name="样例甲")
    with pytest.raises(IntegrityError), transaction.atomic():
        FilingMember.objects.create(filing=row, name="")


@pytest.mark.django_db(transaction=True)
def test_clerks_at_once_leave_no_gap_and_give_no_number_twice():
    tree = make_district()
    here = tree.communities[0][0]
    clerks = [make_actor("STO", tree.streets[0]) for _each in range(2)]
    for _round in range(3):
        rows = [make_filing(here, "street_review") for _each in range(2)]
        start_ = threading.Barrier(2)
        told = []

        def hand(row, by, start_=start_, told=told):
            start_.wait()
            try:
                done = file(pk=row.pk, version=row.version, by=by, now=timezone.now())
                told.append(done.filing_number)
            except Refused as refusal:
                told.append(str(refusal))
            finally:
                connection.close()

        hands = [
            threading.Thread(target=hand, args=pair) for pair in zip(rows, clerks, strict=True)
        ]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert len(told) == 2
    numbers = Organisation.objects.order_by("filing_number").values_list("filing_number", flat=True)
    assert [number[-5:-1] for number in numbers] == [f"{n:04d}" for n in range(1, 7)]


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_on_one_application_exactly_one_files_it():
    tree = make_district()
    clerks = [make_actor("STO", tree.streets[0]) for _each in range(2)]
    for _round in range(3):
        row = make_filing(tree.communities[0][0], "street_review")
        start_ = threading.Barrier(2)
        told = []

        def hand(by, row=row, start_=start_, told=told):
            start_.wait()
            try:
                file(pk=row.pk, version=row.version, by=by, now=timezone.now())
                told.append("filed")
            except MoveRefused:
                told.append("refused")
            finally:
                connection.close()

        hands = [threading.Thread(target=hand, args=(by,)) for by in clerks]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(told) == ["filed", "refused"]
    assert Organisation.objects.count() == 3


def test_the_clock_follows_the_rule_in_force(tree, here):
    row = make_filing(here)
    short = row.due_on
    facts = {"starts_on": timezone.localdate(), "opinion_days": 15}
    set_rule(values=facts, by=make_actor("DCA", tree.root), now=timezone.now())
    longer = make_filing(here).due_on
    assert longer - short >= timedelta(days=10)
