"""Partial reservations never exceed what is offered, whoever is fast and in whatever order."""

import threading
from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from changle.core.refusals import Refused
from changle.services.exchange.actions.donating import (
    DonationDraft,
    ItemDraft,
    hand_out,
    receive,
)
from changle.services.exchange.actions.using import move_use, reserve
from changle.services.exchange.models import Distribution, Donation, Use
from changle.services.exchange.queries.free import claims_of, moment, peak
from tests.factories.exchange import NOW, SATURDAY, TODAY, make_offer, party, sharer, verifier
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


HOUR = timedelta(hours=1)


def drawn(draw, row):
    """A change that somebody might try, sensible or not."""
    start = moment(SATURDAY) + HOUR * draw.randrange(12)
    end = start + HOUR * draw.randint(1, 6)
    return {"starts_at": start, "ends_at": end, "holds_until": end, "quantity": draw.randint(1, 4),
            "on": SATURDAY, "offer": row}  # fmt: skip


def most_at_once(uses):
    """By the plain definition: every hour, everything that holds it."""
    hours = [moment(SATURDAY) + HOUR * n for n in range(20)]
    return max(sum(u.quantity for u in uses if u.starts_at <= at < u.holds_until) for at in hours)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_random_interleavings_never_overdraw_and_never_refuse_in_vain(seed):
    draw = Random(seed)
    tree = make_district()
    giver, taker = (make_organisation(place) for place in tree.communities[0])
    limit = draw.randint(2, 6)
    row = make_offer(giver, quantity=limit)
    common = {"node": taker.node, "organisation": taker, "purpose": "样例", "state": "reserved",
              "state_since": NOW, "reserved_at": NOW}  # fmt: skip
    for _each in range(60):
        standing = list(Use.objects.all())
        deed = draw.choice(["add", "add", "add", "move", "free", "drop"])
        facts = drawn(draw, row)
        try:
            with transaction.atomic():
                if deed == "add":
                    Use.objects.create(**common, **facts)
                elif standing:
                    pick = draw.choice(standing)
                    if deed == "free":
                        Use.objects.filter(pk=pick.pk).update(
                            state="cancelled", holds_until=pick.starts_at
                        )
                    elif deed == "drop":
                        pick.delete()
                    elif pick.state == "reserved":
                        Use.objects.filter(pk=pick.pk).update(**facts)
            told = True
        except IntegrityError:
            told = False
        uses = list(Use.objects.all())
        assert most_at_once(uses) <= limit
        if not told:  # then the change would truly have been too much
            would = [u for u in standing if deed == "add" or u.pk != pick.pk]
            assert most_at_once([*would, Use(**facts)]) > limit
    claims = claims_of([row.pk], moment(SATURDAY))[row.pk]
    whole = moment(SATURDAY), moment(SATURDAY) + timedelta(days=1)
    assert peak(claims, *whole) == most_at_once(list(Use.objects.all()))


def together(*deeds):
    """Run at the same moment; the sentence of each that was refused."""
    gate, told = threading.Barrier(len(deeds)), []

    def run(deed):
        try:
            gate.wait(timeout=20)
            deed()
            told.append("")
        except Refused as refusal:
            told.append(f"{type(refusal).__name__}: {refusal}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return told


@pytest.mark.django_db(transaction=True)
def test_of_rivals_for_the_last_parts_as_many_win_as_there_are():
    tree = make_district()
    giver = make_organisation(tree.communities[0][0])
    row = make_offer(giver, quantity=3)
    takers = [make_organisation(tree.communities[0][1]) for _each in range(5)]
    start = moment(SATURDAY) + HOUR * 9

    def taking(body):
        return lambda: reserve(
            offer=row.pk, party=party(body), quantity=1, starts_at=start, ends_at=start + HOUR,
            purpose="样例", by=sharer(body), now=NOW,
        )  # fmt: skip

    told = together(*(taking(body) for body in takers))
    assert sorted(bool(one) for one in told) == [False, False, False, True, True]
    assert all("约满" in one for one in told if one), told
    assert Use.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_one_of_two_answers_counts():
    tree = make_district()
    giver, taker = (make_organisation(place) for place in tree.communities[0])
    row = make_offer(giver)
    start = moment(SATURDAY) + HOUR * 9
    use = reserve(offer=row.pk, party=party(taker), quantity=1, starts_at=start,
                  ends_at=start + HOUR, purpose="样例", by=sharer(taker), now=NOW)  # fmt: skip
    told = together(
        lambda: move_use(pk=use.pk, name="accept", by=sharer(giver), now=NOW),
        lambda: move_use(pk=use.pk, name="decline", by=sharer(giver), now=NOW, note="不行"),
    )
    assert sorted(bool(one) for one in told) == [False, True]
    assert any("状态已经变化" in one for one in told)


def given(node, quantity=10):
    item = ItemDraft(
        name="样例棉被", quantity=quantity, unit="床", value_fen=10_000, basis="market"
    )
    return DonationDraft(node=node, received_on=TODAY, items=(item,), donor_name="示例")


@pytest.mark.django_db(transaction=True)
def test_receipts_are_numbered_without_a_gap_by_many_hands():
    tree = make_district()
    by = verifier(tree.streets[0])
    told = together(
        *(lambda: receive(draft=given(tree.streets[0]), by=by, now=NOW) for _each in range(4))
    )
    assert told == [""] * 4
    assert sorted(Donation.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_no_more_is_handed_out_than_was_given():
    tree = make_district()
    by = verifier(tree.streets[0])
    row = receive(draft=given(tree.streets[0], 5), by=by, now=NOW)
    item = row.items.get()
    told = together(
        *(
            lambda: hand_out(
                item=item.pk, quantity=2, given_on=TODAY, recipient="样例", by=by, now=NOW
            )
            for _each in range(4)
        )
    )
    assert sorted(bool(one) for one in told) == [False, False, True, True]
    assert all("只剩 1床" in one for one in told if one), told
    assert sum(Distribution.objects.values_list("quantity", flat=True)) == 4
