"""Likely pairs: found by keys, told with reasons, put aside for good or until something is new."""

from itertools import product
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.jobs import Job, drain
from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.ground.merging.actions import dismiss, find, look_again, request_find
from changle.ground.merging.actions.finding import find_at_night, likely
from changle.ground.merging.lifecycle import PAIR
from changle.ground.merging.models import DuplicatePair
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import Sketch, likely_twins, lookalikes
from changle.ground.registry.queries.likeness import bare, judged, one_apart, points
from tests.factories.merging import make_merge, make_pair, merger_at
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
ALLOWED = {
    ("open", "dismiss"): "dismissed",
    ("dismissed", "look_again"): "open",
    ("open", "merge_pair"): "merged",
    ("dismissed", "merge_pair"): "merged",
    ("merged", "part"): "open",
}


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def by(tree):
    return merger_at(tree.root)


def at(name, where=1, street=1, **fields):
    return Sketch(name=name, street_id=street, community_id=where, **fields)


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (at("样例舞蹈队"), at("样例（舞蹈队）"), ["name"]),
        (at("样例舞蹈队"), at("样例舞道队"), ["sound"]),
        (at("样例银龄舞蹈队"), at("样例银龄舞蹈团"), ["near"]),
        (at("样例银龄舞蹈队"), at("样例银舞蹈队"), ["near"]),
        (at("样例银龄舞蹈队"), at("方新样例银龄舞蹈队文艺"), ["contained"]),
        (at("样例银龄舞蹈队"), at("方新样例银龄舞蹈队文艺", where=2), []),
        (at("样例一队"), at("样例二队"), []),
        (at("样例东门巡逻队"), at("样例西门巡逻队"), []),
        (at("样例舞蹈队"), at("样例舞蹈队", 5, 2), ["namesake"]),
        (at("样例舞蹈队", uscc="x"), at("样例舞蹈队", 5, 2), ["name"]),
        (at("样例中心", uscc="x"), at("样例中心", uscc="y"), []),
        (at("甲"), at("乙", contact_phone="1"), []),
        (at("甲队甲", contact_phone="1"), at("乙组乙", contact_phone="1"), ["phone"]),
        (at("甲队甲", legal_representative="样例甲", address="路1号"),
         at("乙组乙", legal_representative="样例 甲", address="路1号"), ["leader", "address"]),
        (at("东社区合唱队", 1, community="东社区"), at("西社区合唱队", 2, community="西社区"), []),
        (at(""), at(""), []),
    ],
)  # fmt: skip
def test_two_bodies_look_alike_for_a_reason(one, other, reasons):
    assert judged(one, other) == judged(other, one) == reasons
    found = likely([at("隔壁棋社", pk=9, street=9), _as(one, 1), _as(other, 2)])
    assert found == ({(1, 2): reasons} if points(reasons) >= 40 else {})


def _as(sketch, pk):
    return Sketch(**{**sketch.__dict__, "pk": pk})


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("ab", "abc", True), ("abc", "adc", True), ("abc", "abc", False), ("abc", "cba", False),
     ("", "a", True), ("abcd", "ab", False)],
)  # fmt: skip
def test_one_letter_apart(one, other, apart):
    assert one_apart(one, other) == one_apart(other, one) == apart


def test_a_form_hears_of_near_names_and_heads_in_one_query(tree):
    place = tree.communities[0][0]
    row = make_organisation(place, name="样例银龄舞蹈队", legal_representative="样例甲")
    far = make_organisation(tree.communities[1][0], name="样例银龄舞蹈对")
    clerk = make_actor("STO", tree.streets[0])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        told = lookalikes(
            actor=clerk, name="样例银龄舞蹈团", place=place, legal_representative="样例甲"
        )
    assert len(queries) == 1
    assert [(like.pk, like.reasons) for like in told] == [
        (row.pk, ["名称只差一字", "同一街道、同一负责人"])
    ]
    assert far.pk not in {like.pk for like in told}


def test_a_list_hears_of_its_twins_in_one_query(tree):
    place = tree.communities[0][0]
    row = make_organisation(place, name="样例银龄舞蹈队", contact_phone="13800000000")
    drafts = [
        Sketch(name="样例棋社", street_id=tree.streets[0].pk),
        Sketch(name="样例银龄舞蹈团", street_id=tree.streets[0].pk, community_id=place.pk),
        Sketch(name="什么都不像", contact_phone="13800000000"),
        Sketch(name="样例银龄舞蹈队", pk=row.pk, street_id=tree.streets[0].pk),
    ]
    with CaptureQueriesContext(connection) as queries:
        told = likely_twins(drafts)
    assert len(queries) == 1
    assert {number: [like.pk for like in likes] for number, likes in told.items()} == {1: [row.pk]}
    seeing = likely_twins(drafts, actor=make_actor("STO", tree.streets[0]))
    assert seeing[2][0].reasons == ["联系电话相同"]
    assert likely_twins([]) == {}


def test_the_search_fills_the_queue_and_empties_it(tree, by):
    place = tree.communities[0][0]
    one = make_organisation(place, name="样例银龄舞蹈队")
    other = make_organisation(place, name="样例银龄舞蹈团")
    ended = make_organisation(place, name="样例银龄舞蹈班")
    Organisation.objects.filter(pk=ended.pk).update(state="cancelled")
    assert find(by=by, now=timezone.now())["new"] == 1
    assert find(by=by, now=timezone.now()) == {"found": 1, "new": 0, "again": 0, "gone": 0}
    pair = DuplicatePair.objects.get()
    assert (pair.left_id, pair.right_id, pair.codes, pair.state) == (
        one.pk,
        other.pk,
        ["near"],
        "open",
    )
    Organisation.objects.filter(pk=other.pk).update(name="截然不同的棋社")
    assert find(by=by, now=timezone.now())["gone"] == 1
    assert not DuplicatePair.objects.exists()


