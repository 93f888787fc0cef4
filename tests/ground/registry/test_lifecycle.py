"""The mirrored states: written by hand, so that the table is checked against intent."""

from itertools import product

import pytest
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.ground.registry.actions import move
from changle.ground.registry.lifecycle import CLOSES, ORGANISATION
from changle.ground.registry.models import Identity, Organisation
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district


REGISTERED = {
    ("active", "begin_change"): "changing",
    ("changing", "end_change"): "active",
    ("active", "rectify"): "rectifying",
    ("changing", "rectify"): "rectifying",
    ("rectifying", "end_rectification"): "active",
    ("active", "suspend"): "suspended",
    ("changing", "suspend"): "suspended",
    ("rectifying", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("active", "liquidate"): "liquidating",
    ("changing", "liquidate"): "liquidating",
    ("rectifying", "liquidate"): "liquidating",
    ("suspended", "liquidate"): "liquidating",
    ("liquidating", "deregister"): "deregistered",
    ("active", "revoke"): "revoked",
    ("changing", "revoke"): "revoked",
    ("rectifying", "revoke"): "revoked",
    ("suspended", "revoke"): "revoked",
    ("liquidating", "revoke"): "revoked",
}
FILED = {
    ("active", "pause"): "paused",
    ("paused", "continue"): "active",
    ("active", "lapse"): "lapsed",
    ("paused", "lapse"): "lapsed",
    ("active", "cancel"): "cancelled",
    ("paused", "cancel"): "cancelled",
    ("lapsed", "cancel"): "cancelled",
}
TEAM = {("active", "dissolve"): "dissolved"}
ALLOWED = {"ST": REGISTERED, "MF": REGISTERED, "JJH": REGISTERED, "BA": FILED, "PRE": TEAM}
UNREASONED = {"begin_change", "end_change", "end_rectification", "resume", "continue"}
ENDED = {"deregistered", "revoked", "lapsed", "cancelled", "dissolved"}


@pytest.fixture
def tree(db):
    return make_district()


BY_HAND = {name: move for name, move in ORGANISATION.moves.items() if not move.by_action}


def test_the_hand_written_table_knows_every_move():
    """Those of a merge or a succession are made by actions of their own, and tested there."""
    assert {name for table in ALLOWED.values() for _state, name in table} == set(BY_HAND)


@pytest.mark.parametrize("kind", ["ST", "MF", "JJH", "BA", "PRE"])
@pytest.mark.parametrize("state", Organisation.State.values)
def test_every_state_meets_every_move(tree, kind, state):
    by = everything_at(tree.root)
    row = make_organisation(tree.streets[0], kind)
    into = make_organisation(tree.streets[0]) if state == "merged" else None
    for name in BY_HAND:
        Organisation.objects.filter(pk=row.pk).update(state=state, merged_into=into)
        Identity.objects.filter(organisation=row).update(ends_on=None, closed_by="")
        target = ALLOWED[kind].get((state, name))
        if target is None:
            with pytest.raises(MoveRefused, match="。"):
                move(row.pk, name, by=by, now=timezone.now(), note="依据")
            assert Organisation.objects.get(pk=row.pk).state == state
        else:
            assert move(row.pk, name, by=by, now=timezone.now(), note="依据").state == target
            identity = Identity.objects.get(organisation=row)
            assert (identity.ends_on is not None) == (target in ENDED)


@pytest.mark.parametrize("name", sorted(set(BY_HAND) - UNREASONED))
def test_a_grave_move_says_why(tree, name):
    kind, state = next((k, s) for k, table in ALLOWED.items() for s, n in table if n == name)
    row = make_organisation(tree.root, kind)
    Organisation.objects.filter(pk=row.pk).update(state=state)
    with pytest.raises(MoveRefused, match="需要写明理由"):
        move(row.pk, name, by=everything_at(tree.root), now=timezone.now(), note="　")
    assert not LogEntry.objects.filter(verb=name).exists()


def test_every_end_closes_the_identity_with_its_own_reason():
    targets = {move.target for name, move in ORGANISATION.moves.items() if name in CLOSES}
    assert targets == ENDED
    assert not targets & set(Organisation.LIVING)


@pytest.mark.parametrize(
    ("role", "at", "moves"),
    [
        ("DCA", "root", True),
        ("STO", "street", True),  # domain rule: the street confirms what becomes of a filing
        ("CTR", "street", False),
        ("COM", "community", False),
        ("AUD", "root", False),
        ("SYS", "root", False),
        ("DSW", "root", False),
    ],
)
def test_who_keeps_the_states_of_a_filed_body(tree, role, at, moves):
    row = make_organisation(tree.communities[0][0])
    place = {"root": tree.root, "street": tree.streets[0], "community": tree.communities[0][0]}[at]
    by = make_actor(role, place)
    assert bool(ORGANISATION.buttons(row, to=by)) == moves
    if moves:
        assert move(row.pk, "pause", by=by, now=timezone.now(), note="维修").state == "paused"
    else:
        with pytest.raises(Organisation.DoesNotExist):
            move(row.pk, "pause", by=by, now=timezone.now(), note="维修")


@pytest.mark.parametrize(("role", "moves"), [("DCA", True), ("STO", False), ("COM", False)])
def test_only_the_bureau_enters_official_states(tree, role, moves):
    row = make_organisation(tree.communities[0][0], kind="MF")
    place = {"DCA": tree.root, "STO": tree.streets[0], "COM": tree.communities[0][0]}[role]
    by = make_actor(role, place)
    opened = [one for one in ORGANISATION.buttons(row, to=by) if not one.refusal]
    assert bool(opened) == moves
    if not moves:
        with pytest.raises(Organisation.DoesNotExist):
            move(row.pk, "suspend", by=by, now=timezone.now(), note="处罚")


@pytest.mark.parametrize(
    ("kind", "state"), list(product(["MF", "BA"], ["active", "suspended", "paused"]))
)
def test_a_button_is_open_exactly_where_the_move_is(tree, kind, state):
    by = everything_at(tree.root)
    row = make_organisation(tree.root, kind)
    Organisation.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    open_ones = {o.move.name for o in ORGANISATION.buttons(row, to=by) if not o.refusal}
    assert open_ones == {name for at, name in ALLOWED[kind] if at == state}
