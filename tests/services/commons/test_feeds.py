"""Calendars by an address: what a program reads, who reads what, and when nobody reads any more."""

import re
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.actions.deciding import cancel
from changle.services.commons.actions.feeds import MOST_FEEDS, FeedRefused, add_feed, end_feed
from changle.services.commons.models import BookedSpace, Booking, Closure, FeedToken, Pool
from changle.services.commons.models.places import Centre
from changle.services.commons.queries.feeds import Event, calendar_text
from tests.factories.accounts import make_user
from tests.factories.commons import booker, house, make_centre, make_space
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
_stamps = iter(range(10**7, 10**9))  # layouts are kept by stamp beyond one test


def soon(days=3, hour=10):
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day, hour))


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def centre(district):
    return make_centre(district.centre, name="甲中心", holidays_closed=False)


@pytest.fixture
def hall(centre):
    return make_space(centre, name="多功能厅")


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0], name="样例舞蹈队")


def person(role=None, node=None, **fields):
    user = make_user(**fields)
    if role:
        make_grant(user, node, role)
    return user


def taken(centre, team, *rooms, at=None, by=None, **fields):
    at = at or soon()
    wish = Wish(
        rooms=tuple(room.pk for room in rooms), starts_at=at, ends_at=at + 2 * HOUR,
        organisation=team, **{"title": "秘密排练", "people": 5, **fields},
    )  # fmt: skip
    Centre.objects.filter(pk=centre.pk).update(layout_stamp=next(_stamps))
    return book(layout=house(centre), wish=wish, by=by or booker(team), now=timezone.now())


def address(user, **of):
    clear = add_feed(name="手机", by=actor_for(user), now=timezone.now(), **of)
    return f"/feeds/{clear}.ics"


