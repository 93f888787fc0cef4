"""State by move by role: the table of a report, written out by hand."""

import threading
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.ground.matters.actions import MatterRefused, move, submit
from changle.ground.matters.lifecycle import MATTER
from changle.ground.matters.models import Matter, ReviewRule
from tests.factories.accounts import make_user
from tests.factories.matters import make_matter, make_type, reporter_of
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db

# move -> (states from which, state to which)
ALLOWED = {
    "submit": ({"draft", "guided", "stopped"}, "submitted"),
    "withdraw": ({"draft", "submitted", "guided"}, "withdrawn"),
    "acknowledge": ({"submitted"}, "acknowledged"),
    "guide": ({"submitted"}, "guided"),
    "stop": ({"submitted", "acknowledged"}, "stopped"),
    "settle": ({"acknowledged"}, "closed"),
    "hold": ({"submitted", "acknowledged", "guided", "stopped"}, "held"),
    "cancel": ({"acknowledged", "stopped"}, "cancelled"),
    "ask_report": ({"submitted", "acknowledged", "guided", "held"}, "post_report_due"),
    "report": ({"held", "post_report_due"}, "reported"),
    "return_report": ({"reported"}, "post_report_due"),
    "close": ({"reported"}, "closed"),
}
OWN = {"submit", "withdraw", "hold", "cancel", "ask_report", "report"}
REVIEWER = set(ALLOWED) - OWN
# who -> (their moves over a filed body, over a registered one); others have none
ROLES = {
    "OADM": (OWN, OWN),
    "STO": (REVIEWER, set()),
    "DCA": (REVIEWER, REVIEWER),
    "COM": (set(), set()), "CTR": (set(), set()), "AUD": (set(), set()), "OSTF": (set(), set()),
    "RES": (set(), set()), "MU": (set(), set()), "SYS": (set(), set()),
}  # fmt: skip


@pytest.fixture
def tree():
    return make_district()


def seat(role, tree, body):
    if role in {"OADM", "OSTF"}:
        return body.node
    if role in {"DCA", "AUD", "MU", "SYS"}:
        return tree.root
    return tree.communities[0][0] if role in {"COM", "RES"} else tree.streets[0]


def along(state):
    today = timezone.localdate()
    told = {"submitted_on": today}
    if state == "reported":
        told |= {"held_on": today, "reported_on": today}
    return told


@pytest.mark.parametrize("state", Matter.State.values)
def test_each_state_lets_only_the_moves_of_the_table(tree, state):
    place = tree.communities[0][0]
    everybody = replace(everything_at(tree.root), user_id=0)
    event, paper = make_type(), make_type("charter")
    for name, (sources, target) in ALLOWED.items():
        kind = paper if name == "settle" else event
        facts = {"decided_on": timezone.localdate(), "approvals": "样例〔2026〕1号"}
        row = make_matter(
            place, state=state, kind=kind, columns=along(state), **(facts if kind is paper else {})
        )
        told = {"by": everybody, "now": timezone.now(), "note": "理由", "along": along(target)}
        if state in sources:
            assert MATTER.fire(row.pk, name, **told).state == target
        else:
            with pytest.raises(MoveRefused):
                MATTER.fire(row.pk, name, **told)
    assert set(MATTER.moves) == set(ALLOWED)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ["BA", "MF"])
def test_each_role_has_its_moves(tree, role, kind):
    body = make_organisation(tree.communities[0][0], kind)
    actor = make_actor(role, seat(role, tree, body))
    mine = ROLES[role][kind == "MF"]
    event, paper = make_type(), make_type("charter")
    for name, (sources, target) in ALLOWED.items():
        facts = {"decided_on": timezone.localdate(), "approvals": "样例〔2026〕1号"}
        what = {"kind": paper, **facts} if name == "settle" else {"kind": event}
        state = min(sources)
        row = make_matter(body=body, state=state, columns=along(state), **what)
        told = {"by": actor, "now": timezone.now(), "note": "理由", "along": along(target)}
        if name in mine:
            assert MATTER.fire(row.pk, name, **told).state == target
        else:
            with pytest.raises((Matter.DoesNotExist, MoveRefused)):
                MATTER.fire(row.pk, name, **told)


def test_another_street_finds_nothing(tree):
    row = make_matter(tree.communities[0][0], state="submitted")
    other = make_actor("STO", tree.streets[1])
    for name in ALLOWED:
        with pytest.raises(Matter.DoesNotExist):
            MATTER.fire(row.pk, name, by=other, now=timezone.now(), note="不行")
    assert not MATTER.waiting(other).exists()


