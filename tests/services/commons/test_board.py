"""The pages of who runs a house, of the door, and of the side that booked: reach, deeds, refusals."""

from datetime import timedelta
from html import unescape
from io import BytesIO
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from changle.core.files import StoredFile, opened
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.refusals import Refused
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.booking import BookingRefused, Wish, book
from changle.services.commons.actions.closing import instead_of, rebook
from changle.services.commons.actions.deciding import approve
from changle.services.commons.actions.missed import appeal, lift_suspension
from changle.services.commons.actions.using import check_in, check_out, find_damage, miss_late
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import (
    Booking,
    Closure,
    Damage,
    NoShow,
    SafetyCheck,
    Suspension,
)
from tests.factories.accounts import make_user
from tests.factories.commons import booker, house, make_centre, make_policy, make_space
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LONG = "长" * 10_000
NAUGHTY = ["", LONG, "𠮷", "<script>alert(1)</script>", "=1+1", "-5", "三千"]


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    """Open the whole day, so that a test does not depend on the hour at which it runs."""
    centre = make_centre(district.centre, holidays_closed=False)
    centre.openings.update(opens="00:00", closes="23:59")
    return centre


@pytest.fixture
def hall(centre):
    return make_space(centre, policy=make_policy(centre, no_show_after=30, no_shows=1))


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def enter(client):
    def come(role, node):
        user = make_user()
        make_grant(user, node, role)
        client.force_login(user)
        return user

    return come


def png():
    picture = BytesIO()
    Image.new("RGB", (20, 20), (200, 30, 30)).save(picture, "PNG")
    return picture.getvalue()


def text(answer):
    return unescape(answer.content.decode())


def had(centre, team, space, *, since=-10, minutes=60, state="approved", user=0, **fields):
    """A booking that begins so many minutes from now, as if it had been made long ago."""
    start = timezone.now() + timedelta(minutes=since)
    end = start + timedelta(minutes=minutes)
    booking = Booking(
        centre=centre, organisation=team, booked_by_id=user or None, title="排练", people=9,
        starts_at=start, ends_at=end, holds_from=start, holds_until=end,
        booked_at=start - 48 * HOUR, contact_name="样例甲", contact_phone="13900000001",
        **fields,
    )  # fmt: skip
    BOOKING.begin(booking, state, at=start - 48 * HOUR)
    booking.save()
    booking.booked.create(space=space, starts_at=start, ends_at=end, on=timezone.localdate(start))
    if state in Booking.HOLDING:
        for pool in space.pools.all():
            booking.claims.create(pool=pool, starts_at=start, ends_at=end)
    return booking


def left(centre, team, space, operator, **fields):
    booking = had(centre, team, space, since=-90, **fields)
    check_in(pk=booking.pk, by=operator, now=booking.starts_at)
    check_out(pk=booking.pk, by=operator, now=booking.ends_at)
    return booking


def test_the_board_shows_who_comes_is_late_is_in_and_is_to_be_looked_over(
    client, enter, centre, hall, team, district
):
    operator = everything_at(district.streets[0])
    late = had(centre, team, hall, since=-10, minutes=20)
    had(centre, team, make_space(centre), since=5, state="requested")
    inside = had(centre, team, make_space(centre), since=-20)
    check_in(pk=inside.pk, by=operator, now=timezone.now(), people=11)
    gone = left(centre, team, make_space(centre), operator)
    today = timezone.localdate()
    SafetyCheck.objects.create(
        centre=centre, subject="消防", checked_on=today - timedelta(days=90),
        next_on=today - timedelta(days=1),
    )  # fmt: skip
    SafetyCheck.objects.create(
        centre=centre, subject="电梯", checked_on=today - timedelta(days=90),
        next_on=today - timedelta(days=1),
    )  # fmt: skip
    SafetyCheck.objects.create(
        centre=centre, subject="电梯", checked_on=today, next_on=today + timedelta(days=90)
    )
    enter("CTR", district.centre)
    assert client.get("/desk/venues/today/").status_code == 302
    page = text(client.get(f"/desk/venues/{centre.pk}/today/"))
    assert "分钟记爽约" in page
    assert f"/desk/bookings/{late.pk}/attend/check_in/" in page
    assert f"/desk/bookings/{inside.pk}/attend/check_out/" in page
    assert f"/desk/bookings/{gone.pk}/attend/inspect/" in page
    assert "消防" in page
    assert "电梯" not in page  # it was checked since
    part = client.get(f"/desk/venues/{centre.pk}/today/", headers={"HX-Request": "true"})
    assert "<html" not in text(part)


