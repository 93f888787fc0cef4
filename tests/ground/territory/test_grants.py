"""Who may give which role; from which day a grant holds, and from which day no more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.territory import actions
from changle.ground.territory.actions import GrantRefused, Terms
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import actor_for, holders, may_manage
from changle.ground.territory.roles import MAY_GRANT, ROLES, TECHNICAL, Permission
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def bureau(tree):
    return make_actor("DCA", tree.root)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def now():
    return timezone.now()


def sees(user, node):
    return actor_for(user).rows(Node, Permission.NODE_VIEW).filter(pk=node.pk).exists()


def test_a_grant_that_ends_today_opens_nothing(tree, today):
    user = make_user()
    make_grant(user, tree.streets[0], "STO", starts_on=today - DAY, ends_on=today)
    assert not sees(user, tree.streets[0])


def test_a_grant_that_ends_tomorrow_still_opens(tree, today):
    user = make_user()
    make_grant(user, tree.streets[0], "STO", starts_on=today, ends_on=today + DAY)
    assert sees(user, tree.streets[0])


def test_a_grant_that_starts_tomorrow_opens_nothing_yet(tree, today):
    user = make_user()
    make_grant(user, tree.streets[0], "STO", starts_on=today + DAY)
    assert not sees(user, tree.streets[0])
    assert user.pk not in holders(Permission.NODE_VIEW, [tree.streets[0].path])


def test_ending_a_grant_today_shuts_the_next_page(client, tree, bureau, today, now):
    user = make_user()
    grant = make_grant(user, tree.streets[0], "OADM")
    client.force_login(user)
    url = f"/desk/nodes/{tree.streets[0].pk}/"
    assert client.get(url).status_code == 200
    actions.end_grant(row=grant, on=today, by=bureau, now=now)
    assert client.get(url).status_code == 404


def test_a_street_sees_its_own_side_alone(tree):
    clerk = make_actor("STO", tree.streets[0])
    seen = set(clerk.rows(Node, Permission.NODE_VIEW))
    assert seen == {tree.streets[0], *tree.communities[0], tree.centre}


def test_notices_go_to_who_holds_the_permission_above(tree):
    user = make_user()
    make_grant(user, tree.streets[0], "STO")
    path = tree.communities[0][0].path
    assert user.pk in holders(Permission.ORGANISATION_EDIT, [path])
    assert user.pk not in holders(Permission.ORGANISATION_EDIT, [tree.communities[1][0].path])


def give(user, node, role, by, now, start=None, end=None):
    terms = Terms(role=role, starts_on=start or timezone.localdate(now), ends_on=end)
    return actions.grant(user=user, node=node, terms=terms, by=by, now=now)


def spot(tree, role):
    """A place under the first street where the role may stand, if there is one."""
    kinds = ROLES[role].kinds
    if not kinds or "street" in kinds:
        return tree.streets[0]
    return {"community": tree.communities[0][0], "centre": tree.centre}.get(kinds[0], tree.root)


@pytest.mark.parametrize("giver", ["DCA", "STO", "SEC", "SYS", "COM", "AUD", "OADM"])
@pytest.mark.parametrize("role", [r for r in ROLES if r not in {"OADM", "OSTF", "MU"}])
def test_a_role_is_given_by_who_may_and_by_nobody_else(tree, now, giver, role):
    make_grant(make_user(), tree.root, "SEC")
    place = {"DCA": tree.root, "SEC": tree.root, "SYS": tree.root, "AUD": tree.root}
    by = make_actor(giver, place.get(giver, tree.streets[0]))
    node = spot(tree, role)
    inside = node.path.startswith(next(iter(by.reach["desk.open"])))
    if role in MAY_GRANT.get(giver, ()) and inside:
        assert give(make_user(), node, role, by, now).role == role
    else:
        with pytest.raises(GrantRefused, match="不能在"):
            give(make_user(), node, role, by, now)


def test_the_bureau_appoints_the_first_security_officer_and_no_second(tree, bureau, now):
    give(make_user(), tree.root, "SEC", bureau, now)
    with pytest.raises(GrantRefused):
        give(make_user(), tree.root, "SEC", bureau, now)
    with pytest.raises(GrantRefused):
        give(make_user(), tree.root, "SYS", bureau, now)


def test_a_street_gives_nothing_in_another_street(tree, now):
    by = make_actor("STO", tree.streets[0])
    with pytest.raises(GrantRefused):
        give(make_user(), tree.communities[1][0], "COM", by, now)


def test_nobody_gives_to_themselves(tree, bureau, now):
    me = User.objects.get(pk=bureau.user_id)
    with pytest.raises(GrantRefused, match="自己"):
        give(me, tree.streets[0], "COM", bureau, now)


def test_nobody_holds_two_technical_roles_at_once(tree, now, today):
    officer, user = make_actor("SEC", tree.root), make_user()
    give(user, tree.root, "SYS", officer, now, end=today + 10 * DAY)
    with pytest.raises(GrantRefused, match="不得兼任"):
        give(user, tree.root, "LOG", officer, now)
    give(user, tree.root, "LOG", officer, now, start=today + 10 * DAY)
    assert {"SYS", "SEC", "LOG"} == TECHNICAL


def test_a_role_stands_only_at_its_kinds_of_place(tree, bureau, now):
    with pytest.raises(GrantRefused, match="只能授在社区"):
        give(make_user(), tree.streets[0], "COM", bureau, now)


def test_the_same_grant_is_not_given_twice(tree, bureau, now):
    user = make_user()
    give(user, tree.communities[0][0], "COM", bureau, now)
    with pytest.raises(GrantRefused, match="已有同样的授权"):
        give(user, tree.communities[0][0], "COM", bureau, now)


def test_grants_are_not_backdated(tree, bureau, now, today):
    with pytest.raises(GrantRefused, match="倒签"):
        give(make_user(), tree.streets[0], "STO", bureau, now, start=today - DAY)


def test_a_staff_role_demands_a_second_factor_and_is_told(tree, bureau, now):
    user = make_user()
    give(user, tree.streets[0], "STO", bureau, now)
    assert User.objects.get(pk=user.pk).is_staff_member
    assert "街道办事处" in Notice.objects.get(to=user).text
    assert LogEntry.objects.filter(verb="grant", path=tree.streets[0].path).exists()


def test_a_new_person_comes_with_a_first_grant_or_not_at_all(tree, now, today):
    by = make_actor("STO", tree.streets[0])
    facts = {"username": "xin", "name": "新样例", "phone": "", "password": PASSWORD}
    bad = Terms(role="DCA", starts_on=today)
    with pytest.raises(GrantRefused):
        actions.invite(node=tree.streets[0], terms=bad, by=by, now=now, **facts)
    assert not User.objects.filter(username="xin").exists()
    good = Terms(role="COM", starts_on=today, post="社区工作者")
    user = actions.invite(node=tree.communities[0][0], terms=good, by=by, now=now, **facts)
    assert user.must_change_password
    assert user.is_staff_member
    assert sees(user, tree.communities[0][0])


def test_a_grant_is_ended_by_who_may_give_it(tree, bureau, now, today):
    user = make_user()
    grant = make_grant(user, tree.streets[0], "STO")
    peer = make_actor("STO", tree.streets[0])
    with pytest.raises(GrantRefused, match="收回"):
        actions.end_grant(row=grant, on=today, by=peer, now=now)
    with pytest.raises(Grant.DoesNotExist):
        actions.end_grant(row=grant, on=today, by=make_actor("STO", tree.streets[1]), now=now)
    with pytest.raises(GrantRefused, match="早于今天"):
        actions.end_grant(row=grant, on=today - DAY, by=bureau, now=now)
    actions.end_grant(row=grant, on=today + DAY, by=bureau, now=now)
    assert sees(user, tree.streets[0])
    with pytest.raises(GrantRefused, match="只能提前"):
        actions.end_grant(row=grant, on=today + 2 * DAY, by=bureau, now=now)
    actions.end_grant(row=grant, on=today, by=bureau, now=now)
    with pytest.raises(GrantRefused, match="已经结束"):
        actions.end_grant(row=grant, on=today, by=bureau, now=now)


def test_a_grant_not_begun_is_ended_as_never_held(tree, bureau, now, today):
    grant = make_grant(make_user(), tree.streets[0], "STO", starts_on=today + 9 * DAY)
    actions.end_grant(row=grant, on=today, by=bureau, now=now)
    assert Grant.objects.get(pk=grant.pk).ends_on == today + 9 * DAY


def test_hand_over_gives_the_successor_what_the_leaver_loses_that_day(
    client, tree, bureau, now, today
):
    leaver, successor = make_user(password=PASSWORD), make_user()
    make_grant(leaver, tree.streets[0], "STO", post="公共服务办")
    client.post("/account/sign-in/", {"login": leaver.username, "password": PASSWORD})
    actions.hand_over(leaver=leaver, successor=successor, on=today, by=bureau, now=now)
    assert not sees(leaver, tree.streets[0])
    assert sees(successor, tree.streets[0])
    assert Grant.objects.get(user=successor).post == "公共服务办"
    assert client.get("/account/me/").status_code == 302
    assert set(Notice.objects.values_list("to", flat=True)) == {leaver.pk, successor.pk}
    assert User.objects.get(pk=leaver.pk).handed_over_at == now
    assert LogEntry.objects.filter(verb="hand_over").count() == 1


def test_a_hand_over_on_a_later_day_changes_nothing_today(client, tree, bureau, now, today):
    leaver, successor = make_user(password=PASSWORD), make_user()
    make_grant(leaver, tree.streets[0], "STO")
    client.post("/account/sign-in/", {"login": leaver.username, "password": PASSWORD})
    actions.hand_over(leaver=leaver, successor=successor, on=today + DAY, by=bureau, now=now)
    assert sees(leaver, tree.streets[0])
    assert not sees(successor, tree.streets[0])
    assert client.get("/account/me/").status_code == 200
    assert Grant.objects.get(user=leaver).ends_on == Grant.objects.get(user=successor).starts_on


def test_hand_over_leaves_what_is_not_ones_to_give(tree, now, today):
    by = make_actor("STO", tree.streets[0])
    leaver, successor = make_user(), make_user()
    make_grant(leaver, tree.communities[0][0], "COM")
    make_grant(leaver, tree.communities[1][0], "COM")
    lines = actions.hand_over(leaver=leaver, successor=successor, on=today, by=by, now=now)
    assert sorted(line.given for line in lines) == [False, True]
    assert sees(leaver, tree.communities[1][0])
    assert not sees(successor, tree.communities[1][0])
    assert User.objects.get(pk=leaver.pk).handed_over_at is None


def test_hand_over_keeps_technical_duties_apart(tree, now, today):
    by = make_actor("SEC", tree.root)
    leaver, successor = make_user(), make_user()
    make_grant(leaver, tree.root, "SYS")
    make_grant(successor, tree.root, "LOG")
    (line,) = actions.hand_over(leaver=leaver, successor=successor, on=today, by=by, now=now)
    assert line.ends
    assert not line.given
    assert "兼任" in line.why


def test_nobody_takes_over_by_their_own_hand(tree, bureau, now, today):
    leaver, me = make_user(), User.objects.get(pk=bureau.user_id)
    make_grant(leaver, tree.streets[0], "STO")
    with pytest.raises(GrantRefused, match="自己"):
        actions.hand_over(leaver=leaver, successor=me, on=today, by=bureau, now=now)


def test_accounts_are_tended_by_who_gives_all_their_grants(tree, bureau, today):
    clerk, worker = make_user(), make_user()
    make_grant(clerk, tree.streets[0], "STO")
    make_grant(worker, tree.communities[0][0], "COM")
    street = make_actor("STO", tree.streets[0])
    assert may_manage(bureau, clerk, on=today)
    assert may_manage(street, worker, on=today)
    assert not may_manage(street, clerk, on=today)
    make_grant(worker, tree.communities[1][0], "COM")
    assert not may_manage(street, worker, on=today)
    assert not may_manage(bureau, User.objects.get(pk=bureau.user_id), on=today)


def test_a_password_reset_is_told_and_refused_to_others(tree, now):
    boss = make_user()
    make_grant(boss, tree.root, "DCA")
    street = make_actor("STO", tree.streets[0])
    with pytest.raises(GrantRefused, match="不归您管理"):
        actions.give_password(user=boss, password=PASSWORD, by=street, now=now)
    operator = make_actor("SYS", tree.root)
    actions.give_password(user=boss, password=PASSWORD, by=operator, now=now)
    assert "重设了您的密码" in Notice.objects.get(to=boss).text


def test_the_system_itself_gives_nothing(tree, now):
    with pytest.raises(GrantRefused):
        give(make_user(), tree.streets[0], "STO", Actor(), now)