def test_nobody_answers_their_own_report(tree):
    body = make_organisation(tree.communities[0][0], "BA")
    both = replace(everything_at(tree.root), user_id=make_user().pk)
    row = make_matter(body=body)
    submit(pk=row.pk, by=both, now=timezone.now())
    for name in ("acknowledge", "guide", "stop"):
        with pytest.raises(MoveRefused, match="自己"):
            move(row.pk, name, by=both, now=timezone.now(), note="意见")
    assert not MATTER.waiting(both).filter(pk=row.pk).exists()
    row.refresh_from_db()
    assert [m.move.name for m in MATTER.buttons(row, to=both)] == ["withdraw"]


def test_who_told_the_result_does_not_confirm_it(tree):
    user = make_user()
    street = make_actor("STO", tree.streets[0], user=user)
    row = make_matter(tree.communities[0][0], state="reported", columns={"reported_by": user})
    with pytest.raises(MoveRefused, match="自己"):
        move(row.pk, "close", by=street, now=timezone.now())


def test_the_tier_that_answers_is_the_districts_to_set(tree):
    street = make_actor("STO", tree.streets[0])
    bureau = make_actor("DCA", tree.root)
    filed = make_matter(tree.communities[0][0], state="submitted")
    body = make_organisation(tree.communities[0][0], "MF")
    registered = make_matter(body=body, state="submitted")
    assert list(MATTER.waiting(street)) == [filed]
    assert list(MATTER.waiting(bureau)) == [registered]
    rule = ReviewRule.objects.get()
    rule.registered_tier, rule.filed_tier = "street", "district"
    rule.save()
    assert list(MATTER.waiting(street)) == [registered]
    assert list(MATTER.waiting(bureau)) == [filed]
    with pytest.raises(MoveRefused, match="由区里"):
        move(filed.pk, "acknowledge", by=street, now=timezone.now())
    move(registered.pk, "acknowledge", by=street, now=timezone.now())


def test_the_body_finds_its_drafts_and_owed_results_in_its_list(tree):
    body = make_organisation(tree.communities[0][0], "BA")
    rows = {
        state: make_matter(body=body, state=state, columns=along(state))
        for state in Matter.State.values
    }
    waiting = {row.state for row in MATTER.waiting(make_actor("OADM", body.node))}
    assert waiting == {"draft", "guided", "stopped", "held", "post_report_due"}
    assert len(rows) == 11


def test_a_move_is_told_and_logged(tree):
    body = make_organisation(tree.communities[0][0], "BA")
    street, owner = make_user(), make_user()
    by = make_actor("STO", tree.streets[0], user=street)
    own = make_actor("OADM", body.node, user=owner)
    row = make_matter(body=body)
    submit(pk=row.pk, by=own, now=timezone.now())
    assert Notice.objects.filter(to=street).exists()
    move(row.pk, "guide", by=by, now=timezone.now(), note="请补充应急联系人")
    assert Notice.objects.filter(to=owner).exists()
    entry = LogEntry.objects.order_by("-id")[0]
    assert (entry.verb, entry.source, entry.target, entry.note) == (
        "guide", "submitted", "guided", "请补充应急联系人",
    )  # fmt: skip
    row.refresh_from_db()
    assert row.advice == "请补充应急联系人"


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_answers():
    tree = make_district()
    by = make_actor("STO", tree.streets[0])
    for _round in range(5):
        row = make_matter(tree.communities[0][0], state="submitted")
        told, start = [], threading.Barrier(2)

        def hand(name, pk=row.pk, told=told, start=start):
            start.wait()
            try:
                move(pk, name, by=by, now=timezone.now(), note="同时")
                told.append("moved")
            except MoveRefused:
                told.append("refused")
            finally:
                connection.close()

        hands = [threading.Thread(target=hand, args=(name,)) for name in ("acknowledge", "guide")]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(told) == ["moved", "refused"]


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_count_once():
    tree = make_district()
    body = make_organisation(tree.communities[0][0], "BA")
    row, told, start = make_matter(body=body), [], threading.Barrier(2)
    by = reporter_of(body, user_id=0)

    def hand():
        start.wait()
        try:
            submit(pk=row.pk, by=by, now=timezone.now())
            told.append("sent")
        except (MoveRefused, MatterRefused):
            told.append("refused")
        finally:
            connection.close()

    hands = [threading.Thread(target=hand) for _each in range(2)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert sorted(told) == ["refused", "sent"]
    assert LogEntry.objects.filter(verb="submit").count() == 1