def test_one_tap_comes_in_goes_out_and_is_looked_over(client, enter, centre, hall, team, district):
    booking = had(centre, team, hall)
    enter("CTR", district.centre)
    for name, typed, state in (
        ("check_in", {"people": "12"}, "checked_in"),
        ("check_out", {"people": "12", "note": "灯已关"}, "checked_out"),
        ("inspect", {"note": ""}, "closed"),
    ):
        answer = client.post(f"/desk/bookings/{booking.pk}/attend/{name}/", typed)
        assert answer.status_code == 302, text(answer)
        booking.refresh_from_db()
        assert booking.state == state
    assert booking.actual_people == 12
    again = client.post(f"/desk/bookings/{booking.pk}/attend/inspect/", {"note": "再看"})
    assert again.status_code == 409
    assert "状态已经变化" in text(again)


def test_rivals_stand_side_by_side_and_one_is_chosen(client, enter, centre, hall, team, district):
    other = make_organisation(district.communities[0][1])
    first = had(centre, team, hall, since=600, state="requested")
    second = had(centre, other, hall, since=610, state="requested")
    had(centre, team, make_space(centre), since=600, state="requested")
    enter("CTR", district.centre)
    page = text(client.get(f"/desk/venues/{centre.pk}/today/"))
    assert "2 家争同一时段" in page
    refused = client.post(f"/desk/bookings/{first.pk}/attend/reject/", {"note": ""})
    assert refused.status_code == 409
    assert "需要写明理由" in text(refused)
    long = client.post(f"/desk/bookings/{first.pk}/attend/reject/", {"note": "长" * 250})
    assert long.status_code == 422
    assert "长" * 250 in text(long)  # what was typed is kept
    assert client.post(f"/desk/bookings/{second.pk}/attend/approve/").status_code == 302
    first.refresh_from_db()
    assert first.state == "rejected"


# Who opens which page of a house: the places are those of the post; 404 is "no such page".
OPEN = {
    "CTR": {"today", "closures"}, "STO": {"today", "closures"}, "DCA": {"today", "closures"},
    "COM": set(), "OADM": set(), "AUD": set(), "RES": set(),
}  # fmt: skip


@pytest.mark.parametrize("role", OPEN)
def test_the_pages_of_a_house_open_to_who_runs_it(
    client, enter, centre, hall, team, district, role
):
    operator = everything_at(district.streets[0])
    gone = left(centre, team, hall, operator)
    asked = had(centre, team, make_space(centre), since=400, state="requested")
    place = {"CTR": district.centre, "STO": district.streets[0], "OADM": team.node}.get(
        role, district.communities[0][0] if role in {"COM", "RES"} else district.root
    )
    enter(role, place)
    for name in ("today", "closures"):
        answer = client.get(f"/desk/venues/{centre.pk}/{name}/")
        assert answer.status_code == (200 if name in OPEN[role] else 404), name
    runs = bool(OPEN[role])
    for pk, deed in ((gone.pk, "inspect"), (asked.pk, "approve")):
        answer = client.post(f"/desk/bookings/{pk}/attend/{deed}/")
        assert answer.status_code == (302 if runs else 404), deed


def test_who_asked_neither_approves_nor_looks_it_over(client, enter, centre, hall, team, district):
    user = enter("CTR", district.centre)
    operator = everything_at(district.streets[0])
    asked = had(centre, team, hall, since=400, state="requested", user=user.pk)
    gone = left(centre, team, make_space(centre), operator, user=user.pk)
    page = text(client.get(f"/desk/venues/{centre.pk}/today/"))
    assert "/attend/approve/" not in page
    assert "/attend/inspect/" not in page
    for pk, deed in ((asked.pk, "approve"), (gone.pk, "inspect")):
        answer = client.post(f"/desk/bookings/{pk}/attend/{deed}/")
        assert answer.status_code == 409
        assert "自己" in text(answer)


