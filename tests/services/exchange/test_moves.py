"""Every state meets every move; who may make it; and what never may be."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.services.exchange.actions.asking import RequestDraft, ask, move_request
from changle.services.exchange.actions.offering import (
    change_offer,
    move_offer,
    offer,
    verify,
)
from changle.services.exchange.actions.telling import ExchangeRefused
from changle.services.exchange.actions.using import move_use, reserve
from changle.services.exchange.lifecycle import OFFER, REQUEST, USE
from changle.services.exchange.models import Offer, Request, Use
from changle.services.exchange.models.uses import FOREVER
from changle.services.exchange.queries.free import moment
from tests.factories.accounts import make_user
from tests.factories.exchange import (
    NOW,
    SATURDAY,
    TODAY,
    draft,
    kind,
    make_offer,
    make_van,
    party,
    sharer,
    verifier,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db

OFFER_ALLOWED = {
    ("offered", "verify"): "verified", ("offered", "refuse"): "refused",
    ("verified", "list"): "listed", ("refused", "submit_again"): "offered",
    ("verified", "submit_again"): "offered", ("listed", "submit_again"): "offered",
    ("listed", "close"): "closed", ("offered", "withdraw"): "withdrawn",
    ("refused", "withdraw"): "withdrawn", ("verified", "withdraw"): "withdrawn",
    ("offered", "expire"): "expired", ("refused", "expire"): "expired",
    ("verified", "expire"): "expired", ("listed", "expire"): "expired",
}  # fmt: skip
REQUEST_ALLOWED = {
    ("open", "match"): "matched", ("matched", "reopen"): "open", ("open", "fulfil"): "fulfilled",
    ("matched", "fulfil"): "fulfilled", ("open", "withdraw"): "withdrawn",
    ("matched", "withdraw"): "withdrawn", ("open", "expire"): "expired",
}  # fmt: skip
USE_ALLOWED = {
    ("reserved", "accept"): "accepted", ("reserved", "decline"): "cancelled",
    ("accepted", "call_off"): "cancelled", ("reserved", "cancel"): "cancelled",
    ("accepted", "cancel"): "cancelled", ("accepted", "hand_over"): "in_use",
    ("in_use", "give_back"): "returned", ("returned", "close"): "closed",
    ("in_use", "report"): "problem", ("returned", "report"): "problem",
    ("problem", "settle"): "closed",
}  # fmt: skip
GIVERS = {"accept", "decline", "call_off", "hand_over", "close", "report", "settle"}


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def giver(tree):
    return make_organisation(tree.communities[0][0], "MF")


@pytest.fixture
def taker(tree):
    return make_organisation(tree.communities[1][0], "BA")


def took(row, taker, **fields):
    start = moment(SATURDAY) + timedelta(hours=9)
    fields = {"quantity": 1, "starts_at": start, "ends_at": start + timedelta(hours=4),
              "purpose": "接送老人", "by": sharer(taker), "now": NOW, **fields}  # fmt: skip
    return reserve(offer=row.pk, party=party(taker), **fields)


def set_state(row, state, **along):
    type(row).objects.filter(pk=row.pk).update(state=state, **along)


@pytest.mark.parametrize(("state", "name"), list(product(Offer.State.values, OFFER.moves)))
def test_every_state_of_an_offer_meets_every_move(giver, state, name):
    row = make_offer(giver)
    set_state(row, state)
    by = verifier(giver.street)
    along = {"listed_on": TODAY} if name == "list" else None
    if target := OFFER_ALLOWED.get((state, name)):
        assert OFFER.fire(row.pk, name, by=by, now=NOW, note="样例", along=along).state == target
    else:
        with pytest.raises(MoveRefused):
            OFFER.fire(row.pk, name, by=by, now=NOW, note="样例", along=along)


@pytest.mark.parametrize(("state", "name"), list(product(Request.State.values, REQUEST.moves)))
def test_every_state_of_a_request_meets_every_move(taker, state, name):
    row = asked(taker)
    set_state(row, state, matched_on=TODAY)
    if target := REQUEST_ALLOWED.get((state, name)):
        assert REQUEST.fire(row.pk, name, by=sharer(taker), now=NOW).state == target
    else:
        with pytest.raises(MoveRefused):
            REQUEST.fire(row.pk, name, by=sharer(taker), now=NOW)


@pytest.mark.parametrize(("state", "name"), list(product(Use.State.values, USE.moves)))
@pytest.mark.parametrize("side", ["giver", "taker"])
def test_every_state_of_a_use_meets_every_move_of_each_side(giver, taker, state, name, side):
    use = took(make_offer(giver), taker)
    set_state(use, state)
    by = sharer(giver if side == "giver" else taker)
    target = USE_ALLOWED.get((state, name))
    if target and (name in GIVERS) == (side == "giver"):
        assert move_use(pk=use.pk, name=name, by=by, now=NOW, note="样例").state == target
    else:
        with pytest.raises(MoveRefused):
            move_use(pk=use.pk, name=name, by=by, now=NOW, note="样例")


def asked(body, **fields):
    fields = {"kind": kind(), "title": "样例帐篷两顶", "starts_on": TODAY,
              "ends_on": TODAY + timedelta(days=20), **fields}  # fmt: skip
    return ask(party=party(body), draft=RequestDraft(**fields), by=sharer(body), now=NOW)


@pytest.mark.parametrize(
    ("role", "may"),
    [("STO", True), ("CTR", True), ("COM", False), ("OADM", False), ("DCA", True), ("AUD", False)],
)
def test_who_may_verify(tree, giver, role, may):
    """A community verifies what lies in it; this giver lies in another community of the street."""
    place = {"STO": tree.streets[0], "CTR": tree.streets[0], "COM": tree.communities[0][1],
             "OADM": giver.node, "DCA": tree.root, "AUD": tree.root}[role]  # fmt: skip
    row = offer(party=party(giver), draft=draft(), by=sharer(giver), now=NOW)
    by = make_actor(role, place)
    if may:
        assert verify(pk=row.pk, by=by, now=NOW).pk == row.pk
        assert Offer.objects.get().state == "listed"
    else:
        with pytest.raises(Offer.DoesNotExist):
            verify(pk=row.pk, by=by, now=NOW)


def test_who_offered_it_never_verifies_it(tree, giver):
    person = make_user()
    by = Actor(user_id=person.pk, reach=dict.fromkeys(
        ("offer.make", "offer.verify", "offer.view"), (str(tree.streets[0].path),)))  # fmt: skip
    row = offer(party=party(giver), draft=draft(), by=by, now=NOW)
    assert OFFER.offers([row], to=by)[0][1][0].name == "withdraw"
    assert not OFFER.waiting(by).exists()
    with pytest.raises(MoveRefused, match="自己"):
        move_offer(pk=row.pk, name="verify", by=by, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=row.pk).update(verified_by=person)


def test_who_reserved_never_accepts(tree, giver, taker):
    """Not even one who stands on both sides."""
    by = Actor(user_id=make_user().pk, reach=dict.fromkeys(
        ("offer.make", "offer.view"), (str(tree.root.path),)))  # fmt: skip
    use = took(make_offer(giver), taker, by=by)
    with pytest.raises(MoveRefused, match="自己的预约"):
        move_use(pk=use.pk, name="accept", by=by, now=NOW)


def test_another_street_has_no_hand_in_it(tree, giver, taker):
    row = make_offer(giver)
    use = took(row, taker)
    stranger = make_actor("OADM", make_organisation(tree.communities[1][1], "BA").node)
    with pytest.raises(Offer.DoesNotExist):
        move_offer(pk=row.pk, name="close", by=stranger, now=NOW)
    with pytest.raises(Use.DoesNotExist):
        move_use(pk=use.pk, name="accept", by=stranger, now=NOW)


def test_a_van_for_saturdays_goes_there_and_back(giver, taker):
    row = make_van(giver)
    use = took(row, taker)
    assert (use.state, use.on) == ("reserved", SATURDAY)
    move_use(pk=use.pk, name="accept", by=sharer(giver), now=NOW)
    move_use(pk=use.pk, name="hand_over", by=sharer(giver), now=use.starts_at)
    back = use.starts_at + timedelta(hours=2, minutes=10)
    move_use(pk=use.pk, name="give_back", by=sharer(taker), now=back, note="油已加满")
    move_use(pk=use.pk, name="close", by=sharer(giver), now=back + timedelta(hours=1))
    use.refresh_from_db()
    assert (use.state, use.hours, use.condition) == ("closed", 3, "油已加满")
    assert use.holds_until == back  # early back, free again
    verbs = list(
        LogEntry.objects.filter(subject_label="exchange.Use")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == ["reserve", "accept", "hand_over", "give_back", "close"]


@pytest.mark.parametrize(
    ("days", "start", "end", "says"),
    [(0, 7, 9, "只在"), (1, 9, 11, "只在"), (0, 17, 19, "只在"), (-5, 9, 10, "有效期"), (0, 9, 9, "晚于")],
)  # fmt: skip
def test_only_in_its_own_time(giver, taker, days, start, end, says):
    row = make_van(giver)
    day = moment(SATURDAY + timedelta(days=days))
    with pytest.raises(ExchangeRefused, match=says):
        took(row, taker, starts_at=day + timedelta(hours=start), ends_at=day + timedelta(hours=end),
             now=NOW - timedelta(days=9))  # fmt: skip


def test_a_street_keeps_its_own_to_itself(tree, giver, taker):
    row = make_offer(giver, audience="street")
    with pytest.raises(ExchangeRefused, match="只给甲街道"):
        took(row, taker)
    near = make_organisation(tree.communities[0][1], "BA")
    assert took(row, near).state == "reserved"


def test_one_does_not_take_ones_own(giver):
    with pytest.raises(ExchangeRefused, match="本单位自己"):
        took(make_offer(giver), giver)


def test_a_cancelled_use_gives_its_part_back(giver, taker):
    row = make_offer(giver, quantity=2)
    use = took(row, taker, quantity=2)
    with pytest.raises(ExchangeRefused, match="已被约满"):
        took(row, taker)
    move_use(pk=use.pk, name="cancel", by=sharer(taker), now=NOW)
    assert took(row, taker, quantity=2).state == "reserved"


def test_parts_are_reserved_until_nothing_is_left(giver, taker):
    row = make_offer(giver, quantity=5)
    took(row, taker, quantity=3)
    with pytest.raises(ExchangeRefused, match="还剩 2件"):
        took(row, taker, quantity=3)
    took(row, taker, quantity=2)
    assert Use.objects.count() == 2


def test_the_quantity_is_not_lowered_below_what_is_promised(giver, taker):
    row = make_offer(giver, quantity=5)
    took(
        row,
        taker,
        quantity=4,
        starts_at=FOREVER - timedelta(days=400),
        ends_at=FOREVER - timedelta(days=399),
    )
    with pytest.raises(ExchangeRefused, match="已经约出去"):
        change_offer(pk=row.pk, draft=draft(quantity=3), by=sharer(giver), now=NOW)
    change_offer(pk=row.pk, draft=draft(title=row.title, quantity=4), by=sharer(giver), now=NOW)
    assert Offer.objects.get().state == "offered"  # what was verified has changed


def test_what_is_not_back_is_not_handed_over_again(giver, taker):
    row = make_offer(giver, quantity=3)
    late = took(row, taker, quantity=2)
    for name in ("accept", "hand_over"):
        move_use(pk=late.pk, name=name, by=sharer(giver), now=NOW)
    later = late.ends_at + timedelta(hours=1)
    after = took(row, taker, quantity=2, starts_at=later, ends_at=later + timedelta(hours=1))
    move_use(pk=after.pk, name="accept", by=sharer(giver), now=NOW)
    with pytest.raises(MoveRefused, match="还有 2件 没有收回"):
        move_use(pk=after.pk, name="hand_over", by=sharer(giver), now=later)
    move_use(pk=late.pk, name="give_back", by=sharer(taker), now=later)
    move_use(pk=late.pk, name="close", by=sharer(giver), now=later)
    assert move_use(pk=after.pk, name="hand_over", by=sharer(giver), now=later).state == "in_use"


def test_a_gift_is_gone_for_ever(giver, taker):
    row = make_offer(giver, quantity=10, is_gift=True)
    use = took(row, taker, quantity=6)
    assert use.holds_until == FOREVER
    move_use(pk=use.pk, name="accept", by=sharer(giver), now=NOW)
    with pytest.raises(MoveRefused, match="领走不还"):
        move_use(pk=use.pk, name="hand_over", by=sharer(giver), now=NOW)
    assert move_use(pk=use.pk, name="give", by=sharer(giver), now=NOW).state == "closed"
    later = moment(SATURDAY) + timedelta(days=60)
    with pytest.raises(ExchangeRefused, match="还剩 4件"):
        took(row, taker, quantity=5, starts_at=later, ends_at=later + timedelta(hours=1))


@pytest.mark.parametrize("words", ["爱心捐款箱", "接受现金", "扫收 款 码支持"])
def test_money_is_no_resource(giver, taker, words):
    with pytest.raises(ExchangeRefused, match="钱款"):
        offer(party=party(giver), draft=draft(title=words), by=sharer(giver), now=NOW)
    with pytest.raises(ExchangeRefused, match="钱款"):
        asked(taker, title=words)


def test_a_request_follows_the_use_that_meets_it(giver, taker):
    row, request = make_offer(giver), asked(taker)
    use = took(row, taker, request=request)
    request.refresh_from_db()
    assert (request.state, request.matched_on) == ("matched", TODAY)
    move_use(pk=use.pk, name="decline", by=sharer(giver), now=NOW, note="当天要用")
    request.refresh_from_db()
    assert request.state == "open"
    again = took(row, taker, request=request)
    for name, by in (
        ("accept", giver),
        ("hand_over", giver),
        ("give_back", taker),
        ("close", giver),
    ):
        move_use(pk=again.pk, name=name, by=sharer(by), now=NOW)
    request.refresh_from_db()
    assert request.state == "fulfilled"


def test_a_request_is_withdrawn_by_its_own_side(giver, taker):
    row = asked(taker)
    with pytest.raises(Request.DoesNotExist):
        move_request(pk=row.pk, name="withdraw", by=sharer(giver), now=NOW)
    assert move_request(pk=row.pk, name="withdraw", by=sharer(taker), now=NOW).state == "withdrawn"


def test_the_database_keeps_what_python_forgets(giver, taker):
    use = took(make_offer(giver), taker)
    bad = [
        (Use, use.pk, {"ends_at": use.starts_at}), (Use, use.pk, {"quantity": 0}),
        (Use, use.pk, {"holds_until": use.starts_at}), (Use, use.pk, {"quantity": 2}),
        (Offer, use.offer_id, {"quantity": 0}), (Offer, use.offer_id, {"listed_on": None}),
        (Offer, use.offer_id, {"ends_on": TODAY}),
    ]  # fmt: skip
    for model, pk, wrong in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=pk).update(**wrong)


def test_the_clock_of_an_answer_is_three_working_days(giver):
    row = offer(party=party(giver), draft=draft(), by=sharer(giver), now=NOW)
    assert row.due_on == TODAY + timedelta(days=3)  # Tuesday to Friday
    assert isinstance(row.offered_at, datetime)
