"""Two clerks allot one desk at once: one of them gets it."""

import threading

import pytest
from django.db import connection

from changle.core.refusals import Refused
from changle.services.leases.actions import allot, renew
from changle.services.leases.models import LeasedDesk
from tests.factories.leases import NOW, asked, clerk, in_state, make_house, proposed, term
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db(transaction=True)


def together(*deeds):
    """What each was refused with; "" where it went through."""
    gate, told = threading.Barrier(len(deeds)), [""] * len(deeds)

    def run(at, deed):
        gate.wait()
        try:
            deed()
        except Refused as refusal:
            told[at] = str(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_one_desk_goes_to_one_of_two():
    tree = make_district()
    centre, desks = make_house(tree.centre, 2)
    rows = [asked(make_organisation(place), centre) for place in tree.communities[0]]
    clerks = [clerk(centre), clerk(centre)]
    orders = [[desks[0].pk, desks[1].pk], [desks[1].pk, desks[0].pk]]

    def deed(row, by, order):
        return lambda: allot(pk=row.pk, desks=order, term=term(), by=by, now=NOW)

    told = together(*(deed(*each) for each in zip(rows, clerks, orders, strict=True)))
    assert sorted(bool(one) for one in told) == [False, True], told
    assert LeasedDesk.objects.count() == 2


def test_one_stay_is_renewed_once():
    tree = make_district()
    centre, desks = make_house(tree.centre, 1)
    row = in_state(proposed(make_organisation(tree.communities[0][0]), centre, desks), "moved_in")
    by = [clerk(centre), clerk(centre)]
    ends = row.ends_on.replace(year=2029)
    told = together(*(
        lambda each=each: renew(pk=row.pk, ends_on=ends, by=each, now=NOW) for each in by
    ))  # fmt: skip
    assert sorted(bool(one) for one in told) == [False, True], told
    assert LeasedDesk.objects.count() == 2