@pytest.mark.parametrize("typed", NAUGHTY)
def test_naughty_input_is_refused_or_kept(client, enter, centre, hall, team, district, typed):
    operator = everything_at(district.streets[0])
    gone, coming = left(centre, team, hall, operator), had(centre, team, make_space(centre))
    enter("CTR", district.centre)
    posts = [
        (f"/desk/bookings/{coming.pk}/attend/check_in/", {"people": typed, "note": typed}),
        (f"/desk/bookings/{gone.pk}/damage/", {"what": typed, "amount": typed}),
        (f"/desk/bookings/{gone.pk}/attend/inspect/", {"people": typed, "note": typed}),
        (f"/desk/venues/{centre.pk}/closures/add/",
         dict.fromkeys(("spaces", "from_on", "from_at", "until_on", "until_at", "reason"), typed)),
        (f"/door/{hall.door_token}/{gone.pk}/out/", {"people": typed, "note": typed}),
        (f"/desk/bookings/{gone.pk}/instead/", {"start": typed}),
    ]  # fmt: skip
    for url, data in posts:
        answer = client.post(url, data)
        assert answer.status_code in {302, 404, 409, 422}, url
        assert "<script>alert(1)" not in answer.content.decode()


def test_another_house_and_who_only_looks_after_the_body_find_nothing(
    client, enter, centre, hall, team, district
):
    """The second street's own body books here: its staff see the booking, and decide nothing."""
    theirs = make_organisation(district.communities[1][0])
    asked = had(centre, theirs, hall, since=300, state="requested")
    operator = everything_at(district.streets[0])
    broken = left(centre, theirs, make_space(centre), operator)
    damage = find_damage(pk=broken.pk, what="椅子", amount_fen=1, by=operator, now=timezone.now())
    closure = Closure.objects.create(
        centre=centre, starts_at=timezone.now(), ends_at=timezone.now() + HOUR, reason="检修",
        recorded_at=timezone.now(),
    )  # fmt: skip
    user = enter("STO", district.streets[1])
    assert client.get(f"/desk/venues/{centre.pk}/today/").status_code == 404
    assert client.get(f"/desk/venues/{centre.pk}/closures/").status_code == 404
    assert client.get(f"/desk/venues/{centre.pk}/closures/add/").status_code == 404
    assert client.get(f"/desk/venues/closures/{closure.pk}/").status_code == 404
    assert client.post(f"/desk/venues/closures/{closure.pk}/lift/").status_code == 404
    assert client.post(f"/desk/bookings/{asked.pk}/attend/approve/").status_code == 404
    assert client.get(f"/desk/bookings/{asked.pk}/damage/").status_code == 404
    seen = client.get(f"/desk/venues/damages/{damage.pk}/")
    assert seen.status_code == 200
    assert 'name="settle-why"' not in text(seen)
    answer = client.post(f"/desk/venues/damages/{damage.pk}/waive/", {"waive-why": "算了"})
    assert answer.status_code == 404
    with pytest.raises(BookingRefused, match="所在中心"):
        approve(pk=asked.pk, by=actor_for(user), now=timezone.now())
    enter("STO", district.streets[0])
    assert client.get(f"/desk/venues/damages/{damage.pk}/").status_code == 200


def test_a_stranger_finds_no_damage_no_absence_no_other_times(
    client, enter, centre, hall, team, district
):
    operator = everything_at(district.streets[0])
    broken = left(centre, team, make_space(centre), operator)
    damage = find_damage(pk=broken.pk, what="椅子", amount_fen=1, by=operator, now=timezone.now())
    had(centre, team, hall, since=-31)
    miss_late(timezone.now())
    gone = had(centre, team, make_space(centre), since=300, state="displaced")
    enter("STO", district.streets[1])
    for url in (
        f"/desk/venues/damages/{damage.pk}/",
        f"/desk/bookings/no-shows/{NoShow.objects.get().pk}/",
        f"/desk/bookings/{gone.pk}/instead/",
        f"/desk/venues/suspensions/{Suspension.objects.get().pk}/lift/",
    ):
        assert client.get(url).status_code == 404, url
    assert "排练" not in text(client.get("/desk/bookings/no-shows/"))
    assert "椅子" not in text(client.get("/desk/venues/damages/"))


