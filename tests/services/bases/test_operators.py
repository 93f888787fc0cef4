"""One operator at a time; its people's rights end on the day on which it does."""

import threading
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from changle.core.indicators import value
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import actor_for
from changle.services.bases.actions.operating import (
    OperatorRefused,
    add_staff,
    end_contract,
    end_staff,
    invite_staff,
    sign_contract,
)
from changle.services.bases.actions.overseeing import (
    Promise,
    add_target,
    check_operator,
    declare_target,
    give,
    move_check,
    move_hand_over,
    receive,
    remedy,
    verify_target,
)
from changle.services.bases.actions.recognising import move_base
from changle.services.bases.actions.reminding import remind_of_contracts
from changle.services.bases.lifecycle import CHECK, EVALUATION, HAND_OVER
from changle.services.bases.models import (
    Evaluation,
    HandOver,
    HandOverItem,
    OperatorCheck,
    OperatorContract,
    OperatorTarget,
)
from changle.services.bases.queries.operators import (
    contract_of,
    others_with_rights,
    progress_of,
    targets_of,
)
from tests.factories.accounts import make_user
from tests.factories.bases import a_pdf, make_base, make_contract, make_terms, replaced
from tests.factories.custody import listed
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district, make_grant


pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def street(tree):
    return make_actor("STO", tree.streets[0])


@pytest.fixture
def base(tree):
    return make_base(tree.centre, state="operating")


@pytest.fixture(autouse=True)
def past_the_second_factor(settings):
    settings.CHANGLE_DEMO = True


def today():
    return timezone.localdate()


def client_of(user):
    client = Client()
    client.force_login(user, BACKEND)
    return client


def hired(contract, by, **fields):
    user = make_user(**fields)
    add_staff(pk=contract.pk, user=user, post="主任", by=by, now=timezone.now())
    return user


def test_the_old_people_lose_access_that_day_and_the_new_ones_see_all(tree, street, base):
    contract = make_contract(base)
    old = hired(contract, street)
    client = client_of(old)
    pages = [
        f"/desk/bases/{base.pk}/", f"/desk/bases/operators/{contract.pk}/", "/desk/bases/",
        f"/desk/bases/{base.pk}/operator/", f"/desk/bases/{base.pk}/criteria/",
    ]  # fmt: skip
    assert {client.get(page).status_code for page in pages} == {200}
    hand_over = replaced(contract, street)
    assert {client.get(page).status_code for page in pages} == {404}
    assert client.post(f"/desk/bases/{base.pk}/edit/", {"name": "x"}).status_code == 404
    assert client.get(f"/desk/bases/hand-overs/{hand_over.pk}/").status_code == 404
    new = hired(hand_over.new, street)
    theirs = [*pages, f"/desk/bases/hand-overs/{hand_over.pk}/"]
    assert {client_of(new).get(page).status_code for page in theirs} == {200}
    grant = Grant.objects.get(user=old)
    assert grant.ends_on == today()
    assert Notice.objects.filter(to=old).exists()
    contract.refresh_from_db()
    assert (contract.ended_because, contract.ends_on) == ("replaced", today())


def test_a_change_ahead_ends_their_rights_on_its_day(tree, street, base):
    contract = make_contract(base)
    old = hired(contract, street)
    on = today() + 10 * DAY
    hand_over = replaced(contract, street, starts_on=on)
    assert Grant.objects.get(user=old).ends_on == on
    assert contract_of(base, today()) == contract
    assert contract_of(base, on) == hand_over.new
    new = hired(hand_over.new, street)
    assert Grant.objects.get(user=new).starts_on == on
    assert not actor_for(new).holds("base.view")


def test_the_same_person_may_go_over_to_the_next_operator(street, base):
    contract = make_contract(base)
    user = hired(contract, street)
    hand_over = replaced(contract, street)
    assert not actor_for(user).holds("base.view")
    add_staff(pk=hand_over.new.pk, user=user, by=street, now=timezone.now())
    assert actor_for(user).holds("base.view")