def events(answer):
    """The calendar as a strict reader takes it: folded back, unescaped, each line of 75 octets."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    raw = answer.content
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    for line in raw.split(b"\r\n"):
        line.decode()  # no character is cut in two
    found, event = [], None
    for line in raw.decode().replace("\r\n ", "").split("\r\n"):
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            found.append(event)
            event = None
        elif event is not None:
            assert name not in event, "told twice"
            event[name] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), value)
    return found


def stamp(at):
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def test_a_room_as_its_keeper_reads_it(client, centre, hall, team):
    booking = taken(centre, team, hall)
    found = events(client.get(address(person("CTR", centre.node), space=hall.pk)))
    assert len(found) == 1
    told = found[0]
    assert told["UID"] == f"booking-{booking.pk}@changle"
    assert (told["DTSTART"], told["DTEND"]) == (stamp(booking.starts_at), stamp(booking.ends_at))
    assert told["DTSTAMP"] == told["LAST-MODIFIED"] == stamp(booking.state_since)
    assert told["SUMMARY"] == "秘密排练 · 样例舞蹈队"
    assert told["LOCATION"] == "甲中心 多功能厅"
    assert (told["STATUS"], told["SEQUENCE"]) == ("CONFIRMED", "2")
    assert told["URL"] == f"http://testserver/desk/bookings/{booking.pk}/"


def test_who_may_not_know_reads_that_it_is_taken(client, centre, hall, team):
    booking = taken(centre, team, hall)
    url = address(person(), centre=centre.pk)
    (told,) = events(client.get(url))
    assert (told["SUMMARY"], told["DTSTART"]) == ("已占用", stamp(booking.starts_at))
    assert not {"URL", "DESCRIPTION"} & set(told)
    assert "舞蹈" not in client.get(url).content.decode()
    Booking.objects.update(is_open=True)
    (told,) = events(client.get(url))
    assert told["SUMMARY"].startswith("秘密排练")


def test_what_others_only_asked_for_is_not_told(client, centre, hall, team):
    booking = taken(centre, team, hall)
    stranger, keeper = person(), person("CTR", centre.node)
    urls = [address(one, centre=centre.pk) for one in (stranger, keeper)]
    for state, seen in [("requested", 1), ("waitlisted", 0), ("rejected", 1), ("expired", 1)]:
        Booking.objects.filter(pk=booking.pk).update(state=state)
        assert [len(events(client.get(url))) for url in urls] == [0, seen], state
    Booking.objects.filter(pk=booking.pk).update(state="requested")
    (told,) = events(client.get(urls[1]))
    assert (told["STATUS"], told["SEQUENCE"]) == ("TENTATIVE", "0")


def test_a_person_reads_their_own_and_that_of_their_body(client, centre, hall, team, district):
    theirs = taken(centre, team, hall)
    other = make_organisation(district.communities[1][0], name="样例合唱团")
    taken(centre, other, hall, at=soon(hour=14))
    member = person("OADM", team.node)
    mine = taken(centre, None, hall, at=soon(hour=17), by=actor_for(member), title="读书")
    found = events(client.get(address(member)))
    assert [one["UID"] for one in found] == [f"booking-{one.pk}@changle" for one in (theirs, mine)]


def test_a_person_reads_what_they_may_see_today(client, centre, hall, team):
    member = person("OADM", team.node)
    taken(centre, team, hall)
    url = address(member)
    assert len(events(client.get(url))) == 1
    member.grants.update(ends_on=timezone.localdate())
    assert events(client.get(url)) == []


def test_a_house_that_closes_itself_off_is_read_no_more(client, centre, hall):
    inside, outside = person("CTR", centre.node), person()
    urls = [address(one, space=hall.pk) for one in (inside, outside)]
    Centre.objects.update(is_public=False, layout_stamp=next(_stamps))
    assert [client.get(url).status_code for url in urls] == [200, 404]
    with pytest.raises(FeedRefused):
        add_feed(name="x", by=actor_for(outside), now=timezone.now(), centre=centre.pk)
    with pytest.raises(FeedRefused):
        add_feed(name="x", by=actor_for(outside), now=timezone.now(), space=hall.pk)


def test_cancelled_is_told_for_thirty_days_under_the_same_name(client, centre, hall, team):
    booking = taken(centre, team, hall)
    url = address(person("CTR", centre.node), centre=centre.pk)
    uid = events(client.get(url))[0]["UID"]
    cancel(pk=booking.pk, by=booker(team), now=timezone.now())
    (told,) = events(client.get(url))
    assert (told["UID"], told["STATUS"], told["SEQUENCE"]) == (uid, "CANCELLED", "3")
    Booking.objects.update(state_since=timezone.now() - timedelta(days=32))
    assert events(client.get(url)) == []


def test_the_window(client, centre, hall, team):
    booking = taken(centre, team, hall)
    url = address(person("CTR", centre.node), space=hall.pk)
    for days, seen in [(-32, 0), (-29, 1), (179, 1), (181, 0)]:
        at = soon(days=days)
        span = {"starts_at": at, "ends_at": at + HOUR}
        Booking.objects.filter(pk=booking.pk).update(holds_from=at, holds_until=at + HOUR, **span)
        BookedSpace.objects.update(**span)
        assert len(events(client.get(url))) == seen, days


def test_a_hall_is_taken_with_its_half_and_closed_with_it(client, centre, team):
    a, b = (Pool.objects.create(centre=centre, name=name) for name in "AB")
    half = make_space(centre, name="半间A", pools=[a])
    other = make_space(centre, name="半间B", pools=[b])
    whole = make_space(centre, name="大厅", pools=[a, b])
    taken(centre, team, half)
    keeper = person("CTR", centre.node)
    closure = Closure.objects.create(
        centre=centre, starts_at=soon(5), ends_at=soon(6), reason="修灯", recorded_at=soon(0)
    )
    closure.spaces.set([half])
    found = events(client.get(address(keeper, space=whole.pk)))
    assert [one["LOCATION"] for one in found] == ["甲中心 半间A", "甲中心 半间A"]
    assert found[1]["SUMMARY"] == "停用：修灯"
    assert events(client.get(address(keeper, space=other.pk))) == []
    assert len(events(client.get(address(keeper, centre=centre.pk)))) == 2


def test_several_rooms_are_one_event(client, centre, hall, team):
    small = make_space(centre, name="小会议室")
    taken(centre, team, hall, small)
    (told,) = events(client.get(address(person("CTR", centre.node), space=small.pk)))
    assert told["LOCATION"] == "甲中心 多功能厅、小会议室"


NASTY = "长" * 70 + "𠮷𠮷；, ; \\ \r\nEND:VEVENT\nBEGIN:VEVENT\x0b\x00<b>=1+1"


def test_any_text_comes_back_as_it_was():
    event = Event(
        uid="booking-1", starts_at=soon(), ends_at=soon() + HOUR, changed_at=soon(-1),
        summary=NASTY, place="甲" * 24 + "a", path="/desk/bookings/1/",
    )  # fmt: skip

    class Answer(dict):
        status_code = 200
        content = calendar_text("名" * 40, [event], site="https://" + "h" * 90).encode()

    (told,) = events(Answer({"Content-Type": "text/calendar; charset=utf-8"}))
    assert told["SUMMARY"] == NASTY.replace("\r", "").replace("\x0b", "").replace("\x00", "")
    assert told["LOCATION"] == "甲" * 24 + "a"
    assert told["URL"] == "https://" + "h" * 90 + "/desk/bookings/1/"


def test_what_did_not_change_is_not_sent_again(client, centre, hall, team):
    booking = taken(centre, team, hall)
    url = address(person("CTR", centre.node), space=hall.pk)
    etag = client.get(url)["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    cancel(pk=booking.pk, by=booker(team), now=timezone.now())
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_an_address_that_ended_has_nothing(client, centre, hall):
    user, other = person(), person()
    url = address(user, space=hall.pk)
    feed = FeedToken.objects.get()
    assert feed.hash not in url
    client.get(url)
    used = FeedToken.objects.get().last_used_at
    client.get(url)
    assert used == FeedToken.objects.get().last_used_at
    end_feed(pk=feed.pk, by=actor_for(other), now=timezone.now())
    assert client.get(url).status_code == 200
    user.is_active = False
    user.save()
    assert client.get(url).status_code == 404
    user.is_active = True
    user.save()
    end_feed(pk=feed.pk, by=actor_for(user), now=timezone.now())
    end_feed(pk=feed.pk, by=actor_for(user), now=timezone.now())
    assert client.get(url).status_code == 404
    verbs = LogEntry.objects.filter(subject_label="commons.FeedToken").values_list(
        "verb", flat=True
    )
    assert sorted(verbs) == ["add_feed", "end_feed"]
    assert client.get("/feeds/none.ics").status_code == 404
    assert client.post(url).status_code == 405


def test_a_thousand_bookings_cost_as_many_queries_as_one(client, centre, hall, team, district):
    first = taken(centre, team, hall)
    member = person("OADM", team.node)
    urls = [address(member), address(member, space=hall.pk), address(member, centre=centre.pk)]
    [client.get(url) for url in urls]
    few = [asked(client, url) for url in urls]
    rows = [copied(first, number) for number in range(2000)]
    Booking.objects.bulk_create(rows)
    BookedSpace.objects.bulk_create(
        BookedSpace(booking=row, space=hall, starts_at=row.starts_at, ends_at=row.ends_at,
                    on=timezone.localdate(row.starts_at)) for row in rows
    )  # fmt: skip
    assert [asked(client, url) for url in urls] == few
    assert max(few) <= 5
    assert [len(events(client.get(url))) for url in urls] == [2001, 2001, 2001]


def asked(client, url):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def copied(booking, number):
    at = soon(days=1 + number % 170, hour=number % 24)
    return Booking(
        centre_id=booking.centre_id, organisation_id=booking.organisation_id, title=f"排练{number}",
        people=5, starts_at=at, ends_at=at + HOUR, holds_from=at, holds_until=at + HOUR,
        booked_at=booking.booked_at, state=booking.state, state_since=booking.state_since,
    )  # fmt: skip


def test_the_address_is_shown_once(client, centre, hall):
    user = person()
    client.force_login(user)
    assert f"space-{hall.pk}" in client.get("/desk/feeds/").content.decode()
    made = client.post("/desk/feeds/", {"of": f"space-{hall.pk}", "name": "大厅<显示屏>"})
    page = made.content.decode()
    url = re.search(r"http://testserver(/feeds/[\w-]+\.ics)", page)[1]
    assert "<svg" in page
    assert "webcal://testserver" + url in page
    assert "no-store" in made["Cache-Control"]
    assert client.get(url).status_code == 200
    again = client.get("/desk/feeds/").content.decode()
    assert url not in again
    assert "大厅&lt;显示屏&gt;" in again
    assert "甲中心 多功能厅" in again
    feed = FeedToken.objects.get()
    client.force_login(person())
    client.post(f"/desk/feeds/{feed.pk}/end/")
    assert "显示屏&gt;" not in client.get("/desk/feeds/").content.decode()
    assert client.get(url).status_code == 200
    client.force_login(user)
    client.post(f"/desk/feeds/{feed.pk}/end/")
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("name", ["", "长" * 10_000, "\x00"])
def test_a_bad_name_is_told_beside_it(client, name):
    client.force_login(person())
    answer = client.post("/desk/feeds/", {"of": "own", "name": name})
    assert answer.status_code == 422
    assert not FeedToken.objects.exists()


@pytest.mark.parametrize("of", ["", "space-0", "space-9999999", "centre-x", "user-1", "own-1"])
def test_a_calendar_that_is_not_there_is_refused(client, hall, of):
    client.force_login(person())
    answer = client.post("/desk/feeds/", {"of": of, "name": "𠮷 手机"})
    assert answer.status_code == 422
    assert 'value="𠮷 手机"' in answer.content.decode()


def test_one_person_has_only_so_many(client):
    user = person()
    for _turn in range(MOST_FEEDS):
        address(user)
    client.force_login(user)
    answer = client.post("/desk/feeds/", {"of": "own", "name": "手机"})
    assert answer.status_code == 409
    assert f"至多有 {MOST_FEEDS} 个" in answer.content.decode()
    FeedToken.objects.update(revoked_at=timezone.now())
    assert client.post("/desk/feeds/", {"of": "own", "name": "手机"}).status_code == 200


def test_the_list_costs_as_many_queries_for_three(client, centre, hall):
    user = person()
    client.force_login(user)
    address(user, space=hall.pk)
    client.get("/desk/feeds/")
    one = asked(client, "/desk/feeds/")
    address(user, centre=centre.pk)
    address(user)
    assert asked(client, "/desk/feeds/") == one
    assert one <= 8


def test_strangers_have_no_feeds(client):
    assert client.get("/desk/feeds/").status_code == 302
    with pytest.raises(FeedRefused):
        add_feed(name="x", by=Actor(), now=timezone.now(), space=1)
