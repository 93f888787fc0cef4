"""No page is a dead end: each state leads to what can be done now, and only those who may are led."""

import re
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from changle.core.files import StoredFile
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.closing import close_rooms
from changle.services.commons.actions.house_rooms import MOST_PHOTOS
from changle.services.commons.lifecycle import NO_SHOW
from changle.services.commons.models import Booking, Centre, NoShow
from changle.services.commons.queries.layout import laid_out
from changle.services.commons.templatetags.spans import clock_span, span
from changle.services.commons.views.printing import DOOR
from tests.factories.commons import house, make_centre, make_policy, make_space
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district
from tests.services.commons.test_pages import signed, soon, taken, text, url


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def fresh(settings, tmp_path):
    laid_out.cache_clear()
    settings.CHANGLE_DATA = tmp_path
    settings.CHANGLE_DEMO = True  # no second factor asked


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(district.centre, holidays_closed=False)


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅")


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0], name="样例舞蹈队")


def image(name="全景.png"):
    kept = BytesIO()
    Image.new("RGB", (60, 40), "#aabbcc").save(kept, "PNG")
    return SimpleUploadedFile(name, kept.getvalue(), "image/png")


def page_of(row):
    return f"/desk/bookings/{row.pk}/"


def stands_as(row, state):
    Booking.objects.filter(pk=row.pk).update(state=state)


def test_who_looks_after_the_body_decides_nothing_in_the_house(client, centre, district):
    """The street of the body reaches the booking too; the house of another street decides it."""
    body = make_organisation(district.communities[1][0], name="邻街合唱团")
    room = make_space(centre, policy=make_policy(centre, needs_approval=True))
    row = taken(centre, body, room)
    for state, label in (("requested", "同意"), ("checked_out", "查验无误")):
        stands_as(row, state)
        signed(client, "STO", district.streets[1])
        page = text(client.get(page_of(row)))
        assert f">{label}</button>" not in page
        assert ">不同意</button>" not in page
        assert "有损坏，登记" not in page
        signed(client, "STO", district.streets[0])
        assert f">{label}</button>" in text(client.get(page_of(row)))
    assert "有损坏，登记" in text(client.get(page_of(row)))


def test_who_was_displaced_is_led_to_other_times_once(client, centre, hall, team, district):
    row = taken(centre, team, hall)
    keeper = signed(client, "CTR", district.centre).user
    close_rooms(
        layout=house(centre), spaces=[hall.pk], starts_at=row.starts_at, ends_at=row.ends_at,
        reason="防汛", by=actor_for(keeper), now=timezone.now(), displaces=True,
    )  # fmt: skip
    way = f"{page_of(row)}instead/"
    assert way not in text(client.get(page_of(row)))  # the house has its own list
    signed(client, "OADM", team.node)
    assert way in text(client.get(page_of(row)))
    assert way in text(client.get("/desk/bookings/?side=ours"))
    start = re.search(r'name="start" value="([^"]+)"', text(client.get(way)))
    client.post(way, {"start": start[1]})
    assert way not in text(client.get(page_of(row)))


def test_who_missed_it_is_led_to_the_appeal(client, centre, hall, team):
    row = taken(centre, team, hall)
    stands_as(row, "no_show")
    absence = NoShow(booking=row, at=timezone.now())
    NO_SHOW.begin(absence, "counted", at=timezone.now())
    absence.save()
    signed(client, "OADM", team.node)
    page = text(client.get(page_of(row)))
    assert f"/desk/bookings/no-shows/{absence.pk}/" in page
    assert "可以申诉" in page


def test_what_is_over_can_be_had_again(client, centre, hall, team):
    row = taken(centre, team, hall)
    signed(client, "OADM", team.node)
    assert "再约一次" not in text(client.get(page_of(row)))
    past = timezone.now() - 30 * HOUR
    Booking.objects.filter(pk=row.pk).update(
        starts_at=past, ends_at=past + HOUR, holds_from=past, holds_until=past + HOUR,
        state="closed",
    )  # fmt: skip
    page = text(client.get(page_of(row)))
    assert "再约一次" in page
    assert f"space={hall.pk}" in page


def test_a_resident_is_led_only_where_they_may_go(client, centre, hall):
    signed(client, name="居民甲")
    page = text(client.get("/desk/bookings/"))
    assert "/desk/organisations/" not in page
    assert 'class="navbar-brand fs-3 text-white" href="/"' in page
    header = re.search(r"<header.*?</header>", page, re.DOTALL)[0]
    ways = re.findall(r'<a [^>]*href="(/[^"]*)"', header)
    assert "/desk/todo/" in ways
    for way in ways:
        assert client.get(way, follow=True).status_code == 200, way