def test_damage_is_written_down_with_pictures_seen_by_the_side_and_settled(
    client, enter, centre, hall, team, district
):
    operator = everything_at(district.streets[0])
    booking = left(centre, team, hall, operator)
    enter("CTR", district.centre)
    picture = SimpleUploadedFile("chair.png", png(), content_type="image/png")
    fake = SimpleUploadedFile("not.png", b"nothing", content_type="image/png")
    answer = client.post(
        f"/desk/bookings/{booking.pk}/damage/",
        {"what": "椅子断腿", "amount": "1,200.5", "photos": [picture, fake]},
    )
    assert answer.status_code == 302
    damage = Damage.objects.get()
    assert (damage.amount_fen, StoredFile.objects.count()) == (120_050, 1)
    assert "没有保存" in text(client.get(answer["Location"]))  # of the file that is no picture
    bad = client.post(f"/desk/venues/damages/{damage.pk}/settle/", {"settle-why": ""})
    assert bad.status_code == 422
    head = enter("OADM", team.node)
    page = text(client.get(f"/desk/venues/damages/{damage.pk}/"))
    assert "1,200.50元" in page
    assert "settle-why" not in page
    assert opened(actor_for(head), StoredFile.objects.get().public_id)
    enter("CTR", district.centre)
    done = client.post(f"/desk/venues/damages/{damage.pk}/settle/", {"settle-why": "已赔"})
    assert done.status_code == 302
    booking.refresh_from_db()
    damage.refresh_from_db()
    assert (damage.state, booking.state) == ("settled", "closed")
    assert client.post(
        f"/desk/venues/damages/{damage.pk}/settle/", {"settle-why": "再赔"}
    ).status_code == 409  # fmt: skip


def test_the_door_tells_a_stranger_little_and_leads_to_the_sign_in(client, centre, hall, team):
    had(centre, team, hall)
    page = text(client.get(f"/door/{hall.door_token}/"))
    assert "已被占用" in page
    assert "已占用" in page
    assert "排练" not in page
    assert f"/account/sign-in/?next=%2Fdoor%2F{hall.door_token}%2F" in page
    assert client.get("/door/no-such-door/").status_code == 404
    booking = Booking.objects.get()
    answer = client.post(f"/door/{hall.door_token}/{booking.pk}/in/")
    assert (answer.status_code, "sign-in" in answer["Location"]) == (302, True)


def test_in_and_out_at_the_door(client, enter, centre, hall, team, district):
    booking = had(centre, team, hall)
    other = had(centre, make_organisation(district.communities[1][0]), make_space(centre))
    enter("OADM", team.node)
    door = f"/door/{hall.door_token}"
    assert "排练" in text(client.get(f"{door}/"))
    assert client.post(f"{door}/{other.pk}/in/").status_code == 404
    assert client.post(f"{door}/{booking.pk}/in/", {"people": "8"}).status_code == 302
    untidy = client.post(f"{door}/{booking.pk}/out/", {"people": "9", "note": "空调没关"})
    assert untidy.status_code == 422
    assert "空调没关" in text(untidy)
    picture = SimpleUploadedFile("room.png", png(), content_type="image/png")
    answer = client.post(f"{door}/{booking.pk}/out/", {"tidy": "on", "photos": picture})
    assert answer.status_code == 302
    booking.refresh_from_db()
    assert (booking.state, booking.actual_people) == ("checked_out", 8)
    assert "灯关" in booking.return_note
    assert StoredFile.objects.get().subject_pk == str(booking.pk)


def closing(hall, *, since=200, hours=6, **fields):
    start = timezone.localtime() + timedelta(minutes=since)
    end = start + hours * HOUR
    return {
        "spaces": hall.pk, "from_on": f"{start:%Y-%m-%d}", "from_at": f"{start:%H:%M}",
        "until_on": f"{end:%Y-%m-%d}", "until_at": f"{end:%H:%M}", "reason": "水管爆裂", **fields,
    }  # fmt: skip


