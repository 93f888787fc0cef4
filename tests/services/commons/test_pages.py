"""Who books: the timeline tells no more than it may, the form keeps what was typed, dates are all told."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.models import Booking, Closure, OpeningException, Series
from changle.services.commons.models.places import Centre
from tests.factories.accounts import make_user
from tests.factories.commons import booker, house, make_centre, make_policy, make_space
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LONG = "长" * 10_000
_stamps = iter(range(10**7, 10**9))  # layouts are kept by stamp beyond one test
NAUGHTY = [
    "",
    LONG,
    "𠮷",
    "<script>alert(1)</script>",
    "=1+1",
    "2027-02-30",
    "\x00",
    "-1",
    "9" * 30,
]


def soon(days=3, hour=10):
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day, hour))


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(district.centre, holidays_closed=False)


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅", door_note="密码 4321")


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0], name="样例舞蹈队")


def signed(client, role=None, node=None, **fields):
    user = make_user(**fields)
    if role:
        make_grant(user, node, role)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def resident(client, hall):
    return signed(client, name="居民甲", phone="13800000000")


def taken(centre, team, *rooms, at=None, hours=2, now=None, **fields):
    at = at or soon()
    wish = Wish(
        rooms=tuple(room.pk for room in rooms), starts_at=at, ends_at=at + hours * HOUR,
        organisation=team, **{"title": "秘密排练", "people": 5, **fields},
    )  # fmt: skip
    return book(layout=house(centre), wish=wish, by=booker(team), now=now or timezone.now())


def typed(hall, at=None, **fields):
    at = at or soon()
    told = {
        "rooms": [hall.pk], "on": f"{at:%Y-%m-%d}", "start": f"{at:%H:%M}",
        "end": f"{at + 2 * HOUR:%H:%M}", "whom": "me", "title": "读书会", "purpose": "meeting",
        "people": 8, "contact_name": "居民甲", "contact_phone": "13800000000", "repeat": "",
    }  # fmt: skip
    return {**told, **fields}


def text(answer):
    return unescape(answer.content.decode())


def url(centre, tail=""):
    return f"/desk/venues/{centre.pk}/{tail}"


def test_who_may_not_know_sees_only_that_it_is_taken(client, centre, hall, team, district):
    row = taken(centre, team, hall)
    day = f"?on={soon():%Y-%m-%d}"
    answers = [client.get(f"/centres/{centre.pk}/times/{day}{view}") for view in ("", "&view=week")]
    signed(client)
    answers += [client.get(url(centre, day + view)) for view in ("", "&view=week")]
    for answer in answers:
        assert answer.status_code == 200
        assert "秘密排练" not in text(answer)
        assert team.name not in text(answer)
        assert "已占用" in text(answer)
        assert f"/desk/bookings/{row.pk}/" not in text(answer)
    assert client.get(f"/desk/bookings/{row.pk}/").status_code == 404
    signed(client, "OADM", team.node)
    assert "秘密排练 · 样例舞蹈队" in text(client.get(url(centre, day)))
    other = make_organisation(district.communities[1][0])
    signed(client, "OADM", other.node)
    assert "秘密排练" not in text(client.get(url(centre, day)))
    Booking.objects.update(is_open=True)
    assert "秘密排练" in text(client.get(url(centre, day)))
    public = text(client.get(f"/centres/{centre.pk}/times/{day}"))
    assert "秘密排练" in public


def test_requests_closures_and_halves_are_on_the_timeline(client, centre, team, district):
    room = make_space(centre, policy=make_policy(centre, needs_approval=True), name="审批厅")
    half = make_space(centre, pools=list(room.pools.all()), name="半间")
    taken(centre, team, room)
    day = f"?on={soon():%Y-%m-%d}"
    signed(client, "STO", district.streets[0])
    page = text(client.get(url(centre, day)))
    assert page.count("秘密排练") == 2  # the hall's request is the half's too
    assert page.count('class="bar asked') == 2
    signed(client)
    assert "有申请待审批" in text(client.get(url(centre, day)))
    assert "审批" not in re.sub("审批厅", "", text(client.get(f"/centres/{centre.pk}/times/{day}")))
    OpeningException.objects.create(centre=centre, space=half, on=soon().date(), reason="设备检修")
    Centre.objects.update(layout_stamp=next(_stamps))
    assert "设备检修" in text(client.get(url(centre, day)))
    assert Closure.objects.count() == 0


def test_past_uses_stay_on_the_timeline(client, centre, hall, team, district):
    row = taken(centre, team, hall)
    row.claims.all().delete()
    start, end = soon(-3), soon(-3, 12)
    Booking.objects.update(
        state="closed", starts_at=start, ends_at=end, holds_from=start, holds_until=end
    )
    signed(client, "STO", district.streets[0])
    assert "秘密排练" in text(client.get(url(centre, f"?on={soon(-3):%Y-%m-%d}")))


@pytest.mark.parametrize("view", ["", "&view=week"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_timeline_costs_the_same(
    client, centre, team, view, count, django_assert_max_num_queries
):
    rooms = [make_space(centre) for _each in range(count)]
    for room in rooms:
        for hour in (8, 12, 16):
            taken(centre, team, room, at=soon(hour=hour))
    signed(client, "OADM", team.node)
    address = url(centre, f"?on={soon():%Y-%m-%d}{view}")
    client.get(address)
    with django_assert_max_num_queries(8):
        client.get(address)


def test_nonsense_in_addresses(client, centre, hall):
    signed(client)
    for word in NAUGHTY:
        for address in (url(centre), url(centre, "book/"), "/desk/venues/find/", "/desk/bookings/",
                        f"/centres/{centre.pk}/times/"):  # fmt: skip
            asked = dict.fromkeys(("on", "view", "space", "start", "end", "people", "when", "length",
                                   "place", "features", "side", "state", "page"), word)  # fmt: skip
            assert client.get(address, asked).status_code in {200, 422}
    assert client.get(url(centre, "?on=9999-12-31&view=week")).status_code == 200


def test_a_hidden_house_is_not_there(client, centre, hall, district):
    Centre.objects.update(is_public=False, layout_stamp=next(_stamps))
    assert client.get(f"/centres/{centre.pk}/times/").status_code == 404
    signed(client)
    assert client.get(url(centre)).status_code == 404
    assert centre.name not in text(client.get("/desk/venues/"))
    signed(client, "STO", district.streets[0])
    assert client.get(url(centre)).status_code == 200


def test_a_resident_books_and_sees_it(resident, centre, hall):
    page = text(
        resident.get(
            url(centre, f"book/?space={hall.pk}&start=2027-03-09T10:00&end=2027-03-09T12:00")
        )
    )
    assert 'value="2027-03-09"' in page
    assert 'value="13800000000"' in page
    answer = resident.post(url(centre, "book/"), typed(hall), follow=True)
    row = Booking.objects.get()
    assert (row.state, row.person_id) == ("approved", resident.user.pk)
    assert "已预约成功" in text(answer)
    assert "密码 4321" in text(answer)  # on the page of an accepted booking
    assert "读书会" in text(resident.get("/desk/bookings/"))


def test_the_door_is_told_only_to_who_holds_it(client, centre, hall, team, district):
    row = taken(centre, team, hall)
    signed(client, "OADM", team.node)
    assert "密码 4321" in text(client.get(f"/desk/bookings/{row.pk}/"))
    signed(client, "AUD", district.root)
    assert "密码 4321" not in text(client.get(f"/desk/bookings/{row.pk}/"))
    Booking.objects.update(state="cancelled")
    signed(client, "OADM", team.node)
    assert "密码 4321" not in text(client.get(f"/desk/bookings/{row.pk}/"))


def test_what_is_taken_says_so_keeps_what_was_typed_and_offers_more(resident, centre, hall, team):
    taken(centre, team, hall)
    answer = resident.post(url(centre, "book/"), typed(hall, title="读书会<b>"))
    page = text(answer)
    assert answer.status_code == 409
    assert "已被占用" in page
    assert "秘密排练" not in page
    assert 'value="读书会<b>"' in page
    assert "加入候补" in page
    shift = re.search(r'name="shift" value="([^"]+)"', page)[1]
    waiting = resident.post(url(centre, "book/"), typed(hall, wait="1"), follow=True)
    assert "已加入候补" in text(waiting)
    resident.post(url(centre, "book/"), typed(hall, shift=shift))
    states = set(Booking.objects.filter(person=resident.user).values_list("state", flat=True))
    assert states == {"waitlisted", "approved"}


@pytest.mark.parametrize(
    ("policy", "asked", "field", "sentence"),
    [
        ({"hours_ahead": 24 * 30}, {}, "on", "至少提前"),
        ({"longest": 60}, {}, "end", "一次至多"),
        ({}, {"people": 31}, "people", "最多容纳"),
        ({}, {"start": "06:00"}, "start", "当日开放"),
        ({}, {"is_commercial": "on"}, "is_commercial", "经营"),
        ({}, {"end": "09:00"}, "end", "晚于"),
        ({}, {"title": LONG}, "title", "80"),
        ({}, {"repeat": "week"}, "until", "请填一项"),
        ({}, {"purpose": "counselling", "is_open": "on"}, "is_open", "不公开"),
    ],
)
def test_a_refusal_stands_beside_its_field(resident, centre, policy, asked, field, sentence):
    room = make_space(centre, policy=make_policy(centre, **policy))
    answer = resident.post(url(centre, "book/"), typed(room, **asked))
    assert answer.status_code in {409, 422}
    assert sentence in "".join(answer.context["form"].errors[field])
    assert "读书会" in text(answer) or field == "title"
    assert not Booking.objects.exists()


@pytest.mark.parametrize("word", NAUGHTY)
@pytest.mark.parametrize("field", ["rooms", "on", "start", "whom", "people", "title", "repeat", "count",
                                   "until", "excepted", "shift", "contact_phone"])  # fmt: skip
def test_whatever_is_typed_is_refused_or_saved(resident, centre, hall, field, word):
    answer = resident.post(url(centre, "book/"), typed(hall, **{field: word}))
    assert answer.status_code in {302, 409, 422}


def test_the_house_approves_on_the_same_page_and_nobody_their_own(client, centre, team, district):
    room = make_space(centre, policy=make_policy(centre, needs_approval=True))
    row = taken(centre, team, room)
    page = f"/desk/bookings/{row.pk}/"
    signed(client, "OADM", team.node)
    assert client.post(f"{page}move/approve/").status_code == 404
    assert "等中心审批" in text(client.get(page))
    signed(client, "STO", district.streets[0])
    assert client.post(f"{page}move/nonsense/").status_code == 404
    answer = client.post(f"{page}move/reject/", {"note": ""})
    assert answer.status_code == 409
    assert client.get(f"{page}move/approve/").status_code == 405
    assert "同意" in text(client.get(page))
    client.post(f"{page}move/approve/")
    row.refresh_from_db()
    assert row.state == "approved"
    signed(client, "STO", district.streets[1])
    assert client.get(page).status_code == 404
    assert client.post(f"{page}move/cancel/").status_code == 404


def test_lists_show_ones_own_side_only(client, centre, hall, team, district):
    taken(centre, team, hall)
    signed(client, "OADM", team.node)
    assert "秘密排练" not in text(client.get("/desk/bookings/"))
    assert "秘密排练" in text(client.get("/desk/bookings/?side=ours"))
    assert "秘密排练" not in text(client.get("/desk/bookings/?side=ours&when=past"))
    assert "秘密排练" not in text(client.get("/desk/bookings/?side=ours&state=requested"))
    signed(client, "STO", district.streets[0])
    assert "秘密排练" in text(client.get("/desk/bookings/?side=house"))
    signed(client, "STO", district.streets[1])
    assert "秘密排练" not in text(client.get("/desk/bookings/?side=house"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same(client, centre, hall, team, count, django_assert_max_num_queries):
    for number in range(count):
        taken(centre, team, hall, at=soon(hour=8 + 3 * number))
    signed(client, "OADM", team.node)
    client.get("/desk/bookings/?side=ours")
    with django_assert_max_num_queries(8):
        client.get("/desk/bookings/?side=ours")


def test_the_finder_gives_the_smallest_first_and_says_why_not(client, centre, team):
    small, large = (
        make_space(centre, capacity=8, name="小间"),
        make_space(centre, capacity=80, name="大厅"),
    )
    fit = make_space(centre, capacity=20, name="中间", features=("projector",))
    busy = make_space(centre, capacity=25, name="忙间")
    taken(centre, team, busy)
    signed(client)
    asked = {"on": f"{soon():%Y-%m-%d}", "start": "10:00", "length": 120, "people": 10}
    answer = client.get("/desk/venues/find/", asked)
    assert [one["pk"] for one in answer.context["free"]] == [fit.pk, large.pk]
    page = text(answer)
    assert "最多容纳 8 人" in page
    assert "前已被占用" in page
    assert small.name in page
    answer = client.get("/desk/venues/find/", {**asked, "features": "projector"})
    assert [one["pk"] for one in answer.context["free"]] == [fit.pk]
    answer = client.get("/desk/venues/find/", {**asked, "when": "am"})
    assert [one["pk"] for one in answer.context["free"]] == [fit.pk, busy.pk, large.pk]
    assert client.get("/desk/venues/find/", {**asked, "start": ""}).status_code == 422


def test_a_series_lists_every_date_and_drops_none(resident, centre, hall, team):
    first = soon(7)
    taken(centre, team, hall, at=first + timedelta(days=7))
    Centre.objects.update(layout_stamp=next(_stamps))
    closed = (first + timedelta(days=14)).date()
    OpeningException.objects.create(centre=centre, on=closed, reason="停水")
    asked = typed(hall, at=first, repeat="week", count=4)
    answer = resident.post(url(centre, "book/"), asked)
    page = text(answer)
    verdicts = [row["one"].verdict for row in answer.context["rows"]]
    assert verdicts == ["free", "taken", "closed", "free"]
    assert "停水" in page
    assert not Booking.objects.filter(person=resident.user).exists()
    refused = resident.post(url(centre, "book/"), {**asked, "step": "series"})
    assert refused.status_code == 409
    assert "还有 2 个日期没有选择" in text(refused)
    moved = answer.context["rows"][1]["options"][0]
    done = {
        **asked, "step": "series", f"date-{(first + timedelta(days=7)).date()}": moved.value,
        f"date-{closed}": "skip",
    }  # fmt: skip
    answer = resident.post(url(centre, "book/"), done, follow=True)
    assert "已预约 3 次" in text(answer)
    series = Series.objects.get()
    assert [on for on, _why in series.skipped] == [closed.isoformat()]
    assert "停水" in series.skipped[0][1]
    assert "停水" in text(answer)
    rows = list(Booking.objects.filter(series=series).order_by("starts_at"))
    assert len(rows) == 3
    assert rows[1].starts_at == moved.span[0]
    resident.post(f"/desk/bookings/{rows[1].pk}/cancel-later/")
    states = list(
        Booking.objects.filter(series=series).order_by("starts_at").values_list("state", flat=True)
    )
    assert states == ["approved", "cancelled", "cancelled"]


def test_a_body_books_for_itself_and_staff_for_a_body(client, centre, hall, team, district):
    signed(client, "OADM", team.node)
    client.post(url(centre, "book/"), typed(hall, whom=str(team.node_id)))
    assert Booking.objects.get().organisation == team
    signed(client, "STO", district.streets[0])
    later = typed(hall, at=soon(4), whom="me", other=team.name)
    client.post(url(centre, "book/"), later)
    assert Booking.objects.filter(organisation=team).count() == 2
    far = make_organisation(district.communities[1][0])
    answer = client.post(url(centre, "book/"), {**later, "other": far.name})
    assert "管理范围内没有" in text(answer)
