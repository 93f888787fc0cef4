"""The pages by which houses are set up, found by everybody and put on paper."""

import json
import re
from datetime import date, time, timedelta
from io import BytesIO

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from changle.core.files import StoredFile
from changle.core.log import LogEntry
from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.models import (
    Centre,
    Opening,
    OpeningException,
    Pool,
    SafetyCheck,
    Space,
    Zone,
)
from changle.services.commons.queries.layout import laid_out
from tests.core.test_documents import picture, squeezed, words_of
from tests.factories.accounts import make_user
from tests.factories.commons import booker, house, make_centre, make_policy, make_space
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
LONG = "长" * 10_000
HOSTILE = "</script><script>alert(1)</script>"
NAUGHTY = ["", LONG, "𠮷𠮷", HOSTILE, "=1+1", "2027-02-30", "-1", "9" * 30, "\x00", "25:00-26:00"]


@pytest.fixture(autouse=True)
def no_layout_of_another_test(settings, tmp_path):
    """Keys begin anew with each test, layouts are kept for the life of the process."""
    laid_out.cache_clear()
    settings.CHANGLE_DATA = tmp_path
    settings.CHANGLE_DEMO = True  # no second factor asked


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(
        district.centre, holidays_closed=False, phone="029-00020000", rules="用后关灯\n不得经营"
    )


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅", door_note="密码 4321", features=("投影",))


@pytest.fixture
def team(district):
    return make_organisation(
        district.communities[0][0], name="样例舞蹈队", contact_phone="13800000000"
    )


@pytest.fixture
def keeper(client, district):
    return signed(client, "CTR", district.centre)


def signed(client, role, node):
    user = make_user()
    make_grant(user, node, role)
    client.force_login(user)
    return client


def booked(centre, team, hall, *, is_open, on=3, title="排练"):
    day = timezone.localdate() + timedelta(days=on)
    start = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 10))
    wish = Wish(
        rooms=(hall.pk,), starts_at=start, ends_at=start + timedelta(hours=2), title=title,
        people=5, organisation=team, is_open=is_open, contact_name="样例联系人",
        contact_phone="13811112222",
    )  # fmt: skip
    return book(layout=house(centre), wish=wish, by=booker(team), now=timezone.now())


def at(name, centre, *more):
    return reverse(f"commons:{name}", args=[centre.pk, *more])


def doors(centre, hall):
    zone, _new = Zone.objects.get_or_create(centre=centre, name="红驿站")
    return [
        at("house", centre), at("house_edit", centre), at("zone_add", centre),
        at("zone", centre, zone.pk), at("room_add", centre), at("room", centre, hall.pk),
        at("room_retire", centre, hall.pk), at("room_photos", centre, hall.pk),
        at("room_hours", centre, hall.pk), at("house_hours", centre), at("exception_add", centre),
        at("policy_add", centre), at("policy", centre, hall.policy_id), at("check_add", centre),
    ]  # fmt: skip


def test_every_door_opens_to_the_keeper_and_to_no_other_street(client, centre, hall, district):
    special = OpeningException.objects.create(centre=centre, on=date(2027, 3, 9), reason="检修")
    pages = [*doors(centre, hall), f"{at('exception_end', centre)}?on={special.on}"]
    papers = [at("door_sheet", centre, hall.pk), at("programme", centre)]
    for role, node in (("STO", district.streets[1]), ("CTR", district.streets[1])):
        signed(client, role, node)
        assert {client.get(page).status_code for page in [*pages, *papers]} == {404}
        assert {client.post(page, {"name": "改"}).status_code for page in pages} == {404}
    signed(client, "OADM", make_organisation(district.communities[0][0]).node)
    assert {client.get(page).status_code for page in pages} == {404}
    assert client.get(reverse("commons:houses")).status_code == 404
    client.logout()
    assert {client.get(page).status_code for page in pages} == {302}
    for role, node in (("CTR", district.centre), ("STO", district.streets[0])):
        signed(client, role, node)
        assert {client.get(page).status_code for page in pages} == {200}
        assert client.get(reverse("commons:houses")).status_code == 200