def test_a_closure_asks_displaces_tells_and_the_other_side_rebooks_once(
    client, enter, centre, hall, team, district
):
    person = make_user()
    make_grant(person, team.node, "OADM")
    booking = had(centre, team, hall, since=300, user=person.pk)
    enter("CTR", district.centre)
    url = f"/desk/venues/{centre.pk}/closures/add/"
    asked = client.post(url, closing(hall))
    assert asked.status_code == 409
    assert "排练" in text(asked)
    assert "13900000001" in text(asked)
    assert not Closure.objects.exists()
    answer = client.post(url, closing(hall, displaces="1"))
    assert answer.status_code == 302
    assert f"/desk/bookings/{booking.pk}/instead/" in text(client.get(answer["Location"]))
    notice = Notice.objects.get(to=person)
    assert "水管爆裂" in notice.text
    client.force_login(person)
    page = client.get(notice.url)
    start = page.context["choices"][0][0]
    done = client.post(notice.url, {"start": start})
    assert done.status_code == 302, text(done)
    new = Booking.objects.get(state="approved")
    assert (new.title, new.organisation_id, new.booked_by_id) == ("排练", team.pk, person.pk)
    closure = Closure.objects.get()
    assert new.starts_at >= closure.ends_at or new.ends_at <= closure.starts_at
    assert new.claims.count() == 1
    assert LogEntry.objects.filter(verb="rebook").count() == 1
    again = client.post(notice.url, {"start": start})
    assert again.status_code == 409
    assert "已经改订" in text(again)


def test_a_time_that_was_not_offered_is_not_had(client, enter, centre, hall, team, district):
    gone = had(centre, team, hall, since=300, state="displaced")
    enter("OADM", team.node)
    for start in ("2020-01-01T00:00:00+00:00", "no time", "2020-01-01T00:00", "9999-99-99T00:00"):
        answer = client.post(f"/desk/bookings/{gone.pk}/instead/", {"start": start})
        assert answer.status_code == 409, start
    assert not Booking.objects.filter(state="approved").exists()


def test_a_closure_is_lifted_once(client, enter, centre, hall, district):
    enter("CTR", district.centre)
    client.post(f"/desk/venues/{centre.pk}/closures/add/", closing(hall))
    closure = Closure.objects.get()
    assert client.post(f"/desk/venues/closures/{closure.pk}/lift/").status_code == 302
    again = client.post(f"/desk/venues/closures/{closure.pk}/lift/", follow=True)
    assert "已经解除" in text(again)
    assert "已解除" in text(client.get(f"/desk/venues/{centre.pk}/closures/"))


def test_a_form_of_a_closure_keeps_what_was_typed(client, enter, centre, hall, district):
    enter("CTR", district.centre)
    wrong = closing(hall, hours=-1)
    answer = client.post(f"/desk/venues/{centre.pk}/closures/add/", wrong)
    assert answer.status_code == 422
    assert "水管爆裂" in text(answer)
    assert "晚于开始" in text(answer)
    past = client.post(f"/desk/venues/{centre.pk}/closures/add/", closing(hall, since=-6000))
    assert past.status_code == 409
    assert "已经过去" in text(past)


def missed(centre, hall, team, **fields):
    had(centre, team, hall, since=-31, **fields)
    assert miss_late(timezone.now()) == 1
    return NoShow.objects.get()


