"""Partners, gifts with their receipts, and what is made public in an emergency."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from changle.core.indicators import CATALOGUE, parts, rows, value
from changle.core.notices import Notice
from changle.core.periods import Period
from changle.services.exchange.actions.donating import (
    DonationDraft,
    ItemDraft,
    disclose,
    end_emergency,
    hand_out,
    receive,
    start_emergency,
    void,
)
from changle.services.exchange.actions.offering import offer
from changle.services.exchange.actions.partnering import PartnerDraft, add_partner
from changle.services.exchange.actions.reminding import expire, lapse, remind_of_ends
from changle.services.exchange.actions.telling import ExchangeRefused
from changle.services.exchange.actions.using import move_use, reserve
from changle.services.exchange.models import Distribution, Donation, Offer, Partner, Use
from changle.services.exchange.queries.donating import public_name, published
from changle.services.exchange.queries.free import moment
from changle.services.exchange.queries.seats import Party
from tests.factories.accounts import make_user
from tests.factories.exchange import (
    NOW,
    SATURDAY,
    TODAY,
    draft,
    make_offer,
    make_partner,
    make_van,
    party,
    sharer,
    verifier,
)
from tests.factories.registry import make_organisation, make_uscc
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
YEAR = Period.year(2027)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def by(tree):
    return verifier(tree.streets[0])


def item(**fields):
    return ItemDraft(**{"name": "样例棉被", "quantity": 10, "unit": "床", "value_fen": 123_450,
                        "basis": "invoice", **fields})  # fmt: skip


def given(tree, by, **fields):
    fields = {"node": tree.streets[0], "received_on": TODAY, "items": (item(),),
              "donor_name": "张示例", **fields}  # fmt: skip
    return receive(draft=DonationDraft(**fields), by=by, now=NOW)


def test_numbers_run_by_place_and_year_and_a_void_one_stays_used(tree, by):
    first, second = given(tree, by), given(tree, by)
    void(pk=first.pk, reason="录入有误", by=by, now=NOW)
    third = given(tree, by)
    older = given(tree, by, received_on=TODAY.replace(year=2026))
    other = given(tree, by, node=tree.centre)
    told = [one.number for one in (first, second, third, older, other)]
    assert told == [1, 2, 3, 1, 1]
    assert second.receipt == "实捐〔2027〕0002号"
    with pytest.raises(IntegrityError), transaction.atomic():
        Donation.objects.filter(pk=third.pk).update(number=2)
    with pytest.raises(ExchangeRefused, match="已经作废"):
        void(pk=first.pk, reason="又一次", by=by, now=NOW)


def test_a_failed_receipt_takes_no_number(tree, by):
    with pytest.raises(IntegrityError), transaction.atomic():
        given(tree, by, items=(item(quantity=0),))
    assert given(tree, by).number == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"items": ()}, "至少"), ({"received_on": TODAY + timedelta(days=1)}, "晚于今天"),
        ({"items": (item(name="现金捐款"),)}, "钱款"), ({"earmark": "转账给困难户"}, "钱款"),
    ],
)  # fmt: skip
def test_what_is_no_gift_is_refused(tree, by, fields, says):
    with pytest.raises(ExchangeRefused, match=says):
        given(tree, by, **fields)
    assert not Donation.objects.exists()


def test_another_street_receives_nothing_in_its_name(tree):
    with pytest.raises(ExchangeRefused, match="不能以这个单位"):
        given(tree, verifier(tree.streets[1]))


def test_a_gift_has_one_donor(tree, by):
    row = given(tree, by)
    for wrong in ({"donor_name": ""}, {"partner": make_partner(tree.streets[0])}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Donation.objects.filter(pk=row.pk).update(**wrong)


def test_what_became_of_it(tree, by):
    thing = given(tree, by).items.get()
    hand_out(item=thing.pk, quantity=7, given_on=TODAY, recipient="独居老人", by=by, now=NOW)
    with pytest.raises(ExchangeRefused, match="只剩 3床"):
        hand_out(item=thing.pk, quantity=4, given_on=TODAY, recipient="独居老人", by=by, now=NOW)
    with pytest.raises(ExchangeRefused, match="接收之后"):
        hand_out(item=thing.pk, quantity=1, given_on=TODAY - timedelta(days=1), recipient="样例",
                 by=by, now=NOW)  # fmt: skip
    with pytest.raises(ExchangeRefused, match="不能作废"):
        void(pk=thing.donation_id, reason="样例", by=by, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Distribution.objects.update(quantity=1)  # what is written stays


def test_an_emergency_is_made_public_and_reminded_of(tree, by):
    keeper = make_user()
    make_grant(keeper, tree.streets[0], "CTR")
    row = start_emergency(
        node=tree.streets[0], name="样例防汛", about="", starts_on=TODAY, by=by, now=NOW
    )
    given(tree, by, emergency=row)
    hidden = given(tree, by, emergency=row, is_anonymous=True)
    assert published(row.pk) is None
    disclose(pk=row.pk, by=by, now=NOW + timedelta(hours=1))
    later = receive(draft=DonationDraft(node=tree.streets[0], received_on=TODAY, items=(item(),),
                                        donor_name="李示例", emergency=row), by=by,
                    now=NOW + timedelta(hours=2))  # fmt: skip
    told = published(row.pk)
    assert [one.pk for one in told.donations] == [hidden.pk, hidden.pk - 1]
    assert [public_name(one) for one in told.donations] == ["匿名", "张**"]
    assert told.value_fen == 246_900
    remind_of_ends(NOW + timedelta(days=3))
    assert not Notice.objects.filter(to=keeper, text__contains="至少每 5 日").exists()
    for _twice in range(2):
        remind_of_ends(NOW + timedelta(days=4))
    assert Notice.objects.filter(to=keeper, text__contains="至少每 5 日").count() == 1
    end_emergency(pk=row.pk, by=by, now=NOW + timedelta(days=6))
    assert later.pk in [one.pk for one in published(row.pk).donations]


def test_a_partner_is_entered_once_and_offers_through_its_street(tree, by):
    code = make_uscc()
    facts = {
        "node": tree.streets[0],
        "name": "样例商场",
        "nature": "C",
        "starts_on": TODAY,
        "uscc": code,
    }
    row = add_partner(draft=PartnerDraft(**facts), by=by, now=NOW)
    for wrong in ({"name": "另一家"}, {"uscc": ""}):
        with pytest.raises(ExchangeRefused, match="已"):
            add_partner(draft=PartnerDraft(**{**facts, **wrong}), by=by, now=NOW)
    with pytest.raises(ExchangeRefused, match="不在您的辖区"):
        add_partner(draft=PartnerDraft(**{**facts, "node": tree.streets[1]}), by=by, now=NOW)
    made = offer(party=Party(row.node, None, row), draft=draft(), by=by, now=NOW)
    assert made.giver == "样例商场"
    Partner.objects.update(ends_on=TODAY + timedelta(days=1))
    row.refresh_from_db()
    with pytest.raises(ExchangeRefused, match="有效期"):
        offer(party=Party(row.node, None, row), draft=draft(), by=by, now=NOW + timedelta(days=1))


def test_the_night_ends_what_is_over(tree):
    giver, taker = (make_organisation(place) for place in tree.communities[0])
    row = make_offer(giver, ends_on=TODAY + timedelta(days=30))
    start = moment(SATURDAY)
    use = reserve(offer=row.pk, party=party(taker), quantity=1, starts_at=start,
                  ends_at=start + timedelta(hours=1), purpose="样例", by=sharer(taker), now=NOW)  # fmt: skip
    lapse(start - timedelta(minutes=1))
    assert Use.objects.get().state == "reserved"
    lapse(start)
    use.refresh_from_db()
    assert (use.state, use.holds_until) == ("cancelled", use.starts_at)
    expire(NOW + timedelta(days=29))
    assert Offer.objects.get().state == "listed"
    expire(NOW + timedelta(days=30))
    assert Offer.objects.get().state == "expired"


def test_the_figures_add_up(tree, by):
    giver, taker = (make_organisation(place) for place in tree.communities[0])
    van = make_van(giver)
    start = moment(SATURDAY) + timedelta(hours=9)
    use = reserve(offer=van.pk, party=party(taker), quantity=1, starts_at=start,
                  ends_at=start + timedelta(hours=3), purpose="样例", by=sharer(taker), now=NOW)  # fmt: skip
    for name, who in (
        ("accept", giver),
        ("hand_over", giver),
        ("give_back", taker),
        ("close", giver),
    ):
        move_use(pk=use.pk, name=name, by=sharer(who), now=start + timedelta(hours=3))
    given(tree, by, items=(item(value_fen=123_456), item(value_fen=10_000)))
    void(pk=given(tree, by).pk, reason="样例", by=by, now=NOW)
    make_partner(tree.streets[0])
    told = {
        code: value(code, path=str(tree.root.path), period=YEAR, today=TODAY.replace(month=12)).value
        for code in CATALOGUE if code.startswith("exchange.")
    }  # fmt: skip
    assert told == {
        "exchange.offers": 1, "exchange.requests": 0, "exchange.matched": 0,
        "exchange.match_rate": None, "exchange.uses": 1, "exchange.use_hours": 3,
        "exchange.donations": 1, "exchange.donation_value": 1334, "exchange.partners": 1,
    }  # fmt: skip
    for code in (one for one in told if CATALOGUE[one].records):
        for cut in CATALOGUE[code].cuts:
            asked = {"path": str(tree.root.path), "period": YEAR, "today": TODAY.replace(month=12)}
            assert sum(one.value for one in parts(code, cut.name, **asked)) == told[code]
            for one in parts(code, cut.name, **asked):
                assert rows(code, **asked, by=cut.name, key=one.key).exists()