def test_rights_end_with_the_contract_without_anybodys_doing(street, base):
    contract = make_contract(base, ends_on=today() + 5 * DAY)
    user = hired(contract, street)
    assert Grant.objects.get(user=user).ends_on == contract.ends_on


def test_a_role_given_earlier_is_bound_to_the_contract(tree, street, base):
    user = make_user()
    make_grant(user, tree.streets[0], "CTR")
    contract = make_contract(base)
    add_staff(pk=contract.pk, user=user, by=street, now=timezone.now())
    assert Grant.objects.get(user=user).ends_on == contract.ends_on
    end_contract(pk=contract.pk, on=today(), because="breach", by=street, now=timezone.now())
    assert not actor_for(user).holds("base.view")


def test_rights_beside_any_contract_are_shown(tree, street, base):
    user = make_user()
    make_grant(user, tree.centre, "CTR")
    assert [one.user for one in others_with_rights(base, today())] == [user]
    contract = make_contract(base)
    add_staff(pk=contract.pk, user=user, by=street, now=timezone.now())
    assert not others_with_rights(base, today()).exists()


def test_a_person_leaves_the_team_at_once(street, base):
    contract = make_contract(base)
    user = hired(contract, street)
    one = contract.staff.get()
    end_staff(pk=one.pk, note="离职", by=street, now=timezone.now())
    assert not actor_for(user).holds("base.view")
    with pytest.raises(OperatorRefused, match="已不在"):
        end_staff(pk=one.pk, by=street, now=timezone.now())


def test_an_account_is_opened_with_the_role(street, base):
    contract = make_contract(base)
    invite_staff(
        pk=contract.pk, username="yunying-1", name="样例乙", phone="", password="Weiyang-2026-ok",
        by=street, now=timezone.now(),
    )  # fmt: skip
    user = User.objects.get(username="yunying-1")
    assert actor_for(user).holds("base.view")
    end_contract(pk=contract.pk, on=today(), because="agreed", by=street, now=timezone.now())
    assert not actor_for(user).holds("base.view")


def test_nobody_is_added_twice_or_after_the_end(street, base):
    contract = make_contract(base)
    user = hired(contract, street)
    with pytest.raises(OperatorRefused, match="已在"):
        add_staff(pk=contract.pk, user=user, by=street, now=timezone.now())
    end_contract(pk=contract.pk, on=today(), because="agreed", by=street, now=timezone.now())
    with pytest.raises(OperatorRefused, match="已经终止"):
        add_staff(pk=contract.pk, user=make_user(), by=street, now=timezone.now())


def test_the_end_of_the_base_ends_its_operator(tree, base, street):
    bureau = make_actor("DCA", tree.root)
    contract = make_contract(base)
    user = hired(contract, street)
    move_base(base.pk, "withdraw", by=bureau, now=timezone.now(), note="撤销")
    contract.refresh_from_db()
    assert contract.ended_because == "base"
    assert not actor_for(user).holds("base.view")


@pytest.mark.parametrize("role", ["CTR", "COM", "AUD", "OADM"])
def test_who_may_not_engage_operators_finds_no_base(tree, base, role):
    place = tree.communities[0][0] if role in {"COM", "OADM"} else tree.streets[0]
    actor = make_actor(role, place)
    with pytest.raises(type(base).DoesNotExist):
        make_contract(base, by=actor)


def test_another_street_finds_no_contract(tree, base):
    contract = make_contract(base)
    other = make_actor("STO", tree.streets[1])
    for deed in (
        lambda: end_contract(
            pk=contract.pk, on=today(), because="agreed", by=other, now=timezone.now()
        ),
        lambda: add_staff(pk=contract.pk, user=make_user(), by=other, now=timezone.now()),
        lambda: replaced(contract, other),
        lambda: check_operator(
            pk=contract.pk, on=today(), subject="x", by=other, now=timezone.now()
        ),
    ):
        with pytest.raises(OperatorContract.DoesNotExist):
            deed()


@pytest.mark.parametrize("kind", ["BA", "PRE"])
def test_an_operator_is_a_registered_body(tree, base, kind):
    body = make_organisation(tree.communities[0][0], kind)
    with pytest.raises(OperatorRefused, match="已登记"):
        make_contract(base, organisation=body)


