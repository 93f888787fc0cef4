"""The queue, the pair, the merge and its undoing, as people walk through them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changle.ground.merging.models import DuplicatePair, Merge
from changle.ground.registry.actions import change_organisation, move_organisation
from changle.ground.registry.models import Organisation
from tests.factories.accounts import make_user
from tests.factories.merging import make_merge, make_pair, merger_at
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_district()


def desk(role, node):
    user = make_user()
    make_grant(user, node, role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clerk(tree):
    return desk("STO", tree.streets[0])


@pytest.fixture
def two(tree):
    place = tree.communities[0][0]
    return (
        make_organisation(place, name="样例银龄舞蹈队", address="旧址"),
        make_organisation(
            place, name="样例银龄舞蹈团", address="新址", contact_phone="13800000000"
        ),
    )


def text(answer):
    return answer.content.decode()


def test_the_whole_way_from_the_queue_to_the_undoing(clerk, two):
    one, other = two
    pair = make_pair(one, other, "near")
    assert "样例银龄舞蹈团" in text(clerk.get("/desk/duplicates/"))
    assert "名称只差一字" in text(clerk.get(f"/desk/duplicates/{pair.pk}/"))
    address = f"/desk/organisations/{one.pk}/merging/{other.pk}/"
    page = text(clerk.get(address))
    assert "旧址" in page
    assert "新址" in page
    asked = {"survivor": one.pk, "take-address": other.pk, "reason": "录了两次"}
    plan = clerk.post(address, {**asked, "step": "plan"})
    assert "还没有合并" in text(plan)
    assert not Merge.objects.exists()
    done = clerk.post(address, {**asked, "step": "merge"})
    row = Merge.objects.get()
    assert done.url == f"/desk/merges/{row.pk}/"
    assert "可撤销至" in text(clerk.get(done.url))
    one.refresh_from_db()
    assert one.address == "新址"
    undone = clerk.post(f"/desk/merges/{row.pk}/undo/", follow=True)
    assert "已撤销" in text(undone)
    again = clerk.post(f"/desk/merges/{row.pk}/undo/")
    assert again.status_code == 409
    assert "已经撤销" in text(again)


def test_what_was_typed_is_kept_when_it_is_refused(clerk, two):
    one, other = two
    address = f"/desk/organisations/{one.pk}/merging/{other.pk}/"
    blank = clerk.post(address, {"survivor": other.pk, "take-address": one.pk, "reason": ""})
    assert blank.status_code == 422
    assert f'value="{other.pk}" checked' in text(blank)
    stale = clerk.post(
        address,
        {"survivor": one.pk, "reason": "录了两次<b>", f"version-{one.pk}": 99, "step": "merge"},
    )
    assert stale.status_code == 409
    assert "重新核对" in text(stale)
    assert "录了两次&lt;b&gt;" in text(stale)


@pytest.mark.parametrize(
    "typed",
    [
        {"reason": ""},
        {"survivor": "𠮷", "reason": "=1+1"},
        {"survivor": "0", "reason": "x" * 10_000},
        {"survivor": "<b>", "take-address": "<i>", "reason": "𠮷"},
        {"version-1": "²", "step": "merge"},
    ],
)
def test_naughty_input_is_refused_in_words(clerk, two, typed):
    one, other = two
    address = f"/desk/organisations/{one.pk}/merging/{other.pk}/"
    assert clerk.post(address, typed).status_code == 422
    assert not Merge.objects.exists()


@pytest.mark.parametrize("asked", ["street=²", "score=9999", "after=80-x", "after=²-1", "q=%00", "state=x",
                                   "reason=;", "after=99999-1"])  # fmt: skip
def test_naughty_addresses_are_read_as_nothing(clerk, asked):
    assert clerk.get(f"/desk/duplicates/?{asked}").status_code == 200


def test_the_queue_narrows(clerk, tree, two):
    make_pair(*two, "near", score=45)
    third, fourth = (make_organisation(tree.communities[0][1], name=f"样例棋社{n}") for n in "甲乙")
    make_pair(third, fourth, "name", "phone", score=100)
    for asked, shown in (
        ("score=80", {"样例棋社甲"}), ("reason=near", {"样例银龄舞蹈队"}), ("q=qishe", {"样例棋社甲"}),
        (f"street={tree.streets[1].pk}", set()), ("state=merged", set()),
        ("", {"样例棋社甲", "样例银龄舞蹈队"}), ("after=100-999999999", {"样例银龄舞蹈队"}),
    ):  # fmt: skip
        page = text(clerk.get(f"/desk/duplicates/?{asked}"))
        assert {name for name in ("样例棋社甲", "样例银龄舞蹈队") if name in page} == shown, asked


def test_the_queue_costs_the_same_for_one_and_three(clerk, tree, two):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            clerk.get("/desk/duplicates/")
        return len(queries)

    make_pair(*two)
    clerk.get("/desk/duplicates/")
    first = cost()
    for _each in range(2):
        make_pair(*(make_organisation(tree.communities[0][0]) for _both in range(2)))
    assert cost() == first


def test_a_pair_is_put_aside_and_taken_up(clerk, two):
    pair = make_pair(*two)
    assert (
        clerk.post(f"/desk/duplicates/{pair.pk}/dismiss/", {"note": "x" * 201}).status_code == 422
    )
    clerk.post(f"/desk/duplicates/{pair.pk}/dismiss/", {"note": "两支队伍"})
    assert DuplicatePair.objects.get().state == "dismissed"
    assert clerk.post(f"/desk/duplicates/{pair.pk}/dismiss/").status_code == 409
    assert "两支队伍" in text(clerk.get(f"/desk/duplicates/{pair.pk}/"))
    clerk.post(f"/desk/duplicates/{pair.pk}/again/")
    assert DuplicatePair.objects.get().state == "open"
    assert clerk.post("/desk/duplicates/find/").url == "/desk/duplicates/"


def test_strangers_find_nothing(tree, two):
    pair, row = (
        make_pair(*two),
        make_merge(*(make_organisation(tree.streets[0]) for _n in range(2))),
    )
    one, other = two
    for stranger in (
        desk("STO", tree.streets[1]),
        desk("CTR", tree.streets[0]),
        desk("OADM", one.node),
    ):
        for address in (
            f"/desk/duplicates/{pair.pk}/", f"/desk/organisations/{one.pk}/merging/",
            f"/desk/organisations/{one.pk}/merging/{other.pk}/", f"/desk/merges/{row.pk}/",
        ):  # fmt: skip
            assert stranger.get(address).status_code == 404
        for address in (f"/desk/duplicates/{pair.pk}/dismiss/", f"/desk/merges/{row.pk}/undo/"):
            assert stranger.post(address).status_code == 404


def test_half_a_pair_is_shown_but_not_decided(tree):
    mine, theirs = (
        make_organisation(tree.communities[0][0]),
        make_organisation(tree.communities[1][0]),
    )
    pair = make_pair(mine, theirs)
    page = text(desk("STO", tree.streets[0]).get(f"/desk/duplicates/{pair.pk}/"))
    assert "不在您的管理范围" in page
    assert "去合并" not in page


def test_the_room_of_a_record_lists_and_searches(clerk, two):
    one, other = two
    make_pair(one, other)
    page = text(clerk.get(f"/desk/organisations/{one.pk}/merging/?q=舞蹈团"))
    assert "比对并合并" in page
    assert "没有找到" in text(clerk.get(f"/desk/organisations/{one.pk}/merging/?q=没有的"))


def test_a_merged_record_leads_to_the_one_that_goes_on(clerk, client, two):
    one, other = two
    make_merge(one, other)
    answer = clerk.get(f"/desk/organisations/{other.pk}/")
    assert answer.url == f"/desk/organisations/{one.pk}/?from={other.pk}"
    assert "是重复的记录，已并入本记录" in text(clerk.get(answer.url))
    assert "已并入“样例银龄舞蹈队”" in text(clerk.get(f"/desk/organisations/{other.pk}/?record=1"))
    moved = client.get(reverse("portal:organisation", args=[other.pk]))
    assert moved.status_code == 301
    assert moved.url == reverse("portal:organisation", args=[one.pk])
    assert client.get(reverse("portal:organisation", args=[10**9])).status_code == 404


def test_every_change_of_a_field_is_told_with_who_and_when(tree, clerk, two):
    one, other = two
    by, now = merger_at(tree.root), timezone.now()
    for address in ("甲路", "乙路"):
        row = Organisation.objects.get(pk=one.pk)
        change_organisation(
            pk=one.pk, version=row.version, changes={"address": address, "contact_phone": address},
            by=by, now=now,
        )  # fmt: skip
    move_organisation(
        pk=one.pk, place=tree.communities[0][1], on=timezone.localdate(), by=by, now=now
    )
    make_merge(one, other, take=("name",))
    here = f"/desk/organisations/{one.pk}/history/"
    page = text(clerk.get(here))
    assert "甲路" in page
    assert "乙路" in page
    assert "一社区" in page
    assert "样例银龄舞蹈团" in page
    only = text(clerk.get(f"{here}?field=registry.Organisation.address"))
    assert "乙路" in only
    assert "一社区" not in only
    phones = text(clerk.get(f"{here}?field=registry.Organisation.contact_phone"))
    assert phones.count("…") >= 2
    assert clerk.get(f"{here}?field=%00x&before=²").status_code == 200
    assert desk("STO", tree.streets[1]).get(here).status_code == 404
    assert "每一栏的全部改动" in text(clerk.get(f"/desk/organisations/{one.pk}/"))


def test_the_history_is_paged_by_key(tree, clerk):
    row = make_organisation(tree.communities[0][0])
    by = merger_at(tree.root)
    for number in range(45):
        row = change_organisation(
            pk=row.pk, version=row.version, changes={"address": f"样例路{number}号"}, by=by,
            now=timezone.now(),
        )  # fmt: skip
    here = f"/desk/organisations/{row.pk}/history/"
    first = clerk.get(here)
    assert "样例路44号" in text(first)
    assert "样例路3号" not in text(first)
    assert "样例路3号" in text(clerk.get(first.context["next"]))
