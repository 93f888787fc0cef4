"""The pages of the exchange: for both sides, shut for others, and nothing typed is lost."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.services.exchange.actions.asking import RequestDraft, ask
from changle.services.exchange.actions.donating import disclose, start_emergency
from changle.services.exchange.actions.using import reserve
from changle.services.exchange.models import Donation, Emergency, Offer, Partner, Request, Use
from changle.services.exchange.queries.free import moment
from tests.factories.accounts import make_user
from tests.factories.exchange import (
    kind,
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
BOARD, MINE, QUEUE = "/desk/exchange/", "/desk/exchange/mine/", "/desk/exchange/queue/"
LONG = "长" * 10_000
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def tree():
    kind()
    return make_district()


@pytest.fixture
def giver(tree):
    return make_organisation(tree.communities[0][0], "MF")


@pytest.fixture
def taker(tree):
    return make_organisation(tree.communities[1][0], "BA")


@pytest.fixture
def enter(client):
    def come(role, node):
        user = make_user(name=f"样例{role}")
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


def text(answer):
    return unescape(answer.content.decode())


def today_and(days):
    return timezone.localdate() + timedelta(days=days)


def listed(giver, **fields):
    return make_offer(giver, **{"starts_on": timezone.localdate(), **fields})


def typed(giver, **changes):
    facts = {
        "whom": f"node:{giver.node_id}", "kind": "vehicle", "title": "九座面包车", "quantity": "1",
        "unit": "辆", "audience": "district", "starts_on": str(today_and(0)),
        "ends_on": str(today_and(200)), "weekdays": ["5"], "opens": "08:00", "closes": "18:00",
        "conditions": "自付油费", "contact_name": "样例己", "contact_phone": "13900000002",
    }  # fmt: skip
    return {**facts, **changes}


def saturday():
    return today_and((5 - timezone.localdate().weekday()) % 7 or 7)


def took(row, taker, on=None):
    start = moment(on or today_and(3)) + timedelta(hours=9)
    return reserve(
        offer=row.pk, party=party(taker), quantity=1, starts_at=start,
        ends_at=start + timedelta(hours=2), purpose="样例用途", by=sharer(taker), now=timezone.now(),
        contact_phone="13911112222",
    )  # fmt: skip


def test_a_van_is_offered_verified_taken_and_given_back(client, enter, tree, giver, taker):
    enter("OADM", giver.node)
    photo = SimpleUploadedFile("车.png", PNG, content_type="image/png")
    answer = client.post(f"{BOARD}offers/add/", {**typed(giver), "photo": photo})
    assert answer.status_code == 302, text(answer)
    row = Offer.objects.get()
    assert (row.state, row.organisation, row.street) == ("offered", giver, tree.streets[0])
    assert client.get(f"/exchange/photos/{row.photo.public_id}/").status_code == 404
    assert "九座面包车" in text(client.get(MINE))
    assert client.post(f"{BOARD}offers/{row.pk}/verify/").status_code == 404
    enter("CTR", tree.streets[0])
    assert "九座面包车" in text(client.get(QUEUE))
    assert client.post(f"{BOARD}offers/{row.pk}/verify/", {"back": "queue"})["Location"] == QUEUE
    enter("OADM", taker.node)
    page = text(client.get(f"{BOARD}offers/{row.pk}/"))
    assert "最近可约" in page
    assert "13900000002" not in page  # not before it is agreed
    shown = client.get(f"/exchange/photos/{row.photo.public_id}/")
    assert b"".join(shown.streaming_content).startswith(b"\x89PNG")
    take = {"whom": f"node:{taker.node_id}", "quantity": "1", "on": str(saturday()), "start": "09:00",
            "end": "12:00", "purpose": "接老人体检", "contact_name": "", "contact_phone": ""}  # fmt: skip
    assert client.post(f"{BOARD}offers/{row.pk}/take/", take).status_code == 302
    use = Use.objects.get()
    assert "等待提供方确认" in text(client.get(f"{BOARD}uses/{use.pk}/"))
    enter("OADM", giver.node)
    for name in ("accept", "hand_over"):
        assert client.post(f"{BOARD}uses/{use.pk}/{name}/").status_code == 302
    enter("OADM", taker.node)
    assert "13900000002" in text(client.get(f"{BOARD}uses/{use.pk}/"))
    client.post(f"{BOARD}uses/{use.pk}/give_back/", {"note": "油已加满"})
    enter("OADM", giver.node)
    client.post(f"{BOARD}uses/{use.pk}/close/")
    use.refresh_from_db()
    assert (use.state, use.condition) == ("closed", "油已加满")
    assert client.post(f"{BOARD}uses/{use.pk}/close/").status_code == 409
    assert "确认完好收回" in text(client.get(f"{BOARD}uses/{use.pk}/"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("whom", ""), ("whom", "node:999999"), ("kind", "money"), ("kind", ""), ("title", ""),
        ("title", LONG), ("title", "a\x00b"), ("about", LONG), ("quantity", "0"), ("quantity", "-1"),
        ("quantity", "1e9"), ("unit", ""), ("audience", "world"), ("starts_on", "2021-02-30"),
        ("starts_on", "0001-01-01"), ("ends_on", "1999-01-01"), ("weekdays", ["9"]),
        ("opens", ""), ("closes", "07:00"), ("contact_phone", "abc"),
    ],
    ids=lambda value: str(value)[:12],
)  # fmt: skip
def test_what_cannot_be_is_told_and_kept(client, enter, giver, field, value):
    enter("OADM", giver.node)
    answer = client.post(f"{BOARD}offers/add/", typed(giver, **{field: value}))
    assert answer.status_code == 422
    assert "自付油费" in text(answer)
    assert not Offer.objects.exists()


@pytest.mark.parametrize("words", ["𠮷车", "<script>alert('甲')</script>", "=1+1"])
def test_strange_words_are_kept_as_words(client, enter, giver, words):
    enter("OADM", giver.node)
    assert client.post(f"{BOARD}offers/add/", typed(giver, title=words)).status_code == 302
    assert Offer.objects.get().title == words
    assert "<script>alert('甲')" not in client.get(MINE).content.decode()


def test_money_and_ended_days_are_refused_with_what_was_typed(client, enter, giver):
    enter("OADM", giver.node)
    answer = client.post(f"{BOARD}offers/add/", typed(giver, title="募捐箱"))
    assert answer.status_code == 409
    assert "自付油费" in text(answer)
    assert "不收也不转交钱款" in text(answer)


def test_no_page_has_a_button_for_money(client, enter, tree, giver):
    listed(giver)
    enter("STO", tree.streets[0])
    for url in (
        BOARD,
        MINE,
        "/desk/exchange/donations/",
        "/desk/exchange/donations/add/",
        "/exchange/",
    ):
        page = text(client.get(url))
        assert "捐款</" not in page
        assert "立即捐" not in page


def test_an_offer_is_changed_and_verified_anew(client, enter, giver):
    row = make_van(giver, starts_on=timezone.localdate())
    enter("OADM", giver.node)
    assert 'value="样例面包车"' in text(client.get(f"{BOARD}offers/{row.pk}/edit/"))
    facts = typed(giver, title=row.title, about="", conditions="当日归还")
    assert client.post(f"{BOARD}offers/{row.pk}/edit/", facts).status_code == 302
    assert (Offer.objects.get().state, Offer.objects.get().conditions) == ("listed", "当日归还")
    client.post(f"{BOARD}offers/{row.pk}/edit/", {**facts, "weekdays": ["5", "6"]})
    assert Offer.objects.get().state == "offered"


def test_another_street_finds_only_what_is_on_the_board(client, enter, tree, giver, taker):
    row = listed(giver)
    use = took(row, taker)
    enter("OADM", make_organisation(tree.communities[1][1]).node)
    assert row.title in text(client.get(BOARD))
    assert client.get(f"{BOARD}offers/{row.pk}/").status_code == 200
    for url in (
        f"offers/{row.pk}/edit/",
        f"uses/{use.pk}/",
        "queue/",
        "donations/",
        "partners/add/",
    ):
        assert client.get(f"{BOARD}{url}").status_code == 404, url
    assert client.post(f"{BOARD}uses/{use.pk}/accept/").status_code == 404
    assert "样例用途" not in text(client.get(f"{BOARD}offers/{row.pk}/"))
    Offer.objects.update(state="closed")
    assert client.get(f"{BOARD}offers/{row.pk}/").status_code == 404
    enter("OADM", taker.node)  # who has used it may still read what it was
    assert client.get(f"{BOARD}offers/{row.pk}/").status_code == 200


def test_a_fuller_time_is_refused_with_what_was_typed(client, enter, giver, taker):
    row = listed(giver)
    took(row, taker)
    enter("OADM", taker.node)
    facts = {"whom": f"node:{taker.node_id}", "quantity": "1", "on": str(today_and(3)), "start": "10:00",
             "end": "12:00", "purpose": "社区义诊"}  # fmt: skip
    answer = client.post(f"{BOARD}offers/{row.pk}/take/", facts)
    assert answer.status_code == 409
    assert "约满" in text(answer)
    assert "社区义诊" in text(answer)
    wrong = client.post(f"{BOARD}offers/{row.pk}/take/", {**facts, "on": "x", "end": "09:00"})
    assert wrong.status_code == 422


def test_a_request_finds_its_offer_with_reasons(client, enter, tree, giver):
    van = make_van(giver, starts_on=timezone.localdate())
    near = make_organisation(tree.communities[0][1])
    enter("OADM", near.node)
    facts = {"whom": f"node:{near.node_id}", "kind": "vehicle", "title": "接人的面包车", "quantity": "1",
             "unit": "辆", "starts_on": str(today_and(0)), "ends_on": str(today_and(20)), "weekday": "5"}  # fmt: skip
    assert client.post(f"{BOARD}requests/add/", facts).status_code == 302
    row = Request.objects.get()
    page = text(client.get(f"{BOARD}requests/{row.pk}/"))
    for reason in (
        "同是车辆",
        "都在甲街道",
        "数量够",
        "时间合适：周六 08:00–18:00",
        "都提到“面包车”",
    ):
        assert reason in page
    enter("OADM", giver.node)
    assert "接人的面包车" in text(client.get(f"{BOARD}offers/{van.pk}/"))
    assert "接人的面包车" in text(client.get(f"{BOARD}?side=requests"))
    for wrong in ({"kind": "money"}, {"ends_on": "2001-01-01"}, {"weekday": "9"}, {"title": LONG}):
        enter("OADM", near.node)
        assert client.post(f"{BOARD}requests/add/", {**facts, **wrong}).status_code == 422


def test_the_board_is_narrowed_and_never_breaks(client, enter, giver, taker):
    row, van = listed(giver), make_van(giver, starts_on=timezone.localdate())
    enter("OADM", taker.node)
    assert van.title not in text(client.get(BOARD, {"kind": row.kind_id}))
    assert row.title not in text(client.get(BOARD, {"street": taker.street_id}))
    assert van.title in text(client.get(BOARD, {"on": str(saturday())}))
    assert van.title not in text(client.get(BOARD, {"on": str(saturday() + timedelta(days=1))}))
    assert "没有符合条件" in text(client.get(BOARD, {"q": "火箭"}))
    for odd in ("kind=x", "street=9999999999999999999", "on=2026-13-99", "q=%00%25", "page=-1",
                "page=999999999", "side=x", "on=0001-01-01"):  # fmt: skip
        assert client.get(f"{BOARD}?{odd}").status_code == 200


def gift(place, **changes):
    facts = {
        "node": str(place.pk), "donor_kind": "person", "donor": "张示例", "received_on": str(today_and(0)),
        "earmark": "独居老人", "item_0_name": "棉被", "item_0_quantity": "10", "item_0_unit": "床",
        "item_0_value": "1234.50", "item_0_basis": "invoice",
    }  # fmt: skip
    return {**facts, **changes}


def test_a_gift_gets_its_receipt_and_its_story(client, enter, tree):
    enter("CTR", tree.streets[0])
    assert client.post(f"{BOARD}donations/add/", gift(tree.streets[0])).status_code == 302
    row = Donation.objects.get()
    paper = client.get(f"{BOARD}donations/{row.pk}/receipt/")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    page = text(client.get(f"{BOARD}donations/{row.pk}/"))
    assert "1,234.50元" in page
    thing = row.items.get()
    facts = {"quantity": "4", "given_on": str(today_and(0)), "recipient": "独居老人"}
    assert client.post(f"{BOARD}donations/items/{thing.pk}/give/", facts).status_code == 302
    again = client.post(f"{BOARD}donations/items/{thing.pk}/give/", {**facts, "quantity": "7"})
    assert (again.status_code, "只剩 6床" in text(again)) == (409, True)
    assert client.post(f"{BOARD}donations/{row.pk}/void/", {"reason": "录错"}).status_code == 409
    assert row.receipt in text(client.get(f"{BOARD}donations/"))
    enter("STO", tree.streets[1])
    for url in ("", "receipt/", "void/"):
        assert client.get(f"{BOARD}donations/{row.pk}/{url}").status_code == 404
    assert client.get(f"{BOARD}donations/items/{thing.pk}/give/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"donor": ""}, {"donor_kind": "partner"}, {"donor_kind": "organisation"}, {"node": "0"},
        {"item_0_value": "很多"}, {"item_0_quantity": ""}, {"item_0_name": LONG}, {"item_0_basis": "x"},
        {"item_0_name": "", "item_0_quantity": "", "item_0_unit": "", "item_0_value": "", "item_0_basis": ""},
        {"received_on": "x"}, {"donor_phone": "1"}, {"emergency": "9"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_receipt_is_told_and_kept(client, enter, tree, wrong):
    enter("CTR", tree.streets[0])
    answer = client.post(f"{BOARD}donations/add/", gift(tree.streets[0], **wrong))
    assert answer.status_code == 422
    assert "独居老人" in text(answer)
    assert not Donation.objects.exists()


def test_partners_are_kept_where_they_lie(client, enter, tree):
    enter("COM", tree.communities[0][0])
    facts = {"node": str(tree.communities[0][0].pk), "name": "样例商场", "nature": "C", "uscc": make_uscc(),
             "starts_on": str(today_and(0)), "contact_phone": "13800000000"}  # fmt: skip
    assert client.post(f"{BOARD}partners/add/", {**facts, "uscc": "123"}).status_code == 422
    assert client.post(f"{BOARD}partners/add/", facts).status_code == 302
    row = Partner.objects.get()
    assert row.street == tree.streets[0]
    assert client.post(f"{BOARD}partners/add/", facts).status_code == 409
    assert (
        client.post(f"{BOARD}partners/{row.pk}/edit/", {**facts, "name": "样例广场"}).status_code
        == 302
    )
    assert "样例广场" in text(client.get(f"{BOARD}partners/"))
    enter("STO", tree.streets[1])
    assert client.get(f"{BOARD}partners/{row.pk}/").status_code == 404
    other = client.post(f"{BOARD}partners/add/", {**facts, "name": "另一家", "uscc": ""})
    assert other.status_code == 422  # that community is none of theirs


def test_an_emergency_is_for_everybody_to_read(client, enter, tree):
    enter("STO", tree.streets[0])
    facts = {"node": str(tree.streets[0].pk), "name": "样例防汛", "starts_on": str(today_and(0))}
    assert client.post(f"{BOARD}emergencies/start/", facts).status_code == 302
    row = Emergency.objects.get()
    client.post(f"{BOARD}donations/add/", gift(tree.streets[0], emergency=str(row.pk)))
    assert client.get(f"/exchange/emergencies/{row.pk}/").status_code == 404
    assert client.post(f"{BOARD}emergencies/{row.pk}/disclose/").status_code == 302
    client.logout()
    page = text(client.get(f"/exchange/emergencies/{row.pk}/"))
    assert "张**" in page
    assert "张示例" not in page
    assert "样例防汛" in text(client.get("/exchange/"))
    enter("STO", tree.streets[1])
    assert client.post(f"{BOARD}emergencies/{row.pk}/end/").status_code == 404


def test_everybody_reads_the_board_without_contacts(client, giver):
    row = listed(giver, contact_name="秘密联系人", contact_phone="13899998888")
    page = text(client.get("/exchange/"))
    assert row.title in page
    assert "13899998888" not in page
    assert "秘密联系人" not in page


def test_the_record_of_a_body_has_a_room_for_it(client, enter, tree, giver, taker):
    row = listed(giver)
    took(row, taker)
    enter("STO", tree.streets[0])
    page = text(client.get(f"/desk/organisations/{giver.pk}/exchange/"))
    assert row.title in page
    assert taker.name in page
    assert client.get(f"/desk/organisations/{taker.pk}/exchange/").status_code == 404


def test_lists_cost_the_same_whatever_their_length(client, enter, tree, giver, taker):
    urls = [BOARD, f"{BOARD}?side=requests", MINE, QUEUE, "/exchange/", f"{BOARD}partners/",
            f"{BOARD}donations/", f"/desk/organisations/{giver.pk}/exchange/", f"{BOARD}emergencies/"]  # fmt: skip
    user = enter("STO", tree.streets[0])
    costs = []
    for _more in range(3):
        row = listed(giver, quantity=5)
        took(row, taker)
        client.force_login(user)
        client.post(f"{BOARD}donations/add/", gift(tree.streets[0]))
        make_partner(tree.streets[0])
        other = make_offer(giver)
        Offer.objects.filter(pk=other.pk).update(state="offered")
        ask(party=party(taker), by=sharer(taker), now=timezone.now(), draft=RequestDraft(
            kind=kind(), title="样例", starts_on=today_and(0), ends_on=today_and(9)))  # fmt: skip
        made = start_emergency(node=tree.streets[0], name="样例", about="", starts_on=today_and(0),
                               by=by_street(tree), now=timezone.now())  # fmt: skip
        disclose(pk=made.pk, by=by_street(tree), now=timezone.now())
        told = {}
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            told[url] = len(queries)
        costs.append(told)
    assert costs[0] == costs[2]
    assert max(costs[2].values()) <= 10, costs[2]


def by_street(tree):
    return verifier(tree.streets[0])