def test_one_button_deeds_are_posts_within_reach(client, centre, hall, district):
    zone = Zone.objects.create(centre=centre, name="红驿站")
    Space.objects.filter(pk=hall.pk).update(retired_on=date(2027, 1, 1))
    urls = [at("zone_end", centre, zone.pk), at("room_bring_back", centre, hall.pk)]
    signed(client, "STO", district.streets[1])
    assert {client.post(url).status_code for url in urls} == {404}
    signed(client, "STO", district.streets[0])
    assert {client.get(url).status_code for url in urls} == {405}
    assert {client.post(url).status_code for url in urls} == {302}
    assert not Zone.objects.exists()
    assert Space.objects.get().retired_on is None
    assert client.post(urls[0]).status_code == 404


def test_a_house_is_set_up_by_its_pages(client, district):
    signed(client, "STO", district.streets[0])
    seat = district.communities[0][0]
    facts = {"node": seat.pk, "name": "一社区共享空间", "is_public": "on", "sort": 0}
    assert client.post(reverse("commons:house_add"), facts).status_code == 302
    centre = Centre.objects.get()
    client.post(at("zone_add", centre), {"name": "红咖汇", "purpose": "沙龙", "sort": 1})
    week = {f"day_{number}": "9：00～12：00，14:00-24:00" for number in range(6)}
    assert client.post(at("house_hours", centre), week).status_code == 302
    assert Opening.objects.filter(opens=time(14), closes=time(0)).count() == 6
    room = {
        "capacity": 20, "policy": centre.policies.get().pk, "zone": centre.zones.get().pk,
        "ownership": "own", "setup_minutes": 0, "cleanup_minutes": 30, "sort": 0,
    }  # fmt: skip
    for name in ("东厅", "西厅"):
        assert client.post(at("room_add", centre), {**room, "name": name}).status_code == 302
    parts = list(Space.objects.values_list("pk", flat=True))
    answer = client.post(at("room_add", centre), {**room, "name": "大厅", "parts": parts})
    assert answer.status_code == 302
    assert Pool.objects.count() == 2
    text = client.get(at("house", centre)).content.decode()
    assert "由东厅、西厅组成" in text
    assert "09:00-12:00 14:00-00:00" in text
    shown = client.get(at("room", centre, Space.objects.get(name="大厅").pk)).content.decode()
    assert shown.count("checked") == 2


def test_hours_that_leave_bookings_outside_are_asked_about_twice(keeper, centre, hall, team):
    booking = booked(centre, team, hall, is_open=True, title="合唱排练")
    week = {f"day_{number}": "18:00-21:00" for number in range(7)}
    before = keeper.get(at("house_hours", centre)).content.decode()
    assert 'name="sure"' not in before
    answer = keeper.post(at("house_hours", centre), week)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "合唱排练" in text
    assert "样例舞蹈队" in text
    assert 'name="sure"' in text
    assert 'value="18:00-21:00"' in text
    assert not Opening.objects.filter(opens=time(18)).exists()
    assert keeper.post(at("house_hours", centre), {**week, "sure": "on"}).status_code == 302
    booking.refresh_from_db()
    assert booking.state == "approved"


def test_closing_a_room_lists_what_stands(keeper, centre, hall, team):
    booked(centre, team, hall, is_open=False, title="个案会谈")
    answer = keeper.post(at("room_retire", centre, hall.pk), {"on": timezone.localdate()})
    assert answer.status_code == 409
    assert "个案会谈" in answer.content.decode()
    far = timezone.localdate() + timedelta(days=30)
    assert keeper.post(at("room_retire", centre, hall.pk), {"on": far}).status_code == 302