def test_a_listed_body_runs_nothing(tree, base):
    body = make_organisation(tree.communities[0][0], "MF")
    listed(body, "abnormal")
    with pytest.raises(OperatorRefused, match="活动异常名录"):
        make_contract(base, organisation=Organisation.objects.get(pk=body.pk))


@pytest.mark.parametrize(
    ("days", "sentence"),
    [({"starts_on": -50}, "签订"), ({"ends_on": -30}, "到期日期应晚于")],
)
def test_days_in_the_wrong_order_are_refused(base, days, sentence):
    told = {name: today() + offset * DAY for name, offset in days.items()}
    with pytest.raises(OperatorRefused, match=sentence):
        make_contract(base, **told)


def test_one_operator_at_a_time(base, street):
    contract = make_contract(base)
    with pytest.raises(OperatorRefused, match="已有运营机构"):
        make_contract(base)
    twin = {
        "base": base, "organisation": contract.organisation, "number": "二", "amount_fen": 0,
        "signed_on": today(), "starts_on": today(), "recorded_at": timezone.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        OperatorContract.objects.create(ends_on=today() + DAY, **twin)
    with pytest.raises(IntegrityError), transaction.atomic():
        OperatorContract.objects.create(**{**twin, "ends_on": today() - 50 * DAY})


def test_an_end_is_never_in_the_past_and_comes_once(street, base):
    contract = make_contract(base)
    told = {"pk": contract.pk, "because": "agreed", "by": street, "now": timezone.now()}
    with pytest.raises(OperatorRefused, match="倒收"):
        end_contract(on=today() - DAY, **told)
    end_contract(on=today(), **told)
    with pytest.raises(OperatorRefused, match="已经终止"):
        end_contract(on=today(), **told)


def test_what_was_entered_by_mistake_counts_for_nothing(tree, street, base):
    contract = make_contract(base)
    asked = {"path": tree.root.path, "period": Period.year(today().year), "today": today()}
    assert value("bases.operator_contracts", **asked).value == 1
    if contract.signed_on.year == today().year:
        assert value("bases.contract_amount", **asked).value == 800_000
    end_contract(pk=contract.pk, on=today(), because="mistake", by=street, now=timezone.now())
    assert value("bases.operator_contracts", **asked).value == 0
    assert value("bases.contract_amount", **asked).value == 0


def target(contract, by, **fields):
    told = {"name": "", "target": 4, "starts_on": contract.starts_on, "ends_on": contract.ends_on}
    return add_target(
        pk=contract.pk, promise=Promise(**{**told, **fields}), by=by, now=timezone.now()
    )


def test_a_counted_target_is_counted_and_never_typed(tree, street, base):
    contract = make_contract(base)
    one = target(contract, street, indicator="bases.operator_contracts")
    told = progress_of(contract, targets_of(contract), today())[0]
    assert (told.done, told.percent, told.is_counted) == (1, 25, True)
    with pytest.raises(OperatorRefused, match="系统计数"):
        declare_target(pk=one.pk, done=9, note="x", upload=a_pdf(), by=street, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        OperatorTarget.objects.filter(pk=one.pk).update(declared=9)
    with pytest.raises(OperatorRefused, match="没有这个指标"):
        target(contract, street, indicator="no.such")


def test_a_declared_target_has_evidence_and_another_hand(street, base):
    contract = make_contract(base)
    operator = actor_for(hired(contract, street))
    one = target(contract, street, name="满意度测评", unit="次")
    with pytest.raises(OperatorRefused, match="还没有申报"):
        verify_target(pk=one.pk, by=street, now=timezone.now())
    with pytest.raises(OperatorRefused, match="佐证"):
        declare_target(pk=one.pk, done=3, note="x", by=operator, now=timezone.now())
    declare_target(pk=one.pk, done=3, note="x", upload=a_pdf(), by=operator, now=timezone.now())
    assert not progress_of(contract, targets_of(contract), today())[0].is_verified
    with pytest.raises(OperatorTarget.DoesNotExist):
        verify_target(pk=one.pk, by=operator, now=timezone.now())
    verify_target(pk=one.pk, by=street, now=timezone.now())
    assert progress_of(contract, targets_of(contract), today())[0].is_verified
    declare_target(pk=one.pk, done=4, note="y", by=street, now=timezone.now())
    with pytest.raises(OperatorRefused, match="谁申报"):
        verify_target(pk=one.pk, by=street, now=timezone.now())


def checked(contract, by, **fields):
    told = {"on": today(), "subject": "三季度检查", "findings": "台账缺两个月", **fields}
    return check_operator(pk=contract.pk, by=by, now=timezone.now(), **told)


def test_a_check_is_remedied_and_looked_at_by_another(street, base, tree):
    contract = make_contract(base)
    operator = actor_for(hired(contract, street))
    row = checked(contract, street, due_on=today() + 3 * DAY)
    assert (row.state, row.due_on) == ("open", today() + 3 * DAY)
    assert row in CHECK.waiting(operator)
    assert row not in CHECK.waiting(street)
    OperatorCheck.objects.filter(pk=row.pk).update(due_on=today() - DAY)
    assert row in CHECK.waiting(street)
    remedy(pk=row.pk, remedy="已补齐", upload=a_pdf(), by=operator, now=timezone.now())
    assert row in CHECK.waiting(street)
    refused = move_check(row.pk, "refuse", by=street, now=timezone.now(), note="还缺一个月")
    assert refused.state == "open"
    remedy(pk=row.pk, remedy="全部补齐", by=street, now=timezone.now())
    with pytest.raises(MoveRefused, match="谁整改"):
        move_check(row.pk, "accept", by=street, now=timezone.now())
    other = make_actor("STO", tree.streets[0])
    assert move_check(row.pk, "accept", by=other, now=timezone.now()).closed_on == today()


def test_a_check_that_finds_nothing_is_done(street, base):
    row = checked(make_contract(base), street, findings="")
    assert (row.state, row.due_on, row.closed_on) == ("closed", None, today())


def test_the_hand_over_is_confirmed_line_by_line_by_two_sides(tree, street, base):
    contract = make_contract(base)
    leaver = actor_for(hired(contract, street))
    row = replaced(contract, street, starts_on=today() + 5 * DAY)
    assert row.items.count() == 6
    assert row.due_on is not None
    comer = make_user()
    add_staff(pk=row.new.pk, user=comer, by=street, now=timezone.now())
    make_grant(comer, tree.centre, "CTR", ends_on=today() + 2 * DAY)  # shown round beforehand
    comer = actor_for(comer)
    first, *others = row.items.order_by("sort")
    with pytest.raises(OperatorRefused, match="移交方确认后"):
        receive(pk=row.pk, item=first.pk, by=comer, now=timezone.now())
    with pytest.raises(OperatorRefused, match="移交由原运营机构"):
        give(pk=row.pk, item=first.pk, by=comer, now=timezone.now())
    with pytest.raises(OperatorRefused, match="签字的人"):
        give(pk=row.pk, item=first.pk, by=street, now=timezone.now())
    give(pk=row.pk, item=first.pk, by=leaver, now=timezone.now())
    with pytest.raises(OperatorRefused, match="接收由新"):
        receive(pk=row.pk, item=first.pk, by=leaver, now=timezone.now())
    for one in others:
        give(pk=row.pk, item=one.pk, signed_by="样例丙", by=street, now=timezone.now())
    receive(pk=row.pk, item=first.pk, by=comer, now=timezone.now())
    with pytest.raises(MoveRefused, match="还有 5 项"):
        move_hand_over(row.pk, "finish", by=street, now=timezone.now())
    for one in others:
        receive(pk=row.pk, item=one.pk, by=comer, now=timezone.now())
    assert move_hand_over(row.pk, "finish", by=street, now=timezone.now()).done_on == today()
    with pytest.raises(OperatorRefused, match="不能再改"):
        give(pk=row.pk, item=first.pk, by=street, now=timezone.now())


def test_the_database_wants_two_hands(street, base):
    row = replaced(make_contract(base), street)
    one = row.items.first()
    user = make_user()
    for facts in (
        {
            "given_by": user,
            "given_at": timezone.now(),
            "received_by": user,
            "received_at": timezone.now(),
        },
        {"received_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            HandOverItem.objects.filter(pk=one.pk).update(**facts)


OTHERS = {  # lifecycle -> (state, move) -> target
    EVALUATION: {
        ("open", "submit"): "scoring",
        ("scoring", "return_self"): "open",
        ("scoring", "decide"): "decided",
    },
    CHECK: {
        ("open", "remedy"): "remedied",
        ("remedied", "accept"): "closed",
        ("remedied", "refuse"): "open",
    },
    HAND_OVER: {("open", "finish"): "done", ("open", "stop"): "stopped"},
}
ALL_OF_THEM = [
    (life, state, name)
    for life in OTHERS
    for state, name in product(life.model.State.values, life.moves)
]


def row_of(life, state, base):
    contract = make_contract(base)
    if life is EVALUATION:
        row = Evaluation(base=base, standard=base.standard, name="评估", opened_on=today())
        if state == "decided":
            row.points, row.decision, row.decided_on = 1, "rectify", today()
    elif life is CHECK:
        row = OperatorCheck(contract=contract, on=today(), subject="x", findings="x", remedy="x")
    else:
        end_contract(
            pk=contract.pk,
            on=today(),
            because="agreed",
            by=everything_at(base.node),
            now=timezone.now(),
        )
        new = make_contract(base, signed_on=today(), starts_on=today())
        row = HandOver(old=contract, new=new, opened_on=today())
    life.begin(row, state, at=timezone.now())
    row.save()
    if life is HAND_OVER:
        now = timezone.now()
        row.items.create(kind="keys", what="x", given_at=now, received_at=now)
    return row


@pytest.mark.parametrize(("life", "state", "name"), ALL_OF_THEM)
def test_every_state_meets_every_move(tree, base, life, state, name):
    bureau = make_actor("DCA", tree.root)
    row = row_of(life, state, base)
    along = {"points": 1, "decision": "rectify", "decided_on": today()} if name == "decide" else {}
    target = OTHERS[life].get((state, name))
    if target is None:
        with pytest.raises(MoveRefused, match="状态已经变化"):
            life.fire(row.pk, name, by=bureau, now=timezone.now(), note="样例", along=along)
        return
    moved = life.fire(row.pk, name, by=bureau, now=timezone.now(), note="样例", along=along)
    assert moved.state == target
    entry = LogEntry.objects.filter(subject_label=life.model._meta.label).order_by("-id")[0]
    assert (entry.verb, entry.target) == (name, target)


def test_the_end_of_a_contract_is_told(tree, street, base):
    make_contract(base, ends_on=today() + 6 * DAY)
    remind_of_contracts(timezone.now())
    remind_of_contracts(timezone.now())
    assert Notice.objects.filter(to=street.user_id, text__contains="还有 6 天到期").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_hands_at_once_one_signs():
    tree = make_district()
    base = make_base(tree.centre, state="operating")
    by = make_actor("STO", tree.streets[0])
    bodies = [make_organisation(tree.centre, "MF") for _each in range(2)]
    told, start = [], threading.Barrier(2)

    def hand(body):
        start.wait()
        try:
            sign_contract(
                base=base.pk, organisation=body, terms=make_terms(), by=by, now=timezone.now()
            )
            told.append("signed")
        except OperatorRefused:
            told.append("refused")
        finally:
            connection.close()

    hands = [threading.Thread(target=hand, args=(body,)) for body in bodies]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert sorted(told) == ["refused", "signed"]
    assert OperatorContract.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_hands_at_once_one_replaces():
    tree = make_district()
    base = make_base(tree.centre, state="operating")
    by = make_actor("STO", tree.streets[0])
    contract = make_contract(base)
    told, start = [], threading.Barrier(2)

    def hand():
        start.wait()
        try:
            replaced(contract, by)
            told.append("replaced")
        except OperatorRefused:
            told.append("refused")
        finally:
            connection.close()

    hands = [threading.Thread(target=hand) for _each in range(2)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert sorted(told) == ["refused", "replaced"]
    assert HandOver.objects.count() == 1