def test_a_new_house_says_what_it_lacks(client, district):
    signed(client, "CTR", district.centre)
    told = {"node": district.centre.pk, "name": "新中心", "is_public": "on", "sort": "0"}
    answer = client.post("/desk/venues/add/", told)
    row = Centre.objects.get()
    assert answer.url == url(row, "setup/")
    page = text(client.get(answer.url))
    assert page.count("未完成") == 4
    client.post(url(row, "setup/hours/"), {"every": "9:00-21:00", "day_6": "10:00-12:00"})
    assert row.openings.count() == 7
    assert set(row.openings.values_list("closes__hour", flat=True)) == {21}
    assert text(client.get(answer.url)).count("未完成") == 3
    make_space(row)
    Centre.objects.update(address="凤城八路", phone="029-1", accessibility="坡道", rules="爱护场地")
    assert "还差几步" not in text(client.get(answer.url))


@pytest.mark.parametrize("count", [1, 3])
def test_setting_up_costs_the_same(client, centre, district, count, django_assert_max_num_queries):
    for number in range(count):
        make_space(centre, name=f"厅{number}", features=("投影", "音响"))
    signed(client, "CTR", district.centre)
    client.get(url(centre, "setup/"))
    with django_assert_max_num_queries(10):
        client.get(url(centre, "setup/"))


def test_the_house_itself_is_pictured(client, centre, hall, district):
    signed(client, "CTR", district.centre)
    here = url(centre, "setup/photos/")
    assert "还没有照片" in text(client.get(here))
    assert client.post(here, {"file": image()}).status_code == 302
    photo = StoredFile.objects.get()
    assert "照片 1" in text(client.get(url(centre, "setup/")))
    client.logout()
    shown = f"/centres/photos/{photo.public_id}/"
    page = text(client.get(f"/centres/{centre.pk}/"))
    assert shown in page
    assert '"image": ["http' in page.replace('"image":["', '"image": ["')
    assert b"".join(client.get(shown).streaming_content)[:4] == b"\x89PNG"
    Centre.objects.update(is_public=False)
    assert client.get(shown).status_code == 404
    signed(client, "CTR", district.streets[1])
    assert client.get(here).status_code == 404
    assert client.post(f"{here}{photo.pk}/end/").status_code == 404
    signed(client, "CTR", district.centre)
    for number in range(MOST_PHOTOS):
        answer = client.post(here, {"file": image(f"{number}.png")})
    assert answer.status_code == 409
    client.post(f"{here}{photo.pk}/end/")
    assert StoredFile.objects.count() == MOST_PHOTOS - 1


def test_a_photo_of_a_room_is_not_ended_as_one_of_the_house(client, centre, hall, district):
    signed(client, "CTR", district.centre)
    client.post(url(centre, f"setup/rooms/{hall.pk}/photos/"), {"file": image()})
    photo = StoredFile.objects.get()
    client.post(url(centre, f"setup/photos/{photo.pk}/end/"))
    assert StoredFile.objects.count() == 1


def test_the_code_on_the_door_is_large():
    width = re.search(r"image\(bytes\(data\.qr\).*?width: (\d+)mm", DOOR.read_text("utf-8"))
    assert int(width[1]) >= 60  # the quiet zone of two modules on each side takes some of it


def test_hours_gone_are_told_from_hours_shut(client, centre, hall, district, monkeypatch):
    now = soon(days=0, hour=12)
    monkeypatch.setattr(timezone, "now", lambda: now)
    signed(
        client, "CTR", district.centre
    )  # at that hour: who came in the night has been signed out
    page = text(client.get(url(centre)))
    assert page.count('class="gone s0 w16"') == 1  # from eight to noon, in quarters of an hour
    assert "已过" in page
    assert 'class="gone' not in text(client.get(url(centre, f"?on={soon(1):%Y-%m-%d}")))


@pytest.mark.parametrize(
    ("start", "hours", "told", "clock"),
    [
        (19, 2, "19:00–21:00", "19:00–21:00"),
        (22, 4, "22:00–次日 02:00", "22:00–次日 02:00"),
        (22, 30, "04:00", "04:00"),
    ],
)
def test_an_end_on_another_day_says_so(start, hours, told, clock):
    at = soon(hour=start)
    row = SimpleNamespace(starts_at=at, ends_at=at + hours * HOUR)
    assert span(row).endswith(told)
    assert clock_span(row).endswith(clock)
    assert ("年" in clock_span(row)) == (hours == 30)


def test_a_time_in_one_word_keeps_what_was_asked(client, centre, hall):
    signed(client)
    page = text(client.get("/desk/venues/find/?on=2027-03-09&start=10:00&people=20&length=60"))
    hrefs = re.findall(r'href="\?([^"]*when=pm[^"]*)#free"', page)
    assert hrefs
    assert all("people=20" in href and "length=60" in href for href in hrefs)


def test_the_houses_of_ones_own_street_come_first(client, centre, hall, team, district):
    from_afar = make_centre(district.streets[1], name="邻街中心", sort=0)
    Centre.objects.filter(pk=centre.pk).update(sort=9)
    make_space(from_afar)
    signed(client, "OADM", team.node)
    page = text(client.get("/desk/venues/"))
    assert page.index(centre.name) < page.index("邻街中心")
    assert page.count("在您的街道") == 1