def test_who_missed_appeals_and_the_house_answers(client, enter, centre, hall, team, district):
    judge = make_user()
    make_grant(judge, district.centre, "CTR")
    row = missed(centre, hall, team)
    url = f"/desk/bookings/no-shows/{row.pk}/"
    enter("OADM", team.node)
    page = text(client.get(url))
    assert "appeal-why" in page
    assert "lift-why" not in page
    assert client.post(f"{url}appeal/", {"appeal-why": LONG}).status_code == 422
    assert client.post(f"{url}appeal/", {"appeal-why": "停电"}).status_code == 302
    assert Notice.objects.get(to=judge, text__contains="申诉").url == url
    client.post(f"{url}lift/", {"lift-why": "自己撤"})
    row.refresh_from_db()
    assert row.state == "appealed"  # one's own appeal is answered by the house
    client.force_login(judge)
    page = text(client.get(url))
    assert "lift-why" in page
    assert "appeal-why" not in page
    assert "停电" in text(client.get("/desk/bookings/no-shows/"))
    assert client.get(f"/desk/venues/{centre.pk}/today/").context["board"].appeals == 1
    assert client.post(f"{url}lift/", {"lift-why": "情况属实"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer) == ("lifted", "情况属实")
    assert Suspension.objects.get().lifted_at is not None


def test_the_house_does_not_appeal_for_the_other_side(centre, hall, team, district):
    row = missed(centre, hall, team)
    with pytest.raises(BookingRefused, match="预约的一方"):
        appeal(pk=row.pk, why="替他说", by=everything_at(district.centre), now=timezone.now())


def test_a_suspension_is_lifted_with_a_reason_once(client, enter, centre, hall, team, district):
    person = make_user()
    make_grant(person, team.node, "OADM")
    missed(centre, hall, team)
    row = Suspension.objects.get()
    enter("CTR", district.centre)
    url = f"/desk/venues/suspensions/{row.pk}/lift/"
    assert row.reason in text(client.get("/desk/bookings/no-shows/"))
    assert client.post(url, {"why": ""}).status_code == 422
    assert client.post(url, {"why": "已说明情况"}).status_code == 302
    assert Notice.objects.filter(to=person, text__contains="恢复").count() == 1
    assert LogEntry.objects.filter(verb="lift", subject_id=str(row.pk)).exists()
    assert client.get(url).status_code == 404
    wish = Wish(
        rooms=(hall.pk,), starts_at=timezone.now() + 5 * HOUR, ends_at=timezone.now() + 6 * HOUR,
        title="再来", people=3, organisation=team,
    )  # fmt: skip
    with pytest.raises(BookingRefused) as refusal:  # no longer for the suspension
        book(layout=house(centre), wish=wish, by=booker(team), now=timezone.now() + 6 * HOUR)
    assert "暂停" not in str(refusal.value)


def test_staff_at_the_body_does_not_lift_the_suspension_of_another_house(centre, hall, district):
    theirs = make_organisation(district.communities[1][0])
    missed(centre, hall, theirs)
    with pytest.raises(BookingRefused, match="所在中心"):
        lift_suspension(
            pk=Suspension.objects.get().pk, why="放行", by=everything_at(district.streets[1]),
            now=timezone.now(),
        )  # fmt: skip
    assert Suspension.objects.get().lifted_at is None


def test_pages_cost_the_same_for_one_and_for_many(client, enter, centre, hall, team, district):
    operator = everything_at(district.streets[0])

    def more():
        left(centre, team, make_space(centre), operator)
        broken = left(centre, team, make_space(centre), operator)
        find_damage(pk=broken.pk, what="椅", amount_fen=1, by=operator, now=timezone.now())
        had(centre, team, make_space(centre), since=-5)
        had(centre, team, make_space(centre), since=50, state="requested")
        had(centre, team, make_space(centre, policy=hall.policy), since=-31)
        miss_late(timezone.now())

    more()
    enter("CTR", district.centre)
    pages = [
        f"/desk/venues/{centre.pk}/today/", "/desk/venues/damages/", "/desk/bookings/no-shows/",
        f"/door/{hall.door_token}/", f"/desk/venues/{centre.pk}/closures/",
    ]  # fmt: skip

    def cost(url):
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    before = [cost(url) for url in pages]
    more()
    more()
    assert [cost(url) for url in pages] == before
    assert max(before) <= 8, before


@pytest.mark.django_db(transaction=True)
def test_two_who_tap_at_once_rebook_once():
    """Two of the same body open the same notice; one has the time, the other is told."""
    district = make_district()
    centre = make_centre(district.centre, holidays_closed=False)
    centre.openings.update(opens="00:00", closes="23:59")
    team, hall = make_organisation(district.communities[0][0]), make_space(centre)
    gone = had(centre, team, hall, since=300, state="displaced")
    now = timezone.now()
    starts = [span[0] for span in instead_of(house(centre), gone, now)]
    assert len(starts) > 1
    answers = []

    def tap(start):
        try:
            answers.append(str(rebook(pk=gone.pk, starts_at=start, by=booker(team), now=now)))
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=tap, args=(start,)) for start in starts[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted(["排练", "已经改订过了。"])
    assert Booking.objects.filter(state="approved").count() == 1