def test_rules_of_every_kind_with_the_usual_value(keeper, centre, hall):
    text = keeper.get(at("policy_add", centre)).content.decode()
    for words in ("平台默认：24。", "平台默认：是。", "留空为不限", "优先次序第 1 位"):
        assert words in text
    typed = {
        "name": "夜间", "hours_ahead": 2, "days_ahead": 30, "shortest": 30, "longest": 120,
        "step": 15, "free_cancel_hours": 1, "check_in_before": 5, "no_show_after": 5,
        "no_shows": 1, "no_show_days": 1, "suspended_days": 1, "offer_hours": 1,
        "rank_0": "community", "rank_1": "emergency",
    }  # fmt: skip
    assert keeper.post(at("policy_add", centre), typed).status_code == 302
    made = centre.policies.get(name="夜间")
    assert made.priority == ["community", "emergency"]
    assert made.per_month is None
    for wrong in ({"step": 3}, {"rank_1": "community"}, {"cap_percent": 101}, {"longest": 10}):
        answer = keeper.post(at("policy", centre, made.pk), {**typed, **wrong})
        assert answer.status_code in {409, 422}
        assert 'value="夜间"' in answer.content.decode()


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_input_is_refused_or_kept_and_never_breaks(keeper, centre, hall, text):
    keeper.raise_request_exception = True
    for page in [*doors(centre, hall)[1:], reverse("commons:house_add")]:
        form = keeper.get(page).context["form"]
        answer = keeper.post(page, dict.fromkeys(form.fields, text))
        assert answer.status_code in {302, 409, 422}, page
        assert "<script>alert" not in answer.content.decode()
    for odd in ("on", "room"):
        special = f"{at('exception_end', centre)}?on=2027-01-01&room=1"
        assert keeper.get(special, {odd: text}).status_code in {200, 404}
    for page in (at("house", centre), at("centre", centre)):
        assert "<script>alert" not in keeper.get(page).content.decode()
    assert keeper.get(at("programme", centre), {"on": text}).status_code == 200


def jpeg():
    file = BytesIO()
    Image.new("RGB", (60, 40), "green").save(file, "JPEG")
    return SimpleUploadedFile("厅.jpg", file.getvalue(), content_type="image/jpeg")


def test_pictures_of_public_rooms_are_for_everybody_and_no_other_file_is(
    keeper, client, centre, hall
):
    url = at("room_photos", centre, hall.pk)
    assert keeper.post(url, {"file": SimpleUploadedFile("a.jpg", b"<b>no")}).status_code == 409
    stamp = Centre.objects.get().layout_stamp
    assert keeper.post(url, {"file": jpeg()}).status_code == 302
    photo = StoredFile.objects.get()
    assert Centre.objects.get().layout_stamp > stamp
    assert str(photo.public_id) in keeper.get(url).content.decode()
    client.logout()
    shown = reverse("commons:photo", args=[photo.public_id])
    assert shown in client.get(at("centre", centre)).content.decode()
    answer = client.get(shown)
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    for change in ({"retired_on": date(2020, 1, 1)}, {"retired_on": None}):
        Space.objects.update(**change)
        answer = client.get(shown)
        b"".join(answer)  # to its end, which closes the file
        assert (answer.status_code == 404) is bool(change["retired_on"])
    Centre.objects.update(is_public=False)
    assert client.get(shown).status_code == 404
    StoredFile.objects.update(subject_label="custody.Custody")
    Centre.objects.update(is_public=True)
    assert client.get(shown).status_code == 404


def test_a_picture_is_taken_away_with_its_file(
    keeper, centre, hall, django_capture_on_commit_callbacks
):
    keeper.post(at("room_photos", centre, hall.pk), {"file": jpeg()})
    photo = StoredFile.objects.get()
    assert photo.path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        keeper.post(at("photo_end", centre, hall.pk, photo.pk))
    assert not photo.path.exists()
    assert not StoredFile.objects.exists()
    assert LogEntry.objects.filter(verb="end_file").exists()