def test_what_was_put_aside_comes_back_only_for_something_new(tree, by):
    place = tree.communities[0][0]
    one = make_organisation(place, name="样例银龄舞蹈队", contact_phone="13800000000")
    other = make_organisation(place, name="样例银龄舞蹈团")
    find_at_night(timezone.now())
    pair = DuplicatePair.objects.get()
    dismiss(pk=pair.pk, by=by, now=timezone.now(), note="两支队伍")
    find_at_night(timezone.now())
    pair.refresh_from_db()
    assert (pair.state, pair.note) == ("dismissed", "两支队伍")
    Organisation.objects.filter(pk=other.pk).update(contact_phone="13800000000")
    find_at_night(timezone.now())
    pair.refresh_from_db()
    assert (pair.state, pair.codes) == ("open", ["near", "phone"])
    dismiss(pk=pair.pk, by=by, now=timezone.now())
    Organisation.objects.filter(pk=one.pk).update(contact_phone="")
    find_at_night(timezone.now())
    assert DuplicatePair.objects.get().state == "dismissed"
    assert look_again(pk=pair.pk, by=by, now=timezone.now()).state == "open"


def test_the_search_runs_in_the_background_once(tree):
    clerk = make_actor("STO", tree.streets[0])
    place = tree.communities[0][0]
    make_organisation(place, name="样例银龄舞蹈队")
    make_organisation(place, name="样例银龄舞蹈团")
    first = request_find(by=clerk, now=timezone.now())
    assert request_find(by=clerk, now=timezone.now()) == first
    assert drain(clock=timezone.now) == 1
    assert Job.objects.get().result["new"] == 1
    assert LogEntry.objects.filter(verb="find_duplicates").count() == 2


def test_every_state_meets_every_move(tree, by):
    assert {name for _state, name in ALLOWED} == set(PAIR.moves)
    pair = make_pair(*(make_organisation(tree.root) for _each in range(2)))
    for state, name in product(DuplicatePair.State.values, PAIR.moves):
        DuplicatePair.objects.filter(pk=pair.pk).update(state=state)
        target = ALLOWED.get((state, name))
        if target is None:
            with pytest.raises(MoveRefused):
                PAIR.fire(pair.pk, name, by=by, now=timezone.now())
        else:
            assert PAIR.fire(pair.pk, name, by=by, now=timezone.now()).state == target


@pytest.mark.parametrize(
    ("role", "where", "may"),
    [("DCA", "root", True), ("STO", "street", True), ("STO", "other", False), ("CTR", "street", False),
     ("COM", "community", False), ("AUD", "root", False), ("SYS", "root", False)],
)  # fmt: skip
def test_who_puts_aside(tree, role, where, may):
    place = tree.communities[0][0]
    pair = make_pair(make_organisation(place), make_organisation(place))
    places = {"root": tree.root, "street": tree.streets[0], "other": tree.streets[1],
              "community": place}  # fmt: skip
    actor = make_actor(role, places[where])
    if may:
        assert PAIR.waiting(actor).count() == 1
        assert dismiss(pk=pair.pk, by=actor, now=timezone.now()).state == "dismissed"
    else:
        assert PAIR.waiting(actor).count() == 0
        with pytest.raises(DuplicatePair.DoesNotExist):
            dismiss(pk=pair.pk, by=actor, now=timezone.now())


def test_one_half_of_a_pair_is_not_enough_to_say_what_it_is(tree):
    pair = make_pair(*(make_organisation(tree.communities[n][0]) for n in range(2)))
    with pytest.raises(Organisation.DoesNotExist):
        dismiss(pk=pair.pk, by=make_actor("STO", tree.streets[0]), now=timezone.now())


def test_a_merged_record_is_nobodys_twin(tree, by):
    place = tree.communities[0][0]
    rows = [make_organisation(place, name="样例银龄舞蹈队") for _each in range(2)]
    make_merge(*rows)
    find(by=by, now=timezone.now())
    assert not DuplicatePair.objects.filter(state="open").exists()
    told = lookalikes(actor=by, name="样例银龄舞蹈队")
    assert [like.pk for like in told] == [rows[0].pk]


def test_thirty_thousand_bodies_take_seconds():
    """Five minutes would be what comparing each with each takes."""
    words = ["舞蹈", "合唱", "书画", "巡逻", "为老", "助残", "棋牌", "太极", "阅读", "环保"]
    bodies = [
        at(f"{chr(0x4E00 + n % 160)}{chr(0x5000 + n % 997)}社区{words[n % 10]}{words[n // 10 % 10]}{n // 160}志愿服务队", n % 160, n % 12,
           pk=n + 1, legal_representative=f"样例{n // 3}", contact_phone=str(n // 2))
        for n in range(30_000)
    ]  # fmt: skip
    began = perf_counter()
    found = likely(bodies)
    assert perf_counter() - began < 60
    assert len(found) >= 15_000  # those at least who share a phone two by two
    assert bare("（a） b") == "ab"