def test_everybody_reads_what_a_house_is_and_of_nobody(client, centre, hall, team, keeper):
    OpeningException.objects.create(
        centre=centre, on=timezone.localdate(), opens=time(9), closes=time(2), reason="文化节"
    )
    Centre.objects.update(about=HOSTILE, layout_stamp=999)
    booked(centre, team, hall, is_open=True, title="合唱排练")
    client.logout()
    text = client.get(at("centre", centre)).content.decode()
    for words in (centre.name, "多功能厅", "投影", "30 人", "09:00–次日 02:00", "文化节", "029-00020000",
                  "用后关灯", "直接预约", "居民个人可订"):  # fmt: skip
        assert words in text, words
    for words in ("合唱排练", team.name, "13811112222", "样例联系人", "密码 4321", hall.door_token):
        assert words not in text
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', text, re.DOTALL)[1])
    assert data["@type"] == "CivicStructure"
    assert data["description"] == HOSTILE
    assert len(data["openingHoursSpecification"]) == 7
    listed = client.get(reverse("commons:centres")).content.decode()
    assert at("centre", centre) in listed
    assert "甲街道" in listed


def test_what_is_not_public_or_closed_is_not_there(client, centre, hall):
    for change in ({"is_public": False}, {"is_public": True, "closed_on": date(2020, 1, 1)}):
        Centre.objects.update(**change)
        assert client.get(at("centre", centre)).status_code == 404
        assert centre.name not in client.get(reverse("commons:centres")).content.decode()
    assert client.get(reverse("commons:centre", args=[10**6])).status_code == 404


def test_a_door_sheet_reads_back_with_its_code(keeper, centre, hall, settings, tmp_path):
    settings.CHANGLE_PUBLIC_URL = "https://example.org"
    answer = keeper.get(at("door_sheet", centre, hall.pk))
    assert answer["Content-Type"] == "application/pdf"
    words = squeezed(words_of(answer.content))
    for told in ("多功能厅", "30人", "投影", "029-00020000", "用后关灯", "不得经营", "08:00–22:00"):
        assert told in words, told
    assert "4321" not in words
    (code,) = zxingcpp.read_barcodes(picture(answer.content, tmp_path))
    assert code.text == f"https://example.org/door/{hall.door_token}/"


def test_the_programme_of_a_day_tells_only_what_is_open(keeper, centre, hall, team):
    booked(centre, team, hall, is_open=True, title="合唱排练")
    other = make_space(centre, name="咨询室")
    booked(centre, team, other, is_open=False, title="个案会谈")
    on = timezone.localdate() + timedelta(days=3)
    words = squeezed(words_of(keeper.get(at("programme", centre), {"on": on}).content))
    for told in ("10:00–12:00", "合唱排练", team.name, "咨询室", "已预约"):
        assert told in words, told
    assert "个案会谈" not in words
    assert "样例联系人" not in words
    empty = keeper.get(at("programme", centre), {"on": on + timedelta(days=1)})
    assert "当日没有预约" in squeezed(words_of(empty.content))


def furnish(district, streets):
    for street in streets:
        centre = make_centre(district.communities[street][0])
        for _number in range(3):
            make_space(centre, policy=make_policy(centre), features=("投影",))
        SafetyCheck.objects.create(
            centre=centre, subject="电梯", checked_on=date(2026, 1, 1), next_on=date(2026, 2, 1)
        )


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_lists_cost_the_same_for_one_and_for_several(client, centre, hall, district):
    signed(client, "DCA", district.root)
    pages = [reverse("commons:houses"), reverse("commons:centres"), at("house", centre),
             at("centre", centre)]  # fmt: skip
    before = [queries(client, page) for page in pages]
    furnish(district, (0, 1))
    for number in range(3):
        make_space(centre, name=f"另一间{number}", features=("投影",))
        Zone.objects.create(centre=centre, name=f"区{number}")
        SafetyCheck.objects.create(
            centre=centre, subject=f"项目{number}", checked_on=date(2026, 1, 1),
            next_on=date(2026, 2, 1),
        )  # fmt: skip
    assert [queries(client, page) for page in pages] == before
    client.logout()
    assert queries(client, pages[1]) <= 8
    assert queries(client, pages[3]) <= 8
